/**
 * A TLS server: one handler, run for every connection at the same time.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes, count } from "../inspect/units.ts";
import { Connection } from "../socket/connection.ts";
import { checkNumbers } from "../socket/listener.ts";
import { type Handler, type ServeContext, Server } from "../socket/server.ts";
import { Acceptor } from "./acceptor.ts";
import type { Certificate } from "./certificate.ts";
import { listen, type TlsListener, type TlsListenOptions } from "./listen.ts";
import type { TlsConnection } from "./tls_connection.ts";
import type {
  TlsCarrier,
  TlsCredentials,
  TlsServerOptions,
} from "./tls_options.ts";

/**
 * Serves one connection; `connection.tls` tells who the client is. It is closed
 * when the handler ends or throws.
 *
 * @param connection The client's.
 * @param context Tells when the server closes.
 */
export type TlsHandler = (
  connection: TlsConnection,
  context: ServeContext,
) => Promise<void> | void;

/** Options for {@linkcode serve}. */
export interface TlsServeOptions extends TlsListenOptions {
  /**
   * Connections served at once. Others wait, up to `backlog`. @default {Infinity}
   */
  maxConnections?: number | undefined;
  /**
   * Told of what a handler threw; `server.errors` keeps it anyway. There is no
   * connection if accepting itself failed.
   */
  onError?:
    | ((error: unknown, connection: TlsConnection | undefined) => void)
    | undefined;
}

/**
 * A running TLS server: all that one for TCP is, and who it is can be told anew.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using server = await net.tls.serve({ ...site }, net.tcp.echo);
 * const next = await ca.renew(site);
 * await server.reload({ ...next });
 * await using conn = await net.tls.connect(server.address, { ca: ca.pem });
 * assert.equal(conn.tls.peerCertificate?.serial, next.serial);
 * ```
 */
export class TlsServer extends Server {
  readonly #listener: TlsListener;

  /**
   * Begins to serve; {@linkcode serve} makes the listener too.
   *
   * @param listener Where connections come from; closed with the server.
   * @param handler What to do with each.
   * @param options What {@linkcode serve} was told.
   */
  constructor(
    listener: TlsListener,
    handler: TlsHandler,
    { maxConnections, onError }: TlsServeOptions = {},
  ) {
    super(listener, handler as Handler, {
      maxConnections,
      onError: onError as
        | ((error: unknown, connection: Connection | undefined) => void)
        | undefined,
    });
    this.#listener = listener;
  }

  /** Connections that shake hands. */
  get handshakes(): number {
    return this.#listener.handshakes;
  }

  /** Handshakes that failed. */
  get failedHandshakes(): number {
    return this.#listener.failedHandshakes;
  }

  /** Why the newest 100 handshakes failed that did, oldest first. */
  get handshakeErrors(): readonly unknown[] {
    return this.#listener.handshakeErrors;
  }

  /** The certificates that clients are shown, without those behind them. */
  get certificates(): readonly Certificate[] {
    return this.#listener.certificates;
  }

  /**
   * Reads certificates, keys and lists anew, for the connections to come; those
   * that are there go on. If that fails, all stays as it was.
   *
   * @param credentials Others in their place. @default {the same files again}
   * @throws {NetError} As {@linkcode serve} does.
   */
  async reload(credentials?: TlsCredentials): Promise<void> {
    await this.#listener.reload(credentials);
  }

  /** Address and counters, plain. */
  override toJSON(): ReturnType<Server["toJSON"]> & {
    failedHandshakes: number;
  } {
    return { ...super.toJSON(), failedHandshakes: this.failedHandshakes };
  }

  /** One line: where it listens, and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const part = (n: number, what: string) =>
      n === 0 ? "" : `, ${paint("bad", `${count(n)} ${what}`, room)}`;
    const state = this.#listener.closed
      ? paint("warn", "closed", room)
      : paint("good", "serving", room);
    return `TLS ${paint("name", `${this.address}`, room)} ${state}, ${
      count(this.accepted)
    } accepted, ${count(this.open)} open${part(this.failed, "failed")}${
      part(this.failedHandshakes, "failed at the handshake")
    }, ${bytes(this.bytesSent)} sent, ${bytes(this.bytesReceived)} received`;
  }
}

/**
 * Serves TLS: runs a handler for every connection that has shaken hands, all at
 * the same time. What holds for `listen` on resuming, stapling and key logs holds
 * here too.
 *
 * @param options Who this server is, whom to let in, where, how many at once.
 * @param handler What to do with each connection.
 * @returns The server, which listens already: its `address` has the port.
 * @throws {NetError} What `net.tcp.serve` has, and for the certificate and its
 * key `"not-found"`, `"malformed"`, `"passphrase"`, `"mismatch"`.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {TypeError} If options contradict each other.
 * @throws {RangeError} If a number is out of range.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * const alice = await ca.issue({ kind: "client", name: "alice" });
 * await using server = await net.tls.serve(
 *   { ...site, clientCertificate: "require", clientCa: ca.pem },
 *   (conn) => conn.write(`hello, ${conn.tls.peerCertificate?.subject.commonName}\n`),
 * );
 * await using conn = await net.tls.connect(server.address, { ca: ca.pem, ...alice });
 * assert.equal(await conn.readLine(), "hello, alice");
 * ```
 */
export async function serve(
  options: TlsServeOptions,
  handler: TlsHandler,
): Promise<TlsServer> {
  checkNumbers("serve", options);
  return new TlsServer(await listen(options), handler, options);
}

/** Options for {@linkcode accept}. */
export interface TlsAcceptOptions extends DeadlineOptions, TlsServerOptions {
  /** How long the client may take, in milliseconds. @default {10000} */
  timeout?: number | undefined;
  /** Reset when no octet came or went for so many milliseconds. @default {Infinity} */
  idleTimeout?: number | undefined;
}

/**
 * Shakes hands as a server on a connection that is there already: after a
 * client's STARTTLS, or within TLS.
 *
 * @param over The connection or stream; it is closed with the new one, and also
 * if there will be none.
 * @param options Who this server is, whom to let in, how long to wait.
 * @returns The connection within TLS.
 * @throws {AuthError} If the client has no certificate that holds, or does not
 * accept this server's.
 * @throws {NetError} `"not-tls"`, `"alert"`, `"tls"`, `"closed"`, `"timeout"`.
 * What a client sends in plain text behind its STARTTLS is never taken for its
 * own under TLS: it fails as `"not-tls"`.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using server = await net.tcp.serve({}, async (plain) => {
 *   await plain.write("+OK\r\n");
 *   if (await plain.readLine() !== "STLS") return;
 *   await plain.write("+OK\r\n");
 *   await using conn = await net.tls.accept(plain, { ...site });
 *   await conn.write("+OK within TLS\r\n");
 * });
 * await using conn = await net.tls.connect(server.address, {
 *   ca: ca.pem,
 *   starttls: "pop3",
 * });
 * assert.equal(await conn.readLine(), "+OK within TLS");
 * ```
 */
export async function accept(
  over: TlsCarrier,
  options: TlsAcceptOptions,
): Promise<TlsConnection> {
  const { timeout = 10_000, signal, idleTimeout } = options;
  const acceptor = await Acceptor.open("shake hands", options);
  const peer = over instanceof Connection ? `${over.remoteAddress}` : "a peer";
  using deadline = new Deadline("shake hands with", peer, { timeout, signal });
  return await acceptor.accept(over, deadline, idleTimeout);
}
