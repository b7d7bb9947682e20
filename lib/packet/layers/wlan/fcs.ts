/**
 * The frame check sequence of 802.11, which is there if radiotap says so.
 *
 * @module
 */

import type { Cursor, Format } from "../../format.ts";

/** Bits of radiotap's first word, and of its flags. */
const TSFT = 1;
const FLAGS = 2;
const FCS = 0x10;
const SIZE = 4;

/** How many octets at the end are the check sequence, by the radiotap before. */
function fcsLength({ view, start, header }: Cursor): number {
  const { offset } = header;
  // Radiotap starts a packet, and its length is where the frame starts.
  if (typeof offset !== "number" || offset < 9) return 0;
  const at = start - offset;
  const isRadiotap = view.getUint8(at) === 0 &&
    view.getUint16(at + 2, true) === offset;
  if (!isRadiotap) return 0;
  const word = view.getUint32(at + 4, true);
  if ((word & FLAGS) === 0) return 0;
  let place = at + 4;
  while (place + 4 < start && view.getUint32(place, true) >>> 31 === 1) {
    place += 4;
  }
  place += 4;
  if ((word & TSFT) !== 0) place = at + Math.ceil((place - at) / 8) * 8 + 8;
  return place < start && (view.getUint8(place) & FCS) !== 0 ? SIZE : 0;
}

/**
 * Keeps a field that takes all that is left off the check sequence.
 *
 * @param format The field.
 * @returns The same, without the octets of the check sequence.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { octets } from "../../formats.ts";
 * import { beforeFcs } from "./fcs.ts";
 * import assert from "node:assert/strict";
 *
 * // Radiotap of 9 octets with flags that say FCS, then a frame of 6.
 * const packet = Uint8Array.fromHex("000009000200000010" + "aabb" + "01020304");
 * const cursor = new Cursor(packet, 9, packet.length);
 * cursor.header = { offset: 9 };
 * assert.equal(beforeFcs(octets()).read(cursor).length, 2);
 * ```
 */
export function beforeFcs<T, I>(format: Format<T, I>): Format<T, I> {
  return {
    ...format,
    read: (from) =>
      from.within(
        Math.max(0, from.left - fcsLength(from)),
        (from) => format.read(from),
      ),
  };
}

/** The check sequence, a number as the lowest octet first. */
export const fcs: Format<number | undefined, number> = {
  about: "32 bits, if radiotap says so",
  isQuiet: true,
  read(from) {
    if (fcsLength(from) === 0) return undefined;
    return from.view.getUint32(from.take(SIZE), true);
  },
  write(to, value) {
    if (value === undefined) return;
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
      to.refuse("be a number of 32 bits", value, RangeError);
    }
    to.view.setUint32(to.room(SIZE), value, true);
  },
  random: () => undefined,
  text: (value) => `0x${Number(value).toString(16).padStart(8, "0")}`,
};
