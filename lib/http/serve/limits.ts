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

/** How much a server takes; an option of `serve`. */
export interface ServeLimits {
  /** Octets of a request's body. @default {1048576, 1 MiB} */
  body?: number | undefined;
  /** Time for a body to arrive, in milliseconds. @default {30000} */
  bodyTime?: number | undefined;
  /** Requests worked on at once; others are told 503. @default {10000} */
  requests?: number | undefined;
}
