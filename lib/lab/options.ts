/**
 * Options of a lab that is up, and of what is in it.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import type { CaptureOptions } from "../wire/capturing/capture_options.ts";
import type { Probe } from "./topology.ts";

/** How a program is started; see {@linkcode LabHost.exec}. */
export interface SpawnOptions {
  /** Its folder, on this machine. @default {the one that this program was started in} */
  readonly cwd?: string | undefined;
  /** Environment variables beside those that it inherits. @default {none} */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** Options for {@linkcode LabHost.exec}. */
export interface ExecOptions extends SpawnOptions, DeadlineOptions {
  /** What it reads from its standard input. @default {nothing} */
  readonly stdin?: string | Uint8Array | undefined;
}

/** How to capture in a lab: as anywhere, but on one interface of one node. */
export type LabCaptureOptions = Omit<CaptureOptions, "namespace">;

/** How to capture on a link. */
export interface LinkCaptureOptions extends LabCaptureOptions {
  /** At which end: the node's name, with its interface (`"sw1:eth2"`) if both ends are its own. @default {the end that was written first} */
  at?: string | undefined;
}

/** Options for {@linkcode Lab.reachability}. */
export interface ReachabilityOptions {
  /** How to ask: `"ping"`, `"tcp/80"`, `"udp/53"`. @default {["ping"]} */
  readonly probes?: readonly Probe[] | undefined;
  /** The nodes that ask. @default {all hosts} */
  readonly from?: readonly string[] | undefined;
  /** The nodes that are asked. @default {all hosts} */
  readonly to?: readonly string[] | undefined;
  /** Which of a node's addresses is asked: its first of this version. @default {its first} */
  readonly family?: 4 | 6 | undefined;
  /** How long to wait for an answer, in milliseconds. @default {1000} */
  readonly timeout?: number | undefined;
  /** Stops it. */
  readonly signal?: AbortSignal | undefined;
}

/** Options for {@linkcode Lab.trace}. */
export interface TraceOptions
  extends Pick<ReachabilityOptions, "family" | "timeout" | "signal"> {
  /** The largest hop limit. @default {30} */
  readonly maxHops?: number | undefined;
}
