/**
 * The path attributes of BGP, as IANA has them in "BGP Path Attributes".
 *
 * @module
 */

import { Address, address } from "../../../ip/address.ts";
import { choose, list, maybe, record, sized, when } from "../../compound.ts";
import type { Format } from "../../format.ts";
import { octets } from "../../formats.ts";
import { asNumber, asOctets, asSegments, pathWidth } from "./as_path.ts";
import { type AttributeKinds, attributes } from "./attributes.ts";
import { addressOctets, family } from "./families.ts";
import { prefixes } from "./prefixes.ts";

/**
 * The next hop of routes of any family: an address, and with IPv6 perhaps the
 * same on the link (RFC 2545 §3); of families that say more, the octets.
 */
const nextHops: Format<
  readonly Address[] | Uint8Array,
  readonly (string | Address)[] | Uint8Array
> = {
  about: "addresses of the next hop",
  empty: [],
  takesOctets: true,
  read(from) {
    const octets = from.bytes();
    switch (octets.length) {
      case 4:
      case 16:
        return [Address.fromBytes(octets)];
      case 32:
        return [octets.subarray(0, 16), octets.subarray(16)]
          .map((half) => Address.fromBytes(half));
      default:
        return octets;
    }
  },
  write(to, value = []) {
    if (value instanceof Uint8Array) return to.bytes(value);
    if (!Array.isArray(value)) to.refuse("be a list of addresses", value);
    for (const one of value) to.bytes(address(one).toBytes());
  },
  random: (random) => [
    Address.fromBytes(
      Uint8Array.from({ length: 4 }, () => Math.floor(random() * 256)),
    ),
  ],
  text: (value) =>
    value instanceof Uint8Array ? `${value.length} octets` : value.join(", "),
};

/** The types of extended communities that name their authority by AS number. */
const BY_AS = { 0x00: 16, 0x40: 16 } as const;

/** Types with an AS number of 4 octets or an address (RFC 5668, RFC 4360 §3.2). */
const BY_LONG_AS = [0x02, 0x42];
const BY_ADDRESS = [0x01, 0x41];
const STRUCTURED = [0x00, 0x40, ...BY_LONG_AS, ...BY_ADDRESS];

/** RFC 4360 §2: 8 octets, of which the first two say what the rest is. */
const extendedCommunity = record({
  type: { bits: 8, show: "hex" },
  subtype: {
    bits: 8,
    names: { 2: "routeTarget", 3: "routeOrigin", 5: "ospfDomain" },
  },
  as: when({ type: [0x00, 0x40, ...BY_LONG_AS] }, choose("type", BY_AS, 32)),
  address: when({ type: BY_ADDRESS }, "ipv4"),
  value: when(
    { type: STRUCTURED },
    choose("type", { 0x00: 32, 0x40: 32 }, 16),
  ),
  octets: when(
    ({ type }: { type: number }) => !STRUCTURED.includes(type),
    octets(6),
  ),
}, "an extended community");

const flagsOf = {
  wellKnown: ["transitive"],
  transitive: ["optional", "transitive"],
  local: ["optional"],
} as const;

const route = prefixes(addressOctets);

const kinds = {
  1: [
    "origin",
    { origin: { bits: 8, names: { 0: "igp", 1: "egp", 2: "incomplete" } } },
    flagsOf.wellKnown,
  ],
  2: [
    "asPath",
    { asOctets: asOctets(pathWidth), segments: asSegments() },
    flagsOf.wellKnown,
  ],
  3: ["nextHop", { address: "ipv4" }, flagsOf.wellKnown],
  4: ["multiExitDiscriminator", { value: 32 }, flagsOf.local],
  5: ["localPreference", { value: 32 }, flagsOf.wellKnown],
  6: ["atomicAggregate", {}, flagsOf.wellKnown],
  7: ["aggregator", {
    asOctets: asOctets(({ length }) => length === 6 ? 2 : 4),
    as: asNumber(),
    address: maybe("ipv4"),
  }, flagsOf.transitive],
  // RFC 1997
  8: [
    "communities",
    { communities: list(record({ as: 16, value: 16 })) },
    flagsOf.transitive,
  ],
  // RFC 4456 §8
  9: ["originatorId", { id: "ipv4" }, flagsOf.local],
  10: ["clusterList", { ids: list("ipv4") }, flagsOf.local],
  // RFC 4760 §3 and §4
  14: ["mpReach", {
    ...family,
    nextHops: sized(8, nextHops),
    reserved: maybe(8),
    prefixes: route,
  }, flagsOf.local],
  15: ["mpUnreach", { ...family, prefixes: route }, flagsOf.local],
  16: [
    "extendedCommunities",
    { communities: list(extendedCommunity) },
    flagsOf.transitive,
  ],
  // RFC 6793 §4.1
  17: ["as4Path", { segments: asSegments() }, flagsOf.transitive],
  18: ["as4Aggregator", { as: 32, address: "ipv4" }, flagsOf.transitive],
  // RFC 6514 §5
  22: ["pmsiTunnel", {
    flags8: 8,
    tunnelType: 8,
    label: 24,
    tunnel: octets(),
  }, flagsOf.transitive],
  // RFC 7311 §3
  26: [
    "accumulatedIgpMetric",
    { items: list(record({ type: 8, octets: sized(16, octets(), 3) })) },
    flagsOf.local,
  ],
  // RFC 8092 §3
  32: [
    "largeCommunities",
    {
      communities: list(record({ global: 32, local1: 32, local2: 32 })),
    },
    flagsOf.transitive,
  ],
  // RFC 9234 §5
  35: ["onlyToCustomer", { as: 32 }, flagsOf.transitive],
} as const satisfies AttributeKinds;

const allKinds = {
  ...kinds,
  // RFC 6368 §5: what a customer's network says, carried through; it nests once.
  128: [
    "attributeSet",
    { as: 32, attributes: attributes(kinds) },
    flagsOf.transitive,
  ],
} as const satisfies AttributeKinds;

/** The path attributes of an UPDATE. */
export const pathAttributes: ReturnType<typeof attributes<typeof allKinds>> =
  attributes(allKinds, "attributesLength");
