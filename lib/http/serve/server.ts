/**
 * A running HTTP server: who asks gets the answer of a route.
 *
 * @module
 */

import { NetError } from "../../errors.ts";
import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { table } from "../../inspect/table.ts";
import { count, duration } from "../../inspect/units.ts";
import type { Endpoint } from "../../socket/endpoint.ts";
import { ErrorLog } from "../../socket/error_log.ts";
import { type CloseOptions, drainOf, Running } from "../../socket/running.ts";
import { settled } from "../../socket/waiting.ts";
import type { Behaviour, Engine } from "./engine.ts";
import { type Circumstances, Exchange, type RequestInfo } from "./exchange.ts";
import type { ConnectionCounts } from "./limits.ts";
import type { LogEntry, RouteMetrics } from "./metrics.ts";
import { HttpProblem } from "./problem.ts";
import { isPlain, reply } from "./reply.ts";
import type { Routes, RouteSpec } from "./route.ts";
import { Routing, type Work } from "./routing.ts";
import { endOf } from "./streaming.ts";

export type { CloseOptions };

/** How long the last octets have to go out, in milliseconds. */
const FLUSH = 500;

/**
 * A running HTTP server; `serve` gives them out.
 *
 * @see RFC 9110, RFC 9112
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.http.serve({}, {
 *   "GET /": () => "hello",
 *   "GET /broken": () => {
 *     throw new Error("no disk");
 *   },
 * });
 * assert.equal((await net.http.get(`${server.url}/broken`)).status, 500);
 * assert.equal(server.requests, 1);
 * assert.match(String(server.errors[0]), /no disk/);
 * assert.equal(server.routes.find((r) => r.key === "GET /broken")?.errors, 1);
 * ```
 */
export class HttpServer implements AsyncDisposable {
  /** What every request is handed to, before the engine runs. */
  readonly answer = (
    request: Request,
    info: RequestInfo,
  ): Response | Promise<Response> => this.#answer(request, info);
  readonly #routing: Routing;
  readonly #behaviour: Behaviour;
  readonly #circumstances: Circumstances;
  readonly #log: ErrorLog<Request>;
  readonly #stopping = new AbortController();
  readonly #running = new Running<Request>();
  readonly #chain:
    | ((exchange: Exchange, work: Work) => Promise<Response>)
    | undefined;
  #engine: Engine | undefined;
  #scheme = "http";
  #requests = 0;
  #refused = 0;
  #closing: Promise<void> | undefined;

  /**
   * Makes the routes ready; {@linkcode start} is to follow.
   *
   * @param routes What to answer.
   * @param behaviour What else to do.
   * @throws {TypeError} If a key is none, or a schema is not understood.
   */
  constructor(routes: Routes<string>, behaviour: Behaviour) {
    this.#behaviour = behaviour;
    this.#log = new ErrorLog(behaviour.onError);
    this.#routing = new Routing(routes, behaviour.hosts);
    this.#circumstances = {
      stopping: this.#stopping.signal,
      limits: behaviour.body,
    };
    const { middleware } = behaviour;
    if (middleware.length === 0) return;
    this.#chain = (exchange, work) => {
      const step = (n: number): Promise<Response> => {
        const next = middleware[n];
        if (next === undefined) return this.#run(exchange, work);
        return (async () => {
          try {
            return await next(exchange, () => step(n + 1));
          } catch (error) {
            return this.#failed(error, exchange.request);
          }
        })();
      };
      return step(0);
    };
  }

  /**
   * Tells it where it is.
   *
   * @param engine Which hands requests to {@linkcode answer}.
   * @param scheme `"http"` or `"https"`.
   * @returns Itself.
   */
  start(engine: Engine, scheme: string): this {
    this.#engine = engine;
    this.#scheme = scheme;
    return this;
  }

  /** Where it listens. */
  get address(): Endpoint {
    return this.#engine!.address;
  }

  /** The URL of its root, without a slash at the end. */
  get url(): string {
    return `${this.#scheme}://${this.address}`;
  }

  /** Resolves when the server has closed. */
  get finished(): Promise<void> {
    return this.#engine!.finished;
  }

  /** Requests that came, those that were refused aside. */
  get requests(): number {
    return this.#requests;
  }

  /** Requests that wait for their answer, or for the end of its stream or WebSocket. */
  get inFlight(): number {
    return this.#running.size;
  }

  /** Requests told 503, as too many were worked on. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * What became of connections; `undefined` without a limit on them, as the
   * runtime keeps it to itself.
   */
  get connections(): ConnectionCounts | undefined {
    const { connections } = this.#engine!;
    if (connections === undefined) return undefined;
    const { open, dropped, late } = connections;
    return { open, dropped, late };
  }

  /** Errors that handlers threw, problems that are the client's aside. */
  get failed(): number {
    return this.#log.count;
  }

  /** The newest 100 of them, oldest first. */
  get errors(): readonly unknown[] {
    return this.#log.errors;
  }

  /** What each route has been through, in the order in which they were given. */
  get routes(): readonly Readonly<RouteMetrics>[] {
    return this.#routing.works.map(({ metrics }) => metrics);
  }

  /** What is known of each route, by key. */
  get specs(): ReadonlyMap<string, RouteSpec> {
    return new Map(
      this.#routing.works.map((work) => [work.metrics.key, work.spec]),
    );
  }

  /**
   * Takes no more requests, lets those that run end, and drops the rest when
   * the time is up; WebSockets are told at once (1001). A second call waits for
   * the first.
   *
   * @param options How long requests may go on, in milliseconds.
   * @throws {RangeError} If `drain` is negative or not a number.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    const drain = drainOf(this.url, options);
    this.#closing ??= this.#close(drain);
    await this.#closing;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address, counters and routes, plain. */
  toJSON(): {
    url: string;
    requests: number;
    inFlight: number;
    refused: number;
    failed: number;
    routes: readonly Readonly<RouteMetrics>[];
  } {
    const { url, requests, inFlight, refused, failed, routes } = this;
    return { url, requests, inFlight, refused, failed, routes };
  }

  /** Where it listens, its counters, and a table of its routes. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.#closing
      ? paint("warn", "closed", room)
      : paint("good", "serving", room);
    const bad = (n: number, what: string) =>
      n === 0 ? "" : `, ${paint("bad", `${count(n)} ${what}`, room)}`;
    const head = `HTTP ${paint("name", this.url, room)} ${state}, ${
      count(this.requests)
    } requests, ${count(this.inFlight)} in flight${
      bad(this.refused, "refused")
    }${bad(this.failed, "failed")}`;
    const rows = this.routes.map((
      { key, requests, errors, elapsed, longest },
    ) => ({
      route: key,
      requests,
      errors,
      mean: requests === 0 ? "" : duration(elapsed / requests),
      longest: requests === 0 ? "" : duration(longest),
    }));
    return rows.length === 0
      ? head
      : `${head}\n${table(rows, { maxRows: 20, canvas: room })}`;
  }

  #answer(
    request: Request,
    info: RequestInfo,
  ): Response | Promise<Response> {
    if (this.#closing !== undefined) return closing();
    if (this.inFlight >= this.#behaviour.maxRequests) {
      this.#refused++;
      return new HttpProblem(503, "too many requests are being worked on", {
        headers: { "retry-after": "1" },
      }).toResponse();
    }
    const start = performance.now();
    this.#requests++;
    this.#running.add(request);
    const [work, params] = this.#routing.find(request);
    const exchange = new Exchange(
      request,
      params,
      info,
      this.#circumstances,
      work.validate,
    );
    // Asked now: after a handler has taken the connection over it is not known.
    if (this.#behaviour.log !== undefined) void exchange.remoteAddress;
    const chain = this.#chain;
    try {
      const value = chain === undefined
        ? work.handler(exchange)
        : chain(exchange, work);
      // A handler that needs not wait is not waited for.
      if (isPlain(value)) {
        const response = Response.json(value);
        this.#running.delete(request);
        this.#count(response, start, exchange, work);
        return response;
      }
      if (!isPromise(value)) {
        return this.#done(reply(value), start, exchange, work);
      }
      return value.then((value) =>
        this.#done(reply(value), start, exchange, work)
      ).catch((error) =>
        this.#done(this.#failed(error, request), start, exchange, work)
      );
    } catch (error) {
      return this.#done(this.#failed(error, request), start, exchange, work);
    }
  }

  #done(
    response: Response,
    start: number,
    exchange: Exchange,
    work: Work,
  ): Response {
    const end = endOf(response);
    const over = () => this.#running.delete(exchange.request);
    if (end === undefined) over();
    else {
      end.then(over, (error) => {
        // A source that was asked to stop, and did, has not failed.
        const { aborted, reason } = this.#stopping.signal;
        if (!aborted || error !== reason) {
          this.#log.record(error, exchange.request);
        }
        over();
      });
    }
    this.#count(response, start, exchange, work);
    return response;
  }

  #count(
    response: Response,
    start: number,
    exchange: Exchange,
    work: Work,
  ): void {
    const elapsed = performance.now() - start;
    const { metrics } = work;
    metrics.requests++;
    metrics.elapsed += elapsed;
    if (elapsed > metrics.longest) metrics.longest = elapsed;
    const { status } = response;
    if (status >= 500) metrics.errors++;
    const { log } = this.#behaviour;
    if (log !== undefined) this.#tell(log, exchange, work, status, elapsed);
  }

  async #run(exchange: Exchange, work: Work): Promise<Response> {
    try {
      return reply(await work.handler(exchange));
    } catch (error) {
      return this.#failed(error, exchange.request);
    }
  }

  #failed(error: unknown, request: Request): Response {
    const known = error instanceof HttpProblem;
    if (!known || error.status >= 500) this.#log.record(error, request);
    return (known ? error : new HttpProblem(500)).toResponse();
  }

  #tell(
    log: (entry: LogEntry) => void,
    exchange: Exchange,
    work: Work,
    status: number,
    elapsed: number,
  ): void {
    const { method, path, remoteAddress } = exchange;
    const { key } = work.metrics;
    const route = key === "" ? undefined : key;
    const time = new Date();
    try {
      log({ time, method, path, route, status, elapsed, remoteAddress });
    } catch (error) {
      this.#log.record(error, exchange.request);
    }
  }

  async #close(drain: number): Promise<void> {
    this.#stopping.abort(
      new NetError("the server is closing", {
        code: "closed",
        op: "serve",
        target: this.url,
      }),
    );
    const engine = this.#engine!;
    // Once told to end in peace the runtime can no longer be told to drop all.
    await this.#running.drain(drain);
    if (this.inFlight > 0) {
      engine.abort();
      await settled([engine.finished], 1000);
      return;
    }
    // What remains are octets on their way. A client that does not take them,
    // or that still sends what nobody wants, holds up neither us nor this
    // program.
    if (!await settled([engine.shutdown()], FLUSH)) engine.giveUp();
  }
}

function closing(): Response {
  return new HttpProblem(503, "the server is closing", {
    headers: { connection: "close" },
  }).toResponse();
}

function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise ||
    typeof (value as { then?: unknown } | null | undefined)?.then ===
      "function";
}
