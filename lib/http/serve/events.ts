/**
 * Server-sent events: an answer that goes on, of which a page hears each part.
 *
 * @module
 */

import { streaming } from "./streaming.ts";

/** One event; `EventSource` in a page hears of it. */
export interface ServerEvent {
  /** What is told: a text as it is, all else as JSON. */
  readonly data?: unknown;
  /** Its kind, for `addEventListener`. @default {"message"} */
  readonly event?: string | undefined;
  /** Its name; a page that comes back tells the last one it saw. */
  readonly id?: string | undefined;
}

/** Options for {@linkcode events}. */
export interface EventsOptions {
  /** Ends the answer: hand over the exchange's, which aborts at the server's end. */
  signal?: AbortSignal | undefined;
  /** A sign of life after so much silence, in milliseconds. @default {15000} */
  heartbeat?: number | undefined;
  /** How long a page waits until it comes back, in milliseconds. */
  retry?: number | undefined;
}

/**
 * Answers with events as they come. The source is read as fast as the client
 * reads, and ended when the client has gone.
 *
 * @param source Events, or texts for events of nothing else.
 * @param options When it ends, and how often it shows that it lives.
 * @returns The answer.
 * @throws {TypeError} If `id` or `event` has a line break, when it is sent.
 * @see HTML Standard §9.2 (server-sent events)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * async function* ports() {
 *   yield { event: "up", data: { port: 7 } };
 *   yield "that is all";
 * }
 * await using server = await net.http.serve({}, {
 *   "GET /ports": ({ signal }) => net.http.events(ports(), { signal }),
 * });
 * const response = await net.http.get(`${server.url}/ports`);
 * assert.equal(
 *   response.text(),
 *   'event: up\ndata: {"port":7}\n\ndata: that is all\n\n',
 * );
 * ```
 */
export function events(
  source: AsyncIterable<ServerEvent | string>,
  options: EventsOptions = {},
): Response {
  return streaming(
    new EventLines(source, options),
    (body) =>
      new Response(body, {
        headers: {
          "content-type": "text/event-stream",
          "cache-control": "no-store",
          // nginx would hold events back otherwise.
          "x-accel-buffering": "no",
        },
      }),
  );
}

/** The lines of events, with signs of life between them. */
class EventLines implements AsyncIterableIterator<string> {
  readonly #events: AsyncIterator<ServerEvent | string>;
  readonly #signal: AbortSignal | undefined;
  readonly #heartbeat: number;
  readonly #ended = Promise.withResolvers<undefined>();
  readonly #end = (): void => this.#ended.resolve(undefined);
  #coming: Promise<IteratorResult<ServerEvent | string>> | undefined;
  #first: string | undefined;

  constructor(
    source: AsyncIterable<ServerEvent | string>,
    { signal, heartbeat = 15_000, retry }: EventsOptions,
  ) {
    this.#events = source[Symbol.asyncIterator]();
    this.#signal = signal;
    this.#heartbeat = heartbeat;
    if (retry !== undefined) this.#first = `retry: ${Math.trunc(retry)}\n\n`;
    signal?.addEventListener("abort", this.#end, { once: true });
    if (signal?.aborted) this.#end();
  }

  async next(): Promise<IteratorResult<string>> {
    const first = this.#first;
    this.#first = undefined;
    if (first !== undefined) return { done: false, value: first };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quiet = new Promise<"quiet">((resolve) => {
      if (this.#heartbeat <= 0x7fffffff) {
        timer = setTimeout(resolve, this.#heartbeat, "quiet");
      }
    });
    try {
      this.#coming ??= this.#events.next();
      const news = await Promise.race([
        this.#coming,
        this.#ended.promise,
        quiet,
      ]);
      if (news === "quiet") return { done: false, value: ":\n\n" };
      this.#coming = undefined;
      if (news !== undefined && !news.done) {
        return { done: false, value: formatEvent(news.value) };
      }
      return await this.return();
    } catch (error) {
      await this.return();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  // deno-lint-ignore require-await
  async return(): Promise<IteratorResult<string>> {
    this.#signal?.removeEventListener("abort", this.#end);
    this.#end();
    // A source that waits for ever is told, and not waited for.
    this.#events.return?.().catch(() => {});
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Writes one event as it goes over the wire.
 *
 * @param event The event, or its text.
 * @returns Its lines and an empty one.
 * @throws {TypeError} If `id` or `event` has a line break, or `id` a NUL.
 * @see HTML Standard §9.2.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.http.formatEvent("two\nlines"), "data: two\ndata: lines\n\n");
 * ```
 */
export function formatEvent(event: ServerEvent | string): string {
  const { id, event: kind, data } = typeof event === "string"
    ? { data: event } as ServerEvent
    : event;
  let lines = "";
  for (const [name, value] of [["id", id], ["event", kind]] as const) {
    if (value === undefined) continue;
    if (/[\r\n\0]/.test(value)) {
      throw new TypeError(
        `Cannot send an event as '${name}' must be one line: current value is ${
          JSON.stringify(value)
        }`,
      );
    }
    lines += `${name}: ${value}\n`;
  }
  const text = typeof data === "string" ? data : JSON.stringify(data);
  for (const line of (text ?? "").split(/\r\n|\r|\n/)) {
    lines += `data: ${line}\n`;
  }
  return `${lines}\n`;
}
