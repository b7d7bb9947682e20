/**
 * What a server works on, and how its close waits for the end of that.
 *
 * @module
 */

import { settled } from "./waiting.ts";

/** Options for the `close` of a server. */
export interface CloseOptions {
  /** How long running handlers may go on, in milliseconds. @default {5000} */
  drain?: number | undefined;
}

/** How long those that were dropped may take to notice, in milliseconds. */
const LAST = 100;

/**
 * How long a server that closes lets its handlers go on.
 *
 * @param server Its address, for the error.
 * @param options What its `close` was told.
 * @returns Milliseconds.
 * @throws {RangeError} If `drain` is negative or not a number.
 */
export function drainOf(server: string, options: CloseOptions): number {
  const { drain = 5000 } = options;
  if (drain >= 0) return drain;
  throw new RangeError(
    `Cannot close ${server} as 'drain' must be 0 or more milliseconds: current value is ${drain}`,
  );
}

/** Connections, requests or whatever else is being served, oldest first. */
export class Running<T> implements Iterable<T> {
  // No promise of each: a server has ten thousand.
  readonly #works = new Set<T>();
  #news: PromiseWithResolvers<void> | undefined;
  #isDraining = false;

  /** How many there are. */
  get size(): number {
    return this.#works.size;
  }

  /** @param work One that begins. */
  add(work: T): void {
    this.#works.add(work);
  }

  /** @param work One that has ended. */
  delete(work: T): void {
    this.#works.delete(work);
    this.#wake();
  }

  /** Those that run. */
  [Symbol.iterator](): Iterator<T> {
    return this.#works.values();
  }

  /**
   * Waits for the turn of one more; when all are being waited for, no longer.
   *
   * @param limit The most that may run at once.
   */
  async room(limit: number): Promise<void> {
    while (this.size >= limit && !this.#isDraining) await this.#change();
  }

  /**
   * Waits until all have ended, but not for ever.
   *
   * @param ms The longest wait.
   * @param drop Ends one whose time is up; one that waits for something else
   * entirely is not waited for.
   */
  async drain(ms: number, drop?: (work: T) => void): Promise<void> {
    this.#isDraining = true;
    this.#wake();
    if (await settled([this.#ended()], ms) || drop === undefined) return;
    for (const work of this.#works) drop(work);
    await settled([this.#ended()], LAST);
  }

  async #ended(): Promise<void> {
    while (this.size > 0) await this.#change();
  }

  #change(): Promise<void> {
    this.#news ??= Promise.withResolvers();
    return this.#news.promise;
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}
