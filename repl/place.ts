/**
 * Other places than the prompt's own process in which entries can run.
 *
 * @module
 */

import type { Member } from "./inspector.ts";
import type { JournalEntry } from "./journal.ts";

/** Where entries can run that is not here: a host of a lab. */
export interface Place {
  /** What the prompt shows. */
  readonly name: string;
  /** Takes an entry or a question, and prints what comes of it. */
  enter(source: string, base: string | undefined): Promise<Entered>;
  /** The names that entries declared there. */
  names(): Promise<string[]>;
  /** The members of an expression there, without running anything. */
  members(expression: string): Promise<Member[]>;
  /** Ends the entry that runs there. */
  interrupt(): void;
}

/** What became of an entry in another place. */
export interface Entered {
  /** Whether it went well. */
  readonly ok: boolean;
  /** What it is to the journal; nothing if it was a question. */
  readonly entry: JournalEntry | undefined;
}
