/**
 * What only a few types of records have, read as zone files have it.
 *
 * @module
 */

import type { Words } from "./zone_words.ts";

/**
 * Takes a time of day as digits, or seconds since 1970 (RFC 4034 §3.2).
 *
 * @param words Where it stands.
 * @returns Seconds since 1970, modulo 2^32.
 */
export function moment(words: Words): number {
  const text = words.peek?.text ?? "";
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (parts === null) return words.number(0xffffffff, "a time");
  words.take("a time");
  const [, year, month, day, hour, minute, second] = parts;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(ms) || ms < 0) words.fail("there is no such time");
  return Math.floor(ms / 1000) % 2 ** 32;
}

const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUV";

/**
 * Takes base 32 with the digits first (RFC 5155 §3.3).
 *
 * @param words Where it stands.
 * @returns The octets.
 */
export function hashedOwner(words: Words): Uint8Array {
  const octets: number[] = [];
  let bits = 0;
  let count = 0;
  for (const letter of words.take("a hash").text.toUpperCase()) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) words.fail("a hash must be of 0 to 9 and A to V");
    bits = (bits << 5 | value) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    octets.push(bits >> count & 0xff);
  }
  return Uint8Array.from(octets);
}

/**
 * Takes four groups of hexadecimal digits (RFC 6742 §2.1.1).
 *
 * @param words Where they stand.
 * @returns The number of 64 bits.
 */
export function groups(words: Words): bigint {
  const { text } = words.take("four groups of digits");
  if (!/^[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){3}$/i.test(text)) {
    words.fail("four groups such as 14:4fff:ff20:ee64 are needed");
  }
  const whole = text.split(":").map((group) => group.padStart(4, "0"));
  return BigInt(`0x${whole.join("")}`);
}

/**
 * Takes a gateway, of the type that was said before (RFC 4025 §2.5).
 *
 * @param words Where it stands.
 * @param kind Its type.
 * @returns An address, a name, or no octets.
 */
export function gateway(words: Words, kind: number): unknown {
  switch (kind) {
    case 0:
      if (words.take("a gateway").text !== ".") words.fail(". is needed");
      return new Uint8Array(0);
    case 1:
      return words.address(4);
    case 2:
      return words.address(6);
    case 3:
      return words.name();
    default:
      return words.fail("a gateway of a type from 0 to 3 is needed");
  }
}

/**
 * Takes one item of an APL record (RFC 3123 §5).
 *
 * @param words Where it stands.
 * @returns The item.
 */
export function prefix(words: Words): unknown {
  const { text } = words.take("a prefix");
  const [, not, number, of, length] =
    /^(!?)([12]):(.+)\/(\d{1,3})$/.exec(text) ?? [];
  const family = number === "1" ? 4 : 6;
  const address = of === undefined ? undefined : words.addressOf(of, family);
  const prefixLength = Number(length);
  if (address === undefined || prefixLength > (family === 4 ? 32 : 128)) {
    return words.fail(
      "a prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32 is needed",
    );
  }
  const octets = address.toBytes();
  return {
    family: Number(number),
    prefixLength,
    negation: not === "!" ? 1 : 0,
    address: octets.subarray(0, octets.findLastIndex((one) => one !== 0) + 1),
  };
}
