/**
 * The modes of a platform as a graph, and the shortest way through it.
 *
 * @module
 */

import type { Platform, Step } from "./platform.ts";

/** One move: what to type to come into the next mode. */
export interface Move {
  /** Where it leads. */
  readonly mode: string;
  /** What is typed. */
  readonly steps: readonly Step[];
}

/**
 * Finds the shortest way from one mode to another.
 *
 * @param platform Whose modes.
 * @param from Where one is.
 * @param to Where one wants to be.
 * @returns The moves in order, none if one is there; `undefined` if there is
 * no way.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ios = await net.device.loadPlatform("cisco_ios");
 * const moves = net.device.modePath(ios, "exec", "config");
 * assert.deepEqual(moves?.map(({ mode }) => mode), ["privileged", "config"]);
 * ```
 */
export function modePath(
  platform: Platform,
  from: string,
  to: string,
): Move[] | undefined {
  const ways = new Map<string, Move[]>([[from, []]]);
  for (const [mode, way] of ways) {
    if (mode === to) return way;
    const neighbours = platform.modes[mode]?.to ?? {};
    for (const [next, steps] of Object.entries(neighbours)) {
      if (!ways.has(next)) ways.set(next, [...way, { mode: next, steps }]);
    }
  }
  return undefined;
}
