/**
 * How a result shows within another.
 *
 * @module
 */

const INSPECT = Symbol.for("Deno.customInspect");

/** What has a rendering of its own. */
interface Shown {
  [INSPECT](inspect: unknown, options: unknown): string;
}

/**
 * Renders a result of ours as the prompt would.
 *
 * @param value Something with a rendering of its own.
 * @param inspect What the prompt gave to the outer rendering.
 * @param options The same.
 * @returns The lines.
 *
 * @example
 * ```ts
 * import { rendered } from "./show.ts";
 * import assert from "node:assert/strict";
 *
 * const value = { [Symbol.for("Deno.customInspect")]: () => "a picture" };
 * assert.equal(rendered(value, undefined, {}), "a picture");
 * ```
 */
export function rendered(
  value: object,
  inspect: unknown,
  options: unknown,
): string {
  return (value as Shown)[INSPECT](inspect, options);
}
