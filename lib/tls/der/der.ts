/**
 * Values in DER, the encoding that certificates, revocation lists and keys are
 * written in: a tag, a length and the contents, one within the other.
 *
 * Reading is lazy and never recursive, so depth costs nothing, and each length
 * is held against the value around it before anything is read.
 *
 * @see X.690 (DER), RFC 5280 §4.1
 * @module
 */

import { DecodeError } from "../../errors.ts";
import { decodeOid } from "./der_oid.ts";
import { contextTag, TAG, tagName } from "./der_tags.ts";
import { readTime } from "./der_time.ts";

export { contextTag, TAG } from "./der_tags.ts";
export { der, derInteger, derOid } from "./der_writer.ts";

/** One value: where it begins, where its contents do, and where it ends. */
export class DerValue {
  /** What this is a part of, from the first octet of the outermost value. */
  readonly source: Uint8Array;
  /** What is being read, for errors. */
  readonly layer: string;
  /** What the value is called, for errors. */
  readonly what: string;
  /** The first octet of the tag; a number above 30 stands in the bits above. */
  readonly tag: number;
  /** Octets from the start of the source to the tag. */
  readonly start: number;
  /** Octets from the start of the source to the contents. */
  readonly contentStart: number;
  /** Octets from the start of the source to what follows. */
  readonly end: number;

  /** Takes the parts as they are; {@linkcode DerReader} finds them. */
  constructor(
    source: Uint8Array,
    layer: string,
    what: string,
    tag: number,
    start: number,
    contentStart: number,
    end: number,
  ) {
    this.source = source;
    this.layer = layer;
    this.what = what;
    this.tag = tag;
    this.start = start;
    this.contentStart = contentStart;
    this.end = end;
  }

  /** The value with its tag and length; not copied. */
  get der(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }

  /** The contents; not copied. */
  get contents(): Uint8Array {
    return this.source.subarray(this.contentStart, this.end);
  }

  /** The same octets under another name, for errors that say more. */
  named(what: string): DerValue {
    const { source, layer, tag, start, contentStart, end } = this;
    return new DerValue(source, layer, what, tag, start, contentStart, end);
  }

  /**
   * The values inside, one after the other.
   *
   * @throws {DecodeError} If this holds no values.
   */
  inside(): DerReader {
    if ((this.tag & 0x20) === 0) {
      throw this.fault(`${this.what} holds octets and not values`);
    }
    return this.unwrapped();
  }

  /** The values that the octets inside are, whatever the tag: of an extension. */
  unwrapped(): DerReader {
    return new DerReader(
      this.source,
      this.layer,
      this.contentStart,
      this.end,
      this.what,
    );
  }

  /**
   * The contents as a whole number, of any size.
   *
   * @throws {DecodeError} If there is none, or in more octets than it needs.
   */
  integer(): bigint {
    const { contents } = this;
    const [first, second = 0] = contents;
    if (first === undefined) throw this.fault(`${this.what} has no digits`);
    if (
      contents.length > 1 &&
      (first === 0 && second < 0x80 || first === 0xff && second >= 0x80)
    ) {
      throw this.fault(`${this.what} is padded with octets of no use`);
    }
    const value = BigInt(`0x${contents.toHex()}`);
    return first < 0x80 ? value : value - (1n << BigInt(8 * contents.length));
  }

  /**
   * The contents as a whole number that has to be small.
   *
   * @param most The greatest that may be.
   * @throws {DecodeError} If it is negative or greater.
   */
  small(most = 0x7fff_ffff): number {
    const value = this.integer();
    if (value < 0n || value > BigInt(most)) {
      throw this.fault(`${this.what} is not within 0 and ${most}`);
    }
    return Number(value);
  }

  /** The contents as yes or no; BER's other ways to say yes are taken. */
  boolean(): boolean {
    if (this.contents.length !== 1) {
      throw this.fault(`${this.what} is no truth value`);
    }
    return this.contents[0] !== 0;
  }

  /** The contents as an object identifier, `"2.5.29.17"`. */
  oid(): string {
    return decodeOid(this.contents, (reason) =>
      this.fault(
        `${this.what} is no object identifier, ${reason}`,
      ));
  }

  /**
   * The contents as bits.
   *
   * @returns The octets, and how many bits at the end of the last say nothing.
   */
  bits(): { readonly octets: Uint8Array; readonly unused: number } {
    const { contents } = this;
    const [unused] = contents;
    if (
      unused === undefined || unused > 7 || unused > 8 * contents.length - 8
    ) {
      throw this.fault(`${this.what} has no count of unused bits`);
    }
    return { octets: contents.subarray(1), unused };
  }

  /** The contents as bits of which none may be left over: keys, signatures. */
  wholeBits(): Uint8Array {
    const { octets, unused } = this.bits();
    if (unused !== 0) throw this.fault(`${this.what} ends within an octet`);
    return octets;
  }

  /** The values that the octets of a bit string are, as of an RSA key. */
  withinBits(): DerReader {
    this.wholeBits();
    const { source, layer, contentStart, end, what } = this;
    return new DerReader(source, layer, contentStart + 1, end, what);
  }

  /** The numbers of the bits that are set, the first being 0. */
  bitNumbers(): number[] {
    const { octets, unused } = this.bits();
    const numbers: number[] = [];
    const length = Math.min(8 * octets.length - unused, 64);
    for (let i = 0; i < length; i++) {
      if ((octets[i >> 3]! & 0x80 >> (i & 7)) !== 0) numbers.push(i);
    }
    return numbers;
  }

  /** The contents as a moment: a UTCTime or a GeneralizedTime. */
  time(): Date {
    const date = readTime(
      this.contents,
      this.tag === TAG.generalizedTime || this.tag === contextTag(0, false),
    );
    if (date === undefined) throw this.fault(`${this.what} is no time`);
    return date;
  }

  /** An error that points at this value. */
  fault(reason: string): DecodeError {
    return new DecodeError(reason, { layer: this.layer, offset: this.start });
  }
}

/** A cursor over values that stand one after the other. */
export class DerReader {
  /** What this is a part of. */
  readonly source: Uint8Array;
  /** What is being read, for errors. */
  readonly layer: string;
  /** What the values are within, for errors. */
  readonly what: string;
  /** Octets from the start of the source to the end of the last value. */
  readonly end: number;
  #offset: number;

  /**
   * Starts before the first value.
   *
   * @param source What to read; not copied.
   * @param layer What is being read, for errors: `"certificate"`.
   * @param start Octets to the first value.
   * @param end Octets to the end of the last.
   * @param what What the values are within.
   */
  constructor(
    source: Uint8Array,
    layer: string,
    start = 0,
    end: number = source.length,
    what: string = layer,
  ) {
    this.source = source;
    this.layer = layer;
    this.#offset = start;
    this.end = end;
    this.what = what;
  }

  /** Octets from the start of the source to the next value. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether a value is left. */
  get more(): boolean {
    return this.#offset < this.end;
  }

  /** The first octet of the next value's tag, or nothing at the end. */
  get tag(): number | undefined {
    return this.more ? this.source[this.#offset] : undefined;
  }

  /**
   * Reads the next value, whatever it is.
   *
   * @param what What it is called.
   * @throws {DecodeError} If there is none, or its length is not DER's.
   */
  next(what: string): DerValue {
    const { source, layer, end } = this;
    const start = this.#offset;
    let at = start;
    const octet = (): number => {
      if (at >= end) throw this.#short(start, at - start + 1, what);
      return source[at++]!;
    };
    let tag = octet();
    if ((tag & 0x1f) === 0x1f) {
      let number = 0;
      for (;;) {
        const part = octet();
        if (number === 0 && part === 0x80 || number >= 1 << 16) {
          throw this.fault(`tag of ${what} is not as DER has it`, start);
        }
        number = number << 7 | part & 0x7f;
        if (part < 0x80) break;
      }
      if (number < 0x1f) {
        throw this.fault(`tag of ${what} is not as DER has it`, start);
      }
      tag |= number << 8;
    }
    let length = octet();
    if (length === 0x80) {
      throw this.fault(
        `${what} has no length, which BER allows and DER not`,
        start,
      );
    }
    if (length > 0x80) {
      const octets = length & 0x7f;
      // Six octets of length are more than any array holds.
      if (octets > 6) {
        throw this.fault(`length of ${what} is beyond all measure`, start);
      }
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + octet();
      if (length < 0x80 || length < 256 ** (octets - 1)) {
        throw this.fault(
          `length of ${what} is longer than it needs to be`,
          start,
        );
      }
    }
    if (length > end - at) {
      throw new DecodeError(`${what} goes beyond ${this.what}`, {
        layer,
        offset: start,
        needed: length,
        available: end - at,
      });
    }
    this.#offset = at + length;
    return new DerValue(source, layer, what, tag, start, at, at + length);
  }

  /**
   * Reads the next value, which has to have a tag.
   *
   * @param tag The tag.
   * @param what What it is called.
   * @throws {DecodeError} If there is none, or another one.
   */
  take(tag: number, what: string): DerValue {
    const value = this.next(what);
    if (value.tag !== tag) {
      throw this.fault(
        `${what} should be ${tagName(tag)} and is ${tagName(value.tag)}`,
        value.start,
      );
    }
    return value;
  }

  /** Reads the next value if it has the tag. */
  maybe(tag: number, what: string): DerValue | undefined {
    return this.tag === tag ? this.take(tag, what) : undefined;
  }

  /**
   * Reads the next value as a moment, of either kind.
   *
   * @param what What it is called.
   */
  time(what: string): Date {
    const value = this.next(what);
    if (value.tag !== TAG.utcTime && value.tag !== TAG.generalizedTime) {
      throw value.fault(`${what} is no time`);
    }
    return value.time();
  }

  /** The values that are left. */
  *rest(what: string): Generator<DerValue, void, void> {
    while (this.more) yield this.next(what);
  }

  /**
   * Makes sure that nothing is left.
   *
   * @throws {DecodeError} If something is.
   */
  done(): void {
    if (this.more) {
      throw this.fault(
        `${this.end - this.#offset} octets too many in ${this.what}`,
        this.#offset,
      );
    }
  }

  /** An error that points at an octet. */
  fault(reason: string, offset: number = this.#offset): DecodeError {
    return new DecodeError(reason, { layer: this.layer, offset });
  }

  #short(offset: number, needed: number, what: string): DecodeError {
    return new DecodeError(`${what} is missing or cut short`, {
      layer: this.layer,
      offset,
      needed,
      available: Math.max(0, this.end - offset),
    });
  }
}

/** Whether two runs of octets are the same. */
export function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
