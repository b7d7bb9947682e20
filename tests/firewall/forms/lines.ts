/**
 * Tables of rules.
 *
 * @module
 */

/** One rule a line. */
export const lines = (text: string): string[] =>
  text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
