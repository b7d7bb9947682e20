/**
 * Rulesets as text.
 *
 * @module
 */

import { mustBeTables } from "../model/given.ts";
import type { Family, Rule, Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { writeStatement } from "./write_statements.ts";
import { writeRule, writeTable } from "./write_tables.ts";

export { formatExpression } from "./write_expressions.ts";

/** Options for {@linkcode format}. */
export interface FormatOptions {
  /** Puts handles in comments, as `nft -a` does. @default {false} */
  handles?: boolean | undefined;
  /** Writes what counters and quotas have counted. @default {true} */
  counters?: boolean | undefined;
}

/**
 * Writes tables as `nft list ruleset` does; `nft -f` reads that.
 *
 * @param tables The tables.
 * @param options What to write beside the rules.
 * @returns The text.
 * @throws {TypeError} For a name or text that nft has no way to write.
 *
 * @example
 * ```ts
 * import { format } from "./format.ts";
 * import { parse } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * const text = format(parse("add table t; add chain t c; add rule t c tcp dport ssh accept"));
 * assert.equal(text, "table ip t {\n\tchain c {\n\t\ttcp dport 22 accept\n\t}\n}\n");
 * ```
 */
export function format(
  tables: readonly Table[],
  options: FormatOptions = {},
): string {
  mustBeTables("write rules", tables);
  const { handles = false, counters = true } = options;
  let text = "";
  for (const table of tables) text += writeTable(table, { handles, counters });
  return text;
}

/**
 * Writes a rule as nft does, on one line.
 *
 * @param rule The rule.
 * @param family The family of its table.
 * @param options What to write beside it.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { formatRule } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const rule = { statements: [{ accept: null }], comment: "all" } as const;
 * assert.equal(formatRule(rule, "inet"), 'accept comment "all"');
 * ```
 */
export const formatRule = (
  rule: Rule,
  family: Family,
  { counters = true }: Pick<FormatOptions, "counters"> = {},
): string => writeRule(rule, family, { counters });

/**
 * Writes a statement as nft does.
 *
 * @param statement The statement.
 * @param family The family of its table.
 * @param options What to write beside it.
 * @returns The text.
 *
 * @example
 * ```ts
 * import { formatStatement } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatStatement({ limit: { rate: 3, per: "minute" } }, "ip"), "limit rate 3/minute");
 * ```
 */
export const formatStatement = (
  statement: Statement,
  family: Family,
  { counters = true }: Pick<FormatOptions, "counters"> = {},
): string => writeStatement(statement, family, { counters });
