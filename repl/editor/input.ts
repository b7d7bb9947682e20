/**
 * Keys from a terminal, one batch a read, with the timing that tells the Esc
 * key from the start of a sequence.
 *
 * @module
 */

import { KeyDecoder, type KeyEvent } from "./keys.ts";
import type { Terminal } from "./terminal.ts";

/** How long the rest of a sequence may take, in milliseconds. */
const PATIENCE = {
  // A terminal sends a key's sequence at once; the Esc key has no more to come.
  escape: 25,
  // Half of one has come: the line is slow.
  sequence: 250,
};

/** The keys that a terminal sends. */
export class Input {
  readonly #terminal: Terminal;
  readonly #decoder = new KeyDecoder();
  /** A read that nobody waits for any more still belongs to us. */
  #reading: Promise<Uint8Array | null> | undefined;

  /** Reads from `terminal`, and from nobody else's. */
  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Waits for keys; `undefined` when there will be no more. */
  async next(): Promise<KeyEvent[] | undefined> {
    for (;;) {
      this.#reading ??= this.#terminal.read();
      const { waiting } = this.#decoder;
      const octets = waiting === undefined
        ? await this.#reading
        : await within(this.#reading, PATIENCE[waiting]);
      if (octets === "late") return this.#decoder.flush();
      this.#reading = undefined;
      if (octets === null) return undefined;
      const events = this.#decoder.push(octets);
      if (events.length > 0) return events;
    }
  }
}

/** Waits for a promise, but not for ever. */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
): Promise<T | "late"> {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
