/**
 * Guessing which word was meant.
 *
 * @module
 */

/** Longer text than any word: no guess is worth its cost. */
const LONGEST = 40;

/**
 * Finds the word that is least far from another: letters put in, taken out,
 * changed, or swapped with their neighbour (Damerau and Levenshtein).
 *
 * @param text What was written.
 * @param words What may have been meant.
 * @returns The nearest word; `undefined` if more than a third of the letters,
 * and more than one, would have to change.
 *
 * @example
 * ```ts
 * import { nearestWord } from "./nearest.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(nearestWord("prot", ["host", "port"]), "port");
 * assert.equal(nearestWord("colour", ["host", "port"]), undefined);
 * ```
 */
export function nearestWord(
  text: string,
  words: Iterable<string>,
): string | undefined {
  if (text.length > LONGEST) return undefined;
  const wanted = text.toLowerCase();
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const word of words) {
    const far = distance(wanted, word.toLowerCase());
    if (far < least) [nearest, least] = [word, far];
  }
  return nearest;
}

function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const change = row[j]! + (a[i] === b[j] ? 0 : 1);
      let best = Math.min(change, row[j + 1]! + 1, next[j]! + 1);
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      if (swapped) best = Math.min(best, before[j - 1]! + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
