/**
 * Little-endian pieces, in which 802.11 and radiotap number bits from the lowest
 * on.
 *
 * @module
 */

import { isObject, when } from "../../compound.ts";
import { type Fields, type Format, Stop } from "../../format.ts";
import type { FieldInput, FieldSpec, FieldValue } from "../../layer.ts";
import { valueText } from "../../value.ts";

/** A number of 16 bits, the low octet first. */
export const le16 = { bits: 16, order: "little" } as const;

/** A number of 32 bits, the low octet first. */
export const le32 = { bits: 32, order: "little" } as const;

/**
 * A word whose bits are numbers of their own, the lowest first.
 *
 * @param width The word's width in bits.
 * @param parts Names and widths; what is left above is not named.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { littleBits } from "./little.ts";
 * import assert from "node:assert/strict";
 *
 * const format = littleBits(16, { fragment: 4, sequence: 12 });
 * const cursor = new Cursor(Uint8Array.of(0x21, 0x43), 0, 2);
 * assert.deepEqual(format.read(cursor), { fragment: 1, sequence: 0x432 });
 * ```
 */
export function littleBits<const B extends Readonly<Record<string, number>>>(
  width: 16 | 32,
  parts: B,
): Format<
  { readonly [K in keyof B]: number },
  { readonly [K in keyof B]?: number }
> {
  let sum = 0;
  const places = Object.entries(parts).map(([name, bits]) => {
    const at = sum;
    sum += bits;
    return { name, at, size: 2 ** bits };
  });
  if (sum !== width) throw new TypeError(`${sum} bits are not ${width}`);
  const names = places.map(({ name }) => name).join(", ");
  const made: Format<Fields> = {
    about: `bits: ${names}`,
    read(from) {
      const start = from.take(width / 8);
      const word = width === 16
        ? from.view.getUint16(start, true)
        : from.view.getUint32(start, true);
      return Object.fromEntries(
        places.map(({ name, at, size }) =>
          [name, Math.floor(word / 2 ** at) % size] as const
        ),
      );
    },
    write(to, value = {}) {
      if (!isObject(value)) to.refuse(`be an object with ${names}`, value);
      for (const name in value) {
        if (!(name in parts)) to.refuse(`have nothing but ${names}`, name);
      }
      let word = 0;
      for (const { name, at, size } of places) {
        const part = value[name] ?? 0;
        if (typeof part !== "number") {
          return to.refuse(`have a number as ${name}`, part);
        }
        if (!Number.isInteger(part) || part < 0 || part >= size) {
          const must = `have a ${name} from 0 to ${size - 1}`;
          return to.refuse(must, part, RangeError);
        }
        word += part * 2 ** at;
      }
      const start = to.room(width / 8);
      if (width === 16) to.view.setUint16(start, word, true);
      else to.view.setUint32(start, word, true);
    },
    random: (random) =>
      Object.fromEntries(
        places.map(({ name, size }) => [name, Math.floor(random() * size)]),
      ),
    text: (value) => valueText(value),
  };
  return made as Format<
    { readonly [K in keyof B]: number },
    { readonly [K in keyof B]?: number }
  >;
}

/**
 * A list with the number of its items in front.
 *
 * @param spec What each item is.
 * @returns The format; of a list that is cut there are the items before the cut.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { counted } from "./little.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 0, 7, 8), 0, 4);
 * assert.deepEqual(counted(8).read(cursor), [7, 8]);
 * ```
 */
export function counted<const S extends FieldSpec>(
  spec: S,
): Format<readonly FieldValue<S>[], readonly FieldInput<S>[]> {
  const item = when(() => true, spec);
  return {
    about: `a list of ${item.about}, with its length`,
    empty: [],
    read(from) {
      const count = from.view.getUint16(from.take(2), true);
      const items: FieldValue<S>[] = [];
      while (items.length < count) {
        if (from.left === 0) throw new Stop("cut short", from.at, 1, 0);
        items.push(item.read(from) as FieldValue<S>);
      }
      return items;
    },
    write(to, value = []) {
      if (!Array.isArray(value)) to.refuse("be a list", value);
      if (value.length > 0xffff) to.refuse("be shorter", value.length);
      to.view.setUint16(to.room(2), value.length, true);
      value.forEach((one, i) => to.field(i, item, one as FieldInput<S>));
    },
    random: (random, fields) =>
      Array.from(
        { length: Math.floor(random() * 3) },
        () => item.random(random, fields),
      ),
    text: (value) =>
      value.length === 0
        ? "none"
        : value.map((one) => item.text(one)).join("; "),
  };
}
