/**
 * The hardware address of the next hop: what the kernel knows, else what the
 * link answers.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Packet } from "../../packet/packet.ts";
import { LinkSocket } from "./link_socket.ts";
import {
  groupHardware,
  hardwareIn,
  hopQuestion,
  usableNeighbours,
} from "./next_hop.ts";
import type { WireOptions } from "../options.ts";
import type { Way } from "./way.ts";

/** Options for {@linkcode hardwareAddress}. */
export interface HardwareAddressOptions extends WireOptions {
  /** The longest wait for an answer, in milliseconds. @default {1000} */
  timeout?: number | undefined;
}

/** Questions that are asked, evenly over the wait. */
const TRIES = 3;
const ETHERNET = 1;
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
 * import { address } from "../../ip/address.ts";
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
  const group = groupHardware(way);
  if (group !== undefined) return group;
  const known = usableNeighbours(namespace).find((entry) =>
    entry.device === way.interface && entry.address.equals(way.nextHop)
  );
  if (known !== undefined) return known.mac!.toBytes();
  signal?.throwIfAborted();
  using socket = LinkSocket.open(way.interface, {
    direction: "in",
    snapLength: 2048,
    namespace,
  });
  const question = hopQuestion(way).bytes;
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
        const packet = socket.packet(i);
        if (isAnswer(packet, nextHop)) return hardwareIn(packet);
      }
    }
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a packet answers for an address. */
function isAnswer({ arp, icmpv6 }: Packet, of: Address): boolean {
  return arp === undefined
    ? icmpv6?.type === 136 && icmpv6.target?.equals(of) === true
    : arp.operation === 2 && arp.senderIp?.equals(of) === true;
}
