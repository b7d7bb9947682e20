/**
 * The completion menu: what is offered, what is chosen; and the rows on the
 * screen below the text, of the menu and of a search. Pure.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";
import type { Search } from "./history.ts";
import { addGlyph, emptyRow, type Look, type Row } from "./layout.ts";
import type { Completion, CompletionItem } from "./language.ts";

/** What could stand at the cursor, and which of it does for now. */
export interface Menu {
  /** Where in the text the completed word begins. */
  readonly from: number;
  /** What the user typed of it. */
  readonly typed: string;
  /** How much was typed when the menu opened: the offers hold for no less. */
  readonly least: number;
  /** What was offered for the word when the menu opened. */
  readonly all: readonly CompletionItem[];
  /** What still fits. */
  readonly items: readonly CompletionItem[];
  /** The item put into the text; -1 for what was typed. */
  readonly selected: number;
}

/** What an item puts into the text. */
export function insertion(item: CompletionItem): string {
  return item.insert ?? item.label;
}

/** The longest beginning that all items share. */
export function commonPrefix(items: readonly CompletionItem[]): string {
  const [first = "", ...others] = items.map(insertion);
  let length = first.length;
  for (const other of others) {
    while (!other.startsWith(first.slice(0, length))) length--;
  }
  // Half of a surrogate pair is no beginning.
  return first.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

/** A menu of all that was found, with nothing chosen. */
export function menuOf({ from, items }: Completion, typed: string): Menu {
  return {
    from,
    typed,
    least: typed.length,
    all: items,
    items,
    selected: -1,
  };
}

/** Chooses the next item, or the one before, or what was typed. */
export function choose(menu: Menu, step: number): Menu {
  const count = menu.items.length + 1;
  const selected = (menu.selected + 1 + step + count) % count - 1;
  return { ...menu, selected };
}

/** What stands in the text for a menu. */
export function chosen(menu: Menu): string {
  const item = menu.items[menu.selected];
  return item === undefined ? menu.typed : insertion(item);
}

/** The menu after more was typed; `undefined` if nothing fits any more. */
export function narrow(menu: Menu, typed: string): Menu | undefined {
  const wanted = typed.toLowerCase();
  const items = menu.all.filter((item) =>
    insertion(item).toLowerCase().startsWith(wanted)
  );
  const isDone = items.every((item) => insertion(item) === typed);
  return isDone ? undefined : { ...menu, typed, items, selected: -1 };
}

/** The room that a menu may take. */
export interface MenuRoom {
  readonly columns: number;
  readonly rows: number;
  /** Whether looks are visible; else the chosen item gets a mark. */
  readonly colors: boolean;
}

/**
 * Lays a menu out: in columns, read downwards; under them what is known of the
 * chosen item, or how many rows there are if not all fit.
 */
export function menuRows(menu: Menu, room: MenuRoom): Row[] {
  const { items, selected } = menu;
  const labels = items.map((item) => inspect.visible(item.label));
  const widest = Math.max(0, ...labels.map(inspect.displayWidth));
  const cell = Math.min(widest + 2, room.columns);
  const across = Math.max(1, Math.floor(room.columns / cell));
  const down = Math.ceil(items.length / across);
  const hasFooter = down > room.rows || items.some((item) => item.detail);
  const shown = Math.max(1, Math.min(down, room.rows - (hasFooter ? 1 : 0)));
  const current = Math.max(0, selected) % down;
  const first = Math.min(Math.max(0, current - shown + 1), down - shown);
  const rows: Row[] = [];
  for (let line = first; line < first + shown; line++) {
    const row = emptyRow();
    for (let index = line; index < items.length; index += down) {
      const isChosen = index === selected;
      const mark = isChosen && !room.colors ? ">" : " ";
      const text = inspect.truncate(mark + labels[index]! + " ", cell);
      const look = isChosen ? "selected" : "plain";
      write(row, inspect.pad(text, cell), look);
    }
    rows.push(row);
  }
  if (!hasFooter || room.rows < 2) return rows;
  const detail = items[selected]?.detail;
  const footer = detail !== undefined
    ? inspect.visible(detail)
    : down > shown
    ? `rows ${first + 1} to ${first + shown} of ${down}`
    : "";
  const row = emptyRow();
  write(row, inspect.truncate(` ${footer}`, room.columns), "ghost");
  return [...rows, row];
}

/** Says what is searched for, and whether it was found. */
export function searchRow(search: Search, columns: number): Row {
  const state = search.failing ? "nothing has" : "search";
  const row = emptyRow();
  const text = `${state}: ${inspect.visible(search.query)}`;
  write(row, inspect.truncate(text, columns), "ghost");
  return row;
}

function write(row: Row, text: string, look: Look): void {
  for (const glyph of inspect.graphemes(text)) addGlyph(row, glyph, look);
}
