/**
 * Whole sets of addresses as sorted bounds, for the algebra on them.
 *
 * A bound is an address at which membership turns: the first is the lowest that
 * is in, the second the lowest above it that is out, and so on. After an odd
 * number of bounds all that follows is in, so that no bound lies beyond the
 * family. Ranges that touch are then one, and equal sets have equal bounds.
 *
 * Bounds stand in a flat row of unsigned words, one each for IPv4 and four for
 * IPv6. Where a single address goes in or out it stands in four words as in an
 * `Address`, an IPv4 one in the last.
 *
 * @module
 */

import type { Address, Family } from "../address.ts";

/** Addresses of one family as sorted bounds. */
export interface Spans {
  /** 4 or 6. */
  readonly family: Family;
  /** Where membership turns, in unsigned words, strictly increasing. */
  readonly bounds: ArrayLike<number>;
}

/** One more than the largest word. */
const WORD = 2 ** 32;

/**
 * Tells how many words a bound has.
 *
 * @param family 4 or 6.
 * @returns 1 or 4.
 *
 * @example
 * ```ts
 * import { strideOf } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(strideOf(6), 4);
 * ```
 */
export function strideOf(family: Family): 1 | 4 {
  return family === 4 ? 1 : 4;
}

/**
 * Makes spans of a single range.
 *
 * @param start The lowest address.
 * @param end The highest, not below it.
 * @returns The addresses from one to the other.
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { spansFrom } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * const spans = spansFrom(parse("0.0.0.5"), parse("255.255.255.255"));
 * assert.deepEqual(Array.from(spans.bounds), [5]);
 * ```
 */
export function spansFrom(start: Address, end: Address): Spans {
  const { family, bits } = start;
  const first = 4 - strideOf(family);
  const above = new Uint32Array([end.w0, end.w1, end.w2, end.w3]);
  const closed = advance(above, family, bits);
  const bounds = [start.w0, start.w1, start.w2, start.w3].slice(first);
  if (closed) bounds.push(...above.subarray(first));
  return { family, bounds: new Uint32Array(bounds) };
}

/**
 * Orders two bounds, or an address and a bound.
 *
 * @param a The words of the one.
 * @param i Index of its first word.
 * @param b The words of the other.
 * @param j Index of its first word.
 * @param stride How many words each has.
 * @returns Below 0 if the one is lower, above 0 if the other is, 0 if they are equal.
 *
 * @example
 * ```ts
 * import { compareWords } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(compareWords([0, 0, 0, 9], 0, [0, 0, 1, 0], 0, 4) < 0);
 * ```
 */
export function compareWords(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  stride: number,
): number {
  for (let k = 0; k < stride; k++) {
    const difference = a[i + k]! - b[j + k]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Goes from an address to the next block of its size, in place.
 *
 * @param words The block's lowest address in four words; all zero after the last block.
 * @param family Its family.
 * @param prefixLength The block's prefix length.
 * @returns Whether there is a next one.
 *
 * @example
 * ```ts
 * import { advance } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * const words = new Uint32Array([0, 0, 0, 0x0a00_ff00]);
 * assert.ok(advance(words, 4, 24));
 * assert.equal(words[3], 0x0a01_0000);
 * ```
 */
export function advance(
  words: Uint32Array,
  family: Family,
  prefixLength: number,
): boolean {
  if (prefixLength === 0) return false;
  const top = 4 - strideOf(family);
  const last = 32 * top + prefixLength - 1;
  let carry = (1 << 31 - (last & 31)) >>> 0;
  for (let w = last >>> 5; w >= top; w--) {
    const sum = words[w]! + carry;
    words[w] = sum;
    if (sum < WORD) return true;
    carry = 1;
  }
  return false;
}

/**
 * Finds the shortest prefix after which an address has no bits set.
 *
 * @param words The address in four words.
 * @param family Its family.
 * @returns 0 to 32 or 128.
 *
 * @example
 * ```ts
 * import { shortestPrefix } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shortestPrefix(new Uint32Array([0, 0, 0, 0x0a00_0000]), 4), 7);
 * ```
 */
export function shortestPrefix(words: Uint32Array, family: Family): number {
  const top = 4 - strideOf(family);
  for (let w = 3; w >= top; w--) {
    const word = words[w]!;
    // The lowest one of a word is all that it shares with its negative.
    if (word !== 0) return 32 * (w - top + 1) - 31 + Math.clz32(word & -word);
  }
  return 0;
}

/**
 * Counts the bounds up to and with an address: odd for one that is in.
 *
 * @param spans The addresses.
 * @param words The address in four words.
 * @returns 0 to the number of bounds, found in logarithmic time.
 *
 * @example
 * ```ts
 * import { rank } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * const spans = { family: 4, bounds: [10, 20] } as const;
 * assert.equal(rank(spans, new Uint32Array([0, 0, 0, 19])), 1);
 * assert.equal(rank(spans, new Uint32Array([0, 0, 0, 20])), 2);
 * ```
 */
export function rank({ family, bounds }: Spans, words: Uint32Array): number {
  const stride = strideOf(family);
  const first = 4 - stride;
  let low = 0;
  let high = bounds.length / stride;
  while (low < high) {
    const middle = low + high >>> 1;
    if (compareWords(bounds, middle * stride, words, first, stride) <= 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/**
 * Counts the addresses.
 *
 * @param spans The addresses.
 * @returns 0 to 2³² or 2¹²⁸.
 *
 * @example
 * ```ts
 * import { sizeOf } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sizeOf({ family: 4, bounds: [10, 20, 30] }), 2n ** 32n - 20n);
 * ```
 */
export function sizeOf({ family, bounds }: Spans): bigint {
  const stride = strideOf(family);
  // All ends less all starts, modulo 2^32 or 2^128; an end at the top is 0.
  const total = new Uint32Array(stride);
  let sign = -1;
  for (let i = 0; i < bounds.length; i += stride) {
    let carry = 0;
    for (let k = stride - 1; k >= 0; k--) {
      const sum = total[k]! + sign * bounds[i + k]! + carry;
      total[k] = sum;
      carry = Math.floor(sum / WORD);
    }
    sign = -sign;
  }
  const size = total.reduce((n, word) => n << 32n | BigInt(word), 0n);
  // Nothing and everything are alike to that modulus.
  return size === 0n && bounds.length > 0 ? 1n << BigInt(32 * stride) : size;
}

/**
 * Copies bounds that come from outside, and checks them.
 *
 * @param name What the caller's documentation calls them.
 * @param bounds The bounds.
 * @param family Their family.
 * @returns The copy.
 * @throws {RangeError} If they are not strictly increasing unsigned words.
 *
 * @example
 * ```ts
 * import { checkedBounds } from "./spans.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkedBounds("bounds", [2, 1], 4), RangeError);
 * ```
 */
export function checkedBounds(
  name: string,
  bounds: ArrayLike<number>,
  family: Family,
): Uint32Array {
  const stride = strideOf(family);
  const copy = new Uint32Array(bounds);
  let good = copy.length % stride === 0;
  for (let i = 0; good && i < copy.length; i++) good = copy[i] === bounds[i];
  for (let i = stride; good && i < copy.length; i += stride) {
    good = compareWords(copy, i - stride, copy, i, stride) < 0;
  }
  if (good) return copy;
  throw new RangeError(
    `Cannot make a set as '${name}' must be strictly increasing, in unsigned words, ${stride} for each: current value is ${
      Array.from(bounds).slice(0, 16).join(", ")
    }`,
  );
}
