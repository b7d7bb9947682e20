/**
 * Options that are there, and that somebody reads: at the prompt no type says
 * that one is missing or mistyped, and rules without it would still be rules.
 *
 * @module
 */

import { nearestWord } from "./nearest.ts";

/** The names of all options of a type. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** What other programs call an option, and how it is said here. */
export type Elsewhere = Readonly<Record<string, string>>;

/**
 * Refuses options that are none, and one that nobody reads.
 *
 * @param what What they are for, as errors say it: `"make a gateway"`.
 * @param given The options.
 * @param names Those that are read.
 * @param elsewhere Names of others.
 * @throws {TypeError} With the name, and the one that was perhaps meant.
 */
export function onlyKnown<T extends object>(
  what: string,
  given: T,
  names: OptionNames<T>,
  elsewhere: Elsewhere = {},
): void {
  noneElsewhere(what, given, elsewhere);
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

/**
 * Refuses options that are none, and those by the names of others: passed over
 * in silence, they would bring the very error that they were to mend.
 *
 * @param what What they are for.
 * @param given The options, among which there may be more than are read here.
 * @param elsewhere Names of others.
 * @throws {TypeError} With what was meant.
 */
export function noneElsewhere(
  what: string,
  given: object,
  elsewhere: Elsewhere,
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw new TypeError(
      `Cannot ${what} as its options must be an object: current value is ${
        Deno.inspect(given)
      }`,
    );
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || !Object.hasOwn(elsewhere, name)) continue;
    throw new TypeError(
      `Cannot ${what} as ${JSON.stringify(name)} is no option. Try: ${
        elsewhere[name]
      }`,
    );
  }
}
