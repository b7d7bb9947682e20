/**
 * One session of a client, as its handler sees it.
 *
 * @see RFC 4254 §6
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";
import type { ServerChannel } from "../ssh2.ts";

/** The terminal at the client's end. */
export interface SessionTerminal {
  /** Its name: `"xterm-256color"`. */
  readonly term: string;
  /** Cells in a line. */
  readonly columns: number;
  /** Lines. */
  readonly rows: number;
}

/** What takes the octets of a session as they come. */
export interface SessionInput {
  /** Octets that the client typed or sent. */
  data(octets: Uint8Array): void;
  /** Nothing more comes: the client has closed its half, or is gone. */
  ended(): void;
}

/** Facts about a session; see {@linkcode ServerSession}. */
export interface SessionFacts {
  /** Who is logged in. */
  readonly user: string;
  /** From where. */
  readonly peer: Endpoint;
  /** How the client names itself: `"OpenSSH_9.2p1"`. */
  readonly software: string;
  /** The command, or the name of the subsystem. */
  readonly command?: string | undefined;
  /** The terminal, if there is one. */
  readonly terminal?: SessionTerminal | undefined;
  /** What of its environment the client sent. */
  readonly environment: Readonly<Record<string, string>>;
  /** Cuts the client's connection. */
  readonly cut: () => void;
}

const DONE = Promise.resolve();

/**
 * A command, a shell or a subsystem that a client runs: octets come by
 * `for await`, or all at once from `text()`; `write` sends some back.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ssh.serve({
 *   users: { ada: "secret" },
 *   exec: async (session) => {
 *     const words = (await session.text()).split(/\s+/);
 *     await session.write(`${session.user} sent ${words.length} words\n`);
 *     return session.command === "count" ? 0 : 127;
 *   },
 * });
 * await using on = await net.ssh.connect(`ada@127.0.0.1:${server.port}`, {
 *   password: "secret",
 *   hostKeys: "any",
 * });
 * const { stdout, exitCode } = await on.run("count", { stdin: "one two three" });
 * assert.deepEqual([stdout, exitCode], ["ada sent 3 words\n", 0]);
 * ```
 */
export class ServerSession implements AsyncIterable<Uint8Array> {
  /** Who is logged in. */
  readonly user: string;
  /** From where. */
  readonly peer: Endpoint;
  /** How the client names itself: `"OpenSSH_9.2p1"`. */
  readonly software: string;
  /** The command, or the name of the subsystem; none for a shell. */
  readonly command: string | undefined;
  /** What of its environment the client sent. */
  readonly environment: Readonly<Record<string, string>>;
  /** Told when the client's window changes. */
  onResize: ((terminal: SessionTerminal) => void) | undefined;
  /** Told of signals that the client sends: `"INT"`, `"TERM"`. */
  onSignal: ((name: string) => void) | undefined;
  readonly #channel: ServerChannel;
  readonly #cut: () => void;
  #terminal: SessionTerminal | undefined;
  #gone: AbortController | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #isClosed = false;
  #hasExited = false;

  /**
   * Takes an accepted channel; a server makes these.
   *
   * @param channel The channel.
   * @param facts Who asks for what.
   */
  constructor(channel: ServerChannel, facts: SessionFacts) {
    this.user = facts.user;
    this.peer = facts.peer;
    this.software = facts.software;
    this.command = facts.command;
    this.environment = facts.environment;
    this.#terminal = facts.terminal;
    this.#channel = channel;
    this.#cut = facts.cut;
    channel.on("error", () => {});
    channel.stderr.on("error", () => {});
    channel.on("drain", () => this.#roomAgain());
    channel.on("close", () => this.gone());
  }

  /** The client's terminal as it is now, if there is one. */
  get terminal(): SessionTerminal | undefined {
    return this.#terminal;
  }

  /** Whether the session is over. */
  get closed(): boolean {
    return this.#isClosed;
  }

  /** Aborts when the session is over: the client may go at any time. */
  get signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#isClosed) this.#gone.abort();
    return this.#gone.signal;
  }

  /**
   * Hands over who takes the octets, in place of `for await`: without streams
   * and promises between, for those who serve thousands.
   *
   * @param input Takes them.
   */
  start(input: SessionInput): void {
    let isEnded = false;
    const end = () => {
      if (!isEnded) input.ended();
      isEnded = true;
    };
    this.#channel.on("data", (octets: Uint8Array) => input.data(octets));
    this.#channel.on("end", end).on("close", end);
  }

  /** The octets that the client sends, until it has no more. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      // One who stops to read may still have something to say.
      const octets = this.#channel.iterator({ destroyOnReturn: false });
      for await (const some of octets) yield some as Uint8Array;
    } catch (error) {
      // A client that went away sends nothing more, and that is all.
      if (!this.#isClosed) throw error;
    }
  }

  /**
   * Reads all that the client sends, as UTF-8.
   *
   * @returns The text.
   */
  async text(): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const octets of this) {
      text += decoder.decode(octets, { stream: true });
    }
    return text + decoder.decode();
  }

  /**
   * Sends to the client's standard output. What is sent to one who is gone is
   * lost.
   *
   * @param data Text, in UTF-8, or octets.
   * @returns When there is room for more.
   */
  write(data: string | Uint8Array): Promise<void> {
    if (this.#isClosed || !this.#channel.writable) return DONE;
    if (this.#channel.write(data)) return DONE;
    this.#room ??= Promise.withResolvers();
    return this.#room.promise;
  }

  /**
   * Sends to the client's standard error.
   *
   * @param data Text, in UTF-8, or octets.
   */
  writeError(data: string | Uint8Array): void {
    if (!this.#isClosed && this.#channel.writable) {
      this.#channel.stderr.write(data);
    }
  }

  /**
   * Ends the session.
   *
   * @param status The exit status, or the name of the signal that ended it:
   * `"KILL"`.
   */
  exit(status: number | string = 0): void {
    if (this.#hasExited) return;
    this.#hasExited = true;
    if (this.#isClosed) return;
    const channel = this.#channel as ServerChannel & {
      exit(status: number | string): void;
    };
    channel.exit(typeof status === "number" ? status & 0xff : status);
    channel.end();
    // A stream ends when it has been read, and who runs no more reads no more.
    channel.resume();
  }

  /** Cuts the client's whole connection, without a word. */
  cut(): void {
    this.#cut();
  }

  /** The client's window is another size; for the server's use. */
  resize(columns: number, rows: number): void {
    if (this.#terminal === undefined) return;
    this.#terminal = { ...this.#terminal, columns, rows };
    this.onResize?.(this.#terminal);
  }

  /** Nobody is there any more; for the server's use. */
  gone(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#roomAgain();
    this.#gone?.abort();
  }

  #roomAgain(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}
