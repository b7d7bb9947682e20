/**
 * Answers out of whatever a handler returns.
 *
 * @module
 */

import { follows, streaming } from "./streaming.ts";

/** Options for {@linkcode reply}. */
export interface ReplyOptions {
  /** The status code. @default {200, or 204 for nothing} */
  status?: number | undefined;
  /** Header fields, over those that follow from the value. */
  headers?: HeadersInit | undefined;
}

/**
 * Makes an answer out of a value, as `serve` does with what a handler returns.
 *
 * | value | answer |
 * |---|---|
 * | `undefined` | 204, no body |
 * | a text | `text/plain` |
 * | octets, a `ReadableStream` | `application/octet-stream` |
 * | an async iterable of texts and octets | `text/plain`, chunk by chunk |
 * | a `Blob`, `FormData`, `URLSearchParams` | by its own type |
 * | a `Response` | as it is |
 * | all else | JSON |
 *
 * @param value What to send.
 * @param options Status code and header fields.
 * @returns The answer.
 * @throws {TypeError} If the value has no JSON, such as a function or a bigint, or
 * the options are none.
 * @see RFC 9110 §15
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const answer = net.http.reply({ id: 7 }, { status: 201 });
 * assert.equal(answer.status, 201);
 * assert.equal(answer.headers.get("content-type"), "application/json");
 * assert.deepEqual(await answer.json(), { id: 7 });
 * ```
 */
export function reply(value: unknown, options?: ReplyOptions): Response {
  if (options !== undefined && typeof options !== "object") {
    throw new TypeError(
      `Cannot reply as 'options' must be an object after the value, as in reply("no tea", { status: 418 }): current value is ${
        Deno.inspect(options)
      }`,
    );
  }
  return isPlain(value)
    ? Response.json(value, options as ResponseInit | undefined)
    : replyWith(value, options ?? {});
}

/**
 * Whether a value is plain data: most answers are, and are spared the many
 * questions about what else they may be.
 *
 * @param value Any value.
 * @returns Whether it is an object or an array of no other class.
 */
export function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const kind = Object.getPrototypeOf(value);
  return kind === Object.prototype || kind === Array.prototype;
}

function replyWith(value: unknown, options: ReplyOptions): Response {
  const init = options as ResponseInit;
  if (value instanceof Response) {
    // The runtime would answer 500, and tell nobody why.
    if (value.bodyUsed || value.type === "error") {
      throw new TypeError(
        `Cannot answer with a Response as ${
          value.bodyUsed ? "its body must be unread" : "it must be no error"
        }`,
      );
    }
    return options.status === undefined && options.headers === undefined
      ? value
      : altered(value, options);
  }
  if (value === undefined) return new Response(null, { status: 204, ...init });
  if (typeof value === "string") {
    return typed(value, "text/plain;charset=UTF-8", init);
  }
  if (typeof value === "object" && value !== null) {
    if (value instanceof ReadableStream) {
      const octets = value as ReadableStream<Uint8Array>;
      return streaming(
        octets,
        (body) => typed(body, "application/octet-stream", init),
      );
    }
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
      return typed(value as BodyInit, "application/octet-stream", init);
    }
    if (
      value instanceof Blob || value instanceof FormData ||
      value instanceof URLSearchParams
    ) {
      return new Response(value, init);
    }
    if (Symbol.asyncIterator in value) {
      const parts = value as AsyncIterable<string | Uint8Array>;
      return streaming(
        parts,
        (body) => typed(body, "text/plain;charset=UTF-8", init),
      );
    }
  }
  return Response.json(value, init);
}

function typed(body: BodyInit, type: string, init: ResponseInit): Response {
  if (init.headers === undefined) {
    return new Response(body, { ...init, headers: { "content-type": type } });
  }
  const headers = new Headers(init.headers);
  if (!headers.has("content-type")) headers.set("content-type", type);
  return new Response(body, { ...init, headers });
}

function altered(response: Response, options: ReplyOptions): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of new Headers(options.headers)) {
    headers.set(name, value);
  }
  const { status = response.status } = options;
  return follows(response, new Response(response.body, { status, headers }));
}
