/**
 * What a server tells of its work.
 *
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";

/** One answered request, as the option `log` is told of it. */
export interface LogEntry {
  /** When it was answered. */
  readonly time: Date;
  /** Its method. */
  readonly method: string;
  /** Its path, percent-encoded, without the query, in which secrets may be. */
  readonly path: string;
  /** The key of the route that answered, if one did. */
  readonly route: string | undefined;
  /** The status code of the answer. */
  readonly status: number;
  /** From the request's head to the answer's, in milliseconds. */
  readonly elapsed: number;
  /** Who asked. */
  readonly remoteAddress: Endpoint;
}

/** What a route has been through. */
export class RouteMetrics {
  /** Its key: `"GET /devices/:id"`. */
  readonly key: string;
  /** Requests answered. */
  requests = 0;
  /** Those that were answered with 500 or above. */
  errors = 0;
  /** From head to head, over all requests, in milliseconds. */
  elapsed = 0;
  /** The longest one, in milliseconds. */
  longest = 0;

  /**
   * Begins at zero.
   *
   * @param key The route's key.
   */
  constructor(key: string) {
    this.key = key;
  }
}
