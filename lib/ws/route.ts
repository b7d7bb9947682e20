/**
 * WebSockets on the port of an HTTP server.
 *
 * @module
 */

import type { Exchange, PathParams } from "../http/serve/exchange.ts";
import { HttpProblem } from "../http/serve/problem.ts";
import type { Route, RouteSpec } from "../http/serve/route.ts";
import { switching } from "../http/serve/upgrade.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { SocketLimits } from "./facts.ts";
import { Hosted } from "./hosting.ts";
import { checkNumbers } from "./numbers.ts";
import type { BroadcastOptions } from "./room.ts";
import type { ServeContext } from "./serve_options.ts";
import type { Message, Socket } from "./socket.ts";
import { judge, offeredIn, type UpgradeRules } from "./upgrade.ts";

/** Options for {@linkcode route}: what to speak, whom to take, how much. */
export interface RouteOptions extends SocketLimits, UpgradeRules {
  /** Sockets at once; others are told 503. @default {Infinity} */
  maxConnections?: number | undefined;
}

/** What the handler of a route is told besides its socket. */
export interface RouteContext<Path extends string = string>
  extends ServeContext {
  /** The variable segments of the path, percent-decoded. */
  readonly params: PathParams<Path>;
  /** What the middleware before wants the handler to know. */
  readonly state: Record<string, unknown>;
}

/**
 * Serves one socket of a route, which is closed when the handler ends: with
 * 1000, or with 1011 if it throws.
 *
 * @param socket The client's.
 * @param context The request, its path's segments, and when the server closes.
 */
export type RouteHandler<Path extends string = string> = (
  socket: Socket,
  context: RouteContext<Path>,
) => Promise<void> | void;

/**
 * A route whose requests become WebSockets; {@linkcode route} makes them. What
 * its handler throws is in the `errors` of the HTTP server.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const news = net.ws.route({}, (socket) => socket.closed.then(() => {}));
 * await using server = await net.http.serve({}, {
 *   "GET /news": news,
 *   "POST /news": async ({ text }) => ({ heard: news.broadcast(await text()) }),
 * });
 * await using socket = await net.ws.connect(`${server.url}/news`);
 * const answer = await net.http.post(`${server.url}/news`, { body: "r1 is up" });
 * assert.deepEqual(answer.json(), { heard: 1 });
 * assert.equal(await socket.receive(), "r1 is up");
 * ```
 */
export class SocketRoute<Path extends string = string> implements Route<Path> {
  /** It has no place in an OpenAPI document. */
  readonly spec: RouteSpec = { hidden: true };
  /** Always true. */
  readonly upgrades = true;
  /** Answers a request: with 101, or with a problem. */
  readonly handler: (
    exchange: Exchange<Path, unknown, unknown>,
  ) => Promise<Response>;
  readonly #options: RouteOptions;
  readonly #attend: RouteHandler<Path>;
  /** Those of each server, by the signal of its end. */
  readonly #hosted = new Map<AbortSignal, Hosted>();

  /**
   * Takes what `route` was told.
   *
   * @param options What to speak, whom to take, how much.
   * @param attend What to do with each socket.
   * @throws {RangeError} If a number is out of range.
   */
  constructor(options: RouteOptions, attend: RouteHandler<Path>) {
    checkNumbers("make a route", options);
    if (typeof attend !== "function") {
      throw new TypeError(
        `Cannot make a route as 'handler' must be a function: current value is ${attend}`,
      );
    }
    this.#options = options;
    this.#attend = attend;
    this.handler = (exchange) => this.#answer(exchange);
  }

  /** Sockets being served. */
  get open(): number {
    let open = 0;
    for (const { running } of this.#hosted.values()) open += running.size;
    return open;
  }

  /** The sockets being served, the oldest first. */
  get sockets(): Socket[] {
    return [...this.#hosted.values()].flatMap(({ running }) => [...running]);
  }

  /**
   * Says something to all sockets; those too far behind miss it.
   *
   * @param message A text, or octets.
   * @param options Who does not hear it.
   * @returns How many it was sent to.
   */
  broadcast(message: Message, options: BroadcastOptions = {}): number {
    let sent = 0;
    for (const { all } of this.#hosted.values()) {
      sent += all.broadcast(message, options);
    }
    return sent;
  }

  /** How many sockets are open, plain. */
  toJSON(): { open: number } {
    return { open: this.open };
  }

  /** One line: how many sockets are open. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    return `WebSocket route, ${paint("number", count(this.open), room)} open`;
  }

  async #answer(exchange: Exchange<Path, unknown, unknown>): Promise<Response> {
    const { url, headers, remoteAddress, signal, params, state } = exchange;
    const { maxConnections = Infinity } = this.#options;
    const request = {
      url,
      headers,
      remoteAddress,
      protocols: offeredIn(headers),
    };
    const agreement = await judge(request, this.#options);
    if ("status" in agreement) {
      const { status, reason, fields } = agreement;
      throw new HttpProblem(status, reason, { headers: fields });
    }
    if (this.open >= maxConnections) {
      throw new HttpProblem(503, "too many are connected", {
        headers: { "retry-after": "1" },
      });
    }
    const hosted = this.#hostedBy(signal);
    const over = Promise.withResolvers<void>();
    const context = { request, signal, params, state };
    return switching(agreement.fields, (connection, rest) => {
      hosted.serve(
        connection,
        rest,
        remoteAddress,
        agreement,
        (socket) => this.#attend(socket, context),
        over.reject,
      ).then(over.resolve);
    }, over.promise);
  }

  #hostedBy(stopping: AbortSignal): Hosted {
    let hosted = this.#hosted.get(stopping);
    if (hosted === undefined) {
      hosted = new Hosted({ limits: this.#options, stopping });
      const { running } = hosted;
      this.#hosted.set(stopping, hosted);
      stopping.addEventListener("abort", () => {
        void running.drain(Infinity).then(() => this.#hosted.delete(stopping));
      }, { once: true });
    }
    return hosted;
  }
}

/**
 * Makes a route whose requests become WebSockets, so that pages, a REST service
 * and WebSockets share a port. The sockets are those of `net.ws.serve`: they go
 * into rooms, and {@linkcode SocketRoute.broadcast} reaches all of the route.
 *
 * When the server closes they are told so (1001), and their handlers have the
 * time of its `drain`. The runtime gives no connection away, so a server with
 * such a route is the one that `limits` describes: HTTP/1.1, no compression.
 *
 * @param options What to speak, whom to take, how much.
 * @param handler What to do with each socket.
 * @returns The route, for `net.http.serve`, under a key of GET.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 6455 §4.2
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const lobby = new net.ws.Room();
 * await using server = await net.http.serve({}, {
 *   "GET /": () => "<h1>Chat</h1>",
 *   "GET /chat/:name": net.ws.route({}, async (socket, { params }) => {
 *     lobby.add(socket);
 *     for await (const text of socket) lobby.broadcast(`${params.name}: ${text}`);
 *   }),
 * });
 * await using ada = await net.ws.connect(`${server.url}/chat/Ada`);
 * await ada.send("hello");
 * assert.equal(await ada.receive(), "Ada: hello");
 * assert.equal((await net.http.get(server.url)).text(), "<h1>Chat</h1>");
 * ```
 */
export function route<Path extends string>(
  options: RouteOptions,
  handler: RouteHandler<Path>,
): SocketRoute<Path> {
  return new SocketRoute(options, handler);
}
