/**
 * Colour by meaning: a rendering names a role, this file knows the SGR codes.
 *
 * @module
 */

import type { Canvas } from "./canvas.ts";

/** What a piece of text is, which decides its colour. */
export type Role =
  | "name"
  | "key"
  | "string"
  | "number"
  | "muted"
  | "good"
  | "warn"
  | "bad"
  | "heading"
  | "accent";

/**
 * The SGR codes that begin and end each role (ECMA-48 §8.3.117). Only the
 * eight basic colours, which every terminal maps to its own theme.
 */
const SGR: Readonly<Record<Role, readonly [begin: number, end: number]>> = {
  name: [36, 39],
  key: [34, 39],
  string: [32, 39],
  number: [33, 39],
  muted: [2, 22],
  good: [32, 39],
  warn: [33, 39],
  bad: [31, 39],
  heading: [1, 22],
  accent: [35, 39],
};

/**
 * Colours a text by its role; on a canvas without colour it stays as it is.
 *
 * Painted pieces nest: after an inner piece ends, the outer colour goes on.
 *
 * @param role What the text is.
 * @param text The text, which may hold painted pieces; escape hostile data
 * with {@linkcode visible} first.
 * @param canvas Where it will be drawn.
 * @returns The text between SGR sequences, or the text alone.
 * @see ECMA-48 §8.3.117 (SGR)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const terminal = net.inspect.canvas({ colors: true, width: 80 });
 * assert.equal(net.inspect.paint("bad", "down", terminal), "\x1b[31mdown\x1b[39m");
 * ```
 */
export function paint(role: Role, text: string, canvas: Canvas): string {
  if (!canvas.colors || text === "") return text;
  if (!Object.hasOwn(SGR, role)) {
    throw new TypeError(
      `Cannot paint as 'role' must be one of ${
        Object.keys(SGR).join(", ")
      }: current value is ${role}`,
    );
  }
  const [beginCode, endCode] = SGR[role];
  const begin = `\x1b[${beginCode}m`;
  const end = `\x1b[${endCode}m`;
  return `${begin}${text.replaceAll(end, end + begin)}${end}`;
}

/** What {@linkcode colorsWanted} decides by. */
export interface ColorFacts {
  /** The value of the environment variable `NO_COLOR`, if it is set. */
  noColor?: string | undefined;
  /** Whether the output goes to a terminal. */
  isTerminal: boolean;
}

/**
 * Decides whether output should be coloured: only on a terminal, and not if
 * `NO_COLOR` is set to anything but the empty string.
 *
 * @param facts What the environment says.
 * @returns Whether to use colour.
 * @see https://no-color.org
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.inspect.colorsWanted({ isTerminal: true }), true);
 * assert.equal(net.inspect.colorsWanted({ isTerminal: true, noColor: "1" }), false);
 * ```
 */
export function colorsWanted(facts: ColorFacts): boolean {
  return facts.isTerminal && !facts.noColor;
}
