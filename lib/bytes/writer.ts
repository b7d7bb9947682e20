/**
 * Octets that grow as they are written.
 *
 * @module
 */

import { checkOctets } from "./octets_check.ts";

/** Options for {@linkcode ByteWriter}. */
export interface ByteWriterOptions {
  /** Octets to make room for at first. @default {64} */
  capacity?: number | undefined;
  /** Whether numbers have their low octet first. @default {false} */
  littleEndian?: boolean | undefined;
}

/**
 * Writes numbers and runs of octets one after the other. A number that does
 * not fit its field throws a `RangeError`: nothing is cut silently.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const writer = new net.bytes.ByteWriter();
 * writer.u16(0).text("hello");
 * writer.setU16(0, writer.length - 2);
 * assert.equal(net.bytes.hex(writer.toBytes()), "000568656c6c6f");
 * ```
 */
export class ByteWriter {
  /** Whether numbers have their low octet first. */
  readonly littleEndian: boolean;
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /**
   * Starts empty.
   *
   * @param options The room at first, and the byte order.
   */
  constructor(options: ByteWriterOptions = {}) {
    const { capacity = 64, littleEndian = false } = options;
    mustFit("write", "capacity", capacity, Number.MAX_SAFE_INTEGER);
    this.littleEndian = littleEndian;
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  /** Writes an unsigned number of 1 octet. */
  u8(value: number): this {
    mustFit("write u8", "value", value, 0xff);
    return this.setU8(this.#grow(1), value);
  }

  /** Writes an unsigned number of 2 octets. */
  u16(value: number): this {
    mustFit("write u16", "value", value, 0xffff);
    return this.setU16(this.#grow(2), value);
  }

  /** Writes an unsigned number of 3 octets. */
  u24(value: number): this {
    mustFit("write u24", "value", value, 0xffffff);
    return this.setU24(this.#grow(3), value);
  }

  /** Writes an unsigned number of 4 octets. */
  u32(value: number): this {
    mustFit("write u32", "value", value, 0xffffffff);
    return this.setU32(this.#grow(4), value);
  }

  /** Writes an unsigned number of 8 octets. */
  u64(value: number | bigint): this {
    mustFit("write u64", "value", value, MAX_U64);
    return this.setU64(this.#grow(8), value);
  }

  /** Writes octets as they are. */
  bytes(bytes: Uint8Array): this {
    checkOctets("write octets", bytes);
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Writes a text as UTF-8, without a length or an end mark. */
  text(text: string): this {
    if (typeof text !== "string") {
      throw new TypeError(
        `Cannot write a text as 'text' must be a string: current value is ${
          Deno.inspect(text)
        }`,
      );
    }
    return this.bytes(new TextEncoder().encode(text));
  }

  /** Writes a run of one octet, zero unless given. */
  fill(length: number, octet = 0): this {
    mustFit("fill octets", "length", length, Number.MAX_SAFE_INTEGER);
    mustFit("fill octets", "octet", octet, 0xff);
    const at = this.#grow(length);
    this.#bytes.fill(octet, at, at + length);
    return this;
  }

  /** Overwrites an unsigned number of 1 octet. */
  setU8(offset: number, value: number): this {
    mustFit("write u8", "value", value, 0xff);
    this.#mustHold("u8", offset, 1);
    this.#view.setUint8(offset, value);
    return this;
  }

  /** Overwrites an unsigned number of 2 octets. */
  setU16(offset: number, value: number): this {
    mustFit("write u16", "value", value, 0xffff);
    this.#mustHold("u16", offset, 2);
    this.#view.setUint16(offset, value, this.littleEndian);
    return this;
  }

  /** Overwrites an unsigned number of 3 octets. */
  setU24(offset: number, value: number): this {
    mustFit("write u24", "value", value, 0xffffff);
    this.#mustHold("u24", offset, 3);
    const [low, high] = this.littleEndian ? [0, 2] : [2, 0];
    this.#view.setUint8(offset + low, value & 0xff);
    this.#view.setUint8(offset + 1, value >> 8 & 0xff);
    this.#view.setUint8(offset + high, value >> 16);
    return this;
  }

  /** Overwrites an unsigned number of 4 octets. */
  setU32(offset: number, value: number): this {
    mustFit("write u32", "value", value, 0xffffffff);
    this.#mustHold("u32", offset, 4);
    this.#view.setUint32(offset, value, this.littleEndian);
    return this;
  }

  /** Overwrites an unsigned number of 8 octets. */
  setU64(offset: number, value: number | bigint): this {
    mustFit("write u64", "value", value, MAX_U64);
    this.#mustHold("u64", offset, 8);
    this.#view.setBigUint64(offset, BigInt(value), this.littleEndian);
    return this;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(by: number): number {
    const start = this.#length;
    const end = start + by;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#length = end;
    return start;
  }

  #mustHold(kind: string, offset: number, size: number): void {
    if (
      !(Number.isInteger(offset) && offset >= 0 &&
        offset + size <= this.#length)
    ) {
      throw new RangeError(
        `Cannot write ${kind} as 'offset' must be within the ${this.#length} octets written: current value is ${offset}`,
      );
    }
  }
}

const MAX_U64 = 0xffff_ffff_ffff_ffffn;

function mustFit(
  op: string,
  name: string,
  value: number | bigint,
  most: number | bigint,
): void {
  if (
    !(value >= 0 && value <= most) ||
    (typeof value !== "bigint" && !Number.isInteger(value))
  ) {
    throw new RangeError(
      `Cannot ${op} as '${name}' must be a whole number from 0 to ${most}: current value is ${value}`,
    );
  }
}
