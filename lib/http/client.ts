/**
 * HTTP clients for the prompt and for programs: one call for one answer, and
 * sessions that keep what belongs together.
 *
 * @module
 */

import { HttpSession, type SessionOptions } from "./session.ts";
import type { GetOptions, RequestOptions } from "./settings.ts";
import type { HttpResponse } from "./response.ts";
import type { TransportOptions } from "./transport.ts";

export type { HttpAuth } from "./auth.ts";
export { type CacheAnswer, HttpCache, type HttpCacheOptions } from "./cache.ts";
export { type Cookie, CookieJar } from "./cookies.ts";
export {
  Download,
  type DownloadInit,
  type DownloadOptions,
} from "./download.ts";
export type { ReceivedEvent } from "./event_stream.ts";
export { type Link, parseLinks } from "./links.ts";
export type { Multipart, MultipartPart } from "./multipart.ts";
export type { HttpBody, Progress, QueryFields, QueryValue } from "./payload.ts";
export * from "./response.ts";
export type { RetryOptions } from "./retry.ts";
export type { DeadlineOptions } from "../deadline.ts";
export {
  HttpSession,
  type SessionOptions,
  type StreamOptions,
} from "./session.ts";
export type { GetOptions, RequestOptions } from "./settings.ts";
export { HttpStream, type HttpStreamInit } from "./stream.ts";
export type { Send, Transport, TransportOptions } from "./transport.ts";

/**
 * Makes a session: what its requests have in common is said once, and cookies,
 * connections and proofs of identity are kept from one to the next.
 *
 * @param options Base URL, header fields, who asks, how often to try, …
 * @returns The session. Close it, or declare it with `using`.
 * @throws {TypeError} If an option is not what it should be.
 * @throws {ParseError} If `baseUrl` is no URL.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   (request) => Response.json({ agent: request.headers.get("user-agent") }),
 * );
 * using session = net.http.client({
 *   baseUrl: `http://127.0.0.1:${server.addr.port}/api`,
 *   headers: { "User-Agent": "netrepl" },
 *   retries: 3,
 * });
 * const response = await session.get("who");
 * assert.deepEqual(response.json(), { agent: "netrepl" });
 * ```
 */
export function client(options: SessionOptions = {}): HttpSession {
  return new HttpSession(options);
}

/** How one request travels, if not as all do: a session's options for that. */
export type WayOptions = Omit<TransportOptions, "shared">;

/** Options for one request without a body, and for its way. */
export interface GetOnceOptions extends GetOptions, WayOptions {}

/** Options for one request, and for its way. */
export interface RequestOnceOptions extends RequestOptions, WayOptions {}

let shared: HttpSession | undefined;

/** The session of the functions below; its connections are the runtime's own. */
function everyday(): HttpSession {
  return shared ??= new HttpSession({ shared: true, cookies: false });
}

/** A session for a request that travels in a way of its own. */
function ownSession(options: GetOnceOptions): HttpSession | undefined {
  const { transport, proxy, unix, ca, certificate, version, localAddress } =
    options;
  const { headers } = options;
  const all = {
    transport,
    proxy,
    unix,
    ca,
    certificate,
    version,
    localAddress,
  };
  // The runtime's own connections go by no other Host than the URL's.
  const isHosted = headers !== undefined && new Headers(headers).has("host");
  return isHosted || Object.values(all).some((value) => value !== undefined)
    ? new HttpSession({ ...all, cookies: false })
    : undefined;
}

/**
 * Asks for a URL and reads the whole answer. Whatever status the server
 * answers with, 404 and 500 too, is a result and not an exception.
 *
 * @param url An `http:` or `https:` URL.
 * @param options Header fields, how long to wait, how much to take; and by which
 * way: `{ ca }` to trust an authority of one's own, `{ proxy }`, `{ unix }`, …
 * @returns The answer, with its body's octets.
 * @throws {NetError} `"refused"`, `"timeout"`, `"not-found"` for a name without
 * address, `"reset"`, `"closed"` for an answer cut short, `"tls"`,
 * `"malformed"` for an answer that is no HTTP, `"too-large"` above `limit`,
 * `"redirect"` for too many of them, `"blocked"` for ports that fetch bars.
 * @throws {PermissionError} If the runtime bars it.
 * @throws {ParseError} If the text is no URL.
 * @throws {TypeError} If a proxy or a certificate is none.
 * @see RFC 9110 §9.3.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, async (conn) => {
 *   for await (const line of conn.lines()) if (line === "") break;
 *   await conn.write("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\ngone");
 * });
 * const response = await net.http.get(`http://${server.address}/`);
 * assert.deepEqual([response.status, response.text()], [404, "gone"]);
 * ```
 */
export async function get(
  url: string | URL,
  options: GetOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).get(url, options);
}

/**
 * Asks for the head of an answer alone: its status and header fields.
 *
 * @param url An `http:` or `https:` URL.
 * @param options Header fields, and how long to wait.
 * @returns The answer, whatever its status.
 * @throws {NetError} As `get` does.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 9110 §9.3.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   () => new Response("12345", { headers: { "X-Here": "yes" } }),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * const response = await net.http.head(url);
 * assert.deepEqual([response.headers.get("x-here"), response.text()], ["yes", ""]);
 * ```
 */
export async function head(
  url: string | URL,
  options: GetOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).head(url, options);
}

/**
 * Sends something for the server to act on, and reads the whole answer.
 *
 * @param url An `http:` or `https:` URL.
 * @param options What to send (`json`, `form`, `multipart` or `body`), and all that `get` takes.
 * @returns The answer, whatever its status.
 * @throws {NetError} As `get` does.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 9110 §9.3.3
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   async (request) => Response.json({ got: await request.json() }),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * const response = await net.http.post(url, { json: { name: "r1" } });
 * assert.deepEqual(response.json(), { got: { name: "r1" } });
 * ```
 */
export async function post(
  url: string | URL,
  options: RequestOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).post(url, options);
}

/**
 * Sends what the URL is to hold from now on.
 *
 * @param url An `http:` or `https:` URL.
 * @param options What to send, and all that `get` takes.
 * @returns The answer, whatever its status.
 * @throws {NetError} As `get` does.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 9110 §9.3.4
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   async (request) => new Response(await request.text(), { status: 201 }),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * const response = await net.http.put(url, { body: "new" });
 * assert.deepEqual([response.status, response.text()], [201, "new"]);
 * ```
 */
export async function put(
  url: string | URL,
  options: RequestOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).put(url, options);
}

/**
 * Sends what is to change in what the URL holds.
 *
 * @param url An `http:` or `https:` URL.
 * @param options What to send, and all that `get` takes.
 * @returns The answer, whatever its status.
 * @throws {NetError} As `get` does.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 5789
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   async (request) => Response.json(await request.json()),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * const response = await net.http.patch(url, { json: { mtu: 9000 } });
 * assert.deepEqual(response.json(), { mtu: 9000 });
 * ```
 */
export async function patch(
  url: string | URL,
  options: RequestOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).patch(url, options);
}

/**
 * Asks for a collection page by page, as each leads to the next one by a `Link`
 * of the relation `next`; `response.links` has the others.
 *
 * @param url The first page's URL.
 * @param options For each request, as `get` takes them; `query` is for the first.
 * @returns The answers, in their order; the next is asked for when it is wanted.
 * @throws {NetError} As `get` does; `"redirect"` if the way leads to another
 * origin, or back.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 8288
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({}, {
 *   "GET /hosts": net.http.route({ query: net.http.shape({ page: "integer" }) },
 *     ({ query: { page } }) =>
 *       net.http.reply([`r${page}`], {
 *         headers: page < 3 ? { link: `</hosts?page=${page + 1}>; rel="next"` } : {},
 *       })),
 * });
 * const hosts: unknown[] = [];
 * for await (const page of net.http.pages(`${server.url}/hosts?page=1`)) {
 *   hosts.push(...page.json() as unknown[]);
 * }
 * assert.deepEqual(hosts, ["r1", "r2", "r3"]);
 * ```
 */
export async function* pages(
  url: string | URL,
  options: GetOnceOptions = {},
): AsyncGenerator<HttpResponse> {
  using own = ownSession(options);
  yield* (own ?? everyday()).pages(url, options);
}

/**
 * Sends a request of any method that fetch can send: DELETE, OPTIONS, PROPFIND, …
 *
 * @param method The method.
 * @param url An `http:` or `https:` URL.
 * @param options What to send, and all that `get` takes.
 * @returns The answer, whatever its status.
 * @throws {NetError} As `get` does.
 * @throws {ParseError} If the text is no URL.
 * @throws {TypeError} For TRACE and CONNECT, which `net.http.raw` can send.
 * @see RFC 9110 §9
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   (request) => new Response(request.method),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/`;
 * const response = await net.http.request("DELETE", url);
 * assert.equal(response.text(), "DELETE");
 * ```
 */
export async function request(
  method: string,
  url: string | URL,
  options: RequestOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).request(method, url, options);
}

/**
 * Asks the server to take away what the URL holds: `net.http.delete(url)`.
 *
 * @param url An `http:` or `https:` URL.
 * @param options What to send, and all that `get` takes.
 * @returns The answer, whatever its status.
 * @throws {NetError} As `get` does.
 * @throws {ParseError} If the text is no URL.
 * @see RFC 9110 §9.3.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = Deno.serve(
 *   { hostname: "127.0.0.1", port: 0, onListen: () => {} },
 *   () => new Response(null, { status: 204 }),
 * );
 * const url = `http://127.0.0.1:${server.addr.port}/hosts/r1`;
 * assert.equal((await net.http.delete(url)).status, 204);
 * ```
 */
async function remove(
  url: string | URL,
  options: RequestOnceOptions = {},
): Promise<HttpResponse> {
  using own = ownSession(options);
  return await (own ?? everyday()).delete(url, options);
}
export { remove as delete };
