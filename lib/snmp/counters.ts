/**
 * Counters to rates: what has been added, past the end of the numbers, and when
 * nobody can say.
 *
 * @see RFC 2578 §7.1.6, §7.1.10, RFC 2863 §3.1.5, §3.1.6
 * @module
 */

/**
 * What the difference of two readings is worth:
 * - `"ok"`: it is what was counted;
 * - `"restarted"`: the agent has started again meanwhile;
 * - `"discontinuity"`: the counter has, or went backwards as no wrap does;
 * - `"new"`: there was no such counter before, and there is none to compare with.
 */
export type CounterState = "ok" | "restarted" | "discontinuity" | "new";

/** One reading of a counter and of the clocks beside it. */
export interface CounterReading {
  /** What it stood at: a bigint has 64 bits, a number 32. */
  readonly value: number | bigint;
  /** sysUpTime, in milliseconds. */
  readonly uptime: number | undefined;
  /** When the counter last began anew (ifCounterDiscontinuityTime), on the clock of `uptime`. */
  readonly since?: number | undefined;
  /** When it was read, on a clock of ours, in milliseconds. */
  readonly at: number;
}

/** What was counted between two readings. */
export interface CounterRate {
  /** What the difference is worth. */
  readonly state: CounterState;
  /** What was counted, if that can be said. */
  readonly delta: number | undefined;
  /** The same for each second. */
  readonly perSecond: number | undefined;
}

/** sysUpTime is hundredths of a second in 32 bits: 497 days. */
const UPTIME_WRAP = 2 ** 32 * 10;
/** How far two clocks may differ in one interval: this many milliseconds, … */
const SLACK = 5000;
/** … or this part of it. */
const DRIFT = 0.1;
/** From here on the agent's own clock, which knows hundredths, is the better one. */
const AGENT_CLOCK = 5000;

/**
 * Tells whether an agent has started again between two readings of sysUpTime. After
 * 497 days it begins at zero without that.
 *
 * @param before The first, in milliseconds.
 * @param after The second, in milliseconds.
 * @param elapsed How long was between them, in milliseconds.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.ok(net.snmp.hasRestarted(86_400_000, 12_000, 30_000));
 * assert.ok(!net.snmp.hasRestarted(2 ** 32 * 10 - 10_000, 20_000, 30_000));
 * ```
 */
export function hasRestarted(
  before: number,
  after: number,
  elapsed: number,
): boolean {
  // Who was up for a moment only does so no later than a moment after.
  if (after < before && after <= elapsed * (1 + DRIFT)) {
    return before + elapsed * (1 + DRIFT) + SLACK < UPTIME_WRAP;
  }
  const expected = (before + elapsed) % UPTIME_WRAP;
  const apart = Math.abs(after - expected);
  return Math.min(apart, UPTIME_WRAP - apart) >
    Math.max(SLACK, elapsed * DRIFT);
}

/**
 * Says what a counter counted between two readings. A counter of 32 bits that is
 * lower than it was has wrapped, unless the agent or the counter started again. One
 * of 64 bits wraps once in decades: it must have been near its end for that.
 *
 * @param before The first reading; nothing if there was none.
 * @param after The second.
 * @returns The difference, and for each second; nothing but the state where it would
 * be a guess.
 * @see RFC 2578 §7.1.6 (Counter32), §7.1.10 (Counter64)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const before = { value: 2 ** 32 - 100, uptime: 60_000, at: 0 };
 * const after = { value: 900, uptime: 61_000, at: 1000 };
 * assert.equal(net.snmp.counterRate(before, after).perSecond, 1000);
 * ```
 */
export function counterRate(
  before: CounterReading | undefined,
  after: CounterReading,
): CounterRate {
  const nothing = (state: CounterState): CounterRate => ({
    state,
    delta: undefined,
    perSecond: undefined,
  });
  if (
    before === undefined || typeof before.value !== typeof after.value
  ) return nothing("new");
  const elapsed = after.at - before.at;
  const [from, to] = [before.uptime, after.uptime];
  const isTimed = from !== undefined && to !== undefined;
  if (isTimed && hasRestarted(from, to, elapsed)) return nothing("restarted");
  if (before.since !== after.since) return nothing("discontinuity");
  const delta = difference(before.value, after.value);
  if (delta === undefined) return nothing("discontinuity");
  const own = isTimed ? (to - from + UPTIME_WRAP) % UPTIME_WRAP : 0;
  const time = own >= AGENT_CLOCK ? own : elapsed;
  return {
    state: "ok",
    delta,
    perSecond: time > 0 ? delta / time * 1000 : undefined,
  };
}

function difference(
  before: number | bigint,
  after: number | bigint,
): number | undefined {
  if (typeof before === "number" || typeof after === "number") {
    return ((after as number) - (before as number) + 2 ** 32) % 2 ** 32;
  }
  const delta = BigInt.asUintN(64, after - before);
  return delta < 2n ** 63n ? Number(delta) : undefined;
}
