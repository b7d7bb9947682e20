/**
 * A cursor over octets that never reads past their end.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";

/** Options for {@linkcode ByteReader}. */
export interface ByteReaderOptions {
  /** What is being read, for errors: `"dns"`, `"pcapng"`. @default {"octets"} */
  layer?: string | undefined;
  /** The place of the first octet in the packet or file, for errors. @default {0} */
  origin?: number | undefined;
  /** Whether numbers have their low octet first. @default {false} */
  littleEndian?: boolean | undefined;
}

/** Options for {@linkcode ByteReader.sub}. */
export interface SubReaderOptions {
  /** What is being read there. @default {the outer layer} */
  layer?: string | undefined;
  /** The field that gave the length, for errors. */
  lengthFrom?: string | undefined;
  /** Whether numbers have their low octet first. @default {as outside} */
  littleEndian?: boolean | undefined;
}

/** A byte order mark is data like any other here. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads numbers and runs of octets one after the other. Whatever is cut short
 * throws a {@linkcode DecodeError} that says where, what was needed and what
 * was there; a read that throws leaves the cursor in its place.
 *
 * Numbers are in network byte order unless `littleEndian` is set (RFC 1700,
 * Data Notations).
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const reader = new net.bytes.ByteReader(net.bytes.parseHex("0050 c001 02"));
 * assert.equal(reader.u16(), 80);
 * assert.equal(reader.u16(), 49153);
 * assert.throws(() => reader.u16(), {
 *   message: "Cannot decode octets: cut short at octet 4, needs 2 octets and has 1",
 * });
 * ```
 */
export class ByteReader {
  /** All octets, before the cursor and after it. */
  readonly bytes: Uint8Array;
  /** What is being read. */
  readonly layer: string;
  /** The place of the first octet in the packet or file. */
  readonly origin: number;
  /** Whether numbers have their low octet first. */
  readonly littleEndian: boolean;
  readonly #view: DataView;
  #offset = 0;

  /**
   * Starts at the first octet.
   *
   * @param bytes What to read; not copied.
   * @param options The layer's name, its place, and the byte order.
   */
  constructor(bytes: Uint8Array, options: ByteReaderOptions = {}) {
    const { layer = "octets", origin = 0, littleEndian = false } = options;
    this.bytes = bytes;
    this.layer = layer;
    this.origin = origin;
    this.littleEndian = littleEndian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Octets from the first to the cursor. */
  get offset(): number {
    return this.#offset;
  }

  /** Octets from the cursor to the end. */
  get remaining(): number {
    return this.bytes.length - this.#offset;
  }

  /** Reads an unsigned number of 1 octet. */
  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** Reads an unsigned number of 2 octets. */
  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.littleEndian);
  }

  /** Reads an unsigned number of 3 octets. */
  u24(): number {
    const at = this.#advance(3);
    return this.littleEndian
      ? this.#view.getUint16(at, true) | this.#view.getUint8(at + 2) << 16
      : this.#view.getUint16(at) << 8 | this.#view.getUint8(at + 2);
  }

  /** Reads an unsigned number of 4 octets. */
  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.littleEndian);
  }

  /** Reads an unsigned number of 8 octets. */
  u64(): bigint {
    return this.#view.getBigUint64(this.#advance(8), this.littleEndian);
  }

  /** Reads a signed number of 1 octet. */
  i8(): number {
    return this.#view.getInt8(this.#advance(1));
  }

  /** Reads a signed number of 2 octets. */
  i16(): number {
    return this.#view.getInt16(this.#advance(2), this.littleEndian);
  }

  /** Reads a signed number of 4 octets. */
  i32(): number {
    return this.#view.getInt32(this.#advance(4), this.littleEndian);
  }

  /** Reads a signed number of 8 octets. */
  i64(): bigint {
    return this.#view.getBigInt64(this.#advance(8), this.littleEndian);
  }

  /**
   * Reads a run of octets.
   *
   * @param length How many. @default {all that remain}
   * @param lengthFrom The field that gave the length, for errors.
   * @returns The octets themselves, not a copy.
   * @throws {DecodeError} If fewer remain, or the length is impossible.
   */
  take(length: number = this.remaining, lengthFrom?: string): Uint8Array {
    const start = this.#advance(length, lengthFrom);
    return this.bytes.subarray(start, start + length);
  }

  /**
   * Reads a run of octets as a `DataView`, for reads at places of one's own.
   *
   * @param length How many. @default {all that remain}
   * @param lengthFrom The field that gave the length, for errors.
   * @returns A view of the octets themselves.
   * @throws {DecodeError} If fewer remain, or the length is impossible.
   */
  view(length: number = this.remaining, lengthFrom?: string): DataView {
    const start = this.#advance(length, lengthFrom);
    const { buffer, byteOffset } = this.bytes;
    return new DataView(buffer, byteOffset + start, length);
  }

  /**
   * Reads a run of octets as UTF-8 text; what is not UTF-8 becomes U+FFFD.
   *
   * @param length Octets, not characters. @default {all that remain}
   * @param lengthFrom The field that gave the length, for errors.
   * @returns The text.
   * @throws {DecodeError} If fewer remain, or the length is impossible.
   */
  text(length: number = this.remaining, lengthFrom?: string): string {
    return UTF8.decode(this.take(length, lengthFrom));
  }

  /**
   * Looks at the next octets without moving.
   *
   * @param length How many. @default {1}
   * @returns The octets themselves, not a copy.
   * @throws {DecodeError} If fewer remain.
   */
  peek(length = 1): Uint8Array {
    this.#require(length);
    return this.bytes.subarray(this.#offset, this.#offset + length);
  }

  /**
   * Moves on without reading.
   *
   * @param length Octets to leave out.
   * @param lengthFrom The field that gave the length, for errors.
   * @throws {DecodeError} If fewer remain, or the length is impossible.
   */
  skip(length: number, lengthFrom?: string): void {
    this.#advance(length, lengthFrom);
  }

  /**
   * Moves to a place, forward or back.
   *
   * @param offset Octets from the first.
   * @param offsetFrom The field that pointed there, for errors.
   * @throws {DecodeError} If that is beyond the end.
   */
  seek(offset: number, offsetFrom?: string): void {
    if (!(Number.isInteger(offset) && offset >= 0)) {
      throw this.#malformed(`impossible offset ${offset}`, offsetFrom);
    }
    if (offset > this.bytes.length) {
      throw new DecodeError("points beyond the end", {
        layer: this.layer,
        offset: this.origin + this.#offset,
        needed: offset,
        available: this.bytes.length,
        lengthFrom: offsetFrom,
      });
    }
    this.#offset = offset;
  }

  /**
   * Reads a run of octets through a reader of its own, which cannot leave it.
   *
   * @param length How many. @default {all that remain}
   * @param options The inner layer's name and byte order, and the field that gave the length.
   * @returns A reader at the run's first octet; this one is past its last.
   * @throws {DecodeError} If fewer remain, or the length is impossible.
   */
  sub(
    length: number = this.remaining,
    options: SubReaderOptions = {},
  ): ByteReader {
    const { layer = this.layer, lengthFrom, littleEndian = this.littleEndian } =
      options;
    const origin = this.origin + this.#offset;
    const bytes = this.take(length, lengthFrom);
    return new ByteReader(bytes, { layer, origin, littleEndian });
  }

  #advance(length: number, lengthFrom?: string): number {
    this.#require(length, lengthFrom);
    const start = this.#offset;
    this.#offset = start + length;
    return start;
  }

  #require(length: number, lengthFrom?: string): void {
    if (!(Number.isInteger(length) && length >= 0)) {
      throw this.#malformed(`impossible length ${length}`, lengthFrom);
    }
    if (length > this.remaining) {
      throw new DecodeError("cut short", {
        layer: this.layer,
        offset: this.origin + this.#offset,
        needed: length,
        available: this.remaining,
        lengthFrom,
      });
    }
  }

  #malformed(reason: string, lengthFrom: string | undefined): DecodeError {
    return new DecodeError(reason, {
      layer: this.layer,
      offset: this.origin + this.#offset,
      lengthFrom,
    });
  }
}
