/**
 * A heap of addresses, subnets, ranges and their texts, as numbers.
 *
 * Text goes straight to words: no value is made for a line of a long list.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { Address, type Family } from "../address.ts";
import { checkHostBits } from "../cidr.ts";
import { checkSubnetOptions } from "../subnet_options.ts";
import { type Extent, isRow, readExtent } from "./extent.ts";
import { scanAddress, scanIpv4, scanned, stop } from "../parse.ts";
import { scanPrefixLength } from "../prefix.ts";
import { Range } from "./range.ts";
import { advance, shortestPrefix, type Spans, strideOf } from "./spans.ts";
import { Subnet, type SubnetOptions } from "../subnet.ts";
import { unite } from "./sweep.ts";

/** The most items of one list: a longer one is a subnet written out. */
const MOST_ITEMS = 2 ** 24;

/** What is made of bounds already, as a set of addresses is. */
export interface Bounded {
  /** The bounds of its IPv4 addresses. */
  readonly bounds4: ArrayLike<number>;
  /** The bounds of its IPv6 addresses. */
  readonly bounds6: ArrayLike<number>;
}

/** What can be gathered; text is that of an address, a subnet or a range. */
export type Item = string | Address | Subnet | Range | Bounded;

/** A row of bounds that grows. */
class Bounds {
  #words = new Uint32Array(64);
  #length = 0;

  push(words: Uint32Array, first: number): void {
    const at = this.#length - first;
    if (at + 4 > this.#words.length) this.#grow();
    const row = this.#words;
    for (let k = first; k < 4; k++) row[at + k] = words[k]!;
    this.#length = at + 4;
  }

  #grow(): void {
    const more = new Uint32Array(2 * this.#words.length);
    more.set(this.#words);
    this.#words = more;
  }

  take(): Uint32Array {
    return this.#words.subarray(0, this.#length);
  }
}

/**
 * Gathers items of any kind and family, to give their addresses as spans.
 *
 * @example
 * ```ts
 * import { Gathering } from "./gather.ts";
 * import assert from "node:assert/strict";
 *
 * const all = new Gathering();
 * all.add("0.0.0.5-0.0.0.9");
 * all.add("0.0.0.8/29");
 * assert.deepEqual(Array.from(all.spans(4).bounds), [5, 16]);
 * ```
 */
export class Gathering {
  readonly #options: SubnetOptions | undefined;
  readonly #starts = { 4: new Bounds(), 6: new Bounds() };
  readonly #ends = { 4: new Bounds(), 6: new Bounds() };
  /** The address in hand, in four words. */
  readonly #words = new Uint32Array(4);

  /**
   * Begins with nothing.
   *
   * @param options What to do with bits set after the prefix of a subnet's text.
   * @throws {TypeError} If the options ask for what cannot be done.
   */
  constructor(options?: SubnetOptions) {
    checkSubnetOptions("gather addresses", options);
    checkHostBits(options?.hostBits);
    this.#options = options;
  }

  /**
   * Takes the addresses of one item.
   *
   * @param item An address, a subnet, a range or its text, or what has bounds.
   * @param index Its place among the caller's items, for errors; none if it is alone.
   * @throws {ParseError} If it is text and none of them.
   * @throws {TypeError} If it is nothing of the kind.
   * @throws {RangeError} If it is an address with a zone.
   */
  add(item: Item, index?: number): void {
    if (typeof item === "string") {
      if (this.#addText(item) || this.#addOddText(item)) return;
      const { kind, offset, reason } = scanned;
      const place = index === undefined ? "" : ` (items[${index}])`;
      throw new ParseError(kind + place, item, offset, reason);
    }
    if (item instanceof Subnet) {
      this.#load(item.network);
      this.#addBlock(item.family, item.prefixLength);
    } else if (item instanceof Range) {
      this.#addExtent(item);
    } else if (item instanceof Address) {
      if (item.zone !== undefined) refuse(item, index, "have no zone");
      this.#load(item);
      this.#addBlock(item.family, item.bits);
    } else if (isBounded(item)) {
      this.#addSpans({ family: 4, bounds: item.bounds4 });
      this.#addSpans({ family: 6, bounds: item.bounds6 });
    } else {
      refuse(item, index, "be an address, subnet, range or set, or text");
    }
  }

  /**
   * Takes the addresses of many items.
   *
   * @param items The items.
   * @throws {ParseError} If text is none; the message has its index.
   * @throws {TypeError} If an item is nothing of the kind.
   * @throws {RangeError} If an address has a zone, or there are more than 2²⁴ items.
   */
  addAll(
    items: Iterable<Item> & { readonly length?: number | bigint },
  ): void {
    // A sequence knows that it is too long before anybody has counted.
    if (items.length !== undefined && items.length > MOST_ITEMS) tooMany();
    let index = 0;
    for (const item of items) {
      if (index === MOST_ITEMS) tooMany();
      this.add(item, index++);
    }
  }

  #addSpans({ family, bounds }: Spans): void {
    const stride = strideOf(family);
    const first = 4 - stride;
    for (let i = 0; i < bounds.length; i += stride) {
      for (let k = 0; k < stride; k++) this.#words[first + k] = bounds[i + k]!;
      const row = i / stride & 1 ? this.#ends : this.#starts;
      row[family].push(this.#words, first);
    }
  }

  /**
   * Gives all that was taken of one family; the gathering is then done with.
   *
   * @param family 4 or 6.
   * @returns The addresses.
   */
  spans(family: Family): Spans {
    return unite(
      family,
      this.#starts[family].take(),
      this.#ends[family].take(),
    );
  }

  /** Takes the text of an address or of a subnet if it is simply right. */
  #addText(text: string): boolean {
    const slash = text.indexOf("/");
    const end = slash < 0 ? text.length : slash;
    // Most lists are of IPv4, and text that is not shows so at once.
    const family = scanIpv4(text, 0, end) ? 4 : scanAddress(text, end, 6);
    if (family === 0 || family === 6 && scanned.zoneStart >= 0) return false;
    // A netmask is scanned into the same words.
    const words = this.#words;
    words[3] = scanned.words[3]!;
    if (family === 6) {
      words[0] = scanned.words[0]!;
      words[1] = scanned.words[1]!;
      words[2] = scanned.words[2]!;
    }
    const prefixLength = slash < 0
      ? (family === 4 ? 32 : 128)
      : scanPrefixLength(text, slash + 1, family);
    if (shortestPrefix(words, family) > prefixLength) return false;
    this.#addBlock(family, prefixLength);
    return true;
  }

  /** Takes text that is a range or has host bits; if none, scanned says why. */
  #addOddText(text: string): boolean {
    if (isRow(text)) {
      const extent = readExtent(text, this.#options);
      if (extent !== undefined) this.#addExtent(extent);
      return extent !== undefined;
    }
    if (scanAddress(text, text.length, 0) === 0) return false;
    scanned.kind = "an address of a set";
    return stop(scanned.zoneStart - 1, "zone, which no set has");
  }

  #load({ w0, w1, w2, w3 }: Address): void {
    const words = this.#words;
    words[0] = w0;
    words[1] = w1;
    words[2] = w2;
    words[3] = w3;
  }

  /** Takes the block of the address in hand. */
  #addBlock(family: Family, prefixLength: number): void {
    const first = 4 - strideOf(family);
    this.#starts[family].push(this.#words, first);
    this.#addEnd(family, prefixLength);
  }

  #addExtent({ start, end }: Extent): void {
    const { family, bits } = start;
    this.#load(start);
    this.#starts[family].push(this.#words, 4 - strideOf(family));
    this.#load(end);
    this.#addEnd(family, bits);
  }

  /** Ends a range with the block of the address in hand. */
  #addEnd(family: Family, prefixLength: number): void {
    if (advance(this.#words, family, prefixLength)) {
      this.#ends[family].push(this.#words, 4 - strideOf(family));
    }
  }
}

function refuse(item: unknown, index: number | undefined, must: string): never {
  const name = index === undefined ? "items" : `items[${index}]`;
  const Kind = item instanceof Address ? RangeError : TypeError;
  throw new Kind(
    `Cannot gather addresses as '${name}' must ${must}: current value is ${item}`,
  );
}

function tooMany(): never {
  throw new RangeError(
    `Cannot gather addresses as 'items' must be at most ${MOST_ITEMS}: current value has more (give a subnet or a range in place of its addresses)`,
  );
}

function isBounded(item: unknown): item is Bounded {
  return typeof item === "object" && item !== null && "bounds4" in item &&
    "bounds6" in item;
}
