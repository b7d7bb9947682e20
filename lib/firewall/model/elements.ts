/**
 * The elements of sets and maps: canonical, in order, and neighbours made one
 * where that changes nothing.
 *
 * @module
 */

import { type DataType, numberOf } from "./data_types.ts";
import type { Concat, Element, Mapping, Value } from "./expression.ts";
import { canonicalValue, endsOf, type LooseValue, spanOf } from "./value.ts";

/** An element on its way to its place. */
interface Entry<T> {
  readonly value: Value;
  readonly element: T;
  /** The ends of a value with numbers, of each part. */
  readonly ends: readonly End[];
  /** Carries nothing beside its value. */
  readonly plain: boolean;
}

type End = number | bigint | string;

const isElement = (value: unknown): value is Element =>
  typeof value === "object" && value !== null && "elem" in value;

/** The value of an element. */
export const valueOf = (element: Value | Element): Value =>
  isElement(element) ? element.elem.val as Value : element;

/**
 * Makes the elements of a set canonical and puts them in order.
 *
 * @param types The data types of a key.
 * @param elements The elements.
 * @param options `merge`: neighbours and overlaps become one.
 * @returns The elements.
 * @throws {ParseError | RangeError | TypeError} If one is no such value.
 */
export function canonicalElements(
  types: readonly DataType[],
  elements: readonly (Value | Element)[],
  options: { readonly merge: boolean },
): readonly (Value | Element)[] {
  if (types.length === 0) return elements;
  const entries = elements.map((given) => {
    const element = canonicalElement(types, given);
    return entry(types, valueOf(element), element, !isElement(element));
  });
  const sorted = inOrder(entries);
  const [type] = types;
  if (
    options.merge && types.length === 1 &&
    sorted.every(({ ends }) => typeof ends[0] !== "string")
  ) return merged(type!, sorted);
  return sorted.map(({ element }) => element);
}

/**
 * Makes the pairs of a map canonical and puts them in order.
 *
 * @param types The data types of a key.
 * @param mappings The pairs.
 * @param makeValue Makes what a key stands for canonical.
 * @returns The pairs.
 * @throws {ParseError | RangeError | TypeError} If a key is no such value.
 */
export function canonicalMappings(
  types: readonly DataType[],
  mappings: readonly Mapping[],
  makeValue: (value: Mapping[1]) => Mapping[1],
): readonly Mapping[] {
  const entries = mappings.map(([key, value]) => {
    const made = types.length ? canonicalElement(types, key) : key;
    return entry(
      types,
      valueOf(made),
      [made, makeValue(value)] as const,
      false,
    );
  });
  return (types.length ? inOrder(entries) : entries).map(({ element }) =>
    element
  );
}

function canonicalElement(
  types: readonly DataType[],
  given: Value | Element,
): Value | Element {
  if (!isElement(given)) {
    return given === "*" ? given : canonicalValue(types, given as LooseValue);
  }
  const { val, ...rest } = given.elem;
  const made = val === "*" ? val : canonicalValue(types, val as LooseValue);
  const kept = Object.entries(rest).filter(([, value]) => value !== undefined);
  return kept.length
    ? { elem: { val: made, ...Object.fromEntries(kept) } }
    : made;
}

function entry<T>(
  types: readonly DataType[],
  value: Value,
  element: T,
  plain: boolean,
): Entry<T> {
  return { value, element, plain, ends: endsOfKey(types, value) };
}

function endsOfKey(types: readonly DataType[], value: Value): readonly End[] {
  if (value === "*") return [];
  if (types.length === 1) return endsOfPart(types[0]!, value);
  if (typeof value !== "object" || Array.isArray(value)) return [];
  if (!("concat" in value)) return [];
  return (value as Concat).concat.flatMap((part, i) =>
    endsOfPart(types[i]!, part as Value)
  );
}

function endsOfPart(type: DataType, value: Value): readonly End[] {
  if (type.kind === "string") return [value as string];
  if (typeof value === "boolean") return [value ? 1 : 0];
  if (type.kind === "named" && typeof value === "string") return [value];
  if (Array.isArray(value)) return [numberOf(type, value as readonly string[])];
  return endsOf(type, value);
}

function compareEnds(a: readonly End[], b: readonly End[]): number {
  // The one for all the rest comes last.
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (typeof x !== typeof y) {
      if (typeof x === "string") return 1;
      if (typeof y === "string") return -1;
    }
    if (x < y) return -1;
    if (x > y) return 1;
  }
  return a.length - b.length;
}

/** In order, and none twice. */
function inOrder<T>(entries: readonly Entry<T>[]): readonly Entry<T>[] {
  const sorted = entries.toSorted((a, b) => compareEnds(a.ends, b.ends));
  return sorted.filter((now, i) => {
    const before = sorted[i - 1];
    return before === undefined || compareEnds(before.ends, now.ends) !== 0 ||
      now.ends.length === 0 && before.ends.length !== 0;
  });
}

function merged(
  type: DataType,
  sorted: readonly Entry<Value | Element>[],
): readonly (Value | Element)[] {
  const made: (Value | Element)[] = [];
  let low: number | bigint | undefined;
  let high: number | bigint = 0;
  const flush = () => {
    if (low !== undefined) made.push(spanOf(type, low, high));
    low = undefined;
  };
  for (const { element, ends, plain } of sorted) {
    if (!plain || ends.length === 0) {
      flush();
      made.push(element);
      continue;
    }
    const [first, last = first] = ends as readonly (number | bigint)[];
    if (low !== undefined && first! <= next(high)) {
      if (last! > high) high = last!;
    } else {
      flush();
      low = first!;
      high = last!;
    }
  }
  flush();
  return made;
}

const next = (number: number | bigint) =>
  typeof number === "bigint" ? number + 1n : number + 1;
