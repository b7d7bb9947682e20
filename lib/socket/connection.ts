/**
 * An open stream of octets in both directions, and how to read frames from it.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes } from "../inspect/units.ts";
import { Endpoint } from "./endpoint.ts";
import { failure } from "./failure.ts";
import {
  CLOSED,
  Inflow,
  type ReadAllOptions,
  type ReadLineOptions,
} from "./inflow.ts";
import { settled, within } from "./waiting.ts";

export type { DeadlineOptions, ReadAllOptions, ReadLineOptions };

/** Options for the constructor of {@linkcode Connection}. */
export interface ConnectionOptions {
  /** Reset when no octet came or went for so many milliseconds. @default {Infinity} */
  idleTimeout?: number | undefined;
}

/**
 * Which directions still carry octets: `"half-closed (local)"` after our own
 * `closeWrite`, `"half-closed (remote)"` after the other side's.
 *
 * @see RFC 9293 §3.6 (half-closed connections), RFC 9113 §5.1 (the names)
 */
export type ConnectionState =
  | "open"
  | "half-closed (local)"
  | "half-closed (remote)"
  | "closed";

/** How long `close` waits for octets that are still on their way out, in ms. */
const FLUSH = 5000;
/** How long it lets the other side react when octets were left unread, in ms. */
const LINGER = 250;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A TCP connection; `connect`, `listen` and `serve` give them out.
 *
 * Reading takes what has arrived and waits only if that is not enough. A wait
 * that ends early, by timeout or signal, takes nothing: the next read finds
 * every octet. What is not read makes the sender wait, and `write` resolves
 * when the system has taken the octets, so a copy loop keeps little in memory.
 *
 * @see RFC 9293
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using conn = await net.tcp.connect(server.address);
 * await conn.write("first\r\nsecond");
 * await conn.closeWrite();
 * assert.equal(await conn.readLine(), "first");
 * assert.equal(await conn.readLine(), "second");
 * assert.equal(await conn.readLine(), null);
 * ```
 */
export class Connection implements AsyncIterable<Uint8Array>, AsyncDisposable {
  /** This side. */
  readonly localAddress: Endpoint;
  /** The other side. */
  readonly remoteAddress: Endpoint;
  readonly #socket: Socket;
  readonly #inflow: Inflow;
  readonly #closed = Promise.withResolvers<void>();
  #writeClosed: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #bytesSent = 0;
  #readable: ReadableStream<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /**
   * Takes over a connected socket of node:net. Readers of the library get
   * theirs from `connect`, `listen` and `serve`.
   *
   * @param socket The socket, opened with `allowHalfOpen`.
   * @param options When to give up an idle connection.
   */
  constructor(socket: Socket, options: ConnectionOptions = {}) {
    const { idleTimeout = Infinity } = options;
    this.#socket = socket;
    this.localAddress = new Endpoint(
      socket.localAddress ?? "",
      socket.localPort ?? 0,
    );
    this.remoteAddress = new Endpoint(
      socket.remoteAddress ?? "",
      socket.remotePort ?? 0,
    );
    const inflow = new Inflow(socket, this.remoteAddress);
    this.#inflow = inflow;
    // Nagle's algorithm holds small writes back for the sake of slow lines,
    // and answers then come 40 ms late.
    socket.setNoDelay(true);
    socket.on("data", (chunk: Uint8Array) => inflow.arrive(chunk));
    socket.on("end", () => inflow.end());
    socket.on("error", (error) => inflow.fail(error));
    socket.on("close", () => {
      if (!inflow.ended) inflow.fail(CLOSED);
      this.#closed.resolve();
    });
    if (idleTimeout <= 0x7fffffff) {
      socket.setTimeout(idleTimeout, () => {
        inflow.fail(
          new NetError(`idle for ${idleTimeout} ms`, {
            code: "timeout",
            op: "keep",
            target: `the connection to ${this.remoteAddress}`,
          }),
        );
        this.reset();
      });
    }
  }

  /** Octets that the system has taken for sending. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Octets that have arrived, read or not. */
  get bytesReceived(): number {
    return this.#inflow.received;
  }

  /** Which directions still carry octets. */
  get state(): ConnectionState {
    if (this.#socket.destroyed || this.#closing || this.#inflow.failed) {
      return "closed";
    }
    if (this.#writeClosed) {
      return this.#inflow.ended ? "closed" : "half-closed (local)";
    }
    return this.#inflow.ended ? "half-closed (remote)" : "open";
  }

  /**
   * Reads what there is, as soon as there is something.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns One octet or more, as they arrived; `null` when the other side has
   * closed its half.
   * @throws {NetError} `"reset"`, `"closed"` or `"timeout"`.
   */
  async read(options: DeadlineOptions = {}): Promise<Uint8Array | null> {
    return await this.#inflow.chunk(options);
  }

  /**
   * Reads a line of UTF-8 text, up to LF or CR LF. The last line may lack both.
   * Octets that are no UTF-8 become U+FFFD.
   *
   * @param options The longest line, how long to wait, and who may stop it.
   * @returns The line without its end; `null` when there are no more.
   * @throws {NetError} `"too-long"` for a line above `max`, of which nothing is
   * taken; `"reset"`, `"closed"` or `"timeout"`.
   */
  async readLine(options: ReadLineOptions = {}): Promise<string | null> {
    const line = await this.#inflow.line(options);
    return line && decoder.decode(line);
  }

  /**
   * Reads line after line until the other side closes its half.
   *
   * @param options As for `readLine`; a timeout is for each line.
   * @returns The lines without their ends.
   * @throws {NetError} As `readLine` does.
   */
  async *lines(options: ReadLineOptions = {}): AsyncGenerator<string> {
    let line: string | null;
    while ((line = await this.readLine(options)) !== null) yield line;
  }

  /**
   * Reads a known number of octets.
   *
   * @param length How many, 0 or more.
   * @param options How long to wait, and who may stop the wait.
   * @returns Exactly so many octets, in a buffer of their own.
   * @throws {NetError} `"closed"` if the other side closes its half before; what
   * came stays to be read. `"reset"` or `"timeout"`.
   * @throws {RangeError} If `length` is negative or no integer.
   */
  async readExactly(
    length: number,
    options: DeadlineOptions = {},
  ): Promise<Uint8Array> {
    return await this.#inflow.exactly(length, options);
  }

  /**
   * Reads until the other side closes its half.
   *
   * @param options The most octets, how long to wait, and who may stop it.
   * @returns Everything that was left, perhaps nothing.
   * @throws {NetError} `"too-large"` above `limit`; `"reset"`, `"closed"` or
   * `"timeout"`. What came stays to be read.
   */
  async readAll(options: ReadAllOptions = {}): Promise<Uint8Array> {
    return await this.#inflow.all(options);
  }

  /**
   * Writes, and waits until the system has taken every octet: a reader that is
   * slow makes its writer wait.
   *
   * A write that ends early, by timeout or signal, may still go out in part:
   * close the connection then, as the other side cannot make sense of more.
   *
   * @param data Text, which is sent as UTF-8, or octets, which must not change
   * until the promise settles.
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"reset"`, `"closed"` or `"timeout"`.
   */
  async write(
    data: string | Uint8Array,
    options: DeadlineOptions = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    if (this.#inflow.failed) throw this.#inflow.failure("write to");
    if (this.#writeClosed) {
      throw failure(CLOSED, "write to", this.remoteAddress);
    }
    const octets = typeof data === "string" ? encoder.encode(data) : data;
    if (octets.length === 0) return;
    const flushed = new Promise<void>((resolve, reject) => {
      this.#socket.write(octets, (error) => {
        if (error) return reject(this.#inflow.failure("write to", error));
        this.#bytesSent += octets.length;
        resolve();
      });
    });
    await within("write to", this.remoteAddress, flushed, options);
  }

  /**
   * Says that this side has sent everything; reading goes on. A second call
   * waits for the first.
   *
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"reset"`, `"closed"` or `"timeout"`.
   * @see RFC 9293 §3.6
   */
  async closeWrite(options: DeadlineOptions = {}): Promise<void> {
    options.signal?.throwIfAborted();
    this.#writeClosed ??= this.#end();
    await within("close", this.remoteAddress, this.#writeClosed, options);
  }

  /**
   * Closes both directions. What was written goes out first; after 5 seconds
   * without success, or at the signal, the connection is reset instead, so that
   * the other side does not take half of it for the whole. Never throws.
   *
   * @param options Another limit, in milliseconds, and a signal.
   */
  async close(options: DeadlineOptions = {}): Promise<void> {
    this.#closing ??= this.#close(options);
    await this.#closing;
  }

  /**
   * Drops the connection at once, octets on their way out included. The other
   * side sees "connection reset".
   *
   * @see RFC 9293 §3.5.3
   */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  /** The chunks as a web stream, which takes them from `read`. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= new ReadableStream({
      pull: async (controller) => {
        const chunk = await this.read();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => this.#inflow.discard(),
    }, { highWaterMark: 0 });
  }

  /** A web stream into `write`; closing it closes this half. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      write: (chunk) => this.write(chunk),
      close: () => this.closeWrite(),
      abort: () => this.reset(),
    });
  }

  /** Chunk after chunk, as they arrive, until the other side closes its half. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    let chunk: Uint8Array | null;
    while ((chunk = await this.read()) !== null) yield chunk;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Both ends, state and octets each way, plain. */
  toJSON(): {
    localAddress: string;
    remoteAddress: string;
    state: ConnectionState;
    bytesSent: number;
    bytesReceived: number;
  } {
    return {
      localAddress: `${this.localAddress}`,
      remoteAddress: `${this.remoteAddress}`,
      state: this.state,
      bytesSent: this.#bytesSent,
      bytesReceived: this.#inflow.received,
    };
  }

  /** One line: both ends, state and octets each way. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const ends = `${this.localAddress} -> ${this.remoteAddress}`;
    const state = paint(
      this.state === "open" ? "good" : "warn",
      this.state,
      room,
    );
    return `TCP ${paint("name", ends, room)} ${state}, ${
      bytes(this.#bytesSent)
    } sent, ${bytes(this.#inflow.received)} received`;
  }

  #end(): Promise<void> {
    const ended = new Promise<void>((resolve, reject) => {
      if (this.#inflow.failed) return reject(this.#inflow.failure("close"));
      this.#socket.end((error?: Error | null) =>
        error ? reject(this.#inflow.failure("close", error)) : resolve()
      );
    });
    // Not everyone who calls closeWrite() stays to see how it ends.
    ended.catch(() => {});
    return ended;
  }

  async #close(options: DeadlineOptions): Promise<void> {
    const { timeout = FLUSH, signal } = options;
    const unread = this.#inflow.close();
    if (!this.#socket.destroyed) {
      this.#writeClosed ??= this.#end();
      try {
        await within("close", this.remoteAddress, this.#writeClosed, {
          timeout,
          signal,
        });
        // With octets unread the system answers a close by a reset, and then
        // the other side may lose what was sent last (RFC 1122 §4.2.2.13).
        if (unread && this.#bytesSent > 0) {
          await settled([this.#inflow.over()], LINGER);
        }
        this.#socket.destroy();
      } catch {
        this.reset();
      }
    }
    await this.#closed.promise;
  }
}
