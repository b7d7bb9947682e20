/**
 * What happened in one step of a link state protocol.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { truncate } from "../../inspect/text.ts";
import { count } from "../../inspect/units.ts";

/**
 * What a router says of itself, to all others (a router-LSA).
 *
 * @see RFC 2328 §12.1, §A.4.2
 */
export interface LinkStateAdvertisement {
  /** The number of the router that says so. */
  readonly router: number;
  /** Which of its advertisements this is: the greater is newer. */
  readonly sequence: number;
  /** Its links: where they lead, and what they cost. */
  readonly links: readonly {
    readonly link: string;
    readonly to: number;
    readonly cost: number;
  }[];
  /** The numbers of the networks behind it. */
  readonly networks: readonly number[];
}

/** Advertisements that arrived together (a link state update). */
export interface LinkStateUpdate {
  /** The router that passed them on. */
  readonly from: string;
  /** The router that they reached. */
  readonly to: string;
  /** The link that they went over. */
  readonly link: string;
  /** Whose they are, and which of theirs. */
  readonly advertisements: readonly AdvertisementName[];
}

/** Which advertisement: whose, and which of theirs. */
export interface AdvertisementName {
  /** The router that says so of itself. */
  readonly router: string;
  /** Which of its advertisements: the greater is newer. */
  readonly sequence: number;
}

/** A router has put an advertisement into its database. */
export interface LinkStateChange {
  /** The router whose database it is. */
  readonly router: string;
  /** Whose advertisement. */
  readonly origin: string;
  /** Which of its advertisements. */
  readonly sequence: number;
}

/** The facts of a {@linkcode LinkStateStep}. */
export type LinkStateStepFacts = Pick<
  LinkStateStep,
  "number" | "time" | "event" | "messages" | "changes" | "databases"
>;

/** Sequence numbers: by router, and then by whose advertisement it is. */
export type LinkStateDatabases = ReadonlyMap<
  string,
  ReadonlyMap<string, number>
>;

/** Rows and columns of a table in a step, at most. */
const [ROWS, COLUMNS] = [40, 26];

/**
 * One step of a link state protocol: the updates that arrived, and what they
 * brought into the routers' databases.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.linkState({ routers: ["a", "b"], links: ["a-b"] });
 * sim.step();
 * const step: net.switching.LinkStateStep = sim.step();
 * assert.deepEqual(step.changes, [
 *   { router: "b", origin: "a", sequence: 1 },
 *   { router: "a", origin: "b", sequence: 1 },
 * ]);
 * ```
 */
export class LinkStateStep {
  /** Its number, from 1. */
  readonly number: number;
  /** Seconds on the simulation's clock. */
  readonly time: number;
  /** What set it off. */
  readonly event: string;
  /** The updates that arrived. */
  readonly messages: readonly LinkStateUpdate[];
  /** What is new in the routers' databases. */
  readonly changes: readonly LinkStateChange[];
  /** The sequence numbers in every router's database; `undefined` above 40 routers. */
  readonly databases: LinkStateDatabases | undefined;

  /**
   * Takes the facts; a {@linkcode LinkStateSimulation} does so.
   *
   * @param facts All of them.
   */
  constructor(facts: LinkStateStepFacts) {
    this.number = facts.number;
    this.time = facts.time;
    this.event = facts.event;
    this.messages = facts.messages;
    this.changes = facts.changes;
    this.databases = facts.databases;
  }

  /** The changes in few words. */
  get news(): string {
    const learned = new Map<string, string[]>();
    for (const { router, origin } of this.changes.slice(0, 40)) {
      learned.set(router, [...learned.get(router) ?? [], origin]);
    }
    return Array.from(
      learned,
      ([router, origins]) => `${router} learns of ${origins.join(", ")}`,
    ).join("; ");
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

  /** Shows at the prompt as tables: the updates, and the databases, changes marked. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    if (options?.currentDepth) return `${this}`;
    const page = canvas({ colors: options?.colors ?? false });
    const parts = [paint("heading", truncate(`${this}`, page.width), page)];
    if (this.messages.length > 0) {
      const rows = this.messages.map(({ from, to, link, advertisements }) => ({
        from,
        to,
        link,
        advertisements: advertisements.map(({ router, sequence }) =>
          `${router} #${sequence}`
        ).join(", "),
      }));
      const columns = ["from", "to", "link", "advertisements"];
      parts.push(table(rows, { columns, maxRows: ROWS, canvas: page }));
    }
    if (this.databases !== undefined) {
      const changed = new Set(
        this.changes.map(({ router, origin }) => `${router} ${origin}`),
      );
      const origins = [...this.databases.keys()].slice(0, COLUMNS);
      const rows = Array.from(this.databases, ([router, known]) => ({
        router,
        ...Object.fromEntries(origins.map((origin) => {
          const mark = changed.has(`${router} ${origin}`) ? "*" : "";
          return [`of ${origin}`, `${mark}${known.get(origin) ?? "-"}`];
        })),
      }));
      const columns: Column[] = [
        { key: "router", role: "name" },
        ...origins.map((origin): Column => ({
          key: `of ${origin}`,
          title: origin,
          align: "right",
          minWidth: 2,
          role: (cell) => String(cell).startsWith("*") ? "warn" : undefined,
        })),
      ];
      const title = "sequence numbers in the databases";
      parts.push(table(rows, { columns, title, canvas: page }));
    }
    return parts.join("\n\n");
  }
}

function counted(n: number, what: string): string {
  return `${count(n)} ${what}${n === 1 ? "" : "s"}`;
}
