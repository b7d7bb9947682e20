/**
 * Which parts of an entry get which look. Pure: text in, spans out.
 *
 * @module
 */

import type { Span, SpanRole } from "./editor/language.ts";
import { lex, type Token, type TokenKind } from "./lex.ts";

/** Above this many UTF-16 units an entry stays plain, so that typing is quick. */
const LIMIT = 100_000;

const ROLES: Readonly<Partial<Record<TokenKind, SpanRole>>> = {
  command: "command",
  comment: "comment",
  decorator: "keyword",
  keyword: "keyword",
  literal: "number",
  number: "number",
  regex: "string",
  string: "string",
  template: "string",
};

const OPENS = "([{";
const CLOSES = ")]}";

/**
 * Finds the looks of an entry.
 *
 * @param text The entry, finished or not.
 * @param cursor Where the cursor is; the bracket at it, or else before it, and
 * the bracket's partner are spans of role `"match"` at the end of the list.
 */
export function highlight(text: string, cursor?: number): Span[] {
  if (text.length > LIMIT) return [];
  const { tokens } = lex(text);
  const spans: Span[] = [];
  for (const { kind, start, end } of tokens) {
    const role = ROLES[kind];
    if (role !== undefined) spans.push({ start, end, role });
  }
  if (cursor !== undefined) spans.push(...matches(text, tokens, cursor));
  return spans;
}

interface Bracket {
  readonly start: number;
  readonly end: number;
  readonly opens: boolean;
}

function matches(
  text: string,
  tokens: readonly Token[],
  cursor: number,
): Span[] {
  const pairs = pairBrackets(text, tokens);
  const pair = pairs.find((pair) => pair.some((b) => b.start === cursor)) ??
    pairs.find((pair) => pair.some((b) => b.end === cursor));
  return (pair ?? []).map(({ start, end }) => ({ start, end, role: "match" }));
}

function pairBrackets(
  text: string,
  tokens: readonly Token[],
): [Bracket, Bracket][] {
  const pairs: [Bracket, Bracket][] = [];
  const open: Bracket[] = [];
  for (const token of tokens) {
    for (const bracket of bracketsOf(text, token)) {
      if (bracket.opens) {
        open.push(bracket);
        continue;
      }
      const partner = open.at(-1);
      if (partner === undefined) continue;
      // `${` ends in the bracket that its `}` closes.
      const opener = OPENS.indexOf(text[partner.end - 1]!);
      if (opener !== CLOSES.indexOf(text[bracket.start]!)) continue;
      pairs.push([open.pop()!, bracket]);
    }
  }
  return pairs;
}

/** A piece of a template may close one bracket and open another. */
function bracketsOf(text: string, { kind, start, end }: Token): Bracket[] {
  if (kind === "punctuator" && end === start + 1) {
    if (OPENS.includes(text[start]!)) return [{ start, end, opens: true }];
    if (CLOSES.includes(text[start]!)) return [{ start, end, opens: false }];
  }
  if (kind !== "template") return [];
  const brackets: Bracket[] = [];
  if (text[start] === "}") {
    brackets.push({ start, end: start + 1, opens: false });
  }
  if (text.startsWith("${", end - 2) && end - 2 > start) {
    brackets.push({ start: end - 2, end, opens: true });
  }
  return brackets;
}
