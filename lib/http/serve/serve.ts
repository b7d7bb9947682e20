/**
 * Starts an HTTP server.
 *
 * @module
 */

import { Deadline } from "../../deadline.ts";
import type { Address } from "../../ip/address.ts";
import { type Endpoint, ownEndpoint } from "../../socket/endpoint.ts";
import { bindable, checkPem } from "../../socket/local.ts";
import { cors, type CorsOptions } from "./cors.ts";
import { documentRoutes, type OpenApiInfo } from "./openapi.ts";
import type { Middleware, Route, RouteKey, Routes } from "./route.ts";
import { connectionLimits } from "./connection_watch.ts";
import { startLimitedEngine } from "./limited_engine.ts";
import type { ServeLimits } from "./limits.ts";
import type { LogEntry } from "./metrics.ts";
import { startRuntimeEngine } from "./runtime_engine.ts";
import { HttpServer } from "./server.ts";

/** Options for {@linkcode serve}. */
export interface ServeOptions {
  /**
   * The address to listen on, or a name for it; `"0.0.0.0"` and `"::"` are all
   * of this machine's. @default {"127.0.0.1"}
   */
  hostname?: string | Address | undefined;
  /** The port; 0 takes a free one. @default {0} */
  port?: number | undefined;
  /** Closes the server when it aborts. */
  signal?: AbortSignal | undefined;
  /**
   * The names that it answers to, as in `["localhost", "127.0.0.1"]`; requests
   * for others are told 421. A page elsewhere whose name is made to lead here
   * (DNS rebinding) then gets nothing. @default {every name}
   */
  hosts?: string | readonly string[] | undefined;
  /** How much it takes of a request, of requests, and of connections. */
  limits?: ServeLimits | undefined;
  /** Stands before every route, the first one outermost. */
  use?: Middleware | readonly Middleware[] | undefined;
  /** Which pages of other origins may ask; `true` for all. @default {false} */
  cors?: boolean | CorsOptions | undefined;
  /** Whether bodies go out compressed to those who can read it. @default {false} */
  compression?: boolean | undefined;
  /**
   * Whether to describe the routes at `/openapi.json`, with a page to try them
   * at `/docs`; the title and version of the description. @default {false}
   */
  openapi?: boolean | OpenApiInfo | undefined;
  /** Is told of every answer. */
  log?: ((entry: LogEntry) => void) | undefined;
  /** Is told of what handlers throw; `server.errors` keeps it anyway. */
  onError?: ((error: unknown, request: Request) => void) | undefined;
  /** Speak TLS: certificate chain and private key, as PEM. */
  tls?: { readonly cert: string; readonly key: string } | undefined;
}

/**
 * Serves HTTP: what a route's handler returns is the answer.
 *
 * A key is a method and a path: `"GET /devices/:id"`. `:id` is any segment, a
 * `*` at the end is the rest, and the handler has them as `params`, typed. Fixed
 * segments go before variable ones. GET answers HEAD too; OPTIONS, 404 and 405
 * answer themselves. What a handler returns becomes an answer as
 * {@linkcode reply} says; a thrown {@linkcode HttpProblem} is told to the client, and
 * of other errors no word. HTTP/1.1 and HTTP/2 are spoken by the runtime; with
 * limits on connections, or a route that is a WebSocket (`net.ws.route`), it is
 * HTTP/1.1, as {@linkcode ServeLimits} says.
 *
 * @param options Where to listen, and what else to do; all of them optional.
 * @param routes A handler for each key.
 * @returns The server, which listens already: its `url` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port or a limit is out of range.
 * @throws {TypeError} If a key is no method and path, or there twice; if a
 * route is no handler, or `tls` no certificate and key; if
 * `compression` is wanted where connections have limits or become WebSockets.
 * @see RFC 9110, RFC 9457 (errors)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({}, {
 *   "GET /hello/:name": ({ params }) => ({ hello: params.name }),
 *   "POST /sum": async ({ json }) => {
 *     const numbers = await json() as number[];
 *     return numbers.reduce((a, b) => a + b, 0);
 *   },
 * });
 * const answer = await net.http.get(`${server.url}/hello/Ada`);
 * assert.deepEqual(answer.json(), { hello: "Ada" });
 * assert.equal((await net.http.get(`${server.url}/sum`)).status, 405);
 * ```
 */
export async function serve<Key extends RouteKey>(
  options: ServeOptions,
  routes: Routes<Key>,
): Promise<HttpServer> {
  const { signal, limits = {}, tls } = options;
  const { compression = false } = options;
  const use = [options.use ?? []].flat();
  const hosts = options.hosts === undefined
    ? undefined
    : [options.hosts].flat();
  const wanted = ownEndpoint("serve", options);
  checkRoutes(wanted, routes);
  checkPem(wanted, tls);
  const {
    body = 1024 * 1024,
    bodyTime = 30_000,
    requests = 10_000,
  } = limits;
  const upgrades = Object.values(routes as Routes<string>).some((value) =>
    (value as Partial<Route> | null)?.upgrades === true
  );
  const guarded = connectionLimits(limits, upgrades);
  checkLimits(wanted, { body, bodyTime, requests, ...guarded });
  if (guarded !== undefined && compression) {
    throw new TypeError(
      `Cannot serve on ${wanted} as 'compression' must be off where connections have limits or become WebSockets: current value is true`,
    );
  }
  const allowed = options.cors === true ? {} : options.cors;
  const told = options.openapi === true ? {} : options.openapi;
  // Which names the paths have matters to those who write the handlers alone.
  const known = routes as unknown as Routes<string>;
  const server = new HttpServer(
    told ? { ...known, ...documentRoutes(known, told) } : known,
    {
      middleware: allowed ? [cors(allowed), ...use] : use,
      hosts: hosts?.map((name) => name.toLowerCase()),
      body: { body, bodyTime },
      maxRequests: requests,
      log: options.log,
      onError: options.onError,
    },
  );
  using deadline = new Deadline("listen on", `${wanted}`, { signal });
  const local = await bindable("listen on", wanted, deadline);
  signal?.throwIfAborted();
  const place = { local, wanted, tls, compression, upgrades };
  const engine = guarded === undefined
    ? startRuntimeEngine(place, server.answer)
    : await startLimitedEngine(place, guarded, bodyTime, server.answer);
  server.start(engine, tls === undefined ? "http" : "https");
  const stop = () => void server.close();
  signal?.addEventListener("abort", stop, { once: true });
  engine.finished.finally(() => signal?.removeEventListener("abort", stop));
  return server;
}

/** A function alone would be no routes at all, and nothing be found. */
function checkRoutes(wanted: Endpoint, routes: unknown): void {
  if (typeof routes === "object" && routes !== null) return;
  throw new TypeError(
    `Cannot serve on ${wanted} as 'routes' must be handlers by method and path, as in { "GET /": () => "hello" }, or { "* /*": handler } for all: current value is ${
      typeof routes === "function" ? "a function" : routes
    }`,
  );
}

function checkLimits(
  wanted: Endpoint,
  limits: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(limits)) {
    if (!(value >= 0)) {
      throw new RangeError(
        `Cannot serve on ${wanted} as 'limits.${name}' must be 0 or more: current value is ${value}`,
      );
    }
  }
}
