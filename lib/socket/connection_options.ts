/**
 * What a connection is told, and what it tells: plain data.
 *
 * @module
 */

import type { Endpoint } from "./endpoint.ts";
import type { SocketOptions } from "./option_table.ts";

/** Options of every connection, however it came about. */
export interface ConnectionOptions {
  /** Reset when no octet came or went for so many milliseconds. @default {Infinity} */
  idleTimeout?: number | undefined;
  /**
   * Options of the socket by their names, set before it connects or listens.
   * All but `reusePort` want `--allow-ffi`.
   */
  options?: SocketOptions | undefined;
}

/** What became of one address of a name. */
export interface ConnectAttempt {
  /** The address and the port. */
  readonly address: string;
  /** Milliseconds from the beginning to the start of this attempt. */
  readonly started: number;
  /** Milliseconds that it took. */
  readonly took: number;
  /** `"abandoned"` if another was first, or the time was up. */
  readonly outcome: "connected" | "failed" | "abandoned";
  /** Why it failed. */
  readonly reason?: string | undefined;
}

/** What is known of a connection besides its socket. */
export interface ConnectionFacts {
  /** Reset when no octet came or went for so many milliseconds. @default {Infinity} */
  idleTimeout?: number | undefined;
  /** This side. @default {what the socket says} */
  localAddress?: Endpoint | undefined;
  /** The other side. @default {what the socket says} */
  remoteAddress?: Endpoint | undefined;
  /** The addresses that were tried. @default {none} */
  attempts?: readonly ConnectAttempt[] | undefined;
}

/**
 * Which directions still carry octets: `"half-closed (local)"` after our own
 * `closeWrite`, `"half-closed (remote)"` after the other side's.
 *
 * @see RFC 9293 §3.6 (half-closed connections), RFC 9113 §5.1 (the names)
 */
export type ConnectionState =
  | "open"
  | "half-closed (local)"
  | "half-closed (remote)"
  | "closed";

/** A connection as JSON. */
export interface ConnectionJson {
  /** This side. */
  readonly localAddress: string;
  /** The other side. */
  readonly remoteAddress: string;
  /** Which directions still carry octets. */
  readonly state: ConnectionState;
  /** Octets that the system has taken for sending. */
  readonly bytesSent: number;
  /** Octets that have arrived, read or not. */
  readonly bytesReceived: number;
}
