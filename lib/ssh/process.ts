/**
 * A command that runs on another machine, with its streams.
 *
 * @module
 */

import type { ExitStatus, TerminalSize } from "./command.ts";
import type { SessionChannel } from "./session_channel.ts";

/** Octets of each stream that are kept here before the command has to wait. */
const ROOM = 1024 * 1024;
/** Octets of the standard error that are kept when nobody wants it. */
const TAIL = 64 * 1024;

/**
 * A command that runs on another machine. What is not read waits there: nothing
 * piles up here. Dispose of it to end it.
 *
 * @see RFC 4254 §5.2 (the window), §6.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({
 *   users: { ada: "secret" },
 *   exec: async (session) => {
 *     for (let i = 0; i < 3; i++) await session.write(`line ${i}\n`);
 *   },
 * });
 * await using on = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
 *   password: "secret",
 *   hostKeys: "any",
 * });
 * await using process = await on.spawn("tail -f log");
 * let text = "";
 * for await (const chunk of process.stdout.pipeThrough(new TextDecoderStream())) {
 *   text += chunk;
 * }
 * assert.equal(text, "line 0\nline 1\nline 2\n");
 * assert.equal((await process.status).exitCode, 0);
 * ```
 */
export class SshProcess implements AsyncDisposable {
  /** What was started. */
  readonly command: string;
  /** Its standard input; close it to say that no more comes. */
  readonly stdin: WritableStream<Uint8Array>;
  /** Its standard output; what is not read waits in the command. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Environment variables that the server did not take. */
  readonly refusedEnv: readonly string[];
  readonly #session: SessionChannel;
  readonly #status: Promise<ExitStatus>;
  readonly #out: Intake;
  readonly #err: Intake;
  /** Whether somebody has asked for the standard error. */
  #isErrWanted = false;
  /** Whether somebody waits for the command to end. */
  #isStatusWanted = false;

  /**
   * Takes a session in which the command runs.
   *
   * @param command What runs.
   * @param session The session, which nobody reads yet.
   * @param ended Gives how it ended, or throws if that is not known.
   * @ignore
   */
  constructor(
    command: string,
    session: SessionChannel,
    ended: (status: ExitStatus) => ExitStatus,
  ) {
    this.command = command;
    this.#session = session;
    this.refusedEnv = session.refusedEnv;
    this.#out = new Intake(() => this.#more(), () => this.#giveWay());
    this.#err = new Intake(() => this.#more(), () => {});
    this.stdout = this.#out.stream;
    this.stdin = new WritableStream({
      write: (octets) => session.write(octets),
      close: () => session.end(),
      abort: () => session.end(),
    });
    this.#status = session.closed.then(ended);
    this.#status.then(() => this.#end(), (error) => this.#end(error));
    session.start({
      stdout: (octets) => this.#out.take(octets) && this.#err.hasRoom,
      stderr: (octets) => {
        this.#err.take(octets);
        return this.#makeRoom() && this.#out.hasRoom;
      },
    });
  }

  /**
   * Its standard error. Once asked for, it has to be read, or the command waits.
   * If nobody asks, the end of it is kept for {@linkcode stderrTail}.
   */
  get stderr(): ReadableStream<Uint8Array> {
    this.#isErrWanted = true;
    return this.#err.stream;
  }

  /** The end of its standard error, 64 KiB at least, as text; while nobody reads it. */
  get stderrTail(): string {
    return this.#err.text();
  }

  /**
   * How it ended, when it has. It rejects with code `"lost"` if the connection
   * broke before.
   */
  get status(): Promise<ExitStatus> {
    this.#isStatusWanted = true;
    this.#giveWay();
    return this.#status;
  }

  /**
   * Sends it a signal. OpenSSH passes it on unless root is logged in; other
   * servers may not.
   *
   * @param signal The signal's name. @default {"SIGTERM"}
   * @throws {TypeError} If SSH has no such signal.
   */
  kill(signal: string = "SIGTERM"): void {
    this.#session.kill(signal);
  }

  /**
   * Tells it that its terminal has another size, if it has a terminal.
   *
   * @param size Cells in a line, and lines.
   */
  resize(size: TerminalSize): void {
    this.#session.resize(size);
  }

  /**
   * Ends it: asks for SIGTERM, takes its streams away, and waits a second at most.
   * What passes over that, as root's commands do in OpenSSH, goes on there.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session.isClosed) return;
    this.#session.kill("SIGTERM");
    this.#session.close();
    // A server closes the session only when the command has ended.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, 1000);
    await Promise.race([this.#session.closed, late]);
    clearTimeout(timer);
  }

  /** Lets go on what is held for a standard error that nobody reads. */
  #giveWay(): void {
    if (!this.#err.hasRoom && this.#makeRoom()) this.#more();
  }

  /**
   * Drops the beginning of the standard error, but only if nobody has asked for
   * it and somebody waits for what comes after it.
   */
  #makeRoom(): boolean {
    if (this.#err.hasRoom) return true;
    const isWaited = this.#isStatusWanted || this.#out.isRead;
    if (this.#isErrWanted || !isWaited) return false;
    this.#err.trim(TAIL);
    return true;
  }

  #more(): void {
    if (this.#out.hasRoom && this.#err.hasRoom) this.#session.resume();
  }

  #end(error?: unknown): void {
    this.#out.end(error);
    this.#err.end(error);
  }
}

/** A stream that is filled from outside, and says when it has enough. */
class Intake {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #more: () => void;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #queue: Uint8Array[] = [];
  #length = 0;
  #isRead = false;
  #state: "open" | "ended" | "cancelled" = "open";
  #error: unknown;

  /**
   * @param more Told when there is room again.
   * @param starved Told when somebody reads and there is nothing.
   */
  constructor(more: () => void, starved: () => void) {
    this.#more = more;
    // The queue is our own: so `pull` means that somebody reads.
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        if (this.#give()) return;
        this.#isRead = true;
        starved();
      },
      cancel: () => {
        this.#state = "cancelled";
        this.#queue = [];
        this.#length = 0;
        more();
      },
    }, { highWaterMark: 0 });
  }

  /** Whether somebody reads, and there is nothing. */
  get isRead(): boolean {
    return this.#isRead;
  }

  get hasRoom(): boolean {
    return this.#length < ROOM;
  }

  take(octets: Uint8Array): boolean {
    if (this.#state === "cancelled") return true;
    if (this.#isRead) {
      this.#isRead = false;
      this.#controller.enqueue(octets);
    } else {
      this.#queue.push(octets);
      this.#length += octets.length;
    }
    return this.hasRoom;
  }

  /** Drops what is oldest, and keeps so many octets at least. */
  trim(kept: number): void {
    let drop = 0;
    while (this.#length - this.#queue[drop]!.length >= kept) {
      this.#length -= this.#queue[drop++]!.length;
    }
    this.#queue.splice(0, drop);
  }

  text(): string {
    const decoder = new TextDecoder();
    const stream = { stream: true };
    return this.#queue.map((octets) => decoder.decode(octets, stream)).join("");
  }

  end(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#error = error;
    if (this.#queue.length === 0) this.#finish();
  }

  #finish(): void {
    if (this.#error === undefined) this.#controller.close();
    else this.#controller.error(this.#error);
  }

  /** Gives a chunk of those that wait. */
  #give(): boolean {
    const octets = this.#queue.shift();
    if (!octets) return false;
    const hadRoom = this.hasRoom;
    this.#length -= octets.length;
    this.#controller.enqueue(octets);
    if (this.#queue.length === 0 && this.#state === "ended") this.#finish();
    else if (!hadRoom && this.hasRoom) this.#more();
    return true;
  }
}
