/**
 * Numbers of values that are given as text, each kind in its own notation.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import {
  type Address,
  parse as parseAddress,
  tryParse,
} from "../../ip/address.ts";
import { mac } from "../../ip/mac/mac.ts";
import { nearestWord } from "../../nearest.ts";
import type { DataType } from "./type_table.ts";

/** A text that is no value of its type. */
export class BadValue extends ParseError {
  /**
   * @param type The type that it should be of.
   * @param input The text.
   * @param offset Where it goes wrong.
   * @param reason What is wrong.
   */
  constructor(
    readonly type: DataType,
    input: string,
    offset: number,
    readonly reason: string,
  ) {
    super(type.what, input, offset, reason);
  }
}

/** A number that its type can't hold. */
export class TooWide extends RangeError {
  /**
   * @param type The type.
   * @param value The number.
   * @param must What it must be.
   */
  constructor(
    type: DataType,
    readonly value: number | bigint,
    readonly must: string,
  ) {
    super(`Cannot take ${value} for ${type.what}: it must be ${must}`);
  }
}

/** Whether the kind of text is decided by its first digit. */
export function isDigit(text: string): boolean {
  const code = text.charCodeAt(0);
  return code >= 0x30 && code <= 0x39;
}

/** Says that a type has no value of that name. */
export function unknownName(type: DataType, text: string): BadValue {
  const near = nearestWord(text, type.byName.keys());
  return new BadValue(
    type,
    text,
    0,
    near
      ? `nothing goes by that name; did you mean "${near}"`
      : type.byName.size
      ? "nothing goes by that name"
      : "it must be a number",
  );
}

/** A number as nft reads it: decimal, `0x` hexadecimal, or octal after a 0. */
export function readNumber(type: DataType, text: string): number | bigint {
  let base = 10;
  let at = 0;
  if (text.charCodeAt(0) === 0x30 && text.length > 1) {
    const hex = (text.charCodeAt(1) | 0x20) === 0x78;
    base = hex ? 16 : 8;
    at = hex ? 2 : 1;
  }
  let value = 0;
  if (at === text.length) throw notNumber(type, text, at);
  for (let i = at; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i));
    if (digit >= base) throw notNumber(type, text, i);
    value = value * base + digit;
  }
  if (value <= Number.MAX_SAFE_INTEGER) {
    checkWidth(type, value);
    return value;
  }
  const wide = BigInt(base === 8 ? `0o${text.slice(1)}` : text);
  checkWidth(type, wide);
  return wide;
}

const notNumber = (type: DataType, text: string, offset: number) =>
  new BadValue(type, text, offset, "a digit must be here");

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : 99;
}

/** Whether a text is a decimal number. */
export const isDigits = (text: string) => /^\d+$/.test(text);
/** Whether a text is a number in hexadecimal. */
export const isHex = (text: string) => /^0x[\da-f]+$/i.test(text);

/** Refuses a number that its type can't hold. */
export function checkWidth(type: DataType, value: number | bigint): void {
  const { bits, most = Infinity } = type;
  if (value > most) throw tooWide(type, value);
  if (bits === undefined || type.kind === "time") return;
  if (
    value >= 0 &&
    (bits >= 53 ? BigInt(value) >> BigInt(bits) === 0n : value < 2 ** bits)
  ) return;
  if (type.kind === "boolean" && (value == 0 || value == 1)) return;
  throw tooWide(type, value);
}

/** Says what a type can hold. */
export function tooWide(type: DataType, value: number | bigint): TooWide {
  const bits = type.kind === "label" ? 7 : type.bits!;
  const most = type.most ??
    (bits < 53 ? 2 ** bits - 1 : (1n << BigInt(bits)) - 1n);
  return new TooWide(type, value, `from 0 to ${most}`);
}

/** Bits of either. */
export const or = (a: number | bigint, b: number | bigint): number | bigint =>
  typeof a === "number" && typeof b === "number"
    ? (a | b) >>> 0
    : BigInt(a) | BigInt(b);

/** The bit of a label. */
export function labelBit(type: DataType, label: number): bigint {
  if (label >= 0 && label <= 127) return 1n << BigInt(label);
  throw tooWide(type, label);
}

/** Bits by name or number, with `,` or `|` between them. */
export function readBits(type: DataType, text: string): number | bigint {
  if (text.includes(",") || text.includes("|")) {
    let sum = type.kind === "label" ? 0n : 0;
    for (const part of text.split(/[,|]/)) {
      sum = or(sum, readBits(type, part.trim()));
    }
    return sum;
  }
  const named = type.byName.get(text);
  if (named !== undefined) return named;
  if (!isDigit(text)) throw unknownName(type, text);
  if (type.kind === "bitmask") return readNumber(type, text);
  return isHex(text) ? BigInt(text) : labelBit(type, +text);
}

/** The number of an address; host names are refused. */
export function addressNumber(type: DataType, text: string): number | bigint {
  const wide = type.bits === 128;
  const bare = wide && text.startsWith("[") && text.endsWith("]")
    ? text.slice(1, -1)
    : text;
  let parsed: Address;
  try {
    parsed = parseAddress(bare, { family: wide ? 6 : 4 });
  } catch (error) {
    if (tryParse(bare) !== undefined) {
      throw new BadValue(type, text, 0, "it is of the other family");
    }
    if (!wide && /^(\d+|0x[\da-f]+)$/i.test(text)) {
      return readNumber(type, text);
    }
    if (/^(?=.*[g-z-])[a-z\d][a-z\d.-]*$/i.test(text)) {
      throw new BadValue(
        type,
        text,
        0,
        "host names are not looked up in rules, give the address that it has",
      );
    }
    throw error;
  }
  if (parsed.zone !== undefined) {
    throw new BadValue(
      type,
      text,
      text.indexOf("%"),
      "rules compare addresses without a zone; match the interface beside it",
    );
  }
  return wide ? parsed.toBigint() : parsed.w3 >>> 0;
}

/** The number of an Ethernet address. */
export function macNumber(text: string): number {
  const parsed = mac(text);
  if (parsed.bits !== 48) {
    throw new ParseError("an Ethernet address", text, 0, "it has 8 octets");
  }
  return Number(parsed.toBigint());
}

/** The number of a traffic class: `1:2a`. */
export function readClass(type: DataType, text: string): number | bigint {
  const parts = /^([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(text);
  if (!parts) {
    if (isDigit(text)) return readNumber(type, text);
    throw unknownName(type, text);
  }
  return parseInt(parts[1]!, 16) * 0x10000 + parseInt(parts[2]!, 16);
}

/** Octets of a text, without making them. */
function octets(text: string): number {
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    sum += code < 0x80
      ? 1
      : code < 0x800
      ? 2
      : code >= 0xd800 && code < 0xe000
      ? 2
      : 3;
  }
  return sum;
}

/** Refuses text that can't be a string of the type. */
export function checkString(type: DataType, text: string): string {
  const most = type.kind === "string" && type.bits ? type.bits / 8 - 1 : 255;
  const fault = text === ""
    ? "it must not be empty"
    : octets(text) > most
    ? `it must have at most ${most} octets`
    : text.includes('"') || text.includes("\n")
    ? "it must have no quotation mark and no line feed"
    : text === "*" && type.kind === "string"
    ? "a name must stand before the *; leave the match out to match all"
    : undefined;
  if (fault === undefined) return text;
  throw new BadValue(type, text, 0, fault);
}
