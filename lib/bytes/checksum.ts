/**
 * The Internet checksum: the ones' complement of the ones' complement sum of
 * 16-bit words (RFC 1071).
 *
 * @module
 */

import { checkOctets } from "./octets_check.ts";

/**
 * Octets summed between two folds of the carries: few enough that the sum stays
 * a 31-bit integer, which the engine keeps in a register.
 */
const CHUNK = 0x8000;

/**
 * Sums octets as 16-bit words in ones' complement. The result can be carried
 * into the next sum, which is how a pseudo-header joins its segment.
 *
 * @param bytes The octets; an odd one at the end counts as if a zero followed,
 * so only the last part of a message may have an odd length.
 * @param initial The sum so far, up to 32 bits. @default {0}
 * @param start The first octet to count. Given apart, as hot paths sum parts
 * of one buffer and should not make an object for each. @default {0}
 * @param end The octet after the last. @default {the length}
 * @returns The sum, folded to 16 bits.
 * @throws {RangeError} If `start` or `end` lies outside the octets.
 * @see RFC 1071 §1, §2(A)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pseudoHeader = net.bytes.onesSum(net.bytes.parseHex("c0a80001 c0a80002 0011 000a"));
 * const datagram = net.bytes.parseHex("d431 0035 000a 0000 6869");
 * assert.equal(net.bytes.internetChecksum(datagram, pseudoHeader), 0x41b6);
 * ```
 */
export function onesSum(
  bytes: Uint8Array,
  initial = 0,
  start = 0,
  end: number = bytes.length,
): number {
  if (!(start >= 0 && end <= bytes.length)) {
    throw new RangeError(
      `Cannot sum octets as 'start' to 'end' must be within the ${bytes.length} given: current value is ${start} to ${end}`,
    );
  }
  let sum = (initial & 0xffff) + (initial >>> 16);
  for (let i = start; i < end;) {
    const stop = Math.min(end, i + CHUNK);
    for (const last = stop - 1; i < last; i += 2) {
      sum += bytes[i]! << 8 | bytes[i + 1]!;
    }
    if (i < stop) sum += bytes[i++]! << 8;
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return (sum & 0xffff) + (sum >>> 16);
}

/**
 * Computes the checksum of IPv4, ICMP, UDP, TCP and their like.
 *
 * Over data that holds its own right checksum the result is 0.
 *
 * @param bytes The octets, with zeros in the checksum's place.
 * @param initial A sum to start from: {@linkcode onesSum} of the pseudo-header.
 * @param start The first octet to count. @default {0}
 * @param end The octet after the last. @default {the length}
 * @returns The checksum, 0 to 0xffff. (UDP sends 0xffff where this is 0:
 * RFC 768.)
 * @throws {RangeError} If `start` or `end` lies outside the octets.
 * @see RFC 1071 §1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const header = net.bytes.parseHex("4500 0073 0000 4000 4011 0000 c0a8 0001 c0a8 00c7");
 * assert.equal(net.bytes.internetChecksum(header), 0xb861);
 * ```
 */
export function internetChecksum(
  bytes: Uint8Array,
  initial = 0,
  start = 0,
  end: number = bytes?.length,
): number {
  checkOctets("sum octets", bytes);
  if (typeof initial !== "number") {
    throw new TypeError(
      `Cannot sum octets as 'initial' must be a number: current value is ${
        Deno.inspect(initial)
      }`,
    );
  }
  return ~onesSum(bytes, initial, start, end) & 0xffff;
}

/**
 * Brings a checksum up to date after part of the data changed, without
 * reading the rest.
 *
 * @param checksum The checksum before.
 * @param before The changed 16-bit word as it was, or the {@linkcode onesSum}
 * of all the changed words.
 * @param after The same as it is now.
 * @returns The checksum now.
 * @see RFC 1624 §3, equation 3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * // A router takes one off the TTL: 0x4011 (64, UDP) becomes 0x3f11.
 * assert.equal(net.bytes.updateChecksum(0xb861, 0x4011, 0x3f11), 0xb961);
 * ```
 */
export function updateChecksum(
  checksum: number,
  before: number,
  after: number,
): number {
  const sum = (~checksum & 0xffff) + (~before & 0xffff) + after;
  const folded = (sum & 0xffff) + (sum >>> 16);
  // Three addends may carry twice.
  return ~(folded + (folded >>> 16)) & 0xffff;
}
