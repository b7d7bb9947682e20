/**
 * The rows of a template, as types: keys and lists out of its text.
 *
 * @module
 */

/** What a row has of a value: a text, or a list of texts or named groups. */
export type TextFsmCell = string | string[] | Record<string, string>[];

/** A row of a template whose values the compiler does not know. */
export type TextFsmRow = Record<string, TextFsmCell>;

/** The names and options in the value lines of a template's text. */
type Named<T extends string> = T extends `Value ${infer First} ${infer Rest}`
  ? Rest extends `(${string}` ? readonly [First, ""]
  : Rest extends `${infer Name} ${string}` ? readonly [Name, First]
  : never
  : never;

type Values<T extends string> = T extends `${infer Line}\n${infer Rest}`
  ? Line extends "" ? never : Named<Line> | Values<Rest>
  : Named<T>;

type CellOf<Options extends string> = Options extends `${string}List${string}`
  ? string[] | Record<string, string>[]
  : string;

/** The rows of a template, as far as its text is known to the compiler. */
export type RowOf<
  T extends string,
  Keys extends "named" | "lower" = "named",
> = string extends T ? TextFsmRow
  : {
    [
      Value in Values<T> as Keys extends "lower" ? Lowercase<Value[0]>
        : Value[0]
    ]: CellOf<Value[1]>;
  };
