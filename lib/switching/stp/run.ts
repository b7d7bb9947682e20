/**
 * The steps of a spanning tree, from an event until it has settled.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { rendered } from "../show.ts";
import type { SpanningTreeStep } from "./step.ts";
import type { SpanningTree } from "./tree.ts";
import type { SpanningTreeChange } from "./view.ts";

/** Events that come by themselves. */
const DULL = /^(BPDUs arrive|\d+ s pass)$/;

/**
 * The steps of a spanning tree until it has settled.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.spanningTree({ bridges: ["a", "b"], links: ["a-b"] });
 * const run: net.switching.SpanningTreeRun = sim.run();
 * assert.ok(run.isSettled);
 * assert.equal(run.steps[0]?.event, "all bridges start");
 * assert.deepEqual(run.tree.roots, ["a"]);
 * ```
 */
export class SpanningTreeRun {
  /** The steps in order. */
  readonly steps: readonly SpanningTreeStep[];
  /** Seconds on the simulation's clock, after the last. */
  readonly time: number;
  /** Whether the tree has settled; if not, it is still changing. */
  readonly isSettled: boolean;
  /** The tree as it is then. */
  readonly tree: SpanningTree;

  /**
   * Takes the steps; {@linkcode SpanningTreeSimulation.run} does so.
   *
   * @param steps The steps in order.
   * @param time Seconds on the clock.
   * @param isSettled Whether the tree has settled.
   * @param tree The tree.
   */
  constructor(
    steps: readonly SpanningTreeStep[],
    time: number,
    isSettled: boolean,
    tree: SpanningTree,
  ) {
    this.steps = steps;
    this.time = time;
    this.isSettled = isSettled;
    this.tree = tree;
  }

  /** Stands in JSON as plain data. */
  toJSON(): Record<string, unknown> {
    const { time, isSettled, steps, tree } = this;
    return { time, isSettled, steps, tree };
  }

  /** Shows at the prompt as a line a step, and the tree. */
  [Symbol.for("Deno.customInspect")](
    inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const columns: Column[] = [
      { key: "number", title: "step", align: "right", role: "number" },
      { key: "time", title: "s", align: "right", role: "number" },
      { key: "event", minWidth: 12 },
      { key: "bpdus", title: "BPDUs", role: "number" },
      { key: "changes", minWidth: 20 },
    ];
    const steps = table(rowsOf(this.steps), { columns, canvas: page });
    return [
      ...this.steps.length > 0 ? [steps] : [],
      this.isSettled
        ? paint("good", `settled at ${this.time} s`, page)
        : paint("warn", `not settled at ${this.time} s`, page),
      "",
      rendered(this.tree, inspect, options),
    ].join("\n");
  }
}

/** A row a step; those that changed nothing share one. */
function rowsOf(steps: readonly SpanningTreeStep[]) {
  const groups: SpanningTreeStep[][] = [];
  const isDull = ({ changes, event }: SpanningTreeStep) =>
    changes.length === 0 && DULL.test(event);
  for (const step of steps) {
    const last = groups.at(-1);
    if (last !== undefined && isDull(step) && isDull(last[0]!)) last.push(step);
    else groups.push([step]);
  }
  return groups.map((group) => {
    const [first, last] = [group[0]!, group.at(-1)!];
    const span = (a: number, b: number) => a === b ? `${a}` : `${a}-${b}`;
    return {
      number: span(first.number, last.number),
      time: span(first.time, last.time),
      event: group.length > 1 ? "nothing new" : first.event,
      bpdus: group.reduce((n, { bpdus }) => n + bpdus.length, 0),
      changes: changeText(first.changes),
    };
  });
}

/** Changes in one line: the states of ports, and new roots. */
function changeText(changes: readonly SpanningTreeChange[]): string {
  return changes.filter(({ what }) => what === "root" || what === "state")
    .slice(0, 20)
    .map(({ bridge, link, what, to }) =>
      what === "root" ? `${bridge}: root ${to}` : `${bridge} ${link} ${to}`
    ).join(", ");
}
