/**
 * Finds a large IPv4 table's routes with one read of memory, or two.
 *
 * @module
 */

import type { Pieces } from "./pieces.ts";

/** One entry for each /24. */
const BLOCKS = 2 ** 24;

/**
 * An array of all /24s, with the number of each one's route, or where the 256
 * numbers of its addresses stand, if those differ.
 *
 * It takes 64 MiB and 1 KiB for each /24 that has parts, whatever the table.
 *
 * @see Gupta, Lin, McKeown, "Routing Lookups in Hardware at Memory Access
 * Speeds", IEEE INFOCOM (1998), where it is DIR-24-8
 *
 * @example
 * ```ts
 * import { DirectIndex } from "./direct_index.ts";
 * import { cut, Prefixes } from "./pieces.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const prefixes = new Prefixes(4);
 * prefixes.push(subnet("10.0.0.0/8"));
 * const index = new DirectIndex(cut(prefixes, 0));
 * const out = new Int32Array(2);
 * index.lookupAll(new Uint32Array([0x0a010203, 0x0b000000]), out);
 * assert.deepEqual([...out], [0, -1]);
 * ```
 */
export class DirectIndex {
  /** What it is called where a table is shown. */
  readonly name = "DIR-24-8";
  /** Octets that it takes. */
  readonly byteLength: number;
  /**
   * For each /24 a number, -1 for none, or minus the place of its 256 numbers,
   * which stand behind all /24s.
   */
  readonly #entries: Int32Array;

  /**
   * Fills the array.
   *
   * @param pieces The pieces of the IPv4 addresses.
   */
  constructor(pieces: Pieces) {
    const { count, words } = pieces;
    const entries = new Int32Array(BLOCKS + 256 * countCutBlocks(pieces));
    let room = BLOCKS;
    /** Sets addresses of one /24, from one octet up to before another. */
    const setSome = (block: number, from: number, to: number, n: number) => {
      if (entries[block]! >= -1) {
        entries[block] = -room;
        room += 256;
      }
      const place = -entries[block]!;
      entries.fill(n, place + from, place + to);
    };
    for (let piece = 0; piece < count; piece++) {
      const start = words[2 * piece]!;
      const number = words[2 * piece + 1]! | 0;
      const end = piece + 1 < count ? words[2 * piece + 2]! : 2 ** 32;
      const block = start >>> 8;
      const endBlock = Math.floor(end / 256);
      const from = start & 255;
      if (block === endBlock) {
        setSome(block, from, end & 255, number);
        continue;
      }
      if (from > 0) setSome(block, from, 256, number);
      entries.fill(number, from > 0 ? block + 1 : block, endBlock);
      if ((end & 255) > 0) setSome(endBlock, 0, end & 255, number);
    }
    this.#entries = entries;
    this.byteLength = entries.byteLength;
  }

  /**
   * Finds the number of each address.
   *
   * @param keys The addresses, one word each.
   * @param out Where the numbers go, -1 for none; as many as there are addresses.
   */
  lookupAll(keys: Uint32Array, out: Int32Array): void {
    const entries = this.#entries;
    const end = keys.length;
    for (let i = 0; i < end; i++) {
      const key = keys[i]!;
      const entry = entries[key >>> 8]!;
      out[i] = entry >= -1 ? entry : entries[(key & 255) - entry]!;
    }
  }
}

/** Counts the /24s in which a piece begins elsewhere than at the start. */
function countCutBlocks({ count, words }: Pieces): number {
  let blocks = 0;
  let last = -1;
  for (let piece = 0; piece < count; piece++) {
    const start = words[2 * piece]!;
    if ((start & 255) === 0 || start >>> 8 === last) continue;
    last = start >>> 8;
    blocks++;
  }
  return blocks;
}
