/**
 * Comparing values from packets, for the code of display filters: whatever kind
 * they are of, which for items of lists only the packet tells.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import type { AddressRange, Readings } from "./literal.ts";
import { octetsOf } from "./values.ts";

/**
 * Tells whether a value is what a filter says, whatever kind it is of.
 *
 * @param value A packet's value.
 * @param wanted What the filter says.
 * @returns Whether it is.
 *
 * @example
 * ```ts
 * import { isValue } from "./comparing.ts";
 * import { parse } from "../../ip/address.ts";
 * import { readLiteral } from "./literal.ts";
 * import assert from "node:assert/strict";
 *
 * const word = { kind: "word", text: "10.0.0.0/8", flags: "", at: 0 } as const;
 * assert.ok(isValue(parse("10.1.2.3"), readLiteral(word)));
 * ```
 */
export function isValue(value: unknown, wanted: Readings): boolean {
  switch (typeof value) {
    case "number":
    case "bigint":
      return wanted.number !== undefined && value == wanted.number;
    case "boolean":
      return value === wanted.boolean;
    case "string":
      return value === wanted.text || wanted.mac === value;
  }
  if (value instanceof Address) {
    return wanted.address !== undefined && isIn(value, wanted.address);
  }
  if (value instanceof Uint8Array) {
    return wanted.octets !== undefined &&
      orderOctets(value, wanted.octets) === 0;
  }
  return false;
}

/**
 * Tells how a value stands to what a filter says.
 *
 * @param value A packet's value.
 * @param wanted What the filter says.
 * @returns Less than 0, 0, or more; `NaN` if they are of two kinds.
 *
 * @example
 * ```ts
 * import { orderOf } from "./comparing.ts";
 * import { readLiteral } from "./literal.ts";
 * import assert from "node:assert/strict";
 *
 * const word = { kind: "word", text: "7", flags: "", at: 0 } as const;
 * assert.ok(orderOf(5, readLiteral(word)) < 0);
 * ```
 */
export function orderOf(value: unknown, wanted: Readings): number {
  switch (typeof value) {
    case "number":
    case "bigint":
      return wanted.number === undefined ? NaN : order(value, wanted.number);
    case "string":
      return order(value, wanted.text);
  }
  if (value instanceof Address) {
    const address = wanted.address?.address;
    return address?.family === value.family ? value.compare(address) : NaN;
  }
  if (value instanceof Uint8Array) {
    return wanted.octets === undefined
      ? NaN
      : orderOctets(value, wanted.octets);
  }
  return NaN;
}

/**
 * Tells how two values of packets stand to each other.
 *
 * @param a One.
 * @param b The other.
 * @returns Less than 0, 0, or more; `NaN` if they are of two kinds.
 *
 * @example
 * ```ts
 * import { orderBoth } from "./comparing.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(orderBoth(5, 3) > 0);
 * assert.ok(Number.isNaN(orderBoth(5, "3")));
 * ```
 */
export function orderBoth(a: unknown, b: unknown): number {
  const numeric = (value: unknown): value is number | bigint =>
    typeof value === "number" || typeof value === "bigint";
  if (numeric(a) && numeric(b)) return order(a, b);
  if (typeof a === "string" && typeof b === "string") return order(a, b);
  if (a instanceof Address && b instanceof Address) {
    return a.family === b.family ? a.compare(b) : NaN;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return orderOctets(a, b);
  }
  if (a instanceof Temporal.Instant && b instanceof Temporal.Instant) {
    return Temporal.Instant.compare(a, b);
  }
  return a === b ? 0 : NaN;
}

function order<T extends number | bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Tells whether an address has the first bits of another.
 *
 * @param value The address.
 * @param range The other, and how many bits count.
 * @returns Whether it has.
 *
 * @example
 * ```ts
 * import { isIn } from "./comparing.ts";
 * import { parse } from "../../ip/address.ts";
 * import assert from "node:assert/strict";
 *
 * const range = { address: parse("10.0.0.0"), prefix: 8 };
 * assert.ok(isIn(parse("10.1.2.3"), range));
 * ```
 */
export function isIn(value: Address, range: AddressRange): boolean {
  const { address, prefix } = range;
  if (value.family !== address.family) return false;
  if (value.family === 4) return sameBits(value.w3, address.w3, prefix);
  return sameBits(value.w0, address.w0, prefix) &&
    sameBits(value.w1, address.w1, prefix - 32) &&
    sameBits(value.w2, address.w2, prefix - 64) &&
    sameBits(value.w3, address.w3, prefix - 96);
}

function sameBits(a: number, b: number, bits: number): boolean {
  return bits <= 0 || (a ^ b) >>> Math.max(0, 32 - bits) === 0;
}

/**
 * Tells how octets stand to others, from the first that differs on.
 *
 * @param a Some.
 * @param b Others.
 * @returns Less than 0, 0, or more.
 *
 * @example
 * ```ts
 * import { orderOctets } from "./comparing.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(orderOctets(Uint8Array.of(1, 2), Uint8Array.of(1, 3)) < 0);
 * ```
 */
export function orderOctets(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

/**
 * Tells whether a value has text or octets somewhere in it.
 *
 * @param value A packet's value.
 * @param wanted What to look for.
 * @returns Whether it has.
 *
 * @example
 * ```ts
 * import { hasInside } from "./comparing.ts";
 * import { readLiteral } from "./literal.ts";
 * import assert from "node:assert/strict";
 *
 * const text = { kind: "string", text: "xam", flags: "", at: 0 } as const;
 * assert.ok(hasInside("example", readLiteral(text)));
 * ```
 */
export function hasInside(value: unknown, wanted: Readings): boolean {
  if (typeof value === "string" && value.includes(wanted.text)) return true;
  const octets = octetsOf(value);
  if (octets === undefined || wanted.octets === undefined) return false;
  return indexOf(octets, wanted.octets) >= 0;
}

function indexOf(octets: Uint8Array, wanted: Uint8Array): number {
  if (wanted.length === 0) return 0;
  const first = wanted[0]!;
  const last = octets.length - wanted.length;
  for (let at = octets.indexOf(first); at >= 0 && at <= last;) {
    let same = 1;
    while (same < wanted.length && octets[at + same] === wanted[same]) same++;
    if (same === wanted.length) return at;
    at = octets.indexOf(first, at + 1);
  }
  return -1;
}

/**
 * Tells whether a value, or its octets as text, fits a pattern.
 *
 * @param value A packet's value.
 * @param pattern The pattern.
 * @returns Whether it does.
 *
 * @example
 * ```ts
 * import { fits } from "./comparing.ts";
 * import assert from "node:assert/strict";
 *
 * assert.ok(fits(Uint8Array.of(71, 69, 84), /^get/i));
 * ```
 */
export function fits(value: unknown, pattern: RegExp): boolean {
  if (typeof value === "string") return pattern.test(value);
  const octets = octetsOf(value);
  if (octets === undefined) return false;
  let text = "";
  for (let at = 0; at < octets.length; at += 8192) {
    text += String.fromCharCode(...octets.subarray(at, at + 8192));
  }
  return pattern.test(text);
}
