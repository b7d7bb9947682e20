/**
 * Letting pages of other origins ask.
 *
 * @module
 */

import type { Middleware } from "./route.ts";
import { follows } from "./streaming.ts";

/** Options for {@linkcode cors}. */
export interface CorsOptions {
  /**
   * Which origins: `"*"` for all, one or some by name (`"https://example.org"`), or a
   * function that says. @default {"*"}
   */
  origin?:
    | string
    | readonly string[]
    | ((origin: string) => boolean)
    | undefined;
  /** The methods that they may use. @default {all of them} */
  methods?: readonly string[] | undefined;
  /** Header fields that they may send. @default {those that they ask for} */
  headers?: readonly string[] | undefined;
  /** Header fields that they may see, besides the harmless ones. */
  expose?: readonly string[] | undefined;
  /** Whether cookies and the like may come with requests. @default {false} */
  credentials?: boolean | undefined;
  /** How long a browser may remember the answer, in seconds. @default {600} */
  maxAge?: number | undefined;
}

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Tells browsers which pages of other origins may ask, and answers their
 * preflight requests.
 *
 * @param options Who, and what they may do.
 * @returns Middleware; the option `cors` of `serve` puts it first.
 * @throws {TypeError} If all origins were to send credentials, which browsers
 * refuse and no one should want.
 * @see Fetch Standard §3.3 (CORS protocol)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({
 *   cors: { origin: ["https://example.org"] },
 * }, { "GET /": () => "hello" });
 * const ask = (origin: string) =>
 *   net.http.get(`${server.url}/`, { headers: { origin } });
 * const allow = "access-control-allow-origin";
 * const friend = await ask("https://example.org");
 * assert.equal(friend.headers.get(allow), "https://example.org");
 * assert.equal((await ask("https://example.com")).headers.get(allow), null);
 * ```
 */
export function cors(options: CorsOptions = {}): Middleware {
  const {
    origin = "*",
    methods = METHODS,
    headers,
    expose = [],
    credentials = false,
    maxAge = 600,
  } = options;
  if (origin === "*" && credentials) {
    throw new TypeError(
      "Cannot allow other origins as 'origin' must be named where 'credentials' is true: current value is *",
    );
  }
  const isAllowed = (from: string) =>
    origin === "*" ||
    (typeof origin === "function"
      ? origin(from)
      : [origin].flat().includes(from));
  const answer = (from: string | null, response: Response): Response => {
    const fields = response.headers;
    // What is answered depends on who asks: caches are to know.
    if (origin !== "*") fields.append("vary", "Origin");
    if (from === null || !isAllowed(from)) return response;
    fields.set("access-control-allow-origin", origin === "*" ? "*" : from);
    if (credentials) fields.set("access-control-allow-credentials", "true");
    return response;
  };
  return async (exchange, next) => {
    const from = exchange.headers.get("origin");
    const wanted = exchange.headers.get("access-control-request-method");
    if (exchange.method === "OPTIONS" && from !== null && wanted !== null) {
      const response = answer(from, new Response(null, { status: 204 }));
      if (!isAllowed(from)) return response;
      const asked = exchange.headers.get("access-control-request-headers");
      const allowed = headers?.join(", ") ?? asked;
      response.headers.set("access-control-allow-methods", methods.join(", "));
      if (allowed) {
        response.headers.set("access-control-allow-headers", allowed);
      }
      response.headers.set("access-control-max-age", String(maxAge));
      if (headers === undefined) {
        response.headers.append("vary", "Access-Control-Request-Headers");
      }
      return response;
    }
    const response = await next();
    // An upgrade to WebSocket is none of CORS, and its fields are fixed.
    if (response.status === 101) return response;
    const own = changeable(response);
    if (expose.length > 0 && from !== null && isAllowed(from)) {
      own.headers.set("access-control-expose-headers", expose.join(", "));
    }
    return answer(from, own);
  };
}

/** The same answer with fields that may be changed; those of fetch may not. */
function changeable(response: Response): Response {
  try {
    response.headers.delete("access-control-allow-origin");
    return response;
  } catch {
    return follows(response, new Response(response.body, response));
  }
}
