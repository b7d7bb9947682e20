/**
 * Messages into octets.
 *
 * @module
 */

import { type Address, address } from "../ip/address.ts";
import { Sink } from "../packet/format.ts";
import { labelsOf } from "../packet/layers/dns/name.ts";
import { ednsOptions } from "../packet/layers/dns/parameters.ts";
import { formOf } from "./record_reader.ts";
import {
  classNumber,
  type DnsQuestionInput,
  type DnsRecordInput,
  typeName,
  typeNumber,
} from "./record.ts";

const HEAD = 12;
const MOST = 0xffff;
/** The root, type, class, TTL and length of an OPT record. */
const OPT_HEAD = 11;
/** Pointers have 14 bits: what lies behind is never pointed at. */
const FAR = 0x4000;
/** The most octets that a record takes before its data. */
const OWNER = 255 + 10;

const [A, NS, CNAME, SOA, PTR, MX, AAAA, OPT] = [1, 2, 5, 6, 12, 15, 28, 41];

type OptInput = Extract<DnsRecordInput, { readonly type: "OPT" }>;
type DataInput = Exclude<DnsRecordInput, OptInput>;

/** One for all, as encoding is done before anything else is. */
const octets = new Uint8Array(MOST + OWNER);
const view = new DataView(octets.buffer);
/**
 * Where data are written by their tables: so far from the head that no name is
 * compressed, as RFC 3597 §4 has it for all but the oldest types.
 */
let far = new Sink("dns", FAR);

/** Puts a message together, record by record. */
export class MessageWriter {
  /** Whether a record has found no room. */
  isFull = false;
  #at = HEAD;
  #limit: number;
  #names: Map<string, number> | undefined;
  #first = "";
  #firstAt = 0;

  private constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Starts a message; one at a time.
   *
   * @param limit The most octets.
   * @returns The writer.
   */
  static start(limit: number): MessageWriter {
    if (!(Number.isInteger(limit) && limit >= HEAD && limit <= MOST)) {
      throw new RangeError(
        `Cannot encode a DNS message as 'limit' must be an integer from ${HEAD} to ${MOST}: current value is ${limit}`,
      );
    }
    return new MessageWriter(limit);
  }

  /** Writes a question, which is always there. */
  question(
    { name = ".", type = "A", class: of = "IN" }: DnsQuestionInput,
  ): void {
    this.#room(OWNER);
    this.#name(name);
    this.#u16(typeNumber(type));
    this.#u16(classNumber(of));
  }

  /** Keeps room for EDNS. */
  reserve(opt: OptInput): void {
    this.#limit -= optSize(opt);
    if (this.#at > this.#limit) throw tooLong();
  }

  /** Writes EDNS into the room that was kept for it. */
  release(opt: OptInput): void {
    this.#limit += optSize(opt);
    this.#opt(opt);
  }

  /**
   * Writes the records that find room.
   *
   * @param records The records, in order.
   * @returns How many were written.
   */
  records(records: readonly DnsRecordInput[] = []): number {
    let count = 0;
    for (const record of records) {
      if (this.isFull) break;
      const start = this.#at;
      this.#record(record);
      if (this.#at > this.#limit) {
        this.#forget(start);
        this.isFull = true;
        break;
      }
      count++;
    }
    return count;
  }

  /**
   * Writes the head.
   *
   * @param head Its six numbers.
   * @returns The message; good until the next is started.
   */
  finish(head: readonly number[]): Uint8Array<ArrayBuffer> {
    for (let i = 0; i < 6; i++) view.setUint16(2 * i, head[i]!);
    if (this.#at > this.#limit) throw tooLong();
    return octets.subarray(0, this.#at);
  }

  #room(count: number): void {
    if (this.#at + count > octets.length) throw tooLong();
  }

  #u16(value: number): void {
    view.setUint16(this.#at, value);
    this.#at += 2;
  }

  #u32(value: number, what: string): void {
    if (!(Number.isInteger(value) && value >= 0 && value < 2 ** 32)) {
      throw new RangeError(
        `Cannot encode a DNS message as '${what}' must be an integer from 0 to 4294967295: current value is ${value}`,
      );
    }
    view.setUint32(this.#at, value);
    this.#at += 4;
  }

  #record(record: DnsRecordInput): void {
    this.#room(OWNER);
    const type = typeNumber(record.type);
    if (type === OPT) return this.#opt(record as OptInput);
    const { name = ".", class: of = "IN", ttl = 0, data } = record as DataInput;
    this.#name(name);
    this.#u16(type);
    this.#u16(of === "IN" ? 1 : classNumber(of));
    this.#u32(ttl, "ttl");
    const start = this.#at += 2;
    if (data instanceof Uint8Array) this.#bytes(data);
    else {
      // As much as two names and a few numbers.
      this.#room(2 * OWNER);
      this.#data(type, data);
    }
    view.setUint16(start - 2, this.#at - start);
  }

  #data(type: number, data: unknown): void {
    switch (type) {
      case A:
      case AAAA: {
        const { family, w0, w1, w2, w3 } = addressFor(type, data);
        if (family === 6) {
          view.setInt32(this.#at, w0);
          view.setInt32(this.#at + 4, w1);
          view.setInt32(this.#at + 8, w2);
          this.#at += 12;
        }
        view.setInt32(this.#at, w3);
        this.#at += 4;
        return;
      }
      case NS:
      case CNAME:
      case PTR:
        return this.#name(data as string);
      case MX: {
        const { preference = 0, exchange = "." } = data as Partial<
          { preference: number; exchange: string }
        >;
        if (!(preference >= 0 && preference <= MOST)) break;
        this.#u16(preference);
        return this.#name(exchange);
      }
      case SOA: {
        const soa = data as Readonly<Record<string, unknown>>;
        this.#name(soa.mname as string ?? ".");
        this.#name(soa.rname as string ?? ".");
        for (const field of TIMES) this.#u32(soa[field] as number ?? 0, field);
        return;
      }
    }
    this.#bytes(dataOctets(typeName(type), data));
  }

  #bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    octets.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #opt(opt: OptInput): void {
    const { udpPayloadSize = 1232, extendedRcode = 0, version = 0 } = opt;
    const { flags = [], reserved = 0 } = opt;
    const options = optOptions(opt);
    octets[this.#at++] = 0;
    this.#u16(OPT);
    this.#u16(udpPayloadSize);
    octets[this.#at++] = extendedRcode;
    octets[this.#at++] = version;
    this.#u16(
      (flags.includes("DO") ? 0x8000 : 0) |
        (flags.includes("CO") ? 0x4000 : 0) | reserved,
    );
    this.#u16(options.length);
    this.#bytes(options);
  }

  /** Writes a name, and points where it, or its end, was before. */
  #name(name: string): void {
    if (typeof name !== "string") labelsOf(far, name);
    if (name.endsWith(".") && name.length > 1) {
      name = isPlain(name) ? name.slice(0, -1) : name;
    }
    if (name === "." || name === "") {
      octets[this.#at++] = 0;
      return;
    }
    const at = this.#at;
    if (this.#first === "") {
      this.#first = name;
      this.#firstAt = at;
      return this.#labels(name);
    }
    // In most messages all names are that of the question.
    if (name === this.#first && this.#firstAt < FAR) {
      return this.#u16(0xc000 | this.#firstAt);
    }
    if (this.#names === undefined) {
      this.#names = new Map();
      this.#keep(this.#first, this.#firstAt);
    }
    const names = this.#names;
    let from = 0;
    // A name with escapes is compressed as a whole, or not at all.
    const isWhole = !isPlain(name);
    while (from >= 0) {
      const end = from === 0 ? name : name.slice(from);
      const known = names.get(end);
      if (known !== undefined) {
        if (from > 0) this.#labels(name.slice(0, from - 1), false);
        return this.#u16(0xc000 | known);
      }
      from = isWhole ? -1 : name.indexOf(".", from) + 1 || -1;
    }
    this.#keep(name, at);
    this.#labels(name);
  }

  /** Remembers a name and all its ends. */
  #keep(name: string, at: number): void {
    const names = this.#names!;
    if (!isPlain(name)) {
      if (at < FAR) names.set(name, at);
      return;
    }
    for (let from = 0;;) {
      if (at + from >= FAR) return;
      const end = name.slice(from);
      if (!names.has(end)) names.set(end, at + from);
      const dot = name.indexOf(".", from);
      if (dot < 0) return;
      from = dot + 1;
    }
  }

  /** Forgets what was written from a place on. */
  #forget(start: number): void {
    this.#at = start;
    if (this.#firstAt >= start) this.#first = "";
    for (const [name, at] of this.#names ?? []) {
      if (at >= start) this.#names!.delete(name);
    }
  }

  #labels(name: string, isEnded = true): void {
    const start = this.#at;
    if (!isPlain(name)) {
      for (const label of labelsOf(new Sink("dns"), name)) {
        octets[this.#at++] = label.length;
        octets.set(label, this.#at);
        this.#at += label.length;
      }
    } else {
      let length = start;
      let at = start + 1;
      for (let i = 0; i < name.length; i++) {
        const code = name.charCodeAt(i);
        if (code !== 0x2e) {
          octets[at++] = code;
          continue;
        }
        octets[length] = at - length - 1;
        if (at - length > 64 || at - length < 2) {
          labelsOf(new Sink("dns"), name);
        }
        length = at++;
      }
      octets[length] = at - length - 1;
      if (at - length > 64 || at - length < 2 || at - start > 254) {
        labelsOf(new Sink("dns"), name);
      }
      this.#at = at;
    }
    if (isEnded) octets[this.#at++] = 0;
  }
}

const TIMES = ["serial", "refresh", "retry", "expire", "minimum"] as const;

/** Whether each character of a name is one octet, and each dot between labels. */
function isPlain(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 0x7f || code === 0x5c) return false;
  }
  return name.length < 256;
}

function addressFor(type: number, data: unknown): Address {
  const value = address(data as string | Address);
  if (value.family === (type === A ? 4 : 6)) return value;
  throw new TypeError(
    `Cannot encode a DNS message as 'data' must be an IPv${
      type === A ? 4 : 6
    } address in ${typeName(type)} records: current value is ${value}`,
  );
}

/**
 * Writes the data of a record by its type's table, no name compressed.
 *
 * @param type The type's name.
 * @param data The data.
 * @returns The octets.
 * @throws {TypeError} If it is not what records of this type have.
 * @throws {RangeError} If a number or a name does not fit.
 */
export function dataOctets(type: string, data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return written((to) => {
    to.fields = { type };
    to.path = `${type} data`;
    formOf(type).write(to, data);
  });
}

function optOptions({ options }: OptInput): Uint8Array {
  if (Array.isArray(options) && options.length === 0) return NOTHING;
  return options === undefined
    ? NOTHING
    : written((to) => to.field("options", ednsOptions, options));
}

function optSize(opt: OptInput): number {
  return OPT_HEAD + optOptions(opt).length;
}

const NOTHING = new Uint8Array(0);

function written(write: (to: Sink) => void): Uint8Array {
  const to = far;
  try {
    write(to);
    return to.from(FAR);
  } finally {
    if (to.at > 2 * FAR) far = new Sink("dns", FAR);
    else {
      // Forms take for granted that what they have not written is 0.
      to.octets.fill(0, FAR, to.at);
      to.at = FAR;
    }
  }
}

function tooLong(): RangeError {
  return new RangeError(
    "Cannot encode a DNS message as it must have up to 65535 octets, or 'limit': current value is more",
  );
}
