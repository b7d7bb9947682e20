/**
 * Why a request over HTTP failed.
 *
 * @module
 */

/**
 * Says why `fetch` failed: its own message is "fetch failed" whatever it was,
 * and the cause's tells more, behind where it happened (Deno 2.9.6).
 *
 * @param error What `fetch` threw.
 * @returns The reason, for the middle of a sentence.
 *
 * @example
 * ```ts
 * import { fetchFailure } from "./fetch_failure.ts";
 * import assert from "node:assert/strict";
 *
 * const cause = new Error(
 *   "error sending request for url (http://a.lab/): client error (Connect): tcp connect error: Connection refused (os error 111)",
 * );
 * assert.equal(
 *   fetchFailure(new TypeError("fetch failed", { cause })),
 *   "tcp connect error: Connection refused (os error 111)",
 * );
 * ```
 */
export function fetchFailure(error: unknown): string {
  const { message, cause } = error as Error;
  if (!(cause instanceof Error)) return message;
  return cause.message
    .replace(/^error sending request .*?client error \(\w+\): /s, "");
}
