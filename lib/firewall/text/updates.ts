/**
 * Statements that put elements into sets and maps.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import type { SetUpdate, Statement } from "../model/statement.ts";
import { readExpression } from "./expressions.ts";
import {
  AT,
  CLOSE_BRACE,
  COLON,
  type Lexer,
  OPEN_BRACE,
  WORD,
} from "./lexer.ts";
import { readTime } from "./rates.ts";
import { readData, readReference } from "./sets.ts";
import { type Read, stateful } from "./stateful.ts";

const INTEGER_TYPE = dataType("integer");

const SET_OPERATIONS = ["add", "update", "delete"] as const;

/** What a map gives whose types nothing says. */
export const NUMBERS: readonly DataType[] = [INTEGER_TYPE];

/** `add @set { … }`: the cursor stands behind the word. */
export function readUpdate(op: SetUpdate["set"]["op"]): Read {
  return (lexer) => {
    if (lexer.kind !== AT) throw lexer.unexpected('"@" and the name of a set');
    const set = readReference(lexer);
    lexer.take(OPEN_BRACE, '"{"');
    const { elem, stmt } = readUpdated(lexer);
    const more = stmt.length > 0 ? { stmt } : {};
    if (!lexer.skip(COLON)) {
      lexer.take(CLOSE_BRACE, '"}"');
      return { set: { op, elem, set, ...more } };
    }
    const data = readMapped(lexer, set);
    lexer.take(CLOSE_BRACE, '"}"');
    return { map: { op, elem, data, map: set, ...more } };
  };
}

/** What a map is to hold: by the types of the map where it is known. */
function readMapped(lexer: Lexer, map: string): Expression {
  const types = lexer.dataOf?.(map.slice(1));
  return types === "verdict"
    ? readData(lexer, types) as unknown as Expression
    : readExpression(lexer, types ?? NUMBERS).expression;
}

/** A key with what stands with it. */
function readUpdated(
  lexer: Lexer,
): Pick<SetUpdate["set"], "elem"> & { stmt: Statement[] } {
  const val = readExpression(lexer, []).expression;
  const extras: { timeout?: number; comment?: string } = {};
  const stmt: Statement[] = [];
  while (lexer.kind === WORD) {
    if (lexer.skipWord("timeout")) extras.timeout = readTime(lexer);
    else if (lexer.skipWord("comment")) {
      extras.comment = lexer.name("a comment");
    } else {
      const read = stateful.get(lexer.word);
      if (!read) {
        throw lexer.unexpected('"}" or what stands with the element', [
          "timeout",
          ...stateful.keys(),
        ]);
      }
      lexer.next();
      stmt.push(read(lexer));
    }
  }
  const plain = extras.timeout === undefined && extras.comment === undefined;
  return { elem: plain ? val : { elem: { val, ...extras } }, stmt };
}

/** `set add tcp dport @set`: the cursor stands behind `set`. */
export function readOldUpdate(lexer: Lexer): Statement {
  const op = SET_OPERATIONS.find((word) => word === lexer.word);
  if (!op) {
    throw lexer.unexpected('"add", "update" or "delete"', SET_OPERATIONS);
  }
  lexer.next();
  const { elem, stmt } = readUpdated(lexer);
  const more = stmt.length > 0 ? { stmt } : {};
  if (lexer.skip(COLON)) {
    const data = readExpression(lexer, NUMBERS).expression;
    return { map: { op, elem, data, map: readReference(lexer), ...more } };
  }
  if (lexer.kind !== AT) throw lexer.unexpected('"@" and the name of a set');
  return { set: { op, elem, set: readReference(lexer), ...more } };
}

/** The cursor stands behind `meter`. */
export function readMeter(lexer: Lexer): Statement {
  const name = lexer.ownName("the name of a meter");
  const size = lexer.skipWord("size") ? lexer.integer("a size") : 65535;
  lexer.take(OPEN_BRACE, '"{"');
  const { elem: key, stmt } = readUpdated(lexer);
  if (stmt.length !== 1) {
    throw lexer.unexpected(
      "what stands with each key, as limit rate 10/second",
    );
  }
  lexer.take(CLOSE_BRACE, '"}"');
  return { meter: { name, key, size, stmt: stmt[0]! } };
}
