/**
 * The words of an nft script, one after the other, with no list of them: the
 * cursor stands on one, and {@linkcode Scanner.next} moves it on.
 *
 * @module
 */

import type { DataType } from "../model/data_types.ts";
import type { Family } from "../model/ruleset.ts";
import { readDefinition } from "./definition.ts";
import { mismatch, RulesetError } from "./ruleset_error.ts";
import { Scope } from "./scope.ts";
import { endOfAddress, endOfContinuation, endOfIpv4 } from "./spans.ts";
import {
  CLASS,
  COLON,
  DIGIT,
  END,
  INNER,
  INTEGER,
  IPV4,
  is,
  LETTER,
  LITERAL,
  NEWLINE,
  PAIRS,
  QUOTED,
  SIGN,
  SPACE,
  WORD,
} from "./tokens.ts";

/** How deep braces, parentheses, files and variables may be in each other. */
const MOST_DEPTH = 64;
/** How much text variables and files may stand for, in UTF-16 units. */
const MOST_EXPANDED = 2 ** 26;

/** A text to go back to when what a variable or a file stands for is over. */
interface Frame {
  readonly text: string;
  readonly pos: number;
  /** Where the variable or the file's name stands. */
  readonly start: number;
  readonly file: string | undefined;
  /** Whether what is read meanwhile is a file. */
  readonly included: boolean;
}

/** What stands at the cursor, and what comes next. */
export class Scanner {
  /** What the cursor stands on. */
  kind = NEWLINE;
  /** Its text: of words, quoted text and literals. */
  word = "";
  /** Its number: of {@linkcode INTEGER} and {@linkcode IPV4}. */
  value = 0;
  /** The number in the last comment, if that was `# handle 5`. */
  handle: number | undefined;
  /** Definitions that hold here. */
  scope: Scope;
  /** Of the table that is being read. */
  family: Family = "ip";
  /** What keys of a map of that table stand for. */
  dataOf:
    | ((map: string) => "verdict" | readonly DataType[] | undefined)
    | undefined;
  #text: string;
  #pos = 0;
  #start = 0;
  #file: string | undefined;
  readonly #frames: Frame[] = [];
  #depth = 0;
  #expanded = 0;

  constructor(text: string, defines: ReadonlyMap<string, string>) {
    this.#text = text;
    this.scope = new Scope(undefined, defines);
  }

  /** Moves the cursor to the next word. */
  next(): void {
    const text = this.#text;
    let pos = this.#pos;
    for (;;) {
      const code = pos < text.length ? text.charCodeAt(pos) : -1;
      if (code === 32 || code === 9) {
        pos++;
        continue;
      }
      this.#start = pos;
      const kind = code >= 0 && code < 128 ? CLASS[code]! : 0;
      if ((kind & LETTER) !== 0) return this.#readWord(pos);
      if ((kind & DIGIT) !== 0) return this.#readNumber(pos, code);
      if (kind === SPACE) {
        pos++;
        continue;
      }
      if (code === 35) {
        pos = this.#skipComment(pos);
        continue;
      }
      if (code === 92) {
        const after = endOfContinuation(text, pos);
        if (after > 0) {
          pos = after;
          continue;
        }
      }
      this.#pos = pos;
      return this.#readOther(code);
    }
  }

  #readWord(start: number): void {
    const text = this.#text;
    let pos = start + 1;
    let code = 0;
    for (; pos < text.length; pos++) {
      code = text.charCodeAt(pos);
      if (code >= 128 || (CLASS[code]! & INNER) === 0) break;
    }
    if (code === 92 || text.charCodeAt(pos - 1) === 92) {
      pos = this.#cutContinuation(start, pos);
    }
    if (code === 58 && pos - start <= 4 && pos < text.length) {
      const end = endOfAddress(text, start, pos);
      if (end > 0) return this.#literal(start, end);
    }
    this.kind = WORD;
    this.word = text.slice(start, pos);
    this.#pos = pos;
  }

  /** A backslash before a line's end is not part of the word before it. */
  #cutContinuation(start: number, end: number): number {
    let pos = end;
    while (pos > start + 1 && this.#text.charCodeAt(pos - 1) === 92) pos--;
    return endOfContinuation(this.#text, pos) > 0 ? pos : end;
  }

  #literal(start: number, end: number): void {
    this.kind = LITERAL;
    this.word = this.#text.slice(start, end);
    this.#pos = end;
  }

  #readNumber(start: number, first: number): void {
    const text = this.#text;
    let value = first - 48;
    let pos = start + 1;
    let code = 0;
    for (; pos < text.length; pos++) {
      code = text.charCodeAt(pos);
      if (code < 48 || code > 57) break;
      value = value * 10 + code - 48;
    }
    if (pos === text.length) code = 0;
    // 010 is octal, and more than 15 digits are more than a number can hold.
    const plain = pos - start < 16 && (first !== 48 || pos === start + 1);
    if (
      plain && (code >= 128 || (CLASS[code]! & (LETTER | DIGIT)) === 0) &&
      code !== 46 && code !== 58
    ) {
      this.kind = INTEGER;
      this.value = value;
      this.#pos = pos;
      return;
    }
    if (code === 46) {
      const end = plain ? endOfIpv4(text, pos, value) : 0;
      if (end > 0) {
        this.#literal(start, end);
        this.kind = IPV4;
        return;
      }
      // "5 . 6" without spaces is a concatenation, unless it is "802.1q".
      if (!is(text.charCodeAt(pos + 1), DIGIT) && plain) {
        this.kind = INTEGER;
        this.value = value;
        this.#pos = pos;
        return;
      }
    }
    if (code === 58) {
      const end = pos - start <= 4 ? endOfAddress(text, start, pos) : 0;
      if (end > 0) return this.#literal(start, end);
      if (plain) {
        this.kind = INTEGER;
        this.value = value;
        this.#pos = pos;
        return;
      }
    }
    while (
      pos < text.length &&
      (is(code = text.charCodeAt(pos), LETTER | DIGIT) || code === 46)
    ) pos++;
    if (code === 58 && pos < text.length && pos - start <= 4) {
      const end = endOfAddress(text, start, pos);
      if (end > 0) return this.#literal(start, end);
    }
    this.#literal(start, pos);
  }

  /** Takes `8:80` for a number and what follows, where no address can stand. */
  splitLiteral(): void {
    const digits = this.kind === LITERAL && /^\d+(?=:)/.exec(this.word);
    if (!digits) return;
    this.kind = INTEGER;
    this.value = Number(digits[0]);
    this.#pos = this.#start + digits[0].length;
  }

  #skipComment(pos: number): number {
    const text = this.#text;
    const end = text.indexOf("\n", pos);
    const stop = end < 0 ? text.length : end;
    if (text.startsWith("# handle ", pos)) {
      const number = Number(text.slice(pos + 9, stop));
      this.handle = Number.isSafeInteger(number) ? number : undefined;
    }
    return stop;
  }

  #readOther(code: number): void {
    const text = this.#text;
    if (code === -1) return this.#endOfText();
    if (code === 34) return this.#readQuoted();
    if (code === 36) return this.#expand();
    const after = text.charCodeAt(this.#pos + 1);
    if (code === COLON && after === COLON) {
      const end = endOfAddress(text, this.#pos, this.#pos);
      if (end > 0) return this.#literal(this.#pos, end);
    }
    const pair = after < 128 ? PAIRS.get(code * 256 + after) : undefined;
    if (pair !== undefined) {
      this.kind = pair;
      this.#pos += 2;
      return;
    }
    if (!is(code, SIGN)) {
      const shown = String.fromCodePoint(text.codePointAt(this.#pos)!);
      throw this.error(
        `nothing of a ruleset begins with ${JSON.stringify(shown)}`,
        1,
      );
    }
    this.kind = code;
    this.#pos++;
  }

  #readQuoted(): void {
    const text = this.#text;
    const end = text.indexOf('"', this.#pos + 1);
    const word = text.slice(this.#pos + 1, end);
    if (end < 0 || word.includes("\n")) {
      throw this.error("the quoted text that begins here has no end", 1);
    }
    this.kind = QUOTED;
    this.word = word;
    this.#pos = end + 1;
  }

  #endOfText(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) {
      this.kind = END;
      return;
    }
    this.#text = frame.text;
    this.#pos = frame.pos;
    this.#file = frame.file;
    if (!frame.included) return this.next();
    this.#start = frame.pos;
    this.kind = NEWLINE;
  }

  /** Goes on with what a variable stands for. */
  #expand(): void {
    const start = this.#pos;
    let end = start + 1;
    while (is(this.#text.charCodeAt(end), INNER)) end++;
    const name = this.#text.slice(start + 1, end);
    const value = this.scope.get(name);
    if (value === undefined) {
      throw this.error(
        mismatch("a variable that is defined", name, this.scope.names()),
        end - start,
      );
    }
    this.#pos = end;
    this.#enter(value, this.#file, false);
    this.next();
  }

  /** Reads another file from here on; what comes next is in it. */
  include(path: string, text: string): void {
    this.#enter(text, path, true);
    this.kind = NEWLINE;
  }

  #enter(text: string, file: string | undefined, included: boolean): void {
    this.#expanded += text.length;
    if (
      this.#frames.length >= MOST_DEPTH || this.#expanded > MOST_EXPANDED
    ) {
      throw this.error("files or variables stand for each other too often");
    }
    this.#frames.push({
      ...{ text: this.#text, pos: this.#pos, start: this.#start },
      ...{ file: this.#file, included },
    });
    this.#text = text;
    this.#pos = 0;
    this.#file = file;
  }

  /** Takes the text of a definition, to the end of its statement. */
  readDefinition(): string {
    const found = readDefinition(this.#text, this.#pos, this.scope);
    this.#pos = found.end;
    if (found.fault !== undefined) {
      throw this.error(found.fault, found.end - found.start, found.start);
    }
    this.next();
    return found.value;
  }

  /** Goes in by one level; hostile text goes in without end. */
  deeper(): void {
    if (++this.#depth > MOST_DEPTH) {
      throw this.error("brackets are too deep in each other");
    }
  }

  /** Comes out by one level. */
  higher(): void {
    this.#depth--;
  }

  /** The text that the cursor stands on. */
  found(): string {
    return this.kind === END
      ? ""
      : this.kind === NEWLINE
      ? "the end of the line"
      : this.#text.slice(this.#start, this.#pos);
  }

  /** The offset where the cursor stands, to point at it later. */
  mark(): number {
    return this.#start;
  }

  /** An error: what should be where the cursor stands. */
  unexpected(what: string, words: Iterable<string> = []): RulesetError {
    return this.error(mismatch(what, this.found(), words));
  }

  /** An error where the cursor stands. */
  error(
    reason: string,
    length: number = this.#pos - this.#start,
    start: number = this.#start,
  ): RulesetError {
    let place = { text: this.#text, offset: start, length, file: this.#file };
    let said = reason;
    // What a variable stands for is shown where the variable stands.
    for (let at = this.#frames.length - 1; at >= 0; at--) {
      const frame = this.#frames[at]!;
      if (frame.included) break;
      const length = frame.pos - frame.start;
      said = reason +
        `, in what ${frame.text.slice(frame.start, frame.pos)} stands for`;
      place = { ...frame, offset: frame.start, length };
    }
    return new RulesetError(place, said);
  }
}
