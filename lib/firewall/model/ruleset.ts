/**
 * Tables, and what they hold: chains of rules, sets, maps, named objects.
 *
 * @module
 */

import type { Element, Limit, Mapping, Quota, Value } from "./expression.ts";
import type { Statement, Synproxy } from "./statement.ts";

/** Which packets a table sees. `inet`: IPv4 and IPv6. */
export type Family = "inet" | "ip" | "ip6" | "arp" | "bridge" | "netdev";

/** What a base chain may do. */
export type ChainType = "filter" | "nat" | "route";

/** Where in a packet's way a base chain stands. */
export type Hook =
  | "ingress"
  | "prerouting"
  | "input"
  | "forward"
  | "output"
  | "postrouting"
  | "egress";

/** One rule. */
export interface Rule {
  /** What it says, from left to right. */
  readonly statements: readonly Statement[];
  /** A note. */
  readonly comment?: string;
  /** The kernel's number of it, where it was listed. */
  readonly handle?: number;
}

/** Where a base chain hooks in. */
export interface Base {
  /** What it may do. */
  readonly type: ChainType;
  /** Where it hooks in. */
  readonly hook: Hook;
  /** Lower comes first. */
  readonly priority: number;
  /** What becomes of a packet that no rule decided. */
  readonly policy: "accept" | "drop";
  /** Of `ingress` and `egress`. */
  readonly devices?: readonly string[];
}

/** A chain: a base chain where it has `base`, else one to jump to. */
export interface Chain {
  /** Its name. */
  readonly name: string;
  /** Where it hooks in, if it does. */
  readonly base?: Base;
  /** Its rules, from first to last. */
  readonly rules: readonly Rule[];
  /** A note. */
  readonly comment?: string;
  /** The kernel's number of it, where it was listed. */
  readonly handle?: number;
}

/** What sets and maps have in common. */
export interface SetProperties {
  /** Its name. */
  readonly name: string;
  /** The data types of a key: one, or several of a concatenation. */
  readonly type: readonly string[];
  /** Written as `typeof`: the expressions that the key comes from. */
  readonly typeof?: readonly string[];
  /** Ranges and prefixes are elements; elements go by themselves; none is ever added; rules add some. */
  readonly flags?: readonly ("constant" | "interval" | "timeout" | "dynamic")[];
  /** Seconds that an element stays unless it says otherwise. */
  readonly timeout?: number;
  /** Seconds between two looks for elements whose time is up. */
  readonly gcInterval?: number;
  /** The most elements. */
  readonly size?: number;
  /** `memory`: small rather than quick. */
  readonly policy?: "memory";
  /** Neighbours and overlaps are made one. */
  readonly autoMerge?: true;
  /** What stands with each element: counters, limits, quotas. */
  readonly stateful?: readonly Statement[];
  /** A note. */
  readonly comment?: string;
  /** The kernel's number of it, where it was listed. */
  readonly handle?: number;
}

/** A named set. */
export interface NamedSet extends SetProperties {
  /** Its elements. */
  readonly elements: readonly (Value | Element)[];
}

/** A named map: keys to values, verdicts, or objects. */
export interface NamedMap extends SetProperties {
  /** The data types of what keys stand for; `verdict`, or a kind of object as `counter`. */
  readonly map: readonly string[];
  /** Written as `typeof`: the expressions that the values are for. */
  readonly mapTypeof?: readonly string[];
  /** Keys stand for ranges and prefixes: written `interval`. */
  readonly mapInterval?: true;
  /** Its elements. */
  readonly elements: readonly Mapping[];
}

/** A named object, as rules refer to it. */
export type NamedObject =
  & {
    /** Its name. */
    readonly name: string;
    /** A note. */
    readonly comment?: string;
    /** The kernel's number for it. */
    readonly handle?: number;
  }
  & (
    | {
      readonly kind: "counter";
      readonly packets?: number;
      readonly bytes?: number;
    }
    | { readonly kind: "quota"; readonly quota: Quota }
    | { readonly kind: "limit"; readonly limit: Limit }
    | {
      readonly kind: "ct helper";
      readonly type: string;
      readonly protocol: "tcp" | "udp";
      readonly l3proto?: string;
    }
    | {
      readonly kind: "ct timeout";
      readonly protocol: string;
      readonly l3proto?: string;
      readonly policy: Readonly<Record<string, number>>;
    }
    | {
      readonly kind: "ct expectation";
      readonly protocol: string;
      readonly l3proto?: string;
      readonly dport: number;
      /** Seconds. */
      readonly timeout: number;
      readonly size: number;
    }
    | { readonly kind: "synproxy"; readonly synproxy: Synproxy }
    | { readonly kind: "secmark"; readonly context: string }
  );

/** Connections that take the short way past the hooks. */
export interface Flowtable {
  /** Its name. */
  readonly name: string;
  /** Where it stands. */
  readonly hook: "ingress";
  /** Lower comes first. */
  readonly priority: number;
  /** Interfaces whose packets it takes. */
  readonly devices: readonly string[];
  /** `offload`: the hardware does it, if it can. */
  readonly flags?: readonly ("offload")[];
  /** Whether connections are counted. */
  readonly counter?: true;
  /** The kernel's number of it, where it was listed. */
  readonly handle?: number;
}

/** A table. */
export interface Table {
  /** Which packets it sees. */
  readonly family: Family;
  /** Its name. */
  readonly name: string;
  /** `dormant`: it does nothing; `owner`: it goes with the program that made it. */
  readonly flags?: readonly ("dormant" | "owner")[];
  /** A note. */
  readonly comment?: string;
  /** Its chains. */
  readonly chains: readonly Chain[];
  /** Its named sets. */
  readonly sets: readonly NamedSet[];
  /** Its named maps. */
  readonly maps: readonly NamedMap[];
  /** Its counters, quotas, limits and the like. */
  readonly objects: readonly NamedObject[];
  /** Its flowtables. */
  readonly flowtables: readonly Flowtable[];
  /** The kernel's number of it, where it was listed. */
  readonly handle?: number;
}

/** Tables that belong together. */
export interface RulesetData {
  /** The tables. */
  readonly tables: readonly Table[];
}
