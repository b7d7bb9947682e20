/**
 * A datagram of which not all fragments have come.
 *
 * @module
 */

import type { OverlapPolicy } from "./overlap.ts";
import { Pieces } from "./pieces.ts";
import type { Head } from "./whole.ts";

/** Why a datagram was given up. */
export type DroppedReason = "timeout" | "limit" | "overlap" | "end";

/** A datagram of which something is missing, or that was given up. */
export interface IncompleteDatagram {
  /** From whom. */
  readonly src: string;
  /** To whom. */
  readonly dst: string;
  /** What it carries, an IANA protocol number. */
  readonly protocol: number;
  /** Its identification. */
  readonly id: number;
  /** The numbers of the packets that brought fragments of it. */
  readonly packets: readonly number[];
  /** Octets that have come. */
  readonly octets: number;
  /** What is missing; no `end` where the last fragment has not come. */
  readonly missing: readonly {
    readonly start: number;
    readonly end: number | undefined;
  }[];
  /** What became of it. */
  readonly state: "pending" | DroppedReason;
}

/** What became of a fragment. */
export type Became =
  | "taken"
  | "duplicate"
  | "overlap"
  | "conflict"
  | "malformed";

/** The most packet numbers that are kept of one datagram. */
const MAX_NUMBERS = 8192;

/**
 * The fragments of one datagram.
 *
 * @example
 * ```ts
 * import { Incomplete } from "./incomplete.ts";
 * import assert from "node:assert/strict";
 *
 * const one = new Incomplete("10.0.0.1", "10.0.0.2", 17, 9, 0);
 * one.add(8, Uint8Array.of(5), false, 1, "first");
 * assert.deepEqual(one.report("pending").missing, [{ start: 0, end: 8 }]);
 * ```
 */
export class Incomplete {
  /** Its octets, as far as they have come. */
  readonly pieces = new Pieces();
  /** The headers of the fragment at 0, which are the datagram's. */
  head: Head | undefined;
  /** Whether it was given up, and further fragments are to be ignored. */
  isDead = false;
  /** Its length, once the last fragment has come. */
  #end: number | undefined;
  #packets: number[] = [];

  /**
   * Starts without a fragment.
   *
   * @param src From whom.
   * @param dst To whom.
   * @param protocol What it carries.
   * @param id Its identification.
   * @param since When its first fragment came, in milliseconds.
   */
  constructor(
    readonly src: string,
    readonly dst: string,
    readonly protocol: number,
    readonly id: number,
    readonly since: number | undefined,
  ) {}

  /** What it takes in memory, roughly, in octets. */
  get cost(): number {
    const { pieces, head } = this;
    return pieces.cost + 8 * this.#packets.length + (head?.octets.length ?? 0);
  }

  /** Whether all octets have come. */
  get isWhole(): boolean {
    return this.pieces.octets === this.#end;
  }

  /**
   * Takes a fragment.
   *
   * @param offset Octets of the datagram before it.
   * @param octets What it carries; copied.
   * @param more Whether there are fragments behind it.
   * @param packet The packet's number.
   * @param policy What to do where there are octets already.
   * @returns What became of it.
   */
  add(
    offset: number,
    octets: Uint8Array,
    more: boolean,
    packet: number,
    policy: OverlapPolicy,
  ): Became {
    if (this.isDead) return "malformed";
    const end = offset + octets.length;
    const last = this.pieces.list.at(-1)?.end ?? 0;
    // Two ends, or octets behind the end: the first end that was said holds.
    if (this.#end === undefined ? !more && last > end : end > this.#end) {
      return "malformed";
    }
    if (!more && this.#end !== undefined && end !== this.#end) {
      return "malformed";
    }
    const there = this.pieces.compare(offset, octets);
    const isDuplicate = there.fresh === 0 && !there.isConflict;
    const isOverlap = there.covered > 0 && !isDuplicate;
    if (isDuplicate && !(policy === "drop" && !this.#isOne(offset, end))) {
      if (!more) this.#end = end;
      return "duplicate";
    }
    if (this.#packets.length < MAX_NUMBERS) this.#packets.push(packet);
    if (policy !== "drop" || !isOverlap && !isDuplicate) {
      if (!more) this.#end = end;
      this.pieces.add(offset, octets, packet, policy);
    }
    if (there.isConflict) return "conflict";
    return there.covered > 0 ? "overlap" : "taken";
  }

  /** Forgets its octets; it stays, so that what comes later is known to be its. */
  kill(): void {
    this.isDead = true;
    this.pieces.list = [];
    this.pieces.octets = 0;
    this.#packets = [];
    this.head = undefined;
  }

  /**
   * Says what has come and what is missing.
   *
   * @param state What becomes of it.
   * @returns Plain data.
   */
  report(state: IncompleteDatagram["state"]): IncompleteDatagram {
    const { src, dst, protocol, id, pieces: { octets, list } } = this;
    const missing: { start: number; end: number | undefined }[] = [];
    let at = 0;
    for (const { start, end } of list) {
      if (start > at) missing.push({ start: at, end: start });
      at = end;
    }
    if (at !== this.#end) missing.push({ start: at, end: this.#end });
    const packets = [...this.#packets];
    return { src, dst, protocol, id, packets, octets, missing, state };
  }

  /** Whether a fragment is just as one that came: the exact duplicate of RFC 8200. */
  #isOne(start: number, end: number): boolean {
    return this.pieces.list.some(({ whole }) =>
      whole.start === start && whole.end === end
    );
  }
}
