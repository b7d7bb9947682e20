/**
 * The prompt's terminal as a stage: while an entry runs, what goes on is shown
 * below it, and what asks for the whole screen gets it, with the keys. The
 * library that draws is loaded with the session, not with the prompt.
 *
 * @module
 */

import type * as inspect from "../lib/inspect/mod.ts";
import type { Terminal } from "./editor/terminal.ts";

/** A read that is under way, for whoever takes what it brings. */
interface Reading {
  readonly octets: Promise<Uint8Array | null>;
  isTaken: boolean;
}

/** Keys of one terminal for two readers: the editor comes first. */
class SharedKeys {
  readonly #terminal: Terminal;
  /** What one reader gave back. */
  readonly #kept: Uint8Array[] = [];
  /** A read cannot be called off, so its octets may be for the next reader. */
  #reading: Reading | undefined;
  #editorWaits = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** Reads for the editor. */
  async read(): Promise<Uint8Array | null> {
    const kept = this.#kept.shift();
    if (kept) return kept;
    this.#editorWaits = true;
    try {
      return await this.#next() ?? null;
    } finally {
      this.#editorWaits = false;
    }
  }

  /** Reads for the stage; 0 octets if the editor wants them meanwhile. */
  async readInto(into: Uint8Array): Promise<number | null> {
    const octets = this.#kept.shift() ?? await this.#next(true);
    if (octets === null) return null;
    if (octets === undefined) return 0;
    const count = Math.min(octets.length, into.length);
    into.set(octets.subarray(0, count));
    if (count < octets.length) this.#kept.unshift(octets.slice(count));
    return count;
  }

  /** Reads for what the terminal is lent to; `null` once the editor reads. */
  async readSecond(): Promise<Uint8Array | null> {
    return this.#kept.shift() ?? await this.#next(true) ?? null;
  }

  /** Keeps octets for the next reader. */
  unread(octets: Uint8Array): void {
    this.#kept.unshift(octets);
  }

  async #next(isSecond = false): Promise<Uint8Array | null | undefined> {
    const reading = this.#reading ??= {
      octets: this.#terminal.read(),
      isTaken: false,
    };
    try {
      const octets = await reading.octets;
      if (reading.isTaken || (isSecond && this.#editorWaits)) return undefined;
      reading.isTaken = true;
      return octets;
    } finally {
      if (this.#reading === reading) this.#reading = undefined;
    }
  }
}

/** What shows what goes on, and gives way to whatever else writes. */
export class LiveStage implements Disposable {
  /** The terminal, for an editor that shares its keys. */
  readonly terminal: Terminal;
  readonly #keys: SharedKeys;
  readonly #own: Terminal;
  readonly #colors: boolean;
  readonly #stack = new DisposableStack();
  #stage: inspect.OpenStage | undefined;
  /** Nothing is shown while there is no entry that runs. */
  #rest: Disposable | undefined;
  #runs = false;
  /** The question that somebody is asked. */
  #question: Promise<unknown> | undefined;

  /**
   * @param terminal A terminal that nobody else reads from.
   * @param colors Whether colours may be used.
   */
  constructor(terminal: Terminal, colors: boolean) {
    const keys = new SharedKeys(terminal);
    this.#keys = keys;
    this.#own = terminal;
    this.#colors = colors;
    this.terminal = {
      size: () => terminal.size(),
      write: (text) => terminal.write(text),
      read: () => keys.read(),
      setRaw: (mode) => terminal.setRaw(mode),
      onResize: (callback) => terminal.onResize(callback),
      ...terminal.suspend && { suspend: () => terminal.suspend!() },
    };
  }

  /**
   * Loads what draws; before that nothing is shown.
   *
   * @param ask Asks a question at this terminal.
   * @param type Has a line typed there, unseen if it is a secret.
   */
  async open(
    ask: (question: string) => Promise<boolean>,
    type: (prompt: string, isHidden: boolean) => Promise<string | undefined>,
  ): Promise<void> {
    const { setAsker, setLender, stage } = await import(
      "../lib/inspect/mod.ts"
    );
    const terminal = this.#own;
    const keys = this.#keys;
    const decoder = new TextDecoder();
    this.#stage = this.#stack.use(stage({
      noColor: !this.#colors,
      consoleSize: () => terminal.size(),
      stdout: {
        isTerminal: () => true,
        writeSync: (octets) => {
          terminal.write(decoder.decode(octets));
          return octets.length;
        },
      },
      stdin: {
        isTerminal: () => true,
        // While an entry runs the keys come one by one as it is.
        setRaw: () => {},
        read: (into) => keys.readInto(into),
        unread: (octets) => keys.unread(octets),
      },
    }));
    if (!this.#runs) this.#rest = this.#stage.pause();
    const person = async <T>(ask: () => Promise<T>): Promise<T | undefined> => {
      // Whoever edits an entry is not to be interrupted.
      if (!this.#runs) return undefined;
      const answer = this.away(ask);
      this.#question = answer.catch(() => {});
      return await answer;
    };
    this.#stack.use(setLender((run) =>
      this.away(async () => {
        const decoder = new TextDecoder();
        terminal.setRaw(true);
        try {
          return await run({
            read: () => keys.readSecond(),
            write: (octets) =>
              terminal.write(decoder.decode(octets, { stream: true })),
            size: () => terminal.size(),
            onResize: (callback) => terminal.onResize(callback),
          });
        } finally {
          terminal.setRaw("cbreak");
        }
      })
    ));
    this.#stack.use(setAsker(
      (question) => person(() => ask(question)),
      (prompt, { hidden = false }) => person(() => type(prompt, hidden)),
    ));
  }

  /**
   * Shows what goes on while an entry runs.
   *
   * @param run Runs the entry.
   * @returns What it gave.
   */
  async during<T>(run: () => Promise<T>): Promise<T> {
    this.#runs = true;
    this.#rest?.[Symbol.dispose]();
    try {
      return await run();
    } finally {
      // What an entry has left at work may still be waiting for an answer.
      await this.#question;
      this.#runs = false;
      this.#rest = this.#stage?.pause();
    }
  }

  /** Lets something write to the terminal, above what is shown. */
  aside<T>(write: () => T): T {
    return this.#stage ? this.#stage.aside(write) : write();
  }

  /** Leaves the terminal to something else for a while. */
  async away<T>(run: () => Promise<T>): Promise<T> {
    using _pause = this.#stage?.pause();
    return await run();
  }

  /** Shows nothing any more, and asks nobody. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
