/**
 * The flags in a regular expression: `(?i)`, `(?i:…)`, `(?-i:…)`.
 *
 * @module
 */

import { PatternError, type Tokens } from "./tokens.ts";

/** The flags that hold at some place. */
export interface Flags {
  readonly ignoreCase: boolean;
  readonly ascii: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
}

/** The flags from which an expression starts. */
export const Flags: { readonly none: Flags } = {
  none: { ignoreCase: false, ascii: false, dotAll: false, verbose: false },
};

/**
 * Each flag and what it changes. `m` changes nothing where there is one line,
 * `t` never did.
 */
const LETTERS: Readonly<Record<string, Partial<Flags>>> = {
  i: { ignoreCase: true },
  a: { ascii: true },
  u: { ascii: false },
  s: { dotAll: true },
  x: { verbose: true },
  m: {},
  t: {},
  L: {},
};

const OFF: Readonly<Record<string, Partial<Flags>>> = {
  i: { ignoreCase: false },
  s: { dotAll: false },
  x: { verbose: false },
  m: {},
};

/** Reads flags from the first on: to `)`, for the whole, or to `:`. */
export function readFlags(
  tokens: Tokens,
  first: string,
  at: number,
  outer: Flags,
): { readonly flags: Flags; readonly global: boolean } {
  let flags = outer;
  const on = new Set<string>();
  let token = first;
  if (!(token in LETTERS) && token !== "-") {
    throw new PatternError(`unknown extension ?${token}`, at);
  }
  for (; token in LETTERS; token = tokens.take()) {
    if (token === "L") {
      throw new PatternError(
        "bad inline flags: cannot use 'L' flag with a str pattern",
        at,
      );
    }
    on.add(token);
    flags = { ...flags, ...LETTERS[token] };
  }
  if (on.has("a") && on.has("u")) {
    throw new PatternError(
      "bad inline flags: flags 'a', 'u' and 'L' are incompatible",
      at,
    );
  }
  if (token === ")") return { flags, global: true };
  if (on.has("t")) {
    throw new PatternError(
      "bad inline flags: cannot turn on global flag",
      at,
    );
  }
  if (token === "-") {
    let off = 0;
    for (token = tokens.take(); token in OFF; token = tokens.take(), off++) {
      if (on.has(token)) {
        throw new PatternError(
          "bad inline flags: flag turned on and off",
          at,
        );
      }
      flags = { ...flags, ...OFF[token] };
    }
    if (off === 0 && token === ":") {
      throw new PatternError("missing flag", at);
    }
  }
  if (token !== ":") {
    throw new PatternError(`unknown flag '${token}'`, at);
  }
  return { flags, global: false };
}
