/**
 * The hardware addresses of next hops, of many at once.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { mac } from "../../ip/mac/mac.ts";
import { multicastMac, solicitedNode } from "../../ip/multicast.ts";
import { inside } from "../../linux/entering.ts";
import { readNeighbours } from "../../linux/neighbour_decode.ts";
import { NetlinkSocket } from "../../linux/netlink.ts";
import { build } from "../../packet/build.ts";
import { arp } from "../../packet/layers/arp.ts";
import { ethernet } from "../../packet/layers/ethernet.ts";
import { icmpv6 } from "../../packet/layers/icmpv6.ts";
import { ipv6 } from "../../packet/layers/ipv6.ts";
import type { Packet } from "../../packet/packet.ts";
import type { Way } from "../way.ts";
import type { Place } from "./place.ts";

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

function keyOf({ interface: name, nextHop }: Way): string {
  return `${name} ${nextHop.key}`;
}

/**
 * Gives the hardware address of a next hop, if it is known or nobody's.
 *
 * @param way The way.
 * @param place From where.
 * @returns Six octets; `undefined` if it has to be found out.
 */
export function knownHop(way: Way, place: Place): Uint8Array | undefined {
  const known = place.hardware.get(keyOf(way));
  if (known !== undefined) return known;
  const found = way.isBroadcast
    ? ALL
    : isGroup(way.nextHop)
    ? multicastMac(way.nextHop).toBytes()
    : undefined;
  if (found !== undefined) place.hardware.set(keyOf(way), found);
  return found;
}

function isGroup({ family, w0, w3 }: Address): boolean {
  return family === 4 ? w3 >>> 28 === 0xe : w0 >>> 24 === 0xff;
}

/**
 * Takes over what the kernel knows of its neighbours.
 *
 * @param place Where.
 */
export function learnHops(place: Place): void {
  const entries = inside(place.namespace, () => {
    using socket = NetlinkSocket.open();
    return readNeighbours(socket);
  });
  for (const { device, address, mac, proxy, state } of entries) {
    if (proxy || mac === undefined || !USABLE.includes(state)) continue;
    place.hardware.set(`${device} ${address.key}`, mac.toBytes());
  }
}

/**
 * Makes the question for a hardware address.
 *
 * @param way The way whose next hop is looked for.
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
 * Remembers the answer to such a question.
 *
 * @param answer The packet.
 * @param way The way whose next hop was looked for.
 * @param place Where.
 */
export function rememberHop(answer: Packet, way: Way, place: Place): void {
  const told = toldBy(answer);
  if (told !== undefined) place.hardware.set(keyOf(way), told);
}

function toldBy({ arp, icmpv6, ethernet }: Packet): Uint8Array | undefined {
  if (arp?.senderMac !== undefined) return mac(arp.senderMac).toBytes();
  for (const option of icmpv6?.options ?? []) {
    if (
      option.kind === "targetLinkLayer" && typeof option.address === "string"
    ) return mac(option.address).toBytes();
  }
  return ethernet && mac(ethernet.src).toBytes();
}
