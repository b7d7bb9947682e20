/**
 * Sets that rules add to and take from, with elements that go by themselves.
 *
 * @module
 */

import type { Counted, Counting } from "./limit.ts";

/** One part of a key: a number, a word of a wide number, a text. */
export type Part = number | string;

/** An element. */
export interface Entry {
  readonly key: readonly Part[];
  /** What it stands for, in a map: by the words, or the place of a verdict. */
  data: unknown;
  /** Milliseconds that it stays; 0: for ever. */
  timeout: number;
  expires: number;
  readonly counting: readonly Counting[];
}

/** A set in one state of the kernel. */
export class DynamicSet {
  readonly #entries = new Map<Part, Entry>();
  /** Elements that have gone, and whose room is not free yet. */
  #gone = 0;
  #swept = NaN;

  /**
   * Makes an empty set.
   *
   * @param capacity The most elements.
   * @param interval Milliseconds after which the kernel looks for room that
   * has become free.
   */
  constructor(readonly capacity: number, readonly interval: number = 1000) {}

  /** How many elements take room. */
  get size(): number {
    return this.#entries.size + this.#gone;
  }

  /** Finds an element that has not gone. */
  find(key: readonly Part[], now: number): Entry | undefined {
    const id = idOf(key);
    const found = this.#entries.get(id);
    if (found === undefined) return undefined;
    return found.expires > now ? found : undefined;
  }

  /** Frees the room of what has gone, as the kernel does from time to time. */
  #sweep(now: number): void {
    if (Number.isNaN(this.#swept)) this.#swept = now;
    if (now - this.#swept < this.interval) return;
    this.#swept = now;
    this.#gone = 0;
    for (const [id, { expires }] of this.#entries) {
      if (expires <= now) this.#entries.delete(id);
    }
  }

  /** Adds an element; `false` if there is no room. */
  add(entry: Entry, now: number): boolean {
    this.#sweep(now);
    if (this.size >= this.capacity) return false;
    const id = idOf(entry.key);
    // An expired one of the same key keeps its room.
    if (this.#entries.delete(id)) this.#gone++;
    this.#entries.set(id, entry);
    return true;
  }

  /** Takes an element out. */
  delete(key: readonly Part[]): void {
    if (this.#entries.delete(idOf(key))) this.#gone++;
  }

  /** The elements that have not gone. */
  *live(now: number): Iterable<Entry> {
    for (const entry of this.#entries.values()) {
      if (entry.expires > now) yield entry;
    }
  }
}

const idOf = (key: readonly Part[]): Part =>
  key.length === 1 ? key[0]! : key.join(" ");

/** Lets what stands with an element count; false: the rule ends. */
export function count(entry: Entry, p: Counted): boolean {
  for (const counting of entry.counting) if (!counting.pass(p)) return false;
  return true;
}
