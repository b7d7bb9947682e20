/**
 * Values in a display filter: what a word or a string can be read as.
 *
 * @module
 */

import { type Address, tryParse } from "../../ip/address.ts";
import { tryMac } from "../../ip/mac/mac.ts";
import type { Literal } from "./syntax.ts";

/** An address, or all that share its first bits. */
export interface AddressRange {
  /** The address. */
  readonly address: Address;
  /** How many of its bits count. */
  readonly prefix: number;
}

/** Everything that a value can be read as. */
export interface Readings {
  /** The value as text. */
  readonly text: string;
  /** A whole number. */
  readonly number: number | bigint | undefined;
  /** Yes or no. */
  readonly boolean: boolean | undefined;
  /** An IP address, or a prefix. */
  readonly address: AddressRange | undefined;
  /** A MAC address, as packets have it. */
  readonly mac: string | undefined;
  /** Octets: of text its UTF-8, of digits what they say in hexadecimal. */
  readonly octets: Uint8Array | undefined;
  /** A moment. */
  readonly time: Temporal.Instant | undefined;
}

/**
 * Reads a value in every way that makes sense.
 *
 * @param literal A word or a string.
 * @returns The readings.
 *
 * @example
 * ```ts
 * import { readLiteral } from "./literal.ts";
 * import assert from "node:assert/strict";
 *
 * const word = { kind: "word", flags: "", at: 0 } as const;
 * assert.equal(readLiteral({ ...word, text: "0x10" }).number, 16);
 * assert.equal(readLiteral({ ...word, text: "10.0.0.0/8" }).address?.prefix, 8);
 * assert.deepEqual(readLiteral({ ...word, text: "0c:0d" }).octets, Uint8Array.of(12, 13));
 * ```
 */
export function readLiteral({ kind, text }: Literal): Readings {
  const quoted = kind === "string";
  return {
    text,
    number: quoted ? undefined : numberOf(text),
    boolean: quoted ? undefined : BOOLEANS.get(text.toLowerCase()),
    address: addressOf(text),
    mac: macOf(text),
    octets: quoted ? new TextEncoder().encode(text) : octetsOf(text),
    time: timeOf(text),
  };
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);

function numberOf(text: string): number | bigint | undefined {
  if (!/^(?:0[xX][0-9A-Fa-f]{1,32}|[0-9]{1,32})$/.test(text)) return undefined;
  const exact = BigInt(text);
  const number = Number(exact);
  return Number.isSafeInteger(number) ? number : exact;
}

function addressOf(text: string): AddressRange | undefined {
  const [, start, digits] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const address = start === undefined ? undefined : tryParse(start);
  if (address === undefined) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  const prefix = digits === undefined ? bits : Number(digits);
  return prefix > bits ? undefined : { address, prefix };
}

function macOf(text: string): string | undefined {
  const mac = tryMac(text);
  return mac === undefined || mac.bits !== 48 ? undefined : mac.toString();
}

/** `0c`, `00:00:0c`, `00-00-0c`, `00.00.0c`, `0x00000c`, `00000c`. */
function octetsOf(text: string): Uint8Array | undefined {
  const digits =
    /^[0-9A-Fa-f]{1,2}(?:([:.-])[0-9A-Fa-f]{1,2}(?:\1[0-9A-Fa-f]{1,2})*)$/
        .test(text)
      ? text.split(/[:.-]/).map((octet) => octet.padStart(2, "0")).join("")
      : text.replace(/^0[xX]/, "");
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(digits)) return undefined;
  return Uint8Array.fromHex(digits);
}

function timeOf(text: string): Temporal.Instant | undefined {
  if (!/^\d{4}-\d\d-\d\d/.test(text)) return undefined;
  try {
    // Without an offset it is UTC, as all times here are.
    const whole = text.length === 10 ? `${text}T00:00` : text;
    const offset = /(?:Z|[+-]\d\d(?::?\d\d)?)$/i.test(whole.slice(10));
    return Temporal.Instant.from(offset ? whole : `${whole}Z`);
  } catch {
    return undefined;
  }
}

/**
 * Takes a pattern for text and octets: octets are looked at as text in which
 * each is one character.
 *
 * @param literal A pattern; or a string, which as in Wireshark is one that does
 * not mind the case.
 * @returns The regular expression, or why it is none.
 *
 * @example
 * ```ts
 * import { patternOf } from "./literal.ts";
 * import assert from "node:assert/strict";
 *
 * const get = { kind: "pattern", text: "^get", flags: "i", at: 0 } as const;
 * assert.deepEqual(patternOf(get), /^get/i);
 * ```
 */
export function patternOf({ kind, text, flags }: Literal): RegExp | string {
  try {
    // Where it left off the last time is of no concern.
    return new RegExp(
      text,
      kind === "pattern" ? flags.replace(/[gy]/g, "") : "i",
    );
  } catch (error) {
    return (error as Error).message;
  }
}
