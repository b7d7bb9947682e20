/**
 * The names of all options, to tell what was mistyped.
 *
 * They name no types, whose files read them; where a table is used, the compiler
 * sees that none of the type's options is missing.
 *
 * @module
 */

/** Options of `hexdump`. */
export const HEXDUMP = {
  canvas: true,
  highlight: true,
  maxOctets: true,
} as const;
