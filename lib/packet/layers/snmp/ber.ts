/**
 * The part of BER (ITU-T X.690) that SNMP needs: tags of one octet, definite
 * lengths, integers, object identifiers.
 *
 * @module
 */

import type { Cursor, Sink } from "../../format.ts";

/** The tags that SNMP uses of ASN.1's own. */
export const TAG = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  objectId: 0x06,
  sequence: 0x30,
} as const;

/** The most octets of an integer: those of a Counter64 and a sign. */
const MOST_OCTETS = 9;

/**
 * Reads a tag and a length.
 *
 * @param from Where they stand.
 * @returns The tag, and octets of the contents; so many are there.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readHead } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(2, 1, 5), 0, 3);
 * assert.deepEqual(readHead(cursor), { tag: 2, length: 1 });
 * ```
 */
export function readHead(from: Cursor): { tag: number; length: number } {
  const at = from.at;
  const tag = from.u8();
  if ((tag & 31) === 31) from.fail("tag of more than one octet", at);
  let length = from.u8();
  if (length === 0x80) from.fail("indefinite length", at + 1);
  if (length > 0x80) {
    let octets = length & 0x7f;
    if (octets > 4) from.fail(`length of ${octets} octets`, at + 1);
    for (length = 0; octets > 0; octets--) length = length * 256 + from.u8();
  }
  // Throws if there are fewer.
  from.at = from.take(length);
  return { tag, length };
}

/**
 * Reads what a tag must be in front of.
 *
 * @param from Where it stands.
 * @param wanted The tag.
 * @param read Reads the contents, all of them.
 * @returns What it gave.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readTagged } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(4, 1, 65), 0, 3);
 * assert.deepEqual(readTagged(cursor, 4, (c) => c.bytes()), Uint8Array.of(65));
 * ```
 */
export function readTagged<T>(
  from: Cursor,
  wanted: number,
  read: (from: Cursor) => T,
): T {
  const { at } = from;
  const { tag, length } = readHead(from);
  if (tag !== wanted) {
    from.fail(`tag 0x${hex(tag)} where 0x${hex(wanted)} must be`, at);
  }
  return whole(from, length, read);
}

/**
 * Reads contents that must be used up.
 *
 * @param from Where they stand.
 * @param length How many octets they have.
 * @param read Reads them.
 * @returns What it gave.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { whole } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(1, 2), 0, 2);
 * assert.equal(whole(cursor, 1, (c) => c.u8()), 1);
 * assert.throws(() => whole(cursor, 1, () => 0), { reason: "1 octet too many" });
 * ```
 */
export function whole<T>(
  from: Cursor,
  length: number,
  read: (from: Cursor) => T,
): T {
  return from.within(length, (from) => {
    const value = read(from);
    const { left } = from;
    if (left > 0) {
      from.fail(`${left} ${left === 1 ? "octet" : "octets"} too many`);
    }
    return value;
  });
}

function hex(octet: number): string {
  return octet.toString(16).padStart(2, "0");
}

/**
 * Reads an integer's contents.
 *
 * @param from Where they stand; all that is left is read.
 * @param isSigned Whether the highest bit is a sign. @default {true}
 * @returns The number.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readBigInteger } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readBigInteger(new Cursor(Uint8Array.of(0xff), 0, 1)), -1n);
 * ```
 */
export function readBigInteger(from: Cursor, isSigned = true): bigint {
  const octets = from.bytes();
  if (octets.length === 0 || octets.length > MOST_OCTETS) {
    from.fail(`integer of ${octets.length} octets`, from.at - octets.length);
  }
  const value = BigInt(`0x${octets.toHex()}`);
  return isSigned ? BigInt.asIntN(octets.length * 8, value) : value;
}

/**
 * Reads an integer's contents, if a number holds them exactly.
 *
 * @param from Where they stand; all that is left is read.
 * @param isSigned Whether the highest bit is a sign. @default {true}
 * @returns The number.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readInteger } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(readInteger(new Cursor(Uint8Array.of(1, 0), 0, 2)), 256);
 * ```
 */
export function readInteger(from: Cursor, isSigned = true): number {
  const { at, left } = from;
  if (left > 0 && left <= 4) {
    let value = 0;
    for (let i = left; i > 0; i--) value = value << 8 | from.u8();
    const shift = 32 - left * 8;
    return isSigned ? value << shift >> shift : value >>> 0;
  }
  const value = Number(readBigInteger(from, isSigned));
  if (!Number.isSafeInteger(value)) from.fail("integer of over 53 bits", at);
  return value;
}

/** The largest part of an object identifier (RFC 2578 §3.5). */
const MOST_PART = 2 ** 32 - 1;

/**
 * Reads an object identifier's contents.
 *
 * @param from Where they stand; all that is left is read.
 * @returns Its numbers with dots between them.
 *
 * @example
 * ```ts
 * import { Cursor } from "../../format.ts";
 * import { readObjectId } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const cursor = new Cursor(Uint8Array.of(0x2b, 6, 1, 0x87, 0x68), 0, 5);
 * assert.equal(readObjectId(cursor), "1.3.6.1.1000");
 * ```
 */
export function readObjectId(from: Cursor): string {
  const { octets, end, at } = from;
  if (at === end) from.fail("object identifier of no octets");
  let text = "";
  let part = 0;
  for (let i = at; i < end; i++) {
    const octet = octets[i]!;
    if (part === 0 && octet === 0x80) {
      from.fail("part of an object identifier that begins with 0", i);
    }
    part = part * 128 + (octet & 0x7f);
    if (part > MOST_PART) {
      from.fail("part of an object identifier over 2^32", i);
    }
    if (octet > 0x7f) {
      if (i === end - 1) from.fail("object identifier without an end", i);
      continue;
    }
    if (text === "") {
      const first = Math.min(2, Math.floor(part / 40));
      text = `${first}.${part - first * 40}`;
    } else text += `.${part}`;
    part = 0;
  }
  from.at = end;
  return text;
}

/**
 * Writes something with its tag and length.
 *
 * @param to Where.
 * @param tag The tag.
 * @param write Writes the contents.
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeTagged } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writeTagged(sink, 4, () => sink.u8(65));
 * assert.deepEqual([...sink.from(0)], [4, 1, 65]);
 * ```
 */
export function writeTagged(to: Sink, tag: number, write: () => void): void {
  to.u8(tag);
  const at = to.room(1);
  write();
  const length = to.at - at - 1;
  if (length < 0x80) {
    to.octets[at] = length;
    return;
  }
  const more = Math.ceil((32 - Math.clz32(length)) / 8);
  to.room(more);
  to.octets.copyWithin(at + 1 + more, at + 1, at + 1 + length);
  to.octets[at] = 0x80 | more;
  for (let i = 0; i < more; i++) {
    to.octets[at + 1 + i] = length >>> 8 * (more - 1 - i);
  }
}

/**
 * Writes an integer with its tag, in as few octets as can be.
 *
 * @param to Where.
 * @param value The number, of up to 64 bits and a sign.
 * @param tag The tag. @default {that of INTEGER}
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeInteger } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writeInteger(sink, 128);
 * assert.deepEqual([...sink.from(0)], [2, 2, 0, 128]);
 * ```
 */
export function writeInteger(
  to: Sink,
  value: number | bigint,
  tag: number = TAG.integer,
): void {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!isWhole) to.refuse("be a whole number", value);
  const big = BigInt(value);
  let octets = 1;
  while (octets <= MOST_OCTETS && BigInt.asIntN(octets * 8, big) !== big) {
    octets++;
  }
  if (octets > MOST_OCTETS) to.refuse("be of up to 64 bits", value, RangeError);
  to.u8(tag);
  to.u8(octets);
  for (let i = octets - 1; i >= 0; i--) {
    to.u8(Number(big >> BigInt(8 * i) & 255n));
  }
}

/**
 * Writes an object identifier with its tag.
 *
 * @param to Where.
 * @param value Its numbers with dots between them.
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeObjectId } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writeObjectId(sink, "1.3.6.1");
 * assert.deepEqual([...sink.from(0)], [6, 3, 0x2b, 6, 1]);
 * ```
 */
export function writeObjectId(to: Sink, value: string): void {
  const is = typeof value === "string" &&
    /^\.?[0-2](\.[0-9]{1,10})+$/.test(value);
  const parts = is ? value.replace(/^\./, "").split(".").map(Number) : [];
  const [first = 3, second = 0, ...rest] = parts;
  const isPossible = first < 3 && (first === 2 || second < 40) &&
    first * 40 + second <= MOST_PART && rest.every((part) => part <= MOST_PART);
  if (!isPossible) {
    to.refuse("be an object identifier such as 1.3.6.1", value);
  }
  writeTagged(to, TAG.objectId, () => {
    for (const part of [first * 40 + second, ...rest]) {
      for (let power = 4; power >= 0; power--) {
        const high = Math.floor(part / 128 ** power);
        if (high > 0 || power === 0) {
          to.u8(high % 128 | (power === 0 ? 0 : 0x80));
        }
      }
    }
  });
}

/**
 * Writes octets with their tag.
 *
 * @param to Where.
 * @param value The octets, or text, which is written in UTF-8.
 * @param tag The tag. @default {that of OCTET STRING}
 *
 * @example
 * ```ts
 * import { Sink } from "../../format.ts";
 * import { writeOctets } from "./ber.ts";
 * import assert from "node:assert/strict";
 *
 * const sink = new Sink("snmp");
 * writeOctets(sink, "A");
 * assert.deepEqual([...sink.from(0)], [4, 1, 65]);
 * ```
 */
export function writeOctets(
  to: Sink,
  value: string | Uint8Array,
  tag: number = TAG.octetString,
): void {
  if (typeof value !== "string" && !(value instanceof Uint8Array)) {
    to.refuse("be octets or text", value);
  }
  const octets = typeof value === "string" ? encoder.encode(value) : value;
  writeTagged(to, tag, () => to.bytes(octets));
}

const encoder = new TextEncoder();
