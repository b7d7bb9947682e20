/**
 * A host of a lab as a place where the prompt's entries run.
 *
 * @module
 */

import type { LabHost } from "../lib/lab/mod.ts";
import type { SessionHost } from "./command.ts";
import type { Member } from "./inspector.ts";
import type { Entered, Place } from "./place.ts";
import type { answers } from "./remote.ts";
import { Interrupted } from "./kernel.ts";
import { showError } from "./show.ts";

type Answers = typeof answers;

/** After how many milliseconds a second Ctrl-C means it more than the first. */
const INSIST = 300;

/** Entries that run in a host's own process; what they declare stays there. */
export class LabPlace implements Place {
  readonly #host: LabHost;
  readonly #shown: SessionHost;
  readonly #program: string;
  /** The number of the host's process in the lab, when it has one. */
  #pid: number | undefined;
  #running: AbortController | undefined;
  /** When the entry that runs was first told to end. */
  #interrupted: number | undefined;
  /** Whether it was ended with its process. */
  #isEnded = false;

  /**
   * @param host The host.
   * @param shown Where to print.
   * @param root The program's folder.
   */
  constructor(host: LabHost, shown: SessionHost, root: URL) {
    this.#host = host;
    this.#shown = shown;
    const [extension] = /[jt]s$/.exec(import.meta.url)!;
    this.#program = new URL(`repl/remote.${extension}`, root).href;
  }

  get name(): string {
    return this.#host.name;
  }

  /**
   * Starts the host's process, unless it runs.
   *
   * @param signal Gives up.
   */
  async open(signal?: AbortSignal): Promise<void> {
    this.#pid ??= await this.#ask("open", [], signal);
  }

  async enter(source: string, base: string | undefined): Promise<Entered> {
    const { signal } = this.#running = new AbortController();
    this.#interrupted = undefined;
    this.#isEnded = false;
    try {
      await this.open(signal);
      const style = { colors: this.#shown.colors, ...sizeOfTerminal() };
      const args = [source, base, style] as const;
      const { ok, entry, said } = await this.#ask("enter", [...args]);
      for (const { text, isBad } of said) {
        if (isBad) this.#shown.complain(text);
        else this.#shown.print(text);
      }
      return { ok, entry };
    } catch (error) {
      this.#pid = undefined;
      this.#shown.complain(
        this.#isEnded
          ? `The entry did not answer: the process of ${this.name} was ended, and what was declared in it is gone.`
          : showError(error, source, this.#shown),
      );
      return { ok: false, entry: undefined };
    } finally {
      this.#running = undefined;
    }
  }

  names(): Promise<string[]> {
    return this.#ask("names", []);
  }

  members(expression: string): Promise<Member[]> {
    return this.#ask("members", [expression]);
  }

  interrupt(): void {
    if (!this.#running) return;
    if (this.#pid === undefined) {
      this.#running.abort(new Interrupted());
      return;
    }
    const now = performance.now();
    this.#interrupted ??= now;
    this.#isEnded ||= now - this.#interrupted > INSIST;
    // The kernel there listens for SIGINT as the one here does.
    const signal = this.#isEnded ? "KILL" : "INT";
    this.#host.exec(`kill -${signal} ${this.#pid}`).catch(() => {});
  }

  async #ask<K extends keyof Answers>(
    question: K,
    args: Parameters<Answers[K]>,
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Answers[K]>>> {
    // All that this function uses goes along: its text is what runs there.
    return await this.#host.run(
      async (_, { program, question, args }) => {
        const { answers } = await import(program);
        return await answers[question](...args);
      },
      { program: this.#program, question, args },
      signal ? { signal } : {},
    );
  }
}

function sizeOfTerminal(): { columns: number; rows: number } {
  try {
    const { columns, rows } = Deno.consoleSize();
    return { columns: columns || 80, rows: rows || 24 };
  } catch {
    return { columns: 80, rows: 24 };
  }
}
