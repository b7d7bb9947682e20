/**
 * A cursor over a script, with what its readers ask of it.
 *
 * @module
 */

import { wrongName } from "./own_name.ts";
import { Scanner } from "./scanner.ts";
import {
  CLOSE_BRACE,
  END,
  INTEGER,
  LITERAL,
  NEWLINE,
  OPEN_BRACE,
  QUOTED,
  SEMICOLON,
  WORD,
} from "./tokens.ts";

export * from "./tokens.ts";

/** A cursor over the words of a script. */
export class Lexer extends Scanner {
  /** Whether a range stands behind `!=`. */
  unequal = false;
  /** A range that ends below where it begins was read there. */
  reversed = false;

  /** Goes past the ends of lines. */
  skipLines(): void {
    while (this.kind === NEWLINE) this.next();
  }

  /** Goes past the ends of lines and statements. */
  skipSeparators(): void {
    while (this.kind === NEWLINE || this.kind === SEMICOLON) this.next();
  }

  /** Whether a statement ends here. */
  atEnd(): boolean {
    const { kind } = this;
    return kind === NEWLINE || kind === SEMICOLON || kind === END ||
      kind === CLOSE_BRACE;
  }

  /** Goes past the rest of a statement, whatever it is. */
  skipStatement(): void {
    for (let depth = 0; this.kind !== END; this.next()) {
      if (this.kind === OPEN_BRACE) depth++;
      else if (this.kind === CLOSE_BRACE) depth--;
      else if (
        depth <= 0 && (this.kind === NEWLINE || this.kind === SEMICOLON)
      ) return;
    }
  }

  /** Goes past a piece of punctuation. */
  take(kind: number, what: string): void {
    if (this.kind !== kind) throw this.unexpected(what);
    this.next();
  }

  /** Whether the cursor was on a piece of punctuation, which it then leaves. */
  skip(kind: number): boolean {
    if (this.kind !== kind) return false;
    this.next();
    return true;
  }

  /** Whether the cursor was on a word, which it then leaves. */
  skipWord(word: string): boolean {
    if (this.kind !== WORD || this.word !== word) return false;
    this.next();
    return true;
  }

  /** Goes past a word. */
  takeWord(word: string): void {
    if (!this.skipWord(word)) throw this.unexpected(`"${word}"`, [word]);
  }

  /** Takes a word that is a name. */
  name(what: string): string {
    if (this.kind !== WORD && this.kind !== QUOTED) throw this.unexpected(what);
    const { word } = this;
    this.next();
    return word;
  }

  /** Takes the name of something of one's own: no word that nft knows. */
  ownName(what: string): string {
    if (this.kind === WORD || this.kind === QUOTED) {
      const must = wrongName(this.word);
      if (must) {
        throw this.error(`"${this.word}" cannot be ${what}: it must ${must}`);
      }
    }
    return this.name(what);
  }

  /** Takes a number. */
  integer(what: string): number {
    const { kind, value } = this;
    if (kind === INTEGER) {
      this.next();
      return value;
    }
    if (kind === LITERAL) {
      const number = /^0x[\da-f]+$|^0\d+$/i.test(this.word)
        ? /x/i.test(this.word) ? Number(this.word) : parseInt(this.word, 8)
        : NaN;
      if (Number.isSafeInteger(number)) {
        this.next();
        return number;
      }
    }
    throw this.unexpected(what);
  }
}
