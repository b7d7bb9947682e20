/**
 * Everything that a rule can read, by name: headers, options, and what the
 * kernel knows of a packet. One table for the parser, the builder, the
 * simulator and the printer.
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { nearestWord } from "../../nearest.ts";
import { type DataType, dataType, sizedType } from "./data_types.ts";
import type { Expression, Literal } from "./expression.ts";
import { type FieldRow, type HeaderRow, headerTable } from "./headers.ts";
import {
  ctTable,
  fibTable,
  ipsecTable,
  type KeyRow,
  metaTable,
  osfTable,
  rtTable,
  socketTable,
} from "./keys.ts";
import {
  exthdrTable,
  ipOptionTable,
  type OptionRow,
  sctpChunkTable,
  tcpOptionTable,
} from "./options.ts";
import type { Family } from "./ruleset.ts";

export { fieldAliases } from "./headers.ts";
export { metaAliases } from "./keys.ts";
export { tcpOptionAliases } from "./options.ts";

/** A field of a header or option. */
export interface Field {
  readonly name: string;
  /** The name of its data type. */
  readonly type: string;
  /** Bits from where the header's layer, or the option, begins. */
  readonly offset: number;
  readonly bits: number;
  /** The types of message that have it, by name: of ICMP's fields. */
  readonly ofType?: readonly string[];
}

/** What must hold for a header to be there. */
export interface Need {
  readonly key: "l4proto" | "nfproto" | "protocol" | "iiftype";
  readonly value: string;
}

/** A header. */
export interface Header {
  readonly name: string;
  /** Of the link, the network, or the transport. */
  readonly layer: "ll" | "nh" | "th";
  readonly fields: Readonly<Record<string, Field>>;
  readonly needs: readonly Need[];
}

/** An extension header, an option or a chunk. */
export interface Option {
  readonly name: string;
  /** The protocol, the kind, or the type of chunk. */
  readonly number: number;
  readonly fields: Readonly<Record<string, Field>>;
}

/** Something that the kernel knows of a packet. */
export interface Key extends KeyRow {
  readonly name: string;
}

/** Rows by name, with no name of every object's own in them. */
function named<Row, Made>(
  table: Readonly<Record<string, Row>>,
  make: (name: string, row: Row) => Made,
): Readonly<Record<string, Made>> {
  const made: Record<string, Made> = Object.create(null);
  for (const [name, row] of Object.entries(table)) made[name] = make(name, row);
  return Object.freeze(made);
}

const field = (
  name: string,
  [type, offset, bits, ofType]: FieldRow,
): Field => ({ name, type, offset, bits, ...ofType && { ofType } });

const header = (name: string, row: HeaderRow): Header => ({
  name,
  layer: row.layer,
  fields: named(row.fields, field),
  needs: Object.entries(row.needs).map(([key, value]) =>
    ({ key, value }) as Need
  ),
});

const option = (name: string, row: OptionRow): Option => ({
  name,
  number: row.number,
  fields: named(row.fields, field),
});

const key = (name: string, row: KeyRow): Key => ({ name, ...row });

/** Headers by name. */
export const headers: Readonly<Record<string, Header>> = named(
  headerTable as Readonly<Record<string, HeaderRow>>,
  header,
);
/** IPv6 extension headers by name. */
export const exthdrs: Readonly<Record<string, Option>> = named(
  exthdrTable as Readonly<Record<string, OptionRow>>,
  option,
);
/** TCP options by name. */
export const tcpOptions: Readonly<Record<string, Option>> = named(
  tcpOptionTable as Readonly<Record<string, OptionRow>>,
  option,
);
/** IPv4 options by name. */
export const ipOptions: Readonly<Record<string, Option>> = named(
  ipOptionTable as Readonly<Record<string, OptionRow>>,
  option,
);
/** SCTP chunks by name. */
export const sctpChunks: Readonly<Record<string, Option>> = named(
  sctpChunkTable as Readonly<Record<string, OptionRow>>,
  option,
);

const keys = (table: Readonly<Record<string, KeyRow>>) => named(table, key);

/** Keys of `meta`. */
export const metaKeys: Readonly<Record<string, Key>> = keys(metaTable);
/** Keys of `ct`. */
export const ctKeys: Readonly<Record<string, Key>> = keys(ctTable);
/** Keys of `rt`. */
export const rtKeys: Readonly<Record<string, Key>> = keys(rtTable);
/** Results of `fib`. */
export const fibResults: Readonly<Record<string, Key>> = keys(fibTable);
/** Keys of `socket`. */
export const socketKeys: Readonly<Record<string, Key>> = keys(socketTable);
/** Keys of `osf`. */
export const osfKeys: Readonly<Record<string, Key>> = keys(osfTable);
/** Keys of `ipsec`. */
export const ipsecKeys: Readonly<Record<string, Key>> = keys(ipsecTable);

/**
 * Finds an entry of one of the tables above.
 *
 * @param table The table.
 * @param name The name.
 * @param what What it is a name of, with its article.
 * @returns The entry.
 * @throws {ParseError} If there is none, with the nearest name.
 */
export function entry<T>(
  table: Readonly<Record<string, T>>,
  name: string,
  what: string,
): T {
  const found = table[name];
  if (found !== undefined) return found;
  const names = Object.keys(table);
  const near = nearestWord(name, names);
  throw new ParseError(
    what,
    name,
    0,
    near
      ? `there is none of that name; did you mean "${near}"`
      : `it must be one of ${names.join(", ")}`,
  );
}

const BOOLEAN = dataType("boolean");
const IPV6 = dataType("ipv6_addr");

const ofField = (
  { fields, name }: Header | Option,
  field: string | undefined,
): DataType => {
  if (field === undefined) return BOOLEAN;
  const { type, bits } = entry(fields, field, `a field of ${name}`);
  return sizedType(type, bits);
};

const ofKey = (
  key: Key,
  family: "ip" | "ip6" | undefined,
  table: Family,
): DataType =>
  key.family && (family ?? table) === "ip6"
    ? IPV6
    : sizedType(key.type, key.bits);

/**
 * Finds the data types of an expression.
 *
 * @param expression What stands left of a comparison, or is a set's key.
 * @param family The table's family: it tells what `ct original saddr` is.
 * @returns One type, or one for each part of a concatenation; none for what
 * has no type of its own: constants, and what a map gives.
 * @throws {ParseError} If a header, field or key is not known.
 *
 * @example
 * ```ts
 * import { typesOf } from "./fields.ts";
 * import assert from "node:assert/strict";
 *
 * const [type] = typesOf({ payload: { protocol: "tcp", field: "dport" } }, "inet");
 * assert.equal(type?.name, "inet_service");
 * ```
 */
export function typesOf(
  expression: Expression,
  family: Family,
): readonly DataType[] {
  if (typeof expression !== "object" || Array.isArray(expression)) return [];
  const structured = expression as Structured;
  if ("concat" in structured) {
    return structured.concat.flatMap((part) => typesOf(part, family));
  }
  const type = single(structured, family);
  return type ? [type] : [];
}

type Structured = Exclude<Expression, Literal | readonly string[]>;

function single(e: Structured, family: Family): DataType | undefined {
  if ("payload" in e) {
    const { payload } = e;
    return "base" in payload
      ? sizedType("xinteger", payload.len)
      : ofField(entry(headers, payload.protocol, "a header"), payload.field);
  }
  if ("meta" in e) {
    return ofKey(
      entry(metaKeys, e.meta.key, "a key of meta"),
      undefined,
      family,
    );
  }
  if ("ct" in e) {
    return ofKey(entry(ctKeys, e.ct.key, "a key of ct"), e.ct.family, family);
  }
  if ("exthdr" in e) {
    return ofField(
      entry(exthdrs, e.exthdr.name, "an extension header"),
      e.exthdr.field,
    );
  }
  if ("tcp option" in e) {
    const option = e["tcp option"];
    return "base" in option
      ? sizedType("integer", option.len)
      : ofField(entry(tcpOptions, option.name, "a TCP option"), option.field);
  }
  if ("ip option" in e) {
    const { name, field } = e["ip option"];
    return ofField(entry(ipOptions, name, "an IPv4 option"), field);
  }
  if ("sctp chunk" in e) {
    const { name, field } = e["sctp chunk"];
    return ofField(entry(sctpChunks, name, "an SCTP chunk"), field);
  }
  if ("rt" in e) {
    return ofKey(entry(rtKeys, e.rt.key, "a key of rt"), e.rt.family, family);
  }
  if ("fib" in e) {
    return ofKey(
      entry(fibResults, e.fib.result, "a result of fib"),
      undefined,
      family,
    );
  }
  if ("socket" in e) {
    return ofKey(
      entry(socketKeys, e.socket.key, "a key of socket"),
      undefined,
      family,
    );
  }
  if ("osf" in e) {
    return ofKey(entry(osfKeys, e.osf.key, "a key of osf"), undefined, family);
  }
  if ("ipsec" in e) {
    return ofKey(
      entry(ipsecKeys, e.ipsec.key, "a key of ipsec"),
      e.ipsec.family,
      family,
    );
  }
  if ("numgen" in e || "jhash" in e || "symhash" in e) {
    return sizedType("integer", 32);
  }
  for (const operator of ["&", "|", "^", "<<", ">>"] as const) {
    if (operator in e) {
      const [left] = (e as Record<string, readonly Expression[]>)[operator]!;
      return typesOf(left!, family)[0];
    }
  }
  return undefined;
}
