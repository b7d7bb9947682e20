/**
 * The group addresses that every switch keeps for itself.
 *
 * @module
 */

/**
 * Tells whether a destination is one of 01-80-C2-00-00-00 to -0F, which a switch
 * keeps for itself and never passes on: spanning tree, pause, LACP, LLDP, …
 *
 * @param w0 The first four octets of the address.
 * @param w1 The last two octets.
 * @returns Whether it is.
 * @see IEEE 802.1Q-2018 §8.6.3, Table 8-1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { w0, w1 } = net.ip.mac("01:80:c2:00:00:0e");
 * assert.ok(net.switching.isReserved(w0, w1));
 * ```
 */
export function isReserved(w0: number, w1: number): boolean {
  return (w0 | 0) === 0x0180_c200 && w1 <= 0x0f;
}
