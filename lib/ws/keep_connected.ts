/**
 * A WebSocket that comes back.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { connect, type ConnectOptions } from "./connect.ts";
import type { Message, Socket } from "./socket.ts";

/** Options for {@linkcode keepConnected}. */
export interface KeepOptions extends ConnectOptions {
  /** Closes it for good. */
  signal?: AbortSignal | undefined;
  /** The first wait before another try, in milliseconds; it doubles. @default {200} */
  minDelay?: number | undefined;
  /** The longest wait, in milliseconds. @default {30000} */
  maxDelay?: number | undefined;
  /** Tries in a row without success until it gives up. @default {10} */
  tries?: number | undefined;
  /**
   * Called with every new connection, before anything else is sent or read over
   * it: log in, subscribe again.
   */
  onOpen?: ((socket: Socket) => void | Promise<void>) | undefined;
  /** Draws from 0 up to and without 1; half of each wait is by chance. @default {Math.random} */
  random?: (() => number) | undefined;
}

/** A connection that has lasted so long, in milliseconds, counts as a success. */
const STEADY = 5000;

/**
 * A client that connects again when its connection breaks;
 * {@linkcode keepConnected} makes one.
 *
 * What was on its way when the connection broke is lost: where that matters,
 * number what you send, and say in `onOpen` where to go on.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * let visits = 0;
 * await using server = await net.ws.serve({}, async (socket) => {
 *   await socket.send(`visit ${++visits}`);
 *   if (visits === 1) socket.abort();
 *   else await socket.closed;
 * });
 * await using kept = net.ws.keepConnected(server.url, { minDelay: 1 });
 * for await (const message of kept) if (message === "visit 2") break;
 * assert.equal(kept.connections, 2);
 * ```
 */
export class KeptSocket implements AsyncIterable<Message>, AsyncDisposable {
  /** Where it connects to. */
  readonly url: string;
  /** Resolves when it has ended: closed, or given up. Never rejects. */
  readonly finished: Promise<void>;
  readonly #options: KeepOptions;
  readonly #stop = new AbortController();
  readonly #detach: () => void;
  #socket: Socket | undefined;
  #news = Promise.withResolvers<void>();
  #ended: { readonly error: unknown } | undefined;
  #connections = 0;

  /**
   * Begins to connect.
   *
   * @param url As for `connect`.
   * @param options How long to wait between tries, and how many.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(url: string | URL, options: KeepOptions = {}) {
    const { minDelay = 200, maxDelay = 30_000, tries = 10, signal } = options;
    for (const [name, value] of Object.entries({ minDelay, maxDelay, tries })) {
      if (!(value >= 0)) {
        throw new RangeError(
          `Cannot keep ${url} connected as '${name}' must be 0 or more: current value is ${value}`,
        );
      }
    }
    this.url = `${url}`;
    this.#options = options;
    const stop = () => void this.#stop.abort(signal?.reason);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    this.#detach = () => signal?.removeEventListener("abort", stop);
    this.finished = this.#run(minDelay, maxDelay, tries);
  }

  /** The connection of the moment, if there is one. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** How often it has connected. */
  get connections(): number {
    return this.#connections;
  }

  /**
   * Sends a message, over the next connection if there is none now.
   *
   * @param message A text, or octets.
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"timeout"`, `"closed"`, or why it gave up.
   */
  async send(message: Message, options: DeadlineOptions = {}): Promise<void> {
    using deadline = new Deadline("send to", this.url, options);
    while (this.#socket?.state !== "open") {
      if (this.#ended) throw this.#ended.error ?? this.#over();
      await deadline.race(this.#news.promise);
    }
    await deadline.race(this.#socket.send(message));
  }

  /** Closes it for good. */
  async close(): Promise<void> {
    this.#stop.abort(this.#over());
    await this.finished;
  }

  /**
   * Message after message, over all connections, until it is closed, or the
   * server closes with 1000.
   *
   * @throws {NetError} Why it gave up.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Message> {
    let seen: Socket | undefined;
    while (true) {
      const socket = this.#socket;
      if (socket !== undefined && socket !== seen) {
        seen = socket;
        try {
          for await (const message of socket) yield message;
        } catch {
          // It broke: that is what the next one is for.
        }
      } else if (this.#ended !== undefined) {
        if (this.#ended.error !== undefined) throw this.#ended.error;
        return;
      } else await this.#news.promise;
    }
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Where to, and how often, plain. */
  toJSON(): { url: string; state: string; connections: number } {
    return {
      url: this.url,
      state: this.#state,
      connections: this.#connections,
    };
  }

  /** One line: where to, state, how often. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#state;
    return `WebSocket ${paint("name", this.url, room)} ${
      paint(state === "open" ? "good" : "warn", state, room)
    }, ${count(this.#connections)} connections`;
  }

  get #state(): string {
    if (this.#ended) return "closed";
    return this.#socket?.state === "open" ? "open" : "connecting";
  }

  #over(): NetError {
    return new NetError("it is closed", {
      code: "closed",
      op: "send to",
      target: this.url,
    });
  }

  async #run(minDelay: number, maxDelay: number, tries: number): Promise<void> {
    const { random = Math.random, onOpen } = this.#options;
    const { signal } = this.#stop;
    let failures = 0;
    while (!signal.aborted) {
      let error: unknown;
      try {
        const socket = await connect(this.url, { ...this.#options, signal });
        const start = performance.now();
        this.#connections++;
        const stop = () => void socket.close();
        signal.addEventListener("abort", stop, { once: true });
        if (signal.aborted) stop();
        try {
          await onOpen?.(socket);
          // Whoever sends or reads waits until that is done.
          this.#socket = socket;
          this.#tell();
        } catch (reason) {
          error = reason;
          await socket.close(1011);
        }
        const { code, wasClean } = await socket.closed;
        signal.removeEventListener("abort", stop);
        if (performance.now() - start >= STEADY) failures = 0;
        if (code === 1000 && wasClean) break;
        error ??= new NetError(`the connection ended with ${code}`, {
          code: "closed",
          op: "keep",
          target: this.url,
        });
      } catch (reason) {
        // Another try makes no right argument of a wrong one.
        const hopeless = reason instanceof TypeError ||
          reason instanceof SyntaxError || reason instanceof RangeError;
        error = reason;
        if (hopeless) failures = tries;
      }
      if (signal.aborted) break;
      if (++failures > tries) {
        this.#end(error);
        return;
      }
      const ceiling = Math.min(maxDelay, minDelay * 2 ** (failures - 1));
      await pause(ceiling / 2 + ceiling / 2 * random(), signal);
    }
    this.#end(this.#options.signal?.aborted ? signal.reason : undefined);
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }

  #end(error: unknown): void {
    this.#detach();
    this.#ended = { error };
    this.#tell();
  }
}

/**
 * Opens a WebSocket and keeps it open: when it breaks, it is opened again, after
 * a wait that doubles with every failure and is half by chance, so that a
 * thousand clients do not come back at the same moment.
 *
 * @param url As for `connect`.
 * @param options How long to wait, how often to try, what to say first.
 * @returns The socket, which begins to connect.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ws.serve({}, net.ws.echo);
 * await using kept = net.ws.keepConnected(server.url);
 * await kept.send("are you there?");
 * for await (const message of kept) {
 *   assert.equal(message, "are you there?");
 *   break;
 * }
 * ```
 */
export function keepConnected(
  url: string | URL,
  options: KeepOptions = {},
): KeptSocket {
  return new KeptSocket(url, options);
}

/** Waits, or until the signal. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  const stop = () => over.resolve();
  signal.addEventListener("abort", stop, { once: true });
  await over.promise;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
}
