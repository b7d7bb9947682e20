/**
 * One port in front of several servers.
 *
 * @module
 */

import { canvas } from "../inspect/canvas.ts";
import { table } from "../inspect/table.ts";
import { connect, type ConnectOptions } from "./connect.ts";
import type { Connection } from "./connection.ts";
import { type Endpoint, endpoint, type EndpointLike } from "./endpoint.ts";
import { relay } from "./relay.ts";
import { NetError } from "../errors.ts";
import {
  type CloseOptions,
  serve,
  type ServeContext,
  type ServeOptions,
  type Server,
} from "./server.ts";

/** One of the servers behind a {@linkcode LoadBalancer}. */
export interface Backend {
  /** Where it is. */
  readonly address: Endpoint;
  /** Whether connections are passed on to it. */
  readonly healthy: boolean;
  /** Connections passed on to it now. */
  readonly open: number;
  /** Connections passed on to it so far. */
  readonly served: number;
  /** Attempts to connect to it that failed. */
  readonly failed: number;
  /** Why the last of them did. */
  readonly reason: string | undefined;
}

/** Chooses among the servers that are healthy, of which there is one or more. */
export type Strategy = (
  backends: readonly Backend[],
  context: ServeContext,
) => Backend;

/** How the servers behind are looked after. */
export interface HealthOptions {
  /** Milliseconds between checks. @default {1000} */
  interval?: number | undefined;
  /** Milliseconds that a check, and a client's connection, may take. @default {1000} */
  timeout?: number | undefined;
  /**
   * Asks a server that accepts connections whether it is well; to throw says
   * no. @default {to be connected to is enough}
   */
  check?: ((connection: Connection) => Promise<void> | void) | undefined;
}

/** Options for {@linkcode loadBalancer}. */
export interface LoadBalancerOptions extends Omit<ConnectOptions, "timeout"> {
  /**
   * Which server a client gets: each in turn, the one with the fewest open
   * connections, one by chance, or always the same for the same client
   * address; or a choice of your own. @default {"round-robin"}
   */
  strategy?:
    | "round-robin"
    | "least-connections"
    | "random"
    | "source"
    | Strategy
    | undefined;
  /** How the servers behind are looked after. */
  health?: HealthOptions | undefined;
}

const STRATEGIES: Readonly<Record<string, () => Strategy>> = {
  "round-robin": () => {
    // Who had no turn for longest: it stays fair as servers come and go.
    const turns = new Map<Backend, number>();
    const turnOf = (backend: Backend) => turns.get(backend) ?? 0;
    let turn = 0;
    return (backends) => {
      const next = backends.reduce((a, b) => turnOf(b) < turnOf(a) ? b : a);
      turns.set(next, ++turn);
      return next;
    };
  },
  "least-connections": () => (backends) =>
    backends.reduce((a, b) => b.open < a.open ? b : a),
  random: () => (backends) =>
    backends[Math.floor(Math.random() * backends.length)]!,
  // The highest score of client and server together: when a server goes, only
  // its own clients get another (rendezvous hashing).
  source: () => (backends, { peer }) =>
    backends.reduce((a, b) => score(peer, b) > score(peer, a) ? b : a),
};

function score({ hostname }: Endpoint, { address }: Backend): number {
  let hash = 2166136261;
  for (const char of `${hostname} ${address}`) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  }
  // Without this, names that differ in their last letter alone stay in order.
  hash = Math.imul(hash ^ hash >>> 15, 0x85ebca6b);
  return (hash ^ hash >>> 13) >>> 0;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A running load balancer; {@linkcode loadBalancer} starts it. At the prompt it
 * is a table of the servers behind it.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using a = await net.tcp.serve({}, (conn) => conn.write("a"));
 * await using b = await net.tcp.serve({}, (conn) => conn.write("b"));
 * await using balancer = await net.tcp.loadBalancer({}, [a.address, b.address]);
 * for (const expected of [97, 98, 97]) {
 *   await using conn = await net.tcp.connect(balancer.address);
 *   assert.deepEqual([...await conn.readAll()], [expected]);
 * }
 * ```
 */
export class LoadBalancer implements AsyncDisposable {
  readonly #backends: readonly Mutable<Backend>[];
  readonly #options: LoadBalancerOptions;
  readonly #choose: Strategy;
  readonly #stopping = new AbortController();
  #server: Server | undefined;
  #checking: Promise<unknown> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /**
   * Takes its servers; {@linkcode loadBalancer} starts it too.
   *
   * @param targets The servers behind; or one.
   * @param options How to choose among them.
   * @throws {RangeError} If there are none.
   * @throws {TypeError} If there is no such strategy.
   */
  constructor(
    targets: EndpointLike | readonly EndpointLike[],
    options: LoadBalancerOptions = {},
  ) {
    const { strategy = "round-robin" } = options;
    const all = [targets ?? []].flat() as readonly EndpointLike[];
    if (all.length === 0) {
      throw new RangeError(
        "Cannot balance load as 'targets' must be one or more: current value is none",
      );
    }
    const choose = typeof strategy === "function"
      ? strategy
      : STRATEGIES[strategy]?.();
    if (!choose) {
      throw new TypeError(
        `Cannot balance load as 'strategy' must be a function or one of ${
          Object.keys(STRATEGIES).join(", ")
        }: current value is ${strategy}`,
      );
    }
    this.#choose = choose;
    this.#options = options;
    this.#backends = all.map((target) => ({
      address: endpoint(target),
      healthy: true,
      open: 0,
      served: 0,
      failed: 0,
      reason: undefined,
    }));
  }

  /** Where it listens. */
  get address(): Endpoint {
    return this.server.address;
  }

  /** The server in front: its counters, its errors. */
  get server(): Server {
    if (this.#server) return this.#server;
    throw new TypeError("Cannot reach the server before listen() was called");
  }

  /** The servers behind. */
  get backends(): readonly Backend[] {
    return this.#backends;
  }

  /**
   * Begins to serve, and to look after the servers behind.
   *
   * @param listen Where.
   * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
   */
  async listen(listen: ServeOptions): Promise<void> {
    this.#server = await serve(listen, (client, c) => this.#serve(client, c));
    const { interval = 1000 } = this.#options.health ?? {};
    this.#timer = setInterval(() => {
      this.#checking ??= this.check().finally(() => this.#checking = undefined);
    }, interval);
    void this.#server.finished.then(() => this.#stop());
  }

  /** Checks all servers behind now. */
  async check(): Promise<void> {
    await Promise.all(this.#backends.map(async (backend) => {
      try {
        await using connection = await this.#connect(backend);
        await this.#options.health?.check?.(connection);
        backend.healthy = true;
      } catch (error) {
        if (!this.#stopping.signal.aborted) failed(backend, error);
      }
    }));
  }

  /**
   * Stops accepting, and lets connections finish, as the `close` of a server.
   *
   * @param options How long they may go on.
   */
  async close(options: CloseOptions = {}): Promise<void> {
    await this.#server?.close(options);
    this.#stop();
    await this.#checking;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Where it listens, and the servers behind, plain. */
  toJSON(): { address: string; backends: unknown[] } {
    return {
      address: `${this.address}`,
      backends: this.#backends.map((backend) => ({
        ...backend,
        address: `${backend.address}`,
      })),
    };
  }

  /** A table of the servers behind. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const rows = this.#backends.map(({ healthy, reason, ...backend }) => ({
      ...backend,
      healthy: healthy ? "yes" : "no",
      reason: reason ?? "",
    }));
    return table(rows, {
      title: `Load balancer on ${this.address}, ${this.server.open} open`,
      columns: [
        { key: "address", role: "name" },
        "healthy",
        { key: "open", align: "right" },
        { key: "served", align: "right" },
        { key: "failed", align: "right" },
        { key: "reason", role: "muted" },
      ],
      canvas: canvas({ colors: options?.colors }),
    });
  }

  async #serve(client: Connection, context: ServeContext): Promise<void> {
    // A server that fails now is not tried again before a check finds it well.
    while (true) {
      const healthy = this.#backends.filter((backend) => backend.healthy);
      if (healthy.length === 0) {
        client.reset();
        throw new NetError("no server behind it is healthy", {
          code: "unreachable",
          op: "pass on the connection of",
          target: `${client.remoteAddress}`,
          hint: "the reasons: balancer.backends",
        });
      }
      const backend = this.#choose(healthy, context) as Mutable<Backend>;
      let onward: Connection;
      try {
        onward = await this.#connect(backend);
      } catch (error) {
        failed(backend, error);
        continue;
      }
      backend.open++;
      backend.served++;
      try {
        await using _ = onward;
        return await relay(client, onward);
      } finally {
        backend.open--;
      }
    }
  }

  #connect({ address }: Backend): Promise<Connection> {
    const { strategy: _, health: { timeout = 1000 } = {}, ...options } =
      this.#options;
    const { signal } = this.#stopping;
    return connect(address, { signal, ...options, timeout });
  }

  #stop(): void {
    if (this.#timer !== undefined) clearInterval(this.#timer);
    this.#stopping.abort();
  }
}

function failed(backend: Mutable<Backend>, error: unknown): void {
  backend.healthy = false;
  backend.failed++;
  backend.reason = (error as Error).message;
}

/**
 * Serves a port by passing each connection on to one of several servers, of
 * those that are well.
 *
 * @param listen Where to listen.
 * @param targets The servers behind; or one.
 * @param options How to choose among them, and how they are looked after.
 * @returns The load balancer, which listens already.
 * @throws {NetError} `"in-use"`, `"not-local"` or `"not-found"`.
 * @throws {RangeError} If there are no targets.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using one = await net.tcp.serve({}, net.tcp.echo);
 * await using balancer = await net.tcp.loadBalancer({}, [one.address], {
 *   strategy: "least-connections",
 * });
 * await using conn = await net.tcp.connect(balancer.address);
 * await conn.write("x\n");
 * assert.equal(await conn.readLine(), "x");
 * assert.equal(balancer.backends[0]?.open, 1);
 * ```
 */
export async function loadBalancer(
  listen: ServeOptions,
  targets: EndpointLike | readonly EndpointLike[],
  options: LoadBalancerOptions = {},
): Promise<LoadBalancer> {
  const balancer = new LoadBalancer(targets, options);
  await balancer.listen(listen);
  return balancer;
}
