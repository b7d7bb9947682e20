/**
 * The kernels of a lab's hosts: for each host in which a function is run, a
 * process in its namespaces that evaluates it.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { nodeFolder } from "./agent_files.ts";
import { type Place, signalGroup, startProgram } from "./agent_process.ts";
import type { HostCalls, LogLine, Output } from "./calls.ts";
import { Channel } from "./protocol.ts";
import { PROGRAM_ENV, programCommand } from "./program.ts";

/** How long a run that is to stop may take to do so before its kernel is ended, in milliseconds. */
const GRACE = 200;
/** How much longer the kernel itself may take to say that. */
const ANSWER = 150;
/** How long to wait for what a run wrote, in milliseconds: someone may have closed the output. */
const DRAIN = 100;
/** What a kernel said last, for when it ends. */
const TAIL = 20;

/** One host's kernel; it is started by the first run, and anew after it ended. */
export class HostKernel {
  readonly #place: Place;
  readonly #log: (line: LogLine) => void;
  #running: Promise<Running> | undefined;

  /**
   * Starts nothing yet.
   *
   * @param place The host.
   * @param log Told each line that is written in it.
   */
  constructor(place: Place, log: (line: LogLine) => void) {
    this.#place = place;
    this.#log = log;
  }

  /**
   * Evaluates a function.
   *
   * @param source Its text.
   * @param arg Its argument, encoded.
   * @param signal Stops it, by ending the kernel if need be.
   * @returns What it gave or threw, encoded.
   */
  async run(
    source: string,
    arg: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly threw: boolean; readonly body: Uint8Array }> {
    this.#running ??= this.#start();
    const running = await this.#running;
    signal.throwIfAborted();
    const run = ++running.count;
    const stop = () => this.#stop(running, run);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const { result, body } = await running.channel.call(
        "run",
        { run, source },
        { body: arg },
      );
      running.finished++;
      await running.drained();
      return { ...result, body: body ?? new Uint8Array(0) };
    } catch (error) {
      if (running.channel.isOpen) throw error;
      throw await running.obituary();
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #stop(running: Running, run: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, GRACE + ANSWER);
    const asked = running.channel.call("stop", { run, grace: GRACE });
    const answer = await Promise.race([asked, promise]).catch(() => undefined);
    clearTimeout(timer);
    if (!answer?.result.stopped) {
      running.isEnded = true;
      signalGroup(running.child, "SIGKILL");
    }
  }

  async #start(): Promise<Running> {
    const { node } = this.#place;
    const path = `${nodeFolder(node.name)}/kernel`;
    Deno.mkdirSync(nodeFolder(node.name), { recursive: true });
    const listener = Deno.listen({ transport: "unix", path });
    try {
      const child = startProgram(this.#place, {
        argv: programCommand("host", [node.name, path]),
        env: PROGRAM_ENV,
      });
      const logs = {
        stdout: new Log(node.name, "stdout", this.#log),
        stderr: new Log(node.name, "stderr", this.#log),
      };
      const pumped = Promise.all([
        logs.stdout.pump(child.stdout),
        logs.stderr.pump(child.stderr),
      ]);
      const connection = await Promise.race([
        listener.accept(),
        child.status.then(() => undefined),
      ]);
      const running = new Running(node.name, child, logs, pumped, connection);
      running.channel.closed.then(() => this.#running = undefined);
      if (!connection) {
        this.#running = undefined;
        throw await running.obituary();
      }
      return running;
    } finally {
      // Which takes its file away.
      listener.close();
    }
  }
}

/** A kernel that runs. */
class Running {
  /** Runs begun. */
  count = 0;
  /** Runs that answered: so many marks stand in each output. */
  finished = 0;
  /** Whether it was ended because a run would not stop. */
  isEnded = false;
  readonly channel: Channel<HostCalls>;

  constructor(
    readonly host: string,
    readonly child: Deno.ChildProcess,
    readonly logs: Readonly<Record<Output, Log>>,
    readonly pumped: Promise<unknown>,
    connection: Deno.Conn | undefined,
  ) {
    this.channel = new Channel(
      connection ?? {
        readable: new ReadableStream({ start: (c) => c.close() }),
        writable: new WritableStream(),
      },
    );
  }

  /** Waits until all that finished runs wrote is in the log. */
  async drained(): Promise<void> {
    const { stdout, stderr } = this.logs;
    const { finished } = this;
    if (stdout.marks >= finished && stderr.marks >= finished) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, DRAIN);
    await Promise.race([
      promise,
      Promise.all([stdout.marked(finished), stderr.marked(finished)]),
    ]);
    clearTimeout(timer);
  }

  /** Why nothing more comes from it. */
  async obituary(): Promise<NetError> {
    const facts = {
      code: "closed",
      op: "run a function in",
      target: this.host,
    };
    const { code, signal } = await this.child.status;
    await this.pumped;
    if (this.isEnded) {
      return new NetError(
        "its kernel was ended, since a run that was aborted did not stop",
        {
          ...facts,
          hint: "let long functions watch their third parameter's signal",
        },
      );
    }
    const how = signal === null ? `exit code ${code}` : signal;
    const said = this.logs.stderr.tail.join(" / ");
    return new NetError(
      `its kernel ended with ${how}${said === "" ? "" : `: ${said}`}`,
      facts,
    );
  }
}

/** The lines of an output, and the marks in it. */
class Log {
  /** Marks so far. */
  marks = 0;
  /** The last lines. */
  readonly tail: string[] = [];
  readonly #host: string;
  readonly #stream: Output;
  readonly #log: (line: LogLine) => void;
  #waiting: { readonly marks: number; readonly resolve: () => void }[] = [];
  #rest = "";

  constructor(host: string, stream: Output, log: (line: LogLine) => void) {
    this.#host = host;
    this.#stream = stream;
    this.#log = log;
  }

  marked(marks: number): Promise<void> {
    if (this.marks >= marks) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push({ marks, resolve });
    return promise;
  }

  async pump(output: ReadableStream<Uint8Array>): Promise<void> {
    const decoder = new TextDecoder();
    for await (const octets of output) {
      const parts = decoder.decode(octets, { stream: true }).split("\0");
      parts.forEach((part, i) => {
        // A mark comes after a run's last line, ended or not.
        if (i > 0) this.#mark();
        this.#take(part);
      });
    }
    this.#flush();
    this.marks = Infinity;
    this.#settle();
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop()!;
    for (const line of lines) this.#say(line);
  }

  #say(text: string): void {
    this.tail.push(text);
    if (this.tail.length > TAIL) this.tail.shift();
    this.#log({ host: this.#host, stream: this.#stream, text });
  }

  #flush(): void {
    if (this.#rest !== "") this.#say(this.#rest);
    this.#rest = "";
  }

  #mark(): void {
    this.#flush();
    this.marks++;
    this.#settle();
  }

  #settle(): void {
    const { marks } = this;
    for (const { resolve } of this.#waiting.filter((w) => w.marks <= marks)) {
      resolve();
    }
    this.#waiting = this.#waiting.filter((w) => w.marks > marks);
  }
}
