/**
 * What happened in one step of a distance vector protocol.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { truncate } from "../../inspect/text.ts";
import { count } from "../../inspect/units.ts";

/** An update that arrived. */
export interface VectorUpdate {
  /** The router that sent it. */
  readonly from: string;
  /** The router that it reached. */
  readonly to: string;
  /** The link that it went over. */
  readonly link: string;
  /** What it says: networks, and what the way to each costs. */
  readonly routes: readonly {
    readonly network: string;
    readonly metric: number;
  }[];
}

/** What a router knows of a network: in few words, for a table. */
export interface VectorCell {
  /** What the way costs. */
  readonly metric: number;
  /** The next hops; none if it is connected or there is no way. */
  readonly via: readonly string[];
}

/** One thing that a router knows now and did not before. */
export interface VectorChange {
  /** The router. */
  readonly router: string;
  /** The network. */
  readonly network: string;
  /** What it knew; `undefined` if nothing. */
  readonly from: VectorCell | undefined;
  /** What it knows; `undefined` if it has forgotten. */
  readonly to: VectorCell | undefined;
}

/** What every router knows: by router and then by network. */
export type VectorTables = ReadonlyMap<string, ReadonlyMap<string, VectorCell>>;

/** The facts of a {@linkcode DistanceVectorStep}. */
export type VectorStepFacts =
  & Pick<
    DistanceVectorStep,
    "number" | "time" | "event" | "messages" | "changes" | "tables"
  >
  & {
    /** The metric that means unreachable. */
    readonly infinity: number;
  };

/** Rows and columns of a table in a step, at most. */
const [ROWS, COLUMNS] = [40, 16];

/**
 * One step of a distance vector protocol: the updates that arrived, what they
 * changed, and what every router knows then.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.distanceVector({ routers: ["a", "b"], links: ["a-b"] });
 * sim.step();
 * const step: net.switching.DistanceVectorStep = sim.step();
 * assert.equal(step.event, "update of a");
 * assert.deepEqual(step.changes[0]?.to, { metric: 2, via: ["a"] });
 * ```
 */
export class DistanceVectorStep {
  /** Its number, from 1. */
  readonly number: number;
  /** Seconds on the simulation's clock. */
  readonly time: number;
  /** What set it off. */
  readonly event: string;
  /** The updates that arrived. */
  readonly messages: readonly VectorUpdate[];
  /** What routers know now and did not before. */
  readonly changes: readonly VectorChange[];
  /** What every router knows, by router and then by network; `undefined` where that is above 2,000 routes. */
  readonly tables: VectorTables | undefined;
  readonly #infinity: number;

  /**
   * Takes the facts; a {@linkcode DistanceVectorSimulation} does so.
   *
   * @param facts All of them.
   */
  constructor(facts: VectorStepFacts) {
    this.number = facts.number;
    this.time = facts.time;
    this.event = facts.event;
    this.messages = facts.messages;
    this.changes = facts.changes;
    this.tables = facts.tables;
    this.#infinity = facts.infinity;
  }

  /** The changes in few words. */
  get news(): string {
    return this.changes.slice(0, 20).map(({ router, network, to }) =>
      `${router}: ${network} ${this.#cell(to)}`
    ).join(", ");
  }

  /** Says it in one line. */
  toString(): string {
    const { number, time, event, messages, changes } = this;
    return `step ${number}, ${time} s, ${event}: ${
      counted(messages.length, "update")
    }, ${counted(changes.length, "change")}`;
  }

  /** Stands in JSON as plain data. */
  toJSON(): Record<string, unknown> {
    const { number, time, event, messages, changes } = this;
    return { number, time, event, messages, changes };
  }

  /** Shows at the prompt as tables: the updates, and what every router knows, changes marked. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    if (options?.currentDepth) return `${this}`;
    const page = canvas({ colors: options?.colors ?? false });
    const parts = [paint("heading", truncate(`${this}`, page.width), page)];
    if (this.messages.length > 0) {
      const rows = this.messages.map(({ from, to, link, routes }) => ({
        from,
        to,
        link,
        says: routes.map(({ network, metric }) =>
          `${network} ${this.#metric(metric)}`
        ).join(", "),
      }));
      const columns = ["from", "to", "link", "says"];
      parts.push(table(rows, { columns, maxRows: ROWS, canvas: page }));
    }
    parts.push(this.#matrix(page) ?? this.#list(page));
    return parts.join("\n\n");
  }

  #matrix(page: Canvas): string | undefined {
    const { tables } = this;
    if (tables === undefined || tables.size > ROWS) return undefined;
    const names = [...tables.values()].flatMap((known) => [...known.keys()]);
    const networks = [...new Set(names)].slice(0, COLUMNS);
    const changed = new Set(
      this.changes.map(({ router, network }) => `${router} ${network}`),
    );
    const rows = Array.from(tables, ([router, known]) => {
      const row: Record<string, string> = { router };
      for (const network of networks) {
        const mark = changed.has(`${router} ${network}`) ? "*" : "";
        row[network] = mark + this.#cell(known.get(network));
      }
      return row;
    });
    const columns: (string | Column)[] = [
      { key: "router", role: "name" },
      ...networks.map((key): Column => ({
        key,
        minWidth: 8,
        role: (cell) => String(cell).startsWith("*") ? "warn" : undefined,
      })),
    ];
    return table(rows, { columns, canvas: page });
  }

  #list(page: Canvas): string {
    const rows = this.changes.map(({ router, network, from, to }) => ({
      router,
      network,
      from: this.#cell(from),
      to: this.#cell(to),
    }));
    const columns = ["router", "network", "from", "to"];
    return table(rows, { columns, maxRows: ROWS, canvas: page });
  }

  #metric(metric: number): string {
    return metric >= this.#infinity ? "∞" : `${metric}`;
  }

  #cell(cell: VectorCell | undefined): string {
    if (cell === undefined) return "-";
    const via = cell.via.length === 0 ? "" : ` via ${cell.via.join(", ")}`;
    return this.#metric(cell.metric) + via;
  }
}

function counted(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? "" : "s"}`;
}
