/**
 * The hardware address of the next hop: what the kernel knows, else what the
 * link answers.
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import { mac } from "../ip/mac/mac.ts";
import { readNeighbours } from "../linux/neighbour_decode.ts";
import { NetlinkSocket } from "../linux/netlink.ts";
import { inside } from "../linux/entering.ts";
import { build } from "../packet/build.ts";
import { arp } from "../packet/layers/arp.ts";
import { ethernet } from "../packet/layers/ethernet.ts";
import { icmpv6 } from "../packet/layers/icmpv6.ts";
import { ipv6 } from "../packet/layers/ipv6.ts";
import type { Packet } from "../packet/packet.ts";
import { LinkSocket } from "./link_socket.ts";
import type { WireOptions } from "./options.ts";
import type { Way } from "./way.ts";

/** Options for {@linkcode hardwareAddress}. */
export interface HardwareAddressOptions extends WireOptions {
  /** The longest wait for an answer, in milliseconds. @default {1000} */
  timeout?: number | undefined;
}

/** Questions that are asked, evenly over the wait. */
const TRIES = 3;
const BROADCAST = new Uint8Array(6).fill(0xff);
const ETHERNET = 1;
/** States in which the kernel itself would use an entry. */
const USABLE: readonly string[] = [
  "reachable",
  "stale",
  "delay",
  "probe",
  "permanent",
  "noarp",
];

/**
 * Finds the hardware address that frames on a way are sent to: of a group or
 * all where the address says so, from the kernel's table of neighbours, or by
 * asking on the link, by ARP (RFC 826) or Neighbor Discovery (RFC 4861 §7.2).
 *
 * @param way The way.
 * @param options How long to wait.
 * @returns Six octets, zeros on loopback and on links without such addresses;
 * `undefined` if nobody answered.
 * @throws {PermissionError} Without CAP_NET_RAW, if it has to be asked for.
 *
 * @example
 * ```ts ignore
 * import { address } from "../ip/address.ts";
 * import { hardwareAddress } from "./hardware_address.ts";
 * import { wayTo } from "./way.ts";
 *
 * console.log(await hardwareAddress(wayTo(address("192.0.2.1"))));
 * ```
 */
export async function hardwareAddress(
  way: Way,
  options: HardwareAddressOptions = {},
): Promise<Uint8Array | undefined> {
  const { timeout = 1000, signal, namespace } = options;
  if (way.isLoopback || way.linkType !== ETHERNET) return new Uint8Array(6);
  const group = groupAddress(way);
  if (group !== undefined) return group;
  const known = knownAddress(way, namespace);
  if (known !== undefined) return known;
  signal?.throwIfAborted();
  using socket = LinkSocket.open(way.interface, {
    direction: "in",
    snapLength: 2048,
    namespace,
  });
  const question = questionFor(way).bytes;
  const stop = () => socket[Symbol.dispose]();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (let left = TRIES; left > 0; left--) {
      socket.send(question);
      const found = await answerOf(socket, way, timeout / TRIES);
      signal?.throwIfAborted();
      if (found !== undefined) return found;
    }
    return undefined;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

/** The address of a group, or of all, which nobody has to be asked for. */
function groupAddress({ nextHop, isBroadcast }: Way): Uint8Array | undefined {
  const octets = nextHop.toBytes();
  if (nextHop.family === 6) {
    // RFC 2464 §7
    if (octets[0] !== 0xff) return undefined;
    return Uint8Array.of(0x33, 0x33, ...octets.subarray(12));
  }
  // RFC 1112 §6.4
  if (octets[0]! >> 4 === 0xe) {
    return Uint8Array.of(1, 0, 0x5e, octets[1]! & 0x7f, octets[2]!, octets[3]!);
  }
  return isBroadcast ? BROADCAST : undefined;
}

function knownAddress(
  { nextHop, interface: name }: Way,
  namespace: number | string | undefined,
): Uint8Array | undefined {
  return inside(namespace, () => {
    using socket = NetlinkSocket.open();
    return readNeighbours(socket).find((entry) =>
      entry.device === name && !entry.proxy && USABLE.includes(entry.state) &&
      entry.address.equals(nextHop)
    )?.mac?.toBytes();
  });
}

/** ARP's who-has, or a neighbour solicitation. */
function questionFor({ nextHop, source, sourceMac }: Way): Packet {
  if (nextHop.family === 4) {
    return build(
      ethernet({ src: sourceMac, dst: BROADCAST }),
      arp({
        operation: "request",
        senderMac: sourceMac,
        senderIp: source,
        targetIp: nextHop,
      }),
    );
  }
  // The group of all whose address ends so (RFC 4291 §2.7.1).
  const last = nextHop.toBytes().subarray(13);
  const group = new Uint8Array(16);
  group.set([0xff, 0x02]);
  group.set([0x01, 0xff, ...last], 11);
  return build(
    ethernet({ src: sourceMac, dst: Uint8Array.of(0x33, 0x33, 0xff, ...last) }),
    ipv6({ src: source, dst: Address.fromBytes(group), hopLimit: 255 }),
    icmpv6({
      type: "neighborSolicitation",
      target: nextHop,
      options: [{ kind: "sourceLinkLayer", address: sourceMac }],
    }),
  );
}

async function answerOf(
  socket: LinkSocket,
  { nextHop }: Way,
  wait: number,
): Promise<Uint8Array | undefined> {
  const end = performance.now() + wait;
  const { promise: over, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => resolve(false), wait);
  try {
    while (performance.now() < end) {
      if (!await Promise.race([socket.wait(), over])) return undefined;
      const count = socket.receive();
      for (let i = 0; i < count; i++) {
        const mac = answerIn(socket.packet(i), nextHop);
        if (mac !== undefined) return mac;
      }
    }
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The hardware address that a packet tells of an address, if it does. */
function answerIn(packet: Packet, of: Address): Uint8Array | undefined {
  const { arp, icmpv6, ethernet } = packet;
  if (arp !== undefined) {
    const { operation, senderIp, senderMac } = arp;
    const isIt = operation === 2 && senderIp?.equals(of);
    return isIt && senderMac ? mac(senderMac).toBytes() : undefined;
  }
  if (icmpv6?.type !== 136 || !icmpv6.target?.equals(of)) return undefined;
  for (const option of icmpv6.options ?? []) {
    if (option.kind !== "targetLinkLayer") continue;
    const { address } = option;
    if (typeof address === "string") return mac(address).toBytes();
  }
  return ethernet && mac(ethernet.src).toBytes();
}
