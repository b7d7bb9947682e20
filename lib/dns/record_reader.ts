/**
 * Records out of messages.
 *
 * @module
 */

import { Address } from "../ip/address.ts";
import { readWord } from "../ip/words.ts";
import { maybe } from "../packet/compound.ts";
import { type Cursor, type Format, Stop } from "../packet/format.ts";
import { octets } from "../packet/formats.ts";
import type { FieldSpec } from "../packet/layer.ts";
import { formatOf } from "../packet/layout.ts";
import { readName } from "../packet/layers/dns/name.ts";
import { ednsOptions } from "../packet/layers/dns/parameters.ts";
import { RDATA } from "../packet/layers/dns/rdata.ts";
import { asText } from "../packet/text_or_octets.ts";
import {
  className,
  type DnsOptRecord,
  type DnsRecord,
  typeName,
} from "./record.ts";

/** Octets of a message's head: no name starts inside it. */
const HEAD = 12;
/** Octets of a record between its name and its data. */
const FIXED = 10;

const [A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, LOC, OPT] = [
  1,
  2,
  5,
  6,
  12,
  15,
  16,
  28,
  29,
  41,
] as const;

const OCTETS = octets() as Format<unknown, unknown>;

const FORMS: ReadonlyMap<string, Format<unknown, unknown>> = new Map(
  Object.entries<FieldSpec>(RDATA).map((
    [type, spec],
  ) => [type, formatOf(maybe(spec)) as Format<unknown, unknown>]),
);

/**
 * Gives the form of a type's data.
 *
 * @param type The type's name.
 * @returns How its data are read and written; octets for what is not known.
 */
export function formOf(type: string): Format<unknown, unknown> {
  return FORMS.get(type) ?? OCTETS;
}

/**
 * Reads a record and moves on behind it.
 *
 * @param from Where it stands; the message starts at octet 0.
 * @returns The record. Data that no record of its type can have stay octets,
 * and the type is then `TYPE` and its number.
 * @throws {Stop} If the record is cut short, or its name makes no sense.
 */
export function readRecord(from: Cursor): DnsRecord {
  const { view } = from;
  const name = readName(from, HEAD);
  const at = from.take(FIXED);
  const type = view.getUint16(at);
  const length = view.getUint16(at + 8);
  const start = from.take(length);
  const whole = from.end;
  from.end = from.at;
  from.at = start;
  let record: unknown;
  try {
    record = type === OPT ? readOpt(from, name, at) : {
      name,
      type: typeName(type),
      class: className(view.getUint16(at + 2)),
      ttl: view.getUint32(at + 4),
      data: readData(from, type),
    };
    if (from.at !== start + length) record = undefined;
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
  }
  from.at = start + length;
  from.end = whole;
  // No record of its type says this: what it means is not sure.
  return (record ?? {
    name,
    type: `TYPE${type}`,
    class: className(view.getUint16(at + 2)),
    ttl: view.getUint32(at + 4),
    data: from.octets.subarray(start, start + length),
  }) as DnsRecord;
}

function readData(from: Cursor, type: number): unknown {
  switch (type) {
    case A:
      return new Address(4, 0, 0, 0, from.view.getInt32(from.take(4)));
    case AAAA: {
      const { octets } = from;
      const at = from.take(16);
      return new Address(
        6,
        readWord(octets, at),
        readWord(octets, at + 4),
        readWord(octets, at + 8),
        readWord(octets, at + 12),
      );
    }
    case NS:
    case CNAME:
    case PTR:
      return readName(from, HEAD);
    case MX:
      return { preference: from.u16(), exchange: readName(from, HEAD) };
    case SOA:
      return {
        mname: readName(from, HEAD),
        rname: readName(from, HEAD),
        serial: from.u32(),
        refresh: from.u32(),
        retry: from.u32(),
        expire: from.u32(),
        minimum: from.u32(),
      };
    case TXT: {
      const strings: (string | Uint8Array)[] = [];
      while (from.at < from.end) strings.push(asText(from.bytes(from.u8())));
      return strings;
    }
    case LOC:
      // Of other versions nobody knows what they say (RFC 1876 §2).
      if (from.at < from.end && from.octets[from.at] !== 0) {
        throw new Stop("its version is not 0", from.at);
      }
      return readOther(from, type);
    default:
      return readOther(from, type);
  }
}

function readOther(from: Cursor, type: number): unknown {
  const { trouble } = from;
  from.trouble = undefined;
  from.fields = { type: typeName(type) };
  const data = formOf(typeName(type)).read(from);
  const { trouble: stop } = from;
  from.trouble = trouble;
  if (stop !== undefined) throw stop;
  return data ?? new Uint8Array(0);
}

function readOpt(from: Cursor, name: string, at: number): DnsOptRecord {
  const { view } = from;
  const flags = view.getUint16(at + 6);
  return {
    name,
    type: "OPT",
    udpPayloadSize: view.getUint16(at + 2),
    extendedRcode: view.getUint8(at + 4),
    version: view.getUint8(at + 5),
    flags: flags < 0x4000 ? [] : [
      ...flags & 0x8000 ? ["DO" as const] : [],
      ...flags & 0x4000 ? ["CO" as const] : [],
    ],
    reserved: flags & 0x3fff,
    options: from.at === from.end ? [] : readOptions(from),
  };
}

function readOptions(from: Cursor): DnsOptRecord["options"] {
  const { trouble } = from;
  from.trouble = undefined;
  const options = ednsOptions.read(from);
  const { trouble: stop } = from;
  from.trouble = trouble;
  if (stop !== undefined) throw stop;
  return options;
}
