/**
 * An IPv4 or IPv6 address as a value: parse it, count from it, compare it.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { onlyKnown } from "../known_options.ts";
import { formatIpv4, formatIpv6 } from "./format.ts";
import { type Notation, writeNotation } from "./notation.ts";
import { type ReadNotation, readNotation } from "./notation_scan.ts";
import { PARSE } from "./option_names.ts";
import { fault, scanAddress, scanned, strayInZone } from "./parse.ts";
import {
  bigintToWords,
  readWord,
  wordsToBigint,
  wordsToBytes,
} from "./words.ts";

export type { Notation, ReadNotation };

/** The version of the Internet Protocol: 4 or 6. */
export type Family = 4 | 6;

/** Options for {@linkcode parse} and {@linkcode tryParse}. */
export interface ParseOptions {
  /** The only family to take. @default {either} */
  family?: Family | undefined;
  /** How the text is written. @default {the strict text of RFC 4291 §2.2 and dotted quads} */
  notation?: ReadNotation | undefined;
}

/** One more than the largest unsigned word. */
const WORD = 2 ** 32;

/**
 * One IPv4 or IPv6 address, which never changes; whatever computes with it
 * gives a new one.
 *
 * Both families live in four 32-bit words, an IPv4 address in the last, so that
 * its bit `n` is bit `96 + n` of the words. The words are signed, which the
 * engine stores unboxed: write `address.w3 >>> 0` for the unsigned.
 *
 * In a template, in `+` and in `==` an address is its text. In `<`, `>` and `-`
 * it is its number, a `number` for IPv4 and a `bigint` for IPv6; a list of both
 * families is put in order by {@linkcode Address.compare}.
 *
 * @see RFC 4291 §2, RFC 4007 §11 (zones)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const router = net.ip.parse("192.0.2.254");
 * assert.equal(`${router.next()}`, "192.0.2.255");
 * assert.equal(router.toBigint(), 0xc00002fen);
 * assert.deepEqual([...router.toBytes()], [192, 0, 2, 254]);
 * assert.ok(router.equals(net.ip.Address.fromBigint(0xc00002fen, 4)));
 * ```
 */
export class Address {
  /** 4 or 6. */
  readonly family: Family;
  /** Bits 0 to 31 of an IPv6 address, signed; 0 for IPv4. */
  readonly w0: number;
  /** Bits 32 to 63 of an IPv6 address, signed; 0 for IPv4. */
  readonly w1: number;
  /** Bits 64 to 95 of an IPv6 address, signed; 0 for IPv4. */
  readonly w2: number;
  /** The last 32 bits of an IPv6 address or all of an IPv4 address, signed. */
  readonly w3: number;
  /** The zone after the `%`, mostly an interface's name; IPv6 only. */
  readonly zone: string | undefined;

  /**
   * Takes the address as words, which is how code that decodes octets has it;
   * for text there is {@linkcode parse}.
   *
   * @param family 4 or 6.
   * @param w0 Bits 0 to 31, signed or unsigned; of no effect for IPv4.
   * @param w1 Bits 32 to 63; of no effect for IPv4.
   * @param w2 Bits 64 to 95; of no effect for IPv4.
   * @param w3 Bits 96 to 127, or all 32 of an IPv4 address.
   * @param zone The zone without its `%`, for IPv6.
   * @throws {TypeError} If `family` is neither 4 nor 6.
   * @throws {RangeError} If `zone` is no zone or the family has none.
   */
  constructor(
    family: Family,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    zone?: string,
  ) {
    if (family !== 4 && family !== 6) badFamily(family);
    if (zone !== undefined) checkZone(family, zone);
    const wide = family === 6;
    this.family = family;
    this.w0 = wide ? w0 | 0 : 0;
    this.w1 = wide ? w1 | 0 : 0;
    this.w2 = wide ? w2 | 0 : 0;
    this.w3 = w3 | 0;
    this.zone = zone;
  }

  /**
   * Makes an address, without a zone, from its octets in network order.
   *
   * @param bytes 4 octets for IPv4 or 16 for IPv6.
   * @returns The address.
   * @throws {RangeError} If there are neither 4 nor 16 octets.
   */
  static fromBytes(bytes: Uint8Array): Address {
    if (bytes.length === 4) return new Address(4, 0, 0, 0, readWord(bytes, 0));
    if (bytes.length === 16) {
      return new Address(
        6,
        readWord(bytes, 0),
        readWord(bytes, 4),
        readWord(bytes, 8),
        readWord(bytes, 12),
      );
    }
    throw new RangeError(
      `Cannot make an address as 'bytes' must be 4 or 16 octets: current value is ${bytes.length} octets`,
    );
  }

  /**
   * Makes an address, without a zone, from its number.
   *
   * @param value 0 to 2³² - 1 for IPv4, 0 to 2¹²⁸ - 1 for IPv6.
   * @param family 4 or 6: the number alone does not tell.
   * @returns The address.
   * @throws {TypeError} If `family` is neither 4 nor 6.
   * @throws {RangeError} If `value` is no such integer.
   */
  static fromBigint(value: bigint | number, family: Family): Address {
    if (family !== 4 && family !== 6) badFamily(family);
    const bits = family === 4 ? 32 : 128;
    const exact = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!exact || BigInt.asUintN(bits, BigInt(value)) !== BigInt(value)) {
      throw new RangeError(
        `Cannot make an IPv${family} address as 'value' must be an integer from 0 to 2^${bits} - 1: current value is ${value}`,
      );
    }
    const [w0, w1, w2, w3] = bigintToWords(BigInt(value));
    return new Address(family, w0, w1, w2, w3);
  }

  /**
   * A primitive that two addresses share exactly if they are equal: the key for
   * a `Map` or `Set`. For IPv4 it is the number, for IPv6 eight characters, one
   * for each group, and the zone. It is made in a fraction of the text's time.
   */
  get key(): number | string {
    const { family, w0, w1, w2, w3, zone } = this;
    if (family === 4) return w3 >>> 0;
    const groups = String.fromCharCode(
      w0 >>> 16,
      w0 & 0xffff,
      w1 >>> 16,
      w1 & 0xffff,
      w2 >>> 16,
      w2 & 0xffff,
      w3 >>> 16,
      w3 & 0xffff,
    );
    return zone === undefined ? groups : groups + zone;
  }

  /** The length of the address in bits: 32 or 128. */
  get bits(): 32 | 128 {
    return this.family === 4 ? 32 : 128;
  }

  /** Gives the 4 or 16 octets in network order, newly made; no zone is among them. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { w0, w1, w2, w3 } = this;
    return this.family === 4 ? wordsToBytes(w3) : wordsToBytes(w0, w1, w2, w3);
  }

  /** Gives the address as one unsigned number, up to 2³² - 1 or 2¹²⁸ - 1. */
  toBigint(): bigint {
    return this.family === 4
      ? BigInt(this.w3 >>> 0)
      : wordsToBigint(this.w0, this.w1, this.w2, this.w3);
  }

  /**
   * Gives the address one above, in the same zone.
   *
   * @throws {RangeError} If this is the highest of its family.
   */
  next(): Address {
    // Without a carry out of the last word both families count alike.
    if (this.w3 === -1) return this.offset(1);
    const { family, w0, w1, w2, w3, zone } = this;
    return new Address(family, w0, w1, w2, w3 + 1, zone);
  }

  /**
   * Gives the address one below, in the same zone.
   *
   * @throws {RangeError} If this is the lowest of its family.
   */
  previous(): Address {
    if (this.w3 === 0) return this.offset(-1);
    const { family, w0, w1, w2, w3, zone } = this;
    return new Address(family, w0, w1, w2, w3 - 1, zone);
  }

  /**
   * Gives the address that many above, or below if negative, in the same zone.
   *
   * @param n How far, as an integer.
   * @returns The other address.
   * @throws {RangeError} If `n` is no exact integer or leads out of the family.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * assert.equal(`${net.ip.parse("10.0.1.0").offset(-256)}`, "10.0.0.0");
   * assert.equal(`${net.ip.parse("2001:db8::").offset(1n << 64n)}`, "2001:db8:0:1::");
   * ```
   */
  offset(n: number | bigint): Address {
    const { family, zone } = this;
    if (typeof n === "bigint") {
      const value = this.toBigint() + n;
      if (BigInt.asUintN(this.bits, value) !== value) this.#leaves(n);
      const [w0, w1, w2, w3] = bigintToWords(value);
      return new Address(family, w0, w1, w2, w3, zone);
    }
    if (!Number.isSafeInteger(n)) {
      throw new RangeError(
        `Cannot count from ${this} as 'n' must be an integer of up to 53 bits or a bigint: current value is ${n}`,
      );
    }
    if (family === 4) {
      const value = (this.w3 >>> 0) + n;
      if (value < 0 || value >= WORD) this.#leaves(n);
      return new Address(4, 0, 0, 0, value);
    }
    // Two words of n, then a carry of -1, 0 or 1; all below 2^53, so exact.
    const high = Math.floor(n / WORD);
    const s3 = (this.w3 >>> 0) + (n - high * WORD);
    const s2 = (this.w2 >>> 0) + high + Math.floor(s3 / WORD);
    const s1 = (this.w1 >>> 0) + Math.floor(s2 / WORD);
    const s0 = (this.w0 >>> 0) + Math.floor(s1 / WORD);
    if (s0 < 0 || s0 >= WORD) this.#leaves(n);
    return new Address(6, s0, s1, s2, s3, zone);
  }

  #leaves(n: number | bigint): never {
    throw new RangeError(
      `Cannot count from ${this} as 'n' must stay within IPv${this.family}: current value is ${n}`,
    );
  }

  /**
   * Counts the steps from this address to another, so that
   * `a.offset(a.distance(b))` is `b`.
   *
   * @param other The address to count to; its zone does not count.
   * @returns How far, below 0 if the other is lower.
   * @throws {TypeError} If the other address is of the other family.
   * @throws {ParseError} If `other` is text and no address.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * assert.equal(net.ip.parse("10.0.0.0").distance("10.0.1.0"), 256n);
   * ```
   */
  distance(other: string | Address): bigint {
    const that = this.#alike(other, "count the steps from");
    return that.toBigint() - this.toBigint();
  }

  /**
   * Counts the leading bits that two addresses of one family share.
   *
   * @param other The address to hold against this one.
   * @returns 0 to 32 or 128; zones do not count.
   * @throws {TypeError} If the other address is of the other family.
   * @throws {ParseError} If `other` is text and no address.
   * @see RFC 6724 §2.2 (CommonPrefixLen)
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * assert.equal(net.ip.parse("10.0.0.0").commonPrefixLength("10.0.1.0"), 23);
   * ```
   */
  commonPrefixLength(other: string | Address): number {
    const that = this.#alike(other, "count the bits shared with");
    const last = Math.clz32(this.w3 ^ that.w3);
    if (this.family === 4) return last;
    if (this.w0 !== that.w0) return Math.clz32(this.w0 ^ that.w0);
    if (this.w1 !== that.w1) return 32 + Math.clz32(this.w1 ^ that.w1);
    if (this.w2 !== that.w2) return 64 + Math.clz32(this.w2 ^ that.w2);
    return 96 + last;
  }

  #alike(other: string | Address, what: string): Address {
    const that = address(other);
    if (that.family === this.family) return that;
    throw new TypeError(
      `Cannot ${what} ${this} as 'other' must be IPv${this.family}: current value is ${that}`,
    );
  }

  /**
   * Gives the same IPv6 address in another zone, or in none.
   *
   * @param zone The zone without its `%`; none if left out.
   * @returns The address in that zone.
   * @throws {RangeError} If `zone` is no zone or this is IPv4.
   * @see RFC 4007 §11
   */
  withZone(zone?: string): Address {
    const { family, w0, w1, w2, w3 } = this;
    return new Address(family, w0, w1, w2, w3, zone);
  }

  /**
   * Orders addresses: IPv4 before IPv6, then by number, then by zone.
   *
   * @param other The address to hold against this one.
   * @returns -1 if this one comes first, 1 if the other does, 0 if they are equal.
   * @throws {ParseError} If `other` is text and no address.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const list = ["::1", "10.0.0.10", "10.0.0.9"].map((text) => net.ip.parse(text));
   * list.sort((a, b) => a.compare(b));
   * assert.equal(list.join(" "), "10.0.0.9 10.0.0.10 ::1");
   * ```
   */
  compare(other: string | Address): -1 | 0 | 1 {
    const that = address(other);
    if (this.family !== that.family) return this.family === 4 ? -1 : 1;
    if (this.w0 !== that.w0) return order(this.w0 >>> 0, that.w0 >>> 0);
    if (this.w1 !== that.w1) return order(this.w1 >>> 0, that.w1 >>> 0);
    if (this.w2 !== that.w2) return order(this.w2 >>> 0, that.w2 >>> 0);
    if (this.w3 !== that.w3) return order(this.w3 >>> 0, that.w3 >>> 0);
    return this.zone === that.zone
      ? 0
      : order(this.zone ?? "", that.zone ?? "");
  }

  /**
   * Tells whether two addresses are one, in family, number and zone.
   *
   * @throws {ParseError} If `other` is text and no address.
   */
  equals(other: string | Address): boolean {
    const that = address(other);
    return this.w3 === that.w3 && this.w2 === that.w2 && this.w1 === that.w1 &&
      this.w0 === that.w0 && this.family === that.family &&
      this.zone === that.zone;
  }

  /**
   * Writes the address as RFC 5952 asks, with its zone if it has one, so that
   * {@linkcode parse} reads it back to an equal one.
   *
   * @see RFC 5952 §4 and §5, RFC 4007 §11
   */
  toString(): string {
    if (this.family === 4) return formatIpv4(this.w3);
    const text = formatIpv6(this.w0, this.w1, this.w2, this.w3);
    return this.zone === undefined ? text : `${text}%${this.zone}`;
  }

  /**
   * Writes the address in one of the other notations.
   *
   * @param notation Which; see {@linkcode Notation}. Where it is a number, the
   * zone is left out.
   * @returns Text that {@linkcode parse} reads back with the same `notation`
   * (and for `"decimal"` with the `family`).
   * @throws {TypeError} If there is no such notation.
   * @see RFC 4291 §2.2, RFC 1035 §3.5, RFC 3596 §2.5, RFC 3986 §3.2.2, RFC 6874 §2
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const host = net.ip.parse("192.0.2.1");
   * assert.equal(host.format("hex"), "0xc0000201");
   * assert.equal(host.format("arpa"), "1.2.0.192.in-addr.arpa");
   * assert.equal(net.ip.parse("::1").format("url"), "[::1]");
   * ```
   */
  format(notation: Notation): string {
    return writeNotation(this, notation);
  }

  /** Stands in JSON as its text. */
  toJSON(): string {
    return this.toString();
  }

  /** Is its text, or its number where a number is wanted. */
  [Symbol.toPrimitive](hint: string): string | number | bigint {
    if (hint !== "number") return this.toString();
    return this.family === 4 ? this.w3 >>> 0 : this.toBigint();
  }

  /** Shows at the prompt as its text. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const colors = options?.colors ?? false;
    return paint("accent", this.toString(), canvas({ colors }));
  }
}

/**
 * Reads an address of either family, strictly.
 *
 * Refused are leading zeros, octal and hexadecimal octets, fewer than four of
 * them, white space, and a port or prefix length behind. What else there is, an
 * old `127.1` among it, is read where `notation` asks for it.
 *
 * @param text The address; an IPv6 address may name a zone after a `%`, and
 * have its last 32 bits as a dotted quad.
 * @param options Which family to take, and in which notation.
 * @returns The address.
 * @throws {ParseError} If it is none, with the offset of the first character that cannot be right.
 * @throws {TypeError} If `text` is no string.
 * @see RFC 4291 §2.2, RFC 4007 §11, RFC 6943 §3.1.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.parse("2001:DB8::192.0.2.1")}`, "2001:db8::c000:201");
 * assert.throws(() => net.ip.parse("010.0.0.1"), { name: "ParseError", offset: 1 });
 * assert.equal(`${net.ip.parse("127.1", { notation: "inet_aton" })}`, "127.0.0.1");
 * ```
 */
export function parse(text: string, options?: ParseOptions): Address {
  const result = tryParse(text, options);
  if (result === undefined) throw fault(text);
  return result;
}

/**
 * Reads an address as {@linkcode parse} does, and gives `undefined` for text
 * that is none.
 *
 * @param text The address.
 * @param options Which family to take.
 * @returns The address, or `undefined`.
 * @throws {TypeError} If `text` is no string.
 * @see RFC 4291 §2.2, RFC 4007 §11, RFC 6943 §3.1.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.tryParse("1.2.3"), undefined);
 * ```
 */
export function tryParse(
  text: string,
  options?: ParseOptions,
): Address | undefined {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse an address as 'text' must be a string: current value is ${text}`,
    );
  }
  // Not a number: `texts.map(net.ip.parse)` gives places in the list.
  if (options !== undefined && typeof options !== "number") {
    onlyKnown("parse an address", options, PARSE);
  }
  const wanted = options?.family ?? 0;
  if (wanted !== 0 && wanted !== 4 && wanted !== 6) badFamily(wanted);
  if (options?.notation !== undefined) {
    const parts = readNotation(text, wanted, options.notation);
    if (parts === undefined) return undefined;
    const { family, w0, w1, w2, w3, zone } = parts;
    return new Address(family, w0, w1, w2, w3, zone);
  }
  const family = scanAddress(text, text.length, wanted);
  if (family === 0) return undefined;
  const { words, zoneStart } = scanned;
  if (family === 4) return new Address(4, 0, 0, 0, words[3]!);
  const zone = zoneStart < 0 ? undefined : text.slice(zoneStart);
  return new Address(6, words[0]!, words[1]!, words[2]!, words[3]!, zone);
}

/**
 * Takes an address or its text, as every edge of the library does.
 *
 * @param from An address, which is given back, or its text.
 * @returns The address.
 * @throws {ParseError} If the text is no address.
 * @throws {TypeError} If `from` is neither.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const loopback = net.ip.address("127.0.0.1");
 * assert.equal(net.ip.address(loopback), loopback);
 * ```
 */
export function address(from: string | Address): Address {
  return from instanceof Address ? from : parse(from);
}

function order<T extends number | string>(a: T, b: T): -1 | 1 {
  return a < b ? -1 : 1;
}

function badFamily(family: unknown): never {
  throw new TypeError(
    `Cannot make an address as 'family' must be 4 or 6: current value is ${family}`,
  );
}

function checkZone(family: Family, zone: string): void {
  if (family === 4) {
    throw new RangeError(
      `Cannot make an IPv4 address as 'zone' must be left out: current value is ${zone}`,
    );
  }
  if (typeof zone !== "string" || strayInZone(zone, 0, zone.length) >= 0) {
    throw new RangeError(
      `Cannot make an IPv6 address as 'zone' must be printable ASCII without '%', '/', '[' or ']': current value is ${
        JSON.stringify(zone)
      }`,
    );
  }
}
