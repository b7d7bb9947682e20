/**
 * A tolerant TypeScript tokenizer for text that is still being typed.
 *
 * It takes any text, never throws, and needs time in proportion to the text's
 * length. Two things come out of it: tokens, for colours and brackets, and
 * whether the text wants more, for the Enter key. Where the grammar cannot be
 * told apart without a parser (a `/` after a block, a `>` of a type), it
 * guesses the common case; the evaluator has the last word.
 *
 * @module
 */

import {
  AFTER_VALUE,
  BEFORE_NAME,
  BLOCK_HEADS,
  DANGLING,
  KEYWORDS,
  type Lexed,
  LITERALS,
  type OpenBracket,
  OPERATORS,
  PAREN_HEADS,
  type Token,
  type TokenKind,
  WANTS_BODY,
} from "./grammar.ts";

export type { Lexed, OpenBracket, Token, TokenKind };

interface Frame extends OpenBracket {
  /** The keyword that the bracket belongs to, if that matters at its end. */
  readonly head: string;
  /** A block of statements, not an object: a regex may follow it. */
  readonly block: boolean;
  /** Whether the level around it was still waiting for a body. */
  readonly bodyDue: boolean;
}

const CLOSES: Readonly<Record<string, string>> = {
  ")": "(",
  "]": "[",
  "}": "{",
};

const NAME = /[\p{ID_Start}$_\\][\p{ID_Continue}$\u200c\u200d\\]*/uy;
const NUMBER =
  /0[xXoObB][\p{ID_Continue}]*|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?[\d_]*)?[\p{ID_Continue}$]*/uy;
const COMMAND = /\.[\w-]*/y;
const FLAGS = /\p{ID_Continue}*/uy;
const SPACE = /\s+/y;
const BLANKS = /[ \t]*/y;
const NAME_FOLLOWS =
  /[ \t]+(?!(?:in|of|as|instanceof|satisfies)\b)[\p{ID_Start}$_]/uy;

/** Where a sticky pattern that matches at `at` ends; `at` if it does not. */
function scan(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** Whether the entry is a dot command, `.help`, and no program. */
export function isCommand(text: string): boolean {
  return /^\s*\.[a-zA-Z]/.test(text);
}

/** Cuts a text into tokens, and says how it ends. */
export function lex(text: string): Lexed {
  if (isCommand(text)) return lexCommand(text);
  return new Lexer(text).run();
}

function lexCommand(text: string): Lexed {
  const lexed = new Lexer("").run();
  const start = text.indexOf(".");
  const end = scan(COMMAND, text, start);
  const argument = scan(SPACE, text, end);
  const tokens: Token[] = [{ kind: "command", start, end }];
  if (argument < text.length) {
    tokens.push({ kind: "argument", start: argument, end: text.length });
  }
  return { ...lexed, tokens };
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #frames: Frame[] = [];
  #at = 0;
  /** The last two tokens that are no comments, as text. */
  #last = "";
  #lastButOne = "";
  #lastKind: TokenKind | undefined;
  /** Whether the last token ended a value, so that `/` divides. */
  #value = false;
  /** The keyword whose parentheses or braces the last token closed. */
  #closed = "";
  /** Whether this level waits for a body in braces. */
  #bodyDue = false;
  /** `<` less `>`: at 0 or above, a `>` at the end closes type arguments. */
  #angles = 0;
  /** Each `?` outside of brackets that its `:` has not followed yet. */
  #choices = 0;
  #unfinished: Lexed["unfinished"];
  #error: Lexed["error"];

  constructor(text: string) {
    this.#text = text;
  }

  run(): Lexed {
    const text = this.#text;
    if (text.startsWith("#!")) this.#comment(this.#lineEnd());
    while (this.#at < text.length) {
      this.#at = scan(SPACE, text, this.#at);
      if (this.#at < text.length) this.#token(text[this.#at]!);
    }
    return {
      tokens: this.#tokens,
      open: this.#frames,
      unfinished: this.#unfinished,
      dangling: this.#dangling(),
      error: this.#error,
    };
  }

  #token(char: string): void {
    const text = this.#text;
    const at = this.#at;
    const next = text[at + 1];
    if (char === "/" && next === "/") return this.#comment(this.#lineEnd());
    if (char === "/" && next === "*") {
      const end = text.indexOf("*/", at + 2);
      if (end < 0) this.#unfinished = "comment";
      return this.#comment(end < 0 ? text.length : end + 2);
    }
    if (char === '"' || char === "'") return this.#string(char);
    if (char === "`") return this.#template(at + 1);
    if (char === "/" && !this.#value) return this.#regex();
    const numberEnd = scan(NUMBER, text, at);
    if (numberEnd > at) return this.#push("number", numberEnd, true);
    const nameEnd = scan(
      NAME,
      text,
      at + (char === "#" || char === "@" ? 1 : 0),
    );
    if (char === "#" && nameEnd > at + 1) {
      return this.#push("name", nameEnd, true);
    }
    if (char === "@" && nameEnd > at + 1) {
      return this.#push("decorator", nameEnd, false);
    }
    if (nameEnd > at) return this.#word(nameEnd);
    if (char === "(" || char === "[" || char === "{") return this.#open(char);
    if (char in CLOSES) return this.#close(char);
    this.#operator();
  }

  #lineEnd(): number {
    const end = this.#text.indexOf("\n", this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #comment(end: number): void {
    this.#tokens.push({ kind: "comment", start: this.#at, end });
    this.#at = end;
  }

  #push(kind: TokenKind, end: number, value: boolean): void {
    this.#tokens.push({ kind, start: this.#at, end });
    this.#lastButOne = this.#last;
    // Long tokens are never looked at again by their text.
    this.#last = this.#text.slice(this.#at, Math.min(end, this.#at + 16));
    this.#lastKind = kind;
    this.#value = value;
    this.#closed = "";
    this.#at = end;
  }

  #fail(at: number, reason: string): void {
    this.#error ??= { at, reason };
  }

  #string(quote: string): void {
    const text = this.#text;
    let i = this.#at + 1;
    while (i < text.length && text[i] !== quote && text[i] !== "\n") {
      i += text[i] === "\\" ? 2 : 1;
    }
    if (text[i] === quote) i++;
    else if (i >= text.length && endsInContinuation(text)) {
      this.#unfinished = "string";
    } else this.#fail(this.#at, "unterminated string");
    this.#push("string", Math.min(i, text.length), true);
  }

  /** The part of a template from its backtick or `}` to `${` or its end. */
  #template(from: number): void {
    const text = this.#text;
    let i = from;
    for (; i < text.length; i++) {
      const char = text[i];
      if (char === "\\") i++;
      else if (char === "`") return this.#push("template", i + 1, true);
      else if (char === "$" && text[i + 1] === "{") {
        const frame: Frame = {
          bracket: "${",
          at: i,
          head: "",
          block: false,
          bodyDue: this.#bodyDue,
        };
        this.#frames.push(frame);
        this.#bodyDue = false;
        return this.#push("template", i + 2, false);
      }
    }
    this.#unfinished = "template";
    this.#push("template", text.length, true);
  }

  #regex(): void {
    const text = this.#text;
    let inClass = false;
    let i = this.#at + 1;
    for (; i < text.length && text[i] !== "\n"; i++) {
      if (text[i] === "\\" && text[i + 1] !== "\n") i++;
      else if (text[i] === "[") inClass = true;
      else if (text[i] === "]") inClass = false;
      else if (text[i] === "/" && !inClass) break;
    }
    if (text[i] === "/") i = scan(FLAGS, text, i + 1);
    else this.#fail(this.#at, "unterminated regular expression");
    this.#push("regex", Math.min(i, text.length), true);
  }

  #word(end: number): void {
    const word = this.#text.slice(this.#at, Math.min(end, this.#at + 16));
    const isProperty = this.#last === "." || this.#last === "?.";
    if (isProperty || this.#isKey(end)) return this.#push("name", end, true);
    if (LITERALS.has(word)) return this.#push("literal", end, true);
    if (!this.#isKeyword(word, end)) return this.#push("name", end, true);
    const ended = this.#closed;
    if (WANTS_BODY.has(word)) this.#bodyDue = true;
    this.#push("keyword", end, word === "this" || word === "super");
    // The `while` of a `do` ends its statement, and heads nothing.
    if (word === "while" && ended === "do") this.#last = "";
  }

  /** Whether a word is a property's name in an object: `{ default: 1 }`. */
  #isKey(end: number): boolean {
    if (this.#last !== "{" && this.#last !== ",") return false;
    const frame = this.#frames.at(-1);
    return frame?.bracket === "{" && !frame.block &&
      this.#text[scan(SPACE, this.#text, end)] === ":";
  }

  #isKeyword(word: string, end: number): boolean {
    if (KEYWORDS.has(word)) return true;
    if (AFTER_VALUE.has(word)) return this.#value;
    if (BEFORE_NAME.has(word)) {
      return scan(NAME_FOLLOWS, this.#text, end) > end ||
        (word === "async" && this.#text.startsWith(" (", end));
    }
    if (word !== "from") return false;
    const next = this.#text[scan(SPACE, this.#text, end)];
    return next === '"' || next === "'";
  }

  #open(bracket: "(" | "[" | "{"): void {
    const afterAwait = this.#last === "await" ? this.#lastButOne : this.#last;
    const keyword = this.#lastKind === "keyword" ? afterAwait : "";
    const head = bracket === "("
      ? (PAREN_HEADS.has(keyword) ? keyword : "")
      : bracket === "{" && (keyword === "do" || keyword === "try")
      ? keyword
      : "";
    const block = bracket === "{" && this.#startsBlock();
    const bodyDue = bracket === "{" ? false : this.#bodyDue;
    this.#frames.push({ bracket, at: this.#at, head, block, bodyDue });
    this.#bodyDue = false;
    this.#push("punctuator", this.#at + 1, false);
  }

  #startsBlock(): boolean {
    if (this.#lastKind === undefined || this.#value) return true;
    if (this.#lastKind === "keyword") return BLOCK_HEADS.has(this.#last);
    return [";", "{", "}", ")", "=>"].includes(this.#last);
  }

  #close(char: string): void {
    const frame = this.#frames.at(-1);
    if (char === "}" && frame?.bracket === "${") {
      this.#frames.pop();
      this.#bodyDue = frame.bodyDue;
      return this.#template(this.#at + 1);
    }
    if (frame === undefined || frame.bracket !== CLOSES[char]) {
      this.#fail(this.#at, `unmatched ${char}`);
      return this.#push("punctuator", this.#at + 1, true);
    }
    this.#frames.pop();
    this.#bodyDue = frame.bodyDue;
    const value = char === "}" ? !frame.block : frame.head === "";
    this.#push("punctuator", this.#at + 1, value);
    this.#closed = frame.head;
  }

  #operator(): void {
    const text = this.#text;
    let length = Math.min(4, text.length - this.#at);
    while (
      length > 1 && !OPERATORS.has(text.slice(this.#at, this.#at + length))
    ) {
      length--;
    }
    const operator = text.slice(this.#at, this.#at + length);
    if (operator === ";") this.#bodyDue = false;
    if (this.#frames.length === 0) {
      if (operator === "?") this.#choices++;
      if (operator === ":" && this.#choices > 0) this.#choices--;
      if (operator === ";") this.#choices = 0;
    }
    if (operator === "<") this.#angles++;
    if (/^>+$/.test(operator)) this.#angles -= length;
    if (text.codePointAt(this.#at)! > 0xffff) length = 2;
    const known = OPERATORS.has(operator) ||
      "+-*/%=<>!&|^~?:;,.".includes(operator);
    // After a value these are postfix: `i++`, and TypeScript's `x!`.
    const postfix = operator === "++" || operator === "--" || operator === "!";
    this.#push(
      known ? "punctuator" : "unknown",
      this.#at + length,
      postfix && this.#value,
    );
  }

  #dangling(): boolean {
    const outside = this.#frames.length === 0;
    if (outside && (this.#bodyDue || this.#choices > 0)) return true;
    switch (this.#lastKind) {
      case "decorator":
        return true;
      case "keyword":
        // `x as const` is whole.
        return DANGLING.has(this.#last) && this.#lastButOne !== "as";
      case "punctuator":
        if (this.#closed !== "") return true;
        if (/^>+$/.test(this.#last)) return this.#angles < 0;
        return !this.#value && !/^[;)\]}]$/.test(this.#last);
      default:
        return false;
    }
  }
}

/** Whether a text ends right after a backslash, or that and a line break. */
function endsInContinuation(text: string): boolean {
  const backslashes = /(\\+)\n?$/.exec(text)?.[1] ?? "";
  return backslashes.length % 2 === 1;
}

/**
 * Whether Enter should evaluate the text. What cannot become right by typing
 * on counts as complete, so that the evaluator says what is wrong with it.
 */
export function isComplete(text: string): boolean {
  const { error, unfinished, open, dangling } = lex(text);
  if (error !== undefined) return true;
  return unfinished === undefined && open.length === 0 && !dangling;
}

const STEP = "  ";

/**
 * The white space that a line should begin with, if it begins at `cursor`:
 * one step more than the line of the innermost open bracket, and as much as
 * that line if a closing bracket comes first.
 */
export function indentAt(text: string, cursor: number): string {
  const before = lex(text.slice(0, cursor));
  const blanksEnd = scan(BLANKS, text, cursor);
  // In a template white space is text: nobody but the user changes it.
  if (before.unfinished === "template") return text.slice(cursor, blanksEnd);
  if (before.unfinished === "comment") return indentOf(text, cursor);
  const frame = before.open.at(-1);
  const base = frame === undefined ? "" : indentOf(text, frame.at);
  const next = text[blanksEnd];
  if (frame !== undefined && next !== undefined && next in CLOSES) return base;
  const lastChar = text.slice(0, cursor).trimEnd().at(-1) ?? "";
  const goesOn = before.dangling && !"([{,;".includes(lastChar);
  return base + (frame === undefined ? "" : STEP) + (goesOn ? STEP : "");
}

/** The white space at the beginning of the line that `at` is on. */
function indentOf(text: string, at: number): string {
  const start = at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
  return text.slice(start, scan(BLANKS, text, start));
}
