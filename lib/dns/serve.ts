/**
 * A name server.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { card } from "../inspect/card.ts";
import { count } from "../inspect/units.ts";
import { type Endpoint, ownEndpoint } from "../socket/endpoint.ts";
import * as tcp from "../socket/tcp.ts";
import * as udp from "../socket/udp.ts";
import type { ServeMetrics } from "./serve_metrics.ts";
import type { Client, QueryContext, Reply, Responder } from "./serve_reply.ts";
import {
  type Answerer,
  type QueryEvent,
  type ServeOptions,
  ServeState,
  zoneSet,
} from "./serve_state.ts";
import { serveStream } from "./serve_stream.ts";
import { ZoneSet } from "./serve_zones.ts";
import type { Zone } from "./zone.ts";

export type {
  Answerer,
  Client,
  QueryContext,
  QueryEvent,
  Reply,
  Responder,
  ServeMetrics,
  ServeOptions,
};

/** What can be served: zones, a function that answers, or a forwarder. */
export type ServeSource =
  | Zone
  | string
  | readonly (Zone | string)[]
  | Responder
  | Answerer;

/** Questions that may be open at once by UDP. */
const MOST_OPEN = 1024;
/** How often a port is looked for that is free for UDP and TCP. */
const ATTEMPTS = 20;

/**
 * A running name server; {@linkcode serve} gives it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.dns.serve(({ name }) => ({
 *   answers: [{ name, type: "TXT", ttl: 0, data: [`you asked for ${name}`] }],
 * }));
 * const { answers } = await net.dns.query(server.address, "moon", "TXT");
 * assert.deepEqual(net.dns.ofType(answers, "TXT")[0]?.data, ["you asked for moon"]);
 * assert.equal(server.metrics.queries, 1);
 * ```
 */
export class NameServer implements AsyncDisposable {
  /** Where it listens, by UDP and TCP. */
  readonly address: Endpoint;
  /** Resolves when the server has closed. */
  readonly finished: Promise<void>;
  readonly #udp: udp.Server;
  readonly #tcp: tcp.Server;
  readonly #state: ServeState;
  readonly #detach: () => void;

  /**
   * Takes what runs already; {@linkcode serve} makes it.
   *
   * @param datagrams The server for UDP.
   * @param streams The server for TCP.
   * @param state What both share.
   * @param signal Closes it.
   */
  constructor(
    datagrams: udp.Server,
    streams: tcp.Server,
    state: ServeState,
    signal: AbortSignal | undefined,
  ) {
    this.address = datagrams.address;
    this.#udp = datagrams;
    this.#tcp = streams;
    this.#state = state;
    this.finished = Promise.all([datagrams.finished, streams.finished])
      .then(() => this.#detach());
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
  }

  /** The zones that it is in charge of. */
  get zones(): readonly Zone[] {
    return this.#state.zones.all;
  }

  /** What it has counted so far. */
  get metrics(): ServeMetrics {
    return this.#state.counters.snapshot(this.#udp.dropped);
  }

  /** The newest 100 things that went wrong, oldest first. */
  get errors(): readonly unknown[] {
    return [...this.#state.errors, ...this.#udp.errors, ...this.#tcp.errors];
  }

  /**
   * Serves other zones from now on.
   *
   * @param zones The zones.
   * @throws {ZoneError} If a text is no zone file.
   * @throws {TypeError} If a zone is there twice.
   */
  load(zones: Zone | string | readonly (Zone | string)[]): void {
    this.#state.zones = zoneSet(zones);
  }

  /**
   * Takes no more questions, answers those that came, and closes.
   *
   * @param options How long that may take.
   */
  async close(options: tcp.CloseOptions = { drain: 1000 }): Promise<void> {
    await Promise.all([this.#udp.close(options), this.#tcp.close(options)]);
    await this.finished;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address, zones and counters, plain. */
  toJSON(): { address: string; zones: string[]; metrics: ServeMetrics } {
    const zones = this.zones.map(({ name }) => name);
    return { address: `${this.address}`, zones, metrics: this.metrics };
  }

  /** Where it listens, its zones, and what it has counted. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const { metrics, zones } = this;
    const names = zones.map(({ name, size }) => `${name} (${count(size)})`);
    const responses = Object.entries(metrics.responses)
      .map(([name, n]) => `${name} ${count(n)}`).join(", ");
    const bad = (["truncated", "malformed", "dropped", "failed"] as const)
      .filter((key) => metrics[key] > 0);
    return card(`name server ${this.address}`, [
      ...names.length === 0
        ? []
        : [["zones", names.join(", "), "name"] as const],
      [
        "queries",
        `${count(metrics.queries)}: ${count(metrics.udp)} by UDP, ${
          count(metrics.tcp)
        } over TCP`,
        "number",
      ],
      ...responses === "" ? [] : [["responses", responses] as const],
      ...metrics.transfers === 0
        ? []
        : [["transfers", count(metrics.transfers), "number"] as const],
      ...bad.map((key) => [key, count(metrics[key]), "warn"] as const),
    ], canvas({ colors: options?.colors }));
  }
}

function responderOf(source: Responder | Answerer): Responder {
  return typeof source === "function" ? source : source.respond;
}

/**
 * Serves DNS, by UDP and TCP: zones that it is in charge of, a function that
 * answers, or a forwarder. It listens on this machine alone unless told otherwise.
 *
 * Names in no zone are REFUSED, or answered by `otherwise`. Questions for ANY get
 * one set of records by UDP; whole zones go to those in `transferTo`.
 *
 * @param source Zones or the texts of zone files, a function, or a forwarder.
 * @param options Where to listen, and who may have what.
 * @returns The server, which listens already: its `address` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {ZoneError} If a text is no zone file.
 * @throws {TypeError} If a zone is there twice, or `source` is nothing of all that.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 1034 §4.3.2, RFC 2181, RFC 2308, RFC 4592, RFC 7766, RFC 8482
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.dns.serve(`
 * $ORIGIN example.
 * @   300 SOA ns admin 1 2h 15m 2w 5m
 *         NS  ns
 * ns      A   192.0.2.53
 * www     A   192.0.2.80
 * `);
 * const answer = await net.dns.query(server.address, "www.example");
 * assert.equal(`${net.dns.ofType(answer.answers, "A")[0]?.data}`, "192.0.2.80");
 * assert.equal((await net.dns.query(server.address, "no.example")).status, "NXDOMAIN");
 * ```
 */
export async function serve(
  source: ServeSource,
  options: ServeOptions = {},
): Promise<NameServer> {
  const { payloadSize = 1232, signal } = options;
  if (
    !(Number.isInteger(payloadSize) && payloadSize >= 512 &&
      payloadSize <= 0xffff)
  ) {
    throw new RangeError(
      `Cannot serve as 'payloadSize' must be an integer from 512 to 65535: current value is ${payloadSize}`,
    );
  }
  ownEndpoint("serve", options);
  signal?.throwIfAborted();
  const isResponder = typeof source === "function" ||
    typeof source === "object" && source !== null && "respond" in source;
  const { otherwise = isResponder ? source : undefined } = options;
  const state = new ServeState(
    isResponder ? new ZoneSet([]) : zoneSet(source),
    otherwise && responderOf(otherwise),
    options,
  );
  for (let attempt = 1;; attempt++) {
    const streams = await serveStreams(state, options);
    try {
      const datagrams = await serveDatagrams(state, options, streams.address);
      return new NameServer(datagrams, streams, state, signal);
    } catch (error) {
      await streams.close({ drain: 0 });
      // The port that was free for TCP need not be for UDP.
      const isTaken = error instanceof NetError && error.code === "in-use";
      if (!isTaken || options.port || attempt === ATTEMPTS) throw error;
    }
  }
}

function serveDatagrams(
  state: ServeState,
  { hostname }: ServeOptions,
  { port }: Endpoint,
): Promise<udp.Server> {
  return udp.serve(
    { hostname, port, concurrency: MOST_OPEN },
    async ({ data, from }, socket) => {
      const octets = await state.answer(data, { from, transport: "udp" });
      if (octets !== undefined) await socket.send(octets, from);
    },
  );
}

function serveStreams(
  state: ServeState,
  options: ServeOptions,
): Promise<tcp.Server> {
  const { hostname, port = 0, maxConnections = 256 } = options;
  const { idleTimeout = 10_000 } = options;
  return tcp.serve(
    { hostname, port, maxConnections, idleTimeout },
    (connection, { signal }) =>
      serveStream(state, connection, idleTimeout, signal),
  );
}
