/**
 * The statements of rules.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Expression, RangeValue } from "../model/expression.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Match, Operator, Statement } from "../model/statement.ts";
import {
  readExpression,
  readOperand,
  readRest,
  starts,
} from "./expressions.ts";
import {
  AT,
  AT_LEAST,
  AT_MOST,
  BANG,
  EQUAL,
  GREATER,
  INTEGER,
  IPV4,
  LESS,
  type Lexer,
  LITERAL,
  OPEN,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTED,
  SLASH,
  UNEQUAL,
  WORD,
} from "./lexer.ts";
import { readLog, readQueue, readReject } from "./actions.ts";
import {
  readDup,
  readFwd,
  readPortTarget,
  readTproxy,
  readTranslation,
} from "./nat.ts";
import { readConnections } from "./rates.ts";
import { readCt, readSelector, type Selected } from "./selectors.ts";
import { readMap, readReference, readSet, readVerdict } from "./sets.ts";
import { isBits, operatorAt, readKey, readOne } from "./values.ts";
import {
  objectOr,
  type Read,
  readObject,
  readSynproxy,
  stateful,
} from "./stateful.ts";
import { NUMBERS, readMeter, readOldUpdate, readUpdate } from "./updates.ts";

const verdict: Read = readVerdict;

/** Statements by their first word; the cursor stands behind it. */
const STATEMENTS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ...stateful,
  ["ct", readCtStatement],
  ["log", readLog],
  ["queue", (lexer) => readQueue(lexer, readExpression)],
  ["reject", readReject],
  ["snat", (lexer) => ({ snat: readTranslation(lexer) })],
  ["dnat", (lexer) => ({ dnat: readTranslation(lexer) })],
  ["masquerade", (lexer) => ({ masquerade: readPortTarget(lexer) })],
  ["redirect", (lexer) => ({ redirect: readPortTarget(lexer) })],
  ["tproxy", readTproxy],
  ["dup", readDup],
  ["fwd", readFwd],
  [
    "synproxy",
    (lexer) => ({ synproxy: objectOr(readSynproxy)(lexer) }) as Statement,
  ],
  ["notrack", () => ({ notrack: null })],
  ["add", readUpdate("add")],
  ["update", readUpdate("update")],
  ["delete", readUpdate("delete")],
  ["set", readOldUpdate],
  ["map", readOldUpdate],
  ["meter", readMeter],
  ["flow", readFlow],
  ["reset", readReset],
  ["xt", (lexer) => {
    const type = lexer.name('"match", "target" or "watcher"');
    return { xt: { type, name: lexer.name("the name of an extension") } };
  }],
]);

const VERDICTS = new Set([
  "accept",
  "drop",
  "continue",
  "return",
  "jump",
  "goto",
]);

/** Reads one statement; the cursor is on its first word. */
export function readStatement(lexer: Lexer): Statement {
  if (lexer.kind === WORD) {
    const { word } = lexer;
    const start = starts.get(word);
    if (start !== undefined && word !== "ct") {
      return readComparison(lexer, readSelector(lexer, start));
    }
    if (VERDICTS.has(word)) return verdict(lexer);
    const read = STATEMENTS.get(word);
    if (read !== undefined) {
      lexer.next();
      return read(lexer);
    }
    throw lexer.unexpected("a statement", [
      ...STATEMENTS.keys(),
      ...VERDICTS,
      ...starts.keys(),
      "comment",
    ]);
  }
  if (lexer.kind === AT || lexer.kind === OPEN) {
    return readComparison(lexer, readOperand(lexer, undefined));
  }
  throw lexer.unexpected("a statement");
}

/** Reads what is compared, set or looked up: its first operand is read. */
function readComparison(lexer: Lexer, first: Selected): Statement {
  switch (lexer.kind) {
    case INTEGER:
    case IPV4:
    case QUOTED:
    case LITERAL:
    case EQUAL:
    case UNEQUAL:
    case OPEN_BRACE:
      return readMatch(lexer, first);
    case WORD:
      if (lexer.word === "set") return readMangle(lexer, first);
      if (lexer.word === "vmap") return readVerdictMap(lexer, first);
  }
  const left = readRest(lexer, first, NUMBERS);
  if (lexer.kind === WORD) {
    if (lexer.word === "set") return readMangle(lexer, left);
    if (lexer.word === "vmap") return readVerdictMap(lexer, left);
  }
  return readMatch(lexer, left);
}

function readVerdictMap(lexer: Lexer, key: Selected): Statement {
  lexer.next();
  const data = readMap(lexer, key.types, "verdict");
  return { vmap: { key: key.expression, data } };
}

function readMangle(lexer: Lexer, key: Selected): Statement {
  const { expression, types } = key;
  lexer.next();
  if (
    typeof expression === "object" && "meta" in expression &&
    expression.meta.key === "secmark" && lexer.kind === QUOTED
  ) {
    return { secmark: lexer.name("the name of a secmark") };
  }
  const value = readExpression(lexer, types).expression;
  return { mangle: { key: expression, value } };
}

const SIGNS = new Map<number, Operator>([
  [EQUAL, "=="],
  [UNEQUAL, "!="],
  [LESS, "<"],
  [GREATER, ">"],
  [AT_MOST, "<="],
  [AT_LEAST, ">="],
]);

const isSign = (code: number) =>
  code >= EQUAL && code <= AT_LEAST || code === LESS || code === GREATER ||
  code === BANG;

function readMatch(lexer: Lexer, { expression, types }: Selected): Statement {
  const operator = operatorAt(lexer);
  const explicit = isSign(operator);
  if (explicit) lexer.next();
  if (types.length === 0) types = NUMBERS;
  const op: Operator = explicit ? SIGNS.get(operator) ?? "==" : "==";
  if (lexer.kind === OPEN_BRACE || lexer.kind === AT) {
    return readMembership(lexer, expression, types, op);
  }
  checkValue(lexer, types);
  lexer.unequal = operator === UNEQUAL;
  const right = existence(lexer, expression) ??
    readKey(lexer, types, true);
  lexer.unequal = false;
  const bits = isBits(types[0]);
  if (lexer.kind === SLASH) {
    lexer.next();
    const mask = readOne(lexer, types[0], true);
    if (typeof mask === "object" && !Array.isArray(mask)) {
      throw lexer.error("a mask is no range");
    }
    return { match: { op, left: { "&": [expression, mask] }, right } };
  }
  if (!bits) return { match: { op, left: expression, right } };
  return readBitsMatch(
    lexer,
    explicit ? operator : 0,
    op,
    expression,
    right,
  );
}

/** Where the end of a rule stands, the value is missing. */
function checkValue(lexer: Lexer, types: readonly DataType[]): void {
  switch (lexer.kind) {
    case INTEGER:
    case IPV4:
    case WORD:
    case QUOTED:
    case LITERAL:
    case OPEN:
    case OPEN_BRACKET:
      return;
    default:
      throw lexer.unexpected(`${types[0]!.what} to compare with`);
  }
}

/** `exists` and `missing`, of what may be compared with a value too. */
function existence(
  lexer: Lexer,
  expression: Expression,
): boolean | undefined {
  if (lexer.kind !== WORD || typeof expression !== "object") return undefined;
  if (!("fib" in expression)) return undefined;
  if (lexer.skipWord("exists")) return true;
  return lexer.skipWord("missing") ? false : undefined;
}

/** Sets of bits are compared by what they have in common, unless `==` is said. */
function readBitsMatch(
  lexer: Lexer,
  operator: number,
  op: Operator,
  left: Expression,
  right: Match["match"]["right"],
): Statement {
  if (operator === BANG) {
    if (typeof right === "object" && "range" in right) {
      throw lexer.error("a range has no negation of its bits");
    }
    return {
      match: { op: "==", left: { "&": [left, right as Expression] }, right: 0 },
    };
  }
  const masked = typeof left === "object" && "&" in left ? left : undefined;
  if (masked && op === "!=" && right === 0) {
    const [field, mask] = masked["&"];
    if (typeof mask !== "object" || Array.isArray(mask)) {
      return { match: { op: "in", left: field, right: mask } };
    }
  }
  const common = operator === 0 && right !== 0 && !masked;
  return { match: { op: common ? "in" : op, left, right } };
}

function readMembership(
  lexer: Lexer,
  left: Expression,
  types: readonly DataType[],
  op: Operator,
): Statement {
  const start = lexer.mark();
  const right = readSet(lexer, types);
  if (typeof right === "string") return { match: { op, left, right } };
  const [first] = right.set;
  if (first === undefined) {
    throw lexer.error("a set in a rule must not be empty", 1, start);
  }
  // nft takes a set of one for its element; a part of a key it does not.
  const lone = right.set.length === 1 && types.length === 1 &&
    (typeof first !== "object" || !("elem" in first)) && first !== "*";
  if (lone) {
    const common = op === "==" && isBits(types[0]) ? "in" : op;
    return { match: { op: common, left, right: first as Expression } };
  }
  return { match: { op, left, right } };
}

/** The cursor stands behind `ct`. */
function readCtStatement(lexer: Lexer): Statement {
  const { kind, word } = lexer;
  if (kind === WORD) {
    switch (word) {
      case "count":
        lexer.next();
        return { "ct count": readConnections(lexer) };
      case "helper":
      case "timeout":
      case "expectation": {
        lexer.next();
        if (word !== "helper" || lexer.kind === WORD && lexer.word === "set") {
          lexer.takeWord("set");
          return { [`ct ${word}`]: readObject(lexer) } as unknown as Statement;
        }
        return readComparison(lexer, HELPER);
      }
    }
  }
  return readComparison(lexer, readCt(lexer));
}

const HELPER: Selected = {
  expression: { ct: { key: "helper" } },
  types: [dataType("string")],
};

function readFlow(lexer: Lexer): Statement {
  if (!lexer.skipWord("offload")) lexer.takeWord("add");
  if (lexer.kind !== AT) throw lexer.unexpected('"@" and a flowtable');
  return { flow: { op: "add", flowtable: readReference(lexer) } };
}

function readReset(lexer: Lexer): Statement {
  if (lexer.kind !== WORD || lexer.word !== "tcp") {
    throw lexer.unexpected('"tcp option"', ["tcp"]);
  }
  const at = lexer.mark();
  const { expression, types } = readSelector(lexer, starts.get("tcp")!);
  // Only a whole option says no more than whether it is there.
  if (types[0]!.kind !== "boolean") {
    throw lexer.error("only a whole option can be taken out", 1, at);
  }
  return { reset: expression };
}

/** Reads a rule to its end. */
export function readRule(lexer: Lexer): Rule {
  const statements: Statement[] = [];
  lexer.handle = undefined;
  do {
    if (lexer.kind === WORD && lexer.word === "comment") {
      lexer.next();
      const comment = lexer.name("a comment");
      checkEnd(lexer);
      return lexer.handle === undefined
        ? { statements, comment }
        : { statements, comment, handle: lexer.handle };
    }
    const statement = readStatement(lexer);
    if (lexer.reversed) statements.push(...unjoined(lexer, statement));
    else statements.push(statement);
  } while (!lexer.atEnd());
  return lexer.handle === undefined
    ? { statements }
    : { statements, handle: lexer.handle };
}

/** The two comparisons that nft lists as one range, which is none. */
function unjoined(lexer: Lexer, statement: Statement): Statement[] {
  lexer.reversed = false;
  const { left, right } = (statement as Match).match;
  const { range } = right as RangeValue;
  return [
    { match: { op: "<", left, right: range[0] } },
    { match: { op: ">", left, right: range[1] } },
  ];
}

function checkEnd(lexer: Lexer): void {
  if (!lexer.atEnd()) throw lexer.unexpected("the end of the rule");
}
