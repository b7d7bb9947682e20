/**
 * Words entered where braces nest.
 *
 * @module
 */

import { insert } from "./config_place.ts";
import { type EditRules, unquoted, wordsOf } from "./config_rules.ts";
import type { ConfigTree } from "./config_tree.ts";

/**
 * Enters a path of words, with a value at its end.
 *
 * @param lines Where it begins.
 * @param words The words.
 * @param rules How it is done.
 * @param indent What lines are indented by here.
 */
export function enterWords(
  lines: ConfigTree,
  words: readonly string[],
  rules: EditRules,
  indent: number,
): ConfigTree {
  if (words.length === 0) return lines;
  const at = lines.findIndex(({ text }) => startsWith(words, headOf(text)));
  const found = lines[at];
  if (found !== undefined && found.close !== undefined) {
    const rest = words.slice(headOf(found.text).length);
    const inner = enterWords(found.lines, rest, rules, indent + rules.unit);
    return lines.with(at, { ...found, lines: inner });
  }
  const [first = "", second = ""] = words;
  const isPair = rules.pairs.has(first);
  if (!isPair && (words.length <= 2 || isLeaf(lines, first, rules))) {
    const text = [first, second].join(" ").trim();
    const old = lines.findIndex((line) => wordsOf(line.text)[0] === first);
    const entered = { text, indent, lines: [] };
    const changed = old >= 0 ? lines.with(old, entered) : [...lines, entered];
    return enterWords(changed, words.slice(2), rules, indent);
  }
  const size = isPair ? 2 : 1;
  const block = {
    text: `${words.slice(0, size).join(" ")} {`,
    indent,
    lines: enterWords([], words.slice(size), rules, indent + rules.unit),
    close: "}",
  };
  return insert(lines, block, rules, true);
}

/** Whether a word has a value and no lines within. */
function isLeaf(lines: ConfigTree, word: string, rules: EditRules): boolean {
  return !rules.nested.has(word) && rules.words.has(word) ||
    lines.some(({ text, close }) =>
      close === undefined && wordsOf(text)[0] === word
    );
}

/**
 * Takes away what a path of words leads to.
 *
 * @param lines Where it begins.
 * @param words The words.
 */
export function removeWords(
  lines: ConfigTree,
  words: readonly string[],
): ConfigTree {
  return lines.flatMap((line) => {
    const head = headOf(line.text);
    if (startsWith(head, words)) return [];
    if (line.close === undefined || !startsWith(words, head)) return [line];
    return [{
      ...line,
      lines: removeWords(line.lines, words.slice(head.length)),
    }];
  });
}

function headOf(text: string): string[] {
  return wordsOf(text).filter((word) => word !== "{");
}

function startsWith(
  words: readonly string[],
  start: readonly string[],
): boolean {
  return start.every((word, i) => unquoted(words[i] ?? "") === unquoted(word));
}
