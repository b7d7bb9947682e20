/**
 * What a filter comes down to: tests of octets, in the order in which they are
 * made. The order counts: a test that reads past the end of the packet rejects
 * it there and then, whatever an `or` around it would still allow.
 *
 * @module
 */

import type { Sign } from "./syntax.ts";

/** A number that is worked out while a packet is tested. */
export interface Slot {
  /** Its name in the code. */
  readonly name: string;
}

/** A number of 32 bits, as it comes from a packet. */
export type Value =
  | { readonly kind: "number"; readonly value: number }
  /** The packet's length on the wire. */
  | { readonly kind: "length" }
  | { readonly kind: "slot"; readonly slot: Slot }
  /** Octets at a place from the packet's start: `at` and, if given, `from`. */
  | {
    readonly kind: "load";
    readonly octets: number;
    readonly at: number;
    readonly from: Value | undefined;
  }
  | {
    readonly kind: "arithmetic";
    readonly sign: Sign;
    readonly left: Value;
    readonly right: Value;
  };

/** How two numbers are compared; `"&"` asks for a common bit. */
export type Comparison = "=" | ">" | ">=" | "&";

/** What is asked of a packet. */
export type Condition =
  | { readonly kind: "all" | "any"; readonly of: readonly Condition[] }
  | { readonly kind: "not"; readonly of: Condition }
  | { readonly kind: "constant"; readonly value: boolean }
  | {
    readonly kind: "compare";
    readonly comparison: Comparison;
    readonly left: Value;
    readonly right: Value;
  }
  /** Sets a slot; is always true. */
  | { readonly kind: "set"; readonly slot: Slot; readonly value: Value }
  /** Follows a chain of headers to one of a protocol. */
  | {
    readonly kind: "chain";
    readonly protocol: number;
    readonly family: 4 | 6;
    /** Where the IP header starts. */
    readonly at: number;
  };

/** True for every packet. */
export const ALWAYS: Condition = { kind: "constant", value: true };
/** False for every packet. */
export const NEVER: Condition = { kind: "constant", value: false };

/**
 * Makes a condition that holds if all of some hold, asked in their order.
 *
 * @param of The conditions.
 * @returns The condition.
 *
 * @example
 * ```ts
 * import { ALWAYS, NEVER, all } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(all(ALWAYS, NEVER), NEVER);
 * ```
 */
export function all(...of: readonly Condition[]): Condition {
  return joined("all", of);
}

/**
 * Makes a condition that holds if one of some holds, asked in their order.
 *
 * @param of The conditions.
 * @returns The condition.
 *
 * @example
 * ```ts
 * import { ALWAYS, NEVER, any } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(any(NEVER, ALWAYS), ALWAYS);
 * ```
 */
export function any(...of: readonly Condition[]): Condition {
  return joined("any", of);
}

/** What comes behind something sure is never asked; what comes before it is. */
function joined(kind: "all" | "any", of: readonly Condition[]): Condition {
  const sure = kind === "any";
  const asked: Condition[] = [];
  for (const one of of) {
    if (one.kind !== "constant") asked.push(one);
    else if (one.value === sure) {
      asked.push(one);
      break;
    }
  }
  if (asked.length === 0) return sure ? NEVER : ALWAYS;
  return asked.length === 1 ? asked[0]! : { kind, of: asked };
}

/**
 * Makes a condition that holds if another does not.
 *
 * @param of The other.
 * @returns The condition.
 *
 * @example
 * ```ts
 * import { ALWAYS, NEVER, not } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(not(NEVER), ALWAYS);
 * ```
 */
export function not(of: Condition): Condition {
  if (of.kind === "constant") return of.value ? NEVER : ALWAYS;
  return { kind: "not", of };
}

/**
 * Makes a comparison, unsigned.
 *
 * @param left A number.
 * @param comparison How to compare.
 * @param right With what.
 * @returns The condition.
 *
 * @example
 * ```ts
 * import { ALWAYS, compare, load, number } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(compare(number(3), ">", 2), ALWAYS);
 * assert.equal(compare(load(1, 9), "=", 6).kind, "compare");
 * ```
 */
export function compare(
  left: Value,
  comparison: Comparison,
  right: number | Value,
): Condition {
  const other = typeof right === "number" ? number(right) : right;
  if (left.kind === "number" && other.kind === "number") {
    return holds(left.value, comparison, other.value) ? ALWAYS : NEVER;
  }
  return { kind: "compare", comparison, left, right: other };
}

function holds(a: number, comparison: Comparison, b: number): boolean {
  switch (comparison) {
    case "=":
      return a === b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
    case "&":
      return (a & b) !== 0;
  }
}

/**
 * Makes a comparison of some bits of a number.
 *
 * @param left The number.
 * @param mask Which bits.
 * @param right With what.
 * @returns The condition.
 *
 * @example
 * ```ts
 * import { ALWAYS, masked, number } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(masked(number(0x45), 0xf0, 0x40), ALWAYS);
 * ```
 */
export function masked(left: Value, mask: number, right: number): Condition {
  if (mask >>> 0 === 0xffffffff) return compare(left, "=", right);
  return compare(arithmetic(left, "&", number(mask)), "=", right);
}

/**
 * Makes a number.
 *
 * @param value The number; 32 bits of it count.
 * @returns The value.
 *
 * @example
 * ```ts
 * import { number } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(number(-1), { kind: "number", value: 0xffffffff });
 * ```
 */
export function number(value: number): Value {
  return { kind: "number", value: value >>> 0 };
}

/**
 * Reads a slot.
 *
 * @param slot The slot.
 * @returns Its value.
 *
 * @example
 * ```ts
 * import { valueOf } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(valueOf({ name: "s0" }).kind, "slot");
 * ```
 */
export function valueOf(slot: Slot): Value {
  return { kind: "slot", slot };
}

/**
 * Makes a condition that is always true, and sets a slot.
 *
 * @param slot The slot.
 * @param value Its new value.
 * @returns The condition.
 *
 * @example
 * ```ts
 * import { number, set } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(set({ name: "s0" }, number(24)).kind, "set");
 * ```
 */
export function set(slot: Slot, value: Value): Condition {
  return { kind: "set", slot, value };
}

/**
 * Reads octets.
 *
 * @param octets How many: 1, 2 or 4.
 * @param at Where, from the packet's start.
 * @param from What to add to that, if anything.
 * @returns The number, in network order.
 *
 * @example
 * ```ts
 * import { load } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(load(2, 12), { kind: "load", octets: 2, at: 12, from: undefined });
 * ```
 */
export function load(octets: number, at: number, from?: Value): Value {
  return { kind: "load", octets, at: at >>> 0, from };
}

/**
 * Works something out, in 32 bits without sign.
 *
 * @param left A number.
 * @param sign What to do.
 * @param right With what.
 * @returns The result; of constants a constant.
 *
 * @example
 * ```ts
 * import { arithmetic, number } from "./condition.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(arithmetic(number(1), "-", number(2)), number(-1));
 * ```
 */
export function arithmetic(left: Value, sign: Sign, right: Value): Value {
  if (left.kind === "number" && right.kind === "number") {
    const value = fold(left.value, sign, right.value);
    if (value !== undefined) return number(value);
  }
  // As libpcap has it, what does not count is not even read.
  const factor = right.kind === "number" ? right : left;
  if (factor.kind === "number" && factor.value === 0) {
    if (sign === "*" || sign === "&") return factor;
  }
  return { kind: "arithmetic", sign, left, right };
}

function fold(a: number, sign: Sign, b: number): number | undefined {
  switch (sign) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return Math.imul(a, b);
    case "/":
      return b === 0 ? undefined : a / b;
    case "%":
      return b === 0 ? undefined : a % b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<<":
      return b > 31 ? 0 : a << b;
    case ">>":
      return b > 31 ? 0 : a >>> b;
  }
}
