/**
 * The head of a capture file in the classic pcap format, old variants included.
 *
 * @see draft-ietf-opsawg-pcap §4; pcap-savefile(5)
 *
 * @module
 */

import { hex } from "../bytes/hex.ts";
import { DecodeError } from "../errors.ts";

/** What a capture file says of itself and of all its packets. */
export interface FileHeader {
  /** What each packet starts with, as numbered at tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** The most octets of a packet that were to be kept; packets may hold more. */
  readonly snapLength: number;
  /** The unit of the time stamps: microseconds or nanoseconds. */
  readonly resolution: "us" | "ns";
  /** The octet order of the machine that wrote the file. */
  readonly byteOrder: "big" | "little";
}

/** The head of a pcap file, with what sets old variants apart. */
export interface PcapHeader extends FileHeader {
  /** Octets of the header before each packet. */
  readonly recordHeader: number;
  /**
   * Whether the lengths of a record stand in the wrong order: they did before
   * version 2.3, and in 2.3 with some writers.
   */
  readonly swapped: "never" | "always" | "where it shows";
}

/** Octets of the file header. */
export const FILE_HEADER = 24;
/** Octets of the header before each packet. */
export const RECORD_HEADER = 16;
/** The same in A. Kuznetsov's variant: interface, protocol and packet type follow. */
const PATCHED_HEADER = 24;

/** The magic numbers, as the octets that the file starts with. */
const MAGIC: ReadonlyMap<
  string,
  Pick<PcapHeader, "byteOrder" | "resolution" | "recordHeader">
> = new Map([
  ["a1b2c3d4", magic("big", "us", RECORD_HEADER)],
  ["d4c3b2a1", magic("little", "us", RECORD_HEADER)],
  ["a1b23c4d", magic("big", "ns", RECORD_HEADER)],
  ["4d3cb2a1", magic("little", "ns", RECORD_HEADER)],
  ["a1b2cd34", magic("big", "us", PATCHED_HEADER)],
  ["34cdb2a1", magic("little", "us", PATCHED_HEADER)],
]);

function magic(
  byteOrder: "big" | "little",
  resolution: "us" | "ns",
  recordHeader: number,
) {
  return { byteOrder, resolution, recordHeader };
}

/** What a file can start with, as far as it can be told from four octets. */
export type FileKind = "pcap" | "pcapng" | "gzip" | "zstd";

/**
 * Tells from its first octets what kind of file it is.
 *
 * @param octets The start of the file.
 * @returns The kind; `undefined` if there are not enough octets to tell.
 * @throws {DecodeError} If it is no capture file.
 *
 * @example
 * ```ts
 * import { fileKind } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(fileKind(Uint8Array.of(0x1f, 0x8b)), "gzip");
 * assert.equal(fileKind(Uint8Array.of(0x0a, 0x0d)), undefined);
 * ```
 */
export function fileKind(octets: Uint8Array): FileKind | undefined {
  const start = hex(octets.subarray(0, 4));
  if (start.startsWith("1f8b")) return "gzip";
  if (octets.length < 4) return undefined;
  if (MAGIC.has(start)) return "pcap";
  if (start === "0a0d0d0a") return "pcapng";
  // Zstandard, or what it lets a reader skip.
  if (start === "28b52ffd" || /^5.2a4d18$/.test(start)) return "zstd";
  throw new DecodeError(`unknown file format, magic number ${start}`, {
    layer: "pcap",
    offset: 0,
    hint: "file, or editcap -F pcapng in out, which reads many formats",
  });
}

/**
 * Decodes the first 24 octets of a pcap file.
 *
 * @param octets The start of the file.
 * @returns Link type, snap length, resolution of time, octet order, and how
 * records are to be read.
 * @throws {DecodeError} If it is another format, another version or cut short.
 * @see draft-ietf-opsawg-pcap §4
 *
 * @example
 * ```ts
 * import { decodeFileHeader } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * const octets = Uint8Array.fromHex(
 *   "a1b2c3d4" + "00020004" + "00000000" + "00000000" + "00040000" + "00000001",
 * );
 * assert.equal(decodeFileHeader(octets).snapLength, 262144);
 * ```
 */
export function decodeFileHeader(octets: Uint8Array): PcapHeader {
  if (octets.length < FILE_HEADER) throw headerCut(octets.length);
  const facts = MAGIC.get(hex(octets.subarray(0, 4)));
  if (facts === undefined) {
    throw new DecodeError("not a pcap file", { layer: "pcap", offset: 0 });
  }
  const view = new DataView(octets.buffer, octets.byteOffset);
  const little = facts.byteOrder === "little";
  const snapLength = view.getUint32(16, little);
  // The upper half says whether packets end in a frame check sequence.
  const linkType = view.getUint32(20, little) & 0xffff;
  const version = `${view.getUint16(4, little)}.${view.getUint16(6, little)}`;
  return { linkType, snapLength, ...facts, swapped: swapOf(version) };
}

/**
 * Says how lengths stand in a version. 2.4 has been the only one in use since
 * 1998; 543.0 is DG/UX's.
 */
function swapOf(version: string): PcapHeader["swapped"] {
  if (/^(2\.[012]|543\.0)$/.test(version)) return "always";
  if (version === "2.3") return "where it shows";
  if (version === "2.4") return "never";
  throw new DecodeError(`version ${version}, not 2.0 to 2.4 or 543.0`, {
    layer: "pcap",
    offset: 4,
  });
}

/**
 * Says that a file ends within its header.
 *
 * @param available How many octets there are.
 * @returns The error to throw.
 *
 * @example
 * ```ts
 * import { headerCut } from "./format.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(headerCut(2).needed, 24);
 * ```
 */
export function headerCut(available: number): DecodeError {
  return new DecodeError("file header cut short", {
    layer: "pcap",
    offset: 0,
    needed: FILE_HEADER,
    available,
  });
}
