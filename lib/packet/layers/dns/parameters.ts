/**
 * What DNS carries as pairs of a key and a value: the options of EDNS and the
 * parameters of service bindings.
 *
 * @module
 */

import { Address, address } from "../../../ip/address.ts";
import { list, record, sized } from "../../compound.ts";
import type { Cursor, Fields, Format, Sink } from "../../format.ts";
import { octets } from "../../formats.ts";
import { optional } from "../../optional.ts";
import { options } from "../../options.ts";
import { textOrOctets } from "../../text_or_octets.ts";
import { valueText } from "../../value.ts";
import { EXTENDED_ERRORS } from "./codes.ts";
import { plainDomainName } from "./name.ts";

/** The address families of RFC 7871 §6, by number the octets of an address. */
const FAMILIES: Readonly<Record<number, number>> = { 1: 4, 2: 16 };

/**
 * The address of a client's network, of which only the octets are there that
 * the prefix covers (RFC 7871 §6). What is no such address stays octets.
 */
const clientAddress: Format<
  Address | Uint8Array,
  Address | Uint8Array | string
> = {
  about: "an address, cut after the prefix",
  takesOctets: true,
  read(from: Cursor) {
    return addressOf(from.bytes(), from.fields);
  },
  write(to: Sink, value) {
    if (value instanceof Uint8Array) return to.bytes(value);
    if (value === undefined) return;
    const octets = address(value).toBytes();
    if (octets.length !== familySize(to.fields)) {
      to.refuse("be of the family that 'family' says", value);
    }
    to.bytes(octets.subarray(0, prefixOctets(to.fields)));
  },
  random(random, fields) {
    const part = Uint8Array.from(
      { length: prefixOctets(fields) ?? 0 },
      () => Math.floor(random() * 256),
    );
    return addressOf(part, fields);
  },
  text: (value) => valueText(value),
};

function addressOf(part: Uint8Array, fields: Fields): Address | Uint8Array {
  const size = familySize(fields);
  if (size === undefined || part.length !== prefixOctets(fields)) return part;
  const whole = new Uint8Array(size);
  whole.set(part);
  return Address.fromBytes(whole);
}

function familySize({ family }: Fields): number | undefined {
  return FAMILIES[Number(family)];
}

function prefixOctets(fields: Fields): number | undefined {
  const size = familySize(fields);
  const octets = Math.ceil(Number(fields.sourcePrefixLength ?? 0) / 8);
  return size !== undefined && octets <= size ? octets : undefined;
}

/** The options of an OPT record (IANA's registry "DNS EDNS0 Option Codes"). */
export const ednsOptions = options({
  kind: 16,
  length: 16,
  covers: "value",
  kinds: {
    // RFC 8764 §3.2
    1: ["longLivedQuery", {
      version: 16,
      opcode: 16,
      error: 16,
      id: { bits: 64 },
      leaseSeconds: 32,
    }],
    // RFC 9664 §4
    2: ["updateLease", { leaseSeconds: 32, keyLeaseSeconds: optional(32) }],
    // RFC 5001 §2.3
    3: ["nsid", { id: octets() }],
    // RFC 6975 §3
    5: ["dnssecAlgorithms", { algorithms: list(8) }],
    6: ["dsHashes", { algorithms: list(8) }],
    7: ["nsec3Hashes", { algorithms: list(8) }],
    // RFC 7871 §6
    8: ["clientSubnet", {
      family: { bits: 16, names: { 1: "IPv4", 2: "IPv6" } },
      sourcePrefixLength: 8,
      scopePrefixLength: 8,
      address: clientAddress,
    }],
    // RFC 7314 §2
    9: ["expire", { seconds: optional(32) }],
    // RFC 7873 §4
    10: ["cookie", { client: { octets: 8 }, server: octets() }],
    // RFC 7828 §3.1: in units of 100 milliseconds.
    11: ["tcpKeepalive", { timeout: optional(16) }],
    // RFC 7830 §3, RFC 7901 §4, RFC 8145 §4.1
    12: ["padding", { octets: octets() }],
    13: ["chain", { closestTrustPoint: plainDomainName() }],
    14: ["keyTag", { tags: list(16) }],
    // RFC 8914 §2
    15: ["extendedError", {
      infoCode: { bits: 16, names: EXTENDED_ERRORS },
      extraText: textOrOctets(),
    }],
    // RFC 9567 §5.1, RFC 9660 §2
    18: ["reportChannel", { agentDomain: plainDomainName() }],
    19: ["zoneVersion", {
      zone: optional(record({ labelCount: 8, type: 8, version: octets() })),
    }],
  },
});

/** Names of the keys of service parameters (RFC 9460 §14.3.2). */
const KEYS = {
  0: "mandatory",
  1: "alpn",
  2: "no-default-alpn",
  3: "port",
  4: "ipv4hint",
  5: "ech",
  6: "ipv6hint",
  7: "dohpath",
  8: "ohttp",
} as const;

const parameters = options({
  kind: 16,
  length: 16,
  covers: "value",
  kinds: {
    // RFC 9460 §7 and §8
    0: ["mandatory", { keys: list({ bits: 16, names: KEYS }) }],
    1: ["alpn", { protocols: list(sized(8, textOrOctets())) }],
    2: ["no-default-alpn", {}],
    3: ["port", { port: 16 }],
    4: ["ipv4hint", { addresses: list("ipv4") }],
    // RFC 9848 §3
    5: ["ech", { configs: octets() }],
    6: ["ipv6hint", { addresses: list("ipv6") }],
    // RFC 9461 §5, RFC 9540 §4
    7: ["dohpath", { template: textOrOctets() }],
    8: ["ohttp", {}],
  },
});

/**
 * The parameters of SVCB and HTTPS records, for people as in a zone file (RFC
 * 9460 §2.1).
 */
export const serviceParameters: typeof parameters = {
  ...parameters,
  text: (value) =>
    value.map(({ kind, ...fields }) => {
      const [one] = Object.values(fields) as unknown[];
      const name = typeof kind === "number" ? `key${kind}` : kind;
      if (one === undefined) return name;
      if (one instanceof Uint8Array) {
        return `${name}=${kind === "ech" ? one.toBase64() : one.toHex()}`;
      }
      const items = kind === "mandatory"
        ? (one as readonly (keyof typeof KEYS)[]).map((key) =>
          KEYS[key] ?? `key${key}`
        )
        : one;
      return `${name}=${items}`;
    }).join(" "),
};
