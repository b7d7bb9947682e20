/**
 * Expressions as `nft list ruleset` prints them.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import type { Expression, Literal, Value } from "../model/expression.ts";
import { headers, metaKeys, typesOf } from "../model/fields.ts";
import type { Family } from "../model/ruleset.ts";
import { keyText, mapText, setText } from "./write_values.ts";

/** An expression's text, and its data types. */
export interface Written {
  readonly text: string;
  readonly types: readonly DataType[];
}

type Structured = Exclude<Expression, Literal | readonly string[]>;

/** Fields that nft lists by a word that it does not read. */
const READ_AS: Readonly<Record<string, string>> = {
  "icmpv6 parameter-problem": "icmpv6 param-problem",
};

const write = (text: string, expression: Expression, family: Family) => ({
  text,
  types: typesOf(expression, family),
});

const payloads = new Map<string, Map<string, Written>>();
for (const [protocol, { fields }] of Object.entries(headers)) {
  const written = new Map<string, Written>();
  for (const field of Object.keys(fields)) {
    const text = `${protocol} ${field}`;
    written.set(
      field,
      write(READ_AS[text] ?? text, { payload: { protocol, field } }, "inet"),
    );
  }
  payloads.set(protocol, written);
}

const metas = new Map<string, Written>();
for (const [key, { listedBare }] of Object.entries(metaKeys)) {
  metas.set(
    key,
    write(listedBare ? key : `meta ${key}`, { meta: { key } }, "inet"),
  );
}

/** Which operators need parentheses in which. */
const STRENGTH = { "|": 1, "^": 2, "&": 3, "<<": 4, ">>": 4 } as const;
type BitOperator = keyof typeof STRENGTH;
const OPERATORS = Object.keys(STRENGTH) as BitOperator[];

/**
 * Writes what a rule reads, or what it makes of that.
 *
 * @param expression The expression.
 * @param family The table's family.
 * @param wanted The data types of constants in it, and of what maps give.
 */
export function writeExpression(
  expression: Expression,
  family: Family,
  wanted: readonly DataType[] = [],
): Written {
  if (typeof expression === "object" && !Array.isArray(expression)) {
    const e = expression as Structured;
    if ("payload" in e) {
      const { payload } = e;
      const known = "base" in payload
        ? undefined
        : payloads.get(payload.protocol)?.get(payload.field);
      if (known) return known;
    } else if ("meta" in e) {
      const known = metas.get(e.meta.key);
      if (known) return known;
    }
    return writeStructured(e, family, wanted);
  }
  return { text: keyText(wanted, expression as Value), types: wanted };
}

function writeStructured(
  e: Structured,
  family: Family,
  wanted: readonly DataType[],
): Written {
  if ("map" in e) {
    const key = writeExpression(e.map.key, family);
    const data = mapText(key.types, wanted, e.map.data);
    return { text: `${key.text} map ${data}`, types: wanted };
  }
  if ("set" in e) return { text: setText(wanted, e), types: wanted };
  if ("concat" in e) {
    if (e.concat.every(isConstant)) {
      return { text: keyText(wanted, e as Value), types: wanted };
    }
    const parts = e.concat.map((part) => writeExpression(part, family));
    return {
      text: parts.map(({ text }) => text).join(" . "),
      types: parts.flatMap(({ types }) => types),
    };
  }
  if ("range" in e || "prefix" in e) {
    return { text: keyText(wanted, e), types: wanted };
  }
  const operator = operatorOf(e);
  if (operator) return writeOperation(e, operator, family, wanted);
  return write(selectorText(e, family), e, family);
}

const isConstant = (expression: Expression): boolean =>
  typeof expression !== "object" || Array.isArray(expression) ||
  "range" in expression || "prefix" in expression;

/** The operator that an expression is made with. */
export const operatorOf = (expression: object): BitOperator | undefined =>
  OPERATORS.find((operator) => operator in expression);

function writeOperation(
  e: Structured,
  operator: BitOperator,
  family: Family,
  wanted: readonly DataType[],
): Written {
  const [first, second] = (e as unknown as Record<string, Expression[]>)[
    operator
  ] as [Expression, Expression];
  const left = writeExpression(first, family, wanted);
  const shift = operator === "<<" || operator === ">>";
  const right = writeExpression(second, family, shift ? [] : left.types);
  const strength = STRENGTH[operator];
  const inside = (written: Written, expression: Expression, least: number) => {
    const inner = typeof expression === "object" && operatorOf(expression);
    const bits = Array.isArray(expression);
    return bits
      ? `(${expression.join(" | ")})`
      : inner && STRENGTH[inner] < least
      ? `(${written.text})`
      : written.text;
  };
  return {
    text: `${inside(left, first, strength)} ${operator} ${
      inside(right, second, strength + 1)
    }`,
    types: left.types,
  };
}

const offsetText = ({ offset }: { readonly offset?: number }): string =>
  offset ? ` offset ${offset}` : "";

const joined = (...words: readonly (string | undefined | false)[]): string =>
  words.filter((word) => word).join(" ");

function selectorText(e: Structured, family: Family): string {
  if ("payload" in e) {
    const { payload } = e;
    return "base" in payload
      ? `@${payload.base},${payload.offset},${payload.len}`
      : `${payload.protocol} ${payload.field}`;
  }
  if ("meta" in e) return `meta ${e.meta.key}`;
  if ("ct" in e) {
    const { key, dir, family } = e.ct;
    return joined("ct", dir, family, key);
  }
  if ("exthdr" in e) {
    const { name, field } = e.exthdr;
    return field === undefined ? `exthdr ${name}` : `${name} ${field}`;
  }
  if ("tcp option" in e) {
    const option = e["tcp option"];
    return "base" in option
      ? `tcp option @${option.base},${option.offset},${option.len}`
      : joined("tcp option", option.name, option.field);
  }
  if ("ip option" in e) {
    return joined("ip option", e["ip option"].name, e["ip option"].field);
  }
  if ("sctp chunk" in e) {
    return joined("sctp chunk", e["sctp chunk"].name, e["sctp chunk"].field);
  }
  if ("rt" in e) return joined("rt", e.rt.family, e.rt.key);
  if ("fib" in e) return `fib ${e.fib.flags.join(" . ")} ${e.fib.result}`;
  if ("socket" in e) {
    const { key, level } = e.socket;
    return joined("socket", key, level !== undefined && `level ${level}`);
  }
  if ("osf" in e) {
    const { key, ttl } = e.osf;
    return joined("osf", ttl && `ttl ${ttl}`, key);
  }
  if ("ipsec" in e) {
    const { key, dir, spnum, family } = e.ipsec;
    return joined("ipsec", dir, !!spnum && `spnum ${spnum}`, family, key);
  }
  if ("numgen" in e) {
    const { mode, mod } = e.numgen;
    return `numgen ${mode} mod ${mod}${offsetText(e.numgen)}`;
  }
  if ("jhash" in e) {
    const { expr, mod, seed } = e.jhash;
    const salt = seed === undefined ? "" : ` seed 0x${seed.toString(16)}`;
    return `jhash ${formatExpression(expr, family)} mod ${mod}${salt}${
      offsetText(e.jhash)
    }`;
  }
  if ("symhash" in e) {
    return `symhash mod ${e.symhash.mod}${offsetText(e.symhash)}`;
  }
  throw new TypeError(
    `Cannot write an expression as it must be one of nftables: current value is ${
      JSON.stringify(e)
    }`,
  );
}

/**
 * Writes an expression as nft does.
 *
 * @param expression The expression.
 * @param family The family of the table that it stands in.
 * @returns Its text.
 *
 * @example
 * ```ts
 * import { formatExpression } from "./write_expressions.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   formatExpression({ payload: { protocol: "tcp", field: "dport" } }, "inet"),
 *   "tcp dport",
 * );
 * ```
 */
export const formatExpression = (
  expression: Expression,
  family: Family,
): string => writeExpression(expression, family).text;
