/**
 * Rulesets that are some: at the prompt no type says that a text is given where
 * a ruleset is meant.
 *
 * @module
 */

import type { RulesetData, Table } from "./ruleset.ts";

/**
 * Refuses what is no ruleset.
 *
 * @param what What it is for, as errors say it: `"compare rulesets"`.
 * @param name The name of the parameter.
 * @param given What is to be a ruleset.
 * @throws {TypeError} If it has no tables.
 */
export function mustBeRuleset(
  what: string,
  name: string,
  given: RulesetData,
): void {
  if (areTables(given?.tables)) return;
  throw new TypeError(
    `Cannot ${what} as '${name}' must be a ruleset${
      typeof given === "string" ? ", which net.firewall.parse(text) makes" : ""
    }: current value is ${Deno.inspect(given)}`,
  );
}

/**
 * Refuses what is no list of tables.
 *
 * @param what What it is for, as errors say it.
 * @param given What is to be tables.
 * @throws {TypeError} If it is something else.
 */
export function mustBeTables(what: string, given: readonly Table[]): void {
  if (areTables(given)) return;
  throw new TypeError(
    `Cannot ${what} as 'tables' must be a list of tables, as ruleset.tables: current value is ${
      Deno.inspect(given)
    }`,
  );
}

function areTables(given: unknown): boolean {
  return Array.isArray(given) &&
    given.every((each) => Array.isArray(each?.chains));
}
