/**
 * The routing header of IPv6: which stops a packet makes on its way.
 *
 * @module
 */

import { layer } from "../codec.ts";
import { list, record, when } from "../compound.ts";
import { octets } from "../formats.ts";
import type { FieldTable, Layer } from "../layer.ts";
import { options } from "../options.ts";

/** IANA's registry "Routing Types"; type 0 must be ignored by now (RFC 5095). */
const TYPES = {
  0: "source",
  1: "nimrod",
  2: "mobile",
  3: "rpl",
  4: "segments",
  5: "compressed16",
  6: "compressed32",
} as const;

/** What may follow the segments (RFC 8754 §2.1). */
const segmentOptions = options({
  covers: "value",
  single: [0],
  kinds: {
    0: ["pad1", {}],
    4: ["padN", { octets: octets() }],
    5: ["hmac", { noDestination: 1, reserved: 15, keyId: 32, hmac: octets() }],
  },
});

/** The fields of a routing header. */
export const ipv6RoutingFields = {
  /** What follows: another extension header or a protocol, an IANA number. */
  nextHeader: 8,
  /** Units of 8 octets in this header, behind the first. */
  length: 8,
  /** How the way is written down. */
  type: { bits: 8, names: TYPES },
  /** Stops that are still to be made. */
  segmentsLeft: 8,
  /** Not in use. */
  reserved: when({ type: [0, 2] }, 32),
  /** The stops; the home address of a mobile node (RFC 6275 §6.4.1). */
  addresses: when({ type: [0, 2] }, list("ipv6")),
  /**
   * Stops in a network of sensors, without the octets at the front that all
   * have in common, of which the first fields tell (RFC 6554 §3).
   */
  rpl: when(
    { type: 3 },
    record({
      elided: 4,
      elidedLast: 4,
      padding: 4,
      reserved: 20,
      addresses: octets(),
    }),
  ),
  /** The place of the last of the segments, from 0 (RFC 8754 §2). */
  lastEntry: when({ type: 4 }, 8),
  /** No flag is in use yet. */
  flags: when({ type: 4 }, { bits: 8, show: "hex" }),
  /** Marks packets of one kind. */
  tag: when({ type: 4 }, { bits: 16, show: "hex" }),
  /** The stops, the last first. */
  segments: when(
    { type: 4 },
    list("ipv6", {
      count: ({ lastEntry }: { lastEntry: number }) => lastEntry + 1,
    }),
  ),
  /** What there is to say of them. */
  options: when({ type: 4 }, segmentOptions),
  /** What a header of another type holds. */
  octets: when(({ type }: { type: number }) => !isKnown(type), octets()),
} as const satisfies FieldTable;

function isKnown(type: number): boolean {
  return type === 0 || type >= 2 && type <= 4;
}

/** Routing header. */
export const ipv6Routing: Layer<"ipv6Routing", typeof ipv6RoutingFields> =
  layer("ipv6Routing", ipv6RoutingFields, {
    source: "RFC 8200 §4.4",
    under: [["ipv6", 43]],
    next: "nextHeader",
    nextLike: "ipv6",
    isExtension: true,
    // RFC 8200 §8.1: on the way, checksums have the last stop as destination.
    readdresses: ({ segmentsLeft, segments, addresses }) => {
      const dst = segments?.[0] ?? addresses?.at(-1);
      return segmentsLeft > 0 && dst !== undefined ? { dst } : undefined;
    },
    header: { from: "length", octets: ({ length }) => length * 8 + 8 },
    headerUnit: 8,
    defaults: { nextHeader: 59, type: "segments" },
    implied: ({ addresses, segments, rpl }) =>
      addresses !== undefined
        ? { type: "source" }
        : rpl !== undefined
        ? { type: "rpl" }
        : Array.isArray(segments)
        ? { lastEntry: Math.max(0, segments.length - 1) }
        : {},
    computed: { length: ({ header }) => header / 8 - 1 },
    summary: ({ type, segmentsLeft, segments = [], addresses = [] }) =>
      `${(TYPES as Readonly<Record<number, string>>)[type] ?? `type ${type}`} ${
        [...segments, ...addresses].join(" ")
      } left ${segmentsLeft}`,
  });
