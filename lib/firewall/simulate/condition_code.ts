/**
 * JavaScript for operations and comparisons.
 *
 * @module
 */

import type { Operator } from "../model/statement.ts";
import { isSingle, type Span } from "./constants.ts";
import type { Code, Surroundings } from "./code.ts";

/** Puts two operands together, word by word. */
export function combine(operator: string, left: Code, right: Code): string[] {
  const bits = left.type.bits ?? 32;
  return left.terms.map((term, i) => {
    const other = right.terms[i] ?? right.terms[0]!;
    if (operator === "<<" || operator === ">>") {
      if (left.terms.length > 1 || bits > 32) return wideShift(operator, bits);
      const by = `${other} & 31`;
      return operator === "<<"
        ? `(${term} << (${by}) >>> 0)`
        : `(${term} >>> (${by}))`;
    }
    if (left.terms.length === 1 && bits > 32) {
      return `Number(BigInt(${term}) ${operator} ${BigInt(other)}n)`;
    }
    return `((${term} ${operator} ${other}) >>> 0)`;
  });
}

function wideShift(operator: string, bits: number): never {
  throw new TypeError(
    `Cannot simulate ${operator} on ${bits} bits: it must be at most 32`,
  );
}

/** The condition that a value is in a span. */
export function equals(code: Code, span: Span, writer: Surroundings): string {
  const { terms } = code;
  const { first, last, text, isPrefix } = span;
  if (text !== undefined) {
    const term = terms[0];
    return isPrefix
      ? `${term}.startsWith(${JSON.stringify(text)})`
      : `${term} === ${JSON.stringify(text)}`;
  }
  if (terms.length === 1) {
    if (isSingle(span)) return `${terms[0]} === ${first[0]}`;
    if (code.type.kind === "hour" && first[0]! > last[0]!) {
      // Past midnight: nft asks for what is not between.
      return `(${terms[0]} < ${last[0]} || ${terms[0]} > ${first[0]})`;
    }
    return `(${terms[0]} >= ${first[0]} && ${terms[0]} <= ${last[0]})`;
  }
  if (isSingle(span)) {
    return `(${
      terms.map((term, i) => `${term} === ${first[i]}`).join(" && ")
    })`;
  }
  const differ = first.findIndex((word, i) => word !== last[i]);
  const isAligned = first.slice(differ + 1).every((word) => word === 0) &&
    last.slice(differ + 1).every((word) => word === 0xffffffff);
  if (isAligned) {
    const same = first.slice(0, differ).map((word, i) =>
      `${terms[i]} === ${word}`
    );
    const term = terms[differ];
    return `(${
      [...same, `${term} >= ${first[differ]}`, `${term} <= ${last[differ]}`]
        .join(" && ")
    })`;
  }
  const key = `[${terms.join(", ")}]`;
  return `(compareTerms(${key}, ${
    writer.constant(first)
  }) >= 0 && compareTerms(${key}, ${writer.constant(last)}) <= 0)`;
}

/** The condition that a comparison holds. */
export function compare(
  code: Code,
  operator: Operator,
  span: Span,
  writer: Surroundings,
): string {
  const { terms } = code;
  const { first } = span;
  switch (operator) {
    case "==":
      return equals(code, span, writer);
    case "!=":
      return `!${parenthesized(equals(code, span, writer))}`;
    case "in": {
      if (code.type.kind !== "bitmask" && code.type.kind !== "label") {
        return equals(code, span, writer);
      }
      return terms.map((term, i) => `(${term} & ${first[i]}) !== 0`)
        .join(" || ");
    }
  }
  if (terms.length === 1) return `${terms[0]} ${operator} ${first[0]}`;
  return `compareTerms([${terms.join(", ")}], ${
    writer.constant(first)
  }) ${operator} 0`;
}

const parenthesized = (source: string) => `(${source})`;
