/**
 * The variables of a port in RSTP, by the names that the standard gives them.
 *
 * @module
 */

import type { ConfigurationBpdu } from "./bpdu.ts";
import {
  type BridgePortOptions,
  type BridgeTimes,
  checkPathCost,
  type PortRole,
} from "./bridge.ts";
import {
  type BridgeId,
  compareVectors,
  portId,
  type PriorityVector,
  type SpanningTimes,
} from "./vector.ts";

/** Seconds that a port keeps to one protocol, and waits for others to speak (Table 17-1). */
export const MIGRATE_TIME = 3;

/** What is the same for all ports of a bridge. */
export interface RstpShared {
  /** The bridge. */
  id: BridgeId;
  /** Its own times. */
  readonly times: BridgeTimes;
  /** The best vector that it has; its own if it is the root (rootPriority). */
  rootVector: PriorityVector;
  /** The root's times (rootTimes). */
  rootTimes: SpanningTimes;
  /** The port that it has them by; 0 if it is the root (rootPortId). */
  rootPort: number;
  /** All ports. */
  readonly ports: readonly RstpPort[];
}

/**
 * A port of an RSTP bridge (IEEE 802.1D-2004 §17.19). Timers are whole seconds
 * and count down to 0.
 *
 * @example
 * ```ts
 * import { RstpPort } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 20_000 }, 1, "8000.020000000001", times);
 * assert.equal(port.role, "disabled");
 * ```
 */
export class RstpPort {
  /** Its number, from 1. */
  readonly number: number;
  /** Its identifier (portId). */
  readonly id: number;
  /** PortPathCost. */
  pathCost: number;
  /** operPointToPointMAC. */
  readonly pointToPoint: boolean;
  /** AdminEdge. */
  readonly edge: boolean;
  /** AutoEdge. */
  readonly autoEdge: boolean;

  /** Whether it has a link (portEnabled). */
  enabled = false;
  /** Where its vector is from (infoIs). */
  infoIs: "disabled" | "aged" | "mine" | "received" = "disabled";
  /** The best claim on its link (portPriority). */
  vector: PriorityVector;
  /** The times that go with it (portTimes). */
  times: SpanningTimes;
  /** What the bridge would claim here (designatedPriority). */
  designatedVector: PriorityVector;
  /** The times that would go with it (designatedTimes). */
  designatedTimes: SpanningTimes;
  /** What was received and is not yet dealt with (rcvdMsg, msgPriority, msgTimes). */
  message: ConfigurationBpdu | undefined = undefined;

  /** What it is. */
  role: PortRole = "disabled";
  /** What it is to be. */
  selectedRole: PortRole = "disabled";
  /** Whether selectedRole is up to date. */
  selected = false;
  /** Whether the roles have to be selected anew. */
  reselect = true;
  /** Whether its vector is to become the designated one. */
  updtInfo = false;

  /** Whether it may learn. */
  learn = false;
  /** Whether it may forward. */
  forward = false;
  /** Whether it learns. */
  learning = false;
  /** Whether it forwards. */
  forwarding = false;

  /** As a designated port: it asks to forward. */
  proposing = false;
  /** As a root port: it was asked. */
  proposed = false;
  /** As a root port: it has answered yes. */
  agree = false;
  /** As a designated port: it was answered yes. */
  agreed = false;
  /** A port of another bridge learns though its claim is worse. */
  disputed = false;
  /** It has to stop, or to be agreed with. */
  sync = false;
  /** It has. */
  synced = false;
  /** The root port has changed: it has to have been none for long enough. */
  reRoot = false;

  /** Only hosts are there (operEdge). */
  operEdge: boolean;
  /** It speaks RSTP; else STP. */
  sendRstp = true;
  /** It has heard RSTP. */
  rcvdRstp = false;
  /** It has heard STP. */
  rcvdStp = false;
  /** It has something to say. */
  newInfo = true;

  /** What its topology change machine does (TCM). */
  change: "inactive" | "learning" | "active" = "inactive";
  /** It has heard of a change. */
  rcvdTc = false;
  /** It has heard an acknowledgement. */
  rcvdTcAck = false;
  /** It has heard a notice of STP's. */
  rcvdTcn = false;
  /** It is to acknowledge one. */
  tcAck = false;
  /** It is to tell of a change. */
  tcProp = false;
  /** The stations behind it are to be forgotten. */
  fdbFlush = false;

  /** Until it counts as one with hosts only. */
  edgeDelayWhile = 0;
  /** Until it learns, and then forwards. */
  fdWhile = 0;
  /** Until the next BPDU. */
  helloWhen = 0;
  /** Until it may speak the other protocol. */
  mdelayWhile = MIGRATE_TIME;
  /** Since it was a backup. */
  rbWhile = 0;
  /** Until what was heard is too old. */
  rcvdInfoWhile = 0;
  /** Since it was the root port. */
  rrWhile = 0;
  /** Until it stops telling of a change. */
  tcWhile = 0;
  /** BPDUs sent of late; one a second is forgiven. */
  txCount = 0;

  /**
   * Makes a port without a link.
   *
   * @param options Cost, priority, and what is on its link.
   * @param number Its number, from 1.
   * @param bridge Its bridge.
   * @param times The bridge's times.
   * @throws {RangeError} If cost or priority is out of range.
   */
  constructor(
    options: BridgePortOptions,
    number: number,
    bridge: BridgeId,
    times: BridgeTimes,
  ) {
    const { pathCost, priority = 128, pointToPoint = true } = options;
    this.number = number;
    this.id = portId(priority, number);
    this.pathCost = checkPathCost(pathCost);
    this.pointToPoint = pointToPoint;
    this.edge = this.operEdge = options.edge ?? false;
    this.autoEdge = options.autoEdge ?? true;
    this.vector = this.designatedVector = {
      root: bridge,
      rootPathCost: 0,
      bridge,
      portId: this.id,
    };
    this.times = this.designatedTimes = { ...times, messageAge: 0 };
  }

  /** Whether it is the root port or a designated one. */
  get isActive(): boolean {
    return this.role === "root" || this.role === "designated";
  }
}

/** What a BPDU is to the port that has received it. */
export type Received =
  | "superior"
  | "repeated"
  | "inferior"
  | "answer"
  | "other";

/**
 * Judges what a port has received (rcvInfo, §17.21.8).
 *
 * @param port The port.
 * @param message The BPDU.
 * @returns A designated port's claim: better than that of the port or newly from
 * its sender (`"superior"`), the same (`"repeated"`), worse (`"inferior"`); what
 * a root, alternate or backup port says (`"answer"`); or nothing of use.
 *
 * @example
 * ```ts
 * import { judge, RstpPort } from "./rstp_port.ts";
 * import { configuration } from "./stp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 4 }, 1, "8000.020000000002", times);
 * const root = "8000.020000000001";
 * const vector = { root, rootPathCost: 0, bridge: root, portId: 0x8001 };
 * const flags = { topologyChange: false, topologyChangeAck: false };
 * assert.equal(judge(port, configuration(vector, 0, times, flags)), "superior");
 * ```
 */
export function judge(port: RstpPort, message: ConfigurationBpdu): Received {
  const order = compareVectors(message, port.vector);
  if (message.role === "designated") {
    const isSameSender = message.bridge.slice(5) ===
        port.vector.bridge.slice(5) &&
      (message.portId & 0xfff) === (port.vector.portId & 0xfff);
    if (order === 0 && sameTimes(message, port.times)) {
      return port.infoIs === "received" ? "repeated" : "other";
    }
    return order < 0 || isSameSender ? "superior" : "inferior";
  }
  return message.role !== "unknown" && order >= 0 ? "answer" : "other";
}

/**
 * Tells whether two sets of times are the same.
 *
 * @param a One.
 * @param b The other.
 * @returns Whether all four are.
 *
 * @example
 * ```ts
 * import { sameTimes } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const times = { messageAge: 0, helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * assert.ok(!sameTimes(times, { ...times, messageAge: 1 }));
 * ```
 */
export function sameTimes(a: SpanningTimes, b: SpanningTimes): boolean {
  return a.messageAge === b.messageAge && a.maxAge === b.maxAge &&
    a.helloTime === b.helloTime && a.forwardDelay === b.forwardDelay;
}
