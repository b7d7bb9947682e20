/**
 * Runs of bits inside an address, counted from the most significant.
 *
 * @module
 */

import { Address } from "./address.ts";

/**
 * Reads a run of bits.
 *
 * @param from The address.
 * @param start The first bit, from 0.
 * @param length How many; `start + length` is at most 32 or 128.
 * @returns Them as a number.
 *
 * @example
 * ```ts
 * import { parse } from "./address.ts";
 * import { readBits } from "./bits.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readBits(parse("2001:db8::"), 16, 16), 0xdb8n);
 * ```
 */
export function readBits(from: Address, start: number, length: number): bigint {
  const shifted = from.toBigint() >> BigInt(from.bits - start - length);
  return BigInt.asUintN(length, shifted);
}

/**
 * Puts a run of bits in the place of what is there; the zone goes.
 *
 * @param into The address.
 * @param start The first bit, from 0.
 * @param length How many; `start + length` is at most 32 or 128.
 * @param value What to put; bits above `length` are cut off.
 * @returns The new address.
 *
 * @example
 * ```ts
 * import { parse } from "./address.ts";
 * import { writeBits } from "./bits.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${writeBits(parse("2001:db8::"), 32, 16, 7n)}`, "2001:db8:7::");
 * ```
 */
export function writeBits(
  into: Address,
  start: number,
  length: number,
  value: bigint | number,
): Address {
  const below = BigInt(into.bits - start - length);
  const hole = (1n << BigInt(length)) - 1n << below;
  const bits = BigInt.asUintN(length, BigInt(value)) << below;
  return Address.fromBigint(into.toBigint() & ~hole | bits, into.family);
}
