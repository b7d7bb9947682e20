/**
 * Guessing which name was meant.
 *
 * @module
 */

import { nearestWord } from "../../nearest.ts";

/**
 * Finds which of many names was meant, comparing only those of like length.
 *
 * @param wrong What was written.
 * @param names What there is.
 * @returns The nearest name, or `undefined` if none is near.
 */
export function nearestName(
  wrong: string,
  names: Iterable<string>,
): string | undefined {
  const lower = wrong.toLowerCase();
  const most = Math.max(1, Math.floor(wrong.length / 3));
  const likely: string[] = [];
  for (const name of names) {
    if (name.toLowerCase() === lower) return name;
    if (Math.abs(name.length - wrong.length) <= most) likely.push(name);
  }
  return nearestWord(wrong, likely);
}
