/**
 * Options that are there, and that somebody reads: at the prompt no type says
 * that one is missing or mistyped, and rules without it would still be rules.
 *
 * @module
 */

import { nearestWord } from "../packet/match/nearest.ts";

/** The names of all options of a type. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/**
 * Refuses options that are none, and one that nobody reads.
 *
 * @param what What they are for, as errors say it: `"make a gateway"`.
 * @param given The options.
 * @param names Those that are read.
 * @throws {TypeError} With the name, and the one that was perhaps meant.
 */
export function onlyKnown<T extends object>(
  what: string,
  given: T,
  names: OptionNames<T>,
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(
      `Cannot ${what} as its options must be an object: current value is ${
        JSON.stringify(given)
      }`,
    );
  }
  const unknown = Object.keys(given).find((name) =>
    !Object.hasOwn(names, name)
  );
  if (unknown === undefined) return;
  const all = Object.keys(names);
  const near = nearestWord(unknown, all);
  throw new TypeError(
    `Cannot ${what} as ${JSON.stringify(unknown)} is no option: ${
      near ? `did you mean ${JSON.stringify(near)}?` : all.join(", ")
    }`,
  );
}
