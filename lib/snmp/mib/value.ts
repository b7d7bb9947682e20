/**
 * Values as text, and text as values, by the syntax that a MIB gives them.
 *
 * @see RFC 2578 §7.1, RFC 2579
 * @module
 */

import { hex } from "../../bytes/hex.ts";
import { ParseError } from "../../errors.ts";
import { parse as parseAddress } from "../../ip/address.ts";
import { formatHint, parseHint } from "./hint.ts";
import { isHintFor } from "./hint_notation.ts";
import { nearestName } from "./nearest_name.ts";
import type { MibSyntax, MibValue } from "./object.ts";
import {
  formatInetAddress,
  formatOctets,
  parseInetAddress,
  parseOctets,
} from "./octets.ts";

/** How {@linkcode MibStore.formatValue} writes. */
export interface FormatValueOptions {
  /** Of named numbers: `up(1)`, `up` or `1`. @default {"both"} */
  enums?: "both" | "name" | "number" | undefined;
  /** Whether the unit follows a number: `1500 octets`. @default {false} */
  units?: boolean | undefined;
}

/** Least and most of what goes over the wire. */
const LIMITS: Readonly<Record<string, readonly [bigint, bigint]>> = {
  INTEGER: [-0x8000_0000n, 0x7fff_ffffn],
  Gauge32: [0n, 0xffff_ffffn],
  Counter32: [0n, 0xffff_ffffn],
  TimeTicks: [0n, 0xffff_ffffn],
  Counter64: [0n, 0xffff_ffff_ffff_ffffn],
};

/** net-snmp's way to put a float into an Opaque: tag and length inside. */
const OPAQUE_FLOAT = [0x9f, 0x78, 4];
const OPAQUE_DOUBLE = [0x9f, 0x79, 8];

/** A string of 65535 octets has no more. */
const MOST_BITS = 65535 * 8;

/** By number, made once for each set of names. */
const byNumber = new WeakMap<object, Map<number, string>>();

/**
 * Finds the name of a number.
 *
 * @param enums Names and numbers.
 * @param value The number.
 */
export function nameOf(
  enums: Readonly<Record<string, number>>,
  value: number,
): string | undefined {
  let names = byNumber.get(enums);
  if (names === undefined) {
    names = new Map();
    for (const [name, number] of Object.entries(enums)) {
      if (!names.has(number)) names.set(number, name);
    }
    byNumber.set(enums, names);
  }
  return names.get(value);
}

/**
 * Writes a value by its syntax.
 *
 * @param value What came over the wire.
 * @param syntax What the MIB says that it is; without it, what it looks like.
 * @param options Of named numbers, whether name or number is written.
 * @param nameOid Writes an OID.
 */
export function formatBySyntax(
  value: MibValue,
  syntax: MibSyntax | undefined,
  options: FormatValueOptions,
  nameOid: (oid: string) => string,
): string {
  const { enums = "both" } = options;
  if (value instanceof Uint8Array) {
    if (syntax?.base === "BITS") return formatBits(value, syntax.enums, enums);
    if (syntax?.base === "Opaque") return formatOpaque(value);
    if (syntax?.base === "IpAddress" && value.length === 4) {
      return value.join(".");
    }
    const isInet = syntax?.convention?.startsWith("InetAddress") &&
      syntax.base === "OCTET STRING";
    return isInet
      ? formatInetAddress(value)
      : formatOctets(value, syntax?.hint);
  }
  if (typeof value === "string") {
    return syntax?.base === "OBJECT IDENTIFIER" &&
        /^\.?\d+(\.\d+)*$/.test(value)
      ? nameOid(value)
      : value;
  }
  if (syntax?.base === "TimeTicks") return formatTicks(value);
  if (syntax?.enums !== undefined) {
    const name = nameOf(syntax.enums, Number(value));
    if (name === undefined || enums === "number") return `${value}`;
    return enums === "name" ? name : `${name}(${value})`;
  }
  const hint = syntax?.hint;
  return hint !== undefined && isHintFor(hint, "integer")
    ? formatHint(hint, value)
    : `${value}`;
}

function formatBits(
  value: Uint8Array,
  names: Readonly<Record<string, number>> | undefined,
  style: "both" | "name" | "number",
): string {
  const found: string[] = [];
  for (let bit = 0; bit < value.length * 8; bit++) {
    if (!(value[bit >> 3]! & (0x80 >> (bit & 7)))) continue;
    const name = names && nameOf(names, bit);
    found.push(
      name === undefined || style === "number"
        ? `${bit}`
        : style === "name"
        ? name
        : `${name}(${bit})`,
    );
  }
  return found.join(" ");
}

function formatOpaque(value: Uint8Array): string {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const starts = (head: number[]) =>
    value.length === head.length + head[2]! &&
    head.every((octet, i) => value[i] === octet);
  if (starts(OPAQUE_FLOAT)) {
    return `${Number(view.getFloat32(3).toPrecision(7))}`;
  }
  return starts(OPAQUE_DOUBLE) ? `${view.getFloat64(3)}` : `0x${hex(value)}`;
}

/** Hundredths of a second as `3 days, 4:05:06.07`. */
function formatTicks(value: number | bigint): string {
  const ticks = Number(value);
  const two = (n: number) => `${Math.floor(n)}`.padStart(2, "0");
  const days = Math.floor(ticks / 8_640_000);
  const hours = Math.floor(ticks / 360_000) % 24;
  const clock = `${hours}:${two(ticks / 6000 % 60)}:${two(ticks / 100 % 60)}.${
    two(ticks % 100)
  }`;
  return days === 0 ? clock : `${days} day${days === 1 ? "" : "s"}, ${clock}`;
}

/**
 * Reads a value by its syntax.
 *
 * @param text As {@linkcode formatBySyntax} writes it, in any of its ways.
 * @param syntax What the MIB says that it is.
 * @param what The object's name, for errors.
 * @param readOid Reads an OID.
 * @throws {ParseError} If the text is none of its values.
 */
export function parseBySyntax(
  text: string,
  syntax: MibSyntax,
  what: string,
  readOid: (text: string) => string,
): MibValue {
  const fail = (reason: string): never => {
    throw new ParseError(`a value of ${what}`, text, 0, reason);
  };
  const { base, enums, hint } = syntax;
  switch (base) {
    case "OBJECT IDENTIFIER":
      return readOid(text);
    case "IpAddress": {
      const address = parseAddress(text.trim());
      return address.family === 4 ? `${address}` : fail("not an IPv4 address");
    }
    case "OCTET STRING": {
      const octets = syntax.convention?.startsWith("InetAddress")
        ? parseInetAddress(text)
        : parseOctets(text, hint);
      return inSize(octets, syntax, fail);
    }
    case "BITS":
      return parseBits(text, enums, fail);
    case "Opaque":
      return parseOpaque(text);
    case "NULL":
      return fail("it has none");
    default: {
      const value = parseNumber(text, syntax, fail);
      const [least, most] = LIMITS[base]!;
      if (value < least || value > most) {
        return fail(`${base} is between ${least} and ${most}`);
      }
      return inRange(value, syntax, fail);
    }
  }
}

type Fail = (reason: string) => never;

function parseNumber(text: string, syntax: MibSyntax, fail: Fail) {
  const { base, enums, hint } = syntax;
  const trimmed = text.trim();
  if (enums !== undefined) {
    const match = /^([A-Za-z0-9][\w-]*?)(?:\((-?\d{1,20})\))?$/.exec(trimmed);
    const name = match?.[1];
    if (name !== undefined && Object.hasOwn(enums, name)) {
      const value = enums[name]!;
      if (match![2] !== undefined && Number(match![2]) !== value) {
        return fail(`${name} is ${value}`);
      }
      return value;
    }
    if (/^-?\d{1,20}$/.test(trimmed)) {
      const value = Number(trimmed);
      return nameOf(enums, value) === undefined
        ? fail(`${value} is none of ${listNames(enums)}`)
        : value;
    }
    const near = nearestName(name ?? "", Object.keys(enums));
    return fail(
      near === undefined
        ? `it is one of ${listNames(enums)}`
        : `did you mean ${near}?`,
    );
  }
  if (base === "TimeTicks" && trimmed.includes(":")) {
    const clock =
      /^(?:(\d{1,4}) days?, )?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,2}))?$/
        .exec(trimmed);
    if (clock === null) return fail('expected "1 day, 2:03:04.05"');
    const [days, hours, minutes, seconds] = clock.slice(1, 5).map((part) =>
      Number(part ?? 0)
    );
    return ((days! * 24 + hours!) * 60 + minutes!) * 6000 + seconds! * 100 +
      Number((clock[5] ?? "0").padEnd(2, "0"));
  }
  if (hint !== undefined && isHintFor(hint, "integer")) {
    return parseHint(hint, text) as number | bigint;
  }
  if (!/^-?\d{1,20}$/.test(trimmed)) return fail("not a whole number");
  const value = Number(trimmed);
  return Number.isSafeInteger(value) ? value : BigInt(trimmed);
}

function listNames(enums: Readonly<Record<string, number>>): string {
  const names = Object.entries(enums).map(([name, n]) => `${name}(${n})`);
  const more = names.length > 12 ? `, … ${names.length - 12} more` : "";
  return names.slice(0, 12).join(", ") + more;
}

function rangeText(ranges: NonNullable<MibSyntax["ranges"]>): string {
  return ranges.map(([low, high]) => low === high ? low : `${low}..${high}`)
    .join(" or ");
}

function inRange(
  value: number | bigint,
  { ranges }: MibSyntax,
  fail: Fail,
): number | bigint {
  const fits = ranges?.some(([low, high]) => value >= low && value <= high);
  return fits ?? true ? value : fail(`it is ${rangeText(ranges!)}`);
}

function inSize<T extends Uint8Array>(
  octets: T,
  { ranges }: MibSyntax,
  fail: Fail,
): T {
  const { length } = octets;
  const fits = ranges?.some(([low, high]) => length >= low && length <= high);
  return fits ?? true
    ? octets
    : fail(`it has ${rangeText(ranges!)} octets, and this has ${length}`);
}

/** `mon(0) tue`, `0 1`, with commas or without. */
function parseBits(
  text: string,
  names: Readonly<Record<string, number>> | undefined,
  fail: Fail,
): Uint8Array<ArrayBuffer> {
  const bits: number[] = [];
  for (const word of text.split(/[\s,]+/)) {
    if (word === "") continue;
    const name = word.replace(/\(\d+\)$/, "");
    if (names && Object.hasOwn(names, name)) bits.push(names[name]!);
    else if (/^\d{1,4}$/.test(word)) bits.push(Number(word));
    else {
      const near = nearestName(name, Object.keys(names ?? {}));
      const guess = near === undefined ? "" : `; did you mean ${near}?`;
      return fail(`no bit is called ${name}${guess}`);
    }
  }
  let most = -1;
  for (const bit of [...bits, ...Object.values(names ?? {})]) {
    if (bit < 0 || bit > MOST_BITS) return fail("a bit's number is too large");
    most = Math.max(most, bit);
  }
  const octets = new Uint8Array((most + 8) >> 3);
  for (const bit of bits) octets[bit >> 3]! |= 0x80 >> (bit & 7);
  return octets;
}

function parseOpaque(text: string): Uint8Array<ArrayBuffer> {
  const trimmed = text.trim();
  if (!/^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(trimmed)) {
    return parseOctets(trimmed);
  }
  const octets = new Uint8Array(7);
  octets.set(OPAQUE_FLOAT);
  new DataView(octets.buffer).setFloat32(3, Number(trimmed));
  return octets;
}
