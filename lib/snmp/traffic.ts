/**
 * What goes through a device's interfaces, looked at while it goes.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { sparkline } from "../inspect/chart.ts";
import type { Role } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { rate } from "../inspect/units.ts";
import type { CounterState } from "./counters.ts";
import type { RateSample } from "./rates.ts";

/** Options for {@linkcode SnmpSession.live}. */
export interface LiveOptions {
  /** From one reading to the next, in milliseconds. @default {1000} */
  interval?: number | undefined;
  /** How many readings, then it ends. @default {Infinity} */
  count?: number | undefined;
  /** The interfaces, by ifName, ifDescr, ifAlias or their numbers. @default {all} */
  interfaces?: readonly (string | number)[] | undefined;
  /** Ends it; it then fails with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What goes through one interface just now. */
export interface InterfaceTraffic {
  /** ifIndex. */
  readonly index: number;
  /** ifName, or ifDescr of those that have no other name. */
  readonly name: string;
  /** ifOperStatus: `"up"`, `"down"`, …. */
  readonly status: string;
  /** Bits a second that it can carry; nothing if it does not say. */
  readonly speed: number | undefined;
  /** What the last reading of ifInOctets is worth; nothing if it is not counted. */
  readonly state: CounterState | undefined;
  /** Bits a second that come in; nothing while it cannot be said. */
  readonly inBits: number | undefined;
  /** Bits a second that go out. */
  readonly outBits: number | undefined;
  /** Faulty packets a second, both ways. */
  readonly errors: number | undefined;
  /** Packets a second that found no room, both ways. */
  readonly discards: number | undefined;
  /** The last bits a second that came in and went out together, oldest first. */
  readonly history: readonly number[];
}

/**
 * All interfaces at one time. Iterate over it, or take its `interfaces`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sample = { time: new Date(), uptime: 60_000, restarted: false };
 * const traffic = new net.snmp.Traffic(sample, [{
 *   index: 1,
 *   name: "lo",
 *   status: "up",
 *   speed: undefined,
 *   state: "ok",
 *   inBits: 1.2e6,
 *   outBits: 0,
 *   errors: 0,
 *   discards: 0,
 *   history: [0, 1.2e6],
 * }]);
 * assert.match(traffic.draw(net.inspect.canvas()), /lo +up +– +1\.2 Mb\/s/);
 * ```
 */
export class Traffic implements Iterable<InterfaceTraffic> {
  /** When they were read. */
  readonly time: Date;
  /** sysUpTime, in milliseconds, if the agent has it. */
  readonly uptime: number | undefined;
  /** Whether the agent has started again since the reading before. */
  readonly restarted: boolean;
  /** The interfaces by their numbers. */
  readonly interfaces: readonly InterfaceTraffic[];

  /**
   * Puts interfaces together.
   *
   * @param sample When they were read, how long the agent was up then, and whether
   * it has started again.
   * @param interfaces The interfaces.
   */
  constructor(
    sample: Pick<RateSample, "time" | "uptime" | "restarted">,
    interfaces: readonly InterfaceTraffic[],
  ) {
    this.time = sample.time;
    this.uptime = sample.uptime;
    this.restarted = sample.restarted;
    this.interfaces = interfaces;
  }

  /** The interfaces. */
  [Symbol.iterator](): Iterator<InterfaceTraffic> {
    return this.interfaces[Symbol.iterator]();
  }

  /** The fields. */
  toJSON(): Record<string, unknown> {
    const { time, uptime, restarted, interfaces } = this;
    return { time, uptime, restarted, interfaces };
  }

  /**
   * Draws it as a table.
   *
   * @param page Where.
   */
  draw(page: Canvas): string {
    const bits = (value: unknown) =>
      value === undefined ? "–" : rate(value as number);
    const each = (value: unknown) =>
      value === undefined ? "–" : rate(value as number, "/s");
    return table(
      this.interfaces.map((one) => ({
        ...one,
        load: sparkline(one.history),
      })),
      {
        columns: [
          { key: "name", role: "name" },
          { key: "status", role: (value) => STATUS[value as string] },
          { key: "speed", format: bits, align: "right" },
          { key: "inBits", title: "in", format: bits, align: "right" },
          { key: "outBits", title: "out", format: bits, align: "right" },
          { key: "load", role: "accent", minWidth: 8 },
          { key: "errors", format: each, align: "right" },
          { key: "discards", format: each, align: "right" },
        ],
        maxRows: Infinity,
        canvas: page,
      },
    );
  }

  /** The table, for the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.draw(canvas({ colors: options?.colors ?? false }));
  }
}

const STATUS: Readonly<Record<string, Role>> = {
  up: "good",
  down: "bad",
  lowerLayerDown: "bad",
};
