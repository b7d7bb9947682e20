/**
 * Random ranges, items of sets, and sets, for the property tests.
 *
 * @module
 */

import fc from "fast-check";
import { type Range, range } from "../../lib/ip/set/range.ts";
import {
  type AddressItem,
  type AddressSet,
  set,
} from "../../lib/ip/set/set.ts";
import { address, subnets } from "./ip_arbitraries.ts";

/** A range of two addresses of one family, often close to each other. */
export const ranges: fc.Arbitrary<Range> = fc.tuple(
  address,
  address,
  fc.nat(300),
)
  .map(([a, b, step]) => {
    const room = (1n << BigInt(a.bits)) - 1n - a.toBigint();
    const near = a.offset(BigInt(step) < room ? BigInt(step) : room);
    const [x, y] = [a, a.family === b.family ? b : near];
    return x.compare(y) <= 0 ? range(x, y) : range(y, x);
  });

export const items: fc.Arbitrary<AddressItem> = fc.oneof(
  address,
  subnets,
  ranges,
  address.map(String),
  subnets.map(String),
  ranges.map(String),
);

export const sets: fc.Arbitrary<AddressSet> = fc.array(items, { maxLength: 30 })
  .map((list) => set(list));
