/**
 * The Transmission Control Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a TCP header. */
export const tcpFields = {
  /** Port of the sender. */
  srcPort: 16,
  /** Port of the receiver. */
  dstPort: 16,
  /** Number of the segment's first octet; with SYN the initial number. */
  seq: 32,
  /** With ACK: the next number that the sender expects. */
  ack: 32,
  /** Header length in words of 4 octets, 5 to 15. */
  dataOffset: 4,
  /** Not in use; the lowest of RFC 9293's four bits is by now the flag AE. */
  reserved: 3,
  /** The control bits (RFC 9293 §3.1), and AE (RFC 9768 §3.1). */
  flags: ["AE", "CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN"],
  /** Octets that the sender will take, before scaling. */
  window: 16,
  /** Internet checksum of pseudo-header, header and payload. */
  checksum: { bits: 16, show: "hex" },
  /** With URG: the end of the urgent data, counted from `seq`. */
  urgentPointer: 16,
  /** Options and their padding, 0 to 40 octets. */
  options: "octets",
} as const satisfies FieldTable;

/** TCP. */
export const tcp: Layer<"tcp", typeof tcpFields> = layer("tcp", tcpFields, {
  source: "RFC 9293 §3.1",
  under: [["ipv4", 6], ["ipv6", 6]],
  next: ["dstPort", "srcPort"],
  header: { from: "dataOffset", octets: ({ dataOffset }) => dataOffset * 4 },
  headerUnit: 4,
  defaults: { window: 64240 },
  computed: { dataOffset: ({ header }) => header / 4 },
  checksum: { field: "checksum", over: "pseudo" },
  summary: ({ srcPort, dstPort, flags, seq, ack, window }) =>
    `${srcPort} > ${dstPort} ${flags.join(" ") || "no flags"} seq ${seq}${
      flags.includes("ACK") ? ` ack ${ack}` : ""
    } window ${window}`,
});
