/**
 * Several patterns on one machine.
 *
 * @module
 */

import type { Chain, Table } from "../model/ruleset.ts";
import { Explanation } from "./explanation.ts";
import { Pattern } from "./pattern.ts";

/**
 * Puts patterns side by side, each in a table of its own. A packet has to pass
 * all of them: what one drops is gone, what one accepts the next still sees. So
 * a pattern that lets in, as {@linkcode host}, goes with those that take away:
 * {@linkcode blockList}, {@linkcode rateLimit}, {@linkcode portKnocking}.
 *
 * @param patterns The patterns.
 * @returns All of them as one.
 * @throws {TypeError} If two have the same table, or two let only some packets
 * pass at the same place, so that hardly any would pass both.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { host, rateLimit, combine } = net.firewall.patterns;
 * const both = combine(
 *   host({ open: ["tcp/22"] }),
 *   rateLimit({ port: "tcp/22", rate: "10/minute" }),
 * );
 * assert.deepEqual(both.tables.map(({ name }) => name), ["host", "limit_tcp_22"]);
 * ```
 */
export function combine(...patterns: readonly Pattern[]): Pattern {
  for (const each of patterns) {
    if (each instanceof Pattern) continue;
    throw new TypeError(
      "Cannot combine patterns as each must be one of net.firewall.patterns: the tables of other rulesets go into net.firewall.ruleset(…)",
    );
  }
  const tables = patterns.flatMap(({ tables }) => tables);
  const names = new Set<string>();
  const closed = new Map<string, string>();
  for (const table of tables) {
    const name = `${table.family} ${table.name}`;
    if (names.has(name)) {
      throw new TypeError(
        `Cannot combine patterns as each must have a table of its own: table ${name} is there twice; { name } gives one another name`,
      );
    }
    names.add(name);
    for (const hook of closedHooks(table)) {
      const other = closed.get(hook);
      if (other !== undefined) {
        throw new TypeError(
          `Cannot combine patterns as only one may decide what passes ${hook}: tables ${other} and ${name} both drop there what they do not know`,
        );
      }
      closed.set(hook, name);
    }
  }
  const all = patterns.flatMap(({ explanation }) => explanation.rows);
  const weaknesses = patterns.flatMap(({ weaknesses }) => weaknesses);
  return new Pattern(tables, new Explanation(all), weaknesses);
}

const closedHooks = ({ chains }: Table): readonly string[] =>
  chains.flatMap(({ base }: Chain) =>
    base?.policy === "drop" ? [base.hook] : []
  );
