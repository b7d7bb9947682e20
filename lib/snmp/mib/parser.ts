/**
 * Reading a MIB file: modules, what they import and what they define.
 *
 * A mistake costs the definition that it is in and no more: reading goes on at
 * the next one. Whether mistakes are errors is for the caller to say.
 *
 * @see RFC 2578 §3, RFC 1212, RFC 1215
 * @module
 */

import { MACROS, readMacro, readType } from "./clauses.ts";
import { Cursor } from "./cursor.ts";
import type {
  Definition,
  ImportRef,
  ModuleDefinition,
  TypeDefinition,
} from "./definition.ts";
import { MibError } from "./mib_error.ts";
import { readOid, readSyntax } from "./syntax_parser.ts";

/** More mistakes than anybody reads. */
const MOST_PROBLEMS = 50;

/** What a file holds, and what is wrong with it. */
export interface ParsedFile {
  readonly modules: readonly ModuleDefinition[];
  readonly problems: readonly MibError[];
}

/**
 * Reads every module of a MIB file.
 *
 * @param text The whole file.
 * @param path Its name, for messages.
 * @returns Modules and mistakes; without a module there is a mistake.
 */
export function parseMibText(text: string, path: string): ParsedFile {
  const modules: ModuleDefinition[] = [];
  const problems: MibError[] = [];
  try {
    const cursor = new Cursor(text, path);
    do modules.push(readModule(cursor, problems)); while (
      cursor.peek().kind !== "end"
    );
  } catch (error) {
    if (!(error instanceof MibError)) throw error;
    problems.push(error);
  }
  return { modules, problems };
}

interface Draft {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly imports: Map<string, ImportRef>;
  readonly types: Map<string, TypeDefinition>;
  readonly definitions: Map<string, Definition>;
}

function readModule(cursor: Cursor, problems: MibError[]): ModuleDefinition {
  const { path, text } = cursor;
  const { text: name } = cursor.name("the name of a module");
  if (cursor.is("{")) cursor.skipBrackets("{", "}");
  if (!cursor.is("DEFINITIONS")) {
    cursor.fail(`"DEFINITIONS" behind the module's name ${name}`, [
      "DEFINITIONS",
    ]);
  }
  cursor.next();
  while (cursor.peek().kind === "name") cursor.next(); // IMPLICIT TAGS
  cursor.expect("::=");
  cursor.expect("BEGIN");
  const draft: Draft = {
    name,
    path,
    text,
    imports: new Map(),
    types: new Map(),
    definitions: new Map(),
  };
  while (!cursor.accept("END")) {
    const { at } = cursor;
    try {
      if (cursor.peek().kind === "end") {
        problems.push(cursor.error(`the module ${name} has no END`));
        break;
      }
      readStatement(cursor, draft);
    } catch (error) {
      if (!(error instanceof MibError)) throw error;
      problems.push(error);
      if (problems.length >= MOST_PROBLEMS) break;
      goToNextStatement(cursor, at);
    }
  }
  return draft;
}

function readStatement(cursor: Cursor, module: Draft): void {
  if (cursor.is("IMPORTS")) return readImports(cursor, module.imports);
  if (cursor.is("EXPORTS")) {
    while (!cursor.accept(";")) {
      if (cursor.next().kind === "end") cursor.fail('";" after EXPORTS');
    }
    return;
  }
  if (cursor.accept(";")) return;
  const { text: name, offset } = cursor.name('a definition or "END"');
  const macro = cursor.peek();
  if (cursor.accept("MACRO")) {
    while (!cursor.accept("END")) {
      if (cursor.next().kind === "end") cursor.fail(`the END of ${name}`);
    }
  } else if (cursor.accept("::=")) {
    once(cursor, module.types, readType(cursor, name, offset), module.name);
  } else if (macro.kind === "name" && MACROS.has(macro.text)) {
    const definition = readMacro(cursor, name, offset);
    once(cursor, module.definitions, definition, module.name);
  } else if (cursor.is("OBJECT") && cursor.is("IDENTIFIER", 1)) {
    cursor.next();
    cursor.next();
    cursor.expect("::=");
    const oid = readOid(cursor);
    once(
      cursor,
      module.definitions,
      { name, kind: "node", oid, offset },
      module.name,
    );
  } else readOtherValue(cursor);
}

/** A value that is no object: `limit INTEGER ::= 5`. */
function readOtherValue(cursor: Cursor): void {
  const start = cursor.peek();
  if (start.kind === "name" && !cursor.is("::=", 1)) {
    const looksLikeType = /^(?:INTEGER|OCTET|BIT|[A-Z][A-Za-z0-9]*)$/;
    if (looksLikeType.test(start.text)) readSyntax(cursor);
  } else if (start.kind === "name") cursor.next();
  if (!cursor.is("::=")) {
    cursor.fail('"::=" or a macro such as OBJECT-TYPE', [
      ...MACROS.keys(),
      "TEXTUAL-CONVENTION",
      "MACRO",
    ]);
  }
  cursor.next();
  if (cursor.is("{")) cursor.skipBrackets("{", "}");
  else cursor.next();
}

function readImports(cursor: Cursor, imports: Map<string, ImportRef>): void {
  cursor.expect("IMPORTS");
  let symbols: string[] = [];
  while (!cursor.accept(";")) {
    if (cursor.accept(",")) continue;
    if (cursor.accept("FROM")) {
      const { text: module, offset } = cursor.name("the name of a module");
      if (cursor.is("{")) cursor.skipBrackets("{", "}");
      for (const symbol of symbols) imports.set(symbol, { module, offset });
      symbols = [];
      continue;
    }
    const { text } = cursor.name('a name, "FROM" or ";"');
    if (symbols.length > 0 && cursor.is("::=")) {
      cursor.fail('";" after the imports');
    }
    symbols.push(text);
  }
}

/** The first of a name counts; another is a mistake. */
function once<T extends { readonly name: string; readonly offset: number }>(
  cursor: Cursor,
  all: Map<string, T>,
  one: T,
  module: string,
): void {
  if (all.has(one.name)) {
    throw cursor.error(
      `${one.name} is defined twice in ${module}; the first is kept`,
      one.offset,
    );
  }
  all.set(one.name, one);
}

/** Passes over what could not be read. */
function goToNextStatement(cursor: Cursor, from: number): void {
  cursor.at = Math.max(from + 1, cursor.at);
  for (; cursor.peek().kind !== "end"; cursor.at++) {
    if (cursor.is("END")) return;
    if (cursor.peek().kind !== "name") continue;
    const { text } = cursor.peek();
    const after = cursor.peek(1).text;
    if (MACROS.has(after)) return;
    if (after === "OBJECT" && cursor.is("::=", 3)) return;
    if (/^[A-Z]/.test(text) && after === "::=" && !cursor.is("{", 2)) return;
  }
}
