/**
 * What stands in the braces of sets and maps.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type {
  AnonymousMap,
  AnonymousSet,
  Element,
  Mapping,
  SetReference,
  Value,
  Verdict,
} from "../model/expression.ts";
import { canonicalElements, canonicalMappings } from "../model/elements.ts";
import {
  AT,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  type Lexer,
  OPEN_BRACE,
  OPEN_BRACKET,
  STAR,
  WORD,
} from "./lexer.ts";
import {
  readConnections,
  readCounts,
  readLimit,
  readQuota,
  readTime,
} from "./rates.ts";
import { readKey } from "./values.ts";

/** What keys stand for: verdicts, or values of these types. */
export type DataOf = "verdict" | readonly DataType[];

/** Where a translation leads: an address, and a port or none. */
export const NAT_IPV4: readonly DataType[] = [
  dataType("ipv4_addr"),
  dataType("inet_service"),
];
/** The same of IPv6. */
export const NAT_IPV6: readonly DataType[] = [
  dataType("ipv6_addr"),
  dataType("inet_service"),
];

/** Names of objects, as maps of them have. */
export const OBJECT: readonly DataType[] = [dataType("string")];

const ACCEPT: Verdict = { accept: null };
const DROP: Verdict = { drop: null };
const CONTINUE: Verdict = { continue: null };
const RETURN: Verdict = { return: null };
const VERDICTS = ["accept", "drop", "continue", "return", "jump", "goto"];

/** Reads a verdict. */
export function readVerdict(lexer: Lexer): Verdict {
  const { word } = lexer;
  if (lexer.kind !== WORD || !VERDICTS.includes(word)) {
    throw lexer.unexpected("a verdict", VERDICTS);
  }
  lexer.next();
  switch (word) {
    case "accept":
      return ACCEPT;
    case "drop":
      return DROP;
    case "continue":
      return CONTINUE;
    case "return":
      return RETURN;
    case "jump":
      return { jump: { target: lexer.ownName("a chain") } };
    default:
      return { goto: { target: lexer.ownName("a chain") } };
  }
}

/** `@name`; the cursor is on the `@`. */
export function readReference(lexer: Lexer): SetReference {
  lexer.next();
  return `@${lexer.ownName("the name of a set")}`;
}

/** Goes through what stands in braces, with commas between. */
function eachElement(lexer: Lexer, read: (lexer: Lexer) => void): void {
  lexer.deeper();
  lexer.take(OPEN_BRACE, '"{"');
  lexer.skipLines();
  while (lexer.kind !== CLOSE_BRACE) {
    // What a variable stands for may be a set.
    if (lexer.kind === OPEN_BRACE) eachElement(lexer, read);
    else read(lexer);
    if (lexer.kind === OPEN_BRACKET) skipRemark(lexer);
    lexer.skipLines();
    if (lexer.kind !== CLOSE_BRACE) {
      lexer.take(COMMA, '"," or "}"');
      lexer.skipLines();
    }
  }
  lexer.next();
  lexer.higher();
}

/** `[invalid type]`, which nft lists behind ports of ct. */
function skipRemark(lexer: Lexer): void {
  lexer.next();
  lexer.takeWord("invalid");
  lexer.takeWord("type");
  lexer.take(CLOSE_BRACKET, '"]"');
}

/** An element's key: `*` is whatever no other element is. */
function readElementKey(lexer: Lexer, types: readonly DataType[]): Value {
  if (lexer.kind !== STAR) return readKey(lexer, types);
  lexer.next();
  return "*";
}

type Extras = Omit<Element["elem"], "val">;

/** What an element carries. */
function readExtras(lexer: Lexer): Extras | undefined {
  let extras: Extras | undefined;
  for (; lexer.kind === WORD; lexer.skipLines()) {
    const more = readExtra(lexer);
    if (!more) break;
    extras = { ...extras, ...more };
  }
  return extras;
}

function readExtra(lexer: Lexer): Extras | undefined {
  switch (lexer.word) {
    case "timeout":
      lexer.next();
      return { timeout: readTime(lexer) };
    case "expires":
      lexer.next();
      return { expires: readTime(lexer) };
    case "comment":
      lexer.next();
      return { comment: lexer.name("a comment") };
    case "counter":
      lexer.next();
      return { counter: readCounts(lexer) };
    case "limit":
      lexer.next();
      return { limit: readLimit(lexer) };
    case "quota":
      lexer.next();
      return { quota: readQuota(lexer) };
    case "ct":
      lexer.next();
      lexer.takeWord("count");
      return { "ct count": readConnections(lexer) };
    default:
      return undefined;
  }
}

/**
 * Reads the elements of a set.
 *
 * @param lexer The cursor, on the brace.
 * @param types The types of a key.
 */
export function readElements(
  lexer: Lexer,
  types: readonly DataType[],
): (Value | Element)[] {
  const elements: (Value | Element)[] = [];
  eachElement(lexer, (lexer) => {
    const val = readElementKey(lexer, types);
    const extras = lexer.kind === WORD ? readExtras(lexer) : undefined;
    elements.push(extras ? { elem: { val, ...extras } } : val);
  });
  return elements;
}

/**
 * Reads the elements of a map.
 *
 * @param lexer The cursor, on the brace.
 * @param types The types of a key.
 * @param data What keys stand for.
 * @param bare Whether a key may stand alone, as where it is deleted.
 */
export function readMappings(
  lexer: Lexer,
  types: readonly DataType[],
  data: DataOf,
  bare: boolean = false,
): Mapping[] {
  const mappings: Mapping[] = [];
  eachElement(lexer, (lexer) => {
    const val = readElementKey(lexer, types);
    const extras = lexer.kind === WORD ? readExtras(lexer) : undefined;
    const key = extras ? { elem: { val, ...extras } } : val;
    if (bare && lexer.kind !== COLON) {
      mappings.push([key, ""]);
      return;
    }
    lexer.take(COLON, '":" and what the key stands for');
    lexer.skipLines();
    mappings.push([key, readData(lexer, data)]);
  });
  return mappings;
}

/** What a key stands for. */
export function readData(lexer: Lexer, data: DataOf): Value | Verdict {
  return data === "verdict"
    ? readVerdict(lexer)
    : readKey(lexer, data, false, data === NAT_IPV4 || data === NAT_IPV6);
}

/** A set in braces, or a name of one. */
export function readSet(
  lexer: Lexer,
  types: readonly DataType[],
): AnonymousSet | SetReference {
  return lexer.kind === AT
    ? readReference(lexer)
    : { set: sortedElements(types, readElements(lexer, types), true) };
}

/** A map in braces, or a name of one. */
export function readMap(
  lexer: Lexer,
  types: readonly DataType[],
  data: DataOf,
): AnonymousMap | SetReference {
  if (lexer.kind === AT) return readReference(lexer);
  const start = lexer.mark();
  const set = readMappings(lexer, types, data);
  if (set.length === 0) throw lexer.error("a map must not be empty", 1, start);
  return { set: sortedMappings(types, set) };
}

/** Whether numbers rise, as most sets of ports are written. */
function rises(
  types: readonly DataType[],
  elements: readonly unknown[],
): boolean {
  if (elements.length < 2) return true;
  if (types.length !== 1 || types[0]!.byNumber.size > 0) return false;
  let before = -1;
  for (const element of elements) {
    if (typeof element !== "number" || element <= before) return false;
    before = element;
  }
  return true;
}

const isSpan = (element: Value | Element): boolean =>
  typeof element === "object" && ("range" in element || "prefix" in element);

/**
 * Puts a set's elements in order.
 *
 * @param types The types of a key.
 * @param elements The elements.
 * @param anonymous Whether nft makes neighbours one, where there are ranges.
 */
export function sortedElements(
  types: readonly DataType[],
  elements: readonly (Value | Element)[],
  anonymous: boolean,
): readonly (Value | Element)[] {
  if (rises(types, elements)) return elements;
  const merge = anonymous && elements.some(isSpan);
  return canonicalElements(types, elements, { merge });
}

const keep = (value: Mapping[1]) => value;

/** Puts a map's pairs in order. */
export const sortedMappings = (
  types: readonly DataType[],
  mappings: readonly Mapping[],
): readonly Mapping[] =>
  mappings.length < 2 ? mappings : canonicalMappings(types, mappings, keep);
