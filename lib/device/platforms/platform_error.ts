/**
 * What is wrong with a platform: all of it at once, each with its place.
 *
 * @module
 */

/** One thing that is wrong with a platform, and what to do about it. */
export interface PlatformProblem {
  /** The way to it: `modes.config.prompt`, `open[1]`; empty for the whole. */
  readonly path: string;
  /** A sentence without its full stop. */
  readonly message: string;
  /** The line in the YAML, counted from 1. */
  readonly line?: number;
  /** The column there, counted from 1 in UTF-16 units. */
  readonly column?: number;
  /** UTF-16 units from the start of the YAML. */
  readonly offset?: number;
}

/** The most problems whose sentences go into one message. */
const MOST_SHOWN = 20;

/**
 * A platform that cannot be used, with everything that is wrong with it.
 *
 * The message has a line for each problem: its line and column when it came
 * from YAML, its path, and what to do.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const error = new net.device.PlatformError("toaster.yaml", [
 *   { path: "titel", message: "no such key; did you mean title?", line: 2, column: 1 },
 * ]);
 * assert.equal(
 *   error.message,
 *   "Cannot use the platform toaster.yaml: 2:1 titel: no such key; did you mean title?",
 * );
 * ```
 */
export class PlatformError extends SyntaxError {
  /** Always `"PlatformError"`. */
  override readonly name = "PlatformError";
  /** Which platform: its name, or the file it was read from. */
  readonly source: string;
  /** Everything that is wrong, in the order of the text. */
  readonly problems: readonly PlatformProblem[];
  /** The YAML, when it was YAML. */
  readonly input: string | undefined;
  /** Where the first problem stands in the YAML, in UTF-16 units. */
  readonly offset: number | undefined;

  /**
   * Builds the message from the problems.
   *
   * @param source Which platform: its name, or the file it was read from.
   * @param problems At least one.
   * @param input The YAML, when it was YAML.
   */
  constructor(
    source: string,
    problems: readonly PlatformProblem[],
    input?: string,
  ) {
    const lines = problems.slice(0, MOST_SHOWN).map(sentence);
    const more = problems.length - lines.length;
    if (more > 0) lines.push(`and ${more} more`);
    super(
      problems.length === 1
        ? `Cannot use the platform ${source}: ${lines[0]}`
        : `Cannot use the platform ${source}, as ${problems.length} things are wrong:\n${
          lines.map((line) => `  ${line}`).join("\n")
        }`,
    );
    this.source = source;
    this.problems = problems;
    this.input = input;
    this.offset = problems[0]?.offset;
  }
}

function sentence({ path, message, line, column }: PlatformProblem): string {
  const place = line === undefined ? "" : `${line}:${column} `;
  return `${place}${path === "" ? "" : `${path}: `}${message}`;
}
