/**
 * Interfaces, looked at while something goes through them.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Report, Run } from "../../inspect/run.ts";
import type { Rate, RateSample } from "../rates.ts";
import type { SnmpRow } from "../table.ts";
import {
  type InterfaceTraffic,
  type LiveOptions,
  Traffic,
} from "../traffic.ts";
import { fetchTable } from "./fetch_table.ts";
import type { Asker } from "./questions.ts";
import { checkSteps, readRates } from "./read_rates.ts";

/** Readings that a chart shows. */
const HISTORY = 30;
const COUNTERS = [
  "ifInOctets",
  "ifOutOctets",
  "ifInErrors",
  "ifOutErrors",
  "ifInDiscards",
  "ifOutDiscards",
];
const FACTS = ["ifDescr", "ifSpeed", "ifOperStatus"]
  .concat("ifName", "ifHighSpeed", "ifAlias");

/**
 * Interfaces that are looked at until that is ended. Awaited, it gives the last
 * reading; a loop gets each one that is read from its beginning on.
 */
export class LiveTraffic extends Run<Traffic, Traffic> {
  readonly #watching: Watching;

  /**
   * Starts to look.
   *
   * @param asker The session's parts.
   * @param options How often, and which ones.
   */
  constructor(asker: Asker, options: LiveOptions) {
    if (typeof options !== "object" || Array.isArray(options)) {
      throw new TypeError(
        `Cannot look at traffic as 'options' must be an object, as { interfaces: ["eth0"] }: current value is ${
          Deno.inspect(options)
        }`,
      );
    }
    checkSteps("count", options.count ?? 1, 1);
    checkSteps("interval", options.interval ?? 1, 1);
    const watching = new Watching(asker, options);
    const { title } = watching;
    super(title, (report) => watching.run(report), {
      signal: options.signal,
      view: watching,
    });
    this.#watching = watching;
  }

  /** Gives readings as they come; throws if one fails. */
  override async *[Symbol.asyncIterator](): AsyncGenerator<Traffic, undefined> {
    // A run keeps all that it has found, and this may go on for ever: readings
    // are let go once the loops have had them, and the run itself tells its end.
    const end = super[Symbol.asyncIterator]();
    try {
      if (this.state === "running") {
        let reading = await this.#watching.next;
        for (; reading; reading = await reading.next) yield reading.traffic;
      }
      await end.next();
    } finally {
      await end.return!();
    }
  }
}

/** A reading, and the one behind it, once there is one: nothing at the end. */
interface Reading {
  readonly traffic: Traffic;
  readonly next: Promise<Reading | undefined>;
}

/** The work, and its view. */
class Watching {
  readonly title: string;
  readonly #asker: Asker;
  readonly #options: LiveOptions;
  readonly #histories = new Map<number, number[]>();
  #latest: Traffic | undefined;
  #next = Promise.withResolvers<Reading | undefined>();

  constructor(asker: Asker, options: LiveOptions) {
    this.title = `Interfaces of ${asker.engine.settings.endpoint}`;
    this.#asker = asker;
    this.#options = options;
  }

  /** The reading that comes next. */
  get next(): Promise<Reading | undefined> {
    return this.#next.promise;
  }

  async run({ signal, progress }: Report<Traffic>): Promise<Traffic> {
    const { interval, count } = this.#options;
    const asked = { interval, count, signal };
    let n = 0;
    try {
      for await (const sample of readRates(this.#asker, COUNTERS, asked)) {
        const traffic = this.#latest = await this.#read(sample, signal);
        const { resolve } = this.#next;
        this.#next = Promise.withResolvers();
        resolve({ traffic, next: this.next });
        progress(++n, count ?? Infinity);
      }
    } finally {
      this.#next.resolve(undefined);
    }
    return this.#latest!;
  }

  async #read(sample: RateSample, signal: AbortSignal): Promise<Traffic> {
    const { rows } = await fetchTable(this.#asker, ["ifTable"], {
      columns: FACTS,
      signal,
    });
    const byIndex = ratesByIndex(sample);
    const wanted = this.#options.interfaces?.map(String);
    const interfaces = rows
      .filter(({ ifIndex, ifName, ifDescr, ifAlias }) =>
        wanted === undefined ||
        [ifIndex, ifName, ifDescr, ifAlias].some((one) =>
          wanted.includes(`${one}`)
        )
      )
      .map((row) => trafficOf(row, byIndex, this.#histories));
    return new Traffic(sample, interfaces);
  }

  draw(page: Canvas, height: number): string {
    const title = paint("heading", this.title, page);
    const body = this.#latest?.draw(page) ?? "reading …";
    return [title, ...body.split("\n")].slice(0, height).join("\n");
  }
}

type ByIndex = ReadonlyMap<number, Readonly<Record<string, Rate>>>;

/** Rates by ifIndex and by what they count: `"InOctets"`, whatever their width. */
function ratesByIndex(sample: RateSample): ByIndex {
  const found = new Map<number, Record<string, Rate>>();
  for (const one of sample.rates) {
    const match = /::if(?:HC)?(\w+)\.(\d+)$/.exec(one.name);
    if (match === null) continue;
    const index = Number(match[2]);
    let own = found.get(index);
    if (own === undefined) found.set(index, own = {});
    own[match[1]!] = one;
  }
  return found;
}

function trafficOf(
  row: SnmpRow,
  byIndex: ByIndex,
  histories: Map<number, number[]>,
): InterfaceTraffic {
  const index = row.ifIndex as number;
  const own = byIndex.get(index) ?? {};
  const sum = (...names: string[]) => {
    const parts = names.map((name) => own[name]?.perSecond);
    return parts.some((one) => one === undefined)
      ? undefined
      : parts.reduce((a, b) => a! + b!, 0);
  };
  const inOctets = sum("InOctets");
  const outOctets = sum("OutOctets");
  const history = histories.get(index) ?? [];
  const load = sum("InOctets", "OutOctets");
  history.push(load === undefined ? NaN : load * 8);
  if (history.length > HISTORY) history.shift();
  histories.set(index, history);
  return {
    index,
    name: `${row.ifName || row.ifDescr || index}`,
    status: `${row.ifOperStatus ?? "unknown"}`,
    speed: speedOf(row),
    state: own.InOctets?.state,
    inBits: inOctets === undefined ? undefined : inOctets * 8,
    outBits: outOctets === undefined ? undefined : outOctets * 8,
    errors: sum("InErrors", "OutErrors"),
    discards: sum("InDiscards", "OutDiscards"),
    history: [...history],
  };
}

/**
 * Bits a second that an interface can carry: ifSpeed ends at 4.29 Gb/s, and what is
 * faster says so in ifHighSpeed (RFC 2863 §3.1.7).
 *
 * @param row A row of ifTable, joined with ifXTable.
 */
export function speedOf(row: SnmpRow): number | undefined {
  const { ifSpeed, ifHighSpeed } = row;
  if (typeof ifSpeed === "number" && ifSpeed > 0 && ifSpeed < 2 ** 32 - 1) {
    return ifSpeed;
  }
  const mega = typeof ifHighSpeed === "number" ? ifHighSpeed : 0;
  return mega > 0 ? mega * 1e6 : undefined;
}
