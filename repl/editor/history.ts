/**
 * Walking and searching through earlier entries: pure models.
 *
 * @module
 */

/** Where the editor gets earlier entries from, and puts new ones. */
export interface History {
  /** Earlier entries, the oldest first. */
  readonly entries: readonly string[];
  /** Takes an entry that was submitted. */
  add(text: string): void;
}

/**
 * A walk through the entries. What the user changed on the way stays changed
 * until the walk is over; the unfinished line is the change at the very end.
 */
export interface Recall {
  readonly entries: readonly string[];
  /** The entry shown; `entries.length` for the unfinished line. */
  readonly index: number;
  /** What the entries shown begin with. */
  readonly prefix: string;
  /** Texts that differ from the entries, by index. */
  readonly changes: ReadonlyMap<number, string>;
}

/** A walk that has not begun: at the unfinished line. */
export function recallOf(entries: readonly string[]): Recall {
  return { entries, index: entries.length, prefix: "", changes: new Map() };
}

/** The text that a walk has come to. */
export function recalled(recall: Recall): string {
  const { entries, index, changes } = recall;
  return changes.get(index) ?? entries[index] ?? "";
}

/**
 * Goes on to the next entry that begins as the unfinished line did.
 *
 * @param recall The walk.
 * @param text What is being edited now; it is kept.
 * @param step -1 for older, 1 for newer.
 * @returns The walk at another text, or `undefined` if there is none.
 */
export function walk(
  recall: Recall,
  text: string,
  step: -1 | 1,
): Recall | undefined {
  const { entries, index } = recall;
  const prefix = index === entries.length ? text : recall.prefix;
  const changes = new Map(recall.changes).set(index, text);
  for (let i = index + step; i >= 0 && i <= entries.length; i += step) {
    const candidate = { entries, index: i, prefix, changes };
    const found = recalled(candidate);
    if (i === entries.length) return candidate;
    if (found !== text && found.startsWith(prefix)) return candidate;
  }
  return undefined;
}

/** Goes to the oldest entry, or back to the unfinished line. */
export function walkToEnd(
  recall: Recall,
  text: string,
  step: -1 | 1,
): Recall {
  const changes = new Map(recall.changes).set(recall.index, text);
  const index = step < 0 ? 0 : recall.entries.length;
  return { ...recall, prefix: "", changes, index };
}

/** An incremental search through the entries. */
export interface Search {
  readonly entries: readonly string[];
  readonly query: string;
  /** The entry found last; `entries.length` before there is one. */
  readonly index: number;
  /** Where in that entry the query is. */
  readonly at: number;
  /** Whether nothing more is found for the query. */
  readonly failing: boolean;
  readonly step: -1 | 1;
  /** What was edited when the search began. */
  readonly draft: { readonly text: string; readonly cursor: number };
}

/** A search that has not found anything yet. */
export function searchOf(
  entries: readonly string[],
  step: -1 | 1,
  draft: Search["draft"],
): Search {
  return {
    entries,
    query: "",
    index: entries.length,
    at: draft.cursor,
    failing: false,
    step,
    draft,
  };
}

/** The text that a search shows: what it found, or what was there before. */
export function searched(search: Search): string {
  return search.entries[search.index] ?? search.draft.text;
}

/** Searches for another query, from the entry that was found. */
export function searchFor(search: Search, query: string): Search {
  return find({ ...search, query }, search.index, search);
}

/** Searches on for the same query, in a direction. */
export function searchOn(search: Search, step: -1 | 1): Search {
  const turned = { ...search, step };
  return find(turned, search.index + step, turned);
}

/** Finds the query at entry `from` or beyond; fails at `fallback`'s entry. */
function find(search: Search, from: number, fallback: Search): Search {
  const { entries, query, step } = search;
  if (query === "") {
    return { ...search, index: fallback.index, failing: false };
  }
  const isExact = /\p{Lu}/u.test(query);
  const shown = entries[search.index];
  for (let i = from; i >= 0 && i <= entries.length; i += step) {
    const entry = entries[i];
    if (entry === undefined || (i !== search.index && entry === shown)) {
      continue;
    }
    const at = (isExact ? entry : entry.toLowerCase()).lastIndexOf(query);
    if (at >= 0) return { ...search, index: i, at, failing: false };
  }
  const { index, at } = fallback;
  return { ...search, index, at, failing: true };
}

/**
 * Makes a hint out of entries: what the newest one with the same beginning
 * goes on with. Made for typing, where each question is a letter longer than
 * the one before: most are answered from the last answer.
 */
export function hinter(
  history: { readonly entries: readonly string[] },
): (text: string) => string | undefined {
  let asked = "";
  let answer: string | undefined;
  let newest: string | undefined;
  return (text) => {
    const { entries } = history;
    const isSame = newest === entries.at(-1) && asked !== "" &&
      text.startsWith(asked);
    const isKnown = isSame &&
      (answer === undefined ||
        (answer.startsWith(text) && answer !== text));
    if (!isKnown) {
      answer = text.trim() === ""
        ? undefined
        : entries.findLast((entry) =>
          entry.length > text.length && entry.startsWith(text)
        );
      asked = text;
      newest = entries.at(-1);
    }
    return answer?.slice(text.length);
  };
}
