/**
 * AS paths, whose numbers have 2 or 4 octets as the two speakers agreed: which,
 * the octets mostly tell.
 *
 * @module
 */

import type { Fields, Format } from "../../format.ts";
import { valueText } from "../../value.ts";

/** Octets of one AS number: 4 since RFC 6793. */
export type AsOctets = 2 | 4;

/** One part of an AS path. */
export interface AsSegment {
  /** 1 a set, 2 a sequence, 3 and 4 the same within a confederation. */
  readonly type: number;
  /** AS numbers, the nearest first. */
  readonly as: readonly number[];
}

/** RFC 4271 §4.3 and RFC 5065 §3. */
const TYPES = [1, 2, 3, 4];

/**
 * A field of no octets: how wide the AS numbers behind it are.
 *
 * @param tell Tells the width from the octets.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { asOctets } from "./as_path.ts";
 * import { Cursor } from "../../format.ts";
 * import assert from "node:assert/strict";
 *
 * const width = asOctets((octets) => octets.length === 8 ? 4 : 2);
 * assert.equal(width.read(new Cursor(new Uint8Array(6), 0, 6)), 2);
 * ```
 */
export function asOctets(
  tell: (octets: Uint8Array) => AsOctets,
): Format<AsOctets> {
  return {
    about: "octets of an AS number, told by what follows",
    empty: 4,
    isQuiet: true,
    read: (from) => tell(from.octets.subarray(from.at, from.end)),
    write(to, value = 4) {
      if (value !== 2 && value !== 4) to.refuse("be 2 or 4", value);
    },
    random: (random) => random() < 0.5 ? 2 : 4,
    text: (value) => String(value),
  };
}

/** Whether octets are segments of an AS path, to the last of them. */
function isPath(octets: Uint8Array, width: AsOctets): boolean {
  let at = 0;
  while (at < octets.length) {
    const count = octets[at + 1] ?? 0;
    if (!TYPES.includes(octets[at]!) || count === 0) return false;
    at += 2 + count * width;
  }
  return at === octets.length;
}

/**
 * Tells how wide the AS numbers of a path are.
 *
 * @param octets The path.
 * @returns 4, unless the path makes sense with 2 only.
 *
 * @example
 * ```ts
 * import { pathWidth } from "./as_path.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(pathWidth(Uint8Array.of(2, 1, 0xfd, 0xe8)), 2);
 * assert.equal(pathWidth(Uint8Array.of(2, 1, 0, 0, 0xfd, 0xe8)), 4);
 * ```
 */
export function pathWidth(octets: Uint8Array): AsOctets {
  return !isPath(octets, 4) && isPath(octets, 2) ? 2 : 4;
}

function widthOf({ asOctets = 4 }: Fields): AsOctets {
  return asOctets as AsOctets;
}

/**
 * One AS number, as wide as the field `asOctets` before it says.
 *
 * @returns The format.
 *
 * @example
 * ```ts
 * import { asNumber } from "./as_path.ts";
 * import { Cursor } from "../../format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(0, 0, 0xfd, 0xe8), 0, 4);
 * assert.equal(asNumber().read(cursor), 65000);
 * ```
 */
export function asNumber(): Format<number> {
  return {
    about: "an AS number",
    read: (from) => widthOf(from.fields) === 2 ? from.u16() : from.u32(),
    write(to, value = 0) {
      const width = widthOf(to.fields);
      const most = 2 ** (8 * width) - 1;
      if (typeof value !== "number") to.refuse("be a number", value);
      if (!(Number.isInteger(value) && value >= 0 && value <= most)) {
        to.refuse(`be a whole number from 0 to ${most}`, value, RangeError);
      }
      if (width === 2) to.u16(value);
      else to.u32(value);
    },
    random: (random, fields) =>
      Math.floor(random() * 2 ** (8 * widthOf(fields))),
    text: (value) => String(value),
  };
}

/**
 * The segments of an AS path, up to the end of what holds them.
 *
 * @returns The format.
 *
 * @example
 * ```ts
 * import { asSegments } from "./as_path.ts";
 * import { Cursor } from "../../format.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 1, 0, 0, 0xfd, 0xe8), 0, 6);
 * assert.deepEqual(asSegments().read(cursor), [{ type: 2, as: [65000] }]);
 * ```
 */
export function asSegments(): Format<readonly AsSegment[]> {
  const number = asNumber();
  return {
    about: "segments of an AS path",
    empty: [],
    isQuiet: true,
    read(from) {
      const items: AsSegment[] = [];
      while (from.left > 0) {
        const type = from.u8();
        if (!TYPES.includes(type)) {
          from.fail(`AS path segment of type ${type}`, from.at - 1);
        }
        const count = from.u8();
        items.push({
          type,
          as: Array.from({ length: count }, () => number.read(from)),
        });
      }
      return items;
    },
    write(to, value = []) {
      if (!Array.isArray(value)) to.refuse("be a list of segments", value);
      const { path } = to;
      value.forEach(({ type, as }: AsSegment, i) => {
        to.path = `${path}[${i}].as`;
        if (!Array.isArray(as) || as.length > 255) {
          to.refuse("be a list of up to 255 AS numbers", as, RangeError);
        }
        to.path = `${path}[${i}].type`;
        if (!TYPES.includes(type)) {
          to.refuse(`be one of ${TYPES.join(", ")}`, type, RangeError);
        }
        to.u8(type);
        to.u8(as.length);
        as.forEach((one, j) => {
          to.path = `${path}[${i}].as[${j}]`;
          number.write(to, one);
        });
      });
      to.path = path;
    },
    random: (random, fields) =>
      Array.from({ length: Math.floor(random() * 2) + 1 }, () => ({
        type: 1 + Math.floor(random() * 4),
        as: Array.from(
          { length: 1 + Math.floor(random() * 4) },
          () => number.random(random, fields) as number,
        ),
      })),
    text: (value) =>
      value.length === 0 ? "none" : value.map(({ type, as }) => {
        const text = as.join(" ");
        if (type === 2) return text;
        return type === 1 ? `{${text}}` : `confederation ${valueText(as)}`;
      }).join(" "),
  };
}
