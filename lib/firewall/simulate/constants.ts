/**
 * Constants of rules as the numbers that are compared.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import { dataType, numberOf } from "../model/data_types.ts";
import type {
  Concat,
  Expression,
  Literal,
  MapLookup,
  Verdict,
} from "../model/expression.ts";
import { maskWords } from "./host.ts";

/** How values of a type are held. */
export type Shape = "number" | "words" | "string";

/** The values from one to another, both included; a text, or all that begin so. */
export interface Span {
  /** One number, or words, the most significant first. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly text?: string;
  readonly isPrefix?: boolean;
}

/** Tells how values of a type are held: in a number if they fit exactly. */
export function shapeOf(type: DataType): Shape {
  if (type.kind === "string" || type.name === "iface_index") return "string";
  const bits = type.bits ?? 32;
  return bits <= 48 || type.kind === "date" || type.kind === "time"
    ? "number"
    : "words";
}

/** How many terms a value of a type takes. */
export const widthOf = (type: DataType): number =>
  shapeOf(type) === "words" ? Math.ceil(type.bits! / 32) : 1;

/** A literal's terms: one number, or words. */
export function literalTerms(
  type: DataType,
  value: Literal | readonly string[],
): number[] {
  const number = numberOf(type, value);
  return shapeOf(type) === "words"
    ? wideTerms(BigInt(number), widthOf(type))
    : [Number(number)];
}

/** The words of a wide number. */
export function wideTerms(number: bigint, width: number): number[] {
  return Array.from(
    { length: width },
    (_, i) => Number(number >> BigInt(32 * (width - 1 - i)) & 0xffffffffn),
  );
}

/** Whether it is several values side by side. */
export function isConcat(value: Expression | Verdict): value is Concat {
  return typeof value === "object" && !Array.isArray(value) &&
    "concat" in value;
}

/** The parts of a concatenation, or the one that is none. */
export function partsOf(expression: Expression): readonly Expression[] {
  return isConcat(expression) ? expression.concat : [expression];
}

/** Whether it is what a map gives. */
export function isMapLookup(value: Expression): value is MapLookup {
  return typeof value === "object" && !Array.isArray(value) && "map" in value;
}

/** Whether a value is a constant: no selector in it. */
export function isConstant(value: Expression): boolean {
  if (typeof value !== "object") return true;
  if (Array.isArray(value)) return true;
  if ("prefix" in value || "range" in value) return true;
  const operands = operandsOf(value);
  return operands !== undefined && operands.every(isConstant);
}

/** The operands of an operation; `undefined` for anything else. */
export function operandsOf(
  value: Expression,
): readonly Expression[] | undefined {
  if (typeof value !== "object") return undefined;
  for (const operator of ["&", "|", "^", "<<", ">>"]) {
    if (operator in value) {
      return (value as unknown as Record<string, readonly Expression[]>)[
        operator
      ];
    }
  }
  return undefined;
}

const FOLD: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
};

/** A constant's number. */
export function constantNumber(type: DataType, value: Expression): bigint {
  if (typeof value !== "object" || Array.isArray(value)) {
    return BigInt(numberOf(type, value as Literal | readonly string[]));
  }
  const [[operator, operands]] = Object.entries(value) as [
    [string, readonly Expression[]],
  ];
  const [left, ...rest] = operands;
  const shift = operator === "<<" || operator === ">>";
  return rest.reduce(
    (sum, part) =>
      FOLD[operator]!(
        sum,
        constantNumber(shift ? dataType("integer") : type, part),
      ),
    constantNumber(type, left!),
  );
}

/** The values that a constant stands for. */
export function spanOf(type: DataType, value: Expression): Span {
  if (typeof value === "string" && shapeOf(type) === "string") {
    return value.endsWith("*") && !value.endsWith("\\*")
      ? { first: [], last: [], text: value.slice(0, -1), isPrefix: true }
      : { first: [], last: [], text: value.replaceAll("\\*", "*") };
  }
  if (shapeOf(type) === "string") {
    throw new TypeError(
      `Cannot simulate ${JSON.stringify(value)} as ${type.what}: give its name`,
    );
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    const terms = literalTerms(type, value as Literal | readonly string[]);
    return { first: terms, last: terms };
  }
  if ("prefix" in value) {
    const { addr, len } = value.prefix;
    const base = literalTerms(type, addr);
    if (base.length === 1 && type.bits! > 32) {
      const size = 2 ** (type.bits! - len);
      const first = Math.floor(base[0]! / size) * size;
      return { first: [first], last: [first + size - 1] };
    }
    const bits = Math.max(32, type.bits!);
    const masks = maskWords(len + bits - type.bits!, bits);
    return {
      first: base.map((word, i) => (word & masks[i]!) >>> 0),
      last: base.map((word, i) => (word | ~masks[i]!) >>> 0),
    };
  }
  if ("range" in value) {
    const [first, last] = value.range;
    return {
      first: literalTerms(type, first),
      last: literalTerms(type, last),
    };
  }
  const number = constantNumber(type, value);
  const terms = shapeOf(type) === "words"
    ? wideTerms(number, widthOf(type))
    : [Number(number)];
  return { first: terms, last: terms };
}

/** Puts words in order. */
export function compareTerms(
  a: readonly number[],
  b: readonly number[],
): number {
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return 0;
}

/** Whether it is one value alone. */
export const isSingle = (span: Span): boolean =>
  span.text !== undefined
    ? !span.isPrefix
    : compareTerms(span.first, span.last) === 0;
