/**
 * The Transmission Control Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record } from "../compound.ts";
import { octets } from "../formats.ts";
import { options } from "../options.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The options of TCP (IANA's registry "TCP Option Kind Numbers"). */
const tcpOptions = options({
  covers: "option",
  single: [0, 1],
  end: 0,
  kinds: {
    // RFC 9293 §3.2
    0: ["end", {}],
    1: ["nop", {}],
    2: ["mss", { mss: 16 }],
    // RFC 7323 §2.2, RFC 2018 §2 and §3, RFC 7323 §3.2
    3: ["windowScale", { shift: 8 }],
    4: ["sackPermitted", {}],
    5: ["sack", { blocks: list(record({ left: 32, right: 32 })) }],
    8: ["timestamps", { value: 32, echo: 32 }],
    // RFC 2385, RFC 5482 §2, RFC 5925 §2.2
    19: ["md5", { digest: octets(16) }],
    28: ["userTimeout", { inMinutes: 1, timeout: 15 }],
    29: ["authentication", { keyId: 8, nextKeyId: 8, mac: octets() }],
    // RFC 8684 §3, RFC 7413 §4.1.1
    30: ["multipath", { subtype: 4, flags: 4, octets: octets() }],
    34: ["fastOpen", { cookie: octets() }],
    // RFC 6994 §3.1
    253: ["experiment1", { id: 16, octets: octets() }],
    254: ["experiment2", { id: 16, octets: octets() }],
  },
});

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
  /** Up to 40 octets of options. */
  options: tcpOptions,
} as const satisfies FieldTable;

/** TCP. */
export const tcp: Layer<"tcp", typeof tcpFields> = layer("tcp", tcpFields, {
  source: "RFC 9293 §3.1",
  under: [["ipv4", 6], ["ipv6", 6]],
  next: ["dstPort", "srcPort"],
  header: { from: "dataOffset", octets: ({ dataOffset }) => dataOffset * 4 },
  headerUnit: 4,
  // What follows is a piece of a stream: a message may go on in the next.
  piece: () => "stream",
  defaults: { window: 64240 },
  computed: { dataOffset: ({ header }) => header / 4 },
  checksum: { field: "checksum", over: "pseudo" },
  summary: ({ srcPort, dstPort, flags, seq, ack, window }) =>
    `${srcPort} > ${dstPort} ${flags.join(" ") || "no flags"} seq ${seq}${
      flags.includes("ACK") ? ` ack ${ack}` : ""
    } window ${window}`,
});
