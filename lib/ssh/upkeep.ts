/**
 * How a connection is kept up.
 *
 * @module
 */

/** How often to ask whether the server is still there. */
export interface KeepaliveOptions {
  /** Milliseconds between the questions. @default {15000} */
  readonly interval?: number | undefined;
  /** Unanswered ones after which the connection counts as lost. @default {3} */
  readonly count?: number | undefined;
}

/** How to connect again when a connection was lost. */
export interface ReconnectOptions {
  /** How often to try before it fails. @default {5} */
  readonly tries?: number | undefined;
  /** Milliseconds before the second try; twice as many before each after. @default {500} */
  readonly delay?: number | undefined;
  /** At most so many milliseconds between two tries. @default {30000} */
  readonly maxDelay?: number | undefined;
}
