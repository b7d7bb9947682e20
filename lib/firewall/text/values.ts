/**
 * Constants, read by the data type of what they stand beside.
 *
 * @module
 */

import { formatIpv4 } from "../../ip/format.ts";
import { type DataType, literalOf, numberOf } from "../model/data_types.ts";
import type { Literal, Value } from "../model/expression.ts";
import {
  AND,
  AT_LEAST,
  AT_MOST,
  BANG,
  CLOSE,
  COMMA,
  DASH,
  DOT,
  EQUAL,
  GREATER,
  INTEGER,
  LEFT_SHIFT,
  LESS,
  type Lexer,
  OPEN,
  OR,
  RIGHT_SHIFT,
  SLASH,
  UNEQUAL,
  WORD,
  XOR,
} from "./lexer.ts";
import { type Constant, located, readConstant } from "./constants.ts";
export { type Constant, readConstant };

/** Operators that are words. */
const WORD_OPERATORS: ReadonlyMap<string, number> = new Map([
  ["and", AND],
  ["or", OR],
  ["xor", XOR],
  ["lshift", LEFT_SHIFT],
  ["rshift", RIGHT_SHIFT],
  ["eq", EQUAL],
  ["ne", UNEQUAL],
  ["lt", LESS],
  ["le", AT_MOST],
  ["gt", GREATER],
  ["ge", AT_LEAST],
  ["not", BANG],
]);

/** The code of the operator that the cursor is on, be it a sign or a word. */
export const operatorAt = (lexer: Lexer): number =>
  lexer.kind === WORD ? WORD_OPERATORS.get(lexer.word) ?? 0 : lexer.kind;

/** How strongly an operator on bits binds; 0: it is none. */
export function strengthOf(operator: number): number {
  switch (operator) {
    case OR:
      return 1;
    case XOR:
      return 2;
    case AND:
      return 3;
    case LEFT_SHIFT:
    case RIGHT_SHIFT:
      return 4;
    default:
      return 0;
  }
}

/**
 * Reads one value: a constant, a range, a prefix, several bits, or what
 * operators make of constants.
 *
 * @param lexer The cursor.
 * @param type Its data type.
 * @param list Whether bits may have commas between them.
 */
export function readOne(
  lexer: Lexer,
  type: DataType | undefined,
  list: boolean = false,
): Value {
  if (lexer.kind === OPEN) return readFolded(lexer, type, list);
  const first = readConstant(lexer, type);
  switch (lexer.kind) {
    case DASH:
      return readRange(lexer, type, first);
    case SLASH:
      return type === undefined || type.kind === "address"
        ? readPrefix(lexer, type, first)
        : first;
    case COMMA:
      return list && isBits(type) ? readBits(lexer, type!, first, list) : first;
    case DOT:
      return first;
  }
  return strengthOf(operatorAt(lexer)) > 0
    ? readBits(lexer, type, first, list)
    : first;
}

/** Whether values of a type are sets of bits. */
export const isBits = (type: DataType | undefined): boolean =>
  type !== undefined && (type.kind === "bitmask" || type.kind === "label");

function readFolded(
  lexer: Lexer,
  type: DataType | undefined,
  list: boolean,
): Value {
  const first = readGroup(lexer, type);
  return readBits(lexer, type, first, list);
}

/** A constant, or several of them in parentheses. */
function readGroup(lexer: Lexer, type: DataType | undefined): Constant {
  if (!lexer.skip(OPEN)) return readConstant(lexer, type);
  lexer.deeper();
  const inside = readBits(lexer, type, readGroup(lexer, type), true);
  lexer.higher();
  lexer.take(CLOSE, '")"');
  return inside;
}

/** What operators between constants make of them. */
function readBits(
  lexer: Lexer,
  type: DataType | undefined,
  first: Constant,
  list: boolean,
  least: number = 1,
): Constant {
  let left = first;
  for (;;) {
    const comma = list && lexer.kind === COMMA && isBits(type);
    const operator = comma ? OR : operatorAt(lexer);
    const strength = strengthOf(operator);
    if (strength < least || strength === 0) return left;
    lexer.next();
    let right = readGroup(lexer, operator >= LEFT_SHIFT ? undefined : type);
    right = readBits(lexer, type, right, list, strength + 1);
    left = fold(lexer, type, operator, left, right);
  }
}

/** Computes with constants. */
export function fold(
  lexer: Lexer,
  type: DataType | undefined,
  operator: number,
  left: Constant,
  right: Constant,
): Constant {
  const shift = operator === LEFT_SHIFT || operator === RIGHT_SHIFT;
  if (!type || shift && typeof right !== "number") {
    throw lexer.error("nothing says how wide these values are");
  }
  let a: bigint;
  let b: bigint;
  try {
    a = BigInt(numberOf(type, left));
    b = BigInt(shift ? right as number : numberOf(type, right));
  } catch (error) {
    throw located(lexer, type, lexer.found(), error);
  }
  if (shift && b >= 128n) throw lexer.error("nothing is that wide");
  const wide = BigInt.asUintN(
    type.bits ?? 64,
    operator === OR
      ? a | b
      : operator === AND
      ? a & b
      : operator === XOR
      ? a ^ b
      : operator === LEFT_SHIFT
      ? a << b
      : a >> b,
  );
  try {
    return literalOf(
      type,
      wide <= Number.MAX_SAFE_INTEGER ? Number(wide) : wide,
    );
  } catch (error) {
    throw located(lexer, type, lexer.found(), error);
  }
}

function readRange(
  lexer: Lexer,
  type: DataType | undefined,
  first: Constant,
): Value {
  if (typeof first === "object") {
    throw lexer.error("several bits have no range");
  }
  if (type?.kind === "string") throw lexer.error(`${type.what} has no range`);
  lexer.next();
  const at = lexer.mark();
  const length = lexer.found().length;
  const last = readConstant(lexer, type);
  if (typeof last === "object") throw lexer.error("several bits have no range");
  // nft lists "tcp dport < 2000 tcp dport > 1000" so.
  if (
    lexer.unequal && typeof first === "number" && typeof last === "number" &&
    first >= last
  ) {
    lexer.reversed = true;
    return { range: [first, last] };
  }
  let descends: boolean;
  try {
    descends = typeof first === "number" && typeof last === "number"
      ? first > last
      : type !== undefined && type.kind !== "hour" &&
        numberOf(type, first) > numberOf(type, last);
  } catch (error) {
    // Who has which number, only the machine knows.
    throw lexer.error((error as Error).message, length, at);
  }
  if (descends) {
    throw lexer.error(
      `a range must not end below where it begins, which is ${first}`,
      length,
      at,
    );
  }
  return first === last ? first : { range: [first, last] };
}

function readPrefix(
  lexer: Lexer,
  type: DataType | undefined,
  address: Constant,
): Value {
  const wide = type ? type.bits === 128 : String(address).includes(":");
  const bits = wide ? 128 : 32;
  lexer.next();
  // nft lists a prefix and a port so: 10.0.0.0/8:80.
  lexer.splitLiteral();
  const len = lexer.value;
  if (lexer.kind !== INTEGER || len > bits) {
    throw lexer.unexpected(`a prefix length from 0 to ${bits}`);
  }
  lexer.next();
  if (len === bits) return address as Literal;
  let addr = address as string;
  if (!wide) {
    const value = ipv4Number(addr);
    const host = 2 ** (32 - len);
    if (value % host !== 0) addr = formatIpv4(value - value % host);
  } else if (type) {
    const host = 1n << BigInt(128 - len);
    const whole = numberOf(type, addr) as bigint;
    if (whole % host !== 0n) {
      addr = literalOf(type, whole - whole % host) as string;
    }
  }
  return { prefix: { addr, len } };
}

/**
 * Reads a value of one type, or several with dots between them.
 *
 * @param lexer The cursor.
 * @param types The types of its parts.
 * @param list Whether bits may have commas between them.
 * @param fewer Whether the first part may stand alone.
 */
export function readKey(
  lexer: Lexer,
  types: readonly DataType[],
  list: boolean = false,
  fewer: boolean = false,
): Value {
  const first = readOne(lexer, types[0], list);
  if (lexer.kind !== DOT) {
    if (types.length > 1 && !fewer) {
      throw lexer.unexpected(`"." and ${types[1]!.what}`);
    }
    return first;
  }
  const concat: Value[] = [first];
  while (lexer.skip(DOT)) {
    if (types.length > 0 && concat.length >= types.length) {
      throw lexer.error(
        `a key has ${
          types.length === 1 ? "one part" : `${types.length} parts`
        } here`,
      );
    }
    concat.push(readOne(lexer, types[concat.length]));
  }
  if (concat.length < types.length) {
    throw lexer.unexpected(`"." and ${types[concat.length]!.what}`);
  }
  return { concat };
}

/** An address as a number; its text is canonical. */
function ipv4Number(text: string): number {
  let value = 0;
  let octet = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 46) {
      value = value * 256 + octet;
      octet = 0;
    } else octet = octet * 10 + code - 48;
  }
  return value * 256 + octet;
}
