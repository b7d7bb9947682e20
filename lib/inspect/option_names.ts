/**
 * The names of all options, to tell what was mistyped: at the prompt no type
 * says that `colums` would show all of them.
 *
 * They name no types, whose files read them; where a table is used, the compiler
 * sees that none of the type's options is missing.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";

/** Options of `table`. */
export const TABLE = {
  columns: true,
  title: true,
  maxRows: true,
  canvas: true,
} as const;

/** Options of `Run`. */
export const RUN = {
  signal: true,
  line: true,
  view: true,
} as const;

/** Options of `stage`. */
export const STAGE = {
  console: true,
} as const;

/** Options of `askAt`. */
export const ASK_AT = {
  stage: true,
} as const;

/** What other programs call what a canvas has; more than these may be given. */
export const CANVAS_ELSEWHERE: Elsewhere = {
  color: "colors",
  colour: "colors",
  colours: "colors",
  columns: "width",
};
