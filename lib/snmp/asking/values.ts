/**
 * Reading values: numbers, text, addresses, names of states.
 *
 * @see RFC 2578 §7.1, RFC 2579 §2, §3.1
 * @module
 */

import { hex } from "../../bytes/hex.ts";
import { DecodeError } from "../../errors.ts";
import type { MibNode, MibSyntax } from "../mib/object.ts";
import { formatInetAddress } from "../mib/octets.ts";
import { nameOf } from "../mib/value.ts";
import type { RawValue, SnmpType, SnmpValue } from "../value.ts";
import { type Pdu, PLACES, readInteger } from "./message.ts";
import { oidText } from "./oid.ts";

/** Types by their tags. */
export const TYPES: Readonly<Record<number, SnmpType>> = {
  0x02: "Integer32",
  0x03: "BitString",
  0x04: "OctetString",
  0x05: "Null",
  0x06: "ObjectIdentifier",
  0x40: "IpAddress",
  0x41: "Counter32",
  0x42: "Gauge32",
  0x43: "TimeTicks",
  0x44: "Opaque",
  0x46: "Counter64",
  // UInteger32 of version 2's first attempt.
  0x47: "Gauge32",
  0x80: "noSuchObject",
  0x81: "noSuchInstance",
  0x82: "endOfMibView",
};

/** The OID of one variable of a PDU. */
export function oidAt({ octets, places }: Pdu, index: number): string {
  const at = index * PLACES;
  return oidText(octets, places[at]!, places[at + 1]!);
}

/** The type of one variable of a PDU. */
export function typeAt({ places }: Pdu, index: number): SnmpType {
  return TYPES[places[index * PLACES + 2]!] ?? "unknown";
}

/**
 * The value of one variable of a PDU, as it came.
 *
 * @throws {DecodeError} If it has no octets, or too many.
 */
export function rawAt(pdu: Pdu, index: number): RawValue {
  const { octets, places } = pdu;
  const at = index * PLACES;
  const [tag, start, end] = [places[at + 2]!, places[at + 3]!, places[at + 4]!];
  switch (tag) {
    case 0x02:
      return readInteger(octets, start, end);
    case 0x41:
    case 0x42:
    case 0x43:
    case 0x47:
      return readUnsigned(octets, start, end);
    case 0x06:
      return oidText(octets, start, end);
    case 0x40:
      if (end - start === 4) {
        return `${octets[start]}.${octets[start + 1]}.${octets[start + 2]}.${
          octets[start + 3]
        }`;
      }
      throw wrongSize("an IpAddress has 4 octets", start, 4, end - start);
    case 0x46:
      return readUnsigned64(octets, start, end);
    case 0x05:
    case 0x80:
    case 0x81:
    case 0x82:
      return undefined;
    default:
      return octets.subarray(start, end);
  }
}

/** Some agents forget the zero in front that keeps a number from being negative. */
function readUnsigned(octets: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length === 0 || length > 5 || (length === 5 && octets[start] !== 0)) {
    throw wrongSize("an unsigned number has 1 to 4 octets", start, 4, length);
  }
  let value = 0;
  for (let at = start; at < end; at++) value = value * 256 + octets[at]!;
  return value;
}

function readUnsigned64(
  octets: Uint8Array,
  start: number,
  end: number,
): bigint {
  const length = end - start;
  if (length === 0 || length > 9 || (length === 9 && octets[start] !== 0)) {
    throw wrongSize("a Counter64 has 1 to 8 octets", start, 8, length);
  }
  let high = 0;
  let low = 0;
  for (let at = start; at < end; at++) {
    if (end - at > 4) high = high * 256 + octets[at]!;
    else low = low * 256 + octets[at]!;
  }
  return high === 0 ? BigInt(low) : BigInt(high) << 32n | BigInt(low);
}

function wrongSize(
  reason: string,
  offset: number,
  needed: number,
  available: number,
): DecodeError {
  return new DecodeError(reason, { layer: "snmp", offset, needed, available });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder("latin1");
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\0-\x08\x0e-\x1f\x7f]/;

/** Octets as text, if they are any. */
function textOf(octets: Uint8Array): string | undefined {
  try {
    const text = utf8.decode(octets);
    return UNPRINTABLE.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * A value as its syntax says it is meant.
 *
 * @param type What it is on the wire.
 * @param raw As it came.
 * @param node The object that it is of, if a MIB has it.
 */
export function meant(
  type: SnmpType,
  raw: RawValue,
  node: MibNode | undefined,
): SnmpValue {
  if (raw === undefined) return undefined;
  if (type === "TimeTicks") return (raw as number) * 10;
  if (raw instanceof Uint8Array) {
    if (type === "Opaque") return floatOf(raw) ?? raw.slice();
    return type === "OctetString" ? stringOf(raw, node?.syntax) : raw.slice();
  }
  const syntax = node?.syntax;
  if (syntax === undefined || typeof raw !== "number") return raw;
  const { enums, hint } = syntax;
  if (enums !== undefined) {
    if (syntax.convention === "TruthValue" && (raw === 1 || raw === 2)) {
      return raw === 1;
    }
    return nameOf(enums, raw) ?? raw;
  }
  const decimals = hint === undefined ? null : /^d-(\d)$/.exec(hint);
  return decimals ? raw / 10 ** Number(decimals[1]) : raw;
}

function stringOf(
  octets: Uint8Array,
  syntax: MibSyntax | undefined,
): SnmpValue {
  if (syntax?.base === "BITS") return bitNames(octets, syntax.enums ?? {});
  const convention = syntax?.convention;
  if (convention?.startsWith("InetAddress")) {
    return addressText(octets) ?? stringText(octets);
  }
  const hint = syntax?.hint;
  if (hint === undefined) {
    // Without a hint nobody says whether it is text: 00:50:56 may be "\0PV".
    return textOf(octets) ?? octets.slice();
  }
  if (/^\d+[at]$/.test(hint)) return stringText(octets);
  if (hint === "1x:") return colons(octets);
  if (convention === "DateAndTime") return dateText(octets) ?? octets.slice();
  return octets.slice();
}

/** Text, also where an agent has written another encoding than it should. */
function stringText(octets: Uint8Array): string {
  try {
    return utf8.decode(octets);
  } catch {
    return latin1.decode(octets);
  }
}

function colons(octets: Uint8Array): string {
  return Array.from(octets, (n) => n.toString(16).padStart(2, "0")).join(":");
}

/** InetAddress says by its length which kind it is (RFC 4001 §3). */
function addressText(octets: Uint8Array): string | undefined {
  return [4, 8, 16, 20].includes(octets.length)
    ? formatInetAddress(octets)
    : undefined;
}

/** DateAndTime as ISO 8601 writes it (RFC 2579 §2). */
function dateText(octets: Uint8Array): string | undefined {
  if (octets.length !== 8 && octets.length !== 11) return undefined;
  const pad = (n: number, size = 2) => `${n}`.padStart(size, "0");
  const [, , month, day, hour, minute, second, tenth] = octets;
  const year = octets[0]! << 8 | octets[1]!;
  const date = `${pad(year, 4)}-${pad(month!)}-${pad(day!)}`;
  const text = `${date}T${pad(hour!)}:${pad(minute!)}:${pad(second!)}.${tenth}`;
  if (octets.length === 8) return text;
  const sign = String.fromCharCode(octets[8]!);
  return `${text}${sign}${pad(octets[9]!)}:${pad(octets[10]!)}`;
}

/** The names of the bits that are set; a bit without a name is its number. */
function bitNames(
  octets: Uint8Array,
  enums: Readonly<Record<string, number>>,
): readonly string[] {
  const names: string[] = [];
  for (let bit = 0; bit < octets.length * 8; bit++) {
    if ((octets[bit >> 3]! & 0x80 >> (bit & 7)) !== 0) {
      names.push(nameOf(enums, bit) ?? `${bit}`);
    }
  }
  return names;
}

/** A float inside an Opaque, as net-snmp writes loads (tags 0x9f78 and 0x9f79). */
function floatOf(octets: Uint8Array): number | undefined {
  const [first, kind, size] = octets;
  if (first !== 0x9f || octets.length !== 3 + size!) return undefined;
  const view = new DataView(octets.buffer, octets.byteOffset + 3);
  if (kind === 0x78 && size === 4) return view.getFloat32(0);
  if (kind === 0x79 && size === 8) return view.getFloat64(0);
  return undefined;
}

/**
 * A value for JSON.
 *
 * @param value The value.
 * @returns Bigints as decimal text, octets as hexadecimal text, all else as it is.
 */
export function plainValue(value: SnmpValue): unknown {
  if (typeof value === "bigint") return `${value}`;
  return value instanceof Uint8Array ? hex(value) : value;
}

/**
 * A value as text, without a MIB's help.
 *
 * @param value The value.
 */
export function plainText(value: SnmpValue): string {
  if (value instanceof Uint8Array) return hex(value, ":");
  return Array.isArray(value) ? value.join(" ") : `${value ?? ""}`;
}
