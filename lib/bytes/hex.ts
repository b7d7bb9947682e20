/**
 * Octets as hexadecimal digits.
 *
 * @module
 */

import { ParseError } from "../errors.ts";
import { checkOctets } from "./octets_check.ts";

/**
 * Writes octets as pairs of hexadecimal digits.
 *
 * @param bytes The octets.
 * @param separator What goes between two octets. @default {""}
 * @returns Lower-case digits.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.bytes.hex(Uint8Array.of(0xde, 0xad), ":"), "de:ad");
 * ```
 */
export function hex(bytes: Uint8Array, separator = ""): string {
  checkOctets("write octets", bytes);
  // `list.map(net.bytes.hex)` would put places in the list between the digits.
  if (typeof separator !== "string") {
    throw new TypeError(
      `Cannot write octets as 'separator' must be a text: current value is ${
        Deno.inspect(separator)
      }`,
    );
  }
  const digits = bytes.toHex();
  return separator === ""
    ? digits
    : (digits.match(/../g) ?? []).join(separator);
}

/**
 * Reads hexadecimal digits in any usual dress: `de:ad`, `de-ad`, `dead.beef`,
 * `0xde, 0xad`, over several lines. A pair is never split by a separator, so
 * `1:2` is refused rather than read as `12`.
 *
 * @param text Pairs of digits; between pairs any of `:` `-` `.` `,`, spaces,
 * tabs and line breaks, and `0x` before digits.
 * @returns The octets.
 * @throws {ParseError} At the first character that is none of these, or after
 * an odd number of digits in a row.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.bytes.parseHex("0xdead be:ef"), Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
 * ```
 */
export function parseHex(text: string): Uint8Array<ArrayBuffer> {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot parse hexadecimal octets as 'text' must be a string: current value is ${
        Deno.inspect(text)
      }`,
    );
  }
  const out = new Uint8Array(text.length >> 1);
  let length = 0;
  let high = -1; // the first digit of a pair, while its second is awaited
  let run = 0; // where the present digits began, before any prefix
  for (let i = 0; i < text.length; i++) {
    const digit = digitOf(text.charCodeAt(i));
    if (digit >= 0 && high >= 0) {
      out[length++] = high << 4 | digit;
      high = -1;
    } else if (digit >= 0) {
      high = digit;
    } else if (isPrefix(text, run, i)) {
      high = -1;
      run = -2; // one prefix is enough
    } else if (!SEPARATORS.includes(text[i]!)) {
      throw new ParseError(KIND, text, i, "not a hexadecimal digit");
    } else if (high >= 0) {
      throw new ParseError(KIND, text, i, ODD);
    } else {
      run = i + 1;
    }
  }
  if (high >= 0) throw new ParseError(KIND, text, text.length, ODD);
  return out.slice(0, length);
}

const KIND = "hexadecimal octets";
const ODD = "odd number of digits";
const SEPARATORS = " \t\r\n:-.,";

/** Whether the `x` at `i` ends a `0x` that digits follow. */
function isPrefix(text: string, run: number, i: number): boolean {
  return i === run + 1 && text[run] === "0" &&
    (text[i] === "x" || text[i] === "X") &&
    digitOf(text.charCodeAt(i + 1)) >= 0;
}

/** The value of an ASCII hexadecimal digit, or -1. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
