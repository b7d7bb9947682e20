/**
 * Rules of iptables as rulesets, and back.
 *
 * @module
 */

import { mustBeRuleset } from "../model/given.ts";
import type { RulesetData } from "../model/ruleset.ts";
import { Ruleset } from "../ruleset.ts";
import { formatTables, type IptablesTexts } from "./format.ts";
import { type ParseOptions, parseTables } from "./parse.ts";

/**
 * Reads the rules of `iptables-save` or `ip6tables-save`, of a file for
 * `iptables-restore`, or of commands as `iptables -A INPUT …`, as a
 * ruleset of nftables that does the same.
 *
 * A rule that nftables cannot say is never left out or made less of: then all
 * of the text is refused, with every such rule, the reason, and what to write
 * instead.
 *
 * @param text The text.
 * @param options Whose rules they are.
 * @returns A ruleset with tables of family `ip` or `ip6`.
 * @throws {IptablesError} If something cannot be carried over; `refused` has
 * every line.
 * @see iptables-save(8), iptables-extensions(8)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { tables } = net.firewall.iptables.parse(
 *   "iptables -A INPUT -p tcp --dport 22 -j ACCEPT",
 * );
 * const [rule] = tables[0]!.chains[0]!.rules;
 * assert.deepEqual(rule!.statements, [
 *   {
 *     match: {
 *       op: "==",
 *       left: { payload: { protocol: "tcp", field: "dport" } },
 *       right: 22,
 *     },
 *   },
 *   { accept: null },
 * ]);
 * ```
 */
export function parse(text: string, options: ParseOptions = {}): Ruleset {
  return new Ruleset(parseTables(text, options));
}

/**
 * Writes a ruleset as `iptables-save` and `ip6tables-save` would, if iptables can
 * hold them. Tables of family `inet` are written for both.
 *
 * Base chains must stand where iptables has its own: `type filter hook input
 * priority filter` is INPUT of table filter. Sets that stand in a rule become
 * `multiport`, a list of addresses, or a rule for each element where that means
 * the same.
 *
 * @param ruleset The ruleset.
 * @returns The text for each program.
 * @throws {IptablesFormatError} If iptables cannot say something: with every
 * rule and the reason.
 * @throws {TypeError} If it is no ruleset.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ruleset = net.firewall.parse(`table ip filter {
 *   chain INPUT {
 *     type filter hook input priority filter; policy drop;
 *     tcp dport { 22, 80 } accept
 *   }
 * }`);
 * assert.equal(
 *   net.firewall.iptables.format(ruleset).ip,
 *   `*filter
 * :INPUT DROP [0:0]
 * -A INPUT -p tcp -m multiport --dports 22,80 -j ACCEPT
 * COMMIT
 * `,
 * );
 * ```
 */
export function format(ruleset: RulesetData): IptablesTexts {
  mustBeRuleset("write rules for iptables", "ruleset", ruleset);
  return formatTables(ruleset.tables);
}
