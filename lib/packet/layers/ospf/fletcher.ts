/**
 * Fletcher's checksum, as OSPF and IS-IS have it.
 *
 * @module
 */

/** The most octets between two remainders for which the sums stay exact. */
const BEFORE_OVERFLOW = 4096;

/**
 * Computes the two octets that make both of Fletcher's sums 0.
 *
 * @param octets What is covered, the checksum's own place included.
 * @param at That place, counted from the first octet.
 * @returns The checksum.
 * @see RFC 905 annex B, RFC 1008 §7
 *
 * @example
 * ```ts
 * import { fletcher } from "./fletcher.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fletcher(Uint8Array.of(1, 2, 0, 0), 2), 0xf804);
 * ```
 */
export function fletcher(octets: Uint8Array, at: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = i === at || i === at + 1 ? 0 : octets[i]!;
    low += octet;
    high += low;
    if (i % BEFORE_OVERFLOW === 0) {
      low %= 255;
      high %= 255;
    }
  }
  const behind = octets.length - at - 1;
  const x = modulo(behind * low - high);
  const y = modulo(high - (behind + 1) * low);
  return nonzero(x) << 8 | nonzero(y);
}

function modulo(value: number): number {
  return (value % 255 + 255) % 255;
}

/** 0 would say that there is no checksum; 255 is the same remainder. */
function nonzero(remainder: number): number {
  return remainder === 0 ? 255 : remainder;
}
