/**
 * Checks of what a simulation is given: names, numbers, links between names.
 *
 * @module
 */

/** The longest name that is taken. */
const LONGEST = 64;

/**
 * Refuses what can be no name.
 *
 * @param what What it is for, as a verb phrase: `"make a switch"`.
 * @param option What the caller's documentation calls it.
 * @param name What was given.
 * @returns The name.
 * @throws {TypeError} If it is no text of 1 to 64 characters.
 *
 * @example
 * ```ts
 * import { checkName } from "./names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkName("make a switch", "ports", ""), TypeError);
 * ```
 */
export function checkName(what: string, option: string, name: unknown): string {
  if (typeof name === "string" && name !== "" && name.length <= LONGEST) {
    return name;
  }
  throw new TypeError(
    `Cannot ${what} as '${option}' must have names of 1 to ${LONGEST} characters: current value is ${
      JSON.stringify(name)
    }`,
  );
}

/**
 * Refuses what is no integer within bounds.
 *
 * @param what What it is for, as a verb phrase.
 * @param option What the caller's documentation calls it.
 * @param value What was given.
 * @param least The smallest that will do.
 * @param most The largest that will do.
 * @returns The number.
 * @throws {RangeError} If it is none.
 *
 * @example
 * ```ts
 * import { checkCount } from "./names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkCount("make a switch", "ports", 4, 1, 4095), 4);
 * ```
 */
export function checkCount(
  what: string,
  option: string,
  value: number,
  least: number,
  most: number,
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(
    `Cannot ${what} as '${option}' must be an integer from ${least} to ${most}: current value is ${value}`,
  );
}

/**
 * Refuses what is neither true nor false: `"no"` would be a yes.
 *
 * @param what What it is for, as a verb phrase.
 * @param option What the caller's documentation calls it.
 * @param value What was given.
 * @returns The value.
 * @throws {TypeError} If it is something else.
 *
 * @example
 * ```ts
 * import { checkFlag } from "./names.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(checkFlag("fail a link", "silent", true), true);
 * ```
 */
export function checkFlag(
  what: string,
  option: string,
  value: boolean,
): boolean {
  if (typeof value === "boolean") return value;
  throw new TypeError(
    `Cannot ${what} as '${option}' must be true or false: current value is ${
      JSON.stringify(value)
    }`,
  );
}
