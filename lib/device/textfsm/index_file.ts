/**
 * The file `index` of a folder of templates: which template is for what a
 * command prints on a platform, as clitable has it.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { Matcher } from "./regex/matcher.ts";
import { readPattern } from "./regex/read.ts";
import { NARROW } from "./regex/rewrite.ts";
import { PatternError } from "./regex/tokens.ts";
import { strip } from "./lines.ts";

/** A line of an index. */
export interface TemplateEntry {
  /** The templates' files; the rows of those after the first are joined on. */
  readonly templates: readonly string[];
  /** The other columns by their names: `Platform`, `Command`, `Hostname`. */
  readonly columns: Readonly<Record<string, string>>;
  /** The line in the file, counted from 1. */
  readonly line: number;
}

/** What is known of a command's output, by the columns of an index. */
export interface TemplateQuery {
  /** The platform: `"cisco_ios"`. */
  readonly platform?: string;
  /** The command as it was typed: `"sh ip int br"`. */
  readonly command?: string;
  /** The device's name. */
  readonly hostname?: string;
}

/**
 * Reads an index: lines of `Template, Hostname, Platform, Command`, whose first
 * names the columns. All but the template are regular expressions of Python's,
 * in which `sh[[ow]]` stands for all of `sh`, `sho` and `show`. As in clitable,
 * lines with more or fewer commas than the first are left out.
 *
 * @param text The index.
 * @returns Its lines, in their order: the first that fits is the one.
 * @throws {ParseError} If there is no column `Template`.
 *
 * @example
 * ```ts
 * import { readIndex } from "./index_file.ts";
 * import assert from "node:assert/strict";
 *
 * const index = readIndex(
 *   "Template, Hostname, Platform, Command\nv.textfsm, .*, cisco_ios, sh[[ow]] ver[[sion]]\n",
 * );
 * const found = index.find({ platform: "cisco_ios", command: "sho vers" });
 * assert.deepEqual(found?.templates, ["v.textfsm"]);
 * ```
 */
export function readIndex(text: string): TemplateIndex {
  const lines = text.split(/\r\n|\r|\n/);
  const head = lines.findIndex((line) => strip(withoutComment(line)) !== "");
  const names = head < 0
    ? []
    : withoutComment(lines[head] as string).split(",").map(strip);
  if (!names.includes("Template")) {
    throw new ParseError(
      "an index of templates",
      text,
      0,
      "its first line must name the columns, and Template must be one",
    );
  }
  const entries: TemplateEntry[] = [];
  for (let at = head + 1; at < lines.length; at++) {
    const line = lines[at] as string;
    const fields = line.split(",").map(strip);
    if (line.startsWith("#") || fields.length !== names.length) continue;
    const columns: Record<string, string> = {};
    for (const [i, name] of names.entries()) columns[name] = fields[i] ?? "";
    const { Template = "", ...others } = columns;
    entries.push({
      templates: Template.split(":"),
      columns: others,
      line: at + 1,
    });
  }
  return new TemplateIndex(text, entries);
}

function withoutComment(line: string): string {
  return line.split("#")[0] as string;
}

/** The lines of an index, and the search among them. */
export class TemplateIndex {
  /** The lines, in their order. */
  readonly entries: readonly TemplateEntry[];
  readonly #text: string;
  /** The regular expressions so far, of each column and line. */
  readonly #matchers = new Map<string, Matcher[]>();
  /** The same by what they are: few platforms have many lines. */
  readonly #known = new Map<string, Matcher>();

  /**
   * Takes what {@linkcode readIndex} found.
   *
   * @param text The index.
   * @param entries Its lines.
   */
  constructor(text: string, entries: readonly TemplateEntry[]) {
    this.#text = text;
    this.entries = entries;
  }

  /**
   * Finds the first line whose columns all fit.
   *
   * @param query The platform, the command, the device's name; what is not
   * said fits always.
   * @returns The line, or nothing.
   * @throws {ParseError} If a regular expression that is asked is none.
   */
  find(query: TemplateQuery): TemplateEntry | undefined {
    // The platform tells most lines apart, and is the quickest to ask.
    const asked = ([
      ["Platform", query.platform],
      ["Command", query.command],
      ["Hostname", query.hostname],
    ] as const).flatMap(([column, text]) => {
      if (text === undefined) return [];
      const engine = NARROW.test(text) ? "narrow" as const : "wide" as const;
      return [{ text, engine, matcher: this.#column(column) }];
    });
    return this.entries.find((_, at) =>
      asked.every(({ text, engine, matcher }) =>
        matcher(at)[engine].matches.test(text)
      )
    );
  }

  /** What gives the regular expression of a column in each line. */
  #column(column: string): (at: number) => Matcher {
    let made = this.#matchers.get(column);
    if (made === undefined) this.#matchers.set(column, made = []);
    return (at) => made[at] ??= this.#matcher(column, at);
  }

  #matcher(column: string, at: number): Matcher {
    const entry = this.entries[at] as TemplateEntry;
    const written = entry.columns[column] ?? "";
    const source = column === "Command" ? completed(written) : written;
    let matcher = this.#known.get(source);
    if (matcher !== undefined) return matcher;
    try {
      matcher = commandMatcher(source);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      const start = this.#text.split(/\r\n|\r|\n/).slice(0, entry.line - 1)
        .reduce((sum, line) => sum + line.length + 1, 0);
      throw new ParseError(
        "an index of templates",
        this.#text,
        start,
        `the regular expression ${written} is wrong: ${error.message} (line ${entry.line})`,
      );
    }
    this.#known.set(source, matcher);
    return matcher;
  }
}

function commandMatcher(source: string): Matcher {
  return new Matcher(readPattern(source), new Set());
}

/** Spells abbreviations out: `sh[[ow]]` is `sh(o(w)?)?`. */
export function completed(source: string): string {
  return source.replaceAll(/\[\[(.+?)\]\]/g, (_, word: string) => {
    const letters = [...word];
    return `(${letters.join("(")}${")?".repeat(letters.length)}`;
  });
}

/**
 * Whether a command is one that an index's column `Command` means, whole.
 *
 * @param source The column: `"sh[[ow]] ver[[sion]]"`.
 * @param command The command as it was typed.
 */
export function fitsCommand(source: string, command: string): boolean {
  const { matches } = commandMatcher(`(?:${completed(source)})$`)[
    NARROW.test(command) ? "narrow" : "wide"
  ];
  return matches.test(command);
}
