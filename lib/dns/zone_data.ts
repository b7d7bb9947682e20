/**
 * What records say, read as zone files have it: one form for each type.
 *
 * @module
 */

import { Cursor } from "../packet/format.ts";
import {
  ALGORITHMS,
  codeNumber,
  DIGESTS,
  TYPE_CODES,
} from "../packet/layers/dns/codes.ts";
import { dataOctets } from "./message_writer.ts";
import { readRecord } from "./record_reader.ts";
import { classNumber, type DataRecord, typeNumber } from "./record.ts";
import { CERTIFICATES } from "./record_text.ts";
import { bindingOctets } from "./zone_binding.ts";
import { angle, metres } from "./zone_location.ts";
import {
  gateway,
  groups,
  hashedOwner,
  moment,
  prefix,
} from "./zone_notations.ts";
import type { Words } from "./zone_words.ts";

/** Protocols that WKS records may name. */
const PROTOCOLS: Readonly<Record<number, string>> = { 6: "TCP", 17: "UDP" };

type Read = (words: Words) => unknown;

/** Fields one after the other. */
const row = (fields: Readonly<Record<string, Read>>): Read => (words) => {
  const data: Record<string, unknown> = {};
  for (const field in fields) data[field] = fields[field]!(words);
  return data;
};

const u8: Read = (words) => words.number(0xff);
const u16: Read = (words) => words.number(0xffff);
const u32: Read = (words) => words.number(0xffffffff);
const time: Read = (words) => words.time();
const name: Read = (words) => words.name();
const ipv4: Read = (words) => words.address(4);
const ipv6: Read = (words) => words.address(6);
const string: Read = (words) => words.string();
const strings: Read = (words) => words.strings();
const long: Read = (words) => words.octets();
const digits: Read = (words) => words.digits();
const hex: Read = (words) => words.hex();
const base64: Read = (words) => words.base64();
const type: Read = (words) => words.type();
const types: Read = (words) => words.types();
const algorithm: Read = (words) => words.coded(ALGORITHMS, "an algorithm");

const delegation = row({
  keyTag: u16,
  algorithm,
  digestType: (words) => words.coded(DIGESTS, "a digest's type"),
  digest: hex,
});
const key = row({ flags: u16, protocol: u8, algorithm, publicKey: base64 });
const signature = row({
  typeCovered: type,
  algorithm,
  labels: u8,
  originalTtl: time,
  expiration: moment,
  inception: moment,
  keyTag: u16,
  signerName: name,
  signature: base64,
});
const association = row({
  usage: u8,
  selector: u8,
  matchingType: u8,
  certificateAssociationData: hex,
});

const FORMS: Readonly<Record<string, Read>> = {
  A: ipv4,
  NS: name,
  MD: name,
  MF: name,
  CNAME: name,
  SOA: row({
    mname: name,
    rname: name,
    serial: u32,
    refresh: time,
    retry: time,
    expire: time,
    minimum: time,
  }),
  WKS(words) {
    const address = words.address(4);
    const protocol = words.coded(PROTOCOLS, "a protocol");
    const ports: number[] = [];
    while (words.hasMore) ports.push(words.number(0xffff, "a port"));
    const bitmap = new Uint8Array(
      ports.length && (Math.max(...ports) >> 3) + 1,
    );
    for (const port of ports) bitmap[port >> 3]! |= 0x80 >> (port & 7);
    return { address, protocol, bitmap };
  },
  MB: name,
  MG: name,
  MR: name,
  PTR: name,
  HINFO: row({ cpu: string, os: string }),
  MINFO: row({ rmailbx: name, emailbx: name }),
  MX: row({ preference: u16, exchange: name }),
  TXT: strings,
  RP: row({ mbox: name, txt: name }),
  AFSDB: row({ subtype: u16, hostname: name }),
  X25: string,
  ISDN: strings,
  RT: row({ preference: u16, intermediateHost: name }),
  NSAP(words) {
    const { at } = words;
    const text = words.rest();
    if (!/^0x/i.test(text)) words.fail("0x and digits are needed", at);
    return words.hexOf(text.slice(2).replaceAll(".", ""), at);
  },
  "NSAP-PTR": name,
  SIG: signature,
  KEY: key,
  PX: row({ preference: u16, map822: name, mapx400: name }),
  GPOS: row({ longitude: string, latitude: string, altitude: string }),
  AAAA: ipv6,
  LOC(words) {
    const latitude = angle(words, "N", "S", 90);
    const longitude = angle(words, "E", "W", 180);
    const altitude = metres(words, "an altitude") + 10_000_000;
    if (altitude < 0 || altitude > 0xffffffff) {
      words.fail("an altitude must be from -100000m to 42849672.95m");
    }
    const size = (usual: number): number =>
      words.hasMore ? rounded(metres(words, "a size")) : usual;
    const [across, horizontal, vertical] = [size(100), size(1e6), size(1000)];
    return {
      version: 0,
      size: across,
      horizontalPrecision: horizontal,
      verticalPrecision: vertical,
      latitude,
      longitude,
      altitude,
    };
  },
  SRV: row({ priority: u16, weight: u16, port: u16, target: name }),
  NAPTR: row({
    order: u16,
    preference: u16,
    flags: string,
    services: string,
    regexp: string,
    replacement: name,
  }),
  KX: row({ preference: u16, exchanger: name }),
  CERT: row({
    type: (words) => words.coded(CERTIFICATES, "a certificate's type", 0xffff),
    keyTag: u16,
    algorithm,
    certificate: base64,
  }),
  DNAME: name,
  APL(words) {
    const all: unknown[] = [];
    while (words.hasMore) all.push(prefix(words));
    return all;
  },
  DS: delegation,
  SSHFP: row({ algorithm: u8, fingerprintType: u8, fingerprint: hex }),
  IPSECKEY(words) {
    const precedence = words.number(255);
    const gatewayType = words.number(255);
    const algorithm = words.number(255);
    return {
      precedence,
      gatewayType,
      algorithm,
      gateway: gateway(words, gatewayType),
      publicKey: words.base64(),
    };
  },
  RRSIG: signature,
  NSEC: row({
    nextDomainName: name,
    // One is there at least: NSEC itself.
    types: (words) => [words.type(), ...words.types()],
  }),
  DNSKEY: key,
  DHCID: base64,
  NSEC3: row({
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt: digits,
    nextHashedOwnerName: hashedOwner,
    types,
  }),
  NSEC3PARAM: row({
    hashAlgorithm: u8,
    flags: u8,
    iterations: u16,
    salt: digits,
  }),
  TLSA: association,
  SMIMEA: association,
  HIP(words) {
    const algorithm = words.number(255);
    const hit = words.digits();
    const publicKey = words.base64(false);
    const rendezvousServers: string[] = [];
    while (words.hasMore) rendezvousServers.push(words.name());
    return { algorithm, hit, publicKey, rendezvousServers };
  },
  NINFO: strings,
  TALINK: row({ previous: name, next: name }),
  CDS: delegation,
  CDNSKEY: key,
  OPENPGPKEY: base64,
  CSYNC: row({ serial: u32, flags: u16, types }),
  ZONEMD: row({ serial: u32, scheme: u8, hashAlgorithm: u8, digest: hex }),
  SVCB: bindingOctets,
  HTTPS: bindingOctets,
  DSYNC: row({ type, scheme: u8, port: u16, target: name }),
  SPF: strings,
  NID: row({ preference: u16, nodeId: groups }),
  L32: row({ preference: u16, locator32: ipv4 }),
  L64: row({ preference: u16, locator64: groups }),
  LP: row({ preference: u16, fqdn: name }),
  EUI48: (words) => words.take("six octets").text,
  EUI64(words) {
    const { text } = words.take("eight octets");
    if (!/^[0-9a-f]{2}(?:-[0-9a-f]{2}){7}$/i.test(text)) {
      words.fail("eight octets such as 00-00-5e-ef-10-00-00-2a are needed");
    }
    return Uint8Array.fromHex(text.replaceAll("-", ""));
  },
  URI: row({ priority: u16, weight: u16, target: long }),
  CAA: row({ flags: u8, tag: string, value: long }),
  AVC: strings,
  AMTRELAY(words) {
    const precedence = words.number(255);
    const discoveryOptional = words.number(1);
    const relayType = words.number(127);
    const relay = gateway(words, relayType);
    return { precedence, discoveryOptional, relayType, relay };
  },
  RESINFO: strings,
  WALLET: strings,
  DLV: delegation,
};

/** The first digit, and zeros: all that a LOC record can say of a length. */
function rounded(centimetres: number): number {
  const digits = String(Math.min(centimetres, 9e9));
  return Number(digits[0]!.padEnd(digits.length, "0"));
}

/**
 * Reads what a record says.
 *
 * @param words What stands behind the type.
 * @param head The record without its data.
 * @returns The whole record.
 * @throws {ZoneError} If no record of its type says this.
 */
export function readData(
  words: Words,
  head: Pick<DataRecord, "name" | "type" | "class" | "ttl">,
): DataRecord {
  const { at } = words;
  const { type } = head;
  const isGeneric = words.peek?.text === "\\#" && !words.peek.isQuoted;
  const form = FORMS[type];
  let data: unknown;
  if (isGeneric) data = generic(words);
  else if (form !== undefined) data = form(words);
  else {
    words.fail(`data of type ${type} are written \\# length digits`, at);
  }
  if (words.hasMore) {
    words.take("");
    words.fail("there is more than the record says");
  }
  if (form === name || form === ipv4 || form === ipv6) {
    if (!isGeneric) return { ...head, data } as DataRecord;
  }
  try {
    return settledRecord(head, dataOctets(type, data)) ??
      words.fail(`no ${type} record says this`, at);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) {
      throw error;
    }
    words.fail(error.message.replace(/^Cannot .*? as /, ""), at);
  }
}

/** Octets of a type that is not known (RFC 3597 §5). */
function generic(words: Words): Uint8Array {
  words.take("");
  const length = words.number(0xffff, "a length");
  const octets = words.hasMore ? words.hex() : new Uint8Array(0);
  if (octets.length !== length) {
    words.fail(`${length} octets are announced, and ${octets.length} there`);
  }
  return octets;
}

/**
 * Gives a record as a message would bring it, so that each has one form only.
 *
 * @param head The record without its data.
 * @param data The octets of its data.
 * @returns The record; `undefined` if no record of its type says this.
 */
export function settledRecord(
  head: Pick<DataRecord, "name" | "type" | "class" | "ttl">,
  data: Uint8Array,
): DataRecord | undefined {
  const number = typeNumber(head.type);
  const octets = new Uint8Array(11 + data.length);
  const view = new DataView(octets.buffer);
  view.setUint16(1, number);
  view.setUint16(3, classNumber(head.class));
  view.setUint16(9, data.length);
  octets.set(data, 11);
  const record = readRecord(new Cursor(octets, 0, octets.length)) as DataRecord;
  if (codeNumber(TYPE_CODES, record.type) !== number) return undefined;
  // Of a known type that it turned out not to be.
  if (record.type !== head.type) return undefined;
  return { ...record, name: head.name, ttl: head.ttl } as DataRecord;
}
