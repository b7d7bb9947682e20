/**
 * Records put into octets, in one of the two formats.
 *
 * @module
 */

import { FILE_HEADER, RECORD_HEADER } from "./format.ts";
import { type BlockOption, padded } from "./pcapng_options.ts";
import { BlockType } from "./pcapng_records.ts";
import { CHUNK, dataView } from "./records.ts";

/** The most octets that a packet of a capture file may have, as in libpcap. */
export const SNAP_LENGTH = 262_144;

/** How a file is to be written. */
export interface EncoderOptions {
  /** The unit of the time stamps. */
  readonly resolution: "us" | "ns";
  /** Whether numbers have their low octet first. */
  readonly little: boolean;
}

/** What is written of an interface. */
export interface EncodedInterface {
  /** What its packets start with. */
  readonly linkType: number;
  /** The most octets of a packet. @default {262144} */
  readonly snapLength?: number | undefined;
  /** Its name. */
  readonly name?: string | undefined;
  /** What it is, in words. */
  readonly description?: string | undefined;
}

/** A packet that is to be written: a `Records` cursor or a frame. */
export interface EncodedPacket {
  /** The buffer that it lies in. */
  readonly octets: Uint8Array;
  /** Its first octet there. */
  readonly start: number;
  /** The octet after its last. */
  readonly end: number;
  /** Octets that it had on the wire. */
  readonly length: number;
  /** Whole seconds since 1970; 0 is written if they are not known. */
  readonly seconds: number | undefined;
  /** And nanoseconds. */
  readonly nanoseconds: number;
}

/**
 * A file that is being written into a buffer.
 *
 * @example
 * ```ts
 * import { PcapEncoder } from "./encode.ts";
 * import assert from "node:assert/strict";
 *
 * const encoder = new PcapEncoder({ resolution: "us", little: false });
 * encoder.begin(1);
 * assert.equal(encoder.take().length, 24);
 * ```
 */
export abstract class Encoder {
  /** Octets that wait to be taken. */
  used = 0;
  protected octets: Uint8Array = new Uint8Array(CHUNK / 4);
  protected view: DataView = dataView(this.octets);
  protected readonly little: boolean;
  protected readonly resolution: "us" | "ns";

  /**
   * Starts with nothing.
   *
   * @param options Resolution and octet order.
   */
  constructor({ resolution, little }: EncoderOptions) {
    this.resolution = resolution;
    this.little = little;
  }

  /**
   * Gives what has been encoded, in place: before more is, it must be written,
   * or be told to be {@linkcode Encoder.leave left}.
   *
   * @returns The octets.
   */
  take(): Uint8Array {
    const octets = this.octets.subarray(0, this.used);
    this.used = 0;
    return octets;
  }

  /** Leaves the buffer to whoever took it, and starts another. */
  leave(): void {
    this.octets = new Uint8Array(CHUNK / 4);
    this.view = dataView(this.octets);
  }

  /** Makes room for so many octets, and says where they start. */
  protected reserve(count: number): number {
    const at = this.used;
    this.used += count;
    if (this.used > this.octets.length) {
      const larger = new Uint8Array(2 * this.used);
      larger.set(this.octets.subarray(0, at));
      this.octets = larger;
      this.view = dataView(larger);
    }
    return at;
  }

  /** Copies a packet's octets to their place. */
  protected copy({ octets, start, end }: EncodedPacket, at: number): void {
    const whole = start === 0 && end === octets.length;
    this.octets.set(whole ? octets : octets.subarray(start, end), at);
  }

  /** Checks that a time can be written. */
  protected checkTime(seconds: number, last: number): void {
    if (seconds >= 0 && seconds <= last) return;
    throw new RangeError(
      `Cannot write a packet as its time must be from 0 to ${last} seconds after 1970: current value is ${seconds}`,
    );
  }
}

/**
 * Encodes the classic pcap format.
 *
 * @see draft-ietf-opsawg-pcap §4, §5
 *
 * @example
 * ```ts
 * import { PcapEncoder } from "./encode.ts";
 * import assert from "node:assert/strict";
 *
 * const encoder = new PcapEncoder({ resolution: "ns", little: false });
 * const octets = Uint8Array.of(1, 2);
 * encoder.packet({ octets, start: 0, end: 2, length: 60, seconds: 1, nanoseconds: 2 });
 * assert.equal(encoder.take().toHex(), "0000000100000002000000020000003c0102");
 * ```
 */
export class PcapEncoder extends Encoder {
  /**
   * Encodes the file's header.
   *
   * @param linkType What packets start with.
   */
  begin(linkType: number): void {
    const magic = this.resolution === "ns" ? 0xa1b23c4d : 0xa1b2c3d4;
    const at = this.reserve(FILE_HEADER);
    const { view, little } = this;
    view.setUint32(at, magic, little);
    view.setUint16(at + 4, 2, little);
    view.setUint16(at + 6, 4, little);
    view.setUint32(at + 8, 0);
    view.setUint32(at + 12, 0);
    view.setUint32(at + 16, SNAP_LENGTH, little);
    view.setUint32(at + 20, linkType, little);
  }

  /**
   * Encodes a packet.
   *
   * @param packet The packet.
   */
  packet(packet: EncodedPacket): void {
    const { seconds = 0, nanoseconds, start, end, length } = packet;
    const captured = end - start;
    // Some files have more than a second's worth of microseconds.
    const carry = Math.floor(nanoseconds / 1e9);
    this.checkTime(seconds + carry, 0xffff_ffff);
    const at = this.reserve(RECORD_HEADER + captured);
    const { view, little } = this;
    const rest = nanoseconds - carry * 1e9;
    const fraction = this.resolution === "ns" ? rest : Math.floor(rest / 1000);
    view.setUint32(at, seconds + carry, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, captured, little);
    view.setUint32(at + 12, length, little);
    this.copy(packet, at + RECORD_HEADER);
  }
}

const TEXT = new TextEncoder();
const NO_LENGTH = 0xffff_ffff_ffff_ffffn;
/** The last second that 64 bits can say in nanoseconds. */
const LAST_SECOND = 18_446_744_072;
/** Options that are written. */
const Option = {
  application: 4,
  name: 2,
  description: 3,
  resolution: 9,
};

/**
 * Encodes the pcapng format.
 *
 * @see draft-ietf-opsawg-pcapng §4
 *
 * @example
 * ```ts
 * import { PcapngEncoder } from "./encode.ts";
 * import assert from "node:assert/strict";
 *
 * const encoder = new PcapngEncoder({ resolution: "ns", little: true });
 * encoder.begin();
 * assert.equal(encoder.interface({ linkType: 1 }), 0);
 * assert.equal(encoder.interface({ linkType: 101 }), 1);
 * ```
 */
export class PcapngEncoder extends Encoder {
  #interfaces = 0;

  /** Encodes the start of a section. */
  begin(): void {
    const application = TEXT.encode("netrepl");
    const options = [{ code: Option.application, value: application }];
    const at = this.#block(BlockType.section, 16, options);
    const { view, little } = this;
    view.setUint32(at, 0x1a2b3c4d, little);
    view.setUint16(at + 4, 1, little);
    view.setUint16(at + 6, 0, little);
    view.setBigUint64(at + 8, NO_LENGTH);
    this.#interfaces = 0;
  }

  /**
   * Encodes the description of an interface.
   *
   * @param face The interface.
   * @returns Its number.
   */
  interface(face: EncodedInterface): number {
    const { linkType, snapLength = SNAP_LENGTH, name, description } = face;
    const options: BlockOption[] = [];
    if (name !== undefined) {
      options.push({ code: Option.name, value: TEXT.encode(name) });
    }
    if (description !== undefined) {
      const value = TEXT.encode(description);
      options.push({ code: Option.description, value });
    }
    const value = Uint8Array.of(this.resolution === "ns" ? 9 : 6);
    options.push({ code: Option.resolution, value });
    const at = this.#block(BlockType.interface, 8, options);
    this.view.setUint16(at, linkType, this.little);
    this.view.setUint16(at + 2, 0);
    this.view.setUint32(at + 4, snapLength, this.little);
    return this.#interfaces++;
  }

  /**
   * Encodes a packet.
   *
   * @param index The interface's number.
   * @param packet The packet.
   * @param options What to write on it: comments, flags.
   */
  packet(
    index: number,
    packet: EncodedPacket,
    options: readonly BlockOption[] = [],
  ): void {
    const { seconds = 0, nanoseconds, start, end, length } = packet;
    const captured = end - start;
    this.checkTime(seconds, LAST_SECOND);
    const at = this.#block(BlockType.packet, 20 + padded(captured), options);
    const { view, little } = this;
    view.setUint32(at, index, little);
    // A product of 62 bits, in digits of 16: bigints cost ten times as much.
    const isFine = this.resolution === "ns";
    const ticks = isFine ? 1e9 : 1e6;
    const fraction = isFine ? nanoseconds : Math.floor(nanoseconds / 1000);
    const low = (seconds & 0xffff) * ticks + fraction;
    const high = Math.floor(seconds / 0x1_0000) * ticks +
      Math.floor(low / 0x1_0000);
    view.setUint32(at + 4, Math.floor(high / 0x1_0000), little);
    view.setUint32(at + 8, high % 0x1_0000 * 0x1_0000 + low % 0x1_0000, little);
    view.setUint32(at + 12, captured, little);
    view.setUint32(at + 16, length, little);
    this.copy(packet, at + 20);
    this.octets.fill(0, at + 20 + captured, at + 20 + padded(captured));
  }

  /** Encodes a block but for its body; gives where that is to be. */
  #block(
    type: number,
    body: number,
    options: readonly BlockOption[],
  ): number {
    let length = 12 + body;
    for (const { value } of options) length += 4 + padded(value.length);
    if (options.length > 0) length += 4;
    const start = this.reserve(length);
    const { view, little } = this;
    view.setUint32(start, type, little);
    view.setUint32(start + 4, length, little);
    let at = start + 8 + body;
    for (const { code, value } of options) {
      view.setUint16(at, code, little);
      view.setUint16(at + 2, value.length, little);
      this.octets.set(value, at + 4);
      const end = at + 4 + padded(value.length);
      this.octets.fill(0, at + 4 + value.length, end);
      at = end;
    }
    if (options.length > 0) view.setUint32(at, 0);
    view.setUint32(start + length - 4, length, little);
    return start + 8;
  }
}
