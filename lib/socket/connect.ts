/**
 * Connecting to a host, by whichever of its addresses answers first.
 *
 * @see RFC 8305
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { type Address, tryParse } from "../ip/address.ts";
import { Connection } from "./connection.ts";
import type {
  ConnectAttempt,
  ConnectionOptions,
} from "./connection_options.ts";
import { type Dial, type Dialled, dialWith } from "./dial.ts";
import { Endpoint, endpoint, type EndpointLike, isIpv6 } from "./endpoint.ts";
import { failure, permissionHost } from "./failure.ts";
import { FreshSocket, opened } from "./fresh_socket.ts";
import { checkNumbers } from "./listener.ts";
import { bindable } from "./local.ts";
import type { Stop } from "./made_socket.ts";

/** Options for {@linkcode connect}. */
export interface ConnectOptions extends DeadlineOptions, ConnectionOptions {
  /** How long to wait for the connection, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Stops the attempt; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The address of this machine to connect from. @default {the system's choice} */
  localAddress?: string | Address | undefined;
  /** The port to connect from, with `localAddress`. @default {0, a free one} */
  localPort?: number | undefined;
  /**
   * Gives the addresses of a name, best first, in place of the system's
   * resolver: `(name) => net.dns.resolve(name)`.
   */
  lookup?:
    | ((hostname: string) => Promise<Iterable<string | Address>>)
    | undefined;
  /**
   * Milliseconds that one address has before the next is tried beside it.
   * @default {250, as RFC 8305 §8 has it}
   */
  attemptDelay?: number | undefined;
}

/**
 * Opens a TCP connection. A name with several addresses is tried at all of
 * them, IPv6 and IPv4 in turn and a quarter of a second apart, and the first
 * that answers is it; `attempts` of the connection tells how it went.
 *
 * Where the program may only connect to the name, and not to its addresses, the
 * runtime chooses among them.
 *
 * @param target `"host:port"`, `"[2001:db8::1]:port"` or `{ hostname, port }`.
 * @param options How long to wait, from which address, and with which options.
 * @returns The open connection.
 * @throws {NetError} `"refused"`, `"timeout"`, `"not-found"` for a name without
 * address, `"unreachable"`, `"reset"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {ParseError} If the text is no host and port.
 * @throws {RangeError} If the port is 0 or above 65535.
 * @see RFC 9293 §3.5 (the three-way handshake), RFC 8305 (happy eyeballs)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.tcp.serve({}, (conn) => conn.write("hello\n"));
 * await using conn = await net.tcp.connect(server.address);
 * assert.equal(await conn.readLine(), "hello");
 * assert.equal(conn.attempts[0]?.outcome, "connected");
 * ```
 */
export async function connect(
  target: EndpointLike,
  options: ConnectOptions = {},
): Promise<Connection> {
  const { timeout = 10_000, signal, localAddress, localPort = 0 } = options;
  const { attemptDelay = 250, idleTimeout } = options;
  const peer = endpoint(target);
  if (peer.port === 0) {
    throw new RangeError(
      `Cannot connect to ${peer} as 'port' must be an integer from 1 to 65535: current value is 0`,
    );
  }
  if (!(attemptDelay >= 0)) {
    throw new RangeError(
      `Cannot connect to ${peer} as 'attemptDelay' must be 0 or more milliseconds: current value is ${attemptDelay}`,
    );
  }
  const name = `${peer}`;
  checkNumbers(`connect to ${name}`, options);
  using deadline = new Deadline("connect to", name, { timeout, signal });
  signal?.throwIfAborted();
  const local = localAddress === undefined ? undefined : await bindable(
    "connect from",
    new Endpoint(`${localAddress}`, localPort),
    deadline,
  );
  const places = tryParse(peer.hostname) !== undefined
    ? [peer]
    : await addressesOf(peer, local, options, deadline);
  const dial = dialWith(local, localPort, options.options);
  const race = new Race(peer, dial, deadline);
  const [socket, place] = places.length === 1
    ? await race.alone(places[0]!)
    : await race.run(places, attemptDelay);
  const isFresh = socket instanceof FreshSocket;
  const connection = new Connection(socket, {
    idleTimeout,
    attempts: race.attempts,
    localAddress: isFresh ? socket.localAddress : undefined,
    // Of a name the socket knows the address; of one that waits for its first
    // write, as Fast Open does, it knows nothing yet.
    remoteAddress: isFresh || tryParse(place.hostname) ? place : undefined,
  });
  if (!isFresh) socket.resume();
  const { localAddress: here, remoteAddress: there } = connection;
  if (here.port === there.port && `${here}` === `${there}`) {
    // The local port may happen to be the very port that is being tried, and
    // TCP then connects it with itself (simultaneous open, RFC 9293 §3.5).
    connection.reset();
    throw new NetError(
      `connection refused, nothing listens on port ${peer.port} there`,
      { code: "refused", op: "connect to", target: `${peer}` },
    );
  }
  return connection;
}

/** The addresses to try, best first: or the name, where that is all we may. */
async function addressesOf(
  peer: Endpoint,
  local: Endpoint | undefined,
  { lookup, options }: ConnectOptions,
  deadline: Deadline,
): Promise<Endpoint[]> {
  const { hostname, port } = peer;
  let found: string[];
  try {
    found = lookup
      ? Array.from(await deadline.race(lookup(hostname)), String)
      : await deadline.race(askSystem(hostname));
  } catch (error) {
    if (deadline.signal.aborted) throw deadline.signal.reason;
    throw failure(error, "connect to", peer);
  }
  const all = found.map((address) => new Endpoint(address, port));
  const places = local
    ? all.filter((x) => isIpv6(x.hostname) === isIpv6(local.hostname))
    : all;
  if (places.length === 0) {
    throw failure({ code: "ENOTFOUND" }, "connect to", peer);
  }
  const own = options !== undefined || lookup !== undefined;
  if (!own && (places.length === 1 || !await allowed(places))) return [peer];
  deadline.throwIfOver();
  return inTurn(places);
}

async function askSystem(hostname: string): Promise<string[]> {
  const { lookup } = await import("node:dns/promises");
  const found = await lookup(hostname, { all: true });
  return found.map(({ address }) => address);
}

async function allowed(places: readonly Endpoint[]): Promise<boolean> {
  const states = await Promise.all(
    places.map((place) =>
      Deno.permissions.query({ name: "net", host: permissionHost(place) })
    ),
  );
  return states.every(({ state }) => state === "granted");
}

/** Takes the families in turn, beginning with that of the first address. */
export function inTurn(places: readonly Endpoint[]): Endpoint[] {
  const first = places[0] && isIpv6(places[0].hostname);
  const same = places.filter(({ hostname }) => isIpv6(hostname) === first);
  const other = places.filter(({ hostname }) => isIpv6(hostname) !== first);
  return Array.from(
    { length: Math.max(same.length, other.length) },
    (_, i) => [same[i], other[i]],
  ).flat().filter((place) => place !== undefined);
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Attempts at the addresses of one name, beside each other. */
class Race {
  /** What became of each. */
  readonly attempts: ConnectAttempt[] = [];
  readonly #peer: Endpoint;
  readonly #dial: Dial;
  readonly #deadline: Deadline;
  #winner: Dialled | undefined;
  /** When the first began. */
  #start: number | undefined;

  constructor(peer: Endpoint, dial: Dial, deadline: Deadline) {
    this.#peer = peer;
    this.#dial = dial;
    this.#deadline = deadline;
  }

  /** Tries the one address there is. */
  alone(place: Endpoint): Promise<readonly [Dialled, Endpoint]> {
    return this.#try(place, this.#deadline);
  }

  /** Gives the first socket that connects, and to where. */
  async run(
    places: readonly Endpoint[],
    delay: number,
  ): Promise<readonly [Dialled, Endpoint]> {
    const errors: unknown[] = [];
    const running = new Set<
      Promise<readonly [Dialled, Endpoint] | undefined>
    >();
    const { signal } = this.#deadline;
    // Ends the attempts that are still on when one has won.
    const over = new AbortController();
    const stop = () => over.abort(signal.reason);
    const until: Stop = {
      signal: over.signal,
      throwIfOver: () => over.signal.throwIfAborted(),
    };
    signal.addEventListener("abort", stop, { once: true });
    try {
      for (let next = 0; next < places.length || running.size > 0;) {
        if (next < places.length) {
          const place = places[next++]!;
          const attempt = this.#try(place, until).catch((error) => {
            errors.push(error);
            running.delete(attempt);
            return undefined;
          });
          running.add(attempt);
        }
        using pause = new Pause(next < places.length ? delay : Infinity);
        const winner = await Promise.race([...running, pause.over]);
        if (winner) return winner;
        signal.throwIfAborted();
      }
      throw this.#failed(errors);
    } finally {
      signal.removeEventListener("abort", stop);
      over.abort();
      // One that connected in the same moment as the winner is one too many.
      for (const late of running) void late.then((other) => this.#drop(other));
    }
  }

  #drop(other: readonly [Dialled, Endpoint] | undefined): void {
    if (!other || other[0] === this.#winner) return;
    const [socket] = other;
    if (socket instanceof FreshSocket && socket.drop()) return;
    opened(socket).on("error", () => {}).destroy();
  }

  async #try(
    place: Endpoint,
    stop: Stop,
  ): Promise<readonly [Dialled, Endpoint]> {
    const begun = performance.now();
    this.#start ??= begun;
    const attempt: Mutable<ConnectAttempt> = {
      address: `${place}`,
      started: begun - this.#start,
      took: 0,
      outcome: "abandoned",
    };
    this.attempts.push(attempt);
    try {
      const socket = await this.#dial(place, stop);
      if (!this.#winner) {
        this.#winner = socket;
        attempt.outcome = "connected";
      }
      return [socket, place];
    } catch (error) {
      if (!stop.signal.aborted) {
        attempt.outcome = "failed";
        attempt.reason = (error as Error).message;
      }
      throw error;
    } finally {
      attempt.took = performance.now() - begun;
    }
  }

  /** One address has failed: its own error. Several: the first of them says why. */
  #failed(errors: readonly unknown[]): unknown {
    const [first] = errors;
    if (errors.length === 1 || !(first instanceof NetError)) return first;
    const { code, hint } = first;
    const reasons = this.attempts.map(({ address, reason }) =>
      `${address} ${reason?.replace(/^Cannot .*?: |\. Try: .*/g, "") ?? ""}`
    );
    return new NetError(
      `none of its ${errors.length} addresses answers: ${reasons.join("; ")}`,
      {
        code,
        op: "connect to",
        target: `${this.#peer}`,
        hint,
        cause: new AggregateError(errors),
      },
    );
  }
}

/** A wait that can be called off. */
class Pause implements Disposable {
  readonly over: Promise<undefined>;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ms: number) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.over = promise;
    if (ms < 0x7fffffff) this.#timer = setTimeout(resolve, ms, undefined);
  }

  [Symbol.dispose](): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
  }
}
