/**
 * What a WebSocket server is told: where to listen, whom to take, what to do.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { SocketLimits, UpgradeRequest } from "./facts.ts";
import type { Socket } from "./socket.ts";
import type { UpgradeRules } from "./upgrade.ts";

export type { UpgradeRules };

/** What a handler is told besides its socket. */
export interface ServeContext {
  /** The request that it began with. */
  readonly request: UpgradeRequest;
  /** Aborts when the server begins to close: finish what you are at. */
  readonly signal: AbortSignal;
}

/**
 * Serves one socket, which is closed when the handler ends: with 1000, or with
 * 1011 if it throws.
 *
 * @param socket The client's.
 * @param context The request, and when the server closes.
 */
export type Handler = (
  socket: Socket,
  context: ServeContext,
) => Promise<void> | void;

/** Options for `serve`. */
export interface ServeOptions extends SocketLimits, UpgradeRules {
  /**
   * The address to listen on, or a name for it; `"0.0.0.0"` and `"::"` are all
   * of this machine's. @default {"127.0.0.1"}
   */
  hostname?: string | Address | undefined;
  /** The port; 0 takes a free one. @default {0} */
  port?: number | undefined;
  /** Closes the server when it aborts. */
  signal?: AbortSignal | undefined;
  /** A page for browsers that ask for one instead of a WebSocket; HTML. */
  page?: string | undefined;
  /** Sockets at once; others are told 503. @default {Infinity} */
  maxConnections?: number | undefined;
  /** How long a client has for its request, in milliseconds. @default {10000} */
  handshakeTimeout?: number | undefined;
  /** Speak TLS: certificate chain and private key, as PEM. */
  tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Told of what a handler threw; `server.errors` keeps it anyway. */
  onError?: ((error: unknown, socket: Socket | undefined) => void) | undefined;
}
