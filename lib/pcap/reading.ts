/**
 * One reading of a capture from its start, whatever its format is.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";
import { DecodeError } from "../errors.ts";
import { type Compression, decompressed } from "./compressed.ts";
import {
  decodeFileHeader,
  FILE_HEADER,
  type FileHeader,
  fileKind,
  headerCut,
  type PcapHeader,
} from "./format.ts";
import { pcapInterface, PcapRecords } from "./pcap_records.ts";
import type { Interface } from "./pcapng_interface.ts";
import { PcapngRecords, readPreamble } from "./pcapng_records.ts";
import {
  type BufferUse,
  CHUNK,
  type RecordCheck,
  type Records,
} from "./records.ts";
import type { Source } from "./source.ts";

/** What a capture says of itself before its first packet. */
export interface CaptureHeader extends FileHeader {
  /** The file format. */
  readonly format: "pcap" | "pcapng";
  /** How the file is compressed, if it is. */
  readonly compression?: Compression;
  /**
   * The interfaces that are described before the first packet. A pcap file has
   * one, of which it says nothing but link type and snap length.
   */
  readonly interfaces: readonly Interface[];
}

/** A capture whose head has been read. */
export interface Reading {
  /** What it says there. */
  readonly header: CaptureHeader;
  /** The same as a pcap file has it. */
  readonly pcap: PcapHeader | undefined;
  /** The octets that have been read, from the first. */
  readonly head: Uint8Array;
  /** Where the rest comes from. */
  readonly source: Source;
  /** Whether `head` is the whole file, and somebody else's. */
  readonly isWhole: boolean;
  /** Opens the source once more, where that can be done. */
  readonly again: Source["again"];
}

/** Options for {@linkcode recordsOf}. */
export interface RecordsOptions {
  /** Which records to stop at. @default {all} */
  readonly check?: RecordCheck | undefined;
  /** Whether the lengths of sections are to be struck out. @default {false} */
  readonly unsized?: boolean | undefined;
}

/** The longest time without a turn for the rest of the program, in milliseconds. */
const SLICE = 20;

/**
 * Reads the head of a capture; if it is none, the source is closed.
 *
 * @param source Where it comes from, at its start.
 * @param options A signal that stops the reading; and whether octets in memory
 * are to be copied piece by piece, so that the copies may be changed.
 * @returns The reading.
 * @throws {DecodeError} If it is no capture.
 *
 * @example
 * ```ts
 * import { begin } from "./reading.ts";
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * const { header } = await begin(await openSource(octets));
 * assert.equal(header.format, "pcap");
 * ```
 */
export async function begin(
  source: Source,
  options: { signal?: AbortSignal | undefined; copy?: boolean } = {},
): Promise<Reading> {
  const { again } = source;
  using deadline = new Deadline("read", source.name, options);
  let from = source;
  let compression: Compression | undefined;
  let isWhole = source.octets !== undefined && options.copy !== true;
  let octets = isWhole ? source.octets! : new Uint8Array(CHUNK);
  let filled = isWhole ? octets.length : 0;
  let isEnd = isWhole;
  try {
    for (;;) {
      const head = octets.subarray(0, filled);
      const kind = fileKind(head);
      if (kind === "gzip" || kind === "zstd") {
        if (compression !== undefined) {
          const reason = `${kind} within ${compression}`;
          throw new DecodeError(reason, { layer: compression, offset: 0 });
        }
        compression = kind;
        from = decompressed(source, isWhole ? new Uint8Array(0) : head, kind);
        octets = new Uint8Array(CHUNK);
        filled = 0;
        isEnd = isWhole = false;
      } else {
        const found = readHeader(kind, head, isEnd, compression);
        if (found !== undefined) {
          return { ...found, head, source: from, isWhole, again };
        }
      }
      if (filled === octets.length) {
        const larger = new Uint8Array(2 * filled);
        larger.set(octets);
        octets = larger;
      }
      const room = octets.subarray(filled);
      const got = from.readSync?.(room) ?? await deadline.race(from.read(room));
      isEnd = got === 0;
      filled += got;
    }
  } catch (error) {
    await from.close();
    throw error;
  }
}

/** Reads the header out of the octets there are; `undefined` if more are needed. */
function readHeader(
  kind: "pcap" | "pcapng" | undefined,
  head: Uint8Array,
  isEnd: boolean,
  compression: Compression | undefined,
): Pick<Reading, "header" | "pcap"> | undefined {
  const packed = compression === undefined ? {} : { compression };
  if (kind === "pcapng") {
    const preamble = readPreamble(head, isEnd);
    if (preamble === undefined) return undefined;
    const { byteOrder, interfaces } = preamble;
    const { linkType, snapLength } = interfaces[0]!;
    // What a pcap file would need to keep the times.
    const isFine = interfaces.some(({ ticks }) => ticks > 1e6);
    const resolution = isFine ? "ns" : "us";
    const format = kind;
    const facts = { linkType, snapLength, resolution, byteOrder } as const;
    return {
      header: { format, ...packed, ...facts, interfaces },
      pcap: undefined,
    };
  }
  if (head.length < FILE_HEADER) {
    if (isEnd) throw headerCut(head.length);
    return undefined;
  }
  const pcap = decodeFileHeader(head);
  const { linkType, snapLength, resolution, byteOrder } = pcap;
  const interfaces = [pcapInterface(pcap)];
  const facts = { linkType, snapLength, resolution, byteOrder } as const;
  return { header: { format: "pcap", ...packed, ...facts, interfaces }, pcap };
}

/**
 * Makes the cursor of a reading, at the first record.
 *
 * @param reading The reading.
 * @param options Which records to stop at, and what to change.
 * @returns The cursor.
 *
 * @example
 * ```ts
 * import { begin, recordsOf } from "./reading.ts";
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * assert.equal(recordsOf(await begin(await openSource(octets))).next(), false);
 * ```
 */
export function recordsOf(
  { pcap, head }: Reading,
  options: RecordsOptions = {},
): PcapRecords | PcapngRecords {
  return pcap === undefined
    ? new PcapngRecords(head, options)
    : new PcapRecords(pcap, head, options.check);
}

/**
 * Fills the buffer of a cursor time and again, to the end of the capture.
 *
 * @param reading The reading; its source is left open.
 * @param records Its cursor.
 * @param use Whether packets still lie in a buffer that has been read.
 * @param options A signal that stops it, and what to ask after each buffer: it
 * throws if the reading is to end.
 * @returns The cursor, once a buffer.
 * @throws {DecodeError} If the capture ends within a record.
 *
 * @example
 * ```ts
 * import { begin, fill, recordsOf } from "./reading.ts";
 * import { openSource } from "./source.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * const reading = await begin(await openSource(octets));
 * for await (const records of fill(reading, recordsOf(reading), "reuse")) {
 *   assert.equal(records.next(), false);
 * }
 * ```
 */
export async function* fill<R extends Records>(
  { source, isWhole }: Reading,
  records: R,
  use: BufferUse,
  options: { signal?: AbortSignal | undefined; check?: () => void } = {},
): AsyncGenerator<R, void, void> {
  const { signal, check } = options;
  using deadline = new Deadline("read", source.name, { signal });
  let since = performance.now();
  for (;;) {
    yield records;
    check?.();
    if (records.isOver || isWhole) break;
    const room = records.room(use);
    let got: number;
    const isTurn = performance.now() - since > SLICE;
    if (source.readSync === undefined || isTurn) {
      got = await deadline.race(source.read(room));
      since = performance.now();
    } else {
      got = source.readSync(room);
    }
    if (got === 0) break;
    records.added(got);
  }
  // What our own close has cut off is no fault of the file.
  check?.();
  records.finish();
}
