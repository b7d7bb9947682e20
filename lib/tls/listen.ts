/**
 * An open port for TLS, and the connections that have shaken hands on it.
 *
 * @module
 */

import type { Server as NodeServer } from "node:net";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { Connection } from "../socket/connection.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { ErrorLog } from "../socket/error_log.ts";
import {
  listen as listenTcp,
  Listener,
  type ListenOptions,
} from "../socket/listener.ts";
import { Acceptor } from "./acceptor.ts";
import type { Certificate } from "./certificate.ts";
import { FileWatch } from "./file_watch.ts";
import type { TlsConnection } from "./tls_connection.ts";
import type { TlsCredentials, TlsServerOptions } from "./tls_options.ts";

/** Options for {@linkcode listen}. */
export interface TlsListenOptions extends ListenOptions, TlsServerOptions {
  /** How long a client may take to shake hands, in milliseconds. @default {10000} */
  handshakeTimeout?: number | undefined;
  /** Handshakes at once; other clients wait, up to `backlog`. @default {1000} */
  maxHandshakes?: number | undefined;
  /** Told of each handshake that failed; `handshakeErrors` keeps the newest. */
  onHandshakeError?: ((error: unknown, peer: Endpoint) => void) | undefined;
  /**
   * Whether the files of `cert`, `key` and the rest are watched, and read anew
   * when they change; if they then cannot be used, all stays as it was.
   * @default {false}
   */
  watch?: boolean | undefined;
  /** Told how reading the files anew went: of an error, or of none. */
  onReload?: ((error: unknown) => void) | undefined;
}

/**
 * A port that is listened on for TLS. Iterate over it, or `accept` one by one:
 * connections come when they have shaken hands, and those that fail at it never.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using listener = await net.tls.listen({ ...site });
 * const [client, accepted] = await Promise.all([
 *   net.tls.connect(listener.address, { ca: ca.pem }),
 *   listener.accept(),
 * ]);
 * assert.deepEqual(accepted.remoteAddress, client.localAddress);
 * await Promise.all([client.close(), accepted.close()]);
 * ```
 */
export class TlsListener extends Listener {
  readonly #tcp: Listener;
  readonly #acceptor: Acceptor;
  readonly #options: TlsListenOptions;
  readonly #log: ErrorLog<Endpoint>;
  readonly #stopping = new AbortController();
  readonly #shaking = new Set<Promise<void>>();
  readonly #ready: TlsConnection[] = [];
  readonly #pumping: Promise<void>;
  readonly #watch: FileWatch | undefined;
  #news: PromiseWithResolvers<void> | undefined;
  #room: PromiseWithResolvers<void> | undefined;
  #cause: unknown;
  #accepted = 0;

  /**
   * Takes over a listener for TCP; {@linkcode listen} makes one.
   *
   * @param tcp The listener; closed with this one.
   * @param acceptor Shakes hands.
   * @param options What {@linkcode listen} was told.
   */
  constructor(tcp: Listener, acceptor: Acceptor, options: TlsListenOptions) {
    super(standIn(tcp.address), options);
    this.#tcp = tcp;
    this.#acceptor = acceptor;
    this.#options = options;
    this.#log = new ErrorLog(options.onHandshakeError);
    this.#watch = options.watch && acceptor.files.length > 0
      ? new FileWatch(acceptor.files, () => void this.#reloadQuietly())
      : undefined;
    this.#pumping = this.#pump();
  }

  /** Connections given out so far. */
  override get accepted(): number {
    return this.#accepted;
  }

  /** Connections reset because too many waited, or because it was closing. */
  override get dropped(): number {
    return this.#tcp.dropped;
  }

  /** Connections that wait to be accepted, those that shake hands included. */
  override get waiting(): number {
    return this.#tcp.waiting + this.#shaking.size + this.#ready.length;
  }

  /** Connections that shake hands. */
  get handshakes(): number {
    return this.#shaking.size;
  }

  /** Handshakes that failed. */
  get failedHandshakes(): number {
    return this.#log.count;
  }

  /** Why the newest 100 handshakes failed that did, oldest first. */
  get handshakeErrors(): readonly unknown[] {
    return this.#log.errors;
  }

  /** The certificates that clients are shown, without those behind them. */
  get certificates(): readonly Certificate[] {
    return this.#acceptor.certificates;
  }

  /**
   * Reads certificates, keys and lists anew, for the connections to come. If
   * that fails, all stays as it was.
   *
   * @param credentials Others in their place. @default {the same files again}
   * @throws {NetError} As `listen` does.
   */
  async reload(credentials?: TlsCredentials): Promise<void> {
    await this.#acceptor.reload(credentials);
  }

  /**
   * Gives the next connection that has shaken hands.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns A connection, which is the caller's to close.
   * @throws {NetError} `"closed"` after `close`, `"timeout"`.
   */
  override async accept(options: DeadlineOptions = {}): Promise<TlsConnection> {
    const { timeout, signal } = options;
    signal?.throwIfAborted();
    using deadline = timeout === undefined && signal === undefined
      ? undefined
      : new Deadline("accept on", `${this.address}`, options);
    while (true) {
      const connection = this.#ready.shift();
      if (connection) {
        this.#accepted++;
        this.#room?.resolve();
        return connection;
      }
      if (this.#cause !== undefined) {
        const cause = this.#cause;
        this.#cause = undefined;
        throw cause;
      }
      if (this.closed) {
        throw new NetError("the listener is closed", {
          code: "closed",
          op: "accept on",
          target: `${this.address}`,
        });
      }
      this.#news ??= Promise.withResolvers();
      const { promise } = this.#news;
      await (deadline ? deadline.race(promise) : promise);
    }
  }

  /**
   * Stops listening and frees the port. Connections that nobody has accepted
   * are reset; those that were accepted live on.
   */
  override async close(): Promise<void> {
    await super.close();
    await this.#tcp.close();
    this.#stopping.abort();
    this.#room?.resolve();
    const left = this.#ready.splice(0);
    for (const connection of left) connection.reset();
    this.#wake();
    await Promise.all([
      this.#pumping,
      ...this.#shaking,
      this.#watch?.close(),
      ...left.map((connection) => connection.close()),
    ]);
  }

  /** Connection after connection, until the listener is closed. */
  override async *[Symbol.asyncIterator](): AsyncGenerator<TlsConnection> {
    for await (const connection of super[Symbol.asyncIterator]()) {
      yield connection as TlsConnection;
    }
  }

  /** Address, state and counters, plain. */
  override toJSON(): {
    address: string;
    closed: boolean;
    accepted: number;
    dropped: number;
    failedHandshakes: number;
  } {
    return { ...super.toJSON(), failedHandshakes: this.failedHandshakes };
  }

  /** One line: where it listens and what came in. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.closed
      ? paint("warn", "closed", room)
      : paint("good", "listening", room);
    const failed = this.failedHandshakes === 0
      ? ""
      : `, ${count(this.failedHandshakes)} failed at the handshake`;
    return `TLS ${paint("name", `${this.address}`, room)} ${state}, ${
      count(this.#accepted)
    } accepted${failed}`;
  }

  async #pump(): Promise<void> {
    const { maxHandshakes = 1000, backlog = 4096 } = this.#options;
    while (!this.closed) {
      if (
        this.#shaking.size >= maxHandshakes || this.#ready.length >= backlog
      ) {
        this.#room = Promise.withResolvers();
        await this.#room.promise;
        continue;
      }
      try {
        const connection = await this.#tcp.accept();
        const shaking = this.#shake(connection).then(() => {
          this.#shaking.delete(shaking);
          this.#room?.resolve();
        });
        this.#shaking.add(shaking);
      } catch (error) {
        if (this.#tcp.closed) return;
        this.#cause = error;
        this.#wake();
      }
    }
  }

  async #shake(tcp: Connection): Promise<void> {
    const { handshakeTimeout: timeout = 10_000, idleTimeout } = this.#options;
    const peer = tcp.remoteAddress;
    const { signal } = this.#stopping;
    using deadline = new Deadline("shake hands with", `${peer}`, {
      timeout,
      signal,
    });
    try {
      const connection = await this.#acceptor.accept(
        tcp,
        deadline,
        idleTimeout,
      );
      if (!this.closed) {
        this.#ready.push(connection);
        this.#wake();
        return;
      }
      connection.reset();
      await connection.close();
    } catch (error) {
      tcp.reset();
      await tcp.close();
      if (!signal.aborted) this.#log.record(error, peer);
    }
  }

  async #reloadQuietly(): Promise<void> {
    let failed: unknown;
    try {
      await this.reload();
    } catch (error) {
      failed = error;
    }
    this.#options.onReload?.(failed);
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }
}

/** What the base asks of its server: where it listens. All else is done here. */
function standIn({ hostname, port }: Endpoint): NodeServer {
  return {
    address: () => ({ address: hostname, port }),
    on() {},
    close() {},
  } as unknown as NodeServer;
}

/**
 * Listens for TLS connections.
 *
 * The runtime lets clients resume sessions; what they have proved is verified
 * anew each time, so that who was revoked since is not let in. Its node:tls has
 * no stapling of OCSP answers and no key log.
 *
 * @param options Where, who this server is, whom to let in, how many may wait.
 * @returns The listener; its `address` has the port.
 * @throws {NetError} What `net.tcp.listen` has, and for the certificate and its
 * key `"not-found"`, `"malformed"`, `"passphrase"`, `"mismatch"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {TypeError} If options contradict each other.
 * @throws {RangeError} If a number is out of range.
 * @see RFC 8446, RFC 6066 §3 (SNI)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using listener = await net.tls.listen({ ...site });
 * assert.equal(listener.certificates[0]?.names[0]?.value, "localhost");
 * await assert.rejects(net.tls.listen(), /who this server is/);
 * ```
 */
export async function listen(
  options: TlsListenOptions = {},
): Promise<TlsListener> {
  const { handshakeTimeout = 1, maxHandshakes = 1, signal } = options;
  const fail = (name: string, must: string, value: number): never => {
    throw new RangeError(
      `Cannot listen as '${name}' must be ${must}: current value is ${value}`,
    );
  };
  if (!(handshakeTimeout > 0)) {
    fail("handshakeTimeout", "more than 0 milliseconds", handshakeTimeout);
  }
  if (!(maxHandshakes >= 1)) fail("maxHandshakes", "1 or more", maxHandshakes);
  const acceptor = await Acceptor.open("listen", options);
  const tcp = await listenTcp({ ...options, idleTimeout: undefined });
  if (signal?.aborted) {
    await tcp.close();
    signal.throwIfAborted();
  }
  return new TlsListener(tcp, acceptor, options);
}
