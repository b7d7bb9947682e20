/**
 * What is wrong with an inventory: all of it at once, each with its place.
 *
 * @module
 */

import type { PlatformProblem } from "./platforms/platform_error.ts";

/**
 * An inventory that cannot be used, with everything that is wrong with it: a
 * line of the message for each, with line and column.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   net.device.readInventory("devices:\n  r1: { prot: 22 }", "office.yaml"),
 *   new net.device.InventoryError("office.yaml", [{
 *     path: "devices.r1.prot",
 *     message: "no such key; did you mean port?",
 *     ...{ line: 2, column: 9, offset: 17 },
 *   }]),
 * );
 * ```
 */
export class InventoryError extends SyntaxError {
  /** Always `"InventoryError"`. */
  override readonly name = "InventoryError";
  /** Which inventory: what it is called, or its file. */
  readonly source: string;
  /** Everything that is wrong, in the order of the text. */
  readonly problems: readonly PlatformProblem[];

  /**
   * Builds the message from the problems.
   *
   * @param source Which inventory.
   * @param problems At least one.
   */
  constructor(source: string, problems: readonly PlatformProblem[]) {
    const lines = problems.map(({ path, message, line, column }) =>
      `${line === undefined ? "" : `${line}:${column} `}${
        path === "" ? "" : `${path}: `
      }${message}`
    );
    super(`Cannot use the inventory ${source}: ${lines.join("\n  ")}`);
    this.source = source;
    this.problems = problems;
  }
}
