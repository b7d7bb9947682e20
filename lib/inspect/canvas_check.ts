/**
 * A canvas that is one.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";

/**
 * Refuses what is no canvas, such as a width alone: all would be cut to nothing,
 * or nothing at all.
 *
 * @param what What is drawn, as a verb phrase.
 * @param given The canvas.
 * @throws {TypeError} If it is something else.
 *
 * @example
 * ```ts
 * import { canvas } from "./canvas.ts";
 * import { checkCanvas } from "./canvas_check.ts";
 * import assert from "node:assert/strict";
 *
 * checkCanvas("draw a table", canvas());
 * assert.throws(() => checkCanvas("draw a table", 80), /net.inspect.canvas\(\)/);
 * ```
 */
export function checkCanvas(what: string, given: unknown): void {
  const { width } = (given ?? {}) as Partial<Canvas>;
  if (typeof width === "number") return;
  throw new TypeError(
    `Cannot ${what} as 'canvas' must be what net.inspect.canvas() gives: current value is ${
      Deno.inspect(given)
    }`,
  );
}
