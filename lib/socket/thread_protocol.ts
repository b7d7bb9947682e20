/**
 * What a server and its threads say to each other.
 *
 * @module
 */

import type { ConnectionOptions } from "./connection_options.ts";

/** What a thread is started with. */
export interface ThreadStart {
  /** `"serve"` runs a handler for each connection, `"answer"` a function for each piece. */
  readonly work: "serve" | "answer";
  /** The source of the handler, a function. */
  readonly handler: string;
  /** Where to listen. */
  readonly hostname: string;
  /** Where to listen. */
  readonly port: number;
  /** Connections that may wait in the system. */
  readonly backlog: number;
  /** Connections served at once by this thread. */
  readonly maxConnections: number;
  /** Milliseconds of idleness after which a connection is reset. */
  readonly idleTimeout: ConnectionOptions["idleTimeout"];
  /** The counters, {@linkcode COUNTERS} of them, as 64-bit floats. */
  readonly counters: SharedArrayBuffer;
  /** Not 0 when the thread is to stop; for one that hears no messages. */
  readonly stop: SharedArrayBuffer;
}

/** What a thread is told later. */
export interface ThreadStop {
  /** How long running handlers may go on, in milliseconds. */
  readonly drain: number;
}

/** What a thread tells. */
export type ThreadNews =
  | { readonly kind: "listening"; readonly port: number }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "error"; readonly error: unknown }
  | { readonly kind: "stopped" };

/** The counters, by their places. */
export const COUNTERS = [
  "accepted",
  "open",
  "waiting",
  "dropped",
  "failed",
  "bytesSent",
  "bytesReceived",
] as const;
