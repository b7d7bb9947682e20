/**
 * The line editor: reads entries of one or more lines from a terminal.
 *
 * Everything that decides anything is pure and elsewhere: `keys.ts` decodes,
 * `state.ts` edits, `layout.ts` and `painter.ts` draw. Here they are wired to
 * the terminal, and to what takes its time.
 *
 * @module
 */

import { type History, searched } from "./history.ts";
import { Input, within } from "./input.ts";
import type { KeyEvent } from "./keys.ts";
import { type Frame, layout, type Row, type View } from "./layout.ts";
import { menuRows, searchRow } from "./menu.ts";
import {
  leave,
  type Palette,
  paletteOf,
  repaint,
  wipe,
  wipeResized,
} from "./painter.ts";
import type { Language, Span } from "./language.ts";
import { complete, type Effect, type State, stateOf, update } from "./state.ts";
import type { Terminal } from "./terminal.ts";

/** What an {@linkcode Editor} works with. */
export interface EditorOptions {
  readonly terminal: Terminal;
  readonly language: Language;
  readonly history: History;
  /** Whether colour, and faint hints, may be shown. */
  readonly colors: boolean;
}

/** How one entry is asked for. */
export interface ReadOptions {
  /** Before the first line; may hold SGR sequences. */
  readonly prompt: string;
  /** Before further lines. */
  readonly continuation: string;
  /** What the entry begins with. */
  readonly initial?: string;
  /** Whether the prompt is on the screen already, with the cursor behind it. */
  readonly isDrawn?: boolean;
  /** Whether the entry is no part of the history: the answer to a question. */
  readonly isAnswer?: boolean;
  /** Whether what is typed is not shown, and forgotten: a password. */
  readonly isHidden?: boolean;
}

/** What became of an entry. */
export interface Entry {
  /** `"cancel"` after Ctrl-C, `"eof"` after Ctrl-D or a hang-up. */
  readonly kind: "submit" | "cancel" | "eof";
  readonly text: string;
  /** Whether Ctrl-C came right behind it, too early to be a signal. */
  readonly isInterrupted?: boolean;
}

/** How long keys after Tab wait for the completion, in milliseconds. */
const COMPLETION_HEADSTART = 300;
/** Rows of the menu, at most. */
const MENU_ROWS = 10;

/** The language of answers, of which every line is one. */
const ANSWERS: Language = {
  isComplete: () => true,
  indent: () => "",
  highlight: () => [],
  complete: (_text, cursor) => Promise.resolve({ from: cursor, items: [] }),
  hint: () => undefined,
};

/** Reads entries, one after the other. */
export class Editor {
  readonly #terminal: Terminal;
  /** The language of the entries. */
  readonly #entries: Language;
  /** The language of the entry being read. */
  #language: Language;
  readonly #history: History;
  readonly #colors: boolean;
  readonly #palette: Palette;
  readonly #input: Input;
  /** Keys that came after the last entry's end. */
  #typeahead: KeyEvent[] = [];
  #kills: readonly string[] = [];
  /** The entry being read, or the last one. */
  #options: ReadOptions = { prompt: "", continuation: "" };
  #state: State = stateOf("", [], []);
  #size = { columns: 80, rows: 24 };
  #isReading = false;
  /** What is on the screen. */
  #frame: Frame | undefined;
  #completion: Promise<void> | undefined;

  /** Draws nothing until an entry is asked for. */
  constructor(options: EditorOptions) {
    this.#terminal = options.terminal;
    this.#entries = this.#language = options.language;
    this.#history = options.history;
    this.#colors = options.colors;
    this.#palette = paletteOf(options.colors);
    this.#input = new Input(options.terminal);
  }

  /**
   * Reads one entry. The terminal is raw meanwhile, and lets Ctrl-C raise
   * SIGINT afterwards; what is typed then is kept for the next entry.
   */
  async readEntry(options: ReadOptions): Promise<Entry> {
    const { isAnswer = false, isHidden = false } = options;
    this.#options = options;
    this.#language = isAnswer || isHidden ? ANSWERS : this.#entries;
    this.#state = stateOf(
      options.initial ?? "",
      isHidden ? [] : this.#history.entries,
      isHidden ? [] : this.#kills,
    );
    this.#size = this.#terminal.size();
    this.#terminal.setRaw(true);
    if (!options.isDrawn) this.#terminal.write(this.#freshRow());
    const stop = this.#terminal.onResize(() => this.#resize());
    this.#isReading = true;
    try {
      return await this.#read();
    } finally {
      this.#isReading = false;
      this.#frame = undefined;
      this.#completion = undefined;
      if (!isHidden) this.#kills = this.#state.buffer.kills;
      stop();
      this.#terminal.setRaw("cbreak");
    }
  }

  /**
   * Shows the output of something in the background: above the entry while one
   * is being edited.
   */
  print(text: string): void {
    const lines = text.replace(/\r?\n/g, "\r\n");
    const ended = lines.endsWith("\n") ? lines : `${lines}\r\n`;
    const erase = this.#frame === undefined ? "" : wipe(this.#frame);
    if (this.#isReading) this.#paint(erase + ended);
    else this.#terminal.write(ended);
  }

  /** Lets something write to the terminal by itself, as {@linkcode print} does. */
  aside(write: () => void): void {
    if (!this.#isReading || this.#frame === undefined) return write();
    this.#terminal.write(wipe(this.#frame));
    try {
      write();
    } finally {
      this.#paint(this.#freshRow());
    }
  }

  /** Draws the entry anew, after something else has written over it. */
  redraw(): void {
    if (this.#frame !== undefined) this.#paint(wipe(this.#frame));
  }

  async #read(): Promise<Entry> {
    for (;;) {
      for (let event; (event = this.#typeahead.shift());) {
        const entry = this.#take(event);
        if (entry !== undefined) return entry;
        // Keys that follow Tab at once, as from a script, mean what it found.
        if (this.#completion !== undefined && this.#typeahead.length > 0) {
          await within(this.#completion, COMPLETION_HEADSTART);
        }
      }
      this.#paint();
      const events = await this.#input.next();
      if (events === undefined) return this.#finish("eof", "");
      this.#typeahead.push(...events);
    }
  }

  /** Takes one event; gives the entry if that ended it. */
  #take(event: KeyEvent): Entry | undefined {
    // A completion that comes after this key comes too late.
    this.#completion = undefined;
    if (event.type === "paste" && event.dropped > 0) {
      this.print(`A paste of ${event.dropped} characters is too long.`);
      return;
    }
    const { state, effect } = update(this.#state, event, {
      language: this.#language,
      hint: this.#hint(),
      rows: this.#size.rows,
    });
    this.#state = state;
    if (effect !== undefined) return this.#effect(effect);
  }

  #effect(effect: Effect): Entry | undefined {
    switch (effect) {
      case "submit":
        return this.#finish("submit", "");
      case "cancel":
        return this.#finish("cancel", "^C");
      case "end":
        return this.#finish("eof", "");
      case "bell":
        this.#terminal.write("\x07");
        return;
      case "clear":
        this.#paint("\x1b[H\x1b[2J");
        return;
      case "complete":
        this.#complete();
        return;
      case "suspend":
        this.#suspend();
        return;
    }
  }

  #complete(): void {
    const { text, cursor } = this.#state.buffer;
    const completion = this.#language.complete(text, cursor).then((found) => {
      if (this.#completion !== completion) return;
      this.#completion = undefined;
      const { state, effect } = complete(this.#state, found);
      this.#state = state;
      if (effect !== undefined) this.#effect(effect);
      this.#paint();
    }, () => {
      // Nothing to offer is all that a failed completion comes to.
      if (this.#completion === completion) this.#terminal.write("\x07");
    });
    this.#completion = completion;
  }

  #suspend(): void {
    if (this.#terminal.suspend === undefined || !this.#frame) return;
    this.#terminal.write(leave(this.#frame));
    this.#terminal.suspend();
    this.#size = this.#terminal.size();
    this.#paint(this.#freshRow());
  }

  #resize(): void {
    this.#size = this.#terminal.size();
    if (!this.#isReading || this.#frame === undefined) return;
    this.#paint(wipeResized(this.#frame, this.#size.columns));
  }

  /** Leaves the entry's text on the screen, without what only helps editing. */
  #finish(kind: Entry["kind"], mark: string): Entry {
    const { isAnswer, isHidden } = this.#options;
    const text = isHidden ? this.#state.buffer.text : this.#view().text;
    const state = stateOf(text, [], this.#state.buffer.kills);
    this.#state = { ...state, recall: this.#state.recall };
    const spans = isHidden ? [] : this.#language.highlight(text, -1);
    const view = { ...this.#view(), spans, tail: mark, below: [] };
    const last = layout({ ...view, tailLook: "plain" }, {
      ...this.#size,
      rows: Infinity,
    });
    this.#terminal.write(
      repaint(this.#frame, last, this.#palette) + leave(last),
    );
    const isKept = kind === "submit" && !isAnswer && !isHidden;
    if (isKept) this.#history.add(text);
    const [next] = this.#typeahead;
    const entry = { kind, text: kind === "eof" ? "" : text };
    if (!isKept || next?.type !== "key" || next.key !== "ctrl-c") return entry;
    this.#typeahead.shift();
    return { ...entry, isInterrupted: true };
  }

  /** Draws the state: what changed, or all of it after writing `restart`. */
  #paint(restart?: string): void {
    const previous = restart === undefined ? this.#frame : undefined;
    const next = layout(this.#view(), this.#size, this.#frame?.top);
    const out = repaint(previous, next, this.#palette, restart);
    this.#frame = next;
    if (out !== "") this.#terminal.write(out);
  }

  #view(): View {
    const { prompt, continuation, isHidden } = this.#options;
    if (isHidden) {
      const empty = { text: "", cursor: 0, spans: [], tail: "", below: [] };
      return { ...{ prompt, continuation }, ...empty, tailLook: "ghost" };
    }
    const { search, buffer } = this.#state;
    const text = search === undefined ? buffer.text : searched(search);
    const cursor = search?.at ?? buffer.cursor;
    const spans: Span[] = [...this.#language.highlight(text, cursor)];
    if (search !== undefined && search.query !== "" && !search.failing) {
      const end = cursor + search.query.length;
      spans.push({ start: cursor, end, role: "found" });
    }
    return {
      ...{ prompt, continuation, text, cursor, spans },
      tail: firstLine(this.#hint()),
      tailLook: "ghost",
      below: this.#below(),
    };
  }

  /** The rows below the text: what is searched for, or the menu. */
  #below(): Row[] {
    const { search, menu } = this.#state;
    const { columns, rows } = this.#size;
    if (search !== undefined) return [searchRow(search, columns)];
    if (menu === undefined) return [];
    const height = Math.min(MENU_ROWS, Math.max(1, rows - 2));
    return menuRows(menu, { columns, rows: height, colors: this.#colors });
  }

  /** What is shown behind the cursor, and can be taken over. */
  #hint(): string {
    const { search, menu, buffer: { text, cursor } } = this.#state;
    const isWanted = this.#colors && search === undefined &&
      menu === undefined && text !== "" && cursor === text.length;
    return isWanted ? this.#language.hint(text) ?? "" : "";
  }

  /**
   * Goes to the beginning of a row, on a new one if something is on this one:
   * a mark and as many spaces as fit wrap around exactly then.
   */
  #freshRow(): string {
    const mark = this.#colors ? "\x1b[7m%\x1b[27m" : "%";
    return `${mark}${" ".repeat(this.#size.columns - 1)}\r\x1b[K`;
  }
}

function firstLine(text: string): string {
  const end = text.indexOf("\n");
  return end < 0 ? text : `${text.slice(0, end)} …`;
}
