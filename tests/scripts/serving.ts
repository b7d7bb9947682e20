/**
 * Scripts as a reader runs them: a child with the permissions that its header
 * names.
 *
 * @module
 */

import { parseScript } from "../../repl/script.ts";

const root = new URL("../../", import.meta.url);
const MODE = ["--quiet", "--no-prompt", "--no-check"];

/**
 * The command line of a script.
 *
 * @param name Its file in the folder of scripts.
 * @param args What is typed behind it.
 * @returns The command, its outputs piped.
 */
export async function command(
  name: string,
  args: readonly string[],
): Promise<Deno.Command> {
  const { pathname } = new URL(`scripts/${name}`, root);
  const { flags } = parseScript(await Deno.readTextFile(pathname));
  return new Deno.Command(Deno.execPath(), {
    args: ["run", ...MODE, ...flags, pathname, ...args],
    cwd: root,
    env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** A script that serves, and what it says, line by line. */
export class Serving implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  async line(): Promise<string> {
    while (!this.#rest.includes("\n")) {
      const { value } = await this.#lines.read();
      if (value === undefined) throw new Error(`it ended: ${this.#rest}`);
      this.#rest += value;
    }
    const [line = "", ...more] = this.#rest.split("\n");
    this.#rest = more.join("\n");
    return line;
  }

  /** What the pattern's group has in the next line, where it is an address. */
  async address(pattern: RegExp): Promise<string> {
    const line = await this.line();
    const found = pattern.exec(line)?.[1];
    if (found === undefined) throw new Error(`no ${pattern} in ${line}`);
    return found;
  }

  /** Sends it a signal. */
  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Ends it as Ctrl-C does; gives what it said last, and how it ended. */
  async end(): Promise<{ code: number; out: string; err: string }> {
    this.#child.kill("SIGINT");
    let out = this.#rest;
    for (let read; !(read = await this.#lines.read()).done;) out += read.value;
    const err = await new Response(this.#child.stderr).text();
    return { code: (await this.#child.status).code, out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      return;
    }
    await this.#lines.cancel();
    if (!this.#child.stderr.locked) await this.#child.stderr.cancel();
    await this.#child.status;
  }
}

/**
 * Starts a script that serves, on a free port.
 *
 * @param name Its file in the folder of scripts.
 * @param args What is typed behind it.
 * @returns The running script.
 */
export async function start(
  name: string,
  ...args: readonly string[]
): Promise<Serving> {
  return new Serving((await command(name, ["--port", "0", ...args])).spawn());
}
