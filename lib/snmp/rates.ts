/**
 * Counters read again and again, and what they count a second.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { count as counted, duration, rate } from "../inspect/units.ts";
import type { CounterRate } from "./counters.ts";

/** Options for {@linkcode SnmpSession.rates}. */
export interface RatesOptions {
  /** From one reading to the next, in milliseconds. @default {1000} */
  interval?: number | undefined;
  /** How many samples; the first comes after one interval. @default {Infinity} */
  count?: number | undefined;
  /** Whether interface counters of 64 bits are read in place of those of 32, where there are any. @default {true} */
  highCapacity?: boolean | undefined;
  /** Stops it: the loop throws the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What one counter counted between two readings. */
export interface Rate extends CounterRate {
  /** The counter's name: `"IF-MIB::ifHCInOctets.2"`. */
  readonly name: string;
  /** Its object identifier. */
  readonly oid: string;
  /** What it stands at. */
  readonly value: number | bigint;
  /** What it counts, as its MIB says: `"octets"`. */
  readonly units: string | undefined;
}

/**
 * All counters at one time. Iterate over it, or take its `rates`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sample = new net.snmp.RateSample({
 *   time: new Date(),
 *   elapsed: 1000,
 *   uptime: 60_000,
 *   restarted: false,
 *   rates: [],
 * });
 * assert.equal([...sample].length, 0);
 * ```
 */
export class RateSample implements Iterable<Rate> {
  /** When they were read. */
  readonly time: Date;
  /** How long after the reading before, in milliseconds. */
  readonly elapsed: number;
  /** sysUpTime, in milliseconds, if the agent has it. */
  readonly uptime: number | undefined;
  /** Whether the agent has started again meanwhile; then no counter has a rate. */
  readonly restarted: boolean;
  /** The counters. */
  readonly rates: readonly Rate[];

  /**
   * Takes the fields.
   *
   * @param facts The fields.
   */
  constructor(
    facts: Pick<
      RateSample,
      "time" | "elapsed" | "uptime" | "restarted" | "rates"
    >,
  ) {
    this.time = facts.time;
    this.elapsed = facts.elapsed;
    this.uptime = facts.uptime;
    this.restarted = facts.restarted;
    this.rates = facts.rates;
  }

  /** The counters. */
  [Symbol.iterator](): Iterator<Rate> {
    return this.rates[Symbol.iterator]();
  }

  /** The fields, with bigints as text. */
  toJSON(): Record<string, unknown> {
    const { time, elapsed, uptime, restarted } = this;
    return {
      time,
      elapsed,
      uptime,
      restarted,
      rates: this.rates.map((one) => ({
        ...one,
        value: typeof one.value === "bigint" ? `${one.value}` : one.value,
      })),
    };
  }

  /** A table, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return table(
      this.rates.map((one) => ({
        counter: one.name,
        value: counted(one.value),
        rate: rateText(one),
      })),
      {
        title: `${this.time.toISOString()}, after ${duration(this.elapsed)}${
          this.restarted ? ": the agent has restarted" : ""
        }`,
        columns: [
          "counter",
          { key: "value", align: "right" },
          { key: "rate", align: "right" },
        ],
        canvas: canvas({ colors: options?.colors ?? false }),
      },
    );
  }
}

/** A rate in the unit that people compare: bits for octets. */
function rateText({ state, perSecond, units }: Rate): string {
  if (perSecond === undefined) return state;
  return units === "octets" || units === "bytes"
    ? rate(perSecond * 8)
    : rate(perSecond, "/s");
}
