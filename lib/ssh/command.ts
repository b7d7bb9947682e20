/**
 * What a command is given, and what it leaves behind.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import { type Canvas, canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { visible } from "../inspect/text.ts";
import { count } from "../inspect/units.ts";

/** How large a terminal is. */
export interface TerminalSize {
  /** Cells in a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** How what ran in a session ended. */
export interface ExitStatus {
  /** Its exit code; `undefined` if a signal ended it, or nobody said. */
  readonly exitCode: number | undefined;
  /** The signal that ended it, `"SIGKILL"`. */
  readonly signal: string | undefined;
}

/** How to become another user. */
export interface SudoOptions {
  /** The password of who is logged in. @default {none; sudo must not ask} */
  readonly password?: string | undefined;
  /** Whom to become. @default {"root"} */
  readonly user?: string | undefined;
}

/** What a command reads: a text, octets, or a stream of them. */
export type Stdin =
  | string
  | Uint8Array
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>;

/** The terminal that a command gets. */
export interface PtyOptions {
  /** Its name, as the other side knows it. @default {"xterm-256color"} */
  readonly term?: string | undefined;
  /** Its width in cells. @default {80} */
  readonly columns?: number | undefined;
  /** Its height in lines. @default {24} */
  readonly rows?: number | undefined;
}

/** How a command is started. */
export interface SpawnOptions {
  /** A terminal for it; its standard error then comes with the output. @default {false} */
  readonly pty?: boolean | PtyOptions | undefined;
  /**
   * Environment variables. A server takes those that its `AcceptEnv` names;
   * the others are in `refusedEnv` of the result. @default {none}
   */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Options for {@linkcode SshConnection.run}. */
export interface RunOptions extends SpawnOptions, DeadlineOptions {
  /** What it reads. @default {nothing} */
  readonly stdin?: Stdin | undefined;
  /** Runs it as another user, root if nothing else is said. @default {false} */
  readonly sudo?: boolean | SudoOptions | undefined;
  /** How its octets are text, by the names of `TextDecoder`. @default {"utf-8"} */
  readonly encoding?: string | undefined;
  /** More octets of output than this are an error. @default {64 MiB} */
  readonly maxOutput?: number | undefined;
  /**
   * The longest that it may take, in milliseconds. Then it is told to end: it
   * loses its streams, its terminal hangs up, and SIGTERM is asked for, which
   * OpenSSH passes on unless root is logged in. @default {Infinity}
   */
  readonly timeout?: number | undefined;
  /** Ends it in the same way. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a command that has ended left behind.
 *
 * @see RFC 4254 §6.10 (exit codes and signals)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = new TextEncoder().encode("a\nb\n");
 * const result = new net.ssh.RunResult(
 *   "ls",
 *   { exitCode: 0, signal: undefined },
 *   { stdout: octets, stderr: new Uint8Array(), decoder: new TextDecoder() },
 *   12,
 * );
 * assert.deepEqual([result.ok, result.lines], [true, ["a", "b"]]);
 * ```
 */
export class RunResult {
  /** What ran, as it was given. */
  readonly command: string;
  /** What it wrote to its standard output. */
  readonly stdout: string;
  /** What it wrote to its standard error; empty with a terminal. */
  readonly stderr: string;
  /** Its exit code; `undefined` if a signal ended it, or the server did not say. */
  readonly exitCode: number | undefined;
  /** The signal that ended it, `"SIGKILL"`. */
  readonly signal: string | undefined;
  /** From the call to its end, in milliseconds. */
  readonly duration: number;
  /** Environment variables that the server did not take. */
  readonly refusedEnv: readonly string[];
  readonly #octets: Uint8Array;

  /**
   * Takes the parts.
   *
   * @param command What ran.
   * @param status How it ended.
   * @param output What it wrote.
   * @param output.stdout The octets of its standard output.
   * @param output.stderr The octets of its standard error.
   * @param output.decoder Makes text of them.
   * @param duration Milliseconds.
   * @param refusedEnv Environment variables that the server did not take.
   */
  constructor(
    command: string,
    status: ExitStatus,
    output: {
      readonly stdout: Uint8Array;
      readonly stderr: Uint8Array;
      readonly decoder: TextDecoder;
    },
    duration: number,
    refusedEnv: readonly string[] = [],
  ) {
    this.command = command;
    this.stdout = output.decoder.decode(output.stdout);
    this.stderr = output.decoder.decode(output.stderr);
    this.exitCode = status.exitCode;
    this.signal = status.signal;
    this.duration = duration;
    this.refusedEnv = refusedEnv;
    this.#octets = output.stdout;
  }

  /** Whether it said that all went well, by exit code 0. */
  get ok(): boolean {
    return this.exitCode === 0;
  }

  /** The octets of its standard output. */
  get stdoutBytes(): Uint8Array {
    return this.#octets;
  }

  /** The lines of its standard output, without what ends them. */
  get lines(): string[] {
    const text = this.stdout.replace(/\r?\n$/, "");
    return text === "" ? [] : text.split(/\r?\n/);
  }

  /** The plain fields. */
  toJSON(): {
    command: string;
    stdout: string;
    stderr: string;
    exitCode: number | undefined;
    signal: string | undefined;
    duration: number;
    ok: boolean;
  } {
    const { command, stdout, stderr, exitCode, signal, duration, ok } = this;
    return { command, stdout, stderr, exitCode, signal, duration, ok };
  }

  /** What a terminal would show, and how it ended unless that was well. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const end = this.signal ??
      (this.exitCode === undefined
        ? "ended, and the server did not say how"
        : `exit code ${this.exitCode}`);
    const refused = this.refusedEnv.length === 0
      ? ""
      : `not taken by the server: ${this.refusedEnv.join(", ")} (AcceptEnv)`;
    const lines = [
      shown(this.stdout, on),
      paint("warn", shown(this.stderr, on), on),
      paint("warn", refused, on),
      this.ok ? "" : paint("bad", end, on),
    ];
    return lines.filter((text) => text !== "").join("\n");
  }
}

/** So many lines of an output are shown; all of them are in the result. */
const SHOWN = 1000;

/** Output as a terminal may be given it: it was written by another machine. */
function shown(output: string, on: Canvas): string {
  // deno-lint-ignore no-control-regex
  const plain = output.trimEnd().replace(/\x1b\[[\d;:]*m/g, "");
  const lines = plain.split("\n");
  const first = lines.slice(0, SHOWN).map((line) =>
    line.replace(/\r$/, "").split("\t").map(visible).join("\t")
  );
  const rest = lines.length - first.length;
  if (rest > 0) first.push(paint("muted", `… ${count(rest)} more lines`, on));
  return first.join("\n");
}
