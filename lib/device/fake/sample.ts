/**
 * A text that a regular expression matches: what a device says, out of how a
 * platform recognizes it.
 *
 * @module
 */

/** What stops long outputs, as devices write it. */
const MORE: readonly string[] = [
  " --More-- ",
  "--More--",
  "---- More ----",
  "<--- More --->",
  "---(more)---",
  "-- MORE --, next page: Space, next line: Enter, quit: q",
  "Press any key to continue (Q to quit)",
  "Press <SPACE> to continue or <Q> to quit:",
  "-- [Q quit|D dump|down]",
  "lines 1-23",
  ":",
];

/**
 * Finds what a device writes where a page ends.
 *
 * @param pattern What the platform knows it by.
 */
export function moreText(pattern: string): string {
  const expression = new RegExp(pattern);
  return MORE.find((text) => expression.test(text)) ?? sample(pattern);
}

/**
 * Makes the plainest text that an expression matches: the first of each choice,
 * once what may be there, nothing of what may be there many times.
 *
 * @param pattern The expression's source.
 * @returns The text; it matches for expressions without tricks.
 */
export function sample(pattern: string): string {
  const [text] = choice(pattern, 0);
  return text;
}

/** Reads up to the end of a group; gives the first of its alternatives. */
function choice(source: string, from: number): [text: string, next: number] {
  let at = from;
  let text = "";
  let first: string | undefined;
  while (at < source.length && source[at] !== ")") {
    if (source[at] === "|") {
      first ??= text;
      text = "";
      at++;
      continue;
    }
    const [piece, next] = atom(source, at);
    const [count, after] = quantity(source, next);
    text += piece.repeat(count);
    at = after;
  }
  return [first ?? text, at];
}

function atom(source: string, at: number): [text: string, next: number] {
  const char = source[at]!;
  switch (char) {
    case "^":
    case "$":
      return ["", at + 1];
    case ".":
      return [".", at + 1];
    case "\\":
      return [escaped(source[at + 1] ?? ""), at + 2];
    case "[": {
      const end = source.indexOf("]", source[at + 1] === "]" ? at + 2 : at + 1);
      const inside = source.slice(at + 1, end);
      const one = inside.startsWith("^")
        ? "x"
        : inside.startsWith("\\")
        ? escaped(inside[1] ?? "")
        : inside[0] ?? "";
      return [one, end + 1];
    }
    case "(": {
      const head = /^\((?:\?(?:[:=!]|<[=!]|<\w+>))?/.exec(source.slice(at))![0];
      const [text, end] = choice(source, at + head.length);
      return [/[=!]$/.test(head) ? "" : text, end + 1];
    }
    default:
      return [char, at + 1];
  }
}

function escaped(char: string): string {
  const sort: Record<string, string> = {
    d: "0",
    w: "x",
    s: " ",
    S: "x",
    n: "\n",
    r: "\r",
    t: "\t",
    b: "",
    B: "",
  };
  return sort[char] ?? char;
}

function quantity(source: string, at: number): [count: number, next: number] {
  const found = /^(?:([?*+])|\{(\d+)(?:,\d*)?\})\??/.exec(source.slice(at));
  if (found === null) return [1, at];
  const [all, sign, least] = found;
  const count = least !== undefined ? Number(least) : sign === "*" ? 0 : 1;
  return [count, at + all.length];
}
