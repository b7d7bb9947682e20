/**
 * Sets of characters: what stands in square brackets.
 *
 * @module
 */

import { readEscape } from "./escapes.ts";
import type { Flags } from "./flags.ts";
import type { CharSet, Span } from "./syntax.ts";
import { PatternError, type Tokens } from "./tokens.ts";

/**
 * Reads a set whose bracket has been taken.
 *
 * @param tokens What follows it.
 * @param flags The flags that hold there.
 * @param at Where the bracket stands.
 * @throws {PatternError} Where Python would refuse it.
 */
export function readSet(tokens: Tokens, flags: Flags, at: number): CharSet {
  const negated = tokens.match("^");
  const items: (CharSet["items"][number])[] = [];
  const unterminated = () => new PatternError("unterminated character set", at);
  const one = (token: string, at: number): CharSet["items"][number] => {
    if (token.length < 2 || !token.startsWith("\\")) return span(token);
    const node = readEscape(tokens, token, at, flags, undefined);
    if (node.kind === "set") return node.items[0] as Span;
    if (node.kind !== "char") throw new PatternError("bad escape", at);
    return { kind: "span", low: node.code, high: node.code };
  };
  for (let start = true;; start = false) {
    const here = tokens.at;
    const token = tokens.take();
    if (token === "") throw unterminated();
    if (token === "]" && !start) break;
    const from = one(token, here);
    if (!tokens.match("-")) {
      items.push(from);
      continue;
    }
    const there = tokens.at;
    const last = tokens.take();
    if (last === "") throw unterminated();
    if (last === "]") {
      items.push(from, span("-"));
      break;
    }
    const to = one(last, there);
    if (
      from.kind !== "span" || to.kind !== "span" || to.low < from.low
    ) {
      throw new PatternError(`bad character range ${token}-${last}`, here);
    }
    items.push({ kind: "span", low: from.low, high: to.low });
  }
  return { kind: "set", items, negated, fold: flags.ignoreCase };
}

function span(token: string): Span {
  const code = token.codePointAt(0) as number;
  return { kind: "span", low: code, high: code };
}
