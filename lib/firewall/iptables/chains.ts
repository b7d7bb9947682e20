/**
 * Chains of iptables, and what commands do to them.
 *
 * @see iptables(8), COMMANDS
 *
 * @module
 */

import type { Counts } from "../model/expression.ts";
import type { Line, Word } from "./lines.ts";
import { readNumber } from "./options.ts";
import { Refused } from "./refusal.ts";
import { type BuiltIn, builtInOf, isTable } from "./tables.ts";

/** A rule that nobody has read yet. */
export interface RawRule {
  readonly line: Line;
  /** What stands behind the chain's name. */
  readonly words: readonly Word[];
  readonly counts?: Counts;
  /** What a comment above it says of it. */
  readonly remark?: string;
}

/** A chain of such rules. */
export interface RawChain {
  readonly name: string;
  readonly base?: BuiltIn;
  policy: "accept" | "drop";
  rules: RawRule[];
}

/** A table of such chains. */
export interface RawTable {
  readonly family: "ip" | "ip6";
  readonly name: string;
  readonly chains: Map<string, RawChain>;
}

/** Whether a word belongs to the command, and not to the rule. */
export function takesMore(
  command: string,
  before: readonly Word[],
  word: Word,
): boolean {
  if (before.length === 0) return true;
  if (before.length > 1) return false;
  return command === "-P" || command === "-E" ||
    "-I-D-R-Z".includes(command) && /^\d+$/.test(word.text);
}

export function checkTable(name: string, offset: number): void {
  if (isTable(name)) return;
  throw new Refused(
    `${
      JSON.stringify(name)
    } is no table of iptables: raw, mangle, nat, filter, security`,
    offset,
  );
}

export function checkName(name: string, offset: number): void {
  if (/^[A-Za-z_][\w./-]*$/.test(name) && name.length <= 28) return;
  throw new Refused(
    `${
      JSON.stringify(name)
    } cannot be the name of a chain: letters, digits, "_", "-", "." and "/", up to 28`,
    offset,
  );
}

/** A chain that is there: one of iptables' own is made when first named. */
export function chainOf(
  table: RawTable,
  name: string,
  offset?: number,
): RawChain {
  const found = table.chains.get(name);
  if (found) return found;
  const base = builtInOf(table.name, name);
  if (!base) {
    throw new Refused(
      `table ${table.name} has no chain ${name}`,
      offset,
      `declare it before with :${name} - [0:0], or iptables -t ${table.name} -N ${name}`,
    );
  }
  const chain: RawChain = { name, base, policy: "accept", rules: [] };
  table.chains.set(name, chain);
  return chain;
}

export function setPolicy(
  table: RawTable,
  name: string,
  policy: string,
  offset: number | undefined,
): void {
  const chain = chainOf(table, name, offset);
  if (!chain.base) {
    throw new Refused(`only chains of iptables' own have a policy`, offset);
  }
  if (policy !== "ACCEPT" && policy !== "DROP") {
    throw new Refused("a policy is ACCEPT or DROP", offset);
  }
  if (policy === "DROP" && table.name === "nat") {
    throw new Refused("table nat is no place to drop packets", offset);
  }
  chain.policy = policy === "DROP" ? "drop" : "accept";
}

/** What a rule says, to find it again. */
const keyOf = (words: readonly Word[]): string =>
  JSON.stringify(words.map(({ text }) => text));

/** Does what a command says. */
export function runCommand(
  table: RawTable,
  command: string,
  operands: readonly Word[],
  rule: RawRule,
  at: number,
): void {
  const [name, more] = operands;
  if (!name && !"-X-F-Z".includes(command)) {
    throw new Refused(`${command} needs the name of a chain`, at);
  }
  const number = more && readNumber(more.text);
  const place = (chain: RawChain) => {
    if (number && number <= chain.rules.length) return number - 1;
    throw new Refused(
      `chain ${chain.name} has no rule ${more?.text ?? ""}`,
      more?.offset ?? at,
    );
  };
  switch (command) {
    case "-A":
      chainOf(table, name!.text, name!.offset).rules.push(rule);
      return;
    case "-I": {
      const { rules } = chainOf(table, name!.text, name!.offset);
      const to = (number ?? 1) - 1;
      if (to < 0 || to > rules.length) {
        throw new Refused(
          `chain ${name!.text} has only ${rules.length} rules`,
          more!.offset,
        );
      }
      rules.splice(to, 0, rule);
      return;
    }
    case "-R": {
      const chain = chainOf(table, name!.text, name!.offset);
      chain.rules[place(chain)] = rule;
      return;
    }
    case "-D": {
      const chain = chainOf(table, name!.text, name!.offset);
      const key = keyOf(rule.words);
      const index = more
        ? place(chain)
        : chain.rules.findIndex(({ words }) => keyOf(words) === key);
      if (index < 0) {
        throw new Refused(`chain ${chain.name} has no such rule to delete`, at);
      }
      chain.rules.splice(index, 1);
      return;
    }
    case "-P":
      setPolicy(table, name!.text, more?.text ?? "", more?.offset ?? at);
      return;
    case "-N":
      checkName(name!.text, name!.offset);
      if (
        table.chains.has(name!.text) || builtInOf(table.name, name!.text)
      ) throw new Refused(`chain ${name!.text} is there already`, name!.offset);
      table.chains.set(name!.text, {
        ...{ name: name!.text, policy: "accept" },
        rules: [],
      });
      return;
    case "-X":
      deleteChains(table, name);
      return;
    case "-F":
      if (name) chainOf(table, name.text, name.offset).rules = [];
      else for (const chain of table.chains.values()) chain.rules = [];
      return;
    case "-Z":
      return;
    default:
      throw new Refused(`${command} is not read here`, at);
  }
}

function deleteChains(table: RawTable, name: Word | undefined): void {
  const chains = name
    ? [chainOf(table, name.text, name.offset)]
    : [...table.chains.values()].filter(({ base }) => !base);
  for (const chain of chains) {
    if (chain.base || chain.rules.length > 0) {
      throw new Refused(
        `chain ${chain.name} has rules or is iptables' own, and cannot be deleted`,
        name?.offset,
      );
    }
    table.chains.delete(chain.name);
  }
}
