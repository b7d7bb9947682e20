/**
 * Netlink messages under construction.
 *
 * A message is a header of 16 octets, a struct that its type names, and
 * attributes of `length, type, value`, each padded to four octets; values may
 * be attributes in turn. Numbers are in the machine's order, which on all that
 * the runtime supports is little-endian, unless a protocol says network order.
 *
 * @see netlink(7), RFC 3549 §2
 * @module
 */

export * from "./received.ts";

/** Flags of a request. */
export const REQUEST = 0x1;
/** The kernel answers with an acknowledgement, also when all went well. */
export const ACK = 0x4;
/** Asks for everything there is: NLM_F_ROOT | NLM_F_MATCH. */
export const DUMP = 0x300;
/** Takes the place of what is there. */
export const REPLACE = 0x100;
/** Refuses if it is there. */
export const EXCL = 0x200;
/** Makes it if it is not there. */
export const CREATE = 0x400;
/** Adds it at the end of a list: a further next hop or route alike. */
export const APPEND = 0x800;

/** Set on an attribute's type when its value is attributes. */
export const NESTED = 0x8000;
/** Set on an attribute's type when its value is in network order. */
export const NETWORK_ORDER = 0x4000;

const HEADER = 16;
const encoder = new TextEncoder();

/** What a message does, for the error if the kernel refuses it. */
export interface Purpose {
  /** A verb phrase: `"add link"`. */
  readonly op: string;
  /** To what: `"eth0"`. */
  readonly target?: string | undefined;
}

/**
 * A request under construction. Every method gives the message itself, so that
 * calls chain.
 *
 * @example
 * ```ts
 * import { ACK, Message, REQUEST } from "./message.ts";
 * import assert from "node:assert/strict";
 *
 * const message = new Message(16, REQUEST | ACK).struct(new Uint8Array(16)).text(3, "eth0");
 * assert.equal(message.seal(1).length, 16 + 16 + 12);
 * ```
 */
export class Message {
  /** The message's type: 16 is RTM_NEWLINK. */
  readonly type: number;
  /** NLM_F_… flags, together. */
  readonly flags: number;
  /** What it does, for the error if it fails. */
  readonly purpose: Purpose;
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = HEADER;

  /**
   * Starts a message with its header.
   *
   * @param type The message's type.
   * @param flags NLM_F_… flags, together.
   * @param purpose What it does, for the error if it fails.
   */
  constructor(
    type: number,
    flags: number,
    purpose: Purpose = { op: "ask the kernel about", target: "netlink" },
  ) {
    this.type = type;
    this.flags = flags;
    this.purpose = purpose;
  }

  /** The octets that it has so far. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `size` octets, padded to four, and gives their place. */
  #grow(size: number): number {
    const at = this.#length;
    const end = at + ((size + 3) & ~3);
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(end * 2);
      grown.set(this.#bytes);
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = end;
    return at;
  }

  #attribute(type: number, size: number): number {
    if (size + 4 > 0xffff) {
      throw new RangeError(
        `Cannot build a netlink message as an attribute must be 65531 octets or less: current value is ${size}`,
      );
    }
    const at = this.#grow(size + 4);
    this.#view.setUint16(at, size + 4, true);
    this.#view.setUint16(at + 2, type, true);
    return at + 4;
  }

  /**
   * Appends a struct, or other octets that are no attribute, padded to four.
   *
   * @param bytes Its octets.
   */
  struct(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /**
   * Appends an attribute of any octets.
   *
   * @param type The attribute's type.
   * @param bytes Its value.
   */
  octets(type: number, bytes: Uint8Array): this {
    const at = this.#attribute(type, bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /**
   * Appends an attribute that says all by being there.
   *
   * @param type The attribute's type.
   */
  flag(type: number): this {
    this.#attribute(type, 0);
    return this;
  }

  /**
   * Appends an attribute of 8 bits.
   *
   * @param type The attribute's type.
   * @param value Its value.
   */
  u8(type: number, value: number): this {
    const at = this.#attribute(type, 1);
    this.#view.setUint8(at, value);
    return this;
  }

  /**
   * Appends an attribute of 16 bits.
   *
   * @param type The attribute's type.
   * @param value Its value.
   */
  u16(type: number, value: number): this {
    const at = this.#attribute(type, 2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  /**
   * Appends an attribute of 16 bits in network order, as ports and EtherTypes
   * are.
   *
   * @param type The attribute's type.
   * @param value Its value.
   */
  be16(type: number, value: number): this {
    const at = this.#attribute(type, 2);
    this.#view.setUint16(at, value, false);
    return this;
  }

  /**
   * Appends an attribute of 32 bits.
   *
   * @param type The attribute's type.
   * @param value Its value.
   */
  u32(type: number, value: number): this {
    const at = this.#attribute(type, 4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  /**
   * Appends an attribute of 32 bits with a sign.
   *
   * @param type The attribute's type.
   * @param value Its value.
   */
  i32(type: number, value: number): this {
    const at = this.#attribute(type, 4);
    this.#view.setInt32(at, value, true);
    return this;
  }

  /**
   * Appends an attribute of 64 bits.
   *
   * @param type The attribute's type.
   * @param value Its value.
   */
  u64(type: number, value: bigint | number): this {
    const at = this.#attribute(type, 8);
    this.#view.setBigUint64(at, BigInt(value), true);
    return this;
  }

  /**
   * Appends an attribute of text, with the zero octet after it.
   *
   * @param type The attribute's type.
   * @param text Its value.
   */
  text(type: number, text: string): this {
    return this.octets(type, encoder.encode(`${text}\0`));
  }

  /**
   * Appends an attribute of attributes.
   *
   * @param type The attribute's type, with {@linkcode NESTED} where the kernel
   * wants it.
   * @param fill Appends what goes inside, to this same message.
   */
  nest(type: number, fill: (message: this) => void): this {
    const at = this.#attribute(type, 0) - 4;
    fill(this);
    const length = this.#length - at;
    if (length > 0xffff) {
      throw new RangeError(
        `Cannot build a netlink message as an attribute must be 65531 octets or less: current value is ${
          length - 4
        }`,
      );
    }
    this.#view.setUint16(at, length, true);
    return this;
  }

  /**
   * Writes the header.
   *
   * @param sequence The number by which the answer is known.
   * @param flags Flags to set beside its own.
   * @returns The whole message: a view that lasts until it changes.
   */
  seal(sequence: number, flags: number = 0): Uint8Array<ArrayBuffer> {
    const view = this.#view;
    view.setUint32(0, this.#length, true);
    view.setUint16(4, this.type, true);
    view.setUint16(6, this.flags | flags, true);
    view.setUint32(8, sequence, true);
    view.setUint32(12, 0, true);
    return this.#bytes.subarray(0, this.#length);
  }
}
