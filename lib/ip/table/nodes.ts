/**
 * The nodes of a trie as words of one array, and what is done with one of them.
 *
 * A node is eight words, so one line of the processor's cache holds it whole:
 * its prefix, how long that is, its two children and its route's number. It is
 * named by the index of its first word. Both families are at home, each below a
 * root of its own: bit `n` of an IPv4 address is bit `96 + n` of the words, as
 * in {@linkcode Address}.
 *
 * @module
 */

import type { Address, Family } from "../address.ts";

/** Words of a node; the first four are its prefix. */
export const SIZE = 8;

/** The word with the length of the prefix, 0 to 128. */
export const LENGTH = 4;

/** The word with the child for a next bit of 0; the one after is for 1. */
export const LEFT = 5;

/** The word with the number of the node's route, or {@linkcode NONE}. */
export const ROUTE = 7;

/** No route. */
export const NONE = -1;

/** No node. */
export const NOWHERE = 0;

/** The roots, which are nobody's children. */
const ROOT_4 = SIZE;
const ROOT_6 = 2 * SIZE;

/** The first node after the roots. */
export const FIRST = 3 * SIZE;

/** Nodes of which the smallest array has room. */
export const ROOM = 8;

/** Nodes that are laid out side by side: 128 octets, two lines of the cache. */
const BLOCK = 4;

/**
 * Makes the smallest array, with nothing but the roots.
 *
 * @returns The array.
 *
 * @example
 * ```ts
 * import { LENGTH, plant, rootOf } from "./nodes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(plant()[rootOf(4) + LENGTH], 96);
 * ```
 */
export function plant(): Int32Array {
  const nodes = new Int32Array(SIZE * ROOM);
  nodes[ROOT_4 + LENGTH] = 96;
  nodes[ROOT_4 + ROUTE] = NONE;
  nodes[ROOT_6 + ROUTE] = NONE;
  return nodes;
}

/**
 * Gives the node that all prefixes of a family are below.
 *
 * @param family 4 or 6.
 * @returns The node of 0.0.0.0/0 or ::/0.
 *
 * @example
 * ```ts
 * import { rootOf } from "./nodes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.notEqual(rootOf(4), rootOf(6));
 * ```
 */
export function rootOf(family: Family): number {
  return family === 4 ? ROOT_4 : ROOT_6;
}

/**
 * Counts the leading bits that a node's words share with an address.
 *
 * @param nodes The array.
 * @param node The node, whose prefix length does not count.
 * @param other The address.
 * @returns 0 to 128.
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { plant, rootOf, sharedBits } from "./nodes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(sharedBits(plant(), rootOf(4), parse("0.0.0.255")), 96 + 24);
 * ```
 */
export function sharedBits(
  nodes: Int32Array,
  node: number,
  other: Address,
): number {
  const x0 = nodes[node]! ^ other.w0;
  if (x0 !== 0) return Math.clz32(x0);
  const x1 = nodes[node + 1]! ^ other.w1;
  if (x1 !== 0) return 32 + Math.clz32(x1);
  const x2 = nodes[node + 2]! ^ other.w2;
  if (x2 !== 0) return 64 + Math.clz32(x2);
  return 96 + Math.clz32(nodes[node + 3]! ^ other.w3);
}

/**
 * Reads one bit of an address.
 *
 * @param address The address.
 * @param n Which of the words' bits, from 0. Past 127 the answer means nothing,
 * and need not: no node goes on there.
 * @returns 0 or 1.
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { bitOf } from "./nodes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bitOf(parse("128.0.0.0"), 96), 1);
 * ```
 */
export function bitOf({ w0, w1, w2, w3 }: Address, n: number): number {
  const word = n >= 96 ? w3 : n >= 64 ? w2 : n >= 32 ? w1 : w0;
  return word >>> (~n & 31) & 1;
}

/**
 * Copies all nodes to an array of another size, side by side what is near on the
 * way down, which makes the next lookups twice as fast.
 *
 * @param old The array.
 * @param size Words of the new one.
 * @returns The new one, and where its room begins.
 *
 * @example
 * ```ts
 * import { FIRST, layOut, plant } from "./nodes.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(layOut(plant(), 128).end, FIRST);
 * ```
 */
export function layOut(
  old: Int32Array,
  size: number,
): { nodes: Int32Array; end: number } {
  const nodes = new Int32Array(size);
  nodes.set(old.subarray(0, FIRST));
  let end = FIRST;
  // Links to nodes that have not moved yet.
  const links = [ROOT_4, ROOT_6].flatMap((x) => [x + LEFT, x + LEFT + 1]);
  for (let link = links.pop(); link !== undefined; link = links.pop()) {
    const block = [link];
    let moved = 0;
    for (const next of block) {
      const from = nodes[next]!;
      if (from === NOWHERE) continue;
      if (moved++ >= BLOCK) {
        links.push(next);
        continue;
      }
      for (let i = 0; i < SIZE; i++) nodes[end + i] = old[from + i]!;
      nodes[next] = end;
      block.push(end + LEFT, end + LEFT + 1);
      end += SIZE;
    }
  }
  return { nodes, end };
}
