/**
 * Lines and blanks as Python has them.
 *
 * @module
 */

import { SPACE } from "./regex/rewrite.ts";

const BLANK = new RegExp(`[${SPACE}]`);

/** Whether there is a blank at a place. */
export function isBlank(text: string, at: number): boolean {
  return BLANK.test(text.charAt(at));
}

/** Takes the blanks off the end. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isBlank(text, end - 1)) end--;
  return text.slice(0, end);
}

/** Takes the blanks off both ends. */
export function strip(text: string): string {
  const kept = stripEnd(text);
  let start = 0;
  while (start < kept.length && isBlank(kept, start)) start++;
  return kept.slice(start);
}

/** What ends a line besides a newline. */
// deno-lint-ignore no-control-regex
const OTHER_ENDS = /[\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
// deno-lint-ignore no-control-regex
const ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** The lines of a text, each without its end. */
export function splitLines(text: string): string[] {
  const lines = text.split(OTHER_ENDS.test(text) ? ENDS : "\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Where a line begins, by its number from 0. */
export function lineStart(text: string, line: number): number {
  const ends = new RegExp(ENDS, "g");
  for (let left = line; left > 0; left--) ends.exec(text);
  return ends.lastIndex;
}
