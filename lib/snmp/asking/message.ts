/**
 * Reading what an agent sent, strictly: every length is checked before anything
 * is believed, so that what was cut short is an error and not a shorter answer.
 *
 * @see RFC 1157 §4, RFC 3416 §3, RFC 3412 §6, RFC 3414 §2.4, X.690
 * @module
 */

import { DecodeError } from "../../errors.ts";

/** Tags of ASN.1 that messages are made of. */
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OID = 0x06;
const SEQUENCE = 0x30;

/** Kinds of PDU. */
export const PDU = {
  get: 0xa0,
  getNext: 0xa1,
  response: 0xa2,
  set: 0xa3,
  bulk: 0xa5,
  report: 0xa8,
} as const;

/** A PDU whose variables are found, and not yet read. */
export interface Pdu {
  readonly type: number;
  readonly requestId: number;
  /** 0 for none; RFC 3416 §3 names the others. */
  readonly errorStatus: number;
  /** Which variable is to blame, from 1; 0 for none. */
  readonly errorIndex: number;
  /** What the places point into. */
  readonly octets: Uint8Array;
  /** Of each variable: OID's start and end, value's tag, start and end. */
  readonly places: readonly number[];
}

/** How many numbers a variable has in {@linkcode Pdu.places}. */
export const PLACES = 5;

/** The header of a version 3 message. */
export interface Security {
  readonly id: number;
  /** 1: signed, 2: encrypted, 4: wants reports. */
  readonly flags: number;
  readonly engineId: Uint8Array;
  readonly boots: number;
  readonly time: number;
  /** Where the signature is in the message. */
  readonly signature: readonly [start: number, end: number];
  readonly salt: Uint8Array;
  /** The scoped PDU, encrypted. */
  readonly encrypted: Uint8Array | undefined;
}

/** A message as it came. */
export type Message =
  | {
    readonly version: 0 | 1;
    readonly octets: Uint8Array;
    readonly community: Uint8Array;
    readonly pdu: Pdu;
  }
  | {
    readonly version: 3;
    readonly octets: Uint8Array;
    readonly security: Security;
    /** Missing as long as it is encrypted. */
    readonly pdu: Pdu | undefined;
  };

/** Walks over elements of BER, each inside the one around it. */
class Cursor {
  /** Where the next element starts. */
  at: number;
  /** Where the contents of the last one start and end. */
  start = 0;
  end = 0;

  constructor(readonly octets: Uint8Array, at = 0, public limit: number) {
    this.at = at;
  }

  /** Steps over an element's head, and the element; gives its tag. */
  next(what: string): number {
    const { octets, at, limit } = this;
    if (limit - at < 2) throw this.#short(what, at, 2, limit - at);
    const tag = octets[at]!;
    if ((tag & 0x1f) === 0x1f) throw malformed(`${what} has a long tag`, at);
    let length = octets[at + 1]!;
    let start = at + 2;
    if (length === 0x80) throw malformed(`${what} has no length`, at + 1);
    if (length > 0x80) {
      const count = length & 0x7f;
      if (limit - start < count) {
        throw this.#short(what, start, count, limit - start);
      }
      length = 0;
      for (const stop = start + count; start < stop; start++) {
        length = length * 256 + octets[start]!;
      }
    }
    if (length > limit - start) {
      throw this.#short(what, start, length, limit - start);
    }
    this.start = start;
    this.at = this.end = start + length;
    return tag;
  }

  /** The same for an element that must have some tag. */
  expect(tag: number, what: string): void {
    const at = this.at;
    const found = this.next(what);
    if (found !== tag) {
      throw malformed(
        `${what} has tag 0x${found.toString(16)} in place of 0x${
          tag.toString(16)
        }`,
        at,
      );
    }
  }

  /** Goes into an element, which must be all that is left if it is the last. */
  enter(tag: number, what: string, isLast: boolean): void {
    this.expect(tag, what);
    if (isLast && this.end !== this.limit) {
      throw malformed(
        `${this.limit - this.end} octets too many behind ${what}`,
        this.end,
      );
    }
    this.at = this.start;
    this.limit = this.end;
  }

  integer(what: string): number {
    this.expect(INTEGER, what);
    return readInteger(this.octets, this.start, this.end);
  }

  string(what: string): Uint8Array {
    this.expect(OCTET_STRING, what);
    return this.octets.subarray(this.start, this.end);
  }

  #short(what: string, offset: number, needed: number, available: number) {
    return new DecodeError(`${what} is cut short`, {
      layer: "snmp",
      offset,
      needed,
      available,
    });
  }
}

function malformed(reason: string, offset: number): DecodeError {
  return new DecodeError(reason, { layer: "snmp", offset });
}

/**
 * Reads a whole number with a sign.
 *
 * @param octets What holds it.
 * @param start Where its octets start.
 * @param end Where they end.
 */
export function readInteger(
  octets: Uint8Array,
  start: number,
  end: number,
): number {
  if (end === start) throw malformed("number has no octets", start);
  let value = octets[start]! << 24 >> 24;
  for (let at = start + 1; at < end; at++) value = value * 256 + octets[at]!;
  if (!Number.isSafeInteger(value)) {
    throw malformed("number is beyond what SNMP has", start);
  }
  return value;
}

/**
 * Reads a message.
 *
 * @param octets A datagram.
 * @returns The message, its variables found and its numbers read.
 * @throws {DecodeError} If it is anything else than one whole message.
 */
export function readMessage(octets: Uint8Array): Message {
  const cursor = new Cursor(octets, 0, octets.length);
  // Some agents leave octets behind it.
  cursor.enter(SEQUENCE, "the message", false);
  const version = cursor.integer("the version");
  if (version === 0 || version === 1) {
    const community = cursor.string("the community");
    return { version, octets, community, pdu: readPdu(cursor) };
  }
  if (version !== 3) throw malformed(`no such version: ${version}`, cursor.end);
  return readVersion3(cursor, octets);
}

function readVersion3(cursor: Cursor, octets: Uint8Array): Message {
  const limit = cursor.limit;
  cursor.enter(SEQUENCE, "the header", false);
  const afterHeader = cursor.limit;
  const id = cursor.integer("msgID");
  cursor.integer("msgMaxSize");
  const flags = cursor.string("msgFlags")[0] ?? 0;
  const model = cursor.integer("msgSecurityModel");
  if (model !== 3) throw malformed(`security model ${model}`, cursor.start);
  cursor.at = afterHeader;
  cursor.limit = limit;
  cursor.expect(OCTET_STRING, "msgSecurityParameters");
  const inner = new Cursor(octets, cursor.start, cursor.end);
  inner.enter(SEQUENCE, "the security parameters", true);
  const engineId = inner.string("the engine's ID");
  const boots = inner.integer("engineBoots");
  const time = inner.integer("engineTime");
  inner.string("the user's name");
  inner.string("the signature");
  const signature = [inner.start, inner.end] as const;
  const salt = inner.string("the salt");
  const isEncrypted = (flags & 2) !== 0;
  const encrypted = isEncrypted
    ? cursor.string("the encrypted PDU")
    : undefined;
  return {
    version: 3,
    octets,
    security: {
      id,
      flags,
      engineId,
      boots,
      time,
      signature,
      salt,
      encrypted,
    },
    pdu: isEncrypted ? undefined : readScoped(cursor, true),
  };
}

/**
 * Reads a scoped PDU that has been decrypted.
 *
 * @param octets The octets, which a block cipher may have padded.
 * @throws {DecodeError} If they are none: most likely the key was another.
 */
export function readScopedPdu(octets: Uint8Array): Pdu {
  return readScoped(new Cursor(octets, 0, octets.length), false);
}

function readScoped(cursor: Cursor, isLast: boolean): Pdu {
  cursor.enter(SEQUENCE, "the scoped PDU", isLast);
  cursor.string("contextEngineID");
  cursor.string("contextName");
  return readPdu(cursor);
}

function readPdu(cursor: Cursor): Pdu {
  const { octets } = cursor;
  const type = octets[cursor.at] ?? 0;
  // Traps of version 1 are shaped otherwise, and nobody has asked for them here.
  if (type < 0xa0 || type > 0xa8 || type === 0xa4) {
    throw malformed(`no PDU has tag 0x${type.toString(16)}`, cursor.at);
  }
  cursor.enter(type, "the PDU", true);
  const requestId = cursor.integer("request-id");
  const errorStatus = cursor.integer("error-status");
  const errorIndex = cursor.integer("error-index");
  cursor.enter(SEQUENCE, "the variables", true);
  const places: number[] = [];
  const end = cursor.limit;
  while (cursor.at < end) {
    cursor.expect(SEQUENCE, "a variable");
    const next = cursor.at;
    cursor.at = cursor.start;
    cursor.limit = next;
    cursor.expect(OID, "a variable's name");
    places.push(cursor.start, cursor.end);
    const tag = cursor.next("a variable's value");
    if (cursor.end !== next) {
      throw malformed(
        "a variable has more than a name and a value",
        cursor.end,
      );
    }
    places.push(tag, cursor.start, cursor.end);
    cursor.limit = end;
  }
  return { type, requestId, errorStatus, errorIndex, octets, places };
}
