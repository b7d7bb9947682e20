/**
 * Reading the arithmetic of a capture filter, `ip[2:2] - 20 & 0xff`, and the
 * small change of all its reading.
 *
 * @module
 */

import type { ParseError } from "../../errors.ts";
import { filterError, lex, type Token } from "./lex.ts";
import type { Arithmetic, Sign } from "./syntax.ts";

/**
 * How close a sign binds. `%` and `^` have no place in libpcap's order: they
 * take all that stands to their right, and leave what stands to their left.
 */
const BINDING: ReadonlyMap<string, number> = new Map([
  ["|", 1],
  ["&", 2],
  ["<<", 3],
  [">>", 3],
  ["+", 4],
  ["-", 4],
  ["*", 5],
  ["/", 5],
  ["%", Infinity],
  ["^", Infinity],
]);

/** Closer than any sign between two numbers. */
const NEGATIVE = 6;

/** Parentheses in each other: no more of them than this. */
const DEEPEST = 200;
/** Signs in one piece of arithmetic: no more of them than this. */
const LONGEST = 500;

/** A row of tokens, and what reads arithmetic from it. */
export class ArithmeticParser {
  readonly #input: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #signs = 0;

  /**
   * Starts at the first token.
   *
   * @param input The whole expression.
   */
  constructor(input: string) {
    this.#input = input;
    this.#tokens = lex(input);
  }

  /** The token that comes next. */
  get token(): Token {
    return this.#tokens[this.#next]!;
  }

  /**
   * Tells whether all has been read.
   *
   * @returns Whether it has.
   */
  atEnd(): boolean {
    return this.token.kind === "end";
  }

  /**
   * Goes on to the next token.
   *
   * @returns The one that was next.
   */
  take(): Token {
    const { token } = this;
    if (token.kind !== "end") this.#next++;
    return token;
  }

  /**
   * Tells whether a word comes next.
   *
   * @param text The word.
   * @returns Whether it does.
   */
  isWord(text: string): boolean {
    return this.token.kind === "word" && this.token.text === text;
  }

  /**
   * Tells whether one of some signs comes next.
   *
   * @param texts The signs.
   * @returns Whether it does.
   */
  isSign(...texts: readonly string[]): boolean {
    return this.token.kind === "sign" && texts.includes(this.token.text);
  }

  /**
   * Makes an error.
   *
   * @param reason What is wrong.
   * @param at Where. @default {the next token}
   * @returns The error.
   */
  fail(reason: string, at: number = this.token.at): ParseError {
    return filterError(this.#input, at, reason);
  }

  /**
   * Takes a sign that must come next.
   *
   * @param text The sign.
   */
  expectSign(text: string): void {
    if (!this.isSign(text)) throw this.#expected(`"${text}"`);
    this.take();
  }

  /**
   * Takes a number that must come next.
   *
   * @param wanted What the number is, for the error.
   * @returns The number.
   */
  expectNumber(wanted: string): number {
    if (this.token.kind !== "number") throw this.#expected(wanted);
    return this.take().value;
  }

  /**
   * Takes a number, in parentheses or not, if one comes next.
   *
   * @returns The number, or `undefined`.
   */
  optionalNumber(): number | undefined {
    if (this.token.kind !== "number" && !this.isSign("(")) return undefined;
    let open = 0;
    for (; this.isSign("("); open++) this.take();
    const value = this.expectNumber("a number");
    for (; open > 0; open--) this.expectSign(")");
    return value;
  }

  /**
   * Tells whether arithmetic comes next, if it does not start with `(`.
   *
   * @returns Whether it does.
   */
  startsArithmetic(): boolean {
    const { kind } = this.token;
    if (kind === "number" || this.isSign("-") || this.isWord("len")) {
      return true;
    }
    const after = this.#tokens[this.#next + 1];
    return kind === "protocol" && after?.kind === "sign" && after.text === "[";
  }

  /**
   * Reads arithmetic as far as it goes.
   *
   * @param left What stands first, if that has been read. @default {it is read}
   * @param least How close a sign must bind to be part of it.
   * @returns The arithmetic.
   */
  arithmetic(left?: Arithmetic, least = 0): Arithmetic {
    if (this.#depth === 0 && left === undefined) this.#signs = 0;
    if (++this.#depth > DEEPEST) throw this.fail("nested too deep");
    let result = left ?? this.#operand();
    for (;;) {
      const { kind, text, at } = this.token;
      const binding = kind === "sign" ? BINDING.get(text) : undefined;
      if (binding === undefined || binding < least) break;
      if (++this.#signs > LONGEST) throw this.fail("too long");
      this.take();
      const right = this.arithmetic(
        undefined,
        binding === Infinity ? 0 : binding + 1,
      );
      result = { kind: "sign", sign: text as Sign, left: result, right, at };
    }
    this.#depth--;
    return result;
  }

  #operand(): Arithmetic {
    const { token } = this;
    const { kind, at } = token;
    if (kind === "number") {
      return { kind: "number", value: this.take().value, at };
    }
    if (this.isWord("len")) {
      this.take();
      return { kind: "length", at };
    }
    if (this.isSign("-")) {
      this.take();
      const of = this.arithmetic(undefined, NEGATIVE);
      return { kind: "negative", of, at };
    }
    if (this.isSign("(")) {
      this.take();
      const inner = this.arithmetic();
      this.expectSign(")");
      return inner;
    }
    if (!this.startsArithmetic()) throw this.#expected("a number");
    return this.#index();
  }

  /** `ip[6:2]`: octets of a header. */
  #index(): Arithmetic {
    const { text: protocol, at } = this.take();
    this.expectSign("[");
    const offset = this.arithmetic();
    let octets = 1;
    if (this.isSign(":")) {
      this.take();
      const { at } = this.token;
      octets = this.expectNumber("1, 2 or 4");
      if (octets !== 1 && octets !== 2 && octets !== 4) {
        throw this.fail("expected 1, 2 or 4 octets", at);
      }
    }
    this.expectSign("]");
    return { kind: "index", protocol, offset, octets, at };
  }

  #expected(wanted: string): ParseError {
    const { kind, written } = this.token;
    return this.fail(
      kind === "end"
        ? `expected ${wanted}`
        : `expected ${wanted}, not "${written}"`,
    );
  }
}
