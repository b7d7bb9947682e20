/**
 * What there is to know of a neighbour.
 *
 * @module
 */

import type { Address } from "../ip/address.ts";
import type { Mac } from "../ip/mac/mac.ts";

/** One neighbour, as `ip -s neigh` shows it. */
export interface Neighbour {
  /** 4 or 6. */
  readonly family: 4 | 6;
  /** Its address. */
  readonly address: Address;
  /** The name of the interface on whose link it is. */
  readonly device: string;
  /** The index of that. */
  readonly index: number;
  /** Its hardware address, if that is known. */
  readonly mac?: Mac | undefined;
  /** How sure that is: `"reachable"`, `"stale"`, `"permanent"`, `"failed"`, `"incomplete"`, … */
  readonly state: string;
  /** Whether this machine answers in its place. */
  readonly proxy?: boolean | undefined;
  /** Whether it is a router; IPv6. */
  readonly router?: boolean | undefined;
  /** Whether it was learnt by something outside the kernel. */
  readonly externLearn?: boolean | undefined;
  /** Whether the kernel keeps it fresh of its own accord. */
  readonly managed?: boolean | undefined;
  /** Who made it, if that was said. */
  readonly protocol?: string | undefined;
  /** Seconds since it was last used. */
  readonly usedSeconds?: number | undefined;
  /** Seconds since it was last known to be right. */
  readonly confirmedSeconds?: number | undefined;
  /** Seconds since it last changed. */
  readonly updatedSeconds?: number | undefined;
  /** How many hold it at the moment. */
  readonly references?: number | undefined;
  /** How often it was asked and did not answer. */
  readonly probes?: number | undefined;
}
