/** A terminal for tests: octets are fed in, what is written is collected. */

import type { Terminal } from "../../../repl/editor/terminal.ts";

export class FakeTerminal implements Terminal {
  columns: number;
  rows: number;
  /** Each write, in order. */
  readonly writes: string[] = [];
  /** Each mode that was asked for. */
  readonly modes: (boolean | "cbreak")[] = [];
  /** Told of each write at once. */
  onWrite: (text: string) => void = () => {};
  #input: (Uint8Array | null)[] = [];
  #reader: ((octets: Uint8Array | null) => void) | undefined;
  #idle = Promise.withResolvers<void>();
  #resizers = new Set<() => void>();

  constructor(columns = 80, rows = 24) {
    this.columns = columns;
    this.rows = rows;
  }

  /** All that was written. */
  get output(): string {
    return this.writes.join("");
  }

  size(): { columns: number; rows: number } {
    return { columns: this.columns, rows: this.rows };
  }

  write(text: string): void {
    this.writes.push(text);
    this.onWrite(text);
  }

  read(): Promise<Uint8Array | null> {
    const next = this.#input.shift();
    if (next !== undefined) return Promise.resolve(next);
    this.#idle.resolve();
    return new Promise((resolve) => this.#reader = resolve);
  }

  setRaw(mode: boolean | "cbreak"): void {
    this.modes.push(mode);
  }

  onResize(callback: () => void): () => void {
    this.#resizers.add(callback);
    return () => this.#resizers.delete(callback);
  }

  /** What the editor leaves behind when an entry is over. */
  get listeners(): number {
    return this.#resizers.size;
  }

  /** Sends one read's worth of octets; `null` hangs up. */
  feed(input: string | Uint8Array | null): void {
    const octets = typeof input === "string"
      ? new TextEncoder().encode(input)
      : input;
    this.#idle = Promise.withResolvers();
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#input.push(octets);
    else reader(octets);
  }

  /** Resolves when all input is taken and more is asked for. */
  get idle(): Promise<void> {
    if (this.#reader !== undefined) return Promise.resolve();
    return this.#idle.promise;
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    for (const callback of this.#resizers) callback();
  }
}
