/**
 * An open port, and the connections that come in on it.
 *
 * @module
 */

import type { Server as NodeServer, Socket } from "node:net";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { Address } from "../ip/address.ts";
import { Connection, type ConnectionOptions } from "./connection.ts";
import { Endpoint, ownEndpoint } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { bindable } from "./local.ts";
import { listenMade } from "./made_socket.ts";
import { UnixEndpoint } from "./unix_endpoint.ts";
import { untilClosed } from "./waiting.ts";

/** Options for {@linkcode listen}. */
export interface ListenOptions extends ConnectionOptions {
  /**
   * The address to listen on, or a name for it; `"0.0.0.0"` and `"::"` are all
   * of this machine's. @default {"127.0.0.1"}
   */
  hostname?: string | Address | undefined;
  /** The port; 0 takes a free one. @default {0} */
  port?: number | undefined;
  /**
   * Connections that may wait for `accept`, here and again in the system;
   * those beyond are reset. @default {4096, as in the system}
   */
  backlog?: number | undefined;
  /** Closes the listener when it aborts. */
  signal?: AbortSignal | undefined;
}

/**
 * A port that is listened on. Iterate over it, or `accept` one by one.
 *
 * @see RFC 9293 §3.9.1.1 (passive open)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.tcp.listen({ port: 0 });
 * await using client = await net.tcp.connect(listener.address);
 * await using accepted = await listener.accept({ timeout: 1000 });
 * assert.deepEqual(accepted.remoteAddress, client.localAddress);
 * ```
 */
export class Listener implements AsyncIterable<Connection>, AsyncDisposable {
  /** Where it listens; the port is a real one even if 0 was asked for. */
  readonly address: Endpoint;
  readonly #server: NodeServer;
  readonly #waiting: Socket[] = [];
  readonly #detach: () => void;
  readonly #idleTimeout: number | undefined;
  #news: PromiseWithResolvers<void> | undefined;
  #cause: unknown;
  #closed = false;
  #accepted = 0;
  #dropped = 0;

  /**
   * Takes over a listening server of node:net; {@linkcode listen} makes one.
   *
   * @param server The server, which listens already.
   * @param options What {@linkcode listen} was told.
   */
  constructor(server: NodeServer, options: ListenOptions = {}) {
    const { backlog = 4096, signal, idleTimeout } = options;
    const local = server.address() as string | {
      address: string;
      port: number;
    };
    this.address = typeof local === "string"
      ? new UnixEndpoint(local)
      : new Endpoint(local.address, local.port);
    this.#idleTimeout = idleTimeout;
    this.#server = server;
    server.on("connection", (socket: Socket) => {
      if (this.#closed || this.#waiting.length >= backlog) {
        this.#dropped++;
        discard(socket);
        return;
      }
      // Not read from before somebody has accepted it: what it sends meanwhile
      // waits in the system, and then at its sender.
      this.#waiting.push(socket);
      this.#wake();
    });
    server.on("error", (error) => {
      this.#cause = error;
      this.#wake();
    });
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
  }

  /** Connections given out so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections reset because too many waited, or because it was closing. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Connections that wait to be accepted. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Gives the next connection.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns A connection, which is the caller's to close.
   * @throws {NetError} `"closed"` after `close`, `"timeout"`.
   */
  async accept(options: DeadlineOptions = {}): Promise<Connection> {
    const { timeout, signal } = options;
    signal?.throwIfAborted();
    // A clock for every connection of a server would cost as much as the rest.
    using deadline = timeout === undefined && signal === undefined
      ? undefined
      : new Deadline("accept on", `${this.address}`, options);
    while (true) {
      const socket = this.#waiting.shift();
      if (socket !== undefined) {
        this.#accepted++;
        return this.#connection(socket);
      }
      if (this.#cause !== undefined) {
        const cause = this.#cause;
        this.#cause = undefined;
        throw failure(cause, "accept on", this.address);
      }
      if (this.#closed) {
        throw new NetError("the listener is closed", {
          code: "closed",
          op: "accept on",
          target: `${this.address}`,
        });
      }
      this.#news ??= Promise.withResolvers();
      const { promise } = this.#news;
      await (deadline ? deadline.race(promise) : promise);
    }
  }

  /**
   * Stops listening and frees the port. Connections that nobody has accepted
   * are reset; those that were accepted live on.
   */
  // deno-lint-ignore require-await
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#detach();
    // Its callback would wait for the accepted connections, which are no
    // longer ours; the port itself is free at once.
    this.#server.close();
    this.#dropped += this.#waiting.length;
    for (const socket of this.#waiting.splice(0)) discard(socket);
    this.#wake();
  }

  /** Connection after connection, until the listener is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<Connection> {
    return untilClosed(() => this.accept(), () => this.#closed);
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address, state and counters, plain. */
  toJSON(): {
    address: string;
    closed: boolean;
    accepted: number;
    dropped: number;
  } {
    return {
      address: `${this.address}`,
      closed: this.#closed,
      accepted: this.#accepted,
      dropped: this.#dropped,
    };
  }

  /** One line: where it listens and what came in. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#closed
      ? paint("warn", "closed", room)
      : paint("good", "listening", room);
    const protocol = this.address.isUnix ? "Unix" : "TCP";
    return `${protocol} ${paint("name", `${this.address}`, room)} ${state}, ${
      count(this.#accepted)
    } accepted`;
  }

  #connection(socket: Socket): Connection {
    const { address } = this;
    const connection = new Connection(socket, {
      idleTimeout: this.#idleTimeout,
      // Of an address that is not all of this machine's, no need to ask.
      localAddress: isAny(address.hostname) ? undefined : address,
      remoteAddress: address.isUnix ? UNNAMED : undefined,
    });
    socket.resume();
    return connection;
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}

/** The end of a client, which has no path. */
const UNNAMED = new UnixEndpoint("");

/** Whether connections come in on any address of this machine. */
function isAny(hostname: string): boolean {
  return hostname === "0.0.0.0" || hostname === "::";
}

/** Drops a socket that nobody will accept. */
function discard(socket: Socket): void {
  socket.on("error", () => {});
  socket.resetAndDestroy();
}

/**
 * Listens for TCP connections.
 *
 * @param options Where, and how many may wait.
 * @returns The listener; its `address` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` for an address that no interface
 * has, `"not-found"` for a name without address.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port or another number is out of range.
 * @see RFC 9293 §3.9.1.1 (passive open)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using listener = await net.tcp.listen();
 * assert.equal(listener.address.hostname, "127.0.0.1");
 * await assert.rejects(net.tcp.listen(listener.address), { code: "in-use" });
 * ```
 */
export async function listen(options: ListenOptions = {}): Promise<Listener> {
  const { backlog = 4096, signal } = options;
  const { reusePort, ...made } = options.options ?? {};
  const wanted = ownEndpoint("listen", options);
  checkNumbers(`listen on ${wanted}`, { backlog, ...options });
  using deadline = new Deadline("listen on", `${wanted}`, { signal });
  const local = await bindable("listen on", wanted, deadline);
  const server = await newServer();
  signal?.throwIfAborted();
  return await listening(server, wanted, options, () => {
    if (Object.values(made).some((value) => value !== undefined)) {
      listenMade(server, local, { reusePort, ...made }, backlog);
      return;
    }
    server.listen({
      host: local.hostname,
      port: local.port,
      backlog,
      ...(reusePort && { reusePort }),
    });
  });
}

/** Makes a server of node:net whose connections are paused until accepted. */
export async function newServer(): Promise<NodeServer> {
  const { createServer } = await import("node:net");
  return createServer({ allowHalfOpen: true, pauseOnConnect: true });
}

/**
 * Waits until a server listens.
 *
 * @param server From {@linkcode newServer}.
 * @param wanted Where it is to listen, for errors.
 * @param options What the listener is told.
 * @param start Tells the server to listen.
 * @returns The listener.
 */
export async function listening(
  server: NodeServer,
  wanted: Endpoint,
  options: ListenOptions,
  start: () => void,
): Promise<Listener> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.once("listening", resolve);
  try {
    start();
    await promise;
  } catch (error) {
    throw failure(error, "listen on", wanted);
  }
  server.off("error", reject);
  return new Listener(server, options);
}

/**
 * Checks the numbers among a function's options.
 *
 * @param doing What the function was to do: `"listen on 127.0.0.1:80"`.
 * @param numbers The options.
 * @throws {RangeError} If one is out of range.
 */
export function checkNumbers(
  doing: string,
  numbers: {
    readonly backlog?: number | undefined;
    readonly idleTimeout?: number | undefined;
    readonly maxConnections?: number | undefined;
  },
): void {
  const { backlog = 1, idleTimeout = 1, maxConnections = 1 } = numbers;
  const fail = (name: string, must: string, value: number): never => {
    throw new RangeError(
      `Cannot ${doing} as '${name}' must be ${must}: current value is ${value}`,
    );
  };
  if (!(Number.isInteger(backlog) && backlog >= 1)) {
    fail("backlog", "an integer, 1 or more", backlog);
  }
  if (!(idleTimeout > 0)) {
    fail("idleTimeout", "more than 0 milliseconds", idleTimeout);
  }
  if (!(maxConnections >= 1)) {
    fail("maxConnections", "1 or more", maxConnections);
  }
}
