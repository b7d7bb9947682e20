/**
 * What there is to know of a queueing discipline.
 *
 * @module
 */

import type { NetemSpec, TbfSpec } from "./specs.ts";

/** What went through a queueing discipline, and what is in it. */
export interface QdiscStatistics {
  /** Octets that left. */
  readonly bytes: number;
  /** Packets that left. */
  readonly packets: number;
  /** Packets thrown away. */
  readonly drops: number;
  /** How often it had to hold packets back. */
  readonly overlimits: number;
  /** How often a packet came back from the device. */
  readonly requeues: number;
  /** Octets that wait. */
  readonly backlog: number;
  /** Packets that wait. */
  readonly queueLength: number;
}

/** One queueing discipline, as `tc -s qdisc` shows it. */
export interface Qdisc {
  /** The interface's name. */
  readonly device: string;
  /** The interface's index. */
  readonly index: number;
  /** Which one: `"noqueue"`, `"fq_codel"`, `"netem"`. */
  readonly kind: string;
  /** Its own number: `"1:"`; `"0:"` for one that the kernel made. */
  readonly handle: string;
  /** Where it hangs: `"root"`, `"ingress"` or a class, `"1:10"`. */
  readonly parent: string;
  /** Its options, for netem; durations are milliseconds. */
  readonly netem?: NetemSpec | undefined;
  /** Its options, for tbf. */
  readonly tbf?: TbfSpec | undefined;
  /** The class of what is not classified, for htb. */
  readonly defaultClass?: number | undefined;
  /** The most that may wait: packets, or octets for bfifo; for pfifo and bfifo. */
  readonly limit?: number | undefined;
  /** How many hold it. */
  readonly references?: number | undefined;
  /** What went through it. */
  readonly statistics?: QdiscStatistics | undefined;
}
