/**
 * JavaScript for numbers of 32 bits without sign, which are small most often:
 * then they need no care.
 *
 * @module
 */

import type { Comparison } from "./condition.ts";
import type { Sign } from "./syntax.ts";

/** JavaScript for a number: `js` gives it as an int32 if `most` needs 32 bits. */
export interface Code {
  /** The expression, in parentheses if need be. */
  readonly js: string;
  /** What it can come to at most. */
  readonly most: number;
}

/** The most that 32 bits hold. */
export const MOST = 0xffffffff;
/** The most that an int32 holds. */
export const SMALL = 0x7fffffff;

/** A comparison, or its opposite. */
export type Sense = Comparison | "!=" | "<=" | "<" | "!&";

/** The opposite of each comparison. */
export const DENIED: Readonly<Record<Comparison, Sense>> = {
  "=": "!=",
  ">": "<=",
  ">=": "<",
  "&": "!&",
};

/**
 * Writes what two numbers come to.
 *
 * @param a The first.
 * @param sign What to do with them.
 * @param b The second; not 0 if it is to divide by.
 * @param constant The second, if it is known.
 * @returns The code.
 *
 * @example
 * ```ts
 * import { arithmeticCode } from "./emit_number.ts";
 * import assert from "node:assert/strict";
 *
 * const octet = { js: "v0", most: 255 };
 * assert.deepEqual(arithmeticCode(octet, "<<", { js: "2", most: 2 }, 2), {
 *   js: "(v0<<2)",
 *   most: 1020,
 * });
 * ```
 */
export function arithmeticCode(
  a: Code,
  sign: Sign,
  b: Code,
  constant: number | undefined,
): Code {
  const small = a.most <= SMALL && b.most <= SMALL;
  if ((sign === "<<" || sign === ">>") && constant! > 31) {
    return { js: "0", most: 0 };
  }
  switch (sign) {
    case "+": {
      const most = a.most + b.most;
      if (most <= SMALL) return { js: `(${a.js}+${b.js})`, most };
      return { js: `(${a.js}+${b.js}|0)`, most: MOST };
    }
    case "-":
      return { js: `(${a.js}-${b.js}|0)`, most: MOST };
    case "*": {
      const most = a.most * b.most;
      if (most <= SMALL) return { js: `(${a.js}*${b.js})`, most };
      return { js: `Math.imul(${a.js},${b.js})`, most: MOST };
    }
    case "/":
    case "%":
      return {
        js: `(${unsigned(a)}${sign}${unsigned(b)}|0)`,
        most: sign === "/" || small ? a.most : MOST,
      };
    case "&":
      return { js: `(${a.js}&${b.js})`, most: Math.min(a.most, b.most) };
    case "|":
    case "^":
      return {
        js: `(${a.js}${sign}${b.js})`,
        most: small ? 2 ** (32 - Math.clz32(a.most | b.most)) - 1 : MOST,
      };
    case "<<": {
      if (constant === undefined) {
        return { js: shift(`${a.js}<<${b.js}`, b), most: MOST };
      }
      const most = Math.min(MOST, a.most * 2 ** constant);
      return { js: `(${a.js}<<${constant})`, most };
    }
    case ">>":
      if (constant === undefined || constant === 0) {
        return { js: shift(`${a.js}>>>${b.js}|0`, b), most: a.most };
      }
      return {
        js: `(${a.js}>>>${constant})`,
        most: Math.floor(a.most / 2 ** constant),
      };
  }
}

/**
 * Writes a comparison.
 *
 * @param a A number.
 * @param sign How to compare.
 * @param b With what.
 * @returns JavaScript that gives a boolean.
 *
 * @example
 * ```ts
 * import { comparisonCode } from "./emit_number.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(comparisonCode({ js: "v0", most: 255 }, "=", { js: "6", most: 6 }), "v0===6");
 * ```
 */
export function comparisonCode(a: Code, sign: Sense, b: Code): string {
  switch (sign) {
    case "=":
      return `${a.js}===${b.js}`;
    case "!=":
      return `${a.js}!==${b.js}`;
    case "&":
      return `(${a.js}&${b.js})!==0`;
    case "!&":
      return `(${a.js}&${b.js})===0`;
    default:
      return `${unsigned(a)}${sign}${unsigned(b)}`;
  }
}

/** A shift by more than 31 leaves nothing. */
function shift(js: string, by: Code): string {
  return `(${unsigned(by)}<32?${js}:0)`;
}

function unsigned({ js, most }: Code): string {
  return most <= SMALL ? js : `(${js}>>>0)`;
}
