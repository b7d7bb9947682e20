/**
 * Many prefixes as few: the fewest that are exactly the same addresses, or the
 * one that is around them all.
 *
 * @module
 */

import { type Addresses, set } from "./set.ts";
import { type Subnet, subnet, type SubnetOptions } from "../subnet.ts";

/**
 * Gives the fewest subnets that have exactly the addresses given.
 *
 * Order, overlaps and repetition do not matter. A list of 100,000 lines takes
 * some hundredths of a second.
 *
 * @param items Addresses, subnets, ranges, sets and texts of the first three.
 * @param options What to do with bits set after the prefix of a subnet's text.
 * @returns The subnets, IPv4 first and in order.
 * @throws {ParseError} If text is none of them; the message says which item.
 * @throws {TypeError} If an item is nothing of the kind.
 * @throws {RangeError} If an address has a zone, or there are more than 2²⁴ items.
 * @see RFC 4632 §5 (route aggregation)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const routes = net.ip.summarize(["10.0.1.0/24", "10.0.0.0/24", "10.0.0.7", "2001:db8::/33"]);
 * assert.equal(routes.join(" "), "10.0.0.0/23 2001:db8::/33");
 * assert.throws(() => net.ip.summarize(["10.0.0.0/8", "10.0.0/24"]), /items\[1\]/);
 * ```
 */
export function summarize(
  items: Addresses,
  options?: SubnetOptions,
): Subnet[] {
  return [...set(items, options)];
}

/**
 * Gives the smallest subnet that has all of the addresses given, and mostly
 * others too.
 *
 * @param items Addresses, subnets, ranges, sets and texts of the first three,
 * all of one family.
 * @param options What to do with bits set after the prefix of a subnet's text.
 * @returns The subnet around them.
 * @throws {ParseError} If text is none of them; the message says which item.
 * @throws {TypeError} If an item is nothing of the kind, or they are of two families.
 * @throws {RangeError} If there is no address, or one has a zone.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.supernet(["10.0.0.0/24", "10.0.5.1"])}`, "10.0.0.0/21");
 * ```
 */
export function supernet(items: Addresses, options?: SubnetOptions): Subnet {
  const { first, last } = set(items, options);
  if (first === undefined || last === undefined) {
    throw new RangeError(
      "Cannot give a supernet as 'items' must have an address: current value has none",
    );
  }
  if (first.family !== last.family) {
    throw new TypeError(
      `Cannot give a supernet as 'items' must be of one family: current value has ${first} and ${last}`,
    );
  }
  const shared = first.commonPrefixLength(last);
  return subnet(first, shared, { hostBits: "clear" });
}
