/**
 * Templates of TextFSM: values, states and rules, read as Python's textfsm
 * 1.1.0 reads them and refused where it refuses them.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { Matcher } from "./regex/matcher.ts";
import { readPattern } from "./regex/read.ts";
import { SPACE } from "./regex/rewrite.ts";
import type { Pattern } from "./regex/syntax.ts";
import { PatternError } from "./regex/tokens.ts";
import { isBlank, strip, stripEnd } from "./lines.ts";

/** What a value can be told to do; see {@linkcode TextFsmValue}. */
export type TextFsmOption = "Required" | "Filldown" | "Fillup" | "List" | "Key";

/** A value of a template: one column of its rows. */
export interface TextFsmValue {
  /** Its name as the template has it. */
  readonly name: string;
  /**
   * `Required`: rows without it are left out. `Filldown`: kept for the rows
   * that follow. `Fillup`: given to the rows before that lack it. `List`: all
   * that it matched. `Key`: part of what rows are known by.
   */
  readonly options: readonly TextFsmOption[];
  /** Its regular expression, in Python's notation. */
  readonly pattern: string;
}

/** What to do with the line that matched. */
export type LineAction = "Next" | "Continue" | "Error";
/** What to do with the row so far. */
export type RecordAction = "NoRecord" | "Record" | "Clear" | "Clearall";

/** A value with what the machine needs of it. */
export interface ReadValue extends TextFsmValue {
  /** What finds the named groups within an item of a list. */
  readonly nested:
    | { readonly matcher: Matcher; readonly pattern: Pattern }
    | undefined;
}

/** One line of a state. */
export interface Rule {
  /** Where it stands in the template, counted from 1. */
  readonly line: number;
  readonly matcher: Matcher;
  /** The value of each group that has one. */
  readonly assigns: ReadonlyMap<number, number>;
  readonly lineAction: LineAction;
  readonly recordAction: RecordAction;
  /** The state to go to, or the text of an error; empty for neither. */
  readonly next: string;
}

/** A template that has been read. */
export interface Template {
  readonly values: readonly ReadValue[];
  readonly states: ReadonlyMap<string, readonly Rule[]>;
}

/** A template that TextFSM does not take: what is wrong, and in which line. */
export class TemplateError extends ParseError {
  /** The line of the template, counted from 1; 0 where it is the whole. */
  readonly line: number;

  /**
   * Builds the message from its parts.
   *
   * @param template The whole template.
   * @param line The line, counted from 1; 0 where it is the whole.
   * @param reason What is wrong.
   */
  constructor(template: string, line: number, reason: string) {
    const before = template.split(LINE_END).slice(0, Math.max(0, line - 1));
    const offset = before.reduce((sum, text) => sum + text.length + 1, 0);
    const place = line === 0 ? "" : ` (line ${line})`;
    super("a TextFSM template", template, offset, `${reason}${place}`);
    this.line = line;
  }
}

const LINE_END = /\r\n|\r|\n/;
const MOST_NAME = 48;
const OPTIONS: readonly string[] = [
  "Required",
  "Filldown",
  "Fillup",
  "List",
  "Key",
];
const ACTIONS: readonly string[] = [
  "Continue",
  "Next",
  "Error",
  "Clear",
  "Clearall",
  "Record",
  "NoRecord",
];
const STATE_NAME = /^[\p{L}\p{N}_]+$/u;

const LINE = "(?<line>Continue|Next|Error)";
const RECORD = "(?<record>Clear|Clearall|Record|NoRecord)";
const NEXT = String.raw`(?:[${SPACE}]+(?<next>[\p{L}\p{N}_]+|"[^\n]*"))?$`;
/** What stands after an arrow: both actions, that on the row, or a state. */
const AFTER_ARROW = [
  new RegExp(`^[${SPACE}]+${LINE}(?:\\.${RECORD})?${NEXT}`, "u"),
  new RegExp(`^[${SPACE}]+${RECORD}${NEXT}`, "u"),
  new RegExp(`^${NEXT}`, "u"),
];

/**
 * Reads a template.
 *
 * @param text The template.
 * @returns Its values, states and rules.
 * @throws {TemplateError} If it is none, with the line.
 */
export function readTemplate(text: string): Template {
  return new TemplateReader(text).run();
}

class TemplateReader {
  readonly #text: string;
  readonly #lines: readonly string[];
  readonly #values: ReadValue[] = [];
  readonly #states = new Map<string, Rule[]>();
  /** Each value's index, by its name. */
  readonly #indexes = new Map<string, number>();
  /** The line ahead, counted from 0. */
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lines = text.split(LINE_END).map(stripEnd);
  }

  run(): Template {
    this.#readValues();
    while (this.#readState());
    this.#check();
    return { values: this.#values, states: this.#states };
  }

  #error(reason: string, line = this.#at): TemplateError {
    return new TemplateError(this.#text, line, reason);
  }

  /** The value lines, up to the first blank line. */
  #readValues(): void {
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++] as string;
      if (line === "") return;
      if (isComment(line)) continue;
      if (!line.startsWith("Value ")) {
        throw this.#error(
          this.#values.length === 0
            ? "it must begin with Value lines, and a blank line after them"
            : "there must be a blank line after the last Value",
        );
      }
      const value = this.#readValue(line);
      if (this.#indexes.has(value.name)) {
        throw this.#error(`there is a Value ${value.name} already`);
      }
      this.#indexes.set(value.name, this.#values.length);
      this.#values.push(value);
    }
  }

  #readValue(line: string): ReadValue {
    const [, first = "", second, ...rest] = line.split(" ");
    if (second === undefined) {
      throw this.#error("a Value needs a name and a regular expression");
    }
    const bare = second.startsWith("(");
    const options = bare ? [] : this.#readOptions(first);
    const name = bare ? first : second;
    const pattern = (bare ? [second, ...rest] : rest).join(" ");
    if ([...name].length > MOST_NAME) {
      throw this.#error(`a name has at most ${MOST_NAME} characters`);
    }
    if (
      !pattern.startsWith("(") || !pattern.endsWith(")") ||
      pattern.length < 2 ||
      pattern.split("(").length !== pattern.split(")").length
    ) {
      throw this.#error(
        `the regular expression ${pattern} must stand in brackets, with as many ( as )`,
      );
    }
    const nested = options.includes("List") ? this.#nested(pattern) : undefined;
    return { name, options, pattern, nested };
  }

  #readOptions(text: string): TextFsmOption[] {
    const options: TextFsmOption[] = [];
    for (const option of text.split(",") as TextFsmOption[]) {
      if (!OPTIONS.includes(option)) {
        throw this.#error(
          `there is no option "${option}": take ${OPTIONS.join(", ")}`,
        );
      }
      if (options.includes(option)) {
        throw this.#error(`the option ${option} stands there twice`);
      }
      options.push(option);
    }
    return options;
  }

  #nested(text: string): ReadValue["nested"] {
    const pattern = this.#pattern(text);
    // Without groups of their own, or without names, items are plain texts.
    if (pattern.groups.length < 3 || pattern.names.size === 0) return undefined;
    const wanted = new Set(pattern.names.values());
    return { matcher: new Matcher(pattern, wanted), pattern };
  }

  #pattern(text: string): Pattern {
    try {
      return readPattern(text);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      throw this.#error(
        `the regular expression ${text} is wrong: ${error.message} at its character ${
          error.at + 1
        }`,
      );
    }
  }

  /** One state with its rules; whether there was one. */
  #readState(): boolean {
    let name = "";
    while (name === "") {
      if (this.#at >= this.#lines.length) return false;
      const line = this.#lines[this.#at++] as string;
      if (line !== "" && !isComment(line)) name = line;
    }
    if (
      !STATE_NAME.test(name) || [...name].length > MOST_NAME ||
      ACTIONS.includes(name)
    ) {
      throw this.#error(
        `"${name}" is no name for a state` +
          (name.startsWith("Value ") ? ": a blank line ends the Values" : ""),
      );
    }
    if (this.#states.has(name)) {
      throw this.#error(`there is a state ${name} already`);
    }
    const rules: Rule[] = [];
    this.#states.set(name, rules);
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at++] as string;
      if (line === "") break;
      if (isComment(line)) continue;
      if (!/^(?: {1,2}|\t)\^/.test(line)) {
        throw this.#error(
          "a rule begins with one or two spaces, or a tab, and a ^",
        );
      }
      rules.push(this.#readRule(strip(line)));
    }
    return true;
  }

  #readRule(line: string): Rule {
    const arrow = arrowOf(line);
    const source = arrow < 0 ? line : line.slice(0, arrow - 1);
    const pattern = this.#pattern(this.#substitute(source));
    const { lineAction, recordAction, next } = this.#readActions(
      line,
      arrow < 0 ? "" : line.slice(arrow + 2),
    );
    const assigns = new Map<number, number>();
    for (const [name, group] of pattern.names) {
      const value = this.#indexes.get(name);
      if (value !== undefined) assigns.set(group, value);
    }
    return {
      line: this.#at,
      matcher: new Matcher(pattern, new Set(assigns.keys())),
      assigns,
      lineAction,
      recordAction,
      next,
    };
  }

  /** Puts the values' regular expressions in: `$name`, `${name}`, `$$`. */
  #substitute(source: string): string {
    // Python does not look for them where there are no values.
    if (this.#values.length === 0) return source;
    return source.replaceAll(
      /\$(?:(\$)|([_a-zA-Z][_a-zA-Z0-9]*)|\{([_a-zA-Z][_a-zA-Z0-9]*)\})?/g,
      (whole, dollar?: string, named?: string, braced?: string) => {
        if (dollar !== undefined) return "$";
        const name = named ?? braced;
        const value = this.#values[this.#indexes.get(name ?? "") ?? -1];
        if (name === undefined || value === undefined) {
          throw this.#error(
            name === undefined
              ? `a single ${whole} is no variable: write $$ for the end of a line`
              : `there is no Value ${name}`,
          );
        }
        return `(?P<${name}>${value.pattern.slice(1)}`;
      },
    );
  }

  #readActions(
    line: string,
    text: string,
  ): Pick<Rule, "lineAction" | "recordAction" | "next"> {
    const groups = AFTER_ARROW.map((form) => form.exec(text)).find(Boolean)
      ?.groups;
    if (groups === undefined) {
      throw this.#error(`the actions of ${line} make no sense`);
    }
    const lineAction = (groups["line"] ?? "Next") as LineAction;
    const recordAction = (groups["record"] ?? "NoRecord") as RecordAction;
    const next = groups["next"] ?? "";
    if (lineAction === "Continue" && next !== "") {
      throw this.#error(
        `Continue goes on with the same line and may not go to ${next}`,
      );
    }
    if (lineAction !== "Error" && next.startsWith('"')) {
      throw this.#error(`only Error takes a text: ${next}`);
    }
    return { lineAction, recordAction, next };
  }

  #check(): void {
    const states = this.#states;
    if (!states.has("Start")) throw this.#error("there is no state Start", 0);
    for (const name of ["End", "EOF"]) {
      if ((states.get(name)?.length ?? 0) > 0) {
        throw this.#error(`the state ${name} may have no rules`, 0);
      }
    }
    states.delete("End");
    for (const rules of states.values()) {
      for (const { lineAction, next, line } of rules) {
        if (lineAction === "Error" || next === "") continue;
        if (next !== "End" && next !== "EOF" && !states.has(next)) {
          throw this.#error(`there is no state ${next}`, line);
        }
      }
    }
  }
}

/** Where the last arrow stands that has a blank before it; -1 for none. */
function arrowOf(line: string): number {
  let at = line.lastIndexOf("->");
  while (at > 0 && !isBlank(line, at - 1)) at = line.lastIndexOf("->", at - 1);
  return at > 0 ? at : -1;
}

function isComment(line: string): boolean {
  return strip(line).startsWith("#");
}
