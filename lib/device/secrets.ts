/**
 * Secrets that a session knows, hidden wherever it writes.
 *
 * @module
 */

/** What stands where a secret stood. */
export const HIDDEN = "********";

/** Shorter ones would hide letters everywhere; they are only never recorded as typed. */
const SHORTEST = 3;

/** The secrets of a session, taken out of whatever is written. */
export class Secrets {
  #known: string[] = [];

  /** Adds one; nothing for `undefined`. */
  add(secret: string | undefined): void {
    if (secret === undefined || secret.length < SHORTEST) return;
    if (this.#known.includes(secret)) return;
    this.#known.push(secret);
    // A secret that holds another goes first, or its rest would stay.
    this.#known.sort((a, b) => b.length - a.length);
  }

  /** A text without them. */
  hide(text: string): string {
    let result = text;
    for (const secret of this.#known) {
      if (result.includes(secret)) result = result.replaceAll(secret, HIDDEN);
    }
    return result;
  }

  /**
   * How many characters at the end of a text may be the beginning of a secret:
   * so many wait for the next chunk.
   */
  undecided(text: string): number {
    let most = 0;
    for (const secret of this.#known) {
      let length = Math.min(secret.length - 1, text.length);
      for (; length > most; length--) {
        if (text.endsWith(secret.slice(0, length))) break;
      }
      most = Math.max(most, length);
    }
    return most;
  }
}

/** Takes the known secrets out of a text that comes in chunks. */
export class SecretFilter {
  readonly #secrets: Secrets;
  #held = "";

  /** @param secrets What to hide; more may be added later. */
  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Takes a chunk; gives what is decided, which may be less. */
  push(chunk: string): string {
    const text = this.#secrets.hide(this.#held + chunk);
    const held = this.#secrets.undecided(text);
    this.#held = text.slice(text.length - held);
    return text.slice(0, text.length - held);
  }

  /** Gives what was held back: no more comes. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}
