/**
 * What may stand anywhere in a script: definitions, and other files.
 *
 * @module
 */

import { ASSIGN, type Lexer, QUOTED, WORD } from "./lexer.ts";

/** Finds the text of a file. */
export type Includes = (path: string) => string;

/**
 * Reads a definition or the name of a file, if it is one.
 *
 * @param lexer The cursor, on the word.
 * @param word Its first word.
 * @param includes Finds the text of a file.
 * @returns Whether it was one.
 */
export function readCommon(
  lexer: Lexer,
  word: string,
  includes: Includes | undefined,
): boolean {
  switch (word) {
    case "include":
      lexer.next();
      include(lexer, includes);
      return true;
    case "define":
    case "redefine":
      lexer.next();
      define(lexer, word === "redefine");
      return true;
    case "undefine":
      lexer.next();
      if (lexer.kind !== WORD || !lexer.scope.delete(lexer.word)) {
        throw lexer.unexpected(
          "a variable that is defined here",
          lexer.scope.names(),
        );
      }
      lexer.next();
      return true;
    default:
      return false;
  }
}

function define(lexer: Lexer, again: boolean): void {
  const name = lexer.word;
  if (lexer.kind !== WORD) throw lexer.unexpected("a name");
  if (!again && lexer.scope.has(name)) {
    throw lexer.error(
      `${name} is defined before; write redefine to change it`,
    );
  }
  lexer.next();
  if (lexer.kind !== ASSIGN) throw lexer.unexpected('"="');
  lexer.scope.set(name, lexer.readDefinition());
}

function include(lexer: Lexer, includes: Includes | undefined): void {
  const path = lexer.word;
  if (lexer.kind !== QUOTED) throw lexer.unexpected("a path in quotes");
  if (/[*?[]/.test(path)) {
    throw lexer.error(
      "a pattern of paths can't be followed here; include the files one by one",
    );
  }
  if (!includes) {
    throw lexer.error(
      "nothing says where included files are; give the option includes",
    );
  }
  let text: string;
  try {
    text = includes(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw lexer.error(`the file could not be read: ${reason}`);
  }
  lexer.include(path, text);
}
