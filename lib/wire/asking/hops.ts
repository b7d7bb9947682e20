/**
 * The hardware addresses of next hops, of many at once.
 *
 * @module
 */

import type { Packet } from "../../packet/packet.ts";
import {
  groupHardware,
  hardwareIn,
  usableNeighbours,
} from "../link/next_hop.ts";
import type { Way } from "../link/way.ts";
import type { Place } from "./place.ts";

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
  const found = groupHardware(way);
  if (found !== undefined) place.hardware.set(keyOf(way), found);
  return found;
}

/**
 * Takes over what the kernel knows of its neighbours.
 *
 * @param place Where.
 */
export function learnHops(place: Place): void {
  for (const { device, address, mac } of usableNeighbours(place.namespace)) {
    place.hardware.set(`${device} ${address.key}`, mac!.toBytes());
  }
}

/**
 * Remembers the answer to a question for a hardware address.
 *
 * @param answer The packet.
 * @param way The way whose next hop was looked for.
 * @param place Where.
 */
export function rememberHop(answer: Packet, way: Way, place: Place): void {
  const told = hardwareIn(answer);
  if (told !== undefined) place.hardware.set(keyOf(way), told);
}
