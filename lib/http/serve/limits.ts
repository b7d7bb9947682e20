/**
 * How much a server takes.
 *
 * @module
 */

/** How much of a body is taken, and how long its sender has. */
export interface BodyLimits {
  /** The most octets. */
  readonly body: number;
  /** Milliseconds. */
  readonly bodyTime: number;
}

/** What became of a server's connections. */
export interface ConnectionCounts {
  /** Those that are open. */
  readonly open: number;
  /** Those turned away, as `limits.connections` were open. */
  readonly dropped: number;
  /** Those ended by a time limit. */
  readonly late: number;
}

/**
 * How much a server takes; an option of `serve`.
 *
 * The first three hold always. The runtime's own HTTP server knows none of the
 * other four: it keeps silent, half-asked and unread connections for ever. Who
 * sets one of the four is served by `node:http` under a clock of ours instead,
 * and the three others have the defaults said here. The price: HTTP/1.1 alone,
 * no compression, no `Deno.upgradeWebSocket`, and a quarter to a third of the
 * requests a second. They belong where strangers can connect. The same holds for
 * who has a route of `net.ws.route`: the runtime gives no connection away. An
 * open WebSocket counts as one of `requests` and has no time limit of these.
 */
export interface ServeLimits {
  /** Octets of a request's body. @default {1048576, 1 MiB} */
  body?: number | undefined;
  /** Time for a body to arrive, in milliseconds. @default {30000} */
  bodyTime?: number | undefined;
  /** Requests worked on at once; others are told 503. @default {10000} */
  requests?: number | undefined;
  /**
   * Connections open at once; others are told 503, or with TLS reset.
   * @default {Infinity}
   */
  connections?: number | undefined;
  /**
   * Time from a connection's start to the end of its first request's head, TLS
   * included, in milliseconds; who is late is told 408. @default {10000}
   */
  headTime?: number | undefined;
  /**
   * Time from an answer to the end of the next request's head, in milliseconds;
   * who is late is hung up on. @default {60000}
   */
  idleTime?: number | undefined;
  /**
   * Time for a client to take each 64 KiB of an answer, in milliseconds; who is
   * late is cut off. @default {30000}
   */
  sendTime?: number | undefined;
}
