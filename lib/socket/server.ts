/**
 * A TCP server: one handler, run for every connection at the same time.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes, count } from "../inspect/units.ts";
import type { Connection } from "./connection.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  checkNumbers,
  listen,
  type Listener,
  type ListenOptions,
} from "./listener.ts";
import { ErrorLog } from "./error_log.ts";
import { ServerMetrics } from "./server_metrics.ts";
import { checkHandler } from "./local.ts";
import { type CloseOptions, drainOf, Running } from "./running.ts";

export type { CloseOptions };
export * from "./server_metrics.ts";

/** What a handler is told besides its connection. */
export interface ServeContext {
  /** Which connection of this server it is, from 1. */
  readonly id: number;
  /** The client. */
  readonly peer: Endpoint;
  /** When it was accepted, in milliseconds since 1970. */
  readonly started: number;
  /** Aborts when the server begins to close: finish what you are at. */
  readonly signal: AbortSignal;
}

/**
 * Serves one connection. It is closed when the handler ends or throws.
 *
 * @param connection The client's.
 * @param context Tells when the server closes.
 */
export type Handler = (
  connection: Connection,
  context: ServeContext,
) => Promise<void> | void;

/** Options for {@linkcode serve}. */
export interface ServeOptions extends ListenOptions {
  /**
   * Connections served at once. Others wait, up to `backlog`, and nothing is
   * read from them: what they send waits with them. @default {Infinity}
   */
  maxConnections?: number | undefined;
  /**
   * Told of what a handler threw; `server.errors` keeps it anyway. There is no
   * connection if accepting itself failed.
   */
  onError?:
    | ((error: unknown, connection: Connection | undefined) => void)
    | undefined;
}

/**
 * A running server.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, () => {
 *   throw new Error("no time");
 * });
 * await using client = await net.tcp.connect(server.address);
 * assert.equal(await client.read(), null);
 * assert.equal(server.failed, 1);
 * assert.match(String(server.errors[0]), /no time/);
 * ```
 */
export class Server implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Resolves when the server has closed. */
  readonly finished: Promise<void>;
  readonly #listener: Listener;
  readonly #handler: Handler;
  readonly #maxConnections: number;
  readonly #log: ErrorLog<Connection | undefined>;
  readonly #running = new Running<Connection>();
  readonly #stopping = new AbortController();
  readonly #started = Date.now();
  #closing: Promise<void> | undefined;
  #bytesSent = 0;
  #bytesReceived = 0;

  /**
   * Begins to serve; {@linkcode serve} makes the listener too.
   *
   * @param listener Where connections come from; closed with the server.
   * @param handler What to do with each.
   * @param options What {@linkcode serve} was told.
   */
  constructor(
    listener: Listener,
    handler: Handler,
    options: ServeOptions = {},
  ) {
    const { maxConnections = Infinity, onError } = options;
    this.address = listener.address;
    this.#listener = listener;
    this.#handler = handler;
    this.#maxConnections = maxConnections;
    this.#log = new ErrorLog(onError);
    // The listener ends when we close it, or by its own signal.
    this.finished = this.#accept().then(() => this.close());
  }

  /** Connections taken so far. */
  get accepted(): number {
    return this.#listener.accepted;
  }

  /** Connections that wait for their turn. */
  get waiting(): number {
    return this.#listener.waiting;
  }

  /** Connections reset because too many waited. */
  get dropped(): number {
    return this.#listener.dropped;
  }

  /** Connections being served. */
  get open(): number {
    return this.#running.size;
  }

  /** The connections being served, oldest first. */
  get connections(): Connection[] {
    return [...this.#running];
  }

  /** Handlers that threw. */
  get failed(): number {
    return this.#log.count;
  }

  /** The newest 100 things that handlers threw, oldest first. */
  get errors(): readonly unknown[] {
    return this.#log.errors;
  }

  /** Octets sent, over all connections. */
  get bytesSent(): number {
    return this.connections.reduce((n, c) => n + c.bytesSent, this.#bytesSent);
  }

  /** Octets received, over all connections. */
  get bytesReceived(): number {
    return this.connections.reduce(
      (n, c) => n + c.bytesReceived,
      this.#bytesReceived,
    );
  }

  /**
   * Takes the counters, and how fast they have grown.
   *
   * @param since An earlier reading; the start of the server if there is none.
   * @returns Counters and rates, a card at the prompt.
   */
  metrics(since?: ServerMetrics): ServerMetrics {
    const { accepted, open, waiting, dropped, failed } = this;
    const { bytesSent, bytesReceived } = this;
    const counts = { accepted, open, waiting, dropped, failed };
    return new ServerMetrics(
      { address: `${this.address}`, ...counts, bytesSent, bytesReceived },
      since ?? this.#started,
    );
  }

  /**
   * Stops accepting, lets running handlers finish, and resets the connections
   * of those that have not when the time is up. A second call waits for the
   * first.
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
    accepted: number;
    open: number;
    failed: number;
    bytesSent: number;
    bytesReceived: number;
  } {
    const { accepted, open, failed, bytesSent, bytesReceived } = this;
    const address = `${this.address}`;
    return { address, accepted, open, failed, bytesSent, bytesReceived };
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
    const failed = this.failed === 0
      ? ""
      : `, ${paint("bad", `${count(this.failed)} failed`, room)}`;
    const protocol = this.address.isUnix ? "Unix" : "TCP";
    const address = paint("name", `${this.address}`, room);
    return `${protocol} ${address} ${state}, ${
      count(this.accepted)
    } accepted, ${count(this.open)} open${failed}, ${
      bytes(this.bytesSent)
    } sent, ${bytes(this.bytesReceived)} received`;
  }

  async #accept(): Promise<void> {
    while (!this.#listener.closed) {
      try {
        for await (const connection of this.#listener) {
          this.#serve(connection);
          await this.#running.room(this.#maxConnections);
        }
      } catch (error) {
        // Accepting can fail for a while, as when no more files may be open.
        this.#log.record(error, undefined);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  #serve(connection: Connection): void {
    this.#running.add(connection);
    // An async function would keep twice as much for every connection.
    void this.#handle(connection).then(
      () => this.#finish(connection),
      (error) => {
        // A handler that was asked to stop, and did.
        const { signal } = this.#stopping;
        const obeyed = signal.aborted && error === signal.reason;
        if (!obeyed) this.#log.record(error, connection);
        return this.#finish(connection);
      },
    );
  }

  #handle(connection: Connection): Promise<void> {
    try {
      const done = this.#handler(connection, {
        id: this.accepted,
        peer: connection.remoteAddress,
        started: Date.now(),
        signal: this.#stopping.signal,
      });
      return Promise.resolve(done);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #finish(connection: Connection): Promise<void> {
    await connection.close();
    this.#bytesSent += connection.bytesSent;
    this.#bytesReceived += connection.bytesReceived;
    this.#running.delete(connection);
  }

  async #close(drain: number): Promise<void> {
    await this.#listener.close();
    this.#stopping.abort();
    // Their handlers hear of a reset from their next read or write.
    await this.#running.drain(drain, (connection) => connection.reset());
  }
}

/**
 * Serves TCP: runs a handler for every connection, all at the same time.
 *
 * @param options Where to listen, how many to serve at once.
 * @param handler What to do with each connection.
 * @returns The server, which listens already: its `address` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port or another number is out of range.
 * @throws {TypeError} If the handler is no function.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   for await (const line of conn.lines()) await conn.write(`${line.length}\n`);
 * });
 * await using client = await net.tcp.connect(server.address);
 * await client.write("twelve chars\n");
 * assert.equal(await client.readLine(), "12");
 * ```
 */
export async function serve(
  options: ServeOptions,
  handler: Handler,
): Promise<Server> {
  checkNumbers("serve", options);
  checkHandler(handler);
  return new Server(await listen(options), handler, options);
}

/**
 * A {@linkcode Handler} that sends back what it receives, no faster than the
 * client reads.
 *
 * @param connection The client's.
 * @returns When the client has closed its half.
 * @throws {NetError} `"reset"`.
 * @see RFC 862
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, net.tcp.echo);
 * await using client = await net.tcp.connect(server.address);
 * await client.write("hello");
 * assert.equal(new TextDecoder().decode(await client.readExactly(5)), "hello");
 * ```
 */
export function echo(connection: Connection): Promise<void> {
  return connection.copyTo(connection);
}
