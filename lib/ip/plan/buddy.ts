/**
 * Buddy allocation: blocks of a power of two, each at a multiple of its size,
 * so that every one is a subnet.
 *
 * Places are counted from the start of the space; a block of `bits` has 2^bits
 * addresses.
 *
 * @module
 */

/** A block, by its place in the space. */
export interface Block {
  /** Addresses from the start of the space; a multiple of the block's size. */
  readonly start: bigint;
  /** The size as a power of two. */
  readonly bits: number;
}

/**
 * Finds what blocks leave free, as the fewest blocks.
 *
 * @param bits The size of the space as a power of two.
 * @param taken Blocks in order of their places, none overlapping.
 * @returns The free blocks in order.
 *
 * @example
 * ```ts
 * import { freeBlocks } from "./buddy.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(freeBlocks(8, [{ start: 64n, bits: 6 }]), [
 *   { start: 0n, bits: 6 },
 *   { start: 128n, bits: 7 },
 * ]);
 * ```
 */
export function freeBlocks(bits: number, taken: Iterable<Block>): Block[] {
  const free: Block[] = [];
  let start = 0n;
  for (const block of taken) {
    cut(start, block.start, free);
    start = block.start + (1n << BigInt(block.bits));
  }
  cut(start, 1n << BigInt(bits), free);
  return free;
}

/** Cuts what lies from `start` up to and without `end` into the fewest blocks. */
function cut(start: bigint, end: bigint, into: Block[]): void {
  while (start < end) {
    // As large as both its place and what is left allow.
    const fits = log2(end - start);
    const bits = start === 0n ? fits : Math.min(fits, log2(start & -start));
    into.push({ start, bits });
    start += 1n << BigInt(bits);
  }
}

/** The place of the highest one of a positive number. */
function log2(n: bigint): number {
  return n.toString(2).length - 1;
}

/**
 * Puts blocks into free ones: the largest first, each into the first that holds
 * it; those of one size in the order given.
 *
 * @param free Blocks in order of their places.
 * @param sizes The sizes wanted, as powers of two.
 * @returns The place of each, in the order given, or -1 if there was no room.
 *
 * @example
 * ```ts
 * import { pack } from "./buddy.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(pack([{ start: 0n, bits: 8 }], [6, 7, 6]), [128n, 0n, 192n]);
 * assert.deepEqual(pack([{ start: 0n, bits: 8 }], [8, 0]), [0n, -1n]);
 * ```
 */
export function pack(
  free: readonly Block[],
  sizes: readonly number[],
): bigint[] {
  const places = sizes.map(() => -1n);
  const bySize = Map.groupBy(sizes.keys(), (i) => sizes[i]!);
  for (const bits of [...bySize.keys()].sort((a, b) => b - a)) {
    free = fill(free, bits, bySize.get(bits)!, places);
  }
  return places;
}

/** Places all blocks of one size in one pass; gives what is free after it. */
function fill(
  free: readonly Block[],
  bits: number,
  wanted: readonly number[],
  places: bigint[],
): Block[] {
  const size = 1n << BigInt(bits);
  const left: Block[] = [];
  let next = 0;
  for (const block of free) {
    if (block.bits < bits || next === wanted.length) {
      left.push(block);
      continue;
    }
    const end = block.start + (1n << BigInt(block.bits));
    let { start } = block;
    for (; start < end && next < wanted.length; start += size) {
      places[wanted[next++]!] = start;
    }
    cut(start, end, left);
  }
  return left;
}

/**
 * Tells whether blocks can be put into free ones, in whatever way.
 *
 * A block of 2^k addresses, or a larger one, can only go where 2^k are free in
 * one block. So for each k what is wanted in such blocks must not exceed what is
 * free in such. If it never does, {@linkcode pack} finds room for all, since it
 * cuts off no piece smaller than what it places.
 *
 * @param free The free blocks, as few as there can be.
 * @param sizes The sizes wanted, as powers of two.
 * @returns Whether all have room.
 *
 * @example
 * ```ts
 * import { fits } from "./buddy.ts";
 * import assert from "node:assert/strict";
 *
 * const free = [{ start: 0n, bits: 6 }, { start: 128n, bits: 6 }];
 * assert.ok(fits(free, [6, 5, 5]) && !fits(free, [7]));
 * ```
 */
export function fits(
  free: readonly Block[],
  sizes: readonly number[],
): boolean {
  const room = Array.from({ length: 129 }, () => 0n);
  for (const { bits } of free) room[bits]! += 1n << BigInt(bits);
  for (const bits of sizes) room[bits]! -= 1n << BigInt(bits);
  let left = 0n;
  for (const balance of room.reverse()) {
    left += balance;
    if (left < 0n) return false;
  }
  return true;
}
