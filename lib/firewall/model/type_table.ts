/**
 * The data types of nft 1.0.6: how wide a value is, how it is read and how it
 * is written.
 *
 * @see nft(8), DATA TYPES; `nft describe ct_state`
 *
 * @module
 */

import { ParseError } from "../../errors.ts";
import { nearestWord } from "../../nearest.ts";
import { services } from "./known_ports.ts";
import * as names from "./symbols.ts";

/** What values of a type are made of. */
export type Kind =
  /** A number, by name where it has one. */
  | "integer"
  /** Bits, by name where they have one. */
  | "bitmask"
  /** Bits by number: `5` is the bit 5. */
  | "label"
  /** Whether something exists. */
  | "boolean"
  /** Text; `*` at its end stands for all that begin so. */
  | "string"
  /** A number, or text that only the machine can make one of. */
  | "named"
  /** An IPv4 or IPv6 address. */
  | "address"
  /** An Ethernet address. */
  | "mac"
  /** How long, in seconds. */
  | "time"
  /** A moment: `"2024-01-31 17:00:00"`, in local time. */
  | "date"
  /** A time of day: `"17:00"` or `"17:00:05"`, in local time. */
  | "hour"
  /** `"1:2a"`: two numbers, in hexadecimal. */
  | "classid"
  /** What becomes of a packet. */
  | "verdict";

/** A data type. */
export interface DataType {
  /** As nft names it: `"ipv4_addr"`, `"ct_state"`. */
  readonly name: string;
  /** How wide its values are; undefined where what has them says it. */
  readonly bits: number | undefined;
  /** The highest number, where it is not that of the width. */
  readonly most?: number;
  readonly kind: Kind;
  /** The order of its octets in the kernel's registers. */
  readonly order: "big" | "host";
  /** Names that nft knows and writes. */
  readonly symbols?: Readonly<Record<string, number>>;
  /** Names that are read only. */
  readonly aliases?: Readonly<Record<string, number>>;
  /** Digits of a number that is written in hexadecimal; 0: as many as it has. */
  readonly hex?: number;
  /** Names stand in quotes. */
  readonly quoted?: true;
  /** Numbers by all the names. */
  readonly byName: ReadonlyMap<string, number>;
  /** First names by number. */
  readonly byNumber: ReadonlyMap<number, string>;
  /** What a value is called in an error, with its article. */
  readonly what: string;
}

type Row = Omit<DataType, "name" | "byName" | "byNumber">;

const integer = (bits: number | undefined, what: string, more?: Partial<Row>) =>
  ({ bits, kind: "integer", order: "big", what, ...more }) as const;
const host = (bits: number, what: string, more?: Partial<Row>) =>
  integer(bits, what, { order: "host", ...more });
const mask = (bits: number, what: string, symbols: Row["symbols"] = {}) =>
  ({ bits, kind: "bitmask", order: "host", what, hex: 0, symbols }) as const;

const rows: Readonly<Record<string, Row>> = {
  integer: integer(undefined, "a number"),
  // What nft calls an integer too, and writes in hexadecimal: raw octets.
  xinteger: integer(undefined, "a number", { hex: 0 }),
  bitmask: integer(undefined, "bits", { hex: 0 }),
  string: { bits: undefined, kind: "string", order: "host", what: "text" },
  verdict: { bits: 0, kind: "verdict", order: "host", what: "a verdict" },
  boolean: {
    ...{ bits: 1, kind: "boolean", order: "host" },
    what: '"exists" or "missing"',
    symbols: names.boolean,
  },
  nf_proto: host(8, "a protocol family", { symbols: names.nfProto }),
  ipv4_addr: {
    ...{ bits: 32, kind: "address", order: "big" },
    what: "an IPv4 address",
  },
  ipv6_addr: {
    ...{ bits: 128, kind: "address", order: "big" },
    what: "an IPv6 address",
  },
  ether_addr: {
    ...{ bits: 48, kind: "mac", order: "big" },
    what: "an Ethernet address",
  },
  ether_type: integer(16, "an EtherType", { symbols: names.etherType, hex: 4 }),
  arp_op: integer(16, "an ARP operation", { symbols: names.arpOp }),
  inet_proto: integer(8, "an Internet protocol", {
    symbols: names.inetProto,
    aliases: names.protocolAliases,
  }),
  inet_service: integer(16, "a port", { aliases: services }),
  icmp_type: integer(8, "an ICMP type", { symbols: names.icmpType }),
  icmp_code: integer(8, "an ICMP code", { symbols: names.icmpCode }),
  icmpv6_type: integer(8, "an ICMPv6 type", { symbols: names.icmpv6Type }),
  icmpv6_code: integer(8, "an ICMPv6 code", { symbols: names.icmpv6Code }),
  icmpx_code: integer(8, "an ICMP code of both families", {
    symbols: names.icmpxCode,
  }),
  igmp_type: integer(8, "an IGMP type", { symbols: names.igmpType }),
  tcp_flag: mask(8, "TCP flags", names.tcpFlag),
  dccp_pkttype: integer(4, "a DCCP packet type", {
    symbols: names.dccpPkttype,
  }),
  mh_type: integer(8, "a mobility header type", { symbols: names.mhType }),
  dscp: integer(6, "a DSCP", { symbols: names.dscp, hex: 2 }),
  ecn: integer(2, "an ECN codepoint", { symbols: names.ecn, hex: 2 }),
  time: { bits: 64, kind: "time", order: "host", what: "a time, as 1h30m" },
  // nft calls this "time" too.
  date: {
    ...{ bits: 64, kind: "date", order: "host", quoted: true },
    what: "a date and time, as 2024-01-31 17:00:00",
  },
  day: host(8, "a day of the week", {
    symbols: names.day,
    quoted: true,
    most: 6,
  }),
  hour: {
    ...{ bits: 32, kind: "hour", order: "host", quoted: true },
    what: "a time of day, as 17:00",
  },
  mark: host(32, "a mark", { hex: 8 }),
  iface_index: {
    ...{ bits: 32, kind: "named", order: "host", quoted: true },
    what: "an interface",
  },
  iface_type: host(16, "an interface type", { symbols: names.ifaceType }),
  ifname: {
    ...{ bits: 128, kind: "string", order: "host", quoted: true },
    what: "an interface name",
  },
  realm: host(32, "a routing realm", { symbols: { cosmos: 0 }, quoted: true }),
  classid: {
    ...{ bits: 32, kind: "classid", order: "host" },
    what: "a class, as 1:2a",
    aliases: names.classid,
  },
  devgroup: host(32, "a device group", {
    symbols: { default: 0 },
    quoted: true,
  }),
  uid: {
    ...{ bits: 32, kind: "named", order: "host", quoted: true },
    what: "a user",
    aliases: { root: 0 },
  },
  gid: {
    ...{ bits: 32, kind: "named", order: "host", quoted: true },
    what: "a group of users",
    aliases: { root: 0 },
  },
  pkt_type: host(8, "a packet type", { symbols: names.pktType }),
  cgroupsv2: {
    ...{ bits: 64, kind: "named", order: "host", quoted: true },
    what: "a control group",
  },
  fib_addrtype: host(32, "a type of address", { symbols: names.fibAddrtype }),
  ct_state: mask(32, "connection states", names.ctState),
  ct_status: mask(32, "connection status bits", names.ctStatus),
  ct_event: mask(32, "connection events", names.ctEvent),
  ct_dir: host(8, "a direction", { symbols: names.ctDir }),
  ct_label: { bits: 128, kind: "label", order: "host", what: "labels" },
};

function make(name: string, row: Row): DataType {
  const { symbols = {}, aliases = {} } = row;
  const byName = new Map([
    ...Object.entries(symbols),
    ...Object.entries(aliases),
  ]);
  const byNumber = new Map<number, string>();
  for (const [word, number] of Object.entries(symbols)) {
    if (!byNumber.has(number)) byNumber.set(number, word);
  }
  return Object.freeze({ name, ...row, byName, byNumber });
}

/** Every data type by name. */
export const dataTypes: ReadonlyMap<string, DataType> = new Map(
  Object.entries(rows).map(([name, row]) => [name, make(name, row)]),
);

/**
 * Finds a data type.
 *
 * @param name As nft names it: `"inet_service"`.
 * @returns The type.
 * @throws {ParseError} If there is none of that name.
 *
 * @example
 * ```ts
 * import { dataType } from "./type_table.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(dataType("ether_addr").bits, 48);
 * ```
 */
export function dataType(name: string): DataType {
  const type = dataTypes.get(name);
  if (type) return type;
  const near = nearestWord(name, dataTypes.keys());
  throw new ParseError(
    "a data type",
    name,
    0,
    near
      ? `there is none of that name; did you mean "${near}"`
      : "there is none of that name",
  );
}

const sized = new Map<string, DataType>();

/**
 * Gives a type the width that it has somewhere.
 *
 * @param name As nft names it: `"integer"`.
 * @param bits The width.
 * @returns The type; the same one for the same arguments.
 */
export function sizedType(name: string, bits: number): DataType {
  const type = dataType(name);
  if (type.bits === bits) return type;
  const key = `${name} ${bits}`;
  let found = sized.get(key);
  if (!found) sized.set(key, found = Object.freeze({ ...type, bits }));
  return found;
}
