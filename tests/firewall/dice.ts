/**
 * Chance that comes again with its seed, for rulesets and packets.
 *
 * @module
 */

import { seeded } from "../../lib/random.ts";

/** Throws dice. */
export class Dice {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  /** A whole number below `n`. */
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  /** A whole number, both ends included. */
  within(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True once in `n` times. */
  once(n: number): boolean {
    return this.below(n) === 0;
  }

  /** One of these. */
  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  /** Some of these, without repeats. */
  some<T>(choices: readonly T[], count: number): T[] {
    const left = [...choices];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) {
      taken.push(...left.splice(this.below(left.length), 1));
    }
    return taken;
  }

  /** So many of what a function gives. */
  times<T>(count: number, f: () => T): T[] {
    return Array.from({ length: count }, f);
  }
}

/** Ports that rules and packets share, so that they meet. */
export const PORTS = [21, 22, 23, 53, 80, 443, 8080] as const;

/** A port, often one that matters. */
export function portOf(dice: Dice): number {
  return dice.once(3) ? dice.within(998, 1012) : dice.of(PORTS);
}

/** Where addresses are: behind `in0`, behind `out0`, or the router's own. */
export type Place = "in" | "out" | "own";

/** An address of a small crowd. */
export function addressOf(dice: Dice, family: 4 | 6, place: Place): string {
  if (place === "own") {
    return family === 4
      ? dice.of(["10.8.0.1", "10.9.0.1"])
      : dice.of(["fd00:8::1", "fd00:9::1"]);
  }
  const net = place === "in" ? 1 : 2;
  const [high, low] = [dice.below(4), dice.within(1, 8)];
  return family === 4
    ? `10.${net}.${high}.${low}`
    : `fd00:${net}::${high}:${low}`;
}
