/**
 * Zone files: master files, as RFC 1035 calls them.
 *
 * @module
 */

import {
  CLASS_CODES,
  codeNumber,
  TYPE_CODES,
} from "../packet/layers/dns/codes.ts";
import { dataOctets } from "./message_writer.ts";
import { absoluteName, plainName } from "./names.ts";
import {
  className,
  type DataRecord,
  type DnsRecord,
  type DnsRecordInput,
  typeName,
  typeNumber,
} from "./record.ts";
import { Zone } from "./zone.ts";
import { troubleIn } from "./zone_check.ts";
import { readData, settledRecord } from "./zone_data.ts";
import { generated } from "./zone_generate.ts";
import { entriesOf, ZoneError, type ZoneSource } from "./zone_lines.ts";
import { MOST_TTL, timeOf, Words } from "./zone_words.ts";

export { Zone, ZoneError };
export type { RecordSet, ZoneFinding, ZoneNode } from "./zone.ts";
export type { ZoneSource } from "./zone_lines.ts";

/** Options for {@linkcode parseZone}. */
export interface ZoneOptions {
  /**
   * What relative names are relative to before the first `$ORIGIN`.
   * @default {none: such names are refused}
   */
  origin?: string | undefined;
  /**
   * The time to live of records before any `$TTL`, in seconds.
   * @default {that of the record before; the last number of the SOA}
   */
  ttl?: number | undefined;
  /**
   * Gives the text of a file that `$INCLUDE` names.
   * @default {none: $INCLUDE is refused}
   */
  include?: ((file: string) => string) | undefined;
}

/** Whatever is a zone: the text of a zone file, its records, or a {@linkcode Zone}. */
export type ZoneLike = string | Zone | Iterable<DnsRecord | DnsRecordInput>;

/** How deep files may include others. */
const DEPTH = 16;
/** OPT, NXNAME, and those that only questions and signed messages have. */
const isMeta = (type: number): boolean =>
  type === 41 || type === 128 || type >= 249 && type <= 255;

/** A record, and where it stands. */
interface Placed {
  readonly record: DataRecord;
  readonly source: ZoneSource;
  readonly at: number;
}

/** What a reader of zone files keeps in mind from one entry to the next. */
class Reader {
  readonly placed: Placed[] = [];
  readonly #include: ZoneOptions["include"];
  #origin: string | undefined;
  #owner: string | undefined;
  #usualTtl: number | undefined;
  #lastTtl: number | undefined;
  #class = "IN";
  #depth = 0;

  constructor({ origin, ttl, include }: ZoneOptions) {
    this.#origin = origin === undefined ? undefined : plainName(origin);
    this.#usualTtl = ttl;
    this.#include = include;
  }

  read(source: ZoneSource): void {
    for (const { isIndented, words, end } of entriesOf(source)) {
      const all = new Words(source, words, end, this.#origin);
      const { text, isQuoted } = words[0]!;
      if (text.startsWith("$") && !isQuoted && !isIndented) {
        this.#directive(all);
        continue;
      }
      const { at } = all;
      if (!isIndented) this.#owner = all.name("an owner");
      const record = this.#record(all, at);
      this.placed.push({ record, source, at });
    }
  }

  #directive(words: Words): void {
    const { text } = words.take("a directive");
    switch (text.toUpperCase()) {
      case "$ORIGIN":
        this.#origin = words.name("an origin");
        break;
      case "$TTL":
        this.#usualTtl = words.time("a TTL", MOST_TTL);
        break;
      case "$INCLUDE":
        return this.#included(words);
      case "$GENERATE":
        for (const line of generated(words)) this.read(line);
        return;
      default:
        words.fail(
          "only $ORIGIN, $TTL, $INCLUDE and $GENERATE are understood",
        );
    }
    if (words.hasMore) {
      words.take("");
      words.fail(`${text} takes one word`);
    }
  }

  #included(words: Words): void {
    const [origin, owner] = [this.#origin, this.#owner];
    const include = this.#include ??
      words.fail("$INCLUDE is refused without a reader of files: { include }");
    if (++this.#depth > DEPTH) {
      words.fail(`files include each other more than ${DEPTH} deep`);
    }
    const file = words.take("a file").text;
    if (words.hasMore) this.#origin = words.name("an origin");
    this.read({ text: include(file), file });
    this.#depth--;
    [this.#origin, this.#owner] = [origin, owner];
  }

  #record(words: Words, at: number): DataRecord {
    const name = this.#owner ??
      words.fail("the first record must have an owner", at);
    let ttl: number | undefined;
    let of: string | undefined;
    let type: number | undefined;
    while (type === undefined) {
      const { text } = words.take("a type");
      const number = codeNumber(CLASS_CODES, text);
      if (of === undefined && number !== undefined && !/^\d/.test(text)) {
        of = className(number);
        continue;
      }
      const time = ttl === undefined ? timeOf(text) : undefined;
      if (time !== undefined) {
        if (time > MOST_TTL) words.fail(`a TTL must be up to ${MOST_TTL}`);
        ttl = time;
        continue;
      }
      type = codeNumber(TYPE_CODES, text) ??
        words.fail("a type such as A or TYPE999 is needed");
    }
    if (isMeta(type)) {
      words.fail(`no zone has records of type ${typeName(type)}`);
    }
    this.#class = of ?? this.#class;
    const known = ttl ?? this.#usualTtl ?? this.#lastTtl;
    const head = {
      name,
      type: typeName(type),
      class: this.#class,
      ttl: known ?? 0,
    } as DataRecord;
    let record = readData(words, head);
    if (record.type === "SOA" && known === undefined) {
      record = { ...record, ttl: record.data.minimum };
    } else if (known === undefined) {
      words.fail("a TTL is needed: here, or by $TTL before it", at);
    }
    this.#lastTtl = record.ttl;
    return record;
  }
}

/**
 * Reads a zone file.
 *
 * All types of records are understood that `net.dns` knows, others as `\#` with
 * their octets; times may have units (`1h30m`), and `$GENERATE` makes many
 * records of one, as BIND takes them.
 *
 * @param text The text.
 * @param options What it is relative to, and how other files are read.
 * @returns The zone.
 * @throws {ZoneError} A `ParseError` with line and column, if it is no zone file,
 * or its records are no zone.
 * @see RFC 1035 §5, RFC 2308 §4 ($TTL), RFC 3597 §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const zone = net.dns.parseZone(
 *   `$TTL 5m
 *    @   SOA ns admin ( 2026010101 2h 15m 2w 1m ) ; who is in charge
 *        NS  ns
 *        MX  10 mail.example.net.
 *    ns  A   192.0.2.53`.replaceAll(/^ {3}/gm, ""),
 *   { origin: "example.com" },
 * );
 * assert.equal(zone.serial, 2026010101);
 * assert.equal(zone.size, 4);
 * assert.throws(() => net.dns.parseZone("a.example. 60 A 192.0.2.256"), /line 1, column 17/);
 * ```
 */
export function parseZone(text: string, options: ZoneOptions = {}): Zone {
  if (typeof text !== "string") {
    throw new TypeError(
      `Cannot read a zone file as 'text' must be a string: current value is ${text}`,
    );
  }
  const source: ZoneSource = { text };
  const reader = new Reader(options);
  reader.read(source);
  const { placed } = reader;
  const trouble = troubleIn(placed.map(({ record }) => record));
  if (trouble !== undefined) {
    const place = placed.find(({ record }) => record === trouble.record);
    throw new ZoneError(
      place?.source ?? source,
      place?.at ?? text.length,
      trouble.reason,
    );
  }
  return new Zone(placed.map(({ record }) => record));
}

/**
 * Makes a zone of whatever is one.
 *
 * @param from The text of a zone file; records, as of a zone transfer; a zone.
 * @param options How a text is read.
 * @returns The zone.
 * @throws {ZoneError} If the text is no zone file.
 * @throws {TypeError} If there are no records, they are no zone, or one is of no
 * known form.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const zone = net.dns.zone([
 *   { name: "example", type: "SOA", ttl: 60, data: { mname: "ns.example", serial: 7 } },
 *   { name: "example", type: "NS", ttl: 60, data: "ns.example" },
 *   { name: "ns.example", type: "A", ttl: 60, data: "192.0.2.53" },
 * ]);
 * assert.equal(zone.serial, 7);
 * assert.match(`${zone}`, /ns\.example\.\s+60\s+IN\s+A\s+192\.0\.2\.53/);
 * ```
 */
export function zone(from: ZoneLike, options: ZoneOptions = {}): Zone {
  if (from instanceof Zone) return from;
  if (typeof from === "string") return parseZone(from, options);
  if (!(Symbol.iterator in Object(from))) {
    throw new TypeError(
      `Cannot make a zone as 'from' must be the text of a zone file, its records or a zone: current value is ${
        Deno.inspect(from)
      }`,
    );
  }
  const records: DataRecord[] = [];
  for (const one of from) {
    if (one.type === "OPT") continue;
    const { name = ".", class: of = "IN", ttl = 0, data } = one;
    const type = typeName(typeNumber(one.type));
    const head = { name: plainName(name), type, class: `${of}`, ttl };
    const record = settledRecord(
      head as DataRecord,
      data instanceof Uint8Array ? data : dataOctets(type, data),
    );
    if (record === undefined) {
      throw new TypeError(
        `Cannot make a zone as 'data' must be that of ${type} records: current value is that of ${
          absoluteName(head.name)
        }`,
      );
    }
    records.push(record);
  }
  return new Zone(records);
}
