/**
 * What a backslash and what follows it stand for.
 *
 * @module
 */

import type { Flags } from "./flags.ts";
import { charNode, type CharSet, type Node } from "./syntax.ts";
import { PatternError, type Tokens } from "./tokens.ts";

const CONTROLS: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  "\\": 92,
};

const LETTER = /^[a-zA-Z]$/;

const DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

const ASCII = categories(true);
const UNICODE = categories(false);

/** The sets of `\d` and the like, made once: they are in all expressions. */
function categories(ascii: boolean) {
  const set = (name: "d" | "w" | "s", negated: boolean): CharSet => ({
    kind: "set",
    items: [{ kind: "category", name, negated, ascii }],
    negated: false,
    fold: false,
  });
  return {
    d: set("d", false),
    D: set("d", true),
    w: set("w", false),
    W: set("w", true),
    s: set("s", false),
    S: set("s", true),
  };
}

/**
 * Reads an escape whose first two characters have been taken.
 *
 * @param tokens What follows them.
 * @param token The two.
 * @param at Where they stand.
 * @param flags The flags that hold there.
 * @param groups Who knows the groups so far; nobody within a set.
 * @throws {PatternError} Where Python would refuse it.
 */
export function readEscape(
  tokens: Tokens,
  token: string,
  at: number,
  flags: Flags,
  groups: { reference(index: number, at: number): number } | undefined,
): Node {
  const letter = token.slice(1);
  const bad = () => new PatternError(`bad escape ${token}`, at);
  const fold = flags.ignoreCase;
  const char = (code: number): Node => charNode(code, fold);
  const { ascii } = flags;
  switch (letter) {
    case "d":
    case "D":
    case "w":
    case "W":
    case "s":
    case "S":
      return (ascii ? ASCII : UNICODE)[letter];
    case "x":
    case "u":
    case "U": {
      const count = DIGITS[letter] as number;
      const digits = tokens.takeWhile(count, /^[0-9a-fA-F]$/);
      if (digits.length < count) {
        throw new PatternError(`incomplete escape ${token}${digits}`, at);
      }
      const code = parseInt(digits, 16);
      if (code > 0x10ffff) throw bad();
      return char(code);
    }
    case "N":
      throw new PatternError(
        "characters by name (\\N{…}) are not known here: write the character, or \\u and its number",
        at,
      );
  }
  if (groups !== undefined) {
    switch (letter) {
      case "A":
        return { kind: "at", where: "start", ascii };
      case "Z":
        return { kind: "at", where: "end", ascii };
      case "b":
        return { kind: "at", where: "boundary", ascii };
      case "B":
        return { kind: "at", where: "inside", ascii };
    }
  }
  const control = CONTROLS[letter];
  if (control !== undefined) return char(control);
  if (letter >= "0" && letter <= "9") {
    return digits(tokens, letter, at, fold, groups);
  }
  if (LETTER.test(letter)) throw bad();
  return char(letter.codePointAt(0) as number);
}

/** Octal numbers, and references to groups. */
function digits(
  tokens: Tokens,
  first: string,
  at: number,
  fold: boolean,
  groups: { reference(index: number, at: number): number } | undefined,
): Node {
  const octal = (text: string): Node => {
    const code = parseInt(text, 8);
    if (code > 0o377) {
      throw new PatternError(
        `octal escape value \\${text} outside of range 0-0o377`,
        at,
      );
    }
    return charNode(code, fold);
  };
  if (groups === undefined) {
    if (first > "7") throw new PatternError(`bad escape \\${first}`, at);
    return octal(first + tokens.takeWhile(2, /^[0-7]$/));
  }
  if (first === "0") return octal(first + tokens.takeWhile(2, /^[0-7]$/));
  const second = tokens.takeWhile(1, /^[0-9]$/);
  const both = first + second;
  if (/^[0-7]{2}$/.test(both) && /^[0-7]$/.test(tokens.next)) {
    return octal(both + tokens.take());
  }
  const index = groups.reference(Number(both), at);
  return { kind: "reference", index, fold };
}
