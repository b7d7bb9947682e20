/**
 * Values as people write them, made canonical by their data type: names,
 * numbers, prefixes, ranges, and the addresses and subnets of `net.ip`.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import { Mac } from "../../ip/mac/mac.ts";
import { Range } from "../../ip/set/range.ts";
import { Subnet, subnet } from "../../ip/subnet.ts";
import { type DataType, literalOf, numberOf, readValue } from "./data_types.ts";
import type { Literal, RangeValue, Value } from "./expression.ts";
import { BadValue, TooWide } from "./value_text.ts";

/** A value of one type as it may be given. */
export type LooseValue =
  | Value
  | bigint
  | Address
  | Subnet
  | Range
  | Mac
  | readonly number[]
  | { readonly "|": readonly unknown[] };

/**
 * Makes a value canonical.
 *
 * @param types Its data type, or one for each part of a concatenation.
 * @param value The value.
 * @returns The canonical value.
 * @throws {ParseError | RangeError | TypeError} If it is no such value; see
 * {@linkcode explain}.
 *
 * @example
 * ```ts
 * import { dataType } from "./data_types.ts";
 * import { canonicalValue } from "./value.ts";
 * import assert from "node:assert/strict";
 *
 * const port = [dataType("inet_service")];
 * assert.deepEqual(canonicalValue(port, "1024-2047"), { range: [1024, 2047] });
 * assert.equal(canonicalValue(port, { range: ["ssh", 22] }), 22);
 * ```
 */
export function canonicalValue(
  types: readonly DataType[],
  value: LooseValue,
): Value {
  if (types.length === 1) return one(types[0]!, value);
  const parts = typeof value === "object" && "concat" in value
    ? value.concat as readonly LooseValue[]
    : typeof value === "string"
    ? value.split(" . ")
    : Array.isArray(value)
    ? value as readonly LooseValue[]
    : undefined;
  if (value === "*") return "*";
  if (!parts || parts.length !== types.length) {
    throw new TypeError(
      `Cannot take ${shown(value)} for a key of ${types.length} parts (${
        types.map((type) => type.name).join(" . ")
      }): give as many`,
    );
  }
  return { concat: parts.map((part, i) => one(types[i]!, part) as Literal) };
}

function one(type: DataType, value: LooseValue): Value {
  switch (typeof value) {
    case "string":
      return ofText(type, value);
    case "number":
      if (type.kind === "string") break;
      if (value < 0 && type.bits === 64) { // as nft -j prints the highest bit
        return literalOf(type, BigInt.asUintN(64, BigInt(value)));
      }
      return literalOf(type, numberOf(type, value));
    case "bigint":
      return literalOf(type, value);
    case "boolean":
      return value;
    case "object":
      if (value !== null) return ofObject(type, value);
  }
  throw new TypeError(`Cannot take ${shown(value)} for ${type.what}`);
}

function ofText(type: DataType, text: string): Value {
  switch (type.kind) {
    case "address":
      if (text.includes("/")) return ofPrefixText(type, text);
      if (text.includes("-")) {
        const [first, last, more] = text.split("-");
        if (more === undefined) return ofRange(type, first!, last!);
      }
      break;
    case "integer": {
      const dash = text.indexOf("-");
      if (dash > 0 && !type.byName.has(text)) {
        const [first, last] = [text.slice(0, dash), text.slice(dash + 1)];
        if (/^\d/.test(first) || type.byName.has(first)) {
          return ofRange(type, first, last);
        }
      }
      break;
    }
  }
  return readValue(type, text);
}

/** A prefix as text: mostly an address and a length, else whatever net.ip reads. */
function ofPrefixText(type: DataType, text: string): Value {
  const slash = text.indexOf("/");
  const length = text.slice(slash + 1);
  if (/^\d{1,3}$/.test(length)) {
    return ofPrefix(type, text.slice(0, slash), Number(length));
  }
  const { network, prefixLength } = subnet(text, { hostBits: "clear" });
  return ofPrefix(type, `${network}`, prefixLength);
}

function ofPrefix(type: DataType, addr: string | number, len: number): Value {
  const bits = type.bits!;
  if (!Number.isInteger(len) || len < 0 || len > bits) {
    throw new BadValue(
      type,
      `${addr}/${len}`,
      `${addr}`.length + 1,
      `the prefix length must be from 0 to ${bits}`,
    );
  }
  const low = numberOf(type, addr);
  if (len === bits) return literalOf(type, low);
  const first = typeof low === "number"
    ? low - low % 2 ** (bits - len)
    : low >> BigInt(bits - len) << BigInt(bits - len);
  return { prefix: { addr: literal(type, first) as string, len } };
}

function ofObject(type: DataType, value: object): Value {
  if (value instanceof Address) return ofText(type, `${value}`);
  if (value instanceof Mac) return ofText(type, `${value}`);
  if (value instanceof Subnet) {
    return ofPrefix(type, `${value.network}`, value.prefixLength);
  }
  if (value instanceof Range) {
    return ofRange(type, `${value.start}`, `${value.end}`);
  }
  if (Array.isArray(value)) return literalOf(type, bitsOf(type, value));
  if ("|" in value) {
    return literalOf(type, bitsOf(type, value["|"] as readonly unknown[]));
  }
  if ("range" in value) {
    const [first, last] = (value as RangeValue).range;
    return ofRange(type, first, last);
  }
  if ("prefix" in value) {
    const { addr, len } = value.prefix as {
      addr: string | number;
      len: number;
    };
    if (type.kind === "address") {
      return ofPrefix(type, addr, len);
    }
    const low = BigInt(numberOf(type, addr));
    const bits = BigInt(type.bits ?? 0) - BigInt(len);
    const first = low >> bits << bits;
    return ofRange(
      type,
      literal(type, first),
      literal(type, first | (1n << bits) - 1n),
    );
  }
  throw new TypeError(`Cannot take ${shown(value)} for ${type.what}`);
}

const literal = (type: DataType, value: number | bigint): Literal =>
  literalOf(type, value) as Literal;

function bitsOf(type: DataType, list: readonly unknown[]): number | bigint {
  let sum: bigint = 0n;
  for (const bit of list) {
    sum |= BigInt(
      typeof bit === "object" && bit !== null
        ? bitsOf(
          type,
          Array.isArray(bit) ? bit : (bit as { "|": unknown[] })["|"],
        )
        : numberOf(type, bit as Literal),
    );
  }
  return type.kind === "label" ? sum : Number(sum);
}

function ofRange(type: DataType, first: Literal, last: Literal): Value {
  const low = numberOf(type, first);
  const high = numberOf(type, last);
  if (low > high && type.kind !== "hour") {
    throw new TypeError(
      `Cannot take ${first}-${last} for a range: its end must not be below its start`,
    );
  }
  return spanOf(type, low, high);
}

/**
 * Gives the value for all numbers between two.
 *
 * @param type The data type.
 * @param low The lowest.
 * @param high The highest.
 * @returns A literal, a prefix of addresses, or a range.
 */
export function spanOf(
  type: DataType,
  low: number | bigint,
  high: number | bigint,
): Value {
  if (low === high) return literalOf(type, low);
  if (type.kind === "address") {
    const len = type.bits === 32
      ? prefixLength32(low as number, high as number)
      : prefixLength128(low as bigint, high as bigint);
    if (len >= 0) {
      return { prefix: { addr: literal(type, low) as string, len } };
    }
  }
  return { range: [literal(type, low), literal(type, high)] };
}

/** The length of the prefix that is just this range, or -1. */
function prefixLength32(low: number, high: number): number {
  const size = high - low + 1;
  const bits = Math.log2(size);
  return Number.isInteger(bits) && low % size === 0 ? 32 - bits : -1;
}

function prefixLength128(low: bigint, high: bigint): number {
  const size = high - low + 1n;
  if ((size & (size - 1n)) !== 0n || low % size !== 0n) return -1;
  return 129 - size.toString(2).length;
}

/**
 * Gives the numbers at both ends of a canonical value.
 *
 * @param type Its data type.
 * @param value A canonical value that has a number.
 * @returns The lowest and the highest.
 */
export function endsOf(
  type: DataType,
  value: Value,
): readonly [low: number | bigint, high: number | bigint] {
  if (typeof value === "object" && !Array.isArray(value)) {
    if ("range" in value) {
      return [numberOf(type, value.range[0]), numberOf(type, value.range[1])];
    }
    if ("prefix" in value) {
      const { addr, len } = value.prefix;
      const low = numberOf(type, addr);
      return typeof low === "number"
        ? [low, low + 2 ** (32 - len) - 1]
        : [low, low + (1n << BigInt(128 - len)) - 1n];
    }
  }
  const number = numberOf(type, value as Literal);
  return [number, number];
}

/** A value as an error shows it. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}`;
  if (value instanceof Address || value instanceof Subnet) return `${value}`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/**
 * Says what a value must be.
 *
 * @param what What could not be done: `"match tcp dport"`.
 * @param field What the value is of: `"tcp dport"`.
 * @param error Why.
 * @returns The error to throw.
 */
export function explain(what: string, field: string, error: unknown): Error {
  if (error instanceof TooWide) {
    return new TypeError(
      `Cannot ${what} as ${field} must be ${error.must}: current value is ${error.value}`,
      { cause: error },
    );
  }
  if (error instanceof BadValue) {
    return new TypeError(
      `Cannot ${what} as ${field} must be ${error.type.what}: current value is ${
        shown(error.input)
      } (${error.reason})`,
      { cause: error },
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return new TypeError(`Cannot ${what}, ${field}: ${message}`, {
    cause: error,
  });
}
