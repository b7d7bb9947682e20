/**
 * Prefix lengths: read from text, checked, and laid over an address.
 *
 * @module
 */

import { Address } from "./address.ts";
import { scanIpv4, scanned, stop } from "./parse.ts";

/**
 * Scans what follows the `/` of a subnet: a prefix length, or for IPv4 a netmask.
 *
 * @param text The whole text of the subnet.
 * @param start Index after the `/`.
 * @param family The family of the address before it.
 * @returns The prefix length in bits, or -1 if it is none.
 * @see RFC 4632 §3.1, RFC 4291 §2.3
 *
 * @example
 * ```ts
 * import { scanPrefixLength } from "./prefix.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(scanPrefixLength("10.0.0.0/24", 9, 4), 24);
 * assert.equal(scanPrefixLength("10.0.0.0/255.255.255.0", 9, 4), 24);
 * ```
 */
export function scanPrefixLength(
  text: string,
  start: number,
  family: 4 | 6,
): number {
  if (family === 4 && text.includes(".", start)) {
    return scanIpv4(text, start, text.length) ? netmaskLength(start) : -1;
  }
  return scanLength(text, start, family === 4 ? 32 : 128);
}

function scanLength(text: string, start: number, bits: number): number {
  let length = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (!(digit >= 0 && digit <= 9)) {
      return no(i, "character other than 0-9 in the prefix length");
    }
    if (i > start && length === 0) {
      return no(i, "leading zero in the prefix length");
    }
    length = length * 10 + digit;
    if (length > bits) return no(i, `prefix length above ${bits}`);
  }
  return start < text.length ? length : no(start, "missing prefix length");
}

/** Measures the netmask that the last scan found at `start`. */
function netmaskLength(start: number): number {
  const mask = scanned.words[3]!;
  if (isRunOfOnes(~mask)) return Math.clz32(~mask);
  return no(
    start,
    isRunOfOnes(mask)
      ? "wildcard mask instead of a netmask"
      : "netmask with a gap",
  );
}

/** Whether all ones stand at the low end, which makes it 2^n - 1. */
function isRunOfOnes(word: number): boolean {
  return (word & word + 1) === 0;
}

function no(offset: number, reason: string): -1 {
  stop(offset, reason);
  return -1;
}

/**
 * Refuses what is no prefix length within the bounds.
 *
 * @param value What was given.
 * @param least The shortest that will do.
 * @param most The longest that will do.
 * @param what What it is for, as a verb phrase: `"make a subnet"`.
 * @param name What the caller's documentation calls it.
 * @throws {RangeError} If it is no integer or out of bounds.
 *
 * @example
 * ```ts
 * import { checkPrefixLength } from "./prefix.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkPrefixLength(33, 0, 32, "make a subnet"), RangeError);
 * ```
 */
export function checkPrefixLength(
  value: number,
  least: number,
  most: number,
  what: string,
  name = "prefixLength",
): void {
  if (!(Number.isInteger(value) && value >= least && value <= most)) {
    throw new RangeError(
      `Cannot ${what} as '${name}' must be an integer from ${least} to ${most}: current value is ${value}`,
    );
  }
}

/**
 * Tells whether an address has ones after the prefix.
 *
 * @param base The address.
 * @param prefixLength How many leading bits are the prefix.
 * @returns Whether it is not the lowest address of its subnet.
 *
 * @example
 * ```ts
 * import { parse } from "./address.ts";
 * import { hasHostBits } from "./prefix.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(hasHostBits(parse("10.0.0.5"), 24) && !hasHostBits(parse("10.0.0.0"), 24));
 * ```
 */
export function hasHostBits(base: Address, prefixLength: number): boolean {
  const { w0, w1, w2, w3 } = base;
  const ones = prefixLength + 128 - base.bits;
  return (w0 & ~maskWord(ones) | w1 & ~maskWord(ones - 32) |
    w2 & ~maskWord(ones - 64) | w3 & ~maskWord(ones - 96)) !== 0;
}

/**
 * Clears all bits after the prefix, and drops the zone.
 *
 * @param base The address.
 * @param prefixLength How many leading bits to keep.
 * @returns The lowest address that shares them.
 *
 * @example
 * ```ts
 * import { parse } from "./address.ts";
 * import { lowest } from "./prefix.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${lowest(parse("10.1.2.3"), 16)}`, "10.1.0.0");
 * ```
 */
export function lowest(base: Address, prefixLength: number): Address {
  const { family, w0, w1, w2, w3 } = base;
  const ones = prefixLength + 128 - base.bits;
  return new Address(
    family,
    w0 & maskWord(ones),
    w1 & maskWord(ones - 32),
    w2 & maskWord(ones - 64),
    w3 & maskWord(ones - 96),
  );
}

/**
 * Sets all bits after the prefix, and drops the zone.
 *
 * @param base The address.
 * @param prefixLength How many leading bits to keep.
 * @returns The highest address that shares them.
 *
 * @example
 * ```ts
 * import { parse } from "./address.ts";
 * import { highest } from "./prefix.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${highest(parse("10.1.2.3"), 16)}`, "10.1.255.255");
 * ```
 */
export function highest(base: Address, prefixLength: number): Address {
  const { family, w0, w1, w2, w3 } = base;
  const ones = prefixLength + 128 - base.bits;
  return new Address(
    family,
    w0 | ~maskWord(ones),
    w1 | ~maskWord(ones - 32),
    w2 | ~maskWord(ones - 64),
    w3 | ~maskWord(ones - 96),
  );
}

/** One word of a mask of so many ones; they may end before it or go on after it. */
function maskWord(ones: number): number {
  // A shift by 32 would shift by 0.
  return ones <= 0 ? 0 : ones >= 32 ? -1 : -1 << 32 - ones;
}
