/**
 * What happened in one step of a spanning tree, and in a row of them.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { truncate } from "../../inspect/text.ts";
import { count } from "../../inspect/units.ts";
import type { Bpdu } from "./bpdu.ts";
import { STATE_ROLES } from "./words.ts";
import type { BridgeView, SpanningTreeChange } from "./view.ts";

/** A BPDU that arrived. */
export interface BpduView {
  /** The bridge that sent it. */
  readonly from: string;
  /** The link that it went over. */
  readonly link: string;
  /** The bridges that it reached. */
  readonly to: readonly string[];
  /** What it says. */
  readonly bpdu: Bpdu;
  /** The same in words. */
  readonly says: string;
}

/** The facts of a {@linkcode SpanningTreeStep}. */
export type SpanningTreeStepFacts = Pick<
  SpanningTreeStep,
  "number" | "time" | "event" | "bpdus" | "changes" | "bridges" | "flushed"
>;

/** Rows of a table in a step, at most. */
const ROWS = 40;

/**
 * One step of a spanning tree: the BPDUs that arrived, what they changed, and
 * what every bridge believes afterwards.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.spanningTree({ bridges: ["a", "b"], links: ["a-b"] });
 * sim.step();
 * const step: net.switching.SpanningTreeStep = sim.step();
 * assert.equal(step.bpdus.length, 2);
 * assert.deepEqual(step.changes[0], { bridge: "b", what: "root", from: "b", to: "a" });
 * ```
 */
export class SpanningTreeStep {
  /** Its number, from 1. */
  readonly number: number;
  /** Seconds on the simulation's clock. */
  readonly time: number;
  /** What set it off: BPDUs, time, or a change from outside. */
  readonly event: string;
  /** The BPDUs that arrived. */
  readonly bpdus: readonly BpduView[];
  /** What bridges believe now and did not before. */
  readonly changes: readonly SpanningTreeChange[];
  /** What every bridge believes. */
  readonly bridges: readonly BridgeView[];
  /** The ports behind which stations were forgotten (RSTP). */
  readonly flushed: readonly {
    readonly bridge: string;
    readonly link: string;
  }[];

  /**
   * Takes the facts; a {@linkcode SpanningTreeSimulation} does so.
   *
   * @param facts All of them.
   */
  constructor(facts: SpanningTreeStepFacts) {
    this.number = facts.number;
    this.time = facts.time;
    this.event = facts.event;
    this.bpdus = facts.bpdus;
    this.changes = facts.changes;
    this.bridges = facts.bridges;
    this.flushed = facts.flushed;
  }

  /** Says it in one line. */
  toString(): string {
    const { number, time, event, bpdus, changes } = this;
    const parts = [`step ${number}`, `${time} s`, event];
    if (bpdus.length > 0) parts.push(`${counted(bpdus.length, "BPDU")}`);
    parts.push(counted(changes.length, "change"));
    return parts.join(", ");
  }

  /** Stands in JSON as plain data. */
  toJSON(): SpanningTreeStepFacts {
    const { number, time, event, bpdus, changes, bridges, flushed } = this;
    return { number, time, event, bpdus, changes, bridges, flushed };
  }

  /** Shows at the prompt as tables: BPDUs, and what each bridge believes, changes marked. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    if (options?.currentDepth) return `${this}`;
    const parts = [paint("heading", truncate(`${this}`, page.width), page)];
    if (this.bpdus.length > 0) {
      const columns = ["from", "link", "to", "says"];
      const rows = this.bpdus.map((bpdu) => ({ ...bpdu }));
      parts.push(table(rows, { columns, maxRows: ROWS, canvas: page }));
    }
    parts.push(beliefs(this, page));
    if (this.flushed.length > 0) {
      const where = this.flushed.map(({ bridge, link }) => `${bridge} ${link}`);
      const text = `stations forgotten behind ${where.join(", ")}`;
      parts.push(truncate(text, page.width));
    }
    return parts.join("\n\n");
  }
}

/** A row a port; where there are many, those with changes alone. */
function beliefs(step: SpanningTreeStep, page: Canvas): string {
  const { bridges, changes } = step;
  const changed = new Set(
    changes.map(({ bridge, port = 0 }) => `${bridge} ${port}`),
  );
  const all = bridges.reduce(
    (n, { ports }) => n + Math.max(1, ports.length),
    0,
  );
  const rows = bridges.flatMap((view) => {
    const isChanged = changed.has(`${view.name} 0`);
    const { name, root, rootPathCost } = view;
    const top = { bridge: name, root, cost: rootPathCost };
    const ports = view.ports.length === 0 ? [undefined] : view.ports;
    return ports.map((port, i) => ({
      mark: isChanged && i === 0 || changed.has(`${name} ${port?.port}`)
        ? "*"
        : "",
      ...i === 0 ? top : {},
      name,
      ...port,
      cost: i === 0 ? rootPathCost : undefined,
    }));
  });
  const shown = all <= ROWS
    ? rows
    : rows.filter(({ mark }) => mark !== "").map((row) => ({
      ...row,
      bridge: row.name,
    }));
  const columns: Column[] = [
    { key: "mark", title: "", role: "warn" },
    { key: "bridge", role: "name" },
    { key: "root", role: "accent" },
    { key: "cost", align: "right", role: "number" },
    { key: "link" },
    { key: "role" },
    { key: "state", role: (state) => STATE_ROLES[String(state)] },
    { key: "designated" },
  ];
  return table(shown, { columns, maxRows: ROWS, canvas: page });
}

function counted(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? "" : "s"}`;
}
