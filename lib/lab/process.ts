/**
 * Programs in a host of a lab, as whoever started them has them.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import type { AgentCalls, Ended, Output } from "./calls.ts";
import type { Channel } from "./protocol.ts";

export type { Ended };

const decoder = new TextDecoder();

/** What a program that has ended left behind. */
export class ExecResult {
  /** Its exit code; 128 and the signal's number if a signal ended it. */
  readonly code: number;
  /** The signal that ended it, `"SIGKILL"`; `null` if it ended by itself. */
  readonly signal: string | null;
  /** What it wrote to its standard output, as text. */
  readonly stdout: string;
  /** What it wrote to its standard error, as text. */
  readonly stderr: string;

  /**
   * Takes the parts.
   *
   * @param ended How it ended.
   * @param stdout What it wrote to its standard output.
   * @param stderr What it wrote to its standard error.
   */
  constructor({ code, signal }: Ended, stdout: Uint8Array, stderr: Uint8Array) {
    this.code = code;
    this.signal = signal;
    this.stdout = decoder.decode(stdout);
    this.stderr = decoder.decode(stderr);
  }

  /** Whether it said that all went well, by exit code 0. */
  get ok(): boolean {
    return this.code === 0;
  }

  /** The plain fields. */
  toJSON(): {
    code: number;
    signal: string | null;
    stdout: string;
    stderr: string;
  } {
    const { code, signal, stdout, stderr } = this;
    return { code, signal, stdout, stderr };
  }

  /** What a terminal would show, and how it ended unless that was well. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const on = canvas({ colors: options?.colors ?? false });
    const lines = [
      this.stdout.trimEnd(),
      paint("warn", this.stderr.trimEnd(), on),
      this.ok ? "" : paint("bad", this.signal ?? `exit code ${this.code}`, on),
    ];
    return lines.filter((text) => text !== "").join("\n");
  }
}

/**
 * A program that runs in a host of a lab. It ends with the lab at the latest;
 * dispose of it to end it before.
 */
export class LabProcess implements AsyncDisposable {
  /** Its standard input. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Its standard output; what is not read waits in the program. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Its standard error. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** How it ended, when it has. */
  readonly status: Promise<Ended>;
  readonly #channel: Channel<AgentCalls>;
  readonly #process: number;

  /**
   * Takes a process that the agent has started.
   *
   * @param channel To the agent.
   * @param process Its number there.
   * @ignore
   */
  constructor(channel: Channel<AgentCalls>, process: number) {
    this.#channel = channel;
    this.#process = process;
    this.stdout = this.#output("stdout");
    this.stderr = this.#output("stderr");
    this.stdin = new WritableStream({
      write: async (body) => {
        await channel.call("write", { process }, { body });
      },
      close: async () => {
        await channel.call("write", { process, end: true });
      },
      abort: async () => {
        await channel.call("write", { process, end: true });
      },
    });
    this.status = channel.call("wait", { process }).then(({ result }) =>
      result
    );
    // Whoever asks is told; nobody has to ask.
    this.status.catch(() => {});
  }

  #output(output: Output): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const { body } = await this.#channel.call("read", {
          process: this.#process,
          output,
        });
        if (body && body.length > 0) controller.enqueue(body);
        else controller.close();
      },
    }, { highWaterMark: 0 });
  }

  /**
   * Sends it and all that it started a signal.
   *
   * @param signal The signal's name. @default {"SIGTERM"}
   * @throws {RangeError} If there is no such signal.
   */
  async kill(signal: string = "SIGTERM"): Promise<void> {
    await this.#channel.call("kill", { process: this.#process, signal });
  }

  /** Ends it at once, and waits for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#channel.isOpen) return;
    try {
      await this.kill("SIGKILL");
      await this.status;
      await this.#channel.call("release", { process: this.#process });
    } catch (error) {
      // With the lab it is gone as well.
      if (this.#channel.isOpen) throw error;
    }
  }
}
