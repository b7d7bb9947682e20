/**
 * UDP: open a socket, send and receive datagrams, serve many senders.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { Datagram } from "./datagram.ts";
import type { Endpoint } from "./endpoint.ts";
import { ErrorLog } from "./error_log.ts";
import { checkHandler } from "./local.ts";
import { type CloseOptions, drainOf, Running } from "./running.ts";
import type { OpenOptions } from "./udp_carrier.ts";
import { open } from "./udp_open.ts";
import type { Socket } from "./udp_socket.ts";

export * from "./datagram.ts";
export * from "./udp_request.ts";
export { connect, open } from "./udp_open.ts";
export { Socket } from "./udp_socket.ts";
export * from "./udp_live_options.ts";
export type { GroupOptions, Membership } from "./multicast.ts";
export type { Carrier, OpenOptions, Sink, Taken } from "./udp_carrier.ts";
export type { OptionName, SocketOptions, SomeOptions } from "./udp_options.ts";
export { Endpoint, endpoint, type EndpointLike } from "./endpoint.ts";
export type { DeadlineOptions } from "../deadline.ts";
export type { CloseOptions };

/**
 * Serves one datagram.
 *
 * @param datagram What came, and from whom.
 * @param socket To answer with.
 */
export type Handler = (
  datagram: Datagram,
  socket: Socket,
) => Promise<void> | void;

/** Options for {@linkcode serve}. */
export interface ServeOptions extends OpenOptions {
  /** Handlers at once; further datagrams wait in the queue. @default {64} */
  concurrency?: number | undefined;
  /**
   * Told of what a handler threw; `server.errors` keeps it anyway. There is no
   * datagram if receiving itself failed.
   */
  onError?:
    | ((error: unknown, datagram: Datagram | undefined) => void)
    | undefined;
}

/**
 * A running UDP server.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, net.udp.echo);
 * await using socket = await net.udp.open();
 * await socket.send("x", server.address);
 * await socket.receive({ timeout: 1000 });
 * assert.equal(server.received, 1);
 * ```
 */
export class Server implements AsyncDisposable {
  /** Where it is bound. */
  readonly address: Endpoint;
  /** Resolves when the server has closed. */
  readonly finished: Promise<void>;
  readonly #socket: Socket;
  readonly #handler: Handler;
  readonly #concurrency: number;
  readonly #log: ErrorLog<Datagram | undefined>;
  readonly #running = new Running<Datagram>();
  #stopped = false;
  #closing: Promise<void> | undefined;

  /**
   * Begins to serve; {@linkcode serve} opens the socket too.
   *
   * @param socket Where datagrams come from; closed with the server.
   * @param handler What to do with each.
   * @param options What {@linkcode serve} was told.
   */
  constructor(socket: Socket, handler: Handler, options: ServeOptions = {}) {
    const { concurrency = 64, onError } = options;
    this.address = socket.address;
    this.#socket = socket;
    this.#handler = handler;
    this.#concurrency = concurrency;
    this.#log = new ErrorLog(onError);
    this.finished = this.#receive().then(() => this.close());
  }

  /** Datagrams received so far. */
  get received(): number {
    return this.#socket.received;
  }

  /** Datagrams sent so far. */
  get sent(): number {
    return this.#socket.sent;
  }

  /** Datagrams that found the queue full. */
  get dropped(): number {
    return this.#socket.dropped;
  }

  /** Handlers that threw. */
  get failed(): number {
    return this.#log.count;
  }

  /** The newest 100 things that handlers threw, oldest first. */
  get errors(): readonly unknown[] {
    return this.#log.errors;
  }

  /**
   * Takes no more datagrams, lets running handlers finish, and closes the
   * socket. A second call waits for the first.
   *
   * @param options How long handlers may go on.
   * @throws {RangeError} If `drain` is negative or not a number.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const drain = drainOf(`${this.address}`, options);
    this.#closing ??= this.#close(drain);
    await this.#closing;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address and counters, plain. */
  toJSON(): {
    address: string;
    received: number;
    sent: number;
    dropped: number;
    failed: number;
  } {
    const { received, sent, dropped, failed } = this;
    return { address: `${this.address}`, received, sent, dropped, failed };
  }

  /** One line: where it is bound, and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#closing
      ? paint("warn", "closed", room)
      : paint("good", "serving", room);
    const bad = ([["dropped", this.dropped], ["failed", this.failed]] as const)
      .filter(([, n]) => n > 0)
      .map(([word, n]) => `, ${paint("bad", `${count(n)} ${word}`, room)}`);
    return `UDP ${paint("name", `${this.address}`, room)} ${state}, ${
      count(this.received)
    } received, ${count(this.sent)} sent${bad.join("")}`;
  }

  async #receive(): Promise<void> {
    while (!this.#stopped && !this.#socket.closed) {
      try {
        for await (const datagram of this.#socket) {
          if (this.#stopped) return;
          void this.#serve(datagram);
          await this.#running.room(this.#concurrency);
        }
      } catch (error) {
        this.#log.record(error, undefined);
      }
    }
  }

  async #serve(datagram: Datagram): Promise<void> {
    this.#running.add(datagram);
    try {
      await this.#handler(datagram, this.#socket);
    } catch (error) {
      this.#log.record(error, datagram);
    }
    this.#running.delete(datagram);
  }

  async #close(drain: number): Promise<void> {
    this.#stopped = true;
    await this.#running.drain(drain);
    await this.#socket.close();
  }
}

/**
 * Serves UDP: runs a handler for every datagram.
 *
 * @param options Where to bind, and how many handlers may run at once.
 * @param handler What to do with each datagram.
 * @returns The server, which is bound already: its `address` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port or another number is out of range.
 * @see RFC 768
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, async (datagram, socket) => {
 *   await socket.send(datagram.text().toUpperCase(), datagram.from);
 * });
 * await using socket = await net.udp.open();
 * await socket.send("ping", server.address);
 * assert.equal((await socket.receive({ timeout: 1000 })).text(), "PING");
 * ```
 */
export async function serve(
  options: ServeOptions,
  handler: Handler,
): Promise<Server> {
  const { concurrency = 64 } = options;
  if (!(concurrency >= 1)) {
    throw new RangeError(
      `Cannot serve as 'concurrency' must be 1 or more: current value is ${concurrency}`,
    );
  }
  checkHandler(handler);
  return new Server(await open(options), handler, options);
}

/**
 * A {@linkcode Handler} that sends every datagram back to its sender.
 *
 * @param datagram What came.
 * @param socket To answer with.
 * @returns When it is on its way.
 * @throws {NetError} If the system does not take it.
 * @see RFC 862
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, net.udp.echo);
 * await using socket = await net.udp.open();
 * await socket.send("ping", server.address);
 * assert.equal((await socket.receive({ timeout: 1000 })).text(), "ping");
 * ```
 */
export async function echo(datagram: Datagram, socket: Socket): Promise<void> {
  await socket.send(datagram.data, datagram.from);
}
