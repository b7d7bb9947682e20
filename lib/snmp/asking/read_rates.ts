/**
 * Reading counters again and again.
 *
 * @module
 */

import { counterRate, type CounterReading, hasRestarted } from "../counters.ts";
import type { MibNode } from "../mib/object.ts";
import { RateSample, type RatesOptions } from "../rates.ts";
import type { VarBind } from "../varbind.ts";
import { walkAll } from "./fetch_table.ts";
import { isBelow } from "./oid.ts";
import { type Asker, get, oidOf } from "./questions.ts";

const UPTIME = "1.3.6.1.2.1.1.3.0";
const IF_ENTRY = "1.3.6.1.2.1.2.2.1";
const IF_X_ENTRY = "1.3.6.1.2.1.31.1.1.1";
/** ifCounterDiscontinuityTime. */
const SINCE = `${IF_X_ENTRY}.19`;
const TWICE = /^if(In|Out)(Octets|UcastPkts|MulticastPkts|BroadcastPkts)$/;

/** A counter, or a column of them. */
interface Source {
  readonly oid: string;
  readonly isColumn: boolean;
  /** The same of 32 bits, for interfaces that have no other: RFC 2863 §3.1.6. */
  readonly narrow?: string;
}

/** Everything at one time. */
interface Sweep {
  readonly at: number;
  readonly uptime: number | undefined;
  readonly counters: ReadonlyMap<
    string,
    { readonly variable: VarBind; readonly reading: CounterReading }
  >;
}

/**
 * Reads counters again and again.
 *
 * @param asker The session's parts.
 * @param names Counters, or columns of them.
 * @param options How often.
 */
export async function* readRates(
  asker: Asker,
  names: readonly string[],
  options: RatesOptions = {},
): AsyncGenerator<RateSample, void, void> {
  const { interval = 1000, count = Infinity, signal } = options;
  checkSteps("interval", interval, 1);
  checkSteps("count", count, 0);
  let sources = names.map((name) => sourceOf(asker, name));
  if (options.highCapacity ?? true) {
    sources = await highCapacity(asker, sources, signal);
  }
  let before = await sweep(asker, sources, signal);
  let due = performance.now();
  for (let n = 1; n <= count; n++) {
    // Beats that were missed are not made up for.
    due = Math.max(due + interval, performance.now());
    await pause(due - performance.now(), signal);
    const after = await sweep(asker, sources, signal);
    yield sampleOf(before, after);
    before = after;
  }
}

/** Throws if it is not that many or more. */
export function checkSteps(name: string, value: number, low: number): void {
  if (value >= low) return;
  throw new RangeError(
    `Cannot read rates as '${name}' must be ${low} or more: current value is ${value}`,
  );
}

/** Waits, unless it is too late already. */
export async function pause(
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.max(0, ms));
  const stop = () => reject(signal!.reason);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function sourceOf(asker: Asker, name: string): Source {
  const oid = oidOf(asker, name);
  const { node, suffix } = asker.varBinds.mib.at(oid);
  const isOther = node.kind !== "column" && node.kind !== "scalar";
  return { oid, isColumn: suffix === "" || isOther };
}

/** The same sources, of 64 bits where the agent has those. */
async function highCapacity(
  asker: Asker,
  sources: readonly Source[],
  signal: AbortSignal | undefined,
): Promise<Source[]> {
  return await Promise.all(sources.map(async (source) => {
    const better = wider(asker, source);
    if (better === undefined) return source;
    const found = source.isColumn
      ? await walkAll(asker, [better], 1, signal)
      : await get(asker, [better], signal);
    return found.some(({ exists }) => exists)
      ? { ...source, oid: better, narrow: source.oid }
      : source;
  }));
}

function wider(asker: Asker, { oid }: Source): string | undefined {
  const { mib } = asker.varBinds;
  const { node, suffix } = mib.at(oid);
  const match = TWICE.exec(node.name);
  const wide: MibNode | undefined = match
    ? mib.tryFind(`IF-MIB::ifHC${match[1]}${match[2]}`)
    : undefined;
  if (wide === undefined || node.module !== "IF-MIB") return undefined;
  return suffix === "" ? wide.oid : `${wide.oid}.${suffix}`;
}

/** The interface that a counter is of, by its number. */
function interfaceOf(oid: string): string | undefined {
  const entry = [IF_ENTRY, IF_X_ENTRY].find((one) => isBelow(oid, one));
  return entry && oid.slice(entry.length + 1).split(".")[1];
}

async function sweep(
  asker: Asker,
  sources: readonly Source[],
  signal: AbortSignal | undefined,
): Promise<Sweep> {
  const columns = sources.filter(({ isColumn }) => isColumn);
  const single = sources.filter(({ isColumn }) => !isColumn)
    .map(({ oid }) => oid);
  const clocks = single.map(interfaceOf)
    .filter((index) => index !== undefined)
    .map((index) => `${SINCE}.${index}`);
  const hasInterfaces = columns.some(({ oid }) =>
    isBelow(oid, IF_ENTRY) || isBelow(oid, IF_X_ENTRY)
  );
  const roots = [
    ...columns.flatMap(({ oid, narrow }) => narrow ? [oid, narrow] : [oid]),
    ...hasInterfaces ? [SINCE] : [],
  ];
  const [[uptime, ...some], walked] = await Promise.all([
    get(asker, [UPTIME, ...new Set(clocks), ...single], signal),
    walkAll(asker, roots, undefined, signal),
  ]);
  const at = performance.now();
  const all = [...some, ...walked];
  const since = new Map(
    all.filter(({ oid }) => isBelow(oid, SINCE))
      .map(({ oid, value }) => [oid.slice(SINCE.length + 1), value as number]),
  );
  const upFor = uptime!.exists ? uptime!.value as number : undefined;
  const counters = new Map<
    string,
    { variable: VarBind; reading: CounterReading }
  >();
  for (const variable of all) {
    const { oid, raw, type } = variable;
    const isCounter = type === "Counter32" || type === "Counter64";
    if (!isCounter) continue;
    counters.set(oid, {
      variable,
      reading: {
        value: raw as number | bigint,
        uptime: upFor,
        since: since.get(interfaceOf(oid) ?? ""),
        at,
      },
    });
  }
  for (const { oid: wide, narrow, isColumn } of sources) {
    if (narrow === undefined || !isColumn) continue;
    for (const oid of [...counters.keys()]) {
      const index = isBelow(oid, narrow) ? oid.slice(narrow.length) : undefined;
      if (index !== undefined && counters.has(wide + index)) {
        counters.delete(oid);
      }
    }
  }
  return { at, uptime: upFor, counters };
}

function sampleOf(before: Sweep, after: Sweep): RateSample {
  const elapsed = after.at - before.at;
  return new RateSample({
    time: new Date(),
    elapsed,
    uptime: after.uptime,
    restarted: before.uptime !== undefined && after.uptime !== undefined &&
      hasRestarted(before.uptime, after.uptime, elapsed),
    rates: Array.from(after.counters, ([oid, { variable, reading }]) => ({
      name: variable.name,
      oid,
      value: reading.value,
      units: variable.node?.units,
      ...counterRate(before.counters.get(oid)?.reading, reading),
    })),
  });
}
