/**
 * Rows of several templates for the same text, joined as clitable joins them.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import type { TextFsmCell, TextFsmRow } from "./row.ts";
import type { TextFsm } from "./textfsm.ts";

/**
 * Takes a text apart by several templates. The first gives the rows; each
 * other one adds its columns to the rows that agree with one of its own in all
 * values marked `Key` in the first template that has any. Without keys, the
 * rows are joined in their order.
 *
 * @param templates The templates.
 * @param text What the device printed.
 * @returns The rows of the first, with the columns of all.
 * @throws {NetError} `"template-keys"` if a template lacks a key.
 * @throws {TextFsmError} Where a rule says Error.
 */
export function parseJoined(
  templates: readonly TextFsm[],
  text: string,
): TextFsmRow[] {
  const [first, ...others] = templates;
  if (first === undefined) return [];
  const rows = first.parse(text);
  const columns = keysOf(first, false);
  let keys = keysOf(first, true);
  for (const template of others) {
    if (keys.length === 0) keys = keysOf(template, true);
    const own = keysOf(template, false);
    const added = own.filter((name) => !columns.includes(name));
    if (added.length === 0) continue;
    const lacking = keys.find((key) =>
      !columns.includes(key) || !own.includes(key)
    );
    if (lacking !== undefined) {
      throw new NetError(
        `one of them has no value ${lacking}, which is a key`,
        {
          code: "template-keys",
          op: "join the rows of templates",
          hint: "mark the same values as Key in all of them",
        },
      );
    }
    const theirs = template.parse(text);
    for (const [i, row] of rows.entries()) {
      const match = keys.length === 0
        ? theirs[i]
        : theirs.find((their) =>
          keys.every((key) => same(row[key], their[key]))
        );
      for (const name of added) row[name] = match?.[name] ?? "";
    }
    columns.push(...added);
  }
  return rows;
}

function keysOf(template: TextFsm, marked: boolean): string[] {
  return template.values
    .map(({ options }, i) => ({ key: template.keys[i] as string, options }))
    .filter(({ options }) => !marked || options.includes("Key"))
    .map(({ key }) => key);
}

function same(a: TextFsmCell | undefined, b: TextFsmCell | undefined): boolean {
  return a === b ||
    (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
}
