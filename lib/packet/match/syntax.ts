/**
 * What a display filter says, as a tree.
 *
 * @module
 */

/** A field, or a part of its octets. */
export interface FieldReference {
  /** Its path as it was written. */
  readonly path: string;
  /** Which octets of it, if not all: `"0:3"`. */
  readonly slice: string | undefined;
  /** UTF-16 units from the start of the expression. */
  readonly at: number;
}

/** A value as it was written. */
export interface Literal {
  /** Whether it is a bare word, text in quotes, or a regular expression. */
  readonly kind: "word" | "string" | "pattern";
  /** The word, what the string says, the inside of the pattern. */
  readonly text: string;
  /** What stands behind a pattern. */
  readonly flags: string;
  /** UTF-16 units from the start of the expression. */
  readonly at: number;
}

/** One member of a set: a value, or all from one to another. */
export interface Member {
  /** The value, or the first. */
  readonly from: Literal;
  /** The last. */
  readonly to: Literal | undefined;
}

/** How a field is compared. */
export type Relation = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** What is asked of a field. */
export type Question =
  | { readonly kind: "exists" }
  | {
    readonly kind: "relation";
    readonly relation: Relation;
    readonly mask: Literal | undefined;
    readonly to: Literal;
    /** Where a field may be meant by it: its slice. */
    readonly slice: string | undefined;
  }
  | { readonly kind: "bits"; readonly mask: Literal }
  | { readonly kind: "contains" | "matches"; readonly what: Literal }
  | { readonly kind: "in"; readonly members: readonly Member[] };

/** What is asked of a packet. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly of: readonly Filter[] }
  | { readonly kind: "not"; readonly of: Filter }
  | {
    readonly kind: "test";
    readonly field: FieldReference;
    readonly question: Question;
    /** Where the question starts, for errors. */
    readonly at: number;
    /** Whether one value of several will do; all must where this says so. */
    readonly quantifier: "any" | "all";
  };
