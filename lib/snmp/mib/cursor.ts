/**
 * A place among the tokens of a MIB file, and what readers ask of it.
 *
 * @module
 */

import { type Token, tokens } from "./lexer.ts";
import { MibError } from "./mib_error.ts";
import { nearestName } from "./nearest_name.ts";

/** Names longer than any that is meant (RFC 2578 §3.1 allows 64). */
const LONGEST_NAME = 256;

/** Reads tokens in order. */
export class Cursor {
  readonly path: string;
  readonly text: string;
  readonly #tokens: readonly Token[];
  /** Which token comes next. */
  at = 0;

  constructor(text: string, path: string) {
    this.path = path;
    this.text = text;
    this.#tokens = tokens(text, path);
  }

  /** A token without taking it; beyond the end, the end. */
  peek(ahead = 0): Token {
    const all = this.#tokens;
    return all[this.at + ahead] ?? all[all.length - 1]!;
  }

  /** Takes a token; the end is never passed. */
  next(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.at++;
    return token;
  }

  /** Whether a name or mark comes next. */
  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text &&
      (token.kind === "name" || token.kind === "mark");
  }

  /** Takes a name or mark if it comes next. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  /** Takes a name or mark that must come next. */
  expect(text: string): Token {
    if (!this.is(text)) this.fail(JSON.stringify(text), [text]);
    return this.next();
  }

  /** Takes a name that must come next. */
  name(what: string): Token {
    const token = this.peek();
    if (token.kind !== "name") this.fail(what);
    if (token.text.length > LONGEST_NAME) {
      throw this.error(`this name is longer than ${LONGEST_NAME} characters`);
    }
    return this.next();
  }

  /** Takes a string that must come next. */
  string(what: string): string {
    if (this.peek().kind !== "string") this.fail(what);
    return this.next().text;
  }

  /** Takes a whole number, as digits or as `'ff'H`. */
  number(what: string): bigint {
    const { kind, text, offset } = this.peek();
    if (kind !== "number" && kind !== "octets") this.fail(what);
    // Longer than any 64 bits, and slow to convert.
    if (text.length > 70) {
      throw this.error("this number has more than 64 bits", offset);
    }
    this.next();
    return text === "0x" || text === "0b" ? 0n : BigInt(text);
  }

  /** Passes over what lies between two brackets, the next one being the first. */
  skipBrackets(open: "{" | "(" | "[", close: "}" | ")" | "]"): void {
    const start = this.peek().offset;
    this.expect(open);
    for (let depth = 1; depth > 0;) {
      if (this.peek().kind === "end") {
        throw this.error(`this "${open}" has no "${close}"`, start);
      }
      if (this.is(open)) depth++;
      else if (this.is(close)) depth--;
      this.next();
    }
  }

  /** An error at the next token, or elsewhere. */
  error(reason: string, offset: number = this.peek().offset): MibError {
    return new MibError(this.path, this.text, offset, reason);
  }

  /** Says what should have come next, and what may have been meant. */
  fail(expected: string, words: Iterable<string> = []): never {
    const { kind, text } = this.peek();
    const shown = text.length > 40 ? `${text.slice(0, 39)}…` : text;
    const found = kind === "end"
      ? "the file ends"
      : kind === "string"
      ? `there is the string ${JSON.stringify(shown)}`
      : `there is ${JSON.stringify(shown)}`;
    const near = kind === "name" ? nearestName(text, words) : undefined;
    const guess = near === undefined || near === text
      ? ""
      : `; did you mean ${near}?`;
    throw this.error(`expected ${expected}, but ${found}${guess}`);
  }
}
