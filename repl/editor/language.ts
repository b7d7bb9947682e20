/**
 * What the editor asks of the language it edits: each a question about
 * `(text, cursor)` that is answered with data. Positions count UTF-16 units.
 *
 * @module
 */

/** What a stretch of text means, which decides how it looks. */
export type SpanRole =
  | "command"
  | "comment"
  | "found"
  | "keyword"
  | "match"
  | "number"
  | "string";

/** A stretch of text with a look of its own. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly role: SpanRole;
}

/** One thing that could stand at the cursor. */
export interface CompletionItem {
  /** What the menu shows. */
  readonly label: string;
  /** What is put into the text. @default {label} */
  readonly insert?: string;
  /** A few words on it: a type, a signature. */
  readonly detail?: string;
}

/** What could replace the text from `from` to the cursor. */
export interface Completion {
  readonly from: number;
  readonly items: readonly CompletionItem[];
}

/** The language of the entries. */
export interface Language {
  /** Whether Enter should hand the text over, or begin a new line. */
  isComplete(text: string): boolean;
  /** The white space for a line that begins at the cursor. */
  indent(text: string, cursor: number): string;
  /** Looks, in any order; where two overlap, the later one counts. */
  highlight(text: string, cursor: number): readonly Span[];
  /** What could stand at the cursor; may take its time. */
  complete(text: string, cursor: number): Promise<Completion>;
  /** What probably comes after the text, shown faintly behind it. */
  hint(text: string): string | undefined;
}
