/**
 * From one frame to the next: the least that has to be written. Pure.
 *
 * The frame's place on the screen is not known, only where the cursor is in
 * it, so all moves are relative. Only sequences of ECMA-48 that every terminal
 * has are used, and synchronised update (?2026), which others ignore.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import { type Frame, glyphWidth, type Look, type Row } from "./layout.ts";

/** What begins and ends each look. */
export type Palette = Readonly<Record<Look, readonly [string, string]>>;

/** The look of everything, in colour or without. */
export function paletteOf(colors: boolean): Palette {
  const canvas = inspect.canvas({ colors, width: 80 });
  const role = (role: inspect.Role): readonly [string, string] => {
    const [begin = "", end = ""] = inspect.paint(role, "\0", canvas).split(
      "\0",
    );
    return [begin, end];
  };
  const sgr = (begin: string, end: string): readonly [string, string] =>
    colors ? [`\x1b[${begin}m`, `\x1b[${end}m`] : ["", ""];
  return {
    plain: ["", ""],
    command: role("accent"),
    comment: role("muted"),
    found: sgr("7", "27"),
    ghost: role("muted"),
    keyword: role("accent"),
    match: sgr("1;4", "22;24"),
    number: role("number"),
    selected: sgr("7", "27"),
    string: role("string"),
  };
}

/** Beyond this many octets a terminal might show a paint half done. */
const AT_ONCE = 80;
const BEGIN_SYNC = "\x1b[?2026h\x1b[?25l";
const END_SYNC = "\x1b[?25h\x1b[?2026l";
/**
 * While glyphs are written that a terminal may find wider than we do, it must
 * not wrap them around: that would move all that is below.
 */
const WRAP_OFF = "\x1b[?7l";
const WRAP_ON = "\x1b[?7h";

/**
 * Draws a frame.
 *
 * @param previous The frame on the screen; without one, the frame is drawn
 * from the beginning of the cursor's row, and all below that is erased.
 * @param next The frame to be seen.
 * @param palette How its looks are written.
 * @param restart What is written first, if the screen is not as `previous`
 * left it; see {@linkcode leave}.
 */
export function repaint(
  previous: Frame | undefined,
  next: Frame,
  palette: Palette,
  restart = "",
): string {
  const pen = new Pen(previous);
  next.rows.forEach((row, i) => {
    const old = previous?.rows[i];
    const patch = patchOf(old, row);
    if (patch === undefined) return;
    pen.go(i, patch.column);
    pen.write(row, patch.start, patch.end, palette);
    if (old !== undefined && old.width > row.width) pen.eraseLine();
  });
  if (pen.height > next.rows.length) pen.eraseFrom(next.rows.length);
  pen.go(next.row, next.column);
  const begin = previous === undefined ? "\r\x1b[J" : "";
  const out = restart + begin + pen.out;
  return out.length > AT_ONCE ? BEGIN_SYNC + out + END_SYNC : out;
}

/** Moves from a frame's cursor to the beginning of the row below it. */
export function leave({ rows, row }: Frame): string {
  const down = rows.length - 1 - row;
  return `${down > 0 ? `\x1b[${down}B` : ""}\r\n`;
}

/** Moves from a frame's cursor to its beginning, and erases it. */
export function wipe({ row }: Frame): string {
  return `${row > 0 ? `\x1b[${row}A` : ""}\r\x1b[J`;
}

/**
 * As {@linkcode wipe}, after the screen got another width.
 *
 * Terminals break rows that have become too long in two; so do we to find the
 * first one. Where one does not, a row above the prompt may be lost.
 */
export function wipeResized(frame: Frame, columns: number): string {
  let row = Math.floor(frame.column / columns);
  for (const { width } of frame.rows.slice(0, frame.row)) {
    row += Math.max(1, Math.ceil(width / columns));
  }
  return wipe({ ...frame, row });
}

/** The part of a row's glyphs that differs, and the column where it begins. */
interface Patch {
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

function patchOf(old: Row | undefined, row: Row): Patch | undefined {
  if (old === undefined) return { column: 0, start: 0, end: row.glyphs.length };
  const isSame = (a: number, b: number) =>
    old.glyphs[a] === row.glyphs[b] && old.looks[a] === row.looks[b];
  const shorter = Math.min(old.glyphs.length, row.glyphs.length);
  let start = 0;
  let column = 0;
  while (start < shorter && isSame(start, start)) {
    column += glyphWidth(row.glyphs[start]!);
    start++;
  }
  let end = row.glyphs.length;
  if (start === end && start === old.glyphs.length) return undefined;
  // What is behind the difference stays, if it stays in its columns.
  const shift = old.glyphs.length - row.glyphs.length;
  if (old.width === row.width) {
    while (
      end > start && end + shift > start && isSame(end - 1 + shift, end - 1)
    ) {
      end--;
    }
  }
  return { column, start, end };
}

/** Collects output, and knows where that leaves the cursor. */
class Pen {
  out = "";
  #row: number;
  /** -1 when it depends on how wide the terminal draws what was written. */
  #column: number;
  /** Rows that there are on the screen. */
  height: number;

  constructor(frame: Frame | undefined) {
    this.#row = frame?.row ?? 0;
    this.#column = frame?.column ?? 0;
    this.height = frame?.rows.length ?? 1;
  }

  go(row: number, column: number): void {
    const up = this.#row - row;
    const down = Math.min(row, this.height - 1) - this.#row;
    if (up > 0) this.out += `\x1b[${up}A`;
    else if (down > 0) this.out += `\x1b[${down}B`;
    for (; this.height <= row; this.height++) {
      this.out += "\r\n";
      this.#column = 0;
    }
    if (column !== this.#column) {
      this.out += column === 0 ? "\r" : `\x1b[${column + 1}G`;
    }
    this.#row = row;
    this.#column = column;
  }

  write(row: Row, start: number, end: number, palette: Palette): void {
    const glyphs = row.glyphs.slice(start, end);
    const isKnown = glyphs.every((glyph) => glyph.charCodeAt(0) < 0x80);
    if (!isKnown) this.out += WRAP_OFF;
    for (let i = start; i < end;) {
      const look = row.looks[i]!;
      const [begin, close] = palette[look];
      this.out += begin;
      for (; i < end && row.looks[i] === look; i++) {
        const glyph = row.glyphs[i]!;
        this.out += glyph;
        this.#column += glyphWidth(glyph);
      }
      this.out += close;
    }
    if (isKnown) return;
    this.out += WRAP_ON;
    this.#column = -1;
  }

  eraseLine(): void {
    this.out += "\x1b[K";
  }

  eraseFrom(row: number): void {
    this.go(row, 0);
    this.out += "\x1b[J";
  }
}
