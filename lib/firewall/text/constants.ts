/**
 * Constants by themselves, read by the data type of what they stand beside.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { type DataType, readValue } from "../model/data_types.ts";
import type { Literal } from "../model/expression.ts";
import {
  CLOSE_BRACKET,
  INTEGER,
  IPV4,
  type Lexer,
  LITERAL,
  OPEN_BRACKET,
  QUOTED,
  WORD,
} from "./lexer.ts";

/** A literal, or several bits. */
export type Constant = Literal | readonly string[];

/** Words that were read before, by type; addresses would be too many. */
const known = new Map<DataType, Map<string, Constant>>();
const MOST_KNOWN = 1000;

const LIMITS = Array.from({ length: 54 }, (_, bits) => 2 ** bits);

/** Reads one constant; undefined as its type: whatever it looks like. */
export function readConstant(
  lexer: Lexer,
  type: DataType | undefined,
): Constant {
  const { kind, value } = lexer;
  if (type === undefined) return readUntyped(lexer);
  if (kind === INTEGER && type.kind === "integer") {
    const { bits, byNumber, most = Infinity } = type;
    const fits = bits === undefined || bits > 53 || value < LIMITS[bits]!;
    if (fits && value <= most) {
      lexer.next();
      return byNumber.size === 0 ? value : byNumber.get(value) ?? value;
    }
  } else if (kind === IPV4 && type.name === "ipv4_addr") {
    const { word } = lexer;
    lexer.next();
    return word;
  } else if (kind === OPEN_BRACKET && type.name === "ipv6_addr") {
    lexer.next();
    const address = readConstant(lexer, type);
    lexer.take(CLOSE_BRACKET, '"]"');
    return address;
  } else if (
    kind !== WORD && kind !== QUOTED && kind !== LITERAL &&
    kind !== INTEGER && kind !== IPV4
  ) {
    throw lexer.unexpected(type.what);
  }
  const text = kind === INTEGER ? `${value}` : lexer.word;
  const found = readText(lexer, type, text);
  lexer.next();
  return found;
}

function readText(lexer: Lexer, type: DataType, text: string): Constant {
  let words = known.get(type);
  const before = words?.get(text);
  if (before !== undefined) return before;
  let constant: Constant;
  try {
    constant = readValue(type, text);
  } catch (error) {
    throw located(lexer, type, text, error);
  }
  if (type.kind !== "address" && type.kind !== "mac") {
    if (!words) known.set(type, words = new Map());
    if (words.size < MOST_KNOWN) words.set(text, constant);
  }
  return constant;
}

/** What the model says of a value, said of its place. */
export function located(
  lexer: Lexer,
  type: DataType,
  text: string,
  error: unknown,
): unknown {
  if (lexer.kind === WORD && type.byName.size > 0) {
    return lexer.unexpected(type.what, type.byName.keys());
  }
  if (error instanceof ParseError) {
    const reason = /: (.*?)(?: at offset \d+)?$/s.exec(error.message)?.[1];
    return lexer.error(
      `${JSON.stringify(text)} is not ${type.what}: ${reason ?? error.message}`,
    );
  }
  if (error instanceof RangeError || error instanceof TypeError) {
    return lexer.error(error.message);
  }
  return error;
}

function readUntyped(lexer: Lexer): Constant {
  const { kind, word, value } = lexer;
  switch (kind) {
    case INTEGER:
      lexer.next();
      return value;
    case LITERAL:
      if (/^0x[\da-f]+$/i.test(word)) {
        const number = BigInt(word);
        lexer.next();
        return number <= Number.MAX_SAFE_INTEGER ? Number(number) : word;
      }
      lexer.next();
      return word;
    case IPV4:
    case WORD:
    case QUOTED:
      lexer.next();
      return word === "exists" ? true : word === "missing" ? false : word;
    default:
      throw lexer.unexpected("a value");
  }
}
