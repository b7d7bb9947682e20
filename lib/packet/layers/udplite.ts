/**
 * The Lightweight User Datagram Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The fields of a UDP-Lite header. */
export const udpliteFields = {
  /** Port of the sender; 0 if no answer is wanted. */
  srcPort: 16,
  /** Port of the receiver. */
  dstPort: 16,
  /** Octets that the checksum covers, from the header's first, 8 or more; 0 for all. */
  coverage: 16,
  /** Internet checksum of pseudo-header and what is covered. */
  checksum: { bits: 16, show: "hex" },
} as const satisfies FieldTable;

/** UDP-Lite. */
export const udplite: Layer<"udplite", typeof udpliteFields> = layer(
  "udplite",
  udpliteFields,
  {
    source: "RFC 3828 §3.1",
    under: [["ipv4", 136], ["ipv6", 136]],
    next: ["dstPort", "srcPort"],
    nextLike: "udp",
    check: ({ coverage }) =>
      coverage === 0 || coverage >= 8
        ? undefined
        : `coverage of ${coverage} octets, 8 at least`,
    checksum: {
      field: "checksum",
      over: "pseudo",
      // RFC 3828 §3.1: 0 is not sent, and is not right.
      neverZero: true,
      coverage: ({ coverage }) => coverage === 0 ? undefined : coverage,
    },
    summary: ({ srcPort, dstPort }) => `${srcPort} > ${dstPort}`,
  },
);
