/**
 * Where and why a script of nft makes no sense.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { nearestWord } from "../../nearest.ts";

/** The most of a line that an error shows, in UTF-16 units. */
const SHOWN = 100;

/** The file that a mistake is in, and where. */
export interface Place {
  /** The whole text of the script or of the included file. */
  readonly text: string;
  readonly offset: number;
  /** UTF-16 units that are wrong there. */
  readonly length: number;
  /** The path of an included file. */
  readonly file?: string | undefined;
}

/**
 * Text that is no script of nft, with the line that is wrong.
 *
 * @example
 * ```ts
 * import { parse } from "./parse.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => parse("add table t\ntabel t2"), {
 *   message: [
 *     'Cannot parse the ruleset: expected a command, but there is "tabel"; did you mean "table"? (line 2, column 1)',
 *     "tabel t2",
 *     "^^^^^",
 *   ].join("\n"),
 * });
 * ```
 */
export class RulesetError extends ParseError {
  /** The line, counted from 1. */
  readonly line: number;
  /** The column, counted from 1 in UTF-16 units. */
  readonly column: number;
  /** The included file that it is in, if it is in one. */
  readonly file: string | undefined;

  /**
   * Builds the message from its parts.
   *
   * @param place Where.
   * @param reason What is wrong there.
   */
  constructor(place: Place, reason: string) {
    const { text, offset, length, file } = place;
    super("an nftables ruleset", text, offset, reason);
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    const end = text.indexOf("\n", offset);
    let line = 1;
    for (let at = text.indexOf("\n"); at >= 0 && at < offset;) {
      line++;
      at = text.indexOf("\n", at + 1);
    }
    this.line = line;
    this.column = offset - start + 1;
    this.file = file;
    // A window of a long line, with the mistake in it.
    const from = Math.max(start, offset - (SHOWN >> 1));
    const shown = text.slice(
      from,
      Math.min(end < 0 ? text.length : end, from + SHOWN),
    );
    const lead = shown.slice(0, offset - from).replace(/[^\t]/g, " ");
    const most = Math.max(1, shown.length - (offset - from));
    const where = file === undefined ? "" : `${file}, `;
    this.message =
      `Cannot parse the ruleset: ${reason} (${where}line ${line}, column ${this.column})\n` +
      `${shown}\n${lead}${"^".repeat(Math.min(Math.max(1, length), most))}`;
  }
}

/**
 * Says what there should be, and what there is.
 *
 * @param expected What should stand there, with its article.
 * @param found What does.
 * @param words What may be meant.
 */
export function mismatch(
  expected: string,
  found: string,
  words: Iterable<string> = [],
): string {
  const near = nearestWord(found, words);
  const seen = found === "" ? "the text ends" : JSON.stringify(
    found.length > 40 ? `${found.slice(0, 39)}…` : found,
  );
  return `expected ${expected}, but ${
    found === "" ? seen : `there is ${seen}`
  }${near === undefined ? "" : `; did you mean "${near}"?`}`;
}
