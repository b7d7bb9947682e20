/**
 * Requests that belong together: what they have in common, and what is kept
 * from one to the next.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import type { Authenticator } from "./auth.ts";
import { HttpCache } from "./cache.ts";
import { type Cookie, CookieJar } from "./cookies.ts";
import { type Download, download, type DownloadOptions } from "./download.ts";
import type { Ask } from "./exchange.ts";
import { verb } from "./failure.ts";
import { checkNames } from "./option_names.ts";
import { follow } from "./pages.ts";
import { payload } from "./payload.ts";
import { type HttpResponse, HttpStatusError } from "./response.ts";
import { type RetryPolicy, retryPolicy } from "./retry.ts";
import {
  checkMethod,
  checkOptions,
  type GetOptions,
  identity,
  joinHeaders,
  readBase,
  readTarget,
  type RequestOptions,
  type Target,
} from "./settings.ts";
import type { HttpStream } from "./stream.ts";
import {
  type Line,
  openLine,
  proxyName,
  type TransportOptions,
} from "./transport.ts";
import { run, streamed, take, type Taking } from "./tries.ts";

/** Options for `client`: how its requests travel, and what all of them share. */
export interface SessionOptions
  extends TransportOptions, Omit<GetOptions, "query" | "signal"> {
  /** Where references such as `"users/7"` start from, as if it were a folder; `auth` goes to its origin alone. */
  baseUrl?: string | URL | undefined;
  /** Keep cookies: in a new jar, in this jar, or not at all. @default {true} */
  cookies?: boolean | CookieJar | Iterable<Cookie> | undefined;
  /** Keep answers as RFC 9111 allows: in a new cache, or in this one. @default {false} */
  cache?: boolean | HttpCache | undefined;
}

/** Options for `stream` of a session. */
export interface StreamOptions extends RequestOptions {
  /** The method. @default {"GET"} */
  method?: string | undefined;
  /** The longest wait for the head of the answer, in milliseconds. @default {30000} */
  timeout?: number | undefined;
}

const TIMEOUT = 30_000;
const LIMIT = 64 * 1024 * 1024;
const MAX_REDIRECTS = 20;

/**
 * A session: `client` makes it. Its connections stay open from one request to
 * the next, up to `close`. Within TLS, requests with a body go by HTTP/1.1 on
 * connections of their own unless `version` says `"2"`: over HTTP/2 the runtime
 * holds the last octets of many bodies back for 40 ms.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * using session = net.http.client({
 *   transport: (request) =>
 *     request.headers.has("cookie")
 *       ? new Response(`welcome back, ${request.headers.get("cookie")}`)
 *       : new Response("hello", { headers: { "Set-Cookie": "id=7" } }),
 * });
 * await session.get("http://shop.example/");
 * const response = await session.get("http://shop.example/");
 * assert.equal(response.text(), "welcome back, id=7");
 * ```
 */
export class HttpSession implements Disposable {
  /** What servers have set; `undefined` if cookies are not kept. */
  readonly cookies: CookieJar | undefined;
  /** Answers that are kept; `undefined` without a cache. */
  readonly cache: HttpCache | undefined;
  readonly #options: SessionOptions;
  readonly #base: Target | undefined;
  readonly #headers: Headers | undefined;
  readonly #auth: Authenticator | undefined;
  readonly #retries: RetryPolicy | undefined;
  /** Ends the requests that are on their way. */
  readonly #closing = new AbortController();
  /** Its name without the secret in it. */
  readonly #proxy: string | undefined;
  readonly #line: Line;

  /**
   * Takes what all requests share; `client` is the way to say it.
   *
   * @param options What they share.
   * @throws {RangeError} If a number is negative or none.
   * @throws {TypeError} If another option is not what it should be, or there is none of its name.
   * @throws {ParseError} If `baseUrl` is no URL.
   */
  constructor(options: SessionOptions = {}) {
    checkNames("make a client", options, true);
    const { cookies = true, cache, baseUrl, headers } = options;
    this.#options = options;
    this.#base = readBase(baseUrl);
    checkOptions(this.#base?.url ?? "anything", options);
    this.#headers = headers === undefined ? undefined : new Headers(headers);
    this.#auth = identity(options.auth ?? this.#base?.auth);
    this.#retries = retryPolicy(options.retries);
    this.cookies = cookies === false
      ? undefined
      : cookies instanceof CookieJar
      ? cookies
      : new CookieJar(cookies === true ? [] : cookies);
    this.cache = cache === true ? new HttpCache() : cache || undefined;
    this.#line = openLine(options);
    this.#proxy = proxyName(options.proxy);
  }

  /**
   * Asks for a URL and reads the whole answer.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options For this request; they count more than the session's.
   * @returns The answer, whatever its status.
   * @throws {NetError} As `net.http.get` does; `"closed"` after `close`.
   */
  get(url: string | URL, options: GetOptions = {}): Promise<HttpResponse> {
    return this.request("GET", url, options);
  }

  /**
   * Asks for the head of an answer alone.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options For this request.
   * @returns The answer, without a body.
   * @throws {NetError} As `get` does.
   */
  head(url: string | URL, options: GetOptions = {}): Promise<HttpResponse> {
    return this.request("HEAD", url, options);
  }

  /**
   * Sends something for the server to act on.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options What to send, and how.
   * @returns The answer, whatever its status.
   * @throws {NetError} As `get` does.
   */
  post(url: string | URL, options: RequestOptions = {}): Promise<HttpResponse> {
    return this.request("POST", url, options);
  }

  /**
   * Sends what the URL is to hold from now on.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options What to send, and how.
   * @returns The answer, whatever its status.
   * @throws {NetError} As `get` does.
   */
  put(url: string | URL, options: RequestOptions = {}): Promise<HttpResponse> {
    return this.request("PUT", url, options);
  }

  /**
   * Sends what is to change in what the URL holds.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options What to send, and how.
   * @returns The answer, whatever its status.
   * @throws {NetError} As `get` does.
   */
  patch(
    url: string | URL,
    options: RequestOptions = {},
  ): Promise<HttpResponse> {
    return this.request("PATCH", url, options);
  }

  /**
   * Asks the server to take away what the URL holds.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options What to send, and how.
   * @returns The answer, whatever its status.
   * @throws {NetError} As `get` does.
   */
  delete(
    url: string | URL,
    options: RequestOptions = {},
  ): Promise<HttpResponse> {
    return this.request("DELETE", url, options);
  }

  /**
   * Sends a request of any method that fetch can send.
   *
   * @param method The method.
   * @param url A URL, or a reference below the base URL.
   * @param options What to send, and how.
   * @returns The answer, whatever its status.
   * @throws {NetError} As `get` does.
   * @throws {HttpStatusError} For the answers that `throwOn` names.
   */
  async request(
    method: string,
    url: string | URL,
    options: RequestOptions = {},
  ): Promise<HttpResponse> {
    const { limit = this.#options.limit ?? LIMIT } = options;
    const { throwOn = this.#options.throwOn } = options;
    const response = await this.#run(
      method,
      url,
      options,
      (taking) => take(taking, limit),
    );
    if (throwOn === "not-ok" ? !response.ok : throwOn?.(response)) {
      throw new HttpStatusError(response);
    }
    return response;
  }

  /**
   * Sends a request and gives the head of the answer as soon as it is there, to
   * read the body as it comes.
   *
   * @param url A URL, or a reference below the base URL.
   * @param options What to send, and how; `timeout` is for the head alone, the
   * signal for all of it.
   * @returns The head. Close it, or read it to its end.
   * @throws {NetError} As `get` does.
   */
  async stream(
    url: string | URL,
    options: StreamOptions = {},
  ): Promise<HttpStream> {
    const { method = "GET", timeout = this.#options.timeout ?? TIMEOUT } =
      options;
    return await this.#run(
      method,
      url,
      { ...options, timeout: Infinity, headTimeout: timeout },
      (taking) => Promise.resolve(streamed(taking)),
    );
  }

  /**
   * Asks for a collection page by page, as each leads to the next one by a `Link`
   * of the relation `next`.
   *
   * @param url The first page's URL, or a reference below the base URL.
   * @param options For each request; `query` is for the first.
   * @returns The answers, in their order; the next is asked for when it is wanted.
   * @throws {NetError} As `get` does; `"redirect"` if the way leads to another
   * origin, or back.
   * @see RFC 8288
   */
  pages(
    url: string | URL,
    options: GetOptions = {},
  ): AsyncGenerator<HttpResponse> {
    const { query: _, ...later } = options;
    return follow(
      (to) => this.get(to, to === url ? options : later),
      url,
    );
  }

  /**
   * Fetches a URL into a file, and goes on where an earlier try was cut off.
   *
   * @param url A URL, or a reference below the base URL.
   * @param path The file to write.
   * @param options Progress, whether to resume, and all that `get` takes.
   * @returns The file, and how it came.
   * @throws {NetError} As `get` does.
   * @throws {HttpStatusError} If the server does not give it.
   * @throws {TypeError} If the path is none.
   */
  download(
    url: string | URL,
    path: string,
    options: DownloadOptions = {},
  ): Promise<Download> {
    return download(
      (headers) => this.stream(url, { ...options, headers }),
      path,
      options,
    );
  }

  /** Closes its connections; requests on their way fail with `"closed"`. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort(
      new NetError("the session is closed", { code: "closed", op: "send" }),
    );
    this.#line.close();
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** What its requests have in common. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const { unix, auth, version } = this.#options;
    const rows: (readonly [string, string])[] = [
      ["state", this.#closing.signal.aborted ? "closed" : "open"],
      ["base URL", this.#base?.url.href ?? "none"],
      ...(auth ? [["auth", auth.scheme] as const] : []),
      ...(this.#proxy === undefined ? [] : [["proxy", this.#proxy] as const]),
      ...(unix === undefined ? [] : [["socket", unix] as const]),
      ...(version === undefined ? [] : [["version", version] as const]),
      ["cookies", this.cookies ? `${this.cookies.size}` : "not kept"],
      ["retries", `${this.#retries?.times ?? 0}`],
      ...[...this.#headers ?? []].map(([name, value]) =>
        [name, /authorization|cookie/.test(name) ? "…" : value] as const
      ),
    ];
    return card("HttpSession", rows, canvas({ colors: options?.colors }));
  }

  /** Sends, follows, tries again, and takes the answer in. */
  #run<T>(
    name: string,
    to: string | URL,
    options: RequestOptions,
    finish: (taking: Taking) => Promise<T>,
  ): Promise<T> {
    const all = this.#options;
    const method = checkMethod(name);
    const { url, auth } = readTarget(to, this.#base?.url, options.query);
    checkNames(`${verb(method)} ${url}`, options);
    checkOptions(url, options);
    const ask = this.#ask(method, url, options, identity(options.auth ?? auth));
    const closing = this.#closing.signal;
    const { signal } = options;
    return run(ask, {
      timeout: options.timeout ?? all.timeout ?? TIMEOUT,
      headTimeout: options.headTimeout ?? all.headTimeout ?? Infinity,
      idleTimeout: options.idleTimeout ?? all.idleTimeout ?? Infinity,
      signal: signal ? AbortSignal.any([signal, closing]) : closing,
      proxy: this.#proxy,
      policy: options.retries === undefined
        ? this.#retries
        : retryPolicy(options.retries),
    }, finish);
  }

  #ask(
    method: string,
    url: URL,
    options: RequestOptions,
    own: Authenticator | undefined,
  ): Ask {
    const all = this.#options;
    const body = payload(options);
    let headers = joinHeaders(this.#headers, options.headers);
    if (body?.type !== undefined && !headers?.has("content-type")) {
      headers = new Headers(headers);
      headers.set("content-type", body.type);
    }
    const ours = this.#base === undefined ||
      this.#base.url.origin === url.origin;
    return {
      method,
      url,
      headers,
      payload: body,
      redirect: options.redirect ?? all.redirect ?? "follow",
      maxRedirects: options.maxRedirects ?? all.maxRedirects ?? MAX_REDIRECTS,
      send: this.#line.send,
      jar: this.cookies,
      auth: own ?? (ours ? this.#auth : undefined),
      cache: this.cache,
    };
  }
}
