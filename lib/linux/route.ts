/**
 * What there is to know of a route.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { Subnet } from "../ip/subnet.ts";
import type { RouteMetrics } from "./specs.ts";

/** One way of a route. */
export interface NextHop {
  /** The router; none if the destination is on the link. */
  readonly via?: Address | undefined;
  /** The interface's name. */
  readonly device?: string | undefined;
  /** The interface's index. */
  readonly index?: number | undefined;
  /** Its share beside the others, 1 to 256. */
  readonly weight: number;
  /** `"dead"`, `"pervasive"`, `"onlink"`, `"offload"`, `"linkdown"`, … */
  readonly flags: readonly string[];
}

/** One route, as `ip -d route` shows it. */
export interface Route {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** The destinations; `0.0.0.0/0` or `::/0` is the default. */
  readonly to: Subnet;
  /** What happens to packets: `"unicast"`, `"local"`, `"broadcast"`, `"blackhole"`, … */
  readonly type: string;
  /** The table: 254 is main, 255 local. */
  readonly table: number;
  /** Who made it: `"kernel"`, `"boot"`, `"static"`, `"ra"`, `"bird"`, … */
  readonly protocol: string;
  /** How far it is: `"global"`, `"link"`, `"host"`. */
  readonly scope: string;
  /** Which of routes alike counts: the lowest. */
  readonly metric: number;
  /** The router; none if the destination is on the link. */
  readonly via?: Address | undefined;
  /** The interface's name. */
  readonly device?: string | undefined;
  /** The interface's index. */
  readonly index?: number | undefined;
  /** The address to send from. */
  readonly source?: Address | undefined;
  /** Only for packets from there. */
  readonly from?: Subnet | undefined;
  /** Only for packets with this type of service. */
  readonly tos?: number | undefined;
  /** Several ways at once, in place of `via` and `device`. */
  readonly nextHops?: readonly NextHop[] | undefined;
  /** RTNH_F_… and RTM_F_… in words: `"onlink"`, `"linkdown"`, `"dead"`, `"offload"`, … */
  readonly flags: readonly string[];
  /** What it says of the path. */
  readonly metrics?: RouteMetrics | undefined;
  /** Which of default routers is better: `"low"`, `"medium"`, `"high"`; IPv6. */
  readonly preference?: "low" | "medium" | "high" | undefined;
  /** Seconds until it goes, if it does. */
  readonly expiresSeconds?: number | undefined;
  /** The number of its next-hop object. */
  readonly nextHopId?: number | undefined;
  /** Its realms: what it counts as, for the sender and the receiver. */
  readonly realms?: { readonly from: number; readonly to: number } | undefined;
  /** What is put before the packets: `"mpls"`, `"ip"`, `"seg6"`, … */
  readonly encapsulation?: string | undefined;
}
