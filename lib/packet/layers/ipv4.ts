/**
 * The Internet Protocol, version 4.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import { octets } from "../formats.ts";
import { options } from "../options.ts";
import type { FieldTable, Layer } from "../layer.ts";

/** Addresses with the place of the next one to fill in, counted from 1. */
const route = { pointer: 8, route: list("ipv4") } as const;

/** The options of IPv4 (IANA's registry "IP Option Numbers"). */
const ipv4Options = options({
  covers: "option",
  single: [0, 1],
  end: 0,
  kinds: {
    0: ["end", {}],
    1: ["nop", {}],
    7: ["recordRoute", route],
    // RFC 791 §3.1: by flag 0 times alone, by 1 and 3 addresses with times.
    68: ["timestamp", {
      pointer: 8,
      overflow: 4,
      flag: 4,
      times: when({ flag: 0 }, list(32)),
      stamps: when(
        { flag: [1, 3] },
        list(record({ address: "ipv4", time: 32 })),
      ),
    }],
    130: ["security", { octets: octets() }],
    131: ["looseSourceRoute", route],
    134: ["commercialSecurity", { domain: 32, octets: octets() }],
    136: ["streamId", { id: 16 }],
    137: ["strictSourceRoute", route],
    // RFC 2113
    148: ["routerAlert", { value: 16 }],
  },
});

/** The fields of an IPv4 header. */
export const ipv4Fields = {
  /** 4. */
  version: 4,
  /** Internet header length in words of 4 octets, 5 to 15. */
  ihl: 4,
  /** Differentiated services code point (RFC 2474 §3). */
  dscp: 6,
  /** Explicit congestion notification (RFC 3168 §5). */
  ecn: 2,
  /** Octets of header and payload; 0 where segmentation offload left it open. */
  totalLength: 16,
  /** Tells the fragments of one datagram from those of another. */
  id: { bits: 16, show: "hex" },
  /** Don't fragment, more fragments. */
  flags: ["reserved", "DF", "MF"],
  /** Where in the datagram this fragment belongs, in units of 8 octets. */
  fragmentOffset: 13,
  /** How many more hops it may take. */
  ttl: 8,
  /** The protocol of the payload, an IANA number. */
  protocol: 8,
  /** Internet checksum of the header. */
  checksum: { bits: 16, show: "hex" },
  /** From whom. */
  src: "ipv4",
  /** To whom. */
  dst: "ipv4",
  /** Up to 40 octets of options. */
  options: ipv4Options,
} as const satisfies FieldTable;

/** IPv4. */
export const ipv4: Layer<"ipv4", typeof ipv4Fields> = layer(
  "ipv4",
  ipv4Fields,
  {
    source: "RFC 791 §3.1",
    under: [
      ["link", 228],
      ["ethernet", 0x0800],
      ["mpls", 4],
      ["ppp", 0x0021],
      ["chdlc", 0x0800],
      ["loopback", 2],
      ["ipv4", 4],
      ["ipv6", 4],
      ["vxlanGpe", 1],
      ["icmp", 3],
      ["icmp", 4],
      ["icmp", 5],
      ["icmp", 11],
      ["icmp", 12],
      ["erspan", 2],
    ],
    next: "protocol",
    header: { from: "ihl", octets: ({ ihl }) => ihl * 4 },
    payload: {
      from: "totalLength",
      // With segmentation offload a capture sees packets before they have a
      // length that fits the field; the kernel leaves 0 there.
      octets: ({ totalLength, ihl }) =>
        totalLength === 0 ? undefined : totalLength - ihl * 4,
    },
    headerUnit: 4,
    defaults: { version: 4, ttl: 64 },
    computed: {
      ihl: ({ header }) => header / 4,
      totalLength: ({ header, payload }) => header + payload,
    },
    checksum: { field: "checksum", over: "header" },
    pseudoHeader: ["src", "dst"],
    check: ({ version }) =>
      version === 4 ? undefined : `version is ${version}, not 4`,
    piece: ({ flags, fragmentOffset }) =>
      fragmentOffset > 0 ? "tail" : flags.includes("MF") ? "head" : undefined,
    summary: ({ src, dst, protocol, fragmentOffset }) =>
      `${src} > ${dst}${
        fragmentOffset > 0
          ? ` protocol ${protocol} fragment at ${fragmentOffset * 8}`
          : ""
      }`,
  },
);
