/**
 * Text of iptables as tables of nftables.
 *
 * @module
 */

import type { Hook, NamedObject, NamedSet, Table } from "../model/ruleset.ts";
import type { Chain, Rule } from "../model/ruleset.ts";
import type { RawRule, RawTable } from "./chains.ts";
import { Commands } from "./commands.ts";
import type { Line } from "./lines.ts";
import { IptablesError, type Refusal, Refused } from "./refusal.ts";
import type { Around } from "./reading.ts";
import { translate } from "./rule.ts";

export { IptablesError, type Refusal } from "./refusal.ts";

/** Options for {@linkcode parse}. */
export interface ParseOptions {
  /**
   * Whose rules they are, where the text does not say: `"ip6"` for
   * ip6tables. @default {"ip"}
   */
  readonly family?: "ip" | "ip6" | undefined;
  /**
   * What a table's second block does: true goes on in it, as iptables-restore
   * with --noflush, false begins it anew. Without it, a second is refused.
   */
  readonly noflush?: boolean | undefined;
}

/** A rule with where it came from and what became of it. */
export interface Carried {
  readonly raw: RawRule;
  readonly table: RawTable;
  readonly chain: string;
  /** What it became; empty where it is refused. */
  readonly rules: readonly Rule[];
  readonly refused?: Refused;
}

/** What became of a text. */
export interface Reading {
  readonly tables: readonly Table[];
  readonly carried: readonly Carried[];
  readonly refused: readonly Refusal[];
}

/** Reads rules of iptables as tables: see `net.firewall.iptables.parse`. */
export function parseTables(
  text: string,
  options: ParseOptions = {},
): readonly Table[] {
  const { tables, refused } = carry(text, options);
  if (refused.length > 0) throw new IptablesError(text, refused);
  return tables;
}

/** Carries over what can be, and says what can not. */
export function carry(text: string, options: ParseOptions = {}): Reading {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot read rules of iptables as 'text' must be a string: current value is ${text}`,
    );
  }
  const { family = "ip", noflush } = options;
  if (family !== "ip" && family !== "ip6") {
    throw new TypeError(
      `Cannot read rules of iptables as 'family' must be "ip" or "ip6": current value is ${family}`,
    );
  }
  const refused: Refusal[] = [];
  const refuse = (line: Line, error: Refused) =>
    refused.push(refusalOf(text, line, error));
  const commands = new Commands({ family, noflush, onRefused: refuse });
  commands.run(text);
  const carried: Carried[] = [];
  const shared = new Map<string, RawTable>();
  const tables = commands.tables.map((table) =>
    carryTable(table, shared, (each) => {
      carried.push(each);
      if (each.refused) refuse(each.raw.line, each.refused);
    })
  );
  refused.sort((a, b) => a.offset - b.offset);
  return { tables, carried, refused };
}

function refusalOf(text: string, line: Line, error: Refused): Refusal {
  const offset = Math.min(error.offset ?? line.offset, text.length);
  const start = text.lastIndexOf("\n", offset - 1) + 1;
  let number = line.number;
  for (
    let at = text.indexOf("\n", line.offset);
    at >= 0 && at < offset;
    at = text.indexOf("\n", at + 1)
  ) number++;
  return {
    line: number,
    column: offset - start + 1,
    offset,
    text: line.text,
    reason: error.message,
    ...error.instead !== undefined && { instead: error.instead },
  };
}

function carryTable(
  table: RawTable,
  shared: Map<string, RawTable>,
  onCarried: (carried: Carried) => void,
): Table {
  const { family, name } = table;
  const sets: NamedSet[] = [];
  const objects: NamedObject[] = [];
  const reached = hooksOf(table);
  const chains: Chain[] = [];
  const around: Omit<Around, "hooks"> = {
    family,
    table: name,
    hasChain: (chain) =>
      table.chains.has(chain) && !table.chains.get(chain)!.base,
    freeName: (stem) => {
      for (let i = 0;; i++) {
        if (!sets.some((set) => set.name === `${stem}${i}`)) {
          return `${stem}${i}`;
        }
      }
    },
    addSet: (set, offset) => {
      const same = sets.find((each) => each.name === set.name);
      // What iptables counts by name is one for all of its tables.
      if (set.flags?.includes("timeout")) {
        const key = `${family} ${set.name}`;
        const first = shared.get(key) ?? table;
        shared.set(key, first);
        if (first !== table) {
          throw new Refused(
            `tables ${first.name} and ${name} count in one ${set.name}, and sets of nft are of one table`,
            offset,
            "give each its own name",
          );
        }
      }
      if (!same) sets.push(set);
      else if (JSON.stringify(same) !== JSON.stringify(set)) {
        throw new Refused(
          `another rule says something else of ${set.name}`,
          offset,
          "give each its own name",
        );
      }
    },
    addObject: (object) => {
      if (!objects.some((each) => each.name === object.name)) {
        objects.push(object);
      }
    },
  };
  for (const chain of table.chains.values()) {
    const rules: Rule[] = [];
    const setting = { ...around, hooks: reached.get(chain.name)! };
    for (const raw of chain.rules) {
      const place = { raw, table, chain: chain.name };
      try {
        const made = translate(raw, setting);
        onCarried({ ...place, rules: made });
        for (const rule of made) rules.push(rule);
      } catch (error) {
        onCarried({ ...place, rules: [], refused: refusedBy(error) });
      }
    }
    const { base, policy } = chain;
    chains.push({
      name: chain.name,
      ...base && { base: { ...base, policy } },
      rules,
    });
  }
  return {
    ...{ family, name, chains, sets, maps: [], objects },
    flowtables: [],
  };
}

/** What nft itself would not take is refused like what iptables says. */
function refusedBy(error: unknown): Refused {
  if (error instanceof Refused) return error;
  if (
    error instanceof TypeError || error instanceof RangeError ||
    error instanceof SyntaxError
  ) return new Refused(error.message.replace(/^Cannot use a rule as /, ""));
  throw error;
}

/** From which hooks each chain is reached. */
function hooksOf(table: RawTable): Map<string, ReadonlySet<Hook>> {
  const found = new Map<string, Set<Hook>>();
  const leads = new Map<string, string[]>();
  for (const { name, rules } of table.chains.values()) {
    found.set(name, new Set());
    leads.set(
      name,
      rules.flatMap(({ words }) =>
        words.filter((_, i) => JUMP.test(words[i - 1]?.text ?? ""))
          .map(({ text }) => text)
      ),
    );
  }
  for (const { name, base } of table.chains.values()) {
    if (!base) continue;
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const hooks = found.get(next);
      if (!hooks || hooks.has(base.hook)) continue;
      hooks.add(base.hook);
      for (const target of leads.get(next)!) open.push(target);
    }
  }
  return found;
}

const JUMP = /^(-j|-g|--jump|--goto)$/;
