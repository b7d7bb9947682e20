/**
 * Object identifiers: as text, as octets, and which comes first.
 *
 * @see X.690 §8.19, RFC 2578 §3.5
 * @module
 */

import { DecodeError, ParseError } from "../../errors.ts";

/** A subidentifier has 32 bits, and an identifier 128 of them. */
const LARGEST = 0xffff_ffff;
const LONGEST = 128;

/**
 * Reads an object identifier's octets.
 *
 * @param octets What holds it.
 * @param start Where its contents start, behind tag and length.
 * @param end Where they end.
 * @returns Numbers with dots between, without one in front.
 */
export function oidText(
  octets: Uint8Array,
  start: number,
  end: number,
): string {
  if (start === end) return "0.0";
  let text = "";
  let value = 0;
  let isFirst = true;
  for (let at = start; at < end; at++) {
    const octet = octets[at]!;
    value = value * 128 + (octet & 0x7f);
    if (octet >= 0x80) {
      if (value > LARGEST) throw tooLarge(at);
      continue;
    }
    if (isFirst) {
      const root = value < 80 ? Math.floor(value / 40) : 2;
      text = `${root}.${value - root * 40}`;
      isFirst = false;
    } else {
      if (value > LARGEST) throw tooLarge(at);
      text += "." + value;
    }
    value = 0;
  }
  if (octets[end - 1]! >= 0x80) {
    throw new DecodeError("object identifier stops in a number", {
      layer: "snmp",
      offset: end - 1,
    });
  }
  return text;
}

function tooLarge(offset: number): DecodeError {
  return new DecodeError("object identifier has a number above 32 bits", {
    layer: "snmp",
    offset,
  });
}

/**
 * Compares two object identifiers as they are ordered in a walk.
 *
 * @param a Numbers with dots between.
 * @param b The same.
 * @returns Below 0 if `a` comes first, 0 for the same, above 0 if `b` does.
 */
export function compareOids(a: string, b: string): number {
  if (a === b) return 0;
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  // One goes on where the other ends.
  if (at === a.length && b.charCodeAt(at) === DOT) return -1;
  if (at === b.length && a.charCodeAt(at) === DOT) return 1;
  return numberAround(a, at) - numberAround(b, at);
}

const DOT = 46;

/** The number that the character at some place belongs to, or ends before. */
function numberAround(text: string, at: number): number {
  const start = text.lastIndexOf(".", at - 1) + 1;
  const end = text.indexOf(".", start);
  return Number(text.slice(start, end < 0 ? undefined : end));
}

/**
 * Whether an object identifier is below another, or is that.
 *
 * @param oid Numbers with dots between.
 * @param root The same.
 */
export function isBelow(oid: string, root: string): boolean {
  return oid.startsWith(root) &&
    (oid.length === root.length || oid.charCodeAt(root.length) === DOT);
}

/** Whether a text is numbers with dots between, perhaps with one in front. */
export function isNumeric(text: string): boolean {
  return typeof text === "string" && /^\.?\d+(\.\d+)*$/.test(text);
}

/**
 * Checks an object identifier that is to be sent.
 *
 * @param text Numbers with dots between, perhaps one in front.
 * @returns The same without the dot in front.
 * @throws {ParseError} If it cannot be sent.
 */
export function sendableOid(text: string): string {
  const fail = (offset: number, reason: string): never => {
    throw new ParseError("an object identifier", text, offset, reason);
  };
  const oid = text.startsWith(".") ? text.slice(1) : text;
  const skipped = text.length - oid.length;
  const numbers = oid.split(".");
  if (numbers.length < 2) fail(text.length, "fewer than two numbers");
  if (numbers.length > LONGEST) fail(text.length, "more than 128 numbers");
  let at = skipped;
  numbers.forEach((digits, i) => {
    if (!/^(0|[1-9]\d*)$/.test(digits)) fail(at, "not a decimal number");
    if (Number(digits) > LARGEST) fail(at, "number above 32 bits");
    if (i === 0 && Number(digits) > 2) fail(at, "it starts with 0, 1 or 2");
    // Below 2 more is possible, where nothing is that SNMP manages.
    if (i === 1 && Number(digits) > 39) fail(at, "second number above 39");
    at += digits.length + 1;
  });
  return oid;
}
