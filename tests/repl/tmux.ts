/**
 * A real terminal for tests: a tmux server of the test's own, whose screen can
 * be read and whose keys can be pressed.
 *
 * @module
 */

import assert from "node:assert/strict";

/** How to start. */
export interface TmuxOptions {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Environment on top of the caller's. */
  readonly env?: Readonly<Record<string, string>>;
  /** The folder to start in. */
  readonly cwd: string;
}

/** A program on a terminal of 80 by 24. */
export class Tmux implements AsyncDisposable {
  readonly #socket: string;
  /** Where the program's exit code is left: tmux itself loses some. */
  readonly #code: string;

  private constructor(socket: string, code: string) {
    this.#socket = socket;
    this.#code = code;
  }

  /** Starts a program on a terminal. */
  static async start({ command, env = {}, cwd }: TmuxOptions): Promise<Tmux> {
    const tmux = new Tmux(
      `netrepl-test-${crypto.randomUUID()}`,
      await Deno.makeTempFile(),
    );
    const quoted = [
      "env",
      ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ...command,
    ].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    await tmux.#run([
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      "-x",
      "80",
      "-y",
      "24",
      "-c",
      cwd,
      `${quoted}; echo $? > ${tmux.#code}; exec cat`,
    ]);
    return tmux;
  }

  /** Types text, as it is. */
  async type(text: string): Promise<void> {
    // To tmux a semicolon at the end begins its next command.
    await this.#run(["send-keys", "-l", "--", text.replace(/;$/, "\\;")]);
  }

  /** Presses keys by tmux's names: `Enter`, `C-c`, `Tab`. */
  async press(...keys: string[]): Promise<void> {
    await this.#run(["send-keys", ...keys]);
  }

  /** Types a line and presses Enter. */
  async enter(text: string): Promise<void> {
    await this.type(text);
    await this.press("Enter");
  }

  /** Pastes text, in brackets if the program asked for them. */
  async paste(text: string): Promise<void> {
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(file, text);
      await this.#run(["load-buffer", file, ";", "paste-buffer", "-p"]);
    } finally {
      await Deno.remove(file);
    }
  }

  /** Changes the terminal's size. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#run(["resize-window", "-x", `${columns}`, "-y", `${rows}`]);
  }

  /** What the screen shows; with `history`, also what scrolled off. */
  async screen(history = false): Promise<string> {
    const text = await this.#run([
      "capture-pane",
      "-p",
      ...(history ? ["-S", "-"] : []),
    ]);
    return text.trimEnd();
  }

  /**
   * Waits until the screen shows something, for some minutes at most: on a
   * busy machine `.save` may take one to check a script's types.
   */
  async sees(pattern: RegExp, history = false): Promise<string> {
    let screen = "";
    for (let tries = 0; tries < 8000; tries++) {
      screen = await this.screen(history);
      if (pattern.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`The screen never showed ${pattern}. It shows:\n${screen}`);
  }

  /** Waits for the program's end and gives its exit code. */
  async exitCode(): Promise<number> {
    for (let tries = 0; tries < 4000; tries++) {
      const [code] = /^\d+/.exec(await Deno.readTextFile(this.#code)) ?? [];
      if (code !== undefined) return Number(code);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`The program did not end. It shows:\n${await this.screen()}`);
  }

  /** Ends the terminal and whatever runs in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run(["kill-server"]).catch(() => {});
    await Deno.remove(this.#code).catch(() => {});
  }

  async #run(args: string[]): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-L", this.#socket, ...args],
      env: { LC_ALL: "C.UTF-8", TERM: "xterm-256color" },
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`tmux: ${decoder.decode(stderr)}`);
    return decoder.decode(stdout);
  }
}

/** Why tmux cannot be used here, or nothing. */
export async function withoutTmux(): Promise<string | undefined> {
  try {
    await new Deno.Command("tmux", { args: ["-V"] }).output();
    return undefined;
  } catch {
    return "tmux is not installed";
  }
}
