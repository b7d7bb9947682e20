/**
 * The known word that a misspelt one is nearest to.
 *
 * @module
 */

/**
 * The known word that a misspelt one is nearest to, if one is near.
 *
 * @param word What was typed.
 * @param known What there is.
 */
export function nearest(
  word: string,
  known: readonly string[],
): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: distance(word.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= Math.max(1, word.length / 2)
    ? best.name
    : undefined;
}

/** Levenshtein's distance: single letters put in, taken out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(
        row[j]! + 1,
        next[j - 1]! + 1,
        row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    }
    row = next;
  }
  return row[b.length]!;
}
