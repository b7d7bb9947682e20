/**
 * What an address plan is asked for: checked, and turned into sizes.
 *
 * @module
 */

import { Address } from "../address.ts";
import { checkPrefixLength } from "../prefix.ts";
import { Subnet, subnet } from "../subnet.ts";

/**
 * Who needs how much of an address space: a number of `hosts`, or a
 * `prefixLength`, or the subnet that is there already.
 */
export interface Need {
  /** Who needs it; no two have one name. */
  readonly name: string;
  /** How many hosts, 1 or more. With `at`, how many are there. */
  readonly hosts?: number | bigint | undefined;
  /**
   * How many more will come, as a fraction of `hosts` from 0 to 4, counted to a
   * millionth: 0.25 plans for a quarter more.
   *
   * @default {0}
   */
  readonly growth?: number | undefined;
  /** The size in place of a number of hosts: 24 for a /24. */
  readonly prefixLength?: number | undefined;
  /** A subnet that is in use and stays where it is, or its text. */
  readonly at?: string | Subnet | undefined;
}

/** A {@linkcode Need} that has been read. */
export interface Wish {
  /** What it was read from. */
  readonly need: Need;
  /** How many hosts there are to be, if that was said. */
  readonly hosts: bigint | undefined;
  /** Those and their growth. */
  readonly planned: bigint | undefined;
  /** The size of the smallest subnet that will do, as a power of two. */
  readonly bits: number;
  /** The subnet that it keeps. */
  readonly at: Subnet | undefined;
}

/** The most needs of one plan. */
const MOST = 2 ** 20;
const MOST_GROWTH = 4;
const MILLION = 1_000_000n;

/**
 * Collects needs, and refuses none of them and absurdly many.
 *
 * @param within The space that they are of, for the message.
 * @param needs The needs.
 * @returns The same as an array.
 * @throws {TypeError} If they cannot be iterated.
 * @throws {RangeError} If there are none, or more than 2²⁰.
 *
 * @example
 * ```ts
 * import { listNeeds } from "./need.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => listNeeds(subnet("10.0.0.0/8"), []), RangeError);
 * ```
 */
export function listNeeds(within: Subnet, needs: Iterable<Need>): Need[] {
  if (typeof needs === "string" || !(Symbol.iterator in Object(needs))) {
    throw new TypeError(
      `Cannot plan ${within} as 'needs' must be an array or other iterable of needs: current value is ${needs}`,
    );
  }
  const list: Need[] = [];
  for (const need of needs) {
    if (list.push(need) > MOST) break;
  }
  if (list.length === 0 || list.length > MOST) {
    throw new RangeError(
      `Cannot plan ${within} as 'needs' must be 1 to ${MOST}: current value is ${
        list.length === 0 ? "none" : "more"
      }`,
    );
  }
  return list;
}

/**
 * Checks needs and works out how large a subnet each wants.
 *
 * @param within The space that they are of.
 * @param needs The needs.
 * @param longestPrefix The longest prefix that a number of hosts may lead to.
 * @returns What they want, in the order given.
 * @throws {ParseError} If the text of a subnet is none.
 * @throws {TypeError} If a need is none, or says too much or too little.
 * @throws {RangeError} If there are none, two have one name, a number makes no
 * sense, or kept subnets overlap or lie outside.
 *
 * @example
 * ```ts
 * import { readNeeds } from "./need.ts";
 * import { subnet } from "../subnet.ts";
 * import assert from "node:assert/strict";
 *
 * const needs = [{ name: "lab", hosts: 20, growth: 0.5 }];
 * const [lab] = readNeeds(subnet("10.0.0.0/24"), needs, 30);
 * assert.equal(lab?.planned, 30n);
 * assert.equal(lab?.bits, 5);
 * ```
 */
export function readNeeds(
  within: Subnet,
  needs: Iterable<Need>,
  longestPrefix: number,
): Wish[] {
  const list = listNeeds(within, needs);
  const capacities = capacitiesOf(within);
  const least = within.network.bits - longestPrefix;
  const wishes = list.map((need) => readNeed(need, within, capacities, least));
  checkNames(wishes);
  checkOverlaps(wishes);
  return wishes;
}

/** How many hosts fit, by the size of the subnet as a power of two. */
function capacitiesOf({ family, network: { bits } }: Subnet): bigint[] {
  const zero = new Address(family, 0, 0, 0, 0);
  return Array.from(
    { length: bits + 1 },
    (_, n) => new Subnet(zero, bits - n).hostCount,
  );
}

function readNeed(
  given: Need,
  within: Subnet,
  capacities: readonly bigint[],
  least: number,
): Wish {
  checkShape(given);
  // A copy: the plan goes on reading it after the caller may have changed it.
  const need = { ...given };
  const { name, prefixLength, at } = need;
  const { bits } = within.network;
  const hosts = readHosts(need);
  const planned = hosts && withGrowth(need, hosts);
  if (at !== undefined) {
    const net = subnet(at);
    if (!within.contains(net)) no(name, "at", `lie in ${within}`, net);
    if (planned !== undefined && planned > net.hostCount) {
      no(
        name,
        "at",
        `have room for ${planned} hosts`,
        `${net} for ${net.hostCount}`,
      );
    }
    return { need, hosts, planned, bits: bits - net.prefixLength, at: net };
  }
  if (planned === undefined) {
    checkPrefixLength(prefixLength!, 0, bits, `plan ${JSON.stringify(name)}`);
    return { need, hosts, planned, bits: bits - prefixLength!, at: undefined };
  }
  const fit = capacities.findIndex((n, i) => i >= least && n >= planned);
  if (fit < 0) {
    const most = `be at most ${
      capacities.at(-1)
    } for IPv${within.family}, growth included`;
    no(name, "hosts", most, planned);
  }
  return { need, hosts, planned, bits: fit, at: undefined };
}

/** A need says who, and in one way how much. */
function checkShape(need: Need): void {
  if (typeof need !== "object" || need === null) {
    throw new TypeError(
      `Cannot plan as every need must be an object such as { name: "lab", hosts: 20 }: current value is ${need}`,
    );
  }
  const { name, hosts, growth, prefixLength, at } = need;
  if (typeof name !== "string" || name === "") {
    throw new TypeError(
      `Cannot plan a need as 'name' must be text, and not empty: current value is ${
        name === "" ? '""' : name
      }`,
    );
  }
  const sizes = Object.entries({ hosts, prefixLength, at })
    .filter(([, value]) => value !== undefined).map(([key]) => key).join(", ");
  if (!["hosts", "prefixLength", "at", "hosts, at"].includes(sizes)) {
    throw new TypeError(
      `Cannot plan ${
        JSON.stringify(name)
      } as it must have 'hosts', 'prefixLength' or 'at', the last with 'hosts' or without: current value is ${
        sizes || "none of them"
      }`,
    );
  }
  if (growth !== undefined && hosts === undefined) {
    throw new TypeError(
      `Cannot plan ${
        JSON.stringify(name)
      } as 'growth' must go with 'hosts', which it is a fraction of: current value is ${growth}`,
    );
  }
}

function readHosts({ name, hosts }: Need): bigint | undefined {
  if (hosts === undefined) return undefined;
  const exact = typeof hosts === "bigint" || Number.isSafeInteger(hosts);
  if (!exact || hosts < 1) {
    no(
      name,
      "hosts",
      "be a whole number, 1 or more (exact, or a bigint)",
      hosts,
    );
  }
  return BigInt(hosts);
}

function withGrowth({ name, growth = 0 }: Need, hosts: bigint): bigint {
  if (!(typeof growth === "number" && growth >= 0 && growth <= MOST_GROWTH)) {
    no(
      name,
      "growth",
      `be a fraction from 0 to ${MOST_GROWTH}, as 0.2 for 20 %`,
      growth,
    );
  }
  // In millionths, as 70 * 0.1 is more than 7 in floating point.
  const millionths = BigInt(Math.round(growth * Number(MILLION)));
  return hosts + (hosts * millionths + MILLION - 1n) / MILLION;
}

function checkNames(wishes: readonly Wish[]): void {
  const seen = new Set<string>();
  for (const { need: { name } } of wishes) {
    if (seen.has(name)) {
      throw new RangeError(
        `Cannot plan as every 'name' must be there once: current value is ${
          JSON.stringify(name)
        } twice`,
      );
    }
    seen.add(name);
  }
}

function checkOverlaps(wishes: readonly Wish[]): void {
  const fixed = wishes.flatMap(({ need: { name }, at }) =>
    at === undefined ? [] : [{ name, at }]
  ).sort((a, b) => a.at.compare(b.at));
  for (let i = 1; i < fixed.length; i++) {
    const [a, b] = [fixed[i - 1]!, fixed[i]!];
    if (a.at.overlaps(b.at)) {
      no(b.name, "at", `not overlap ${JSON.stringify(a.name)} (${a.at})`, b.at);
    }
  }
}

function no(name: string, key: string, must: string, current: unknown): never {
  throw new RangeError(
    `Cannot plan ${
      JSON.stringify(name)
    } as '${key}' must ${must}: current value is ${current}`,
  );
}
