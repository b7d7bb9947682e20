/**
 * What is known of a WebSocket: what was asked for, agreed on, and how it ended.
 *
 * @module
 */

import type { Endpoint } from "../socket/endpoint.ts";

/** A client's request. */
export interface UpgradeRequest {
  /** What it asked for; the host is the one that it named. */
  readonly url: URL;
  /** Its header fields. */
  readonly headers: Headers;
  /** The subprotocols that it offers, the most wanted first. */
  readonly protocols: readonly string[];
  /** Who asks. */
  readonly remoteAddress: Endpoint;
}

/** How messages are deflated, as both sides agreed. */
export interface Deflate {
  /** What the answer says of it. */
  readonly header: string;
  /**
   * Deflates a message.
   *
   * @param payload Its octets.
   * @returns Fewer octets, mostly.
   */
  deflate(payload: Uint8Array): Uint8Array;
  /**
   * Inflates a message.
   *
   * @param payload The deflated octets.
   * @param limit The most octets that it may have.
   * @returns Its octets.
   */
  inflate(payload: Uint8Array, limit: number): Uint8Array;
}

/** How much a socket takes, and how it stays alive. */
export interface SocketLimits {
  /** Octets of a message, inflated. @default {1048576, 1 MiB} */
  maxMessage?: number | undefined;
  /**
   * Octets that may wait, to be read or to be sent, before the sender waits.
   * @default {1048576, 1 MiB}
   */
  highWater?: number | undefined;
  /**
   * After so much silence the other side is asked for a sign of life, and given
   * up after as much again; in milliseconds. @default {20000}
   */
  ping?: number | undefined;
}

/** What is known of a socket when its handshake is done. */
export interface SocketFacts extends SocketLimits {
  /** Which side we are: a client masks what it sends. */
  readonly role: "client" | "server";
  /** The subprotocol that both sides agreed on, or `""`. */
  readonly protocol: string;
  /** How messages are deflated, if they are. */
  readonly deflate?: Deflate | undefined;
  /** The other side, as errors name it. */
  readonly peer: string;
  /** The other side's address. */
  readonly remoteAddress: Endpoint;
}

/** How a socket came to its end. */
export interface Closing {
  /** The code: 1000 is normal, 1005 says that none was given, 1006 that the connection broke off. */
  readonly code: number;
  /** What was said of it. */
  readonly reason: string;
  /** Whether both sides said that they close. */
  readonly wasClean: boolean;
}
