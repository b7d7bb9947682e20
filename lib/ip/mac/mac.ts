/**
 * MAC addresses: EUI-48 and EUI-64, in every notation that devices print.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { onlyKnown } from "../../known_options.ts";
import { MAC_RANDOM } from "../option_names.ts";
import { type MacFormat, macFormats, type MacStyle } from "./formats.ts";
import { findMacGroup, type MacGroup } from "./groups.ts";
import { scanMac } from "./scan.ts";
import { fault } from "../parse.ts";
import { readWord } from "../words.ts";

export { type MacFormat, macFormats, type MacStyle } from "./formats.ts";
export type { MacGroup } from "./groups.ts";

/**
 * Who gave an address out: the IEEE (`"universal"`), or by the quadrants of
 * IEEE 802c an administrator (`"AAI"`), the holder of a company ID (`"ELI"`), a
 * standard (`"SAI"`), or nobody yet (`"reserved"`).
 */
export type MacAdministration =
  | "universal"
  | "AAI"
  | "ELI"
  | "SAI"
  | "reserved";

/** By the bits 0x08 and 0x04 of the first octet of a local address. */
const QUADRANTS = ["AAI", "reserved", "ELI", "SAI"] as const;

/** Options for {@linkcode Mac.random}. */
export interface MacRandomOptions {
  /** The length in bits. @default {48} */
  bits?: 48 | 64 | undefined;
  /** Takes the place of `Math.random`, so that a run comes again. @default {the system's random octets} */
  random?: (() => number) | undefined;
}

const HEX: readonly string[] = Array.from(
  { length: 256 },
  (_, octet) => octet.toString(16).padStart(2, "0"),
);

/**
 * One MAC address of 48 or 64 bits (EUI-48, EUI-64), which never changes.
 *
 * In a template, in `+` and as a key it is its text, lower case with colons, and
 * so `<` puts addresses of one length in order.
 *
 * @see IEEE 802-2014 §8, RFC 9542 §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const card: net.ip.Mac = net.ip.mac("0011.22AA.BBCC");
 * assert.equal(`${card}`, "00:11:22:aa:bb:cc");
 * assert.equal(card.format("hyphen"), "00-11-22-AA-BB-CC");
 * assert.equal(card.ouiText, "00:11:22");
 * ```
 */
export class Mac {
  /** The length in bits: 48 (EUI-48) or 64 (EUI-64). */
  readonly bits: 48 | 64;
  /** The first four octets, signed. */
  readonly w0: number;
  /** The last two octets or four, signed. */
  readonly w1: number;

  /**
   * Takes the address as words, which is how code that decodes octets has it;
   * for text there is {@linkcode mac}.
   *
   * @param bits 48 or 64.
   * @param w0 The first four octets, signed or unsigned.
   * @param w1 The last two octets (the low 16 bits count) or four.
   * @throws {RangeError} If `bits` is neither 48 nor 64.
   */
  constructor(bits: 48 | 64, w0: number, w1: number) {
    checkBits(bits);
    this.bits = bits;
    this.w0 = w0 | 0;
    this.w1 = bits === 48 ? w1 & 0xffff : w1 | 0;
  }

  /**
   * Makes a MAC address from its octets in the order in which they are sent.
   *
   * @param bytes 6 octets or 8.
   * @returns The address.
   * @throws {RangeError} If there are neither 6 nor 8 octets.
   */
  static fromBytes(bytes: Uint8Array): Mac {
    if (bytes.length === 6) {
      return new Mac(48, readWord(bytes, 0), bytes[4]! << 8 | bytes[5]!);
    }
    if (bytes.length === 8) {
      return new Mac(64, readWord(bytes, 0), readWord(bytes, 4));
    }
    throw new RangeError(
      `Cannot make a MAC address as 'bytes' must be 6 or 8 octets: current value is ${bytes.length} octets`,
    );
  }

  /**
   * Makes a MAC address from its number.
   *
   * @param value 0 to 2⁴⁸ - 1 or 2⁶⁴ - 1.
   * @param bits The length: the number alone does not tell. @default {48}
   * @returns The address.
   * @throws {RangeError} If `value` is no such integer, or `bits` neither 48 nor 64.
   */
  static fromBigint(value: bigint | number, bits: 48 | 64 = 48): Mac {
    checkBits(bits);
    const exact = typeof value === "bigint" || Number.isSafeInteger(value);
    if (!exact || BigInt.asUintN(bits, BigInt(value)) !== BigInt(value)) {
      throw new RangeError(
        `Cannot make a MAC address as 'value' must be an integer from 0 to 2^${bits} - 1: current value is ${value}`,
      );
    }
    const low = BigInt(bits - 32);
    const word = (n: bigint) => Number(BigInt.asIntN(32, n));
    return new Mac(bits, word(BigInt(value) >> low), word(BigInt(value)));
  }

  /**
   * Makes up an address that no manufacturer gave out: for one station, local,
   * of the quadrant that is the administrator's to fill (AAI).
   *
   * @param options Its length, and where its randomness is from.
   * @returns The address, 44 bits of it random, or 60.
   * @throws {RangeError} If `bits` is neither 48 nor 64.
   * @see IEEE 802c-2017, RFC 9542 §2.1
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const made = net.ip.Mac.random();
   * assert.ok(made.isLocal && !made.isMulticast && made.administration === "AAI");
   * assert.equal(`${net.ip.Mac.random({ random: () => 0.5 })}`, "82:80:80:80:80:80");
   * ```
   */
  static random(options: MacRandomOptions = {}): Mac {
    onlyKnown("make a MAC address", options, MAC_RANDOM);
    const { bits = 48, random } = options;
    checkBits(bits);
    const octets = new Uint8Array(bits / 8);
    if (random === undefined) crypto.getRandomValues(octets);
    else octets.forEach((_, i) => octets[i] = random() * 256);
    octets[0] = octets[0]! & 0xf0 | 0x02;
    return Mac.fromBytes(octets);
  }

  /** Whether it means a group of stations: the last bit of the first octet. */
  get isMulticast(): boolean {
    return (this.w0 & 0x0100_0000) !== 0;
  }

  /** Whether it means every station: all bits are ones. */
  get isBroadcast(): boolean {
    return this.w0 === -1 && this.w1 === (this.bits === 48 ? 0xffff : -1);
  }

  /** Whether it was not the IEEE who gave it out: the last bit but one of the first octet. */
  get isLocal(): boolean {
    return (this.w0 & 0x0200_0000) !== 0;
  }

  /** Who gave it out, by the last four bits of the first octet. */
  get administration(): MacAdministration {
    return this.isLocal ? QUADRANTS[this.w0 >>> 26 & 3]! : "universal";
  }

  /**
   * The first three octets as a number, the group bit cleared as the IEEE lists
   * them. It names the holder of a universal address, unless that is of a
   * smaller block (MA-M, MA-S): a {@linkcode VendorTable} knows.
   */
  get oui(): number {
    return this.w0 >>> 8 & 0xfeffff;
  }

  /** The same as text: `"00:11:22"`. */
  get ouiText(): string {
    const { oui } = this;
    return `${HEX[oui >>> 16]}:${HEX[oui >>> 8 & 255]}:${HEX[oui & 255]}`;
  }

  /** Who listens there, for a well-known group of 48 bits; else `undefined`. */
  get group(): MacGroup | undefined {
    return this.isMulticast && this.bits === 48
      ? findMacGroup((this.w0 >>> 0) * 0x10000 + this.w1)
      : undefined;
  }

  /** Gives the 6 or 8 octets in the order in which they are sent, newly made. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.bits / 8);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, this.w0);
    if (this.bits === 48) view.setUint16(4, this.w1);
    else view.setInt32(4, this.w1);
    return bytes;
  }

  /** Gives the address as one unsigned number, up to 2⁴⁸ - 1 or 2⁶⁴ - 1. */
  toBigint(): bigint {
    return BigInt(this.w0 >>> 0) << BigInt(this.bits - 32) |
      BigInt(this.w1 >>> 0);
  }

  /**
   * Gives the EUI-64 that an EUI-48 becomes with `ff:fe` in its middle, without
   * the turned bit that an IPv6 interface identifier has.
   *
   * @returns The 64-bit address; this one if it has 64 bits already.
   * @see RFC 4291 appendix A
   */
  toEui64(): Mac {
    if (this.bits === 64) return this;
    const { w0, w1 } = this;
    return new Mac(64, w0 | 0xff, 0xfe00_0000 | (w0 & 0xff) << 16 | w1);
  }

  /**
   * Orders addresses: 48 bits before 64, then by number.
   *
   * @param other The address to hold against this one, or its text.
   * @returns -1 if this one comes first, 1 if the other does, 0 if they are equal.
   * @throws {ParseError} If `other` is text and no MAC address.
   */
  compare(other: string | Mac): -1 | 0 | 1 {
    const that = mac(other);
    const order = this.bits - that.bits ||
      (this.w0 >>> 0) - (that.w0 >>> 0) || (this.w1 >>> 0) - (that.w1 >>> 0);
    return order === 0 ? 0 : order < 0 ? -1 : 1;
  }

  /**
   * Tells whether two addresses are one.
   *
   * @param other The address to hold against this one, or its text.
   * @returns Whether length and octets are the same.
   * @throws {ParseError} If `other` is text and no MAC address.
   */
  equals(other: string | Mac): boolean {
    return this.compare(other) === 0;
  }

  /**
   * Writes the address in a notation.
   *
   * @param style One of {@linkcode macFormats} by name, or one of your own.
   * @returns Text that {@linkcode mac} reads back, if the style has a name.
   * @throws {RangeError} If there is no such style, or its groups do not come out even.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const card = net.ip.mac("00:11:22:0a:bb:cc");
   * assert.equal(card.format("dot"), "0011.220a.bbcc");
   * assert.equal(card.format("short"), "0:11:22:a:bb:cc");
   * assert.equal(card.format({ digits: 6, separator: ":", upper: true }), "001122:0ABBCC");
   * ```
   */
  format(style: MacStyle | MacFormat): string {
    const rules = typeof style === "string" ? named(style) : style;
    const { digits, separator, upper = false, strip = false } = rules;
    const hex = this.toBytes().toHex();
    const size = digits === "all"
      ? hex.length
      : digits === "half"
      ? hex.length / 2
      : digits;
    if (!(Number.isInteger(size) && size > 0 && hex.length % size === 0)) {
      throw new RangeError(
        `Cannot format ${this} as 'digits' must divide its ${hex.length} hex digits into groups: current value is ${digits}`,
      );
    }
    const groups: string[] = [];
    for (let i = 0; i < hex.length; i += size) {
      const group = hex.slice(i, i + size);
      groups.push(strip ? group.replace(/^0+(?=.)/, "") : group);
    }
    const text = groups.join(separator);
    return upper ? text.toUpperCase() : text;
  }

  /** Writes the address in lower case with colons, as Linux does. */
  toString(): string {
    const { w0, w1 } = this;
    const first = `${octet(w0, 24)}:${octet(w0, 16)}:${octet(w0, 8)}:${
      octet(w0, 0)
    }`;
    const last = `${octet(w1, 8)}:${octet(w1, 0)}`;
    return this.bits === 48
      ? `${first}:${last}`
      : `${first}:${octet(w1, 24)}:${octet(w1, 16)}:${last}`;
  }

  /** Stands in JSON as its text. */
  toJSON(): string {
    return this.toString();
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
 * Reads a MAC address in any notation of {@linkcode macFormats}, strictly.
 *
 * Groups of 2, 4, 6 or 8 hex digits are parted by one of `:` `-` `.` or a space,
 * the same all through; only between colons may a leading zero be missing.
 *
 * @param from The text; or 6 or 8 octets; an address is given back.
 * @returns The address, of 48 bits or 64.
 * @throws {ParseError} If the text is none, with the offset of the first character that cannot be right.
 * @throws {RangeError} If there are neither 6 nor 8 octets.
 * @throws {TypeError} If `from` is none of these.
 * @see IEEE 802-2014 §8, RFC 9542 §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${net.ip.mac("001122-AABBCC")}`, "00:11:22:aa:bb:cc");
 * assert.equal(net.ip.mac("01-80-C2-00-00-0E").group?.source, "IEEE 802.1AB");
 * assert.throws(() => net.ip.mac("00:11-22:aa:bb:cc"), { name: "ParseError", offset: 5 });
 * ```
 */
export function mac(from: string | Uint8Array | Mac): Mac {
  if (from instanceof Mac) return from;
  if (from instanceof Uint8Array) return Mac.fromBytes(from);
  const result = tryMac(from);
  if (result === undefined) throw fault(from);
  return result;
}

/**
 * Reads a MAC address as {@linkcode mac} does, and gives `undefined` for text
 * that is none.
 *
 * @param text The address.
 * @returns The address, or `undefined`.
 * @throws {TypeError} If `text` is no string.
 * @see IEEE 802-2014 §8, RFC 9542 §2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.ip.tryMac("00:11:22:33:44"), undefined);
 * ```
 */
export function tryMac(text: string): Mac | undefined {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse a MAC address as 'text' must be a string: current value is ${text}`,
    );
  }
  const bytes = scanMac(text);
  return bytes && Mac.fromBytes(bytes);
}

function octet(word: number, shift: number): string {
  return HEX[word >>> shift & 255]!;
}

function named(style: string): MacFormat {
  if (Object.hasOwn(macFormats, style)) return macFormats[style as MacStyle];
  throw new RangeError(
    `Cannot format a MAC address as 'style' must be one of ${
      Object.keys(macFormats).join(", ")
    }: current value is ${style}`,
  );
}

function checkBits(bits: number): void {
  if (bits !== 48 && bits !== 64) {
    throw new RangeError(
      `Cannot make a MAC address as 'bits' must be 48 or 64: current value is ${bits}`,
    );
  }
}
