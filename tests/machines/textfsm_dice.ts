/**
 * Templates and texts by chance, for the tests of TextFSM.
 *
 * @module
 */

/** Numbers by chance, the same from the same seed (mulberry32). */
export interface Dice {
  /** A natural number below another. */
  below(limit: number): number;
  /** One of a list. */
  pick<T>(from: readonly T[]): T;
  /** A text with a piece taken out, doubled or replaced. */
  garble(text: string): string;
}

/** Makes dice. */
export function dice(seed: number): Dice {
  let state = seed | 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * limit);
  };
  const pick = <T>(from: readonly T[]) => from[below(from.length)] as T;
  const garble = (text: string) => {
    const at = below(text.length + 1);
    const end = Math.min(text.length, at + below(12));
    const piece = text.slice(at, end);
    const put = pick(["", piece + piece, "é", "(", "$", "\n\n", "\\", "\x1c"]);
    return text.slice(0, at) + put + text.slice(end);
  };
  return { below, pick, garble };
}

const LEAVES = ["a", "b", "c", " ", "1", "_", "é", "A", "a", "b"];
const SETS =
  "\\d \\w \\s \\S \\D \\W . [ab] [^a] [a-c1] [\\w-] [^\\s] []a] [\\D] [^\\W] [A-b] [b-a] [a-\\d] [é-ü]"
    .split(" ");
const PLACES = ["^", "$", "\\b", "\\B", "\\A", "\\Z"];
const ODD =
  "\\1 \\2 (?P=n1) \\x61 \\141 \\u00e9 \\q { } ] {2} \\. 😀 \\n \\x (?#c) (?i) ( ) * [a (?P< (?<a>b) \\"
    .split(" ");
const FLAGS = ["i", "-i", "a", "s", "x", "ai", "u", "i-s", "ii", "-", "z"];
const REPEATS =
  "* + ? {2} {1,2} {,2} {1,} {2,1} *? +? ?? {1,2}? *+ ++ ?+ {0} {,}".split(" ");

/** Makes a regular expression of Python's, now and then a wrong one. */
export function randomPattern(throwDice: Dice, mistakes: number): string {
  const { below, pick } = throwDice;
  let names = 0;
  const atom = (depth: number): string => {
    if (below(100) < mistakes) return pick(ODD);
    const kind = below(depth > 0 ? 28 : 16);
    if (kind < 10) return pick(LEAVES);
    if (kind < 14) return pick(SETS);
    if (kind < 16) return pick(PLACES);
    const inner = options(depth - 1);
    if (kind < 19) return `(${inner})`;
    if (kind < 21) return `(?P<n${++names}>${inner})`;
    if (kind < 23) return `(?:${inner})`;
    if (kind < 24) return `(?${pick(["=", "!", "<=", "<!"])}${inner})`;
    if (kind < 25) return `(?>${inner})`;
    if (kind < 26) return `(?(${1 + below(2)})${inner})`;
    return `(?${pick(FLAGS)}:${inner})`;
  };
  const piece = (depth: number): string => {
    const one = atom(depth);
    const repeat = below(5) < 2 ? pick(REPEATS) : "";
    // Python 3.11 goes wrong with such repeats of groups.
    const possessive = repeat.length > 1 && repeat.endsWith("+");
    return possessive && one.endsWith(")") ? one : one + repeat;
  };
  const sequence = (depth: number) =>
    Array.from({ length: 1 + below(3) }, () => piece(depth)).join("");
  const options = (depth: number): string =>
    Array.from(
      { length: pick([1, 1, 1, 2, 2, 3]) },
      () => below(8) > 0 ? sequence(depth) : "",
    ).join("|");
  return pick(["", "", "", "", "", "", "(?i)", "(?x)", "(?a)", "(?s)(?i)"]) +
    options(3);
}

/** Makes a line for such a pattern. */
export function randomLine({ below, pick }: Dice): string {
  const letters = below(3) > 0
    ? ["a", "b", "c", " ", "1", "_", "A", "B"]
    : ["a", "b", " ", "1", "é", "A", "😀", "\t", "\x1f"];
  return Array.from({ length: below(9) }, () => pick(letters)).join("");
}

const OPTIONS = ["Required", "Filldown", "Fillup", "List", "Key"];
const VALUES = [
  "(\\w+)",
  "(\\d*)",
  "(a|b)",
  "([^ ]*)",
  "(.*?)",
  "((?P<x>\\w)(?P<y>\\d)?)",
  "(\\S+)",
  "((a)(b)?)",
];
const WRONG_LINES = [
  "Value",
  "Value A",
  "Value Bogus A (a)",
  "Value List,List A (a)",
  "Value A a",
  "Value A (a",
  "Value A (\\()",
  "Value  A (a)",
  "Valu A (a)",
  "  ^x -> Continue Start",
  '  ^x -> "text"',
  "  ^x -> Nowhere",
  "  ^x -> Next.Bogus",
  "  ^x ->",
  "   ^x",
  "x",
  "^x",
  "  ^$",
  "  ^${NONE}",
  "  ^$A$A",
  "Continue",
  "Start",
  "EOF",
  "End",
  "",
  "  # nothing",
  "two words",
  "  ^(?i)a",
  "  ^a->Record",
];
const ACTIONS = [
  "",
  "",
  " -> Record",
  " -> Record",
  " -> Continue",
  " -> Continue",
  " -> Continue.Record",
  " -> Next.Record",
  " -> Clear",
  " -> Next.Clearall",
  " -> Continue.Clear",
  " -> Record S2",
  " -> S2",
  " -> Start",
  " -> Next S2",
  " -> NoRecord",
  " -> EOF",
  " -> End",
  ' -> Error "no"',
  " -> Error",
];

/** Makes a template, now and then a wrong one. */
export function randomTemplate(throwDice: Dice): string {
  const { below, pick } = throwDice;
  const names = ["A", "B", "C_1"].slice(0, 1 + below(3));
  const lines = names.map((name) => {
    const options = OPTIONS.filter(() => below(5) === 0);
    if (below(2)) options.reverse();
    const start = options.length > 0 ? `${options.join(",")} ` : "";
    return `Value ${start}${name} ${pick(VALUES)}`;
  });
  const rule = () => {
    const parts = Array.from({ length: 1 + below(3) }, () => {
      const name = pick(names);
      return pick([
        `\${${name}}`,
        `$${name}`,
        `(?:\${${name}})?`,
        "\\s*",
        "\\s*",
        " ",
        "a",
        ".*",
        "-*",
      ]);
    });
    return `  ^${pick(["", "\\s*", "\\s*"])}${parts.join("")}${
      pick(["", "", "$$"])
    }${pick(ACTIONS)}`;
  };
  const rules = () => Array.from({ length: 1 + below(4) }, rule);
  lines.push("", "Start", ...rules(), "", "S2", ...rules());
  if (below(4) === 0) lines.push("", "EOF");
  if (below(6) === 0) lines.push("", "End");
  if (below(4) === 0) {
    lines.splice(below(lines.length + 1), below(2), pick(WRONG_LINES));
  }
  return lines.join("\n") + pick(["", "\n", "\n\n"]);
}

/** Makes a text for such a template. */
export function randomText(throwDice: Dice): string {
  const { below, pick } = throwDice;
  const word = () =>
    pick(["a", "b", "ab", "a1", "12", "7", "-", "--", "é", ""]);
  const line = () =>
    pick(["", "", " ", "\t"]) +
    Array.from({ length: below(5) }, word).join(pick([" ", "  ", ""]));
  return Array.from({ length: below(16) }, line).join(
    pick(["\n", "\n", "\n", "\r\n", "\r", "\x0c", "\u2028"]),
  ) + pick(["", "\n"]);
}
