/**
 * What stands in the blocks of sets and maps.
 *
 * @module
 */

import { dataType, dataTypes } from "../model/data_types.ts";
import type { DataType } from "../model/data_types.ts";
import type { Concat, Expression } from "../model/expression.ts";
import type { Family } from "../model/ruleset.ts";
import type { Statement } from "../model/statement.ts";
import type { SetDraft, TableDraft } from "./draft.ts";
import { readExpression } from "./expressions.ts";
import { formatExpression } from "./write_expressions.ts";
import { ASSIGN, COLON, DOT, type Lexer, OPEN_BRACE, WORD } from "./lexer.ts";
import { readTime } from "./rates.ts";
import { readElements, readMappings } from "./sets.ts";
import { readBlock, readComment, readWords, wrongKey } from "./blocks.ts";
import { stateful } from "./stateful.ts";

const FLAGS = ["constant", "interval", "timeout", "dynamic"] as const;
const OBJECTS = ["counter", "quota", "limit", "synproxy", "secmark"];

const SET_KEYS = [
  ...["type", "typeof", "flags", "timeout", "gc-interval", "elements", "size"],
  ...["policy", "auto-merge", "comment", "counter", "limit", "quota"],
];

/** Reads a set's or map's block into it. */
export function readSetBlock(
  lexer: Lexer,
  set: SetDraft,
  isMap: boolean,
  common: (word: string) => boolean,
): void {
  const { declaration } = set;
  const stateful: Statement[] = [];
  const handle = readBlock(lexer, (word) => {
    if (common(word) || readSetKey(lexer, set, isMap, word)) return;
    const statement = readStateful(lexer, word);
    if (!statement) throw wrongKey(lexer, "what a set has", SET_KEYS);
    stateful.push(statement);
  });
  if (stateful.length > 0) declaration.stateful = stateful;
  if (handle !== undefined) declaration.handle = handle;
  if (declaration.timeout !== undefined) {
    const flags = declaration.flags ?? [];
    declaration.flags = FLAGS.filter((flag) =>
      flag === "timeout" || flags.includes(flag)
    );
  }
  if (declaration.type === undefined) {
    throw lexer.error(`${set.name} has no type: write type or typeof in it`, 1);
  }
}

function readStateful(lexer: Lexer, word: string): Statement | undefined {
  const read = stateful.get(word);
  if (!read) return undefined;
  lexer.next();
  return read(lexer);
}

function readSetKey(
  lexer: Lexer,
  set: SetDraft,
  isMap: boolean,
  word: string,
): boolean {
  const { declaration } = set;
  switch (word) {
    case "type":
      lexer.next();
      readTypes(lexer, set, isMap);
      break;
    case "typeof":
      lexer.next();
      readTypeof(lexer, set, isMap);
      break;
    case "flags":
      lexer.next();
      declaration.flags = readWords(lexer, FLAGS);
      break;
    case "timeout":
      lexer.next();
      declaration.timeout = readTime(lexer);
      break;
    case "gc-interval":
      lexer.next();
      declaration.gcInterval = readTime(lexer);
      break;
    case "size":
      lexer.next();
      declaration.size = lexer.integer("a size");
      break;
    case "policy": {
      lexer.next();
      const [policy] = readWords(lexer, ["performance", "memory"]);
      if (policy === "memory") declaration.policy = policy;
      break;
    }
    case "auto-merge":
    case "automerge":
      lexer.next();
      declaration.autoMerge = true;
      break;
    case "comment":
      declaration.comment = readComment(lexer);
      break;
    case "elements":
      lexer.next();
      lexer.take(ASSIGN, '"="');
      lexer.skipLines();
      readElementsInto(lexer, set);
      break;
    default:
      return false;
  }
  return true;
}

/** Reads elements into a set or map; the cursor is on the brace. */
export function readElementsInto(lexer: Lexer, set: SetDraft): void {
  if (set.declaration.type === undefined) {
    throw lexer.error("the type of a set must be said before its elements");
  }
  const more = set.data === undefined
    ? readElements(lexer, set.types)
    : readMappings(lexer, set.types, set.data);
  if (set.elements.length === 0) set.elements = more;
  else for (const element of more) set.elements.push(element);
}

function takeType(lexer: Lexer): DataType {
  const type = lexer.kind === WORD ? dataTypes.get(lexer.word) : undefined;
  if (!type) throw lexer.unexpected("a data type", dataTypes.keys());
  lexer.next();
  return type;
}

function readTypeList(lexer: Lexer): DataType[] {
  const types = [takeType(lexer)];
  while (lexer.skip(DOT)) types.push(takeType(lexer));
  return types;
}

const nameOfType = ({ name }: DataType): string =>
  name === "xinteger" ? "integer" : name === "date" ? "time" : name;

/** What comes after the elements would be the type of others. */
function checkUntyped(lexer: Lexer, set: SetDraft): void {
  if (set.elements.length > 0) {
    throw lexer.error("the type of a set must be said before its elements");
  }
}

function readTypes(lexer: Lexer, set: SetDraft, isMap: boolean): void {
  checkUntyped(lexer, set);
  set.types = readTypeList(lexer);
  set.declaration.type = set.types.map(nameOfType);
  if (!isMap) return;
  lexer.take(COLON, '":" and the type of what keys stand for');
  if (readKindOfData(lexer, set)) return;
  set.data = readTypeList(lexer);
  set.dataNames = set.data.map(nameOfType);
}

/** Verdicts and objects; else a type or an expression follows. */
function readKindOfData(lexer: Lexer, set: SetDraft): boolean {
  if (lexer.skipWord("verdict")) {
    set.data = "verdict";
    set.dataNames = ["verdict"];
    return true;
  }
  const { word } = lexer;
  if (lexer.kind === WORD && OBJECTS.includes(word)) {
    lexer.next();
    set.data = [dataType("string")];
    set.dataNames = [word];
    return true;
  }
  if (lexer.kind === WORD && word === "ct") {
    // "ct helper" is a kind of object, and so is no field of ct.
    const kinds = ["helper", "timeout", "expectation"];
    lexer.next();
    if (!kinds.includes(lexer.word)) {
      throw lexer.unexpected("a kind of object of ct", kinds);
    }
    set.data = [dataType("string")];
    set.dataNames = [`ct ${lexer.word}`];
    lexer.next();
    return true;
  }
  if (lexer.skipWord("interval")) set.declaration.mapInterval = true;
  return false;
}

function partsOf(expression: Expression, family: Family): string[] {
  const parts = typeof expression === "object" && "concat" in expression
    ? (expression as Concat).concat
    : [expression];
  return parts.map((part) => formatExpression(part, family));
}

function readTypeof(lexer: Lexer, set: SetDraft, isMap: boolean): void {
  const { declaration } = set;
  checkUntyped(lexer, set);
  const key = readExpression(lexer, []);
  set.types = key.types;
  declaration.type = key.types.map(nameOfType);
  declaration.typeof = partsOf(key.expression, lexer.family);
  if (!isMap) return;
  lexer.take(COLON, '":" and what keys stand for');
  if (
    lexer.kind === WORD && lexer.word !== "ct" && readKindOfData(lexer, set)
  ) {
    return;
  }
  const data = readExpression(lexer, []);
  set.data = data.types;
  set.dataNames = data.types.map(nameOfType);
  declaration.mapTypeof = partsOf(data.expression, lexer.family);
}

/** Reads a set or map, and adds it to a table; the cursor is behind its name. */
export function declareSet(
  lexer: Lexer,
  table: TableDraft,
  name: string,
  isMap: boolean,
  common: (word: string) => boolean,
): void {
  const set: SetDraft = {
    ...{ name, declaration: { name }, types: [], elements: [] },
    ...{ data: undefined, dataNames: [] },
  };
  if (lexer.kind !== OPEN_BRACE) {
    throw lexer.unexpected('"{" and the type of the set');
  }
  readSetBlock(lexer, set, isMap, common);
  const before = table.sets.get(name);
  if (!before) table.sets.set(name, set);
  else if (
    `${before.declaration.type} : ${before.dataNames}` !==
      `${set.declaration.type} : ${set.dataNames}`
  ) {
    throw lexer.error(`there is a set ${name} of another type already`);
  } else for (const element of set.elements) before.elements.push(element);
}
