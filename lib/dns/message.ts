/**
 * Whole DNS messages, from octets and to octets.
 *
 * The records that nearly every answer is made of are read and written here at
 * once; the data of all others by the tables of `net.packet`'s layer.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { Cursor, Stop } from "../packet/format.ts";
import { readName } from "../packet/layers/dns/name.ts";
import { messageText } from "./dig.ts";
import {
  type MessageFlag,
  type MessageInput,
  type MessageParts,
  rcodeName,
} from "./message_parts.ts";
import { MessageWriter } from "./message_writer.ts";
import { readRecord } from "./record_reader.ts";
import {
  className,
  type DnsOptRecord,
  type DnsQuestion,
  type DnsRecord,
  isOpt,
  typeName,
} from "./record.ts";

/** Octets of a message's head. */
const HEAD = 12;

const FLAGS: readonly (readonly [MessageFlag, number])[] = [
  ["AA", 0x400],
  ["TC", 0x200],
  ["RD", 0x100],
  ["RA", 0x80],
  ["Z", 0x40],
  ["AD", 0x20],
  ["CD", 0x10],
];

/** All that the seven bits can say, made once. */
const FLAG_LISTS: readonly (readonly MessageFlag[])[] = Array.from(
  { length: 128 },
  (_, bits) =>
    Object.freeze(
      FLAGS.filter(([, bit]) => bits << 4 & bit).map(([name]) => name),
    ),
);

/**
 * A DNS message.
 *
 * @see RFC 1035 §4.1, RFC 6891 §6
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = net.dns.encode({
 *   qr: 1,
 *   rcode: 3,
 *   questions: [{ name: "no.example", type: "A" }],
 * });
 * const message = net.dns.decode(octets);
 * assert.equal(message.status, "NXDOMAIN");
 * assert.equal(message.questions[0]?.name, "no.example");
 * ```
 */
export class Message implements MessageParts {
  /** Tells which question an answer belongs to. */
  readonly id: number;
  /** 0 for a query, 1 for a response. */
  readonly qr: 0 | 1;
  /** The kind of query. */
  readonly opcode: number;
  /** The bits that are set. */
  readonly flags: readonly MessageFlag[];
  /** The response code, of twelve bits where there is an `opt`. */
  readonly rcode: number;
  /** What is asked. */
  readonly questions: readonly DnsQuestion[];
  /** The answers. */
  readonly answers: readonly DnsRecord[];
  /** Who is in charge. */
  readonly authorities: readonly DnsRecord[];
  /** What is useful beside, without OPT. */
  readonly additionals: readonly DnsRecord[];
  /** What EDNS says. */
  readonly opt: DnsOptRecord | undefined;
  /** How many octets it has. */
  readonly size: number;

  /**
   * Takes the parts; {@linkcode decode} makes them from octets.
   *
   * @param parts The parts.
   */
  constructor(parts: MessageParts) {
    this.id = parts.id;
    this.qr = parts.qr;
    this.opcode = parts.opcode;
    this.flags = parts.flags;
    this.rcode = parts.rcode;
    this.questions = parts.questions;
    this.answers = parts.answers;
    this.authorities = parts.authorities;
    this.additionals = parts.additionals;
    this.opt = parts.opt;
    this.size = parts.size;
  }

  /** The response code's name: `"NOERROR"`, `"NXDOMAIN"`, `"SERVFAIL"`, … */
  get status(): string {
    return rcodeName(this.rcode);
  }

  /** Whether it was cut to fit: ask again over TCP. */
  get truncated(): boolean {
    return this.flags.includes("TC");
  }

  /** The whole message, as dig prints one. */
  toString(): string {
    return messageText(this);
  }

  /** Its fields, plain. */
  toJSON(): MessageParts & { readonly status: string } {
    return { ...this, status: this.status };
  }

  /** As dig prints it. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    return messageText(this, canvas({ colors: options?.colors }));
  }
}

/**
 * Reads a DNS message.
 *
 * Data that no record of its type can have stay octets, and the type is then
 * `TYPE` and its number; what lies behind the last record is left alone.
 *
 * @param octets The message, without the length that goes before it over TCP.
 * @returns The message; parts of it may be views of `octets`.
 * @throws {DecodeError} If it is cut short, or a name in it makes no sense.
 * @see RFC 1035 §4.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const query = net.dns.encode({ id: 7, questions: [{ name: "example.com", type: "MX" }] });
 * assert.deepEqual(net.dns.decode(query).questions, [
 *   { name: "example.com", type: "MX", class: "IN" },
 * ]);
 * ```
 */
export function decode(octets: Uint8Array): Message {
  const from = new Cursor(octets, 0, octets.length);
  try {
    return read(from);
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    throw new DecodeError(stop.reason, {
      layer: "dns",
      offset: stop.at,
      needed: stop.needed,
      available: stop.available,
    });
  }
}

function read(from: Cursor): Message {
  const { view } = from;
  from.take(HEAD);
  const head = view.getUint16(2);
  const questions: DnsQuestion[] = [];
  for (let n = view.getUint16(4); n > 0; n--) {
    const name = readName(from, HEAD);
    const at = from.take(4);
    questions.push({
      name,
      type: typeName(view.getUint16(at)),
      class: className(view.getUint16(at + 2)),
    });
  }
  const answers = readSection(from, view.getUint16(6));
  const authorities = readSection(from, view.getUint16(8));
  let additionals = readSection(from, view.getUint16(10));
  let opt: DnsOptRecord | undefined;
  const at = additionals.findIndex(isOpt);
  if (at >= 0) {
    opt = additionals[at] as DnsOptRecord;
    if (additionals.length === 1) additionals = [];
    else additionals.splice(at, 1);
  }
  return new Message({
    id: view.getUint16(0),
    qr: head >> 15 as 0 | 1,
    opcode: head >> 11 & 15,
    flags: FLAG_LISTS[head >> 4 & 127]!,
    rcode: (opt === undefined ? 0 : opt.extendedRcode << 4) | head & 15,
    questions,
    answers,
    authorities,
    additionals,
    opt,
    size: from.octets.length,
  });
}

function readSection(from: Cursor, count: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  for (let n = count; n > 0; n--) records.push(readRecord(from));
  return records;
}

/** Options for {@linkcode encode}. */
export interface EncodeOptions {
  /**
   * The most octets. Records that find no room are left out from the end, and
   * the message says TC if answers or authorities are among them.
   * @default {65535}
   */
  readonly limit?: number | undefined;
}

/**
 * Writes a DNS message. Names are compressed where all servers understand it.
 *
 * @param message The parts.
 * @param options How many octets it may have.
 * @returns The octets, without the length that goes before them over TCP.
 * @throws {TypeError} If a part is of another kind than it must be.
 * @throws {RangeError} If a number or a name does not fit, or the message does not.
 * @see RFC 1035 §4.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = net.dns.encode({
 *   id: 7,
 *   qr: 1,
 *   flags: ["RD", "RA"],
 *   questions: [{ name: "example.com", type: "A" }],
 *   answers: [{ name: "example.com", type: "A", ttl: 300, data: "192.0.2.1" }],
 * });
 * assert.equal(octets.length, 45);
 * ```
 */
export function encode(
  message: MessageInput,
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  return encodeBriefly(message, options).slice();
}

/**
 * Writes a DNS message as {@linkcode encode} does, into memory that the next one
 * is written to as well: for those who copy it at once.
 *
 * @param message The parts.
 * @param options How many octets it may have.
 * @returns The octets, good until another message is written.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const octets = net.dns.encodeBriefly({ questions: [{ name: "example.com" }] });
 * assert.equal(octets.length, 29);
 * ```
 */
export function encodeBriefly(
  message: MessageInput,
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  const { limit = 0xffff } = options;
  const { id = 0, qr = 0, opcode = 0, flags = [], rcode = 0, opt } = message;
  checkNumber("id", id, 0xffff);
  checkNumber("opcode", opcode, 15);
  checkNumber("rcode", rcode, opt === undefined ? 15 : 0xfff);
  let head = (qr ? 0x8000 : 0) | opcode << 11 | rcode & 15;
  for (const flag of flags) head |= flagBit(flag);
  const writer = MessageWriter.start(limit);
  for (const question of message.questions ?? []) writer.question(question);
  const ending = opt === undefined ? undefined : {
    ...opt,
    type: "OPT" as const,
    extendedRcode: rcode >> 4,
  };
  // What EDNS says has to find room before what it speaks about.
  if (ending !== undefined) writer.reserve(ending);
  const answers = writer.records(message.answers);
  const authorities = writer.records(message.authorities);
  if (writer.isFull) head |= 0x200;
  let additionals = writer.records(message.additionals);
  if (ending !== undefined) {
    writer.release(ending);
    additionals++;
  }
  return writer.finish([
    id,
    head,
    message.questions?.length ?? 0,
    answers,
    authorities,
    additionals,
  ]);
}

function flagBit(flag: MessageFlag): number {
  for (const [name, bit] of FLAGS) if (name === flag) return bit;
  throw new TypeError(
    `Cannot encode a DNS message as 'flags' must be of ${
      FLAGS.map(([name]) => name).join(", ")
    }: current value is ${flag}`,
  );
}

function checkNumber(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw new RangeError(
    `Cannot encode a DNS message as '${name}' must be an integer from 0 to ${most}: current value is ${value}`,
  );
}
