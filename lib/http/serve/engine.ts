/**
 * What a server runs on, and what it was told to do.
 *
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";
import type { BodyLimits } from "./limits.ts";
import type { LogEntry } from "./metrics.ts";
import type { Middleware } from "./route.ts";

/** What an `HttpServer` does besides routing. */
export interface Behaviour {
  /** Stands before every route, the first one outermost. */
  readonly middleware: readonly Middleware[];
  /** The names to answer to, in small letters; without, to all. */
  readonly hosts: readonly string[] | undefined;
  /** How much of a body is taken. */
  readonly body: BodyLimits;
  /** Requests that are worked on at once; others are told 503. */
  readonly maxRequests: number;
  /** Is told of every answer. */
  readonly log?: ((entry: LogEntry) => void) | undefined;
  /** Is told of what handlers throw. */
  readonly onError?: ((error: unknown, request: Request) => void) | undefined;
}

/** An HTTP server as the runtime has it. */
export interface Engine {
  /** Where it listens. */
  readonly address: Endpoint;
  /** Takes no more, and resolves when what there was is done. */
  shutdown(): Promise<void>;
  /** Goes on without keeping the program alive. */
  forget(): void;
  /** Drops everything; not after `shutdown`. */
  abort(): void;
  /** Resolves when it is over. */
  readonly finished: Promise<void>;
}
