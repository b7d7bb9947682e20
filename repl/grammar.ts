/**
 * What `lex.ts` cuts a text into, and the words and signs of TypeScript, sorted
 * by what they tell a reader that sees one token at a time.
 *
 * @module
 */

/** What a token is. */
export type TokenKind =
  | "comment"
  | "string"
  | "template"
  | "regex"
  | "number"
  | "keyword"
  | "literal"
  | "name"
  | "decorator"
  | "punctuator"
  | "command"
  | "argument"
  | "unknown";

/** A stretch of text, in UTF-16 units; white space lies between tokens. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

/** A bracket that is still open; `${` is one inside a template. */
export interface OpenBracket {
  readonly bracket: "(" | "[" | "{" | "${";
  /** Where it begins. */
  readonly at: number;
}

/** What `lex()` found. */
export interface Lexed {
  readonly tokens: readonly Token[];
  /** Brackets open at the end, outermost first. */
  readonly open: readonly OpenBracket[];
  /** The token that the text ends in the middle of. */
  readonly unfinished: "template" | "comment" | "string" | undefined;
  /** Whether the last statement cannot end here: `1 +`, `if (x)`, `class A`. */
  readonly dangling: boolean;
  /** The first thing that no further typing can mend. */
  readonly error: { readonly at: number; readonly reason: string } | undefined;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

export const KEYWORDS = words(
  "await break case catch class const continue debugger default delete do else enum export extends finally for function if import in instanceof let new return super switch this throw try typeof var void while with yield",
);
/** Words that are keywords in front of a name, and names everywhere else. */
export const BEFORE_NAME = words(
  "abstract accessor async declare get interface keyof module namespace readonly set static type using",
);
/** Words that are keywords after a value, and names everywhere else. */
export const AFTER_VALUE = words("as from implements is of satisfies");
export const LITERALS = words("true false null undefined NaN Infinity");
/** Nothing can end with these. */
export const DANGLING = words(
  "as await case catch class const default delete do else enum export extends finally for from function if implements import in instanceof keyof let namespace new of return satisfies switch throw try typeof var while with",
);
/** These want a block in braces before the statement can end. */
export const WANTS_BODY = words(
  "catch class enum function interface module namespace switch",
);
export const BLOCK_HEADS = words("do else finally try static");
export const PAREN_HEADS = words("for if while with");
export const OPERATORS = words(
  ">>>= ... === !== **= <<= >>= >>> &&= ||= ??= => == != <= >= ++ -- && || ?? ?. += -= *= /= %= &= |= ^= ** << >>",
);
