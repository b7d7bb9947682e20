/**
 * The records of a capture, one after the other, out of a buffer that is
 * filled piece by piece.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import type { Frame } from "../packet/frame.ts";
import { FILE_HEADER, type FileHeader, RECORD_HEADER } from "./format.ts";

/**
 * Octets that a buffer takes. A packet that is kept keeps its buffer, so larger
 * would not do; with a quarter of this, reading takes a third longer.
 */
const CHUNK = 256 * 1024;

/** The most octets that one packet can have, as libpcap has it for most links. */
const MAX_CAPTURED = 262_144;
/** The most that a file's snap length can raise it to, as for D-Bus and USB. */
const MAX_SNAP_LENGTH = 128 * 1024 * 1024;

/** What becomes of a buffer that has been read: kept for its packets, or used again. */
export type BufferUse = "keep" | "reuse";

/**
 * A cursor over records. It makes no object a record: after `next()` has said
 * yes, the record is in its fields.
 *
 * Buffers that are kept are never written to again: a packet's octets stay
 * what they were, without a copy a packet. (A buffer for each packet costs some
 * 500 ns, its share of a large one 20.)
 *
 * @example
 * ```ts
 * import { decodeFileHeader } from "./format.ts";
 * import { Records } from "./records.ts";
 * import assert from "node:assert/strict";
 *
 * const file = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001" +
 *     "00000007" + "00000000" + "00000003" + "0000003c" + "aabbcc",
 * );
 * const records = new Records(decodeFileHeader(file), file);
 * assert.equal(records.next(), true);
 * assert.deepEqual([records.seconds, records.length], [7, 60]);
 * assert.equal(records.end - records.start, 3);
 * assert.equal(records.next(), false);
 * ```
 */
export class Records {
  /** Where the record's octets start in the buffer. */
  start = 0;
  /** Where they end. */
  end = 0;
  /** Octets that the packet had on the wire. */
  length = 0;
  /** When it was captured: whole seconds since 1970. */
  seconds = 0;
  /** And nanoseconds. */
  nanoseconds = 0;

  readonly #little: boolean;
  readonly #linkType: number;
  readonly #perUnit: number;
  readonly #limit: number;
  #octets: Uint8Array;
  #view: DataView;
  /** The next record's place in the buffer, and the end of what is there. */
  #at = FILE_HEADER;
  #filled: number;
  /** The buffer's place in the file. */
  #origin = 0;
  /** Octets that the next record needs. */
  #needed = RECORD_HEADER;

  /**
   * Starts at the first record.
   *
   * @param header The file's header.
   * @param octets The file from its start, as far as it has been read; not copied.
   */
  constructor(header: FileHeader, octets: Uint8Array) {
    this.#little = header.byteOrder === "little";
    this.#linkType = header.linkType;
    this.#perUnit = header.resolution === "us" ? 1000 : 1;
    this.#limit = Math.max(
      MAX_CAPTURED,
      Math.min(header.snapLength, MAX_SNAP_LENGTH),
    );
    this.#octets = octets;
    this.#filled = octets.length;
    this.#view = dataView(octets);
  }

  /**
   * Goes to the next record.
   *
   * @returns Whether there is a whole one in the buffer.
   * @throws {DecodeError} If the record's length is impossible.
   */
  next(): boolean {
    const at = this.#at;
    const available = this.#filled - at;
    this.#needed = RECORD_HEADER;
    if (available < RECORD_HEADER) return false;
    const view = this.#view;
    const little = this.#little;
    const captured = view.getUint32(at + 8, little);
    if (captured > this.#limit) {
      throw new DecodeError(
        `record of ${captured} octets, ${this.#limit} at most`,
        {
          layer: "pcap",
          offset: this.#origin + at,
          lengthFrom: "captured length",
        },
      );
    }
    this.#needed = RECORD_HEADER + captured;
    if (available < this.#needed) return false;
    this.seconds = view.getUint32(at, little);
    this.nanoseconds = view.getUint32(at + 4, little) * this.#perUnit;
    this.length = view.getUint32(at + 12, little);
    this.start = at + RECORD_HEADER;
    this.end = this.#at = this.start + captured;
    return true;
  }

  /**
   * Gives the record as the frame of a packet, in place.
   *
   * @returns The frame.
   */
  frame(): Frame {
    return {
      octets: this.#octets,
      view: this.#view,
      start: this.start,
      end: this.end,
      linkType: this.#linkType,
      length: this.length,
      seconds: this.seconds,
      nanoseconds: this.nanoseconds,
    };
  }

  /**
   * Makes room for more octets, when `next()` has found no whole record.
   *
   * @param use Whether packets still lie in the buffer.
   * @returns Where to put them; then say {@linkcode Records.added}.
   */
  room(use: BufferUse): Uint8Array {
    const rest = this.#filled - this.#at;
    // A record may claim anything: the buffer grows with what has come, twofold
    // at most, not with what is claimed.
    const wanted = Math.min(this.#needed, Math.max(CHUNK, 2 * rest));
    if (this.#at + wanted > this.#octets.length) {
      const old = this.#octets.subarray(this.#at, this.#filled);
      if (use === "keep" || wanted > this.#octets.length) {
        this.#octets = new Uint8Array(Math.max(CHUNK, wanted));
        this.#view = dataView(this.#octets);
      }
      this.#octets.set(old);
      this.#origin += this.#at;
      this.#at = 0;
      this.#filled = rest;
    }
    return this.#octets.subarray(this.#filled);
  }

  /**
   * Says how many octets have been put there.
   *
   * @param count Octets.
   */
  added(count: number): void {
    this.#filled += count;
  }

  /**
   * Checks, at the end of the file, that the last record was whole.
   *
   * @throws {DecodeError} If the file ends within a record.
   */
  finish(): void {
    const available = this.#filled - this.#at;
    if (available === 0) return;
    throw new DecodeError("record cut short", {
      layer: "pcap",
      offset: this.#origin + this.#at,
      needed: this.#needed,
      available,
    });
  }
}

function dataView({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
