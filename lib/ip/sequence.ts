/**
 * A long row of addresses or subnets that is computed, not stored.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { Address } from "./address.ts";

/** The most members that {@linkcode Sequence.toArray} makes room for. */
const ARRAY_LIMIT = 1n << 20n;

/** A sequence up to this long is shown whole. */
const SHOWN = 8n;

/** What {@linkcode Sequence} is made from. */
export interface SequenceOptions<T> {
  /** What a member is: `"host"`. */
  noun: string;
  /** Where the first member begins. */
  start: Address;
  /** From one member's start to the next one's, in addresses. */
  step: bigint;
  /** How many members, at least one. */
  length: bigint;
  /** Makes the member that begins at an address. */
  member: (start: Address) => T;
}

/**
 * A row of addresses or subnets at even distances, each made when asked for.
 *
 * It iterates, any number of times, and reaches any member in constant time
 * however long it is: a /64 has 2⁶⁴ of them.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const hosts: net.ip.Sequence<net.ip.Address> = net.ip.subnet("2001:db8::/64").hosts();
 * assert.equal(hosts.length, 2n ** 64n - 1n);
 * assert.equal(`${hosts.at(-1)}`, "2001:db8::ffff:ffff:ffff:ffff");
 * ```
 */
export class Sequence<T> implements Iterable<T> {
  /** What a member is: `"host"`. */
  readonly noun: string;
  /** How many members there are, at least one. */
  readonly length: bigint;
  /** The first member. */
  readonly first: T;
  /** The last member. */
  readonly last: T;
  readonly #start: Address;
  readonly #end: Address;
  readonly #step: bigint;
  readonly #member: (start: Address) => T;

  /**
   * Lays out the row.
   *
   * @param options Where it begins, its step and its length.
   * @throws {RangeError} If its last member would lie outside the family.
   */
  constructor(options: SequenceOptions<T>) {
    const { noun, start, step, length, member } = options;
    this.noun = noun;
    this.length = length;
    this.#start = start;
    this.#end = start.offset((length - 1n) * step);
    this.#step = step;
    this.#member = member;
    this.first = member(start);
    this.last = member(this.#end);
  }

  /**
   * Gives one member, in constant time.
   *
   * @param index Its place from 0, or from the end if negative: -1 is the last.
   * @returns The member, or `undefined` if there is none at that place.
   * @throws {RangeError} If `index` is no exact integer.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const lans = net.ip.subnet("10.0.0.0/8").split(24);
   * assert.equal(`${lans.at(1000)}`, "10.3.232.0/24");
   * ```
   */
  at(index: number | bigint): T | undefined {
    if (typeof index !== "bigint" && !Number.isSafeInteger(index)) {
      throw new RangeError(
        `Cannot take the ${this.noun} at a place as 'index' must be an integer of up to 53 bits or a bigint: current value is ${index}`,
      );
    }
    const asked = BigInt(index);
    const place = asked < 0n ? asked + this.length : asked;
    if (place < 0n || place >= this.length) return undefined;
    return this.#member(this.#start.offset(place * this.#step));
  }

  /**
   * Makes an array of all members, if they are not absurdly many.
   *
   * @returns All members in order.
   * @throws {RangeError} If there are more than 2²⁰, about a million.
   *
   * @example
   * ```ts
   * import * as net from "netrepl";
   * import assert from "node:assert/strict";
   *
   * const halves = net.ip.subnet("10.0.0.0/24").split(25).toArray();
   * assert.equal(halves.join(" "), "10.0.0.0/25 10.0.0.128/25");
   * ```
   */
  toArray(): T[] {
    if (this.length > ARRAY_LIMIT) {
      throw new RangeError(
        `Cannot make an array of ${this.#amount()} as 'length' must be at most ${ARRAY_LIMIT}: current value is ${this.length}. Try: for (const x of …), or .at(index)`,
      );
    }
    return [...this];
  }

  /** Gives the members in order, each made as it is reached. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    // Counting by a number is several times as fast as by a bigint.
    const step = this.#step <= Number.MAX_SAFE_INTEGER
      ? Number(this.#step)
      : this.#step;
    const end = this.#end;
    let start = this.#start;
    while (true) {
      yield this.#member(start);
      if (start.equals(end)) return;
      start = start.offset(step);
    }
  }

  /** Stands in JSON as the array of its members. */
  toJSON(): T[] {
    return this.toArray();
  }

  /** Shows at the prompt how many there are, the first few and the last. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const { first, last, length } = this;
    const page = canvas({ colors: options?.colors ?? false });
    const show = (member: T) => paint("accent", `${member}`, page);
    const heading = this.#amount();
    // Inside another value there is one line to fill.
    if (options?.currentDepth) {
      return length === 1n
        ? `${heading} ${show(first)}`
        : `${heading} ${show(first)} … ${show(last)}`;
    }
    const lines = [paint("heading", heading, page)];
    const whole = length <= SHOWN;
    for (const member of this) {
      lines.push(`  ${show(member)}`);
      if (!whole && lines.length > Number(SHOWN) - 2) break;
    }
    if (!whole) {
      const hidden = length - SHOWN + 1n;
      lines.push(paint("muted", `  … ${count(hidden)} more …`, page));
      lines.push(`  ${show(last)}`);
    }
    return lines.join("\n");
  }

  #amount(): string {
    const { length, noun } = this;
    const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
    return `${count(length)} ${length === 1n ? noun : plural}`;
  }
}
