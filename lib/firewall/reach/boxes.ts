/**
 * Sets of packets as boxes that one can read: for each dimension, the values.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import { AddressSet } from "../../ip/set/set.ts";
import { literalOf, writeValue } from "../model/data_types.ts";
import { type Interval, NONE, type PacketSet } from "./diagram.ts";
import type { Dimension, Space } from "./space.ts";

/** Packets whose values all lie in these intervals; a dimension that is not named is open. */
export type Box = ReadonlyMap<Dimension, readonly Interval[]>;

/** Intervals that are too many to be read. */
const MOST_INTERVALS = 2000;

/** One value's worth of a set, and what is left below it. */
interface Slice {
  readonly intervals: Interval[];
  readonly rest: PacketSet;
}

/** Takes a set apart into boxes, as many as are wanted. */
export function boxesOf(space: Space, set: PacketSet, most: number): Box[] {
  const boxes: Box[] = [];
  const order = space.dimensions.toSorted((a, b) => a.level - b.level);
  const visit = (
    set: PacketSet,
    from: number,
    made: readonly (readonly [Dimension, readonly Interval[]])[],
  ): void => {
    if (boxes.length >= most || set === NONE) return;
    const level = space.diagram.levelOf(set);
    let at = from;
    while (at < order.length && order[at]!.level + order[at]!.bits <= level) {
      at++;
    }
    if (at === order.length) {
      boxes.push(new Map(made));
      return;
    }
    const dimension = order[at]!;
    for (const { intervals, rest } of slices(space, set, dimension)) {
      visit(rest, at + 1, [...made, [dimension, intervals]]);
    }
  };
  visit(set, 0, []);
  return boxes;
}

/** The values of a dimension, together where the rest of the packet is alike. */
function slices(space: Space, set: PacketSet, dimension: Dimension): Slice[] {
  const { diagram } = space;
  const { level, bits } = dimension;
  const isWide = bits > 48;
  const made = new Map<PacketSet, Slice>();
  let count = 0;
  const visit = (
    at: PacketSet,
    bit: number,
    base: number | bigint,
  ): void => {
    if (at === NONE || count > MOST_INTERVALS) return;
    if (diagram.levelOf(at) >= level + bits) {
      const size = isWide ? 1n << BigInt(bits - bit) : 2 ** (bits - bit);
      const last = typeof base === "bigint"
        ? base + (size as bigint) - 1n
        : base + (size as number) - 1;
      let slice = made.get(at);
      if (slice === undefined) {
        made.set(at, slice = { intervals: [], rest: at });
      }
      const before = slice.intervals.at(-1);
      if (before !== undefined && isNext(before[1], base)) {
        slice.intervals[slice.intervals.length - 1] = [before[0], last];
      } else {
        slice.intervals.push([base, last]);
        count++;
      }
      return;
    }
    const isAsked = diagram.levelOf(at) === level + bit;
    const half = typeof base === "bigint"
      ? base + (1n << BigInt(bits - bit - 1))
      : base + 2 ** (bits - bit - 1);
    visit(isAsked ? diagram.lowOf(at) : at, bit + 1, base);
    visit(isAsked ? diagram.highOf(at) : at, bit + 1, half);
  };
  visit(set, 0, isWide ? 0n : 0);
  return [...made.values()];
}

const isNext = (last: number | bigint, first: number | bigint) =>
  typeof last === "bigint" ? last + 1n === first : last + 1 === first;

const mostOf = ({ bits, codes }: Dimension): number | bigint =>
  codes !== undefined
    ? codes.length - 1
    : bits > 48
    ? (1n << BigInt(bits)) - 1n
    : 2 ** bits - 1;

/** Whether a dimension says nothing, as all its values are there. */
export function isOpen(
  dimension: Dimension,
  intervals: readonly Interval[] | undefined,
): boolean {
  return intervals === undefined ||
    intervals.length === 1 && intervals[0]![0] == 0 &&
      intervals[0]![1] >= mostOf(dimension);
}

/** Addresses as prefixes. */
export function prefixesOf(
  { bits }: Dimension,
  intervals: readonly Interval[],
): readonly string[] {
  const bounds: number[] = [];
  const family = bits === 32 ? 4 : 6;
  const most = family === 4 ? 2 ** 32 - 1 : (1n << 128n) - 1n;
  for (const [first, last] of intervals) {
    bounds.push(...words(first, family));
    if (last < most) {
      bounds.push(
        ...words(typeof last === "bigint" ? last + 1n : last + 1, family),
      );
    }
  }
  const set = family === 4
    ? new AddressSet(bounds)
    : new AddressSet([], bounds);
  return [...set].map((subnet) =>
    subnet.prefixLength === bits ? `${subnet.network}` : `${subnet}`
  );
}

function words(value: number | bigint, family: 4 | 6): number[] {
  if (typeof value === "number") return [value];
  const { w0, w1, w2, w3 } = Address.fromBigint(value, family);
  return [w0 >>> 0, w1 >>> 0, w2 >>> 0, w3 >>> 0];
}

/** The values of a dimension as text, the shorter way round. */
export function valuesText(
  dimension: Dimension,
  intervals: readonly Interval[],
): string {
  const { codes, type, bits } = dimension;
  if (codes !== undefined) {
    const held = codes.filter((_, i) =>
      intervals.some(([first, last]) => i >= first && i <= last)
    );
    const rest = codes.filter((code) => !held.includes(code));
    return held.some(({ value }) => value === undefined) && rest.length > 0
      ? `not ${
        rest.map(({ text }) => text).filter((text) => text !== "none").join(
          ", ",
        )
      }`
      : held.map(({ text }) => text).join(", ");
  }
  if (bits === 32 && type.kind === "address" || bits === 128) {
    return prefixesOf(dimension, intervals).join(", ");
  }
  const text = (value: number | bigint) =>
    writeValue(type, literalOf(type, value));
  const isShortInside = intervals.length <= 1 ||
    intervals[0]![0] != 0 || intervals.at(-1)![1] < mostOf(dimension);
  if (!isShortInside) {
    // All but a few.
    const gaps = intervals.slice(1).map(([first], i): Interval => {
      const before = intervals[i]![1];
      return typeof first === "bigint"
        ? [(before as bigint) + 1n, first - 1n]
        : [(before as number) + 1, first - 1];
    });
    return `not ${gaps.map((gap) => spanText(gap, text)).join(", ")}`;
  }
  return intervals.map((interval) => spanText(interval, text)).join(", ");
}

function spanText(
  [first, last]: Interval,
  text: (value: number | bigint) => string,
): string {
  return first === last ? text(first) : `${text(first)}-${text(last)}`;
}
