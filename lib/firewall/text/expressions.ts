/**
 * Expressions: what is read from a packet, and what operators and maps make
 * of it.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import {
  AND,
  AT,
  CLOSE,
  DOT,
  LEFT_SHIFT,
  type Lexer,
  OPEN,
  OR,
  QUOTED,
  RIGHT_SHIFT,
  WORD,
  XOR,
} from "./lexer.ts";
import {
  readRawPayload,
  readSelector,
  select,
  type Selected,
  simpleStarts,
  type Start,
  takeModulus,
  takeOffset,
} from "./selectors.ts";
import { type DataOf, readMap } from "./sets.ts";
import {
  type Constant,
  fold,
  operatorAt,
  readConstant,
  readKey,
  strengthOf,
} from "./values.ts";

const NO_TYPES: readonly DataType[] = [];

/** Every word that begins an expression. */
export const starts: ReadonlyMap<string, Start> = new Map([
  ...simpleStarts,
  ["jhash", { whole: undefined, fields: undefined, read: readJhash }],
]);

function readJhash(lexer: Lexer): Selected {
  lexer.deeper();
  const expr = readExpression(lexer, NO_TYPES).expression;
  lexer.higher();
  const mod = takeModulus(lexer);
  const seed = lexer.skipWord("seed") ? lexer.integer("a seed") : undefined;
  return select({
    jhash: {
      ...{ expr, mod },
      ...seed !== undefined && { seed },
      ...takeOffset(lexer),
    },
  });
}

/**
 * Reads an expression.
 *
 * @param lexer The cursor.
 * @param wanted The types of what it should give, for constants in it.
 */
export function readExpression(
  lexer: Lexer,
  wanted: readonly DataType[],
): Selected {
  const { kind } = lexer;
  const reads = kind === AT || kind === OPEN ||
    kind === WORD && isStart(lexer, wanted[0]);
  return reads || wanted.length === 0
    ? readRest(lexer, readOperand(lexer, wanted[0]), wanted)
    : { expression: readKey(lexer, wanted, true), types: wanted };
}

/** Whether a word is no name of a value, but begins an expression. */
const isStart = (lexer: Lexer, type: DataType | undefined): boolean =>
  !type?.byName.has(lexer.word) && starts.has(lexer.word);

/** Reads what may follow an operand: operators, more parts, a map. */
export function readRest(
  lexer: Lexer,
  first: Selected,
  wanted: readonly DataType[],
): Selected {
  let left = strengthOf(operatorAt(lexer)) > 0
    ? readBinary(lexer, first, 1)
    : first;
  if (lexer.kind === DOT) left = readConcat(lexer, left, wanted);
  return lexer.kind === WORD && lexer.word === "map"
    ? readLookup(lexer, left, wanted)
    : left;
}

function readConcat(
  lexer: Lexer,
  first: Selected,
  wanted: readonly DataType[],
): Selected {
  const concat = [first.expression];
  const types = [...first.types];
  while (lexer.skip(DOT)) {
    const part = readBinary(
      lexer,
      readOperand(lexer, wanted[concat.length]),
      1,
    );
    concat.push(part.expression);
    types.push(...part.types);
  }
  return { expression: { concat }, types };
}

/** `map { … }`: the cursor is on that word. */
function readLookup(
  lexer: Lexer,
  key: Selected,
  data: DataOf,
): Selected {
  lexer.next();
  const found = readMap(lexer, key.types, data);
  return {
    expression: { map: { key: key.expression, data: found } },
    types: typeof data === "string" ? NO_TYPES : data,
  };
}

/** The most operators in one expression. */
const MOST_OPERATORS = 64;

/** Reads operators on bits that bind at least so strongly. */
function readBinary(lexer: Lexer, first: Selected, least: number): Selected {
  let left = first;
  for (let count = 0;; count++) {
    const operator = operatorAt(lexer);
    const strength = strengthOf(operator);
    if (strength === 0 || strength < least) return left;
    if (count >= MOST_OPERATORS) {
      throw lexer.error("an expression has so many operators only by mistake");
    }
    lexer.next();
    const shift = operator === LEFT_SHIFT || operator === RIGHT_SHIFT;
    const type = shift ? undefined : left.types[0];
    const right = readBinary(lexer, readOperand(lexer, type), strength + 1);
    left = {
      expression: combine(lexer, operator, left, right),
      types: left.types.length ? left.types : right.types,
    };
  }
}

const isConstant = (expression: Expression): expression is Constant =>
  typeof expression !== "object" || Array.isArray(expression);

function combine(
  lexer: Lexer,
  operator: number,
  { expression: left, types }: Selected,
  { expression: right }: Selected,
): Expression {
  if (isConstant(left) && isConstant(right)) {
    return fold(lexer, types[0], operator, left, right);
  }
  const shift = operator === LEFT_SHIFT || operator === RIGHT_SHIFT;
  if (shift && isConstant(right) && typeof right !== "number") {
    throw lexer.error("bits are shifted by a number");
  }
  switch (operator) {
    case AND:
      return { "&": [left, right] };
    case OR:
      return { "|": [left, right] };
    case XOR:
      return { "^": [left, right] };
    case LEFT_SHIFT:
      return { "<<": [left, right] };
    default:
      return { ">>": [left, right] };
  }
}

/** Reads an operand: a field, a constant, or an expression in parentheses. */
export function readOperand(
  lexer: Lexer,
  type: DataType | undefined,
): Selected {
  if (lexer.kind === WORD && !type?.byName.has(lexer.word)) {
    const start = starts.get(lexer.word);
    if (start) return readSelector(lexer, start);
  } else if (lexer.kind === AT) {
    lexer.next();
    return readRawPayload(lexer);
  } else if (lexer.kind === OPEN) {
    lexer.deeper();
    lexer.next();
    const inside = readBinary(lexer, readOperand(lexer, type), 1);
    lexer.higher();
    lexer.take(CLOSE, '")"');
    return inside;
  }
  const expression = readSingle(lexer, type);
  return { expression, types: type ? [type] : NO_TYPES };
}

/** One constant; operators behind it are the expression's. */
function readSingle(lexer: Lexer, type: DataType | undefined): Expression {
  const isText = lexer.kind === WORD || lexer.kind === QUOTED;
  if (isText && type === undefined) {
    throw lexer.unexpected(
      "what to read from a packet, as tcp dport",
      starts.keys(),
    );
  }
  return readConstant(lexer, type);
}
