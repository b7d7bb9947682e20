/**
 * JavaScript for comparisons: a rule ends at one that does not hold.
 *
 * @module
 */

import type {
  AnonymousSet,
  Expression,
  SetReference,
  Value,
} from "../model/expression.ts";
import type { Operator } from "../model/statement.ts";
import type { Code } from "./code.ts";
import { compare, equals } from "./condition_code.ts";
import { isConstant, partsOf, spanOf } from "./constants.ts";
import type { Writer } from "./writer.ts";

/** How many elements are compared one by one. */
const FEW = 4;

/** Writes a comparison; the rule ends unless it holds. */
export function writeMatch(
  writer: Writer,
  left: Expression,
  operator: Operator,
  right: Expression | AnonymousSet | SetReference,
): void {
  const isNegated = operator === "!=";
  if (typeof right === "string" && right.startsWith("@")) {
    return writeMember(writer, left, right as SetReference, isNegated);
  }
  if (typeof right === "object" && !Array.isArray(right) && "set" in right) {
    const elements = right.set;
    const isPlain = elements.length <= FEW && partsOf(left).length === 1 &&
      elements.every((element) =>
        typeof element !== "object" || !("elem" in element)
      );
    if (!isPlain) return writeMember(writer, left, right, isNegated);
    const code = operand(writer, left, isNegated);
    const any = (elements as readonly Value[]).map((element) =>
      equals(code, spanOf(code.type, element), writer)
    ).join(" || ");
    return writer.require(isNegated ? `!(${any})` : any);
  }
  const parts = partsOf(left);
  if (parts.length > 1) {
    const values = partsOf(right);
    const codes = parts.map((part) => writer.value(part));
    const all = codes.map((code, i) =>
      equals(code, spanOf(code.type, values[i]!), writer)
    ).join(" && ");
    return writer.require(isNegated ? `!(${all})` : all);
  }
  const code = operand(writer, left, operator !== "==");
  if (typeof right === "boolean") {
    // Whether a lookup found anything, or a header is there.
    const none = code.shape === "string" ? '""' : "0";
    const isWanted = right !== isNegated;
    return writer.require(
      `${code.terms[0]} ${isWanted ? "!==" : "==="} ${none}`,
    );
  }
  if (!isConstant(right)) {
    const other = writer.value(right, code.type);
    const all = code.terms.map((term, i) => `${term} === ${other.terms[i]}`)
      .join(" && ");
    return writer.require(isNegated ? `!(${all})` : all);
  }
  writer.require(compare(code, operator, spanOf(code.type, right), writer));
}

/** A left side; where it is -1 if it is not there, equality needs no guard. */
function operand(
  writer: Writer,
  left: Expression,
  isGuarded: boolean,
): Code {
  const code = writer.code(left);
  if (isGuarded || code.isSentinel !== true) writer.prepare(code);
  return code;
}

function writeMember(
  writer: Writer,
  left: Expression,
  right: AnonymousSet | SetReference,
  isNegated: boolean,
): void {
  const { terms, types } = writer.key(left);
  const from = writer.lookup(right, types);
  const { place, found, held } = writer.find(from, terms);
  const holds = isNegated ? `!(${found})` : found;
  writer.require(from.otherwise >= 0 ? "true" : holds);
  writer.count(from, place, held);
}
