/**
 * What questions of practice are made of: chance, a form for the answer, slips
 * that have a name, and bits drawn.
 *
 * @module
 */

import { type Address, parse } from "../address.ts";
import { writeBinary } from "../notation.ts";
import { Subnet } from "../subnet.ts";

/**
 * How hard the numbers are: 1 cuts addresses between octets, 2 inside the last
 * octet, 3 inside the second or third.
 */
export type Level = 1 | 2 | 3;

/** What an answer is, and so how it is read; see `answer.ts`. */
export type Form =
  | "address"
  | "subnet"
  | "prefix"
  | "count"
  | "choice"
  | "compressed"
  | "expanded";

/** A wrong answer that can be told by its value, and what to say of it. */
export type Slip = readonly [answer: unknown, hint: string];

/** A question with all that is needed to mark an answer. */
export interface Drill {
  /** The question, in full sentences. */
  readonly text: string;
  /** What an answer is. */
  readonly form: Form;
  /** The answer; its text is compared. */
  readonly answer: unknown;
  /** What to take it among, for a choice. */
  readonly choices?: readonly string[];
  /** Typical wrong answers; of two that are alike the first counts. */
  readonly slips: readonly Slip[];
  /** The way to the answer, line by line. */
  readonly working: readonly string[];
}

/** One kind of question. */
export interface Kind {
  /** What it is about, in a few words. */
  readonly title: string;
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** The lowest level that it has. */
  readonly level: Level;
  /** Makes one by chance. */
  readonly make: (draw: Draw) => Drill;
}

/** The private blocks of IPv4 (RFC 1918 §3), and IPv6's for documentation (RFC 3849). */
const PRIVATE = [["10.0.0.0", 8], ["172.16.0.0", 12], [
  "192.168.0.0",
  16,
]] as const;
const DOCUMENTATION = parse("2001:db8::");

const LENGTHS: Readonly<Record<Level, readonly number[]>> = {
  1: [8, 16, 24],
  2: [25, 26, 27, 28, 29, 30],
  3: [9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23],
};

/**
 * Draws numbers, addresses and subnets for a question.
 *
 * @example
 * ```ts
 * import { Draw } from "./drill.ts";
 * import { seeded } from "../../random.ts";
 * import assert from "node:assert/strict";
 *
 * const draw = new Draw(seeded(1), 1);
 * assert.ok([8, 16, 24].includes(draw.prefixLength()));
 * assert.equal(draw.net(20).prefixLength, 20);
 * ```
 */
export class Draw {
  /** How hard the numbers are to be. */
  readonly level: Level;
  /** Gives numbers from 0 up to and without 1. */
  readonly random: () => number;

  /**
   * Takes a source of chance.
   *
   * @param random Gives numbers from 0 up to and without 1.
   * @param level How hard the numbers are to be.
   */
  constructor(random: () => number, level: Level) {
    this.random = random;
    this.level = level;
  }

  /** Draws an integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  /** Draws one of a list. */
  pick<T>(list: readonly T[]): T {
    return list[this.between(0, list.length - 1)]!;
  }

  /** Puts a list in an order by chance. */
  shuffle<T>(list: readonly T[]): T[] {
    return list.map((item) => [this.random(), item] as const)
      .sort(([a], [b]) => a - b).map(([, item]) => item);
  }

  /** Draws an IPv4 prefix length of the level. */
  prefixLength(): number {
    return this.pick(LENGTHS[this.level]);
  }

  /** Draws a private IPv4 subnet; of at least 8 bits. */
  net(prefixLength: number): Subnet {
    const pools = PRIVATE.filter(([, length]) => length <= prefixLength);
    const [start, length] = this.pick(pools);
    const place = this.between(0, 2 ** (prefixLength - length) - 1);
    const network = parse(start).offset(place * 2 ** (32 - prefixLength));
    return new Subnet(network, prefixLength);
  }

  /** Draws an IPv6 subnet of documentation; of 32 to 64 bits. */
  net6(prefixLength: number): Subnet {
    const place = BigInt(this.between(0, 2 ** (prefixLength - 32) - 1));
    const network = DOCUMENTATION.offset(place << BigInt(128 - prefixLength));
    return new Subnet(network, prefixLength);
  }

  /** Draws a host of a subnet. */
  host(net: Subnet): Address {
    return net.randomHost(this.random);
  }
}

/**
 * Draws addresses below each other, in bits or for IPv6 in hex digits, with a
 * `|` where the prefix ends.
 *
 * @param rows What each is, and the address.
 * @param prefixLength After how many bits to put the mark.
 * @returns A line for each.
 *
 * @example
 * ```ts
 * import { parse } from "../address.ts";
 * import { drawBits } from "./drill.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(drawBits([["host", parse("10.0.0.9")]], 29), [
 *   "host  00001010.00000000.00000000.00001|001  10.0.0.9",
 * ]);
 * ```
 */
export function drawBits(
  rows: readonly (readonly [label: string, address: Address])[],
  prefixLength: number,
): string[] {
  const widest = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, address]) => {
    const drawn = address.family === 4
      ? `${writeBinary(address, prefixLength)}  ${address}`
      : drawDigits(address, prefixLength);
    return `${label.padEnd(widest)}  ${drawn}`;
  });
}

/** The hex digits of an IPv6 address; a prefix that ends within one ends after it. */
function drawDigits(address: Address, prefixLength: number): string {
  const text = address.format("exploded");
  const digits = Math.ceil(prefixLength / 4);
  const at = digits + Math.floor((digits - 1) / 4);
  return `${text.slice(0, at)}|${text.slice(text[at] === ":" ? at + 1 : at)}`;
}

/** The hint for what is half of the answer. */
export const TOO_LONG = "one bit too long: that is half of it";

/** The hint for what is twice the answer. */
export const TOO_SHORT = "one bit too short: that is twice as much";
