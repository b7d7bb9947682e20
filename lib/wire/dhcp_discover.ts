/**
 * Which DHCP servers are on a link, and what they offer.
 *
 * @module
 */

import {
  checkOptions,
  mustBe,
  type OptionKinds,
} from "../linux/option_kinds.ts";
import { TIMEOUT_ELSEWHERE, WIRE } from "./option_names.ts";
import { NetError } from "../errors.ts";
import { type Report, Run } from "../inspect/run.ts";
import { type Mac, mac } from "../ip/mac/mac.ts";
import { build } from "../packet/build.ts";
import { dhcp } from "../packet/layers/dhcp/dhcp.ts";
import { ethernet } from "../packet/layers/ethernet.ts";
import { ipv4 } from "../packet/layers/ipv4.ts";
import { udp } from "../packet/layers/udp.ts";
import type { Packet } from "../packet/packet.ts";
import { DhcpOffer, DhcpOffers } from "./finding/dhcp_offer.ts";
import { hear, pause } from "./finding/hearing.ts";
import { kernelFilter, timeBetween } from "./tracing/ip_exchange.ts";
import { LinkSocket } from "./link/link_socket.ts";
import type { WireOptions } from "./options.ts";

export {
  DhcpOffer,
  DhcpOffers,
  type DhcpOptions,
} from "./finding/dhcp_offer.ts";

/** Options of `dhcpDiscover`. */
const DHCP_DISCOVER: OptionKinds<DhcpDiscoverOptions> = {
  ...WIRE,
  timeout: "numeric",
  mac: "any",
  hostName: "text",
  vendorClass: "text",
};

/** Options for {@linkcode dhcpDiscover}. */
export interface DhcpDiscoverOptions extends WireOptions {
  /** How long to listen, in milliseconds: servers first look whether an address is free, some for a second. @default {3000} */
  timeout?: number | undefined;
  /** For whom to ask: a server may have an address for this one alone. @default {the interface's own} */
  mac?: string | Mac | undefined;
  /** The name to say (option 12). @default {none} */
  hostName?: string | undefined;
  /** What kind of client to say one is (option 60): `"PXEClient"`. @default {none} */
  vendorClass?: string | undefined;
}

const ETHERNET = 1;
const BROADCAST = "ff:ff:ff:ff:ff:ff";
const CLIENT = 68;
const SERVER = 67;
const OFFER = 2;

/** Options asked for: a server need not send others (RFC 2132 §9.8). */
const WANTED = [
  ...[1, 2, 3, 6, 12, 15, 17, 26, 28, 33, 42, 43, 44, 51, 54, 58, 59],
  ...[66, 67, 100, 101, 108, 114, 119, 120, 121, 125, 150, 249, 252],
];

/**
 * Asks a link for DHCP servers, and lists what each offers, with all options. No
 * offer is taken, so that no lease is used up: servers keep the address aside
 * for some seconds only.
 *
 * It listens to the end, for a second server answers later: one that should not
 * be there is what it is for.
 *
 * @param name The interface.
 * @param options For whom to ask, and how long to listen.
 * @returns The offers as they come, and at the end all.
 * @throws {RangeError} If an option is out of bounds.
 * @throws {NetError} If there is no such interface, or it is no Ethernet.
 * @throws {PermissionError} Without `--allow-ffi` or CAP_NET_RAW.
 * @throws The signal's reason, if it aborts.
 * @see RFC 2131 §3.1
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for (const offer of await net.wire.dhcpDiscover("eth0")) {
 *   console.log(String(offer), offer.options);
 * }
 * ```
 */
export function dhcpDiscover(
  name: string,
  options: DhcpDiscoverOptions = {},
): Run<DhcpOffer, DhcpOffers> {
  const doing = "ask for DHCP servers";
  mustBe(doing, "name", name, "text");
  checkOptions(doing, options, DHCP_DISCOVER, TIMEOUT_ELSEWHERE);
  const { timeout = 3000, signal } = options;
  if (!(timeout >= 0)) {
    throw new RangeError(
      `Cannot ask for DHCP servers as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
    );
  }
  const client = options.mac === undefined ? undefined : mac(options.mac);
  return new Run<DhcpOffer, DhcpOffers>(
    `Ask for DHCP servers on ${name}`,
    (report) => discover(name, client, { ...options, timeout }, report),
    { signal, line: String },
  );
}

async function discover(
  name: string,
  client: Mac | undefined,
  options: DhcpDiscoverOptions & { readonly timeout: number },
  { row, signal }: Report<DhcpOffer>,
): Promise<DhcpOffers> {
  const { timeout, namespace } = options;
  using sender = LinkSocket.open(name, { receive: false, namespace });
  if (sender.linkType !== ETHERNET) {
    throw new NetError(`${name} is no Ethernet`, {
      code: "unsupported",
      op: "ask for DHCP servers on",
      target: name,
    });
  }
  using socket = LinkSocket.open(name, {
    filter: kernelFilter(`udp port ${CLIENT}`, ETHERNET),
    snapLength: 2048,
    // An answer to another client's address may be sent to that alone.
    promiscuous: client !== undefined,
    namespace,
  });
  const clientMac = client ?? mac(sender.mac);
  const transactionId = crypto.getRandomValues(new Uint32Array(1))[0]!;
  const discovery = discoverFrame(
    sender.mac,
    clientMac,
    transactionId,
    options,
  );
  const offers: DhcpOffer[] = [];
  let question: Packet | undefined;
  const heard = hear(socket, (i) => {
    const packet = socket.packet(i);
    if (packet.dhcp?.transactionId !== transactionId) return;
    if (socket.outgoing(i)) {
      question ??= packet;
      return;
    }
    if (!isOffer(packet)) return;
    const rtt = question && timeBetween(question, packet);
    const offer = new DhcpOffer(packet, rtt ?? 0);
    // The second question brings the same offers again.
    const isKnown = offers.some(({ server, mac, address }) =>
      server.equals(offer.server) && mac === offer.mac &&
      address.equals(offer.address)
    );
    if (isKnown) return;
    offers.push(offer);
    row(offer);
  });
  for (const part of [1, 2]) {
    // One question may be lost.
    if (part === 1 || offers.length === 0) sender.send(discovery);
    await pause(timeout / 2, { signal, enough: heard });
  }
  return new DhcpOffers({
    interface: name,
    clientMac: clientMac.toString(),
    offers,
  });
}

function isOffer({ dhcp }: Packet): boolean {
  return dhcp?.op === 2 &&
    dhcp.options?.some((option) =>
        option.kind === "messageType" && option.type === OFFER
      ) === true;
}

function discoverFrame(
  own: Uint8Array,
  client: Mac,
  transactionId: number,
  { hostName, vendorClass }: DhcpDiscoverOptions,
): Uint8Array {
  return build(
    ethernet({ src: own, dst: BROADCAST }),
    ipv4({ src: "0.0.0.0", dst: "255.255.255.255", ttl: 64 }),
    udp({ srcPort: CLIENT, dstPort: SERVER }),
    dhcp({
      op: "request",
      transactionId,
      // Who has no address yet hears but what goes to all.
      broadcast: 1,
      clientHardwareAddress: client.toString(),
      options: [
        { kind: "messageType", type: "discover" },
        { kind: "parameterRequestList", options: WANTED },
        { kind: "maximumMessageSize", octets: 1500 },
        ...hostName === undefined
          ? []
          : [{ kind: "hostName", name: hostName } as const],
        ...vendorClass === undefined
          ? []
          : [{ kind: "vendorClass", text: vendorClass } as const],
      ],
    }),
  ).bytes;
}
