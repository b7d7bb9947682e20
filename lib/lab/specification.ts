/**
 * The short forms in which a topology is written, in code and in YAML alike.
 * What they mean is told at {@linkcode topology}.
 *
 * @module
 */

import type { ServiceName } from "./daemon.ts";

/** One of something, or several. */
export type OneOrMore<T> = T | readonly T[];

/** A topology as people write it. */
export interface TopologySpec {
  /** What the lab is called: a DNS label. @default {"lab"} */
  readonly name?: string;
  /** One line on what it is for. */
  readonly title?: string;
  /** The space for automatic IPv4 addresses, or `false` for none. @default {"10.0.0.0/8"} */
  readonly ipv4?: string | boolean;
  /** The space for automatic IPv6 addresses, or `false` for none. @default {"fd00::/8"} */
  readonly ipv6?: string | boolean;
  /** The hosts by name; a list of names where there is no more to say. */
  readonly hosts?: NodeSpecs<NodeSpec | OneOrMore<string>>;
  /** The switches by name. */
  readonly switches?: NodeSpecs<SwitchSpec>;
  /** The routers by name. */
  readonly routers?: NodeSpecs<NodeSpec | OneOrMore<string>>;
  /** The cables. */
  readonly links?: readonly LinkSpec[];
}

/** Nodes by name, or a list of names. */
export type NodeSpecs<T> =
  | Readonly<Record<string, T | null>>
  | readonly string[];

/** A host or a router. */
export interface NodeSpec {
  /** The address of its only interface: `10.0.0.1/24`, several, `auto` or `none`. */
  readonly address?: OneOrMore<string>;
  /** The next hop of its default route, one of each family, or `none`. */
  readonly gateway?: OneOrMore<string>;
  /** Its interfaces, by name or by the node at the other end. */
  readonly interfaces?: Readonly<
    Record<string, InterfaceSpec | OneOrMore<string> | null>
  >;
  /** `10.0.0.0/8 via 10.0.0.1 dev eth0 metric 10`, as `ip route` writes it. */
  readonly routes?: OneOrMore<string>;
  /** Whether it passes packets on. @default {true for routers} */
  readonly forwarding?: boolean;
  /** The interfaces behind which to translate IPv4 addresses. */
  readonly nat?: NatSpec | OneOrMore<string>;
  /** An nft ruleset. */
  readonly firewall?: string;
  /** What runs on it. */
  readonly services?: OneOrMore<ServiceSpec>;
  /** Kernel settings: `{ net.ipv4.ip_default_ttl: 32 }`. */
  readonly sysctl?: Readonly<Record<string, string | number>>;
  /** The name servers that it asks. */
  readonly dns?: OneOrMore<string>;
}

/** An interface of a host or router. */
export interface InterfaceSpec {
  /** Its addresses, `auto` or `none`. */
  readonly address?: OneOrMore<string>;
  /** Its MAC address. */
  readonly mac?: string;
  /** Its largest packet, in octets. @default {1500} */
  readonly mtu?: number;
  /** Tagged sub-interfaces: addresses by VLAN, or a list of VLANs. */
  readonly vlans?:
    | Readonly<Record<number, OneOrMore<string> | null>>
    | readonly number[];
}

/** Address translation. */
export interface NatSpec {
  /** The interfaces to masquerade behind. */
  readonly masquerade?: OneOrMore<string>;
  /** Ports there that are led inside: `{ "tcp/8080": "10.0.0.10:80" }`. */
  readonly forward?: Readonly<Record<string, string>>;
}

/** A switch. */
export interface SwitchSpec {
  /** Whether it runs spanning tree. @default {false} */
  readonly stp?: boolean;
  /** The access ports of each VLAN: `{ 10: ["pc1", "pc2"] }`. */
  readonly vlans?: Readonly<Record<number, OneOrMore<string> | null>>;
  /** The ports that carry several VLANs, and which. */
  readonly trunks?:
    | OneOrMore<string>
    | Readonly<Record<string, TrunkSpec | OneOrMore<number> | null>>;
}

/** A trunk port. */
export interface TrunkSpec {
  /** The VLANs that it carries tagged. @default {all there are} */
  readonly vlans?: OneOrMore<number>;
  /** The VLAN of untagged frames, or `none`. @default {1} */
  readonly native?: number | "none";
}

/** A service's name, or its name and options; see {@linkcode Service}. */
export type ServiceSpec = ServiceName | {
  /** Which service. */
  readonly name: ServiceName;
  /** Its options. */
  readonly [option: string]: unknown;
};

/** `"pc1 -- sw1"`, or both ends and what goes wrong between them. */
export type LinkSpec =
  | string
  | readonly [string, string]
  | readonly [string, string, ImpairmentSpec];

/** What a link does to frames. */
export interface ImpairmentSpec {
  /** How long a frame takes, one way: `"10 ms"`. */
  readonly delay?: string;
  /** By how much the delay varies: `"2 ms"`. */
  readonly jitter?: string;
  /** The share that is lost: `"1 %"`. */
  readonly loss?: string | number;
  /** The share that overtakes others: `"5 %"`. */
  readonly reorder?: string | number;
  /** What goes through: `"100 Mbit/s"`. */
  readonly rate?: string;
}
