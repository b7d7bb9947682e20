/**
 * Amounts with their units: `10 ms`, `1 %`, `100 Mbit/s`.
 *
 * @module
 */

import type { Item } from "./item.ts";
import { shown } from "./item.ts";

/** A number, then a unit. */
const AMOUNT = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(.*)$/i;

const DURATIONS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1000,
  sec: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const PREFIXES: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/**
 * Reads how long something takes.
 *
 * @param item `10 ms`, `0.5 s`, `200 us`.
 * @param most The longest, in milliseconds.
 * @returns Milliseconds; `undefined` if it is absent or none.
 */
export function duration(item: Item, most: number): number | undefined {
  return amount(item, "a time, as 10 ms", most, (unit) => DURATIONS[unit]);
}

/**
 * Reads a share of a whole.
 *
 * @param item `1 %`, `0.5%`, or a bare number from 0 to 1.
 * @returns 0 to 1; `undefined` if it is absent or none.
 */
export function share(item: Item): number | undefined {
  const units: Record<string, number> = { "": 1, "%": 0.01, "‰": 0.001 };
  return amount(item, "a share, as 1 %", 1, (unit) => units[unit]);
}

/**
 * Reads how much goes through.
 *
 * @param item `100 Mbit/s`, `100 Mb/s`, `100Mbit`, `1 Gbps`; octets as `10 MB/s`.
 * @returns Bits per second; `undefined` if it is absent or none.
 */
export function rate(item: Item): number | undefined {
  const bits = amount(item, "a rate, as 100 Mbit/s", 1e12, (unit) => {
    const parts = /^([kKMGT]?)(bit|b|B)(?:\/s|ps)?$/.exec(unit);
    if (parts === null) return undefined;
    // A lone b or B without "per second" is an amount of data, not a rate.
    if (parts[2] !== "bit" && !/(\/s|ps)$/.test(unit)) return undefined;
    return PREFIXES[parts[1]!]! * (parts[2] === "B" ? 8 : 1);
  });
  if (bits === 0) return item.wrong("a rate of 0 lets nothing through");
  return bits;
}

function amount(
  item: Item,
  what: string,
  most: number,
  factor: (unit: string) => number | undefined,
): number | undefined {
  if (item.isAbsent) return undefined;
  const { value } = item;
  const refuse = (why: string) =>
    item.wrong(`${shown(value)} is not ${what}${why}`);
  if (typeof value !== "string" && typeof value !== "number") return refuse("");
  const parts = AMOUNT.exec(String(value).trim());
  if (parts === null) return refuse("");
  const [, number, unit] = parts;
  const times = factor(unit!);
  if (times === undefined) {
    return refuse(
      unit === ""
        ? ": the unit is missing"
        : `: there is no unit ${shown(unit)}`,
    );
  }
  // Rounded to what was written: 0.07 × 100 is 7.000000000000001.
  const result = Number((Number(number) * times).toPrecision(12));
  if (result < 0) return refuse(": it is below 0");
  if (result > most) return refuse(`: it is too large`);
  return result;
}
