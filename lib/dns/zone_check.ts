/**
 * Whether records are a zone.
 *
 * @module
 */

import { canonicalData } from "./canonical.ts";
import { isWithin, lowerName } from "./names.ts";
import type { DataRecord } from "./record.ts";

/** What keeps records from being a zone. */
export interface ZoneTrouble {
  /** The record that it is with, if it is one's. */
  readonly record: DataRecord | undefined;
  /** What is wrong. */
  readonly reason: string;
}

/** DNSSEC may say something of any name (RFC 4034 §2.5). */
const BESIDE_CNAME = new Set(["RRSIG", "NSEC", "KEY"]);

/**
 * Looks for what keeps records from being a zone.
 *
 * @param records The records.
 * @returns The first trouble, and the record that it is with, if it is one's.
 */
export function troubleIn(
  records: readonly DataRecord[],
): ZoneTrouble | undefined {
  const soas = records.filter(({ type }) => type === "SOA");
  const [soa, another] = soas;
  if (soa === undefined) return { record: undefined, reason: "it has no SOA" };
  if (
    another !== undefined &&
    !soas.every((one) => dataKey(one) === dataKey(soa))
  ) return { record: another, reason: "it has two SOA records" };
  const key = lowerName(soa.name);
  /** By name what a CNAME may not be beside: its own data, or another type. */
  const held = new Map<string, DataRecord>();
  let hasServer = false;
  for (const record of records) {
    const { name, type } = record;
    const fail = (reason: string): ZoneTrouble => ({ record, reason });
    if (record.class !== soa.class) return fail("its classes differ");
    if (type !== "SOA" && !isWithin(name, key)) {
      return fail(`${name} is not in the zone ${soa.name}`);
    }
    const owner = lowerName(name);
    if (type === "SOA" && owner !== key) return fail("it has two SOA records");
    if (type === "NS" && owner === key) hasServer = true;
    // DNSSEC may say something of any name (RFC 4034 §2.5).
    if (BESIDE_CNAME.has(type)) continue;
    const first = held.get(owner);
    if (first === undefined) {
      held.set(owner, record);
      continue;
    }
    const isClash = first.type === "CNAME" || type === "CNAME";
    if (
      isClash && !(first.type === type && dataKey(first) === dataKey(record))
    ) {
      return fail(`${name} has a CNAME and other records beside it`);
    }
  }
  const one = records.filter(({ type }) => type === "DNAME");
  const names = new Map<string, DataRecord>();
  for (const record of one) {
    const other = names.get(lowerName(record.name));
    if (other !== undefined && dataKey(other) !== dataKey(record)) {
      return { record, reason: `${record.name} has two DNAME records` };
    }
    names.set(lowerName(record.name), record);
  }
  if (!hasServer) {
    return { record: soa, reason: `${soa.name} has no NS record` };
  }
  return undefined;
}

/**
 * Gives a text that is the same for records that say the same.
 *
 * @param record One of records of the same name and type.
 * @returns The text.
 */
export function dataKey(record: DataRecord): string {
  const { type, data } = record;
  if (typeof data === "string") return lowerName(data);
  return type === "A" ? `${data}` : canonicalData(record).toHex();
}
