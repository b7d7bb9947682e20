/**
 * Writing BER: elements out of parts, each made once and put into the one around.
 *
 * @see X.690 §8, RFC 3417 §8
 * @module
 */

import { type Pdu, PLACES } from "../asking/message.ts";

/** Tags that are written. */
export const TAG = {
  integer: 0x02,
  string: 0x04,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  address: 0x40,
  ticks: 0x43,
  counter32: 0x41,
  counter64: 0x46,
  noSuchObject: 0x80,
  noSuchInstance: 0x81,
  endOfMibView: 0x82,
} as const;

/**
 * Makes an element.
 *
 * @param tag Its tag.
 * @param parts What it holds.
 */
export function element(
  tag: number,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  let size = 0;
  for (const { length } of parts) size += length;
  const lengths = size < 0x80 ? 0 : size < 0x100 ? 1 : size < 0x10000 ? 2 : 3;
  const octets = new Uint8Array(2 + lengths + size);
  octets[0] = tag;
  if (lengths === 0) octets[1] = size;
  else {
    octets[1] = 0x80 | lengths;
    for (let i = 0, rest = size; i < lengths; i++, rest >>= 8) {
      octets[1 + lengths - i] = rest;
    }
  }
  let at = 2 + lengths;
  for (const part of parts) {
    octets.set(part, at);
    at += part.length;
  }
  return octets;
}

/**
 * Makes an element of a number with a sign, as short as it goes.
 *
 * @param value A whole number, up to 64 bits without a sign.
 * @param tag Its tag.
 */
export function integerElement(
  value: number | bigint,
  tag: number = TAG.integer,
): Uint8Array {
  if (typeof value === "number" && value >= 0 && value < 0x80) {
    return Uint8Array.of(tag, 1, value);
  }
  const octets: number[] = [];
  let rest = BigInt(value);
  do {
    octets.push(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (
    !(rest === 0n && octets.at(-1)! < 0x80) &&
    !(rest === -1n && octets.at(-1)! >= 0x80)
  );
  return Uint8Array.of(tag, octets.length, ...octets.reverse());
}

/**
 * Makes an element of an object identifier.
 *
 * @param dotted Numbers with dots between, at least two.
 */
export function oidElement(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const octets: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    for (let power = 4; power > 0; power--) {
      const group = Math.floor(arc / 128 ** power);
      if (group > 0) octets.push(0x80 | group & 0x7f);
    }
    octets.push(arc & 0x7f);
  }
  return element(TAG.oid, Uint8Array.from(octets));
}

/** A value with its tag: numbers, dotted text, octets, or nothing. */
export interface WireValue {
  readonly tag: number;
  readonly value: number | bigint | string | Uint8Array | null;
}

/** Makes an element of a value. */
export function valueElement({ tag, value }: WireValue): Uint8Array {
  if (value === null) return Uint8Array.of(tag, 0);
  if (typeof value === "number" || typeof value === "bigint") {
    return integerElement(value, tag);
  }
  if (value instanceof Uint8Array) return element(tag, value);
  return tag === TAG.oid
    ? oidElement(value)
    : element(tag, Uint8Array.from(value.split("."), Number));
}

/** The variables of a PDU as elements, to send them back. */
export function variablesOf({ octets, places }: Pdu): Uint8Array[] {
  const variables: Uint8Array[] = [];
  for (let at = 0; at < places.length; at += PLACES) {
    const [start, end, tag, from, to] = places.slice(at, at + PLACES);
    variables.push(
      variableElement(
        element(TAG.oid, octets.subarray(start, end)),
        element(tag!, octets.subarray(from, to)),
      ),
    );
  }
  return variables;
}

/** Makes a variable: its name, which is an element already, and its value. */
export function variableElement(
  name: Uint8Array,
  value: Uint8Array,
): Uint8Array {
  return element(TAG.sequence, name, value);
}

/**
 * Makes a PDU.
 *
 * @param type Its tag.
 * @param requestId Which question it is, or answers.
 * @param status error-status and error-index, or what stands in their place.
 * @param variables The variables, which are elements already.
 */
export function pduElement(
  type: number,
  requestId: number,
  [status, index]: readonly [status: number, index: number],
  variables: readonly Uint8Array[],
): Uint8Array {
  return element(
    type,
    integerElement(requestId),
    integerElement(status),
    integerElement(index),
    element(TAG.sequence, ...variables),
  );
}
