/**
 * Captures that are made of others: what is read of them is encoded anew, as it
 * is asked for.
 *
 * @module
 */

import { Capture } from "./capture.ts";
import { type EncodedPacket, PcapEncoder, PcapngEncoder } from "./encode.ts";
import type { Interface } from "./pcapng_interface.ts";
import { type BlockOption, padded, readOptions } from "./pcapng_options.ts";
import { BlockType, PcapngRecords } from "./pcapng_records.ts";
import { CaptureReader } from "./reader.ts";
import { CHUNK, type Records } from "./records.ts";
import { piecewise, type Source } from "./source.ts";

/** What the new capture says of itself. */
export interface DerivedHeader {
  /** What it is, for errors and for people. */
  readonly name: string;
  /** The format. */
  readonly format: "pcap" | "pcapng";
  /** What packets start with, in a pcap file. */
  readonly linkType: number;
  /** The unit of the time stamps. */
  readonly resolution: "us" | "ns";
}

/** Options of a packet that are numbers, and their octets. */
const NUMBERS: ReadonlyMap<number, number> = new Map([
  [2, 4],
  [4, 8],
  [5, 8],
  [6, 4],
]);

/**
 * Encodes records of several captures as one.
 *
 * @example
 * ```ts
 * import { RecordSink } from "./derived.ts";
 * import assert from "node:assert/strict";
 *
 * const header = { name: "new", format: "pcap", linkType: 1, resolution: "us" } as const;
 * const sink = new RecordSink(header, false);
 * assert.equal(sink.take().length, 24);
 * ```
 */
export class RecordSink {
  readonly #encoder: PcapEncoder | PcapngEncoder;
  readonly #isNameless: boolean;
  /** The number of each interface that has been described. */
  readonly #indexes = new Map<Interface, number>();
  /** The same by what it is: each reading and each section says it anew. */
  readonly #known = new Map<string, number>();

  /**
   * Starts a file.
   *
   * @param header What it says of itself.
   * @param isNameless Whether interfaces lose their names, and packets what is
   * written on them.
   */
  constructor(header: DerivedHeader, isNameless: boolean) {
    const { format, linkType, resolution } = header;
    const options = { resolution, little: true };
    this.#isNameless = isNameless;
    if (format === "pcap") {
      const encoder = this.#encoder = new PcapEncoder(options);
      encoder.begin(linkType);
    } else {
      const encoder = this.#encoder = new PcapngEncoder(options);
      encoder.begin();
    }
  }

  /** Whether there is enough to be taken. */
  get isFull(): boolean {
    return this.#encoder.used >= CHUNK / 4;
  }

  /**
   * Encodes the record that a cursor is at.
   *
   * @param records The cursor.
   * @param capture Which of several captures it is in.
   * @param packet The packet, if it is to be another. @default {the record's}
   */
  add(records: Records, capture = 0, packet: EncodedPacket = records): void {
    const encoder = this.#encoder;
    if (encoder instanceof PcapEncoder) return encoder.packet(packet);
    const face = records.interfaces[records.interface]!;
    const index = this.#indexes.get(face) ?? this.describe(face, capture);
    encoder.packet(index, packet, this.#isNameless ? [] : optionsOf(records));
  }

  /**
   * Describes an interface, once; a pcap file says nothing of it.
   *
   * @param face The interface.
   * @param capture Which of several captures it is of.
   * @returns Its number.
   */
  describe(face: Interface, capture = 0): number {
    if (this.#encoder instanceof PcapEncoder) return 0;
    const { linkType, snapLength, name, description } = face;
    const facts = this.#isNameless
      ? { linkType, snapLength }
      : { linkType, snapLength, name, description };
    const key = JSON.stringify([capture, face.index, facts]);
    const index = this.#known.get(key) ?? this.#encoder.interface(facts);
    this.#known.set(key, index);
    this.#indexes.set(face, index);
    return index;
  }

  /**
   * Gives what has been encoded, until the next record is.
   *
   * @returns The octets.
   */
  take(): Uint8Array {
    return this.#encoder.take();
  }
}

/** What is written on a packet, with numbers that have their low octet first. */
function optionsOf(records: Records): readonly BlockOption[] {
  if (!(records instanceof PcapngRecords)) return [];
  if (records.blockType !== BlockType.packet) return [];
  const { start, end, recordStart, recordEnd } = records;
  const after = start - recordStart + padded(end - start);
  if (recordEnd - recordStart - after <= 4) return [];
  const { block } = records;
  const { list } = readOptions(block, after);
  if (block.little) return list;
  return list.map(({ code, value }) => {
    const isNumber = NUMBERS.get(code) === value.length;
    return { code, value: isNumber ? value.toReversed() : value };
  });
}

/**
 * Opens a capture that is made of others. Nothing but their heads is needed for
 * that; they are read when it is.
 *
 * @param header What it says of itself.
 * @param from The captures that it is made of.
 * @param isNameless Whether names and comments are left out.
 * @param fill Reads them, each time that the new one is read: puts records into
 * the sink, and yields each time that it is full.
 * @returns The capture.
 *
 * @example
 * ```ts
 * import { derive } from "./derived.ts";
 * import assert from "node:assert/strict";
 *
 * const header = { name: "new", format: "pcap", linkType: 1, resolution: "us" } as const;
 * const capture = await derive(header, [], false, async function* () {});
 * assert.equal(await capture.count(), 0);
 * ```
 */
export async function derive(
  header: DerivedHeader,
  from: readonly Capture[],
  isNameless: boolean,
  fill: (sink: RecordSink) => AsyncGenerator<void, void, void>,
): Promise<Capture> {
  const octets = async function* () {
    const sink = new RecordSink(header, isNameless);
    for (const [capture, { interfaces }] of from.entries()) {
      for (const face of interfaces) sink.describe(face, capture);
    }
    yield sink.take();
    try {
      for await (const _ of fill(sink)) yield sink.take();
    } catch (error) {
      // What was whole before the trouble is there.
      yield sink.take();
      throw error;
    }
    yield sink.take();
  };
  const paths = from.flatMap((capture) => capture.paths);
  const open = (): Source => {
    const pieces = octets();
    return {
      name: header.name,
      paths,
      again: () => Promise.resolve(open()),
      read: piecewise(async () => {
        const { value, done } = await pieces.next();
        return done ? undefined : value;
      }),
      async close() {
        await pieces.return();
      },
    };
  };
  return new Capture(await CaptureReader.open(open()));
}
