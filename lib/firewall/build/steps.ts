/**
 * What a rule does with a packet, as steps of a builder.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Subnet } from "../../ip/subnet.ts";
import type { Counts, SetReference } from "../model/expression.ts";
import type { Rule } from "../model/ruleset.ts";
import type { Log, NatFlag } from "../model/statement.ts";
import type { Readable, State } from "./field.ts";
import type { NameOf, Port } from "./value_types.ts";

/** Stands for the state of a rule; no property of that name is ever there. */
export declare const STATE: unique symbol;

/** A rule, as far as it goes. */
export interface RuleData<S extends State = State> {
  /** As data. */
  readonly rule: Rule;
  /** What is known of the rule, for TypeScript alone. */
  readonly [STATE]?: S;
}

/** A rule with its verdict: only a comment can follow. */
export interface FinishedRule<S extends State> extends RuleData<S> {
  /** Says what the rule is for: at most 127 octets. */
  comment(text: string): FinishedRule<S>;
}

/** The time of a rate. */
export type Per = "second" | "minute" | "hour" | "day" | "week";

/** A rate: `"10/second"`, `"2 mbytes/second"`. */
export type Rate =
  | `${number}/${Per}`
  | `${number} ${"bytes" | "kbytes" | "mbytes"}/${Per}`;

/** A volume: `"5 mbytes"`. */
export type Volume = `${number} ${"bytes" | "kbytes" | "mbytes"}`;

/** What more a limit says. */
export interface LimitOptions {
  /** How much may come at once: packets, or a volume. */
  readonly burst?: number | Volume;
  /** True: goes on with what is over the rate. */
  readonly over?: boolean;
}

/** What the log is told. */
export type LogOptions = NonNullable<Log["log"]>;

/** What the sender is told. */
export type RejectWith =
  | "tcp reset"
  | NameOf<"icmpx_code">
  | `icmp ${NameOf<"icmp_code">}`
  | `icmpv6 ${NameOf<"icmpv6_code">}`
  | `icmpx ${NameOf<"icmpx_code">}`;

/** Where a translation leads. */
export interface NatOptions {
  /** An address or range, a port after a colon: `"10.0.0.2:80"`, `"[2001:db8::2]:80"`, `":8080"`; or what a map has. */
  readonly to: string | Address | Subnet | Readable;
  /** The port, or a range of ports. */
  readonly port?: Port;
  /** How addresses and ports are chosen. */
  readonly flags?: readonly NatFlag[];
}

/** How ports are chosen. */
export interface PortOptions {
  /** The port, or a range of ports. */
  readonly port?: Port;
  /** How addresses and ports are chosen. */
  readonly flags?: readonly NatFlag[];
}

/** What more a set is told of an element. */
export interface UpdateOptions<Fresh> {
  /** Seconds until it goes, or a text as `"5m"`. */
  readonly timeout?: number | string;
  /** What the key stands for, in a map. */
  readonly value?: Readable;
  /** What stands with each element. */
  readonly with?: (rule: Fresh) => RuleData;
  /** What the element is there for. */
  readonly comment?: string;
}

/** A rule's state once it translates addresses. */
export interface Translating<S extends State> extends State {
  /** As before. */
  readonly transport: S["transport"];
  /** As before. */
  readonly family: S["family"];
  /** It translates addresses. */
  readonly kind: "nat";
}

/**
 * What a rule can do: `Next` is the rule after a step, `Fresh` an empty one.
 */
export interface RuleSteps<S extends State, Next, Fresh> extends RuleData<S> {
  /** Counts packets and octets, for itself or in a named counter. */
  counter(counter?: string | Counts): Next;
  /** Writes a line to the kernel's log, with a prefix or more options. */
  log(options?: string | LogOptions): Next;
  /** Goes on only below a rate. */
  limit(rate: Rate, options?: LimitOptions): Next;
  /** Goes on only until a volume is used up. */
  quota(volume: Volume, options?: { readonly over?: boolean }): Next;
  /** Goes on only up to a number of connections. */
  ctCount(
    connections: number,
    options?: { readonly over?: boolean },
  ): Next;
  /** Puts an element into a set or map that it is not in. */
  add(
    set: SetReference,
    key: Readable,
    options?: UpdateOptions<Fresh>,
  ): Next;
  /** Puts an element into a set or map, or renews its time. */
  update(
    set: SetReference,
    key: Readable,
    options?: UpdateOptions<Fresh>,
  ): Next;
  /** Takes an element out of a set or map. */
  delete(
    set: SetReference,
    key: Readable,
    options?: UpdateOptions<Fresh>,
  ): Next;
  /** Keeps conntrack away; before it in `raw`'s place. */
  notrack(): Next;
  /** Gives the connection a helper by the name of its object. */
  useHelper(name: string): Next;
  /** Gives the connection its timeouts by the name of their object. */
  useTimeout(name: string): Next;
  /** Expects a connection by the name of its object. */
  useExpectation(name: string): Next;
  /** Hands the connection to a flowtable. */
  flow(flowtable: SetReference): Next;
  /** Sends a copy elsewhere. */
  dup(to: string | Address, device?: string): Next;
  /** Hands the packet to a local socket. */
  tproxy(options: { readonly to: string }): Next;
  /** Answers handshakes before they reach the server. */
  synproxy(
    options?: {
      readonly mss?: number;
      readonly wscale?: number;
      readonly flags?: readonly ("timestamp" | "sack-perm")[];
    },
  ): Next;
  /** Says what the rule is for: at most 127 octets. */
  comment(text: string): Next;
  /** Lets the packet go on its way. */
  accept(): FinishedRule<S>;
  /** Throws the packet away, and tells nobody. */
  drop(): FinishedRule<S>;
  /** Goes on to the next rule. */
  continue(): FinishedRule<S>;
  /** Goes back to the chain that jumped here. */
  return(): FinishedRule<S>;
  /** Goes through another chain, and comes back. */
  jump(chain: string): FinishedRule<S>;
  /** Goes through another chain, and does not come back. */
  goto(chain: string): FinishedRule<S>;
  /** Throws the packet away, and tells its sender. */
  reject(reason?: RejectWith): FinishedRule<S>;
  /** Hands the packet to a program. */
  queue(
    options?: {
      readonly num?: number | `${number}-${number}`;
      readonly flags?: readonly ("bypass" | "fanout")[];
    },
  ): FinishedRule<S>;
  /** Gives the connection another source. */
  snat(options: NatOptions): FinishedRule<Translating<S>>;
  /** Gives the connection another destination. */
  dnat(options: NatOptions): FinishedRule<Translating<S>>;
  /** Gives the connection the address of the interface that it leaves by. */
  masquerade(options?: PortOptions): FinishedRule<Translating<S>>;
  /** Brings the connection to this machine. */
  redirect(
    options?: { readonly to?: Port | `:${number}` } & Omit<PortOptions, "port">,
  ): FinishedRule<Translating<S>>;
}
