/**
 * Numbers of 1, 2, 4 or 8 octets, of which the highest two bits tell how many.
 *
 * @module
 */

import type { Cursor, Format, Sink } from "./format.ts";

/** How many octets a number may take. */
const SIZES = [1, 2, 4, 8] as const;

/** The least number that one of so many octets cannot hold. */
const LIMITS: Readonly<Record<number, number>> = {
  1: 2 ** 6,
  2: 2 ** 14,
  4: 2 ** 30,
  8: 2 ** 53,
};

/**
 * A variable-length integer of QUIC's. Numbers of 2^53 and above, which nothing
 * in a packet has reason to be, are refused.
 *
 * @param least In how many octets it is written at least; reading takes any.
 * @returns The format.
 * @see RFC 9000 §16
 *
 * @example
 * ```ts
 * import { Cursor } from "./format.ts";
 * import { varint } from "./varint.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.fromHex("7bbd25"), 0, 3);
 * assert.deepEqual([varint().read(cursor), varint().read(cursor)], [15293, 37]);
 * ```
 */
export function varint(least: 1 | 2 | 4 | 8 = 1): Format<number> {
  return {
    about: "a number of 1, 2, 4 or 8 octets",
    read: readVarint,
    write: (to, value = 0) => writeVarint(to, value, least),
    random: (random) => Math.floor(2 ** (random() * 53)) - 1,
    text: (value) => String(value),
  };
}

function readVarint(from: Cursor): number {
  const { at } = from;
  const first = from.u8();
  const more = (1 << (first >> 6)) - 1;
  from.at = at;
  const start = from.take(more + 1) + 1;
  let value = first & 0x3f;
  for (let i = 0; i < more; i++) {
    value = value * 256 + from.octets[start + i]!;
  }
  if (!Number.isSafeInteger(value)) from.fail("number of 2^53 or more", at);
  return value;
}

function writeVarint(to: Sink, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    to.refuse("be a number from 0 up to 2^53 - 1", value, RangeError);
  }
  const size = SIZES.find((size) => size >= least && value < LIMITS[size]!)!;
  const at = to.room(size);
  for (let i = size - 1; i >= 0; i--) {
    to.octets[at + i] = value % 256;
    value = Math.floor(value / 256);
  }
  to.octets[at]! |= SIZES.indexOf(size) << 6;
}
