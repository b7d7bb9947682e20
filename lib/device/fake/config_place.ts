/**
 * Where in a configuration a line belongs.
 *
 * @module
 */

import { type ConfigLine, type ConfigTree, isRemark } from "./config_tree.ts";
import { type EditRules, wordsOf } from "./config_rules.ts";

/**
 * Changes what is at the end of a path, which is made where it is missing.
 *
 * @param tree The configuration.
 * @param path The lines that lead there.
 * @param rules How it is done.
 * @param indent What lines are indented by here.
 * @param change Changes the lines there.
 */
export function within(
  tree: ConfigTree,
  path: readonly string[],
  rules: EditRules,
  indent: number,
  change: (lines: ConfigTree, indent: number) => ConfigTree,
): ConfigTree {
  const [head, ...rest] = path;
  if (head === undefined) return change(tree, indent);
  const at = tree.findIndex(({ text }) => text === head);
  const line = tree[at] ?? { text: head, indent, lines: [] };
  const lines = within(
    line.lines,
    rest,
    rules,
    line.indent + rules.unit,
    change,
  );
  const changed = { ...line, lines };
  return at >= 0 ? tree.with(at, changed) : insert(tree, changed, rules, true);
}

/**
 * Puts a line where such lines stand.
 *
 * @param lines Those beside it.
 * @param line The line.
 * @param rules How it is done.
 * @param isBlock Whether it may have lines of its own.
 */
export function insert(
  lines: ConfigTree,
  line: ConfigLine,
  rules: EditRules,
  isBlock: boolean,
): ConfigTree {
  const [first] = wordsOf(line.text);
  const { remark } = rules;
  const isTop = line.indent === 0;
  let at =
    lines.findLastIndex(({ text }) =>
      !isRemark(text) && wordsOf(text)[0] === first
    ) + 1;
  const between = isTop && isBlock && remark !== undefined
    ? [{ text: remark, indent: 0, lines: [] }]
    : [];
  if (at === 0) {
    at = lines.length;
    while (
      at > 0 && (isRemark(lines[at - 1]!.text) ||
        isTop && /^(?:end|return)$/.test(lines[at - 1]!.text))
    ) at--;
    return lines.toSpliced(at, 0, ...between, line);
  }
  const closed = lines.find(({ close }) => close !== undefined)?.close;
  const whole = isBlock && closed !== undefined && /^exit|^next/.test(closed)
    ? { ...line, close: closed }
    : line;
  return lines.toSpliced(at, 0, ...between, whole);
}

/**
 * What was between two parts is there once when one of them has gone.
 *
 * @param lines The lines that are left.
 */
export function tidy(lines: ConfigTree): ConfigTree {
  return lines.filter(({ text }, i) =>
    !/^[!#]?$/.test(text) || lines[i - 1]?.text !== text
  );
}
