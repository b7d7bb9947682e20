/** Whole editing sessions: keys in, a real terminal's screen out. */

import type { Completion, Language } from "../../../repl/editor/language.ts";
import { Editor, type Entry } from "../../../repl/editor/editor.ts";
import { hinter } from "../../../repl/editor/history.ts";
import { highlight } from "../../../repl/highlight.ts";
import { indentAt, isComplete } from "../../../repl/lex.ts";
import { FakeTerminal } from "./fake_terminal.ts";
import { Screen } from "./screen.ts";

export interface EditingOptions {
  columns?: number;
  rows?: number;
  entries?: string[];
  colors?: boolean;
  prompt?: string;
  continuation?: string;
  complete?: (text: string, cursor: number) => Promise<Completion>;
}

/** An editor at a fake terminal, with the screen that its user sees. */
export class Editing implements Disposable {
  readonly terminal: FakeTerminal;
  readonly screen: Screen;
  readonly editor: Editor;
  readonly entries: string[];
  readonly #options: EditingOptions;
  #shown: Promise<void> = Promise.resolve();

  constructor(options: EditingOptions = {}) {
    const { columns = 40, rows = 10, entries = [], colors = true } = options;
    this.#options = options;
    this.terminal = new FakeTerminal(columns, rows);
    this.screen = new Screen(columns, rows);
    this.terminal.onWrite = (text) => this.#shown = this.screen.write(text);
    this.entries = entries;
    const history = { entries, add: (text: string) => void entries.push(text) };
    const language: Language = {
      isComplete,
      indent: indentAt,
      highlight,
      complete: options.complete ??
        ((_, cursor) => Promise.resolve({ from: cursor, items: [] })),
      hint: hinter(history),
    };
    this.editor = new Editor({
      terminal: this.terminal,
      language,
      history,
      colors,
    });
  }

  /** Asks for an entry; more is typed with {@linkcode keys}. */
  read(initial = ""): Promise<Entry> {
    const { prompt = "> ", continuation = "... " } = this.#options;
    return this.editor.readEntry({ prompt, continuation, initial });
  }

  /** Sends each argument as one read, and waits until the screen shows it. */
  async keys(...reads: (string | Uint8Array)[]): Promise<string[]> {
    for (const read of reads) {
      this.terminal.feed(read);
      await this.terminal.idle;
    }
    return await this.rows();
  }

  /** The rows on the screen, once all that was written is there. */
  async rows(): Promise<string[]> {
    await this.#shown;
    return this.screen.rows;
  }

  /** Sends keys that end the entry, and waits for it. */
  async end(entry: Promise<Entry>, keys: string): Promise<Entry> {
    this.terminal.feed(keys);
    const result = await entry;
    await this.#shown;
    return result;
  }

  /** Resizes the screen first, as a terminal does, and then tells the editor. */
  async resize(columns: number, rows: number): Promise<string[]> {
    await this.#shown;
    this.screen.resize(columns, rows);
    this.terminal.resize(columns, rows);
    return await this.rows();
  }

  [Symbol.dispose](): void {
    this.screen[Symbol.dispose]();
  }
}

/** Wraps a text as a terminal wraps what is pasted. */
export function pasted(text: string): string {
  return `\x1b[200~${text}\x1b[201~`;
}
