/**
 * Places: offsets, lines and columns of entries, and stacks that name them as
 * the reader typed them.
 *
 * @module
 */

import type { Rewritten } from "./rewrite.ts";

/** What must be known of an entry to name a place in it. */
export interface EntryMap
  extends Pick<Rewritten, "code" | "types" | "sourceOffset"> {
  /** The entry as it was typed. */
  readonly source: string;
}

/**
 * A stack with frames of entries as `repl:ENTRY:LINE:COLUMN`, and none of the
 * prompt's own.
 *
 * @param error What was thrown.
 * @param frames Its frames, innermost first.
 * @param entries The entries that ran, by number.
 */
export function formatStack(
  error: unknown,
  frames: readonly NodeJS.CallSite[],
  entries: ReadonlyMap<number, EntryMap>,
): string {
  const { name = "Error", message } = error as Partial<Error>;
  const lines = [message ? `${name}: ${message}` : name];
  for (const frame of frames) {
    const url = frame.getScriptNameOrSourceURL() ?? "";
    if (url.startsWith("repl:")) {
      const at = placeOf(url, frame, entries);
      const callee = frame.getFunctionName();
      const isNamed = callee && !(callee === "eval" && frame.isEval());
      lines.push(`    at ${isNamed ? `${callee} (${at})` : at}`);
    } else if (!isInside(url)) lines.push(`    at ${frame}`);
  }
  return lines.join("\n");
}

function placeOf(
  url: string,
  frame: NodeJS.CallSite,
  entries: ReadonlyMap<number, EntryMap>,
): string {
  // An entry's code begins on the second line of what V8 is given.
  const line = (frame.getLineNumber() ?? 2) - 1;
  const column = frame.getColumnNumber() ?? 1;
  const entry = entries.get(Number(url.slice("repl:".length)));
  if (!entry || entry.types === "transform") return `${url}:${line}:${column}`;
  const offset = entry.sourceOffset(
    lineOffset(entry.code, line - 1) + column - 1,
  );
  const place = position(entry.source, offset);
  return `${url}:${place.line}:${place.column}`;
}

/** Whether a frame belongs to the prompt or the runtime, not to the reader. */
function isInside(url: string): boolean {
  return url === "" || /^(ext|node):/.test(url) || url === import.meta.url ||
    /\/repl\/(kernel|inspector)\.ts/.test(url);
}

/**
 * Where a line starts.
 *
 * @param text A text.
 * @param line The line, from 0.
 * @returns UTF-16 units from the text's start.
 */
export function lineOffset(text: string, line: number): number {
  let offset = 0;
  for (let n = 0; n < line; n++) {
    const next = text.indexOf("\n", offset);
    if (next < 0) return text.length;
    offset = next + 1;
  }
  return offset;
}

/**
 * The line and column of an offset, both from 1.
 *
 * @param text A text.
 * @param offset UTF-16 units from its start.
 */
export function position(
  text: string,
  offset: number,
): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
