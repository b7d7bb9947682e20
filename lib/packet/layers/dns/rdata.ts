/**
 * What records of DNS say: one form for each type that is known.
 *
 * @module
 */

import { choose, list, sized, when } from "../../compound.ts";
import { octets } from "../../formats.ts";
import type { FieldSpec } from "../../layer.ts";
import { ALGORITHMS, DIGESTS, SIGNATURE_ERRORS, typeCode } from "./codes.ts";
import { domainName } from "./name.ts";
import * as notation from "./notations.ts";
import { serviceParameters } from "./parameters.ts";

const { base64, characterString, digits, row } = notation;

/** A name that may be compressed, as in the records of RFC 1035. */
const oldName = domainName({ compress: true });

/** A name that is not, but in multicast DNS (RFC 3597 §4, RFC 6762 §18.14). */
const name = domainName();

const strings = {
  ...list(characterString),
  text: (value: readonly (string | Uint8Array)[]) =>
    value.map((one) => characterString.text(one)).join(" "),
};

const algorithm = { bits: 8, names: ALGORITHMS } as const;

const signatureError = { bits: 16, names: SIGNATURE_ERRORS } as const;

/** RFC 4034 §5.1 */
const ds = row({
  keyTag: 16,
  algorithm,
  digestType: { bits: 8, names: DIGESTS },
  digest: digits(),
});

/** RFC 4034 §2.1: the flags are 256 for a zone's key, 257 for its entry point. */
const dnskey = row({
  flags: 16,
  protocol: 8,
  algorithm,
  publicKey: base64(),
});

/** RFC 4034 §3.1 */
const rrsig = row({
  typeCovered: typeCode,
  algorithm,
  labels: 8,
  originalTtl: 32,
  expiration: notation.signatureTime,
  inception: notation.signatureTime,
  keyTag: 16,
  signerName: name,
  signature: base64(),
});

/** RFC 6698 §2.1, RFC 8162 §2 */
const tlsa = row({
  usage: 8,
  selector: 8,
  matchingType: 8,
  certificateAssociationData: digits(),
});

/** RFC 9460 §2.2 */
const svcb = row({
  priority: 16,
  targetName: name,
  parameters: serviceParameters,
});

/**
 * The data of each type of record; of all others it is octets (RFC 3597).
 */
export const RDATA = {
  // RFC 1035 §3.3 and §3.4
  A: "ipv4",
  NS: oldName,
  MD: oldName,
  MF: oldName,
  CNAME: oldName,
  SOA: row({
    mname: oldName,
    rname: oldName,
    serial: 32,
    refresh: 32,
    retry: 32,
    expire: 32,
    minimum: 32,
  }),
  MB: oldName,
  MG: oldName,
  MR: oldName,
  WKS: row({ address: "ipv4", protocol: 8, bitmap: digits() }),
  PTR: oldName,
  HINFO: row({ cpu: characterString, os: characterString }),
  MINFO: row({ rmailbx: oldName, emailbx: oldName }),
  MX: row({ preference: 16, exchange: oldName }),
  TXT: strings,
  // RFC 1183
  RP: row({ mbox: name, txt: name }),
  AFSDB: row({ subtype: 16, hostname: name }),
  X25: characterString,
  ISDN: strings,
  RT: row({ preference: 16, intermediateHost: name }),
  // RFC 1706 §5, RFC 1348
  NSAP: digits(),
  "NSAP-PTR": name,
  // RFC 2536 and RFC 2931: as RRSIG and DNSKEY
  SIG: rrsig,
  KEY: dnskey,
  // RFC 2163 §4
  PX: row({ preference: 16, map822: name, mapx400: name }),
  // RFC 1712 §3
  GPOS: row({
    longitude: characterString,
    latitude: characterString,
    altitude: characterString,
  }),
  // RFC 3596 §2.2
  AAAA: "ipv6",
  // RFC 1876 §2: the altitude in centimetres above -100 km.
  LOC: row({
    version: 8,
    size: notation.centimetres,
    horizontalPrecision: notation.centimetres,
    verticalPrecision: notation.centimetres,
    latitude: notation.degrees("N", "S"),
    longitude: notation.degrees("E", "W"),
    altitude: 32,
  }),
  // RFC 2782
  SRV: row({ priority: 16, weight: 16, port: 16, target: name }),
  // RFC 3403 §4.1
  NAPTR: row({
    order: 16,
    preference: 16,
    flags: characterString,
    services: characterString,
    regexp: characterString,
    replacement: name,
  }),
  // RFC 2230 §3
  KX: row({ preference: 16, exchanger: name }),
  // RFC 4398 §2
  CERT: row({ type: 16, keyTag: 16, algorithm, certificate: base64() }),
  // RFC 6672 §2.1
  DNAME: name,
  // RFC 3123 §4
  APL: list(row({
    family: 16,
    prefixLength: 8,
    negation: 1,
    addressLength: 7,
    address: octets("addressLength"),
  })),
  DS: ds,
  // RFC 4255 §3.1
  SSHFP: row({
    algorithm: {
      bits: 8,
      names: { 1: "RSA", 2: "DSA", 3: "ECDSA", 4: "Ed25519", 6: "Ed448" },
    },
    fingerprintType: { bits: 8, names: { 1: "SHA-1", 2: "SHA-256" } },
    fingerprint: digits(),
  }),
  // RFC 4025 §2.1: a gateway of an unknown type has no end that is known.
  IPSECKEY: row({
    precedence: 8,
    gatewayType: 8,
    algorithm: 8,
    gateway: choose("gatewayType", {
      0: octets(0),
      1: "ipv4",
      2: "ipv6",
      3: name,
    }),
    publicKey: when({ gatewayType: [0, 1, 2, 3] }, base64()),
  }),
  RRSIG: rrsig,
  // RFC 4034 §4.1
  NSEC: row({ nextDomainName: name, types: notation.typeBitmap }),
  DNSKEY: dnskey,
  // RFC 4701 §3.1
  DHCID: base64(),
  // RFC 5155 §3.2 and §4.2
  NSEC3: row({
    hashAlgorithm: 8,
    flags: 8,
    iterations: 16,
    salt: digits(sized(8, octets())),
    nextHashedOwnerName: notation.hashedOwner,
    types: notation.typeBitmap,
  }),
  NSEC3PARAM: row({
    hashAlgorithm: 8,
    flags: 8,
    iterations: 16,
    salt: digits(sized(8, octets())),
  }),
  TLSA: tlsa,
  SMIMEA: tlsa,
  // RFC 8005 §5
  HIP: row({
    hitLength: 8,
    algorithm: 8,
    publicKeyLength: 16,
    hit: digits(octets("hitLength")),
    publicKey: base64(octets("publicKeyLength")),
    rendezvousServers: list(name),
  }),
  NINFO: strings,
  TALINK: row({ previous: name, next: name }),
  CDS: ds,
  CDNSKEY: dnskey,
  // RFC 7929 §2.1
  OPENPGPKEY: base64(),
  // RFC 7477 §2.1
  CSYNC: row({ serial: 32, flags: 16, types: notation.typeBitmap }),
  // RFC 8976 §2.2
  ZONEMD: row({ serial: 32, scheme: 8, hashAlgorithm: 8, digest: digits() }),
  SVCB: svcb,
  HTTPS: svcb,
  // RFC 9859 §3
  DSYNC: row({ type: typeCode, scheme: 8, port: 16, target: name }),
  // RFC 7208 §3.1
  SPF: strings,
  // RFC 6742 §2
  NID: row({ preference: 16, nodeId: { bits: 64 } }),
  L32: row({ preference: 16, locator32: "ipv4" }),
  L64: row({ preference: 16, locator64: { bits: 64 } }),
  LP: row({ preference: 16, fqdn: name }),
  // RFC 7043 §3.1 and §4.1
  EUI48: "mac",
  EUI64: digits(octets(8)),
  // RFC 2930 §2, RFC 8945 §4.2: TSIG tells the time in seconds since 1970.
  TKEY: row({
    algorithm: name,
    inception: notation.signatureTime,
    expiration: notation.signatureTime,
    mode: 16,
    error: signatureError,
    key: base64(sized(16, octets())),
    otherData: digits(sized(16, octets())),
  }),
  TSIG: row({
    algorithm: name,
    timeSigned: 48,
    fudge: 16,
    mac: base64(sized(16, octets())),
    originalId: 16,
    error: signatureError,
    otherData: digits(sized(16, octets())),
  }),
  // RFC 7553 §4.4
  URI: row({ priority: 16, weight: 16, target: notation.restString }),
  // RFC 8659 §4.1: of the flags the highest bit is in use, "critical".
  CAA: row({ flags: 8, tag: characterString, value: notation.restString }),
  AVC: strings,
  // RFC 8777 §4.1
  AMTRELAY: row({
    precedence: 8,
    discoveryOptional: 1,
    relayType: 7,
    relay: choose("relayType", {
      0: octets(0),
      1: "ipv4",
      2: "ipv6",
      3: name,
    }),
  }),
  RESINFO: strings,
  WALLET: strings,
  // RFC 4431 §2
  DLV: ds,
} as const satisfies Readonly<Record<string, FieldSpec>>;
