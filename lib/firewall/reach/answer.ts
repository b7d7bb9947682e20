/**
 * What questions to a ruleset are made of, and their answers.
 *
 * @module
 */

import type { Addresses } from "../../ip/set/set.ts";
import type { Rule } from "../model/ruleset.ts";

/** The ways of packets: each by the hook that only it has, or one hook alone. */
export type Way = "input" | "forward" | "output" | "prerouting" | "postrouting";

/** Ports: one, a range as `"1024-65535"`, or several. */
export type Ports = number | string | readonly (number | string)[];

/** How a packet stands to connection tracking. */
export type CtState =
  | "new"
  | "established"
  | "related"
  | "invalid"
  | "untracked";

/** What ends a packet's way through a chain. */
export type Ending = "accept" | "drop" | "reject" | "queue" | "stolen";

/** Which packets are asked about; all that is not said is open. */
export interface Question {
  /**
   * Their way: `input` with prerouting before it, `forward` with prerouting and
   * postrouting, `output` with postrouting; or `prerouting` or `postrouting` alone.
   */
  readonly hook: Way;
  /** Where they come from, as `net.ip.set` takes it. */
  readonly from?: Addresses | undefined;
  /** Where they are sent to. */
  readonly to?: Addresses | undefined;
  /** As nft names it, or its number; `"icmp"` is that of either family. */
  readonly protocol?: string | number | undefined;
  /** The destination port. */
  readonly port?: Ports | undefined;
  /** The source port. */
  readonly srcPort?: Ports | undefined;
  /**
   * How they stand to their connection; it counts where rules ask for
   * connections.
   *
   * @default {"new"}
   */
  readonly state?: CtState | "any" | readonly CtState[] | undefined;
  /** Where they come in. */
  readonly iifname?: string | undefined;
  /** Where they go out. */
  readonly oifname?: string | undefined;
  /** Their mark as they come. @default {0} */
  readonly mark?: number | undefined;
}

/** A question, and how long its answer may be. */
export interface ReachOptions extends Question {
  /** The most rows of each kind. @default {200} */
  readonly rows?: number | undefined;
}

/** A rule by its place; without `index` the policy of a base chain. */
export interface RuleReference {
  /** Of its table. */
  readonly family: string;
  /** The name of its table. */
  readonly table: string;
  /** The name of its chain. */
  readonly chain: string;
  /** The rule's place in its chain, from 0. */
  readonly index?: number;
  /** The rule. */
  readonly rule?: Rule;
  /** The rule as nft writes it, or the policy. */
  readonly text: string;
}

/** Packets that are alike but for what is said of them; what is not said is open. */
export interface PacketClass {
  /** Of their addresses, where it is one. */
  readonly family?: "ipv4" | "ipv6";
  /** Sources, as prefixes. */
  readonly from?: readonly string[];
  /** Destinations as they are sent, before any translation. */
  readonly to?: readonly string[];
  /** As nft names it; several have commas between them. */
  readonly protocol?: string;
  /** Destination ports: `"22, 80-90"`. */
  readonly ports?: string;
  /** Source ports. */
  readonly srcPorts?: string;
  /** Where they come in: a name, names, or `"not wan"`. */
  readonly iifname?: string;
  /** Where they go out. */
  readonly oifname?: string;
  /** How they stand to their connection, where more than one state was asked about. */
  readonly state?: string;
  /** What else rules read: `"tcp flags syn"`. */
  readonly more: readonly string[];
}

/** A packet that stands for others, and where it is met; both as simulations take them. */
export interface Witness {
  /** The packet by its facts. */
  readonly packet: {
    readonly src: string;
    readonly dst: string;
    readonly protocol: string | number;
    readonly srcPort?: number;
    readonly dstPort?: number;
    readonly flags?: readonly string[];
    readonly seq?: number;
    readonly ack?: number;
    readonly type?: number;
    readonly code?: number;
    readonly id?: number;
    readonly ttl?: number;
    readonly dscp?: number;
    readonly srcMac?: string;
    readonly dstMac?: string;
  };
  /** Where and how it comes. */
  readonly context: {
    readonly iifname?: string;
    readonly oifname?: string;
    readonly mark?: number;
    readonly priority?: number;
    readonly skuid?: number;
    readonly skgid?: number;
  };
}

/** Packets that one rule lets pass, or stops. */
export interface ReachRow extends PacketClass {
  /** What becomes of them. */
  readonly verdict: Ending;
  /** Who decided; none: no chain sees them. */
  readonly by: RuleReference | undefined;
  /** Whether it is so at any moment; else it may be so, or another rule decides. */
  readonly isCertain: boolean;
  /** What that hangs on: limits, sets that change, the routing table, … */
  readonly conditions: readonly string[];
  /** How the packets are translated on their way. */
  readonly translations: readonly string[];
  /** One of them; none where no simulation can be given one. */
  readonly witness?: Witness;
}

/** What may become of packets: they pass, they do not, or it hangs on something. */
export type Passing = "passes" | "stopped" | "perhaps";

/** Packets that two rulesets treat otherwise. */
export interface Difference extends PacketClass {
  /** What became of them. */
  readonly before: Passing;
  /** What becomes of them now. */
  readonly after: Passing;
  /** Who decided in the old one; none: no chain saw them. */
  readonly byBefore: RuleReference | undefined;
  /** Who decides in the new one. */
  readonly byAfter: RuleReference | undefined;
  /** One of them; none where no simulation can be given one. */
  readonly witness?: Witness;
}

/** Why something does nothing. */
export type Uselessness =
  /** No packet can be so: `tcp dport 22` of UDP. */
  | "impossible"
  /** Earlier rules take all packets that it means. */
  | "shadowed"
  /** No packet that it means gets to where it stands. */
  | "unreachable"
  /** Without it every packet would end alike. */
  | "redundant"
  /** Nothing names it. */
  | "unused";

/** Something that could be left out. */
export interface Finding {
  /** Why. */
  readonly kind: Uselessness;
  /** What it is. */
  readonly what: "rule" | "chain" | "set" | "map" | "object";
  /** Of its table. */
  readonly family: string;
  /** The name of its table. */
  readonly table: string;
  /** Of a rule, its chain; else the name. */
  readonly name: string;
  /** A rule's place in its chain, from 0. */
  readonly index?: number;
  /** The rule. */
  readonly rule?: Rule;
  /** The rule as nft writes it. */
  readonly text?: string;
  /** The rules, and policies, that do its work: those before that shadow it, those after that make it redundant. */
  readonly by: readonly RuleReference[];
}
