/**
 * What `define` has a name stand for: text, in which other names are replaced.
 *
 * @module
 */

import { mismatch } from "./ruleset_error.ts";
import type { Scope } from "./scope.ts";
import { endOfContinuation } from "./spans.ts";
import { CLOSE_BRACE, INNER, is, OPEN_BRACE, SEMICOLON } from "./tokens.ts";

/** The most text that a name stands for, in UTF-16 units. */
const MOST = 2 ** 20;

/** What was found: where it begins and ends, and what is wrong with it. */
export interface Definition {
  readonly value: string;
  readonly start: number;
  readonly end: number;
  readonly fault?: string;
}

/**
 * Reads a definition, to the end of its statement.
 *
 * @param text The script.
 * @param start Where the value begins.
 * @param scope What other names stand for.
 */
export function readDefinition(
  text: string,
  start: number,
  scope: Scope,
): Definition {
  let value = "";
  let from = start;
  let depth = 0;
  let pos = start;
  scan: for (; pos < text.length; pos++) {
    switch (text.charCodeAt(pos)) {
      case 10:
      case SEMICOLON:
        if (depth === 0) break scan;
        break;
      case OPEN_BRACE:
        depth++;
        break;
      case CLOSE_BRACE:
        if (--depth < 0) break scan;
        break;
      case 92: {
        const after = endOfContinuation(text, pos);
        if (after === 0) break;
        value += text.slice(from, pos);
        from = after;
        pos = after - 1;
        break;
      }
      case 34: {
        const end = text.indexOf('"', pos + 1);
        if (end > 0) pos = end;
        break;
      }
      case 35: {
        value += text.slice(from, pos);
        const end = text.indexOf("\n", pos);
        from = end < 0 ? text.length : end;
        pos = from - 1;
        break;
      }
      case 36: {
        let end = pos + 1;
        while (is(text.charCodeAt(end), INNER)) end++;
        const name = text.slice(pos + 1, end);
        const known = scope.get(name);
        if (known === undefined) {
          const fault = mismatch(
            "a variable that is defined",
            name,
            scope.names(),
          );
          return { value, start: pos, end, fault };
        }
        value += text.slice(from, pos) + known;
        if (value.length > MOST) {
          const fault = "what this variable stands for is too long";
          return { value, start: pos, end, fault };
        }
        from = end;
        pos = end - 1;
        break;
      }
    }
  }
  value = (value + text.slice(from, pos)).trim();
  if (value !== "") return { value, start, end: pos };
  const fault = "a variable must stand for something";
  return { value, start, end: pos, fault };
}
