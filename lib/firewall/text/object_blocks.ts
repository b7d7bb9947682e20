/**
 * What stands in the blocks of flowtables and named objects.
 *
 * @module
 */

import type { Flowtable, NamedObject } from "../model/ruleset.ts";
import {
  ASSIGN,
  CLOSE_BRACE,
  COLON,
  COMMA,
  INTEGER,
  type Lexer,
  OPEN_BRACE,
  QUOTED,
  WORD,
} from "./lexer.ts";
import { readCounts, readLimit, readQuota, readTime } from "./rates.ts";
import {
  readBlock,
  readComment,
  readNames,
  readPriority,
  readWords,
  wrongKey,
} from "./blocks.ts";
import { readSynproxy } from "./stateful.ts";

/** Reads a flowtable's block. */
export function readFlowtable(lexer: Lexer, name: string): Flowtable {
  let priority: number | undefined;
  let devices: readonly string[] = [];
  let flags: Flowtable["flags"];
  let counter: true | undefined;
  const handle = readBlock(lexer, (word) => {
    lexer.next();
    switch (word) {
      case "hook":
        lexer.takeWord("ingress");
        lexer.takeWord("priority");
        priority = readPriority(lexer);
        return;
      case "devices":
        devices = readNames(lexer);
        return;
      case "flags":
        flags = readWords(lexer, ["offload"]);
        return;
      case "counter":
        counter = true;
        return;
    }
    throw wrongKey(lexer, "what a flowtable has", [
      "hook",
      "devices",
      "flags",
      "counter",
    ]);
  });
  if (priority === undefined) {
    throw lexer.error(`the flowtable ${name} has no hook and priority`);
  }
  return {
    ...{ name, hook: "ingress", priority, devices },
    ...flags && { flags },
    ...counter && { counter },
    ...handle !== undefined && { handle },
  };
}

/** Reads what is in an object's braces, or stands behind its name. */
export function readObject(
  lexer: Lexer,
  kind: NamedObject["kind"],
  name: string,
): NamedObject {
  const fields: Record<string, unknown> = {};
  const braces = lexer.kind === OPEN_BRACE;
  let handle: number | undefined;
  if (braces) {
    handle = readBlock(lexer, (word) => {
      if (word === "comment") fields.comment = readComment(lexer);
      else readObjectFields(lexer, kind, fields);
    });
  } else if (!lexer.atEnd()) readObjectFields(lexer, kind, fields);
  const missing = REQUIRED[kind]?.find((field) => fields[field] === undefined);
  if (missing) throw lexer.error(`the ${kind} ${name} has no ${missing}`, 1);
  if (kind.startsWith("ct ")) fields.l3proto ??= lexer.family;
  if (kind === "synproxy") fields.synproxy ??= {};
  return {
    kind,
    name,
    ...fields,
    ...handle !== undefined && { handle },
  } as unknown as NamedObject;
}

const REQUIRED: Readonly<
  Partial<Record<NamedObject["kind"], readonly string[]>>
> = {
  quota: ["quota"],
  limit: ["limit"],
  "ct helper": ["type", "protocol"],
  "ct timeout": ["protocol", "policy"],
  "ct expectation": ["protocol", "dport", "timeout", "size"],
  secmark: ["context"],
};

function readObjectFields(
  lexer: Lexer,
  kind: NamedObject["kind"],
  fields: Record<string, unknown>,
): void {
  switch (kind) {
    case "counter": {
      const counts = readCounts(lexer);
      if (counts === null) throw lexer.unexpected('"packets"', ["packets"]);
      if (counts.packets > 0 || counts.bytes > 0) Object.assign(fields, counts);
      return;
    }
    case "quota":
      fields.quota = readQuota(lexer);
      return;
    case "limit":
      fields.limit = readLimit(lexer);
      return;
    case "synproxy":
      fields.synproxy = mergeSynproxy(fields.synproxy, readSynproxy(lexer));
      return;
    case "secmark":
      if (lexer.kind !== QUOTED) throw lexer.unexpected("a context in quotes");
      fields.context = lexer.name("a context");
      return;
    default:
      while (!lexer.atEnd()) readCtField(lexer, kind, fields);
  }
}

/** The fields may stand on lines of their own. */
const mergeSynproxy = (before: unknown, more: unknown) => ({
  ...before as object,
  ...more as object,
});

const CT_FIELDS: Readonly<
  Partial<Record<NamedObject["kind"], readonly string[]>>
> = {
  "ct helper": ["type", "protocol", "l3proto"],
  "ct timeout": ["protocol", "l3proto", "policy"],
  "ct expectation": ["protocol", "l3proto", "dport", "timeout", "size"],
};

function readCtField(
  lexer: Lexer,
  kind: NamedObject["kind"],
  fields: Record<string, unknown>,
): void {
  const { word } = lexer;
  const known = CT_FIELDS[kind]!;
  if (lexer.kind !== WORD || !known.includes(word)) {
    throw wrongKey(lexer, `what a ${kind} has`, known);
  }
  lexer.next();
  switch (word) {
    case "policy":
      fields.policy = readPolicy(lexer);
      return;
    case "timeout":
      fields.timeout = readTime(lexer);
      return;
    case "dport":
    case "size":
      fields[word] = lexer.integer("a number");
      return;
    case "type":
      fields.type = lexer.name("the type");
      return;
    default:
      fields[word] = takePlain(lexer, `the ${word}`);
  }
}

/** Takes a word that stands without quotes. */
function takePlain(lexer: Lexer, what: string): string {
  if (lexer.kind !== WORD) throw lexer.unexpected(what);
  return lexer.name(what);
}

/** `= { established : 120, close : 20 }`. */
function readPolicy(lexer: Lexer): Record<string, number> {
  lexer.take(ASSIGN, '"="');
  lexer.take(OPEN_BRACE, '"{"');
  const policy: Record<string, number> = Object.create(null);
  lexer.skipLines();
  while (lexer.kind !== CLOSE_BRACE) {
    const state = takePlain(lexer, "a state of connections");
    lexer.take(COLON, '":" and a time');
    policy[state] = lexer.kind === INTEGER
      ? lexer.integer("a time")
      : readTime(lexer);
    lexer.skipLines();
    if (lexer.kind !== CLOSE_BRACE) lexer.take(COMMA, '"," or "}"');
    lexer.skipLines();
  }
  lexer.next();
  return { ...policy };
}
