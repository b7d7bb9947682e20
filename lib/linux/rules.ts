/**
 * The routing policy: which table is looked in for which packets.
 *
 * @module
 */

import { checkOptions } from "./option_kinds.ts";
import { FILTERED, READ } from "./option_names.ts";
import type { Canvas } from "../inspect/canvas.ts";
import { type Column, table } from "../inspect/table.ts";
import { readEither } from "./access.ts";
import { Listing } from "./listing.ts";
import type { ReadOptions } from "./read_options.ts";
import { actionWords, selectorWords } from "./route_words.ts";
import type { Rule } from "./rule.ts";
import { readRules } from "./rule_decode.ts";

const COLUMNS: readonly Column[] = [
  { key: "priority", role: "number" },
  { key: "from", minWidth: 8 },
  { key: "to", minWidth: 8 },
  { key: "selectors", minWidth: 12 },
  { key: "action", role: "accent", minWidth: 12 },
  { key: "protocol", title: "proto", role: "muted" },
];

/**
 * Rules, as an array that shows as a table.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const rule: net.linux.Rule = { family: 4, priority: 0, action: "lookup", table: 255, flags: [] };
 * assert.match(Deno.inspect(net.linux.Rules.from([rule])), /all +all +lookup local/);
 * ```
 */
export class Rules extends Listing<Rule> {
  /** Draws the rules as a table. */
  protected override draw(page: Canvas): string {
    const rows = this.map((rule) => ({
      priority: rule.priority,
      from: `${rule.not ? "not " : ""}${
        rule.from ?? (rule.family === 4 ? "all" : "all IPv6")
      }`,
      to: rule.to?.toString() ?? "all",
      selectors: selectorWords(rule),
      action: actionWords(rule),
      protocol: rule.protocol ?? "",
    }));
    const used = COLUMNS.filter(({ key }) =>
      rows.some((row) => row[key as keyof typeof row] !== "")
    );
    return table(rows, { columns: used, canvas: page });
  }
}

/**
 * Reads the rules of the routing policy.
 *
 * @param options Another namespace, and a signal.
 * @returns The rules, IPv4 before IPv6, in the order in which they are tried.
 * @throws {PermissionError} Without `--allow-ffi` or `--allow-run=ip`.
 * @throws {NetError} If the kernel refuses.
 * @see ip-rule(8), linux/fib_rules.h
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [first] = await net.linux.rules();
 * assert.equal(first?.table, 255);
 * ```
 */
export async function rules(options: ReadOptions = {}): Promise<Rules> {
  checkOptions("read the rules", options, READ, FILTERED);
  const found = await readEither(
    options,
    (socket) => readRules(socket),
    async (ip) => (await import("./ip_routes.ts")).rulesFromIp(ip),
  );
  return Rules.from(found) as Rules;
}
