/**
 * Priorities by name.
 *
 * @see nft(8), CHAINS
 *
 * @module
 */

import type { Family } from "../model/ruleset.ts";
import { priorityNames } from "../text/priorities.ts";

/**
 * Reads a priority.
 *
 * @param family The table's family.
 * @param priority A number, or a name with what is added: `"dstnat - 5"`.
 * @returns The number.
 * @throws {TypeError} If the family has no such name.
 */
export function priorityOf(
  family: Family,
  priority: number | string,
): number {
  if (typeof priority === "number" && Number.isInteger(priority)) {
    return priority;
  }
  const parts = /^(-?\d+|[a-z]+)(?: ?([+-]) ?(\d+))?$/.exec(`${priority}`);
  const names = priorityNames(family);
  const [, word = "", sign, more = "0"] = parts ?? [];
  const from = /^-?\d+$/.test(word) ? Number(word) : names.get(word);
  if (from === undefined) {
    throw new TypeError(
      `Cannot make a chain as 'priority' must be a number or one of ${
        [...names.keys()].join(", ")
      }: current value is ${priority}`,
    );
  }
  return sign === "-" ? from - Number(more) : from + Number(more);
}
