/**
 * One direction of a TCP connection: segments in, octets in order out.
 *
 * @module
 */

import type { OverlapPolicy } from "./overlap.ts";
import { type Piece, Pieces } from "./pieces.ts";
import type { SegmentKind, StreamDirection, StreamSegment } from "./stream.ts";

/** What many streams may take together, and have taken. */
export interface Budget {
  /** Octets that are left. */
  left: number;
}

/**
 * The most segments that wait behind a gap: of a connection of which the capture
 * has one side alone, no acknowledgement will ever tell that it is lost.
 */
const MAX_WAITING = 4096;
/** What a kept segment takes beside its octets, roughly. */
const OVERHEAD = 128;
const NONE = new Uint8Array();

/** The packet that is being looked at. */
export interface Seen {
  /** Its number. */
  readonly packet: number;
  /** Its time in milliseconds. */
  readonly time: number | undefined;
}

/**
 * Puts the segments of one side in order.
 *
 * Places count from the initial sequence number and do not wrap: a sequence
 * number means the place next to the one that is expected.
 *
 * @example
 * ```ts
 * import { TcpHalf } from "./tcp_half.ts";
 * import type { StreamSegment } from "./stream.ts";
 * import assert from "node:assert/strict";
 *
 * const found: StreamSegment[] = [];
 * const half = new TcpHalf("toServer", found, "first", { left: 1e6 });
 * half.data(0xffffffff, 0xfffffffe, 2, Uint8Array.of(1, 2), { packet: 1, time: 0 });
 * half.data(0x00000001, 0xfffffffe, 1, Uint8Array.of(3), { packet: 2, time: 1 });
 * assert.deepEqual(found.map(({ kind, seq }) => [kind, seq]), [["data", 1], ["data", 3]]);
 * ```
 */
export class TcpHalf {
  readonly #direction: StreamDirection;
  readonly #segments: StreamSegment[];
  readonly #policy: OverlapPolicy;
  readonly #budget: Budget;
  /** What has come before its turn. */
  readonly #waiting = new Pieces();
  /** What had its turn, in order, to compare with what comes again. */
  readonly #delivered: StreamSegment[] = [];
  /** The notice of what was dropped, if that is the last there is. */
  #dropped: { length: number } | undefined;
  /** The place that is expected; not known before the first octet. */
  #next: number | undefined;

  /**
   * Starts with nothing.
   *
   * @param direction Which way the segments go.
   * @param segments Where to put what is found.
   * @param policy What to do where octets come twice before their turn.
   * @param budget What may be kept.
   */
  constructor(
    direction: StreamDirection,
    segments: StreamSegment[],
    policy: OverlapPolicy,
    budget: Budget,
  ) {
    this.#direction = direction;
    this.#segments = segments;
    this.#policy = policy === "drop" ? "first" : policy;
    this.#budget = budget;
  }

  /**
   * Takes what a segment says of where its octets begin.
   *
   * @param seq The sequence number of the first octet, behind a SYN's.
   * @param initial The initial sequence number.
   */
  begin(seq: number, initial: number): void {
    this.#next ??= this.#place(seq, initial);
  }

  /**
   * Takes the octets of a segment.
   *
   * @param seq The sequence number of the first octet, behind a SYN's.
   * @param initial The initial sequence number.
   * @param length Octets that the segment had on the wire.
   * @param octets Those that are here; copied if they are kept.
   * @param seen The packet.
   */
  data(
    seq: number,
    initial: number,
    length: number,
    octets: Uint8Array,
    seen: Seen,
  ): void {
    this.begin(seq, initial);
    let place = this.#place(seq, initial);
    const old = Math.min(length, this.#next! - place);
    if (old > 0) {
      const kind = old === length ? "retransmission" : "overlap";
      this.#again(kind, place, old, octets.subarray(0, old), seen);
      if (old === length) return;
      octets = octets.subarray(old);
      place += old;
      length -= old;
    }
    if (place > this.#next!) this.#wait(place, length, octets, seen);
    else {
      this.#deliver("data", place, length, octets, seen);
      this.#release(seen);
    }
  }

  /**
   * Takes an acknowledgement of the other side: octets before it that the
   * capture has not are not going to come.
   *
   * @param ack The acknowledgement number.
   * @param initial The initial sequence number of this side.
   * @param seen The packet.
   */
  acknowledge(ack: number, initial: number, seen: Seen): void {
    if (this.#waiting.list.length === 0) return;
    const place = this.#place(ack, initial);
    for (;;) {
      const first = this.#waiting.list[0];
      if (first === undefined || place <= first.start) break;
      this.#gap(first.start, true, seen);
      this.#release(seen);
    }
  }

  /**
   * Ends the direction: what still waits gets its turn, behind gaps.
   *
   * @param seen The last packet.
   */
  end(seen: Seen): void {
    for (;;) {
      const first = this.#waiting.list[0];
      if (first === undefined) break;
      this.#gap(first.start, false, seen);
      this.#release(seen);
    }
  }

  #place(seq: number, initial: number): number {
    const expected = this.#next ?? 1;
    return expected + (seq - (initial + expected) | 0);
  }

  #wait(place: number, length: number, octets: Uint8Array, seen: Seen): void {
    if (octets.length === 0) return;
    const cost = this.#waiting.cost;
    if (octets.length + OVERHEAD > this.#budget.left) {
      this.#put("dropped", place, length, NONE, seen);
      return;
    }
    const { packet } = seen;
    const { fresh, places } = this.#waiting.compare(place, octets);
    const kind = fresh === 0 ? "retransmission" : "overlap";
    for (const { start, end } of places) {
      const part = octets.subarray(start - place, end - place);
      const differs = this.#waiting.compare(start, part).isConflict;
      this.#put(kind, start, end - start, part.slice(), seen, { differs });
    }
    this.#waiting.add(place, octets, packet, this.#policy);
    this.#budget.left -= this.#waiting.cost - cost;
    if (this.#waiting.list.length > MAX_WAITING) {
      this.#gap(this.#waiting.list[0]!.start, false, seen);
      this.#release(seen);
    }
  }

  /** Gives their turn to all that wait for nothing any more. */
  #release(seen: Seen): void {
    for (;;) {
      const cost = this.#waiting.cost;
      const piece = this.#waiting.takeUpTo(this.#next!);
      if (piece === undefined) return;
      this.#budget.left += cost - this.#waiting.cost;
      this.#turn(piece, seen);
    }
  }

  #turn({ start, end, octets, packet }: Piece, { time }: Seen): void {
    const late = this.#next! - start;
    if (end <= this.#next!) return;
    const rest = late > 0 ? octets.subarray(late) : octets;
    const place = start + Math.max(0, late);
    const seen = { packet, time };
    this.#deliver("out-of-order", place, end - place, rest, seen);
  }

  #deliver(
    kind: SegmentKind,
    place: number,
    length: number,
    octets: Uint8Array,
    seen: Seen,
  ): void {
    this.#next = place + length;
    if (octets.length + OVERHEAD > this.#budget.left) {
      this.#put("dropped", place, length, NONE, seen);
      return;
    }
    if (octets.length > 0) {
      this.#put(kind, place, octets.length, octets.slice(), seen);
      this.#delivered.push(this.#segments.at(-1)!);
    }
    if (octets.length < length) {
      const at = place + octets.length;
      this.#put("cut", at, length - octets.length, NONE, seen);
    }
  }

  #gap(end: number, acknowledged: boolean, seen: Seen): void {
    const start = this.#next!;
    if (end <= start) return;
    this.#put("gap", start, end - start, NONE, seen, { acknowledged });
    this.#next = end;
  }

  /** Notes octets that had their turn before. */
  #again(
    kind: SegmentKind,
    place: number,
    length: number,
    octets: Uint8Array,
    seen: Seen,
  ): void {
    if (octets.length + OVERHEAD > this.#budget.left) {
      this.#put("dropped", place, length, NONE, seen);
      return;
    }
    const differs = this.#differs(place, octets);
    this.#put(kind, place, length, octets.slice(), seen, { differs });
  }

  #differs(place: number, octets: Uint8Array): boolean {
    const delivered = this.#delivered;
    let low = 0;
    let high = delivered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { seq, length } = delivered[middle]!;
      if (seq + length > place) high = middle;
      else low = middle + 1;
    }
    const end = place + octets.length;
    for (; low < delivered.length && delivered[low]!.seq < end; low++) {
      const { seq, octets: before } = delivered[low]!;
      const to = Math.min(end, seq + before.length);
      for (let at = Math.max(place, seq); at < to; at++) {
        if (before[at - seq] !== octets[at - place]) return true;
      }
    }
    return false;
  }

  #put(
    kind: SegmentKind,
    seq: number,
    length: number,
    octets: Uint8Array,
    { packet, time }: Seen,
    more?: Partial<StreamSegment>,
  ): void {
    // Of what is dropped nothing may pile up, not even the notice.
    if (kind === "dropped" && this.#dropped !== undefined) {
      this.#dropped.length += length;
      return;
    }
    this.#budget.left -= octets.length + OVERHEAD;
    const direction = this.#direction;
    const segment = {
      ...{ direction, kind, seq, length, octets, packet, time },
      ...more,
    };
    this.#dropped = kind === "dropped" ? segment : undefined;
    this.#segments.push(segment);
  }
}
