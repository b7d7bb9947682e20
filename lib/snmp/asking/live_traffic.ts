/**
 * Interfaces, looked at while something goes through them.
 *
 * @module
 */

import { paint } from "../../inspect/paint.ts";
import { Run } from "../../inspect/run.ts";
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

/**
 * Looks at the interfaces until it is ended.
 *
 * @param asker The session's parts.
 * @param options How often, and which ones.
 */
export function liveTraffic(
  asker: Asker,
  options: LiveOptions,
): Run<never, Traffic> {
  const target = `${asker.engine.settings.endpoint}`;
  const { interval, count } = options;
  checkSteps("count", count ?? 1, 1);
  checkSteps("interval", interval ?? 1, 1);
  const wanted = options.interfaces?.map(String);
  const histories = new Map<number, number[]>();
  let latest: Traffic | undefined;
  const read = async (sample: RateSample, signal: AbortSignal) => {
    const facts = await fetchTable(asker, ["ifTable"], {
      columns: [
        ...["ifDescr", "ifSpeed", "ifOperStatus", "ifName", "ifHighSpeed"],
      ],
      signal,
    });
    const byIndex = ratesByIndex(sample);
    const interfaces = facts.rows
      .map((row) => trafficOf(row, byIndex, histories))
      .filter(({ name, index }) =>
        wanted?.some((one) => one === name || one === `${index}`) ?? true
      );
    return new Traffic(sample, interfaces);
  };
  return new Run<never, Traffic>(
    `Interfaces of ${target}`,
    async ({ signal, progress }) => {
      let n = 0;
      const samples = readRates(asker, COUNTERS, { interval, count, signal });
      for await (const sample of samples) {
        latest = await read(sample, signal);
        progress(++n, count ?? Infinity);
      }
      return latest!;
    },
    {
      signal: options.signal,
      view: {
        draw: (page, height) => {
          const title = paint("heading", `Interfaces of ${target}`, page);
          const body = latest?.draw(page) ?? "reading …";
          return [title, ...body.split("\n")].slice(0, height).join("\n");
        },
      },
    },
  );
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
