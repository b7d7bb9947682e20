/**
 * The User Datagram Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a UDP header. */
export const udpFields = {
  /** Port of the sender; 0 if no answer is wanted. */
  srcPort: 16,
  /** Port of the receiver. */
  dstPort: 16,
  /** Octets of header and payload, 8 or more; 0 in a jumbogram (RFC 2675 §4). */
  length: 16,
  /** Internet checksum of pseudo-header, header and payload; 0 for none. */
  checksum: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/** UDP. */
export const udp: Layer<"udp", typeof udpFields> = layer("udp", udpFields, {
  source: "RFC 768",
  under: [["ipv4", 17], ["ipv6", 17]],
  next: ["dstPort", "srcPort"],
  payload: {
    from: "length",
    octets: ({ length }) => length === 0 ? undefined : length - 8,
  },
  computed: { length: ({ header, payload }) => header + payload },
  // RFC 768: a sum of 0 is sent as all ones, as 0 says that there is none.
  checksum: { field: "checksum", over: "pseudo", zeroMeansNone: true },
  summary: ({ srcPort, dstPort }) => `${srcPort} > ${dstPort}`,
});
