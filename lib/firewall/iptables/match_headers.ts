/**
 * Matches on transport headers: ports, flags, types of ICMP.
 *
 * @module
 */

import type { Expression } from "../model/expression.ts";
import type { Statement } from "../model/statement.ts";
import {
  type Alternatives,
  and,
  type Extension,
  type Extensions,
  is,
  isOneOf,
  neededProtocol,
  never,
  one,
  payload,
  PORT_PROTOCOLS,
  type Setting,
} from "./extension.ts";
import { icmpTypes, icmpv6Types } from "./icmp_names.ts";
import {
  listIn,
  numberIn,
  type Options,
  portsIn,
  readNumber,
  spanIn,
  spanValue,
  wordIn,
} from "./options.ts";
import { Refused } from "./refusal.ts";
import type { Word } from "./lines.ts";

const PORTS = { "--sport": 1, "--dport": 1 } as const;
const PORT_ALIASES = {
  "--source-port": "--sport",
  "--destination-port": "--dport",
} as const;

/** `--sport` and `--dport`. */
function ports(given: Options, protocol: string): Statement[] {
  return (["--sport", "--dport"] as const).flatMap((name) => {
    const option = given.option(name);
    if (!option) return [];
    const span = portsIn(option.values[0]!);
    const field = payload(protocol, name.slice(2));
    return [is(field, spanValue(span), option.negated)];
  });
}

const withPorts = (name: string): Extension => ({
  options: PORTS,
  aliases: PORT_ALIASES,
  read: (given, setting) =>
    one(...ports(given, neededProtocol(given, setting, [name]))),
});

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  FIN: ["fin"],
  SYN: ["syn"],
  RST: ["rst"],
  PSH: ["psh"],
  ACK: ["ack"],
  URG: ["urg"],
  ALL: ["fin", "syn", "rst", "psh", "ack", "urg"],
  NONE: [],
};

const flagsIn = (word: Word): readonly string[] => [
  ...new Set(
    listIn(word).flatMap((each) => wordIn(each, FLAGS, "flag of TCP")),
  ),
];

/** All bits of a mask, or no bit: as a value. */
const bitsValue = (bits: readonly string[]): Expression =>
  bits.length === 0 ? 0 : bits.length === 1 ? bits[0]! : bits;

function tcp(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["tcp"]);
  const statements = ports(given, "tcp");
  const flags = payload("tcp", "flags");
  const syn = given.option("--syn");
  if (syn) {
    const mask = ["fin", "syn", "rst", "ack"];
    statements.push(is(and(flags, mask), "syn", syn.negated));
  }
  const option = given.option("--tcp-flags");
  if (option) {
    const mask = flagsIn(option.values[0]!);
    const set = flagsIn(option.values[1]!);
    if (mask.length === 0) {
      throw new Refused(
        "the first list of --tcp-flags is empty",
        option.offset,
        "leave it out",
      );
    }
    statements.push(
      is(and(flags, bitsValue(mask)), bitsValue(set), option.negated),
    );
  }
  const kind = given.option("--tcp-option");
  if (kind) {
    const number = numberIn(kind.values[0]!, 255);
    statements.push(optionThere(number, !kind.negated));
  }
  return one(...statements);
}

const optionThere = (base: number, there: boolean): Statement =>
  is({ "tcp option": { base, offset: 0, len: 8 } }, there);

/** `8`, `3/1`, `echo-request`: a type, and a code unless any will do. */
function icmp(
  given: Options,
  header: "icmp" | "icmpv6",
  option: string,
): Alternatives {
  const type = given.option(option);
  if (!type) return one();
  const [word] = type.values as readonly [Word];
  const names = header === "icmp" ? icmpTypes : icmpv6Types;
  const { text } = word;
  const [first = "", second] = text.split("/");
  const number = readNumber(first, 255);
  const code = second === undefined ? undefined : readNumber(second, 255);
  if (text === "any" || header === "icmp" && number === 255) {
    return type.negated ? never(type.offset) : one();
  }
  const found = number === undefined
    ? wordIn(word, names, `type of ${header === "icmp" ? "ICMP" : "ICMPv6"}`)
    : [number, code] as const;
  if (second !== undefined && code === undefined) {
    throw new Refused(`${JSON.stringify(second)} is no code`, word.offset);
  }
  const [typeField, codeField] = [
    payload(header, "type"),
    payload(header, "code"),
  ];
  if (found[1] === undefined) return one(is(typeField, found[0], type.negated));
  if (!type.negated) {
    return one(is(typeField, found[0]), is(codeField, found[1]));
  }
  return one(is(
    { concat: [typeField, codeField] },
    { set: [{ concat: [found[0], found[1]] }] },
    true,
  ));
}

/** A comma between ports, a colon between the ends of a range. */
function portList(word: Word): readonly Expression[] {
  const list = listIn(word);
  if (list.length > 15) {
    throw new Refused("multiport takes 15 ports at most", word.offset);
  }
  return list.map((each) => spanValue(portsIn(each)));
}

function multiport(given: Options, setting: Setting): Alternatives {
  const protocol = neededProtocol(given, setting, PORT_PROTOCOLS);
  const field = (name: string) => payload(protocol, name);
  const [name, more] = given.names();
  if (name === undefined || more !== undefined) {
    throw new Refused(
      "multiport takes one of --sports, --dports, --ports",
      given.offset,
    );
  }
  const { values, negated } = given.needed(name);
  const list = portList(values[0]!);
  if (name !== "--ports") {
    return one(isOneOf(field(name.slice(2, -1)), list, negated));
  }
  const source = (not: boolean) => isOneOf(field("sport"), list, not);
  const destination = (not: boolean) => isOneOf(field("dport"), list, not);
  return negated
    ? one(source(true), destination(true))
    : [[source(false)], [source(true), destination(false)]];
}

const CHUNKS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["data", "init", "init-ack", "sack", "heartbeat", "heartbeat-ack"],
    ...["abort", "shutdown", "shutdown-ack", "error", "cookie-echo"],
    ...["cookie-ack", "ecne", "cwr", "shutdown-complete", "asconf"],
    ...["asconf-ack", "forward-tsn"],
  ].map((name) => [name.replaceAll("-", "_").toUpperCase(), name]),
);

function sctp(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["sctp"]);
  const statements = ports(given, "sctp");
  const option = given.option("--chunk-types");
  if (!option) return one(...statements);
  const [how, list] = option.values as readonly [Word, Word];
  if (how.text === "only" || list.text.includes(":")) {
    throw new Refused(
      "nft asks only whether a chunk is there",
      option.offset,
      "sctp chunk init exists",
    );
  }
  const chunks = listIn(list).map((word) => wordIn(word, CHUNKS, "chunk"));
  const there = (name: string, exists: boolean): Statement =>
    is({ "sctp chunk": { name } }, exists);
  if (how.text !== "any" && how.text !== "all") {
    throw new Refused("it must be all, any or only", how.offset);
  }
  // All are there; or, turned round, not one of any.
  const { negated } = option;
  if ((how.text === "all") !== negated) {
    return one(...statements, ...chunks.map((name) => there(name, !negated)));
  }
  return chunks.map((name, index) => [
    ...statements,
    ...chunks.slice(0, index).map((before) => there(before, negated)),
    there(name, !negated),
  ]);
}

const DCCP: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...["request", "response", "data", "ack", "dataack", "closereq", "close"],
    ...["reset", "sync", "syncack"],
  ].map((name) => [name.toUpperCase(), name]),
);

function dccp(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["dccp"]);
  given.refuse(["--dccp-option"], "nft knows no options of DCCP");
  const statements = ports(given, "dccp");
  const option = given.option("--dccp-types");
  if (option) {
    const types = listIn(option.values[0]!).map((word) =>
      wordIn(word, DCCP, "type of DCCP")
    );
    statements.push(isOneOf(payload("dccp", "type"), types, option.negated));
  }
  return one(...statements);
}

/** `--espspi 100:200` and its like. */
const spi = (
  protocol: string,
  header: string,
  option: string,
  field: string,
  others: Readonly<Record<string, number>> = {},
): Extension => ({
  options: { [option]: 1, ...others },
  read: (given, setting) => {
    given.refuse(Object.keys(others), `nft has no equal of it`);
    neededProtocol(given, setting, [protocol]);
    const found = given.option(option);
    if (!found) return one();
    const max = header === "comp" ? 0xffff : 0xffffffff;
    const value = spanValue(spanIn(found.values[0]!, max));
    return one(is(payload(header, field), value, found.negated));
  },
});

/** The size in the option; a packet without it is none of a size. */
function tcpmss(given: Options, setting: Setting): Alternatives {
  neededProtocol(given, setting, ["tcp"]);
  const option = given.needed("--mss");
  const span = spanIn(option.values[0]!, 65535);
  const size: Expression = { "tcp option": { name: "maxseg", field: "size" } };
  const differs = is(size, spanValue(span), option.negated);
  return option.negated ? [[differs], [optionThere(2, false)]] : one(differs);
}

function ecn(given: Options, setting: Setting): Alternatives {
  const statements: Statement[] = [];
  for (
    const [name, flag] of [["--ecn-tcp-cwr", "cwr"], [
      "--ecn-tcp-ece",
      "ecn",
    ]] as const
  ) {
    const option = given.option(name);
    if (!option) continue;
    neededProtocol(given, setting, ["tcp"]);
    const bit = and(payload("tcp", "flags"), flag);
    statements.push(is(bit, 0, !option.negated));
  }
  const ect = given.option("--ecn-ip-ect");
  if (ect) {
    const number = numberIn(ect.values[0]!, 3);
    statements.push(is(payload(setting.family, "ecn"), number, ect.negated));
  }
  if (statements.length === 0) {
    throw new Refused("ecn needs something to compare", given.offset);
  }
  return one(...statements);
}

export const headerMatches: Extensions = {
  tcp: {
    options: { ...PORTS, "--syn": 0, "--tcp-flags": 2, "--tcp-option": 1 },
    aliases: PORT_ALIASES,
    read: tcp,
  },
  udp: withPorts("udp"),
  udplite: withPorts("udplite"),
  sctp: {
    options: { ...PORTS, "--chunk-types": 2 },
    aliases: PORT_ALIASES,
    read: sctp,
  },
  dccp: {
    options: { ...PORTS, "--dccp-types": 1, "--dccp-option": 1 },
    aliases: PORT_ALIASES,
    read: dccp,
  },
  multiport: {
    options: { "--sports": 1, "--dports": 1, "--ports": 1 },
    aliases: {
      "--source-ports": "--sports",
      "--destination-ports": "--dports",
    },
    read: multiport,
  },
  icmp: {
    family: "ip",
    options: { "--icmp-type": 1 },
    read: (given, setting) => {
      neededProtocol(given, setting, ["icmp"]);
      return icmp(given, "icmp", "--icmp-type");
    },
  },
  icmp6: {
    family: "ip6",
    options: { "--icmpv6-type": 1 },
    aliases: { "--icmp6-type": "--icmpv6-type" },
    read: (given, setting) => {
      neededProtocol(given, setting, ["ipv6-icmp"]);
      return icmp(given, "icmpv6", "--icmpv6-type");
    },
  },
  icmpv6: {
    family: "ip6",
    options: { "--icmpv6-type": 1 },
    read: (given, setting) => {
      neededProtocol(given, setting, ["ipv6-icmp"]);
      return icmp(given, "icmpv6", "--icmpv6-type");
    },
  },
  esp: spi("esp", "esp", "--espspi", "spi"),
  ah: { ...spi("ah", "ah", "--ahspi", "spi"), family: "ip" },
  ipcomp: spi("ipcomp", "comp", "--ipcompspi", "cpi", { "--compres": 0 }),
  tcpmss: { options: { "--mss": 1 }, read: tcpmss },
  ecn: {
    options: { "--ecn-tcp-cwr": 0, "--ecn-tcp-ece": 0, "--ecn-ip-ect": 1 },
    read: ecn,
  },
};
