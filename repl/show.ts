/**
 * How the prompt shows a value and an error.
 *
 * @module
 */

import * as inspect from "../lib/inspect/mod.ts";
import { Interrupted } from "./kernel.ts";
import { position } from "./stack.ts";
import { EntryError } from "./parse.ts";

/** How to show things. */
export interface Style {
  /** Whether SGR colours may be used. */
  readonly colors: boolean;
}

/**
 * A value as the prompt prints it.
 *
 * @param value Anything.
 * @param style Whether colours may be used.
 */
export function showValue(value: unknown, { colors }: Style): string {
  if (isModule(value)) return showModule(value, colors);
  return Deno.inspect(value, {
    colors,
    depth: 4,
    iterableLimit: 50,
    strAbbreviateSize: 10_000,
    trailingComma: false,
  });
}

/** A module, or `net`, which passes for one. */
function isModule(value: unknown): value is object {
  return Object.prototype.toString.call(value) === "[object Module]";
}

/** A module as the names in it: their definitions would fill the screen. */
function showModule(module: object, colors: boolean): string {
  const names = Object.entries(module).map(([name, value]) =>
    [name, isModule(value) ? Object.keys(value).join(" ") : ""] as const
  );
  const rooms = names.filter(([, inner]) => inner !== "");
  const plain = names.filter(([, inner]) => inner === "").map(([name]) => name);
  const canvas = inspect.canvas({ colors });
  const width = Math.max(0, ...rooms.map(([name]) => name.length));
  return [
    ...inspect.wrap(plain.join(" "), canvas.width),
    ...rooms.map(([name, inner]) => {
      const head = inspect.paint("key", name, canvas);
      return inspect.wrap(inner, Math.max(20, canvas.width - width - 2))
        .map((line, index) =>
          `${
            index === 0
              ? head + " ".repeat(width - name.length)
              : " ".repeat(width)
          }  ${line}`
        ).join("\n");
    }),
  ].join("\n");
}

/**
 * An error as the prompt prints it: what is wrong, and the reader's own lines.
 *
 * @param error What was thrown.
 * @param source The entry that threw it.
 * @param style Whether colours may be used.
 */
export function showError(
  error: unknown,
  source: string,
  style: Style,
): string {
  const paint = (code: number, text: string) =>
    style.colors ? `\x1b[${code}m${text}\x1b[0m` : text;
  if (error instanceof Interrupted) return paint(33, "Interrupted");
  if (error instanceof EntryError) {
    return `${pointAt(source, error.offset)}\n${
      paint(31, "SyntaxError")
    }: ${error.message}`;
  }
  if (!(error instanceof Error)) {
    return `${paint(31, "Thrown")}: ${showValue(error, style)}`;
  }
  const name = error.name || "Error";
  const lines = [`${paint(31, name)}: ${error.message}`];
  for (const frame of framesOf(error)) lines.push(paint(90, `    at ${frame}`));
  if (error instanceof AggregateError) {
    for (const inner of error.errors) {
      lines.push(
        `  - ${
          inner instanceof Error ? inner.message : showValue(inner, style)
        }`,
      );
    }
  }
  if (error.cause instanceof Error) {
    lines.push(
      paint(90, `Caused by ${error.cause.name}: ${error.cause.message}`),
    );
  }
  return lines.join("\n");
}

/** The frames that are the reader's: entries, and files of their own. */
function framesOf(error: Error): string[] {
  const root = new URL("../", import.meta.url).href;
  return (error.stack ?? "").split("\n").flatMap((line) => {
    const frame = /^ {4}at (.+)$/.exec(line)?.[1];
    if (frame === undefined) return [];
    return frame.includes("repl:") ||
        (frame.includes("file://") && !frame.includes(root))
      ? [frame]
      : [];
  });
}

/** The line with the trouble, and a caret under it. */
function pointAt(source: string, offset: number): string {
  const { line, column } = position(source, offset);
  const lines = source.split("\n");
  const head = lines.length > 1 ? `${line}: ` : "";
  const text = lines[line - 1] ?? "";
  const before = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  return `  ${head}${text}\n  ${" ".repeat(head.length)}${before}^`;
}
