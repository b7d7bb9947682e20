/**
 * What can be asked of the kernel, as plain data: links, addresses, routes,
 * rules, neighbours, queueing disciplines.
 *
 * Addresses and subnets are text or values of `net.ip`. A device is its name,
 * or its index where that is known.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { Mac } from "../ip/mac/mac.ts";
import type { Subnet } from "../ip/subnet.ts";

/** An interface by its name or its index. */
export type Device = string | number;

/** A link's settings that are the same for every kind. */
export interface LinkSettings {
  /** Its hardware address. */
  readonly mac?: string | Mac | undefined;
  /** Octets that a packet may have on it. */
  readonly mtu?: number | undefined;
  /** Whether it is administratively up. */
  readonly up?: boolean | undefined;
  /** The bridge, bond or VRF that it is a port of; `null` takes it out. */
  readonly master?: Device | null | undefined;
  /** Packets that wait in its queue at most. */
  readonly txQueueLength?: number | undefined;
  /** Free text beside the name. */
  readonly alias?: string | undefined;
  /** The number of its group. */
  readonly group?: number | undefined;
  /** Whether it takes all frames, as a capture asks for. */
  readonly promiscuous?: boolean | undefined;
  /** Whether it takes all multicast frames. */
  readonly allMulticast?: boolean | undefined;
  /** Whether it answers and asks ARP. */
  readonly arp?: boolean | undefined;
  /** Whether it takes part in multicast. */
  readonly multicast?: boolean | undefined;
  /** A descriptor of the network namespace that it goes to. */
  readonly namespace?: number | undefined;
}

/** A link to make. */
export interface LinkSpec extends LinkSettings {
  /** Its name, up to 15 octets. */
  readonly name: string;
  /** What it is: `"veth"`, `"bridge"`, `"vlan"`, `"vxlan"`, `"dummy"`, … */
  readonly kind: string;
  /** The index that it must get. @default {the next one free} */
  readonly index?: number | undefined;
  /** The link that it lies on: for VLANs, macvlan, VXLAN. */
  readonly link?: Device | undefined;
  /** The other end of a veth pair. @default {named by the kernel} */
  readonly peer?: PeerSpec | undefined;
  /** What only this kind has, by the names of {@linkcode LinkDetails}. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Queues for sending. */
  readonly txQueues?: number | undefined;
  /** Queues for receiving. */
  readonly rxQueues?: number | undefined;
}

/** The other end of a veth pair. It starts down: it cannot be up before its peer is. */
export interface PeerSpec {
  /** Its name. @default {given by the kernel} */
  readonly name?: string | undefined;
  /** The index that it must get; the kernel minds it only if both ends set one. */
  readonly index?: number | undefined;
  /** Its hardware address. */
  readonly mac?: string | Mac | undefined;
  /** Octets that a packet may have on it. */
  readonly mtu?: number | undefined;
  /** A descriptor of the network namespace that it starts in. */
  readonly namespace?: number | undefined;
}

/** What to change on a link. */
export interface LinkChange extends LinkSettings {
  /** How its IPv6 link-local address is made; for a link that is there. */
  readonly addrGenMode?:
    | "eui64"
    | "none"
    | "stable_secret"
    | "random"
    | undefined;
  /** Its new name; the link must be down on kernels before 6.2. */
  readonly name?: string | undefined;
  /** Names beside its own that it gets. */
  readonly addAltNames?: readonly string[] | undefined;
  /** Names beside its own that it loses. */
  readonly deleteAltNames?: readonly string[] | undefined;
  /** What only its kind has. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Its kind, which is needed for `details`. */
  readonly kind?: string | undefined;
  /** What a port of its master's kind has: `{ kind: "bridge", cost: 10 }`. */
  readonly port?:
    | (Readonly<Record<string, unknown>> & { readonly kind: string })
    | undefined;
}

/** VLANs of a bridge's port, as `bridge vlan` sets them. */
export interface PortVlanSpec {
  /** The port; or the bridge, with `self`. */
  readonly device: Device;
  /** The VLAN, or the first and the last of several: 1 to 4094. */
  readonly vlan: number | readonly [first: number, last: number];
  /** Whether untagged frames that come in belong to it. @default {false} */
  readonly pvid?: boolean | undefined;
  /** Whether its frames leave without a tag. @default {false} */
  readonly untagged?: boolean | undefined;
  /** Whether the bridge itself is meant, and not its port. @default {false} */
  readonly self?: boolean | undefined;
}

/** An address of an interface. */
export interface AddressSpec {
  /** The address with its prefix length: `"192.0.2.1/24"`. */
  readonly address: string | Subnet;
  /** Where it goes. */
  readonly device: Device;
  /** The other end, if the link is from point to point; may have a prefix length. */
  readonly peer?: string | Address | Subnet | undefined;
  /** The address of all; IPv4 only. `"+"` computes it. @default {none} */
  readonly broadcast?: string | Address | undefined;
  /** How far it holds: `"global"`, `"site"`, `"link"`, `"host"`, or a number. @default {global; host for 127.0.0.0/8} */
  readonly scope?: string | number | undefined;
  /** A name for it: the interface's, or that and `:…`; IPv4 only. */
  readonly label?: string | undefined;
  /** Seconds until it goes. @default {for ever} */
  readonly validSeconds?: number | undefined;
  /** Seconds until it is no longer used for what is new. @default {for ever} */
  readonly preferredSeconds?: number | undefined;
  /** The metric of the route to its subnet. */
  readonly metric?: number | undefined;
  /** Makes no route to its subnet. */
  readonly noPrefixRoute?: boolean | undefined;
  /** Skips the check that nobody else has it; IPv6 only. */
  readonly noDad?: boolean | undefined;
  /** Uses it before that check is over; IPv6 only. */
  readonly optimistic?: boolean | undefined;
  /** Makes temporary addresses of its prefix; IPv6 only. */
  readonly manageTemporary?: boolean | undefined;
  /** A home address of Mobile IPv6. */
  readonly home?: boolean | undefined;
  /** Joins the multicast group that it is. */
  readonly autoJoin?: boolean | undefined;
}

/** One way of a route. */
export interface NextHopSpec {
  /** The router, of either family. @default {the destination is on the link} */
  readonly via?: string | Address | undefined;
  /** Where packets leave. @default {found from `via`} */
  readonly device?: Device | undefined;
  /** Its share beside the others, 1 to 256. @default {1} */
  readonly weight?: number | undefined;
  /** Takes `via` as reachable on `device` whatever the routes say. */
  readonly onLink?: boolean | undefined;
}

/** What a route says of the path. */
export interface RouteMetrics {
  /** Octets that a packet may have. */
  readonly mtu?: number | undefined;
  /** Octets that a TCP segment may have. */
  readonly advmss?: number | undefined;
  /** The largest TCP window, in octets. */
  readonly window?: number | undefined;
  /** The first round-trip time to assume, in milliseconds. */
  readonly rtt?: number | undefined;
  /** Its variance, in milliseconds. */
  readonly rttvar?: number | undefined;
  /** The first slow-start threshold, in segments. */
  readonly ssthresh?: number | undefined;
  /** The congestion window, in segments. */
  readonly cwnd?: number | undefined;
  /** The first congestion window, in segments. */
  readonly initcwnd?: number | undefined;
  /** The first receive window to offer, in segments. */
  readonly initrwnd?: number | undefined;
  /** Reordering to assume, in segments. */
  readonly reordering?: number | undefined;
  /** The hop limit to send with. */
  readonly hoplimit?: number | undefined;
  /** The least retransmission time-out, in milliseconds. */
  readonly rtoMin?: number | undefined;
  /** Whether acknowledgements are sent at once. */
  readonly quickack?: number | undefined;
  /** The congestion control: `"cubic"`. */
  readonly congestionControl?: string | undefined;
  /** Bits of RTAX_FEATURES: 1 is ECN. */
  readonly features?: number | undefined;
  /** Bits of the metrics that must not change: bit 2 locks the MTU. */
  readonly lock?: number | undefined;
}

/** A route. */
export interface RouteSpec extends NextHopSpec {
  /** `"default"`, an address or a subnet. */
  readonly to: string | Address | Subnet;
  /** Several ways at once, in place of `via` and `device`. */
  readonly nextHops?: readonly NextHopSpec[] | undefined;
  /** What happens to packets. @default {"unicast"} */
  readonly type?: string | undefined;
  /** Which of routes alike counts: the lowest. @default {0; for IPv6 1024} */
  readonly metric?: number | undefined;
  /** The table. @default {254, main; 255, local, for the types local, broadcast, anycast and nat} */
  readonly table?: number | undefined;
  /** The address to send from. */
  readonly source?: string | Address | undefined;
  /** Only for packets from there; IPv6 with subtrees. */
  readonly from?: string | Subnet | undefined;
  /** Only for packets with this type of service; IPv4. */
  readonly tos?: number | undefined;
  /** How far it is. @default {link without a router, else global} */
  readonly scope?: string | number | undefined;
  /** Who made it: `"static"`, `"boot"`, `"ra"`, `"bird"`, or a number. @default {"boot"} */
  readonly protocol?: string | number | undefined;
  /** What it says of the path. */
  readonly metrics?: RouteMetrics | undefined;
  /** Which of default routers is better; IPv6. */
  readonly preference?: "low" | "medium" | "high" | undefined;
  /** Seconds until it goes; IPv6. */
  readonly expiresSeconds?: number | undefined;
  /** The number of a next-hop object. */
  readonly nextHopId?: number | undefined;
  /** 4 or 6 for `"default"` without a router. @default {the family of what is given; 4} */
  readonly family?: 4 | 6 | undefined;
}

/** A rule of the routing policy. Its selectors must all fit a packet. */
export interface RuleSpec {
  /** 4 or 6. @default {that of `from` or `to`; 4} */
  readonly family?: 4 | 6 | undefined;
  /** Its place: the lowest comes first. @default {one before the first that is not 0} */
  readonly priority?: number | undefined;
  /** Whether it fits what its selectors do not. */
  readonly not?: boolean | undefined;
  /** Where packets come from. */
  readonly from?: string | Address | Subnet | undefined;
  /** Where they go. */
  readonly to?: string | Address | Subnet | undefined;
  /** The interface that they come in at; `"lo"` for this machine's own. */
  readonly inInterface?: string | undefined;
  /** The interface that their socket is bound to. */
  readonly outInterface?: string | undefined;
  /** Their mark. */
  readonly mark?: number | undefined;
  /** Which bits of the mark count. @default {all} */
  readonly markMask?: number | undefined;
  /** Their type of service; as `ip rule … tos`. */
  readonly tos?: number | undefined;
  /** Their protocol's number: 6 is TCP. */
  readonly ipProtocol?: number | undefined;
  /** Their source port, or the first and the last. */
  readonly srcPort?:
    | number
    | readonly [first: number, last: number]
    | undefined;
  /** Their destination port, or the first and the last. */
  readonly dstPort?:
    | number
    | readonly [first: number, last: number]
    | undefined;
  /** The first and last user that may own their socket. */
  readonly users?: readonly [first: number, last: number] | undefined;
  /** The tunnel's number. */
  readonly tunnelId?: bigint | number | undefined;
  /** Whether packets in a VRF look in that VRF's table. */
  readonly l3mdev?: boolean | undefined;
  /** The table to look in. @default {254, main} */
  readonly table?: number | undefined;
  /** What happens instead: `"blackhole"`, `"unreachable"`, `"prohibit"`, `"nop"`. */
  readonly action?: string | undefined;
  /** The priority of the rule to go on at. */
  readonly goto?: number | undefined;
  /** Passes over routes with a prefix of this length or shorter. */
  readonly suppressPrefixLength?: number | undefined;
  /** Passes over routes out of interfaces of this group. */
  readonly suppressGroup?: number | undefined;
  /** Who made it, by name or number. @default {"unspec"} */
  readonly protocol?: string | number | undefined;
}

/** A neighbour: which hardware address an address of the link has. */
export interface NeighbourSpec {
  /** Its address. */
  readonly address: string | Address;
  /** On which link. */
  readonly device: Device;
  /** Its hardware address. */
  readonly mac?: string | Mac | undefined;
  /** How sure that is: `"permanent"`, `"reachable"`, `"stale"`, `"noarp"`, … @default {"permanent"} */
  readonly state?: string | undefined;
  /** Whether this machine answers in its place; then it has no `mac`. */
  readonly proxy?: boolean | undefined;
  /** Whether it is a router; IPv6. */
  readonly router?: boolean | undefined;
  /** Whether it was learnt by something outside the kernel, which ages it. */
  readonly externLearn?: boolean | undefined;
  /** Who made it, by name or number. */
  readonly protocol?: string | number | undefined;
}

/** A queueing discipline. */
export interface QdiscSpec {
  /** Whose packets it queues. */
  readonly device: Device;
  /** Which one: `"netem"`, `"tbf"`, `"htb"`, `"fq_codel"`, `"ingress"`, … */
  readonly kind: "netem" | "tbf" | "htb" | (string & Record<never, never>);
  /** Where it hangs: `"root"`, `"ingress"`, `"clsact"` or a class, `"1:10"`. @default {"root"; "ingress" and "clsact" for those kinds} */
  readonly parent?: string | undefined;
  /** Its own number: `"1:"`. @default {given by the kernel} */
  readonly handle?: string | undefined;
  /** For netem: what happens to packets. */
  readonly netem?: NetemSpec | undefined;
  /** For tbf: the token bucket. */
  readonly tbf?: TbfSpec | undefined;
  /** For htb: the class of what is not classified, the minor number. @default {0, which sends at once} */
  readonly defaultClass?: number | undefined;
}

/** What netem does to packets; durations are milliseconds, shares 0 to 1. */
export interface NetemSpec {
  /** How long each is held. @default {0} */
  readonly delay?: number | undefined;
  /** By how much that varies. @default {0} */
  readonly jitter?: number | undefined;
  /** How much the delay depends on that of the packet before. @default {0} */
  readonly delayCorrelation?: number | undefined;
  /** The share that is lost. @default {0} */
  readonly loss?: number | undefined;
  /** How much a loss depends on the one before. @default {0} */
  readonly lossCorrelation?: number | undefined;
  /** The share that is doubled. @default {0} */
  readonly duplicate?: number | undefined;
  /** The share with a bit turned. @default {0} */
  readonly corrupt?: number | undefined;
  /** The share that overtakes those that are held; needs a delay. @default {0} */
  readonly reorder?: number | undefined;
  /** Bits a second. @default {no limit} */
  readonly rate?: number | undefined;
  /** Packets held at most. @default {1000} */
  readonly limit?: number | undefined;
}

/** A token bucket. */
export interface TbfSpec {
  /** Bits a second. */
  readonly rate: number;
  /** Octets that may go at once. @default {what 10 ms carry, at least 5 kB} */
  readonly burst?: number | undefined;
  /** Octets that may wait. @default {what 50 ms carry, and the burst} */
  readonly limit?: number | undefined;
}

/** A class of an htb. */
export interface ClassSpec {
  /** Whose packets. */
  readonly device: Device;
  /** Its number: `"1:10"`. */
  readonly handle: string;
  /** The qdisc or class above: `"1:"`. */
  readonly parent: string;
  /** Bits a second that it is sure of. */
  readonly rate: number;
  /** Bits a second that it may borrow up to. @default {rate} */
  readonly ceil?: number | undefined;
  /** Octets that may go at once. @default {what 10 ms carry, and 1.6 kB} */
  readonly burst?: number | undefined;
  /** Who borrows first: the lowest. @default {0} */
  readonly priority?: number | undefined;
}
