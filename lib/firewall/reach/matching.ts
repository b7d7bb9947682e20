/**
 * The packets that a match means, and the ways that maps lead to.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type {
  Element,
  Expression,
  Mapping,
  SetReference,
  Value,
  Verdict,
} from "../model/expression.ts";
import type { Table } from "../model/ruleset.ts";
import type { Match } from "../model/statement.ts";
import {
  isConcat,
  isConstant,
  isMapLookup,
  type Span,
  spanOf,
} from "../simulate/constants.ts";
import { namedTypes } from "../simulate/named_set.ts";
import { formatStatement } from "../text/format.ts";
import { bitsOf, compare, ends, type Reading, type Sets } from "./comparing.ts";
import { ALL, type Interval, NONE, type PacketSet } from "./diagram.ts";
import { Reader, type Stage } from "./reading.ts";
import type { Space } from "./space.ts";

/** One of the ways that a map leads to. */
export interface Case<T> {
  readonly sets: Sets;
  readonly value: T;
}

/** What a value may be: all between two numbers; nothing: nobody knows. */
export type Known = Interval | undefined;

/** Which sets rules change, by table. */
export type Written = ReadonlyMap<Table, ReadonlySet<string>>;

/** Finds the sets and maps that rules add to, or take from. */
export function writtenSets(tables: readonly Table[]): Written {
  return new Map(tables.map((table) => [
    table,
    new Set(
      table.chains.flatMap(({ rules }) =>
        rules.flatMap(({ statements }) =>
          statements.flatMap((statement) =>
            "set" in statement
              ? [statement.set.set.slice(1)]
              : "map" in statement
              ? [statement.map.map.slice(1)]
              : []
          )
        )
      ),
    ),
  ]));
}

const EITHER: Sets = { may: ALL, must: NONE };

const isElement = (value: unknown): value is Element =>
  typeof value === "object" && value !== null && "elem" in value;

/** Finds what rules mean, at one stage. */
export class Matcher {
  readonly #reader: Reader;
  readonly #matches = new Map<Match["match"], Sets>();
  readonly #members = new Map<string, Sets>();

  constructor(
    readonly space: Space,
    readonly stage: Stage,
    readonly written: Written,
    /** Whether sets that are empty now stay so. */
    readonly isFinal = true,
  ) {
    this.#reader = new Reader(space, stage);
  }

  /** The packets for which a match holds. */
  match(table: Table, match: Match["match"]): Sets {
    let made = this.#matches.get(match);
    if (made === undefined) {
      made = this.#match(table, match);
      this.#matches.set(match, made);
    }
    return made;
  }

  #match(table: Table, match: Match["match"]): Sets {
    const { op, left, right } = match;
    const { diagram } = this.space;
    const parts = partsOf(left);
    if (isByChance(left)) return EITHER;
    const readings = parts.map((part) => this.#reader.read(part, table.family));
    const isReference = typeof right === "string" && right.startsWith("@");
    if (
      !readings.every((reading) => reading !== undefined) ||
      typeof right === "boolean" ||
      !(isReference || isConstantRight(right))
    ) {
      if (isReference && this.#mayChange(table, right.slice(1))) return EITHER;
      return this.#condition(table, match);
    }
    const isNegated = op === "!=";
    let sets: Sets;
    if (isReference) {
      sets = this.#members_of(table, readings, right.slice(1) as string);
    } else if (typeof right === "object" && "set" in right) {
      sets = this.#elements(
        readings,
        readings.map(({ type }) => type),
        right.set as readonly (Value | Element)[],
      );
    } else if (readings.length === 1) {
      const [reading] = readings;
      return compare(this.space, reading!, op, [
        spanOf(reading!.type, right as Expression),
      ]);
    } else {
      sets = this.#elements(
        readings,
        readings.map(({ type }) => type),
        [right as Value],
      );
    }
    // An element for all the rest makes no difference between == and !=.
    if (!isNegated || "isAll" in sets) return sets;
    const guard = this.#guard(readings);
    return {
      may: diagram.minus(guard, sets.must),
      must: diagram.minus(guard, sets.may),
    };
  }

  #guard(readings: readonly Reading[]): PacketSet {
    return readings.reduce(
      (set, { guard }) => this.space.diagram.and(set, guard),
      ALL,
    );
  }

  /** What holds or does not, and no field of the packet says which. */
  #condition(table: Table, match: Match["match"]): Sets {
    const { diagram } = this.space;
    const { op, left, right } = match;
    let isInverse = false;
    let asked = match;
    if (typeof right === "boolean") {
      isInverse = right === (op === "!=");
      asked = { op: "==", left, right: true };
    }
    const text = formatStatement({ match: asked }, table.family);
    const holds = this.space.condition(
      text.includes("@")
        ? `${text} (table ${table.family} ${table.name})`
        : text,
    );
    const set = isInverse ? diagram.not(holds) : holds;
    return { may: set, must: set };
  }

  /** Whether a set's elements come and go. */
  #mayChange(table: Table, name: string): boolean {
    const set = named(table, name);
    return set === undefined ||
      !this.isFinal && set.elements.length === 0 ||
      this.written.get(table)?.has(name) === true ||
      set.timeout !== undefined ||
      (set.flags?.some((flag) => flag === "dynamic" || flag === "timeout") ??
        false);
  }

  #members_of(table: Table, readings: readonly Reading[], name: string): Sets {
    const guard = this.#guard(readings);
    if (this.#mayChange(table, name)) return { may: guard, must: NONE };
    const set = named(table, name)!;
    const key = JSON.stringify([
      ...[table.family, table.name, name],
      ...readings.map(({ dimension, bits, fixed, guard }) => [
        ...[dimension?.level, bits, fixed, guard],
      ]),
    ]);
    let made = this.#members.get(key);
    if (made === undefined) {
      const elements = "map" in set
        ? set.elements.map(([key]) => key)
        : set.elements;
      const isCounted = set.stateful?.some((statement) =>
        !("counter" in statement)
      );
      made = this.#elements(readings, namedTypes(set.type), elements);
      if (isCounted) made = { may: made.may, must: NONE };
      this.#members.set(key, made);
    }
    return made;
  }

  /** The packets whose key is one of the elements. */
  #elements(
    readings: readonly Reading[],
    types: readonly DataType[],
    elements: readonly (Value | Element)[],
  ): Sets & { readonly isAll?: true } {
    const { diagram } = this.space;
    const guard = this.#guard(readings);
    const spans: Span[] = [];
    const sets: Sets[] = [];
    for (const element of elements) {
      const value = isElement(element) ? element.elem.val : element;
      if (value === "*") return { may: guard, must: guard, isAll: true };
      if (readings.length === 1 && !isLimited(element)) {
        spans.push(spanOf(types[0]!, value));
      } else sets.push(this.#key(readings, types, element));
    }
    if (spans.length > 0) {
      sets.push(compare(this.space, readings[0]!, "==", spans));
    }
    return {
      may: diagram.and(guard, diagram.union(sets.map(({ may }) => may))),
      must: diagram.and(guard, diagram.union(sets.map(({ must }) => must))),
    };
  }

  /** The packets whose key is an element. */
  #key(
    readings: readonly (Reading | undefined)[],
    types: readonly (DataType | undefined)[],
    element: Value | Element,
  ): Sets {
    const { diagram } = this.space;
    const value = isElement(element) ? element.elem.val : element as Value;
    const parts = partsOf(value);
    let may: PacketSet = ALL;
    let must: PacketSet = isLimited(element) ? NONE : ALL;
    readings.forEach((reading, i) => {
      const part = parts[i];
      if (reading === undefined || part === undefined) {
        must = NONE;
        return;
      }
      const type = types[i] ?? reading.type;
      const sets = compare(this.space, reading, "==", [spanOf(type, part)]);
      may = diagram.and(may, sets.may);
      must = diagram.and(must, sets.must);
    });
    return { may, must };
  }

  /**
   * The ways that a map leads to.
   *
   * @param table Where the rule stands.
   * @param key What is looked up.
   * @param data The map.
   * @returns Each way, with its packets; packets of none are in no set.
   */
  cases(
    table: Table,
    key: Expression,
    data: { readonly set: readonly Mapping[] } | SetReference,
  ): Case<Value | Verdict>[] {
    const { diagram } = this.space;
    const readings = partsOf(key).map((part) =>
      this.#reader.read(part, table.family)
    );
    const name = typeof data === "string" ? data.slice(1) : undefined;
    const map = name === undefined
      ? undefined
      : table.maps.find((map) => map.name === name);
    const mappings = typeof data === "string" ? map?.elements ?? [] : data.set;
    const types = map === undefined
      ? readings.map((reading) => reading?.type)
      : namedTypes(map.type);
    const isVague = name !== undefined && this.#mayChange(table, name);
    const guard = this.#guard(readings.filter((row) => row !== undefined));
    const cases: Case<Value | Verdict>[] = [];
    if (isVague && mappings.length === 0) {
      // Whatever it will say: the packets come by here.
      const sets = { may: guard, must: NONE };
      return [{ sets, value: { continue: null } }];
    }
    let otherwise: Value | Verdict | undefined;
    const rest = { may: guard, must: guard };
    for (const [element, value] of mappings) {
      if ((isElement(element) ? element.elem.val : element) === "*") {
        otherwise = value;
        continue;
      }
      const { may, must } = this.#key(readings, types, element);
      cases.push({ sets: { may, must: isVague ? NONE : must }, value });
    }
    if (otherwise !== undefined) {
      rest.may = diagram.minus(
        guard,
        diagram.union(cases.map(({ sets }) => sets.must)),
      );
      rest.must = diagram.minus(
        guard,
        diagram.union(cases.map(({ sets }) => sets.may)),
      );
      cases.push({ sets: rest, value: otherwise });
    }
    return cases;
  }

  /**
   * What a value that a rule sets may be.
   *
   * @param table Where the rule stands.
   * @param value The value.
   * @param type Its type.
   * @returns Each possibility, with its packets.
   */
  values(table: Table, value: Expression, type: DataType): Case<Known[]>[] {
    const everything: Sets = { may: ALL, must: ALL };
    const isWide = (type.bits ?? 32) > 48;
    if (isConstant(value)) {
      return [{
        sets: everything,
        value: [ends(spanOf(type, value), isWide)],
      }];
    }
    if (isMapLookup(value)) {
      const { key, data } = value.map;
      return this.cases(table, key, data).map(({ sets, value }) => ({
        sets,
        value: partsOf(value as Value).map((part, i) => {
          const of = i === 0 ? type : dataType("inet_service");
          return ends(spanOf(of, part), (of.bits ?? 32) > 48);
        }),
      }));
    }
    return [{ sets: everything, value: [undefined] }];
  }

  /** The bits of a value that is made of what can be read; nothing where it is not. */
  bits(table: Table, value: Expression): readonly PacketSet[] | undefined {
    const reading = this.#reader.read(value, table.family);
    return reading && bitsOf(this.space, reading);
  }

  /** What is read, as it stands. */
  read(table: Table, value: Expression): Reading | undefined {
    return this.#reader.read(value, table.family);
  }
}

/** The parts of a concatenation, or the one that is none. */
export const partsOf = (value: Expression): readonly Expression[] =>
  isConcat(value) ? value.concat : [value];

const named = (table: Table, name: string) =>
  table.sets.find((set) => set.name === name) ??
    table.maps.find((map) => map.name === name);

function isConstantRight(right: unknown): boolean {
  if (
    typeof right === "object" && right !== null && !Array.isArray(right)
  ) {
    if ("set" in right) return true;
    if ("concat" in right) {
      return (right.concat as Expression[]).every(isConstant);
    }
  }
  return isConstant(right as Expression);
}

/** Whether an element that is found may yet say no. */
const isLimited = (element: Value | Element) =>
  isElement(element) &&
  (["limit", "quota", "ct count", "timeout", "expires"] as const).some((name) =>
    element.elem[name] !== undefined
  );

/** Whether another look at the same packet may see something else. */
function isByChance(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(isByChance);
  if ("numgen" in value) return true;
  if ("meta" in value) {
    return (value.meta as { key?: string }).key === "random";
  }
  return Object.values(value).some(isByChance);
}
