/**
 * The text being edited: a value, and functions from value to value.
 *
 * A text may hold any characters and several lines, divided by `\n`; whoever
 * draws it copes with the rest. The cursor is an offset in UTF-16 units and
 * moves by grapheme clusters. Every change of the text can be undone, typed
 * text a word at a time; what is killed goes to a ring to be yanked from.
 *
 * @module
 */

import * as inspect from "../../lib/inspect/mod.ts";

/** A text as it was. */
interface Snapshot {
  readonly text: string;
  readonly cursor: number;
  readonly next: Snapshot | undefined;
}

/** The last action: what may be merged with it, for undo and for the ring. */
type Action = "type" | "erase" | "kill" | "yank" | "other";

/** A text with a cursor in it, and what is needed to go back. */
export interface Buffer {
  readonly text: string;
  readonly cursor: number;
  readonly past: Snapshot | undefined;
  readonly future: Snapshot | undefined;
  /** What was killed, the newest first. */
  readonly kills: readonly string[];
  readonly action: Action;
  /** Where the last yank began, and which kill it took. */
  readonly yank: { readonly from: number; readonly index: number };
  /** The column that moves up and down keep to. */
  readonly column: number | undefined;
}

/** Kills that are kept. */
const RING = 32;

/** A buffer with the cursor at the end, and nothing to undo. */
export function bufferOf(text: string, kills: readonly string[] = []): Buffer {
  return {
    text,
    cursor: text.length,
    past: undefined,
    future: undefined,
    kills,
    action: "other",
    yank: { from: 0, index: 0 },
    column: undefined,
  };
}

/** Moves the cursor. */
export function moveTo(buffer: Buffer, cursor: number): Buffer {
  return { ...buffer, cursor, action: "other", column: undefined };
}

/** Puts `text` in the place of what is from `start` to `end`. */
export function replace(
  buffer: Buffer,
  start: number,
  end: number,
  text: string,
  action: Action = "other",
  isMerged = false,
): Buffer {
  if (start === end && text === "") return { ...buffer, action: "other" };
  const { text: old, cursor, past } = buffer;
  return {
    ...buffer,
    text: old.slice(0, start) + text + old.slice(end),
    cursor: start + text.length,
    past: isMerged ? past : { text: old, cursor, next: past },
    future: undefined,
    action,
    column: undefined,
  };
}

/** Puts a text in at the cursor, as one step to undo. */
export function insert(buffer: Buffer, text: string): Buffer {
  return replace(buffer, buffer.cursor, buffer.cursor, text);
}

/** Types a text at the cursor; the letters of a word are one step to undo. */
export function type(buffer: Buffer, text: string): Buffer {
  const { cursor, action } = buffer;
  const beginsWord = !/^\s/.test(text) &&
    /\s/.test(buffer.text[cursor - 1] ?? "");
  const isMerged = action === "type" && !beginsWord;
  return replace(buffer, cursor, cursor, text, "type", isMerged);
}

/** Makes the whole text another one, with the cursor at its end or at `cursor`. */
export function setText(
  buffer: Buffer,
  text: string,
  cursor = text.length,
): Buffer {
  if (text === buffer.text) return moveTo(buffer, cursor);
  const whole = replace(buffer, 0, buffer.text.length, text);
  return { ...whole, cursor };
}

/** Where the line that `at` is on begins. */
export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

/** Where the line that `at` is on ends, before its line break. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

const isAscii = (code: number) => code < 0x80;
/** What may be the last unit of a word: letters, digits, `_`, `$`. */
const isWord = (text: string, at: number) =>
  /[\p{L}\p{N}\p{M}\p{Cs}_$]/u.test(text[at] ?? "");
const isSpace = (text: string, at: number) => /\s/.test(text[at] ?? "x");

/** Where the cursor goes; each from a text and a place in it to another. */
const MOTIONS = {
  "left": (text, at) => {
    if (at <= 1) return 0;
    // An ASCII character begins a cluster, whatever is before it.
    if (isAscii(text.charCodeAt(at - 1))) return at - 1;
    let from = at - 1;
    while (from > 0 && !isAscii(text.charCodeAt(from))) from--;
    return at - inspect.graphemes(text.slice(from, at)).at(-1)!.length;
  },
  "right": (text, at) => {
    if (at >= text.length) return text.length;
    let to = at + 1;
    while (to < text.length && !isAscii(text.charCodeAt(to))) to++;
    return at + inspect.graphemes(text.slice(at, to))[0]!.length;
  },
  "word-left": (text, at) => {
    while (at > 0 && !isWord(text, at - 1)) at--;
    while (at > 0 && isWord(text, at - 1)) at--;
    return at;
  },
  "word-right": (text, at) => {
    while (at < text.length && !isWord(text, at)) at++;
    while (at < text.length && isWord(text, at)) at++;
    return at;
  },
  "blank-left": (text, at) => {
    while (at > 0 && isSpace(text, at - 1)) at--;
    while (at > 0 && !isSpace(text, at - 1)) at--;
    return at;
  },
  "line-start": lineStart,
  "line-end": lineEnd,
  "text-start": () => 0,
  "text-end": (text) => text.length,
} satisfies Record<string, (text: string, at: number) => number>;

type Motion = keyof typeof MOTIONS;

function move(motion: Motion) {
  return (buffer: Buffer) =>
    moveTo(buffer, MOTIONS[motion](buffer.text, buffer.cursor));
}

function erase(motion: Motion) {
  return (buffer: Buffer) => {
    const { text, cursor, action } = buffer;
    const other = MOTIONS[motion](text, cursor);
    return replace(
      buffer,
      Math.min(cursor, other),
      Math.max(cursor, other),
      "",
      "erase",
      action === "erase",
    );
  };
}

/** Kills to where a motion goes; at a line's end or start, the line break. */
function kill(motion: Motion) {
  return (buffer: Buffer): Buffer => {
    const { text, cursor, action, kills } = buffer;
    let other = MOTIONS[motion](text, cursor);
    if (other === cursor && motion === "line-end") other = cursor + 1;
    if (other === cursor && motion === "line-start") other = cursor - 1;
    other = Math.min(Math.max(other, 0), text.length);
    const start = Math.min(cursor, other);
    const end = Math.max(cursor, other);
    if (start === end) return buffer;
    const killed = text.slice(start, end);
    // Kills in a row make one text, in the order that they had.
    const [newest = "", ...older] = kills;
    const ring = action !== "kill"
      ? [killed, ...kills].slice(0, RING)
      : [other < cursor ? killed + newest : newest + killed, ...older];
    return { ...replace(buffer, start, end, "", "kill"), kills: ring };
  };
}

/** Backspace; in the white space before a line, one step of two. */
function eraseLeft(buffer: Buffer): Buffer {
  const { text, cursor } = buffer;
  const before = text.slice(lineStart(text, cursor), cursor);
  if (/^ +$/.test(before) && before.length % 2 === 0) {
    const isMerged = buffer.action === "erase";
    return replace(buffer, cursor - 2, cursor, "", "erase", isMerged);
  }
  return erase("left")(buffer);
}

function yank(buffer: Buffer): Buffer {
  const { cursor, kills } = buffer;
  if (kills[0] === undefined) return buffer;
  const yanked = replace(buffer, cursor, cursor, kills[0], "yank");
  return { ...yanked, yank: { from: cursor, index: 0 } };
}

/** Right after a yank: puts the kill before that in its place. */
function yankOlder(buffer: Buffer): Buffer {
  const { action, cursor, kills, yank: { from, index } } = buffer;
  if (action !== "yank") return buffer;
  const older = (index + 1) % kills.length;
  const text = kills[older]!;
  const yanked = replace(buffer, from, cursor, text, "yank", true);
  return { ...yanked, yank: { from, index: older } };
}

/** Drags the cluster before the cursor over the one at it. */
function transpose(buffer: Buffer): Buffer {
  const { text, cursor } = buffer;
  const atEnd = cursor === lineEnd(text, cursor);
  const middle = atEnd ? MOTIONS.left(text, cursor) : cursor;
  if (middle <= lineStart(text, cursor)) return buffer;
  const start = MOTIONS.left(text, middle);
  const end = MOTIONS.right(text, middle);
  const swapped = text.slice(middle, end) + text.slice(start, middle);
  return replace(buffer, start, end, swapped);
}

function undo(buffer: Buffer): Buffer {
  const { text, cursor, past, future } = buffer;
  if (past === undefined) return buffer;
  return {
    ...moveTo(buffer, past.cursor),
    text: past.text,
    past: past.next,
    future: { text, cursor, next: future },
  };
}

function redo(buffer: Buffer): Buffer {
  const { text, cursor, past, future } = buffer;
  if (future === undefined) return buffer;
  return {
    ...moveTo(buffer, future.cursor),
    text: future.text,
    past: { text, cursor, next: past },
    future: future.next,
  };
}

/** Moves `lines` down (up if negative), or as far as there are lines. */
export function moveLines(buffer: Buffer, lines: number): Buffer {
  const { text, cursor } = buffer;
  let start = lineStart(text, cursor);
  const column = buffer.column ??
    inspect.displayWidth(text.slice(start, cursor));
  for (let left = lines; left < 0 && start > 0; left++) {
    start = lineStart(text, start - 1);
  }
  for (let left = lines; left > 0; left--) {
    const end = lineEnd(text, start);
    if (end < text.length) start = end + 1;
  }
  let at = start;
  let width = 0;
  for (const glyph of inspect.graphemes(text.slice(start, lineEnd(text, at)))) {
    width += inspect.displayWidth(glyph);
    if (width > column) break;
    at += glyph.length;
  }
  return { ...moveTo(buffer, at), column };
}

/** The editing commands that need nothing but the buffer, by name. */
export const EDITS = {
  "left": move("left"),
  "right": move("right"),
  "word-left": move("word-left"),
  "word-right": move("word-right"),
  "line-start": move("line-start"),
  "line-end": move("line-end"),
  "text-start": move("text-start"),
  "text-end": move("text-end"),
  "erase-left": eraseLeft,
  "erase-right": erase("right"),
  "kill-blank-left": kill("blank-left"),
  "kill-word-left": kill("word-left"),
  "kill-word-right": kill("word-right"),
  "kill-line-start": kill("line-start"),
  "kill-line-end": kill("line-end"),
  "yank": yank,
  "yank-older": yankOlder,
  "transpose": transpose,
  "undo": undo,
  "redo": redo,
} satisfies Record<string, (buffer: Buffer) => Buffer>;

/** The name of an editing command. */
export type EditName = keyof typeof EDITS;
