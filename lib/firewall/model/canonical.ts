/**
 * Rulesets in canonical form: what people and `nft -j` write, as the one form
 * that each meaning has here.
 *
 * @module
 */

import { canonicalExpression, isVerdict } from "./canonical_expression.ts";
import type { Place } from "./canonical_selector.ts";
import { canonicalLimit, canonicalQuota } from "./canonical_rate.ts";
import { canonicalStatement } from "./canonical_statement.ts";
import { type DataType, dataTypes } from "./data_types.ts";
import { canonicalElements, canonicalMappings } from "./elements.ts";
import type { Expression } from "./expression.ts";
import { withoutImplied } from "./implied.ts";
import type {
  Chain,
  Family,
  NamedMap,
  NamedObject,
  NamedSet,
  Rule,
  SetProperties,
  Table,
} from "./ruleset.ts";
import type { Match, Statement } from "./statement.ts";
import { canonicalValue, explain, type LooseValue } from "./value.ts";

/**
 * Makes tables canonical.
 *
 * @param tables Tables with values as numbers, names or text, sets in any
 * order, and defaults said or not.
 * @returns The same in canonical form.
 * @throws {TypeError} If something is not known to nft or out of range: with
 * the field, the rule and the chain.
 *
 * @example
 * ```ts
 * import { canonicalTables } from "./canonical.ts";
 * import assert from "node:assert/strict";
 *
 * const dport = { payload: { protocol: "tcp", field: "dport" } } as const;
 * const rule = { statements: [{ match: { op: "==", left: dport, right: 70000 } }] } as const;
 * const table = { family: "inet", name: "filter", sets: [], maps: [], objects: [], flowtables: [] } as const;
 * assert.throws(
 *   () => canonicalTables([{ ...table, chains: [{ name: "input", rules: [rule] }] }]),
 *   {
 *     message: "Cannot use rule 1 of chain input in table inet filter" +
 *       " as tcp dport must be from 0 to 65535: current value is 70000",
 *   },
 * );
 * ```
 */
export function canonicalTables(tables: readonly Table[]): readonly Table[] {
  return tables.map((table) => {
    const where = `in table ${table.family} ${table.name}`;
    return {
      ...table,
      chains: table.chains.map((chain) =>
        canonicalChain(chain, table.family, where)
      ),
      sets: table.sets.map((set) =>
        canonicalNamedSet(set, table.family, where)
      ),
      maps: table.maps.map((map) =>
        canonicalNamedMap(map, table.family, where)
      ),
      objects: table.objects.map(canonicalObject),
    };
  });
}

function canonicalChain(chain: Chain, family: Family, where: string): Chain {
  const rules = chain.rules.map((rule, index) =>
    canonicalRule(
      rule,
      family,
      `use rule ${index + 1} of chain ${chain.name} ${where}`,
    )
  );
  return { ...chain, rules };
}

/**
 * Makes a rule canonical.
 *
 * @param rule The rule.
 * @param family Its table's family.
 * @param what What can't be done if it is wrong.
 * @returns The rule in canonical form.
 * @throws {TypeError} If something in it is not known to nft or out of range.
 */
export function canonicalRule(
  rule: Rule,
  family: Family,
  what: string = "use a rule",
): Rule {
  let ip: Place["ip"];
  const statements: Statement[] = [];
  for (const given of rule.statements) {
    const statement = canonicalStatement(given, { family, what, ip });
    statements.push(statement);
    if (ip === undefined && "match" in statement) ip = familyOf(statement);
  }
  return { ...rule, statements: withoutImplied(statements, family) };
}

/** The family of addresses that a match tells. */
function familyOf({ match }: Match): "ip" | "ip6" | undefined {
  if (match.op !== "==" || typeof match.left !== "object") return undefined;
  const left = match.left as Exclude<
    Expression,
    string | number | boolean | readonly string[]
  >;
  if ("payload" in left && "protocol" in left.payload) {
    const { protocol } = left.payload;
    return protocol === "ip" || protocol === "icmp" || protocol === "igmp"
      ? "ip"
      : protocol === "ip6" || protocol === "icmpv6"
      ? "ip6"
      : undefined;
  }
  if ("meta" in left) {
    const { right } = match;
    return right === "ipv4" || right === "ip"
      ? "ip"
      : right === "ipv6" || right === "ip6"
      ? "ip6"
      : undefined;
  }
  return undefined;
}

const SET_FLAGS = ["constant", "interval", "timeout", "dynamic"] as const;

function canonicalProperties<T extends SetProperties>(
  set: T,
  place: Place,
): T {
  const flags = set.flags &&
    SET_FLAGS.filter((flag) => set.flags!.includes(flag));
  const { flags: _, stateful, ...rest } = set;
  return {
    ...rest,
    ...flags?.length && { flags },
    ...stateful?.length && {
      stateful: stateful.map((each) => canonicalStatement(each, place)),
    },
  } as unknown as T;
}

/** The data types of a set's key, as far as they are known by name. */
function typesNamed(
  names: readonly string[],
  place: Place,
): readonly DataType[] {
  const types = names.map((name) => dataTypes.get(name));
  if (types.every((type) => type !== undefined)) return types;
  throw new TypeError(
    `Cannot ${place.what} as its types must be known to nft: current value is ${
      names.join(" . ")
    }`,
  );
}

function canonicalNamedSet(
  set: NamedSet,
  family: Family,
  where: string,
): NamedSet {
  const place = { family, what: `use set ${set.name} ${where}` };
  const made = canonicalProperties(set, place);
  if (set.elements.length === 0) return made;
  const types = typesNamed(set.type, place);
  try {
    const merge = set.autoMerge === true;
    return {
      ...made,
      elements: canonicalElements(types, set.elements, { merge }),
    };
  } catch (error) {
    throw explain(place.what, "an element", error);
  }
}

function canonicalNamedMap(
  map: NamedMap,
  family: Family,
  where: string,
): NamedMap {
  const place = { family, what: `use map ${map.name} ${where}` };
  const made = canonicalProperties(map, place);
  if (map.elements.length === 0) return made;
  const types = typesNamed(map.type, place);
  const [only] = map.map;
  const values =
    map.map.length === 1 && !dataTypes.has(only!) || only === "verdict"
      ? []
      : typesNamed(map.map, place);
  try {
    return {
      ...made,
      elements: canonicalMappings(
        types,
        map.elements,
        (value) =>
          values.length === 0 || isVerdict(value)
            ? value
            : canonicalValue(values, value as LooseValue),
      ),
    };
  } catch (error) {
    throw explain(place.what, "an element", error);
  }
}

function canonicalObject(object: NamedObject): NamedObject {
  switch (object.kind) {
    case "quota":
      return { ...object, quota: canonicalQuota(object.quota) };
    case "limit":
      return { ...object, limit: canonicalLimit(object.limit) };
    case "counter": {
      const { packets, bytes, ...rest } = object;
      return packets || bytes ? object : rest;
    }
    default:
      return object;
  }
}

export { canonicalExpression, canonicalStatement, type Place };
