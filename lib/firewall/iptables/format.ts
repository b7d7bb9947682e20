/**
 * Tables of nftables as text for `iptables-restore`.
 *
 * @module
 */

import type { Chain, Rule, Table } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { formatRule } from "../text/format.ts";
import { Unwritable } from "./draft.ts";
import { builtIn } from "./tables.ts";
import type { ActionPlace } from "./write_action.ts";
import { type Merged, writeRule } from "./write_rule.ts";

/** What cannot be written for iptables. */
export interface Unwritten {
  /** The table, as `inet filter`. */
  readonly table: string;
  /** The chain, if it is one or stands in one. */
  readonly chain?: string;
  /** The rule, as nft writes it. */
  readonly rule?: string;
  /** Why, without a final full stop. */
  readonly reason: string;
}

/** A ruleset that iptables cannot hold, with all that it lacks. */
export class IptablesFormatError extends TypeError {
  /** Always `"IptablesFormatError"`. */
  override readonly name = "IptablesFormatError";
  /** All that cannot be written, in the order of the tables. */
  readonly refused: readonly Unwritten[];

  /**
   * Builds the message from what is refused.
   *
   * @param refused What cannot be written, at least one.
   */
  constructor(refused: readonly Unwritten[]) {
    super(
      `Cannot write the ruleset for iptables:${
        refused.slice(0, 20).map(({ table, chain, rule, reason }) =>
          `\ntable ${table}${chain === undefined ? "" : ` chain ${chain}`}${
            rule === undefined ? "" : `: ${rule}`
          }\n  ${reason}`
        ).join("")
      }${refused.length > 20 ? `\n… and ${refused.length - 20} more` : ""}`,
    );
    this.refused = refused;
  }
}

/** Text for each of the two programs, where there is something for it. */
export interface IptablesTexts {
  /** For `iptables-restore`. */
  readonly ip?: string;
  /** For `ip6tables-restore`. */
  readonly ip6?: string;
}

/** A table of iptables as it is put together. */
interface Draft {
  readonly name: string;
  /** The lines that declare chains, by name. */
  readonly chains: Map<string, string>;
  readonly rules: string[];
}

/** Writes tables for iptables: see `net.firewall.iptables.format`. */
export function formatTables(tables: readonly Table[]): IptablesTexts {
  const refused: Unwritten[] = [];
  const texts: { ip?: string; ip6?: string } = {};
  const used = new Set<string>();
  for (const family of ["ip", "ip6"] as const) {
    const drafts: Draft[] = [];
    for (const table of tables) {
      if (table.family === family || table.family === "inet") {
        writeTable(table, family, drafts, refused, used);
      } else if (table.family !== "ip" && table.family !== "ip6") {
        if (family === "ip") {
          refused.push({
            table: `${table.family} ${table.name}`,
            reason: `iptables has no tables of family ${table.family}`,
          });
        }
      }
    }
    if (drafts.length > 0) texts[family] = textOf(drafts);
  }
  for (const table of tables) {
    for (const { name } of [...table.sets, ...table.maps]) {
      if (used.has(`${table.family} ${table.name} ${name}`)) continue;
      refused.push({
        table: `${table.family} ${table.name}`,
        reason: `${name} is a set or map with a name, and iptables has none`,
      });
    }
  }
  if (refused.length > 0) {
    const seen = new Set<string>();
    throw new IptablesFormatError(refused.filter((each) => {
      const key = JSON.stringify(each);
      return !seen.has(key) && seen.add(key);
    }));
  }
  return texts;
}

const textOf = (drafts: readonly Draft[]): string =>
  drafts.map(({ name, chains, rules }) =>
    `*${name}\n${[...chains.values()].join("")}${rules.join("")}COMMIT\n`
  ).join("");

/** Where iptables has a base chain of its own, if it has. */
function builtInFor(
  { base }: Chain,
): { table: string; chain: string } | undefined {
  for (const [table, chains] of Object.entries(builtIn)) {
    for (const [chain, { type, hook, priority }] of Object.entries(chains)) {
      if (
        base?.type === type && base.hook === hook && base.priority === priority
      ) return { table, chain };
    }
  }
  return undefined;
}

/** The chains that a statement leads to. */
function leadsTo(statement: Statement): readonly string[] {
  const text = JSON.stringify(statement);
  return [...text.matchAll(/"(?:jump|goto)":\{"target":"([^"]*)"\}/g)].map(
    ([, name]) => name!,
  );
}

function writeTable(
  table: Table,
  family: "ip" | "ip6",
  drafts: Draft[],
  refused: Unwritten[],
  used: Set<string>,
): void {
  const where = `${table.family} ${table.name}`;
  const refuse = (reason: string, chain?: string, rule?: Rule) =>
    refused.push({
      table: where,
      ...chain !== undefined && { chain },
      ...rule && { rule: formatRule(rule, table.family) },
      reason,
    });
  if (table.flags?.includes("dormant")) {
    refuse("the table sleeps, and tables of iptables do not");
    return;
  }
  const places = new Map<string, { table: string; chain: string }>();
  const homes = new Map<string, Set<string>>();
  for (const chain of table.chains) {
    if (!chain.base) continue;
    const place = builtInFor(chain);
    if (!place) {
      const { type, hook, priority } = chain.base;
      refuse(
        `iptables has no chain of type ${type} at hook ${hook} with priority ${priority}`,
        chain.name,
      );
      continue;
    }
    places.set(chain.name, place);
    reach(table, chain.name, place.table, homes);
  }
  const own = [...new Set([...places.values()].map((place) => place.table))];
  const home = own.length === 1
    ? own[0]!
    : Object.hasOwn(builtIn, table.name)
    ? table.name
    : "filter";
  for (const chain of table.chains) {
    const place = places.get(chain.name);
    if (chain.base && !place) continue;
    const name = place?.chain ?? chain.name;
    const reached = homes.get(chain.name);
    const names = place ? [place.table] : reached ? [...reached] : [home];
    if (!place && !/^[A-Za-z_][\w./-]{0,27}$/.test(name)) {
      refuse("iptables takes names of up to 28 letters", chain.name);
      continue;
    }
    for (const target of names) {
      const draft = draftOf(drafts, target);
      if (draft.chains.has(name)) {
        refuse(`two chains would be ${name} of table ${target}`, chain.name);
        continue;
      }
      const policy = chain.base
        ? chain.base.policy === "drop" ? "DROP" : "ACCEPT"
        : "-";
      if (target === "nat" && policy === "DROP") {
        refuse("table nat is no place to drop packets", chain.name);
      }
      draft.chains.set(name, `:${name} ${policy} [0:0]\n`);
      const around: ActionPlace = {
        ...{ family, of: table.family, sets: table.sets },
        useSet: (called) => used.add(`${where} ${called}`),
        objects: table.objects,
        hook: chain.base?.hook,
        chainName: (called) => {
          if (places.has(called)) {
            throw new Unwritable(`iptables does not jump to ${called}`);
          }
          return called;
        },
      };
      for (const line of writeChain(chain, around, refuse)) {
        draft.rules.push(line.replace("\0", () => name));
      }
    }
  }
  for (const object of table.objects) {
    if (object.kind === "ct helper") continue;
    refuse(
      `the ${object.kind} ${object.name} is an object, and iptables has none`,
    );
  }
  for (const { name } of table.flowtables) {
    refuse(`iptables has no flowtables: ${name}`);
  }
}

function draftOf(drafts: Draft[], name: string): Draft {
  const found = drafts.find((draft) => draft.name === name);
  if (found) return found;
  const draft = { name, chains: new Map(), rules: [] };
  drafts.push(draft);
  return draft;
}

/** Notes which chains are reached from a base chain of a table of iptables. */
function reach(
  table: Table,
  from: string,
  home: string,
  homes: Map<string, Set<string>>,
): void {
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const chain = table.chains.find((each) => each.name === name);
    for (const rule of chain?.rules ?? []) {
      for (const target of rule.statements.flatMap(leadsTo)) {
        let found = homes.get(target);
        if (!found) homes.set(target, found = new Set());
        if (found.has(home)) continue;
        found.add(home);
        open.push(target);
      }
    }
  }
}

function* writeChain(
  { name, rules }: Chain,
  place: ActionPlace,
  refuse: (reason: string, chain?: string, rule?: Rule) => void,
): Generator<string> {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    const merged = mergedWith(rule, rules[i + 1]);
    try {
      for (const line of writeRule(rule, place, merged)) yield `${line}\n`;
    } catch (error) {
      if (!(error instanceof Unwritable)) throw error;
      refuse(error.message, name, rule);
    }
    if (merged) i++;
  }
}

/** Whether one rule of iptables says what two of nft do. */
function mergedWith(rule: Rule, next: Rule | undefined): Merged | undefined {
  if (!next) return undefined;
  const { statements } = rule;
  const text = (statements: readonly Statement[]) =>
    JSON.stringify(statements.filter((each) => !("counter" in each)));
  const at = statements.findIndex((statement) => "tproxy" in statement);
  if (at >= 0) {
    const rest = [...statements.slice(0, at), { drop: null }];
    return "accept" in statements.at(-1)! &&
        text(next.statements) === text(rest)
      ? "proxy"
      : undefined;
  }
  const without = statements.map((each): Statement =>
    "match" in each && each.match.op === "!=" &&
      JSON.stringify(each.match.left) === SIZE
      ? {
        match: {
          op: "==",
          left: { "tcp option": { name: "maxseg" } },
          right: false,
        },
      }
      : each
  );
  const isSame = text(without) === text(next.statements) &&
    text(without) !== text(statements);
  return isSame ? "absent" : undefined;
}

const SIZE = JSON.stringify({
  "tcp option": { name: "maxseg", field: "size" },
});
