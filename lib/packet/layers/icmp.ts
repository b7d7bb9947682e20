/**
 * The Internet Control Message Protocol.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { choose, list, record, when } from "../compound.ts";
import type { FieldInputs, FieldTable, Layer } from "../layer.ts";
import { probeStructure } from "./icmp_structure.ts";

/** IANA's registry "ICMP Type Numbers". */
const TYPES = {
  0: "echoReply",
  3: "destinationUnreachable",
  4: "sourceQuench",
  5: "redirect",
  8: "echo",
  9: "routerAdvertisement",
  10: "routerSolicitation",
  11: "timeExceeded",
  12: "parameterProblem",
  13: "timestamp",
  14: "timestampReply",
  15: "informationRequest",
  16: "informationReply",
  17: "addressMaskRequest",
  18: "addressMaskReply",
  30: "traceroute",
  37: "domainNameRequest",
  38: "domainNameReply",
  40: "photuris",
  42: "extendedEcho",
  43: "extendedEchoReply",
} as const;

/** The messages that quote the datagram that gave rise to them. */
const QUOTING: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);

/** Messages that are asked and answered, told apart by a number. */
const ASKED = [0, 8, 13, 14, 15, 16, 17, 18, 37, 38, 42, 43];

type Kind = {
  readonly type: number;
  readonly code: number;
};

/** Whether the second half of the first word has no use. */
const isHalfUnused = ({ type, code }: Kind): boolean =>
  type === 3 && code !== 4 || type === 11 || type === 12;

/** The fields of an ICMP message, as far as its type has them. */
export const icmpFields = {
  /** What kind of message. */
  type: { bits: 8, names: TYPES },
  /** More of the kind: why a destination is unreachable. */
  code: 8,
  /** Internet checksum of the whole message. */
  checksum: { bits: 16, show: "hex" },
  /** Tells the answers to one asker from those to another (RFC 792). */
  identifier: when({ type: [...ASKED, 30] }, 16),
  /** Counts the questions; 8 bits in extended echoes (RFC 8335 §2). */
  sequenceNumber: when(
    { type: ASKED },
    choose("type", { 42: 8, 43: 8 }, 16),
  ),
  /** Of an extended echo: whether the interface is the asked node's own (RFC 8335 §2). */
  request: when({ type: 42 }, record({ reserved: 7, local: 1 })),
  /** Of its reply: what is known of the interface (RFC 8335 §3). */
  reply: when(
    { type: 43 },
    record({ state: 3, reserved: 2, active: 1, ipv4: 1, ipv6: 1 }),
  ),
  /** What an extended echo asks for (RFC 8335 §2.1). */
  probe: when({ type: 42 }, probeStructure),
  /** The router to take instead (RFC 792, redirect). */
  gateway: when({ type: 5 }, "ipv4"),
  /** Which octet of the quoted datagram is the problem (RFC 792). */
  pointer: when({ type: 12 }, 8),
  /** Not in use. */
  unused: when({ type: [3, 11] }, 8),
  /**
   * Octets of the quoted datagram in words of 4, where extensions follow it
   * (RFC 4884 §4); 0 if none do.
   */
  length: when({ type: [3, 11, 12] }, 8),
  /** With code 4: the largest datagram that the next hop takes (RFC 1191 §4). */
  nextHopMtu: when({ type: 3, code: 4 }, 16),
  /** Not in use. */
  reserved: when(
    (kind: Kind) => isHalfUnused(kind) || [4, 10, 30, 40].includes(kind.type),
    choose("type", { 4: 32, 10: 32 }, 16),
  ),
  /** Photuris: where in the quoted message the trouble is (RFC 2521 §2). */
  securityPointer: when({ type: 40 }, 16),
  /** How many routers are advertised (RFC 1256 §3). */
  count: when({ type: 9 }, 8),
  /** Words of 4 octets for each of them: 2. */
  entrySize: when({ type: 9 }, 8),
  /** How long they may be used, in seconds. */
  lifetime: when({ type: 9 }, 16),
  /**
   * The routers with how much they are preferred, a number in two's complement
   * (RFC 1256 §3); 0x80000000 is for "not as a default".
   */
  routers: when(
    { type: 9, entrySize: 2 },
    list(record({ address: "ipv4", preference: { bits: 32, show: "hex" } }), {
      count: "count",
    }),
  ),
  /** When the asker sent it, in milliseconds since midnight UT (RFC 792). */
  originateTime: when({ type: [13, 14] }, 32),
  /** When it came in, alike. */
  receiveTime: when({ type: [13, 14] }, 32),
  /** When it was sent back, alike. */
  transmitTime: when({ type: [13, 14] }, 32),
  /** The mask of the asker's network (RFC 950, appendix I). */
  mask: when({ type: [17, 18] }, "ipv4"),
  /** Hops that the traced packet has made (RFC 1393 §2.3). */
  outboundHops: when({ type: 30 }, 16),
  /** Hops that the answer has made. */
  returnHops: when({ type: 30 }, 16),
  /** Of the link that the traced packet leaves by, in octets a second. */
  linkSpeed: when({ type: 30 }, 32),
  /** Of the same link, in octets. */
  linkMtu: when({ type: 30 }, 32),
} as const satisfies FieldTable;

/** ICMP; an error message is followed by the head of the datagram it is about. */
export const icmp: Layer<"icmp", typeof icmpFields> = layer(
  "icmp",
  icmpFields,
  {
    source: "RFC 792",
    under: [["ipv4", 1], ["ipv6", 1]],
    header: "parsed",
    select: ({ type }) => type,
    payload: {
      from: "length",
      // RFC 4884 §4: behind so much of the quoted datagram come extensions.
      octets: ({ length = 0 }) => length > 0 ? length * 4 : undefined,
    },
    piece: ({ type }) => QUOTING.has(type) ? "head" : undefined,
    defaults: { type: "echo" },
    implied: kindOf,
    checksum: { field: "checksum", over: "payload" },
    summary: ({ type, code, identifier, sequenceNumber, nextHopMtu }) => {
      const name = (TYPES as Readonly<Record<number, string>>)[type];
      return `${name ?? `type ${type}`}${code === 0 ? "" : ` code ${code}`}${
        identifier === undefined ? "" : ` id ${identifier}`
      }${sequenceNumber === undefined ? "" : ` seq ${sequenceNumber}`}${
        nextHopMtu === undefined ? "" : ` mtu ${nextHopMtu}`
      }`;
    },
  },
);

/** The type and code that a field belongs to. */
function kindOf(
  values: FieldInputs<typeof icmpFields>,
): FieldInputs<typeof icmpFields> {
  if (values.nextHopMtu !== undefined) {
    return { type: "destinationUnreachable", code: 4 };
  }
  if (values.gateway !== undefined) return { type: "redirect" };
  if (values.routers !== undefined) {
    return { type: "routerAdvertisement", entrySize: 2 };
  }
  return {};
}
