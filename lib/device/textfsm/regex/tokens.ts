/**
 * The tokens of a regular expression: characters, and escapes of two.
 *
 * @module
 */

/** What is wrong with a regular expression, and where. */
export class PatternError extends SyntaxError {
  /** Always `"PatternError"`. */
  override readonly name = "PatternError";
  /** UTF-16 units from the start of the expression. */
  readonly at: number;

  /**
   * Keeps the place beside the reason.
   *
   * @param reason What is wrong.
   * @param at Where, in UTF-16 units.
   */
  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** A cursor over a regular expression with one token of foresight. */
export class Tokens {
  /** The token ahead; empty at the end. */
  next = "";
  readonly #text: string;
  /** Where the token after `next` begins. */
  #index = 0;

  /** Starts before the first token. */
  constructor(text: string) {
    this.#text = text;
    this.advance();
  }

  /** Where the token ahead begins. */
  get at(): number {
    return this.#index - this.next.length;
  }

  /** Goes to the next token. */
  advance(): void {
    const text = this.#text;
    let end = after(text, this.#index);
    if (text[this.#index] === "\\") {
      if (end >= text.length) {
        throw new PatternError("bad escape (end of pattern)", this.#index);
      }
      end = after(text, end);
    }
    this.next = text.slice(this.#index, end);
    this.#index = end;
  }

  /** The token ahead, which is then behind. */
  take(): string {
    const { next } = this;
    this.advance();
    return next;
  }

  /** Takes the token ahead if it is this one. */
  match(token: string): boolean {
    if (this.next !== token) return false;
    this.advance();
    return true;
  }

  /** Takes up to so many tokens of one character that are of a kind. */
  takeWhile(most: number, kind: RegExp): string {
    let taken = "";
    while (taken.length < most && kind.test(this.next)) taken += this.take();
    return taken;
  }

  /** Takes what comes before a token, and that token. */
  until(end: string, what: string): string {
    const start = this.at;
    let taken = "";
    for (;;) {
      const token = this.take();
      if (token === "") {
        throw new PatternError(
          taken === "" ? `missing ${what}` : `missing ${end}`,
          start,
        );
      }
      if (token === end) {
        if (taken === "") throw new PatternError(`missing ${what}`, start);
        return taken;
      }
      taken += token;
    }
  }

  /** Skips the rest of `(?#…)`. */
  comment(start: number): void {
    for (;;) {
      if (this.next === "") {
        throw new PatternError("missing ), unterminated comment", start);
      }
      if (this.take() === ")") return;
    }
  }

  /** Skips to the end of the line. */
  skipLine(): void {
    while (this.next !== "" && this.take() !== "\n");
  }

  /** The text from the token ahead on. */
  rest(): string {
    return this.#text.slice(this.at);
  }

  /** Goes on so many UTF-16 units after the start of the token ahead. */
  skip(units: number): void {
    this.#index = this.at + units;
    this.advance();
  }

  /** An error at the token ahead. */
  error(reason: string): PatternError {
    return new PatternError(reason, this.at);
  }
}

function after(text: string, index: number): number {
  const code = text.codePointAt(index);
  return code === undefined ? index : index + (code > 0xffff ? 2 : 1);
}
