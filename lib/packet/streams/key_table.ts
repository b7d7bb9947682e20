/**
 * Numbers for keys of several words, such as two addresses and two ports,
 * without text or an object for a look-up.
 *
 * @module
 */

/** Slots to begin with; a power of two, as it stays. */
const SLOTS = 64;

/**
 * A hash table from keys of a fixed number of 32-bit words to 0, 1, 2, …
 *
 * The hash starts from a random number: whoever writes captures cannot know
 * which keys would all end up in one place.
 *
 * @example
 * ```ts
 * import { KeyTable } from "./key_table.ts";
 * import assert from "node:assert/strict";
 *
 * const table = new KeyTable(2);
 * table.key.set([7, 8]);
 * assert.equal(table.index(), 0);
 * table.key.set([8, 7]);
 * assert.equal(table.index(), 1);
 * table.key.set([7, 8]);
 * assert.equal(table.index(), 0);
 * assert.equal(table.size, 2);
 * ```
 */
export class KeyTable {
  /** Where to put the key before {@linkcode KeyTable.index} is called. */
  readonly key: Int32Array;
  /** How many keys there are. */
  size = 0;
  readonly #words: number;
  readonly #seed = Math.floor(Math.random() * 2 ** 32) | 0;
  /** The keys in the order of their numbers. */
  #keys: Int32Array;
  /** Numbers plus one by hash; 0 where there is none. */
  #slots = new Int32Array(SLOTS);

  /**
   * Makes an empty table.
   *
   * @param words How many words a key has.
   */
  constructor(words: number) {
    this.#words = words;
    this.key = new Int32Array(words);
    this.#keys = new Int32Array(words * SLOTS / 2);
  }

  /**
   * Finds the number of `key`, or gives it the next one.
   *
   * @param limit The most keys to have. @default {Infinity}
   * @returns The number: `size` as it was before for a key that is new, or -1 if
   * there is no room for it.
   */
  index(limit = Infinity): number {
    const words = this.#words;
    const key = this.key;
    const keys = this.#keys;
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = this.#hash(key, 0) & mask;
    for (;;) {
      const index = slots[slot]! - 1;
      if (index < 0) break;
      const at = index * words;
      let same = 0;
      while (same < words && keys[at + same] === key[same]) same++;
      if (same === words) return index;
      slot = slot + 1 & mask;
    }
    if (this.size >= limit) return -1;
    const index = this.size++;
    slots[slot] = this.size;
    keys.set(key, index * words);
    if (this.size * 2 > slots.length - 2) this.#grow();
    return index;
  }

  #hash(keys: Int32Array, at: number): number {
    let hash = this.#seed;
    for (let i = 0; i < this.#words; i++) {
      hash = Math.imul(hash ^ keys[at + i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    return Math.imul(hash, 0x85ebca6b) >>> 7;
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const keys = new Int32Array(this.#words * slots.length / 2);
    keys.set(this.#keys);
    const mask = slots.length - 1;
    for (let index = 0; index < this.size; index++) {
      let slot = this.#hash(keys, index * this.#words) & mask;
      while (slots[slot] !== 0) slot = slot + 1 & mask;
      slots[slot] = index + 1;
    }
    this.#slots = slots;
    this.#keys = keys;
  }
}
