/**
 * Sets of packets as binary decision diagrams: one shared graph, in which two
 * sets are equal if and only if they are the same number.
 *
 * A packet is a row of bits, and a node asks for one of them. Nodes are kept
 * once each, the bits are asked in one order, and a node whose answers lead to
 * the same place is left out; so union, intersection and difference cost what
 * the diagrams are large, and not how many packets or boxes there are.
 *
 * @see R. Bryant, "Graph-Based Algorithms for Boolean Function Manipulation", 1986
 *
 * @module
 */

import { NetError } from "../../errors.ts";

/** A set of packets: the number of its node. */
export type PacketSet = number;

/** No packet. */
export const NONE = 0;
/** Every packet. */
export const ALL = 1;

/** Values from one to another, both included; bigint where there are more than 48 bits. */
export type Interval = readonly [
  first: number | bigint,
  last: number | bigint,
];

const AND = 0, OR = 1, MINUS = 2;
/** Below every bit. */
const BOTTOM = 0x7fffffff;
const CACHE_BITS = 18;

/** How much a question may cost. */
export interface Bounds {
  /** The most nodes. @default {4 million} */
  readonly nodes?: number;
  /** The most steps. @default {100 million} */
  readonly steps?: number;
}

/** The graph that holds all sets of one question. */
export class Diagram {
  #level = new Int32Array(1 << 14);
  #low = new Int32Array(1 << 14);
  #high = new Int32Array(1 << 14);
  #count = 2;
  /** Where a node is found by what it is: open addressing, 0 is free. */
  #table = new Int32Array(1 << 15);
  readonly #cache = new Int32Array(4 << CACHE_BITS);
  readonly #mostNodes: number;
  #stepsLeft: number;

  constructor({ nodes = 4e6, steps = 1e8 }: Bounds = {}) {
    this.#mostNodes = nodes;
    this.#stepsLeft = steps;
    this.#level[NONE] = this.#level[ALL] = BOTTOM;
    this.#cache.fill(-1);
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#count;
  }

  /** Counts steps of a computation; ends it where they are too many. */
  spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft < 0) throw this.tooMuch("steps");
  }

  /** The error of a question that costs too much. */
  tooMuch(what: string): NetError {
    return new NetError(
      `its sets of packets take too many ${what} to compute`,
      {
        code: "too-complex",
        op: "answer for the ruleset",
        hint:
          "ask for less: name 'from', 'to', 'protocol', 'port' or an interface",
      },
    );
  }

  /** The bit that a node asks for; a very high number of NONE and ALL. */
  levelOf(set: PacketSet): number {
    return this.#level[set]!;
  }

  /** What is left where the bit is 0. */
  lowOf(set: PacketSet): PacketSet {
    return this.#low[set]!;
  }

  /** What is left where the bit is 1. */
  highOf(set: PacketSet): PacketSet {
    return this.#high[set]!;
  }

  /** The node that asks for a bit. */
  node(level: number, low: PacketSet, high: PacketSet): PacketSet {
    if (low === high) return low;
    const table = this.#table;
    const mask = table.length - 1;
    let at = hash(level, low, high) & mask;
    for (;;) {
      const found = table[at]!;
      if (found === 0) break;
      if (
        this.#low[found] === low && this.#high[found] === high &&
        this.#level[found] === level
      ) return found;
      at = at + 1 & mask;
    }
    const made = this.#count++;
    if (made >= this.#mostNodes) throw this.tooMuch("nodes");
    if (made >= this.#level.length) this.#grow();
    this.#level[made] = level;
    this.#low[made] = low;
    this.#high[made] = high;
    if (this.#count * 2 > table.length) this.#rehash();
    else table[at] = made;
    return made;
  }

  #grow(): void {
    const wider = (from: Int32Array) => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.#level = wider(this.#level);
    this.#low = wider(this.#low);
    this.#high = wider(this.#high);
  }

  #rehash(): void {
    const table = this.#table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let i = 2; i < this.#count; i++) {
      let at = hash(this.#level[i]!, this.#low[i]!, this.#high[i]!) & mask;
      while (table[at] !== 0) at = at + 1 & mask;
      table[at] = i;
    }
  }

  /** What is in both. */
  and(a: PacketSet, b: PacketSet): PacketSet {
    if (a === b || b === ALL) return a;
    if (a === ALL) return b;
    if (a === NONE || b === NONE) return NONE;
    return a < b ? this.#apply(AND, a, b) : this.#apply(AND, b, a);
  }

  /** What is in either. */
  or(a: PacketSet, b: PacketSet): PacketSet {
    if (a === b || b === NONE) return a;
    if (a === NONE) return b;
    if (a === ALL || b === ALL) return ALL;
    return a < b ? this.#apply(OR, a, b) : this.#apply(OR, b, a);
  }

  /** What is in the first alone. */
  minus(a: PacketSet, b: PacketSet): PacketSet {
    if (a === b || a === NONE || b === ALL) return NONE;
    if (b === NONE) return a;
    return this.#apply(MINUS, a, b);
  }

  /** What is not in it. */
  not(a: PacketSet): PacketSet {
    return this.minus(ALL, a);
  }

  #apply(op: number, a: PacketSet, b: PacketSet): PacketSet {
    const cache = this.#cache;
    const key = (hash(op, a, b) & (1 << CACHE_BITS) - 1) << 2;
    if (cache[key] === a && cache[key + 1] === b && cache[key + 2] === op) {
      return cache[key + 3]!;
    }
    if (--this.#stepsLeft < 0) throw this.tooMuch("steps");
    const levelA = this.#level[a]!;
    const levelB = this.#level[b]!;
    const level = levelA < levelB ? levelA : levelB;
    const lowA = levelA === level ? this.#low[a]! : a;
    const highA = levelA === level ? this.#high[a]! : a;
    const lowB = levelB === level ? this.#low[b]! : b;
    const highB = levelB === level ? this.#high[b]! : b;
    const low = op === AND
      ? this.and(lowA, lowB)
      : op === OR
      ? this.or(lowA, lowB)
      : this.minus(lowA, lowB);
    const high = op === AND
      ? this.and(highA, highB)
      : op === OR
      ? this.or(highA, highB)
      : this.minus(highA, highB);
    const made = this.node(level, low, high);
    cache[key] = a;
    cache[key + 1] = b;
    cache[key + 2] = op;
    cache[key + 3] = made;
    return made;
  }

  /** What is in any of many. */
  union(sets: readonly PacketSet[]): PacketSet {
    // By halves, so that neighbours meet first.
    const join = (from: number, to: number): PacketSet =>
      to - from === 1
        ? sets[from]!
        : this.or(join(from, from + to >> 1), join(from + to >> 1, to));
    return sets.length === 0 ? NONE : join(0, sets.length);
  }

  /** What is in it for some values of the bits that are chosen, by level. */
  some(set: PacketSet, chosen: (level: number) => boolean): PacketSet {
    const known = new Map<PacketSet, PacketSet>();
    const visit = (at: PacketSet): PacketSet => {
      if (at <= ALL) return at;
      let made = known.get(at);
      if (made === undefined) {
        this.spend(1);
        const level = this.#level[at]!;
        const low = visit(this.#low[at]!);
        const high = visit(this.#high[at]!);
        made = chosen(level) ? this.or(low, high) : this.node(level, low, high);
        known.set(at, made);
      }
      return made;
    };
    return visit(set);
  }

  /** Whether it depends on any of the bits from one to below another. */
  asks(set: PacketSet, from: number, to: number): boolean {
    const seen = new Set<PacketSet>();
    const visit = (at: PacketSet): boolean => {
      const level = this.#level[at]!;
      if (level >= to || seen.has(at)) return false;
      if (level >= from) return true;
      seen.add(at);
      return visit(this.#low[at]!) || visit(this.#high[at]!);
    };
    return visit(set);
  }

  /** All packets whose bits from a level on are a number in one of the intervals, which are sorted and apart. */
  within(
    level: number,
    bits: number,
    intervals: readonly Interval[],
  ): PacketSet {
    const isWide = bits > 48;
    this.spend(intervals.length * 8);
    // How many numbers the bits from each on can say, less one.
    const spans = Array.from(
      { length: bits + 1 },
      (_, bit) =>
        isWide ? (1n << BigInt(bits - bit)) - 1n : 2 ** (bits - bit) - 1,
    );
    const build = (
      bit: number,
      base: number | bigint,
      from: number,
      to: number,
    ): PacketSet => {
      const last = plus(base, spans[bit]!);
      while (from < to && intervals[from]![1] < base) from++;
      while (from < to && intervals[to - 1]![0] > last) to--;
      if (from === to) return NONE;
      const [first, end] = intervals[from]!;
      if (first <= base && end >= last) return ALL;
      const middle = plus(base, plus(spans[bit + 1]!, isWide ? 1n : 1));
      // Where the upper half begins.
      let low = from;
      let high = to;
      while (low < high) {
        const half = low + high >> 1;
        if (intervals[half]![1] < middle) low = half + 1;
        else high = half;
      }
      const isAcross = low < to && intervals[low]![0] < middle;
      return this.node(
        level + bit,
        build(bit + 1, base, from, isAcross ? low + 1 : low),
        build(bit + 1, middle, low, to),
      );
    };
    return build(0, isWide ? 0n : 0, 0, intervals.length);
  }
}

function plus(a: number | bigint, b: number | bigint): number | bigint {
  return typeof a === "number" ? a + (b as number) : a + (b as bigint);
}

function hash(a: number, b: number, c: number): number {
  let sum = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^
    Math.imul(c, 0xc2b2ae35);
  sum ^= sum >>> 15;
  sum = Math.imul(sum, 0x2c1b3c6d);
  return sum ^ sum >>> 13;
}

/** Sorts intervals, and makes one of those that touch. */
export function merged(intervals: readonly Interval[]): readonly Interval[] {
  const sorted = intervals.toSorted(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
  const made: [number | bigint, number | bigint][] = [];
  for (const [first, last] of sorted) {
    const before = made.at(-1);
    if (before === undefined || first > plus(before[1], one(first))) {
      made.push([first, last]);
    } else if (last > before[1]) before[1] = last;
  }
  return made;
}

const one = (like: number | bigint) => typeof like === "number" ? 1 : 1n;
