/**
 * Where a REST resource keeps what it holds.
 *
 * @module
 */

import { HttpProblem } from "./problem.ts";

/** One value that a {@linkcode Store} keeps. */
export interface Entry<Value> {
  /** What it is found by. */
  readonly id: string;
  /** Its place among the others; later ones have greater numbers. */
  readonly order: number;
  /** Changes with every change of the value, and is never used again. */
  readonly revision: string;
  /** The value. */
  readonly value: Value;
}

/**
 * Keeps the values of a resource: {@linkcode MemoryStore}, or one of your own,
 * over a file or a database. What gives a promise is awaited.
 */
export interface Store<Value> {
  /** Changes with every change of any value. */
  readonly revision: string;
  /** Gives one entry. */
  get(id: string): Awaitable<Entry<Value> | undefined>;
  /** Gives entries by their order, from the first behind `after`. */
  list(after: number): Iterable<Entry<Value>> | AsyncIterable<Entry<Value>>;
  /** A name for a new entry, where the value has none. */
  nextId(): Awaitable<string>;
  /**
   * Sets an entry, if it is what the caller takes it for: `revision` is the one
   * it must have, `null` if it must not be there, `undefined` for any. In one
   * step with the look at it, or two clients could both win.
   */
  set(
    id: string,
    value: Value,
    revision: string | null | undefined,
  ): Awaitable<Entry<Value> | undefined>;
  /** Removes an entry under the same condition, and says whether it has. */
  delete(id: string, revision: string | undefined): Awaitable<boolean>;
}

/** A value, or a promise for it. */
export type Awaitable<T> = T | Promise<T>;

/** Entries that a {@linkcode MemoryStore} holds unless told. */
const MOST_ENTRIES = 100_000;

/**
 * Keeps values in memory, for as long as the program runs.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const store = new net.http.MemoryStore<{ name: string }>();
 * const first = store.set("r1", { name: "r1" }, null);
 * assert.equal(store.set("r1", { name: "other" }, null), undefined);
 * assert.ok(store.set("r1", { name: "other" }, first?.revision));
 * assert.equal(store.size, 1);
 * ```
 */
export class MemoryStore<Value> implements Store<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #maxEntries: number;
  // So that a client that comes back after a restart is not taken for current.
  readonly #era = crypto.randomUUID().slice(0, 8);
  #changes = 0;
  #made = 0;

  /**
   * Begins empty.
   *
   * @param options The most entries; above, 507 is answered.
   */
  constructor(options: { maxEntries?: number | undefined } = {}) {
    this.#maxEntries = options.maxEntries ?? MOST_ENTRIES;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** Changes with every change of any value. */
  get revision(): string {
    return `${this.#era}-${this.#changes}`;
  }

  /**
   * Gives one entry.
   *
   * @param id What it is found by.
   * @returns The entry, or `undefined`.
   */
  get(id: string): Entry<Value> | undefined {
    return this.#entries.get(id);
  }

  /**
   * Gives entries by their order.
   *
   * @param after The order of the one before the first.
   * @returns The entries.
   */
  *list(after = 0): Generator<Entry<Value>> {
    for (const entry of this.#entries.values()) {
      if (entry.order > after) yield entry;
    }
  }

  /** A number that no entry has had. */
  nextId(): string {
    let id: string;
    do id = String(++this.#made); while (this.#entries.has(id));
    return id;
  }

  /**
   * Sets an entry.
   *
   * @param id What it is found by.
   * @param value The value; not copied.
   * @param revision The one it must have, `null` if it must not be there.
   * @returns The entry, or `undefined` if it is not what it must be.
   * @throws {HttpProblem} 507 if there is no room for one more.
   */
  set(
    id: string,
    value: Value,
    revision?: string | null | undefined,
  ): Entry<Value> | undefined {
    const before = this.#entries.get(id);
    if (revision === null && before !== undefined) return undefined;
    if (typeof revision === "string" && before?.revision !== revision) {
      return undefined;
    }
    if (before === undefined && this.size >= this.#maxEntries) {
      throw new HttpProblem(507, `no more than ${this.#maxEntries} are kept`);
    }
    this.#changes++;
    const entry: Entry<Value> = {
      id,
      order: before?.order ?? this.#changes,
      revision: this.revision,
      value,
    };
    this.#entries.set(id, entry);
    return entry;
  }

  /**
   * Removes an entry.
   *
   * @param id What it is found by.
   * @param revision The one it must have; any without.
   * @returns Whether it has.
   */
  delete(id: string, revision?: string | undefined): boolean {
    const before = this.#entries.get(id);
    if (
      before === undefined ||
      (revision !== undefined && before.revision !== revision)
    ) return false;
    this.#changes++;
    return this.#entries.delete(id);
  }
}
