/**
 * DISPLAY-HINT: how a textual convention's values look, and how they are read.
 *
 * @see RFC 2579 §3.1
 * @module
 */

import { ParseError } from "../../errors.ts";
import { type Hint, type OctetFormat, readHint } from "./hint_notation.ts";

/** The longest OCTET STRING (RFC 2578 §7.1.2). */
const MOST_OCTETS = 0xffff;
function requireHint(hint: string): Hint {
  const read = readHint(hint);
  if (read === undefined) {
    throw new ParseError("a display hint", hint, 0, "not as in RFC 2579 §3.1");
  }
  return read;
}

/**
 * Writes a value as a DISPLAY-HINT says.
 *
 * Octets written alone in hexadecimal (`1x`) always have two digits, as in
 * `00:1a:2b`; the RFC leaves that open.
 *
 * @param hint The hint: `"d-2"` for integers, `"1x:"` for octets.
 * @param value A number or bigint for an integer's hint, else octets.
 * @returns The text.
 * @throws {ParseError} If the hint is none.
 * @throws {TypeError} If the value is not of the hint's kind.
 * @see RFC 2579 §3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.snmp.formatHint("d-2", 1234), "12.34");
 * const date = Uint8Array.of(0x07, 0xc8, 5, 26, 13, 30, 15, 0, 0x2d, 4, 0);
 * assert.equal(
 *   net.snmp.formatHint("2d-1d-1d,1d:1d:1d.1d,1a1d:1d", date),
 *   "1992-5-26,13:30:15.0,-4:0",
 * );
 * ```
 */
export function formatHint(
  hint: string,
  value: number | bigint | Uint8Array,
): string {
  const read = requireHint(hint);
  if ("formats" in read) {
    if (value instanceof Uint8Array) return formatOctets(read.formats, value);
  } else if (!(value instanceof Uint8Array)) {
    return formatInteger(read.as, read.places, value);
  }
  throw new TypeError(
    `Cannot format with the hint ${hint} as 'value' must be ${
      "formats" in read ? "octets" : "a number"
    }: current value is ${typeof value === "object" ? "octets" : value}`,
  );
}

function formatInteger(
  as: "d" | "x" | "o" | "b",
  places: number,
  value: number | bigint,
): string {
  const sign = value < 0 ? "-" : "";
  const size = value < 0 ? -value : value;
  if (as !== "d") {
    return sign + size.toString(as === "x" ? 16 : as === "o" ? 8 : 2);
  }
  if (places === 0) return sign + size;
  const digits = size.toString().padStart(places + 1, "0");
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

function formatOctets(
  formats: readonly OctetFormat[],
  value: Uint8Array,
): string {
  let text = "";
  let at = 0;
  for (let i = 0; at < value.length; i++) {
    const format = formats[Math.min(i, formats.length - 1)]!;
    const { isRepeated, length, separator, terminator } = format;
    const before = at;
    let times = isRepeated ? value[at++]! : 1;
    for (; times > 0 && (at < value.length || length === 0); times--) {
      const end = Math.min(value.length, at + length);
      text += formatGroup(format, value.subarray(at, end));
      at = end;
      const isLast = times === 1 && terminator !== "";
      if (at < value.length && !isLast) text += separator;
    }
    if (terminator !== "" && at < value.length) text += terminator;
    // The last format, which is used again and again, has to take something.
    if (at === before && i >= formats.length - 1) break;
  }
  return text;
}

function formatGroup({ as, length }: OctetFormat, octets: Uint8Array): string {
  if (length === 0) return "";
  if (as === "t") return new TextDecoder().decode(octets);
  if (as === "a") {
    let text = "";
    for (const octet of octets) text += String.fromCharCode(octet);
    return text;
  }
  let number: number | bigint = 0;
  if (octets.length <= 6) {
    for (const octet of octets) number = number as number * 256 + octet;
  } else {
    const digits = Array.from(octets, (x) => x.toString(16).padStart(2, "0"));
    number = BigInt(`0x${digits.join("")}`);
  }
  if (as === "d") return number.toString();
  if (as === "o") return number.toString(8);
  return number.toString(16).padStart(length === 1 ? 2 : 1, "0");
}

/**
 * Reads a value that is written as a DISPLAY-HINT says.
 *
 * @param hint The hint: `"d-2"` for integers, `"1x:"` for octets.
 * @param text What {@linkcode formatHint} would have written.
 * @returns A number (a bigint beyond 2^53) for an integer's hint, else octets.
 * @throws {ParseError} If the hint is none, or the text is not as it says.
 * @see RFC 2579 §3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.snmp.parseHint("d-2", "12.34"), 1234);
 * assert.deepEqual(net.snmp.parseHint("1x:", "0:1a:2b"), Uint8Array.of(0, 0x1a, 0x2b));
 * ```
 */
export function parseHint(
  hint: string,
  text: string,
): number | bigint | Uint8Array<ArrayBuffer> {
  const read = requireHint(hint);
  return "formats" in read
    ? new OctetParser(hint, text).parse(read.formats)
    : parseInteger(hint, read.as, read.places, text);
}

const DIGITS = {
  d: /^-?\d{1,40}$/,
  x: /^-?[\da-f]{1,32}$/i,
  o: /^-?[0-7]{1,40}$/,
  b: /^-?[01]{1,128}$/,
} as const;

function parseInteger(
  hint: string,
  as: "d" | "x" | "o" | "b",
  places: number,
  text: string,
): number | bigint {
  const fail = (offset: number, reason: string): never => {
    throw new ParseError(`a value with the hint ${hint}`, text, offset, reason);
  };
  let digits = text.trim();
  if (places > 0) {
    const [whole, part = "", ...more] = digits.split(".");
    if (more.length > 0) fail(text.lastIndexOf("."), "a second point");
    if (part.length > places) {
      fail(text.indexOf("."), `more than ${places} digits behind the point`);
    }
    digits = whole! + part.padEnd(places, "0");
  }
  if (!DIGITS[as].test(digits)) fail(0, "not a number as the hint has it");
  const sign = digits.startsWith("-") ? -1n : 1n;
  const prefix = { d: "", x: "0x", o: "0o", b: "0b" }[as];
  const value = sign * BigInt(prefix + digits.replace("-", ""));
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** Reads a text group by group. */
class OctetParser {
  readonly #hint: string;
  readonly #text: string;
  readonly #octets: number[] = [];
  #at = 0;

  constructor(hint: string, text: string) {
    this.#hint = hint;
    this.#text = text;
  }

  parse(formats: readonly OctetFormat[]): Uint8Array<ArrayBuffer> {
    for (let i = 0; this.#at < this.#text.length; i++) {
      const before = this.#at;
      this.#readFormat(formats, Math.min(i, formats.length - 1));
      if (this.#at === before && i >= formats.length - 1) {
        this.#fail("more than the hint has room for");
      }
      if (this.#octets.length > MOST_OCTETS) this.#fail("too many octets");
    }
    return Uint8Array.from(this.#octets);
  }

  #readFormat(formats: readonly OctetFormat[], i: number): void {
    const format = formats[i]!;
    const { isRepeated, length, separator, terminator } = format;
    if (!isRepeated) {
      this.#readGroup(format);
      if (separator !== "" && this.#at < this.#text.length) {
        this.#readMark(separator, format);
      }
      return;
    }
    const count = this.#octets.push(0) - 1;
    let times = 0;
    while (this.#at < this.#text.length && times < 255) {
      if (terminator !== "" && this.#is(terminator)) break;
      const before = this.#at;
      this.#readGroup(format);
      times++;
      if (this.#is(separator) && separator !== "") this.#at++;
      else if (terminator !== "" || separator !== "") break;
      if (this.#at === before && length === 0) break;
    }
    if (terminator !== "" && this.#is(terminator)) this.#at++;
    this.#octets[count] = times;
  }

  #readGroup(format: OctetFormat): void {
    const { as, length } = format;
    if (length === 0) return;
    if (as === "a" || as === "t") return this.#readText(format);
    const digits = as === "x" ? /[\da-f]*/iy : as === "o" ? /[0-7]*/y : /\d*/y;
    digits.lastIndex = this.#at;
    // Hexadecimal without marks between is cut where the octets are full.
    const found = digits.exec(this.#text)![0];
    const shown = as === "x" ? found.slice(0, 2 * length) : found;
    if (shown === "") this.#fail(`expected a number (${length}${as})`);
    const base = as === "x" ? "0x" : as === "o" ? "0o" : "";
    const plain = as === "x" ? shown : shown.replace(/^0+(?=.)/, "");
    const value = plain.length > 3 * length ? "" : BigInt(base + plain)
      .toString(16).padStart(2 * length, "0");
    if (value.length !== 2 * length) {
      this.#fail(`this number is too large for ${length} octets`);
    }
    for (let i = 0; i < value.length; i += 2) {
      this.#octets.push(Number(`0x${value.slice(i, i + 2)}`));
    }
    this.#at += shown.length;
  }

  #readText({ as, length, separator }: OctetFormat): void {
    const text = this.#text;
    const start = this.#at;
    let used = 0;
    while (this.#at < text.length && used < length) {
      const char = String.fromCodePoint(text.codePointAt(this.#at)!);
      if (char === separator && this.#at > start) break;
      const code = char.codePointAt(0)!;
      const octets = as === "a" && code < 256
        ? [code]
        : [...new TextEncoder().encode(char)];
      if (used + octets.length > length) break;
      this.#octets.push(...octets);
      used += octets.length;
      this.#at += char.length;
      if (used > MOST_OCTETS) this.#fail("too many octets");
    }
  }

  #readMark(mark: string, { length, as }: OctetFormat): void {
    if (this.#is(mark)) this.#at++;
    else if (length > 0 || as === "a") {
      this.#fail(`expected ${JSON.stringify(mark)}`);
    }
  }

  #is(mark: string): boolean {
    return this.#text.startsWith(mark, this.#at);
  }

  #fail(reason: string): never {
    const kind = `a value with the hint ${this.#hint}`;
    throw new ParseError(kind, this.#text, this.#at, reason);
  }
}
