/**
 * The Internet Protocol, version 6: the fixed header.
 *
 * @module
 */

import { layer } from "../codec.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** The next header that says that nothing follows (RFC 8200 §4.7). */
const NO_NEXT_HEADER = 59;

/** The fields of an IPv6 header. */
export const ipv6Fields = {
  /** 6. */
  version: 4,
  /** Differentiated services and congestion notification (RFC 8200 §7). */
  trafficClass: { bits: 8, show: "hex" },
  /** Marks the packets of one flow (RFC 6437). */
  flowLabel: { bits: 20, show: "hex" },
  /** Octets after this header; 0 for what is longer than 65535. */
  payloadLength: 16,
  /** What follows: an extension header or a protocol, an IANA number. */
  nextHeader: 8,
  /** How many more hops it may take. */
  hopLimit: 8,
  /** From whom. */
  src: "ipv6",
  /** To whom. */
  dst: "ipv6",
} as const satisfies FieldTable;

/** IPv6. */
export const ipv6: Layer<"ipv6", typeof ipv6Fields> = layer(
  "ipv6",
  ipv6Fields,
  {
    source: "RFC 8200 §3",
    under: [
      ["link", 229],
      ["ethernet", 0x86dd],
      ["mpls", 6],
      ["ppp", 0x0057],
      ["chdlc", 0x86dd],
      // AF_INET6 on NetBSD and OpenBSD, FreeBSD, Darwin, and Linux.
      ["loopback", 24],
      ["loopback", 28],
      ["loopback", 30],
      ["loopback", 10],
      ["ipv4", 41],
      ["ipv6", 41],
      ["vxlanGpe", 2],
      ["icmpv6", 1],
      ["icmpv6", 2],
      ["icmpv6", 3],
      ["icmpv6", 4],
    ],
    next: "nextHeader",
    payload: {
      from: "payloadLength",
      // 0 is a jumbogram (RFC 2675 §3) or a packet on its way to be segmented:
      // either way its length does not stand here.
      octets: ({ payloadLength, nextHeader }) =>
        payloadLength === 0 && nextHeader !== NO_NEXT_HEADER
          ? undefined
          : payloadLength,
    },
    defaults: { version: 6, hopLimit: 64, nextHeader: NO_NEXT_HEADER },
    computed: { payloadLength: ({ payload }) => payload },
    pseudoHeader: ["src", "dst"],
    check: ({ version }) =>
      version === 6 ? undefined : `version is ${version}, not 6`,
    summary: ({ src, dst }) => `${src} > ${dst}`,
  },
);
