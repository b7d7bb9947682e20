/**
 * What rules the kernel has, and what they count.
 *
 * @module
 */

import { parse } from "../text/parse.ts";
import { formatRule } from "../text/format.ts";
import { Ruleset } from "../ruleset.ts";
import { type NftOptions, runNft } from "./nft.ts";

/**
 * Reads the ruleset that the kernel has, with handles and counts.
 *
 * It is what nft lists, and a listing is no safe copy: nft leaves out or
 * changes some things (`auto-merge` of a set in JSON, two comparisons that it
 * joins wrongly). Keep the source that was applied.
 *
 * @param options Which namespace, and a signal.
 * @returns The ruleset.
 * @throws {PermissionError} Unless root, or in a namespace of one's own.
 * @see nft(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * const ruleset = await net.firewall.list();
 * console.log(ruleset.tables.map((table) => table.name));
 * ```
 */
export async function list(options: NftOptions = {}): Promise<Ruleset> {
  const words = ["nft", "-a", "list", "ruleset"];
  return new Ruleset(parse(await runNft(words, "", "list rules", options)));
}

/** How often a rule was met. */
export interface RuleCount {
  /** Family and name. */
  readonly table: string;
  /** The chain's name. */
  readonly chain: string;
  /** The kernel's number of the rule. */
  readonly handle: number;
  /** The rule as text. */
  readonly rule: string;
  /** Packets that came to the counter. */
  readonly packets: number;
  /** Their octets. */
  readonly bytes: number;
}

/**
 * Reads what rules with a counter have counted, in their order.
 *
 * @param options Which namespace, and a signal.
 * @returns A row for each.
 * @throws {PermissionError} Unless root, or in a namespace of one's own.
 * @see nft(8)
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * for (const { rule, packets } of await net.firewall.counters()) console.log(packets, rule);
 * ```
 */
export async function counters(
  options: NftOptions = {},
): Promise<RuleCount[]> {
  const { tables } = await list(options);
  const counts: RuleCount[] = [];
  for (const { family, name, chains } of tables) {
    for (const chain of chains) {
      for (const rule of chain.rules) {
        for (const statement of rule.statements) {
          if (!("counter" in statement)) continue;
          const { counter } = statement;
          if (
            typeof counter !== "object" || !counter || !("packets" in counter)
          ) continue;
          counts.push({
            table: `${family} ${name}`,
            chain: chain.name,
            handle: rule.handle!,
            rule: formatRule(rule, family, { counters: false }),
            packets: counter.packets,
            bytes: counter.bytes,
          });
        }
      }
    }
  }
  return counts;
}
