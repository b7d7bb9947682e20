/**
 * The other names in certificates: hosts, addresses, mail boxes and the rest.
 *
 * @see RFC 5280 §4.2.1.6 (GeneralName)
 * @module
 */

import { Address } from "../../ip/address.ts";
import { contextTag, type DerReader, type DerValue, TAG } from "../der/der.ts";
import { DistinguishedName, readText } from "./distinguished_name.ts";
import { oidName } from "../der/object_identifiers.ts";

/** What kind of name one is. */
export type GeneralNameType =
  | "other"
  | "email"
  | "dns"
  | "x400"
  | "directory"
  | "edi"
  | "uri"
  | "ip"
  | "oid";

/** One name, of any kind. */
export interface GeneralName {
  /** What kind of name it is. */
  readonly type: GeneralNameType;
  /** The name as text; a network of addresses as `10.0.0.0/8`. */
  readonly value: string;
  /** The octets of the name as they are in the certificate; not enumerable. */
  readonly octets: Uint8Array;
  /** The distinguished name, where it is one. */
  readonly directory?: DistinguishedName;
}

/** A name of whom a certificate is about. */
export type SubjectAltName = GeneralName;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Types by the number in the tag. */
const TYPES: readonly GeneralNameType[] = [
  "other",
  "email",
  "dns",
  "x400",
  "directory",
  "edi",
  "uri",
  "ip",
  "oid",
];

/**
 * Reads all names up to the end.
 *
 * @param reader A cursor before the first.
 * @returns The names, in order.
 */
export function readGeneralNames(reader: DerReader): GeneralName[] {
  const names: GeneralName[] = [];
  for (const value of reader.rest("name")) names.push(readGeneralName(value));
  return names;
}

/**
 * Reads one name.
 *
 * @param value The value with its tag.
 * @param network Whether addresses have a mask, as in name constraints.
 */
export function readGeneralName(
  value: DerValue,
  network = false,
): GeneralName {
  const number = value.tag & 0x1f;
  const type = (value.tag & 0xc0) === 0x80 && value.tag <= 0xff
    ? TYPES[number]
    : undefined;
  if (type === undefined) throw value.fault("name of no known kind");
  const octets = value.contents;
  const primitive = (value.tag & 0x20) === 0;
  const flat = type !== "other" && type !== "x400" && type !== "directory" &&
    type !== "edi";
  if (flat !== primitive) {
    throw value.fault(`name of kind ${type} is encoded as another`);
  }
  const text = (): string => {
    switch (type) {
      case "email":
      case "dns":
      case "uri":
        return plain(octets);
      case "ip":
        return addressText(value, network);
      case "oid":
        return value.named("name").oid();
      case "other":
        return otherName(value);
      default:
        return `#${octets.toHex()}`;
    }
  };
  if (type !== "directory") return generalName(type, text(), octets);
  const inside = value.inside();
  const directory = new DistinguishedName(
    inside.take(TAG.sequence, "directory name"),
  );
  inside.done();
  return generalName(type, `${directory}`, octets, directory);
}

/**
 * Makes a name of its parts.
 *
 * @param type Its kind.
 * @param value Its text.
 * @param octets Its octets, which are not shown.
 * @param directory The distinguished name, if it is one.
 */
export function generalName(
  type: GeneralNameType,
  value: string,
  octets: Uint8Array,
  directory?: DistinguishedName,
): GeneralName {
  const name = directory ? { type, value, directory } : { type, value };
  return Object.defineProperty(name, "octets", {
    value: octets,
  }) as GeneralName;
}

/** These should be ASCII; some write UTF-8, and whatever else is Latin-1. */
function plain(octets: Uint8Array): string {
  try {
    return UTF8.decode(octets);
  } catch {
    return new TextDecoder("latin1").decode(octets);
  }
}

function otherName(value: DerValue): string {
  const inside = value.inside();
  const oid = inside.take(TAG.oid, "kind of other name").oid();
  const outer = inside.take(contextTag(0), "other name").inside();
  const inner = outer.next("other name");
  return `${oidName(oid)}:${readText(inner) ?? `#${inner.der.toHex()}`}`;
}

/** The address of 4 or 16 octets. */
function addressAt(octets: Uint8Array): string {
  return `${Address.fromBytes(octets)}`;
}

function addressText(value: DerValue, network: boolean): string {
  const octets = value.contents;
  const half = network ? octets.length / 2 : octets.length;
  if (half !== 4 && half !== 16) {
    throw value.fault(
      `address of ${octets.length} octets, where ${
        network ? "8 or 32" : "4 or 16"
      } are right`,
    );
  }
  if (!network) return addressAt(octets);
  const mask = octets.subarray(half);
  let length = 0;
  while (
    length < 8 * half && (mask[length >> 3]! & 0x80 >> (length & 7)) !== 0
  ) length++;
  // A mask with holes, which RFC 4632 does not know, is shown as it stands.
  const whole = mask.every((octet, i) =>
    octet === (0xff00 >> Math.max(0, Math.min(8, length - 8 * i)) & 0xff)
  );
  const address = addressAt(octets.subarray(0, half));
  return `${address}/${whole ? length : addressAt(mask)}`;
}
