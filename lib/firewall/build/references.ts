/**
 * What rules name: chains that they jump to, sets that they look up.
 *
 * @module
 */

import type { Verdict } from "../model/expression.ts";
import type { Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";

/**
 * Refuses jumps to no chain and lookups in no set.
 *
 * @param table The table.
 * @param where What it is called in an error.
 * @throws {TypeError} If a rule names what is not there.
 */
export function checkReferences(table: Table, where: string): void {
  const chains = new Set(table.chains.map(({ name }) => name));
  const sets = new Set(
    [...table.sets, ...table.maps].map(({ name }) => `@${name}`),
  );
  for (const chain of table.chains) {
    chain.rules.forEach(({ statements }, index) => {
      const what = `Cannot use rule ${
        index + 1
      } of chain ${chain.name} ${where}`;
      for (const statement of statements) {
        for (const target of targetsOf(statement)) {
          if (!chains.has(target)) {
            throw new TypeError(`${what} as it jumps to no chain: ${target}`);
          }
        }
        for (const reference of referencesOf(statement)) {
          if (!sets.has(reference)) {
            throw new TypeError(
              `${what} as there is no set or map of that name: ${reference}`,
            );
          }
        }
      }
    });
  }
}

const targetOf = (verdict: object): readonly string[] =>
  "jump" in verdict
    ? [(verdict as Extract<Verdict, { jump: unknown }>).jump.target]
    : "goto" in verdict
    ? [(verdict as Extract<Verdict, { goto: unknown }>).goto.target]
    : [];

function targetsOf(statement: Statement): readonly string[] {
  if ("vmap" in statement && typeof statement.vmap.data === "object") {
    return statement.vmap.data.set.flatMap(([, verdict]) =>
      targetOf(verdict as object)
    );
  }
  return targetOf(statement);
}

function referencesOf(statement: Statement): readonly string[] {
  const found = "match" in statement
    ? statement.match.right
    : "vmap" in statement
    ? statement.vmap.data
    : "set" in statement
    ? statement.set.set
    : "map" in statement
    ? statement.map.map
    : undefined;
  return typeof found === "string" && found.startsWith("@") ? [found] : [];
}
