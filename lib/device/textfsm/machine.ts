/**
 * The machine that takes a text through a template.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { lineStart, splitLines } from "./lines.ts";
import { admits } from "./regex/first.ts";
import type { Engine } from "./regex/matcher.ts";
import { NARROW } from "./regex/rewrite.ts";
import { type Cell, Rows } from "./rows.ts";
import type { ReadValue, Rule, Template } from "./template.ts";

/** A text that its template says is an error, or that is too much for it. */
export class TextFsmError extends ParseError {
  /** The line of the template whose rule says so, counted from 1. */
  readonly rule: number;
  /** The line of the text, counted from 1. */
  readonly line: number;

  /**
   * Builds the message from its parts.
   *
   * @param text The whole text.
   * @param line The line of it, counted from 1.
   * @param rule The line of the template, counted from 1.
   * @param reason What is wrong.
   */
  constructor(text: string, line: number, rule: number, reason: string) {
    super(
      "the template's text",
      text,
      lineStart(text, line - 1),
      `${reason} (line ${line})`,
    );
    this.rule = rule;
    this.line = line;
  }
}

/** A rule's engine for a kind of line, and which values its captures are. */
interface Ready {
  readonly matches: Engine["matches"];
  readonly targets: readonly number[];
}

/** A rule and its engines so far. */
class Step {
  readonly rule: Rule;
  #text: string | undefined;
  #narrow: Ready | undefined;
  #wide: Ready | undefined;

  constructor(rule: Rule) {
    this.rule = rule;
  }

  /** Whether a line begins as those do that match. */
  mayMatch(line: string, start: number): boolean {
    const text = this.#text ??= this.rule.matcher.opening.text;
    return text === "" || line.startsWith(text, start);
  }

  /** Whether a line matches; if so, the values have what was captured. */
  match(line: string, narrow: boolean, rows: Rows): boolean {
    const { matches, targets } = narrow
      ? this.#narrow ??= this.#ready(this.rule.matcher.narrow)
      : this.#wide ??= this.#ready(this.rule.matcher.wide);
    if (targets.length === 0) return matches.test(line);
    const found = matches.exec(line);
    if (found === null) return false;
    for (let k = 0; k < targets.length; k++) {
      const target = targets[k] as number;
      if (target >= 0) rows.assign(target, found[k + 1] ?? null);
    }
    return true;
  }

  #ready({ matches, captures }: Engine): Ready {
    const targets = captures.map((group) => this.rule.assigns.get(group) ?? -1);
    return { matches, targets };
  }
}

/** A state's rules, and those that are worth trying by how a line begins. */
class State {
  readonly steps: readonly Step[];
  readonly #byOpening: (readonly Step[])[] = [];

  constructor(rules: readonly Rule[]) {
    this.steps = rules.map((rule) => new Step(rule));
  }

  /** The rules for lines that begin so: the place and code of the first
   * character that is no blank, which are the line's length and -1 for none. */
  for(start: number, code: number): readonly Step[] {
    const blank = start > 0;
    const key = (blank ? 129 : 0) + code + 1;
    return this.#byOpening[key] ??= this.steps.filter((step) =>
      admits(step.rule.matcher.opening, blank, code)
    );
  }
}

/** Where the first character of a line stands that is no blank. */
function firstOf(line: string): number {
  let at = 0;
  while (at < line.length && isBlank(line.charCodeAt(at))) at++;
  return at;
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** A template that is ready to run. */
export class Machine {
  readonly #values: readonly ReadValue[];
  readonly #states: ReadonlyMap<string, State>;

  /** Takes a template. */
  constructor(template: Template) {
    this.#values = template.values;
    this.#states = new Map(
      [...template.states].map(([name, rules]) => [name, new State(rules)]),
    );
  }

  /**
   * Takes a text through the states.
   *
   * @param text The text.
   * @param limits The longest line, and what a list has of a group that took
   * no part.
   * @returns The rows, a cell for each value.
   * @throws {TextFsmError} Where a rule says Error, or a line is too long.
   */
  run(
    text: string,
    { longestLine, absent }: { longestLine: number; absent: string },
  ): Cell[][] {
    const record = new Rows(this.#values, absent);
    const allNarrow = NARROW.test(text);
    let name = "Start";
    let state = this.#states.get(name) as State;
    const lines = splitLines(text);
    for (let number = 0; number < lines.length; number++) {
      const line = lines[number] as string;
      if (line.length > longestLine) {
        const reason = `it is longer than ${longestLine} characters`;
        throw new TextFsmError(text, number + 1, 0, reason);
      }
      const narrow = allNarrow || NARROW.test(line);
      const start = firstOf(line);
      const code = start < line.length ? line.charCodeAt(start) : -1;
      const steps = narrow ? state.for(start, code) : state.steps;
      for (let i = 0; i < steps.length; i++) {
        const step = steps[i] as Step;
        const { rule } = step;
        if (narrow && !step.mayMatch(line, start)) continue;
        try {
          if (!step.match(line, narrow, record)) continue;
        } catch (error) {
          // The stack of an engine, or its steps.
          if (!(error instanceof RangeError)) throw error;
          const reason = `${shown(line)} is too much for the regular ` +
            `expression in line ${rule.line} of the template`;
          throw new TextFsmError(text, number + 1, rule.line, reason);
        }
        if (rule.recordAction === "Record") record.save();
        else if (rule.recordAction === "Clear") record.clear();
        else if (rule.recordAction === "Clearall") record.clearAll();
        if (rule.lineAction === "Continue") continue;
        if (rule.lineAction === "Error") {
          throw new TextFsmError(text, number + 1, rule.line, said(rule, line));
        }
        if (rule.next !== "") {
          name = rule.next;
          state = this.#states.get(name) ?? state;
        }
        break;
      }
      if (name === "End" || name === "EOF") break;
    }
    if (name !== "End" && !this.#states.has("EOF")) record.save();
    return record.done;
  }
}

function said({ next, line }: Rule, text: string): string {
  const why = next === "" ? "an error" : `the error ${next}`;
  return `${shown(text)} is ${why} to the rule in line ${line} of the template`;
}

function shown(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text);
}
