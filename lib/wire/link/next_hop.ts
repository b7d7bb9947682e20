/**
 * The next hop's hardware address: whose it is by the address alone, what asks
 * for it, and what tells it.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { mac } from "../../ip/mac/mac.ts";
import { multicastMac, solicitedNode } from "../../ip/multicast.ts";
import { readNeighbours } from "../../linux/neighbour_decode.ts";
import type { Neighbour } from "../../linux/neighbour.ts";
import { NetlinkSocket } from "../../linux/netlink.ts";
import { inside } from "../../linux/entering.ts";
import { build } from "../../packet/build.ts";
import { arp } from "../../packet/layers/arp.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import { icmpv6 } from "../../packet/layers/icmpv6.ts";
import { ipv6 } from "../../packet/layers/ipv6.ts";
import type { Packet } from "../../packet/packet.ts";
import type { Way } from "./way.ts";

const ALL = new Uint8Array(6).fill(0xff);
/** States of an entry in which the kernel itself would use it. */
const USABLE: readonly string[] = [
  "reachable",
  "stale",
  "delay",
  "probe",
  "permanent",
  "noarp",
];

/**
 * Gives the hardware address of a group, or of all, which nobody is asked for.
 *
 * @param way The way.
 * @returns Six octets; `undefined` if the next hop is one host.
 * @see RFC 1112 §6.4, RFC 2464 §7
 */
export function groupHardware(
  { isBroadcast, nextHop }: Way,
): Uint8Array | undefined {
  if (isBroadcast) return ALL;
  return isGroup(nextHop) ? multicastMac(nextHop).toBytes() : undefined;
}

function isGroup({ family, w0, w3 }: Address): boolean {
  return family === 4 ? w3 >>> 28 === 0xe : w0 >>> 24 === 0xff;
}

/**
 * Reads the neighbours whose hardware address the kernel itself would use.
 *
 * @param namespace Where.
 * @returns The neighbours, by all interfaces.
 */
export function usableNeighbours(
  namespace: number | string | undefined,
): Neighbour[] {
  const entries = inside(namespace, () => {
    using socket = NetlinkSocket.open();
    return readNeighbours(socket);
  });
  return entries.filter(({ proxy, mac, state }) =>
    !proxy && mac !== undefined && USABLE.includes(state)
  );
}

/**
 * Makes the question for a next hop's hardware address.
 *
 * @param way The way.
 * @returns ARP's who-has (RFC 826), or a neighbour solicitation (RFC 4861 §7.2.2).
 */
export function hopQuestion({ nextHop, source, sourceMac }: Way): Packet {
  if (nextHop.family === 4) {
    return build(
      ethernet({ src: sourceMac, dst: ALL }),
      arp({ senderMac: sourceMac, senderIp: source, targetIp: nextHop }),
    ) as Packet;
  }
  const group = solicitedNode(nextHop);
  return build(
    ethernet({ src: sourceMac, dst: multicastMac(group).toBytes() }),
    ipv6({ src: source, dst: group, hopLimit: 255 }),
    icmpv6({
      type: "neighborSolicitation",
      target: nextHop,
      options: [{ kind: "sourceLinkLayer", address: sourceMac }],
    }),
  ) as Packet;
}

/**
 * Reads the hardware address out of what answers such a question.
 *
 * @param answer The packet: an ARP reply, a neighbour advertisement.
 * @returns Six octets, if it tells any.
 */
export function hardwareIn(
  { arp, icmpv6, ethernet }: Packet,
): Uint8Array | undefined {
  if (arp?.senderMac !== undefined) return mac(arp.senderMac).toBytes();
  for (const option of icmpv6?.options ?? []) {
    if (
      option.kind === "targetLinkLayer" && typeof option.address === "string"
    ) return mac(option.address).toBytes();
  }
  return ethernet && mac(ethernet.src).toBytes();
}
