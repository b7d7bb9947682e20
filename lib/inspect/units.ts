/**
 * Amounts as people read them: octets, counts, durations and rates.
 *
 * Three significant digits or so, a space before the unit (SI brochure §5.4.3).
 * What is not a finite number comes out as `NaN`, `∞` or `-∞`.
 *
 * @module
 */

const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];
const DECIMAL = ["", "k", "M", "G", "T", "P", "E", "Z", "Y"];

/**
 * Says an amount of octets, with binary prefixes.
 *
 * @param n Octets.
 * @returns For example `"512 B"`, `"1.5 MiB"`.
 * @see IEC 80000-13 §4 (binary prefixes)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.bytes(1_572_864), "1.5 MiB");
 * ```
 */
export function bytes(n: number | bigint): string {
  return notFinite(n) ?? scaled(Number(n), 1024, BINARY);
}

/**
 * Says a number with a comma between thousands.
 *
 * @param n Any number, exact for a bigint.
 * @returns For example `"12,345"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.count(2n ** 64n), "18,446,744,073,709,551,616");
 * ```
 */
export function count(n: number | bigint): string {
  const special = notFinite(n);
  if (special !== undefined) return special;
  // String() turns to exponents at 1e21, where every number is whole.
  const text = String(
    typeof n === "number" && Math.abs(n) >= 1e21 ? BigInt(n) : n,
  );
  return text.replace(
    /^-?\d+/,
    (whole) => whole.replace(/\B(?=(?:\d{3})+$)/g, ","),
  );
}

/**
 * Says how long something took or lasts.
 *
 * @param ms Milliseconds.
 * @returns From nanoseconds to days: `"350 ns"`, `"1.2 ms"`, `"3 min 5 s"`, `"2 d 4 h"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.duration(1.234), "1.23 ms");
 * assert.equal(net.inspect.duration(185_000), "3 min 5 s");
 * ```
 */
export function duration(ms: number): string {
  const special = notFinite(ms);
  if (special !== undefined) return special;
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms === 0) return "0 s";
  if (digits(ms * 1e6) < 1000) return `${digits(ms * 1e6)} ns`;
  if (digits(ms * 1e3) < 1000) return `${digits(ms * 1e3)} µs`;
  if (digits(ms) < 1000) return `${digits(ms)} ms`;
  if (digits(ms / 1e3) < 60) return `${digits(ms / 1e3)} s`;
  // Rounded to what is shown before it is split, so never "1 min 60 s".
  const s = Math.round(ms / 1e3);
  if (s < 3600) return pair(s, 60, "min", "s");
  const min = Math.round(ms / 60e3);
  if (min < 1440) return pair(min, 60, "h", "min");
  return pair(Math.round(ms / 3600e3), 24, "d", "h");
}

function pair(n: number, base: number, big: string, small: string): string {
  const rest = n % base;
  const whole = `${count(Math.floor(n / base))} ${big}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}

/**
 * Says an amount per second, with decimal prefixes.
 *
 * @param perSecond Bits (or whatever `unit` says) per second.
 * @param unit The unit that the prefix goes before. @default {"b/s"}
 * @returns For example `"1.2 Gb/s"`; with `"p/s"` `"840 kp/s"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.rate(1.2e9), "1.2 Gb/s");
 * ```
 */
export function rate(perSecond: number | bigint, unit = "b/s"): string {
  return notFinite(perSecond) ??
    scaled(Number(perSecond), 1000, DECIMAL.map((prefix) => prefix + unit));
}

function scaled(n: number, base: number, units: readonly string[]): string {
  let value = Math.abs(n);
  let step = 0;
  // What is shown decides, not what is meant: 1,023.99 KiB is 1 MiB.
  while (digits(value) >= base && step < units.length - 1) {
    value /= base;
    step++;
  }
  const shown = digits(value);
  const sign = n < 0 && shown > 0 ? "-" : "";
  return `${sign}${shown >= 1e4 ? count(shown) : shown} ${units[step]}`;
}

/** Rounds to two decimals below 10, to one below 100, else to a whole. */
function digits(n: number): number {
  if (n >= 100) return Math.round(n);
  return n >= 10 ? Math.round(n * 10) / 10 : Math.round(n * 100) / 100;
}

function notFinite(n: number | bigint): string | undefined {
  if (typeof n === "bigint" || Number.isFinite(n)) return undefined;
  if (typeof n !== "number") {
    throw new TypeError(
      `Cannot say a number as it must be one: current value is ${
        Deno.inspect(n)
      }`,
    );
  }
  return Number.isNaN(n) ? "NaN" : n > 0 ? "∞" : "-∞";
}
