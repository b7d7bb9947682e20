/**
 * What is learned from how a configuration looks: which lines there can be, and
 * how they are changed.
 *
 * @module
 */

import type { ConfigStyle } from "../config_text.ts";
import type { ConfigCommands } from "../platform.ts";
import { type ConfigLine, type ConfigTree, isRemark } from "./config_tree.ts";
import { completeWord, isKnownWord } from "./config_words.ts";

/** What the configuration of a platform teaches about how to change it. */
export interface EditRules {
  /** How lines nest. */
  readonly style: ConfigStyle;
  /** What undoes a line, without blanks: `"no"`, `"delete"`, `"nv unset"`. */
  readonly negate: string | undefined;
  /** Words with which its lines begin, at any depth. */
  readonly words: ReadonlySet<string>;
  /** What only lines at the top begin with: a word, or two. */
  readonly global: ReadonlySet<string>;
  /** Words with which lines within others begin that have lines themselves. */
  readonly nested: ReadonlySet<string>;
  /** Words with which lines begin that have two words before their brace. */
  readonly pairs: ReadonlySet<string>;
  /** The lines that it shows although they undo something: `no shutdown`. */
  readonly negatives: ReadonlySet<string>;
  /** What an inner line is indented by. */
  readonly unit: number;
  /** What stands between its parts: `!`. */
  readonly remark: string | undefined;
}

/**
 * Learns how a platform's configuration is changed from how it looks.
 *
 * @param config What the platform does to it.
 * @param tree One of its configurations.
 * @returns What {@linkcode enter} goes by.
 */
export function rulesOf(
  { style, negate }: ConfigCommands,
  tree: ConfigTree,
): EditRules {
  const words = new Set<string>();
  const starts = { top: new Set<string>(), inner: new Set<string>() };
  const nested = new Set<string>();
  const pairs = new Set<string>();
  const negatives = new Set<string>();
  const undo = negate?.trim() ?? opposite(style, tree);
  let unit = 0;
  const look = (line: ConfigLine, depth: number) => {
    if (isRemark(line.text)) return;
    const [first = "", ...rest] = wordsOf(line.text);
    words.add(first);
    const where = depth === 0 ? starts.top : starts.inner;
    where.add(first).add(`${first} ${rest[0]}`);
    if (line.text.startsWith(`${undo} `)) negatives.add(line.text);
    if (line.lines.length > 0) {
      if (depth > 0) nested.add(first);
      if (rest.at(-1) === "{" && rest.length > 1) pairs.add(first);
      unit ||= Math.max(0, line.lines[0]!.indent - line.indent);
    }
    for (const inner of line.lines) look(inner, depth + 1);
  };
  for (const line of tree) look(line, 0);
  return {
    style,
    negate: undo,
    words,
    global: starts.top.difference(starts.inner),
    nested,
    pairs,
    negatives,
    unit: unit || 1,
    remark: tree.find(({ text }, i) => i > 2 && /^[!#]?$/.test(text))?.text,
  };
}

/** Where a platform says nothing of it: `nv set` is undone by `nv unset`. */
function opposite(style: ConfigStyle, tree: ConfigTree): string | undefined {
  if (style !== "set") return undefined;
  const [, program] = /^(?:(\S+) )?set /.exec(tree[0]?.text ?? "") ?? [];
  return program === undefined ? "delete" : `${program} unset`;
}

/** Lines that stand at the top, whatever a configuration has of them. */
const GLOBAL =
  /^(?:hostname|sysname|ntp|logging|snmp-server|snmp-agent|username|banner|aaa|clock|enable|ip route|ip route-static)\b/;

/**
 * Whether a line stands at the top, wherever it is typed.
 *
 * @param line The line.
 * @param rules How it is done.
 */
export function isGlobal(line: string, rules: EditRules): boolean {
  const [first = "", second = ""] = wordsOf(undone(line, rules).rest);
  return GLOBAL.test(undone(line, rules).rest) || rules.global.has(first) ||
    rules.global.has(`${first} ${second}`);
}

/**
 * Whether a device would take a line for one of configuration: by its first word.
 *
 * @param line The line.
 * @param rules How it is done.
 */
export function isLine(line: string, rules: EditRules): boolean {
  const { rest, isUndone } = undone(line, rules);
  const [first = "", second = ""] = wordsOf(rest);
  if (rules.style === "lines") {
    const verbs =
      /^(?:add|set|remove|enable|disable|create|delete|unconfigure)$/;
    const verb = wordsOf(line).find((word) => !word.startsWith("/")) ?? "";
    return line.startsWith("/")
      ? wordsOf(line).some((word) => /^(?:add|set|remove)$/.test(word))
      : rules.words.has(verb) || rules.words.size > 0 && verbs.test(verb) &&
          [...rules.words].some((word) => verbs.test(word));
  }
  if (rules.style === "set") {
    const verb = verbsOf(rules);
    const start = isUndone ? first : wordsOf(line)[verb] ?? "";
    const positive = wordsOf(line).slice(0, verb).join(" ");
    const isSet = [...rules.words].some((word) => positive.startsWith(word)) &&
      /set$/.test(positive);
    return (isUndone || isSet) && start !== "" && isWord(start, rules);
  }
  return isWord(first, rules) || first === "address" && second !== "";
}

function isWord(word: string, rules: EditRules): boolean {
  return rules.words.has(word) || isKnownWord(word) ||
    // Numbers, addresses and names begin lines within others.
    /^["\d]/.test(word);
}

/**
 * Cuts a line into words; what stands in quotes is one.
 *
 * @param text The line.
 */
export function wordsOf(text: string): string[] {
  return text.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
}

/**
 * How many words make the verb: `nv set` has two.
 *
 * @param rules How it is done.
 */
export function verbsOf({ negate }: EditRules): number {
  return negate === undefined ? 1 : wordsOf(negate).length;
}

/**
 * Takes away what undoes a line.
 *
 * @param line The line.
 * @param rules How it is done.
 * @returns What is left, and whether something was there.
 */
export function undone(
  line: string,
  { negate, style }: EditRules,
): { isUndone: boolean; rest: string } {
  if (negate !== undefined && line.startsWith(`${negate} `)) {
    return { isUndone: true, rest: line.slice(negate.length).trim() };
  }
  // FortiOS has a second word: what was made with `edit` goes with `delete`.
  const isDelete = style === "indent" && line.startsWith("delete ");
  return isDelete
    ? { isUndone: true, rest: `edit ${line.slice(7).trim()}` }
    : { isUndone: false, rest: line };
}

/**
 * Takes a word's quotes away.
 *
 * @param word The word.
 */
export function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, "$2");
}

/**
 * Writes a line out whose words were cut short, as far as the configuration
 * tells: `int gi0/1` is `interface GigabitEthernet0/1`.
 *
 * @param tree The configuration.
 * @param path The lines within which it is typed.
 * @param line The line.
 * @param rules How lines look.
 * @returns The line, or the same.
 */
export function writtenOut(
  tree: ConfigTree,
  path: readonly string[],
  line: string,
  rules: EditRules,
): string {
  if (rules.style !== "indent") return line;
  if (rules.negate !== undefined && line.startsWith(`${rules.negate} `)) {
    const rest = line.slice(rules.negate.length).trim();
    return `${rules.negate} ${writtenOut(tree, path, rest, rules)}`;
  }
  const [verb = "", ...others] = line.split(/\s+/);
  const first = completeWord(verb, rules.words);
  const whole = [first, ...others].join(" ");
  const here = path.reduce<ConfigTree>(
    (lines, head) => lines.find(({ text }) => text === head)?.lines ?? [],
    tree,
  );
  const bare = (text: string) => wordsOf(text).map(unquoted).join(" ");
  const same = here.find(({ text }) => bare(text) === bare(whole));
  if (same !== undefined) return same.text;
  if (first !== "interface" || others.length === 0) return whole;
  const [, letters = "", place = ""] =
    /^([a-z-]*)(.*)$/i.exec(others.join("")) ?? [];
  const found = tree.find(({ text }) => {
    const name = /^interface\s+([a-z-]*?)\s*(\d.*)?$/i.exec(text);
    return name !== null && (name[2] ?? "") === place &&
      name[1]!.toLowerCase().startsWith(letters.toLowerCase());
  });
  return found?.text ?? whole;
}
