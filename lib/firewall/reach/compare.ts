/**
 * How two rulesets differ in what they do to packets, however they are written.
 *
 * @module
 */

import { type Canvas, canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import { mustBeRuleset } from "../model/given.ts";
import type { RulesetData } from "../model/ruleset.ts";
import type { Difference, Passing, ReachOptions } from "./answer.ts";
import { boxesOf } from "./boxes.ts";
import { NONE, type PacketSet } from "./diagram.ts";
import { type Decided, follow, type Journey } from "./journey.ts";
import { checkQuestion, namesIn } from "./question.ts";
import { cellsOf, classOf, referenceOf, setOf, whereText } from "./rows.ts";
import { Space } from "./space.ts";
import { witnessOf } from "./witness.ts";

/** The facts of a {@linkcode Comparison}. */
export interface ComparisonFacts {
  /** What passes now. */
  readonly opened: readonly Difference[];
  /** What no longer does. */
  readonly closed: readonly Difference[];
  /** Whether these are all rows. */
  readonly isComplete: boolean;
}

/** What newly passes, and what no longer does. */
export class Comparison {
  /** Packets that pass now and did not, or for certain and not but perhaps. */
  readonly opened: readonly Difference[];
  /** Packets that passed and do not now, or not for certain. */
  readonly closed: readonly Difference[];
  /** Whether these are all rows; else there were more than were asked for. */
  readonly isComplete: boolean;

  /**
   * Takes the facts.
   *
   * @param facts Them.
   */
  constructor({ opened, closed, isComplete }: ComparisonFacts) {
    this.opened = opened;
    this.closed = closed;
    this.isComplete = isComplete;
  }

  /** Whether both let the same packets pass. */
  get same(): boolean {
    return this.opened.length === 0 && this.closed.length === 0;
  }

  /** The facts, plain. */
  toJSON(): ComparisonFacts {
    return { ...this };
  }

  /** The answer in one line. */
  toString(): string {
    if (this.same) return "The same packets pass";
    const many = (rows: readonly Difference[], what: string) =>
      `${rows.length} ${
        rows.length === 1 ? "class" : "classes"
      } of packets ${what}`;
    return [
      ...this.opened.length === 0 ? [] : [many(this.opened, "opened")],
      ...this.closed.length === 0 ? [] : [many(this.closed, "closed")],
    ].join(", ");
  }

  /** Renders two tables: what passes now, and what no longer does. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    return [
      String(this),
      ...this.opened.length === 0
        ? []
        : ["", draw(this.opened, paint("bad", "Opened", page), page)],
      ...this.closed.length === 0
        ? []
        : ["", draw(this.closed, paint("good", "Closed", page), page)],
      ...this.isComplete ? [] : ["", "There are more rows: ask for less."],
    ].join("\n");
  }
}

function draw(
  rows: readonly Difference[],
  title: string,
  page: Canvas,
): string {
  const cells = rows.map((row): { [key: string]: string } => ({
    ...cellsOf(row),
    before: `${row.before}: ${whereText(row.byBefore)}`,
    after: `${row.after}: ${whereText(row.byAfter)}`,
  }));
  const columns: Column[] = [
    ...["from", "to", "protocol", "ports", "in", "out", "more"],
    ...["before", "after"],
  ].filter((key) => cells.some((row) => row[key] && row[key] !== "any"))
    .map((key) => ({ key, align: "left" }));
  return `${title}\n${table(cells, { columns, canvas: page })}`;
}

/**
 * Compares what two rulesets do: which packets newly pass, and which no longer.
 *
 * {@linkcode diff} compares what is written; this what becomes of packets.
 *
 * @param before The old ruleset.
 * @param after The new one.
 * @param options Which packets, and which way: `hook`.
 * @returns The differences, each with the deciding rules on both sides and a
 * packet for a simulation.
 * @throws {TypeError} If the question makes no sense, or a ruleset has loops.
 * @throws {NetError} With the code `"too-complex"`, if the rulesets' sets of
 * packets are too many to compute.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rules = (text: string) => net.firewall.parse(`table inet f { chain in {
 *   type filter hook input priority 0; policy drop; ${text}
 * } }`);
 * const before = rules("tcp dport 22 accept; tcp dport 80 accept");
 * const { opened, closed } = net.firewall.compare(
 *   before,
 *   rules("tcp dport { 22, 443 } accept"),
 *   { hook: "input" },
 * );
 * assert.deepEqual(opened.map(({ ports }) => ports), ["443"]);
 * assert.deepEqual(closed.map(({ ports }) => ports), ["80"]);
 * assert.ok(net.firewall.compare(before, rules("tcp dport { 80, 22 } accept"), { hook: "input" }).same);
 * ```
 */
export function compare(
  before: RulesetData,
  after: RulesetData,
  options: ReachOptions,
): Comparison {
  mustBeRuleset("compare rulesets", "before", before);
  mustBeRuleset("compare rulesets", "after", after);
  checkQuestion(options);
  const { rows = 200, ...question } = options;
  const space = new Space([before, after], namesIn(question));
  const old = follow(space, before, question);
  const now = follow(space, after, question);
  const { diagram } = space;
  const hidden = [
    ...space.unread,
    ...Array.isArray(question.state) || question.state === "any"
      ? []
      : [space.state],
  ];
  let isComplete = true;
  const list = (set: PacketSet): Difference[] => {
    const found: Difference[] = [];
    for (const was of old.decided) {
      const these = diagram.and(set, was.set);
      if (these === NONE) continue;
      for (const is of now.decided) {
        const both = diagram.and(these, is.set);
        if (both === NONE) continue;
        const room = rows - found.length;
        const boxes = boxesOf(space, space.some(both, ...hidden), room + 1);
        if (boxes.length > room) isComplete = false;
        for (const box of boxes.slice(0, room)) {
          const inside = diagram.and(both, setOf(space, box));
          const isTracked = old.isTracked || now.isTracked;
          const witness = witnessOf(space, inside, isTracked, question.mark);
          found.push({
            ...classOf(space, box),
            before: passing(space, old, inside, was),
            after: passing(space, now, inside, is),
            byBefore: was.by && referenceOf(was.by),
            byAfter: is.by && referenceOf(is.by),
            ...witness !== undefined && { witness },
          });
        }
      }
    }
    return found;
  };
  const grown = (from: Journey, to: Journey): PacketSet =>
    diagram.or(
      diagram.minus(to.passed, from.passed),
      diagram.minus(
        diagram.and(from.stopped, to.passed),
        to.stopped,
      ),
    );
  const opened = list(grown(old, now));
  const closed = list(grown(now, old));
  return new Comparison({ opened, closed, isComplete });
}

function passing(
  { diagram }: Space,
  { passed, stopped }: Journey,
  set: PacketSet,
  { ending }: Decided,
): Passing {
  const has = (other: PacketSet) => diagram.and(set, other) !== NONE;
  if (has(passed) && has(stopped)) return "perhaps";
  return ending === "accept" || ending === "queue" ? "passes" : "stopped";
}
