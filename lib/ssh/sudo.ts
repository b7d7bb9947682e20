/**
 * Running a command as another user: sudo's question recognised and answered,
 * and kept out of what the command wrote.
 *
 * @module
 */

import { AuthError } from "../errors.ts";
import type { SudoOptions } from "./command.ts";
import { quote } from "./quote.ts";

/** More than sudo ever says before the command begins. */
const CHATTER = 64 * 1024;

/**
 * Watches the stream on which sudo asks. Both its question and the word that
 * the command has begun are random, so nothing that a program writes is taken
 * for either; what sudo says before is left out once the command has begun.
 */
export class Sudo {
  /** On which stream sudo asks. */
  readonly stream: "stdout" | "stderr";
  /** Resolves when the command has begun, and may have its input. */
  readonly ready: Promise<void>;
  readonly #options: SudoOptions;
  readonly #target: string;
  readonly #question: string = `[sudo ${crypto.randomUUID()}]`;
  readonly #begun: string = `[begun ${crypto.randomUUID()}]`;
  readonly #begin: () => void;
  #hasBegun = false;
  #questions = 0;
  /** What sudo has said so far, an octet a character. */
  #said = "";

  /**
   * Makes the words.
   *
   * @param options The password, and whom to become.
   * @param isTerminal Whether the command has a terminal.
   * @param target For errors.
   */
  constructor(
    options: true | SudoOptions,
    isTerminal: boolean,
    target: string,
  ) {
    if (options !== true && typeof options !== "object") {
      // Whoever writes sudo: "www" does not mean root.
      throw new TypeError(
        `Cannot run a command by sudo as 'sudo' must be true or { user, password }: current value is ${
          String(options)
        }`,
      );
    }
    this.#options = options === true ? {} : options;
    this.stream = isTerminal ? "stdout" : "stderr";
    this.#target = target;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#begin = resolve;
  }

  /**
   * The line that runs a command by sudo.
   *
   * @param command A line for the shell.
   */
  commandLine(command: string): string {
    const { password, user } = this.#options;
    const ask = password === undefined
      ? "-n"
      : `-S -p ${quote(this.#question)}`;
    const as = user === undefined ? "" : ` -u ${quote(user)}`;
    const inner = `printf %s ${quote(this.#begun)} >&2; ${command}`;
    return `sudo ${ask}${as} -- /bin/sh -c ${quote(inner)}`;
  }

  /**
   * Takes what has come on the stream.
   *
   * @returns What the command wrote of it, and what to type, if anything.
   * @throws {AuthError} If sudo asks again.
   */
  take(octets: Uint8Array): { rest: Uint8Array; answer?: Uint8Array } {
    if (this.#hasBegun) return { rest: octets };
    this.#said += latin1(octets);
    const at = this.#said.indexOf(this.#begun);
    if (at >= 0 || this.#said.length > CHATTER) {
      this.#hasBegun = true;
      this.#begin();
      const rest = at < 0
        ? this.#said
        : this.#said.slice(at + this.#begun.length);
      return { rest: unlatin1(rest) };
    }
    const questions = this.#said.split(this.#question).length - 1;
    if (questions === this.#questions) return { rest: new Uint8Array() };
    this.#questions = questions;
    if (questions > 1) {
      throw new AuthError("sudo does not take the password", {
        code: "auth",
        op: "run as another user on",
        target: this.#target,
        hint: "the password of who is logged in, not of whom to become",
      });
    }
    const answer = new TextEncoder().encode(`${this.#options.password}\n`);
    return { rest: new Uint8Array(), answer };
  }

  /** What sudo said, if the command never began: why, as a rule. */
  rest(): Uint8Array {
    if (this.#hasBegun) return new Uint8Array();
    return unlatin1(this.#said.replaceAll(this.#question, ""));
  }

  /** Lets go of who waits for the command to begin. */
  over(): void {
    this.#begin();
  }
}

function latin1(octets: Uint8Array): string {
  let text = "";
  for (let i = 0; i < octets.length; i += 4096) {
    text += String.fromCharCode(...octets.subarray(i, i + 4096));
  }
  return text;
}

function unlatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (x) => x.charCodeAt(0));
}
