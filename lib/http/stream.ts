/**
 * An answer whose body is read as it comes.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { NetError } from "../errors.ts";
import { readEvents, type ReceivedEvent } from "./event_stream.ts";
import { verb } from "./failure.ts";
import { joined } from "./octets.ts";
import { type Hop, HttpResponse } from "./response.ts";
import { reasonPhrase } from "./status.ts";

/** What an {@linkcode HttpStream} is made of. */
export interface HttpStreamInit {
  /** The head, its body not yet touched. */
  readonly response: Response;
  /** Where it comes from, after redirections. */
  readonly url: string;
  /** What was asked, after redirections. */
  readonly method: string;
  /** The steps before. */
  readonly history: readonly Hop[];
  /** What the session's cache did. */
  readonly cached: "hit" | "revalidated" | "miss" | undefined;
  /** When the request began, by `performance.now`. */
  readonly since: number;
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Called for each chunk. */
  readonly onChunk: () => void;
  /** Called once, when no more will be read. */
  readonly onEnd: () => void;
  /** Puts what the runtime throws into the library's words. */
  readonly explain: (error: unknown) => unknown;
}

/**
 * The head of an answer, and its body chunk by chunk; `stream` of a session
 * gives it. What is not read makes the server wait. Close it, or read it to its
 * end, or the connection stays open.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const session = net.http.client({
 *   transport: () => new Response("one\ntwo\n"),
 * });
 * await using stream = await session.stream("http://host.example/");
 * assert.deepEqual(await Array.fromAsync(stream.lines()), ["one", "two"]);
 * ```
 */
export class HttpStream implements AsyncIterable<Uint8Array>, AsyncDisposable {
  /** Three digits. */
  readonly status: number;
  /** The words after them. */
  readonly statusText: string;
  /**
   * The header fields, as they fit what is read: of a body that came compressed
   * without `content-encoding` and `content-length`, so that both may be passed
   * on. `whole` has all of them, as requests and httpx have, and fetch itself.
   */
  readonly headers: Headers;
  /** Where it comes from, after redirections. */
  readonly url: string;
  /** What was asked, after redirections. */
  readonly method: string;
  /** From the call to the head of the answer, in milliseconds. */
  readonly firstByte: number;
  /** The steps before, the first one first. */
  readonly history: readonly Hop[];
  readonly #parts: HttpStreamInit;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #received = 0;
  #ended = false;

  /**
   * Takes over an answer; `stream` of a session makes it.
   *
   * @param parts The answer and its limits.
   */
  constructor(parts: HttpStreamInit) {
    const { response, url, method, since } = parts;
    this.status = response.status;
    this.statusText = response.statusText || reasonPhrase(response.status);
    this.headers = fittingFields(response);
    this.url = url;
    this.method = method;
    this.firstByte = performance.now() - since;
    this.history = parts.history;
    this.#parts = parts;
    this.#reader = response.body?.getReader();
    if (!this.#reader) this.#end();
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status <= 299;
  }

  /** Octets of the body that have been read, decompressed. */
  get received(): number {
    return this.#received;
  }

  /**
   * Reads the next chunk.
   *
   * @returns One octet or more, or `null` at the end.
   * @throws {NetError} `"closed"` for a body cut short, `"timeout"`, `"reset"`.
   */
  async read(): Promise<Uint8Array | null> {
    if (this.#ended || !this.#reader) return null;
    const { signal, onChunk, explain } = this.#parts;
    try {
      const { value, done } = await this.#reader.read();
      if (done) {
        this.#end();
        return null;
      }
      onChunk();
      this.#received += value.length;
      return value;
    } catch (error) {
      this.#end();
      signal.throwIfAborted();
      throw explain(error);
    }
  }

  /**
   * Reads what is left, and makes it a whole answer.
   *
   * @param limit The most octets to take.
   * @returns The answer.
   * @throws {NetError} `"too-large"` above the limit, and as `read` does.
   */
  async whole(limit = 64 * 1024 * 1024): Promise<HttpResponse> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit, this.method, this.url);
      chunks.push(chunk);
    }
    const { response, since, cached } = this.#parts;
    return new HttpResponse({
      status: this.status,
      statusText: this.statusText,
      headers: response.headers,
      url: this.url,
      method: this.method,
      body: joined(chunks),
      elapsed: performance.now() - since,
      firstByte: this.firstByte,
      history: this.history,
      cached,
    });
  }

  /**
   * Reads the body as lines of UTF-8 text, however the chunks cut it.
   *
   * @returns The lines without their ends; the last may lack its end.
   * @throws {NetError} As `read` does, `"too-long"` for a line above 16 MiB.
   */
  async *lines(): AsyncGenerator<string> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of this) {
      const lines = decoder.decode(chunk, { stream: true }).split("\n");
      lines[0] = rest + lines[0]!;
      rest = lines.pop()!;
      if (rest.length > 16 * 1024 * 1024) {
        throw new NetError("no line end within 16 MiB", {
          code: "too-long",
          op: verb(this.method),
          target: this.url,
          hint: "read() if these are no lines",
        });
      }
      for (const line of lines) yield line.replace(/\r$/, "");
    }
    rest += decoder.decode();
    if (rest !== "") yield rest;
  }

  /**
   * Reads the body as server-sent events, as an `EventSource` does. It ends with
   * the answer: to come back, ask again with the last `id` as `Last-Event-ID`.
   *
   * @returns The events.
   * @throws {NetError} As `lines` does; `"malformed"` if the answer is no
   * `text/event-stream`.
   * @see HTML Standard §9.2.6
   */
  async *events(): AsyncGenerator<ReceivedEvent> {
    const type = this.headers.get("content-type") ?? "no type";
    if (!/^text\/event-stream\b/i.test(type)) {
      await this.close();
      throw new NetError(
        `the answer, ${this.status} of ${type}, is no events`,
        {
          code: "malformed",
          op: verb(this.method),
          target: this.url,
        },
      );
    }
    yield* readEvents(this.lines(), this.url);
  }

  /** The body as a web stream, which takes its chunks from `read`. */
  get readable(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const chunk = await this.read();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel: () => this.close(),
    }, { highWaterMark: 0 });
  }

  /** Drops what has not been read. Never throws. */
  async close(): Promise<void> {
    if (this.#ended) return;
    this.#end();
    await this.#reader?.cancel().catch(() => {});
  }

  /** The chunks; leaving the loop closes it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      let chunk: Uint8Array | null;
      while ((chunk = await this.read()) !== null) yield chunk;
    } finally {
      await this.close();
    }
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The head, plain. */
  toJSON(): {
    method: string;
    status: number;
    url: string;
    headers: Record<string, string>;
    received: number;
  } {
    const { method, status, url, headers, received } = this;
    return {
      method,
      status,
      url,
      headers: Object.fromEntries(headers),
      received,
    };
  }

  /** The status, how much has come, and the header fields. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const state = this.#ended ? "ended" : "open";
    return card(
      `HTTP ${this.status} from ${this.url}, ${state}, ${this.#received} octets read`,
      this.headers,
      canvas({ colors: options?.colors }),
    );
  }

  #end(): void {
    this.#ended = true;
    this.#parts.onEnd();
  }
}

/** What fetch undoes; other codings it leaves as they are. */
const UNDONE = /^(gzip|br)$/i;

/** The fields of an answer without those that fetch has made untrue. */
function fittingFields({ headers, body }: Response): Headers {
  const coding = headers.get("content-encoding");
  if (body === null || coding === null || !UNDONE.test(coding)) return headers;
  const fields = new Headers(headers);
  fields.delete("content-encoding");
  fields.delete("content-length");
  return fields;
}

/**
 * The error for a body that is larger than asked for.
 *
 * @param limit The most octets.
 * @param method What was asked.
 * @param url Where.
 * @returns The error to throw.
 */
export function tooLarge(limit: number, method: string, url: string): NetError {
  return new NetError(`the body has more than ${limit} octets`, {
    code: "too-large",
    op: verb(method),
    target: url,
    hint: "a larger { limit }",
  });
}
