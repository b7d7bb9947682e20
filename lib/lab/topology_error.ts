/**
 * What is wrong with a topology: all of it at once, each with its place.
 *
 * @module
 */

/** One thing that is wrong, and what to do about it. */
export interface Problem {
  /** The way to it: `hosts.pc1.gateway`, `links[2]`; empty for the whole. */
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
 * A topology that cannot be built, with everything that is wrong with it.
 *
 * The message has a line for each problem: its line and column when it came
 * from YAML, its path, and what to do.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = "hosts: [pc1, pc2]\nlinks:\n  - pc1 -- pc3\n";
 * await assert.rejects(net.lab.topology(text), (error) => {
 *   assert.ok(error instanceof net.lab.TopologyError);
 *   assert.equal(error.problems[0]?.line, 3);
 *   assert.match(error.message, /3:5 links\[0\]: there is no node pc3; did you mean pc1\?/);
 *   return true;
 * });
 * ```
 */
export class TopologyError extends SyntaxError {
  /** Always `"TopologyError"`. */
  override readonly name = "TopologyError";
  /** Everything that is wrong, in the order of the text. */
  readonly problems: readonly Problem[];
  /** The YAML, when it was YAML. */
  readonly input: string | undefined;
  /** Where the first problem stands in the YAML, in UTF-16 units. */
  readonly offset: number | undefined;

  /**
   * Builds the message from the problems.
   *
   * @param problems At least one.
   * @param input The YAML, when it was YAML.
   * @param isAll Whether there are no more.
   */
  constructor(problems: readonly Problem[], input?: string, isAll = true) {
    const lines = problems.slice(0, MOST_SHOWN).map(sentence);
    const more = problems.length - lines.length;
    if (more > 0) lines.push(`and ${more} more`);
    super(
      problems.length === 1
        ? `Cannot use this topology: ${lines[0]}`
        : `Cannot use this topology, as ${problems.length}${
          isAll ? "" : " or more"
        } things are wrong:\n${lines.map((line) => `  ${line}`).join("\n")}`,
    );
    this.problems = problems;
    this.input = input;
    this.offset = problems[0]?.offset;
  }
}

function sentence({ path, message, line, column }: Problem): string {
  const place = line === undefined ? "" : `${line}:${column} `;
  return `${place}${path === "" ? "" : `${path}: `}${message}`;
}
