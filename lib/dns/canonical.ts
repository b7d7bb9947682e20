/**
 * Names and records in the one form that signatures are made over.
 *
 * @see RFC 4034 §6
 * @module
 */

import { Sink } from "../packet/format.ts";
import { labelsOf } from "../packet/layers/dns/name.ts";
import { ByteWriter } from "../bytes/writer.ts";
import { dataOctets } from "./message_writer.ts";
import { lowerName } from "./names.ts";
import {
  classNumber,
  type DataRecord,
  type RecordOf,
  typeNumber,
} from "./record.ts";

/** The fields that are names, in the types whose names are in small letters. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  SOA: ["mname", "rname"],
  MX: ["exchange"],
  MINFO: ["rmailbx", "emailbx"],
  RP: ["mbox", "txt"],
  AFSDB: ["hostname"],
  RT: ["intermediateHost"],
  SIG: ["signerName"],
  RRSIG: ["signerName"],
  PX: ["map822", "mapx400"],
  NAPTR: ["replacement"],
  KX: ["exchanger"],
  SRV: ["target"],
};

/** Types that are a name and nothing else. */
const ONE_NAME = new Set([
  "NS",
  "MD",
  "MF",
  "CNAME",
  "MB",
  "MG",
  "MR",
  "PTR",
  "DNAME",
]);

/**
 * Takes a name apart into the octets of its labels, in small letters.
 *
 * @param name The name.
 * @returns The labels, the nearest to the root last.
 */
export function canonicalLabels(name: string): readonly Uint8Array[] {
  return labelsOf(new Sink("dns"), lowerName(name));
}

/**
 * Gives a name's octets in small letters, uncompressed.
 *
 * @param name The name.
 * @returns The octets.
 */
export function canonicalName(name: string): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  for (const label of canonicalLabels(name)) {
    writer.u8(label.length).bytes(label);
  }
  return writer.u8(0).toBytes();
}

/**
 * Tells which of two names is first in a signed zone.
 *
 * @param a One name.
 * @param b The other.
 * @returns Below 0 if `a` is, above 0 if `b` is, 0 if they are the same.
 * @see RFC 4034 §6.1
 */
export function compareNames(a: string, b: string): number {
  const [left, right] = [canonicalLabels(a), canonicalLabels(b)];
  for (let i = 1; i <= Math.min(left.length, right.length); i++) {
    const order = compareOctets(left.at(-i)!, right.at(-i)!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/**
 * Tells which of two runs of octets is first.
 *
 * @param a One.
 * @param b The other.
 * @returns Below 0 if `a` is, above 0 if `b` is, 0 if they are the same.
 */
export function compareOctets(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

/**
 * Gives a record's data as signatures have it.
 *
 * @param record The record.
 * @returns The octets, its names uncompressed and mostly in small letters.
 */
export function canonicalData({ type, data }: DataRecord): Uint8Array {
  if (ONE_NAME.has(type)) return canonicalName(data as string);
  const names = NAMES[type];
  if (names === undefined || data instanceof Uint8Array) {
    return dataOctets(type, data);
  }
  const lower = { ...data as object } as Record<string, unknown>;
  for (const name of names) lower[name] = lowerName(lower[name] as string);
  return dataOctets(type, lower);
}

/**
 * Puts together what a signature is made over.
 *
 * @param records The records of one name and type.
 * @param signature The signature.
 * @returns The octets.
 * @see RFC 4034 §3.1.8.1
 */
export function signedOctets(
  records: readonly DataRecord[],
  { data }: RecordOf<"RRSIG">,
): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter({ capacity: 1024 });
  writer.bytes(canonicalData({
    name: ".",
    type: "RRSIG",
    class: "IN",
    ttl: 0,
    data: { ...data, signature: new Uint8Array(0) },
  }));
  const [first] = records;
  const labels = canonicalLabels(first!.name);
  // What a wildcard stands for was signed under the wildcard's name.
  const kept = labels.slice(
    labels.length - Math.min(data.labels, labels.length),
  );
  const owner = new ByteWriter();
  if (kept.length < labels.length) owner.u8(1).text("*");
  for (const label of kept) owner.u8(label.length).bytes(label);
  const name = owner.u8(0).toBytes();
  const all = records.map(canonicalData).sort(compareOctets)
    .filter((one, i, all) => i === 0 || compareOctets(one, all[i - 1]!) !== 0);
  for (const octets of all) {
    writer.bytes(name).u16(typeNumber(data.typeCovered))
      .u16(classNumber(first!.class)).u32(data.originalTtl)
      .u16(octets.length).bytes(octets);
  }
  return writer.toBytes();
}
