/**
 * Sets whose elements stay: the quickest way to find a key's element, by what
 * the elements are.
 *
 * @module
 */

import { compareTerms, isSingle, type Span } from "./constants.ts";
import type { Part } from "./dynamic_set.ts";

/** Finds the place of a key's element; -1 if there is none. */
export type Finder = (...key: never[]) => number;

/** One element: a span for each part of the key. */
export type Row = readonly Span[];

type Nested = Map<Part, Nested | number>;

/** Makes the finder for some elements. */
export function finder(rows: readonly Row[], bits: readonly number[]): Finder {
  if (rows.length === 0) return () => -1;
  const isText = rows[0]!.some(({ text }) => text !== undefined);
  if (bits.length > 1) {
    return rows.every((row) => row.every(isSingle))
      ? exact(rows)
      : cross(rows) as Finder;
  }
  if (isText) return texts(rows) as Finder;
  if (bits[0]! <= 16 && rows.length > 2) {
    return direct(rows, bits[0]!) as Finder;
  }
  if (rows.every(([span]) => isSingle(span!))) return exact(rows);
  return rows[0]![0]!.first.length === 1
    ? numbers(rows) as Finder
    : words(rows) as Finder;
}

/** A table of all values: ports, protocols. */
function direct(rows: readonly Row[], bits: number): (key: number) => number {
  const size = 2 ** bits;
  const places = new Int32Array(size).fill(-1);
  rows.forEach(([span], place) => {
    const { first, last } = span!;
    places.fill(place, first[0]!, Math.min(size, last[0]! + 1));
  });
  return (key) => places[key]!;
}

/** Rows in order, neighbours that overlap made one. */
function sorted(rows: readonly Row[]): { span: Span; place: number }[] {
  const all = rows.map(([span], place) => ({ span: span!, place }))
    .sort((a, b) => compareTerms(a.span.first, b.span.first));
  const kept: { span: Span; place: number }[] = [];
  for (const row of all) {
    const before = kept.at(-1);
    if (
      before === undefined ||
      compareTerms(row.span.first, before.span.last) > 0
    ) kept.push(row);
    else if (compareTerms(row.span.last, before.span.last) > 0) {
      kept[kept.length - 1] = {
        ...before,
        span: { first: before.span.first, last: row.span.last },
      };
    }
  }
  return kept;
}

/** Intervals of numbers, halved until one is left. */
function numbers(rows: readonly Row[]): (key: number) => number {
  const kept = sorted(rows);
  const firsts = Float64Array.from(kept, ({ span }) => span.first[0]!);
  const lasts = Float64Array.from(kept, ({ span }) => span.last[0]!);
  const places = Int32Array.from(kept, ({ place }) => place);
  const size = kept.length;
  return (key) => {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = low + high >>> 1;
      if (firsts[middle]! <= key) low = middle + 1;
      else high = middle;
    }
    return low > 0 && key <= lasts[low - 1]! ? places[low - 1]! : -1;
  };
}

/** The same of wide numbers. */
function words(rows: readonly Row[]): (...key: number[]) => number {
  const kept = sorted(rows);
  const width = kept[0]!.span.first.length;
  const firsts = Uint32Array.from(kept.flatMap(({ span }) => span.first));
  const lasts = Uint32Array.from(kept.flatMap(({ span }) => span.last));
  const places = Int32Array.from(kept, ({ place }) => place);
  const size = kept.length;
  return (...key) => {
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = low + high >>> 1;
      if (order(firsts, middle * width, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return low > 0 && order(lasts, (low - 1) * width, key) >= 0
      ? places[low - 1]!
      : -1;
  };
}

function order(from: Uint32Array, at: number, key: readonly number[]): number {
  for (let i = 0; i < key.length; i++) {
    const difference = from[at + i]! - key[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Names, and beginnings of names: the longest counts. */
function texts(rows: readonly Row[]): (key: string) => number {
  const whole = new Map<string, number>();
  const begun: [string, number][] = [];
  rows.forEach(([span], place) => {
    const { text, isPrefix } = span!;
    if (isPrefix) begun.push([text!, place]);
    else whole.set(text!, place);
  });
  begun.sort(([a], [b]) => b.length - a.length);
  return (key) =>
    whole.get(key) ??
      begun.find(([text]) => key.startsWith(text))?.[1] ?? -1;
}

const termsOf = (row: Row): Part[] =>
  row.flatMap(({ text, first }): readonly Part[] =>
    text === undefined ? first : [text]
  );

/** Single values: maps within maps, one for each term. */
function exact(rows: readonly Row[]): Finder {
  const root: Nested = new Map();
  rows.forEach((row, place) => {
    const terms = termsOf(row);
    let at = root;
    for (const term of terms.slice(0, -1)) {
      let next = at.get(term) as Nested | undefined;
      if (next === undefined) at.set(term, next = new Map());
      at = next;
    }
    at.set(terms.at(-1)!, place);
  });
  const width = termsOf(rows[0]!).length;
  if (width === 1) {
    const flat = root as Map<Part, number>;
    return ((key: Part) => flat.get(key) ?? -1) as Finder;
  }
  if (width === 2) {
    const two = root as Map<Part, Map<Part, number>>;
    return ((a: Part, b: Part) => two.get(a)?.get(b) ?? -1) as Finder;
  }
  return ((...key: Part[]) => {
    let at: Nested | number | undefined = root;
    for (let i = 0; i < key.length; i++) {
      at = (at as Nested).get(key[i]!);
      if (at === undefined) return -1;
    }
    return at as number;
  }) as Finder;
}

/** Intervals side by side: row by row. */
function cross(rows: readonly Row[]): (...key: Part[]) => number {
  return (...key) => {
    search: for (let place = 0; place < rows.length; place++) {
      let at = 0;
      for (const { first, last, text, isPrefix } of rows[place]!) {
        if (text !== undefined) {
          const term = key[at++] as string;
          if (isPrefix ? !term.startsWith(text) : term !== text) {
            continue search;
          }
          continue;
        }
        const width = first.length;
        let low = 0;
        let high = 0;
        for (let i = 0; i < width && (low === 0 || high === 0); i++) {
          const term = key[at + i] as number;
          if (low === 0) low = term - first[i]!;
          if (high === 0) high = last[i]! - term;
        }
        if (low < 0 || high < 0) continue search;
        at += width;
      }
      return place;
    }
    return -1;
  };
}
