/**
 * The head of a capture file in the classic pcap format.
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

/** Octets of the file header. */
export const FILE_HEADER = 24;
/** Octets of the header before each packet. */
export const RECORD_HEADER = 16;

/** The four magic numbers, as the octets that the file starts with. */
const MAGIC: ReadonlyMap<
  string,
  Pick<FileHeader, "byteOrder" | "resolution">
> = new Map([
  ["a1b2c3d4", { byteOrder: "big", resolution: "us" }],
  ["d4c3b2a1", { byteOrder: "little", resolution: "us" }],
  ["a1b23c4d", { byteOrder: "big", resolution: "ns" }],
  ["4d3cb2a1", { byteOrder: "little", resolution: "ns" }],
]);

/** The only version in use since 1998; before it lengths were swapped at times. */
const MAJOR = 2;
const MINOR = 4;

/**
 * Decodes the first 24 octets of a capture file.
 *
 * @param octets The start of the file.
 * @param path The file's path, for hints.
 * @returns Link type, snap length, resolution of time, octet order.
 * @throws {DecodeError} If it is another format or cut short; the hint says how
 * to make a pcap file of it.
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
export function decodeFileHeader(
  octets: Uint8Array,
  path?: string,
): FileHeader {
  const start = hex(octets.subarray(0, 4));
  const magic = MAGIC.get(start);
  // The first octets tell another format even where the rest is missing.
  if (magic === undefined && octets.length >= 4) throw foreign(start, path);
  if (octets.length < FILE_HEADER) {
    throw new DecodeError("file header cut short", {
      layer: "pcap",
      offset: 0,
      needed: FILE_HEADER,
      available: octets.length,
    });
  }
  const view = new DataView(octets.buffer, octets.byteOffset);
  const little = magic!.byteOrder === "little";
  const major = view.getUint16(4, little);
  const minor = view.getUint16(6, little);
  if (major !== MAJOR || minor !== MINOR) {
    throw new DecodeError(`version ${major}.${minor}, not ${MAJOR}.${MINOR}`, {
      layer: "pcap",
      offset: 4,
      hint: editcap(path),
    });
  }
  return {
    // The upper half says whether packets end in a frame check sequence.
    linkType: view.getUint32(20, little) & 0xffff,
    snapLength: view.getUint32(16, little),
    ...magic!,
  };
}

function foreign(start: string, path: string | undefined): DecodeError {
  const place = { layer: "pcap", offset: 0 };
  if (start === "0a0d0d0a") {
    return new DecodeError("a pcapng file", { ...place, hint: editcap(path) });
  }
  if (start.startsWith("1f8b")) {
    return new DecodeError("compressed by gzip", {
      ...place,
      hint: path === undefined
        ? `stream.pipeThrough(new DecompressionStream("gzip"))`
        : `gzip -dc ${quoted(path)} > ${quoted(outPath(path))}`,
    });
  }
  return new DecodeError(`unknown file format, magic number ${start}`, {
    ...place,
    hint: editcap(path),
  });
}

function editcap(path = "in"): string {
  return `editcap -F pcap ${quoted(path)} ${quoted(outPath(path))}`;
}

/** A path for the converted file that is not the old one's. */
function outPath(path: string): string {
  return path === "in"
    ? "out"
    : `${path.replace(/(\.(pcapng|pcap|cap|gz))+$/, "")}.out.pcap`;
}

/** A path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./:+@%-]+$/.test(path)
    ? path
    : `'${path.replaceAll("'", `'\\''`)}'`;
}
