/**
 * The lines of a configuration: a keyword, and arguments with quotes and
 * backslashes.
 *
 * @see ssh_config(5)
 * @module
 */

/** A line that says something. */
export interface ConfigLine {
  /** The file, as it was named. */
  readonly path: string;
  /** The line's number, from 1. */
  readonly line: number;
  /** The keyword in lower case. */
  readonly keyword: string;
  /** Its arguments, without quotes. */
  readonly args: readonly string[];
  /** What stands after the keyword, as it is. */
  readonly rest: string;
}

/** What is wrong with a line. */
export interface ConfigProblem {
  /** The file, as it was named. */
  readonly path: string;
  /** The line's number, from 1. */
  readonly line: number;
  /** What is wrong. */
  readonly reason: string;
}

/**
 * Cuts a configuration into keywords and arguments.
 *
 * @param text The configuration.
 * @param path The file, for errors.
 * @param problem Is told what is wrong with a line, which is then left out.
 */
export function* configLines(
  text: string,
  path: string,
  problem: (problem: ConfigProblem) => void,
): Generator<ConfigLine> {
  let line = 0;
  for (const raw of text.split("\n")) {
    line++;
    const trimmed = trimLine(raw);
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const fault = (reason: string) => problem({ path, line, reason });
    const match = KEYWORD.exec(trimmed);
    if (!match) {
      fault("no keyword at its start");
      continue;
    }
    const keyword = (match[1] ?? match[2]!).toLowerCase();
    const rest = trimmed.slice(match[0].length);
    if (rest === "") {
      fault(`no argument after ${keyword}`);
      continue;
    }
    const args = splitArguments(rest);
    if (args === undefined) fault("a quote that does not end");
    else yield { path, line, keyword, args, rest };
  }
}

/** A word, and one `=` or none before what follows. */
const KEYWORD = /^(?:"([^"]+)"|([^\s="]+))(?:[ \t\r]*=[ \t\r]*|[ \t\r]+|$)/;

/** Without regular expressions, which are slow on lines that are all spaces. */
function trimLine(raw: string): string {
  return raw.replaceAll("\0", "").trim();
}

/**
 * Cuts what follows a keyword into words.
 *
 * @param text It.
 * @returns The words up to a comment; nothing if a quote does not end.
 */
export function splitArguments(text: string): string[] | undefined {
  const words: string[] = [];
  let i = 0;
  for (;;) {
    while (text[i] === " " || text[i] === "\t") i++;
    if (i >= text.length || text[i] === "#") return words;
    let word = "";
    let quote = "";
    for (; i < text.length; i++) {
      const c = text[i]!;
      const next = text[i + 1] ?? "";
      if (c === "\\" && isEscaped(next, quote)) {
        word += next;
        i++;
      } else if (quote === "" && (c === " " || c === "\t")) break;
      else if (quote === "" && (c === '"' || c === "'")) quote = c;
      else if (quote !== "" && c === quote) quote = "";
      else word += c;
    }
    if (quote !== "") return undefined;
    words.push(word);
  }
}

/** A backslash before anything else stands for itself. */
function isEscaped(next: string, quote: string): boolean {
  return next === '"' || next === "'" || next === "\\" ||
    next === " " && quote === "";
}
