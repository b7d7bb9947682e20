/**
 * A server on several threads: each has a listener of its own on the same port,
 * and the kernel deals connections out among them (SO_REUSEPORT).
 *
 * @module
 */

import { NetError, PermissionError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes, count } from "../inspect/units.ts";
import type { Respond } from "./answering.ts";
import { type Endpoint, ownEndpoint } from "./endpoint.ts";
import { ErrorLog } from "./error_log.ts";
import { checkNumbers, listen } from "./listener.ts";
import { checkHandler } from "./local.ts";
import type { CloseOptions, Handler, ServeOptions } from "./server.ts";
import { ServerMetrics } from "./server_metrics.ts";
import {
  COUNTERS,
  type ThreadNews,
  type ThreadStart,
} from "./thread_protocol.ts";
import { settled } from "./waiting.ts";

export type { Respond } from "./answering.ts";

/** Options for {@linkcode serveThreads} and {@linkcode serveSync}. */
export interface ThreadOptions
  extends Pick<ServeOptions, "hostname" | "port" | "backlog" | "idleTimeout"> {
  /** Threads. @default {as many as there are processors; 1 for `serveSync`} */
  threads?: number | undefined;
  /** Connections served at once by each thread; others wait. @default {Infinity} */
  maxConnections?: number | undefined;
}

/**
 * A running server on several threads; {@linkcode serveThreads} and
 * {@linkcode serveSync} start it.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using server = await net.tcp.serveThreads({ threads: 4 }, async (conn) => {
 *   for await (const chunk of conn) await conn.write(chunk);
 * });
 * server.threads; // 4
 * ```
 */
export class ThreadServer implements AsyncDisposable {
  /** Where it listens. */
  readonly address: Endpoint;
  readonly #workers: readonly Worker[];
  readonly #counters: readonly Float64Array[];
  readonly #stop: Int32Array;
  readonly #stopped: readonly Promise<void>[];
  readonly #log = new ErrorLog<undefined>();
  readonly #started = Date.now();
  #closing: Promise<void> | undefined;

  /**
   * Takes threads that listen.
   *
   * @param address Where.
   * @param workers The threads.
   * @param counters What each counts.
   * @param stop The flag that stops them.
   */
  constructor(
    address: Endpoint,
    workers: readonly Worker[],
    counters: readonly Float64Array[],
    stop: Int32Array,
  ) {
    this.address = address;
    this.#workers = workers;
    this.#counters = counters;
    this.#stop = stop;
    this.#stopped = workers.map((worker) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      worker.onmessage = ({ data }: MessageEvent<ThreadNews>) => {
        if (data.kind === "stopped") resolve();
        else if (data.kind === "error") this.#log.record(data.error, undefined);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        this.#log.record(event.error ?? new Error(event.message), undefined);
        resolve();
      };
      return promise;
    });
  }

  /** How many threads there are. */
  get threads(): number {
    return this.#workers.length;
  }

  /** Connections taken so far, by all threads; up to 50 ms old, as all counters. */
  get accepted(): number {
    return this.#sum("accepted");
  }

  /** Connections being served. */
  get open(): number {
    return this.#sum("open");
  }

  /** Handlers that threw. */
  get failed(): number {
    return this.#sum("failed");
  }

  /** The newest 100 things that handlers threw, oldest first. */
  get errors(): readonly unknown[] {
    return this.#log.errors;
  }

  /** Connections that each thread has taken. */
  get shares(): number[] {
    return this.#counters.map((counters) => counters[0]!);
  }

  /**
   * Takes the counters, and how fast they have grown.
   *
   * @param since An earlier reading; the start of the server if there is none.
   * @returns Counters and rates, a card at the prompt.
   */
  metrics(since?: ServerMetrics): ServerMetrics {
    return new ServerMetrics(
      {
        address: `${this.address}`,
        accepted: this.accepted,
        open: this.open,
        waiting: this.#sum("waiting"),
        dropped: this.#sum("dropped"),
        failed: this.failed,
        bytesSent: this.#sum("bytesSent"),
        bytesReceived: this.#sum("bytesReceived"),
      },
      since ?? this.#started,
    );
  }

  /**
   * Stops accepting, lets running handlers finish, and ends the threads.
   *
   * @param options How long handlers may go on; `serveSync` drops at once.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const { drain = 5000 } = options;
    this.#closing ??= this.#close(drain);
    await this.#closing;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address and counters, plain. */
  toJSON(): { address: string; threads: number; shares: number[] } {
    const { threads, shares } = this;
    return { address: `${this.address}`, threads, shares };
  }

  /** One line: where it listens, its threads and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#closing
      ? paint("warn", "closed", room)
      : paint("good", "serving", room);
    return `TCP ${paint("name", `${this.address}`, room)} ${state} on ${
      count(this.threads)
    } threads, ${count(this.accepted)} accepted, ${count(this.open)} open, ${
      bytes(this.#sum("bytesSent"))
    } sent`;
  }

  #sum(name: (typeof COUNTERS)[number]): number {
    const at = COUNTERS.indexOf(name);
    return this.#counters.reduce((sum, counters) => sum + counters[at]!, 0);
  }

  async #close(drain: number): Promise<void> {
    Atomics.store(this.#stop, 0, 1);
    for (const worker of this.#workers) worker.postMessage({ drain });
    await settled(this.#stopped, drain + 1000);
    for (const worker of this.#workers) worker.terminate();
  }
}

/**
 * Serves TCP on several threads with the handler that `serve` takes. Work that
 * keeps a processor busy then holds up its own thread alone.
 *
 * A thread shares no variables with the program: the handler is a function that
 * uses nothing but what it is given and what it imports itself, by
 * `await import(…)` of an absolute address. With `maxConnections: 1` it is the
 * book's pool of threads, a client each. To load a thread's program from its
 * file, the runtime wants `--allow-read`.
 *
 * @param options Where to listen, and how many threads.
 * @param handler What to do with each connection.
 * @returns The server, which listens already.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using server = await net.tcp.serveThreads({ port: 8080 }, async (conn) => {
 *   for await (const line of conn.lines()) await conn.write(`${line.length}\n`);
 * });
 * ```
 */
export async function serveThreads(
  options: ThreadOptions,
  handler: Handler,
): Promise<ThreadServer> {
  return await start("serve", navigator.hardwareConcurrency, options, handler);
}

/**
 * Serves TCP with a function from octets to octets, through epoll on a thread
 * of its own: half as fast again as `serve`, for servers that only compute.
 * Linux alone, with `--allow-ffi`, and `--allow-read` as for
 * {@linkcode serveThreads}.
 *
 * @param options Where to listen, and how many threads.
 * @param respond Answers octets as they arrive, in whatever pieces; `null`
 * closes the connection. It uses nothing but them, as for
 * {@linkcode serveThreads}.
 * @returns The server, which listens already.
 * @throws {NetError} `"in-use"`, `"not-local"`, `"unsupported"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts ignore
 * import * as net from "netrepl";
 *
 * await using server = await net.tcp.serveSync({}, (octets) => octets);
 * ```
 */
export async function serveSync(
  options: ThreadOptions,
  respond: Respond,
): Promise<ThreadServer> {
  return await start("answer", 1, options, respond);
}

async function start(
  work: ThreadStart["work"],
  usual: number,
  options: ThreadOptions,
  handler: Handler | Respond,
): Promise<ThreadServer> {
  const { threads = usual, backlog = 4096, maxConnections = Infinity } =
    options;
  checkNumbers("serve", options);
  checkHandler(handler);
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(
      `Cannot serve as 'threads' must be an integer, 1 or more: current value is ${threads}`,
    );
  }
  mayRead(THREAD);
  // Who holds the port while the threads come up, so that all get the same.
  const { hostname, port } = ownEndpoint("serve", options);
  const keeper = { hostname, port, options: { reusePort: true } };
  await using listener = await listen(keeper);
  const { address } = listener;
  const stop = new SharedArrayBuffer(4);
  const counters: Float64Array[] = [];
  const workers: Worker[] = [];
  try {
    await Promise.all(Array.from({ length: threads }, () => {
      const counts = new SharedArrayBuffer(8 * COUNTERS.length);
      counters.push(new Float64Array(counts));
      const worker = new Worker(THREAD, { type: "module" });
      workers.push(worker);
      return listening(worker, address, {
        work,
        handler: sourceOf(handler),
        hostname: address.hostname,
        port: address.port,
        backlog,
        maxConnections,
        idleTimeout: options.idleTimeout,
        counters: counts,
        stop,
      });
    }));
  } catch (error) {
    Atomics.store(new Int32Array(stop), 0, 1);
    for (const worker of workers) worker.terminate();
    throw error;
  }
  return new ThreadServer(address, workers, counters, new Int32Array(stop));
}

/** The program of a thread. */
const THREAD = new URL("./serve_thread.ts", import.meta.url);

/** Asks the runtime's permissions before it refuses a thread, out of our sight. */
function mayRead(program: URL): void {
  if (program.protocol !== "file:") return;
  const { state } = Deno.permissions.querySync({ name: "read", path: program });
  if (state === "granted") return;
  throw new PermissionError("this program may not read its own files", {
    code: "permission",
    op: "start threads of",
    target: "a server",
    hint: "deno run --allow-read …",
  });
}

/** A function's text, to be made a function again by a thread. */
function sourceOf(handler: Handler | Respond): string {
  const source = handler.toString();
  if (/\[native code\]\s*\}$/.test(source)) {
    throw new TypeError(
      `Cannot serve on threads as 'handler' must be a function with a source of its own: current value is ${source}`,
    );
  }
  return source;
}

/** Starts a thread, and waits until it listens. */
async function listening(
  worker: Worker,
  address: Endpoint,
  start: ThreadStart,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = ({ data }: MessageEvent<ThreadNews>) => {
    if (data.kind === "listening") resolve();
    else if (data.kind === "failed") reject(data.error);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(
      new NetError(`its thread failed: ${event.message}`, {
        code: "failed",
        op: "serve on",
        target: `${address}`,
      }),
    );
  };
  worker.postMessage(start);
  await promise;
}
