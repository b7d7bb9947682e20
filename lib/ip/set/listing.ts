/**
 * A row of addresses, subnets or ranges that is made as it is read.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { count } from "../../inspect/units.ts";

/** The most members that {@linkcode Listing.toArray} makes room for. */
const ARRAY_LIMIT = 1n << 20n;

/** A listing up to this long is shown whole. */
const SHOWN = 8n;

/** What {@linkcode Listing} is made from. */
export interface ListingOptions<T> {
  /** What a member is: `"subnet"`. */
  noun: string;
  /** Counts the members; asked once, when somebody wants to know. */
  length: () => bigint;
  /** Begins to make the members. */
  members: () => Generator<T, void, undefined>;
}

/**
 * A row of members at uneven distances, each made when its turn comes: what
 * {@linkcode Sequence} is for even ones. It iterates any number of times.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const parts: net.ip.Listing<net.ip.Subnet> = net.ip.range("10.0.0.1-10.0.0.4").subnets();
 * assert.equal(parts.length, 3n);
 * assert.equal([...parts].join(" "), "10.0.0.1/32 10.0.0.2/31 10.0.0.4/32");
 * ```
 */
export class Listing<T> implements Iterable<T> {
  /** What a member is: `"subnet"`. */
  readonly noun: string;
  readonly #count: () => bigint;
  readonly #members: () => Generator<T, void, undefined>;
  #length: bigint | undefined;

  /**
   * Says how the members come about.
   *
   * @param options What they are, how many, and how to make them.
   */
  constructor(options: ListingOptions<T>) {
    this.noun = options.noun;
    this.#count = options.length;
    this.#members = options.members;
  }

  /** How many members there are, counted without making them. */
  get length(): bigint {
    return this.#length ??= this.#count();
  }

  /**
   * Makes an array of all members, if they are not absurdly many.
   *
   * @returns All members in order.
   * @throws {RangeError} If there are more than 2²⁰, about a million.
   */
  toArray(): T[] {
    if (this.length > ARRAY_LIMIT) {
      throw new RangeError(
        `Cannot make an array of ${this.#amount()} as 'length' must be at most ${ARRAY_LIMIT}: current value is ${this.length}. Try: for (const x of …)`,
      );
    }
    return [...this];
  }

  /** Gives the members in order, each made as it is reached. */
  [Symbol.iterator](): Generator<T, void, undefined> {
    return this.#members();
  }

  /** Stands in JSON as the array of its members. */
  toJSON(): T[] {
    return this.toArray();
  }

  /** Shows at the prompt how many there are, and the first few. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean; readonly currentDepth?: number },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    // Inside another value there is one line to fill.
    if (options?.currentDepth) return this.#amount();
    const lines = [paint("heading", this.#amount(), page)];
    const most = this.length <= SHOWN ? SHOWN : SHOWN - 1n;
    for (const member of this) {
      if (lines.length > most) break;
      lines.push(`  ${paint("accent", `${member}`, page)}`);
    }
    if (this.length > SHOWN) {
      const hidden = count(this.length - most);
      lines.push(paint("muted", `  … ${hidden} more`, page));
    }
    return lines.join("\n");
  }

  #amount(): string {
    const { length, noun } = this;
    const plural = noun.endsWith("s") ? `${noun}es` : `${noun}s`;
    return `${count(length)} ${length === 1n ? noun : plural}`;
  }
}
