/**
 * Who reaches whom in a lab, and by which way: as results.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint, type Role } from "../inspect/paint.ts";
import { table } from "../inspect/table.ts";
import { duration } from "../inspect/units.ts";
import type { Hop, ReachOutcome, ReachProbe } from "./calls.ts";

export type { Hop, ReachOutcome, ReachProbe };

/** One question and what came of it. */
export interface Reach extends ReachProbe {
  /** The node that was asked. */
  readonly to: string;
  /** What came of it. */
  readonly outcome: ReachOutcome;
}

const SIGNS: Readonly<
  Record<ReachOutcome, readonly [sign: string, role: Role]>
> = {
  open: ["✓", "good"],
  refused: ["refused", "warn"],
  unreachable: ["no way", "bad"],
  silent: ["—", "muted"],
};

/**
 * Who reaches whom. It shows as a matrix: who asks down the side, who is asked
 * along the top.
 */
export class Reachability {
  /** All questions and what came of them. */
  readonly results: readonly Reach[];

  /**
   * Takes the results.
   *
   * @param results In the order in which they are to be shown.
   */
  constructor(results: readonly Reach[]) {
    this.results = results;
  }

  /** Whether everyone got an answer from everyone who was asked; false if nobody was. */
  get isComplete(): boolean {
    return this.results.length > 0 && this.failures.length === 0;
  }

  /** What got no answer. */
  get failures(): readonly Reach[] {
    return this.results.filter(({ outcome }) => outcome !== "open");
  }

  /**
   * Tells whether one reaches another.
   *
   * @param from Who asks.
   * @param to Who is asked.
   * @param probe How. @default {by every way that was tried}
   * @returns Whether it does.
   * @throws {RangeError} If that was not asked.
   */
  reaches(from: string, to: string, probe?: ReachProbe["probe"]): boolean {
    const found = this.results.filter((one) =>
      one.from === from && one.to === to &&
      (probe === undefined || one.probe === probe)
    );
    if (found.length > 0) {
      return found.every(({ outcome }) => outcome === "open");
    }
    throw new RangeError(
      `Cannot tell whether ${from} reaches ${to} as it must be among what was asked${
        probe === undefined ? "" : ` by ${probe}`
      }: current value is ${this.results.length} other questions`,
    );
  }

  /** The plain results. */
  toJSON(): readonly Reach[] {
    return this.results;
  }

  /** A matrix, and a mark for each way that was tried. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const probes = [...new Set(this.results.map(({ probe }) => probe))];
    const rows = [...Map.groupBy(this.results, ({ from }) => from)].map((
      [from, results],
    ) => {
      const row: Record<string, string> = { from };
      for (const { to, outcome, probe } of results) {
        const [sign, role] = SIGNS[outcome];
        const words = probes.length > 1 ? `${probe} ${sign}` : sign;
        const cell = paint(role, words, on);
        row[to] = row[to] === undefined ? cell : `${row[to]}  ${cell}`;
      }
      return row;
    });
    const asked = new Set(this.results.map(({ to }) => to));
    const asking = rows.map(({ from }) => from!).filter((x) => asked.has(x));
    const columns = ["from", ...new Set([...asking, ...asked])];
    const title = probes.length === 1 ? `by ${probes[0]}` : "";
    return [title, table(rows, { columns, canvas: on })].filter(Boolean)
      .join("\n");
  }
}

/** One step of a way. */
export interface LabHop extends Hop {
  /** The node that has the address; `undefined` if none of the lab does. */
  readonly node: string | undefined;
}

/** The way from a node to an address, as its routers told. */
export class Trace {
  /** Where it starts. */
  readonly from: string;
  /** Where it was to go. */
  readonly to: string;
  /** Its steps. */
  readonly hops: readonly LabHop[];

  /**
   * Takes the steps.
   *
   * @param from Where it starts.
   * @param to Where it was to go.
   * @param hops The steps.
   */
  constructor(from: string, to: string, hops: readonly LabHop[]) {
    this.from = from;
    this.to = to;
    this.hops = hops;
  }

  /** Whether it got there. */
  get isReached(): boolean {
    return this.hops.at(-1)?.what === "reached";
  }

  /** The nodes on the way, the last included; `"?"` for who did not answer. */
  get nodes(): readonly string[] {
    return this.hops.map(({ node, address }) => node ?? address ?? "?");
  }

  /** The plain fields. */
  toJSON(): { from: string; to: string; hops: readonly LabHop[] } {
    const { from, to, hops } = this;
    return { from, to, hops };
  }

  /** A row for each step. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const rows = this.hops.map(({ limit, node, address, ms, what }) => ({
      hop: limit,
      node: node ?? "",
      address: address ?? "*",
      time: ms === null ? "" : duration(ms),
      "": what === "router" ? "" : what,
    }));
    const title = paint("heading", `${this.from} to ${this.to}`, on);
    return `${title}\n${table(rows, { canvas: on })}`;
  }
}
