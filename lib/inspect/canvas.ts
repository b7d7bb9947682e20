/**
 * The room that a rendering has.
 *
 * @module
 */

import { noneElsewhere } from "../known_options.ts";
import { CANVAS_ELSEWHERE } from "./option_names.ts";

/** How many columns a rendering may fill, and whether it may use colour. */
export interface Canvas {
  /** Columns of one terminal cell each; `Infinity` cuts nothing. */
  readonly width: number;
  /** Whether SGR sequences (colour, bold) may be written. */
  readonly colors: boolean;
}

/** Options for {@linkcode canvas}. */
export interface CanvasOptions {
  /** Whether SGR sequences may be written. @default {false} */
  colors?: boolean | undefined;
  /** Columns. @default {the terminal's, or 80 without one} */
  width?: number | undefined;
}

/** A way to show any value as text, as `Deno.inspect` is one. */
export type Inspect = (value: unknown, options?: unknown) => string;

/** The width of a page where there is no terminal to ask. */
const PAGE = 80;

/**
 * Makes the canvas that renderers draw on.
 *
 * @param options What differs from the terminal's width and no colour.
 * @returns Width in columns, and whether colour may be used.
 * @throws {RangeError} If `width` is less than 1, a fraction or not a number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(net.inspect.canvas({ width: 40 }), { width: 40, colors: false });
 * ```
 */
export function canvas(options: CanvasOptions = {}): Canvas {
  noneElsewhere("make a canvas", options, CANVAS_ELSEWHERE);
  const { colors = false, width = terminalWidth() } = options;
  if (!(width >= 1 && (width === Infinity || Number.isInteger(width)))) {
    throw new RangeError(
      `Cannot make a canvas as 'width' must be a whole number of columns, 1 or more: current value is ${width}`,
    );
  }
  return { width, colors };
}

function terminalWidth(): number {
  try {
    // A pseudo-terminal that nobody has sized yet says 0.
    return Deno.consoleSize().columns || PAGE;
  } catch {
    return PAGE;
  }
}
