/**
 * The IP Authentication Header.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of an authentication header. */
export const ahFields = {
  /** What follows, an IANA number. */
  nextHeader: 8,
  /** Words of 4 octets in this header, without the first two. */
  payloadLength: 8,
  /** Not in use. */
  reserved: 16,
  /** Which security association (security parameters index). */
  spi: { bits: 32, show: "hex" },
  /** Counts the packets, against replay. */
  sequenceNumber: 32,
  /** The integrity check value. */
  icv: "octets",
} as const satisfies FieldTable;

/** AH. */
export const ah: Layer<"ah", typeof ahFields> = layer("ah", ahFields, {
  source: "RFC 4302 §2",
  under: [["ipv4", 51], ["ipv6", 51]],
  next: "nextHeader",
  nextLike: "ipv6",
  isExtension: true,
  header: {
    from: "payloadLength",
    octets: ({ payloadLength }) => payloadLength * 4 + 8,
  },
  headerUnit: 4,
  defaults: { nextHeader: 59 },
  computed: { payloadLength: ({ header }) => header / 4 - 2 },
  summary: ({ spi, sequenceNumber }) =>
    `spi 0x${spi.toString(16).padStart(8, "0")} seq ${sequenceNumber}`,
});
