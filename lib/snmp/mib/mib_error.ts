/**
 * Where and why a MIB file, or a name from one, makes no sense.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { visible } from "../../inspect/text.ts";
import type { MibProblem } from "./object.ts";

/** The most of a line that an error shows, in UTF-16 units. */
const SHOWN = 100;

/**
 * Text that is no MIB, with the line that is wrong and a mark below it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = "X-MIB DEFINITIONS ::= BEGIN\nx OBJECT IDENTIFIER ::= 5\nEND";
 * assert.throws(() => new net.snmp.MibStore().add(text, "X-MIB.txt"), (error) => {
 *   assert.ok(error instanceof net.snmp.MibError);
 *   assert.equal(
 *     error.message,
 *     'Cannot parse the MIB file X-MIB.txt:2:25: expected "{", but there is "5"\n' +
 *       "x OBJECT IDENTIFIER ::= 5\n" +
 *       "                        ^",
 *   );
 *   return true;
 * });
 * ```
 */
export class MibError extends ParseError {
  /** The file, as it was named. */
  readonly path: string;
  /** The line, counted from 1. */
  readonly line: number;
  /** The column, counted from 1 in UTF-16 units. */
  readonly column: number;
  /** What is wrong, without the place. */
  readonly reason: string;

  /**
   * Builds the message from its parts.
   *
   * @param path The file.
   * @param text Its whole text.
   * @param offset Where it is wrong, in UTF-16 units.
   * @param reason What is wrong there.
   */
  constructor(path: string, text: string, offset: number, reason: string) {
    super("a MIB file", text, offset, reason);
    const { line, column, start } = placeIn(text, offset);
    this.path = path;
    this.line = line;
    this.column = column;
    this.reason = reason;
    const stop = text.slice(start).search(/[\r\n]/);
    const from = Math.max(start, offset - (SHOWN >> 1));
    const end = stop < 0 ? text.length : start + stop;
    const raw = text.slice(from, Math.min(end, from + SHOWN));
    const shown = raw.split("\t").map(visible).join("\t");
    const lead = raw.slice(0, offset - from).replace(/[^\t]/g, " ");
    this.message =
      `Cannot parse the MIB file ${path}:${line}:${column}: ${reason}` +
      (shown.trim() === "" ? "" : `\n${shown}\n${lead}^`);
  }

  /** The same as plain data. */
  toProblem(): MibProblem {
    const { path, line, column, reason } = this;
    return { path, line, column, reason };
  }
}

/**
 * A name that no loaded MIB defines, or that several do.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => net.snmp.builtin.find("ifDesrc"), {
 *   name: "ParseError",
 *   message: /no loaded MIB defines ifDesrc; did you mean ifDescr\?/,
 * });
 * ```
 */
export class MibNameError extends ParseError {
  /** What may have been meant, likeliest first. */
  readonly suggestions: readonly string[];

  /**
   * Builds the message from its parts.
   *
   * @param input The whole text.
   * @param offset Where the name stands in it.
   * @param reason What is wrong with it.
   * @param suggestions What may have been meant.
   */
  constructor(
    input: string,
    offset: number,
    reason: string,
    suggestions: readonly string[] = [],
  ) {
    const [first] = suggestions;
    super(
      "the name of an object",
      input,
      offset,
      first === undefined ? reason : `${reason}; did you mean ${first}?`,
    );
    this.suggestions = suggestions;
  }
}

/** Line and column, counted from 1, and where the line begins. */
function placeIn(
  text: string,
  offset: number,
): { line: number; column: number; start: number } {
  let line = 1;
  let start = 0;
  for (;;) {
    const next = text.indexOf("\n", start);
    if (next < 0 || next >= offset) break;
    line++;
    start = next + 1;
  }
  return { line, column: offset - start + 1, start };
}
