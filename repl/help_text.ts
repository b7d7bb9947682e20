/**
 * How a page of help is laid out.
 *
 * @module
 */

import * as inspect from "../lib/inspect/mod.ts";

type Canvas = ReturnType<typeof inspect.canvas>;

/** The first sentence of a docstring, on one line. */
export function firstSentence(doc: string): string {
  const text = doc.split(/\n\s*\n/)[0]!.replace(/\s+/g, " ");
  return /^(.*?[.!?])(?:\s|$)/.exec(text)?.[1] ?? text;
}

/** A docstring in lines of the page's width; lists stay as they are. */
export function prose(doc: string, canvas: Canvas): string[] {
  return doc.split(/\n\s*\n/).flatMap((paragraph, index) => {
    const list = /^\s*[-*] /m.test(paragraph);
    const lines = list
      ? paragraph.split("\n")
      : inspect.wrap(paragraph.replace(/\s+/g, " "), canvas.width);
    return index === 0 ? lines : ["", ...lines];
  });
}

/** A name, and what it is beside it. */
export function hanging(name: string, doc: string, canvas: Canvas): string[] {
  const indentation = " ".repeat(16);
  const head = `  ${inspect.paint("key", name, canvas)}`;
  const lines = inspect.wrap(
    doc.replace(/\s+/g, " "),
    Math.max(20, canvas.width - 16),
  );
  const gap = Math.max(1, 14 - name.length);
  return lines.map((line, index) =>
    index === 0 ? `${head}${" ".repeat(gap)}${line}` : `${indentation}${line}`
  );
}

/** Lines two to the right. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** What kind of thing a value is. */
export function describeType(value: unknown): string {
  return typeof value === "object" && value !== null
    ? (value as object).constructor?.name ?? "object"
    : typeof value;
}
