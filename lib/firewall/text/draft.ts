/**
 * A ruleset that commands are at work on.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import type { Element, Mapping, Value } from "../model/expression.ts";
import type {
  Base,
  Chain,
  Family,
  Flowtable,
  NamedMap,
  NamedObject,
  NamedSet,
  Rule,
  SetProperties,
  Table,
} from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import { type DataOf, sortedElements, sortedMappings } from "./sets.ts";

/** Makes fields of a type writable. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

/** A chain on its way. */
export interface ChainDraft {
  name: string;
  base: Base | undefined;
  readonly rules: Rule[];
  comment: string | undefined;
  handle: number | undefined;
}

/** What a set or map is declared as. */
export type SetDeclaration =
  & Draft<Partial<SetProperties>>
  & Draft<Pick<NamedMap, "mapTypeof" | "mapInterval">>;

/** A set or map on its way. */
export interface SetDraft {
  readonly name: string;
  readonly declaration: SetDeclaration;
  /** The types of a key. */
  types: readonly DataType[];
  /** What keys of a map stand for; undefined: it is a set. */
  data: DataOf | undefined;
  /** The names of that, as declared. */
  dataNames: readonly string[];
  /** Elements of a set, pairs of a map. */
  elements: (Value | Element | Mapping)[];
}

/** A table on its way. */
export interface TableDraft {
  readonly family: Family;
  readonly name: string;
  flags: Table["flags"];
  comment: string | undefined;
  handle: number | undefined;
  readonly chains: Map<string, ChainDraft>;
  readonly sets: Map<string, SetDraft>;
  /** By kind and name. */
  readonly objects: Map<string, NamedObject>;
  readonly flowtables: Map<string, Flowtable>;
}

/** A table with nothing in it. */
export const emptyTable = (family: Family, name: string): TableDraft => ({
  family,
  name,
  flags: undefined,
  comment: undefined,
  handle: undefined,
  chains: new Map(),
  sets: new Map(),
  objects: new Map(),
  flowtables: new Map(),
});

function finishChain(
  { name, base, rules, comment, handle }: ChainDraft,
): Chain {
  return {
    name,
    ...base && { base },
    rules,
    ...comment !== undefined && { comment },
    ...handle !== undefined && { handle },
  };
}

function finishSet(draft: SetDraft): NamedSet {
  const { name, declaration, types } = draft;
  const elements = draft.elements as (Value | Element)[];
  return {
    ...declaration as SetProperties,
    name,
    elements: sortedElements(types, elements, declaration.autoMerge === true),
  };
}

function finishMap(draft: SetDraft): NamedMap {
  const { name, declaration, types, dataNames } = draft;
  const elements = draft.elements as Mapping[];
  return {
    ...declaration as SetProperties,
    name,
    map: dataNames,
    elements: sortedMappings(types, elements),
  };
}

/** The table as data. */
export function finishTable(draft: TableDraft): Table {
  const sets = [...draft.sets.values()];
  const { flags, comment, handle } = draft;
  return {
    family: draft.family,
    name: draft.name,
    ...flags?.length && { flags },
    ...comment !== undefined && { comment },
    chains: Array.from(draft.chains.values(), finishChain),
    sets: sets.filter(({ data }) => data === undefined).map(finishSet),
    maps: sets.filter(({ data }) => data !== undefined).map(finishMap),
    objects: [...draft.objects.values()],
    flowtables: [...draft.flowtables.values()],
    ...handle !== undefined && { handle },
  };
}

/** Verdicts that lead to a chain lead to it by its new name. */
export function renameTargets(
  table: TableDraft,
  from: string,
  to: string,
): void {
  const renamed = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(renamed) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) =>
        (key === "jump" || key === "goto") && inner?.target === from
          ? [key, { target: to }]
          : [key, renamed(inner)]
      ),
    ) as T;
  };
  for (const { rules } of table.chains.values()) {
    rules.forEach((rule, at) => {
      const statements = rule.statements.map((one) => renamed<Statement>(one));
      rules[at] = { ...rule, statements };
    });
  }
  for (const set of table.sets.values()) {
    if (set.data === "verdict") set.elements = set.elements.map(renamed);
  }
}
