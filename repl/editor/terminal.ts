/**
 * The terminal itself: the one file of the editor that does I/O.
 *
 * It imports nothing, so that the first prompt can be drawn before anything
 * else is loaded. Whatever it changes it puts back, also when the program ends
 * through `Deno.exit()`.
 *
 * @module
 */

/** A terminal, or what stands in for one in tests. */
export interface Terminal {
  /** The size in cells; 80 by 24 if it does not say. */
  size(): { columns: number; rows: number };
  /** Writes all of a text, before it returns. */
  write(text: string): void;
  /** Waits for input: octets, or `null` when there will be no more. */
  read(): Promise<Uint8Array | null>;
  /**
   * Chooses who handles keys: raw leaves all of them to the editor, `"cbreak"`
   * lets Ctrl-C raise SIGINT, `false` is how the terminal was.
   */
  setRaw(mode: boolean | "cbreak"): void;
  /** Calls back at each change of size, until the returned function is called. */
  onResize(callback: () => void): () => void;
  /** Stops the program as Ctrl-Z does elsewhere; returns when it goes on. */
  suspend?(): void;
}

/** A terminal that must be closed. */
export interface OpenTerminal extends Terminal, Disposable {
  /** Puts everything back; may be called twice. */
  close(): void;
}

const PASTE_ON = "\x1b[?2004h";
/** Also ends a paint that was cut short, and shows the cursor. */
const RESTORE = "\x1b[?2004l\x1b[?2026l\x1b[?25h";

/** Opens the terminal of standard input and output. */
export function openTerminal(): OpenTerminal {
  return new StandardTerminal();
}

class StandardTerminal implements OpenTerminal {
  readonly #encoder = new TextEncoder();
  readonly #input = new Uint8Array(65536);
  readonly #resizers = new Set<() => void>();
  #mode: boolean | "cbreak" = false;
  #isGone = false;
  readonly #onExit = () => this.close();

  constructor() {
    globalThis.addEventListener("unload", this.#onExit);
  }

  size(): { columns: number; rows: number } {
    try {
      const { columns, rows } = Deno.consoleSize();
      // A terminal that nobody has sized yet says 0.
      return { columns: columns || 80, rows: rows || 24 };
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  write(text: string): void {
    const octets = this.#encoder.encode(text);
    for (let written = 0; written < octets.length && !this.#isGone;) {
      try {
        written += Deno.stdout.writeSync(octets.subarray(written));
      } catch (error) {
        // Standard output may be shared with whom made it non-blocking.
        if (error instanceof Deno.errors.WouldBlock) pause();
        else if (error instanceof Deno.errors.Interrupted) continue;
        // Nobody is left to write to; the next read ends the session.
        else this.#isGone = true;
      }
    }
  }

  async read(): Promise<Uint8Array | null> {
    try {
      const count = await Deno.stdin.read(this.#input);
      return count === null ? null : this.#input.slice(0, count);
    } catch (error) {
      // EIO: the terminal was hung up.
      if (error instanceof Error && this.#isHangUp(error)) return null;
      throw error;
    }
  }

  #isHangUp(error: Error & { code?: string }): boolean {
    return error.code === "EIO" || /os error 5\b/.test(error.message);
  }

  setRaw(mode: boolean | "cbreak"): void {
    if (mode === this.#mode) return;
    if (mode === false) this.write(RESTORE);
    try {
      if (mode === "cbreak") Deno.stdin.setRaw(true, { cbreak: true });
      else Deno.stdin.setRaw(mode);
    } catch {
      // No terminal, or none any more: lines come as they come.
    }
    // Again at each entry: a program that ran in between may have ended it.
    if (mode === true) this.write(PASTE_ON);
    this.#mode = mode;
  }

  onResize(callback: () => void): () => void {
    Deno.addSignalListener("SIGWINCH", callback);
    const stop = () => {
      if (!this.#resizers.delete(stop)) return;
      Deno.removeSignalListener("SIGWINCH", callback);
    };
    this.#resizers.add(stop);
    return stop;
  }

  suspend(): void {
    const mode = this.#mode;
    this.setRaw(false);
    Deno.kill(Deno.pid, "SIGTSTP");
    this.setRaw(mode);
  }

  close(): void {
    globalThis.removeEventListener("unload", this.#onExit);
    for (const stop of this.#resizers) stop();
    this.setRaw(false);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Waits a millisecond, without giving the event loop a turn. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
}
