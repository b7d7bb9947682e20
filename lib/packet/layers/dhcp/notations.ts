/**
 * What options of DHCP hold beside numbers, addresses and text.
 *
 * @module
 */

import { Address, address } from "../../../ip/address.ts";
import { Cursor, type Fields, type Format, type Sink } from "../../format.ts";
import { plainDomainName, readName, writeName } from "../dns/name.ts";
import { valueText } from "../../value.ts";

/**
 * Domain names up to the end, compressed among themselves (RFC 3397 §2).
 *
 * @param compress Whether building may point at names before; DHCPv6 forbids it.
 * @returns The format.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { domainNames } from "./notations.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 99, 104, 0, 1, 97, 0xc0, 0), 0, 8);
 * assert.deepEqual(domainNames(true).read(cursor), ["ch", "a.ch"]);
 * ```
 */
export function domainNames(compress: boolean): Format<readonly string[]> {
  const name = plainDomainName();
  return {
    about: "a list of domain names",
    empty: [],
    isQuiet: true,
    read(from) {
      const origin = from.at;
      const names: string[] = [];
      while (from.left > 0) {
        names.push(
          compress ? readName(from, origin, origin) : name.read(from),
        );
      }
      return names;
    },
    write(to, value = []) {
      if (!Array.isArray(value)) to.refuse("be a list of names", value);
      const origin = to.at;
      const places = compress ? new Map<string, number>() : undefined;
      for (const one of value) writeName(to, one, places, origin);
    },
    random: (random, fields) =>
      Array.from(
        { length: 1 + Math.floor(random() * 3) },
        () => name.random(random, fields),
      ),
    text: (value) => value.join(", "),
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Tells whether the name of a client is on the wire as in DNS (flag E). */
function isEncoded({ flags }: Fields): boolean {
  return Array.isArray(flags) && flags.includes("E");
}

/**
 * The name of a client: as in DNS if the flag E is set, else as text (RFC 4702
 * §2.3). A name that is whole ends in a dot; one without is only the start.
 */
export const clientName: Format<string | Uint8Array, string | Uint8Array> = {
  about: "a domain name",
  empty: "",
  isQuiet: true,
  takesOctets: true,
  read(from) {
    if (!isEncoded(from.fields)) {
      const octets = from.bytes();
      return octets.every((octet) => octet >= 0x20 && octet < 0x7f)
        ? decoder.decode(octets)
        : octets;
    }
    return partialName(from);
  },
  write(to, value = "") {
    if (value instanceof Uint8Array) return to.bytes(value);
    if (!isEncoded(to.fields)) return to.bytes(encoder.encode(value));
    writePartialName(to, value);
  },
  random: () => "host.example.",
  text: (value) => valueText(value),
};

/** A name that may end without the root, as that of a client does. */
export const partialDomainName: Format<string> = {
  about: "a domain name, whole with a dot at the end",
  empty: "",
  isQuiet: true,
  read: partialName,
  write: (to, value = "") => writePartialName(to, value),
  random: () => "host.example.",
  text: (value) => valueText(value),
};

function partialName(from: Cursor): string {
  if (from.left === 0) return "";
  let at = from.at;
  while (at < from.end && from.octets[at] !== 0) {
    if (from.octets[at]! > 63) from.fail("label of more than 63 octets", at);
    at += from.octets[at]! + 1;
  }
  if (at < from.end) {
    const name = readName(from, Infinity);
    return name === "." ? name : `${name}.`;
  }
  if (at > from.end) from.fail("name cut short");
  // Without an end of its own: it is given one, to be read as any other.
  const octets = new Uint8Array(from.left + 1);
  octets.set(from.bytes());
  return readName(new Cursor(octets, 0, octets.length), Infinity);
}

function writePartialName(to: Sink, value: string): void {
  if (value === "") return;
  if (typeof value !== "string") to.refuse("be a domain name", value);
  writeName(to, value);
  // The root is there in a whole name only.
  if (!value.endsWith(".")) to.at--;
}

/** A route's destination: the prefix length, and the octets that it covers. */
export const destination: Format<string> = {
  about: "a prefix such as 10.0.0.0/8",
  read(from) {
    const at = from.at;
    const length = from.u8();
    if (length > 32) from.fail(`prefix length ${length}, 32 at most`, at);
    const octets = new Uint8Array(4);
    octets.set(from.bytes(Math.ceil(length / 8)));
    return `${Address.fromBytes(octets)}/${length}`;
  },
  write(to, value) {
    const [, prefix, digits] = /^([^/]+)\/([0-9]{1,2})$/.exec(value ?? "") ??
      to.refuse("be a prefix such as 10.0.0.0/8", value);
    const length = Number(digits);
    const octets = address(prefix!).toBytes();
    if (octets.length !== 4 || length > 32) {
      to.refuse("be an IPv4 prefix such as 10.0.0.0/8", value);
    }
    to.u8(length);
    to.bytes(octets.subarray(0, Math.ceil(length / 8)));
  },
  random: (random) => `10.${Math.floor(random() * 256)}.0.0/16`,
  text: (value) => value,
};

/** One of the ways in which DHCP writes "false" and "true": an octet. */
export const truth = { bits: 8, names: { 0: "no", 1: "yes" } } as const;

/** A number of 32 bits that may be below 0. */
export const signed32: Format<number> = {
  about: "32 bits, signed",
  empty: 0,
  read: (from) => from.u32() | 0,
  write(to, value = 0) {
    if ((value | 0) !== value) {
      to.refuse("be a whole number from -2^31 to 2^31 - 1", value, RangeError);
    }
    to.u32(value);
  },
  random: (random) => Math.floor(random() * 2 ** 32) | 0,
  text: (value) => `${value}`,
};
