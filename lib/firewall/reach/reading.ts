/**
 * What rules read from packets, as bits and codes of the space.
 *
 * @module
 */

import { type DataType, dataType, numberOf } from "../model/data_types.ts";
import type { Expression, Selector } from "../model/expression.ts";
import { headers, typesOf } from "../model/fields.ts";
import type { Family, Hook } from "../model/ruleset.ts";
import {
  constantNumber,
  isConstant,
  operandsOf,
} from "../simulate/constants.ts";
import { isSelector } from "../simulate/read_code.ts";
import { bitsOf, type Reading } from "./comparing.ts";
import { ALL, NONE, type PacketSet } from "./diagram.ts";
import type { Code, Dimension, Space } from "./space.ts";

/** Where on its way a packet is read. */
export interface Stage {
  readonly hook: Hook;
  /** Whether connection tracking has seen the packet. */
  readonly isTracked: boolean;
  /** Whether it has been taken off that it may go on. */
  readonly isPassedOn: boolean;
}

const PORTS: Readonly<Record<string, "sport" | "dport">> = {
  sport: "sport",
  dport: "dport",
};
const TRANSPORTS = new Set(["tcp", "udp", "udplite", "sctp", "dccp", "th"]);
const NO_INTERFACE: Code = { text: "none", value: "" };
/** What `ct state` says before there is one. */
const INVALID: Code = { text: "invalid", value: 1 };

const HAS_IN = new Set<Hook>(["ingress", "prerouting", "input", "forward"]);
const HAS_OUT = new Set<Hook>(["output", "forward", "postrouting", "egress"]);

/** Reads expressions at one stage. */
export class Reader {
  constructor(readonly space: Space, readonly stage: Stage) {}

  /** What an expression says; nothing where a packet does not tell. */
  read(expression: Expression, family: Family): Reading | undefined {
    if (isSelector(expression)) return this.#selector(expression, family);
    const operands = operandsOf(expression);
    if (operands === undefined) return undefined;
    const [first, ...rest] = operands;
    if (!rest.every(isConstant)) return undefined;
    const left = this.read(first!, family);
    const bits = left && bitsOf(this.space, left);
    if (left === undefined || bits === undefined || bits.length > 48) {
      return undefined;
    }
    const operator = Object.keys(expression as object)[0]!;
    return {
      type: left.type,
      guard: left.guard,
      bits: rest.reduce(
        (sum, operand) => this.#operation(operator, sum, operand, left.type),
        bits,
      ),
    };
  }

  #operation(
    operator: string,
    bits: readonly PacketSet[],
    operand: Expression,
    type: DataType,
  ): readonly PacketSet[] {
    const { diagram } = this.space;
    if (operator === "<<" || operator === ">>") {
      const by = Number(constantNumber(dataType("integer"), operand)) & 31;
      const zeros = (count: number) => Array<PacketSet>(count).fill(NONE);
      return operator === "<<"
        ? [...zeros(Math.max(0, 32 - bits.length)), ...bits, ...zeros(by)]
          .slice(-Math.max(32, bits.length))
        : [...zeros(by), ...bits].slice(0, bits.length);
    }
    const number = constantNumber(type, operand);
    return bits.map((bit, i) => {
      const isSet = (number >> BigInt(bits.length - 1 - i) & 1n) === 1n;
      if (operator === "&") return isSet ? bit : NONE;
      if (operator === "|") return isSet ? ALL : bit;
      return isSet ? diagram.not(bit) : bit;
    });
  }

  #selector(selector: Selector, family: Family): Reading | undefined {
    if ("payload" in selector) {
      const { payload } = selector;
      return "base" in payload
        ? undefined
        : this.#payload(payload.protocol, payload.field, family);
    }
    if ("meta" in selector) return this.#meta(selector, family);
    if ("ct" in selector) return this.#ct(selector, family);
    return undefined;
  }

  #payload(
    protocol: string,
    field: string,
    family: Family,
  ): Reading | undefined {
    const { space } = this;
    const guard = this.guardOf(protocol);
    const row = headers[protocol]?.fields[field];
    if (guard === undefined || row === undefined) return undefined;
    const [type] = typesOf({ payload: { protocol, field } }, family);
    const made = (dimension: Dimension): Reading => ({
      type: type!,
      guard,
      dimension,
    });
    const end = PORTS[field];
    if (end !== undefined && TRANSPORTS.has(protocol)) return made(space[end]);
    switch (`${protocol} ${field}`) {
      case "ip saddr":
        return made(space.src4);
      case "ip daddr":
        return made(space.dst4);
      case "ip6 saddr":
        return made(space.src6);
      case "ip6 daddr":
        return made(space.dst6);
      case "ip protocol":
      case "ip6 nexthdr":
        return made(space.protocol);
      case "ip version":
        return this.#fixed(type!, guard, 4);
      case "ip6 version":
        return this.#fixed(type!, guard, 6);
    }
    if (row.bits > 48) return undefined;
    const dimension = space.read(`${protocol} ${field}`, row.bits, type!);
    if (row.ofType !== undefined) {
      const kind = dataType(protocol === "icmp" ? "icmp_type" : "icmpv6_type");
      const messages = space.among(
        space.read(`${protocol} type`, 8, kind),
        row.ofType.map((name) => {
          const number = numberOf(kind, name);
          return [number, number];
        }),
      );
      return {
        type: type!,
        guard: space.diagram.and(guard, messages),
        dimension,
      };
    }
    if (
      (field === "ttl" || field === "hoplimit") && this.stage.isPassedOn
    ) {
      const bits = this.#lessOne(dimension);
      return { type: type!, guard, bits, above: dimension };
    }
    return made(dimension);
  }

  #lessOne(dimension: Dimension): PacketSet[] {
    const { space } = this;
    const { diagram } = space;
    const bits = [
      ...bitsOf(space, { type: dataType("integer"), guard: ALL, dimension })!,
    ];
    let borrow: PacketSet = ALL;
    for (let i = bits.length - 1; i >= 0; i--) {
      const bit = bits[i]!;
      bits[i] = diagram.or(
        diagram.minus(bit, borrow),
        diagram.minus(borrow, bit),
      );
      borrow = diagram.minus(borrow, bit);
    }
    return bits;
  }

  #fixed(type: DataType, guard: PacketSet, value: number): Reading {
    return { type, guard, fixed: { text: `${value}`, value } };
  }

  /** Packets that have a header; nothing where that is not known. */
  guardOf(protocol: string): PacketSet | undefined {
    const { space } = this;
    const { diagram } = space;
    let guard: PacketSet = ALL;
    for (const { key, value } of headers[protocol]?.needs ?? []) {
      if (key === "nfproto") {
        guard = diagram.and(guard, space.version(value === "ipv4" ? 4 : 6));
      } else if (key === "l4proto") {
        const number = numberOf(dataType("inet_proto"), value);
        guard = diagram.and(guard, space.equal(space.protocol, number));
      } else if (key === "iiftype") {
        if (!HAS_IN.has(this.stage.hook)) return NONE;
        const type = dataType("iface_type");
        guard = diagram.and(
          guard,
          space.equal(space.read("meta iiftype", 16, type), 1),
        );
      } else if (value === "arp") {
        guard = diagram.and(guard, space.equal(space.family, 2));
      } else return undefined;
    }
    return guard;
  }

  #meta(
    selector: Extract<Selector, { meta: unknown }>,
    family: Family,
  ): Reading | undefined {
    const { space } = this;
    const { key } = selector.meta;
    const { hook } = this.stage;
    const [type] = typesOf(selector, family);
    const made = (dimension: Dimension, guard: PacketSet = ALL): Reading => ({
      type: type!,
      guard,
      dimension,
    });
    switch (key) {
      case "l4proto":
        return made(space.protocol, space.version(4, 6));
      case "protocol":
        return made(space.family);
      case "nfproto":
        return this.#nfproto(type!, family);
      case "iif":
      case "iifname":
        return made(space.iif);
      case "oif":
      case "oifname":
        return HAS_OUT.has(hook)
          ? made(space.oif)
          : { type: type!, guard: ALL, fixed: NO_INTERFACE };
      case "iiftype":
      case "iifgroup":
        return HAS_IN.has(hook)
          ? made(space.read(`meta ${key}`, type!.bits!, type!))
          : undefined;
      case "oiftype":
      case "oifgroup":
        return HAS_OUT.has(hook)
          ? made(space.read(`meta ${key}`, type!.bits!, type!))
          : { type: type!, guard: NONE, fixed: NO_INTERFACE };
      case "mark":
      case "priority":
      case "pkttype":
      case "length":
        return made(space.read(`meta ${key}`, type!.bits!, type!));
      case "skuid":
      case "skgid":
        // Others' packets belong to nobody here.
        return HAS_IN.has(hook)
          ? undefined
          : made(space.read(`meta ${key}`, type!.bits!, type!));
    }
    return undefined;
  }

  #nfproto(type: DataType, family: Family): Reading | undefined {
    if (family !== "inet") {
      const numbers = { ip: 2, ip6: 10, arp: 3, netdev: 5, bridge: 7 };
      return this.#fixed(type, ALL, numbers[family]);
    }
    // One bit tells: IPv6 is 8 more than IPv4.
    const { space } = this;
    const six = space.version(6);
    const bits = [NONE, NONE, NONE, NONE, six, NONE, ALL, NONE];
    return { type, guard: space.version(4, 6), bits };
  }

  #ct(
    selector: Extract<Selector, { ct: unknown }>,
    family: Family,
  ): Reading | undefined {
    const { space } = this;
    const { key, dir } = selector.ct;
    const [type] = typesOf(selector, family);
    if (key === "state") {
      return this.stage.isTracked
        ? { type: type!, guard: ALL, dimension: space.state }
        : { type: type!, guard: ALL, fixed: INVALID };
    }
    if (!this.stage.isTracked) {
      return { type: type!, guard: NONE, fixed: NO_INTERFACE };
    }
    if (
      !["status", "mark", "direction", "zone"].includes(key) ||
      dir !== undefined
    ) return undefined;
    const has = space.among(space.state, [[0, 2]]);
    const dimension = space.read(`ct ${key}`, type!.bits!, type!);
    return { type: type!, guard: has, dimension };
  }
}
