/**
 * A range as a value: all addresses from one up to another.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { card } from "../../inspect/card.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";
import { Address, address, type Family } from "../address.ts";
import { checkSubnetOptions } from "../subnet_options.ts";
import { type Extent, extentOf, readExtent } from "./extent.ts";
import type { Listing } from "./listing.ts";
import { fault } from "../parse.ts";
import { brief, prefixes } from "./pieces.ts";
import { Sequence } from "../sequence.ts";
import { spansFrom } from "./spans.ts";
import { Subnet, type SubnetOptions } from "../subnet.ts";

/** A card names so many of the subnets. */
const SHOWN = 4;

/**
 * All addresses from one up to another, both among them, of one family; a range
 * never changes.
 *
 * It has no zone: a range is a set of numbers, and an address with a zone
 * belongs to it by its number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pool = net.ip.range("10.0.0.100", "10.0.0.199");
 * assert.equal(pool.size, 100n);
 * assert.ok(pool.contains("10.0.0.128/26") && !pool.contains("10.0.0.192/26"));
 * assert.equal(`${pool.addresses().at(-1)}`, "10.0.0.199");
 * ```
 */
export class Range {
  /** The lowest address. */
  readonly start: Address;
  /** The highest address. */
  readonly end: Address;

  /**
   * Takes the two ends; to read text there is {@linkcode range}.
   *
   * @param start The lowest address, without a zone.
   * @param end The highest address, without a zone.
   * @throws {TypeError} If either is no address, or they are of two families.
   * @throws {RangeError} If either has a zone, or `end` is below `start`.
   */
  constructor(start: Address, end: Address) {
    checkEnd("start", start);
    checkEnd("end", end);
    if (start.family !== end.family) {
      throw new TypeError(
        `Cannot make a range from ${start} as 'end' must be IPv${start.family}: current value is ${end}`,
      );
    }
    if (start.compare(end) > 0) {
      throw new RangeError(
        `Cannot make a range from ${start} as 'end' must not be below: current value is ${end} (did you mean ${end}-${start}?)`,
      );
    }
    this.start = start;
    this.end = end;
  }

  /** 4 or 6. */
  get family(): Family {
    return this.start.family;
  }

  /** How many addresses there are. */
  get size(): bigint {
    return this.end.toBigint() - this.start.toBigint() + 1n;
  }

  /**
   * Gives all addresses in order.
   *
   * @returns A sequence from `start` to `end`, computed and not stored.
   */
  addresses(): Sequence<Address> {
    return new Sequence({
      noun: "address",
      start: this.start,
      step: 1n,
      length: this.size,
      member: (start) => start,
    });
  }

  /**
   * Gives the fewest subnets that have exactly these addresses.
   *
   * @returns The subnets in order, computed and not stored: at most 62 for
   * IPv4 and 254 for IPv6.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const parts = net.ip.range("10.0.0.0", "10.0.1.127").subnets();
   * assert.equal([...parts].join(" "), "10.0.0.0/24 10.0.1.0/25");
   * ```
   */
  subnets(): Listing<Subnet> {
    return prefixes(spansFrom(this.start, this.end));
  }

  /**
   * Tells whether an address, or all of a subnet or range, lies inside.
   *
   * @param other An address, a subnet or a range, or the text of any.
   * @returns Whether it does; `false` for the other family.
   * @throws {ParseError} If `other` is text and none of them.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const pool = net.ip.range("10.0.0.0-10.0.2.255");
   * assert.ok(pool.contains("10.0.1.1") && pool.contains("10.0.0.0/23"));
   * assert.ok(!pool.contains("10.0.2.9-10.0.3.1"));
   * ```
   */
  contains(other: string | Address | Subnet | Range): boolean {
    const that = extent(other);
    return that.start.family === this.family &&
      this.start.compare(that.start) <= 0 && that.end.compare(this.end) <= 0;
  }

  /**
   * Tells whether the range shares an address with something.
   *
   * @param other An address, a subnet or a range, or the text of any.
   * @returns Whether it does; `false` for the other family.
   * @throws {ParseError} If `other` is text and none of them.
   */
  overlaps(other: string | Address | Subnet | Range): boolean {
    const that = extent(other);
    return that.start.family === this.family &&
      this.start.compare(that.end) <= 0 && that.start.compare(this.end) <= 0;
  }

  /**
   * Tells whether something begins right after the range or ends right before
   * it, so that the two together are one range.
   *
   * @param other An address, a subnet or a range, or the text of any.
   * @returns Whether it does; `false` if they overlap, and for the other family.
   * @throws {ParseError} If `other` is text and none of them.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const pool = net.ip.range("10.0.0.1-10.0.0.9");
   * assert.ok(pool.adjacent("10.0.0.10/31") && pool.adjacent("10.0.0.0"));
   * ```
   */
  adjacent(other: string | Address | Subnet | Range): boolean {
    const that = extent(other);
    return isNext(this.end, that.start) || isNext(that.end, this.start);
  }

  /**
   * Tells whether two ranges are one.
   *
   * @param other A range or a subnet, or the text of either.
   * @returns Whether they have the same addresses.
   * @throws {ParseError} If `other` is text and neither.
   */
  equals(other: string | Subnet | Range): boolean {
    const that = range(other);
    return this.start.equals(that.start) && this.end.equals(that.end);
  }

  /**
   * Orders ranges: by start, and a longer one before its parts.
   *
   * @param other A range or a subnet, or the text of either.
   * @returns -1 if this one comes first, 1 if the other does, 0 if they are equal.
   * @throws {ParseError} If `other` is text and neither.
   */
  compare(other: string | Subnet | Range): -1 | 0 | 1 {
    const that = range(other);
    return this.start.compare(that.start) || that.end.compare(this.end);
  }

  /**
   * Writes the range as its two ends with a `-` between them.
   *
   * @returns Text that {@linkcode range} reads back to an equal one.
   */
  toString(): string {
    return `${this.start}-${this.end}`;
  }

  /** Stands in JSON as its text. */
  toJSON(): string {
    return this.toString();
  }

  /** Shows at the prompt as a card; inside another value, as its text. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    if (options?.currentDepth) return paint("accent", `${this}`, page);
    const subnets = this.subnets();
    return card(`${this}`, [
      ["start", `${this.start}`, "accent"],
      ["end", `${this.end}`, "accent"],
      ["addresses", count(this.size), "number"],
      [
        "subnets",
        `${count(subnets.length)}: ${brief(subnets, SHOWN)}`,
        "accent",
      ],
    ], page);
  }
}

/**
 * Reads a range, or takes a subnet for one.
 *
 * The text is strict: `10.0.0.1-9` is refused, as programs differ on what it
 * means.
 *
 * @param from `"10.0.0.1-10.0.0.9"`, `"10.0.0.1 - 10.0.0.9"`, or a subnet or its
 * text; a range is given back.
 * @param options What to do with bits set after a subnet's prefix.
 * @returns The range.
 * @throws {ParseError} If the text is none, or its end is below its start.
 * @throws {TypeError} If `from` is none of them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.range("10.0.0.1-10.0.0.9").size, 9n);
 * assert.equal(`${net.ip.range("10.0.0.0/30")}`, "10.0.0.0-10.0.0.3");
 * assert.throws(() => net.ip.range("10.0.0.1-9"), /did you mean 10\.0\.0\.1-10\.0\.0\.9\?/);
 * ```
 */
export function range(
  from: string | Subnet | Range,
  options?: SubnetOptions,
): Range;
/**
 * Makes a range from its ends.
 *
 * @param from The lowest address or its text.
 * @param to The highest address or its text.
 * @returns The range.
 * @throws {ParseError} If either text is no address.
 * @throws {TypeError} If they are of two families.
 * @throws {RangeError} If `to` is below `from`, or either has a zone.
 */
export function range(from: string | Address, to: string | Address): Range;
export function range(
  from: string | Address | Subnet | Range,
  second?: string | Address | SubnetOptions,
): Range {
  if (from instanceof Range) return from;
  if (from instanceof Subnet) return new Range(from.network, from.broadcast);
  if (from instanceof Address || isEnd(second)) {
    // An address alone is no range: the check names what is missing.
    return new Range(address(from), address(second as string | Address));
  }
  checkSubnetOptions("make a range", second);
  const result = tryRange(from, second);
  if (result === undefined) throw fault(from);
  return result;
}

/**
 * Reads a range as {@linkcode range} does, and gives `undefined` for text that
 * is none.
 *
 * @param text The range, or a subnet.
 * @param options What to do with bits set after a subnet's prefix.
 * @returns The range, or `undefined`.
 * @throws {TypeError} If `text` is no string.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.tryRange("10.0.0.9-10.0.0.1"), undefined);
 * ```
 */
export function tryRange(
  text: string,
  options?: SubnetOptions,
): Range | undefined {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse a range as 'text' must be a string: current value is ${text}`,
    );
  }
  // Not a number: `texts.map(net.ip.tryRange)` gives places in the list.
  if (typeof options !== "number") checkSubnetOptions("make a range", options);
  const found = readExtent(text, options);
  return found && new Range(found.start, found.end);
}

function extent(of: string | Address | Subnet | Range): Extent {
  return of instanceof Range ? of : extentOf(of);
}

function isNext(low: Address, high: Address): boolean {
  return low.family === high.family && low.compare(high) < 0 &&
    low.next().equals(high);
}

function isEnd(
  second: string | Address | SubnetOptions | undefined,
): second is string | Address {
  return second instanceof Address ||
    second !== undefined && typeof second !== "object";
}

function checkEnd(name: string, end: Address): void {
  if (!(end instanceof Address)) {
    throw new TypeError(
      `Cannot make a range as '${name}' must be an Address: current value is ${end}`,
    );
  }
  if (end.zone !== undefined) {
    throw new RangeError(
      `Cannot make a range as '${name}' must have no zone: current value is ${end} (take .withZone() to leave it)`,
    );
  }
}
