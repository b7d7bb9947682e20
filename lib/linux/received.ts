/**
 * Netlink messages as they come: a reader that trusts no length.
 *
 * @see netlink(7), RFC 3549 §2
 * @module
 */

import { DecodeError } from "../errors.ts";
import { Address } from "../ip/address.ts";

const HEADER = 16;
const decoder = new TextDecoder();

/**
 * A cursor over attributes, and the value of the one that it is at.
 *
 * An attribute that reaches beyond its room ends the walk, as in the kernel; a
 * value shorter than what is read from it is an error.
 *
 * @example
 * ```ts
 * import { Attributes } from "./received.ts";
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint8Array.of(8, 0, 3, 0, 0x6c, 0x6f, 0, 0);
 * const attributes = new Attributes(bytes, 0, bytes.length);
 * assert.ok(attributes.next());
 * assert.equal(attributes.type, 3);
 * assert.equal(attributes.text(), "lo");
 * assert.equal(attributes.next(), false);
 * ```
 */
export class Attributes {
  /** The type of the present one, without the flags in its top two bits. */
  type = 0;
  /** Where its value starts. */
  start: number;
  /** The octets of its value. */
  length = 0;
  /** All octets of which the attributes are a part. */
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #next: number;
  readonly #end: number;

  /**
   * Stands before the first attribute.
   *
   * @param bytes The octets.
   * @param start Where the attributes begin.
   * @param end Where they end.
   * @param view A view on the same octets, where there is one. @default {a new one}
   */
  constructor(
    bytes: Uint8Array,
    start: number,
    end: number,
    view: DataView = viewOf(bytes),
  ) {
    this.bytes = bytes;
    this.#view = view;
    this.#next = start;
    this.start = start;
    this.#end = Math.min(end, bytes.length);
  }

  /** Goes to the next attribute; `false` if there is none. */
  next(): boolean {
    const at = this.#next;
    if (at + 4 > this.#end) return false;
    const length = this.#view.getUint16(at, true);
    if (length < 4 || at + length > this.#end) return false;
    this.type = this.#view.getUint16(at + 2, true) & 0x3fff;
    this.start = at + 4;
    this.length = length - 4;
    this.#next = at + ((length + 3) & ~3);
    return true;
  }

  #need(size: number, offset = 0): number {
    if (offset + size > this.length) {
      short(this.start, offset + size, this.length);
    }
    return this.start + offset;
  }

  /**
   * The value as 8 bits.
   *
   * @param offset Octets into the value, for one that is a struct.
   */
  u8(offset: number = 0): number {
    return this.bytes[this.#need(1, offset)]!;
  }

  /**
   * The value as 16 bits.
   *
   * @param offset Octets into the value.
   */
  u16(offset: number = 0): number {
    return this.#view.getUint16(this.#need(2, offset), true);
  }

  /**
   * The value as 16 bits in network order.
   *
   * @param offset Octets into the value.
   */
  be16(offset: number = 0): number {
    return this.#view.getUint16(this.#need(2, offset), false);
  }

  /**
   * The value as 32 bits.
   *
   * @param offset Octets into the value.
   */
  u32(offset: number = 0): number {
    return this.#view.getUint32(this.#need(4, offset), true);
  }

  /**
   * The value as 32 bits with a sign.
   *
   * @param offset Octets into the value.
   */
  i32(offset: number = 0): number {
    return this.#view.getInt32(this.#need(4, offset), true);
  }

  /**
   * The value as 64 bits: exact up to 2⁵³, which a counter of octets reaches
   * after 80 days at 10 Gb/s; above, the nearest number.
   *
   * @param offset Octets into the value.
   */
  u64(offset: number = 0): number {
    const at = this.#need(8, offset);
    return this.#view.getUint32(at, true) +
      this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** The value as text, to its first zero octet. */
  text(): string {
    let end = this.start;
    const last = this.start + this.length;
    while (end < last && this.bytes[end] !== 0) end++;
    return decoder.decode(this.bytes.subarray(this.start, end));
  }

  /**
   * The value as an address of 4 or 16 octets.
   *
   * @param skip Octets before it, for one that has its family there.
   * @throws {DecodeError} If it is of another length.
   */
  address(skip: number = 0): Address {
    const view = this.#view;
    const at = this.start + skip;
    const length = this.length - skip;
    if (length === 4) return new Address(4, 0, 0, 0, view.getInt32(at));
    if (length !== 16) short(at, 4, length);
    return new Address(
      6,
      view.getInt32(at),
      view.getInt32(at + 4),
      view.getInt32(at + 8),
      view.getInt32(at + 12),
    );
  }

  /** A copy of the value's octets. */
  octets(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(
      this.bytes.subarray(this.start, this.start + this.length),
    );
  }

  /**
   * The attributes that are the value.
   *
   * @param skip Octets of a struct before them.
   */
  nested(skip: number = 0): Attributes {
    return new Attributes(
      this.bytes,
      this.start + Math.min(skip, this.length),
      this.start + this.length,
      this.#view,
    );
  }
}

/** One message from the kernel: its header, and a reader for the rest. */
export class Received {
  /** The message's type. */
  readonly type: number;
  /** Its flags. */
  readonly flags: number;
  /** The number of the request that it answers; 0 for news. */
  readonly sequence: number;
  /** All octets of which it is a part: valid until the next is received. */
  readonly bytes: Uint8Array;
  /** Where what follows its header starts. */
  readonly start: number;
  /** Where it ends. */
  readonly end: number;
  readonly #view: DataView;

  /**
   * Reads a header.
   *
   * @param bytes The octets, which hold the message whole.
   * @param view A view on them.
   * @param at Where the header starts.
   * @param end Where the message ends.
   */
  constructor(bytes: Uint8Array, view: DataView, at: number, end: number) {
    this.bytes = bytes;
    this.#view = view;
    this.type = view.getUint16(at + 4, true);
    this.flags = view.getUint16(at + 6, true);
    this.sequence = view.getUint32(at + 8, true);
    this.start = at + HEADER;
    this.end = end;
  }

  #need(size: number, offset: number): number {
    const at = this.start + offset;
    if (at + size > this.end) {
      short(this.start, offset + size, this.end - this.start);
    }
    return at;
  }

  /**
   * 8 bits of the struct after the header.
   *
   * @param offset Octets from the end of the header.
   */
  u8(offset: number): number {
    return this.bytes[this.#need(1, offset)]!;
  }

  /**
   * 16 bits of the struct after the header.
   *
   * @param offset Octets from the end of the header.
   */
  u16(offset: number): number {
    return this.#view.getUint16(this.#need(2, offset), true);
  }

  /**
   * 16 bits in network order.
   *
   * @param offset Octets from the end of the header.
   */
  be16(offset: number): number {
    return this.#view.getUint16(this.#need(2, offset), false);
  }

  /**
   * 32 bits of the struct after the header.
   *
   * @param offset Octets from the end of the header.
   */
  u32(offset: number): number {
    return this.#view.getUint32(this.#need(4, offset), true);
  }

  /**
   * 32 bits with a sign.
   *
   * @param offset Octets from the end of the header.
   */
  i32(offset: number): number {
    return this.#view.getInt32(this.#need(4, offset), true);
  }

  /**
   * 64 bits, exact up to 2⁵³.
   *
   * @param offset Octets from the end of the header.
   */
  u64(offset: number): number {
    return this.u32(offset) + this.u32(offset + 4) * 2 ** 32;
  }

  /**
   * The attributes after the struct.
   *
   * @param skip The octets of the struct.
   */
  attributes(skip: number): Attributes {
    return new Attributes(
      this.bytes,
      this.start + ((skip + 3) & ~3),
      this.end,
      this.#view,
    );
  }
}

/**
 * Walks the messages of a datagram. One whose length cannot be ends the walk.
 *
 * @param bytes The datagram.
 * @param each Called with each message in turn; it holds views on `bytes`.
 *
 * @example
 * ```ts
 * import { Message, REQUEST } from "./message.ts";
 * import { readMessages } from "./received.ts";
 * import assert from "node:assert/strict";
 *
 * const types: number[] = [];
 * readMessages(new Message(18, REQUEST).seal(1), ({ type }) => types.push(type));
 * assert.deepEqual(types, [18]);
 * ```
 */
export function readMessages(
  bytes: Uint8Array,
  each: (message: Received) => void,
): void {
  const view = viewOf(bytes);
  let at = 0;
  while (at + HEADER <= bytes.length) {
    const length = view.getUint32(at, true);
    if (length < HEADER || length > bytes.length - at) return;
    each(new Received(bytes, view, at, at + length));
    // Not `& ~3`: a length above 2^31 would turn negative.
    at += Math.ceil(length / 4) * 4;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function short(offset: number, needed: number, available: number): never {
  throw new DecodeError("cut short", {
    layer: "netlink",
    offset,
    needed,
    available: Math.max(0, available),
  });
}
