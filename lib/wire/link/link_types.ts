/**
 * What the frames of an interface start with.
 *
 * @see linux/if_arp.h, tcpdump.org/linktypes.html
 * @module
 */

/** Link types by the kernel's ARPHRD_… numbers, where a frame is as it is in a file. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [1, 1], // ARPHRD_ETHER: Ethernet
  [772, 1], // ARPHRD_LOOPBACK: Ethernet too, with addresses of zeros
  [65534, 101], // ARPHRD_NONE, as of a tun: an IP header
  [512, 101], // ARPHRD_PPP: the kernel takes the PPP header off
  [768, 101], // ARPHRD_TUNNEL
  [769, 101], // ARPHRD_TUNNEL6
  [776, 101], // ARPHRD_SIT
  [778, 101], // ARPHRD_IPGRE
  [823, 101], // ARPHRD_IP6GRE
  [519, 101], // ARPHRD_RAWIP
]);

/** ARPHRD_LOOPBACK. */
export const LOOPBACK_HARDWARE = 772;

/**
 * Gives the link type of an interface's frames.
 *
 * @param hardware The interface's ARPHRD_… number.
 * @returns As numbered at tcpdump.org/linktypes.html; `undefined` if only
 * libpcap knows how to read it.
 *
 * @example
 * ```ts
 * import { linkTypeOf } from "./link_types.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(linkTypeOf(1), 1);
 * ```
 */
export function linkTypeOf(hardware: number): number | undefined {
  return LINK_TYPES.get(hardware);
}
