/**
 * A port of an STP bridge, and what the standard asks of one: pure functions.
 *
 * @module
 */

import type { ConfigurationBpdu } from "./bpdu.ts";
import {
  type BridgePortOptions,
  type BridgeTimes,
  checkPathCost,
  type PortRole,
  type PortState,
} from "./bridge.ts";
import {
  type BridgeId,
  compareVectors,
  portId,
  type PriorityVector,
} from "./vector.ts";

/** A timer that does not run. */
export const OFF = -1;

/** A port (IEEE 802.1D-1998 §8.5.5). Timers count down to 0, but the message age counts up. */
export interface StpPort {
  /** Its number, from 1. */
  readonly number: number;
  /** Its identifier. */
  readonly id: number;
  /** What it adds to the path to the root. */
  pathCost: number;
  /** What it does. */
  state: PortState;
  /** Designated root, cost, bridge and port of its link. */
  claim: PriorityVector;
  /** Whether the next BPDU acknowledges a change. */
  topologyChangeAck: boolean;
  /** Whether a BPDU waits for the hold timer. */
  configPending: boolean;
  /** The age of what it has heard; off if it is designated. */
  messageAge: number;
  /** Until it goes from listening to learning to forwarding. */
  forwardDelay: number;
  /** Until it may send again. */
  hold: number;
}

/**
 * Makes a port without a link.
 *
 * @param options Cost and priority.
 * @param number Its number, from 1.
 * @param bridge Its bridge.
 * @returns The port, which claims to be designated by a bridge that is the root.
 * @throws {RangeError} If cost or priority is out of range.
 *
 * @example
 * ```ts
 * import { stpPort } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(stpPort({ pathCost: 4 }, 2, "8000.020000000001").id, 0x8002);
 * ```
 */
export function stpPort(
  options: BridgePortOptions,
  number: number,
  bridge: BridgeId,
): StpPort {
  const { pathCost, priority = 128 } = options;
  const id = portId(priority, number);
  return {
    number,
    id,
    pathCost: checkPathCost(pathCost),
    state: "disabled",
    claim: { root: bridge, rootPathCost: 0, bridge, portId: id },
    topologyChangeAck: false,
    configPending: false,
    messageAge: OFF,
    forwardDelay: OFF,
    hold: OFF,
  };
}

/**
 * Tells whether a port is the designated one of its link (§8.5.5).
 *
 * @param port The port.
 * @param bridge Its bridge.
 * @returns Whether the best claim there is its own.
 *
 * @example
 * ```ts
 * import { isDesignated, stpPort } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const port = stpPort({ pathCost: 4 }, 1, "8000.020000000001");
 * assert.ok(isDesignated(port, "8000.020000000001"));
 * ```
 */
export function isDesignated(
  { id, claim }: StpPort,
  bridge: BridgeId,
): boolean {
  return claim.bridge === bridge && claim.portId === id;
}

/**
 * Says what a port is for, in the words of RSTP.
 *
 * @param port The port.
 * @param bridge Its bridge.
 * @param rootPort The bridge's root port, if it has one.
 * @returns Its role.
 *
 * @example
 * ```ts
 * import { roleOf, stpPort } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const port = stpPort({ pathCost: 4 }, 1, "8000.020000000001");
 * assert.equal(roleOf(port, "8000.020000000001", undefined), "disabled");
 * ```
 */
export function roleOf(
  port: StpPort,
  bridge: BridgeId,
  rootPort: StpPort | undefined,
): PortRole {
  if (port.state === "disabled") return "disabled";
  if (port === rootPort) return "root";
  if (isDesignated(port, bridge)) return "designated";
  return port.claim.bridge === bridge ? "backup" : "alternate";
}

/**
 * Tells whether a BPDU takes the place of what a port has (§8.6.2.2). What is
 * worse never does, even from the same sender: the old claim has to grow too old
 * first, which is why STP is slow.
 *
 * @param port The port.
 * @param bpdu What it has received.
 * @param bridge The port's bridge.
 * @returns Whether it does.
 *
 * @example
 * ```ts
 * import { stpPort, supersedes } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const [me, other] = ["8000.020000000002", "8000.020000000001"];
 * const port = stpPort({ pathCost: 4 }, 1, me);
 * const claim = { root: other, rootPathCost: 0, bridge: other, portId: 0x8001 };
 * assert.ok(supersedes(port, claim, me));
 * ```
 */
export function supersedes(
  { claim }: StpPort,
  bpdu: PriorityVector,
  bridge: BridgeId,
): boolean {
  const order = compareVectors({ ...bpdu, portId: claim.portId }, claim);
  if (order !== 0) return order < 0;
  return bpdu.bridge !== bridge || bpdu.portId <= claim.portId;
}

/** The way to the root: which port, and what is claimed through it. */
export interface RootPath {
  /** The root port. */
  readonly port: StpPort;
  /** The claim there, with the port's own cost added. */
  readonly vector: PriorityVector;
}

/**
 * Selects the root port (§8.6.8): the least claim with the port's cost added,
 * then the port's own identifier.
 *
 * @param ports The bridge's ports.
 * @param bridge The bridge.
 * @returns The path to the root; `undefined` if the bridge is the root itself.
 *
 * @example
 * ```ts
 * import { rootPath, stpPort } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const me = "8000.020000000001";
 * assert.equal(rootPath([stpPort({ pathCost: 4 }, 1, me)], me), undefined);
 * ```
 */
export function rootPath(
  ports: readonly StpPort[],
  bridge: BridgeId,
): RootPath | undefined {
  let best: RootPath | undefined;
  for (const port of ports) {
    const { claim, pathCost, state, id } = port;
    if (
      state === "disabled" || isDesignated(port, bridge) ||
      claim.root >= bridge || claim.bridge === bridge
    ) continue;
    const vector = { ...claim, rootPathCost: claim.rootPathCost + pathCost };
    const order = best && compareVectors(vector, best.vector) || 0;
    if (!best || order < 0 || order === 0 && id < best.port.id) {
      best = { port, vector };
    }
  }
  return best;
}

/**
 * Makes a configuration BPDU.
 *
 * @param vector What it claims.
 * @param messageAge Seconds since the root said so.
 * @param times The root's times.
 * @param flags What it says of changes.
 * @returns The BPDU.
 *
 * @example
 * ```ts
 * import { configuration } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const id = "8000.020000000001";
 * const bpdu = configuration(
 *   { root: id, rootPathCost: 0, bridge: id, portId: 0x8001 },
 *   0,
 *   { maxAge: 20, helloTime: 2, forwardDelay: 15 },
 *   { topologyChange: false, topologyChangeAck: false },
 * );
 * assert.equal(bpdu.type, "configuration");
 * ```
 */
export function configuration(
  vector: PriorityVector,
  messageAge: number,
  times: BridgeTimes,
  flags: Pick<ConfigurationBpdu, "topologyChange" | "topologyChangeAck">,
): ConfigurationBpdu {
  return {
    type: "configuration",
    role: "designated",
    ...vector,
    messageAge,
    ...times,
    ...flags,
    proposal: false,
    agreement: false,
    learning: false,
    forwarding: false,
  };
}
