/** Records of DNS the way tshark writes them. */

import type { DnsRecord } from "../../lib/packet/layers/dns/record.ts";
import {
  CLASS_CODES,
  codeNumber,
  TYPE_CODES,
} from "../../lib/packet/layers/dns/codes.ts";

type Shown = string | number;
type Fields = Readonly<Record<string, Shown | readonly Shown[]>>;

const name = (text: string): string => text === "." ? "<Root>" : text;

const text = (value: string | Uint8Array): string =>
  typeof value === "string" ? value : value.toHex();

/** Where there are none, some of tshark's fields say so. */
const bytes = (value: Uint8Array): string => value.toHex() || "<MISSING>";

const type = (of: string): number => codeNumber(TYPE_CODES, of)!;

/** The fields of each record that tshark has counterparts for. */
function dataFields(record: DnsRecord): Fields {
  switch (record.type) {
    case "A":
      return { "dns.a": `${record.data}` };
    case "AAAA":
      return { "dns.aaaa": `${record.data}` };
    case "NS":
      return { "dns.ns": name(record.data) };
    case "CNAME":
      return { "dns.cname": name(record.data) };
    case "PTR":
      return { "dns.ptr.domain_name": name(record.data) };
    case "DNAME":
      return { "dns.dname": name(record.data) };
    case "SOA":
      return {
        "dns.soa.mname": name(record.data.mname),
        "dns.soa.rname": name(record.data.rname),
        "dns.soa.serial_number": record.data.serial,
        "dns.soa.refresh_interval": record.data.refresh,
        "dns.soa.retry_interval": record.data.retry,
        "dns.soa.expire_limit": record.data.expire,
        "dns.soa.minimum_ttl": record.data.minimum,
      };
    case "MX":
      return {
        "dns.mx.preference": record.data.preference,
        "dns.mx.mail_exchange": name(record.data.exchange),
      };
    case "TXT":
      return { "dns.txt": record.data.map(text) };
    case "SPF":
      return { "dns.spf": record.data.map(text) };
    case "HINFO":
      return {
        "dns.hinfo.cpu": text(record.data.cpu),
        "dns.hinfo.os": text(record.data.os),
      };
    case "MINFO":
      return {
        "dns.minfo.r": name(record.data.rmailbx),
        "dns.minfo.e": name(record.data.emailbx),
      };
    case "SRV":
      return {
        "dns.srv.priority": record.data.priority,
        "dns.srv.weight": record.data.weight,
        "dns.srv.port": record.data.port,
        "dns.srv.target": name(record.data.target),
      };
    case "NAPTR":
      return {
        "dns.naptr.order": record.data.order,
        "dns.naptr.preference": record.data.preference,
        "dns.naptr.flags": text(record.data.flags),
        "dns.naptr.service": text(record.data.services),
        "dns.naptr.regex": text(record.data.regexp),
        "dns.naptr.replacement": name(record.data.replacement),
      };
    case "RP":
      return {
        "dns.rp.mailbox": name(record.data.mbox),
        "dns.rp.txt_rr": name(record.data.txt),
      };
    case "AFSDB":
      return {
        "dns.afsdb.subtype": record.data.subtype,
        "dns.afsdb.hostname": name(record.data.hostname),
      };
    case "RT":
      return {
        "dns.rt.subtype": record.data.preference,
        "dns.rt.intermediate_host": name(record.data.intermediateHost),
      };
    case "PX":
      return {
        "dns.px.preference": record.data.preference,
        "dns.px.map822": name(record.data.map822),
        "dns.px.map400": name(record.data.mapx400),
      };
    case "KX":
      return {
        "dns.kx.preference": record.data.preference,
        "dns.kx.key_exchange": name(record.data.exchanger),
      };
    case "LOC":
      return record.data.version !== 0 ? {} : {
        "dns.loc.latitude": Math.round(record.data.latitude * 3.6e6) + 2 ** 31,
        "dns.loc.longitude": Math.round(record.data.longitude * 3.6e6) +
          2 ** 31,
        "dns.loc.altitude": record.data.altitude,
      };
    case "CERT":
      return {
        "dns.cert.type": record.data.type,
        "dns.cert.key_tag": `0x${
          record.data.keyTag.toString(16).padStart(4, "0")
        }`,
        "dns.cert.algorithm": record.data.algorithm,
        "dns.cert.certificate": record.data.certificate.toHex(),
      };
    case "DS":
    case "CDS":
    case "DLV":
      return {
        "dns.ds.key_id": `0x${
          record.data.keyTag.toString(16).padStart(4, "0")
        }`,
        "dns.ds.algorithm": record.data.algorithm,
        "dns.ds.digest_type": record.data.digestType,
        "dns.ds.digest": bytes(record.data.digest),
      };
    case "SSHFP":
      return {
        "dns.sshfp.algorithm": record.data.algorithm,
        "dns.sshfp.fingerprint.type": record.data.fingerprintType,
        "dns.sshfp.fingerprint": record.data.fingerprint.toHex(),
      };
    case "RRSIG":
    case "SIG":
      return {
        "dns.rrsig.type_covered": type(record.data.typeCovered),
        "dns.rrsig.algorithm": record.data.algorithm,
        "dns.rrsig.labels": record.data.labels,
        "dns.rrsig.original_ttl": record.data.originalTtl,
        "dns.rrsig.key_tag": record.data.keyTag,
        "dns.rrsig.signers_name": name(record.data.signerName),
        "dns.rrsig.signature": record.data.signature.toHex(),
      };
    case "NSEC":
      return { "dns.nsec.next_domain_name": name(record.data.nextDomainName) };
    case "DNSKEY":
    case "CDNSKEY":
      return {
        "dns.dnskey.flags": `0x${
          record.data.flags.toString(16).padStart(4, "0")
        }`,
        "dns.dnskey.protocol": record.data.protocol,
        "dns.dnskey.algorithm": record.data.algorithm,
        "dns.dnskey.public_key": bytes(record.data.publicKey),
      };
    case "NSEC3":
    case "NSEC3PARAM":
      return {
        "dns.nsec3.algo": record.data.hashAlgorithm,
        "dns.nsec3.flags": record.data.flags,
        "dns.nsec3.iterations": record.data.iterations,
        "dns.nsec3.salt_length": record.data.salt.length,
        "dns.nsec3.salt_value": bytes(record.data.salt),
      };
    case "TLSA":
      return {
        "dns.tlsa.certificate_usage": record.data.usage,
        "dns.tlsa.selector": record.data.selector,
        "dns.tlsa.matching_type": record.data.matchingType,
        "dns.tlsa.certificate_association_data": bytes(
          record.data
            .certificateAssociationData,
        ),
      };
    case "HIP":
      return {
        "dns.hip.hit.length": record.data.hitLength,
        "dns.hip.pk.length": record.data.publicKeyLength,
        "dns.hip.hit": bytes(record.data.hit),
        "dns.hip.pk": bytes(record.data.publicKey),
        // A root at the end is lost on tshark 4.0.
        "dns.hip.rendezvous_server": record.data.rendezvousServers
          .filter((one, i, { length }) => one !== "." || i < length - 1)
          .map(name),
      };
    case "DHCID":
      return { "dns.dhcid.rdata": record.data.toHex() };
    case "CSYNC":
      return { "dns.csync.soa": record.data.serial };
    case "ZONEMD":
      return {
        "dns.zonemd.serial": record.data.serial,
        "dns.zonemd.scheme": record.data.scheme,
        "dns.zonemd.hash_algo": record.data.hashAlgorithm,
        "dns.zonemd.digest": bytes(record.data.digest),
      };
    case "SVCB":
    case "HTTPS":
      return {
        "dns.svcb.svcpriority": record.data.priority,
        "dns.svcb.targetname": name(record.data.targetName),
        "dns.svcb.svcparam.alpn": record.data.parameters.flatMap((one) =>
          one.kind === "alpn" ? one.protocols.map(text) : []
        ),
        "dns.svcb.svcparam.port": record.data.parameters.flatMap((one) =>
          one.kind === "port" ? one.port : []
        ),
        "dns.svcb.svcparam.ipv4hint.ip": record.data.parameters.flatMap((one) =>
          one.kind === "ipv4hint" ? one.addresses.map(String) : []
        ),
        "dns.svcb.svcparam.ipv6hint.ip": record.data.parameters.flatMap((one) =>
          one.kind === "ipv6hint" ? one.addresses.map(String) : []
        ),
      };
    case "L32":
      return {
        "dns.ilnp.l32.preference": record.data.preference,
        "dns.ilnp.l32": `${record.data.locator32}`,
      };
    case "LP":
      return {
        "dns.ilnp.lp.preference": record.data.preference,
        "dns.ilnp.lp": name(record.data.fqdn),
      };
    case "EUI48":
      return { "dns.eui48": record.data };
    case "TSIG":
      return {
        "dns.tsig.algorithm_name": name(record.data.algorithm),
        "dns.tsig.fudge": record.data.fudge,
        "dns.tsig.mac_size": record.data.mac.length,
        "dns.tsig.original_id": record.data.originalId,
        "dns.tsig.error": record.data.error,
        "dns.tsig.other_len": record.data.otherData.length,
      };
    case "TKEY":
      return {
        "dns.tkey.algo_name": name(record.data.algorithm),
        "dns.tkey.mode": record.data.mode,
        "dns.tkey.error": record.data.error,
        "dns.tkey.key_size": record.data.key.length,
        "dns.tkey.other_size": record.data.otherData.length,
      };
    case "CAA":
      return {
        "dns.caa.flags": `0x${record.data.flags.toString(16).padStart(2, "0")}`,
        "dns.caa.tag": text(record.data.tag),
      };
    case "OPT":
      return {
        "dns.rr.udp_payload_size": record.udpPayloadSize,
        "dns.resp.ext_rcode": `0x${
          record.extendedRcode.toString(16).padStart(2, "0")
        }`,
        "dns.resp.edns0_version": record.version,
        "dns.resp.z": `0x${
          ((record.flags.includes("DO") ? 0x8000 : 0) |
            (record.flags.includes("CO") ? 0x4000 : 0) | record.reserved)
            .toString(16).padStart(4, "0")
        }`,
        "dns.opt.cookie.client": record.options.flatMap((one) =>
          one.kind === "cookie" ? bytes(one.client) : []
        ),
        "dns.opt.cookie.server": record.options.flatMap((one) =>
          one.kind === "cookie" ? bytes(one.server) : []
        ),
        "dns.opt.padding": record.options.flatMap((one) =>
          one.kind === "padding" ? bytes(one.octets) : []
        ),
        "dns.opt.client.netmask": record.options.flatMap((one) =>
          one.kind === "clientSubnet" ? one.sourcePrefixLength : []
        ),
        "dns.opt.ext_error.info_code": record.options.flatMap((one) =>
          one.kind === "extendedError" ? one.infoCode : []
        ),
      };
    default:
      return {};
  }
}

const NAMED =
  "dns.a dns.aaaa dns.ns dns.cname dns.ptr.domain_name dns.dname dns.soa.mname \
dns.soa.rname dns.soa.serial_number dns.soa.refresh_interval \
dns.soa.retry_interval dns.soa.expire_limit dns.soa.minimum_ttl \
dns.mx.preference dns.mx.mail_exchange dns.txt dns.spf dns.hinfo.cpu \
dns.hinfo.os dns.minfo.r dns.minfo.e dns.srv.priority dns.srv.weight \
dns.srv.port dns.srv.target dns.naptr.order dns.naptr.preference \
dns.naptr.flags dns.naptr.service dns.naptr.regex dns.naptr.replacement \
dns.rp.mailbox dns.rp.txt_rr dns.afsdb.subtype dns.afsdb.hostname \
dns.rt.subtype dns.rt.intermediate_host dns.px.preference dns.px.map822 \
dns.px.map400 dns.kx.preference dns.kx.key_exchange dns.loc.latitude \
dns.loc.longitude dns.loc.altitude dns.cert.type dns.cert.key_tag \
dns.cert.algorithm dns.cert.certificate dns.ds.key_id dns.ds.algorithm \
dns.ds.digest_type dns.ds.digest dns.sshfp.algorithm \
dns.sshfp.fingerprint.type dns.sshfp.fingerprint dns.rrsig.type_covered \
dns.rrsig.algorithm dns.rrsig.labels dns.rrsig.original_ttl \
dns.rrsig.key_tag dns.rrsig.signers_name dns.rrsig.signature \
dns.nsec.next_domain_name dns.dnskey.flags dns.dnskey.protocol \
dns.dnskey.algorithm dns.dnskey.public_key dns.nsec3.algo dns.nsec3.flags \
dns.nsec3.iterations dns.nsec3.salt_length dns.nsec3.salt_value \
dns.tlsa.certificate_usage dns.tlsa.selector dns.tlsa.matching_type \
dns.tlsa.certificate_association_data dns.hip.hit.length dns.hip.pk.length \
dns.hip.hit dns.hip.pk dns.hip.rendezvous_server dns.dhcid.rdata \
dns.csync.soa dns.zonemd.serial dns.zonemd.scheme dns.zonemd.hash_algo \
dns.zonemd.digest dns.svcb.svcpriority dns.svcb.targetname \
dns.svcb.svcparam.alpn dns.svcb.svcparam.port dns.svcb.svcparam.ipv4hint.ip \
dns.svcb.svcparam.ipv6hint.ip dns.ilnp.l32.preference dns.ilnp.l32 \
dns.ilnp.lp.preference dns.ilnp.lp dns.eui48 dns.tsig.algorithm_name \
dns.tsig.fudge dns.tsig.mac_size dns.tsig.original_id dns.tsig.error \
dns.tsig.other_len dns.tkey.algo_name dns.tkey.mode dns.tkey.error \
dns.tkey.key_size dns.tkey.other_size dns.caa.flags dns.caa.tag \
dns.rr.udp_payload_size dns.resp.ext_rcode dns.resp.edns0_version dns.resp.z \
dns.opt.cookie.client dns.opt.cookie.server dns.opt.padding \
dns.opt.client.netmask dns.opt.ext_error.info_code".split(" ");

/** What to ask tshark for. */
export const RECORD_FIELDS: readonly string[] = [
  ..."dns.resp.name dns.resp.type dns.resp.class dns.resp.ttl".split(" "),
  ...NAMED,
];

/** All records together, field by field in their order. */
export function recordFields(records: readonly DnsRecord[]): Fields {
  const all: Record<string, Shown[]> = Object.fromEntries(
    RECORD_FIELDS.map((name) => [name, []]),
  );
  for (const record of records) {
    // Of SRV records tshark shows the parts of the name in other fields.
    if (record.type !== "SRV") all["dns.resp.name"]!.push(name(record.name));
    all["dns.resp.type"]!.push(type(record.type));
    if (
      record.type === "NSEC" || record.type === "NSEC3" ||
      record.type === "CSYNC"
    ) all["dns.resp.type"]!.push(...record.data.types.map(type));
    if (record.type !== "OPT") {
      const number = codeNumber(CLASS_CODES, record.class)!;
      all["dns.resp.class"]!.push(`0x${number.toString(16).padStart(4, "0")}`);
      all["dns.resp.ttl"]!.push(record.ttl);
    }
    for (const [name, value] of Object.entries(dataFields(record))) {
      all[name]!.push(...[value].flat() as Shown[]);
    }
  }
  return all;
}
