/**
 * A fixed row of prefixes of one family, and the line of addresses that they
 * cut into pieces: within a piece the longest prefix is everywhere the same.
 *
 * @module
 */

import { Address, type Family } from "../address.ts";
import { Subnet } from "../subnet.ts";

/** Prefixes for which there is room at first. */
const ROOM = 64;

/**
 * Subnets of one family in columns of numbers, a fraction of what the objects
 * take.
 *
 * @example
 * ```ts
 * import { Prefixes } from "./pieces.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const prefixes = new Prefixes(4);
 * prefixes.push(subnet("10.0.0.0/8"));
 * assert.equal(`${prefixes.at(0)}`, "10.0.0.0/8");
 * ```
 */
export class Prefixes {
  /** 4 or 6. */
  readonly family: Family;
  /** Words of an address: 1 or 4. */
  readonly width: 1 | 4;
  /** How many prefixes there are. */
  size = 0;
  /** The networks, `width` words each, then room. */
  words: Uint32Array;
  /** The prefix lengths, then room. */
  lengths: Uint8Array;

  /** Makes an empty row. */
  constructor(family: Family) {
    this.family = family;
    this.width = family === 4 ? 1 : 4;
    this.words = new Uint32Array(ROOM * this.width);
    this.lengths = new Uint8Array(ROOM);
  }

  /** Octets that the columns take. */
  get byteLength(): number {
    return this.words.byteLength + this.lengths.byteLength;
  }

  /** Adds one at the end. */
  push({ network, prefixLength }: Subnet): void {
    if (this.size === this.lengths.length) this.#fit(2 * this.size);
    this.lengths[this.size] = prefixLength;
    const at = this.size * this.width;
    const { words } = this;
    if (this.width === 4) {
      words[at] = network.w0;
      words[at + 1] = network.w1;
      words[at + 2] = network.w2;
      words[at + 3] = network.w3;
    } else {
      words[at] = network.w3;
    }
    this.size++;
  }

  /** Gives one of them as a subnet. */
  at(index: number): Subnet {
    const { words, lengths, family } = this;
    const at = index * this.width;
    const network = family === 4
      ? new Address(4, 0, 0, 0, words[at]!)
      : new Address(
        6,
        words[at]!,
        words[at + 1]!,
        words[at + 2]!,
        words[at + 3]!,
      );
    return new Subnet(network, lengths[index]!);
  }

  /** Gives back the room that is left. */
  trim(): void {
    this.#fit(this.size);
  }

  #fit(room: number): void {
    const words = new Uint32Array(room * this.width);
    words.set(this.words.subarray(0, this.size * this.width));
    this.words = words;
    const lengths = new Uint8Array(room);
    lengths.set(this.lengths.subarray(0, this.size));
    this.lengths = lengths;
  }
}

/**
 * The pieces in order: each goes on up to where the next begins, the last to
 * the family's end. The first begins at 0.
 */
export interface Pieces {
  /** How many there are, at least one. */
  readonly count: number;
  /** Leading words of an address that tell the beginnings apart: 1 to 4. */
  readonly depth: number;
  /**
   * For each piece the `depth` leading words of its first address, whose other
   * words are 0, and the number of its prefix, or {@linkcode NO_NUMBER}.
   */
  readonly words: Uint32Array;
}

/** Stands for "no prefix" among the numbers of {@linkcode Pieces}; -1 when signed. */
export const NO_NUMBER = 0xffffffff;

/**
 * Cuts the line of addresses at the ends of the prefixes.
 *
 * @param prefixes Prefixes in order: by network, a shorter one before its parts.
 * @param first The first one's number; the others count on from it.
 * @returns The pieces, at most two for each prefix and one more.
 *
 * @example
 * ```ts
 * import { cut, NO_NUMBER, Prefixes } from "./pieces.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const prefixes = new Prefixes(4);
 * prefixes.push(subnet("128.0.0.0/1"));
 * const { words } = cut(prefixes, 7);
 * assert.deepEqual([...words], [0, NO_NUMBER, 0x80000000, 7]);
 * ```
 */
export function cut(prefixes: Prefixes, first: number): Pieces {
  const { size, width, words, lengths } = prefixes;
  const depth = depthOf(prefixes);
  const stride = depth + 1;
  const pieces = new Uint32Array((2 * size + 1) * stride);
  const start = new Uint32Array(depth);
  let count = 0;

  /** Begins a piece at `start`, or gives the one that begins there its number. */
  const begin = (number: number): void => {
    const last = (count - 1) * stride;
    let same = 0;
    while (same < depth && pieces[last + same] === start[same]) same++;
    if (same === depth) count--;
    pieces.set(start, count * stride);
    pieces[count * stride + depth] = number;
    count++;
  };

  // The prefixes around where we are, the longest last.
  const around: number[] = [];
  const numberAround = () =>
    around.length === 0 ? NO_NUMBER : first + around[around.length - 1]!;
  const leave = (): void => {
    const index = around.pop()!;
    const from = index * width;
    for (let i = 0; i < depth; i++) start[i] = words[from + i]!;
    if (addAt(start, lengths[index]!)) begin(numberAround());
  };

  begin(NO_NUMBER);
  for (let index = 0; index < size; index++) {
    while (
      around.length > 0 &&
      !contains(prefixes, around[around.length - 1]!, index)
    ) leave();
    around.push(index);
    for (let i = 0; i < depth; i++) start[i] = words[index * width + i]!;
    begin(numberAround());
  }
  while (around.length > 0) leave();
  return { count, depth, words: pieces.slice(0, count * stride) };
}

/** How many words the longest prefix reaches into: all after them are 0. */
function depthOf({ size, lengths }: Prefixes): number {
  let longest = 1;
  for (let i = 0; i < size; i++) longest = Math.max(longest, lengths[i]!);
  return Math.ceil(longest / 32);
}

/** Whether the prefix at one place contains the longer one at another. */
function contains(prefixes: Prefixes, one: number, other: number): boolean {
  const { width, words, lengths } = prefixes;
  const length = lengths[one]!;
  const whole = length >> 5;
  for (let i = 0; i < whole; i++) {
    if (words[one * width + i] !== words[other * width + i]) return false;
  }
  const rest = length & 31;
  if (rest === 0) return true;
  const x = words[one * width + whole]! ^ words[other * width + whole]!;
  return x >>> (32 - rest) === 0;
}

/** Adds 1 to the first `length` bits; `false` if there is nothing above them. */
function addAt(words: Uint32Array, length: number): boolean {
  if (length === 0) return false;
  let carry = 2 ** (31 - (length - 1 & 31));
  for (let i = length - 1 >> 5; i >= 0; i--) {
    const sum = words[i]! + carry;
    words[i] = sum;
    if (sum < 2 ** 32) return true;
    carry = 1;
  }
  return false;
}
