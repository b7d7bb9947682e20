/**
 * The end of a column's OID as the values of its table's index, and back.
 *
 * @see RFC 2578 §7.7, RFC 1212 §4.1.6, RFC 4001 §4.1
 * @module
 */

import { ParseError } from "../../errors.ts";
import { parse as parseAddress } from "../../ip/address.ts";
import type { MibIndex, MibValue } from "./object.ts";
import {
  formatInetAddress,
  formatOctets,
  parseInetAddress,
  parseOctets,
} from "./octets.ts";
import { nameOf, parseBySyntax } from "./value.ts";

/** A part of an index as a program has it: numbers, or text for the rest. */
export type MibIndexValue = number | string;

/** One part of an index among the numbers of an OID. */
export interface IndexPart {
  readonly index: MibIndex;
  /** The numbers that hold the value, without a length before them. */
  readonly arcs: readonly number[];
  /** Whether their count stands before them. */
  readonly hasLength: boolean;
  /** For an InetAddress, what the part before it says that it is. */
  readonly addressType: number | undefined;
}

/** InternetAddress, the one kind of NetworkAddress (RFC 1155 §3.2.3.1). */
const INTERNET = 1;

function isString({ syntax }: MibIndex): boolean {
  return syntax.base === "OCTET STRING" || syntax.base === "BITS" ||
    syntax.base === "Opaque";
}

/** The length that every value has, where it is one. */
function fixedLength({ syntax: { ranges } }: MibIndex): number | undefined {
  if (ranges?.length !== 1) return undefined;
  const [low, high] = ranges[0]!;
  return low === high ? Number(low) : undefined;
}

/**
 * Whether a part of an index is an address whose kind a part before it tells.
 *
 * @param index The part.
 */
export function isAddress({ syntax: { name, convention } }: MibIndex): boolean {
  return convention === "InetAddress" || name === "InetAddress" ||
    convention === "LldpManAddress";
}

/**
 * Whether a part of an index tells what kind of address comes after it: of
 * IANA's address families, IPv4 and IPv6 have the numbers of InetAddressType.
 *
 * @param index The part.
 */
export function isAddressType({ syntax: { convention } }: MibIndex): boolean {
  return convention === "InetAddressType" ||
    convention === "AddressFamilyNumbers";
}

/**
 * Cuts the end of an OID into the parts of an index.
 *
 * @param indexes The parts.
 * @param arcs The numbers behind the column's OID.
 * @param fail Called where they do not fit, with the place among the numbers.
 */
export function cutIndex(
  indexes: readonly MibIndex[],
  arcs: readonly number[],
  fail: (at: number, reason: string) => never,
): IndexPart[] {
  const parts: IndexPart[] = [];
  let at = 0;
  let addressType: number | undefined;
  for (const index of indexes) {
    const { name, implied, syntax } = index;
    let length = 1;
    let hasLength = false;
    if (isString(index) || syntax.base === "OBJECT IDENTIFIER") {
      const fixed = isString(index) ? fixedLength(index) : undefined;
      if (implied) length = arcs.length - at;
      else if (fixed !== undefined) length = fixed;
      else {
        if (at >= arcs.length) fail(at, `the length of ${name} is missing`);
        length = arcs[at++]!;
        hasLength = true;
      }
    } else if (syntax.base === "IpAddress") {
      if (syntax.name === "NetworkAddress" && arcs[at++] !== INTERNET) {
        fail(at - 1, `${name} is no Internet address`);
      }
      length = 4;
    }
    const end = at + length;
    if (end > arcs.length) {
      const rest = arcs.length - at;
      fail(at, `${name} needs ${length} numbers and has ${rest}`);
    }
    const own = arcs.slice(at, end);
    if (isString(index) || syntax.base === "IpAddress") {
      const wrong = own.findIndex((arc) => arc > 255);
      if (wrong >= 0) fail(at + wrong, `an octet of ${name} is above 255`);
    }
    if (isAddressType(index)) addressType = own[0];
    parts.push({
      index,
      arcs: own,
      hasLength,
      addressType: isAddress(index) ? addressType : undefined,
    });
    at = end;
  }
  if (at < arcs.length) fail(at, "more numbers than the index has");
  return parts;
}

/**
 * Gives the value of one part of an index.
 *
 * @param part The part.
 * @returns A number; a name, if the number has one; text for all else.
 */
export function indexValue(
  { index, arcs, addressType }: IndexPart,
): MibIndexValue {
  const { syntax } = index;
  if (isAddress(index)) {
    return formatInetAddress(Uint8Array.from(arcs), addressType);
  }
  if (isString(index)) return formatOctets(Uint8Array.from(arcs), syntax.hint);
  if (syntax.base === "IpAddress" || syntax.base === "OBJECT IDENTIFIER") {
    return arcs.join(".");
  }
  const [number] = arcs;
  return (syntax.enums && nameOf(syntax.enums, number!)) ?? number!;
}

/**
 * Gives the numbers of one part of an index.
 *
 * @param index The part.
 * @param value Its value; text as {@linkcode indexValue} gives it.
 * @param addressType What the parts before say that an InetAddress is.
 * @param readOid Reads an OID.
 */
export function indexArcs(
  index: MibIndex,
  value: MibValue,
  addressType: number | undefined,
  readOid: (text: string) => string,
): number[] {
  const { name, implied, syntax } = index;
  const fail = (reason: string): never => {
    throw new ParseError(`a value of ${name}`, `${value}`, 0, reason);
  };
  if (isString(index)) {
    const octets = value instanceof Uint8Array
      ? value
      : isAddress(index)
      ? parseInetAddress(`${value}`, addressType)
      : parseOctets(`${value}`, syntax.hint);
    const fixed = fixedLength(index);
    if (fixed !== undefined && octets.length !== fixed) {
      return fail(`it has ${fixed} octets, and this has ${octets.length}`);
    }
    return implied || fixed !== undefined
      ? [...octets]
      : [octets.length, ...octets];
  }
  if (syntax.base === "OBJECT IDENTIFIER") {
    const arcs = readOid(`${value}`).split(".").map(Number);
    return implied ? arcs : [arcs.length, ...arcs];
  }
  if (syntax.base === "IpAddress") {
    const octets = value instanceof Uint8Array
      ? value
      : parseAddress(`${value}`).toBytes();
    if (octets.length !== 4) return fail("not an IPv4 address");
    return syntax.name === "NetworkAddress"
      ? [INTERNET, ...octets]
      : [...octets];
  }
  const number = Number(
    typeof value === "string"
      ? parseBySyntax(value, { ...syntax, ranges: undefined }, name, readOid)
      : value,
  );
  return Number.isInteger(number) && number >= 0 && number <= 0xffff_ffff
    ? [number]
    : fail("a number in an OID is between 0 and 4294967295");
}

/**
 * Gives the numbers of a whole index.
 *
 * @param indexes The parts.
 * @param values By the columns' names, or in order.
 * @param readOid Reads an OID.
 * @returns The numbers to put behind a column's OID.
 * @throws {TypeError} If a value is missing, or there are too many.
 */
export function joinIndex(
  indexes: readonly MibIndex[],
  values: Readonly<Record<string, MibValue>> | readonly MibValue[],
  readOid: (text: string) => string,
): number[] {
  const isList = Array.isArray(values);
  const given = isList ? values.length : Object.keys(values).length;
  const names = indexes.map(({ name }) => name).join(", ");
  if (given !== indexes.length) {
    throw new TypeError(
      `Cannot encode an index as 'values' must be ${indexes.length} (${names}): current value is ${given}`,
    );
  }
  const arcs: number[] = [];
  let addressType: number | undefined;
  indexes.forEach((index, i) => {
    const value: MibValue | undefined = isList
      ? values[i]
      : (values as Record<string, MibValue>)[index.name];
    if (value === undefined) {
      throw new TypeError(
        `Cannot encode an index as 'values' must have ${index.name}: current value is ${
          Object.keys(values).join(", ")
        }`,
      );
    }
    const own = indexArcs(index, value, addressType, readOid);
    if (isAddressType(index)) addressType = own[0];
    arcs.push(...own);
  });
  return arcs;
}
