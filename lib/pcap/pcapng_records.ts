/**
 * The packets of a pcapng file, and the blocks between them.
 *
 * @see draft-ietf-opsawg-pcapng §3, §4
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import {
  type Clock,
  decodeInterface,
  type Interface,
  readTime,
} from "./pcapng_interface.ts";
import type { BlockBody } from "./pcapng_options.ts";
import { capturedLimit, type RecordCheck, Records } from "./records.ts";

/** The numbers of the blocks that reading has to understand. */
export const BlockType = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete, and as the enhanced one but for a count of drops. */
  oldPacket: 2,
  simplePacket: 3,
  names: 4,
  statistics: 5,
  packet: 6,
  secrets: 0xa,
  custom: 0xbad,
  /** Not to be copied into files that something was changed in. */
  customLocal: 0x4000_0bad,
} as const;

/** What sections start with behind type and length, in their own octet order. */
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
/** Octets of a block's type and its two lengths. */
const BLOCK = 12;
/** The largest block, as in libpcap and Wireshark; more only for a long packet. */
const MAX_BLOCK = 16 * 1024 * 1024;
/** What a long packet's block may have besides. */
const MAX_OPTIONS = 1024 * 1024;
/** The most interfaces of a section: each takes memory. */
const MAX_INTERFACES = 65_536;

/** The least octets of the blocks that are read. */
const LEAST: Readonly<Record<number, number>> = {
  [BlockType.section]: 28,
  [BlockType.interface]: 20,
  [BlockType.oldPacket]: 32,
  [BlockType.simplePacket]: 16,
  [BlockType.packet]: 32,
};

/** Options for {@linkcode PcapngRecords}. */
export interface PcapngRecordsOptions {
  /** Which records to stop at. @default {all} */
  readonly check?: RecordCheck | undefined;
  /**
   * Whether to strike out, in the buffer, the lengths that sections give for
   * themselves: they do not hold if packets are left out. @default {false}
   */
  readonly unsized?: boolean | undefined;
}

/**
 * A cursor over the packets of a pcapng file, and over its blocks.
 *
 * @example
 * ```ts
 * import { PcapngRecords } from "./pcapng_records.ts";
 * import assert from "node:assert/strict";
 *
 * const records = new PcapngRecords(Uint8Array.fromHex(
 *   "0a0d0d0a" + "0000001c" + "1a2b3c4d" + "00010000" + "ffffffffffffffff" + "0000001c" +
 *     "00000001" + "00000014" + "00650000" + "00000000" + "00000014" +
 *     "00000003" + "00000014" + "00000002" + "aabb0000" + "00000014",
 * ));
 * assert.ok(records.next());
 * assert.deepEqual([records.linkType, records.end - records.start], [101, 2]);
 * assert.equal(records.seconds, undefined);
 * ```
 */
export class PcapngRecords extends Records {
  /** The number of the block that the cursor is at. */
  blockType = 0;
  protected override readonly layer = "pcapng";
  protected override readonly unit = "block";
  readonly #unsized: boolean;
  #little = false;
  #faces: Interface[] = [];
  #clocks: Clock[] = [];
  #limits: number[] = [];
  #largest = MAX_BLOCK;

  /**
   * Starts at the first block.
   *
   * @param octets The file from its start, as far as it has been read; not copied.
   * @param options Which records to stop at, and whether sections keep their lengths.
   */
  constructor(octets: Uint8Array, options: PcapngRecordsOptions = {}) {
    super(octets, 0, options.check);
    this.#unsized = options.unsized ?? false;
  }

  /** The interfaces of the section, as far as it has been read. */
  override get interfaces(): readonly Interface[] {
    return this.#faces;
  }

  /** The clock of an interface, by its number. */
  clock(index: number): Clock | undefined {
    return this.#clocks[index];
  }

  /** The block that the cursor is at. */
  get block(): BlockBody {
    return {
      octets: this.octets,
      view: this.view,
      start: this.recordStart,
      end: this.recordEnd,
      little: this.#little,
      offset: this.origin + this.recordStart,
    };
  }

  override get isPacket(): boolean {
    const { blockType } = this;
    return blockType === BlockType.packet ||
      blockType === BlockType.simplePacket ||
      blockType === BlockType.oldPacket;
  }

  /**
   * Goes to the next block, whatever it is; at a packet, sets the record's fields.
   *
   * @returns Whether there is a whole one in the buffer.
   * @throws {DecodeError} If the block is impossible.
   */
  override stepBlock(): boolean {
    if (this.isOver || !this.#advance()) return false;
    if (this.isPacket) this.number++;
    return true;
  }

  protected override advance(): boolean {
    while (this.#advance()) if (this.isPacket) return true;
    return false;
  }

  #advance(): boolean {
    const { at, view } = this;
    const available = this.filled - at;
    this.needed = BLOCK;
    if (available < BLOCK) return false;
    const type = view.getUint32(at, this.#little);
    if (type === BlockType.section) this.#readByteOrder();
    const little = this.#little;
    const length = view.getUint32(at + 4, little);
    if (length < (LEAST[type] ?? BLOCK) || length % 4 !== 0) {
      const least = LEAST[type] ?? BLOCK;
      throw this.fault(
        `block of ${length} octets, not a multiple of 4 from ${least}`,
        at,
        "block total length",
      );
    }
    if (length > this.#largest) {
      throw this.fault(
        `block of ${length} octets, ${this.#largest} at most`,
        at,
        "block total length",
      );
    }
    this.needed = length;
    if (available < length) return false;
    const end = at + length;
    if (view.getUint32(end - 4, little) !== length) {
      throw this.fault(
        `block of ${length} octets ends with another length, ${
          view.getUint32(end - 4, little)
        }`,
        end - 4,
      );
    }
    this.blockType = type;
    this.recordStart = at;
    this.recordEnd = end;
    switch (type) {
      case BlockType.packet:
      case BlockType.oldPacket:
        this.#packet(type, at, end, little);
        break;
      case BlockType.simplePacket:
        this.#simplePacket(at, end, little);
        break;
      case BlockType.section:
        this.#section(at, little);
        break;
      case BlockType.interface:
        this.#interface(at);
    }
    // Only now: an error must not be passed over by reading on.
    this.at = end;
    return true;
  }

  #readByteOrder(): void {
    const magic = this.view.getUint32(this.at + 8);
    this.#little = magic !== BYTE_ORDER_MAGIC;
    if (
      this.#little &&
      this.view.getUint32(this.at + 8, true) !== BYTE_ORDER_MAGIC
    ) {
      throw this.fault(
        `byte-order magic ${magic.toString(16).padStart(8, "0")}`,
        this.at + 8,
      );
    }
  }

  #section(at: number, little: boolean): void {
    const major = this.view.getUint16(at + 12, little);
    const minor = this.view.getUint16(at + 14, little);
    // 1.2 was written for some time, and is the same.
    if (major !== 1 || (minor !== 0 && minor !== 2)) {
      throw this.fault(`version ${major}.${minor}, not 1.0 or 1.2`, at + 12);
    }
    if (this.#unsized) this.octets.fill(0xff, at + 16, at + 24);
    this.#faces = [];
    this.#clocks = [];
    this.#limits = [];
    this.#largest = MAX_BLOCK;
  }

  #interface(at: number): void {
    const index = this.#faces.length;
    if (index === MAX_INTERFACES) {
      throw this.fault(`more than ${MAX_INTERFACES} interfaces`, at);
    }
    const { face, clock } = decodeInterface(this.block, index);
    const limit = capturedLimit(face.snapLength);
    this.#faces.push(face);
    this.#clocks.push(clock);
    this.#limits.push(limit);
    this.#largest = Math.max(this.#largest, limit + MAX_OPTIONS);
  }

  #packet(type: number, at: number, end: number, little: boolean): void {
    const { view } = this;
    const index = type === BlockType.packet
      ? view.getUint32(at + 8, little)
      : view.getUint16(at + 8, little);
    const clock = this.#clocks[index];
    if (clock === undefined) throw this.#unknownInterface(index, at);
    const captured = view.getUint32(at + 20, little);
    this.#checkCaptured(captured, index, at + 28, end - 4);
    readTime(
      this,
      clock,
      view.getUint32(at + 12, little),
      view.getUint32(at + 16, little),
    );
    this.interface = index;
    this.linkType = this.#faces[index]!.linkType;
    this.length = view.getUint32(at + 24, little);
    this.start = at + 28;
    this.end = at + 28 + captured;
  }

  #simplePacket(at: number, end: number, little: boolean): void {
    const face = this.#faces[0];
    if (face === undefined) throw this.#unknownInterface(0, at);
    const length = this.view.getUint32(at + 8, little);
    // It does not say how much there is, but for the snap length.
    const captured = Math.min(length, face.snapLength || length);
    this.#checkCaptured(captured, 0, at + 12, end - 4);
    this.seconds = undefined;
    this.nanoseconds = 0;
    this.interface = 0;
    this.linkType = face.linkType;
    this.length = length;
    this.start = at + 12;
    this.end = at + 12 + captured;
  }

  #checkCaptured(
    captured: number,
    index: number,
    start: number,
    end: number,
  ): void {
    const limit = this.#limits[index]!;
    if (captured > limit) {
      throw this.fault(
        `packet of ${captured} octets, ${limit} at most`,
        start,
        "captured length",
      );
    }
    if (captured <= end - start) return;
    throw new DecodeError("packet cut short", {
      layer: this.layer,
      offset: this.origin + start,
      needed: captured,
      available: end - start,
      lengthFrom: "captured length",
    });
  }

  #unknownInterface(index: number, at: number): DecodeError {
    return this.fault(
      `packet of interface ${index}, and ${this.#faces.length} are described`,
      at,
    );
  }
}

/** What a pcapng file says before its first packet. */
export interface Preamble {
  /** The octet order of the first section. */
  readonly byteOrder: "big" | "little";
  /** The interfaces that are described there: one at least. */
  readonly interfaces: readonly Interface[];
}

/** How far to look for an interface. */
const MAX_PREAMBLE = MAX_BLOCK;

/**
 * Reads the start of a pcapng file up to its first interface, and those that
 * follow as far as the octets go.
 *
 * @param octets The file from its start, as far as it has been read.
 * @param isAll Whether there are no more.
 * @returns What it says; `undefined` if more octets are needed.
 * @throws {DecodeError} If it is malformed, ends too early, or has packets
 * without an interface.
 *
 * @example
 * ```ts
 * import { readPreamble } from "./pcapng_records.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readPreamble(Uint8Array.fromHex("0a0d0d0a"), false), undefined);
 * assert.throws(() => readPreamble(Uint8Array.fromHex("0a0d0d0a"), true), /cut short/);
 * ```
 */
export function readPreamble(
  octets: Uint8Array,
  isAll: boolean,
): Preamble | undefined {
  const records = new PcapngRecords(octets);
  let byteOrder: "big" | "little" = "big";
  let found: readonly Interface[] = [];
  while (records.stepBlock() && !records.isPacket) {
    if (records.blockType === BlockType.section) {
      if (found.length > 0) break;
      byteOrder = records.block.little ? "little" : "big";
    }
    found = records.interfaces;
  }
  if (found.length > 0) return { byteOrder, interfaces: [...found] };
  if (isAll) records.finish();
  else if (octets.length < MAX_PREAMBLE) return undefined;
  throw new DecodeError("no interface is described", {
    layer: "pcapng",
    offset: records.position,
  });
}
