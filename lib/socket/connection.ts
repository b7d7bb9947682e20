/**
 * An open stream of octets in both directions, and how to read frames from it.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { DeadlineOptions } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes } from "../inspect/units.ts";
import type { Endpoint } from "./endpoint.ts";
import type {
  ConnectAttempt,
  ConnectionFacts,
  ConnectionJson,
  ConnectionState,
} from "./connection_options.ts";
import { ConnectionInfo } from "./connection_info.ts";
import { closeSocket } from "./closing.ts";
import { decode, wrap } from "./cutting.ts";
import type { Framing } from "./framing.ts";
import { FreshSocket, opened } from "./fresh_socket.ts";
import {
  Inflow,
  type Observer,
  type ReadAllOptions,
  type ReadLineOptions,
} from "./inflow.ts";
import { copy, NO_LIMIT, Outflow } from "./outflow.ts";
import { LiveOptions } from "./live_options.ts";
import { familyOf, withDescriptor } from "./socket_options.ts";
import { within } from "./waiting.ts";
import { limitIdleness, localEnd, remoteEnd, wire } from "./wiring.ts";
import { Chunks, readableOf, writableOf } from "./web_streams.ts";

export type * from "./connection_options.ts";
export type { DeadlineOptions, Observer, ReadAllOptions, ReadLineOptions };

const NONE: readonly ConnectAttempt[] = [];
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * A connection over TCP or a unix socket; `connect`, `listen` and `serve` give
 * them out.
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
  /** The addresses that `connect` tried for it, the one that it took the last. */
  readonly attempts: readonly ConnectAttempt[];
  #socket: Socket | FreshSocket;
  readonly #inflow: Inflow;
  readonly #outflow: Outflow;
  #closing: Promise<void> | undefined;
  #readable: ReadableStream<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;

  /**
   * Takes over a connected socket. Readers of the library get theirs from
   * `connect`, `listen` and `serve`.
   *
   * @param socket Of node:net, opened with `allowHalfOpen`; or a fresh one.
   * @param facts What is known besides: of a fresh one both addresses.
   */
  constructor(socket: Socket | FreshSocket, facts: ConnectionFacts = {}) {
    const { idleTimeout = Infinity, attempts = NONE } = facts;
    this.#socket = socket;
    this.localAddress = facts.localAddress ?? localEnd(opened(socket));
    this.remoteAddress = facts.remoteAddress ?? remoteEnd(opened(socket));
    this.attempts = attempts;
    const isFresh = socket instanceof FreshSocket;
    const inflow = new Inflow(socket, this.remoteAddress, isFresh);
    this.#inflow = inflow;
    this.#outflow = new Outflow(socket, inflow);
    if (isFresh) socket.inflow = inflow;
    else wire(socket, inflow);
    if (idleTimeout < Infinity) {
      limitIdleness(this.#open(), inflow, idleTimeout);
    }
  }

  /** Octets that the system has taken for sending. */
  get bytesSent(): number {
    return this.#outflow.sent;
  }

  /** Octets that have arrived, read or not. */
  get bytesReceived(): number {
    // To look at it is to want what has come.
    if (!this.#closing) this.#open();
    return this.#inflow.received;
  }

  /** Which directions still carry octets. */
  get state(): ConnectionState {
    if (this.#closing || this.#inflow.failed || this.#open().destroyed) {
      return "closed";
    }
    if (this.#outflow.isEnded) {
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
  read(options: DeadlineOptions = NO_LIMIT): Promise<Uint8Array | null> {
    return options === NO_LIMIT
      ? this.#inflow.next()
      : this.#inflow.chunk(options);
  }

  /**
   * Passes on whatever comes, no faster than the other connection takes it. It
   * costs less than a loop of `read` and `write`.
   *
   * @param to Where to; its half stays open.
   * @returns When the other side has closed its half.
   * @throws {NetError} `"reset"` or `"closed"`, of the connection that broke.
   */
  copyTo(to: Connection): Promise<void> {
    return copy(this.#inflow, to.#outflow);
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
  write(
    data: string | Uint8Array,
    options: DeadlineOptions = NO_LIMIT,
  ): Promise<void> {
    return this.#outflow.write(data, options);
  }

  /**
   * Reads a frame; `net.tcp.frames` does so again and again.
   *
   * @param framing How it is cut: `net.tcp.lines()`, `net.tcp.lengthPrefixed()`.
   * @param options How long to wait, and who may stop the wait.
   * @returns The frame; `null` when the other side has closed its half.
   * @throws {NetError} `"too-long"` for one above `max`, of which nothing is
   * taken; `"malformed"`, `"reset"`, `"closed"` or `"timeout"`.
   */
  async readFrame<T>(
    framing: Framing<T>,
    options: DeadlineOptions = {},
  ): Promise<T | null> {
    const octets = await this.#inflow.frame(framing, options);
    return octets && decode(octets, framing, this.remoteAddress);
  }

  /**
   * Sends a frame, as `write` does.
   *
   * @param framing How the other side cuts it.
   * @param frame What to send.
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"reset"`, `"closed"` or `"timeout"`.
   * @throws {RangeError} If the other side could not cut it like that.
   */
  async writeFrame<T>(
    framing: Framing<T>,
    frame: T,
    options: DeadlineOptions = {},
  ): Promise<void> {
    await this.write(wrap(framing.encode(frame), framing), options);
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
    await within("close", this.remoteAddress, this.#outflow.end(), options);
  }

  /**
   * Closes both directions. What was written goes out first; after 5 seconds
   * without success, or at the signal, the connection is reset instead, so that
   * the other side does not take half of it for the whole. Never throws.
   *
   * @param options Another limit, in milliseconds, and a signal.
   */
  async close(options: DeadlineOptions = {}): Promise<void> {
    this.#closing ??= closeSocket(
      this.#socket,
      this.#inflow,
      this.#outflow,
      options,
    );
    await this.#closing;
  }

  /**
   * Drops the connection at once, octets on their way out included. The other
   * side sees "connection reset".
   *
   * @see RFC 9293 §3.5.3
   */
  reset(): void {
    this.#open().resetAndDestroy();
  }

  /**
   * Shows every octet to somebody else too, as it comes or goes;
   * `net.tcp.record` does so.
   *
   * @param observer Told which way, and the octets, which it must not change.
   * @returns Ends it.
   */
  observe(observer: Observer): () => void {
    this.#open();
    return this.#inflow.observe(observer);
  }

  /**
   * The socket's options by their names: `options.get("ttl")`,
   * `options.set({ ttl: 5 })`; at the prompt a table of all of them.
   */
  get options(): LiveOptions {
    return new LiveOptions(this.#open(), this.#ends);
  }

  /**
   * Asks the kernel what it knows of the connection: round-trip time, window,
   * losses. Linux alone, with `--allow-ffi`.
   *
   * @returns What TCP_INFO says, a card at the prompt.
   * @throws {NetError} `"unsupported"`, `"closed"`.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  info(): ConnectionInfo {
    const { localAddress, remoteAddress } = this;
    return withDescriptor(
      this.#open(),
      this.#ends.target,
      (fd) =>
        new ConnectionInfo({ fd, ...this.#ends }, localAddress, remoteAddress),
    );
  }

  /** The chunks as a web stream, which takes them from `read`. */
  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= readableOf(this, () => this.#inflow.discard());
  }

  /** A web stream into `write`; closing it closes this half. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= writableOf(this);
  }

  /** Chunk after chunk, as they arrive, until the other side closes its half. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return new Chunks(() => this.#inflow.next());
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Both ends, state and octets each way, plain. */
  toJSON(): ConnectionJson {
    return {
      localAddress: `${this.localAddress}`,
      remoteAddress: `${this.remoteAddress}`,
      state: this.state,
      bytesSent: this.#outflow.sent,
      bytesReceived: this.bytesReceived,
    };
  }

  /** One line: both ends, state and octets each way. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const ends = `${this.localAddress} -> ${this.remoteAddress}`;
    const { state } = this;
    const shown = paint(state === "open" ? "good" : "warn", state, room);
    const protocol = this.localAddress.isUnix ? "Unix" : "TCP";
    return `${protocol} ${paint("name", ends, room)} ${shown}, ${
      bytes(this.#outflow.sent)
    } sent, ${bytes(this.bytesReceived)} received`;
  }

  #open(): Socket {
    return this.#socket = opened(this.#socket);
  }

  get #ends(): { family: "ipv4" | "ipv6" | "unix"; target: string } {
    const { localAddress, remoteAddress } = this;
    return {
      family: familyOf(localAddress),
      target: `the connection to ${remoteAddress}`,
    };
  }
}
