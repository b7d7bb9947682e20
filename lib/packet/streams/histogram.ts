/**
 * How much came when: `tshark -z io,stat`.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { bar } from "../../inspect/chart.ts";
import { table } from "../../inspect/table.ts";
import { bytes, count, duration } from "../../inspect/units.ts";
import { onlyKnown } from "../../known_options.ts";
import { HISTOGRAM } from "../option_names.ts";
import type { Packet } from "../packet.ts";
import { type Fed, feed, type Packets } from "./feed.ts";

/** What came in one interval. */
export interface HistogramRow {
  /** When it starts, in milliseconds after the capture's first packet. */
  readonly start: number;
  /** Packets in it. */
  readonly packets: number;
  /** Octets of those packets, as they were on the wire, from the link's header on. */
  readonly octets: number;
}

/** Options for {@linkcode histogram}. */
export interface HistogramOptions {
  /** How long an interval is, in milliseconds. @default {1000} */
  interval?: number | undefined;
  /**
   * The most intervals to have as rows. Where there would be more, those are left
   * out in which nothing came, and at last the later ones. @default {100000}
   */
  maxRows?: number | undefined;
}

type Growing = { -readonly [K in keyof HistogramRow]: HistogramRow[K] };

/** Cells of the longest bar. */
const BAR = 20;

/**
 * Packets and octets by time; {@linkcode histogram} makes it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const at = (ms: number) => net.packet.decode(new Uint8Array(60), {
 *   timestamp: Temporal.Instant.fromEpochMilliseconds(ms),
 * });
 * const found = new net.packet.Histogram({ interval: 10 });
 * for (const ms of [5000, 5001, 5025]) found.add(at(ms));
 * assert.deepEqual(found.rows.map(({ start, packets }) => [start, packets]), [
 *   [0, 2],
 *   [10, 0],
 *   [20, 1],
 * ]);
 * ```
 */
export class Histogram implements Iterable<HistogramRow> {
  /** How long an interval is, in milliseconds. */
  readonly interval: number;
  readonly #maxRows: number;
  readonly #counts = new Map<number, Growing>();
  readonly #others = { packets: 0, octets: 0 };
  #origin: number | undefined;
  #last: Growing | undefined;

  /**
   * Starts with nothing.
   *
   * @param options The interval, and the most rows.
   * @throws {RangeError} If one is no number above 0.
   */
  constructor(options: HistogramOptions = {}) {
    onlyKnown("make a histogram", options, HISTOGRAM);
    const { interval = 1000, maxRows = 100_000 } = options;
    for (const [name, value] of Object.entries({ interval, maxRows })) {
      if (typeof value === "number" && value > 0 && value < Infinity) continue;
      throw new RangeError(
        `Cannot make a histogram as '${name}' must be a number above 0: current value is ${value}`,
      );
    }
    this.interval = interval;
    this.#maxRows = maxRows;
  }

  /** The intervals, in the order of time. */
  get rows(): readonly HistogramRow[] {
    const found = Array.from(this.#counts).sort(([a], [b]) => a - b);
    const [first = 0] = found[0] ?? [];
    const [last = -1] = found.at(-1) ?? [];
    if (last - first >= this.#maxRows) return found.map(([, row]) => row);
    return Array.from(
      { length: last - first + 1 },
      (_, i) => this.#counts.get(first + i) ?? this.#row(first + i),
    );
  }

  /** What came in intervals that were too many, or without a time. */
  get others(): { readonly packets: number; readonly octets: number } {
    return { ...this.#others };
  }

  /**
   * Counts a packet.
   *
   * @param packet The packet.
   */
  add(packet: Packet): void {
    const { time, length } = packet;
    const row = time === undefined ? this.#others : this.#rowAt(time);
    row.packets++;
    row.octets += length;
  }

  /** Goes through the intervals in the order of time. */
  [Symbol.iterator](): IterableIterator<HistogramRow> {
    return this.rows.values();
  }

  /**
   * Gives the intervals as plain data.
   *
   * @returns One object each.
   */
  toJSON(): readonly HistogramRow[] {
    return this.rows;
  }

  /**
   * Shows the intervals as a table with a bar each.
   *
   * @param _inspect Not used.
   * @param options Whether colours may be used.
   * @returns The lines.
   */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { rows } = this;
    const most = rows.reduce((max, { octets }) => Math.max(max, octets), 0);
    const { packets } = this.#others;
    return table(
      rows.map(({ start, packets, octets }) => ({
        start: duration(start),
        packets,
        octets: bytes(octets),
        "": bar(octets, most, BAR),
      })),
      {
        title: `packets every ${duration(this.interval)}${
          packets > 0 ? `, and ${count(packets)} others` : ""
        }`,
        columns: [
          { key: "start", align: "right" },
          "packets",
          { key: "octets", align: "right" },
          { key: "", role: "accent" },
        ],
        canvas: canvas({ colors: options?.colors ?? false }),
      },
    );
  }

  #rowAt(time: number): { packets: number; octets: number } {
    this.#origin ??= time;
    // Times are right to a quarter of a microsecond, and not more.
    const passed = Math.round((time - this.#origin) * 1000) / 1000;
    const index = Math.floor(passed / this.interval);
    const last = this.#last;
    if (last !== undefined && last.start === index * this.interval) return last;
    let row = this.#counts.get(index);
    if (row === undefined) {
      if (this.#counts.size >= this.#maxRows) return this.#others;
      row = this.#row(index);
      this.#counts.set(index, row);
    }
    return this.#last = row;
  }

  #row(index: number): Growing {
    return { start: index * this.interval, packets: 0, octets: 0 };
  }
}

/**
 * Counts packets and octets by time.
 *
 * @param packets The packets.
 * @param options The interval, and the most rows.
 * @returns The histogram; a promise of it for a capture.
 * @throws {TypeError} If `packets` cannot be gone through.
 * @throws {RangeError} If an option is no number above 0.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const packet = net.packet.decode(new Uint8Array(60), {
 *   timestamp: Temporal.Now.instant(),
 * });
 * const [row] = net.packet.histogram([packet, packet]);
 * assert.deepEqual(row, { start: 0, packets: 2, octets: 120 });
 * ```
 */
export function histogram<P extends Packets>(
  packets: P,
  options: HistogramOptions = {},
): Fed<P, Histogram> {
  return feed(packets, new Histogram(options), "make a histogram");
}
