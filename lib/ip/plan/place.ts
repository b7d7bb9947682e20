/**
 * Places for the wishes of an address plan, or why there are none.
 *
 * @module
 */

import { count } from "../../inspect/units.ts";
import { type Block, fits, freeBlocks, pack } from "./buddy.ts";
import type { Wish } from "./need.ts";
import type { Subnet } from "../subnet.ts";

/** A wish and its place. */
export interface Placed {
  /** What was wanted. */
  readonly wish: Wish;
  /** Where it is, from the start of the space. */
  readonly block: Block;
}

/**
 * Finds a place for every wish; those that keep a subnet stay there.
 *
 * @param within The space.
 * @param wishes What is wanted; what is kept must lie inside and not overlap.
 * @returns The wishes with their places, in the order of these, and what is left.
 * @throws {RangeError} If not all have room, with how large a space would do.
 *
 * @example
 * ```ts
 * import { readNeeds } from "./need.ts";
 * import { place } from "./place.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const net = subnet("10.0.0.0/24");
 * const { placed, left } = place(net, readNeeds(net, [{ name: "a", hosts: 100 }], 30));
 * assert.deepEqual(placed[0]?.block, { start: 0n, bits: 7 });
 * assert.deepEqual(left, [{ start: 128n, bits: 7 }]);
 * ```
 */
export function place(
  within: Subnet,
  wishes: readonly Wish[],
): { placed: Placed[]; left: Block[] } {
  const bits = within.network.bits - within.prefixLength;
  const base = within.network.toBigint();
  const fixed: Placed[] = [];
  const open: Wish[] = [];
  for (const wish of wishes) {
    if (wish.at === undefined) open.push(wish);
    else {
      const start = wish.at.network.toBigint() - base;
      fixed.push({ wish, block: { start, bits: wish.bits } });
    }
  }
  const free = freeBlocks(bits, inOrder(fixed).map(({ block }) => block));
  const sizes = open.map((wish) => wish.bits);
  const places = pack(free, sizes);
  const found = open.map((wish, i) => ({
    wish,
    block: { start: places[i]!, bits: wish.bits },
  }));
  const without = found.filter(({ block }) => block.start < 0n);
  if (without.length > 0) {
    // The largest is tried first, so it is the first that found no room.
    const worst = without.reduce((a, b) => b.wish.bits > a.wish.bits ? b : a);
    refuse(within, worst.wish, free, sizes);
  }
  const placed = inOrder([...fixed, ...found]);
  return { placed, left: freeBlocks(bits, placed.map(({ block }) => block)) };
}

function inOrder(placed: Placed[]): Placed[] {
  return placed.sort((a, b) => a.block.start < b.block.start ? -1 : 1);
}

function refuse(
  within: Subnet,
  worst: Wish,
  free: readonly Block[],
  sizes: readonly number[],
): never {
  const sum = (all: Iterable<number>) =>
    Array.from(all, (bits) => 1n << BigInt(bits)).reduce((a, b) => a + b, 0n);
  const missing = sum(sizes) - sum(free.map(({ bits }) => bits));
  const lacks = missing > 0n
    ? `${count(missing)} ${
      missing === 1n ? "address is" : "addresses are"
    } missing in all`
    : "as what is free is in pieces too small";
  const { bits } = within.network;
  const remedy = enough(within, free, sizes);
  const name = JSON.stringify(worst.need.name);
  throw new RangeError(
    `Cannot plan ${within} as 'needs' must fit into what is free: ${name} needs a /${
      bits - worst.bits
    } and finds no room, ${lacks}. ${
      remedy === undefined
        ? "Not even a /0 would hold all"
        : `Try: ${remedy}, as a /${remedy.prefixLength} would hold all`
    }`,
  );
}

/** The smallest subnet around that would hold all, if there is one. */
function enough(
  within: Subnet,
  free: readonly Block[],
  sizes: readonly number[],
): Subnet | undefined {
  let room = free;
  for (let n = within.prefixLength; n > 0; n--) {
    const bits = within.network.bits - n;
    // The other half is free; with a half that is free it is one block.
    room = room[0]?.bits === bits
      ? [{ start: 0n, bits: bits + 1 }]
      : [...room, { start: 0n, bits }];
    if (fits(room, sizes)) return within.parent(n - 1);
  }
  return undefined;
}
