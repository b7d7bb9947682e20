/**
 * CRC32c: the checksum of SCTP, iSCSI and others.
 *
 * @module
 */

import { checkOctets } from "./octets_check.ts";

/** Castagnoli's polynomial 0x1edc6f41, bits mirrored. */
const POLYNOMIAL = 0x82f63b78;

/** What each octet does to the remainder. */
const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? remainder >>> 1 ^ POLYNOMIAL : remainder >>> 1;
  }
  return remainder;
});

/**
 * Computes a CRC32c.
 *
 * @param bytes The octets.
 * @param start The first octet to count. @default {0}
 * @param end The octet after the last. @default {the length}
 * @param zeroAt Where 4 octets are counted as zeros: the checksum's own place.
 * @default {nowhere}
 * @returns 32 bits, unsigned.
 * @throws {RangeError} If `start` or `end` lies outside the octets.
 * @see RFC 9260 §6.8, appendix A
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.bytes.crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
 * ```
 */
export function crc32c(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes?.length,
  zeroAt = -4,
): number {
  checkOctets("sum octets", bytes);
  if (!(start >= 0 && end <= bytes.length)) {
    throw new RangeError(
      `Cannot sum octets as 'start' to 'end' must be within the ${bytes.length} given: current value is ${start} to ${end}`,
    );
  }
  let remainder = -1;
  for (let i = start; i < end; i++) {
    const octet = i >= zeroAt && i < zeroAt + 4 ? 0 : bytes[i]!;
    remainder = TABLE[(remainder ^ octet) & 0xff]! ^ remainder >>> 8;
  }
  return ~remainder >>> 0;
}
