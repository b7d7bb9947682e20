/**
 * Regular expressions of Python's, rewritten for the engine of JavaScript.
 *
 * The subject is one line, without its end. There are two spellings: a narrow
 * one for lines of ASCII, which nearly all are, where `\d`, `\w` and `\s` are
 * JavaScript's own and quick; and a wide one, in which they are Unicode's, as
 * they are in Python. What has another meaning in the two languages and cannot
 * be spelled is left to `walk.ts`.
 *
 * @module
 */

import {
  type Category,
  type CharSet,
  type Node,
  type Pattern,
  type Repeat,
  some,
  width,
} from "./syntax.ts";

/** A regular expression of JavaScript's. */
export interface Rewritten {
  readonly source: string;
  readonly flags: string;
  /** What Python's number is of each of its captures, which count from 1. */
  readonly captures: readonly number[];
}

/** Repeats beyond which the engine may find the whole too large. */
const MOST_COPIES = 2_000;

/** The lines for which the narrow spelling holds: ASCII without \x1c to \x1f. */
// deno-lint-ignore no-control-regex
export const NARROW = /^[\0-\x1b -\x7f]*$/;

const WORD = String.raw`\p{L}\p{N}_`;
/** What Python calls blank, as the inside of a set. */
export const SPACE = String
  .raw`\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;

/** Says that JavaScript has no such thing. */
class Unspeakable extends Error {}

/**
 * Rewrites a regular expression.
 *
 * @param pattern What was read.
 * @param wanted The groups whose text matters.
 * @param wide Whether the subject may hold more than ASCII.
 * @returns The same for JavaScript, or nothing where it has no such thing.
 *
 * @example
 * ```ts
 * import { readPattern } from "./read.ts";
 * import { rewrite } from "./rewrite.ts";
 * import assert from "node:assert/strict";
 *
 * const pattern = readPattern("(?P<speed>\\d++)(bps|Hz)");
 * assert.equal(
 *   rewrite(pattern, new Set([1]), false)?.source,
 *   "^((?:(?=(\\d+))\\2))(?:bps|Hz)",
 * );
 * assert.equal(rewrite(readPattern("(a)?(?(1)b|c)"), new Set(), false), undefined);
 * ```
 */
export function rewrite(
  pattern: Pattern,
  wanted: ReadonlySet<number>,
  wide: boolean,
): Rewritten | undefined {
  if (copies(pattern.root) > MOST_COPIES) return undefined;
  try {
    return new Rewriting(pattern, wanted, wide).run();
  } catch (error) {
    if (error instanceof Unspeakable) return undefined;
    throw error;
  }
}

/** How often the engine may have to write the parts out. */
function copies(node: Node): number {
  switch (node.kind) {
    case "repeat":
      return Math.max(1, node.max === Infinity ? node.min : node.max) *
        copies(node.body);
    case "sequence":
      return node.items.reduce((sum, item) => sum + copies(item), 1);
    case "branch":
      return node.options.reduce((sum, item) => sum + copies(item), 1);
    case "group":
    case "atomic":
    case "look":
      return copies(node.body);
    default:
      return 1;
  }
}

class Rewriting {
  readonly #pattern: Pattern;
  readonly #wanted: Set<number>;
  readonly #wide: boolean;
  readonly #captures: number[] = [];
  /** JavaScript's number of each group. */
  readonly #numbers = new Map<number, number>();
  /** The groups that have surely matched before the part that is written. */
  #sure = new Set<number>();
  #behind = false;

  constructor(pattern: Pattern, wanted: ReadonlySet<number>, wide: boolean) {
    this.#pattern = pattern;
    this.#wide = wide;
    this.#wanted = new Set(wanted);
    some(pattern.root, (node) => {
      if (node.kind === "reference") this.#wanted.add(node.index);
      return false;
    });
  }

  run(): Rewritten {
    const { root } = this.#pattern;
    const first = root.kind === "sequence" ? root.items[0] : root;
    const anchored = first?.kind === "at" && first.where === "start";
    const body = this.#term(root);
    return {
      source: anchored ? body : `^${body}`,
      flags: this.#wide ? "u" : "",
      captures: this.#captures,
    };
  }

  /** What can stand beside others. */
  #term(node: Node): string {
    switch (node.kind) {
      case "char":
        return this.#folded(this.#char(node.code), node.fold, [node.code]);
      case "any":
        return node.all ? "[^]" : "[^\\n]";
      case "set":
        return this.#set(node);
      case "at":
        return this.#at(node.where, node.ascii);
      case "sequence":
        return node.items.map((item) => this.#term(item)).join("");
      case "branch":
        return `(?:${this.#options(node.options)})`;
      case "repeat":
        return this.#repeat(node);
      case "group":
        return this.#group(node.index, node.body);
      case "atomic":
        return this.#atomic(() => this.#term(node.body));
      case "look":
        return this.#look(node.behind, node.negated, node.body);
      case "reference": {
        const number = this.#numbers.get(node.index);
        // To JavaScript a group that took no part is an empty text.
        if (number === undefined || !this.#sure.has(node.index)) {
          throw new Unspeakable();
        }
        return this.#folded(`(?:\\${number})`, node.fold, []);
      }
      case "conditional":
        throw new Unspeakable();
    }
  }

  #group(index: number, body: Node): string {
    if (!this.#wanted.has(index)) {
      return body.kind === "branch"
        ? this.#term(body)
        : `(?:${this.#term(body)})`;
    }
    this.#captures.push(index);
    this.#numbers.set(index, this.#captures.length);
    const inner = body.kind === "branch"
      ? this.#options(body.options)
      : this.#term(body);
    this.#sure.add(index);
    return `(${inner})`;
  }

  #options(options: readonly Node[]): string {
    const before = this.#sure;
    const ends: Set<number>[] = [];
    const texts = options.map((option) => {
      this.#sure = new Set(before);
      const text = this.#term(option);
      ends.push(this.#sure);
      return text;
    });
    this.#sure = ends.reduce((a, b) => a.intersection(b));
    return texts.join("|");
  }

  #repeat(node: Repeat): string {
    const { body, min, max, mode } = node;
    if (mode === "possessive") {
      // Python commits to each round for itself.
      if (min > 1 && width(body, this.#pattern.groups)[1] > 1) {
        throw new Unspeakable();
      }
      return this.#atomic(() => this.#repeat({ ...node, mode: "greedy" }));
    }
    const before = this.#sure;
    this.#sure = new Set(before);
    const text = this.#term(body);
    const after = this.#sure;
    if (max > 1) {
      // Each round forgets what the one before had captured; Python keeps it.
      const kept = some(
        body,
        (part) =>
          part.kind === "group" && this.#wanted.has(part.index) &&
          !after.has(part.index),
      );
      if (kept) throw new Unspeakable();
    }
    if (min === 0) this.#sure = before;
    const lazy = mode === "lazy";
    // A round that matches nothing counts in Python, and does not here.
    if (max > min && width(body, this.#pattern.groups)[0] === 0) {
      if (max === 1) return lazy ? `(?:|${text})` : `(?:${text}|)`;
      if (some(body, (part) => this.#minds(part))) throw new Unspeakable();
    }
    const single = body.kind === "any" || body.kind === "set" ||
      (body.kind === "char" && text.length === 1);
    const atom = single ? text : `(?:${text})`;
    return `${atom}${count(min, max)}${lazy ? "?" : ""}`;
  }

  /** Whether a part tells a round that matches nothing from none. */
  #minds(part: Node): boolean {
    return part.kind === "branch" || part.kind === "reference" ||
      (part.kind === "repeat" && part.mode === "lazy") ||
      (part.kind === "group" && this.#wanted.has(part.index));
  }

  /** A look ahead is never tried again: what it saw is then taken as it was. */
  #atomic(write: () => string): string {
    if (this.#behind) throw new Unspeakable();
    this.#captures.push(0);
    const number = this.#captures.length;
    return `(?:(?=(${write()}))\\${number})`;
  }

  #look(behind: boolean, negated: boolean, body: Node): string {
    const outer = this.#behind;
    const before = new Set(this.#sure);
    this.#behind ||= behind;
    const text = this.#term(body);
    this.#behind = outer;
    if (negated) this.#sure = before;
    const sign = `${behind ? "<" : ""}${negated ? "!" : "="}`;
    return `(?:(?${sign}${text}))`;
  }

  #at(where: "start" | "end" | "boundary" | "inside", ascii: boolean): string {
    if (where === "start") return "^";
    if (where === "end") return "$";
    const plain = !this.#wide || ascii;
    if (where === "boundary") {
      return plain
        ? "\\b"
        : `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
    }
    // To Python the empty text has no inside.
    return plain
      ? "(?:(?!^$)\\B)"
      : `(?:(?!^$)(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}])))`;
  }

  #set({ items, negated, fold }: CharSet): string {
    const codes: number[] = [];
    const complements: string[] = [];
    let text = "";
    for (const item of items) {
      if (item.kind === "span") {
        const { low, high } = item;
        codes.push(low, high);
        text += this.#span(low, high);
      } else if (!this.#wide) {
        text += `\\${item.negated ? item.name.toUpperCase() : item.name}`;
      } else if (item.negated) {
        complements.push(`[^${unicode(item)}]`);
      } else text += unicode(item);
    }
    if (complements.length === 0) {
      const single = !this.#wide && items.length === 1 &&
        items[0]?.kind === "category" && !negated;
      const whole = single ? text : `[${negated ? "^" : ""}${text}]`;
      return this.#folded(whole, fold && codes.length > 0, codes);
    }
    // A set within a set would need the flag v, which goes wrong with (?i:…).
    const any = this.#folded(
      [...text === "" ? [] : [`[${text}]`], ...complements].join("|"),
      fold && codes.length > 0,
      codes,
    );
    return negated ? `(?:(?!${any})[^])` : `(?:${any})`;
  }

  #span(low: number, high: number): string {
    if (!this.#wide && low > 0xffff) return "";
    const top = this.#wide ? high : Math.min(high, 0xffff);
    return low === top
      ? this.#char(low)
      : `${this.#char(low)}-${this.#char(top)}`;
  }

  #char(code: number): string {
    if (isPlain(code)) return String.fromCodePoint(code);
    const digits = code.toString(16);
    if (code < 0x100) return `\\x${digits.padStart(2, "0")}`;
    if (this.#wide) return `\\u{${digits}}`;
    // No narrow line has it.
    return code > 0xffff ? "[]" : `\\u${digits.padStart(4, "0")}`;
  }

  #folded(text: string, fold: boolean, codes: readonly number[]): string {
    if (!fold) return text;
    // Beyond ASCII there are letters whose other case is in it.
    if (!this.#wide && codes.some((code) => code > 0x7f)) {
      throw new Unspeakable();
    }
    return `(?i:${text})`;
  }
}

/** What a category stands for in all of Unicode, as the inside of a set. */
function unicode({ name, ascii }: Category): string {
  if (name === "d") return ascii ? "0-9" : "\\p{Nd}";
  if (name === "w") return ascii ? "0-9A-Za-z_" : WORD;
  return ascii ? "\\t-\\r\\x20" : SPACE;
}

/** Whether a character stands for itself everywhere: letters, digits, blanks. */
function isPlain(code: number): boolean {
  const letter = code | 0x20;
  return (letter >= 97 && letter <= 122) || (code >= 48 && code <= 57) ||
    code === 32 || code === 95;
}

function count(min: number, max: number): string {
  if (max === Infinity) {
    return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  }
  if (max === 1 && min === 0) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}
