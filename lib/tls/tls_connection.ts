/**
 * A connection through TLS: read and written as any other.
 *
 * @module
 */

import type { TLSSocket } from "node:tls";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes } from "../inspect/units.ts";
import { Connection } from "../socket/connection.ts";
import type { ConnectionInfo } from "../socket/connection_info.ts";
import type {
  ConnectionFacts,
  ConnectionJson,
} from "../socket/connection_options.ts";
import type { LiveOptions } from "../socket/live_options.ts";
import type { TlsFacts } from "./tls_facts.ts";

/** A connection through TLS, as JSON. */
export interface TlsConnectionJson extends ConnectionJson {
  /** What came of the handshake. */
  readonly tls: Record<string, unknown>;
}

/**
 * A connection through TLS; `net.tls.connect`, `listen` and `serve` give them
 * out. Octets are counted, read and written as they are within TLS, and
 * `closeWrite` ends this half of TLS (close_notify).
 *
 * @see RFC 8446 §6.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const ca = await net.tls.authority.create({ name: "Lab CA" });
 * const site = await ca.issue({ hosts: ["localhost", "127.0.0.1"] });
 * await using server = await net.tls.serve({ ...site }, (conn) => conn.write("hello"));
 * await using conn = await net.tls.connect(server.address, { ca: ca.pem });
 * assert.equal(conn.tls.version, "TLS 1.3");
 * assert.equal((await conn.readAll()).length, 5);
 * ```
 */
export class TlsConnection extends Connection {
  /** What both sides agreed on, and who the other side is. */
  readonly tls: TlsFacts;
  /** What TLS runs over, if it is a connection. */
  readonly #below: Connection | undefined;

  /**
   * Takes over a socket of node:tls that has shaken hands. Readers of the
   * library get theirs from `connect`, `listen` and `serve`.
   *
   * @param socket The socket.
   * @param tls What came of the handshake.
   * @param below What TLS runs over, if it is a connection.
   * @param facts What is known besides.
   */
  constructor(
    socket: TLSSocket,
    tls: TlsFacts,
    below: Connection | undefined,
    facts: ConnectionFacts,
  ) {
    super(socket, facts);
    this.tls = tls;
    this.#below = below;
  }

  /** The options of the socket that TLS runs over. */
  override get options(): LiveOptions {
    return this.#below?.options ?? super.options;
  }

  /**
   * Asks the kernel what it knows of the connection that TLS runs over. Linux
   * alone, with `--allow-ffi`.
   *
   * @returns What TCP_INFO says, a card at the prompt.
   * @throws {NetError} `"unsupported"`, `"closed"`.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  override info(): ConnectionInfo {
    return this.#below?.info() ?? super.info();
  }

  /** Both ends, state, octets each way, and what came of the handshake, plain. */
  override toJSON(): TlsConnectionJson {
    return { ...super.toJSON(), tls: this.tls.toJSON() };
  }

  /** One line: version, both ends, state, octets, and whether it is verified. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const { tls, state } = this;
    const ends = `${this.localAddress} -> ${this.remoteAddress}`;
    const trust = tls.verified
      ? ""
      : tls.insecure
      ? `, ${paint("bad", "NOT VERIFIED", room)} (${tls.reason})`
      : "";
    return `${tls.version} ${paint("name", ends, room)} ${
      paint(state === "open" ? "good" : "warn", state, room)
    }, ${bytes(this.bytesSent)} sent, ${
      bytes(this.bytesReceived)
    } received${trust}`;
  }
}
