/**
 * Zone files as words: comments, quotation marks, parentheses and line ends are
 * gone, and each word knows its place.
 *
 * @see RFC 1035 §5.1
 * @module
 */

import { ParseError } from "../errors.ts";

/** A zone file that makes no sense, and where. */
export class ZoneError extends ParseError {
  /** The line, counted from 1. */
  readonly line: number;
  /** The column, counted from 1 in UTF-16 units. */
  readonly column: number;
  /** The file that `$INCLUDE` named; `undefined` for the first. */
  readonly file: string | undefined;

  /**
   * Builds the message from its parts.
   *
   * @param source The text, and its name if it was included.
   * @param offset UTF-16 units to the trouble.
   * @param reason What is wrong there.
   */
  constructor({ text, file }: ZoneSource, offset: number, reason: string) {
    const before = text.slice(0, offset);
    const start = before.lastIndexOf("\n") + 1;
    const line = before.split("\n").length;
    const column = offset - start + 1;
    const place = `line ${line}, column ${column}`;
    super(
      "a zone file",
      text,
      offset,
      `${reason} (${file === undefined ? "" : `${file}, `}${place})`,
    );
    this.line = line;
    this.column = column;
    this.file = file;
  }
}

/** A text that is read, and the name by which another one included it. */
export interface ZoneSource {
  /** The text. */
  readonly text: string;
  /** The file that it came from, if another named it. */
  readonly file?: string | undefined;
}

/** A word of a zone file. */
export interface Word {
  /** As it stands there, its escapes kept, without quotation marks around it. */
  readonly text: string;
  /** Whether it stood between quotation marks. */
  readonly isQuoted: boolean;
  /** Where it starts, in UTF-16 units. */
  readonly at: number;
}

/** What belongs together: a record, or a directive. */
export interface Entry {
  /** Whether it begins with a blank: its owner is that of the record before. */
  readonly isIndented: boolean;
  /** One word or more. */
  readonly words: readonly Word[];
  /** Where it ends. */
  readonly end: number;
}

const [TAB, LF, CR, SPACE, QUOTE, OPEN, CLOSE, SEMICOLON, EQUALS, BACKSLASH] = [
  9,
  10,
  13,
  32,
  34,
  40,
  41,
  59,
  61,
  92,
];

/**
 * Cuts a zone file into its entries.
 *
 * @param source The text.
 * @yields One entry after the other.
 * @throws {ZoneError} If a quotation mark or a parenthesis has no partner.
 */
export function* entriesOf(source: ZoneSource): Generator<Entry> {
  const { text } = source;
  let words: Word[] = [];
  let isIndented = false;
  let depth = 0;
  let opened = 0;
  let lineStart = 0;
  for (let i = 0; i < text.length;) {
    const code = text.charCodeAt(i);
    if (code === LF) {
      if (depth === 0 && words.length > 0) {
        yield { isIndented, words, end: i };
        words = [];
      }
      lineStart = ++i;
    } else if (code === SPACE || code === TAB || code === CR) {
      if (i === lineStart && words.length === 0) isIndented = true;
      i++;
      continue;
    } else if (code === SEMICOLON) {
      i = text.indexOf("\n", i);
      if (i < 0) break;
    } else if (code === OPEN) {
      if (depth++ === 0) opened = i;
      i++;
    } else if (code === CLOSE) {
      if (depth-- === 0) throw new ZoneError(source, i, ") without (");
      i++;
    } else {
      if (i === lineStart && words.length === 0) isIndented = false;
      const word = code === QUOTE
        ? quotedWord(source, i)
        : plainWord(source, i);
      words.push(word);
      i = word.at + word.text.length + (word.isQuoted ? 2 : 0);
    }
  }
  if (depth > 0) throw new ZoneError(source, opened, "( without )");
  if (words.length > 0) yield { isIndented, words, end: text.length };
}

/** The word between two quotation marks. */
function quotedWord(source: ZoneSource, at: number): Word {
  const end = closing(source, at);
  return { text: source.text.slice(at + 1, end), isQuoted: true, at };
}

function closing(source: ZoneSource, at: number): number {
  const { text } = source;
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === LF) break;
    if (code === BACKSLASH) i++;
  }
  throw new ZoneError(source, at, "quotation mark without a second one");
}

function plainWord(source: ZoneSource, at: number): Word {
  const { text } = source;
  let i = at;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) {
      const next = text.charCodeAt(i + 1);
      if (!(next > SPACE || next === SPACE)) {
        throw new ZoneError(source, i, "\\ before nothing");
      }
      i++;
      continue;
    }
    if (code === QUOTE && i > at && text.charCodeAt(i - 1) === EQUALS) {
      // The value of a service parameter: alpn="h2,h3" (RFC 9460 §2.1).
      i = closing(source, i);
      continue;
    }
    if (
      code <= SPACE && (code === SPACE || code === TAB || code === LF ||
          code === CR) ||
      code === QUOTE || code === OPEN || code === CLOSE || code === SEMICOLON
    ) break;
  }
  return { text: text.slice(at, i), isQuoted: false, at };
}
