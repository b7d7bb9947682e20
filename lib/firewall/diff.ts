/**
 * What differs between two rulesets, by meaning: handles, counts, the order of
 * elements and the ways to write a value are no difference.
 *
 * @module
 */

import { type Canvas, canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { canonicalTables } from "./model/canonical.ts";
import { mustBeRuleset } from "./model/given.ts";
import type { Chain, Rule, RulesetData, Table } from "./model/ruleset.ts";
import { format, formatRule } from "./text/format.ts";

/** One difference. */
export interface RulesetChange {
  /** Whether it is there since, or no more. */
  readonly change: "added" | "removed";
  /** What it is: a whole table, a chain's place, a rule, a set, … */
  readonly what:
    | "table"
    | "chain"
    | "rule"
    | "set"
    | "map"
    | "object"
    | "flowtable";
  /** Family and name. */
  readonly table: string;
  /** Of a rule, where it stands. */
  readonly chain?: string;
  /** Its place in the chain, from 0: in the old one of what is removed, else in the new one. */
  readonly index?: number;
  /** It as text. */
  readonly text: string;
}

/** All differences, in the order of the tables; it shows as lines with + and -. */
export class RulesetDiff {
  /** Every difference, in the order of the tables. */
  readonly changes: readonly RulesetChange[];

  /**
   * Takes the differences.
   *
   * @param changes Them.
   */
  constructor(changes: readonly RulesetChange[]) {
    this.changes = changes;
  }

  /** Whether both mean the same. */
  get same(): boolean {
    return this.changes.length === 0;
  }

  /**
   * Lists them, what is new with a plus, what is gone with a minus.
   *
   * @param page Where to. @default {the terminal, without colour}
   * @returns The lines, joined by line feeds.
   */
  toText(page: Canvas = canvas()): string {
    if (this.same) return "No difference.";
    const lines: string[] = [];
    let place = "";
    for (const { change, table, chain, text } of this.changes) {
      const now = chain === undefined
        ? `table ${table}`
        : `table ${table}, chain ${chain}`;
      if (now !== place) lines.push(paint("heading", now, page));
      place = now;
      const sign = change === "added" ? "+" : "-";
      const role = change === "added" ? "good" : "bad";
      for (const line of text.split("\n")) {
        lines.push(
          paint(role, `  ${sign} ${line.replaceAll("\t", "  ")}`, page),
        );
      }
    }
    return lines.join("\n");
  }

  /** The lines. */
  toString(): string {
    return this.toText();
  }

  /** What it shows at the prompt. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return this.toText(canvas({ colors: options?.colors ?? false }));
  }
}

/**
 * Compares two rulesets by meaning.
 *
 * @param before The old one.
 * @param after The new one.
 * @returns What is added and what is removed.
 * @throws {TypeError} If one is no ruleset.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rules = (text: string) =>
 *   net.firewall.parse(`table inet f { chain c { ${text} } }`);
 * const before = rules("tcp dport { 22, 80 } accept; drop;");
 * assert.ok(net.firewall.diff(before, rules("tcp dport { http, ssh } accept; drop")).same);
 * const { changes } = net.firewall.diff(before, rules("tcp dport { 22, 80 } accept"));
 * assert.deepEqual(changes.map(({ change, text }) => [change, text]), [["removed", "drop"]]);
 * ```
 */
export function diff(before: RulesetData, after: RulesetData): RulesetDiff {
  mustBeRuleset("compare rulesets", "before", before);
  mustBeRuleset("compare rulesets", "after", after);
  const changes: RulesetChange[] = [];
  const old = byName(canonicalTables(before.tables));
  const now = byName(canonicalTables(after.tables));
  for (const [name, table] of old) {
    const next = now.get(name);
    if (next) compareTables(name, table, next, changes);
    else {
      const text = format([table]).trimEnd();
      changes.push({ change: "removed", what: "table", table: name, text });
    }
  }
  for (const [name, table] of now) {
    if (old.has(name)) continue;
    const text = format([table]).trimEnd();
    changes.push({ change: "added", what: "table", table: name, text });
  }
  return new RulesetDiff(changes);
}

const byName = (tables: readonly Table[]) =>
  new Map(tables.map((table) => [`${table.family} ${table.name}`, table]));

/** What the kernel gives a set that rules add to, unless it is said. */
const DYNAMIC_SIZE = 65535;

/** What the kernel counts, and how it numbers, is nobody's meaning. */
function keyOf(what: unknown): string {
  return JSON.stringify(what, (key, value) => {
    if (key === "handle" || key === "expires" || key === "used") return;
    if (key === "size" && value === DYNAMIC_SIZE) return;
    if (typeof value !== "object" || value === null) return value;
    if (key === "counter" && "packets" in value) return null;
    // An element of which only the time that is left was said.
    if ("elem" in value && typeof value.elem === "object" && value.elem) {
      const { val, expires: _, ...more } = value.elem;
      if (val !== undefined && Object.keys(more).length === 0) return val;
    }
    if (Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.keys(value).sort().map((name) => [name, value[name]]),
    );
  });
}

/** The parts of a table that have a name, and how each is written: alone in a table, without its frame. */
const PARTS = [
  ["set", "sets"],
  ["map", "maps"],
  ["object", "objects"],
  ["flowtable", "flowtables"],
] as const;

function compareTables(
  name: string,
  before: Table,
  after: Table,
  changes: RulesetChange[],
): void {
  const bare = (
    {
      chains: _,
      sets: __,
      maps: ___,
      objects: ____,
      flowtables: _____,
      ...rest
    }: Table,
  ) => rest;
  const empty = { chains: [], sets: [], maps: [], objects: [], flowtables: [] };
  const { family } = before;
  if (keyOf(bare(before)) !== keyOf(bare(after))) {
    for (
      const [change, table] of [["removed", before], ["added", after]] as const
    ) {
      const text = format([{ ...bare(table), ...empty }]).trimEnd();
      changes.push({ change, what: "table", table: name, text });
    }
  }
  for (const [what, parts] of PARTS) {
    const written = (part: Table[typeof parts][number]) =>
      inner(format([{ family, name: before.name, ...empty, [parts]: [part] }]));
    const old = new Map(before[parts].map((x) => [x.name, x]));
    const now = new Map(after[parts].map((x) => [x.name, x]));
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      const [a, b] = [old.get(key), now.get(key)];
      if (a && b && keyOf(a) === keyOf(b)) continue;
      if (a) {
        changes.push({
          change: "removed",
          what,
          table: name,
          text: written(a),
        });
      }
      if (b) {
        changes.push({ change: "added", what, table: name, text: written(b) });
      }
    }
  }
  const old = new Map(before.chains.map((x) => [x.name, x]));
  const now = new Map(after.chains.map((x) => [x.name, x]));
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    compareChains(name, before, old.get(key), now.get(key), changes);
  }
}

/** What stands in a table's braces. */
function inner(text: string): string {
  return text.trimEnd().split("\n").slice(1, -1)
    .map((line) => line.replace(/^\t/, "")).join("\n").trim();
}

function compareChains(
  table: string,
  { family, name }: Table,
  before: Chain | undefined,
  after: Chain | undefined,
  changes: RulesetChange[],
): void {
  const chain = (after ?? before)!.name;
  const head = (x: Chain) =>
    inner(format([{
      ...{ family, name, sets: [], maps: [], objects: [], flowtables: [] },
      chains: [{ ...x, rules: [] }],
    }]));
  const heads = [before && head(before), after && head(after)];
  if (heads[0] !== heads[1]) {
    const [gone, come] = heads;
    if (gone) {
      changes.push({ change: "removed", what: "chain", table, text: gone });
    }
    if (come) {
      changes.push({ change: "added", what: "chain", table, text: come });
    }
  }
  const [old, now] = [before?.rules ?? [], after?.rules ?? []];
  for (const { change, index } of edits(old.map(keyOf), now.map(keyOf))) {
    const rule: Rule = (change === "removed" ? old : now)[index]!;
    const text = formatRule(rule, family);
    changes.push({ change, what: "rule", table, chain, index, text });
  }
}

interface Edit {
  readonly change: "added" | "removed";
  readonly index: number;
}

/** With more edits than this, what is between the equal ends counts as replaced. */
const MOST_EDITS = 1000;

/**
 * The fewest edits that lead from one list to the other.
 *
 * @see E. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986
 */
function edits(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let [n, m] = [before.length, after.length];
  while (n > start && m > start && before[n - 1] === after[m - 1]) n--, m--;
  const trail = furthest(before.slice(start, n), after.slice(start, m));
  const found: Edit[] = [];
  if (!trail) {
    for (let i = start; i < n; i++) found.push({ change: "removed", index: i });
    for (let i = start; i < m; i++) found.push({ change: "added", index: i });
    return found;
  }
  let [x, y] = [n - start, m - start];
  for (let d = trail.length - 1; d > 0; d--) {
    const reached = trail[d - 1]!;
    const k = x - y;
    const down = k === -d ||
      k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1);
    const from = down ? k + 1 : k - 1;
    x = reached.get(from)!;
    y = x - from;
    found.push(
      down
        ? { change: "added", index: start + y }
        : { change: "removed", index: start + x },
    );
  }
  return found.reverse();
}

/** How far each diagonal gets with 0, 1, 2, … edits, until the end is reached. */
function furthest(
  a: readonly string[],
  b: readonly string[],
): Map<number, number>[] | undefined {
  const trail: Map<number, number>[] = [];
  for (let d = 0; d <= MOST_EDITS; d++) {
    const before = trail[d - 1];
    const now = new Map<number, number>();
    trail.push(now);
    for (let k = -d; k <= d; k += 2) {
      const [left, right] = [
        before?.get(k - 1) ?? -1,
        before?.get(k + 1) ?? -1,
      ];
      let x = d === 0
        ? 0
        : k === -d || k !== d && left < right
        ? right
        : left + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      now.set(k, x);
      if (x >= a.length && x - k >= b.length) return trail;
    }
  }
}
