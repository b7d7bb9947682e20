/**
 * What stands in the blocks of a table: chains, sets, maps and objects.
 *
 * @module
 */

import type { Base, Hook } from "../model/ruleset.ts";
import type { ChainDraft, TableDraft } from "./draft.ts";
import {
  ASSIGN,
  CLOSE_BRACE,
  COMMA,
  DASH,
  END,
  type Lexer,
  OPEN_BRACE,
  PLUS,
  WORD,
} from "./lexer.ts";
import { priorityNames } from "./priorities.ts";
import { Scope } from "./scope.ts";
import { readRule } from "./statements.ts";

/**
 * Reads a block: each statement by itself, and what `define` says in it holds
 * in it only.
 *
 * @param lexer The cursor, on the brace.
 * @param read Reads a statement; the cursor is on its first word.
 * @returns The handle in the comment behind the brace.
 */
export function readBlock(
  lexer: Lexer,
  read: (word: string) => void,
): number | undefined {
  lexer.deeper();
  lexer.handle = undefined;
  lexer.take(OPEN_BRACE, '"{"');
  const { handle } = lexer;
  lexer.scope = new Scope(lexer.scope);
  for (;;) {
    lexer.skipSeparators();
    if (lexer.kind === CLOSE_BRACE) break;
    if (lexer.kind === END) throw lexer.unexpected('"}"');
    read(lexer.kind === WORD ? lexer.word : "");
    if (!lexer.atEnd()) {
      throw lexer.unexpected('the end of the line, ";" or "}"');
    }
  }
  lexer.scope = lexer.scope.around!;
  lexer.next();
  lexer.higher();
  return handle;
}

export const wrongKey = (
  lexer: Lexer,
  what: string,
  words: readonly string[],
) => lexer.unexpected(`${what}: ${words.join(", ")}`, words);

/** A comment of a table, chain, set or object; the cursor is on that word. */
export function readComment(lexer: Lexer): string {
  lexer.next();
  return lexer.name("a comment");
}

/** Words with commas between them. */
export function readWords<T extends string>(
  lexer: Lexer,
  words: readonly T[],
): T[] {
  const found: T[] = [];
  do {
    const word = words.find((known) => known === lexer.word);
    if (lexer.kind !== WORD || !word) {
      throw lexer.unexpected(`one of ${words.join(", ")}`, words);
    }
    found.push(word);
    lexer.next();
  } while (lexer.skip(COMMA));
  return words.filter((word) => found.includes(word));
}

/** Reads a chain's block into it. */
function readChainBlock(
  lexer: Lexer,
  chain: ChainDraft,
  common: (word: string) => boolean,
): void {
  const handle = readBlock(lexer, (word) => {
    switch (word) {
      case "type":
        chain.base = readBase(lexer, chain.base);
        return;
      case "policy":
        lexer.next();
        chain.base = withPolicy(lexer, chain);
        return;
      case "comment":
        chain.comment = readComment(lexer);
        return;
      case "flags":
        lexer.next();
        lexer.takeWord("offload");
        return;
    }
    if (!common(word)) chain.rules.push(readRule(lexer));
  });
  if (handle !== undefined) chain.handle = handle;
}

function withPolicy(lexer: Lexer, { base }: ChainDraft): Base {
  if (!base) {
    throw lexer.error("only a chain with a type and a hook has a policy");
  }
  const [policy] = readWords(lexer, ["accept", "drop"]);
  return { ...base, policy: policy! };
}

const TYPES = ["filter", "nat", "route"] as const;
const HOOKS: readonly Hook[] = [
  "ingress",
  "prerouting",
  "input",
  "forward",
  "output",
  "postrouting",
  "egress",
];

/** `type filter hook input priority 0`: the cursor is on `type`. */
function readBase(lexer: Lexer, before: Base | undefined): Base {
  lexer.next();
  const [type] = readWords(lexer, TYPES);
  lexer.takeWord("hook");
  const [hook] = readWords(lexer, HOOKS);
  let devices: string[] | undefined;
  if (lexer.skipWord("device")) devices = [lexer.name("an interface")];
  else if (lexer.skipWord("devices")) devices = readNames(lexer);
  lexer.takeWord("priority");
  return {
    type: type!,
    hook: hook!,
    priority: readPriority(lexer),
    policy: before?.policy ?? "accept",
    ...devices && { devices },
  };
}

/** `= { eth0, eth1 }`. */
export function readNames(lexer: Lexer): string[] {
  lexer.take(ASSIGN, '"="');
  const names: string[] = [];
  lexer.take(OPEN_BRACE, '"{"');
  lexer.skipLines();
  while (lexer.kind !== CLOSE_BRACE) {
    names.push(lexer.name("an interface"));
    lexer.skipLines();
    if (lexer.kind !== CLOSE_BRACE) lexer.take(COMMA, '"," or "}"');
    lexer.skipLines();
  }
  if (names.length === 0) throw lexer.unexpected("an interface");
  lexer.next();
  return names;
}

export function readPriority(lexer: Lexer): number {
  if (lexer.kind !== WORD) return readSigned(lexer);
  const names = priorityNames(lexer.family);
  // "filter-5" is one word.
  const [, name, less] = /^(.*?)(?:-(\d+))?$/.exec(lexer.word)!;
  const base = names.get(name!);
  if (base === undefined) {
    throw lexer.unexpected("a priority", names.keys());
  }
  lexer.next();
  const more = lexer.kind === PLUS || lexer.kind === DASH
    ? readSigned(lexer)
    : 0;
  return base - Number(less ?? 0) + more;
}

function readSigned(lexer: Lexer): number {
  const minus = lexer.skip(DASH);
  if (!minus) lexer.skip(PLUS);
  const number = lexer.integer("a priority");
  // There is no priority -0.
  return minus && number !== 0 ? -number : number;
}

/** Reads a chain, and adds it to a table; the cursor is behind its name. */
export function declareChain(
  lexer: Lexer,
  table: TableDraft,
  name: string,
  common: (word: string) => boolean,
): void {
  let chain = table.chains.get(name);
  if (!chain) {
    table.chains.set(
      name,
      chain = {
        ...{ name, base: undefined, rules: [] },
        ...{ comment: undefined, handle: undefined },
      },
    );
  }
  if (lexer.kind === OPEN_BRACE) {
    readChainBlock(lexer, chain, common);
  }
}
