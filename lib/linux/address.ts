/**
 * What there is to know of an interface's address.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { Subnet } from "../ip/subnet.ts";

/** One address of an interface, as `ip -d address` shows it. */
export interface InterfaceAddress {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** The address. */
  readonly address: Address;
  /** The length of its subnet's prefix; that of the other end, if there is one. */
  readonly prefixLength: number;
  /** The subnet that is on the link. */
  readonly subnet: Subnet;
  /** The other end of a link from point to point. */
  readonly peer?: Address | undefined;
  /** The interface's name. */
  readonly device: string;
  /** The interface's index. */
  readonly index: number;
  /** The address of all. */
  readonly broadcast?: Address | undefined;
  /** An anycast address that goes with it. */
  readonly anycast?: Address | undefined;
  /** How far it holds: `"global"`, `"link"`, `"host"`. */
  readonly scope: string;
  /** Its label: the interface's name, or that and `:…`; IPv4 only. */
  readonly label?: string | undefined;
  /** IFA_F_… in words: `"permanent"`, `"secondary"` or `"temporary"`, `"tentative"`, `"deprecated"`, `"noPrefixRoute"`, … */
  readonly flags: readonly string[];
  /** Seconds until it goes; `Infinity` for ever. */
  readonly validSeconds: number;
  /** Seconds until it is no longer used for what is new; `Infinity` for ever. */
  readonly preferredSeconds: number;
  /** The metric of the route to its subnet, if it was set. */
  readonly metric?: number | undefined;
  /** Who made it, if that is known: `"kernel_lo"`, `"kernel_ra"`, `"kernel_ll"`, or a number. */
  readonly protocol?: string | undefined;
}
