/**
 * Links as rtnetlink tells of them.
 *
 * @see rtnetlink(7), linux/if_link.h
 * @module
 */

import { type Mac, mac } from "../ip/mac/mac.ts";
import { type Fields, readDetails } from "./details.ts";
import { kinds, portKinds } from "./kinds.ts";
import { linkHeader } from "./link_messages.ts";
import type { Link, LinkStatistics } from "./link.ts";
import { addrGenModes, linkFlags, linkTypes, operStates } from "./names.ts";
import {
  type Attributes,
  DUMP,
  Message,
  type NetlinkSocket,
  type Received,
  REQUEST,
} from "./netlink.ts";

const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const AF_INET6 = 10;
const IFLA_EXT_MASK = 29;
/**
 * RTEXT_FILTER_VF. What it asks for goes unread, but without any mask the kernel
 * leaves out links that have much to say.
 */
const FILTER_VF = 1;

/** A {@linkcode Link} while it is being read. */
type Draft = { -readonly [K in keyof Link]: Link[K] };

/**
 * Reads all links of a socket's namespace.
 *
 * @param socket The socket.
 * @returns The links, by index.
 * @throws {NetError} If the kernel refuses.
 */
export function readLinks(socket: NetlinkSocket): Link[] {
  const request = new Message(RTM_GETLINK, REQUEST | DUMP, {
    op: "read",
    target: "the links",
  });
  request.struct(linkHeader()).u32(IFLA_EXT_MASK, FILTER_VF);
  const links = socket.dump(request, decodeLink);
  links.sort((a, b) => a.index - b.index);
  nameDevices(links);
  return links;
}

/**
 * Reads a link by its name or index.
 *
 * @param socket The socket.
 * @param device The name, also an alternative one, or the index.
 * @returns The link; what it names by index is in numbers.
 * @throws {NetError} With code `"not-found"` if there is none.
 */
export function readLink(
  socket: NetlinkSocket,
  device: string | number,
): Link {
  const request = new Message(RTM_GETLINK, REQUEST, {
    op: "find link",
    target: String(device),
  });
  if (typeof device === "number") request.struct(linkHeader(device));
  else request.struct(linkHeader()).text(device.length > 15 ? 53 : 3, device);
  return socket.ask(request, (message) => decodeLink(message)!)!;
}

/** Puts names where the kernel gave indexes. */
export function nameDevices(links: readonly Link[]): void {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  const down = new Set(links.filter(({ up }) => !up).map(({ index }) => index));
  for (const link of links as Draft[]) {
    const { masterIndex, linkIndex, linkNamespace, details, port, kind } = link;
    if (masterIndex !== undefined) link.master = names.get(masterIndex);
    // An index of another namespace is nobody's here.
    if (linkIndex !== undefined && linkNamespace === undefined) {
      link.link = names.get(linkIndex);
      // The kernel does not say so; ip does.
      if (down.has(linkIndex)) link.flags = [...link.flags, "M-DOWN"];
    }
    if (details) nameFields(details, kinds.get(kind ?? ""), names);
    if (port) nameFields(port, portKinds.get(port.kind), names);
  }
}

function nameFields(
  details: Record<string, unknown>,
  table: Fields | undefined,
  names: ReadonlyMap<number, string>,
): void {
  for (const key in details) {
    const index = details[key];
    if (table?.[key]?.isDevice && typeof index === "number") {
      details[key] = names.get(index) ?? index;
    }
  }
}

/**
 * Reads one link out of a message.
 *
 * @param message RTM_NEWLINK, RTM_DELLINK or what came for RTM_GETLINK.
 * @returns The link; what it names by index is not named yet.
 * @throws {DecodeError} If the message is cut short.
 */
export function decodeLink(message: Received): Link | undefined {
  if (message.type !== RTM_NEWLINK && message.type !== RTM_NEWLINK + 1) {
    return undefined;
  }
  const flags = message.u32(8);
  const link = {
    index: message.i32(4),
    name: "",
    kind: undefined,
    type: linkTypes.name(message.u16(2)),
    up: (flags & 1) === 1,
    state: "UNKNOWN",
    flags: linkFlags(flags),
    mtu: 0,
    altNames: [],
  } as unknown as Draft;
  const a = message.attributes(16);
  while (a.next()) attribute(link, a);
  return link;
}

function attribute(link: Draft, a: Attributes): void {
  switch (a.type) {
    case 1:
      link.mac = hardwareAddress(a);
      break;
    case 2:
      link.broadcast = hardwareAddress(a);
      break;
    case 3:
      link.name = a.text();
      break;
    case 4:
      link.mtu = a.u32();
      break;
    case 5:
      if (a.u32() !== 0) link.linkIndex = a.u32();
      break;
    case 6:
      link.qdisc = a.text();
      break;
    case 10:
      link.masterIndex = a.u32();
      break;
    case 13:
      link.txQueueLength = a.u32();
      break;
    case 16:
      link.state = operStates.name(a.u8());
      break;
    case 17:
      link.mode = a.u8() === 1 ? "DORMANT" : "DEFAULT";
      break;
    case 18:
      kindOf(link, a.nested());
      break;
    case 20:
      link.alias = a.text();
      break;
    case 23:
      link.statistics = statistics(a);
      break;
    case 26:
      addressFamilies(link, a.nested());
      break;
    case 27:
      link.group = a.u32();
      break;
    case 30:
      link.promiscuity = a.u32();
      break;
    case 31:
      link.txQueues = a.u32();
      break;
    case 32:
      link.rxQueues = a.u32();
      break;
    case 33:
      link.carrier = a.u8() === 1;
      break;
    case 35:
      link.carrierChanges = a.u32();
      break;
    case 36:
      link.switchId = a.octets().toHex();
      break;
    case 37:
      link.linkNamespace = a.i32();
      break;
    case 38:
      link.portName = a.text();
      break;
    case 39:
      if (a.u8()) link.protoDown = true;
      break;
    case 40:
      link.gsoMaxSegments = a.u32();
      break;
    case 41:
      link.gsoMaxSize = a.u32();
      break;
    case 43:
      xdp(link, a.nested());
      break;
    case 50:
      link.minMtu = a.u32();
      break;
    case 51:
      link.maxMtu = a.u32();
      break;
    case 52: {
      const names = a.nested();
      while (names.next()) {
        if (names.type === 53) (link.altNames as string[]).push(names.text());
      }
      break;
    }
    case 54:
      link.permanentMac = hardwareAddress(a);
      break;
    case 56:
      link.parentDevice = a.text();
      break;
    case 57:
      link.parentBus = a.text();
      break;
    case 58:
      link.groMaxSize = a.u32();
      break;
    case 59:
      link.tsoMaxSize = a.u32();
      break;
    case 60:
      link.tsoMaxSegments = a.u32();
      break;
    case 61:
      link.allMulticast = a.u32();
      break;
  }
}

/** Links have addresses of other kinds too: a tunnel's are its ends. */
function hardwareAddress(a: Attributes): Mac | undefined {
  return a.length === 6 || a.length === 8 ? mac(a.octets()) : undefined;
}

function kindOf(link: Draft, info: Attributes): void {
  let port: string | undefined;
  while (info.next()) {
    // The kind comes before what only that kind has.
    if (info.type === 1) link.kind = info.text();
    else if (info.type === 4) port = info.text();
    else if (info.type === 2) {
      const table = kinds.get(link.kind ?? "");
      if (table !== undefined) link.details = readDetails(table, info.nested());
    } else if (info.type === 5 && port !== undefined) {
      const table = portKinds.get(port);
      link.port = {
        kind: port,
        ...table && readDetails(table, info.nested()),
      };
    }
  }
  if (port !== undefined) link.port ??= { kind: port };
}

function addressFamilies(link: Draft, families: Attributes): void {
  while (families.next()) {
    if (families.type !== AF_INET6) continue;
    const a = families.nested();
    while (a.next()) {
      if (a.type === 8) {
        link.addrGenMode = addrGenModes.name(a.u8());
      }
    }
  }
}

function xdp(link: Draft, a: Attributes): void {
  while (a.next()) if (a.type === 4) link.xdpProgram = a.u32();
}

/** A struct rtnl_link_stats64, which newer kernels make longer. */
function statistics(a: Attributes): LinkStatistics {
  const at = (n: number): number => a.u64(8 * n);
  return {
    rx: {
      bytes: at(2),
      packets: at(0),
      errors: at(4),
      dropped: at(6),
      multicast: at(8),
      lengthErrors: at(10),
      overErrors: at(11),
      crcErrors: at(12),
      frameErrors: at(13),
      fifoErrors: at(14),
      missedErrors: at(15),
      // Kernels before 4.6 do not have it.
      noHandler: a.length >= 24 * 8 ? at(23) : 0,
    },
    tx: {
      bytes: at(3),
      packets: at(1),
      errors: at(5),
      dropped: at(7),
      collisions: at(9),
      abortedErrors: at(16),
      carrierErrors: at(17),
      fifoErrors: at(18),
      heartbeatErrors: at(19),
      windowErrors: at(20),
    },
  };
}
