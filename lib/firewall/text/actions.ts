/**
 * Statements that log, queue and reject.
 *
 * @module
 */

import { type DataType, dataType } from "../model/data_types.ts";
import type { Expression } from "../model/expression.ts";
import type { Family } from "../model/ruleset.ts";
import type { Log, Reject, Statement } from "../model/statement.ts";
import {
  AT,
  COMMA,
  INTEGER,
  type Lexer,
  LITERAL,
  QUOTED,
  WORD,
} from "./lexer.ts";
import { readConstant, readOne } from "./values.ts";

const LEVELS = [
  "emerg",
  "alert",
  "crit",
  "err",
  "warn",
  "notice",
  "info",
  "debug",
  "audit",
] as const;

type LogFields = NonNullable<Log["log"]>;
type LogFlag = NonNullable<LogFields["flags"]>[number];

const LOG_FLAGS: readonly LogFlag[] = [
  "tcp sequence",
  "tcp options",
  "ip options",
  "skuid",
  "ether",
];

const LOG_WORDS = [
  "prefix",
  "level",
  "flags",
  "group",
  "snaplen",
  "queue-threshold",
];

/** The cursor stands behind `log`. */
export function readLog(lexer: Lexer): Statement {
  const fields: { -readonly [K in keyof LogFields]: LogFields[K] } = {};
  const flags = new Set<LogFlag>();
  while (lexer.kind === WORD && LOG_WORDS.includes(lexer.word)) {
    const { word } = lexer;
    lexer.next();
    switch (word) {
      case "prefix":
        if (lexer.kind !== QUOTED && lexer.kind !== WORD) {
          throw lexer.unexpected("a text in quotes");
        }
        fields.prefix = lexer.word;
        lexer.next();
        break;
      case "level": {
        const level = LEVELS.find((name) => name === lexer.word);
        if (lexer.kind !== WORD || !level) {
          throw lexer.unexpected(`one of ${LEVELS.join(", ")}`, LEVELS);
        }
        lexer.next();
        if (level !== "warn") fields.level = level;
        break;
      }
      case "flags":
        readLogFlags(lexer, flags);
        break;
      default:
        fields[word as "group"] = lexer.integer("a number");
    }
  }
  if (flags.size === LOG_FLAGS.length) fields.flags = ["all"];
  else if (flags.size > 0) {
    fields.flags = LOG_FLAGS.filter((flag) => flags.has(flag));
  }
  const log: typeof fields = {};
  for (const word of LOG_WORDS as (keyof LogFields)[]) {
    if (fields[word] !== undefined) {
      Object.assign(log, { [word]: fields[word] });
    }
  }
  return { log: Object.keys(log).length > 0 ? log : null };
}

function readLogFlags(lexer: Lexer, flags: Set<LogFlag>): void {
  const words = ["tcp", "ip", "skuid", "ether", "all"];
  const { word } = lexer;
  if (lexer.kind !== WORD || !words.includes(word)) {
    throw lexer.unexpected(`one of ${words.join(", ")}`, words);
  }
  lexer.next();
  switch (word) {
    case "all":
      for (const flag of LOG_FLAGS) flags.add(flag);
      return;
    case "skuid":
    case "ether":
      flags.add(word);
      return;
  }
  do {
    const flag = LOG_FLAGS.find((name) => name === `${word} ${lexer.word}`);
    if (lexer.kind !== WORD || !flag) {
      throw lexer.unexpected('"sequence" or "options"', [
        "sequence",
        "options",
      ]);
    }
    lexer.next();
    flags.add(flag);
  } while (lexer.skip(COMMA));
}

const CODES = {
  icmp: dataType("icmp_code"),
  icmpv6: dataType("icmpv6_code"),
  icmpx: dataType("icmpx_code"),
} as const;

/** What `reject` alone sends back. */
const usual = (family: Family): keyof typeof CODES =>
  family === "ip" ? "icmp" : family === "ip6" ? "icmpv6" : "icmpx";

/** The cursor stands behind `reject`. */
export function readReject(lexer: Lexer): Reject {
  if (!lexer.skipWord("with")) return { reject: null };
  if (lexer.skipWord("tcp")) {
    lexer.takeWord("reset");
    return { reject: { type: "tcp reset" } };
  }
  const type = lexer.word as keyof typeof CODES;
  if (lexer.kind !== WORD || !Object.hasOwn(CODES, type)) {
    throw lexer.unexpected('"tcp reset", "icmp", "icmpv6" or "icmpx"', [
      "tcp",
      ...Object.keys(CODES),
    ]);
  }
  lexer.next();
  lexer.skipWord("type");
  const expr = `${readConstant(lexer, CODES[type])}`;
  return type === usual(lexer.family) && expr === "port-unreachable"
    ? { reject: null }
    : { reject: { type, expr } };
}

const QUEUE = dataType("integer");
type QueueFlag = "bypass" | "fanout";
const QUEUE_FLAGS: readonly QueueFlag[] = ["bypass", "fanout"];

/** The cursor stands behind `queue`. */
export function readQueue(
  lexer: Lexer,
  readExpression: (
    lexer: Lexer,
    wanted: readonly DataType[],
  ) => { readonly expression: Expression },
): Statement {
  const flags = new Set<QueueFlag>();
  let num: Expression | undefined;
  for (;;) {
    if (lexer.skipWord("flags")) readQueueFlags(lexer, flags);
    else if (lexer.skipWord("num") || lexer.skipWord("to")) {
      const lone = lexer.kind === INTEGER || lexer.kind === LITERAL;
      num = lone
        ? readOne(lexer, QUEUE)
        : lexer.kind === WORD || lexer.kind === AT
        ? readExpression(lexer, [QUEUE]).expression
        : undefined;
      if (num === undefined) throw lexer.unexpected("a queue's number");
    } else if (QUEUE_FLAGS.some((flag) => flag === lexer.word)) {
      if (lexer.kind !== WORD) break;
      readQueueFlags(lexer, flags);
    } else break;
  }
  // The queue of who names none.
  if (num === 0) num = undefined;
  if (num === undefined && flags.size === 0) return { queue: null };
  return {
    queue: {
      ...num !== undefined && { num },
      ...flags.size > 0 && {
        flags: QUEUE_FLAGS.filter((flag) => flags.has(flag)),
      },
    },
  };
}

function readQueueFlags(lexer: Lexer, flags: Set<QueueFlag>): void {
  do {
    const flag = QUEUE_FLAGS.find((name) => name === lexer.word);
    if (lexer.kind !== WORD || !flag) {
      throw lexer.unexpected('"bypass" or "fanout"', QUEUE_FLAGS);
    }
    lexer.next();
    flags.add(flag);
  } while (lexer.skip(COMMA));
}
