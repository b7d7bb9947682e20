/**
 * Asking whoever sits at a script's terminal what the library may not decide:
 * whether an unknown host is the right one, and passwords.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { setAsker, type TypedOptions } from "./live.ts";
import { ASK_AT } from "./option_names.ts";

/** What a terminal must be able to do to be asked at; `Deno` itself is one. */
export interface AskedTerminal {
  /** Where answers are typed. */
  readonly stdin: {
    /** Whether it is a terminal. */
    isTerminal(): boolean;
    /** Takes keys one by one and unseen, or line by line as before. */
    setRaw(mode: boolean): void;
    /** Waits for octets; `null` for the end. */
    read(into: Uint8Array): Promise<number | null>;
  };
  /** Where questions are written. */
  readonly stderr: {
    /** Writes some octets, and says how many. */
    writeSync(octets: Uint8Array): number;
  };
}

/** Options for {@linkcode askAt}. */
export interface AskAtOptions {
  /** What goes on is not drawn over a question. @default {nothing is drawn} */
  stage?: { pause(): Disposable } | undefined;
}

const CTRL_C = 3;
const CTRL_D = 4;
const BACKSPACES: ReadonlySet<number> = new Set([8, 127]);
const LINE_ENDS: ReadonlySet<number> = new Set([10, 13]);

/**
 * Has a person asked at a script's terminal until disposed of, as at the
 * prompt: for passwords, unseen, and whether to go on. Where standard input is
 * no terminal, nobody is asked. Ctrl-D gives nothing; Ctrl-C while a password is
 * typed rejects what asked with an AbortError.
 *
 * @param terminal The terminal: `Deno`.
 * @param options What else draws there.
 * @returns Puts back who was asked before.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 *
 * using _asker = net.inspect.askAt(Deno);
 * // Now net.ssh.connect("web") asks for what it needs to know.
 * ```
 */
export function askAt(
  terminal: AskedTerminal,
  options: AskAtOptions = {},
): Disposable {
  onlyKnown("ask at a terminal", options, ASK_AT);
  const { stage } = options;
  if (!terminal.stdin.isTerminal()) return { [Symbol.dispose]() {} };
  const line = async (prompt: string, options: TypedOptions = {}) => {
    using _pause = stage?.pause();
    return await typedLine(terminal, prompt, options.hidden ?? false);
  };
  return setAsker(
    async (question) =>
      /^\s*y(es)?\s*$/i.test(await line(`${question} [y/N] `) ?? ""),
    line,
  );
}

/** Has a line typed; `undefined` at the end of the input. */
async function typedLine(
  terminal: AskedTerminal,
  prompt: string,
  isHidden: boolean,
): Promise<string | undefined> {
  const { stdin } = terminal;
  const write = (text: string) =>
    terminal.stderr.writeSync(new TextEncoder().encode(text));
  const octets: number[] = [];
  // One by one: what is typed ahead is for the next question.
  const one = new Uint8Array(1);
  // First of all: nobody's keys are shown, however early they come.
  if (isHidden) stdin.setRaw(true);
  write(prompt);
  try {
    while (await stdin.read(one) !== null) {
      const [octet = 0] = one;
      // Taken one by one, keys are no signals.
      if (octet === CTRL_C) {
        throw new DOMException("Interrupted by Ctrl-C", "AbortError");
      }
      if (octet === CTRL_D) return undefined;
      if (LINE_ENDS.has(octet)) {
        return new TextDecoder().decode(Uint8Array.from(octets));
      }
      if (BACKSPACES.has(octet)) eraseCharacter(octets);
      else octets.push(octet);
    }
    return undefined;
  } finally {
    if (isHidden) {
      stdin.setRaw(false);
      write("\n");
    }
  }
}

/** All octets of a character but its first are 10xxxxxx. */
function eraseCharacter(octets: number[]): void {
  while (((octets.pop() ?? 0) & 0xc0) === 0x80);
}
