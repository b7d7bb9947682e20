/**
 * Values by their data types: from text and numbers to the canonical form,
 * and back.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import { formatIpv4 } from "../../ip/format.ts";
import { Mac } from "../../ip/mac/mac.ts";
import type { Literal, Value } from "./expression.ts";
import { formatTime, parseTime } from "./time.ts";
import * as clock from "./clock.ts";
import type { DataType } from "./type_table.ts";
import {
  addressNumber,
  checkString,
  checkWidth,
  isDigit,
  isDigits,
  isHex,
  labelBit,
  macNumber,
  or,
  readBits,
  readClass,
  readNumber,
  unknownName,
} from "./value_text.ts";

export {
  type DataType,
  dataType,
  dataTypes,
  type Kind,
  sizedType,
} from "./type_table.ts";

/**
 * Reads a value as people write it.
 *
 * @param type Its data type.
 * @param text `"ssh"`, `"0x16"`, `"10.0.0.1"`, `"established,related"`.
 * @returns The canonical form: `22` for a port, `"tcp"` for the protocol 6,
 * several bits as names from the lowest bit on.
 * @throws {ParseError} If the text is no such value.
 *
 * @example
 * ```ts
 * import { dataType, readValue } from "./data_types.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readValue(dataType("inet_service"), "ssh"), 22);
 * assert.equal(readValue(dataType("inet_proto"), "6"), "tcp");
 * assert.deepEqual(readValue(dataType("tcp_flag"), "0x12"), ["syn", "ack"]);
 * ```
 */
export function readValue(
  type: DataType,
  text: string,
): Literal | readonly string[] {
  switch (type.kind) {
    case "string":
      return checkString(type, text);
    case "named":
      return isDigit(text)
        ? literalOf(type, readNumber(type, text))
        : type.byName.get(text) ?? checkString(type, text);
    default:
      return literalOf(type, numberOf(type, text));
  }
}

/**
 * Gives a value's number, as the kernel compares it.
 *
 * Times are in milliseconds, dates in nanoseconds since 1970, times of day in
 * seconds since midnight in UTC.
 *
 * @param type Its data type.
 * @param value A value, canonical or not.
 * @returns The number; a bigint where more than 53 bits may matter.
 * @throws {ParseError} If a text is no such value.
 * @throws {TypeError} For text that has no number: an interface's name.
 * @throws {RangeError} For a number that is too wide.
 *
 * @example
 * ```ts
 * import { dataType, numberOf } from "./data_types.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(numberOf(dataType("ipv4_addr"), "10.0.0.1"), 0x0a000001);
 * assert.equal(numberOf(dataType("ct_state"), ["established", "related"]), 6);
 * ```
 */
export function numberOf(
  type: DataType,
  value: Literal | readonly string[],
): number | bigint {
  if (typeof value === "string") return numberOfText(type, value);
  if (typeof value === "number") return numberOfNumber(type, value);
  if (typeof value === "boolean") {
    if (type.kind === "boolean") return value ? 1 : 0;
    throw new TypeError(
      `Cannot take ${value} for ${type.what}: only a check of existence has a truth value`,
    );
  }
  if (type.kind !== "bitmask" && type.kind !== "label") {
    throw new TypeError(
      `Cannot take ${
        JSON.stringify(value)
      } for ${type.what}: only bits stand in a list`,
    );
  }
  let sum = type.kind === "label" ? 0n : 0;
  for (const name of value) sum = or(sum, numberOfText(type, name));
  return sum;
}

/**
 * Gives the canonical form of a number.
 *
 * @param type Its data type.
 * @param value The number, as {@linkcode numberOf} gives it.
 * @returns Its name where it has one; a number; beyond 53 bits a text in
 * hexadecimal.
 * @throws {RangeError} If the type is not that wide.
 *
 * @example
 * ```ts
 * import { dataType, literalOf } from "./data_types.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(literalOf(dataType("icmp_type"), 8), "echo-request");
 * assert.equal(literalOf(dataType("ipv6_addr"), 1n), "::1");
 * ```
 */
export function literalOf(
  type: DataType,
  value: number | bigint,
): Literal | readonly string[] {
  checkWidth(type, value);
  switch (type.kind) {
    case "integer":
    case "named":
      if (typeof value === "number") return type.byNumber.get(value) ?? value;
      return value <= Number.MAX_SAFE_INTEGER
        ? type.byNumber.get(Number(value)) ?? Number(value)
        : `0x${value.toString(16)}`;
    case "address":
      return type.bits === 32
        ? formatIpv4(Number(value))
        : Address.fromBigint(value, 6).toString();
    case "bitmask":
      return bits(type, value);
    case "label":
      return labels(BigInt(value));
    case "boolean":
      return value != 0;
    case "mac":
      return Mac.fromBigint(value).toString();
    case "time":
      return Number(value) / 1000;
    case "date":
      return clock.formatDate(Number(BigInt(value) / 1_000_000_000n));
    case "hour":
      return clock.formatHour(Number(value));
    case "classid": {
      const number = Number(value);
      return number === 0
        ? "none"
        : number === 0xffffffff
        ? "root"
        : `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
    }
    default:
      throw new TypeError(`Cannot make ${type.what} of a number`);
  }
}

/**
 * Writes a value as `nft list ruleset` does.
 *
 * @param type Its data type.
 * @param value A canonical value; no concatenation.
 * @param separator What stands between bits.
 * @returns The text: ports as numbers, marks as `0x0000000a`, names in quotes
 * where nft writes quotes.
 *
 * @example
 * ```ts
 * import { dataType, writeValue } from "./data_types.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(writeValue(dataType("mark"), 10), "0x0000000a");
 * assert.equal(writeValue(dataType("iface_index"), "lo"), '"lo"');
 * assert.equal(writeValue(dataType("mark"), { range: [1, 2] }), "0x00000001-0x00000002");
 * ```
 */
export function writeValue(
  type: DataType,
  value: Value,
  separator: string = ",",
): string {
  switch (typeof value) {
    case "number":
      return writeNumber(type, value);
    case "string":
      return writeText(type, value);
    case "boolean":
      return value ? "exists" : "missing";
  }
  if (Array.isArray(value)) return value.join(separator);
  if ("prefix" in value) {
    return `${writeText(type, value.prefix.addr)}/${value.prefix.len}`;
  }
  if ("range" in value) {
    const [first, last] = value.range;
    return `${writeValue(type, first)}-${writeValue(type, last)}`;
  }
  throw new TypeError(
    `Cannot write a concatenation as ${type.what}: write each part by its own type`,
  );
}

function numberOfText(type: DataType, text: string): number | bigint {
  switch (type.kind) {
    case "address":
      return addressNumber(type, text);
    case "mac":
      return isHex(text) ? readNumber(type, text) : macNumber(text);
    case "time":
      return Math.round(parseTime(text) * 1000);
    case "date":
      return BigInt(isDigits(text) ? +text : clock.parseDate(text)) *
        1_000_000_000n;
    case "hour":
      return isDigits(text) ? clock.toUtc(+text) : clock.parseHour(text);
    case "classid":
      return type.byName.get(text) ?? readClass(type, text);
    case "bitmask":
    case "label":
      return readBits(type, text);
    case "string":
    case "verdict":
      throw new TypeError(`Cannot give a number for ${type.what}`);
  }
  const digit = isDigit(text);
  if (!digit || type.kind !== "integer" || type.name === "ether_type") {
    const named = type.byName.get(text);
    if (named !== undefined) return named;
  }
  if (digit) return readNumber(type, text);
  if (type.name === "inet_proto" && text === text.toUpperCase()) {
    const lower = type.byName.get(text.toLowerCase());
    if (lower !== undefined) return lower;
  }
  if (type.kind === "named") {
    throw new TypeError(
      `Cannot give a number for ${type.what} by the name ${
        JSON.stringify(text)
      }: only the machine knows it`,
    );
  }
  throw unknownName(type, text);
}

function numberOfNumber(type: DataType, value: number): number | bigint {
  if (!Number.isInteger(value) && type.kind !== "time") {
    throw new TypeError(
      `Cannot take ${value} for ${type.what}: it must be an integer`,
    );
  }
  switch (type.kind) {
    case "time":
      return Math.round(value * 1000);
    case "date":
      return BigInt(value) * 1_000_000_000n;
    case "hour":
      return clock.toUtc(value);
    case "label":
      return labelBit(type, value);
    case "string":
    case "verdict":
      throw new TypeError(`Cannot take ${value} for ${type.what}`);
  }
  checkWidth(type, value);
  return type.bits === 128 && type.kind === "address" ? BigInt(value) : value;
}

function bits(
  type: DataType,
  value: number | bigint,
): Literal | readonly string[] {
  if (typeof value === "bigint" && value > 0xffffffffn) {
    return `0x${value.toString(16)}`;
  }
  const number = Number(value);
  const single = type.byNumber.get(number);
  if (single !== undefined) return single;
  const found: string[] = [];
  let rest = number;
  for (let bit = 1; rest > 0 && bit <= 0x80000000; bit *= 2) {
    if ((rest & bit) === 0) continue;
    const name = type.byNumber.get(bit);
    if (name === undefined) return number;
    found.push(name);
    rest = (rest ^ bit) >>> 0;
  }
  return found.length ? found : number;
}

function labels(value: bigint): Literal | readonly string[] {
  const found: number[] = [];
  for (let bit = 0; value >> BigInt(bit); bit++) {
    if (value >> BigInt(bit) & 1n) found.push(bit);
  }
  if (found.length === 1) return found[0]!;
  return found.length ? found.map(String) : "0x0";
}

function writeNumber(type: DataType, value: number): string {
  switch (type.kind) {
    case "time":
      return formatTime(value);
    case "boolean":
      return value ? "exists" : "missing";
  }
  return type.hex === undefined
    ? `${value}`
    : `0x${value.toString(16).padStart(type.hex, "0")}`;
}

function writeText(type: DataType, text: string): string {
  if (type.kind === "string" || type.quoted) return `"${text}"`;
  if (type.kind === "integer" && type.hex === undefined && isHex(text)) {
    return BigInt(text).toString();
  }
  return text;
}
