/**
 * Times as text in octets: ISO 8601 in UTC.
 *
 * @module
 */

import { isoTime } from "../packet/show.ts";
import { asciiOf, putAscii, putPadded } from "./text_bytes.ts";

/** Octets that a time takes at most, but for years beyond 9999. */
export const TIME_WIDTH: number = 40;

const Z = 0x5a;
/** Which half of a 64-bit number comes first in this machine's memory. */
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;

/**
 * Makes a writer of times, as they follow each other in a capture: what two of
 * them in one second have in common is made once.
 *
 * @param times Nanoseconds since 1970.
 * @returns Writes one of them at a place that has room for
 * {@linkcode TIME_WIDTH} octets, and gives the place behind: six digits of the
 * second, or nine where there are so many.
 *
 * @example
 * ```ts
 * import { timeWriter } from "./text_time.ts";
 * import assert from "node:assert/strict";
 *
 * const to = new Uint8Array(40);
 * const end = timeWriter(BigInt64Array.of(1_500_000_000n))(to, 0, 0);
 * assert.equal(
 *   new TextDecoder().decode(to.subarray(0, end)),
 *   "1970-01-01T00:00:01.500000Z",
 * );
 * ```
 */
export function timeWriter(
  times: BigInt64Array,
): (to: Uint8Array, at: number, row: number) => number {
  const halves = new Uint32Array(
    times.buffer,
    times.byteOffset,
    times.length * 2,
  );
  let known = -1;
  let prefix: Uint8Array = new Uint8Array(0);
  return (to, at, row) => {
    const low = halves[row * 2 + LOW]!;
    const high = halves[row * 2 + 1 - LOW]!;
    // The sum is inexact; the seconds that it gives may be one off at most.
    let second = Math.floor((high * 4294967296 + low) / 1e9);
    // What is left is below 2^32, so the lower halves tell it exactly.
    let nanoseconds = (low - Math.imul(second, 1e9)) >>> 0;
    if (nanoseconds >= 1e9) {
      const isBefore = nanoseconds >= 2 ** 31;
      second += isBefore ? -1 : 1;
      nanoseconds = (nanoseconds + (isBefore ? 1e9 : -1e9)) >>> 0;
    }
    if (second >= 2 ** 32) {
      const time = Temporal.Instant.fromEpochNanoseconds(times[row]!);
      return putAscii(to, at, asciiOf(isoTime(time)));
    }
    if (second !== known) {
      known = second;
      const iso = new Date(second * 1000).toISOString();
      prefix = asciiOf(iso.slice(0, "YYYY-MM-DDTHH:MM:SS.".length));
    }
    at = putAscii(to, at, prefix);
    const micros = nanoseconds / 1000 | 0;
    at = nanoseconds - micros * 1000 === 0
      ? putPadded(to, at, micros, 6)
      : putPadded(to, at, nanoseconds, 9);
    to[at] = Z;
    return at + 1;
  };
}
