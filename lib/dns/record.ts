/**
 * Resource records: their types, and what each says in the notation of zone
 * files, as dig prints it.
 *
 * @module
 */

import {
  CLASS_CODES,
  codeName,
  codeNumber,
  TYPE_CODES,
} from "../packet/layers/dns/codes.ts";
import type {
  DnsOptRecord,
  DnsQuestion,
  DnsQuestionInput,
  DnsRecord,
  DnsRecordInput,
} from "../packet/layers/dns/record.ts";
import { Columns } from "./columns.ts";
import { absoluteName } from "./names.ts";
import { dataText } from "./record_text.ts";

export type {
  DnsOptRecord,
  DnsQuestion,
  DnsQuestionInput,
  DnsRecord,
  DnsRecordInput,
};

/** A record that is no OPT: it has a class, a TTL and data. */
export type DataRecord = Exclude<DnsRecord, DnsOptRecord>;

/** A record of one type. */
export type RecordOf<T extends string> = Extract<
  DnsRecord,
  { readonly type: T }
>;

/** Nearly all numbers that occur are below this one. */
const FREQUENT = 300;
const TYPE_NAMES = Array.from(
  { length: FREQUENT },
  (_, n) => codeName(TYPE_CODES, n),
);
/** Names as they are mostly written. */
const TYPE_NUMBERS: ReadonlyMap<string | number, number> = new Map(
  TYPE_NAMES.map((name, number) => [name, number]),
);
const CLASS_NAMES = Array.from(
  { length: FREQUENT },
  (_, n) => codeName(CLASS_CODES, n),
);

/**
 * Names a type of records.
 *
 * @param type Its number.
 * @returns Its name, or `TYPE` and the number.
 * @see RFC 3597 §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.typeName(65), "HTTPS");
 * ```
 */
export function typeName(type: number): string {
  return TYPE_NAMES[type] ?? codeName(TYPE_CODES, type);
}

/**
 * Gives the number of a type of records.
 *
 * @param type Its name in any case, `TYPE` and a number, or a number.
 * @returns The number.
 * @throws {TypeError} If there is no such type.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.typeNumber("aaaa"), 28);
 * ```
 */
export function typeNumber(type: string | number): number {
  return TYPE_NUMBERS.get(type) ??
    known(codeNumber(TYPE_CODES, type), "type", type, "A, MX or TYPE999");
}

/**
 * Names a class of records.
 *
 * @param number Its number.
 * @returns Its name, or `CLASS` and the number.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.className(3), "CH");
 * ```
 */
export function className(number: number): string {
  return CLASS_NAMES[number] ?? codeName(CLASS_CODES, number);
}

/**
 * Gives the number of a class of records.
 *
 * @param name Its name in any case, `CLASS` and a number, or a number.
 * @returns The number.
 * @throws {TypeError} If there is no such class.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.dns.classNumber("IN"), 1);
 * ```
 */
export function classNumber(name: string | number): number {
  if (name === "IN") return 1;
  return known(codeNumber(CLASS_CODES, name), "class", name, "IN or CLASS9");
}

function known(
  number: number | undefined,
  what: string,
  value: unknown,
  such: string,
): number {
  if (number !== undefined) return number;
  throw new TypeError(
    `Cannot use a DNS ${what} as '${what}' must be one such as ${such}: current value is ${value}`,
  );
}

/**
 * Tells whether a record is the one that carries EDNS.
 *
 * @param record The record.
 * @returns Whether it is.
 * @see RFC 6891 §6.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { opt } = net.dns.decode(net.dns.encode({ opt: {} }));
 * assert.ok(opt !== undefined && net.dns.isOpt(opt));
 * ```
 */
export function isOpt(record: DnsRecord): record is DnsOptRecord {
  return record.type === "OPT";
}

/**
 * Finds the records of one type.
 *
 * @param records Any records.
 * @param type The type's name.
 * @returns Those of that type, in order.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { answers } = net.dns.decode(net.dns.encode({
 *   answers: [{ name: "a.example", type: "MX", data: { preference: 5, exchange: "b.example" } }],
 * }));
 * assert.equal(net.dns.ofType(answers, "MX")[0]?.data.exchange, "b.example");
 * ```
 */
export function ofType<T extends DnsRecord["type"]>(
  records: readonly DnsRecord[],
  type: T,
): RecordOf<T>[] {
  return records.filter((one) => one.type === type) as RecordOf<T>[];
}

/**
 * Writes what a record says in the notation of zone files, as dig does.
 *
 * @param record The record, but no OPT.
 * @returns The data alone: `"10 mail.example.com."`.
 * @see RFC 1035 §5.1, RFC 3597 §5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const data = { preference: 10, exchange: "mail.example.com" };
 * const record = { name: "example.com", type: "MX", class: "IN", ttl: 300, data } as const;
 * assert.equal(net.dns.recordData(record), "10 mail.example.com.");
 * ```
 */
export function recordData(record: DnsRecord): string {
  return isOpt(record) ? "" : dataText(record);
}

/**
 * Writes a record as a line of a zone file, its columns as dig's.
 *
 * @param record The record, but no OPT.
 * @returns Owner, TTL, class, type and data, with tabs between.
 * @see RFC 1035 §5.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const record = { name: "a.example", type: "PTR", class: "IN", ttl: 60, data: "b.example" } as const;
 * assert.equal(net.dns.recordLine(record), "a.example.\t\t60\tIN\tPTR\tb.example.");
 * ```
 */
export function recordLine(record: DnsRecord): string {
  if (isOpt(record)) return "";
  const { name, ttl, class: of } = record;
  const number = codeNumber(TYPE_CODES, record.type);
  const line = new Columns();
  line.put(absoluteName(name), 24);
  line.put(`${ttl}`, 32);
  line.put(of, 40);
  line.put(number === undefined ? record.type : typeName(number), 48);
  return line.text + dataText(record);
}
