/**
 * Numbers to address text, the one way that RFC 5952 allows.
 *
 * @module
 */

const DECIMAL: readonly string[] = table((n) => `${n}`);
// Joining four texts takes three quarters of the time that joining seven does.
const DOTTED: readonly string[] = table((n) => `${n}.`);
const HEX: readonly string[] = table((n) => n.toString(16));
const HEX_PADDED: readonly string[] = HEX.map((text) => text.padStart(2, "0"));

function table(format: (octet: number) => string): string[] {
  return Array.from({ length: 256 }, (_, octet) => format(octet));
}

/**
 * Writes an IPv4 address as a dotted quad.
 *
 * @param word The address as a 32-bit word, signed or unsigned.
 * @returns Four decimal octets without leading zeros.
 * @see RFC 6943 §3.1.1
 *
 * @example
 * ```ts
 * import { formatIpv4 } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatIpv4(0xc0000201), "192.0.2.1");
 * ```
 */
export function formatIpv4(word: number): string {
  return DOTTED[word >>> 24]! + DOTTED[word >>> 16 & 255]! +
    DOTTED[word >>> 8 & 255]! + DECIMAL[word & 255]!;
}

/**
 * Writes an IPv6 address: lower case, no leading zeros, the longest run of two
 * or more zero groups (the first of equals) as `::`, and an IPv4-mapped address
 * with its last 32 bits as a dotted quad.
 *
 * @param w0 The most significant 32-bit word, signed or unsigned.
 * @param w1 The second word.
 * @param w2 The third word.
 * @param w3 The least significant word.
 * @returns The address without a zone.
 * @see RFC 5952 §4 and §5
 *
 * @example
 * ```ts
 * import { formatIpv6 } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatIpv6(0x20010db8, 0, 0, 1), "2001:db8::1");
 * assert.equal(formatIpv6(0, 0, 0xffff, 0xc0000201), "::ffff:192.0.2.1");
 * ```
 */
export function formatIpv6(
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): string {
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) {
    return `::ffff:${formatIpv4(w3)}`;
  }
  return writeGroups([
    w0 >>> 16,
    w0 & 0xffff,
    w1 >>> 16,
    w1 & 0xffff,
    w2 >>> 16,
    w2 & 0xffff,
    w3 >>> 16,
    w3 & 0xffff,
  ]);
}

/**
 * Writes an IPv6 address with its last 32 bits as a dotted quad.
 *
 * @param w0 The most significant 32-bit word, signed or unsigned.
 * @param w1 The second word.
 * @param w2 The third word.
 * @param w3 The least significant word.
 * @returns The address without a zone.
 * @see RFC 4291 §2.2.3
 *
 * @example
 * ```ts
 * import { formatMixed } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatMixed(0x64ff9b, 0, 0, 0xc0000201), "64:ff9b::192.0.2.1");
 * ```
 */
export function formatMixed(
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): string {
  const head = writeGroups([
    w0 >>> 16,
    w0 & 0xffff,
    w1 >>> 16,
    w1 & 0xffff,
    w2 >>> 16,
    w2 & 0xffff,
  ]);
  return `${head}${head.endsWith("::") ? "" : ":"}${formatIpv4(w3)}`;
}

function writeGroups(groups: readonly number[]): string {
  const { length } = groups;
  let runStart = length;
  let runLength = 1; // so that a lone zero group stays a zero
  for (let i = 0; i < length; i++) {
    if (groups[i] !== 0) continue;
    const start = i;
    while (i < length && groups[i] === 0) i++;
    if (i - start > runLength) {
      runStart = start;
      runLength = i - start;
    }
  }
  let text = "";
  for (let i = 0; i < length; i++) {
    if (i === runStart) {
      text += "::";
      i += runLength - 1;
    } else {
      if (i > 0 && i !== runStart + runLength) text += ":";
      const group = groups[i]!;
      text += group < 256
        ? HEX[group]
        : HEX[group >>> 8]! + HEX_PADDED[group & 255];
    }
  }
  return text;
}
