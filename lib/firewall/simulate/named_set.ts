/**
 * The named sets and maps of a ruleset, and those that stand in rules, made
 * ready to be asked.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type {
  Element,
  Expression,
  Mapping,
  Value,
  Verdict,
} from "../model/expression.ts";
import type { NamedMap, NamedSet } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { isConcat, type Span, spanOf } from "./constants.ts";
import { DynamicSet, type Entry, type Part } from "./dynamic_set.ts";
import { counting } from "./limit.ts";
import { type Finder, finder, type Row } from "./static_set.ts";
import type { Transit } from "./transit.ts";

/** An element as a set has it. */
export interface Member {
  /** None: it stands for all keys that no other element is. */
  readonly row: Row | undefined;
  readonly data: unknown;
  readonly element: Element["elem"] | undefined;
}

/** A set that can be asked. */
export interface Lookup {
  readonly types: readonly DataType[];
  readonly members: readonly Member[];
  readonly find: Finder;
  /** The place of the element for all other keys; -1 if there is none. */
  readonly otherwise: number;
  /** Whether elements count or go by themselves. */
  readonly isKept: boolean;
  /** Rules change it: its number in the simulator's state. */
  readonly dynamic: number;
  /** The first of its elements' slots in the simulator's state. */
  readonly slot: number;
  readonly set: NamedSet | NamedMap | undefined;
}

/** Where elements of sets are written. */
function rowOf(types: readonly DataType[], value: Expression): Row | undefined {
  if (value === "*" && types.length === 1) return undefined;
  const parts = isConcat(value) ? value.concat : [value];
  return parts.map((part, i): Span => spanOf(types[i]!, part));
}

const memberOf = (
  types: readonly DataType[],
  key: Value | Element,
  data: unknown,
): Member => {
  const element = typeof key === "object" && "elem" in key
    ? key.elem
    : undefined;
  const value = element?.val ?? key as Value;
  return { row: rowOf(types, value), data, element };
};

/** Makes a set ready. */
export function lookup(
  types: readonly DataType[],
  elements: readonly (Value | Element | Mapping)[],
  convert: ((data: Value | Verdict) => unknown) | undefined,
  set: NamedSet | NamedMap | undefined,
  dynamic: number,
  slot: number,
): Lookup {
  const members = elements.map((element) =>
    convert !== undefined
      ? memberOf(
        types,
        (element as Mapping)[0],
        convert((element as Mapping)[1]),
      )
      : memberOf(types, element as Value | Element, undefined)
  );
  const places: number[] = [];
  const rows: Row[] = [];
  members.forEach(({ row }, place) => {
    if (row === undefined) return;
    rows.push(row);
    places.push(place);
  });
  const found = finder(rows, types.map(({ bits }) => bits ?? 32)) as (
    ...key: Part[]
  ) => number;
  const isWhole = rows.length === members.length;
  return {
    types,
    members,
    find: isWhole
      ? found as Finder
      : ((...key: Part[]) => places[found(...key)] ?? -1) as Finder,
    otherwise: members.findIndex(({ row }) => row === undefined),
    isKept: set !== undefined && (set.timeout !== undefined ||
          (set.stateful?.length ?? 0) > 0) ||
      members.some(({ element }) =>
        element !== undefined &&
        ([
          "timeout",
          "expires",
          "counter",
          "limit",
          "quota",
          "ct count",
        ] as const)
          .some((name) => element[name] !== undefined)
      ),
    dynamic,
    slot,
    set,
  };
}

/** Types by name; those without a width are as wide as their numbers need. */
export const namedTypes = (names: readonly string[]): readonly DataType[] =>
  names.map(dataType);

const STATEFUL = ["counter", "limit", "quota", "ct count"] as const;

/** What stands with an element, from itself or from its set. */
function standing(
  set: Lookup["set"],
  element: Element["elem"] | undefined,
  now: number,
) {
  const own = STATEFUL.filter((name) => element?.[name] !== undefined)
    .map((name) => ({ [name]: element![name] }));
  const statements: readonly object[] = own.length > 0
    ? own
    : set?.stateful ?? [];
  return statements.flatMap((statement) => counting(statement, now) ?? []);
}

/** Whether an element that was found is still there, and lets the rule go on. */
export function isAlive(p: Transit, from: Lookup, place: number): boolean {
  const { slots, start } = p.state;
  const slot = from.slot + place;
  let kept = slots[slot] as Entry | undefined;
  if (kept === undefined) {
    kept = entryOf(from, place, start, []);
    slots[slot] = kept;
  }
  return kept.expires > p.now;
}

/** Lets an element's statements count; false: the rule ends. */
export function passes(p: Transit, from: Lookup, place: number): boolean {
  const kept = p.state.slots[from.slot + place] as Entry | undefined;
  for (const counting of kept?.counting ?? []) {
    if (!counting.pass(p)) return false;
  }
  return true;
}

function entryOf(
  { set, members }: Lookup,
  place: number,
  start: number,
  key: readonly Part[],
): Entry {
  const { element, data } = members[place]!;
  const timeout = (element?.timeout ?? set?.timeout ?? 0) * 1000;
  const left = element?.expires === undefined
    ? timeout
    : element.expires * 1000;
  return {
    key,
    data,
    timeout,
    expires: timeout === 0 ? Infinity : start + left,
    counting: standing(set, element, start),
  };
}

const MOST = 65535;

/** The state of a set that rules change. */
export function dynamicSet(p: Transit, from: Lookup): DynamicSet {
  const { sets, start } = p.state;
  let made = sets[from.dynamic];
  if (made === undefined) {
    made = new DynamicSet(
      from.set?.size ?? MOST,
      (from.set?.gcInterval ?? 1) * 1000,
    );
    from.members.forEach(({ row }, place) => {
      if (row === undefined) return;
      const key = row.flatMap(({ text, first }): readonly Part[] =>
        text === undefined ? first : [text]
      );
      made!.add(entryOf(from, place, start, key), p.now);
    });
    sets[from.dynamic] = made;
  }
  return made;
}

/** Adds an element from the packet's path; false: the rule ends. */
export function update(
  p: Transit,
  from: Lookup,
  op: "add" | "update" | "delete",
  key: readonly Part[],
  data: unknown,
  timeoutSeconds: number | undefined,
  statements: readonly Statement[],
): boolean {
  const set = dynamicSet(p, from);
  if (op === "delete") {
    set.delete(key);
    return true;
  }
  const timeout = (timeoutSeconds ?? from.set?.timeout ?? 0) * 1000;
  let entry = set.find(key, p.now);
  if (entry === undefined) {
    const own = statements.length > 0 ? statements : from.set?.stateful ?? [];
    entry = {
      key,
      data,
      timeout,
      expires: timeout === 0 ? Infinity : p.now + timeout,
      counting: own.flatMap((statement) => counting(statement, p.now) ?? []),
    };
    if (!set.add(entry, p.now)) return false;
  } else if (op === "update" && entry.timeout !== 0) {
    entry.expires = p.now + (timeout || entry.timeout);
  }
  for (const counting of entry.counting) if (!counting.pass(p)) return false;
  return true;
}
