/**
 * What spanning tree protocols compare: bridge identifiers, path costs and
 * priority vectors.
 *
 * @module
 */

import { type Mac, mac } from "../../ip/mac/mac.ts";
import { checkCount } from "../names.ts";

/**
 * A bridge's identifier as text: its priority in four hexadecimal digits, a dot
 * and its MAC address in twelve. The lesser text is the better bridge.
 *
 * @see IEEE 802.1D-2004 §9.2.5
 */
export type BridgeId = string;

/** What a BPDU claims, best first in each part. */
export interface PriorityVector {
  /** The bridge that is taken for the root. */
  readonly root: BridgeId;
  /** What the path to it costs. */
  readonly rootPathCost: number;
  /** The bridge that says so. */
  readonly bridge: BridgeId;
  /** The port that it says so by: priority in the upper 4 bits, number below. */
  readonly portId: number;
}

/** Times that the root sets for all, in seconds. */
export interface SpanningTimes {
  /** The age of this information: about one second a bridge from the root. */
  readonly messageAge: number;
  /** At which age it is thrown away. */
  readonly maxAge: number;
  /** How often BPDUs are sent. */
  readonly helloTime: number;
  /** How long a port listens, and then learns, before it forwards. */
  readonly forwardDelay: number;
}

/** The step between priorities of bridges; the lower bits are the VLAN's. */
const PRIORITY_STEP = 4096;

/**
 * Writes a bridge's identifier.
 *
 * @param priority 0 to 61440 in steps of 4096; less is better.
 * @param address The bridge's MAC address, which decides between equals.
 * @returns The identifier, for example `"8000.020000000001"`.
 * @throws {RangeError} If `priority` is no such number, or the address is not of 48 bits.
 * @see IEEE 802.1D-2004 §9.2.5, §17.14
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { bridgeId } = net.switching;
 * assert.equal(bridgeId(32768, "02:00:00:00:00:01"), "8000.020000000001");
 * assert.ok(bridgeId(4096, "02:00:00:00:00:09") < bridgeId(32768, "02:00:00:00:00:01"));
 * ```
 */
export function bridgeId(priority: number, address: string | Mac): BridgeId {
  checkCount("identify a bridge", "priority", priority, 0, 61440);
  if (priority % PRIORITY_STEP !== 0) {
    throw new RangeError(
      `Cannot identify a bridge as 'priority' must be a multiple of ${PRIORITY_STEP}: current value is ${priority}`,
    );
  }
  const { bits, w0, w1 } = mac(address);
  checkCount("identify a bridge", "address.bits", bits, 48, 48);
  return `${digits(priority, 4)}.${digits(w0 >>> 0, 8)}${digits(w1, 4)}`;
}

/**
 * Makes a port's identifier.
 *
 * @param priority 0 to 240 in steps of 16; less is better.
 * @param number The port's number, 1 to 4095, which decides between equals.
 * @returns The identifier: 4 bits of priority and 12 of the number.
 * @throws {RangeError} If either is out of range.
 * @see IEEE 802.1D-2004 §9.2.7
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.switching.portId(128, 3).toString(16), "8003");
 * ```
 */
export function portId(priority: number, number: number): number {
  checkCount("identify a port", "priority", priority, 0, 240);
  checkCount("identify a port", "number", number, 1, 4095);
  if (priority % 16 !== 0) {
    throw new RangeError(
      `Cannot identify a port as 'priority' must be a multiple of 16: current value is ${priority}`,
    );
  }
  return priority << 8 | number;
}

function digits(n: number, width: number): string {
  return n.toString(16).padStart(width, "0");
}

/**
 * Holds two claims against each other, part by part.
 *
 * @param a One vector.
 * @param b The other.
 * @returns Below 0 if `a` is better, above 0 if `b` is, 0 if they are the same.
 * @see IEEE 802.1D-2004 §17.5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const [root, bridge] = ["1000.020000000001", "8000.020000000002"];
 * const near = { root, rootPathCost: 4, bridge, portId: 0x8001 };
 * assert.ok(net.switching.compareVectors(near, { ...near, rootPathCost: 8 }) < 0);
 * ```
 */
export function compareVectors(a: PriorityVector, b: PriorityVector): number {
  if (a.root !== b.root) return a.root < b.root ? -1 : 1;
  if (a.rootPathCost !== b.rootPathCost) return a.rootPathCost - b.rootPathCost;
  if (a.bridge !== b.bridge) return a.bridge < b.bridge ? -1 : 1;
  return a.portId - b.portId;
}

/** Which table of path costs: of 16 bits (802.1D-1998) or of 32 (802.1D-2004). */
export type PathCostMethod = "short" | "long";

/** Speeds in Mb/s and their short costs (IEEE 802.1D-1998 Table 8-5). */
const SHORT_COSTS: readonly (readonly [speed: number, cost: number])[] = [
  [10_000, 2],
  [1000, 4],
  [622, 6],
  [155, 14],
  [100, 19],
  [45, 39],
  [16, 62],
  [10, 100],
  [4, 250],
];

/**
 * Gives what a port costs by its speed.
 *
 * @param speed Bits per second, above 0.
 * @param method `"short"` (1 Gb/s costs 4) or `"long"` (20,000). @default {"long"}
 * @returns The recommended cost; for speeds that the short table lacks, that of
 * the next slower one.
 * @throws {RangeError} If `speed` is not above 0, or there is no such method.
 * @see IEEE 802.1D-2004 Table 17-3, IEEE 802.1D-1998 Table 8-5
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * assert.equal(net.switching.pathCost(1e9), 20_000);
 * assert.equal(net.switching.pathCost(100e6, "short"), 19);
 * ```
 */
export function pathCost(
  speed: number,
  method: PathCostMethod = "long",
): number {
  if (!(speed > 0 && speed < Infinity)) {
    throw new RangeError(
      `Cannot give a path cost as 'speed' must be above 0 bit/s: current value is ${speed}`,
    );
  }
  if (method === "long") {
    return Math.min(200_000_000, Math.max(1, Math.round(20e12 / speed)));
  }
  if (method !== "short") {
    throw new RangeError(
      `Cannot give a path cost as 'method' must be "short" or "long": current value is ${method}`,
    );
  }
  const found = SHORT_COSTS.find(([megabits]) => speed >= megabits * 1e6);
  return found?.[1] ?? Math.min(65_535, Math.round(1e9 / speed));
}
