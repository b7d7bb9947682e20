/**
 * Writes addresses in the other notations: spelled out, as one number, in bits,
 * as a domain name, in a URL. Each is one entry in a table; `notation_scan.ts`
 * reads them.
 *
 * @module
 */

import { formatIpv4, formatIpv6, formatMixed } from "./format.ts";
import { wordsToBigint } from "./words.ts";

/**
 * A way to write an address, shown for `192.0.2.1` and `2001:db8::1`:
 *
 * - `"compressed"`: `192.0.2.1`, `2001:db8::1` (RFC 5952)
 * - `"exploded"`: `192.0.2.1`, `2001:0db8:0000:0000:0000:0000:0000:0001`
 * - `"mixed"`: `192.0.2.1`, `2001:db8::0.0.0.1` (RFC 4291 §2.2.3)
 * - `"binary"`: `11000000.00000000.00000010.00000001`, eight groups of 16 with `:`
 * - `"hex"`: `0xc0000201`, `0x20010db8000000000000000000000001`
 * - `"decimal"`: `3221225985`, `42540766411282592856903984951653826561`
 * - `"arpa"`: `1.2.0.192.in-addr.arpa` (RFC 1035 §3.5), `1.0.….ip6.arpa` (RFC 3596 §2.5)
 * - `"url"`: `192.0.2.1`, `[2001:db8::1]` (RFC 3986 §3.2.2, zones by RFC 6874)
 */
export type Notation =
  | "compressed"
  | "exploded"
  | "mixed"
  | "binary"
  | "hex"
  | "decimal"
  | "arpa"
  | "url";

/** An address as its parts. */
export interface Parts {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** Bits 0 to 31 of an IPv6 address. */
  readonly w0: number;
  /** Bits 32 to 63 of an IPv6 address. */
  readonly w1: number;
  /** Bits 64 to 95 of an IPv6 address. */
  readonly w2: number;
  /** The last or only 32 bits. */
  readonly w3: number;
  /** The zone without its `%`. */
  readonly zone?: string | undefined;
}

const WRITERS: Readonly<Record<Notation, (parts: Parts) => string>> = {
  compressed: (parts) => zoned(parts, compressed(parts)),
  exploded: (parts) =>
    zoned(parts, isIpv4(parts) ? compressed(parts) : grouped(digits(parts, 4))),
  mixed: (parts) =>
    zoned(
      parts,
      isIpv4(parts)
        ? compressed(parts)
        : formatMixed(parts.w0, parts.w1, parts.w2, parts.w3),
    ),
  binary: (parts) => writeBinary(parts),
  hex: (parts) => `0x${digits(parts, 4)}`,
  decimal: (parts) => `${number(parts)}`,
  arpa: (parts) => writeArpa(parts, isIpv4(parts) ? 32 : 128),
  url: (parts) => {
    if (isIpv4(parts)) return compressed(parts);
    const { zone } = parts;
    const tail = zone === undefined ? "" : `%25${encodeURIComponent(zone)}`;
    return `[${compressed(parts)}${tail}]`;
  },
};

/** The domain under which IPv4 addresses have their names (RFC 1035 §3.5). */
export const IPV4_TREE = "in-addr.arpa";

/** The domain under which IPv6 addresses have their names (RFC 3596 §2.5). */
export const IPV6_TREE = "ip6.arpa";

/**
 * Writes an address in a notation.
 *
 * @param parts The address; where a notation is a number its zone is left out.
 * @param notation Which.
 * @returns The text.
 * @throws {TypeError} If there is no such notation.
 *
 * @example
 * ```ts
 * import { writeNotation } from "./notation.ts";
 * import assert from "node:assert/strict";
 *
 * const parts = { family: 4, w0: 0, w1: 0, w2: 0, w3: 0xc0000201 } as const;
 * assert.equal(writeNotation(parts, "arpa"), "1.2.0.192.in-addr.arpa");
 * ```
 */
export function writeNotation(parts: Parts, notation: Notation): string {
  return notationEntry(WRITERS, notation, "an address", "write")(parts);
}

/**
 * Finds the entry of a notation.
 *
 * @param table Entries by notation.
 * @param name The notation as the caller gave it.
 * @param what What is written or read, for the error: `"an address"`.
 * @param verb What is to be done with it: `"write"`.
 * @returns The entry.
 * @throws {TypeError} If there is none.
 *
 * @example
 * ```ts
 * import { notationEntry } from "./notation.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => notationEntry({ hex: 1 }, "octal", "an address", "write"), /"hex"/);
 * ```
 */
export function notationEntry<T>(
  table: Readonly<Record<string, T>>,
  name: string,
  what: string,
  verb: string,
): T {
  if (Object.hasOwn(table, name)) return table[name]!;
  const names = Object.keys(table).map((name) => `"${name}"`).join(", ");
  throw new TypeError(
    `Cannot ${verb} ${what} as 'notation' must be one of ${names}: current value is ${name}`,
  );
}

function isIpv4(parts: Parts): boolean {
  return parts.family === 4;
}

function compressed(parts: Parts): string {
  const { w0, w1, w2, w3 } = parts;
  return isIpv4(parts) ? formatIpv4(w3) : formatIpv6(w0, w1, w2, w3);
}

function zoned({ zone }: Parts, text: string): string {
  return zone === undefined ? text : `${text}%${zone}`;
}

function number({ family, w0, w1, w2, w3 }: Parts): bigint {
  return family === 4 ? BigInt(w3 >>> 0) : wordsToBigint(w0, w1, w2, w3);
}

/** All digits of base 2 to the power of `bitsEach`. */
function digits(parts: Parts, bitsEach: 1 | 4): string {
  const { w0, w1, w2, w3 } = parts;
  const words = isIpv4(parts) ? [w3] : [w0, w1, w2, w3];
  return words.map((word) =>
    (word >>> 0).toString(2 ** bitsEach).padStart(32 / bitsEach, "0")
  ).join("");
}

function grouped(hex: string): string {
  return hex.replace(/.{4}(?=.)/g, "$&:");
}

/**
 * Writes an address in bits, octet by octet or group by group, and marks where
 * its prefix ends by a `|`.
 *
 * @param parts The address.
 * @param prefixLength After how many bits to put the mark; nowhere if left out.
 * @returns 32 bits with dots, or 128 with colons.
 *
 * @example
 * ```ts
 * import { writeBinary } from "./notation.ts";
 * import assert from "node:assert/strict";
 *
 * const parts = { family: 4, w0: 0, w1: 0, w2: 0, w3: 0xc0000201 } as const;
 * assert.equal(writeBinary(parts, 20), "11000000.00000000.0000|0010.00000001");
 * ```
 */
export function writeBinary(parts: Parts, prefixLength = -1): string {
  const [every, dot] = isIpv4(parts) ? [8, "."] : [16, ":"];
  let text = "";
  let at = 0;
  for (const bit of digits(parts, 1)) {
    if (at === prefixLength) text += "|";
    // At the edge of a group the mark takes the place of the separator.
    else if (at > 0 && at % every === 0) text += dot;
    text += bit;
    at++;
  }
  return at === prefixLength ? `${text}|` : text;
}

/**
 * Writes the name in the reverse DNS tree of an address, or of the zone that
 * its first bits are.
 *
 * @param parts The address.
 * @param prefixLength How many bits count: a multiple of 8 for IPv4, of 4 for IPv6.
 * @returns The name, without a dot at its end.
 * @see RFC 1035 §3.5, RFC 3596 §2.5
 *
 * @example
 * ```ts
 * import { writeArpa } from "./notation.ts";
 * import assert from "node:assert/strict";
 *
 * const parts = { family: 4, w0: 0, w1: 0, w2: 0, w3: 0xc0000201 } as const;
 * assert.equal(writeArpa(parts, 24), "2.0.192.in-addr.arpa");
 * ```
 */
export function writeArpa(parts: Parts, prefixLength: number): string {
  const labels = isIpv4(parts)
    ? formatIpv4(parts.w3).split(".").slice(0, prefixLength / 8)
    : [...digits(parts, 4)].slice(0, prefixLength / 4);
  return [...labels.reverse(), isIpv4(parts) ? IPV4_TREE : IPV6_TREE].join(".");
}
