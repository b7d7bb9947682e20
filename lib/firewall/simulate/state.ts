/**
 * What the kernel remembers from packet to packet.
 *
 * @module
 */

import { Connections } from "./connections.ts";
import type { DynamicSet } from "./dynamic_set.ts";

/**
 * Connections, what rules added to sets, and what limits, quotas and counters
 * have counted: carried from packet to packet in a simulation's context. A
 * state belongs to the simulator that it was first used with.
 *
 * @example
 * ```ts
 * import { parse } from "../text/parse.ts";
 * import { compile } from "./simulator.ts";
 * import { KernelState } from "./state.ts";
 * import assert from "node:assert/strict";
 *
 * const simulator = compile(parse("table ip f { chain in { type filter hook input priority 0; ct state new accept; } }"));
 * const context = { iifname: "eth0", state: new KernelState() };
 * simulator.decide({ src: "10.0.0.2", dst: "10.0.0.1", dstPort: 53 }, context);
 * assert.equal(context.state.connections.size, 1);
 * ```
 */
export class KernelState {
  #connections: Connections | undefined;
  /** Of limits, quotas and counters, by their number in the simulator. */
  readonly slots: unknown[] = [];
  /** Of sets that rules change, by their number in the simulator. */
  readonly sets: (DynamicSet | undefined)[] = [];
  /** When the first packet came, in milliseconds; NaN before. */
  start: number = NaN;
  /** When the last packet came. */
  now: number = 0;
  /** Whose it is. */
  owner: unknown;

  /** The connections. */
  get connections(): Connections {
    return this.#connections ??= new Connections();
  }

  /** Whether any connection may be known. */
  get hasConnections(): boolean {
    return this.#connections !== undefined;
  }

  /** Forgets everything. */
  clear(): void {
    this.#connections = undefined;
    if (this.slots.length > 0) this.slots.length = 0;
    if (this.sets.length > 0) this.sets.length = 0;
    this.start = NaN;
    this.now = 0;
  }
}
