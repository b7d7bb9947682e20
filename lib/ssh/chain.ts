/**
 * What a connection is made of.
 *
 * @module
 */

import type { Link } from "./link.ts";
import type { ReconnectOptions } from "./upkeep.ts";

/** The links on the way to a machine, the last one to it. */
export interface Chain {
  /** The link to the machine. */
  readonly link: Link;
  /** Takes it down, and those that it goes through. */
  close(): Promise<void>;
}

/** What a connection is made of. */
export interface ConnectionPlan {
  /** For errors: `ada@web:2222`. */
  readonly target: string;
  readonly user: string;
  readonly hostname: string;
  readonly port: number;
  /** What it goes through: `["ada@gate"]`. */
  readonly via: readonly string[];
  /** Whether its sessions may use the agent here. */
  readonly forwardAgent: boolean;
  /** Makes the way again. */
  readonly dial: (signal: AbortSignal) => Promise<Chain>;
  /** Whether and how to do so when it is lost. */
  readonly reconnect: ReconnectOptions | undefined;
}
