/**
 * Reading regular expressions as Python 3.11 does, with its refusals.
 *
 * @module
 */

import { readEscape } from "./escapes.ts";
import { Flags, readFlags } from "./flags.ts";
import { readSet } from "./sets.ts";
import { PatternError, Tokens } from "./tokens.ts";
import {
  charNode,
  EMPTY,
  type Group,
  type Node,
  type Pattern,
  width,
} from "./syntax.ts";

/** Python's own limit on its stack comes at about this depth. */
const MOST_DEPTH = 300;

/**
 * Reads a regular expression of Python's `re` (for text, not for octets).
 *
 * @param text The regular expression.
 * @returns The tree.
 * @throws {PatternError} Where Python would refuse it, and for characters by
 * name (`\N{…}`), whose names are not carried here.
 * @see https://docs.python.org/3.11/library/re.html
 *
 * @example
 * ```ts
 * import { readPattern } from "./read.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...readPattern("(?P<name>a++)b").names], [["name", 1]]);
 * assert.throws(() => readPattern("a**"), /multiple repeat/);
 * ```
 */
export function readPattern(text: string): Pattern {
  return new PatternReader(text).run();
}

/** The places in which Python does not let a repeat follow. */
const UNREPEATABLE = new Set(["at"]);

class PatternReader {
  readonly #tokens: Tokens;
  readonly #groups: (Group | undefined)[] = [undefined];
  readonly #names = new Map<string, number>();
  /** How many groups there were where the outermost lookbehind began. */
  #behind: number | undefined;
  #flags = Flags.none;
  /** Conditions on groups by number, which may come later. */
  readonly #conditions: { index: number; at: number }[] = [];

  constructor(text: string) {
    this.#tokens = new Tokens(text);
  }

  run(): Pattern {
    const tokens = this.#tokens;
    const root = this.#alternatives(undefined, 0);
    if (tokens.next !== "") throw tokens.error("unbalanced parenthesis");
    for (const { index, at } of this.#conditions) {
      if (index >= this.#groups.length) {
        throw new PatternError(`invalid group reference ${index}`, at);
      }
    }
    return { root, groups: this.#groups, names: this.#names };
  }

  /** `a|b|c`; without flags of its own it has those of the whole. */
  #alternatives(flags: Flags | undefined, depth: number): Node {
    const tokens = this.#tokens;
    if (depth > MOST_DEPTH) throw tokens.error("nested too deeply");
    const options: Node[] = [];
    do {
      options.push(this.#sequence(flags, depth, options.length === 0));
    } while (tokens.match("|"));
    return options.length === 1
      ? options[0] as Node
      : { kind: "branch", options };
  }

  #sequence(own: Flags | undefined, depth: number, first: boolean): Node {
    const tokens = this.#tokens;
    const items: Node[] = [];
    for (;;) {
      const token = tokens.next;
      if (token === "" || token === "|" || token === ")") break;
      const flags = own ?? this.#flags;
      const at = tokens.at;
      tokens.advance();
      if (flags.verbose) {
        if (/^[ \t\n\r\v\f]$/.test(token)) continue;
        if (token === "#") {
          tokens.skipLine();
          continue;
        }
      }
      switch (token) {
        case ".":
          items.push({ kind: "any", all: flags.dotAll });
          break;
        case "^":
          items.push({ kind: "at", where: "start", ascii: flags.ascii });
          break;
        case "$":
          items.push({ kind: "at", where: "end", ascii: flags.ascii });
          break;
        case "[":
          items.push(readSet(tokens, flags, at));
          break;
        case "(": {
          const mayBeGlobal = own === undefined && depth === 0 && first &&
            items.length === 0;
          const item = this.#group(flags, depth, at, mayBeGlobal);
          if (item !== undefined) items.push(item);
          break;
        }
        case "*":
        case "+":
        case "?":
        case "{": {
          const counts = this.#counts(token);
          if (counts === undefined) items.push(literal("{", flags));
          else this.#repeat(items, counts, at);
          break;
        }
        default:
          items.push(
            token.startsWith("\\") && token.length > 1
              ? readEscape(tokens, token, at, flags, this)
              : literal(token, flags),
          );
      }
    }
    return items.length === 1
      ? items[0] as Node
      : items.length === 0
      ? EMPTY
      : { kind: "sequence", items };
  }

  /** The number of a group that may be referred to here. */
  reference(index: number, at: number): number {
    if (index >= this.#groups.length) {
      throw new PatternError(`invalid group reference ${index}`, at);
    }
    if (this.#groups[index] === undefined) {
      throw new PatternError("cannot refer to an open group", at);
    }
    this.#checkBehind(index, at);
    return index;
  }

  #checkBehind(index: number, at: number): void {
    if (this.#behind === undefined) return;
    if (this.#groups[index] === undefined) {
      throw new PatternError("cannot refer to an open group", at);
    }
    if (index >= this.#behind) {
      throw new PatternError(
        "cannot refer to group defined in the same lookbehind subpattern",
        at,
      );
    }
  }

  #counts(token: string): [min: number, max: number] | undefined {
    if (token === "?") return [0, 1];
    if (token === "*") return [0, Infinity];
    if (token === "+") return [1, Infinity];
    const tokens = this.#tokens;
    const found = /^(?!\})(\d*)(?:(,)(\d*))?\}/.exec(tokens.rest());
    if (found === null) return undefined;
    const [whole, low = "", comma, high = ""] = found;
    const at = tokens.at;
    tokens.skip(whole.length);
    const top = comma === undefined ? low : high;
    const min = low === "" ? 0 : Number(low);
    const max = top === "" ? Infinity : Number(top);
    if (min >= 0xffff_ffff || (max >= 0xffff_ffff && max !== Infinity)) {
      throw new PatternError("the repetition number is too large", at);
    }
    if (max < min) {
      throw new PatternError("min repeat greater than max repeat", at);
    }
    return [min, max];
  }

  #repeat(
    items: Node[],
    [min, max]: readonly [number, number],
    at: number,
  ): void {
    const item = items.at(-1);
    if (item === undefined || UNREPEATABLE.has(item.kind)) {
      throw new PatternError("nothing to repeat", at);
    }
    if (item.kind === "repeat") throw new PatternError("multiple repeat", at);
    const body = item.kind === "sequence" && item.items.length === 1
      ? item.items[0] as Node
      : item;
    const mode = this.#tokens.match("?")
      ? "lazy"
      : this.#tokens.match("+")
      ? "possessive"
      : "greedy";
    items[items.length - 1] = { kind: "repeat", body, min, max, mode };
  }

  /** What follows `(`; nothing for comments and flags for the whole. */
  #group(
    flags: Flags,
    depth: number,
    at: number,
    mayBeGlobal: boolean,
  ): Node | undefined {
    const tokens = this.#tokens;
    if (!tokens.match("?")) return this.#capture(undefined, flags, depth, at);
    const here = tokens.at;
    const kind = tokens.take();
    switch (kind) {
      case "":
        throw tokens.error("unexpected end of pattern");
      case "P":
        if (tokens.match("<")) {
          const place = tokens.at;
          const name = checkName(tokens.until(">", "group name"), place);
          return this.#capture(name, flags, depth, at);
        }
        if (tokens.match("=")) {
          const place = tokens.at;
          const name = checkName(tokens.until(")", "group name"), place);
          const index = this.reference(this.#named(name, place), place);
          return { kind: "reference", index, fold: flags.ignoreCase };
        }
        throw new PatternError(`unknown extension ?P${tokens.next}`, here);
      case ":":
        return this.#wrapped(this.#alternatives(flags, depth + 1), at);
      case "#":
        tokens.comment(at);
        return undefined;
      case "=":
      case "!":
        return this.#look(false, kind === "!", flags, depth, at);
      case "<": {
        const sign = tokens.take();
        if (sign !== "=" && sign !== "!") {
          throw new PatternError(`unknown extension ?<${sign}`, here);
        }
        return this.#look(true, sign === "!", flags, depth, at);
      }
      case "(":
        return this.#conditional(flags, depth, at);
      case ">": {
        const body = this.#alternatives(flags, depth + 1);
        this.#close(at);
        return { kind: "atomic", body };
      }
      default: {
        const scoped = readFlags(tokens, kind, here, flags);
        if (scoped.global) {
          if (!mayBeGlobal) {
            throw new PatternError(
              "global flags not at the start of the expression: write (?i:…)",
              at,
            );
          }
          this.#flags = scoped.flags;
          return undefined;
        }
        return this.#wrapped(this.#alternatives(scoped.flags, depth + 1), at);
      }
    }
  }

  /** What was in brackets that remember nothing, kept apart for repeats. */
  #wrapped(body: Node, at: number): Node {
    this.#close(at);
    return body.kind === "repeat" || body.kind === "at"
      ? { kind: "sequence", items: [body] }
      : body;
  }

  #close(at: number): void {
    if (!this.#tokens.match(")")) {
      throw new PatternError("missing ), unterminated subpattern", at);
    }
  }

  #capture(
    name: string | undefined,
    flags: Flags,
    depth: number,
    at: number,
  ): Node {
    const index = this.#groups.length;
    this.#groups.push(undefined);
    if (name !== undefined) {
      if (this.#names.has(name)) {
        throw new PatternError(`redefinition of group name '${name}'`, at);
      }
      this.#names.set(name, index);
    }
    const body = this.#alternatives(flags, depth + 1);
    this.#close(at);
    return this.#groups[index] = { kind: "group", index, body };
  }

  #look(
    behind: boolean,
    negated: boolean,
    flags: Flags,
    depth: number,
    at: number,
  ): Node {
    const outer = this.#behind;
    if (behind) this.#behind ??= this.#groups.length;
    const body = this.#alternatives(flags, depth + 1);
    this.#behind = outer;
    this.#close(at);
    if (behind) {
      const [min, max] = width(body, this.#groups);
      if (min !== max) {
        throw new PatternError("look-behind requires fixed-width pattern", at);
      }
    }
    return { kind: "look", behind, negated, body };
  }

  #conditional(flags: Flags, depth: number, at: number): Node {
    const tokens = this.#tokens;
    const here = tokens.at;
    const name = tokens.until(")", "group name");
    let index: number;
    if (IDENTIFIER.test(name)) {
      index = this.#named(name, here);
    } else {
      if (!/^\d+$/.test(name)) {
        throw new PatternError(`bad character in group name '${name}'`, here);
      }
      index = Number(name);
      if (index === 0) throw new PatternError("bad group number", here);
      this.#conditions.push({ index, at: here });
    }
    this.#checkBehind(index, here);
    const yes = this.#sequence(flags, depth + 1, false);
    const no = tokens.match("|")
      ? this.#sequence(flags, depth + 1, false)
      : EMPTY;
    if (tokens.next === "|") {
      throw tokens.error("conditional backref with more than two branches");
    }
    this.#close(at);
    return { kind: "conditional", index, yes, no };
  }

  #named(name: string, at: number): number {
    const index = this.#names.get(name);
    if (index === undefined) {
      throw new PatternError(`unknown group name '${name}'`, at);
    }
    return index;
  }
}

/** What Python calls an identifier. */
const IDENTIFIER = /^[\p{XIDS}_]\p{XIDC}*$/u;

function checkName(name: string, at: number): string {
  if (IDENTIFIER.test(name)) return name;
  throw new PatternError(`bad character in group name '${name}'`, at);
}

function literal(token: string, flags: Flags): Node {
  return charNode(token.codePointAt(0) as number, flags.ignoreCase);
}
