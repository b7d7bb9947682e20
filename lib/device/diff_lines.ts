/**
 * Two rows of lines, and what they have in common.
 *
 * @module
 */

/** More comparisons than this are not made: what differs then counts as a whole. */
const MOST = 4_000_000;

/**
 * Finds the longest row of lines that both have, in order.
 *
 * @param before The one.
 * @param after The other.
 * @returns Pairs of places, rising in both.
 */
export function common(
  before: readonly string[],
  after: readonly string[],
): (readonly [before: number, after: number])[] {
  let start = 0;
  let end = 0;
  const least = Math.min(before.length, after.length);
  while (start < least && before[start] === after[start]) start++;
  while (
    end < least - start && before.at(-1 - end) === after.at(-1 - end)
  ) end++;
  const head = Array.from({ length: start }, (_, i) => [i, i] as const);
  const tail = Array.from({ length: end }, (_, i) =>
    [
      before.length - end + i,
      after.length - end + i,
    ] as const);
  const rows = before.length - start - end;
  const columns = after.length - start - end;
  if (rows * columns > MOST) return [...head, ...tail];
  // lengths[r][c]: of the longest row in what follows r and c.
  const width = columns + 1;
  const lengths = new Uint32Array((rows + 1) * width);
  for (let r = rows - 1; r >= 0; r--) {
    for (let c = columns - 1; c >= 0; c--) {
      lengths[r * width + c] = before[start + r] === after[start + c]
        ? lengths[(r + 1) * width + c + 1]! + 1
        : Math.max(lengths[(r + 1) * width + c]!, lengths[r * width + c + 1]!);
    }
  }
  const middle: (readonly [number, number])[] = [];
  for (let r = 0, c = 0; r < rows && c < columns;) {
    if (before[start + r] === after[start + c]) {
      middle.push([start + r++, start + c++]);
    } else if (
      lengths[(r + 1) * width + c]! >= lengths[r * width + c + 1]!
    ) r++;
    else c++;
  }
  return [...head, ...middle, ...tail];
}

/**
 * Writes the difference as `diff -u` does, without the names of files.
 *
 * @param before The lines as they were.
 * @param after The lines as they are.
 * @param context Lines that stay, around those that do not.
 * @returns The lines, none if nothing differs.
 */
export function unifiedLines(
  before: readonly string[],
  after: readonly string[],
  context: number,
): string[] {
  const all: { sign: string; text: string; b: number; a: number }[] = [];
  let b = 0;
  let a = 0;
  const upTo = (nextB: number, nextA: number) => {
    while (b < nextB) all.push({ sign: "-", text: before[b]!, b: b++, a });
    while (a < nextA) all.push({ sign: "+", text: after[a]!, b, a: a++ });
  };
  for (const [nextB, nextA] of common(before, after)) {
    upTo(nextB, nextA);
    all.push({ sign: " ", text: after[a]!, b: b++, a: a++ });
  }
  upTo(before.length, after.length);
  const result: string[] = [];
  for (let at = 0; at < all.length;) {
    const first = all.findIndex(({ sign }, i) => i >= at && sign !== " ");
    if (first < 0) break;
    let last = first;
    for (let i = first; i < all.length && i - last <= 2 * context; i++) {
      if (all[i]!.sign !== " ") last = i;
    }
    const hunk = all.slice(Math.max(at, first - context), last + 1 + context);
    result.push(hunkHead(hunk), ...hunk.map((one) => one.sign + one.text));
    at = last + 1 + context;
  }
  return result;
}

function hunkHead(
  hunk: readonly { sign: string; b: number; a: number }[],
): string {
  const olds = hunk.filter(({ sign }) => sign !== "+").length;
  const news = hunk.filter(({ sign }) => sign !== "-").length;
  const { b, a } = hunk[0]!;
  const range = (start: number, length: number) =>
    `${length === 0 ? start : start + 1}${length === 1 ? "" : `,${length}`}`;
  return `@@ -${range(b, olds)} +${range(a, news)} @@`;
}
