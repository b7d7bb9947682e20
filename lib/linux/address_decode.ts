/**
 * Addresses as rtnetlink tells of them.
 *
 * @see rtnetlink(7), linux/if_addr.h
 * @module
 */

import type { Address } from "../ip/address.ts";
import { lowest } from "../ip/prefix.ts";
import { Subnet } from "../ip/subnet.ts";
import type { InterfaceAddress } from "./address.ts";
import { readLinkNames } from "./link_names.ts";
import { scopes } from "./names.ts";
import {
  DUMP,
  Message,
  type NetlinkSocket,
  type Received,
  REQUEST,
} from "./netlink.ts";

/** IFA_F_…, the lowest bit first; the first one is named by the family. */
const FLAGS: readonly (readonly [bit: number, name: string])[] = [
  [0x2, "noDad"],
  [0x4, "optimistic"],
  [0x8, "dadFailed"],
  [0x10, "home"],
  [0x20, "deprecated"],
  [0x40, "tentative"],
  [0x80, "permanent"],
  [0x100, "manageTemporary"],
  [0x200, "noPrefixRoute"],
  [0x400, "autoJoin"],
  [0x800, "stablePrivacy"],
];

/** IFAPROT_… of linux/if_addr.h. */
const PROTOCOLS = ["", "kernel_lo", "kernel_ra", "kernel_ll"];

const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;

/**
 * Reads all addresses of a socket's namespace.
 *
 * @param socket The socket.
 * @returns The addresses, by interface, IPv4 first.
 * @throws {NetError} If the kernel refuses.
 */
export function readAddresses(socket: NetlinkSocket): InterfaceAddress[] {
  const names = readLinkNames(socket);
  const request = new Message(RTM_GETADDR, REQUEST | DUMP, {
    op: "read",
    target: "the addresses",
  });
  request.struct(new Uint8Array(8));
  return socket.dump(request, (message) => decodeAddress(message, names))
    .sort((a, b) => a.index - b.index || a.family - b.family);
}

/**
 * Reads one address out of a message.
 *
 * @param message RTM_NEWADDR, RTM_DELADDR.
 * @param names The interfaces' names by index.
 * @returns The address; `undefined` for another family.
 * @throws {DecodeError} If the message is cut short.
 */
export function decodeAddress(
  message: Received,
  names: ReadonlyMap<number, string>,
): InterfaceAddress | undefined {
  const { type } = message;
  if (type !== RTM_NEWADDR && type !== RTM_NEWADDR + 1) return undefined;
  const family = message.u8(0) === 2 ? 4 : message.u8(0) === 10 ? 6 : undefined;
  if (family === undefined) return undefined;
  const length = family === 4 ? 4 : 16;
  const index = message.u32(4);
  let bits = message.u8(2);
  let local: Address | undefined;
  let other: Address | undefined;
  let [valid, preferred] = [Infinity, Infinity];
  const rest: {
    -readonly [K in keyof InterfaceAddress]?: InterfaceAddress[K];
  } = {};
  const a = message.attributes(8);
  while (a.next()) {
    const value = () => a.length === length ? a.address() : undefined;
    if (a.type === 1) other = value();
    else if (a.type === 2) local = value();
    else if (a.type === 3) rest.label = a.text();
    else if (a.type === 4) rest.broadcast = value();
    else if (a.type === 5) rest.anycast = value();
    else if (a.type === 6) {
      [preferred, valid] = [lifetime(a.u32(0)), lifetime(a.u32(4))];
    } else if (a.type === 8) bits = a.u32();
    else if (a.type === 9) rest.metric = a.u32();
    else if (a.type === 11) {
      rest.protocol = PROTOCOLS[a.u8()] ?? String(a.u8());
    }
  }
  const own = local ?? other;
  if (own === undefined) return undefined;
  const prefixLength = Math.min(message.u8(1), own.bits);
  const flags = FLAGS.filter(([bit]) => bits & bit).map(([, name]) => name);
  if (bits & 1) flags.unshift(family === 4 ? "secondary" : "temporary");
  const peer = other !== undefined && !other.equals(own) ? other : undefined;
  return {
    family,
    address: own,
    prefixLength,
    subnet: new Subnet(lowest(peer ?? own, prefixLength), prefixLength),
    ...peer && { peer },
    device: names.get(index) ?? String(index),
    index,
    scope: scopes.name(message.u8(3)),
    flags,
    validSeconds: valid,
    preferredSeconds: preferred,
    ...rest,
  };
}

function lifetime(seconds: number): number {
  return seconds === 0xffffffff ? Infinity : seconds;
}
