/**
 * Stretches of octets that arrive in any order, some of them more than once.
 *
 * @module
 */

import { type Extent, keepsOriginal, type OverlapPolicy } from "./overlap.ts";

/** Octets at their place, and where they came from. */
export interface Piece extends Extent {
  /** What is there. */
  readonly octets: Uint8Array;
  /** The number of the packet that brought them. */
  readonly packet: number;
  /** What the packet brought as a whole; policies go by that. */
  readonly whole: Extent;
}

/** What became of octets that were added. */
export interface Added {
  /** How many are at a place where there were none. */
  readonly fresh: number;
  /** How many are at a place where there were octets. */
  readonly covered: number;
  /** Those places, in order. */
  readonly places: readonly Extent[];
  /** Whether some of those differ from what was there. */
  readonly isConflict: boolean;
}

/** What a piece takes beside its octets, roughly. */
const OVERHEAD = 256;

/**
 * Pieces in the order of their places, none over another. Octets are copied when
 * they are added, so no buffer of a capture is held.
 *
 * @example
 * ```ts
 * import { Pieces } from "./pieces.ts";
 * import assert from "node:assert/strict";
 *
 * const pieces = new Pieces();
 * pieces.add(8, Uint8Array.of(1, 2, 3), 1, "first");
 * const added = pieces.add(9, Uint8Array.of(2, 9, 4), 2, "first");
 * assert.deepEqual([added.fresh, added.covered, added.isConflict], [1, 2, true]);
 * assert.deepEqual(pieces.list.map(({ start, end }) => [start, end]), [[8, 11], [11, 12]]);
 * ```
 */
export class Pieces {
  /** The pieces, by place. */
  list: Piece[] = [];
  /** Octets in all pieces. */
  octets = 0;

  /** What the pieces take in memory, roughly, in octets. */
  get cost(): number {
    // A piece of which a part was cut away holds at most twice what it shows.
    return this.octets + OVERHEAD * this.list.length;
  }

  /**
   * Looks what is where octets would go, and changes nothing.
   *
   * @param start The first octet's place.
   * @param octets The octets.
   * @returns What would become of them, if the originals were kept.
   */
  compare(start: number, octets: Uint8Array): Added {
    const end = start + octets.length;
    let covered = 0;
    let isConflict = false;
    const places: Extent[] = [];
    for (let i = this.#after(start); i < this.list.length; i++) {
      const piece = this.list[i]!;
      if (piece.start >= end) break;
      const from = Math.max(start, piece.start);
      const to = Math.min(end, piece.end);
      covered += to - from;
      places.push({ start: from, end: to });
      isConflict ||= differ(piece, start, octets, from, to);
    }
    return { fresh: octets.length - covered, covered, places, isConflict };
  }

  /**
   * Adds octets.
   *
   * @param start The first octet's place.
   * @param octets The octets; what is kept of them is copied.
   * @param packet The number of the packet that brought them.
   * @param policy Which octets to keep where there are some.
   * @returns What became of them.
   */
  add(
    start: number,
    octets: Uint8Array,
    packet: number,
    policy: OverlapPolicy,
  ): Added {
    const added = this.compare(start, octets);
    const { fresh, covered } = added;
    const end = start + octets.length;
    const whole = { start, end };
    const first = this.#after(start);
    const made: Piece[] = [];
    const put = (from: number, to: number) => {
      if (from >= to) return;
      const part = octets.slice(from - start, to - start);
      made.push({ start: from, end: to, octets: part, packet, whole });
    };
    let at = start;
    let behind: Piece | undefined;
    let next = first;
    for (; covered > 0 && next < this.list.length; next++) {
      const piece = this.list[next]!;
      if (piece.start >= end) break;
      if (keepsOriginal(policy, piece.whole, whole)) {
        put(at, piece.start);
        made.push(piece);
        at = piece.end;
      } else {
        if (piece.start < start) made.push(part(piece, piece.start, start));
        if (piece.end > end) behind = part(piece, end, piece.end);
      }
    }
    put(at, end);
    if (behind !== undefined) made.push(behind);
    replace(this.list, first, next, made);
    this.octets += fresh;
    return added;
  }

  /**
   * Takes the first piece out, if it starts at a place or before it.
   *
   * @param place The place.
   * @returns The piece.
   */
  takeUpTo(place: number): Piece | undefined {
    const piece = this.list[0];
    if (piece === undefined || piece.start > place) return undefined;
    this.list.shift();
    this.octets -= piece.end - piece.start;
    return piece;
  }

  /** The first piece that ends behind a place, by bisection. */
  #after(place: number): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.list[middle]!.end > place) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function differ(
  piece: Piece,
  start: number,
  octets: Uint8Array,
  from: number,
  to: number,
): boolean {
  for (let at = from; at < to; at++) {
    if (piece.octets[at - piece.start] !== octets[at - start]) return true;
  }
  return false;
}

/** A part of a piece; a small one does not hold the octets of the rest. */
function part(piece: Piece, start: number, end: number): Piece {
  const from = start - piece.start;
  const few = (end - start) * 2 < piece.octets.buffer.byteLength;
  const octets = few
    ? piece.octets.slice(from, from + end - start)
    : piece.octets.subarray(from, from + end - start);
  const { packet, whole } = piece;
  return { start, end, octets, packet, whole };
}

/** Puts items in the place of others; there may be more than a call takes. */
function replace<T>(list: T[], from: number, to: number, items: T[]): void {
  if (items.length <= 1000) list.splice(from, to - from, ...items);
  else {
    const rest = list.splice(from).slice(to - from);
    for (const item of items) list.push(item);
    for (const item of rest) list.push(item);
  }
}
