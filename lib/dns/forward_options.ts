/**
 * What a forwarder is told, and what it tells.
 *
 * @module
 */

import type { TlsOptions } from "./query.ts";
import type { DataRecord } from "./record.ts";
import type { Transport } from "./server.ts";

/** Options for {@linkcode forward}. */
export interface ForwardOptions {
  /** How servers are asked. @default {"udp"} */
  transport?: Transport | undefined;
  /** Whom they must prove to be, for DoT and DoH. */
  tls?: TlsOptions | undefined;
  /**
   * Whether to ask for names in letters of mixed case, which a forged answer has to
   * guess; the rare server that does not repeat them needs `false`. @default {true}
   */
  mixedCase?: boolean | undefined;
  /** The longest wait for one server, in milliseconds. @default {2000} */
  timeout?: number | undefined;
  /** How often one server is asked by UDP. @default {2} */
  attempts?: number | undefined;
  /** The most answers to keep; 0 keeps none. @default {10000} */
  maxEntries?: number | undefined;
  /** The most octets to keep, as they came. @default {16777216, 16 MiB} */
  maxOctets?: number | undefined;
  /** The longest time to keep an answer for, in seconds. @default {86400} */
  maxTtl?: number | undefined;
  /** The longest time to keep that there is nothing, in seconds. @default {10800} */
  maxNegativeTtl?: number | undefined;
  /** How long not to ask again what no server answered, in seconds. @default {5} */
  failureTtl?: number | undefined;
  /**
   * How long after its TTL an answer may still be given if no server answers, in
   * seconds. @default {0, never}
   */
  staleTtl?: number | undefined;
  /** Questions that may be open at the servers; others get SERVFAIL. @default {256} */
  maxPending?: number | undefined;
}

/** What a forwarder has counted so far. */
export interface ForwardMetrics {
  /** Questions answered from what was kept. */
  readonly hits: number;
  /** Questions that servers were asked. */
  readonly misses: number;
  /** Questions that waited for the answer to the same one. */
  readonly coalesced: number;
  /** Answers given beyond their TTL, as no server answered. */
  readonly stale: number;
  /** Questions that no server answered. */
  readonly failures: number;
  /** Questions that found too many others open. */
  readonly refused: number;
  /** Answers that were let go for want of room. */
  readonly evicted: number;
  /** Answers that are kept. */
  readonly entries: number;
  /** The octets that they came in. */
  readonly octets: number;
}

/** An answer of a {@linkcode Forwarder}. */
export interface Forwarded {
  /** The response code. */
  readonly rcode: number;
  /** The answers, their TTLs less the time that they were kept. */
  readonly answers: readonly DataRecord[];
  /** What says that there is nothing. */
  readonly authorities: readonly DataRecord[];
  /** Whether it was kept, and for how many seconds; `undefined` if not. */
  readonly age: number | undefined;
  /** Whether it was kept for longer than its TTL. */
  readonly isStale: boolean;
  /** Whether a server proved it by DNSSEC, and says so. */
  readonly isAuthentic: boolean;
}
