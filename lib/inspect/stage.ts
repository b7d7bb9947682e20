/**
 * A terminal as the stage of what goes on: a few lines below the cursor that
 * are drawn again and again and vanish at the end, or the whole screen.
 *
 * The terminal is handed over by who owns it; all that is done to it is undone
 * when there is nothing more to show, whatever the reason.
 *
 * @module
 */

import { onlyKnown } from "../known_options.ts";
import { type Canvas, canvas } from "./canvas.ts";
import { readKey } from "./keys.ts";
import { type Live, setStage } from "./live.ts";
import { STAGE } from "./option_names.ts";
import { truncate } from "./text.ts";

/** What a terminal must be able to do; `Deno` itself is one. */
export interface TerminalLike {
  /** Where to write. */
  readonly stdout: {
    /** Writes some octets, and says how many. */
    writeSync(octets: Uint8Array): number;
    /** Whether it is a terminal. */
    isTerminal(): boolean;
  };
  /** Where keys come from; without it nobody hears them. */
  readonly stdin?: {
    /** Whether it is a terminal. */
    isTerminal(): boolean;
    /** Takes keys one by one, or line by line as before. */
    setRaw(mode: boolean, options?: { cbreak: boolean }): void;
    /** Waits for octets; `null` for the end. */
    read(into: Uint8Array): Promise<number | null>;
    /** Takes back octets that were typed for somebody else. */
    unread?(octets: Uint8Array): void;
    /** Ends a read that waits, which would keep the program from ending. */
    close?(): void;
  };
  /** The size in cells. */
  consoleSize(): { columns: number; rows: number };
  /** Whether colour is not wanted. */
  readonly noColor?: boolean;
  /** Listens for Ctrl-C while something is shown, which is then cancelled. */
  addSignalListener?(signal: "SIGINT", listener: () => void): void;
  /** Listens no longer. */
  removeSignalListener?(signal: "SIGINT", listener: () => void): void;
}

/** A method of a console that prints. */
export type PrintingMethod =
  | "log"
  | "info"
  | "debug"
  | "warn"
  | "error"
  | "table"
  | "dir"
  | "trace";

/** A console whose lines go above what is shown. */
export type ConsoleLike = {
  // deno-lint-ignore no-explicit-any -- as the real one has it
  [K in PrintingMethod]: (...values: any[]) => void;
};

/** Options for {@linkcode stage}. */
export interface StageOptions {
  /** What else prints on this terminal, mostly `console`. @default {nothing} */
  console?: ConsoleLike | undefined;
}

/** A terminal on which live things are shown. */
export interface OpenStage extends Disposable {
  /** Lets something else write to the terminal, above what is shown. */
  aside<T>(write: () => T): T;
  /** Gives the terminal back until the result is disposed of. */
  pause(): Disposable;
}

const PRINTING: readonly PrintingMethod[] = [
  "log",
  "info",
  "debug",
  "warn",
  "error",
  "table",
  "dir",
  "trace",
];

/** How often it is drawn, in milliseconds; what is over sooner is not shown. */
const BEAT = 100;
/** The most rows of what does not ask for the whole screen. */
const BLOCK = 12;

/** The alternate screen, without a cursor; and back. */
const SCREEN_ON = "\x1b[?1049h\x1b[?25l";
const SCREEN_OFF = "\x1b[?25h\x1b[?1049l";
/** Synchronised output: a terminal that knows it shows no half of a frame. */
const FRAME_ON = "\x1b[?2026h";
const FRAME_OFF = "\x1b[?2026l";

/** What ends programs, or says that one is about to end. */
const ENDINGS = ["unload", "error", "unhandledrejection"];

const encoder = new TextEncoder();

/**
 * Shows on a terminal what goes on in this program, until disposed of.
 *
 * What takes its time (a scan, a capture) is shown below the cursor and gone
 * when it is over; what asks for the whole screen gets it, and the keys. Ctrl-C
 * cancels what is shown. Where standard output is no terminal, nothing happens.
 *
 * @param terminal The terminal: `Deno`.
 * @param options What else prints there.
 * @returns The stage, to be disposed of.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * using _stage = net.inspect.stage(Deno, { console });
 * assert.equal(await new net.inspect.Run("Count", () => Promise.resolve(7)), 7);
 * ```
 */
export function stage(
  terminal: TerminalLike,
  options: StageOptions = {},
): OpenStage {
  onlyKnown("open a stage", options, STAGE, { log: "{ console }" });
  const opened = new TerminalStage(terminal);
  const { console } = options;
  if (terminal.stdout.isTerminal()) {
    opened.onDispose(setStage((live) => opened.show(live)));
    if (console) opened.onDispose(printAside(opened, console));
  }
  return opened;
}

/** Makes a console print above what is shown. */
function printAside(stage: OpenStage, console: ConsoleLike): Disposable {
  const own = PRINTING.map((name) => [name, console[name]] as const);
  for (const [name, print] of own) {
    console[name] = (...values) =>
      stage.aside(() => Reflect.apply(print, console, values));
  }
  return {
    [Symbol.dispose]() {
      for (const [name, print] of own) console[name] = print;
    },
  };
}

class TerminalStage implements OpenStage {
  readonly #terminal: TerminalLike;
  readonly #stack = new DisposableStack();
  readonly #shown = new Set<Live>();
  readonly #input = new Uint8Array(1024);
  readonly #leaving = () => this.#leave();
  readonly #interrupted = () => this.#interrupt();
  #pauses = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What has the whole screen. */
  #screen: Live | undefined;
  /** What is on the terminal now. */
  #frame: string | undefined;
  #isReading = false;
  #isGone = false;

  constructor(terminal: TerminalLike) {
    this.#terminal = terminal;
  }

  onDispose(what: Disposable): void {
    this.#stack.use(what);
  }

  show(live: Live): void {
    this.#shown.add(live);
    const end = () => this.#end(live);
    live.ended.then(end, end);
    if (live.wholeScreen) this.#quiet();
    // Not yet: who presents itself while it is made is not whole.
    this.#beat(live.wholeScreen ? 0 : BEAT);
  }

  aside<T>(write: () => T): T {
    this.#leave();
    return write();
  }

  pause(): Disposable {
    this.#pauses++;
    this.#quiet();
    this.#leave();
    const stack = new DisposableStack();
    stack.defer(() => {
      this.#pauses--;
      this.#beat(BEAT);
    });
    return stack;
  }

  [Symbol.dispose](): void {
    this.#stack.dispose();
    this.#shown.clear();
    this.#quiet();
    this.#leave();
    if (this.#isReading) this.#terminal.stdin?.close?.();
  }

  #end(live: Live): void {
    this.#shown.delete(live);
    if (this.#shown.size === 0) this.#quiet();
    if (this.#shown.size === 0 || this.#screen === live) this.#leave();
  }

  /** Draws after a while, and from then on at each beat. */
  #beat(wait: number): void {
    if (this.#timer !== undefined || this.#pauses > 0) return;
    if (this.#shown.size === 0 || this.#isGone) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#draw();
      } finally {
        this.#beat(BEAT);
      }
    }, wait);
  }

  #quiet(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #draw(): void {
    const { columns, rows } = this.#size();
    const page = canvas({ width: columns, colors: !this.#terminal.noColor });
    const lives = [...this.#shown];
    const screen = lives.findLast((live) => live.wholeScreen);
    if (screen !== this.#screen) this.#leave();
    const room = screen ? rows : Math.max(1, Math.min(BLOCK, rows - 1));
    const shown = screen ? [screen] : lives.slice(-room);
    const lines = shown.flatMap((live) =>
      this.#linesOf(live, page, Math.floor(room / shown.length))
    );
    if (lines.length === 0) return this.#leave();
    // A row is erased before it is written, or it would lose its last column.
    const body = lines.map((line) => `\x1b[K${truncate(line, columns)}`)
      .join("\r\n") + "\x1b[J";
    // The same lines on another width stand elsewhere.
    const frame = `${columns} ${rows} ${body}`;
    if (frame === this.#frame) return;
    const isFirst = this.#frame === undefined;
    this.#frame = frame;
    if (isFirst) this.#enter(screen, columns);
    // The cursor waits where the block begins: what others print all the same
    // is then written over the block, and stays.
    const back = lines.length > 1 ? `\x1b[${lines.length - 1}A\r` : "\r";
    this.#write(
      FRAME_ON + (screen ? `\x1b[H${body}` : `\r${body}${back}`) + FRAME_OFF,
    );
  }

  #linesOf(live: Live, page: Canvas, height: number): string[] {
    try {
      const text = live.draw(page, height);
      return text === "" ? [] : text.split("\n").slice(0, height);
    } catch (error) {
      // It would fail again at each beat.
      this.#end(live);
      throw error;
    }
  }

  #size(): { columns: number; rows: number } {
    try {
      const { columns, rows } = this.#terminal.consoleSize();
      // A terminal that nobody has sized yet says 0.
      return { columns: columns || 80, rows: rows || 24 };
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  /** Takes the screen, or a fresh row. */
  #enter(screen: Live | undefined, columns: number): void {
    const { stdin } = this.#terminal;
    for (const name of ENDINGS) {
      globalThis.addEventListener(name, this.#leaving);
    }
    this.#terminal.addSignalListener?.("SIGINT", this.#interrupted);
    if (screen === undefined) {
      // Spaces wrap around exactly if there is something on this row.
      return this.#write(`\x1b[?25l${" ".repeat(columns)}\r`);
    }
    this.#screen = screen;
    this.#write(SCREEN_ON);
    if (!stdin?.isTerminal()) return;
    stdin.setRaw(true, { cbreak: true });
    if (!this.#isReading) this.#read(stdin);
  }

  /** Takes away what is drawn, and puts the terminal back as it was. */
  #leave(): void {
    if (this.#frame === undefined) return;
    for (const name of ENDINGS) {
      globalThis.removeEventListener(name, this.#leaving);
    }
    this.#terminal.removeSignalListener?.("SIGINT", this.#interrupted);
    const hadScreen = this.#screen !== undefined;
    this.#screen = undefined;
    this.#frame = undefined;
    this.#write(hadScreen ? SCREEN_OFF : "\r\x1b[J\x1b[?25h");
    const { stdin } = this.#terminal;
    if (hadScreen && stdin?.isTerminal()) stdin.setRaw(false);
  }

  /** Ctrl-C: once for what is shown, and the next time for the program. */
  #interrupt(): void {
    const reason = new DOMException("Interrupted by Ctrl-C", "AbortError");
    const lives = [...this.#shown];
    this.#shown.clear();
    this.#quiet();
    this.#leave();
    for (const live of lives) live.cancel?.(reason);
  }

  async #read(stdin: NonNullable<TerminalLike["stdin"]>): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#screen !== undefined) {
        const count = await stdin.read(this.#input);
        if (count === null) return;
        const rest = this.#press(this.#input.subarray(0, count));
        // It may be what is typed for the next line.
        if (rest.length > 0) stdin.unread?.(rest.slice());
      }
    } catch {
      // Closed, or hung up: there are no more keys.
    } finally {
      this.#isReading = false;
    }
  }

  /** Hands keys to what has the screen; gives what is not for it. */
  #press(octets: Uint8Array): Uint8Array {
    for (let at = 0; at < octets.length;) {
      const live = this.#screen;
      if (live === undefined) return octets.subarray(at);
      const { name, end } = readKey(octets, at);
      at = end;
      if (name !== "" && live.key?.(name) === true) this.#end(live);
    }
    return octets.subarray(octets.length);
  }

  #write(text: string): void {
    let octets = encoder.encode(text);
    try {
      while (octets.length > 0 && !this.#isGone) {
        octets = octets.subarray(this.#terminal.stdout.writeSync(octets));
      }
    } catch {
      // Nobody is left to see it.
      this.#isGone = true;
    }
  }
}
