/**
 * What may stand behind a bar: `show run | include interface`.
 *
 * @module
 */

/** A command, and what is done with its output. */
export interface Piped {
  /** The command before the bar. */
  readonly command: string;
  /** Chooses lines of its output. */
  filter(lines: readonly string[]): readonly string[];
  /** Whether the output is not to be paged. */
  readonly isWhole: boolean;
}

/**
 * Takes what was typed apart at its bar.
 *
 * @param typed What was typed.
 * @returns The parts, or nothing if there is no bar that is understood.
 */
export function piped(typed: string): Piped | undefined {
  const [, command, verb, what = ""] =
    /^(.*\S)\s*\|\s*(\S+)\s*(.*)$/.exec(typed) ?? [];
  if (command === undefined || verb === undefined) return undefined;
  const is = (...words: string[]) =>
    verb.length > 1
      ? words.some((word) => word.startsWith(verb))
      : verb === "i";
  const text = what.replace(/^(["'])(.*)\1$/, "$2");
  const wanted = expression(text);
  const make = (filter: Piped["filter"], isWhole = false) => ({
    command,
    filter,
    isWhole,
  });
  if (/^no-?m/.test(verb)) return make((lines) => lines, true);
  if (is("include", "match", "grep") && text !== "") {
    return make((lines) => lines.filter((line) => wanted.test(line)));
  }
  if (is("exclude", "except") && text !== "") {
    return make((lines) => lines.filter((line) => !wanted.test(line)));
  }
  if (is("begin", "find") && text !== "") {
    return make((lines) => {
      const at = lines.findIndex((line) => wanted.test(line));
      return at < 0 ? [] : lines.slice(at);
    });
  }
  if (is("count")) {
    return make((lines) => {
      const some = text === "" ? lines : lines.filter((x) => wanted.test(x));
      return [`Count: ${some.length} lines`];
    });
  }
  return undefined;
}

/** What somebody typed may be no expression at all; then it is plain text. */
function expression(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  }
}
