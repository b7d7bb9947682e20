/**
 * What a server runs on, and what it was told to do.
 *
 * @module
 */

import type { Endpoint } from "../../socket/endpoint.ts";
import type { RequestInfo } from "./exchange.ts";
import type { BodyLimits, ConnectionCounts } from "./limits.ts";
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

/** What every request is handed to. */
export type Answerer = (
  request: Request,
  info: RequestInfo,
) => Response | Promise<Response>;

/** Where an engine listens, and what it speaks. */
export interface EngineOptions {
  /** The address to listen on. */
  readonly local: Endpoint;
  /** The same as the caller named it, for errors. */
  readonly wanted: Endpoint;
  /** Certificate chain and private key, as PEM. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** Whether bodies go out compressed. */
  readonly compression: boolean;
  /** Whether connections may be given away, to speak WebSocket. */
  readonly upgrades: boolean;
}

/** What carries requests to the server and answers away. */
export interface Engine {
  /** Where it listens. */
  readonly address: Endpoint;
  /** What became of connections, if it knows. */
  readonly connections: ConnectionCounts | undefined;
  /** Takes no more, and resolves when what there was is done. */
  shutdown(): Promise<void>;
  /** After `shutdown`: holds up neither us nor the program any longer. */
  giveUp(): void;
  /** Drops everything; not after `shutdown`. */
  abort(): void;
  /** Resolves when it is over. */
  readonly finished: Promise<void>;
}
