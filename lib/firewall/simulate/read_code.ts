/**
 * JavaScript that reads what a rule compares: over `b`, the octets, `d`, a view
 * of the same, and `p`, the transit; `nh`, `th` and `end` are places in them.
 *
 * @module
 */

import { type DataType, dataType, sizedType } from "../model/data_types.ts";
import type { Expression, Selector } from "../model/expression.ts";
import {
  ctKeys,
  entry,
  exthdrs,
  type Field,
  headers,
  ipOptions,
  metaKeys,
  type Option,
  sctpChunks,
  tcpOptions,
  typesOf,
} from "../model/fields.ts";
import type { Family } from "../model/ruleset.ts";
import { numberOf } from "../model/data_types.ts";
import { type Shape, shapeOf, widthOf } from "./constants.ts";

/** What is read, as source. */
export interface Code {
  readonly shape: Shape;
  readonly type: DataType;
  /** One expression, or one for each word. */
  readonly terms: readonly string[];
  /** What must hold, else the rule ends. */
  readonly guards: readonly string[];
  /** Declarations that the terms need. */
  readonly before?: readonly string[];
  /** What may change it within a chain; `undefined`: nothing. */
  readonly changedBy?: string;
  /** The terms are -1 where the guards do not hold. */
  readonly isSentinel?: boolean;
}

/** What a reader asks its surroundings for. */
export interface Surroundings {
  readonly family: Family;
  /** A name for a value in the functions' scope. */
  constant(value: unknown): string;
  /** A name that is not used yet. */
  fresh(): string;
  /** The number of a slot in the kernel's state. */
  slot(): number;
}

/** Source that reads bits at a place. */
export function bitsCode(
  start: string,
  offset: number,
  bits: number,
): { terms: string[]; octets: number } {
  const at = offset >> 3;
  const bit = offset & 7;
  const octets = at + Math.ceil((bit + bits) / 8);
  const place = (extra: number) =>
    start === "0" ? `${at + extra}` : `${start} + ${at + extra}`;
  const word = (extra: number) => `d.getUint32(${place(extra)})`;
  if (bit === 0) {
    if (bits === 8) return { terms: [`b[${place(0)}]`], octets };
    if (bits === 16) return { terms: [`d.getUint16(${place(0)})`], octets };
    if (bits === 32) return { terms: [word(0)], octets };
    if (bits === 48) {
      return {
        terms: [`(d.getUint16(${place(0)}) * 4294967296 + ${word(2)})`],
        octets,
      };
    }
    if (bits > 48 && bits % 32 === 0) {
      return {
        terms: Array.from({ length: bits / 32 }, (_, i) => word(4 * i)),
        octets,
      };
    }
  }
  const span = Math.ceil((bit + bits) / 8);
  if (span <= 4) {
    const parts = Array.from({ length: span }, (_, i) => {
      const shift = 8 * (span - 1 - i);
      return shift === 0 ? `b[${place(i)}]` : `b[${place(i)}] << ${shift}`;
    });
    const spare = span * 8 - bit - bits;
    const shifted = `(${parts.join(" | ")}) >>> ${spare}`;
    return {
      terms: [
        bits === 32 ? `(${shifted})` : `(${shifted} & ${2 ** bits - 1})`,
      ],
      octets,
    };
  }
  const width = bits <= 48 ? 1 : Math.ceil(bits / 32);
  const call = (i: number) =>
    `bits(b, ${place(0)}, ${bit}, ${bits}, ${width}, ${i})`;
  return { terms: Array.from({ length: width }, (_, i) => call(i)), octets };
}

/** Bits at a place, in words: for what is rare. */
export function bits(
  octets: Uint8Array,
  at: number,
  bit: number,
  count: number,
  width: number,
  word: number,
): number {
  let sum = 0n;
  const span = Math.ceil((bit + count) / 8);
  for (let i = 0; i < span; i++) sum = sum << 8n | BigInt(octets[at + i]!);
  sum = sum >> BigInt(span * 8 - bit - count) & (1n << BigInt(count)) - 1n;
  return Number(
    width === 1 ? sum : sum >> BigInt(32 * (width - 1 - word)) & 0xffffffffn,
  );
}

const code = (
  type: DataType,
  terms: readonly string[],
  guards: readonly string[] = [],
  changedBy?: string,
): Code => ({
  shape: shapeOf(type),
  type,
  terms,
  guards: guards.filter((guard) => guard !== ""),
  ...changedBy !== undefined && { changedBy },
});

/** What must hold for a protocol of the network layer to be there. */
function networkGuard(family: Family, version: 4 | 6): string {
  if (family === "inet") return `fam === ${version}`;
  if (family === "ip") return version === 4 ? "" : "false";
  if (family === "ip6") return version === 6 ? "" : "false";
  return `fam === ${version} && nh + ${version === 4 ? 20 : 40} <= end`;
}

/** What a header needs, as source. */
export function headerGuards(name: string, family: Family): string[] {
  const isLink = family === "bridge" || family === "netdev" || family === "arp";
  return entry(headers, name, "a header").needs.map(({ key, value }) => {
    switch (key) {
      case "nfproto":
        return networkGuard(family, value === "ipv4" ? 4 : 6);
      case "l4proto":
        return `l4 === ${numberOf(dataType("inet_proto"), value)}`;
      case "protocol":
        return value === "arp"
          ? family === "arp" ? "" : "pr === 0x0806"
          : "p.tagged";
      case "iiftype":
        return isLink ? "" : "p.isFromEther";
    }
  }).filter((guard) => guard !== "");
}

function payload(
  { payload }: Extract<Selector, { payload: unknown }>,
  family: Family,
): Code {
  if ("base" in payload) {
    const { base, offset, len } = payload;
    if (base === "ih") {
      throw new TypeError(
        "Cannot simulate @ih: what comes after the transport header is not read",
      );
    }
    const start = startOf(base, offset, len);
    const { terms, octets } = bitsCode(start, offset, len);
    return code(
      sizedType("xinteger", len),
      terms,
      boundGuards(base, start, octets),
      "payload",
    );
  }
  const header = entry(headers, payload.protocol, "a header");
  const field = entry(
    header.fields,
    payload.field,
    `a field of ${header.name}`,
  );
  const start = startOf(header.layer, field.offset, field.bits);
  const { terms, octets } = bitsCode(start, field.offset, field.bits);
  return code(
    sizedType(field.type, field.bits),
    terms,
    [
      ...headerGuards(header.name, family),
      ...header.layer === "nh" && header.name !== "arp"
        ? []
        : boundGuards(header.layer, start, octets),
      ...messageGuards(header.name, field),
    ],
    "payload",
  );
}

function messageGuards(header: string, { ofType }: Field): string[] {
  if (ofType === undefined) return [];
  const type = dataType(header === "icmp" ? "icmp_type" : "icmpv6_type");
  return [
    `(${
      ofType.map((name) => `b[tho] === ${numberOf(type, name)}`).join(" || ")
    })`,
  ];
}

type Layer = "ll" | "nh" | "th";

/**
 * Where a layer starts, for what reads bits of it. What fits a register and lies
 * evenly the kernel reads without a look at whether a fragment has a transport
 * header: of a later one it reads what stands in its place.
 */
function startOf(layer: Layer, offset: number, bits: number): string {
  if (layer === "ll") return "0";
  if (layer === "nh") return "nh";
  const first = offset >> 3;
  const octets = ((offset + bits + 7) >> 3) - first;
  const isQuick = (octets === 1 || octets === 2 || octets === 4) &&
    first % octets === 0;
  return isQuick ? "tho" : "th";
}

function boundGuards(layer: Layer, start: string, octets: number): string[] {
  if (layer === "ll") return [`p.hasLink(${octets})`];
  const within = `${start} + ${octets} <= end`;
  return layer === "th" ? [`${start} >= 0`, within] : [within];
}

type Row = readonly [term: string, guard?: string, changedBy?: string];

const metaRows: Readonly<Record<string, Row>> = {
  length: ["p.length"],
  protocol: ["pr"],
  l4proto: ["l4", "l4 >= 0"],
  priority: ["p.priority", "", "meta priority"],
  mark: ["(p.mark >>> 0)", "", "meta mark"],
  iif: ["p.iifname"],
  iifname: ["p.iifname"],
  iiftype: ["p.in.type", "p.in !== undefined"],
  iifkind: ["p.in.kind", 'p.in !== undefined && p.in.kind !== ""'],
  iifgroup: ["p.in.group", "p.in !== undefined"],
  oif: ["p.oifname"],
  oifname: ["p.oifname"],
  oiftype: ["p.out.type", "p.out !== undefined"],
  oifkind: ["p.out.kind", 'p.out !== undefined && p.out.kind !== ""'],
  oifgroup: ["p.out.group", "p.out !== undefined"],
  skuid: ['p.owner("skuid")', 'p.owner("skuid") >= 0'],
  skgid: ['p.owner("skgid")', 'p.owner("skgid") >= 0'],
  nftrace: ["p.trace", "", "meta nftrace"],
  rtclassid: ["0"],
  ibrname: ["p.in.master", 'p.in !== undefined && p.in.master !== ""'],
  obrname: ["p.out.master", 'p.out !== undefined && p.out.master !== ""'],
  pkttype: ["p.pkttype", "", "meta pkttype"],
  cpu: ["(p.context.cpu ?? 0)"],
  random: ["Math.floor(p.random() * 4294967296)", "", "chance"],
  time: ["p.clock() * 1e6"],
  day: ["Math.floor(p.clock() / 864e5 + 4) % 7"],
  hour: ["Math.floor(p.clock() / 1000) % 86400"],
};

const NFPROTO: Readonly<Record<Family, string>> = {
  inet: "(fam === 4 ? 2 : 10)",
  ip: "2",
  ip6: "10",
  arp: "3",
  netdev: "5",
  bridge: "7",
};

const CT = "p.connection";
const tupleOf = (dir: "original" | "reply" | undefined) =>
  `${CT}.${dir ?? "original"}`;

function ct(
  selector: Extract<Selector, { ct: unknown }>,
  around: Surroundings,
): Code {
  const { key, dir, family } = selector.ct;
  const { type: name, bits } = entry(ctKeys, key, "a key of ct");
  const isWide = (family ?? around.family) === "ip6";
  const type = (key === "saddr" || key === "daddr") && isWide
    ? dataType("ipv6_addr")
    : sizedType(name, bits);
  const has = `${CT} !== undefined`;
  const made = (...terms: string[]) => code(type, terms, [has], `ct ${key}`);
  const counted = (what: string) =>
    dir === undefined
      ? `(${CT}.${what}[0] + ${CT}.${what}[1])`
      : `${CT}.${what}[${dir === "reply" ? 1 : 0}]`;
  switch (key) {
    case "state":
      return code(type, ["stateBits(p)"], [], "notrack");
    case "direction":
      return made("(p.standing >= 3 ? 1 : 0)");
    case "status":
      return made(`(${CT}.status & 0x23f)`);
    case "mark":
      return made(`(${CT}.mark >>> 0)`);
    case "expiration":
      return made(`Math.max(0, Math.floor(${CT}.expires - p.now))`);
    case "helper":
      return code(
        type,
        [`${CT}.helper`],
        [has, `${CT}.helper !== ""`],
        "ct helper",
      );
    case "label":
      return made(
        ...[96, 64, 32, 0].map((shift) =>
          `Number(${CT}.labels >> ${shift}n & 0xffffffffn)`
        ),
      );
    case "id":
      return made(`${CT}.id`);
    case "secmark":
      return made("0");
    case "zone":
      return made("0");
    case "l3proto":
      return made(`(${CT}.original.family === 4 ? 2 : 10)`);
    case "protocol":
      return made(`${CT}.original.protocol`);
    case "proto-src":
    case "proto-dst": {
      const port = key === "proto-src" ? "sport" : "dport";
      return made(`${tupleOf(dir)}.${port}`);
    }
    case "saddr":
    case "daddr": {
      const side = key === "saddr" ? "s" : "d";
      const version = isWide ? 6 : 4;
      const guards = [has, `${CT}.original.family === ${version}`];
      const words = isWide ? [0, 1, 2, 3] : [3];
      return code(
        type,
        words.map((i) => `(${tupleOf(dir)}.${side}${i} >>> 0)`),
        guards,
        "ct",
      );
    }
    case "packets":
    case "bytes":
      return code({ ...type, bits: 48 }, [counted(key)], [has], "ct");
    case "avgpkt":
      return code(
        { ...type, bits: 48 },
        [
          `Math.floor(${counted("bytes")} / Math.max(1, ${
            counted("packets")
          }))`,
        ],
        [has],
        "ct",
      );
  }
  return asked(selector, around);
}

/** What only the context's answer can tell. */
function asked(selector: Selector, around: Surroundings): Code {
  const [type = sizedType("integer", 32)] = typesOf(selector, around.family);
  const shape = shapeOf(type);
  const held = around.constant(selector);
  const width = widthOf(type);
  const kind = shape === "string" ? '"string"' : `${width}`;
  return code(
    type,
    Array.from({ length: width }, (_, i) => `p.ask(${held}, ${kind}, ${i})`),
    [],
    "chance",
  );
}

/** A field, or whether it is there, of what has no fixed place. */
function option(
  { field, table, name, find, guards, around, changedBy, what }: {
    readonly field: string | undefined;
    readonly table: Readonly<Record<string, Option>>;
    readonly name: string;
    readonly what: string;
    readonly find: string;
    readonly guards: readonly string[];
    readonly around: Surroundings;
    readonly changedBy: string;
  },
): Code {
  const row = entry(table, name, what);
  if (field === undefined) {
    return code(
      dataType("boolean"),
      [`(p.${find}(${row.number}) >= 0 ? 1 : 0)`],
      guards,
      changedBy,
    );
  }
  const { type, offset, bits } = entry(row.fields, field, `a field of ${name}`);
  return placed(
    sizedType(type, bits),
    `p.${find}(${row.number})`,
    [offset, bits],
    guards,
    around,
  );
}

function placed(
  type: DataType,
  find: string,
  [offset, bits]: readonly [number, number],
  guards: readonly string[],
  around: Surroundings,
): Code {
  const at = around.fresh();
  const { terms, octets } = bitsCode(at, offset, bits);
  return {
    ...code(type, terms, [...guards, `${at} >= 0`, `${at} + ${octets} <= end`]),
    before: [`const ${at} = ${find};`],
    changedBy: "place",
  };
}

/**
 * Writes the source that reads something.
 *
 * @param selector What is read.
 * @param around The table's family, and what the source may name.
 * @returns The source, with the conditions under which it may be read.
 * @throws {ParseError} If a header, field or key is not known.
 * @throws {TypeError} For what cannot be simulated.
 */
export function readCode(selector: Selector, around: Surroundings): Code {
  const { family } = around;
  if ("payload" in selector) return payload(selector, family);
  if ("meta" in selector) {
    const { key } = selector.meta;
    const { type, bits } = entry(metaKeys, key, "a key of meta");
    if (key === "nfproto") {
      return code(dataType("nf_proto"), [NFPROTO[family]]);
    }
    const row = metaRows[key];
    if (row === undefined) return asked(selector, around);
    const [term, guard = "", changedBy] = row;
    return code(sizedType(type, bits), [term], [guard], changedBy);
  }
  if ("ct" in selector) return ct(selector, around);
  if ("exthdr" in selector) {
    const { name, field } = selector.exthdr;
    return option({
      ...{ name, field, around, table: exthdrs, what: "an extension header" },
      find: "findExtension",
      guards: [networkGuard(family, 6)].filter((guard) => guard !== ""),
      changedBy: "payload",
    });
  }
  if ("tcp option" in selector) {
    const which = selector["tcp option"];
    if ("base" in which) {
      const { base, offset, len } = which;
      return placed(
        sizedType("integer", len),
        `p.findTcpOption(${base})`,
        [offset, len],
        [],
        around,
      );
    }
    return option({
      ...{ ...which, field: which.field, around, table: tcpOptions },
      ...{ what: "a TCP option", find: "findTcpOption", guards: [] },
      changedBy: "payload",
    });
  }
  if ("ip option" in selector) {
    const { name, field } = selector["ip option"];
    return option({
      ...{ name, field, around, table: ipOptions, what: "an IPv4 option" },
      find: "findIpOption",
      guards: [networkGuard(family, 4)].filter((guard) => guard !== ""),
      changedBy: "payload",
    });
  }
  if ("sctp chunk" in selector) {
    const { name, field } = selector["sctp chunk"];
    return option({
      ...{ name, field, around, table: sctpChunks, what: "an SCTP chunk" },
      ...{ find: "findChunk", guards: [], changedBy: "payload" },
    });
  }
  return routed(selector, around);
}

function routed(selector: Selector, around: Surroundings): Code {
  if ("rt" in selector) {
    const { key, family = around.family } = selector.rt;
    const isWide = family === "ip6";
    if (key === "classid") return code(dataType("realm"), ["0"]);
    if (key === "mtu") {
      return code(sizedType("integer", 16), ["p.segmentSize()"], [
        "p.out !== undefined",
      ]);
    }
    if (key === "nexthop") {
      return code(
        dataType(isWide ? "ipv6_addr" : "ipv4_addr"),
        (isWide ? [0, 1, 2, 3] : [0]).map((i) => `p.nextHop(${i})`),
        ["p.out !== undefined", `fam === ${isWide ? 6 : 4}`],
      );
    }
  }
  if ("fib" in selector) {
    const held = around.constant(selector.fib);
    const [type] = typesOf(selector, around.family);
    const shaped = selector.fib.result === "oif" ? dataType("ifname") : type!;
    return code(shaped, [`fib(p, ${held})`], [], "chance");
  }
  if ("socket" in selector) {
    const { key } = selector.socket;
    if (key !== "cgroupv2") {
      const [type] = typesOf(selector, around.family);
      const found = around.fresh();
      return {
        ...code(type!, [`${found}.${key}`], [`${found} !== undefined`]),
        before: [`const ${found} = socketOf(p);`],
        changedBy: "place",
      };
    }
  }
  if ("numgen" in selector) {
    const { mode, mod, offset = 0 } = selector.numgen;
    const drawn = mode === "inc"
      ? `p.count(${around.slot()}, ${mod})`
      : `Math.floor(p.random() * ${mod})`;
    return code(
      sizedType("integer", 32),
      [`(${drawn} + ${offset})`],
      [],
      "chance",
    );
  }
  return asked(selector, around);
}

/** Whether an expression is read from somewhere, and not made of others. */
export function isSelector(value: Expression): value is Selector {
  return typeof value === "object" && !Array.isArray(value) &&
    SELECTORS.some((name) => name in value);
}

const SELECTORS = [
  ...["payload", "meta", "ct", "exthdr", "tcp option", "ip option"],
  ...["sctp chunk", "rt", "fib", "socket", "osf", "ipsec", "numgen"],
  ...["jhash", "symhash"],
];
