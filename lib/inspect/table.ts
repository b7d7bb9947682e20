/**
 * Rows of the same shape, as a table that fits the canvas.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import type { Canvas } from "./canvas.ts";
import { checkCanvas } from "./canvas_check.ts";
import { TABLE } from "./option_names.ts";
import { paint, type Role } from "./paint.ts";
import { displayWidth, pad, truncate, visible, wrap } from "./text.ts";
import { count } from "./units.ts";

/** One column of a {@linkcode table}. */
export interface Column {
  /** The rows' property that it shows. */
  readonly key: string;
  /** Its heading. @default {the key} */
  readonly title?: string | undefined;
  /** Which side its cells keep to. @default {right if all values are numbers} */
  readonly align?: "left" | "right" | "center" | undefined;
  /** What its cells are, for their colour; or what each one is. */
  readonly role?: Role | ((value: unknown) => Role | undefined) | undefined;
  /** The cells that it keeps when the canvas is narrow. @default {4} */
  readonly minWidth?: number | undefined;
  /** Turns a value into its cell. @default {String, with care for objects} */
  readonly format?: ((value: unknown) => string) | undefined;
}

/** Options for {@linkcode table}. */
export interface TableOptions {
  /** What to show, in order. @default {every key of every row shown} */
  columns?: readonly (string | Column)[] | undefined;
  /** A line above the headings. */
  title?: string | undefined;
  /** The most rows to show; the rest is counted. @default {100} */
  maxRows?: number | undefined;
  /** Where to draw. */
  canvas: Canvas;
}

/** One row of a {@linkcode table}: its values by column key. */
export type Row = Readonly<Record<string, unknown>>;

/** A column with its cells made and measured. */
interface Strip {
  readonly column: Column;
  readonly heading: string;
  readonly align: "left" | "right" | "center";
  readonly values: readonly unknown[];
  readonly cells: readonly string[];
  readonly natural: number;
  readonly least: number;
}

const GAP = "  ";
const LEAST = 4;

/**
 * Draws rows as a table no wider than the canvas.
 *
 * Where room is short the widest columns shrink first and their cells are cut;
 * when not even the smallest widths fit, columns are left out from the end,
 * and a line says which. Nothing wraps, and control characters are shown.
 *
 * @param rows The rows, read to the end so as to count what is left out.
 * @param options Columns, title, the most rows, and the canvas.
 * @returns The lines, joined by line feeds.
 * @throws {RangeError} If `maxRows` is negative or not a number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const text = net.inspect.table(
 *   [{ name: "eth0", mtu: 1500 }, { name: "lo", mtu: 65536 }],
 *   { canvas: net.inspect.canvas({ width: 40 }) },
 * );
 * assert.equal(text, "name    mtu\n────  ─────\neth0   1500\nlo    65536");
 * ```
 */
export function table(rows: Iterable<Row>, options: TableOptions): string {
  const what = "draw a table";
  onlyKnown(what, options, TABLE);
  const { columns, title, maxRows = 100, canvas } = options;
  checkCanvas(what, canvas);
  if (columns !== undefined && !Array.isArray(columns)) {
    throw new TypeError(
      `Cannot ${what} as 'columns' must be a list such as ["name"]: current value is ${
        Deno.inspect(columns)
      }`,
    );
  }
  if (!(maxRows >= 0 && (maxRows === Infinity || Number.isInteger(maxRows)))) {
    throw new RangeError(
      `Cannot draw a table as 'maxRows' must be a whole number, 0 or more: current value is ${maxRows}`,
    );
  }
  const { shown, total } = firstRows(rows, maxRows);
  const bad = shown.findIndex((row) => typeof row !== "object" || row === null);
  if (bad >= 0) {
    throw new TypeError(
      `Cannot ${what} as 'rows' must be objects such as { name: "eth0" }: current value is ${
        Deno.inspect(shown[bad])
      }`,
    );
  }
  const strips = (columns ?? keysOf(shown)).map((c) => makeStrip(c, shown));
  const kept = strips.slice(0, howManyFit(strips, canvas.width));
  const widths = fit(kept, canvas.width);
  const cut = (text: string) => truncate(text, canvas.width);
  const muted = (text: string) => paint("muted", cut(text), canvas);

  const lines: string[] = [];
  if (title !== undefined) {
    lines.push(paint("heading", cut(visible(title)), canvas));
  }
  const line = (
    cell: (strip: Strip) => string,
    role: (strip: Strip) => Role | undefined,
  ): string =>
    kept.map((strip, i) => {
      const width = widths[i]!;
      const padded = pad(truncate(cell(strip), width), width, strip.align);
      const text = i === kept.length - 1 ? padded.trimEnd() : padded;
      const painter = role(strip);
      return painter === undefined ? text : paint(painter, text, canvas);
    }).join(GAP).trimEnd();
  if (kept.length > 0) {
    const rule = widths.map((width) => "─".repeat(width)).join(GAP);
    lines.push(
      line((strip) => strip.heading, () => "heading"),
      paint("muted", rule, canvas),
    );
  }
  shown.forEach((_, r) => {
    lines.push(line(
      (strip) => strip.cells[r]!,
      ({ column, values }) =>
        typeof column.role === "function"
          ? column.role(values[r])
          : column.role,
    ));
  });
  if (total === 0) lines.push(muted("(no rows)"));
  if (total > shown.length) {
    lines.push(muted(`… ${count(total - shown.length)} more`));
  }
  if (kept.length < strips.length) {
    const names = strips.slice(kept.length).map((strip) => strip.heading);
    const note = wrap(`no room for: ${names.join(", ")}`, canvas.width);
    lines.push(...note.map(muted));
  }
  return lines.join("\n");
}

function firstRows(
  rows: Iterable<Row>,
  most: number,
): { shown: Row[]; total: number } {
  if (Array.isArray(rows)) {
    return { shown: rows.slice(0, most), total: rows.length };
  }
  if (typeof rows?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `Cannot draw a table as 'rows' must be a list of rows: current value is ${
        Deno.inspect(rows)
      }`,
    );
  }
  const shown: Row[] = [];
  let total = 0;
  for (const row of rows) {
    if (total++ < most) shown.push(row);
  }
  return { shown, total };
}

function keysOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

function makeStrip(given: string | Column, rows: readonly Row[]): Strip {
  const column = typeof given === "string" ? { key: given } : given;
  if (typeof column?.key !== "string") {
    throw new TypeError(
      `Cannot draw a table as every column must be a name or have a 'key': current value is ${
        Deno.inspect(given)
      }`,
    );
  }
  const format = column.format ?? cellOf;
  const heading = visible(column.title ?? column.key);
  const values = rows.map((row) => row[column.key]);
  const cells = values.map((value) => visible(String(format(value))));
  const natural = cells.reduce(
    (widest, cell) => Math.max(widest, displayWidth(cell)),
    displayWidth(heading),
  );
  return {
    column,
    heading,
    align: column.align ?? (allNumbers(values) ? "right" : "left"),
    values,
    cells,
    natural,
    least: Math.min(natural, Math.max(1, column.minWidth ?? LEAST)),
  };
}

function allNumbers(values: readonly unknown[]): boolean {
  const there = values.filter((value) => value !== undefined && value !== null);
  return there.length > 0 &&
    there.every((value) =>
      typeof value === "number" || typeof value === "bigint"
    );
}

/** What a value says in a cell, if its column does not know better. */
function cellOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(plain).join(", ");
  if (value instanceof Set) return Array.from(value, plain).join(", ");
  if (value instanceof Map) {
    return Array.from(value, ([k, v]) => `${plain(k)}: ${plain(v)}`).join(", ");
  }
  return plain(value);
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "function") return `[function ${value.name}]`;
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  }
  if (value instanceof Uint8Array) return value.toHex();
  if (!Array.isArray(value) && saysWhatItIs(value)) return String(value);
  try {
    return JSON.stringify(value, bigintAsText) ?? "";
  } catch {
    // It contains itself.
    return Object.prototype.toString.call(value);
  }
}

function saysWhatItIs(value: object): boolean {
  return typeof value.toString === "function" &&
    value.toString !== Object.prototype.toString;
}

function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function howManyFit(strips: readonly Strip[], width: number): number {
  let used = 0;
  let n = 0;
  for (const strip of strips) {
    used += strip.least + (n === 0 ? 0 : GAP.length);
    // The first column stays: narrower than its least is better than none.
    if (used > width && n > 0) break;
    n++;
  }
  return n;
}

/**
 * The width of each column. One limit goes for all, as high as the canvas
 * allows, so that only the widest are cut; cells left over go to the first of
 * those.
 */
function fit(strips: readonly Strip[], width: number): number[] {
  const room = width - GAP.length * Math.max(0, strips.length - 1);
  const at = (limit: number) =>
    strips.map(({ natural, least }) =>
      Math.max(least, Math.min(natural, limit))
    );
  const sum = (widths: number[]) => widths.reduce((a, b) => a + b, 0);
  let low = 1;
  let high = strips.reduce((n, strip) => Math.max(n, strip.natural), 1);
  if (sum(at(high)) <= room) return at(high);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sum(at(middle)) <= room) low = middle;
    else high = middle - 1;
  }
  const widths = at(low);
  let left = room - sum(widths);
  if (left < 0) return [room];
  strips.forEach(({ natural }, i) => {
    if (left > 0 && widths[i]! < natural) {
      widths[i]!++;
      left--;
    }
  });
  return widths;
}
