/**
 * Strings of octets as text: what prints as it is, the rest in hexadecimal,
 * addresses by their family.
 *
 * @module
 */

import { hex, parseHex } from "../../bytes/hex.ts";
import { ParseError } from "../../errors.ts";
import { Address, tryParse } from "../../ip/address.ts";
import { formatHint, parseHint } from "./hint.ts";
import { isHintFor } from "./hint_notation.ts";

/** InetAddressType (RFC 4001 §3). */
export const INET = {
  unknown: 0,
  ipv4: 1,
  ipv6: 2,
  ipv4z: 3,
  ipv6z: 4,
  dns: 16,
} as const;

/** Text that could be taken for octets in hexadecimal. */
const LOOKS_LIKE_HEX = /^0x(?:[\da-f]{2})*$/i;

// deno-lint-ignore no-control-regex -- these are what does not print
const UNPRINTABLE = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd]/;

/**
 * Writes octets: by their hint, as text if they are UTF-8 that prints, else in
 * hexadecimal after `0x`. Where the hint says that they are text, Latin-1 is
 * taken for text too, and zeros at the end, which some agents send, are not
 * shown.
 *
 * @param octets The octets.
 * @param hint A display hint; one that makes no sense is ignored.
 * @returns Text that {@linkcode parseOctets} reads.
 */
export function formatOctets(octets: Uint8Array, hint?: string): string {
  if (hint !== undefined && !isPlain(hint) && isHintFor(hint, "octets")) {
    return formatHint(hint, octets);
  }
  const isText = hint !== undefined && isPlain(hint);
  let { length } = octets;
  while (isText && octets[length - 1] === 0) length--;
  const shown = octets.subarray(0, length);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(shown);
  if (!UNPRINTABLE.test(text) && !LOOKS_LIKE_HEX.test(text)) return text;
  const latin = isText ? String.fromCharCode(...shown.subarray(0, 4096)) : "\0";
  return UNPRINTABLE.test(latin) || LOOKS_LIKE_HEX.test(latin)
    ? `0x${hex(octets)}`
    : latin;
}

/** `255a` and `255t` say no more than that it is text. */
function isPlain(hint: string): boolean {
  return /^\d+[at]$/.test(hint);
}

/**
 * Reads octets that {@linkcode formatOctets} has written.
 *
 * @param text By the hint, or `0x` and hexadecimal, or any text as UTF-8.
 * @param hint A display hint.
 * @throws {ParseError} If it is not as the hint says.
 */
export function parseOctets(
  text: string,
  hint?: string,
): Uint8Array<ArrayBuffer> {
  const isHex = LOOKS_LIKE_HEX.test(text);
  if (hint !== undefined && !isPlain(hint) && isHintFor(hint, "octets")) {
    // No hint writes this, and who has only octets must be able to say them.
    if (isHex && text.length > 2) return parseHex(text.slice(2));
    const value = parseHint(hint, text);
    if (value instanceof Uint8Array) return value;
  }
  if (isHex) {
    return text.length === 2 ? new Uint8Array() : parseHex(text.slice(2));
  }
  return new TextEncoder().encode(text);
}

/**
 * Writes an InetAddress (RFC 4001 §4).
 *
 * @param octets The address.
 * @param type Its InetAddressType; without one, its length decides.
 * @returns `"10.0.0.1"`, `"fe80::1%3"`, a name; hexadecimal where the length
 * is wrong.
 */
export function formatInetAddress(octets: Uint8Array, type?: number): string {
  const { length } = octets;
  const kind = type ?? ({
    4: INET.ipv4,
    16: INET.ipv6,
    8: INET.ipv4z,
    20: INET.ipv6z,
  }[length] ?? INET.unknown);
  const plain = kind === INET.ipv4 || kind === INET.ipv4z ? 4 : 16;
  const zoned = kind === INET.ipv4z || kind === INET.ipv6z;
  const isAddress = kind >= INET.ipv4 && kind <= INET.ipv6z;
  if (isAddress && length === plain + (zoned ? 4 : 0)) {
    const address = Address.fromBytes(octets.subarray(0, plain));
    if (!zoned) return address.toString();
    const zone = new DataView(octets.buffer, octets.byteOffset + plain);
    return `${address}%${zone.getUint32(0)}`;
  }
  return kind === INET.dns ? formatOctets(octets) : `0x${hex(octets)}`;
}

/**
 * Reads an InetAddress (RFC 4001 §4).
 *
 * @param text An address, with its zone as a number behind `%`, or a name.
 * @param type Its InetAddressType, which then must be the text's too.
 * @returns The octets.
 * @throws {ParseError} If it is no address of the type.
 */
export function parseInetAddress(
  text: string,
  type?: number,
): Uint8Array<ArrayBuffer> {
  const fail = (reason: string): never => {
    throw new ParseError("an InetAddress", text, 0, reason);
  };
  if (LOOKS_LIKE_HEX.test(text)) return parseOctets(text);
  const [plain = "", zone, ...more] = text.split("%");
  const address = more.length === 0 ? tryParse(plain) : undefined;
  if (type === INET.dns || (type === undefined && address === undefined)) {
    return new TextEncoder().encode(text);
  }
  if (address === undefined) return fail("neither IPv4 nor IPv6");
  const isV4 = address.family === 4;
  const zoned = zone !== undefined;
  const found = isV4
    ? (zoned ? INET.ipv4z : INET.ipv4)
    : (zoned ? INET.ipv6z : INET.ipv6);
  if (type !== undefined && type !== found) {
    return fail(`not of InetAddressType ${type}, but ${found}`);
  }
  const octets = address.toBytes();
  if (!zoned) return octets;
  const index = Number(zone);
  if (!/^\d{1,10}$/.test(zone) || index > 0xffff_ffff) {
    return fail("the zone is a number of 32 bits");
  }
  const all = new Uint8Array(octets.length + 4);
  all.set(octets);
  new DataView(all.buffer).setUint32(octets.length, index);
  return all;
}
