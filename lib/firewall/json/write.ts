/**
 * A ruleset as `nft -j` takes it.
 *
 * @module
 */

import type { Element, Mapping, Value } from "../model/expression.ts";
import { mustBeTables } from "../model/given.ts";
import type {
  Chain,
  Flowtable,
  NamedMap,
  NamedObject,
  NamedSet,
  SetProperties,
  Table,
} from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";

/** One entry of the list: a single key that says what it is. */
export type JsonEntry = Readonly<Record<string, unknown>>;

/** What `nft -j -f` reads and `nft -j list ruleset` prints. */
export interface NftJson {
  /** Everything, each as an object with one key. */
  readonly nftables: readonly JsonEntry[];
}

/**
 * Gives tables as libnftables-json(5) has them: each thing by itself, after
 * what it refers to.
 *
 * @param tables Tables of a ruleset.
 * @returns What `nft -j -f -` reads.
 * @throws {TypeError} If they are no tables.
 */
export function writeJson(tables: readonly Table[]): NftJson {
  mustBeTables("write rules", tables);
  const nftables: JsonEntry[] = [
    { metainfo: { json_schema_version: 1 } },
  ];
  const add = (kind: string, what: Readonly<Record<string, unknown>>) =>
    nftables.push({ [kind]: defined(what) });
  for (const table of tables) {
    const { family, name, flags, comment } = table;
    const place = { family, table: name };
    add("table", { family, name, flags, comment });
    for (const chain of table.chains) add("chain", chainOf(place, chain));
    for (const object of table.objects) {
      add(object.kind, { ...place, ...objectOf(object) });
    }
    for (const flowtable of table.flowtables) {
      add("flowtable", { ...place, ...flowtableOf(flowtable) });
    }
    for (const set of table.sets) add("set", { ...place, ...setOf(set) });
    for (const map of table.maps) add("map", { ...place, ...mapOf(map) });
    for (const chain of table.chains) {
      for (const { statements, comment, handle } of chain.rules) {
        const expr = statements.map(statementOf).map(asNftReads);
        add("rule", { ...place, chain: chain.name, expr, comment, handle });
      }
    }
  }
  return { nftables };
}

type Place = Readonly<{ family: string; table: string }>;

/** The object without what is undefined. */
function defined(
  what: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(what).filter(([, value]) => value !== undefined),
  );
}

/** nft takes a lone value where there is one, and a list of several. */
const oneOrMore = <T>(list: readonly T[]): T | readonly T[] =>
  list.length === 1 ? list[0]! : list;

function chainOf(place: Place, chain: Chain): Record<string, unknown> {
  const { name, base, comment, handle } = chain;
  if (!base) return { ...place, name, comment, handle };
  const { type, hook, priority, policy, devices } = base;
  const dev = devices && oneOrMore(devices);
  return {
    ...place,
    ...{ name, type, hook, prio: priority, policy, dev, comment, handle },
  };
}

function setProperties(set: SetProperties): Record<string, unknown> {
  const { name, type, timeout, size, policy, comment, handle } = set;
  // nft -j knows no such flag, and sets it where a rule adds elements.
  const flags = set.flags?.filter((flag) => flag !== "dynamic");
  return {
    name,
    type: oneOrMore(type),
    flags: flags?.length ? flags : undefined,
    ...{ timeout, size, policy, comment, handle },
    "gc-interval": set.gcInterval,
    "auto-merge": set.autoMerge,
    stmt: set.stateful?.map(statementOf),
  };
}

const notEmpty = <T>(list: readonly T[]) => list.length ? list : undefined;

function setOf(set: NamedSet): Record<string, unknown> {
  const elem = notEmpty(set.elements.map(elementOf));
  return { ...setProperties(set), elem };
}

function mapOf(map: NamedMap): Record<string, unknown> {
  const elem = notEmpty(map.elements.map(mappingOf));
  return { ...setProperties(map), map: oneOrMore(map.map), elem };
}

function elementOf(element: Value | Element): unknown {
  // Where several bits are one element, nft would read a list as several.
  return Array.isArray(element)
    ? element.reduceRight((right, left) => ({ "|": [left, right] }))
    : element;
}

function mappingOf([key, value]: Mapping): unknown {
  return [elementOf(key), value];
}

const UNIT = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2 };

function objectOf(object: NamedObject): Record<string, unknown> {
  switch (object.kind) {
    case "quota": {
      const { kind: _, quota, ...rest } = object;
      return {
        ...rest,
        bytes: quota.val * UNIT[quota.val_unit ?? "bytes"],
        used: (quota.used ?? 0) * UNIT[quota.used_unit ?? "bytes"],
        inv: quota.inv,
      };
    }
    case "limit": {
      const { kind: _, limit, ...rest } = object;
      return { ...rest, ...limit };
    }
    case "synproxy": {
      const { kind: _, synproxy, ...rest } = object;
      return { ...rest, ...synproxy };
    }
    case "ct expectation": {
      const { kind: _, timeout, ...rest } = object;
      return { ...rest, timeout: timeout * 1000 };
    }
    default: {
      const { kind: _, ...rest } = object;
      return rest;
    }
  }
}

function flowtableOf(flowtable: Flowtable): Record<string, unknown> {
  const { name, hook, priority, devices, flags, counter, handle } = flowtable;
  const dev = oneOrMore(devices);
  return { name, hook, prio: priority, dev, flags, counter, handle };
}

/** Several bits in a set of bits are one element there. */
function statementOf(statement: Statement): Statement {
  if (!("match" in statement)) return statement;
  const { right } = statement.match;
  if (typeof right !== "object" || !("set" in right)) return statement;
  const set = right.set.map(elementOf) as readonly Value[];
  return { match: { ...statement.match, right: { set } } };
}

/** Addresses that conntrack knows have their family in the key, for nft. */
function asNftReads(what: unknown): unknown {
  if (Array.isArray(what)) return what.map(asNftReads);
  if (typeof what !== "object" || what === null) return what;
  return Object.fromEntries(
    Object.entries(what).map(([key, value]) => {
      if (key !== "ct" || !value?.family) return [key, asNftReads(value)];
      const { family, ...ct } = value;
      return [key, { ...ct, key: `${family} ${ct.key}` }];
    }),
  );
}
