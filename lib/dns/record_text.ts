/**
 * What records say, as BIND's programs print it.
 *
 * @module
 */

import {
  ALGORITHMS,
  CLASS_CODES,
  codeNumber,
} from "../packet/layers/dns/codes.ts";
import type { DnsOptRecord, DnsRecord } from "../packet/layers/dns/record.ts";
import { hashedOwner, signatureTime } from "../packet/layers/dns/notations.ts";
import { serviceParameters } from "../packet/layers/dns/parameters.ts";
import type { FieldValue } from "../packet/layer.ts";
import { location } from "./location_text.ts";
import { absoluteName } from "./names.ts";

type DataRecord = Exclude<DnsRecord, DnsOptRecord>;
type Texts = {
  readonly [T in DataRecord["type"]]?: (
    data: Extract<DataRecord, { readonly type: T }>["data"],
  ) => string;
};

/** Digits of a long field between two spaces. */
const RUN = 56;

const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const CHARACTERS = Array.from({ length: 256 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  if (character === '"' || character === "\\") return `\\${character}`;
  if (octet >= 0x20 && octet < 0x7f) return character;
  return `\\${String(octet).padStart(3, "0")}`;
});

function octetsOf(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? encoder.encode(value) : value;
}

function escaped(value: string | Uint8Array): string {
  let text = "";
  for (const octet of octetsOf(value)) text += CHARACTERS[octet];
  return text;
}

/** A character-string between quotation marks (RFC 1035 §5.1). */
function quoted(value: string | Uint8Array): string {
  return `"${escaped(value)}"`;
}

function runs(text: string): string {
  return text.length <= RUN ? text : text.match(/.{1,56}/g)!.join(" ");
}

function digits(value: Uint8Array): string {
  return runs(value.toHex().toUpperCase());
}

/** Data of no known form (RFC 3597 §5). */
function octetsText(data: Uint8Array): string {
  return words("\\#", data.length, digits(data));
}

function base64(value: Uint8Array | undefined): string {
  return value === undefined ? "" : runs(value.toBase64());
}

const name = absoluteName;
/** One or more; a record without any, which may come, has no form of its own. */
const strings = (data: readonly (string | Uint8Array)[]): string =>
  data.length === 0 ? octetsText(NOTHING) : data.map(quoted).join(" ");

function words(...all: readonly (string | number)[]): string {
  return all.filter((word) => word !== "").join(" ");
}

function salt(value: Uint8Array): string {
  return value.length === 0 ? "-" : value.toHex().toUpperCase();
}

/** The ports whose bits are set, the first octet's highest bit for port 0. */
function* ports(bitmap: Uint8Array): Generator<number> {
  for (const [at, octet] of bitmap.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if ((octet & 0x80 >> bit) !== 0) yield at * 8 + bit;
    }
  }
}

interface Key {
  readonly flags: number;
  readonly protocol: number;
  readonly algorithm: number;
  readonly publicKey: Uint8Array;
}

const key = ({ flags, protocol, algorithm, publicKey }: Key): string =>
  words(flags, protocol, algorithm, base64(publicKey));

interface Signature {
  readonly typeCovered: string;
  readonly algorithm: number;
  readonly labels: number;
  readonly originalTtl: number;
  readonly expiration: number;
  readonly inception: number;
  readonly keyTag: number;
  readonly signerName: string;
  readonly signature: Uint8Array;
}

const signature = (data: Signature): string =>
  words(
    data.typeCovered,
    data.algorithm,
    data.labels,
    data.originalTtl,
    signatureTime.text(data.expiration),
    signatureTime.text(data.inception),
    data.keyTag,
    name(data.signerName),
    base64(data.signature),
  );

interface Delegation {
  readonly keyTag: number;
  readonly algorithm: number;
  readonly digestType: number;
  readonly digest: Uint8Array;
}

const delegation = (data: Delegation): string =>
  words(data.keyTag, data.algorithm, data.digestType, digits(data.digest));

interface Association {
  readonly usage: number;
  readonly selector: number;
  readonly matchingType: number;
  readonly certificateAssociationData: Uint8Array;
}

const association = (data: Association): string =>
  words(
    data.usage,
    data.selector,
    data.matchingType,
    digits(data.certificateAssociationData),
  );

interface Binding {
  readonly priority: number;
  readonly targetName: string;
  readonly parameters: FieldValue<typeof serviceParameters>;
}

const binding = ({ priority, targetName, parameters }: Binding): string =>
  words(priority, name(targetName), ...parameters.map(parameter));

/** A service parameter (RFC 9460 §2.1), lists between quotation marks. */
function parameter(one: Binding["parameters"][number]): string {
  if (typeof one.kind === "number") {
    return `key${one.kind}${
      one.octets.length === 0 ? "" : `=${quoted(one.octets)}`
    }`;
  }
  switch (one.kind) {
    case "alpn": {
      // A comma within a name has a backslash of its own (RFC 9460 App. A.1).
      const all = one.protocols.map((protocol) =>
        escaped(protocol).replaceAll(
          /,|\\\\/g,
          (c) => c === "," ? "\\\\," : "\\\\\\\\",
        )
      );
      return `alpn="${all.join(",")}"`;
    }
    case "dohpath":
      return `${one.kind}=${quoted(one.template)}`;
    default:
      return serviceParameters.text([one]);
  }
}

/** Groups of four digits, as in an IPv6 address. */
function groups(value: bigint): string {
  return value.toString(16).padStart(16, "0").match(/.{4}/g)!
    .map((group) => group.replace(/^0{1,3}/, "")).join(":");
}

/** One item of an APL record (RFC 3123 §5). */
function prefix(
  { family, prefixLength, negation, address }: {
    readonly family: number;
    readonly prefixLength: number;
    readonly negation: number;
    readonly address: Uint8Array;
  },
): string {
  const whole = new Uint8Array(family === 1 ? 4 : 16);
  whole.set(address.subarray(0, whole.length));
  const text = family === 1 ? whole.join(".") : compact(
    whole.toHex().match(/.{4}/g)!.map((x) => x.replace(/^0{1,3}/, "")),
  );
  return `${negation === 1 ? "!" : ""}${family}:${text}/${prefixLength}`;
}

/** Writes the longest run of zeros as `::`. */
function compact(all: readonly string[]): string {
  const text = all.join(":");
  const zeros = text.match(/(?:^|:)0(?::0)+(?=:|$)/g) ?? [];
  const longest = zeros.reduce((a, b) => b.length > a.length ? b : a, "");
  return longest === ""
    ? text
    : text.replace(longest, "::").replace(/:{3,}/, "::");
}

const algorithms: Readonly<Record<number, string>> = ALGORITHMS;

/** Types of certificates (RFC 4398 §2.1). */
export const CERTIFICATES: Readonly<Record<number, string>> = {
  1: "PKIX",
  2: "SPKI",
  3: "PGP",
  4: "IPKIX",
  5: "ISPKI",
  6: "IPGP",
  7: "ACPKIX",
  8: "IACPKIX",
  253: "URI",
  254: "OID",
};

const TEXTS: Texts = {
  A: (data) => `${data}`,
  AAAA: (data) => `${data}`,
  NS: name,
  MD: name,
  MF: name,
  CNAME: name,
  MB: name,
  MG: name,
  MR: name,
  PTR: name,
  DNAME: name,
  "NSAP-PTR": name,
  WKS: (d) => words(`${d.address}`, d.protocol, ...ports(d.bitmap)),
  SOA: (d) =>
    words(
      name(d.mname),
      name(d.rname),
      d.serial,
      d.refresh,
      d.retry,
      d.expire,
      d.minimum,
    ),
  MX: (d) => words(d.preference, name(d.exchange)),
  RT: (d) => words(d.preference, name(d.intermediateHost)),
  KX: (d) => words(d.preference, name(d.exchanger)),
  LP: (d) => words(d.preference, name(d.fqdn)),
  AFSDB: (d) => words(d.subtype, name(d.hostname)),
  MINFO: (d) => words(name(d.rmailbx), name(d.emailbx)),
  RP: (d) => words(name(d.mbox), name(d.txt)),
  PX: (d) => words(d.preference, name(d.map822), name(d.mapx400)),
  TALINK: (d) => words(name(d.previous), name(d.next)),
  SRV: (d) => words(d.priority, d.weight, d.port, name(d.target)),
  NAPTR: (d) =>
    words(
      d.order,
      d.preference,
      quoted(d.flags),
      quoted(d.services),
      quoted(d.regexp),
      name(d.replacement),
    ),
  HINFO: (d) => words(quoted(d.cpu), quoted(d.os)),
  X25: quoted,
  ISDN: strings,
  TXT: strings,
  SPF: strings,
  NINFO: strings,
  AVC: strings,
  RESINFO: strings,
  WALLET: strings,
  GPOS: (d) =>
    words(quoted(d.longitude), quoted(d.latitude), quoted(d.altitude)),
  NSAP: (d) => `0x${d.toHex()}`,
  LOC: location,
  CERT: (d) =>
    words(
      CERTIFICATES[d.type] ?? d.type,
      d.keyTag,
      algorithms[d.algorithm] ?? d.algorithm,
      base64(d.certificate),
    ),
  APL: (d) => d.map(prefix).join(" "),
  DS: delegation,
  CDS: delegation,
  DLV: delegation,
  DNSKEY: key,
  CDNSKEY: key,
  KEY: key,
  RRSIG: signature,
  SIG: signature,
  SSHFP: (d) => words(d.algorithm, d.fingerprintType, digits(d.fingerprint)),
  IPSECKEY: (d) =>
    words(
      d.precedence,
      d.gatewayType,
      d.algorithm,
      d.gatewayType === 0
        ? "."
        : typeof d.gateway === "string"
        ? name(d.gateway)
        : `${d.gateway}`,
      base64(d.publicKey),
    ),
  NSEC: (d) => words(name(d.nextDomainName), d.types.join(" ")),
  NSEC3: (d) =>
    words(
      d.hashAlgorithm,
      d.flags,
      d.iterations,
      salt(d.salt),
      hashedOwner.text(d.nextHashedOwnerName),
      d.types.join(" "),
    ),
  NSEC3PARAM: (d) =>
    words(d.hashAlgorithm, d.flags, d.iterations, salt(d.salt)),
  TLSA: association,
  SMIMEA: association,
  HIP: (d) =>
    words(
      d.algorithm,
      d.hit.toHex().toUpperCase(),
      d.publicKey.toBase64(),
      ...d.rendezvousServers.map(name),
    ),
  DHCID: base64,
  OPENPGPKEY: base64,
  CSYNC: (d) => words(d.serial, d.flags, d.types.join(" ")),
  ZONEMD: (d) => words(d.serial, d.scheme, d.hashAlgorithm, digits(d.digest)),
  SVCB: binding,
  HTTPS: binding,
  DSYNC: (d) => words(d.type, d.scheme, d.port, name(d.target)),
  NID: (d) => words(d.preference, groups(BigInt(d.nodeId))),
  L32: (d) => words(d.preference, `${d.locator32}`),
  L64: (d) => words(d.preference, groups(BigInt(d.locator64))),
  EUI48: (d) => `${d}`.replaceAll(":", "-").toLowerCase(),
  EUI64: (d) => d.toHex().match(/../g)!.join("-"),
  URI: (d) => words(d.priority, d.weight, quoted(d.target)),
  CAA: (d) => words(d.flags, escaped(d.tag), quoted(d.value)),
  AMTRELAY: (d) =>
    words(
      d.precedence,
      d.discoveryOptional,
      d.relayType,
      typeof d.relay === "string"
        ? name(d.relay)
        : d.relayType === 0
        ? "."
        : `${d.relay}`,
    ),
};

/**
 * Writes what a record says.
 *
 * @param record The record.
 * @returns The data alone; `\# ` and digits for what is of no known form.
 * @see RFC 3597 §5
 */
export function dataText(record: DataRecord): string {
  const text = TEXTS[record.type as keyof typeof TEXTS] as
    | ((data: unknown) => string)
    | undefined;
  const data: unknown = record.data;
  // Address records of other classes have data of their own.
  const isInternet = codeNumber(CLASS_CODES, record.class) === 1;
  if (text !== undefined && (isInternet || !(data instanceof Uint8Array))) {
    return text(data);
  }
  if (!(data instanceof Uint8Array)) return String(data);
  return octetsText(data);
}
