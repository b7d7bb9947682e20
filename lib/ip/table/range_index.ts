/**
 * Finds the piece of the line of addresses that an address is in: by its
 * leading bits, then by halving.
 *
 * @module
 */

import type { Pieces } from "./pieces.ts";

/** A run of pieces this short is halved at once. */
const FEW = 32;

/** The most bits that one level of the index takes. */
const BITS = 16;

/** The most levels. Four reach to bit 64, behind which routes are rare. */
const LEVELS = 4;

/** Addresses that are looked up side by side, and the pieces they may be in. */
const BATCH = 256;
const LOW = new Int32Array(BATCH);
const HIGH = new Int32Array(BATCH);

/**
 * An index over {@linkcode Pieces} that grows with them and not with the
 * length of an address.
 *
 * A level takes the next few bits of an address, as many as tell the pieces
 * there apart if they are spread evenly; where they crowd, another level
 * follows. What is left, most often one piece or two, is halved. So all prefix
 * lengths do, and all ways in which routes crowd; the best case is the Internet's.
 *
 * @see Zec, Rizzo, Mikuc, "DXR: Towards a Billion Routing Lookups Per Second in
 * Software", ACM CCR 42 (2012)
 *
 * @example
 * ```ts
 * import { cut, Prefixes } from "./pieces.ts";
 * import { RangeIndex } from "./range_index.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const prefixes = new Prefixes(4);
 * prefixes.push(subnet("10.0.0.0/8"));
 * const index = new RangeIndex(cut(prefixes, 0), 1);
 * const out = new Int32Array(2);
 * index.lookupAll(new Uint32Array([0x0a010203, 0x0b000000]), out);
 * assert.deepEqual([...out], [0, -1]);
 * ```
 */
export class RangeIndex {
  /** What it is called where a table is shown. */
  readonly name = "range search";
  /** Octets that it takes. */
  readonly byteLength: number;
  readonly #pieces: Pieces;
  /** Words from one address to the next in the keys. */
  readonly #width: number;
  /**
   * Pairs: the first and the last piece that may hold an address, or the
   * complement of where the next level's pairs begin and how many bits it takes.
   */
  readonly #index: Int32Array;

  /**
   * Builds the index.
   *
   * @param pieces The pieces.
   * @param width Words of an address: 1 or 4.
   */
  constructor(pieces: Pieces, width: number) {
    const index = [0, 0];
    addLevel(index, 0, pieces, { first: 0, end: pieces.count }, 0, 0);
    this.#pieces = pieces;
    this.#width = width;
    this.#index = Int32Array.from(index);
    this.byteLength = this.#index.byteLength + pieces.words.byteLength;
  }

  /**
   * Finds the number of each address.
   *
   * @param keys The addresses, `width` words each.
   * @param out Where the numbers go, -1 for none; as many as there are addresses.
   */
  lookupAll(keys: Uint32Array, out: Int32Array): void {
    const count = keys.length / this.#width;
    // In two loops the processor waits for many reads of memory at once.
    for (let from = 0; from < count; from += BATCH) {
      const to = Math.min(from + BATCH, count);
      this.#narrow(keys, from, to);
      this.#halve(keys, from, to, out);
    }
  }

  /** Goes through the levels of the index. */
  #narrow(keys: Uint32Array, from: number, to: number): void {
    const index = this.#index;
    const width = this.#width;
    for (let n = from; n < to; n++) {
      const key = n * width;
      let low = index[0]!;
      let high = index[1]!;
      let bit = 0;
      while (low < 0) {
        const bits = high;
        const next = keys[key + (bit >> 5)]! << (bit & 31) >>> (32 - bits);
        const pair = ~low + 2 * next;
        low = index[pair]!;
        high = index[pair + 1]!;
        bit += bits;
      }
      LOW[n - from] = low;
      HIGH[n - from] = high;
    }
  }

  /** Finds the last piece that begins at the address or below. */
  #halve(keys: Uint32Array, from: number, to: number, out: Int32Array): void {
    const { words, depth } = this.#pieces;
    const width = this.#width;
    const stride = depth + 1;
    for (let n = from; n < to; n++) {
      const key = n * width;
      let low = LOW[n - from]!;
      let high = HIGH[n - from]!;
      while (low < high) {
        const middle = low + high + 1 >>> 1;
        const piece = middle * stride;
        let i = 0;
        while (i < depth - 1 && words[piece + i] === keys[key + i]) i++;
        if (words[piece + i]! <= keys[key + i]!) low = middle;
        else high = middle - 1;
      }
      out[n] = words[low * stride + depth]!;
    }
  }
}

/** The pieces that begin within some leading bits. */
interface Run {
  readonly first: number;
  readonly end: number;
}

/**
 * Writes a pair of the index and the levels behind it.
 *
 * @param index Where to.
 * @param pair The pair's place.
 * @param pieces All pieces.
 * @param run Those that begin within the bits so far.
 * @param bit How many bits those are.
 * @param level How many levels they took.
 */
function addLevel(
  index: number[],
  pair: number,
  pieces: Pieces,
  run: Run,
  bit: number,
  level: number,
): void {
  const { first, end } = run;
  const { words, depth } = pieces;
  const stride = depth + 1;
  if (end - first <= FEW || level === LEVELS) {
    // The piece before the run goes on into it.
    index[pair] = Math.max(0, first - 1);
    index[pair + 1] = end - 1;
    return;
  }
  // So many that there are more ways on than pieces.
  const spread = 32 - Math.clz32(end - first);
  const bits = Math.min(BITS, spread, 32 - (bit & 31));
  const base = index.length;
  index[pair] = ~base;
  index[pair + 1] = bits;
  for (let i = 0; i < 2 << bits; i++) index.push(0);
  let from = first;
  for (let next = 0; next < 1 << bits; next++) {
    let to = from;
    while (
      to < end &&
      words[to * stride + (bit >> 5)]! << (bit & 31) >>> (32 - bits) === next
    ) to++;
    const part = { first: from, end: to };
    addLevel(index, base + 2 * next, pieces, part, bit + bits, level + 1);
    from = to;
  }
}
