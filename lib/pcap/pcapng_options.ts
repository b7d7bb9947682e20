/**
 * The options at the end of a pcapng block: numbered, of any length, in any order.
 *
 * @see draft-ietf-opsawg-pcapng §3.5
 *
 * @module
 */

import { DecodeError } from "../errors.ts";

/** One option of a block, as it stands there. */
export interface BlockOption {
  /** Its number; what it means depends on the block, below 2 and above 2987 not. */
  readonly code: number;
  /** Its octets, without padding; not copied. */
  readonly value: Uint8Array;
}

/** Octets of a block in memory. */
export interface BlockBody {
  /** The buffer that the block lies in. */
  readonly octets: Uint8Array;
  /** The same buffer, for numbers. */
  readonly view: DataView;
  /** The block's first octet in the buffer. */
  readonly start: number;
  /** The octet after its last. */
  readonly end: number;
  /** Whether numbers have their low octet first. */
  readonly little: boolean;
  /** The block's place in the file. */
  readonly offset: number;
}

/** The option that every block can have: text for people. */
const COMMENT = 1;
/** Octets of an option's number and length. */
const HEADER = 4;
const TEXT = new TextDecoder();

/**
 * The options of one block, by number.
 *
 * @example
 * ```ts
 * import { BlockOptions } from "./pcapng_options.ts";
 * import assert from "node:assert/strict";
 *
 * const options = new BlockOptions([{ code: 9, value: Uint8Array.of(6) }], true);
 * assert.equal(options.number(9, 1), 6);
 * ```
 */
export class BlockOptions {
  /** All of them, in the order of the file. */
  readonly list: readonly BlockOption[];
  readonly #little: boolean;

  /**
   * Takes options that have been read.
   *
   * @param list The options.
   * @param little Whether numbers in them have their low octet first.
   */
  constructor(list: readonly BlockOption[], little: boolean) {
    this.list = list;
    this.#little = little;
  }

  /** The comments. */
  get comments(): readonly string[] {
    return this.all(COMMENT).map((value) => TEXT.decode(value));
  }

  /** All the values of an option, of at least so many octets. */
  all(code: number, octets = 0): Uint8Array[] {
    return this.list
      .filter((option) => option.code === code && option.value.length >= octets)
      .map(({ value }) => value);
  }

  /** The first value of an option, if it has so many octets. */
  first(code: number, octets = 0): Uint8Array | undefined {
    return this.all(code, octets)[0];
  }

  /** An option that is text; writers that end it with a zero octet exist. */
  text(code: number): string | undefined {
    const value = this.first(code);
    return value && TEXT.decode(value).replace(/\0+$/, "");
  }

  /** An option that is a number of 1, 4 or 8 octets, without a sign. */
  number(code: number, octets: 1 | 4 | 8): number | undefined {
    if (octets === 8) {
      const value = this.bigint(code);
      return value === undefined ? undefined : Number(value);
    }
    const value = this.first(code, octets);
    if (value === undefined || octets === 1) return value?.[0];
    return viewOf(value).getUint32(0, this.#little);
  }

  /** An option that is a number of 8 octets, without a sign. */
  bigint(code: number): bigint | undefined {
    const value = this.first(code, 8);
    return value && viewOf(value).getBigUint64(0, this.#little);
  }

  /** An option that is a time stamp: its high and its low half. */
  halves(code: number): readonly [high: number, low: number] | undefined {
    const value = this.first(code, 8);
    if (value === undefined) return undefined;
    const view = viewOf(value);
    return [view.getUint32(0, this.#little), view.getUint32(4, this.#little)];
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/**
 * Reads the options of a block.
 *
 * @param block The block.
 * @param from Where they start, counted from the block's first octet.
 * @returns The options; empty if there are none.
 * @throws {DecodeError} If one goes beyond the end of the block.
 *
 * @example
 * ```ts
 * import { readOptions } from "./pcapng_options.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex("00010002" + "68690000" + "00000000" + "00000014");
 * const view = new DataView(octets.buffer);
 * const block = { octets, view, start: 0, end: 16, little: false, offset: 0 };
 * assert.deepEqual(readOptions(block, 0).comments, ["hi"]);
 * ```
 */
export function readOptions(block: BlockBody, from: number): BlockOptions {
  const { octets, view, start, little, offset } = block;
  const end = block.end - 4;
  const list: BlockOption[] = [];
  for (let at = start + from; at < end;) {
    const available = end - at;
    const length = available < HEADER ? 0 : view.getUint16(at + 2, little);
    if (available < HEADER + length) {
      throw new DecodeError("option cut short", {
        layer: "pcapng",
        offset: offset + at - start,
        needed: HEADER + length,
        available,
      });
    }
    const code = view.getUint16(at, little);
    if (code === 0) break;
    const value = octets.subarray(at + HEADER, at + HEADER + length);
    list.push({ code, value });
    at += HEADER + padded(length);
  }
  return new BlockOptions(list, little);
}

/**
 * Rounds a length up to the four octets that all in pcapng is padded to.
 *
 * @param length Octets.
 * @returns Octets with padding.
 *
 * @example
 * ```ts
 * import { padded } from "./pcapng_options.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([padded(0), padded(1), padded(4)], [0, 4, 4]);
 * ```
 */
export function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}
