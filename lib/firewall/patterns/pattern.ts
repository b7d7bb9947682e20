/**
 * A ruleset that is made from a few words and explains itself.
 *
 * @module
 */

import { wrap } from "../../inspect/text.ts";
import type { RuleData } from "../build/steps.ts";
import {
  type BaseOptions,
  type SetSpec,
  table as makeTable,
} from "../build/table.ts";
import type { Rule, Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { Ruleset } from "../ruleset.ts";
import { formatRule } from "../text/format.ts";
import { Explanation, type ExplanationRow } from "./explanation.ts";

/**
 * A ruleset made by a pattern: plain rules, each with a comment, and why each
 * is there.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const pattern = net.firewall.patterns.host({ open: ["tcp/22"] });
 * assert.match(`${pattern}`, /tcp dport 22 counter accept comment "open tcp\/22"/);
 * const [first] = pattern.explanation;
 * assert.equal(first?.rule, 'iif "lo" accept');
 * ```
 */
export class Pattern extends Ruleset {
  /** Each rule beside its reason. */
  readonly explanation: Explanation;
  /** What it does not do, and when another way is better: one sentence each. */
  readonly weaknesses: readonly string[];

  /**
   * Takes tables and what explains them.
   *
   * @param tables In canonical form.
   * @param explanation Why each rule is there.
   * @param weaknesses What it does not do.
   */
  constructor(
    tables: readonly Table[],
    explanation: Explanation,
    weaknesses: readonly string[] = [],
  ) {
    super(tables);
    this.explanation = explanation;
    this.weaknesses = weaknesses;
  }

  /**
   * Writes it as a file for `nft -f`, as /etc/nftables.conf: above each rule
   * stands why it is there. It replaces the tables that it has, and leaves
   * others as they are.
   *
   * @returns The text.
   */
  toScript(): string {
    const reasons = this.explanation[Symbol.iterator]();
    const replaced = this.tables.flatMap(({ family, name }) => [
      // Added first, so that there is something to delete.
      `add table ${family} ${name}`,
      `delete table ${family} ${name}`,
    ]);
    let inChain = false;
    const lines = `${this}`.trimEnd().split("\n").flatMap((line) => {
      const isRule = inChain && !/^\t(\}|\ttype )/.test(line);
      if (line.startsWith("\tchain ")) inChain = true;
      else if (line === "\t}") inChain = false;
      if (!isRule) return [line];
      const { why, see } = reasons.next().value!;
      const reason = wrap(see ? `${why} (${see})` : why, WIDTH);
      return [...reason.map((text) => `\t\t# ${text}`), line];
    });
    return ["#!/usr/sbin/nft -f", "", ...replaced, "", ...lines, ""].join("\n");
  }
}

/** How wide reasons are that stand in a file. */
const WIDTH = 72;

/** A rule and why it is there. */
export interface ExplainedRule {
  readonly rule: Rule;
  readonly why: string;
  readonly see?: string;
}

/** A chain of explained rules; without `hook`, one to jump to. */
export type ExplainedChain =
  & { readonly rules: readonly ExplainedRule[] }
  & (
    | { readonly type: "filter" | "nat" } & BaseOptions
    | { readonly type?: never }
  );

/** What a pattern's table holds. */
export interface PatternSpec {
  readonly name: string;
  readonly chains: Readonly<Record<string, ExplainedChain>>;
  readonly sets?: Readonly<Record<string, SetSpec>>;
  readonly weaknesses?: readonly string[];
}

/**
 * Explains a rule.
 *
 * @param rule The rule.
 * @param comment A few words that nft keeps with it.
 * @param why Why it is there.
 * @param see What says so.
 * @returns All of it.
 */
export function because(
  { rule }: RuleData,
  comment: string,
  why: string,
  see?: string,
): ExplainedRule {
  return { rule: { ...rule, comment }, why, ...see !== undefined && { see } };
}

/**
 * Makes one rule of parts, as some of them are there only sometimes.
 *
 * @param parts What it matches, then what it does; `undefined` is left out.
 * @returns The rule.
 */
export function joined(
  ...parts: readonly (RuleData | undefined | false)[]
): RuleData {
  const statements: Statement[] = [];
  for (const part of parts) if (part) statements.push(...part.rule.statements);
  return { rule: { statements } };
}

/**
 * Makes a pattern's ruleset: one table for IPv4 and IPv6.
 *
 * @param spec Its chains and sets; chains without rules are left out, unless
 * they drop what comes.
 * @returns The ruleset with its explanation.
 */
export function pattern(spec: PatternSpec): Pattern {
  const { name, sets, weaknesses } = spec;
  const chains = Object.fromEntries(
    Object.entries(spec.chains).filter(([, { rules, ...base }]) =>
      rules.length > 0 || "policy" in base && base.policy === "drop"
    ),
  );
  const table = makeTable("inet", name, {
    ...sets && { sets },
    chains: Object.fromEntries(
      Object.entries(chains).map(([name, { rules, ...base }]) => [
        name,
        { ...base, rules: rules.map(({ rule }) => rule) },
      ]),
    ),
  });
  const rows = table.chains.flatMap((chain) =>
    chain.rules.map(({ comment: _, ...rule }, i): ExplanationRow => {
      const { why, see } = chains[chain.name]!.rules[i]!;
      return {
        table: `${table.family} ${table.name}`,
        chain: chain.name,
        rule: formatRule(rule, table.family, { counters: false }),
        why,
        ...see !== undefined && { see },
      };
    })
  );
  return new Pattern([table], new Explanation(rows), weaknesses);
}
