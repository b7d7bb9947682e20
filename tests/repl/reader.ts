/**
 * A reader who sits at the prompt, for tests.
 *
 * @module
 */

import { Tmux } from "./tmux.ts";

const root = new URL("../../", import.meta.url).pathname;

/** A reader at the prompt, with a home and a folder of their own. */
export class Reader implements AsyncDisposable {
  private constructor(
    readonly terminal: Tmux,
    readonly folder: string,
  ) {}

  /**
   * Starts the prompt.
   *
   * @param folder Where; a new one unless told.
   * @param env Environment on top of the caller's.
   * @param args The program's arguments.
   */
  static async sitDown(
    folder?: string,
    env: Record<string, string> = {},
    args: readonly string[] = [],
  ): Promise<Reader> {
    folder ??= await Deno.makeTempDir();
    const terminal = await Tmux.start({
      command: [
        ...[Deno.execPath(), "run", "-q", "-A", `${root}repl/main.ts`],
        ...args,
      ],
      cwd: folder,
      env: {
        HOME: folder,
        DENO_DIR: Deno.env.get("DENO_DIR") ??
          `${Deno.env.get("HOME")}/.cache/deno`,
        DENO_AUDIT_PERMISSIONS: `${folder}/audit`,
        DENO_NO_UPDATE_CHECK: "1",
        ...env,
      },
    });
    await terminal.sees(/^net>/m);
    return new Reader(terminal, folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminal[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true }).catch(() => {});
  }
}
