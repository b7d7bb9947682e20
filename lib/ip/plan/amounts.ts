/**
 * Amounts of addresses, for people and for JSON.
 *
 * @module
 */

/**
 * Says a share in per cent, never rounded to all or nothing.
 *
 * @param part Some of it.
 * @param whole All of it, above 0.
 * @returns For example `"12.5 %"`, `"<0.1 %"`, `">99.9 %"`.
 *
 * @example
 * ```ts
 * import { percent } from "./amounts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(percent(1n, 8n), "12.5 %");
 * assert.equal(percent(2n ** 64n - 1n, 2n ** 64n), ">99.9 %");
 * ```
 */
export function percent(part: bigint, whole: bigint): string {
  if (part === 0n || part === whole) return part === 0n ? "0 %" : "100 %";
  const tenths = Number((part * 2000n + whole) / (2n * whole));
  if (tenths === 0) return "<0.1 %";
  if (tenths === 1000 && part < whole) return ">99.9 %";
  return `${tenths / 10} %`;
}

/**
 * Makes a number for JSON, which has no bigint.
 *
 * @param n How many.
 * @returns A number where it is exact, else decimal text.
 *
 * @example
 * ```ts
 * import { jsonNumber } from "./amounts.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(jsonNumber(254n), 254);
 * assert.equal(jsonNumber(2n ** 64n), "18446744073709551616");
 * ```
 */
export function jsonNumber(n: bigint): number | string {
  const number = Number(n);
  return Number.isSafeInteger(number) ? number : `${n}`;
}
