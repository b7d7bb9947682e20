/**
 * Cutting a display filter into words, signs, strings, slices and regular
 * expressions. What a word is, a field or a value, is told by where it stands.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";

/** What a token is. */
export type TokenKind =
  | "word"
  | "sign"
  | "string"
  | "pattern"
  | "slice"
  | "end";

/** One token. */
export interface Token {
  /** What it is. */
  readonly kind: TokenKind;
  /**
   * The word or sign; what a string says; the inside of a slice or a pattern.
   */
  readonly text: string;
  /** What stands behind a pattern. */
  readonly flags: string;
  /** UTF-16 units from the start of the expression. */
  readonly at: number;
}

/**
 * Makes the error for a place in an expression.
 *
 * @param input The whole expression.
 * @param at UTF-16 units to the trouble.
 * @param reason What is wrong there.
 * @returns The error.
 *
 * @example
 * ```ts
 * import { matchError } from "./lex.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(matchError("tcp ||", 6, "nothing").message, /: nothing at offset 6$/);
 * ```
 */
export function matchError(
  input: string,
  at: number,
  reason: string,
): ParseError {
  return new ParseError("a display filter", input, at, reason);
}

const SPACE = /\s*/y;
const SIGN = /&&|\|\||===|!==|==|!=|<=|>=|[<>!(){},&~]/y;
const WORD = /[\p{L}\p{N}_.:#%/@-]+/uy;
const STRING = /"((?:[^"\\]|\\[^])*)"/y;
const PATTERN = /\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;
const SLICE = /\[([^\]]*)\]/y;

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  0: "\0",
};

/**
 * Cuts an expression into tokens.
 *
 * @param input The expression.
 * @returns The tokens, the last of which is of kind `"end"`.
 * @throws {ParseError} At a character that cannot be.
 *
 * @example
 * ```ts
 * import { lex } from "./lex.ts";
 * import assert from "node:assert/strict";
 *
 * const tokens = lex('eth.src[0:3] == 00:00:0c && payload matches /^get/i');
 * assert.deepEqual(tokens.map(({ kind, text }) => `${kind} ${text}`), [
 *   "word eth.src",
 *   "slice 0:3",
 *   "sign ==",
 *   "word 00:00:0c",
 *   "sign &&",
 *   "word payload",
 *   "word matches",
 *   "pattern ^get",
 *   "end ",
 * ]);
 * ```
 */
export function lex(input: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  /** Takes what a pattern finds here. */
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(input);
    if (found !== null) at += found[0].length;
    return found;
  };
  for (;;) {
    take(SPACE);
    const start = at;
    if (at === input.length) break;
    const add = (kind: TokenKind, text: string, flags = "") =>
      tokens.push({ kind, text, flags, at: start });
    const before = tokens.at(-1);
    // Only a value can start with a slash: a pattern.
    const found = input[at] === "/" ? take(PATTERN) : take(WORD);
    if (found !== null) {
      if (input[start] === "/") add("pattern", found[1]!, found[2]!);
      else add("word", found[0]);
      continue;
    }
    const sign = take(SIGN);
    if (sign !== null) {
      add("sign", sign[0]);
      continue;
    }
    const slice = before?.kind === "word" ? take(SLICE) : null;
    if (slice !== null) {
      add("slice", slice[1]!);
      continue;
    }
    const string = take(STRING);
    if (string === null) throw stray(input, at);
    add("string", unescaped(input, start + 1, string[1]!));
  }
  tokens.push({ kind: "end", text: "", flags: "", at });
  return tokens;
}

function stray(input: string, at: number) {
  const closer: Readonly<Record<string, string>> = {
    '"': '"',
    "/": "/",
    "[": "]",
  };
  const character = String.fromCodePoint(input.codePointAt(at)!);
  const missing = closer[character];
  return matchError(
    input,
    at,
    missing === undefined || character === "[" && input.includes("]", at)
      ? `unexpected ${JSON.stringify(character)}`
      : `there is no ${missing} for this ${character}`,
  );
}

/** `\"`, `\\`, `\n`, `\r`, `\t`, `\0`, `\x7f`. */
function unescaped(input: string, at: number, text: string): string {
  return text.replace(
    /\\(x[0-9A-Fa-f]{2}|[^])/g,
    (_, code: string, offset: number) => {
      if (code.length === 3) {
        return String.fromCharCode(parseInt(code.slice(1), 16));
      }
      if (code === '"' || code === "\\") return code;
      const character = ESCAPES[code];
      if (character !== undefined) return character;
      throw matchError(input, at + offset, `unknown escape \\${code}`);
    },
  );
}
