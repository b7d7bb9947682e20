/**
 * Which packets can pass a ruleset: computed with sets of packets, not by trying.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import { mustBeRuleset } from "../model/given.ts";
import type { RulesetData } from "../model/ruleset.ts";
import type { Question, ReachOptions, ReachRow } from "./answer.ts";
import { NONE } from "./diagram.ts";
import { follow } from "./journey.ts";
import { checkQuestion, namesIn } from "./question.ts";
import { cellsOf, rowsOf, whereText } from "./rows.ts";
import { Space } from "./space.ts";

/** The facts of a {@linkcode Reach}. */
export type ReachFacts = Omit<Reach, "toJSON" | "toString">;

/** Which packets can pass, which cannot, and which rules say so. */
export class Reach {
  /** What was asked. */
  readonly question!: Question;
  /** Whether any of the packets asked about can pass. */
  readonly passes!: boolean;
  /** Whether all of them pass, whatever happens. */
  readonly always!: boolean;
  /** Packets that pass, or are handed to a program, by the rule that says so. */
  readonly passed!: readonly ReachRow[];
  /** Packets that do not. */
  readonly dropped!: readonly ReachRow[];
  /** Whether these are all rows; else there were more than were asked for. */
  readonly isComplete!: boolean;

  /**
   * Takes the facts.
   *
   * @param facts Them.
   */
  constructor(facts: ReachFacts) {
    Object.assign(this, facts);
  }

  /** The facts, plain. */
  toJSON(): ReachFacts {
    return { ...this };
  }

  /** The answer in one line. */
  toString(): string {
    const { hook } = this.question;
    if (!this.passes) return `No such packet passes ${hook}`;
    return this.always
      ? `All such packets pass ${hook}`
      : `Some such packets pass ${hook}`;
  }

  /** Renders what passes and what does not, under the rules that decided. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const role = !this.passes ? "bad" : this.always ? "good" : "warn";
    return [
      paint(role, String(this), page),
      ...this.passed.length === 0
        ? []
        : ["", reachTree(this.passed, "Passed", page)],
      ...this.dropped.length === 0
        ? []
        : ["", reachTree(this.dropped, "Stopped", page)],
      ...this.isComplete ? [] : ["", "There are more rows: ask for less."],
    ].join("\n");
  }
}

/** Draws rows under the rules that decided. */
function reachTree(
  rows: readonly ReachRow[],
  title: string,
  page: Canvas,
): string {
  const rules = Map.groupBy(
    rows,
    ({ by, verdict }) =>
      `${verdict} by ${whereText(by) || "nobody"}${by ? `: ${by.text}` : ""}`,
  );
  const children = Array.from(rules, ([label, rows]): TreeNode => ({
    label,
    role: rows[0]!.verdict === "accept" ? "good" : "bad",
    children: rows.map((row): TreeNode => ({
      label: packetsText(row),
      children: [
        ...row.isCertain ? [] : [`perhaps: ${row.conditions.join(", ")}`],
        ...row.isCertain && row.conditions.length > 0
          ? [`when ${row.conditions.join(", ")}`]
          : [],
        ...row.translations,
      ].map((label) => ({ label, role: "muted" as const })),
    })),
  }));
  return tree({ label: title, role: "heading", children }, page);
}

/** Packets in one line: `10.0.0.0/8 > 192.0.2.1  tcp 443  lan > wan`. */
function packetsText(row: ReachRow): string {
  const { from, to, protocol, ports, in: by, out, more } = cellsOf(row);
  const known = (text: string | undefined) => text && text !== "any";
  const service = [protocol, ports].filter(known).join(" ");
  const way = known(by) || known(out) ? `${by || "any"} > ${out || "any"}` : "";
  return [`${from} > ${to}`, service, way, more].filter(Boolean).join("  ");
}

/**
 * Finds which packets can pass a ruleset, and which rule lets them.
 *
 * Packets are followed as sets, through all base chains on their way, with
 * jumps, sets, maps, marks and translations; packets without fragments and
 * extension headers are meant. What cannot be known from the packet (limits,
 * sets that change, the routing table, the time) is not guessed: such rows say
 * `isCertain: false` and what it hangs on.
 *
 * @param ruleset The ruleset.
 * @param options Which packets, and which way: `hook`.
 * @returns Rows of packets that pass and that are stopped, each with the rule
 * that decides and a packet for a simulation.
 * @throws {TypeError} If the question makes no sense, or the ruleset has loops.
 * @throws {NetError} With the code `"too-complex"`, if the ruleset's sets of
 * packets are too many to compute.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse(`table inet f { chain in {
 *   type filter hook input priority 0; policy drop;
 *   ip saddr 10.0.0.0/8 tcp dport { 22, 80 } accept
 * } }`);
 * const { passed } = net.firewall.reach(ruleset, { hook: "input" });
 * assert.deepEqual(passed.map(({ from, ports }) => [from, ports]), [
 *   [["10.0.0.0/8"], "22, 80"],
 * ]);
 * const web = net.firewall.reach(ruleset, { hook: "input", from: "192.0.2.1", port: 80 });
 * assert.equal(web.passes, false);
 * ```
 */
export function reach(ruleset: RulesetData, options: ReachOptions): Reach {
  mustBeRuleset("ask which packets pass", "ruleset", ruleset);
  checkQuestion(options);
  const { rows = 200, ...question } = options;
  const space = new Space([ruleset], namesIn(question));
  const journey = follow(space, ruleset, question);
  const isPassing = (ending: string) => ending === "accept";
  const passed = rowsOf(
    space,
    journey,
    journey.decided.filter(({ ending }) => isPassing(ending)),
    rows,
    question,
  );
  const dropped = rowsOf(
    space,
    journey,
    journey.decided.filter(({ ending }) => !isPassing(ending)),
    rows,
    question,
  );
  return new Reach({
    question,
    passes: journey.passed !== NONE,
    always: journey.passed !== NONE && journey.stopped === NONE,
    passed: passed.rows,
    dropped: dropped.rows,
    isComplete: passed.isComplete && dropped.isComplete,
  });
}
