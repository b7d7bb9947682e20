/**
 * What a name server counts.
 *
 * @module
 */

import { rcodeName } from "./message_parts.ts";

/** What a name server has counted so far; see {@linkcode NameServer}. */
export interface ServeMetrics {
  /** Queries that made sense. */
  readonly queries: number;
  /** Those of them that came by UDP. */
  readonly udp: number;
  /** Those of them that came over TCP. */
  readonly tcp: number;
  /** Responses by the name of their code: `{ NOERROR: 2, NXDOMAIN: 1 }`. */
  readonly responses: Readonly<Record<string, number>>;
  /** Responses by UDP that were cut. */
  readonly truncated: number;
  /** What came and was no query. */
  readonly malformed: number;
  /** Queries that found no room, as too many came at once. */
  readonly dropped: number;
  /** Zones that were given away. */
  readonly transfers: number;
  /** Queries that a responder failed at. */
  readonly failed: number;
}

/** The counters. */
export class Counters {
  /** By UDP. */
  udp = 0;
  /** Over TCP. */
  tcp = 0;
  /** Cut. */
  truncated = 0;
  /** No query. */
  malformed = 0;
  /** Zones given. */
  transfers = 0;
  /** A responder threw. */
  failed = 0;
  readonly #responses = new Map<number, number>();

  /**
   * Counts a response.
   *
   * @param rcode Its code.
   */
  response(rcode: number): void {
    this.#responses.set(rcode, (this.#responses.get(rcode) ?? 0) + 1);
  }

  /**
   * Gives all of them.
   *
   * @param dropped What the socket had no room for.
   * @returns The numbers as they are now.
   */
  snapshot(dropped: number): ServeMetrics {
    const { udp, tcp, truncated, malformed, transfers, failed } = this;
    return {
      queries: udp + tcp,
      udp,
      tcp,
      responses: Object.fromEntries(
        [...this.#responses].sort(([a], [b]) => a - b)
          .map(([rcode, n]) => [rcodeName(rcode), n]),
      ),
      truncated,
      malformed,
      dropped,
      transfers,
      failed,
    };
  }
}
