/**
 * Sets of packets: every combination of some fields.
 *
 * @module
 */

import { Subnet } from "../ip/subnet.ts";
import { count } from "../inspect/units.ts";

/** What a field goes through: several values, all hosts of a subnet, or one value. */
export type Range<T> = Iterable<T> | Subnet | T;

/** The value of a range at one step. */
export type InRange<R> = R extends string ? R
  : R extends Subnet ? ReturnType<Subnet["hosts"]> extends Iterable<infer A> ? A
    : never
  : R extends Iterable<infer T> ? T
  : R;

/** The fields of one step. */
export type Step<R extends Readonly<Record<string, unknown>>> = {
  readonly [K in keyof R]: InRange<R[K]>;
};

/**
 * Every combination of some fields, made one after the other as they are asked
 * for, the last field changing fastest. It can be gone through again.
 */
export class Sweep<T> implements Iterable<T> {
  /** The fields that change, in order. */
  readonly fields: readonly string[];
  readonly #ranges: readonly Iterable<unknown>[];
  readonly #make: (step: Readonly<Record<string, unknown>>) => T;

  /**
   * Takes the ranges; {@linkcode sweep} is the way in.
   *
   * @param ranges The ranges by field.
   * @param make What to make of each combination.
   */
  constructor(
    ranges: Readonly<Record<string, unknown>>,
    make: (step: Readonly<Record<string, unknown>>) => T,
  ) {
    this.fields = Object.keys(ranges);
    this.#ranges = Object.values(ranges).map(iterable);
    this.#make = make;
  }

  /** How many there are; ranges of unknown length are gone through to count them. */
  get count(): bigint {
    return this.#ranges.map(lengthOf).reduce((a, b) => a * b, 1n);
  }

  /** Goes through all combinations. */
  *[Symbol.iterator](): Generator<T, void, void> {
    yield* this.#from(0, {});
  }

  /** Says what changes, and how many combinations there are. */
  [Symbol.for("Deno.customInspect")](): string {
    return `Sweep { ${this.fields.join(" × ")}: ${count(this.count)} }`;
  }

  *#from(
    index: number,
    step: Readonly<Record<string, unknown>>,
  ): Generator<T, void, void> {
    const field = this.fields[index];
    if (field === undefined) {
      yield this.#make(step);
      return;
    }
    for (const value of this.#ranges[index]!) {
      yield* this.#from(index + 1, { ...step, [field]: value });
    }
  }
}

function iterable(range: unknown): Iterable<unknown> {
  if (range instanceof Subnet) return range.hosts() as Iterable<unknown>;
  if (typeof range === "object" && range !== null && Symbol.iterator in range) {
    // A generator could be gone through once only.
    return "next" in range
      ? [...range as Iterable<unknown>]
      : range as Iterable<
        unknown
      >;
  }
  return [range];
}

function lengthOf(range: Iterable<unknown>): bigint {
  const { length, size } = range as {
    readonly length?: number | bigint;
    readonly size?: number | bigint;
  };
  if (length !== undefined) return BigInt(length);
  if (typeof size === "number" || typeof size === "bigint") return BigInt(size);
  let n = 0n;
  for (const _ of range) n++;
  return n;
}

/**
 * Makes every combination of some fields, lazily: the packets of a scan, a test
 * in all variants.
 *
 * @param ranges What each field goes through: a list, a subnet (its hosts), any
 * iterable, or one value.
 * @param make What to make of each combination. @default {the fields}
 * @returns The combinations, to go through; `count` says how many there are.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { build, ipv4, sweep, tcp } = net.packet;
 * const packets = sweep(
 *   { dst: net.ip.subnet("192.0.2.0/30"), dstPort: [22, 80] },
 *   ({ dst, dstPort }) => build(ipv4({ dst }), tcp({ dstPort, flags: ["SYN"] })),
 * );
 * assert.equal(packets.count, 4n);
 * assert.deepEqual(
 *   Array.from(packets, ({ ipv4, tcp }) => `${ipv4.dst}:${tcp.dstPort}`),
 *   ["192.0.2.1:22", "192.0.2.1:80", "192.0.2.2:22", "192.0.2.2:80"],
 * );
 * ```
 */
export function sweep<const R extends Readonly<Record<string, unknown>>>(
  ranges: R,
): Sweep<Step<R>>;
/**
 * Makes something of every combination of some fields, lazily.
 *
 * @param ranges What each field goes through.
 * @param make What to make of each combination.
 * @returns What was made, to go through.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sums = net.packet.sweep({ a: [1, 2], b: [10, 20] }, ({ a, b }) => a + b);
 * assert.deepEqual([...sums], [11, 21, 12, 22]);
 * ```
 */
export function sweep<const R extends Readonly<Record<string, unknown>>, T>(
  ranges: R,
  make: (step: Step<R>) => T,
): Sweep<T>;
export function sweep(
  ranges: Readonly<Record<string, unknown>>,
  make: (step: never) => unknown = (step) => step,
): Sweep<unknown> {
  return new Sweep(
    ranges,
    make as (step: Readonly<Record<string, unknown>>) => unknown,
  );
}
