/**
 * Options by name and by what each may be: at the prompt no type says that a
 * number was given as text, which the kernel would take for another.
 *
 * @module
 */

import {
  type Elsewhere,
  onlyKnown,
  type OptionNames,
} from "../known_options.ts";

/** What an option may be, and how an error says it. */
const KINDS = {
  /** Looked at by whoever uses it. */
  any: [() => true, "anything"],
  boolean: [(value) => typeof value === "boolean", "true or false"],
  numeric: [(value) => typeof value === "number", "a number"],
  number: [
    (value) => typeof value === "number" && value >= 0,
    "a number, 0 or more",
  ],
  whole: [
    (value) => isWhole(value, 0, Infinity),
    "a whole number, 0 or more",
  ],
  octet: [
    (value) => isWhole(value, 0, 0xff),
    "a whole number from 0 to 255",
  ],
  word: [
    (value) => isWhole(value, 0, 0xffff_ffff),
    "a whole number from 0 to 4294967295",
  ],
  weight: [
    (value) => isWhole(value, 1, 256),
    "a whole number from 1 to 256",
  ],
  share: [
    (value) => typeof value === "number" && value >= 0 && value <= 1,
    "a share from 0 to 1",
  ],
  text: [(value) => typeof value === "string", "a text"],
  object: [
    (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value),
    "an object",
  ],
  octets: [
    (value) => typeof value === "string" || value instanceof Uint8Array,
    "a text or a Uint8Array",
  ],
  function: [(value) => typeof value === "function", "a function"],
  list: [Array.isArray, "a list"],
  address: [
    (value) =>
      typeof value === "string" || typeof value === "object" && value !== null,
    "an address or its text",
  ],
  name: [
    (value) => typeof value === "string" || isWhole(value, 0, 0xff),
    "a name or a number from 0 to 255",
  ],
  device: [
    (value) =>
      typeof value === "string" && value !== "" ||
      Number.isInteger(value) && value as number > 0,
    "an interface's name or number",
  ],
  deviceOrNull: [
    (value) =>
      typeof value === "string" || typeof value === "number" || value === null,
    "an interface's name or number, or null",
  ],
  /** A text, or several. */
  words: [
    (value) =>
      typeof value === "string" ||
      typeof (value as Iterable<string> | null)?.[Symbol.iterator] ===
        "function",
    "a text or a list of them",
  ],
  ports: [
    (value) =>
      Array.isArray(value)
        ? value.length === 2 && value.every(isPort)
        : isPort(value),
    "a port's number, or the first and the last: [80, 89]",
  ],
  hops: [(value) => isWhole(value, 1, 255), "a whole number from 1 to 255"],
  some: [
    (value) => Array.isArray(value) && value.length > 0,
    "a list of one or more",
  ],
  texts: [
    (value) =>
      typeof value === "object" && value !== null && !Array.isArray(value) &&
      Object.values(value).every((text) => typeof text === "string"),
    "an object of texts",
  ],
  preference: [
    (value) => ["low", "medium", "high"].includes(value as string),
    '"low", "medium" or "high"',
  ],
  family: [(value) => value === 4 || value === 6, "4 or 6"],
  namespace: [
    (value) => typeof value === "number" || typeof value === "string",
    "a descriptor or a file's path",
  ],
  signal: [
    (value) =>
      typeof (value as AbortSignal | null)?.throwIfAborted === "function",
    "an AbortSignal",
  ],
} as const satisfies Record<
  string,
  readonly [fits: (value: unknown) => boolean, must: string]
>;

/** What a number may be too small or too large for. */
const RANGES: ReadonlySet<keyof typeof KINDS> = new Set(
  [
    "number",
    "whole",
    "octet",
    "word",
    "weight",
    "name",
    "share",
    "ports",
    "family",
    "hops",
  ],
);

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && value as number >= least &&
    value as number <= most;
}

function isPort(value: unknown): boolean {
  return isWhole(value, 0, 0xffff);
}

/** What each option of a type may be; a table, so that the compiler misses none. */
export type OptionKinds<T> = Readonly<
  Record<keyof T, keyof typeof KINDS>
>;

/**
 * Refuses options that are none, and those that are not what they must be.
 *
 * @param what What they are for, as errors say it: `"read the routes"`.
 * @param given The options.
 * @param kinds What each may be.
 * @param elsewhere What other programs call them, and how it is said here.
 * @throws {TypeError} If there is no such option, or it is of another type.
 * @throws {RangeError} If it is a number that cannot be.
 *
 * @example
 * ```ts
 * import { checkOptions } from "./option_kinds.ts";
 * import assert from "node:assert/strict";
 *
 * const kinds = { mtu: "whole", up: "boolean" } as const;
 * checkOptions("change a link", { mtu: 1400 }, kinds);
 * assert.throws(
 *   () => checkOptions("change a link", { mtu: "1400" }, kinds),
 *   /'mtu' must be a whole number, 0 or more: current value is "1400"/,
 * );
 * ```
 */
export function checkOptions<T extends object>(
  what: string,
  given: object,
  kinds: OptionKinds<T>,
  elsewhere: Elsewhere = {},
): void {
  onlyKnown(what, given, kinds as unknown as OptionNames<object>, elsewhere);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    mustBe(what, name, value, kinds[name as keyof T]);
  }
}

/**
 * Refuses a value that is not what it must be.
 *
 * @param what What it is for.
 * @param name Its name.
 * @param value The value.
 * @param kind What it must be.
 * @throws {TypeError} If it is of another type.
 * @throws {RangeError} If it is a number that cannot be.
 *
 * @example
 * ```ts
 * import { mustBe } from "./option_kinds.ts";
 * import assert from "node:assert/strict";
 *
 * mustBe("capture", "interface", "eth0", "text");
 * assert.throws(() => mustBe("capture", "interface", 5, "text"), TypeError);
 * ```
 */
export function mustBe(
  what: string,
  name: string,
  value: unknown,
  kind: keyof typeof KINDS,
): void {
  const [fits, must] = KINDS[kind];
  if (fits(value)) return;
  const Fault = typeof value === "number" && RANGES.has(kind)
    ? RangeError
    : TypeError;
  throw new Fault(
    `Cannot ${what} as '${name}' must be ${must}: current value is ${
      Deno.inspect(value, { depth: 0 })
    }`,
  );
}
