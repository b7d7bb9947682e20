/**
 * Sets of addresses of both families, and the algebra on them.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import type { Address } from "../address.ts";
import { extentOf } from "./extent.ts";
import { Gathering } from "./gather.ts";
import { Listing } from "./listing.ts";
import { countRanges, prefixes, rangeAt } from "./pieces.ts";
import { Range } from "./range.ts";
import { cardOf, lineOf } from "./card.ts";
import { checkedBounds, rank, sizeOf, type Spans } from "./spans.ts";
import type { Subnet, SubnetOptions } from "../subnet.ts";
import {
  combine,
  DIFFERENCE,
  INTERSECTION,
  type Law,
  SYMMETRIC_DIFFERENCE,
  UNION,
} from "./sweep.ts";

/** What a set is made of: one of these, or the text of an address, a subnet or a range. */
export type AddressItem = string | Address | Subnet | Range | AddressSet;

/** An item or many, as {@linkcode set} takes them and all that combines sets. */
export type Addresses = AddressItem | Iterable<AddressItem>;

/** Where an address stands that is looked for. */
const sought = new Uint32Array(4);

/**
 * A set of addresses of either family or both, which never changes.
 *
 * It is kept as the bounds of its ranges, so that what counts is how many those
 * are: whole families cost no more than single addresses. Two sets combine in
 * one pass over both, and an address is found in logarithmic time.
 *
 * A set has no zones: an address with a zone belongs to it by its number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const office = net.ip.set(["10.0.0.0/8", "2001:db8::/32"]);
 * const free = office.difference(["10.0.0.0/9", "2001:db8::-2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"]);
 * assert.equal([...free].join(" "), "10.128.0.0/9 2001:db8:8000::/33");
 * assert.ok(free.contains("10.200.0.0/16") && !free.contains("10.0.0.1"));
 * ```
 */
export class AddressSet implements Iterable<Subnet> {
  /**
   * The IPv4 addresses at which membership turns, as unsigned words, sorted: the
   * first is in, the second is the lowest above it that is out, and so on; after
   * an odd number of them all that follows is in. To be read only.
   */
  readonly bounds4: ArrayLike<number>;
  /** The same for IPv6, with four words for each address. */
  readonly bounds6: ArrayLike<number>;

  /**
   * Takes the bounds, as code that computes has them; for text, addresses,
   * subnets and ranges there is {@linkcode set}.
   *
   * @param bounds4 IPv4 addresses at which membership turns, sorted; see the field.
   * @param bounds6 The same for IPv6, four words each.
   * @throws {RangeError} If they are not strictly increasing unsigned words.
   */
  constructor(
    bounds4: ArrayLike<number> = [],
    bounds6: ArrayLike<number> = [],
  ) {
    this.bounds4 = checkedBounds("bounds4", bounds4, 4);
    this.bounds6 = checkedBounds("bounds6", bounds6, 6);
  }

  /** How many addresses there are, of both families together. */
  get size(): bigint {
    return sizeOf(this.#v4) + sizeOf(this.#v6);
  }

  /** Whether there is no address at all. */
  get isEmpty(): boolean {
    return this.bounds4.length + this.bounds6.length === 0;
  }

  /** The lowest address, with IPv4 below IPv6; `undefined` if there is none. */
  get first(): Address | undefined {
    return (rangeAt(this.#v4, 0) ?? rangeAt(this.#v6, 0))?.start;
  }

  /** The highest address, with IPv6 above IPv4; `undefined` if there is none. */
  get last(): Address | undefined {
    const [v4, v6] = [this.#v4, this.#v6];
    return (rangeAt(v6, countRanges(v6) - 1) ??
      rangeAt(v4, countRanges(v4) - 1))?.end;
  }

  get #v4(): Spans {
    return { family: 4, bounds: this.bounds4 };
  }

  get #v6(): Spans {
    return { family: 6, bounds: this.bounds6 };
  }

  /**
   * Gives the addresses that are in this set or in any of the others.
   *
   * @param others Sets, or whatever {@linkcode set} makes one of.
   * @returns The union.
   * @throws {ParseError} If text among them is none that {@linkcode set} takes.
   */
  union(...others: Addresses[]): AddressSet {
    return this.#combine(collect(others), UNION);
  }

  /**
   * Gives the addresses that are in both sets.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns The intersection.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const both = net.ip.set("10.0.0.0/8").intersection(["10.1.2.0/24", "::/0"]);
   * assert.equal(`${both}`, "10.1.2.0/24");
   * ```
   */
  intersection(other: Addresses): AddressSet {
    return this.#combine(set(other), INTERSECTION);
  }

  /**
   * Gives the addresses of this set that are not in the other.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns The difference.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const rest = net.ip.set("192.0.2.0/29").difference("192.0.2.1");
   * assert.equal(`${rest}`, "192.0.2.0/32, 192.0.2.2/31, 192.0.2.4/30");
   * ```
   */
  difference(other: Addresses): AddressSet {
    return this.#combine(set(other), DIFFERENCE);
  }

  /**
   * Gives the addresses that are in just one of the two sets.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns The symmetric difference: what changed from the one to the other.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   */
  symmetricDifference(other: Addresses): AddressSet {
    return this.#combine(set(other), SYMMETRIC_DIFFERENCE);
  }

  /**
   * Gives the addresses that are not in the set.
   *
   * @param within Of which others to give: a set, or whatever {@linkcode set}
   * makes one of. @default {all of IPv4 and all of IPv6}
   * @returns The complement.
   * @throws {ParseError} If text in `within` is none that {@linkcode set} takes.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const low = net.ip.set("0.0.0.0/1");
   * assert.equal(`${low.complement("0.0.0.0/0")}`, "128.0.0.0/1");
   * assert.equal(`${low.complement()}`, "128.0.0.0/1, ::/0");
   * ```
   */
  complement(within: Addresses = EVERYTHING): AddressSet {
    return set(within).difference(this);
  }

  #combine(that: AddressSet, law: Law): AddressSet {
    return new AddressSet(
      combine(this.#v4, that.#v4, law).bounds,
      combine(this.#v6, that.#v6, law).bounds,
    );
  }

  /**
   * Tells whether an address, or all of a subnet, a range or a set, is in.
   *
   * @param other Any of these, or the text of one of the first three.
   * @returns Whether it is.
   * @throws {ParseError} If `other` is text and none of them.
   */
  contains(other: AddressItem): boolean {
    if (other instanceof AddressSet) return other.isSubsetOf(this);
    const { start, end } = other instanceof Range ? other : extentOf(other);
    const turns = this.#rank(start);
    return turns % 2 === 1 && turns === this.#rank(end);
  }

  /**
   * Tells whether the set shares an address with another.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns Whether it does.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   */
  overlaps(other: Addresses): boolean {
    if (other instanceof AddressSet || isMany(other)) {
      return !this.intersection(other).isEmpty;
    }
    const { start, end } = other instanceof Range ? other : extentOf(other);
    const turns = this.#rank(start);
    return turns % 2 === 1 || turns < this.#rank(end);
  }

  /** Counts the bounds up to and with an address: odd for one that is in. */
  #rank({ family, w0, w1, w2, w3 }: Address): number {
    sought[0] = w0;
    sought[1] = w1;
    sought[2] = w2;
    sought[3] = w3;
    return rank(family === 4 ? this.#v4 : this.#v6, sought);
  }

  /**
   * Tells whether all addresses of this set are in the other.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns Whether they are, as they are for the empty set.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   */
  isSubsetOf(other: Addresses): boolean {
    return this.difference(other).isEmpty;
  }

  /**
   * Tells whether all addresses of the other set are in this one.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns Whether they are, as they are for the empty set.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   */
  isSupersetOf(other: Addresses): boolean {
    return set(other).isSubsetOf(this);
  }

  /**
   * Tells whether two sets have the same addresses, however they were given.
   *
   * @param other A set, or whatever {@linkcode set} makes one of.
   * @returns Whether they have.
   * @throws {ParseError} If text in it is none that {@linkcode set} takes.
   */
  equals(other: Addresses): boolean {
    return this.symmetricDifference(other).isEmpty;
  }

  /**
   * Gives the fewest ranges that have exactly these addresses.
   *
   * @returns The ranges, IPv4 first and in order, computed and not stored.
   */
  ranges(): Listing<Range> {
    const rows = [this.#v4, this.#v6];
    return new Listing({
      noun: "range",
      length: () => BigInt(countRanges(rows[0]!) + countRanges(rows[1]!)),
      *members() {
        for (const spans of rows) {
          for (let i = 0; i < countRanges(spans); i++) {
            const { start, end } = rangeAt(spans, i)!;
            yield new Range(start, end);
          }
        }
      },
    });
  }

  /**
   * Gives the fewest subnets that have exactly these addresses.
   *
   * @returns The subnets, IPv4 first and in order, computed and not stored.
   */
  prefixes(): Listing<Subnet> {
    return prefixes(this.#v4, this.#v6);
  }

  /**
   * Gives the addresses one by one.
   *
   * @returns The addresses, IPv4 first and in order, computed and not stored.
   */
  addresses(): Listing<Address> {
    const ranges = this.ranges();
    return new Listing({
      noun: "address",
      length: () => this.size,
      *members() {
        for (const range of ranges) yield* range.addresses();
      },
    });
  }

  /** Gives the fewest subnets, as {@linkcode AddressSet.prefixes} does. */
  [Symbol.iterator](): Generator<Subnet, void, undefined> {
    return this.prefixes()[Symbol.iterator]();
  }

  /** Writes the fewest subnets with `", "` between them; nothing for the empty set. */
  toString(): string {
    return this.toJSON().join(", ");
  }

  /** Stands in JSON as the texts of the fewest subnets, which {@linkcode set} reads back. */
  toJSON(): string[] {
    return Array.from(this, String);
  }

  /** Shows at the prompt as a card; inside another value, as a few of its subnets. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return options?.currentDepth
      ? lineOf(this.prefixes(), page)
      : cardOf(this.#v4, this.#v6, page);
  }
}

/** All of both families. */
const EVERYTHING = new AddressSet([0], [0, 0, 0, 0]);

/**
 * Makes a set of addresses, subnets, ranges, sets and texts.
 *
 * @param items One of these or many; text is an address, a subnet or a range.
 * @param options What to do with bits set after the prefix of a subnet's text.
 * @returns The set of all their addresses; a set alone is given back.
 * @throws {ParseError} If text is none of them; the message says which item.
 * @throws {TypeError} If an item is nothing of the kind.
 * @throws {RangeError} If an address has a zone, or there are more than 2²⁴ items.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const allowed = net.ip.set(["10.0.0.0/24", "10.0.1.0-10.0.1.255", "::1"]);
 * assert.equal(`${allowed}`, "10.0.0.0/23, ::1/128");
 * assert.equal(allowed.size, 513n);
 * ```
 */
export function set(
  items: Addresses = [],
  options?: SubnetOptions,
): AddressSet {
  return collect([items], options);
}

function collect(
  parts: readonly Addresses[],
  options?: SubnetOptions,
): AddressSet {
  const [only] = parts;
  if (parts.length === 1 && only instanceof AddressSet) return only;
  const gathering = new Gathering(options);
  for (const part of parts) {
    if (isMany(part)) gathering.addAll(part);
    else gathering.add(part);
  }
  return new AddressSet(gathering.spans(4).bounds, gathering.spans(6).bounds);
}

/** Whether there is more to it than one item; a set is one, though it iterates. */
function isMany(from: Addresses): from is Iterable<AddressItem> {
  return typeof from === "object" && from !== null && Symbol.iterator in from &&
    !(from instanceof AddressSet);
}
