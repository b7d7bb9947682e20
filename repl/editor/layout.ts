/**
 * Where each glyph of an entry goes on the screen. Pure: what is to be seen
 * and how large the screen is come in, rows of glyphs go out.
 *
 * Lines are broken here, never by the terminal, so that every glyph's place is
 * known. An entry higher than the screen scrolls inside it.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import type { Span, SpanRole } from "./language.ts";

/** How a glyph looks: what it means, or which part of the screen it is. */
export type Look = SpanRole | "plain" | "ghost" | "selected";

/** One row of the screen. */
export interface Row {
  /** What is written, a glyph each; the prompt counts as one. */
  readonly glyphs: string[];
  /** The look of each glyph. */
  readonly looks: Look[];
  /** Cells taken. */
  width: number;
}

/** Everything that is drawn of the editor, and where the cursor is in it. */
export interface Frame {
  readonly rows: readonly Row[];
  readonly row: number;
  readonly column: number;
  /** Rows of the text that are scrolled off at the top. */
  readonly top: number;
}

/** The screen's size in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What is to be seen. */
export interface View {
  /** Before the first line; may hold SGR sequences, which are passed on. */
  readonly prompt: string;
  /** Before each further line. */
  readonly continuation: string;
  readonly text: string;
  readonly cursor: number;
  readonly spans: readonly Span[];
  /** Drawn after the text, on its last row. */
  readonly tail: string;
  readonly tailLook: Look;
  /** Drawn below the text. */
  readonly below: readonly Row[];
}

/** A tab, wherever it is: nobody aligns at a prompt. */
const TAB = "    ";

/** An empty row. */
export function emptyRow(): Row {
  return { glyphs: [], looks: [], width: 0 };
}

/** Adds a glyph to a row. */
export function addGlyph(row: Row, glyph: string, look: Look): void {
  row.glyphs.push(glyph);
  row.looks.push(look);
  row.width += glyphWidth(glyph);
}

/** The cells of one glyph. */
export function glyphWidth(glyph: string): number {
  return isPlain(glyph) ? 1 : inspect.displayWidth(glyph);
}

function isPlain(glyph: string): boolean {
  if (glyph.length !== 1) return false;
  const code = glyph.charCodeAt(0);
  return code >= 0x20 && code < 0x7f;
}

/** What is written for a glyph: nothing that a terminal would obey. */
function safe(glyph: string): string {
  if (isPlain(glyph)) return glyph;
  return glyph === "\t" ? TAB : inspect.visible(glyph);
}

/**
 * Lays a view out.
 *
 * @param view What is to be seen.
 * @param size The screen; with infinitely many rows nothing scrolls.
 * @param top Rows that were scrolled off before, kept if possible.
 */
export function layout(view: View, size: Size, top = 0): Frame {
  const { text, cursor, below } = view;
  const columns = Math.max(1, size.columns);
  const looks = looksOf(view);
  const rows: Row[] = [];
  let row = emptyRow();
  let cursorRow = 0;
  let cursorColumn = 0;
  const begin = () => rows.push(row = emptyRow());
  const mark = () => {
    cursorRow = rows.length - 1;
    cursorColumn = row.width;
  };

  let offset = 0;
  for (const line of text.split("\n")) {
    begin();
    const prompt = offset === 0 ? view.prompt : view.continuation;
    // On a screen too narrow for a prompt the text is all that there is.
    if (inspect.displayWidth(prompt) <= Math.max(columns / 2, columns - 16)) {
      addGlyph(row, prompt, "plain");
    }
    for (const glyph of inspect.graphemes(line)) {
      const shown = safe(glyph);
      const width = glyphWidth(shown);
      if (row.width + width > columns && row.width > 0) begin();
      if (offset <= cursor && cursor < offset + glyph.length) mark();
      addGlyph(row, shown, looks[offset]!);
      offset += glyph.length;
    }
    if (cursor === offset) {
      // The cursor needs a cell of its own.
      if (row.width >= columns) begin();
      mark();
    }
    offset++;
  }
  if (view.tail !== "") {
    const tail = inspect.truncate(view.tail, columns - row.width);
    for (const glyph of inspect.graphemes(tail)) {
      addGlyph(row, safe(glyph), view.tailLook);
    }
  }

  const height = Math.max(1, size.rows - below.length);
  const least = Math.max(0, cursorRow - height + 1);
  const most = Math.min(cursorRow, Math.max(0, rows.length - height));
  const first = Math.min(Math.max(top, least), most);
  return {
    rows: [...rows.slice(first, first + height), ...below],
    row: cursorRow - first,
    column: cursorColumn,
    top: first,
  };
}

/** The look of each UTF-16 unit of a view's text. */
function looksOf({ text, spans }: View): Look[] {
  const looks = new Array<Look>(text.length).fill("plain");
  for (const { start, end, role } of spans) looks.fill(role, start, end);
  return looks;
}
