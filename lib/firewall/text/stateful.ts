/**
 * Statements that keep a state, and may stand with elements of a set; objects that rules name.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Statement, Synproxy } from "../model/statement.ts";
import { readExpression, starts } from "./expressions.ts";
import { type Lexer, QUOTED, WORD } from "./lexer.ts";
import {
  readConnections,
  readCounts,
  readLimit,
  readQuota,
  readTime,
} from "./rates.ts";
import { OBJECT } from "./sets.ts";

export type Read = (lexer: Lexer) => Statement;

/** Reads a name of an object, or a map that finds one. */
export function readObject(lexer: Lexer): Expression {
  const named = lexer.kind === QUOTED ||
    lexer.kind === WORD && !starts.has(lexer.word);
  if (named) return lexer.name("the name of an object");
  const { expression } = readExpression(lexer, OBJECT);
  const isMap = typeof expression === "object" && "map" in expression;
  if (isMap || typeof expression === "string") return expression;
  throw lexer.error("an object has one name, or a map finds it");
}

export const objectOr = <T>(
  read: (lexer: Lexer) => T,
): (lexer: Lexer) => T | Expression =>
(lexer) =>
  lexer.skipWord("name") || lexer.kind === QUOTED
    ? readObject(lexer)
    : read(lexer);

const COUNTERS: Read = (lexer) => ({
  counter: objectOr(readCounts)(lexer),
} as Statement);

/** What a synproxy tells; the cursor stands behind that word. */
export function readSynproxy(lexer: Lexer): Synproxy | null {
  let mss = 0;
  let wscale = 0;
  const flags: ("timestamp" | "sack-perm")[] = [];
  while (lexer.kind === WORD) {
    if (lexer.skipWord("mss")) mss = lexer.integer("a segment size");
    else if (lexer.skipWord("wscale")) wscale = lexer.integer("a window scale");
    else if (lexer.skipWord("timestamp")) flags.unshift("timestamp");
    else if (lexer.skipWord("sack-perm")) flags.push("sack-perm");
    else break;
  }
  if (mss === 0 && wscale === 0 && flags.length === 0) return null;
  return {
    ...mss > 0 && { mss },
    ...wscale > 0 && { wscale },
    ...flags.length > 0 && { flags },
  };
}

/** Statements that may stand with elements of a set. */
export const stateful: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["counter", COUNTERS],
  ["limit", (lexer) => ({ limit: objectOr(readLimit)(lexer) }) as Statement],
  ["quota", (lexer) => ({ quota: objectOr(readQuota)(lexer) }) as Statement],
  ["ct", (lexer) => {
    lexer.takeWord("count");
    return { "ct count": readConnections(lexer) };
  }],
  ["last", (lexer) => {
    if (!lexer.skipWord("used") || lexer.skipWord("never")) {
      return { last: null };
    }
    return { last: { used: readTime(lexer) } };
  }],
]);
