/**
 * What a lab is made of: nodes, interfaces, links, routes and services, as
 * plain data that goes through JSON unchanged.
 *
 * These are the complete forms: {@linkcode topology} makes them from the short
 * ones that people write. Everything is filled in there (names, addresses,
 * MACs, routes), so whoever builds a lab from them decides nothing.
 *
 * @module
 */

import type { Service } from "./daemon.ts";

/** A whole network, complete: nothing is left to be chosen. */
export interface Topology {
  /** What the lab is called: a DNS label. */
  readonly name: string;
  /** One line on what it is for. */
  readonly title?: string;
  /** Hosts first, then switches, then routers, each as they were written. */
  readonly nodes: readonly Node[];
  /** The cables, as they were written. */
  readonly links: readonly Link[];
}

/** What a node does with what it receives: answer, pass by MAC address, pass by IP address. */
export type NodeKind = "host" | "switch" | "router";

/** One machine: a network namespace of its own, switches too. */
export interface Node {
  /** Its name, a DNS label, unique in the topology. */
  readonly name: string;
  /** What it is. */
  readonly kind: NodeKind;
  /** Its interfaces in order; each one has exactly one link. */
  readonly interfaces: readonly Interface[];
  /** Routes beyond those that its addresses bring. */
  readonly routes: readonly Route[];
  /** Whether it passes on packets that are not for it; true for routers. */
  readonly forwarding: boolean;
  /** An nft ruleset to load as it stands, from `nat:` and `firewall:`. */
  readonly nft?: string;
  /** What runs on it, in the order of starting. */
  readonly services: readonly Service[];
  /** Whether it runs spanning tree; only switches do. */
  readonly stp: boolean;
  /** Whether it is a switch that keeps VLANs apart; each of its ports then has `port`. */
  readonly vlanAware: boolean;
  /** Kernel settings to write, `net.ipv4.…` to value. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Name servers for its resolv.conf; none means that the file stays empty. */
  readonly dns: readonly string[];
}

/** One end of a link as its node has it. */
export interface Interface {
  /** 1 to 15 characters; `eth0`, `eth1`, … unless it was named. */
  readonly name: string;
  /** Lower case with colons; locally administered unless it was given. */
  readonly mac: string;
  /** The largest packet, in octets. */
  readonly mtu: number;
  /** Addresses with prefix length, `"10.0.0.1/24"`, of either family; none on switches. */
  readonly addresses: readonly string[];
  /** What a port of a VLAN-aware switch carries. */
  readonly port?: Port;
  /** Tagged sub-interfaces `eth0.10` of hosts and routers; empty for most. */
  readonly vlans: readonly SubInterface[];
}

/**
 * What a switch port carries (IEEE 802.1Q-2022 §6.9). An access port has
 * `access` alone: untagged frames in and out, tagged ones dropped. A trunk has
 * `trunk`: these VLANs, tagged; and `native`: the VLAN of untagged frames in
 * both directions, which is not in `trunk`; without it they are dropped.
 */
export interface Port {
  /** The one VLAN of an access port, 1 to 4094. */
  readonly access?: number;
  /** The VLANs that a trunk carries tagged, ascending. */
  readonly trunk?: readonly number[];
  /** The VLAN of a trunk's untagged frames. */
  readonly native?: number;
}

/** A tagged sub-interface: `eth0.10` on `eth0`. */
export interface SubInterface {
  /** Its name, parent and VLAN: `eth0.10`. */
  readonly name: string;
  /** The VLAN of its tag, 1 to 4094. */
  readonly id: number;
  /** Addresses with prefix length. */
  readonly addresses: readonly string[];
}

/** One route of a node: at least one of `via` and `dev` is there. */
export interface Route {
  /** A subnet; `0.0.0.0/0` and `::/0` are the default routes. */
  readonly to: string;
  /** The next hop. */
  readonly via?: string;
  /** The interface to leave by; always there for a link-local next hop. */
  readonly dev?: string;
  /** The lower is preferred; the kernel's default where it is not there. */
  readonly metric?: number;
}

/** A cable between two interfaces, with what goes wrong on it, the same in both directions. */
export interface Link extends Impairment {
  /** The end that was written first. */
  readonly a: LinkEnd;
  /** The other end. */
  readonly b: LinkEnd;
}

/** What a link does to frames; a link without any of it is a plain cable. */
export interface Impairment {
  /** How long a frame takes, one way, in milliseconds. */
  readonly delay?: number;
  /** By how much the delay varies to both sides, in milliseconds. */
  readonly jitter?: number;
  /** The share of frames that are lost, 0 to 1. */
  readonly loss?: number;
  /** The share of frames that overtake others, 0 to 1. */
  readonly reorder?: number;
  /** Bits that go through in a second, each way. */
  readonly rate?: number;
}

/** Which interface of which node. */
export interface LinkEnd {
  /** The node's name. */
  readonly node: string;
  /** The interface's name there. */
  readonly interface: string;
}

/** How to ask whether one node reaches another: an echo request, or a port. */
export type Probe = "ping" | `tcp/${number}` | `udp/${number}`;

/** What a probe from one node to another should find. */
export interface Expectation {
  /** The node that asks. */
  readonly from: string;
  /** The node that should answer, or should not. */
  readonly to: string;
  /** Which address of it. @default {its first} */
  readonly address?: string;
  /** How it asks. */
  readonly probe: Probe;
  /** Whether an answer should come. */
  readonly reachable: boolean;
}
