/**
 * The link state advertisements of OSPF version 3.
 *
 * @module
 */

import { Address, address } from "../../../ip/address.ts";
import { choose, list, record, when } from "../../compound.ts";
import type { Fields, Format, Random } from "../../format.ts";
import type { FieldInputs, FieldTable, FieldValues } from "../../layer.ts";
import { lsaOf, lsaRest } from "./lsa_frame.ts";

/** What a router can do (RFC 5340 §A.2, RFC 5838 §2.2, RFC 7166 §2.1). */
export const ospfv3Options = [
  ...["o23", "o22", "o21", "o20", "o19", "o18", "o17", "o16", "o15"] as const,
  ...[
    "o14",
    "o13",
    "o12",
    "o11",
    "AT",
    "L",
    "AF",
    "o7",
    "o6",
    "DC",
    "R",
    "N",
    "MC",
  ] as const,
  ...["E", "V6"] as const,
] as const;

/** The fields of an LSA's header. */
export const lsa3HeaderFields = {
  /** Seconds since it was made; 3600 to take it back. */
  age: 16,
  /** What it describes, and how far it is flooded. */
  type: {
    bits: 16,
    show: "hex",
    names: {
      0x0008: "link",
      0x2001: "router",
      0x2002: "network",
      0x2003: "interAreaPrefix",
      0x2004: "interAreaRouter",
      0x2006: "groupMembership",
      0x2007: "nssaExternal",
      0x2009: "intraAreaPrefix",
      0x4005: "asExternal",
    },
  },
  /** Which of its router's. */
  linkStateId: "ipv4",
  /** The router that made it. */
  advertisingRouter: "ipv4",
  /** Which of two is newer; counts from 0x80000001. */
  sequence: { bits: 32, show: "hex" },
  /** Fletcher's checksum of all but the age. */
  checksum: { bits: 16, show: "hex" },
  /** Octets, header included. */
  length: 16,
} as const satisfies FieldTable;

const LINK = 0x0008;
const ROUTER = 0x2001;
const NETWORK = 0x2002;
const AREA_PREFIX = 0x2003;
const AREA_ROUTER = 0x2004;
const NSSA = 0x2007;
const INTRA_PREFIX = 0x2009;
const EXTERNAL = 0x4005;
const EXTERNALS = [NSSA, EXTERNAL];

/** The instances whose prefixes are of IPv4 (RFC 5838 §2.1). */
function isIpv4({ instanceId = 0 }: Fields): boolean {
  return Number(instanceId) >= 64 && Number(instanceId) < 128;
}

/**
 * The address of a prefix: as many words of 4 octets as `prefixLength` needs
 * (RFC 5340 §A.4.1.1).
 */
const prefixAddress: Format<Address, string | Address> = {
  about: "the address of a prefix",
  read(from) {
    const bits = Number(from.fields.prefixLength);
    const size = isIpv4(from.header) ? 4 : 16;
    const used = Math.ceil(bits / 32) * 4;
    if (used > size) from.fail(`prefix of ${bits} bits`);
    const whole = new Uint8Array(size);
    whole.set(from.bytes(used));
    return Address.fromBytes(whole);
  },
  write(to, value = isIpv4(to.header) ? "0.0.0.0" : "::") {
    const octets = address(value).toBytes();
    const used = Math.ceil(Number(to.fields.prefixLength ?? 0) / 32) * 4;
    if (octets.length !== (isIpv4(to.header) ? 4 : 16)) {
      to.refuse("be of the instance's family", String(value));
    }
    if (used > octets.length) {
      to.refuse(
        `go with a prefixLength of up to ${octets.length * 8}`,
        to.fields.prefixLength,
        RangeError,
      );
    }
    to.bytes(octets.subarray(0, used));
  },
  random: () => undefined,
  text: (value) => String(value),
};

/** What a prefix is for (RFC 5340 §A.4.1.1). */
const prefixOptions = [
  ...["bit7", "bit6", "bit5", "DN", "P", "MC", "LA", "NU"] as const,
] as const;

/** Bits that a prefix of either family can have, for random ones. */
function randomBits(random: Random): number {
  return Math.floor(random() * 33);
}

const routeRecord = record({
  prefixLength: 8,
  options: prefixOptions,
  metric: 16,
  address: prefixAddress,
}, "a prefix");

const route: typeof routeRecord = {
  ...routeRecord,
  random: (random, fields) => ({
    ...routeRecord.random(random, fields) as object,
    prefixLength: randomBits(random),
  }),
  text: ({ address, prefixLength, metric }) =>
    `${address}/${prefixLength} metric ${metric}`,
};

const link = record({
  type: { bits: 8, names: { 1: "pointToPoint", 2: "transit", 4: "virtual" } },
  reserved: 8,
  metric: 16,
  interfaceId: 32,
  neighborInterfaceId: 32,
  neighborRouterId: "ipv4",
}, "a link of a router");

const WITH_PREFIX = [AREA_PREFIX, ...EXTERNALS];
const WITH_PREFIXES = [LINK, INTRA_PREFIX];

const prefixLength = when({ type: WITH_PREFIX }, 8);

type External = {
  readonly type: number;
  readonly externalFlags: readonly string[] | undefined;
  readonly referencedType: number | undefined;
};

/** The fields of an LSA; which of them there are, its type says. */
const lsa3Fields = {
  ...lsa3HeaderFields,
  /** Router: border router (B), AS boundary (E), end of a virtual link (V). */
  flags: when({ type: ROUTER }, [
    ...["flag7", "flag6", "flag5", "Nt", "x", "V", "E", "B"] as const,
  ]),
  /** External: E for a metric of type 2; which of the later fields there are. */
  externalFlags: when({ type: EXTERNALS }, [
    ...["flag7", "flag6", "flag5", "flag4", "flag3", "E", "F", "T"] as const,
  ]),
  /** Link: the router's priority on it. */
  priority: when({ type: LINK }, 8),
  /** Network, inter-area: not in use. */
  reserved: when({ type: [NETWORK, AREA_PREFIX, AREA_ROUTER] }, 8),
  /** What a router can do: that of the LSA, or a boundary router. */
  options: when({ type: [LINK, ROUTER, NETWORK, AREA_ROUTER] }, ospfv3Options),
  /** Inter-area router: not in use. */
  routerReserved: when({ type: AREA_ROUTER }, 8),
  /** Inter-area, external: the cost. */
  metric: when({ type: [AREA_PREFIX, AREA_ROUTER, ...EXTERNALS] }, 24),
  /** Inter-area router: which router. */
  destination: when({ type: AREA_ROUTER }, "ipv4"),
  /** Router: where it is linked to. */
  links: when({ type: ROUTER }, list(link)),
  /** Network: the routers on it. */
  routers: when({ type: NETWORK }, list("ipv4")),
  /** Inter-area prefix, external: bits of `address` that count. */
  prefixLength: {
    ...prefixLength,
    random: (random: Random, fields: Fields) =>
      prefixLength.random(random, fields) === undefined
        ? undefined
        : randomBits(random),
  },
  /** Inter-area prefix, external: what the prefix is for. */
  prefixOptions: when({ type: WITH_PREFIX }, prefixOptions),
  /** Inter-area prefix: not in use. */
  prefixReserved: when({ type: AREA_PREFIX }, 16),
  /** Link: the router's address on it. */
  linkLocalAddress: when({ type: LINK }, "ipv6"),
  /** Link, intra-area prefix: how many `prefixes`. */
  prefixCount: when(
    { type: WITH_PREFIXES },
    choose("type", { [LINK]: 32 }, 16),
  ),
  /** Intra-area prefix, external: the type of an LSA that this belongs to. */
  referencedType: when({ type: [INTRA_PREFIX, ...EXTERNALS] }, {
    bits: 16,
    show: "hex",
    names: lsa3HeaderFields.type.names,
  }),
  /** Inter-area prefix, external: the prefix. */
  address: when({ type: WITH_PREFIX }, prefixAddress),
  /** External with F: where to send packets. */
  forwardingAddress: when({ externalFlags: "F" }, "ipv6"),
  /** External with T: a note between boundary routers. */
  tag: when({ externalFlags: "T" }, 32),
  /** Intra-area prefix, external: the link state ID of that LSA. */
  referencedId: when(
    ({ type, externalFlags, referencedType }: External) =>
      type === INTRA_PREFIX ||
      externalFlags !== undefined && (referencedType ?? 0) !== 0,
    "ipv4",
  ),
  /** Intra-area prefix: the router that made that LSA. */
  referencedRouter: when({ type: INTRA_PREFIX }, "ipv4"),
  /** Link, intra-area prefix: the prefixes. */
  prefixes: when(
    { type: WITH_PREFIXES },
    list(route, { count: "prefixCount" }),
  ),
  /** What is left: of unknown kinds, all of it. */
  octets: lsaRest(
    [ROUTER, NETWORK, AREA_ROUTER, ...WITH_PREFIX, ...WITH_PREFIXES],
  ),
} as const satisfies FieldTable;

/** An LSA of OSPF version 3. */
export type Ospfv3Lsa = FieldValues<typeof lsa3Fields>;

/** An LSA's header alone. */
export const lsa3Header: Format<
  FieldValues<typeof lsa3HeaderFields>,
  FieldInputs<typeof lsa3HeaderFields>
> = record(lsa3HeaderFields, "the header of an LSA");

/** A whole LSA. */
export const lsa3: Format<Ospfv3Lsa, FieldInputs<typeof lsa3Fields>> = lsaOf(
  record(lsa3Fields, "a link state advertisement"),
);
