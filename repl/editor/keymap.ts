/**
 * Which key does what: readline's Emacs keys, and those of newer terminals.
 *
 * @module
 */

import type { EditName } from "./buffer.ts";

/** What a key can ask of the editor: an edit of the buffer, or one of these. */
export type CommandName =
  | EditName
  | "cancel"
  | "clear"
  | "close"
  | "complete"
  | "complete-back"
  | "erase-or-end"
  | "history-newer"
  | "history-newest"
  | "history-older"
  | "history-oldest"
  | "line-down"
  | "line-up"
  | "newline"
  | "page-down"
  | "page-up"
  | "search-newer"
  | "search-older"
  | "submit"
  | "suspend";

/** Commands by the key's name; see `keys.ts` for the names. */
export const KEYMAP: Readonly<Record<string, CommandName>> = {
  "alt-<": "history-oldest",
  "alt->": "history-newest",
  "alt-/": "redo",
  "alt-b": "word-left",
  "alt-backspace": "kill-word-left",
  "alt-d": "kill-word-right",
  "alt-delete": "kill-word-right",
  "alt-enter": "newline",
  "alt-f": "word-right",
  "alt-left": "word-left",
  "alt-right": "word-right",
  "alt-y": "yank-older",
  "backspace": "erase-left",
  "ctrl-/": "undo",
  "ctrl-_": "undo",
  "ctrl-a": "line-start",
  "ctrl-b": "left",
  "ctrl-backspace": "kill-word-left",
  "ctrl-c": "cancel",
  "ctrl-d": "erase-or-end",
  "ctrl-delete": "kill-word-right",
  "ctrl-e": "line-end",
  "ctrl-end": "text-end",
  "ctrl-f": "right",
  "ctrl-g": "close",
  "ctrl-h": "erase-left",
  "ctrl-home": "text-start",
  "ctrl-i": "complete",
  "ctrl-j": "submit",
  "ctrl-k": "kill-line-end",
  "ctrl-l": "clear",
  "ctrl-left": "word-left",
  "ctrl-m": "submit",
  "ctrl-n": "line-down",
  "ctrl-p": "line-up",
  "ctrl-r": "search-older",
  "ctrl-right": "word-right",
  "ctrl-s": "search-newer",
  "ctrl-t": "transpose",
  "ctrl-u": "kill-line-start",
  "ctrl-w": "kill-blank-left",
  "ctrl-y": "yank",
  "ctrl-z": "suspend",
  "delete": "erase-right",
  "down": "line-down",
  "end": "line-end",
  "enter": "submit",
  "escape": "close",
  "home": "line-start",
  "left": "left",
  "pagedown": "page-down",
  "pageup": "page-up",
  "right": "right",
  "shift-backspace": "erase-left",
  "shift-enter": "newline",
  "shift-tab": "complete-back",
  "tab": "complete",
  "up": "line-up",
};
