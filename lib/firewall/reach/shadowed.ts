/**
 * Rules that do nothing: no packet reaches them, or all would go on as well
 * without them; and chains, sets and objects that nobody uses.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { table as drawTable } from "../../inspect/table.ts";
import { mustBeRuleset } from "../model/given.ts";
import type { Chain, RulesetData, Table } from "../model/ruleset.ts";
import { Program } from "../simulate/program.ts";
import type { Finding } from "./answer.ts";
import { ChainStudy } from "./chain_study.ts";
import { writtenSets } from "./matching.ts";
import { placeOf, whereText } from "./rows.ts";
import { Space } from "./space.ts";

/** All that could be left out of a ruleset. */
export class Shadowed {
  /** In the order of the tables. */
  readonly findings: readonly Finding[];

  /**
   * Takes the findings.
   *
   * @param findings Them.
   */
  constructor(findings: readonly Finding[]) {
    this.findings = findings;
  }

  /** Whether everything is of use. */
  get isClean(): boolean {
    return this.findings.length === 0;
  }

  /** The findings, plain. */
  toJSON(): { readonly findings: readonly Finding[] } {
    return { findings: this.findings };
  }

  /** How many there are. */
  toString(): string {
    const { length } = this.findings;
    return length === 0
      ? "Every rule is of use"
      : `${length} ${length === 1 ? "part" : "parts"} could be left out`;
  }

  /** Renders a table of the findings. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    if (this.isClean) return String(this);
    const rows = this.findings.map((finding) => ({
      kind: finding.kind,
      what: finding.what,
      where: [
        ...[finding.table, finding.name],
        ...finding.index === undefined ? [] : [finding.index],
      ].join(" "),
      by: finding.by.map(whereText).join(", "),
      text: finding.text ?? "",
    }));
    return drawTable(rows, {
      title: String(this),
      canvas: canvas({ colors: options?.colors ?? false }),
      columns: [
        { key: "kind", role: "warn", minWidth: 11 },
        ...["what", "where", "by", "text"],
      ],
    });
  }
}

/**
 * Finds rules that no packet can reach or that change nothing, and chains, sets
 * and objects that nothing names.
 *
 * Each base chain is looked at alone, as if any packet could come to it; so what
 * is found is true whatever the other chains do. A named set that is empty may be
 * filled some day, any other counts as it is. Rules that count, log or write
 * are never redundant, but for a counter of their own. All findings together
 * can be left out.
 *
 * @param ruleset The ruleset.
 * @returns The findings, each with the rules that do its work.
 * @throws {TypeError} If it is no ruleset, or chains jump in a loop.
 * @throws {NetError} With the code `"too-complex"`, if the ruleset's sets of
 * packets are too many to compute.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse(`table ip f { chain in {
 *   type filter hook input priority 0; policy drop;
 *   tcp dport 1-1024 accept
 *   ip saddr 10.0.0.0/8 tcp dport 22 drop
 * } }`);
 * const [finding] = net.firewall.shadowed(ruleset).findings;
 * assert.equal(finding?.kind, "shadowed");
 * assert.deepEqual(finding.by.map(({ text }) => text), ["tcp dport 1-1024 accept"]);
 * ```
 */
export function shadowed(ruleset: RulesetData): Shadowed {
  mustBeRuleset("look for rules that do nothing", "ruleset", ruleset);
  // It refuses loops of jumps.
  new Program(ruleset.tables);
  const space = new Space([ruleset]);
  const written = writtenSets(ruleset.tables);
  const findings: Finding[] = [];
  for (const table of ruleset.tables) {
    const { family, name } = table;
    const of = { family, table: name };
    const study = new ChainStudy(space, table, written);
    const named = reachable(table);
    for (const chain of table.chains) {
      if (!named.has(chain)) {
        findings.push({
          ...{ kind: "unused", what: "chain", ...of, name: chain.name, by: [] },
        });
        continue;
      }
      if (!study.isEntered(chain)) {
        findings.push({
          ...{ kind: "unreachable", what: "chain", ...of, name: chain.name },
          by: [],
        });
        continue;
      }
      chain.rules.forEach((rule, index) => {
        const found = study.judge({ table, chain, index, rule });
        if (found !== undefined) {
          const { text, ...reference } = placeOf({ table, chain, index, rule });
          findings.push({
            ...{ kind: found.kind, what: "rule", ...of, name: chain.name },
            ...{ index, rule: reference.rule!, text, by: found.by },
          });
        }
      });
    }
    findings.push(...unused(table));
  }
  return new Shadowed(findings);
}

/** The chains that jumps lead to, from base chains on. */
function reachable(table: Table): ReadonlySet<Chain> {
  const byName = new Map(table.chains.map((chain) => [chain.name, chain]));
  const found = new Set<Chain>();
  const visit = (chain: Chain | undefined) => {
    if (chain === undefined || found.has(chain)) return;
    found.add(chain);
    for (const { statements } of chain.rules) {
      for (const name of targets(statements, table)) visit(byName.get(name));
    }
  };
  table.chains.filter(({ base }) => base !== undefined).forEach(visit);
  return found;
}

/** The names after jump and goto, wherever they stand. */
function targets(value: unknown, table: Table): string[] {
  if (typeof value === "string") {
    if (!value.startsWith("@")) return [];
    const map = table.maps.find(({ name }) => name === value.slice(1));
    return map === undefined || map.map[0] !== "verdict"
      ? []
      : targets(map.elements, table);
  }
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((part) => targets(part, table));
  }
  const { jump, goto } = value as {
    readonly [name: string]: { readonly target: string } | undefined;
  };
  const target = jump?.target ?? goto?.target;
  return target === undefined
    ? Object.values(value).flatMap((part) => targets(part, table))
    : [target];
}

/** Sets, maps and objects that no rule names. */
function unused(table: Table): Finding[] {
  const words = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value === "string") words.add(value);
    else if (typeof value === "object" && value !== null) {
      Object.values(value).forEach(gather);
    }
  };
  for (const { rules } of table.chains) {
    for (const { statements } of rules) gather(statements);
  }
  for (const { elements, map } of table.maps) {
    // What such maps give are objects, by name.
    if (["counter", "quota", "limit", "synproxy"].includes(map[0]!)) {
      gather(elements);
    }
  }
  const { family, name } = table;
  const all = [
    ...table.sets.map(({ name }) => ["set", name, `@${name}`] as const),
    ...table.maps.map(({ name }) => ["map", name, `@${name}`] as const),
    ...table.objects.map(({ name }) => ["object", name, name] as const),
  ];
  return all.filter(([, , word]) => !words.has(word)).map(
    ([what, of]): Finding => ({
      ...{ kind: "unused", what, family, table: name, name: of, by: [] },
    }),
  );
}
