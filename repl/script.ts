/**
 * The one format of lessons, scripts and saved sessions: a `deno run` program
 * that is, cut at its `// %%` lines, a row of prompt entries.
 *
 * @module
 */

/** One entry of a script. */
export interface ScriptCell {
  /** What follows `// %%`, or nothing. */
  readonly title: string;
  /** The cell's text, its `// %%` line included. */
  readonly text: string;
}

/** A script, taken apart. */
export interface ScriptParts {
  /** `chapter`, `title`, `needs`, … from between the `// ---` lines. */
  readonly header: Readonly<Record<string, string>>;
  /** The flags for `deno run` in the first line. */
  readonly flags: readonly string[];
  /** Its cells, empty ones left out. */
  readonly cells: readonly ScriptCell[];
}

const MARK = /^\/\/ %%[ \t]*(.*)$/;

/**
 * Takes a script apart.
 *
 * @param text The whole file.
 */
export function parseScript(text: string): ScriptParts {
  const lines = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n").split(
    "\n",
  );
  const flags = flagsOf(lines[0] ?? "");
  if (lines[0]?.startsWith("#!")) lines[0] = "";
  const header: Record<string, string> = {};
  const open = lines.findIndex((line) => line.trim() !== "");
  if (lines[open] === "// ---") {
    const close = lines.indexOf("// ---", open + 1);
    if (close > open) {
      for (const line of lines.splice(open, close - open + 1)) {
        const [, key, value] = /^\/\/ ([\w-]+):\s*(.*)$/.exec(line) ?? [];
        if (key !== undefined && value !== undefined) {
          header[key] = unquote(value);
        }
      }
    }
  }
  const cells: { title: string; lines: string[] }[] = [{
    title: "",
    lines: [],
  }];
  for (const line of lines) {
    const title = MARK.exec(line)?.[1];
    if (title !== undefined) cells.push({ title: title.trim(), lines: [line] });
    else cells.at(-1)!.lines.push(line);
  }
  return {
    header,
    flags,
    cells: cells.map(({ title, lines }) => ({
      title,
      text: lines.join("\n").trim(),
    })).filter(({ text }) => text.replace(/^\/\/ %%.*$/m, "").trim() !== ""),
  };
}

/** `#!/usr/bin/env -S deno run --allow-net=127.0.0.1` -> its flags. */
function flagsOf(line: string): string[] {
  const [, rest] = /^#!.*\bdeno run\s+(.*)$/.exec(line) ?? [];
  return (rest?.match(/(?:"(?:\\.|[^"])*"|\S)+/g) ?? []).map((flag) =>
    flag.replace(
      /"((?:\\.|[^"])*)"/g,
      (_, inner: string) => inner.replace(/\\(.)/g, "$1"),
    )
  );
}

function unquote(value: string): string {
  if (value.startsWith('"')) {
    try {
      return String(JSON.parse(value));
    } catch {
      // Not quoted after all.
    }
  }
  return value.replace(/\s+#.*$/, "").trim();
}
