/**
 * A running WebSocket server.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import { Deadline } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { Endpoint } from "../socket/endpoint.ts";
import { ErrorLog } from "../socket/error_log.ts";
import { type CloseOptions, drainOf, Running } from "../socket/running.ts";
import { readHead } from "./handshake.ts";
import { Hosted } from "./hosting.ts";
import type { BroadcastOptions } from "./room.ts";
import type { Handler, ServeOptions } from "./serve_options.ts";
import type { Message, Socket } from "./socket.ts";
import {
  answerHead,
  finalAnswer,
  judge,
  requestIn,
  wantsSocket,
} from "./upgrade.ts";

export type { CloseOptions };

/**
 * A running WebSocket server; `serve` gives them out.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ws.serve({}, net.ws.echo);
 * await using socket = await net.ws.connect(server.url);
 * assert.equal(server.broadcast("to all"), 1);
 * assert.equal(await socket.receive(), "to all");
 * ```
 */
export class Server implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Resolves when the server has closed. */
  readonly finished: Promise<void>;
  readonly #stopListening: () => void;
  readonly #handler: Handler;
  readonly #options: ServeOptions;
  readonly #log: ErrorLog<Socket | undefined>;
  readonly #hosted: Hosted;
  readonly #shaking = new Running<NodeSocket>();
  readonly #stopping = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #accepted = 0;
  #refused = 0;
  #closing: Promise<void> | undefined;

  /**
   * Begins to serve; `serve` makes the listener too.
   *
   * @param address Where it listens.
   * @param stopListening Called when no more is to come.
   * @param handler What to do with each socket.
   * @param options What `serve` was told.
   */
  constructor(
    address: Endpoint,
    stopListening: () => void,
    handler: Handler,
    options: ServeOptions,
  ) {
    this.address = address;
    this.finished = this.#over.promise;
    this.#stopListening = stopListening;
    this.#handler = handler;
    this.#options = options;
    this.#log = new ErrorLog(options.onError);
    this.#hosted = new Hosted({
      limits: options,
      stopping: this.#stopping.signal,
    });
  }

  /** Its URL: `"ws://127.0.0.1:8080"`. */
  get url(): string {
    return `${this.#options.tls ? "wss" : "ws"}://${this.address}`;
  }

  /** Sockets taken so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Sockets being served. */
  get open(): number {
    return this.#hosted.running.size;
  }

  /** The sockets being served, the oldest first. */
  get sockets(): Socket[] {
    return [...this.#hosted.running];
  }

  /** Requests that became no WebSocket, those for the page aside. */
  get refused(): number {
    return this.#refused;
  }

  /** Handlers that threw, and sockets that broke in their hands. */
  get failed(): number {
    return this.#log.count;
  }

  /** The newest 100 of these errors, oldest first. */
  get errors(): readonly unknown[] {
    return this.#log.errors;
  }

  /**
   * Says something to all sockets; those too far behind miss it.
   *
   * @param message A text, or octets.
   * @param options Who does not hear it.
   * @returns How many it was sent to.
   */
  broadcast(message: Message, options: BroadcastOptions = {}): number {
    return this.#hosted.all.broadcast(message, options);
  }

  /**
   * Takes a connection in, as the listener finds it.
   *
   * @param socket The connection.
   */
  take(socket: NodeSocket): void {
    if (this.#closing) return void socket.resetAndDestroy();
    this.#shaking.add(socket);
    void this.#shakeHands(socket).finally(() => this.#shaking.delete(socket));
  }

  /**
   * Takes an error in.
   *
   * @param error What went wrong.
   */
  record(error: unknown): void {
    this.#log.record(error, undefined);
  }

  /**
   * Takes no more sockets, tells those that are open that it goes away (1001),
   * lets their handlers end, and drops the rest when the time is up. A second
   * call waits for the first.
   *
   * @param options How long handlers may go on, in milliseconds.
   * @throws {RangeError} If `drain` is negative or not a number.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const drain = drainOf(this.url, options);
    this.#closing ??= this.#close(drain);
    await this.#closing;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address and counters, plain. */
  toJSON(): {
    url: string;
    accepted: number;
    open: number;
    refused: number;
    failed: number;
  } {
    const { url, accepted, open, refused, failed } = this;
    return { url, accepted, open, refused, failed };
  }

  /** One line: where it listens, and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#closing
      ? paint("warn", "closed", room)
      : paint("good", "serving", room);
    const bad = (n: number, what: string) =>
      n === 0 ? "" : `, ${paint("bad", `${count(n)} ${what}`, room)}`;
    return `WebSocket ${paint("name", this.url, room)} ${state}, ${
      count(this.#accepted)
    } accepted, ${count(this.open)} open${bad(this.#refused, "refused")}${
      bad(this.failed, "failed")
    }`;
  }

  async #shakeHands(socket: NodeSocket): Promise<void> {
    const { handshakeTimeout = 10_000, maxConnections = Infinity, page } =
      this.#options;
    const { signal } = this.#stopping;
    const { remoteAddress = "", remotePort = 0 } = socket;
    const peer = new Endpoint(remoteAddress, remotePort);
    const refuse = (answer: string) => {
      this.#refused++;
      finish(socket, answer);
    };
    using deadline = new Deadline("shake hands with", `${peer}`, {
      timeout: handshakeTimeout,
      signal: this.#stopping.signal,
    });
    let head;
    try {
      head = await readHead(socket, peer, deadline);
    } catch (error) {
      const status = STATUS[(error as { code?: string }).code ?? ""];
      return refuse(status === undefined ? "" : finalAnswer(status));
    }
    const request = requestIn(head, peer);
    if ("status" in request) {
      return refuse(finalAnswer(request.status, request.fields));
    }
    if (page !== undefined && !wantsSocket(request.headers)) {
      return finish(socket, finalAnswer(200, {}, page));
    }
    if (this.open >= maxConnections) {
      return refuse(finalAnswer(503, { "Retry-After": "1" }));
    }
    try {
      const agreement = await judge(request, this.#options);
      if ("status" in agreement) {
        return refuse(finalAnswer(agreement.status, agreement.fields));
      }
      deadline.signal.throwIfAborted();
      socket.write(answerHead(101, agreement.fields));
      this.#accepted++;
      void this.#hosted.serve(
        socket,
        head.rest,
        peer,
        agreement,
        (open) => this.#handler(open, { request, signal }),
        (error, open) => this.#log.record(error, open),
      );
    } catch (error) {
      if (!this.#closing) this.record(error);
      refuse(finalAnswer(503));
    }
  }

  async #close(drain: number): Promise<void> {
    this.#stopListening();
    this.#stopping.abort(
      new NetError("the server is closing", {
        code: "closed",
        op: "serve",
        target: this.url,
      }),
    );
    await Promise.all([
      this.#hosted.running.drain(drain, (socket) => socket.abort()),
      this.#shaking.drain(drain, (socket) => socket.resetAndDestroy()),
    ]);
    this.#over.resolve();
  }
}

/** What is answered to a request that could not be read. */
const STATUS: Readonly<Record<string, number>> = {
  timeout: 408,
  "too-large": 431,
  malformed: 400,
};

/** Says a last word and lets go, also of one who does not listen. */
function finish(socket: NodeSocket, answer: string): void {
  if (socket.destroyed) return;
  if (answer === "") return void socket.destroy();
  const timer = setTimeout(() => socket.destroy(), 1000);
  socket.once("close", () => clearTimeout(timer));
  // What is unread would turn our end into a reset, and the answer be lost.
  socket.on("data", () => {});
  socket.on("end", () => socket.destroy());
  socket.resume();
  socket.end(answer);
}
