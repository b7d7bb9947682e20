/**
 * Comparisons that nft 1.0.6 would make one of, and get wrong.
 *
 * It reads neighbouring fields of a header at once. Of two that must both
 * differ it then takes "neither" for "not both", and of bits of which one must
 * be set, with a comparison beside them, that all are and no other.
 *
 * @module
 */

import {
  type DataType,
  dataType,
  literalOf,
  numberOf,
} from "../model/data_types.ts";
import type { Literal, Value } from "../model/expression.ts";
import { headers } from "../model/fields.ts";
import type { Match, Statement } from "../model/statement.ts";

const REGISTER = 32;

/** A plain comparison of a field, and the bits that the field takes. */
interface Comparison {
  readonly match: Match["match"];
  readonly layer: string;
  readonly start: number;
  readonly end: number;
  readonly type: DataType;
}

function comparisonOf(statement: Statement): Comparison | undefined {
  if (!("match" in statement)) return undefined;
  const { match } = statement;
  const { left, right } = match;
  if (typeof left !== "object" || !("payload" in left)) return undefined;
  if (!("protocol" in left.payload)) return undefined;
  const isPlain = typeof right === "number" ||
    typeof right === "string" && !right.startsWith("@") ||
    Array.isArray(right);
  const header = headers[left.payload.protocol];
  const field = header?.fields[left.payload.field];
  if (!isPlain || !field) return undefined;
  const { offset: start, bits, type } = field;
  if (start % 8 || bits % 8) return undefined;
  const end = start + bits;
  return { match, layer: header!.layer, start, end, type: dataType(type) };
}

/** Whether nft joins two: it does not where both are of whole registers. */
function beside(a: Comparison, b: Comparison): boolean {
  if (a.layer !== b.layer) return false;
  if (a.end !== b.start && b.end !== a.start) return false;
  const sizes = [a.end - a.start, b.end - b.start];
  return sizes.some((bits) => bits % REGISTER > 0);
}

/**
 * Says the same in words that nft does not join.
 *
 * @param statements A rule's statements.
 * @returns The same, or statements of the same meaning.
 */
export function apart(statements: readonly Statement[]): readonly Statement[] {
  let count = 0;
  for (const statement of statements) {
    if ("match" in statement && statement.match.op !== "==") count++;
  }
  if (count === 0 || statements.length < 2) return statements;
  const all = statements.map(comparisonOf);
  return statements.map((statement, i) => {
    const own = all[i];
    if (!own) return statement;
    const { op, left, right } = own.match;
    const meets = (op: string, before = all.length) =>
      all.some((other, j) =>
        other && j !== i && j < before && other.match.op === op &&
        beside(own, other)
      );
    if (op === "in" && (meets("==") || meets("in"))) {
      const mask = (Array.isArray(right) ? right : [right]) as string[];
      return { match: { op: "!=", left: { "&": [left, mask] }, right: 0 } };
    }
    if (op !== "!=" || !meets("!=", i)) return statement;
    const set = others(own.type, own.end - own.start, right as Literal);
    return {
      match: { op: "==", left, right: set.length === 1 ? set[0]! : { set } },
    };
  });
}

/** All values of so many bits but one, as spans. */
function others(type: DataType, bits: number, but: Literal): Value[] {
  const value = BigInt(numberOf(type, but));
  const most = (1n << BigInt(bits)) - 1n;
  const span = (low: bigint, high: bigint): Value =>
    low === high
      ? literalOf(type, low)
      : { range: [literal(type, low), literal(type, high)] };
  const values: Value[] = [];
  if (value > 0n) values.push(span(0n, value - 1n));
  if (value < most) values.push(span(value + 1n, most));
  return values;
}

const literal = (type: DataType, value: bigint): Literal =>
  literalOf(type, value) as Literal;
