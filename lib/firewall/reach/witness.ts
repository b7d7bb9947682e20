/**
 * One packet out of a set, as a simulation takes it.
 *
 * @module
 */

import { Address } from "../../ip/address.ts";
import { formatIpv4 } from "../../ip/format.ts";
import { dataType, literalOf } from "../model/data_types.ts";
import type { Witness } from "./answer.ts";
import { type Interval, NONE, type PacketSet } from "./diagram.ts";
import { type Dimension, type Space, STATES } from "./space.ts";

/** What a packet may be made with, by dimension; the value that it has unless it is told. */
const SETTABLE: Readonly<Record<string, number>> = {
  ...{ "tcp flags": 2, "tcp sequence": 0, "tcp ackseq": 0 },
  ...{ "icmp type": 8, "icmp code": 0, "icmp id": 0, "icmp sequence": 0 },
  ...{ "icmpv6 type": 128, "icmpv6 code": 0 },
  ...{ "icmpv6 id": 0, "icmpv6 sequence": 0 },
  ...{ "ip ttl": 64, "ip6 hoplimit": 64, "ip dscp": 0, "ip6 dscp": 0 },
  ...{ "meta priority": 0, "meta skuid": 1000 },
  ...{ "meta skgid": 1000, "ether saddr": 0x20000000001 },
  "ether daddr": 0x20000000002,
};

/** What every made packet has, whether one likes it or not. */
const GIVEN: Readonly<Record<string, number>> = {
  ...{ "ip hdrlength": 5, "ip ecn": 0, "ip6 ecn": 0, "ip id": 0 },
  ...{ "ip frag-off": 0, "ip6 flowlabel": 0, "tcp doff": 5 },
  ...{ "tcp reserved": 0, "tcp window": 0xffff, "tcp urgptr": 0 },
  ...{ "meta pkttype": 0, "meta iiftype": 1, "meta oiftype": 1 },
  ...{ "meta iifgroup": 0, "meta oifgroup": 0, "ct zone": 0 },
  ...{ "ct mark": 0, "ct status": 0, "ct direction": 0 },
};

const PREFERRED = { src4: "c0000200", dst4: "c6336400" } as const;

const WITH_PORTS: readonly Interval[] = [6, 17, 33, 132, 136].map((
  n,
) => [n, n]);

/** Picks a packet of a set; nothing, if no simulation can be given one. */
export function witnessOf(
  space: Space,
  set: PacketSet,
  isTracked: boolean,
  mark = 0,
): Witness | undefined {
  if (set === NONE) return undefined;
  const { diagram } = space;
  let left = set;
  const prefer = (wish: PacketSet): boolean => {
    const both = diagram.and(left, wish);
    if (both === NONE) return false;
    left = both;
    return true;
  };
  if (isTracked && !prefer(asTracked(space))) return undefined;
  prefer(space.version(4));
  const isIn = (dimension: Dimension, ...intervals: Interval[]) =>
    prefer(space.among(dimension, intervals));
  void (isIn(space.protocol, [6, 6]) || isIn(space.protocol, [17, 17]) ||
    isIn(space.protocol, [1, 1], [58, 58]));
  for (const end of ["src", "dst"] as const) {
    const base = parseInt(PREFERRED[`${end}4`], 16);
    void (isIn(space[`${end}4`], [base + 1, base + 254]) ||
      isIn(space[`${end}4`], [0x01000000, 0x7effffff], [
        0x80000000,
        0xdfffffff,
      ]));
    const wide = 0x20010db8n << 96n;
    void (isIn(space[`${end}6`], [wide + 1n, wide + 0xffffn]) ||
      isIn(space[`${end}6`], [1n << 125n, (1n << 126n) - 1n]));
  }
  const hasPorts = prefer(space.among(space.protocol, WITH_PORTS));
  if (hasPorts) {
    isIn(space.sport, [40000, 50000]);
    isIn(space.dport, [1, 65535]);
  }
  const interfaces = space.iif.codes!;
  // A name that somebody names, if there is one.
  for (const dimension of [space.iif, space.oif]) {
    void (isIn(dimension, [0, 0]) ||
      isIn(dimension, [1, interfaces.length - 2]));
  }
  for (const dimension of space.dimensions) {
    const { name } = dimension;
    const usual = SETTABLE[name] ?? GIVEN[name];
    const isLiked = usual === undefined || isIn(dimension, [usual, usual]);
    if (!isLiked && GIVEN[name] !== undefined) return undefined;
  }
  const values = valuesOf(space, left);
  // What stands where ports would be, nobody chooses.
  if (!hasPorts && (values.has(space.sport) || values.has(space.dport))) {
    return undefined;
  }
  const isBeyond = space.dimensions.some((dimension) =>
    dimension.level > space.sport.level && values.has(dimension) &&
    SETTABLE[dimension.name] === undefined &&
    GIVEN[dimension.name] === undefined
  );
  return isBeyond ? undefined : made(space, values, mark);
}

/** What tracking says of a packet without a past. */
function asTracked(space: Space): PacketSet {
  const { diagram } = space;
  const is = (name: string) =>
    space.equal(space.state, STATES.findIndex(({ text }) => text === name));
  const icmp = diagram.or(
    diagram.and(space.version(4), space.equal(space.protocol, 1)),
    diagram.and(space.version(6), space.equal(space.protocol, 58)),
  );
  const ports = space.among(space.protocol, [[6, 6], [17, 17], [136, 136]]);
  const flags = space.number("tcp flags", 8, dataType("tcp_flag"));
  // No flags at all, or an answer without a question.
  const invalid = diagram.union([
    diagram.and(space.equal(space.protocol, 6), space.equal(flags, 0)),
    diagram.and(
      diagram.and(space.version(4), space.equal(space.protocol, 1)),
      space.equal(space.number("icmp type", 8, dataType("icmp_type")), 0),
    ),
  ]);
  return diagram.union([
    diagram.and(is("new"), diagram.or(icmp, ports)),
    diagram.and(is("untracked"), icmp),
    diagram.and(is("invalid"), invalid),
  ]);
}

/** The lowest values of a packet; what does not matter is left out. */
function valuesOf(
  space: Space,
  set: PacketSet,
): ReadonlyMap<Dimension, bigint> {
  const { diagram } = space;
  const found = new Map<Dimension, bigint>();
  const order = space.dimensions;
  let at = set;
  let next = 0;
  while (diagram.levelOf(at) !== diagram.levelOf(NONE)) {
    const level = diagram.levelOf(at);
    while (order[next]!.level + order[next]!.bits <= level) next++;
    const { level: start, bits } = order[next]!;
    const isSet = diagram.lowOf(at) === NONE;
    const before = found.get(order[next]!) ?? 0n;
    found.set(
      order[next]!,
      isSet ? before | 1n << BigInt(bits - 1 - (level - start)) : before,
    );
    at = isSet ? diagram.highOf(at) : diagram.lowOf(at);
  }
  return found;
}

function made(
  space: Space,
  values: ReadonlyMap<Dimension, bigint>,
  mark: number,
): Witness {
  const byName = new Map(
    [...values].map(([{ name }, value]) => [name, value]),
  );
  const number = (name: string) => {
    const value = byName.get(name) ?? SETTABLE[name];
    return value === undefined ? undefined : Number(value);
  };
  const isV4 = (values.get(space.family) ?? 0n) === 0n;
  const protocol = Number(values.get(space.protocol) ?? 17n);
  const address = (dimension: Dimension) => {
    const value = values.get(dimension) ?? 0n;
    return isV4 ? formatIpv4(Number(value)) : `${Address.fromBigint(value, 6)}`;
  };
  const name = protocol === 1 && !isV4 || protocol === 58 && isV4
    ? protocol
    : literalOf(dataType("inet_proto"), protocol) as string | number;
  const icmp = protocol === 58 ? "icmpv6" : "icmp";
  const ip = isV4 ? "ip" : "ip6";
  const interfaceOf = (dimension: Dimension): string | undefined => {
    const code = dimension.codes![Number(values.get(dimension) ?? 0n)]!;
    if (code.value === "") return undefined;
    return inhabitant(space, code.value as string | undefined, code.isPrefix);
  };
  const iifname = interfaceOf(space.iif);
  const oifname = interfaceOf(space.oif);
  const mac = (name: string) => {
    const value = byName.get(name);
    return value === undefined
      ? undefined
      : literalOf(dataType("ether_addr"), value) as string;
  };
  const context = {
    mark: mark === 0 ? undefined : mark,
    priority: byName.has("meta priority") ? number("meta priority") : undefined,
    ...iifname === undefined && {
      skuid: number("meta skuid"),
      skgid: number("meta skgid"),
    },
  };
  const packet = {
    ...[6, 17, 33, 132, 136].includes(protocol) && {
      srcPort: Number(values.get(space.sport) ?? 0n),
      dstPort: Number(values.get(space.dport) ?? 0n),
    },
    ...protocol === 6 && {
      flags: flagsOf(number("tcp flags")!),
      ...byName.has("tcp sequence") && { seq: number("tcp sequence")! },
      ...byName.has("tcp ackseq") && { ack: number("tcp ackseq")! },
    },
    ...(protocol === 1 || protocol === 58) && {
      type: number(`${icmp} type`)!,
      code: number(`${icmp} code`)!,
      ...byName.has(`${icmp} id`) && { id: number(`${icmp} id`)! },
      ...byName.has(`${icmp} sequence`) && {
        seq: number(`${icmp} sequence`)!,
      },
    },
    ...byName.has(isV4 ? "ip ttl" : "ip6 hoplimit") && {
      ttl: number(isV4 ? "ip ttl" : "ip6 hoplimit")!,
    },
    ...byName.has(`${ip} dscp`) && { dscp: number(`${ip} dscp`)! },
    srcMac: mac("ether saddr"),
    dstMac: mac("ether daddr"),
  };
  return {
    packet: {
      src: address(isV4 ? space.src4 : space.src6),
      dst: address(isV4 ? space.dst4 : space.dst6),
      protocol: name,
      ...stripped(packet),
    },
    context: stripped({ iifname, oifname, ...context }),
  };
}

/** Leaves out what is not said. */
function stripped<T extends object>(
  what: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(what).filter(([, value]) => value !== undefined),
  ) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function flagsOf(value: number): readonly string[] {
  const flags = literalOf(dataType("tcp_flag"), value);
  return Array.isArray(flags) ? flags : value === 0 ? [] : [`${flags}`];
}

/** An interface that a code stands for: one of its name, or one that nobody names. */
function inhabitant(
  space: Space,
  name: string | undefined,
  isPrefix = false,
): string {
  if (name !== undefined && !isPrefix) return name;
  const codes = space.iif.codes!;
  for (let i = 0;; i++) {
    const made = `${name ?? "other"}${i}`;
    const isTaken = codes.some((code) =>
      typeof code.value === "string" && code.value !== "" &&
      (code.isPrefix
        ? code.value !== name && made.startsWith(code.value) &&
          code.value.length > (name?.length ?? 0)
        : code.value === made)
    );
    if (!isTaken) return made;
  }
}
