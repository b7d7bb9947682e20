/**
 * What happened in a session, entry by entry: what `.save` makes a script of.
 *
 * @module
 */

import type { Permission } from "./permissions.ts";

/** One entry that ran, or did not. */
export interface JournalEntry {
  /** The entry's number, from 1. */
  readonly id: number;
  /** The entry as it was typed. */
  readonly source: string;
  /** The text that was parsed, if it parsed: an object stands in brackets. */
  readonly text: string | undefined;
  /** Whether it ran to its end. */
  readonly ok: boolean;
  /** Whether its value was a promise, and was waited for. */
  readonly awaited: boolean;
  /** Whether it had a value; the value itself is not kept. */
  readonly hasValue: boolean;
  /** What it asked of the system. */
  readonly permissions: readonly Permission[];
  /** The host of a lab that it ran in, which counts its own entries. @default {here} */
  readonly place?: string;
}

/** A session's entries, oldest first. */
export class Journal {
  readonly #entries: JournalEntry[] = [];

  /** All entries, oldest first. */
  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** Adds an entry at the end. */
  add(entry: JournalEntry): void {
    this.#entries.push(entry);
  }

  /**
   * Marks the entry that a failure in the background comes from, if its stack
   * tells: a script would end there.
   */
  blame(error: unknown): void {
    const stack = error instanceof Error ? error.stack ?? "" : "";
    const id = Number([...stack.matchAll(/repl:(\d+):/g)].at(-1)?.[1]);
    const index = this.#entries.findIndex((entry) =>
      entry.id === id && entry.place === undefined
    );
    const entry = this.#entries[index];
    if (!entry) return;
    this.#entries[index] = { ...entry, ok: false };
  }
}
