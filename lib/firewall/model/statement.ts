/**
 * What a rule is made of: its statements, in the order in which the kernel
 * takes them. Names and shapes are those of libnftables-json(5).
 *
 * @module
 */

import type {
  AnonymousMap,
  AnonymousSet,
  ConnectionCount,
  Counts,
  Element,
  Expression,
  Limit,
  Quota,
  SetReference,
  Verdict,
} from "./expression.ts";

/** How two sides are compared. `in`: one of the bits on the right is set on the left. */
export type Operator = "==" | "!=" | "<" | ">" | "<=" | ">=" | "in";

/** The rule goes on only if this is true. */
export interface Match {
  /** Both sides. */
  readonly match: {
    readonly op: Operator;
    readonly left: Expression;
    readonly right: Expression | AnonymousSet | SetReference;
  };
}

/** The verdict that a key stands for; a key that is not in the map ends the rule. */
export interface VerdictMap {
  /** The key, and where it is looked up. */
  readonly vmap: {
    readonly key: Expression;
    readonly data: AnonymousMap | SetReference;
  };
}

/** Sets a field of the packet, or what the kernel knows of it. */
export interface Mangle {
  /** What is set, and to what. */
  readonly mangle: { readonly key: Expression; readonly value: Expression };
}

/** How addresses and ports are chosen. */
export type NatFlag =
  | "random"
  | "fully-random"
  | "persistent"
  | "netmap";

/** Where a translation leads. */
export interface NatTarget {
  /** Of `addr`, where the table is for both. */
  readonly family?: "ip" | "ip6";
  /** An address, prefix, range or map. */
  readonly addr?: Expression;
  /** A port, a range or a map. */
  readonly port?: Expression;
  /** How one of several is chosen. */
  readonly flags?: readonly NatFlag[];
  /** What a map gives: an address and a port, or a range of addresses. */
  readonly type_flags?: readonly ("interval" | "prefix" | "concat")[];
}

/** Network address translation. */
export type Nat =
  | { readonly snat: NatTarget }
  | { readonly dnat: NatTarget }
  | { readonly masquerade: Pick<NatTarget, "port" | "flags"> | null }
  | { readonly redirect: Pick<NatTarget, "port" | "flags"> | null };

/** Ends the packet, and tells its sender so. */
export interface Reject {
  /** With which answer. */
  readonly reject: {
    readonly type?: "tcp reset" | "icmp" | "icmpv6" | "icmpx";
    /** The code, by name. */
    readonly expr?: string;
  } | null;
}

/** Writes a line to the kernel's log, or hands the packet to a log group. */
export interface Log {
  /** What is written, and where. */
  readonly log: {
    readonly prefix?: string;
    readonly level?:
      | "emerg"
      | "alert"
      | "crit"
      | "err"
      | "warn"
      | "notice"
      | "info"
      | "debug"
      | "audit";
    readonly group?: number;
    readonly snaplen?: number;
    readonly "queue-threshold"?: number;
    readonly flags?: readonly (
      | "tcp sequence"
      | "tcp options"
      | "ip options"
      | "skuid"
      | "ether"
      | "all"
    )[];
  } | null;
}

/** Hands the packet to a program. */
export interface Queue {
  /** Its number, or a range of numbers. */
  readonly queue: {
    readonly num?: Expression;
    readonly flags?: readonly ("bypass" | "fanout")[];
  } | null;
}

/** Adds an element to a set or map from the packet's path, or takes it out. */
export interface SetUpdate {
  /** What is done, with which element of which set. */
  readonly set: {
    readonly op: "add" | "update" | "delete";
    readonly elem: Expression | Element;
    readonly set: SetReference;
    /** What stands with each element: a counter, a limit, a quota, a count. */
    readonly stmt?: readonly Statement[];
  };
}

/** The same for a map. */
export interface MapUpdate {
  /** What is done, with which element of which map. */
  readonly map: {
    readonly op: "add" | "update" | "delete";
    readonly elem: Expression | Element;
    readonly data: Expression;
    readonly map: SetReference;
    readonly stmt?: readonly Statement[];
  };
}

/** A statement for each value of a key (the older form of a set's update). */
export interface Meter {
  /** Its name, the key and the statement. */
  readonly meter: {
    readonly name: string;
    readonly key: Expression | Element;
    readonly size?: number;
    readonly stmt: Statement;
  };
}

/** Every other statement; a string names an object, an expression finds one by a map. */
export type Statement =
  | Verdict
  | Match
  | VerdictMap
  | Mangle
  | Nat
  | Reject
  | Log
  | Queue
  | SetUpdate
  | MapUpdate
  | Meter
  | { readonly counter: Counts | Expression | null }
  | { readonly quota: Quota | Expression }
  | { readonly limit: Limit | Expression }
  | { readonly "ct count": ConnectionCount }
  | { readonly "ct helper": Expression }
  | { readonly "ct timeout": Expression }
  | { readonly "ct expectation": Expression }
  | { readonly synproxy: Synproxy | Expression | null }
  | { readonly secmark: Expression }
  | { readonly notrack: null }
  | { readonly last: { readonly used?: number } | null }
  | {
    readonly fwd: {
      readonly dev: Expression;
      readonly family?: "ip" | "ip6";
      readonly addr?: Expression;
    };
  }
  | { readonly dup: { readonly addr: Expression; readonly dev?: Expression } }
  | {
    readonly tproxy: {
      readonly family?: "ip" | "ip6";
      readonly addr?: Expression;
      readonly port?: Expression;
    };
  }
  | { readonly flow: { readonly op: "add"; readonly flowtable: SetReference } }
  /** Takes a TCP option out. */
  | { readonly reset: Expression }
  /** What iptables-nft put there, and nft cannot say. */
  | { readonly xt: { readonly type: string; readonly name: string } | null };

/** What a proxy of TCP handshakes tells clients. */
export interface Synproxy {
  /** The largest segment, in octets. */
  readonly mss?: number;
  /** By how many bits windows are shifted. */
  readonly wscale?: number;
  /** Options that it offers. */
  readonly flags?: readonly ("timestamp" | "sack-perm")[];
}
