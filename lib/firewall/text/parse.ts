/**
 * Rulesets from text.
 *
 * @module
 */

import type { Family, Table } from "../model/ruleset.ts";
import { Script } from "./commands.ts";
import { Lexer } from "./lexer.ts";
import { RulesetError } from "./ruleset_error.ts";

export { RulesetError } from "./ruleset_error.ts";

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /** Gives the text of a file that the script includes. */
  includes?: ((path: string) => string) | undefined;
  /** The family of tables that name none. @default {"ip"} */
  family?: Family | undefined;
  /** What variables stand for from the start, as `nft -D name=value`. */
  defines?: Readonly<Record<string, string>> | undefined;
}

/** Letters that show what a text is; there may be comments first. */
const HEAD = 4096;

/** What else people have rules in; no script of nft begins so. */
const OTHERS: readonly (readonly [begins: RegExp, reason: string])[] = [
  [/^\s*\{/, "this is JSON, which net.firewall.fromJson(text) reads"],
  [
    /^(?:\s|#[^!].*\n)*(?:\*[a-z]+\n|-[A-Z] |(?:sudo )?ip6?tables)/,
    "these are rules of iptables, which net.firewall.iptables.parse(text) reads",
  ],
  [
    /^\.?[\w.-]*\/\S*$/,
    "this is the path of a file: its text is wanted, await Deno.readTextFile(path)",
  ],
];

/**
 * Reads a script of nft, or what `nft list ruleset` prints: the ruleset that
 * it leaves on a machine that had none.
 *
 * @param text The script.
 * @param options Included files, variables, and a family.
 * @returns Its tables, in canonical form.
 * @throws {RulesetError} Where it makes no sense, with the line.
 * @see nft(8)
 *
 * @example
 * ```ts
 * import { parse } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * const [table] = parse("table inet filter { chain input { tcp dport 22 accept; }; }");
 * assert.equal(table?.chains[0]?.rules.length, 1);
 * ```
 */
export function parse(
  text: string,
  options: ParseOptions = {},
): readonly Table[] {
  const { includes, family = "ip", defines = {} } = options;
  const head = text.slice(0, HEAD);
  const other = OTHERS.find(([pattern]) => pattern.test(head));
  if (other) throw new RulesetError({ text, offset: 0, length: 1 }, other[1]);
  const lexer = new Lexer(text, new Map(Object.entries(defines)));
  return new Script(lexer, family, includes).run();
}
