/**
 * A slow engine for the regular expressions of Python's that JavaScript has no
 * words for: conditions on groups, what a group captured in an earlier round of
 * a repeat, references to groups that took no part.
 *
 * @module
 */

import { SPACE } from "./rewrite.ts";
import {
  type Category,
  type CharSet,
  type Node,
  type Pattern,
  type Repeat,
  some,
  width,
} from "./syntax.ts";

/** Steps after which a line is given up. */
const MOST_STEPS = 3_000_000;

/** The state of one try. */
interface Try {
  readonly text: string;
  /** Where each group begins and ends, by twice its number; -1 for nowhere. */
  readonly marks: Int32Array;
  steps: number;
}

type Next = (index: number) => boolean;
type Step = (now: Try, index: number, next: Next) => boolean;
/** Whether a code point is one of those meant. */
type Test = (code: number) => boolean;

/** An engine for one regular expression. */
export class Walker {
  /** Python's numbers of its captures, which count from 1. */
  readonly captures: readonly number[];
  readonly #size: number;
  readonly #step: Step;

  /**
   * Makes the engine.
   *
   * @param pattern What was read.
   * @param wanted The groups whose text matters.
   */
  constructor(pattern: Pattern, wanted: ReadonlySet<number>) {
    this.captures = [...wanted].sort((a, b) => a - b);
    this.#size = pattern.groups.length;
    this.#step = new Building(pattern).step(pattern.root);
  }

  /**
   * Matches from the start of a line.
   *
   * @param text The line.
   * @returns What matched and the captures, or nothing.
   * @throws {RangeError} If it takes too many steps, or too deep a stack.
   */
  exec(text: string): (string | undefined)[] | null {
    const now = { text, marks: new Int32Array(this.#size * 2), steps: 0 };
    now.marks.fill(-1);
    let end = -1;
    if (!this.#step(now, 0, (index) => (end = index, true))) return null;
    const taken = this.captures.map((group) => {
      const start = now.marks[group * 2] as number;
      return start < 0
        ? undefined
        : text.slice(start, now.marks[group * 2 + 1]);
    });
    return [text.slice(0, end), ...taken];
  }

  /** Whether a line matches from its start; see {@linkcode exec}. */
  test(text: string): boolean {
    return this.exec(text) !== null;
  }
}

class Building {
  readonly #groups: Pattern["groups"];

  constructor(pattern: Pattern) {
    this.#groups = pattern.groups;
  }

  step(node: Node): Step {
    const test = testOf(node);
    if (test !== undefined) return one(test);
    switch (node.kind) {
      case "at":
        return at(node.where, node.ascii);
      case "sequence":
        return node.items.map((item) => this.step(item)).reduceRight(
          (after, step) => (now, index, next) =>
            step(now, index, (end) => after(now, end, next)),
          (_now: Try, index: number, next: Next) => next(index),
        );
      case "branch": {
        const options = node.options.map((option) => this.step(option));
        return (now, index, next) =>
          options.some((option) => option(now, index, next));
      }
      case "repeat":
        return this.#repeat(node);
      case "group":
        return group(node.index, this.step(node.body));
      case "atomic":
        return atomic(this.step(node.body));
      case "look":
        return this.#look(node.behind, node.negated, node.body);
      case "reference":
        return reference(node.index, node.fold);
      case "conditional": {
        const { index: group } = node;
        const [yes, no] = [this.step(node.yes), this.step(node.no)];
        return (now, index, next) =>
          ((now.marks[group * 2] as number) < 0 ? no : yes)(now, index, next);
      }
      default:
        throw new Error(`no way to walk ${node.kind}`);
    }
  }

  #repeat({ body, min, max, mode }: Repeat): Step {
    const test = testOf(body);
    if (test !== undefined) return row(test, min, max, mode);
    const step = this.step(body);
    if (mode === "possessive") return committed(step, min, max);
    // A second round in a row that matches nothing is the last one.
    const greedy = (
      now: Try,
      index: number,
      count: number,
      last: number,
      next: Next,
    ): boolean => {
      const again = (from: number) => (end: number) =>
        greedy(now, end, count + 1, from, next);
      if (count < min) return step(now, index, again(last));
      if (count < max && index !== last && step(now, index, again(index))) {
        return true;
      }
      return next(index);
    };
    const lazy = (
      now: Try,
      index: number,
      count: number,
      last: number,
      next: Next,
    ): boolean => {
      const again = (from: number) => (end: number) =>
        lazy(now, end, count + 1, from, next);
      if (count < min) return step(now, index, again(last));
      if (next(index)) return true;
      return count < max && index !== last && step(now, index, again(index));
    };
    const loop = mode === "greedy" ? greedy : lazy;
    return (now, index, next) => loop(now, index, 0, -1, next);
  }

  #look(behind: boolean, negated: boolean, body: Node): Step {
    const step = this.step(body);
    const back = behind ? width(body, this.#groups)[0] : 0;
    const remembers = some(body, (part) => part.kind === "group");
    return (now, index, next) => {
      const before = remembers ? now.marks.slice() : undefined;
      const start = backwards(now.text, index, back);
      const found = start >= 0 && step(now, start, () => true);
      if (found !== negated) {
        if (negated && before !== undefined) now.marks.set(before);
        if (next(index)) return true;
      }
      if (before !== undefined) now.marks.set(before);
      return false;
    };
  }
}

function tick(now: Try): void {
  if (++now.steps > MOST_STEPS) throw new RangeError("too many steps");
}

function lengthAt(text: string, index: number): number {
  return (text.codePointAt(index) as number) > 0xffff ? 2 : 1;
}

function backwards(text: string, index: number, characters: number): number {
  let at = index;
  for (let left = characters; left > 0 && at >= 0; left--) {
    at -= at > 1 && lengthAt(text, at - 2) === 2 ? 2 : 1;
  }
  return at;
}

function one(test: Test): Step {
  return (now, index, next) => {
    tick(now);
    const { text } = now;
    return index < text.length && test(text.codePointAt(index) as number) &&
      next(index + lengthAt(text, index));
  };
}

/** A repeat of single characters: no deeper for being longer. */
function row(
  test: Test,
  min: number,
  max: number,
  mode: Repeat["mode"],
): Step {
  return (now, index, next) => {
    const { text } = now;
    let at = index;
    let count = 0;
    const more = () => {
      tick(now);
      if (
        count >= max || at >= text.length ||
        !test(text.codePointAt(at) as number)
      ) return false;
      at += lengthAt(text, at);
      count++;
      return true;
    };
    while (count < min) if (!more()) return false;
    if (mode === "lazy") {
      for (;;) {
        if (next(at)) return true;
        if (!more()) return false;
      }
    }
    while (more());
    if (mode === "possessive") return next(at);
    for (;;) {
      if (next(at)) return true;
      tick(now);
      if (count-- === min) return false;
      at = backwards(text, at, 1);
    }
  };
}

function committed(step: Step, min: number, max: number): Step {
  return (now, index, next) => {
    const before = now.marks.slice();
    let at = index;
    let last = -1;
    for (let count = 0; count < max && (count < min || at !== last); count++) {
      tick(now);
      let end = -1;
      const found = step(now, at, (index) => (end = index, true));
      if (!found) {
        if (count >= min) break;
        now.marks.set(before);
        return false;
      }
      last = at;
      at = end;
    }
    if (next(at)) return true;
    now.marks.set(before);
    return false;
  };
}

function atomic(step: Step): Step {
  return committed(step, 1, 1);
}

function group(number: number, step: Step): Step {
  return (now, index, next) =>
    step(now, index, (end) => {
      const { marks } = now;
      const start = marks[number * 2] as number;
      const stop = marks[number * 2 + 1] as number;
      marks[number * 2] = index;
      marks[number * 2 + 1] = end;
      if (next(end)) return true;
      marks[number * 2] = start;
      marks[number * 2 + 1] = stop;
      return false;
    });
}

function reference(number: number, fold: boolean): Step {
  return (now, index, next) => {
    tick(now);
    const { marks, text } = now;
    const start = marks[number * 2] as number;
    if (start < 0) return false;
    const wanted = text.slice(start, marks[number * 2 + 1]);
    const found = text.slice(index, index + wanted.length);
    const same = fold
      ? found.toLowerCase() === wanted.toLowerCase()
      : found === wanted;
    return same && next(index + wanted.length);
  };
}

function at(
  where: "start" | "end" | "boundary" | "inside",
  ascii: boolean,
): Step {
  if (where === "start") {
    return (_now, index, next) => index === 0 && next(index);
  }
  if (where === "end") {
    return (now, index, next) => index === now.text.length && next(index);
  }
  const word = categoryTest({
    kind: "category",
    name: "w",
    negated: false,
    ascii,
  });
  return ({ text }, index, next) => {
    const before = index > 0 &&
      word(text.codePointAt(backwards(text, index, 1)) as number);
    const after = index < text.length &&
      word(text.codePointAt(index) as number);
    return text !== "" && (before !== after) === (where === "boundary") &&
      next(index);
  };
}

/** The test for what matches one character always, or nothing. */
function testOf(node: Node): Test | undefined {
  switch (node.kind) {
    case "any":
      return node.all ? () => true : (code) => code !== 10;
    case "char": {
      const { code: wanted, fold } = node;
      if (!fold) return (code) => code === wanted;
      const cases = casesOf(wanted);
      return (code) => casesOf(code).some((one) => cases.includes(one));
    }
    case "set":
      return setTest(node);
    default:
      return undefined;
  }
}

function setTest({ items, negated, fold }: CharSet): Test {
  const tests = items.map((item): Test =>
    item.kind === "category"
      ? categoryTest(item)
      : (code) => code >= item.low && code <= item.high
  );
  const has: Test = (code) => tests.some((test) => test(code));
  return fold
    ? (code) => casesOf(code).some(has) !== negated
    : (code) => has(code) !== negated;
}

const CATEGORIES = {
  d: [/^[0-9]$/, /^\p{Nd}$/u],
  w: [/^[0-9A-Za-z_]$/, /^[\p{L}\p{N}_]$/u],
  s: [/^[\t-\r ]$/, new RegExp(`^[${SPACE}]$`, "u")],
} as const;

function categoryTest({ name, negated, ascii }: Category): Test {
  const pattern = CATEGORIES[name][ascii ? 0 : 1];
  return (code) => pattern.test(String.fromCodePoint(code)) !== negated;
}

/** A code point and its other cases. */
function casesOf(code: number): readonly number[] {
  const text = String.fromCodePoint(code);
  const cases = [text.toLowerCase(), text.toUpperCase()]
    .filter((other) => [...other].length === 1)
    .map((other) => other.codePointAt(0) as number);
  return [code, ...cases];
}
