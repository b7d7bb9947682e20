/**
 * The names of all options, to tell what was mistyped: at the prompt no type
 * says that `payoad` would leave people's letters in an anonymised capture.
 *
 * They name no types, whose files read them; where a table is used, the compiler
 * sees that none of the type's options is missing.
 *
 * @module
 */

import type { Elsewhere } from "../known_options.ts";

/** Options of `open`. */
export const OPEN = {
  signal: true,
} as const;

/** Options of `create`. */
export const CREATE = {
  format: true,
  linkType: true,
  resolution: true,
  overwrite: true,
  append: true,
} as const;

/** Options of `write`. */
export const WRITE = {
  comments: true,
} as const;

/** Options of `writeTo`, `split`, `writeCsv`, `writeNdjson` and `writeLines`. */
export const WRITE_TO = {
  overwrite: true,
} as const;

/** Options of `writeParquet`. */
export const WRITE_TABLE = {
  ...WRITE_TO,
  addresses: true,
} as const;

/** Options of `writeArrow`. */
export const WRITE_ARROW = {
  ...WRITE_TABLE,
  format: true,
} as const;

/** Options of `slice`. */
export const SLICE = {
  from: true,
  to: true,
  since: true,
  until: true,
} as const;

/** Options of `merge`. */
export const MERGE = {
  format: true,
  signal: true,
} as const;

/** Options of `anonymise`. */
export const ANONYMISE = {
  key: true,
  payload: true,
} as const;

/** Options of `columnBatches`. */
export const BATCHES = {
  size: true,
} as const;

/** Options of `sql`. */
export const SQL = {
  fields: true,
  signal: true,
} as const;

/** Options of `filter` and `compileFilter`. */
export const FILTER = {
  linkType: true,
  snapLength: true,
  byteOrder: true,
} as const;

/** What other programs call options of `slice`. */
export const SLICE_ELSEWHERE: Elsewhere = {
  start: "from, the first packet's number, or since, a time",
  end: "to, the last packet's number, or until, a time",
  after: "since",
  before: "until",
};
