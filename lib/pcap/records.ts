/**
 * The records of a capture, one after the other, out of a buffer that is
 * filled piece by piece: what reading has in common in all formats.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import type { Frame } from "../packet/frame.ts";
import type { Interface } from "./pcapng_interface.ts";

/** Octets that a buffer takes; with a quarter of this, reading takes a third longer. */
export const CHUNK = 256 * 1024;
/**
 * The same where packets lie in the buffer: one that is kept keeps all of it. The
 * packets take so long that a larger one would not be quicker.
 */
const KEPT = 64 * 1024;

/** The most octets that one packet can have, as libpcap has it for most links. */
const MAX_CAPTURED = 262_144;
/** The most that a file's snap length can raise it to, as for D-Bus and USB. */
const MAX_SNAP_LENGTH = 128 * 1024 * 1024;

/** What becomes of a buffer that has been read: kept for its packets, or used again. */
export type BufferUse = "keep" | "reuse";

/** Says whether the record that the cursor is at belongs to what is asked for. */
export type RecordCheck = (record: Records) => boolean;

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
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const file = net.bytes.parseHex(
 *   "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001" +
 *     "00000007 00000000 00000003 0000003c  aabbcc",
 * );
 * for await (const records of (await net.pcap.open(file)).records()) {
 *   assert.equal(records.next(), true);
 *   assert.deepEqual([records.seconds, records.length], [7, 60]);
 *   assert.equal(records.end - records.start, 3);
 *   assert.equal(records.next(), false);
 * }
 * ```
 */
export abstract class Records {
  /** Where the record's octets start in the buffer. */
  start = 0;
  /** Where they end. */
  end = 0;
  /** Octets that the packet had on the wire. */
  length = 0;
  /**
   * When it was captured: whole seconds since 1970. Simple packets of a pcapng
   * file have no time.
   */
  seconds: number | undefined = 0;
  /** And nanoseconds. */
  nanoseconds = 0;
  /** What the packet starts with, as numbered at tcpdump.org/linktypes.html. */
  linkType = 0;
  /** The number of the interface in the file's section, from 0. */
  interface = 0;
  /** The record's place in the file, from 1. */
  number = 0;
  /** Where the record with its own header starts in the buffer. */
  recordStart = 0;
  /** Where it ends, with all that belongs to it. */
  recordEnd = 0;

  /** What is to be passed over, if anything is. */
  readonly #check: RecordCheck | undefined;
  #octets: Uint8Array;
  #view: DataView;
  #filled: number;
  /** The buffer's place in the file. */
  #origin = 0;
  #isOver = false;
  /** The first octet of the buffer that has not been read. */
  protected at: number;
  /** Octets that the next record needs. */
  protected needed = 1;
  /** The format, for errors. */
  protected abstract readonly layer: string;
  /** What the format calls a record, for errors. */
  protected abstract readonly unit: string;

  /**
   * Starts at the first record.
   *
   * @param octets The file from its start, as far as it has been read; not copied.
   * @param at Where the first record starts.
   * @param check Which records to stop at. @default {all}
   */
  constructor(octets: Uint8Array, at: number, check?: RecordCheck) {
    this.#octets = octets;
    this.#view = dataView(octets);
    this.#filled = octets.length;
    this.at = at;
    this.#check = check;
  }

  /** The buffer that the record lies in. */
  get octets(): Uint8Array {
    return this.#octets;
  }

  /** The same buffer, for numbers. */
  get view(): DataView {
    return this.#view;
  }

  /** The interfaces of the section that the record is in, as far as it has been read. */
  abstract readonly interfaces: readonly Interface[];

  /** Where in the buffer that starts which has not been read. */
  get position(): number {
    return this.at;
  }

  /** Where the octets that have come end in the buffer. */
  get filled(): number {
    return this.#filled;
  }

  /** The buffer's place in the file. */
  get origin(): number {
    return this.#origin;
  }

  /** Whether no further record is asked for. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Goes to the next record that is asked for.
   *
   * @returns Whether there is a whole one in the buffer.
   * @throws {DecodeError} If a record is impossible.
   */
  next(): boolean {
    while (this.step()) if (this.isWanted()) return true;
    return false;
  }

  /**
   * Goes to the next record, wanted or not.
   *
   * @returns Whether there is a whole one in the buffer.
   * @throws {DecodeError} If the record is impossible.
   */
  step(): boolean {
    if (this.#isOver || !this.advance()) return false;
    this.number++;
    return true;
  }

  /**
   * Goes to the next block: in a file that has other blocks than records, to any.
   *
   * @returns Whether there is a whole one in the buffer.
   * @throws {DecodeError} If the block is impossible.
   */
  stepBlock(): boolean {
    return this.step();
  }

  /** Whether the block that the cursor is at is a record. */
  get isPacket(): boolean {
    return true;
  }

  /**
   * Says, once after each {@linkcode Records.step}, whether the record is asked for.
   *
   * @returns Whether it is.
   */
  isWanted(): boolean {
    return this.#check === undefined || this.#check(this);
  }

  /** Makes this record the last, whatever follows. */
  stop(): void {
    this.#isOver = true;
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
      linkType: this.linkType,
      length: this.length,
      seconds: this.seconds,
      nanoseconds: this.nanoseconds,
      interface: this.interfaces[this.interface]?.name,
    };
  }

  /**
   * Makes room for more octets, when `next()` has found no whole record.
   *
   * @param use Whether packets still lie in the buffer.
   * @returns Where to put them; then say {@linkcode Records.added}.
   */
  room(use: BufferUse): Uint8Array {
    const rest = this.#filled - this.at;
    const chunk = use === "keep" ? KEPT : CHUNK;
    // A record may claim anything: the buffer grows with what has come, twofold
    // at most, not with what is claimed.
    const wanted = Math.min(this.needed, Math.max(chunk, 2 * rest));
    if (this.at + wanted > this.#octets.length) {
      const old = this.#octets.subarray(this.at, this.#filled);
      if (use === "keep" || wanted > this.#octets.length) {
        this.#octets = new Uint8Array(Math.max(chunk, wanted));
        this.#view = dataView(this.#octets);
      }
      this.#octets.set(old);
      this.#origin += this.at;
      this.at = 0;
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
    const available = this.#filled - this.at;
    if (available === 0 || this.#isOver) return;
    throw new DecodeError(`${this.unit} cut short`, {
      layer: this.layer,
      offset: this.#origin + this.at,
      needed: this.needed,
      available,
    });
  }

  /** Goes to the next record: sets the fields and `at`, or `needed`. */
  protected abstract advance(): boolean;

  /** Makes the error about the octets at a place in the buffer. */
  protected fault(
    reason: string,
    at: number,
    lengthFrom?: string,
  ): DecodeError {
    const offset = this.#origin + at;
    return new DecodeError(reason, { layer: this.layer, offset, lengthFrom });
  }
}

/**
 * Says how many octets a packet can have at most.
 *
 * @param snapLength How many were to be kept of each, as the file says.
 * @returns The limit; no memory is taken before that many have come.
 *
 * @example
 * ```ts
 * import { capturedLimit } from "./records.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(capturedLimit(96), 262_144);
 * ```
 */
export function capturedLimit(snapLength: number): number {
  return Math.max(MAX_CAPTURED, Math.min(snapLength, MAX_SNAP_LENGTH));
}

/**
 * Gives octets as a view for numbers, over just the same octets.
 *
 * @param octets The octets.
 * @returns The view.
 *
 * @example
 * ```ts
 * import { dataView } from "./records.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(dataView(Uint8Array.of(0, 1, 2).subarray(1)).getUint16(0), 0x0102);
 * ```
 */
export function dataView(
  { buffer, byteOffset, byteLength }: Uint8Array,
): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
