/**
 * Writing DER, for the little that is written by hand: OCSP requests, keys in
 * another dress.
 *
 * @see X.690 §8 and §10
 * @module
 */

import { encodeOid } from "./der_oid.ts";
import { TAG } from "./der_tags.ts";

/**
 * Writes one value.
 *
 * @param tag The tag, below 31 in number.
 * @param contents What is inside, one after the other.
 * @returns Tag, length and contents.
 */
export function der(
  tag: number,
  ...contents: readonly Uint8Array[]
): Uint8Array<ArrayBuffer> {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const head = [tag];
  if (length < 0x80) head.push(length);
  else {
    const octets: number[] = [];
    for (let n = length; n > 0; n = Math.floor(n / 256)) {
      octets.unshift(n % 256);
    }
    head.push(0x80 | octets.length, ...octets);
  }
  const out = new Uint8Array(head.length + length);
  out.set(head);
  let at = head.length;
  for (const part of contents) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * Writes a whole number, or one whose octets are there already.
 *
 * @param value The number, or its magnitude in big-endian octets.
 */
export function derInteger(
  value: bigint | number | Uint8Array,
): Uint8Array<ArrayBuffer> {
  let number = typeof value === "object"
    ? BigInt(`0x0${value.toHex()}`)
    : BigInt(value);
  const octets: number[] = [];
  for (;;) {
    octets.unshift(Number(number & 0xffn));
    const sign = octets[0]! >= 0x80 ? -1n : 0n;
    number >>= 8n;
    if (number === sign) break;
  }
  return der(TAG.integer, Uint8Array.from(octets));
}

/** Writes an object identifier. */
export function derOid(oid: string): Uint8Array<ArrayBuffer> {
  return der(TAG.oid, encodeOid(oid));
}
