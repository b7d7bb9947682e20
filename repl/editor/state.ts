/**
 * What a key does to the entry being edited. Pure: a state and an event come
 * in, the next state goes out, and the name of what cannot be done here.
 *
 * @module
 */

import {
  type Buffer,
  bufferOf,
  EDITS,
  insert,
  lineEnd,
  lineStart,
  moveLines,
  moveTo,
  replace,
  setText,
  type,
} from "./buffer.ts";
import {
  type Recall,
  recalled,
  recallOf,
  type Search,
  searched,
  searchFor,
  searchOf,
  searchOn,
  walk,
  walkToEnd,
} from "./history.ts";
import { type CommandName, KEYMAP } from "./keymap.ts";
import type { KeyEvent } from "./keys.ts";
import {
  choose,
  chosen,
  commonPrefix,
  insertion,
  type Menu,
  menuOf,
  narrow,
} from "./menu.ts";
import type { Completion, Language } from "./language.ts";

/** The entry being edited. */
export interface State {
  readonly buffer: Buffer;
  readonly recall: Recall;
  readonly search: Search | undefined;
  readonly menu: Menu | undefined;
}

/** What is left to be done after a step. */
export type Effect =
  | "bell"
  | "cancel"
  | "clear"
  | "complete"
  | "end"
  | "submit"
  | "suspend";

/** The next state, and what is left to be done. */
export interface Step {
  readonly state: State;
  readonly effect?: Effect;
}

/** What a step depends on beside the state. */
export interface Context {
  readonly language: Language;
  /** What is shown behind the text, and can be taken over. */
  readonly hint: string;
  /** Rows of the screen. */
  readonly rows: number;
}

/** One step of indentation, as Tab puts it in. */
const INDENT = "  ";

/** The state at the beginning of an entry. */
export function stateOf(
  text: string,
  entries: readonly string[],
  kills: readonly string[],
): State {
  return {
    buffer: bufferOf(text, kills),
    recall: recallOf(entries),
    search: undefined,
    menu: undefined,
  };
}

/** Takes one event. */
export function update(state: State, event: KeyEvent, context: Context): Step {
  if (event.type === "paste") return { state: paste(state, event.text) };
  if (event.type === "text") {
    if (state.search === undefined) {
      return { state: typed(state, event.text, context.language) };
    }
    const { query } = state.search;
    return searching(state, searchFor(state.search, query + event.text));
  }
  // Esc takes over what a search found; Ctrl-G gives it up.
  if (state.search !== undefined && event.key === "escape") {
    return { state: acceptSearch(state) };
  }
  const command = KEYMAP[event.key];
  if (command === undefined) return { state };
  if (state.search !== undefined) return inSearch(state, command, context);
  if (state.menu !== undefined) return inMenu(state, command, context);
  return run(state, command, context);
}

/** Takes what a completion found. */
export function complete(state: State, completion: Completion): Step {
  const { buffer } = state;
  const { from, items } = completion;
  const typed = buffer.text.slice(from, buffer.cursor);
  const prefix = commonPrefix(items);
  const isLonger = prefix.length > typed.length && prefix.startsWith(typed);
  if (items.length === 0) return { state, effect: "bell" };
  if (items.length === 1 || isLonger) {
    const text = items.length === 1 ? insertion(items[0]!) : prefix;
    return { state: withWord(state, from, text) };
  }
  return { state: { ...state, menu: menuOf(completion, typed) } };
}

function edit(state: State, buffer: Buffer): State {
  return { ...state, buffer };
}

function withWord(state: State, from: number, text: string): State {
  const { buffer } = state;
  if (buffer.text.slice(from, buffer.cursor) === text) return state;
  return edit(state, replace(buffer, from, buffer.cursor, text));
}

function paste(state: State, text: string): State {
  const { buffer } = acceptSearch(state);
  return {
    ...state,
    buffer: insert(buffer, text),
    search: undefined,
    menu: undefined,
  };
}

function typed(state: State, text: string, language: Language): State {
  const buffer = type(state.buffer, text);
  const isCloser = text.length === 1 && ")]}".includes(text);
  const next = edit(state, isCloser ? dedent(buffer, language) : buffer);
  return { ...next, menu: narrowed(state.menu, next.buffer) };
}

/** Aligns a closing bracket that is the first on its line. */
function dedent(buffer: Buffer, language: Language): Buffer {
  const { text, cursor } = buffer;
  const start = lineStart(text, cursor);
  const before = text.slice(start, cursor - 1);
  if (start === 0 || before.trim() !== "") return buffer;
  const line = language.indent(text, start) + text[cursor - 1];
  return replace(buffer, start, cursor, line, "type", true);
}

function narrowed(menu: Menu | undefined, buffer: Buffer): Menu | undefined {
  if (menu === undefined) return undefined;
  return narrow(menu, buffer.text.slice(menu.from, buffer.cursor));
}

function run(state: State, command: CommandName, context: Context): Step {
  const { buffer, recall } = state;
  const { text, cursor } = buffer;
  const { language, hint, rows } = context;
  const isMultiline = text.includes("\n");
  switch (command) {
    case "submit":
      return language.isComplete(text) || isForced(buffer)
        ? { state, effect: "submit" }
        : { state: newline(state, language) };
    case "newline":
      return { state: newline(state, language) };
    case "cancel":
    case "clear":
    case "suspend":
      return { state, effect: command };
    case "erase-or-end":
      if (text === "") return { state, effect: "end" };
      return { state: edit(state, EDITS["erase-right"](buffer)) };
    case "complete":
      return isBlank(buffer) && !isArgument(buffer)
        ? { state: edit(state, insert(buffer, INDENT)) }
        : { state, effect: "complete" };
    case "complete-back":
      return { state: edit(state, outdent(buffer)) };
    case "close":
      return { state };
    case "line-up":
      return lineStart(text, cursor) === 0
        ? older(state)
        : { state: edit(state, moveLines(buffer, -1)) };
    case "line-down":
      return lineEnd(text, cursor) === text.length
        ? newer(state)
        : { state: edit(state, moveLines(buffer, 1)) };
    case "page-up":
      return isMultiline
        ? { state: edit(state, moveLines(buffer, 1 - rows)) }
        : older(state);
    case "page-down":
      return isMultiline
        ? { state: edit(state, moveLines(buffer, rows - 1)) }
        : newer(state);
    case "history-older":
      return older(state);
    case "history-newer":
      return newer(state);
    case "history-oldest":
      return { state: recallTo(state, walkToEnd(recall, text, -1)) };
    case "history-newest":
      return { state: recallTo(state, walkToEnd(recall, text, 1)) };
    case "search-older":
    case "search-newer": {
      const step = command === "search-older" ? -1 : 1;
      const search = searchOf(recall.entries, step, { text, cursor });
      return { state: { ...state, search } };
    }
    case "right":
    case "line-end":
    case "word-right":
      if (cursor === text.length && hint !== "") {
        const part = command === "word-right"
          ? /^[^\p{L}\p{N}_$]*[\p{L}\p{N}_$]*/u.exec(hint)![0]
          : hint;
        return { state: edit(state, insert(buffer, part)) };
      }
      return { state: edit(state, EDITS[command](buffer)) };
    default:
      return { state: edit(state, EDITS[command](buffer)) };
  }
}

/**
 * Whether Enter was pressed on a third empty line at the end: then the text is
 * handed over as it is, in case it was taken for incomplete by mistake.
 */
function isForced({ text, cursor }: Buffer): boolean {
  return cursor === text.length && /(\n[ \t]*){3}$/.test(text);
}

/** Whether a blank is before the cursor, and not one where a key may follow. */
function isBlank({ text, cursor }: Buffer): boolean {
  return /(^|[^{,\s])\s*$/.test(text.slice(0, cursor)) &&
    /(^|\s)$/.test(text.slice(0, cursor));
}

/** Whether the cursor is in the argument of a dot command. */
function isArgument({ text, cursor }: Buffer): boolean {
  return /^\s*\.[a-zA-Z][^\n]*$/.test(text.slice(0, cursor));
}

function newline(state: State, language: Language): State {
  const { buffer } = state;
  const { text, cursor } = buffer;
  // A line of nothing but indentation is left empty.
  const start = lineStart(text, cursor);
  const isBlank = text.slice(start, cursor).trim() === "";
  const indent = language.indent(text, cursor);
  const from = isBlank ? start : cursor;
  return edit(state, replace(buffer, from, cursor, `\n${indent}`));
}

/** Takes a step of indentation off the cursor's line. */
function outdent(buffer: Buffer): Buffer {
  const { text, cursor } = buffer;
  const start = lineStart(text, cursor);
  const spaces = /^ {0,2}/.exec(text.slice(start, start + 2))![0].length;
  if (spaces === 0) return buffer;
  const shorter = replace(buffer, start, start + spaces, "");
  return moveTo(shorter, Math.max(start, cursor - spaces));
}

function older(state: State): Step {
  const recall = walk(state.recall, state.buffer.text, -1);
  if (recall === undefined) return { state, effect: "bell" };
  return { state: recallTo(state, recall) };
}

function newer(state: State): Step {
  const recall = walk(state.recall, state.buffer.text, 1);
  if (recall === undefined) return { state, effect: "bell" };
  return { state: recallTo(state, recall) };
}

/**
 * Shows another entry. Going back, the cursor comes to rest on its first line,
 * so that Up goes on to the entry before; going forward, on its last.
 */
function recallTo(state: State, recall: Recall): State {
  const text = recalled(recall);
  const isBack = recall.index < state.recall.index;
  const cursor = isBack ? lineEnd(text, 0) : text.length;
  return { ...edit(state, setText(state.buffer, text, cursor)), recall };
}

function searching(state: State, search: Search): Step {
  const next = { ...state, search };
  return search.failing ? { state: next, effect: "bell" } : { state: next };
}

function acceptSearch(state: State): State {
  const { search, recall, buffer } = state;
  if (search === undefined) return state;
  const text = searched(search);
  const changes = new Map(recall.changes).set(recall.index, buffer.text);
  return {
    ...edit(state, setText(buffer, text, search.at)),
    search: undefined,
    recall: { ...recall, index: search.index, prefix: "", changes },
  };
}

function inSearch(state: State, command: CommandName, context: Context): Step {
  const search = state.search!;
  switch (command) {
    case "search-older":
      return searching(state, searchOn(search, -1));
    case "search-newer":
      return searching(state, searchOn(search, 1));
    case "erase-left":
      return searching(state, searchFor(search, search.query.slice(0, -1)));
    case "close":
      return { state: { ...state, search: undefined } };
    default:
      return run(acceptSearch(state), command, context);
  }
}

function inMenu(state: State, command: CommandName, context: Context): Step {
  const menu = state.menu!;
  const closed = { ...state, menu: undefined };
  switch (command) {
    case "complete":
    case "line-down":
      return { state: chooseBy(state, menu, 1) };
    case "complete-back":
    case "line-up":
      return { state: chooseBy(state, menu, -1) };
    case "close": {
      const undone = { ...menu, selected: -1 };
      return { state: { ...withChosen(state, menu, undone), menu: undefined } };
    }
    case "submit":
      return menu.selected < 0
        ? run(closed, command, context)
        : { state: closed };
    case "erase-left": {
      const buffer = EDITS["erase-left"](state.buffer);
      const isInside = buffer.cursor >= menu.from + menu.least;
      const next = isInside ? narrowed(menu, buffer) : undefined;
      return { state: { ...state, buffer, menu: next } };
    }
    default:
      return run(closed, command, context);
  }
}

function chooseBy(state: State, menu: Menu, step: number): State {
  return withChosen(state, menu, choose(menu, step));
}

/** Puts what a menu has chosen into the text, in the place of what it had. */
function withChosen(state: State, before: Menu, menu: Menu): State {
  const { buffer } = state;
  const isMerged = before.selected >= 0;
  if (menu.selected === before.selected) return { ...state, menu };
  const text = chosen(menu);
  const next = replace(
    buffer,
    menu.from,
    buffer.cursor,
    text,
    "other",
    isMerged,
  );
  return { ...state, buffer: next, menu };
}
