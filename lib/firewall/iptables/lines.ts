/**
 * Text of iptables as lines of words: what `iptables-save` prints, and
 * commands as they are typed at a shell.
 *
 * @module
 */

import { Refused } from "./refusal.ts";

/** A word, and where it stands. */
export interface Word {
  readonly text: string;
  /** UTF-16 units from the start of the whole text. */
  readonly offset: number;
  /** Had quotes: so it is no option, and no `!`. */
  readonly quoted: boolean;
}

/** A line that says something. */
export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly offset: number;
  /** Without what is around it. */
  readonly text: string;
  /** As at a shell, and not as in a file for iptables-restore. */
  readonly shell: boolean;
}

/**
 * Cuts text into lines; one that ends with a backslash goes on in the next.
 *
 * @param text The text.
 * @returns Its lines, without empty ones.
 */
export function* linesOf(text: string): Generator<Line> {
  let number = 0;
  for (let at = 0; at < text.length;) {
    const from = at;
    const first = number + 1;
    let end: number;
    do {
      const newline = text.indexOf("\n", at);
      end = newline < 0 ? text.length : newline;
      at = end + 1;
      number++;
    } while (text[end - 1] === "\\" && at <= text.length);
    const raw = text.slice(from, end);
    const trimmed = raw.trim();
    if (trimmed === "") continue;
    yield {
      number: first,
      offset: from + raw.indexOf(trimmed),
      text: trimmed,
      shell: /^[\w./$(]/.test(trimmed),
    };
  }
}

const isSpace = (char: string | undefined) =>
  char === " " || char === "\t" || char === "\r" || char === "\n";

/**
 * Cuts a line into words.
 *
 * @param line The line.
 * @returns Its words, without quotes.
 * @throws {Refused} If a quote is not closed, or if it needs a shell.
 */
export function wordsOf({ text, offset, shell }: Line): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(text[at]) || text[at] === "\\" && text[at + 1] === "\n") {
      at++;
    }
    if (at >= text.length || shell && text[at] === "#") return words;
    const start = at;
    let word = "";
    let quoted = false;
    while (at < text.length && !isSpace(text[at])) {
      const char = text[at]!;
      if (char === '"' || shell && char === "'") {
        quoted = true;
        const quote = at;
        at++;
        while (at < text.length && text[at] !== char) {
          if (text[at] === "\\" && char === '"' && at + 1 < text.length) at++;
          refuseExpansion(text, at, shell && char === '"', offset);
          word += text[at++];
        }
        if (at >= text.length) {
          throw new Refused("a quote is not closed", offset + quote);
        }
        at++;
        continue;
      }
      if (shell && char === "\\") {
        at++;
        if (text[at] !== "\n") word += text[at] ?? "";
        at++;
        continue;
      }
      refuseExpansion(text, at, shell, offset);
      if (shell && ";|&<>()".includes(char)) {
        throw new Refused(
          `${JSON.stringify(char)} is for a shell: give one command a line`,
          offset + at,
        );
      }
      word += char;
      at++;
    }
    words.push({ text: word, offset: offset + start, quoted });
  }
}

function refuseExpansion(
  text: string,
  at: number,
  shell: boolean,
  offset: number,
): void {
  if (!shell || text[at] !== "$" && text[at] !== "`") return;
  if (text[at - 1] === "\\") return;
  throw new Refused(
    "a shell would put something in here: give what it stands for",
    offset + at,
  );
}
