/**
 * A server's counters at one moment, and the rates between two.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { bytes, count, duration, rate } from "../inspect/units.ts";

/** What a server has counted. */
export interface ServerCounts {
  /** Where it listens. */
  readonly address: string;
  /** Connections taken so far. */
  readonly accepted: number;
  /** Connections being served. */
  readonly open: number;
  /** Connections that wait for their turn. */
  readonly waiting: number;
  /** Connections that were reset because too many waited. */
  readonly dropped: number;
  /** Handlers that threw. */
  readonly failed: number;
  /** Octets sent, over all connections. */
  readonly bytesSent: number;
  /** Octets received, over all connections. */
  readonly bytesReceived: number;
}

/**
 * Counters of a server with their rates, a card at the prompt; the `metrics` of
 * a server makes it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * const before = server.metrics();
 * await using conn = await net.tcp.connect(server.address);
 * await conn.write("hello");
 * await conn.readExactly(5);
 * const { accepted, receivedPerSecond } = server.metrics(before);
 * assert.equal(accepted, 1);
 * assert.ok(receivedPerSecond > 0);
 * ```
 */
export class ServerMetrics {
  /** What has been counted since the server started. */
  readonly counts: ServerCounts;
  /** When, in milliseconds since 1970. */
  readonly time: number;
  /** Over how many milliseconds the rates are. */
  readonly elapsed: number;
  /** Connections taken a second. */
  readonly acceptedPerSecond: number;
  /** Octets sent a second. */
  readonly sentPerSecond: number;
  /** Octets received a second. */
  readonly receivedPerSecond: number;

  /**
   * Takes counters.
   *
   * @param counts What has been counted.
   * @param since An earlier reading or the start, in milliseconds since 1970.
   */
  constructor(counts: ServerCounts, since: ServerMetrics | number) {
    this.counts = counts;
    this.time = Date.now();
    const [start, before] = typeof since === "number"
      ? [since, undefined]
      : [since.time, since.counts];
    this.elapsed = Math.max(1, this.time - start);
    const perSecond = (now: number, then = 0) =>
      (now - then) * 1000 / this.elapsed;
    const { accepted, bytesSent, bytesReceived } = counts;
    this.acceptedPerSecond = perSecond(accepted, before?.accepted);
    this.sentPerSecond = perSecond(bytesSent, before?.bytesSent);
    this.receivedPerSecond = perSecond(bytesReceived, before?.bytesReceived);
  }

  /** Connections taken so far. */
  get accepted(): number {
    return this.counts.accepted;
  }

  /** Connections being served. */
  get open(): number {
    return this.counts.open;
  }

  /** Handlers that threw. */
  get failed(): number {
    return this.counts.failed;
  }

  /** Counters and rates, plain. */
  toJSON(): ServerCounts & {
    elapsed: number;
    acceptedPerSecond: number;
    sentPerSecond: number;
    receivedPerSecond: number;
  } {
    const { counts, elapsed } = this;
    const { acceptedPerSecond, sentPerSecond, receivedPerSecond } = this;
    return {
      ...counts,
      elapsed,
      acceptedPerSecond,
      sentPerSecond,
      receivedPerSecond,
    };
  }

  /** A card of counters and rates. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { counts } = this;
    return card(`Server on ${counts.address}`, [
      [
        "accepted",
        `${count(counts.accepted)}, ${rate(this.acceptedPerSecond, "/s")}`,
        "number",
      ],
      ["open", count(counts.open), "number"],
      [
        "waiting",
        count(counts.waiting),
        counts.waiting > 0 ? "warn" : "number",
      ],
      ["dropped", count(counts.dropped), counts.dropped > 0 ? "bad" : "number"],
      ["failed", count(counts.failed), counts.failed > 0 ? "bad" : "number"],
      ["sent", `${bytes(counts.bytesSent)}, ${rate(this.sentPerSecond * 8)}`],
      [
        "received",
        `${bytes(counts.bytesReceived)}, ${rate(this.receivedPerSecond * 8)}`,
      ],
      ["over the last", duration(this.elapsed)],
    ], canvas({ colors: options?.colors }));
  }
}
