/**
 * What a simulation is told of the machine and the moment, beside the packet.
 *
 * @module
 */

import type { Selector } from "../model/expression.ts";
import type { KernelState } from "./state.ts";

/** An interface of the simulated machine. */
export interface HostInterface {
  /** As `ip link` names it. */
  readonly name: string;
  /** Its number. @default {its place in the list, from 1} */
  readonly index?: number;
  /** Its Ethernet address. */
  readonly mac?: string;
  /** With prefix lengths: `"10.0.0.1/24"`; they make routes too. */
  readonly addresses?: readonly string[];
  /** Its group, as `ip link set group` gives it. @default {0} */
  readonly group?: number;
  /** Of link: `"veth"`, `"bridge"`. */
  readonly kind?: string;
  /** As `nft describe iface_type` numbers it. @default {1, and 772 for "lo"} */
  readonly type?: number;
  /** The bridge that it is a port of. */
  readonly master?: string;
  /** Octets of the largest packet. @default {none is too large} */
  readonly mtu?: number;
}

/** A route of the simulated machine. */
export interface HostRoute {
  /** `"default"` or a prefix. */
  readonly to: string;
  /** Where it leads out. */
  readonly dev?: string;
  /** The next hop. */
  readonly via?: string;
  /** What it does with packets. @default {"unicast"} */
  readonly type?:
    | "unicast"
    | "local"
    | "broadcast"
    | "blackhole"
    | "unreachable"
    | "prohibit";
  /** Of two alike the lower counts. @default {0} */
  readonly metric?: number;
}

/** A socket that a program has open. */
export interface HostSocket {
  /** Of which protocol. */
  readonly protocol: "tcp" | "udp";
  /** The local address; any if it is not given. */
  readonly address?: string;
  /** The local port. */
  readonly port: number;
  /** Whether it takes packets for any address (IP_TRANSPARENT). */
  readonly transparent?: boolean;
  /** Its SO_MARK. */
  readonly mark?: number;
}

/**
 * Where and when a packet is met.
 *
 * Without `interfaces` the names alone tell its way: in and out is forwarded, in
 * alone is delivered, out alone was sent by the machine itself.
 */
export interface Context {
  /** Where it comes in; none: the machine itself sends it. */
  readonly iifname?: string | undefined;
  /** Where it goes out, against what the routes say. */
  readonly oifname?: string | undefined;
  /** The machine's interfaces. */
  readonly interfaces?: readonly HostInterface[] | undefined;
  /** Its routes, beside those of its addresses. */
  readonly routes?: readonly HostRoute[] | undefined;
  /** Whether packets for others are passed on. @default {true} */
  readonly forwarding?: boolean | undefined;
  /** Which port of a bridge leads to an Ethernet address. */
  readonly stations?: Readonly<Record<string, string>> | undefined;
  /** What programs have open. */
  readonly sockets?: readonly HostSocket[] | undefined;
  /** The packet's mark as it comes. @default {0} */
  readonly mark?: number | undefined;
  /** The packet's priority as it comes. */
  readonly priority?: number | undefined;
  /** Milliseconds since 1970. */
  readonly time?: number | undefined;
  /** Who sends it, of the machine's own packets. */
  readonly skuid?: number | undefined;
  /** The group of who sends it. */
  readonly skgid?: number | undefined;
  /** Their control group, by number. */
  readonly cgroup?: number | undefined;
  /** The processor that takes it. @default {0} */
  readonly cpu?: number | undefined;
  /** Numbers from 0 to below 1, where the kernel throws dice. */
  readonly random?: (() => number) | undefined;
  /** What the kernel remembers of packets before this one. @default {nothing} */
  readonly state?: KernelState | undefined;
  /** Whether transport checksums are looked at. @default {true} */
  readonly checksums?: boolean | undefined;
  /** Whether a program listens on queues. @default {true} */
  readonly queues?: boolean | undefined;
  /** Whether connections are tracked, though no rule asks for it. @default {false} */
  readonly tracking?: boolean | undefined;
  /** What only the machine knows: a value for a selector, a number or text. */
  readonly answer?:
    | ((selector: Selector) => number | string | bigint | undefined)
    | undefined;
}
