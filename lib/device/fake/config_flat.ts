/**
 * Lines entered where nothing is nested: `set …`, menus, plain commands.
 *
 * @module
 */

import { within } from "./config_place.ts";
import {
  type EditRules,
  undone,
  unquoted,
  verbsOf,
  wordsOf,
} from "./config_rules.ts";
import { type ConfigTree, isRemark } from "./config_tree.ts";
import { singleKey } from "./config_words.ts";

/**
 * Enters a line that says with its words where it belongs.
 *
 * @param tree The configuration.
 * @param line The line.
 * @param rules How it is done.
 */
export function enterFlat(
  tree: ConfigTree,
  line: string,
  rules: EditRules,
): ConfigTree {
  const verbs = verbsOf(rules);
  const { isUndone, rest } = undone(line, rules);
  const bare = (text: string) => wordsOf(text).map(unquoted);
  if (isUndone) {
    const gone = bare(rest);
    return tree.filter(({ text }) =>
      !gone.every((word, i) => bare(text)[verbs + i] === word)
    );
  }
  const same = bare(line).join(" ");
  if (tree.some(({ text }) => bare(text).join(" ") === same)) return tree;
  const key = singleKey(line, rules.style);
  const old = key === undefined
    ? -1
    : tree.findIndex(({ text }) => singleKey(text, rules.style) === key);
  const entered = { text: line, indent: 0, lines: [] };
  if (old >= 0) return tree.with(old, entered);
  // Beside the lines with which it has the most in common.
  const words = wordsOf(line);
  let best = 0;
  let at = tree.length;
  tree.forEach(({ text }, i) => {
    const other = wordsOf(text);
    const common = words.findIndex((word, k) => other[k] !== word);
    if (common >= best) [best, at] = [common, i + 1];
  });
  return tree.toSpliced(at, 0, entered);
}

/**
 * Enters a line in a menu, which is open or stands before it.
 *
 * @param tree The configuration.
 * @param path The menu that is open.
 * @param line The line.
 * @param rules How it is done.
 */
export function enterMenu(
  tree: ConfigTree,
  path: readonly string[],
  line: string,
  rules: EditRules,
): ConfigTree {
  const whole = line.startsWith("/") ? line : [...path, line].join(" ");
  const menu = /^(\/[\w /-]*?) (?=(?:add|set|remove)\b)(.*)$/.exec(whole);
  if (menu === null) return enterPlain(tree, line, rules);
  const [, head = "", what = ""] = menu;
  return within(tree, [head], rules, 0, (lines) => {
    if (what.startsWith("remove")) {
      const wanted = what.match(/[\w-]+=[^\s\]]+/g) ?? [];
      const [, number] = /^remove (\d+)/.exec(what) ?? [];
      return lines.filter(({ text }, i) =>
        number !== undefined
          ? i !== Number(number)
          : wanted.length === 0 || !wanted.every((pair) => text.includes(pair))
      );
    }
    const entered = { text: what, indent: 0, lines: [] };
    if (lines.some(({ text }) => text === what)) return lines;
    const old = lines.findIndex(({ text }) => text.startsWith("set "));
    return what.startsWith("set ") && old >= 0
      ? lines.with(old, entered)
      : [...lines, entered];
  });
}

/** A verb and what it is about: the opposite verb takes it away. */
function enterPlain(
  tree: ConfigTree,
  line: string,
  rules: EditRules,
): ConfigTree {
  const [verb = "", ...rest] = wordsOf(line).map(unquoted);
  const about = (text: string) => wordsOf(text).map(unquoted).slice(1);
  if (/^(?:delete|unconfigure|remove)$/.test(verb)) {
    return tree.filter(({ text }) =>
      isRemark(text) || !rest.every((word, i) => about(text)[i] === word)
    );
  }
  const entered = { text: line, indent: 0, lines: [] };
  const key = singleKey(line, rules.style);
  const old = tree.findIndex(({ text }) =>
    text === line || key !== undefined && singleKey(text, rules.style) === key
  );
  if (old >= 0) return tree.with(old, entered);
  const after = tree.findLastIndex(({ text }) => wordsOf(text)[0] === verb);
  return tree.toSpliced(after < 0 ? tree.length : after + 1, 0, entered);
}
