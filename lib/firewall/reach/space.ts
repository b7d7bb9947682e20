/**
 * What a packet is asked for, each as a row of bits of the diagram: addresses,
 * ports, interfaces, states, whatever else rules read, and conditions that
 * nobody can decide from the packet.
 *
 * @module
 */

import { type DataType, dataType, sizedType } from "../model/data_types.ts";
import type { RulesetData } from "../model/ruleset.ts";
import {
  type Bounds,
  Diagram,
  type Interval,
  merged,
  type PacketSet,
} from "./diagram.ts";

/** Something that a packet has a value of. */
export interface Dimension {
  readonly name: string;
  /** The first of its bits. */
  readonly level: number;
  readonly bits: number;
  readonly type: DataType;
  /** What each number stands for, where they are few. */
  readonly codes?: readonly Code[];
  /** Whether the rest of the world decides it, and not the packet. */
  readonly isCondition: boolean;
}

/** What a number stands for: the kernel's number or a name; nothing: any other. */
export interface Code {
  readonly text: string;
  readonly value?: number | string;
  /** Of names: it stands for all others that begin so. */
  readonly isPrefix?: boolean;
}

const FAMILIES: readonly Code[] = [
  { text: "ipv4", value: 0x0800 },
  { text: "ipv6", value: 0x86dd },
  { text: "arp", value: 0x0806 },
  { text: "other" },
];

/** States of connections, as `ct state` numbers them. */
export const STATES = [
  { text: "new", value: 8 },
  { text: "established", value: 2 },
  { text: "related", value: 4 },
  { text: "invalid", value: 1 },
  { text: "untracked", value: 64 },
] as const;

/** More would be too deep for the stack. */
const MOST_BITS = 2500;

/** The dimensions of one question, or of two rulesets that are compared. */
export class Space {
  readonly diagram: Diagram;
  readonly dimensions: Dimension[] = [];
  readonly #byName = new Map<string, Dimension>();
  /** What rules read, and what every question names. */
  readonly #read = new Set<Dimension>();
  #level = 0;
  readonly family: Dimension;
  readonly iif: Dimension;
  readonly oif: Dimension;
  readonly state: Dimension;
  readonly protocol: Dimension;
  readonly dport: Dimension;
  readonly dst4: Dimension;
  readonly src4: Dimension;
  readonly dst6: Dimension;
  readonly src6: Dimension;
  readonly sport: Dimension;
  /** Packets that there can be at all: codes that mean nothing are none. */
  readonly valid: PacketSet;

  /**
   * Lays it out.
   *
   * @param rulesets All that will be asked about.
   * @param names Interfaces that the question names.
   * @param bounds How much it may cost.
   */
  constructor(
    rulesets: readonly RulesetData[],
    names: readonly string[] = [],
    bounds?: Bounds,
  ) {
    this.diagram = new Diagram(bounds);
    const interfaces = interfaceCodes(rulesets, names);
    const address4 = dataType("ipv4_addr");
    const address6 = dataType("ipv6_addr");
    const port = dataType("inet_service");
    this.family = this.coded("family", FAMILIES);
    this.state = this.coded("ct state", STATES);
    this.iif = this.coded("iifname", interfaces);
    this.oif = this.coded("oifname", interfaces);
    this.protocol = this.number("protocol", 8, dataType("inet_proto"));
    this.dst4 = this.number("ip daddr", 32, address4);
    this.dst6 = this.number("ip6 daddr", 128, address6);
    this.src4 = this.number("ip saddr", 32, address4);
    this.src6 = this.number("ip6 saddr", 128, address6);
    this.dport = this.number("dport", 16, port);
    this.sport = this.number("sport", 16, port);
    for (const dimension of this.dimensions) this.#read.add(dimension);
    const { diagram } = this;
    this.valid = [this.iif, this.oif, this.state].reduce(
      (set, dimension) =>
        diagram.and(
          set,
          this.among(dimension, [[0, dimension.codes!.length - 1]]),
        ),
      1,
    );
  }

  /** The dimension of a number, made when it is first asked for. */
  number(name: string, bits: number, type: DataType): Dimension {
    return this.#byName.get(name) ??
      this.#add({ name, bits, type, isCondition: false });
  }

  /** A number that a rule reads; others only tell what packets there can be. */
  read(name: string, bits: number, type: DataType): Dimension {
    const dimension = this.number(name, bits, type);
    this.#read.add(dimension);
    return dimension;
  }

  /** What no rule asks for, though the space has it. */
  get unread(): readonly Dimension[] {
    return this.dimensions.filter((dimension) => !this.#read.has(dimension));
  }

  /** A dimension of few values. */
  coded(name: string, codes: readonly Code[]): Dimension {
    const bits = Math.max(1, Math.ceil(Math.log2(codes.length)));
    const type = sizedType("integer", bits);
    return this.#byName.get(name) ??
      this.#add({ name, bits, type, codes, isCondition: false });
  }

  /** Whether something holds that the packet does not tell. */
  condition(name: string): PacketSet {
    const dimension = this.#byName.get(name) ?? this.#add({
      ...{ name, bits: 1, isCondition: true, type: dataType("boolean") },
      codes: [{ text: "no", value: 0 }, { text: "yes", value: 1 }],
    });
    this.#read.add(dimension);
    return this.bit(dimension.level);
  }

  #add(row: Omit<Dimension, "level">): Dimension {
    const dimension = { ...row, level: this.#level };
    this.#level += row.bits;
    if (this.#level > MOST_BITS) throw this.diagram.tooMuch("bits");
    this.dimensions.push(dimension);
    this.#byName.set(row.name, dimension);
    return dimension;
  }

  /** All packets that have a bit set. */
  bit(level: number): PacketSet {
    return this.diagram.node(level, 0, 1);
  }

  /** All packets whose number lies in one of the intervals. */
  among(
    { level, bits }: Dimension,
    intervals: readonly Interval[],
  ): PacketSet {
    return this.diagram.within(level, bits, merged(intervals));
  }

  /** All packets that have just this number. */
  equal(dimension: Dimension, value: number | bigint): PacketSet {
    return this.diagram.within(dimension.level, dimension.bits, [[
      value,
      value,
    ]]);
  }

  /** All packets whose code passes; where that is not known, both. */
  coding(
    dimension: Dimension,
    test: (code: Code) => boolean | undefined,
  ): { may: PacketSet; must: PacketSet } {
    let may = 0;
    let must = 0;
    dimension.codes!.forEach((code, i) => {
      const answer = test(code);
      if (answer === false) return;
      const set = this.equal(dimension, i);
      may = this.diagram.or(may, set);
      if (answer === true) must = this.diagram.or(must, set);
    });
    return { may, must };
  }

  /** All packets of the IP versions. */
  version(...versions: readonly (4 | 6)[]): PacketSet {
    return this.among(
      this.family,
      versions.map((version) => version === 4 ? [0, 0] : [1, 1]),
    );
  }

  /** What is in it for some values of dimensions. */
  some(set: PacketSet, ...dimensions: readonly Dimension[]): PacketSet {
    const asked = dimensions.filter((dimension) => this.asks(set, dimension));
    if (asked.length === 0) return set;
    return this.diagram.some(
      set,
      (at) => asked.some(({ level, bits }) => at >= level && at < level + bits),
    );
  }

  /** Whether membership depends on a dimension. */
  asks(set: PacketSet, { level, bits }: Dimension): boolean {
    return this.diagram.asks(set, level, level + bits);
  }
}

/** The interfaces that anyone names, those that begin so, and all others. */
function interfaceCodes(
  rulesets: readonly RulesetData[],
  named: readonly string[],
): Code[] {
  const found = new Set(named);
  for (const { tables } of rulesets) {
    for (const table of tables) {
      for (const { base, rules } of table.chains) {
        base?.devices?.forEach((name) => found.add(name));
        for (const { statements } of rules) collect(statements, found);
      }
      for (const set of [...table.sets, ...table.maps]) {
        set.type.forEach((name, i) => {
          if (name === "ifname" || name === "iface_index") {
            names(set.elements, i, "map" in set, found);
          }
        });
      }
    }
  }
  const texts = [...found].sort();
  return [
    { text: "none", value: "" },
    ...texts.map((text): Code =>
      text.endsWith("*") && !text.endsWith("\\*")
        ? { text, value: text.slice(0, -1), isPrefix: true }
        : { text, value: text.replaceAll("\\*", "*") }
    ),
    { text: "other" },
  ];
}

const INTERFACES = new Set(["iif", "iifname", "oif", "oifname"]);

const isInterface = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "meta" in value &&
  INTERFACES.has((value.meta as { key: string }).key);

/** Gathers the strings that stand beside the name of an interface. */
function collect(value: unknown, into: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) return value.forEach((part) => collect(part, into));
  const fields = value as Record<string, unknown>;
  if ("left" in fields) beside(fields.left, fields.right, false, into);
  if ("key" in fields) beside(fields.key, fields.data, true, into);
  if ("left" in fields || "op" in fields) return;
  for (const part of Object.values(fields)) collect(part, into);
}

function beside(
  left: unknown,
  right: unknown,
  isMap: boolean,
  into: Set<string>,
): void {
  const parts = typeof left === "object" && left !== null && "concat" in left
    ? left.concat as unknown[]
    : [left];
  parts.forEach((part, i) => {
    if (!isInterface(part)) return;
    const values = typeof right === "object" && right !== null && "set" in right
      ? right.set as unknown[]
      : [right];
    names(values, i, isMap, into);
  });
}

/** Gathers the names that stand at a place in keys. */
function names(
  values: readonly unknown[],
  place: number,
  isMap: boolean,
  into: Set<string>,
): void {
  for (const value of values) {
    let key = isMap && Array.isArray(value) ? value[0] : value;
    if (typeof key === "object" && key !== null && "elem" in key) {
      key = key.elem.val;
    }
    if (typeof key === "object" && key !== null && "concat" in key) {
      key = key.concat[place];
    }
    if (typeof key === "string" && !key.startsWith("@") && key !== "*") {
      into.add(key);
    }
  }
}
