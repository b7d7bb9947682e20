/**
 * The extension headers of IPv6 that hold options: for every hop, and for the
 * destination.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { options } from "../options.ts";

/** IANA's registry "Destination Options and Hop-by-Hop Options". */
const ipv6Options = options({
  covers: "value",
  single: [0],
  kinds: {
    // RFC 8200 §4.2
    0: ["pad1", {}],
    1: ["padN", { octets: octets() }],
    // RFC 2473 §4.1.1
    4: ["tunnelLimit", { limit: 8 }],
    // RFC 2711 §2.1, RFC 5570 §5.1
    5: ["routerAlert", { value: 16 }],
    7: ["calipso", {
      domain: 32,
      compartmentLength: 8,
      sensitivity: 8,
      checksum: { bits: 16, show: "hex" },
      compartments: octets(),
    }],
    // RFC 6553 §3 by its number of RFC 9008
    0x23: ["rpl", {
      down: 1,
      rankError: 1,
      forwardingError: 1,
      reserved: 5,
      instance: 8,
      senderRank: 16,
      octets: octets(),
    }],
    // RFC 4782 §3.2
    0x26: ["quickStart", {
      function: 4,
      rate: 4,
      ttl: 8,
      nonce: 30,
      reserved: 2,
    }],
    // RFC 9268 §5: octets, the lowest bit asks for an answer
    0x30: ["minimumMtu", { minimum: 16, returned: 15, wantsAnswer: 1 }],
    // RFC 9486 §3
    0x11: ["ioam", { reserved: 8, type: 8, octets: octets() }],
    0x31: ["ioamMutable", { reserved: 8, type: 8, octets: octets() }],
    // RFC 8250 §3.1: times in units of 2^scale attoseconds
    0x0f: ["performance", {
      scaleLastReceived: 8,
      scaleLastSent: 8,
      sequence: 16,
      lastReceivedSequence: 16,
      lastReceived: 16,
      lastSent: 16,
    }],
    0x63: ["rplOld", {
      down: 1,
      rankError: 1,
      forwardingError: 1,
      reserved: 5,
      instance: 8,
      senderRank: 16,
      octets: octets(),
    }],
    // RFC 2675 §2
    0xc2: ["jumbo", { length: 32 }],
    // RFC 6275 §6.3
    0xc9: ["homeAddress", { address: "ipv6" }],
  },
});

const lengthOf = ({ length }: { readonly length: number }) => length * 8 + 8;

/** The options that count, by name. */
const named = (
  options: readonly { readonly kind: string | number }[],
): string =>
  options.map(({ kind }) => kind).filter((kind) =>
    kind !== "pad1" && kind !== "padN"
  ).join(" ") || "padding";

/** The fields of a hop-by-hop options header. */
export const ipv6HopByHopFields = {
  /** What follows: another extension header or a protocol, an IANA number. */
  nextHeader: 8,
  /** Units of 8 octets in this header, behind the first. */
  length: 8,
  /** The options, padding included. */
  options: ipv6Options,
} as const satisfies FieldTable;

/** Options that every node on the way may look at. */
export const ipv6HopByHop: Layer<"ipv6HopByHop", typeof ipv6HopByHopFields> =
  layer(
    "ipv6HopByHop",
    ipv6HopByHopFields,
    {
      source: "RFC 8200 §4.3",
      under: [["ipv6", 0]],
      next: "nextHeader",
      nextLike: "ipv6",
      isExtension: true,
      header: { from: "length", octets: lengthOf },
      headerUnit: 8,
      payload: {
        from: "options",
        // RFC 2675 §3: such a packet's length stands here, not in the IPv6 header.
        octets: ({ length, options }) => {
          const jumbo = options.find(({ kind }) => kind === "jumbo");
          return jumbo?.kind === "jumbo"
            ? jumbo.length - lengthOf({ length })
            : undefined;
        },
      },
      defaults: { nextHeader: 59 },
      computed: { length: ({ header }) => header / 8 - 1 },
      summary: ({ options }) => named(options),
    },
  );

/** The fields of a destination options header. */
export const ipv6DestinationFields = {
  /** What follows: another extension header or a protocol, an IANA number. */
  nextHeader: 8,
  /** Units of 8 octets in this header, behind the first. */
  length: 8,
  /** The options, padding included. */
  options: ipv6Options,
} as const satisfies FieldTable;

/** Options for the destination, or before a routing header for each stop. */
export const ipv6Destination: Layer<
  "ipv6Destination",
  typeof ipv6DestinationFields
> = layer(
  "ipv6Destination",
  ipv6DestinationFields,
  {
    source: "RFC 8200 §4.6",
    under: [["ipv6", 60]],
    next: "nextHeader",
    nextLike: "ipv6",
    isExtension: true,
    // RFC 6275 §11.3.1: checksums have a mobile node's home address as source.
    readdresses: ({ options }) => {
      const home = options.find(({ kind }) => kind === "homeAddress");
      return home?.kind === "homeAddress" ? { src: home.address } : undefined;
    },
    header: { from: "length", octets: lengthOf },
    headerUnit: 8,
    defaults: { nextHeader: 59 },
    computed: { length: ({ header }) => header / 8 - 1 },
    summary: ({ options }) => named(options),
  },
);
