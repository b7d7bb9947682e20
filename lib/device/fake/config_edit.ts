/**
 * What a line that is typed does to a configuration, by the platform's style.
 *
 * @module
 */

import { enterWords, removeWords } from "./config_braces.ts";
import { enterFlat, enterMenu } from "./config_flat.ts";
import { insert, tidy, within } from "./config_place.ts";
import { type EditRules, isLine, undone, wordsOf } from "./config_rules.ts";
import type { ConfigLine, ConfigTree } from "./config_tree.ts";
import { singleKey } from "./config_words.ts";

/**
 * Enters a line.
 *
 * @param tree The configuration.
 * @param path The lines within which it is typed, outermost first.
 * @param line The line.
 * @param rules How it is done.
 * @param opens Whether others can be typed within it.
 * @returns The configuration with it, or nothing if it is no line for one.
 */
export function enter(
  tree: ConfigTree,
  path: readonly string[],
  line: string,
  rules: EditRules,
  opens = false,
): ConfigTree | undefined {
  if (!isLine(line, rules)) return undefined;
  switch (rules.style) {
    case "indent":
      return within(
        tree,
        path,
        rules,
        0,
        (lines, indent) => enterIndented(lines, line, rules, indent, opens),
      );
    case "braces": {
      const { isUndone, rest } = undone(line, rules);
      const words = [...path.flatMap(wordsOf), ...wordsOf(rest)];
      return within(
        tree,
        ["configure {"],
        rules,
        0,
        (lines, indent) =>
          isUndone
            ? removeWords(lines, words)
            : enterWords(lines, words, rules, indent),
      );
    }
    case "set":
      return enterFlat(tree, line, rules);
    case "lines":
      return enterMenu(tree, path, line, rules);
  }
}

function enterIndented(
  lines: ConfigTree,
  line: string,
  rules: EditRules,
  indent: number,
  opens: boolean,
): ConfigTree {
  const { isUndone, rest } = undone(line, rules);
  const says = ({ text }: ConfigLine, what: string) =>
    text === what || text.startsWith(`${what} `);
  if (isUndone) {
    const verb = rules.negate === "unset" ? `set ${rest}` : rest;
    const left = lines.filter((one) => !says(one, rest) && !says(one, verb));
    const isShown = rules.negatives.has(line);
    if (!isShown || left.some(({ text }) => text === line)) return tidy(left);
    return insert(tidy(left), { text: line, indent, lines: [] }, rules, false);
  }
  if (lines.some(({ text }) => text === line)) return lines;
  const key = singleKey(line, rules.style);
  const old = key === undefined
    ? -1
    : lines.findIndex(({ text }) => singleKey(text, rules.style) === key);
  const entered = { text: line, indent, lines: [] };
  if (old >= 0) return lines.with(old, entered);
  const positive = lines.filter((one) =>
    !says(one, `${rules.negate} ${line}`) &&
    !(key !== undefined && says(one, `${rules.negate} ${key}`))
  );
  return insert(positive, entered, rules, opens);
}
