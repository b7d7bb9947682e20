/**
 * The data types of expressions that are text: those behind `typeof`.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import type { Family } from "../model/ruleset.ts";
import { readExpression } from "./expressions.ts";
import { Lexer } from "./lexer.ts";

const known = new Map<string, readonly DataType[]>();

/**
 * Finds the data types of an expression.
 *
 * @param text As nft has it: `"ip saddr . tcp dport"`.
 * @param family The family of the table that it stands in.
 * @returns A type for each part.
 * @throws {RulesetError} If it is no expression.
 */
export function typesOfText(
  text: string,
  family: Family,
): readonly DataType[] {
  const key = `${family} ${text}`;
  let types = known.get(key);
  if (!types) {
    const lexer = new Lexer(text, new Map());
    lexer.family = family;
    lexer.next();
    types = readExpression(lexer, []).types;
    if (!lexer.atEnd()) throw lexer.unexpected("the end of the expression");
    if (known.size < 1000) known.set(key, types);
  }
  return types;
}
