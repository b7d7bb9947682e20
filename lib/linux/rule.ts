/**
 * What there is to know of a rule of the routing policy.
 *
 * @module
 */

import type { Subnet } from "../ip/subnet.ts";

/** One rule, as `ip -d rule` shows it. Its selectors must all fit a packet. */
export interface Rule {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** Its place: the lowest comes first. */
  readonly priority: number;
  /** Whether it fits what its selectors do not. */
  readonly not?: boolean | undefined;
  /** Where packets come from; all if left out. */
  readonly from?: Subnet | undefined;
  /** Where they go; all if left out. */
  readonly to?: Subnet | undefined;
  /** Their type of service. */
  readonly tos?: number | undefined;
  /** The interface that they come in at; `"lo"` for this machine's own. */
  readonly inInterface?: string | undefined;
  /** The interface that their socket is bound to. */
  readonly outInterface?: string | undefined;
  /** Their mark. */
  readonly mark?: number | undefined;
  /** Which bits of the mark count; all if left out. */
  readonly markMask?: number | undefined;
  /** Their protocol's number: 6 is TCP. */
  readonly ipProtocol?: number | undefined;
  /** The first and the last source port. */
  readonly srcPort?: readonly [first: number, last: number] | undefined;
  /** The first and the last destination port. */
  readonly dstPort?: readonly [first: number, last: number] | undefined;
  /** The first and the last user that may own their socket. */
  readonly users?: readonly [first: number, last: number] | undefined;
  /** The tunnel's number. */
  readonly tunnelId?: bigint | undefined;
  /** Whether packets in a VRF look in that VRF's table. */
  readonly l3mdev?: boolean | undefined;
  /** What happens: `"lookup"`, `"goto"`, `"nop"`, `"blackhole"`, `"unreachable"`, `"prohibit"`. */
  readonly action: string;
  /** The table to look in. */
  readonly table?: number | undefined;
  /** The priority of the rule to go on at. */
  readonly goto?: number | undefined;
  /** Passes over routes with a prefix of this length or shorter. */
  readonly suppressPrefixLength?: number | undefined;
  /** Passes over routes out of interfaces of this group. */
  readonly suppressGroup?: number | undefined;
  /** Who made it: `"kernel"`, `"boot"`, `"static"`. */
  readonly protocol?: string | undefined;
  /** `"detached"` for an interface that is not there, `"unresolved"` for a goto to nowhere. */
  readonly flags: readonly string[];
}
