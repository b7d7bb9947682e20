/**
 * The steps by which a rule compares a field with values.
 *
 * @module
 */

import type { Expression, Mapping, Verdict } from "../model/expression.ts";
import { isVerdict } from "../model/canonical_expression.ts";
import { nameOf } from "../model/canonical_selector.ts";
import { typesOf } from "../model/fields.ts";
import type { Match, Operator } from "../model/statement.ts";
import { type Draft, step } from "./draft.ts";
import type { Needs, Readable, VerdictLike } from "./field.ts";

/** Makes the builder of a draft; set by the builder's own file. */
export type Continue = (draft: Draft) => unknown;

/** What a field object knows. */
export interface FieldPart {
  readonly draft: Draft;
  readonly needs: Needs;
  readonly next: Continue;
}

/** Where a field object keeps what it knows. */
export const PART: unique symbol = Symbol("part");

/** A field object: a function with the methods below. */
export interface FieldObject extends Readable {
  readonly [PART]: FieldPart;
}

const isReference = (value: unknown): value is `@${string}` =>
  typeof value === "string" && value.startsWith("@");

/** Whether a field is bits. */
function isBits(expression: Expression): boolean {
  const [type, ...more] = typesOf(expression, "inet");
  return more.length === 0 &&
    (type?.kind === "bitmask" || type?.kind === "label");
}

function compare(
  field: FieldObject,
  op: Operator,
  right: unknown,
  left: Expression = field.expression,
): unknown {
  const { draft, needs, next } = field[PART];
  const statement = {
    match: { op, left, right: right as Match["match"]["right"] },
  };
  return next(step(draft, nameOf(field.expression), statement, needs));
}

/** The methods of a field; a field is a function, and these stand behind it. */
class FieldMethods {
  declare readonly expression: Expression;
  declare readonly [PART]: FieldPart;

  is(value: unknown): unknown {
    return compare(this, "==", value);
  }
  not(value: unknown): unknown {
    return compare(this, "!=", value);
  }
  in(values: readonly unknown[] | string): unknown {
    if (isReference(values)) return compare(this, "==", values);
    if (isBits(this.expression)) return compare(this, "in", values);
    return compare(this, "==", setOf(this, values));
  }
  notIn(values: readonly unknown[] | string): unknown {
    if (isReference(values)) return compare(this, "!=", values);
    if (isBits(this.expression)) {
      return compare(this, "!" as Operator, values);
    }
    return compare(this, "!=", setOf(this, values));
  }
  between(first: unknown, last: unknown): unknown {
    return compare(this, "==", { range: [first, last] });
  }
  lt(value: unknown): unknown {
    return compare(this, "<", value);
  }
  le(value: unknown): unknown {
    return compare(this, "<=", value);
  }
  gt(value: unknown): unknown {
    return compare(this, ">", value);
  }
  ge(value: unknown): unknown {
    return compare(this, ">=", value);
  }
  and(mask: unknown): Masked {
    return new Masked(this, mask);
  }
  exists(): unknown {
    return compare(this, "==", true);
  }
  missing(): unknown {
    return compare(this, "==", false);
  }
  set(value: unknown): unknown {
    const { draft, needs, next } = this[PART];
    const given = isReadable(value) ? value.expression : value as Expression;
    const statement = { mangle: { key: this.expression, value: given } };
    return next(step(draft, nameOf(this.expression), statement, needs));
  }
  vmap(verdicts: Verdicts): unknown {
    const { draft, needs, next } = this[PART];
    const data = isReference(verdicts) ? verdicts : {
      set: pairsOf(verdicts).map(([key, verdict]) =>
        pair(this, key, verdictOf(verdict))
      ),
    };
    const statement = { vmap: { key: this.expression, data } };
    return next(step(draft, nameOf(this.expression), statement, needs));
  }
  map(values: readonly (readonly [unknown, unknown])[] | string): Readable {
    const data = isReference(values) ? values : {
      set: (values as readonly (readonly [unknown, unknown])[]).map((
        [key, value],
      ) => pair(this, key, value)),
    };
    return { expression: { map: { key: this.expression, data } } };
  }
  toString(): string {
    return nameOf(this.expression);
  }
}
Object.setPrototypeOf(FieldMethods.prototype, Function.prototype);

/** The bits of a field that a mask keeps. */
class Masked implements Readable {
  readonly expression: Expression;
  readonly #field: FieldMethods;

  constructor(field: FieldMethods, mask: unknown) {
    this.#field = field;
    this.expression = { "&": [field.expression, mask as Expression] };
  }
  is(value: unknown): unknown {
    return compare(this.#field, "==", value, this.expression);
  }
  not(value: unknown): unknown {
    return compare(this.#field, "!=", value, this.expression);
  }
}

type Verdicts =
  | `@${string}`
  | readonly (readonly [unknown, VerdictLike])[]
  | Readonly<Record<string, VerdictLike>>;

const pairsOf = (
  verdicts: Exclude<Verdicts, string>,
): readonly (readonly [unknown, VerdictLike])[] =>
  Array.isArray(verdicts) ? verdicts : Object.entries(verdicts);

/** Whether something is a field or a lookup. */
export const isReadable = (value: unknown): value is Readable =>
  (typeof value === "function" || typeof value === "object") &&
  value !== null && "expression" in value;

/** A key as a part of several, where the field is several. */
const keyOf = (field: FieldObject, key: unknown): unknown =>
  "concat" in (field.expression as object) && Array.isArray(key)
    ? { concat: key }
    : key;

const pair = (field: FieldObject, key: unknown, value: unknown): Mapping => {
  const given =
    "concat" in (field.expression as object) || !Array.isArray(value)
      ? value
      : { concat: value };
  return [keyOf(field, key), given] as unknown as Mapping;
};

const setOf = (field: FieldObject, values: readonly unknown[] | string) => {
  if (!Array.isArray(values) || values.length === 0) {
    throw new TypeError(
      `Cannot build a rule as ${
        nameOf(field.expression)
      } must be compared with a list that is not empty, or with "@name" of a set: current value is ${
        JSON.stringify(values)
      }`,
    );
  }
  return { set: values.map((value) => keyOf(field, value)) };
};

/**
 * Reads a verdict as people write it.
 *
 * @param verdict `"accept"`, `"jump name"`, or data.
 * @returns The verdict as data.
 * @throws {TypeError} If it is none.
 */
export function verdictOf(verdict: VerdictLike): Verdict {
  if (isVerdict(verdict)) return verdict;
  const [word, target, more] = String(verdict).split(" ");
  if (more === undefined && target !== undefined) {
    if (word === "jump") return { jump: { target } };
    if (word === "goto") return { goto: { target } };
  }
  if (target === undefined) {
    switch (word) {
      case "accept":
      case "drop":
      case "continue":
      case "return":
        return { [word]: null } as Verdict;
    }
  }
  throw new TypeError(
    `Cannot build a rule as a verdict must be "accept", "drop", "continue", "return", "jump name" or "goto name": current value is ${
      JSON.stringify(verdict)
    }`,
  );
}

/**
 * Makes a field.
 *
 * @param expression What it reads.
 * @param part The rule so far, and how it goes on.
 * @returns The field: a function with methods.
 */
export function makeField(
  expression: Expression,
  part: FieldPart,
): FieldObject {
  const field = (...values: readonly unknown[]): unknown =>
    methods.in.call(
      field,
      values.length === 1 && isReference(values[0]) ? values[0] : values,
    );
  const methods = FieldMethods.prototype;
  Object.setPrototypeOf(field, methods);
  Object.defineProperty(field, "expression", { value: expression });
  Object.defineProperty(field, PART, { value: part });
  return field as unknown as FieldObject & typeof field & FieldMethods;
}
