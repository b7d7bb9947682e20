/**
 * The line that is being typed at a fake device: its echo, and the keys that
 * change it.
 *
 * @module
 */

/** What a key did. */
export type Typed =
  | { readonly kind: "line"; readonly line: string }
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "interrupt" | "end" | "leave" | "complete" };

/** The longest line that is taken. */
const LONGEST = 16 * 1024;

/** One line, as it grows. */
export class LineInput {
  /** What has been typed of it. */
  text = "";
  /** Whether what is typed shows. */
  echoes = true;
  /** Whether the next key alone is wanted. */
  wantsKey = false;
  #wasReturn = false;

  /**
   * Takes one character.
   *
   * @param char The character.
   * @param show Shows what it does on the screen.
   * @returns What it did, if it is more than one more character in the line.
   */
  type(char: string, show: (text: string) => void): Typed | undefined {
    // CR LF and CR NUL are one key, as Telnet has them.
    const isSecond = this.#wasReturn && (char === "\n" || char === "\0");
    this.#wasReturn = char === "\r";
    if (isSecond) return undefined;
    if (this.wantsKey) return { kind: "key", key: char };
    switch (char) {
      case "\r":
      case "\n": {
        const line = this.text;
        this.text = "";
        show("\r\n");
        return { kind: "line", line };
      }
      case "\b":
      case "\x7f":
        this.#erase(1, show);
        return undefined;
      case "\x15":
        this.#erase(this.text.length, show);
        return undefined;
      case "\x17":
        this.#erase(/\S*\s*$/.exec(this.text)![0].length, show);
        return undefined;
      case "\x03":
        this.text = "";
        return { kind: "interrupt" };
      case "\x1a":
        this.text = "";
        return { kind: "end" };
      case "\x04":
        return this.text === "" ? { kind: "leave" } : undefined;
      case "\t":
        return { kind: "complete" };
    }
    if (char < " " || this.text.length >= LONGEST) return undefined;
    this.text += char;
    if (this.echoes) show(char);
    return undefined;
  }

  /**
   * Adds what the device completes.
   *
   * @param rest The rest of the word.
   * @param show Shows it.
   */
  complete(rest: string, show: (text: string) => void): void {
    this.text += rest;
    show(rest);
  }

  #erase(count: number, show: (text: string) => void): void {
    const gone = Math.min(count, this.text.length);
    this.text = this.text.slice(0, this.text.length - gone);
    if (this.echoes) show("\b \b".repeat(gone));
  }
}
