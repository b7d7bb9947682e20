/**
 * Expressions in canonical form.
 *
 * @module
 */

import type { DataType } from "./data_types.ts";
import { canonicalElements, canonicalMappings } from "./elements.ts";
import type {
  AnonymousMap,
  AnonymousSet,
  Expression,
  MapLookup,
  SetReference,
  Value,
  Verdict,
} from "./expression.ts";
import {
  asList,
  checked,
  ct,
  defined,
  familyOf,
  type Fields,
  isObject,
  nameOf,
  payload,
  type Place,
  type Structured,
  tcpOption,
} from "./canonical_selector.ts";
import { metaAliases, typesOf } from "./fields.ts";
import { canonicalValue, explain, type LooseValue } from "./value.ts";

/**
 * Makes a selector or other left side canonical.
 *
 * @param expression The expression.
 * @param place Where it stands.
 * @returns The expression in canonical form.
 * @throws {TypeError} If something in it is not known to nft.
 */
export function canonicalExpression(
  expression: Expression,
  place: Place,
): Expression {
  if (!isObject(expression)) return expression;
  const e = expression as unknown as Structured;
  if ("payload" in e) return payload(e, place);
  if ("meta" in e) {
    const alias = metaAliases[e.meta.key];
    return checked(alias ? { meta: { key: alias } } : e, place);
  }
  if ("ct" in e) return ct(e, place);
  if ("concat" in e) {
    return { concat: e.concat.map((part) => canonicalExpression(part, place)) };
  }
  if ("map" in e) {
    return canonicalLookup(e, place);
  }
  if ("tcp option" in e) return tcpOption(e, place);
  if ("rt" in e) {
    const { key, family } = e.rt;
    if (key !== "nexthop") return checked(e, place);
    return checked({
      rt: defined({ key, family: family ?? familyOf(place, "rt nexthop") }),
    } as Expression, place);
  }
  if ("fib" in e) {
    const flags = asList(e.fib.flags);
    const sorted = FIB_FLAGS.filter((flag) => flags.includes(flag));
    return checked({ fib: { result: e.fib.result, flags: sorted } }, place);
  }
  if ("ipsec" in e) {
    const { spnum, ...rest } = e.ipsec;
    return checked({
      ipsec: spnum ? { ...rest, spnum } : rest,
    } as Expression, place);
  }
  if ("numgen" in e) return { numgen: withoutOffset(e.numgen) };
  if ("symhash" in e) return { symhash: withoutOffset(e.symhash) };
  if ("jhash" in e) {
    const expr = canonicalExpression(e.jhash.expr, place);
    return { jhash: withoutOffset({ ...e.jhash, expr }) };
  }
  for (const operator of ["&", "|", "^", "<<", ">>"] as const) {
    if (operator in e) {
      return operation(
        operator,
        (e as unknown as Record<string, readonly Expression[]>)[operator]!,
        place,
      );
    }
  }
  return checked(e, place);
}

const FIB_FLAGS = ["saddr", "daddr", "mark", "iif", "oif"] as const;

function withoutOffset<T extends { readonly offset?: number }>(what: T): T {
  const { offset, ...rest } = what;
  return defined(offset ? what : rest as T);
}

/**
 * Makes a lookup in a map canonical.
 *
 * @param lookup The lookup.
 * @param place Where it stands.
 * @param values The data types of what keys stand for, where they are known.
 * @returns It in canonical form.
 * @throws {TypeError} If a key or value is no such value.
 */
export function canonicalLookup(
  lookup: MapLookup,
  place: Place,
  values: readonly DataType[] = [],
): MapLookup {
  const key = canonicalExpression(lookup.map.key, place);
  const types = typesOf(key, place.family);
  const { data } = lookup.map;
  return {
    map: { key, data: canonicalMap(types, data, place, nameOf(key), values) },
  };
}

function operation(
  operator: "&" | "|" | "^" | "<<" | ">>",
  operands: readonly Expression[],
  place: Place,
): Expression {
  const [first, ...rest] = operands;
  let left = canonicalExpression(first!, place);
  const types = typesOf(left, place.family);
  for (const operand of rest) {
    const right = operator === "<<" || operator === ">>"
      ? operand
      : canonicalRight(types, operand, place, nameOf(left));
    left = { [operator]: [left, right] } as unknown as Expression;
  }
  return left;
}

/** Whether an expression is a value, and no selector. */
export function isValue(expression: unknown): expression is Value {
  if (!isObject(expression)) return true;
  if ("|" in expression) {
    return (expression["|"] as unknown[]).every(isValue);
  }
  if ("concat" in expression) {
    return (expression.concat as unknown[]).every(isValue);
  }
  return "prefix" in expression || "range" in expression ||
    !PLAIN.has(Object.getPrototypeOf(expression));
}

const PLAIN = new Set([Object.prototype, null]);

/**
 * Makes what stands right of a comparison canonical, or what a field is set to.
 *
 * @param types The data types of the left side.
 * @param right The right side.
 * @param place Where it stands.
 * @param field What the left side is called.
 * @returns The right side in canonical form.
 * @throws {TypeError} If it is no such value, with what it must be.
 */
export function canonicalRight(
  types: readonly DataType[],
  right: Expression | string,
  place: Place,
  field: string,
): Expression {
  if (typeof right === "string" && right.startsWith("@")) return right;
  if (isObject(right) && "set" in right) {
    return canonicalSet(types, right as unknown as AnonymousSet, place, field);
  }
  if (!isValue(right)) {
    return isObject(right) && "map" in right
      ? canonicalLookup(right as unknown as MapLookup, place, types)
      : canonicalExpression(right, place);
  }
  if (types.length === 0) return right;
  try {
    return canonicalValue(types, right as LooseValue);
  } catch (error) {
    throw explain(place.what, field, error);
  }
}

/** Says what is wrong with an element, unless that was said. */
function attempt<T>(place: Place, field: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const said = error instanceof TypeError &&
      error.message.startsWith(`Cannot ${place.what}`);
    throw said ? error : explain(place.what, field, error);
  }
}

/**
 * Makes a set that stands in a rule canonical.
 *
 * @param types The data types of an element.
 * @param data The set.
 * @param place Where it stands.
 * @param field What is looked up in it.
 * @returns It in canonical form.
 * @throws {TypeError} If an element is no such value.
 */
export function canonicalSet(
  types: readonly DataType[],
  { set }: AnonymousSet,
  place: Place,
  field: string,
): AnonymousSet {
  const merge = set.some(isInterval);
  return attempt(place, field, () => ({
    set: canonicalElements(types, set, { merge }),
  }));
}

/**
 * Makes a map that stands in a rule canonical; a reference stays.
 *
 * @param types The data types of a key.
 * @param data The map, or its name after `@`.
 * @param place Where it stands.
 * @param field What is looked up in it.
 * @param values The data types of what keys stand for; none: not known.
 * @returns It in canonical form.
 * @throws {TypeError} If a key or value is no such value.
 */
export function canonicalMap(
  types: readonly DataType[],
  data: AnonymousMap | SetReference,
  place: Place,
  field: string,
  values: readonly DataType[] = [],
): AnonymousMap | SetReference {
  if (typeof data === "string") return data;
  return attempt(place, field, () => ({
    set: canonicalMappings(
      types,
      data.set,
      (value) =>
        values.length === 0 || isVerdict(value)
          ? value
          : canonicalValue(values, value as LooseValue),
    ),
  }));
}

const VERDICTS = ["accept", "drop", "continue", "return", "jump", "goto"];

/** Whether a value is a verdict. */
export const isVerdict = (value: unknown): value is Verdict =>
  isObject(value) && VERDICTS.some((verdict) => verdict in value);

/** Whether a value is more than one: a range, a prefix, or text for one. */
function isInterval(value: unknown): boolean {
  if (typeof value === "string") {
    return value.includes("/") || /\d-\d/.test(value);
  }
  if (!isObject(value) || "concat" in value) return false;
  if ("elem" in value) return isInterval((value.elem as Fields).val);
  return "range" in value || "prefix" in value ||
    !PLAIN.has(Object.getPrototypeOf(value));
}
