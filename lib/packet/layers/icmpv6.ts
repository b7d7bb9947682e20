/**
 * The Internet Control Message Protocol for IPv6, with Neighbor Discovery and
 * Multicast Listener Discovery.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { optional } from "../optional.ts";
import { probeStructure } from "./icmp_structure.ts";
import { ndpOptions, preference } from "./ndp_options.ts";

/** IANA's registry "ICMPv6 'type' Numbers". */
const TYPES = {
  1: "destinationUnreachable",
  2: "packetTooBig",
  3: "timeExceeded",
  4: "parameterProblem",
  128: "echoRequest",
  129: "echoReply",
  130: "multicastListenerQuery",
  131: "multicastListenerReport",
  132: "multicastListenerDone",
  133: "routerSolicitation",
  134: "routerAdvertisement",
  135: "neighborSolicitation",
  136: "neighborAdvertisement",
  137: "redirect",
  138: "routerRenumbering",
  139: "nodeInformationQuery",
  140: "nodeInformationResponse",
  141: "inverseNeighborSolicitation",
  142: "inverseNeighborAdvertisement",
  143: "multicastListenerReportV2",
  144: "homeAgentAddressRequest",
  145: "homeAgentAddressReply",
  146: "mobilePrefixSolicitation",
  147: "mobilePrefixAdvertisement",
  148: "certificationPathSolicitation",
  149: "certificationPathAdvertisement",
  151: "multicastRouterAdvertisement",
  152: "multicastRouterSolicitation",
  153: "multicastRouterTermination",
  154: "mobileFast",
  155: "rpl",
  156: "locatorUpdate",
  157: "duplicateAddressRequest",
  158: "duplicateAddressConfirmation",
  159: "mpl",
  160: "extendedEchoRequest",
  161: "extendedEchoReply",
} as const;

/** The errors, which quote the packet that gave rise to them. */
const QUOTING = [1, 2, 3, 4];

/** The fields of an ICMPv6 message, as far as its type has them. */
export const icmpv6Fields = {
  /** What kind of message; errors are below 128. */
  type: { bits: 8, names: TYPES },
  /** More of the kind: why a destination is unreachable. */
  code: 8,
  /** Internet checksum of pseudo-header and message. */
  checksum: { bits: 16, show: "hex" },
  /**
   * Octets of the quoted packet in words of 8, where extensions follow it
   * (RFC 4884 §4.4); 0 if none do.
   */
  length: when({ type: [1, 3] }, 8),
  /** Not in use. */
  unused: when({ type: [1, 3] }, 24),
  /** The largest packet that the next hop takes (RFC 4443 §3.2). */
  mtu: when({ type: 2 }, 32),
  /** Which octet of the quoted packet is the problem (RFC 4443 §3.4). */
  pointer: when({ type: 4 }, 32),
  /** Tells the answers to one asker from those to another. */
  identifier: when({ type: [128, 129, 144, 145, 146, 147, 160, 161] }, 16),
  /** Counts the questions (RFC 4443 §4.1). */
  sequenceNumber: when({ type: [128, 129] }, 16),
  /** Extended echo: counts the questions; whether the interface is the asked node's own (RFC 8335 §2). */
  request: when(
    { type: 160 },
    record({ sequenceNumber: 8, reserved: 7, local: 1 }),
  ),
  /** Extended echo: what is known of the interface (RFC 8335 §3). */
  reply: when(
    { type: 161 },
    record({
      sequenceNumber: 8,
      state: 3,
      reserved: 2,
      active: 1,
      ipv4: 1,
      ipv6: 1,
    }),
  ),
  /** What an extended echo asks for (RFC 8335 §2.1). */
  probe: when({ type: 160 }, probeStructure),
  /**
   * How long an answer may take, in milliseconds; from 0x8000 on a floating-point
   * number (RFC 2710 §3.4, RFC 9777 §5.1.3).
   */
  maximumResponseCode: when({ type: [130, 131, 132] }, 16),
  /** What a router says of itself; the lifetime is in seconds (RFC 4861 §4.2, RFC 5175 §3). */
  router: when(
    { type: 134 },
    record({
      hopLimit: 8,
      managed: 1,
      otherConfiguration: 1,
      homeAgent: 1,
      preference,
      proxy: 1,
      snacRouter: 1,
      reserved: 1,
      lifetime: 16,
      reachableTime: 32,
      retransTimer: 32,
    }),
  ),
  /** What a neighbour says of itself (RFC 4861 §4.4). */
  neighbor: when(
    { type: 136 },
    record({ isRouter: 1, solicited: 1, override: 1, reserved: 29 }),
  ),
  /** Not in use. */
  reserved: when({ type: [133, 135, 137, 141, 142] }, 32),
  /** Not in use. */
  reserved2: when({ type: [130, 131, 132, 143, 144] }, 16),
  /** Whose link-layer address is asked for or told; to which neighbour to go instead. */
  target: when({ type: [135, 136, 137] }, "ipv6"),
  /** For which destination (RFC 4861 §4.5). */
  destination: when({ type: 137 }, "ipv6"),
  /** The group that a multicast listener listens to; `::` asks for all (RFC 2710 §3). */
  multicastAddress: when({ type: [130, 131, 132] }, "ipv6"),
  /** What a query of version 2 has more; the interval is a code, in seconds up to 127 (RFC 9777 §5.1). */
  query: when(
    { type: 130 },
    optional(record({
      reserved: 4,
      suppress: 1,
      robustness: 3,
      interval: 8,
      sourceCount: 16,
      sources: list("ipv6", { count: "sourceCount" }),
    })),
  ),
  /** How many records. */
  recordCount: when({ type: 143 }, 16),
  /** Version 2: which sources of which groups are listened to (RFC 9777 §5.2). */
  records: when(
    { type: 143 },
    list(
      record({
        type: {
          bits: 8,
          names: {
            1: "modeIsInclude",
            2: "modeIsExclude",
            3: "changeToInclude",
            4: "changeToExclude",
            5: "allowNewSources",
            6: "blockOldSources",
          },
        },
        auxiliaryLength: 8,
        sourceCount: 16,
        multicastAddress: "ipv6",
        sources: list("ipv6", { count: "sourceCount" }),
        auxiliary: octets((record: { auxiliaryLength: number }) =>
          record.auxiliaryLength * 4
        ),
      }),
      { count: "recordCount" },
    ),
  ),
  /** The multicast router's interval in seconds, and how often it repeats (RFC 4286 §3). */
  advertisement: when(
    { type: 151 },
    record({ queryInterval: 16, robustness: 16 }),
  ),
  /** What is asked of a node, or told: names, addresses (RFC 4620 §4). */
  questionType: when({ type: [139, 140] }, 16),
  /** More of that, a bit each. */
  questionFlags: when({ type: [139, 140] }, { bits: 16, show: "hex" }),
  /** Tells the answers to one question from others. */
  nonce: when({ type: [139, 140] }, { octets: 8 }),
  /** Options of Neighbor Discovery. */
  options: when({ type: [133, 134, 135, 136, 137, 141, 142] }, ndpOptions),
} as const satisfies FieldTable;

/** ICMPv6; an error is followed by the head of the packet it is about. */
export const icmpv6: Layer<"icmpv6", typeof icmpv6Fields> = layer(
  "icmpv6",
  icmpv6Fields,
  {
    source: "RFC 4443 §2.1",
    under: [["ipv6", 58], ["ipv4", 58]],
    header: "parsed",
    select: ({ type }) => type,
    payload: {
      from: "length",
      // RFC 4884 §4.4: behind so much of the quoted packet come extensions.
      octets: ({ length = 0 }) => length > 0 ? length * 8 : undefined,
    },
    piece: ({ type }) => QUOTING.includes(type) ? "head" : undefined,
    defaults: { type: "echoRequest" },
    implied: ({ mtu }) => mtu === undefined ? {} : { type: "packetTooBig" },
    checksum: { field: "checksum", over: "pseudo" },
    summary: ({ type, code, identifier, sequenceNumber, mtu, target }) => {
      const name = (TYPES as Readonly<Record<number, string>>)[type];
      return `${name ?? `type ${type}`}${code === 0 ? "" : ` code ${code}`}${
        identifier === undefined ? "" : ` id ${identifier}`
      }${sequenceNumber === undefined ? "" : ` seq ${sequenceNumber}`}${
        mtu === undefined ? "" : ` mtu ${mtu}`
      }${target === undefined ? "" : ` ${target}`}`;
    },
  },
);
