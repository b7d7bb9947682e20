/**
 * The Stream Control Transmission Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { sctpChunks } from "./sctp/chunks.ts";

export { sctpChunkKinds } from "./sctp/chunks.ts";
export type { SctpChunk, SctpChunkInput, UnknownChunk } from "./sctp/chunks.ts";

/** The fields of an SCTP packet. */
export const sctpFields = {
  /** Port of the sender. */
  srcPort: 16,
  /** Port of the receiver. */
  dstPort: 16,
  /** What the receiver chose, to know the association by; 0 with INIT. */
  verificationTag: { bits: 32, show: "hex" },
  /** CRC32c of the whole packet, its lowest octet first (RFC 9260 §6.8). */
  checksum: { bits: 32, show: "hex" },
  /** Control and data. */
  chunks: sctpChunks,
} as const satisfies FieldTable;

/** SCTP. */
export const sctp: Layer<"sctp", typeof sctpFields> = layer(
  "sctp",
  sctpFields,
  {
    source: "RFC 9260 §3",
    // RFC 6951 §3 for the port.
    under: [["ipv4", 132], ["ipv6", 132], ["udp", 9899]],
    header: "parsed",
    checksum: { field: "checksum", over: "payload", algorithm: "crc32c" },
    summary: ({ srcPort, dstPort, chunks }) =>
      `${srcPort} > ${dstPort} ${
        chunks.map(({ kind }) => kind).join(" ") || "no chunks"
      }`,
  },
);
