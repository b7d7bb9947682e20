/**
 * MIB text as tokens (X.208 §8, as RFC 2578 §3 restricts it).
 *
 * @module
 */

import { MibError } from "./mib_error.ts";

/** What a token is. */
export type TokenKind =
  | "name"
  | "number"
  | "string"
  | "octets"
  | "mark"
  | "end";

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  /** A name or mark as written, digits with a sign, a string's inside. */
  readonly text: string;
  /** UTF-16 units from the start of the file. */
  readonly offset: number;
}

const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const MINUS = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;
const CONTROL_Z = 0x1a;
const BYTE_ORDER_MARK = 0xfeff;

/** What may stand for itself. */
const MARKS = "{}()[],;|.:=<>-";

/** `'0f'H`, `'0101'B`; blanks and line ends may stand between. */
const OCTETS = /'([0-9A-Fa-f\s]*)'([HhBb])/y;

/**
 * Cuts a MIB file into tokens; comments and blanks are left out.
 *
 * Names may hold underscores and begin with a digit, as vendors' do. A comment
 * ends at the next `--` or with the line; where it begins with three dashes or
 * more, only with the line, as was surely meant.
 *
 * @param text The whole file.
 * @param path Its name, for the error.
 * @returns The tokens, of which the last is the end.
 * @throws {MibError} If a string does not end, or a character has no meaning.
 */
export function tokens(text: string, path: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const add = (kind: TokenKind, inside: string, length: number) => {
    found.push({ kind, text: inside, offset: at });
    at += length;
  };
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0xa0 || code === BYTE_ORDER_MARK) {
      // A DOS file's end of file is no more than a blank.
      if (code < 9 || (code > 13 && code < 0x20 && code !== CONTROL_Z)) {
        throw stray(text, path, at);
      }
      at++;
    } else if (isLetter(code)) {
      add("name", ...nameAt(text, at));
    } else if (isDigit(code)) {
      let end = at + 1;
      while (isDigit(text.charCodeAt(end))) end++;
      if (isLetter(text.charCodeAt(end)) || text[end] === "_") {
        add("name", ...nameAt(text, at));
      } else add("number", text.slice(at, end), end - at);
    } else if (code === QUOTE) {
      const end = stringEnd(text, at + 1);
      if (end < 0) {
        throw new MibError(path, text, at, 'this string has no closing "');
      }
      const inside = text.slice(at + 1, end);
      add("string", inside.replaceAll('""', '"'), end + 1 - at);
    } else if (code === MINUS && text.charCodeAt(at + 1) === MINUS) {
      at = commentEnd(text, at);
    } else if (code === MINUS && isDigit(text.charCodeAt(at + 1))) {
      let end = at + 2;
      while (isDigit(text.charCodeAt(end))) end++;
      add("number", text.slice(at, end), end - at);
    } else if (code === COLON && text.startsWith("::=", at)) {
      add("mark", "::=", 3);
    } else if (code === DOT && text.charCodeAt(at + 1) === DOT) {
      add("mark", "..", text.charCodeAt(at + 2) === DOT ? 3 : 2);
    } else if (code === APOSTROPHE) {
      OCTETS.lastIndex = at;
      const match = OCTETS.exec(text);
      if (match === null) {
        throw new MibError(
          path,
          text,
          at,
          "expected digits between apostrophes, then H or B, as in 'ff'H",
        );
      }
      const digits = match[1]!.replace(/\s+/g, "");
      const base = match[2]!.toUpperCase();
      if (base === "B" && /[^01]/.test(digits)) {
        throw new MibError(
          path,
          text,
          at,
          "'…'B takes only the digits 0 and 1",
        );
      }
      add("octets", (base === "H" ? "0x" : "0b") + digits, match[0].length);
    } else if (MARKS.includes(text[at]!)) {
      add("mark", text[at]!, 1);
    } else throw stray(text, path, at);
  }
  add("end", "", 0);
  return found;
}

function nameAt(text: string, start: number): [name: string, length: number] {
  let end = start + 1;
  for (;; end++) {
    const code = text.charCodeAt(end);
    if (isLetter(code) || isDigit(code) || code === 0x5f) continue;
    // Two hyphens begin a comment, and a name does not end in one.
    if (code !== MINUS) break;
    const next = text.charCodeAt(end + 1);
    if (!isLetter(next) && !isDigit(next)) break;
  }
  return [text.slice(start, end), end - start];
}

/** Where a string's closing quote is; two quotes inside stand for one. */
function stringEnd(text: string, from: number): number {
  for (let at = from;;) {
    const end = text.indexOf('"', at);
    if (end < 0 || text.charCodeAt(end + 1) !== QUOTE) return end;
    at = end + 2;
  }
}

function commentEnd(text: string, start: number): number {
  let end = text.indexOf("\n", start);
  if (end < 0) end = text.length;
  if (text.charCodeAt(start + 2) === MINUS) return end;
  const close = text.indexOf("--", start + 2);
  if (close < 0 || close >= end) return end;
  return text.charCodeAt(close + 2) === MINUS ? end : close + 2;
}

function stray(text: string, path: string, at: number): MibError {
  const char = String.fromCodePoint(text.codePointAt(at)!);
  const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return new MibError(
    path,
    text,
    at,
    `the character ${JSON.stringify(char)} (U+${code}) means nothing here`,
  );
}

function isLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
