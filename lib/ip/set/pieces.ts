/**
 * From spans back to values: their ranges and their prefixes.
 *
 * @module
 */

import { count } from "../../inspect/units.ts";
import { Address, type Family } from "../address.ts";
import type { Extent } from "./extent.ts";
import { Listing } from "./listing.ts";
import {
  advance,
  compareWords,
  shortestPrefix,
  type Spans,
  strideOf,
} from "./spans.ts";
import { Subnet } from "../subnet.ts";

/**
 * Counts the ranges, none of which touch.
 *
 * @param spans The addresses.
 * @returns How many there are.
 *
 * @example
 * ```ts
 * import { countRanges } from "./pieces.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(countRanges({ family: 4, bounds: [10, 20, 30] }), 2);
 * ```
 */
export function countRanges({ family, bounds }: Spans): number {
  return bounds.length / strideOf(family) + 1 >>> 1;
}

/**
 * Gives one of the ranges.
 *
 * @param spans The addresses.
 * @param index Its place among the ranges, from 0.
 * @returns Its lowest and highest address, or `undefined` if there is none.
 *
 * @example
 * ```ts
 * import { rangeAt } from "./pieces.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(`${rangeAt({ family: 4, bounds: [10, 20] }, 0)?.end}`, "0.0.0.19");
 * ```
 */
export function rangeAt(
  { family, bounds }: Spans,
  index: number,
): Extent | undefined {
  const stride = strideOf(family);
  const at = 2 * index * stride;
  if (at < 0 || at >= bounds.length) return undefined;
  const start = addressAt(family, bounds, at);
  const end = at + stride < bounds.length
    ? addressAt(family, bounds, at + stride).previous()
    : new Address(family, -1, -1, -1, -1);
  return { start, end };
}

function addressAt(
  family: Family,
  bounds: ArrayLike<number>,
  i: number,
): Address {
  return family === 4 ? new Address(4, 0, 0, 0, bounds[i]!) : new Address(
    6,
    bounds[i]!,
    bounds[i + 1]!,
    bounds[i + 2]!,
    bounds[i + 3]!,
  );
}

/**
 * Walks the fewest prefixes that have exactly the addresses of some spans, one
 * a step and in order, each as large as its place and what is left allow.
 *
 * @example
 * ```ts
 * import { PrefixWalk } from "./pieces.ts";
 * import assert from "node:assert/strict";
 *
 * const walk = new PrefixWalk({ family: 4, bounds: [0, 2 ** 24 + 1] });
 * const texts: string[] = [];
 * while (walk.next()) texts.push(`${walk.subnet()}`);
 * assert.deepEqual(texts, ["0.0.0.0/8", "1.0.0.0/32"]);
 * ```
 */
export class PrefixWalk {
  readonly #spans: Spans;
  /** The lowest address of the prefix reached, in four words. */
  readonly #words = new Uint32Array(4);
  #prefixLength = 0;
  #inside = false;
  /** Index of the next bound: the end of the span if inside one, else a start. */
  #bound = 0;

  /**
   * Begins before the first prefix.
   *
   * @param spans The addresses.
   */
  constructor(spans: Spans) {
    this.#spans = spans;
  }

  /**
   * Goes to the next prefix.
   *
   * @returns Whether there is one.
   */
  next(): boolean {
    const { family, bounds } = this.#spans;
    const words = this.#words;
    const stride = strideOf(family);
    const first = 4 - stride;
    if (this.#inside) {
      this.#inside = advance(words, family, this.#prefixLength);
      if (
        this.#bound < bounds.length &&
        compareWords(bounds, this.#bound, words, first, stride) === 0
      ) {
        this.#inside = false;
        this.#bound += stride;
      }
    }
    if (!this.#inside) {
      if (this.#bound === bounds.length) return false;
      for (let k = first; k < 4; k++) words[k] = bounds[this.#bound++]!;
      this.#inside = true;
    }
    const aligned = shortestPrefix(words, family);
    this.#prefixLength = this.#bound === bounds.length
      ? aligned
      : Math.max(aligned, 1 + this.#sharedWithEnd());
    return true;
  }

  /**
   * Counts the leading bits that the place reached and the span's end share. A
   * block of no longer a prefix would go beyond that end.
   */
  #sharedWithEnd(): number {
    const { family, bounds } = this.#spans;
    const stride = strideOf(family);
    for (let k = 0; k < stride; k++) {
      const end = bounds[this.#bound + k]!;
      const difference = this.#words[4 - stride + k]! ^ end;
      if (difference !== 0) return 32 * k + Math.clz32(difference);
    }
    return 32 * stride;
  }

  /** Makes the prefix reached. */
  subnet(): Subnet {
    const { family } = this.#spans;
    const words = this.#words;
    return new Subnet(
      new Address(family, words[0]!, words[1]!, words[2]!, words[3]!),
      this.#prefixLength,
    );
  }
}

/**
 * Lists the fewest subnets that have exactly the addresses of some spans.
 *
 * @param rows The addresses, those of IPv4 first.
 * @returns The subnets in order.
 *
 * @example
 * ```ts
 * import { prefixes } from "./pieces.ts";
 * import assert from "node:assert/strict";
 *
 * const [all] = prefixes({ family: 6, bounds: [0, 0, 0, 0] });
 * assert.equal(`${all}`, "::/0");
 * ```
 */
export function prefixes(...rows: readonly Spans[]): Listing<Subnet> {
  return new Listing({
    noun: "subnet",
    length() {
      let n = 0;
      for (const spans of rows) {
        const walk = new PrefixWalk(spans);
        while (walk.next()) n++;
      }
      return BigInt(n);
    },
    *members() {
      for (const spans of rows) {
        const walk = new PrefixWalk(spans);
        while (walk.next()) yield walk.subnet();
      }
    },
  });
}

/**
 * Says the first few of a list of subnets, and how many more there are.
 *
 * @param subnets The list.
 * @param most How many to say.
 * @returns Their texts with `", "` between them; nothing for an empty list.
 *
 * @example
 * ```ts
 * import { brief, prefixes } from "./pieces.ts";
 * import assert from "node:assert/strict";
 *
 * const subnets = prefixes({ family: 4, bounds: [1, 8] });
 * assert.equal(brief(subnets, 2), "0.0.0.1/32, 0.0.0.2/31, … 1 more");
 * ```
 */
export function brief(subnets: Listing<Subnet>, most: number): string {
  const shown: string[] = [];
  for (const subnet of subnets) {
    if (shown.push(`${subnet}`) === most) break;
  }
  const hidden = subnets.length - BigInt(shown.length);
  if (hidden > 0n) shown.push(`… ${count(hidden)} more`);
  return shown.join(", ");
}
