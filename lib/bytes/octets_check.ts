/**
 * Octets that are octets.
 *
 * @module
 */

/**
 * Refuses what is no `Uint8Array`: letters and lists have a length too, and would
 * be read as zeros.
 *
 * @param what What they are for, as a verb phrase.
 * @param bytes What was given.
 * @throws {TypeError} If it is something else.
 *
 * @example
 * ```ts
 * import { checkOctets } from "./octets_check.ts";
 * import assert from "node:assert/strict";
 *
 * checkOctets("sum octets", Uint8Array.of(1));
 * assert.throws(() => checkOctets("sum octets", "abcd"), /must be a Uint8Array/);
 * ```
 */
export function checkOctets(what: string, bytes: unknown): void {
  if (bytes instanceof Uint8Array) return;
  throw new TypeError(
    `Cannot ${what} as 'bytes' must be a Uint8Array: current value is ${
      Deno.inspect(bytes)
    }`,
  );
}
