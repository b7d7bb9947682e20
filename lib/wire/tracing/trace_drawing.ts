/**
 * How traces look: a table of hops, and a tree of the ways.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { table } from "../../inspect/table.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import { duration } from "../../inspect/units.ts";
import type { Address } from "../../ip/address.ts";
import type { TraceAnswer, TraceFacts } from "./trace_answer.ts";

/** What is drawn of a trace. */
export interface DrawnTrace extends TraceFacts {
  /** Hops without an answer behind the last that answered. */
  readonly silentHops: number;
  /** Whether a probe has arrived. */
  readonly reached: boolean;
  /** For each flow who answered hop by hop. */
  readonly paths: readonly (readonly (Address | undefined)[])[];
}

/**
 * Fills gaps: routers answer only so many probes at a time, so that a flow may
 * find no answer where others do.
 *
 * @param trace The trace.
 * @returns Its paths, with the router that all who found one have found.
 */
export function likelyPaths(
  { paths, hops }: Pick<DrawnTrace, "paths" | "hops">,
): readonly (readonly (Address | undefined)[])[] {
  return paths.map((path) =>
    path.map((address, at) => {
      const { addresses = [] } = hops[at] ?? {};
      return address ?? (addresses.length === 1 ? addresses[0] : undefined);
    })
  );
}

/**
 * Draws a trace as a table, a line for each hop and who answered there.
 *
 * @param trace The trace.
 * @param on Where to draw.
 * @returns The lines, joined by line feeds.
 */
export function traceTable(trace: DrawnTrace, on: Canvas): string {
  const { target, source, protocol, port, flows, hops } = trace;
  const rows: Record<string, unknown>[] = [];
  for (const { hop, addresses, answers, silent } of hops) {
    for (const address of addresses) {
      const own = answers.filter(({ from }) => from.equals(address));
      rows.push({
        hop,
        address,
        rtt: rtts(own),
        flows: numbers(own.map(({ flow }) => flow)),
        note: notes(own),
      });
    }
    if (silent.length > 0) {
      rows.push({ hop, address: "*", flows: numbers(silent) });
    }
  }
  const { silentHops: more } = trace;
  if (more > 0) {
    const [first, last] = [hops.length + 1, hops.length + more];
    const hop = more === 1 ? first : `${first}–${last}`;
    rows.push({ hop, address: "*" });
  }
  const what = protocol === "icmp" ? "icmp" : `${protocol}/${port}`;
  return table(rows, {
    title: `${source} to ${target}, ${what}, ${
      trace.reached ? "reached" : "not reached"
    }`,
    columns: [
      { key: "hop", align: "right" },
      { key: "address", role: "name" },
      { key: "rtt", align: "right", role: "number" },
      ...flows > 1 ? ["flows"] : [],
      { key: "note", role: "warn" },
    ],
    maxRows: Infinity,
    canvas: on,
  });
}

/** From the quickest to the slowest. */
function rtts(answers: readonly TraceAnswer[]): string {
  const times = answers.map(({ rtt }) => rtt).sort((a, b) => a - b);
  const [least, most] = [times[0], times.at(-1)];
  if (least === undefined || most === undefined) return "";
  return times.length === 1
    ? duration(least)
    : `${duration(least)} – ${duration(most)}`;
}

/** Numbers in order, in runs: `"1-3, 5"`. */
function numbers(list: readonly number[]): string {
  const sorted = [...new Set(list)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const n of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] === n - 1) run[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([a, b]) => a === b ? `${a}` : `${a}-${b}`).join(", ");
}

function notes(answers: readonly TraceAnswer[]): string {
  const all = answers.flatMap(({ mark, mtu, port, labels }) => [
    ...mark === undefined ? [] : [mark],
    ...mtu === undefined ? [] : [`mtu ${mtu}`],
    ...port === undefined ? [] : [`port ${port}`],
    ...labels.map(({ label, ttl }) => `mpls ${label} ttl ${ttl}`),
  ]);
  return [...new Set(all)].join(", ");
}

/** Somebody so many hops away, and who comes next. */
interface Place {
  readonly key: string;
  readonly hop: number;
  readonly address: Address | undefined;
  readonly answers: TraceAnswer[];
  readonly next: Map<string, Place>;
  isDrawn: boolean;
}

/**
 * Draws the ways of traces as one tree: places that several share are drawn once.
 *
 * @param traces The traces.
 * @param on Where to draw.
 * @returns The lines, joined by line feeds.
 */
export function traceTree(traces: readonly DrawnTrace[], on: Canvas): string {
  const places = new Map<string, Place>();
  const placeOf = (key: string, hop: number, address: Address | undefined) => {
    const place: Place = places.get(key) ??
      { key, hop, address, answers: [], next: new Map(), isDrawn: false };
    places.set(key, place);
    return place;
  };
  const starts = new Map<string, Place>();
  const isOne = traces.length === 1;
  for (const trace of traces) {
    const start = placeOf(`${trace.source}`, 0, trace.source);
    starts.set(start.key, start);
    likelyPaths(trace).forEach((path, i) => {
      let place = start;
      path.forEach((address, at) => {
        // Nobody is somebody else on each way.
        const who = address ?? `* behind ${place.key}`;
        const next = placeOf(`${at + 1} ${who}`, at + 1, address);
        place.next.set(next.key, next);
        next.answers.push(
          ...trace.hops[at]!.answers.filter(({ flow, from }) =>
            flow === i + 1 && address !== undefined && from.equals(address)
          ),
        );
        place = next;
      });
    });
  }
  return [...starts.values()].map((start) => tree(branch(start, isOne), on))
    .join("\n");
}

/** A place; below it who comes next, up to where ways part again. */
function branch(place: Place, showFlows: boolean): TreeNode {
  const { hop, address, answers } = place;
  const label = hop === 0 ? `${address}` : `${hop}  ${address ?? "*"}`;
  const role = address === undefined ? "muted" : "name";
  if (place.isDrawn) return { label, role, note: "as above" };
  place.isDrawn = true;
  const flows = numbers(answers.map(({ flow }) => flow));
  const note = [
    rtts(answers),
    showFlows && flows !== ""
      ? `flow${/\D/.test(flows) ? "s" : ""} ${flows}`
      : "",
    notes(answers),
    answers.some(({ kind }) => kind === "arrived") ? "reached" : "",
  ].filter((part) => part !== "").join("  ");
  return {
    label,
    role,
    ...note !== "" && { note },
    children: following(place, showFlows),
  };
}

/** A row of places is one list: only where ways part, the tree grows deeper. */
function following(place: Place, showFlows: boolean): TreeNode[] {
  const nodes: TreeNode[] = [];
  let [one, ...others] = place.next.values();
  while (one !== undefined && others.length === 0) {
    const isDrawn = one.isDrawn;
    const node = branch({ ...one, next: new Map() }, showFlows);
    one.isDrawn = true;
    const next: Place[] = isDrawn ? [] : [...one.next.values()];
    if (next.length > 1) {
      nodes.push({
        ...node,
        children: next.map((way) => branch(way, showFlows)),
      });
      return nodes;
    }
    nodes.push(node);
    [one, ...others] = next;
  }
  if (one === undefined) return nodes;
  return [one, ...others].map((way) => branch(way, showFlows));
}
