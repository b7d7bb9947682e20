/**
 * One bridge that takes part in a spanning tree, whichever protocol it speaks.
 *
 * @module
 */

import { checkCount } from "../names.ts";
import type { Bpdu } from "./bpdu.ts";
import type { BridgeId, PriorityVector } from "./vector.ts";

/** What a port is for. */
export type PortRole =
  | "disabled"
  | "root"
  | "designated"
  | "alternate"
  | "backup";

/** What a port does: RSTP's three states, and those that STP has instead of `"discarding"`. */
export type PortState =
  | "disabled"
  | "blocking"
  | "listening"
  | "discarding"
  | "learning"
  | "forwarding";

/** What is known of a port when its bridge is made. */
export interface BridgePortOptions {
  /** What it adds to the path to the root, 1 to 200,000,000. */
  pathCost: number;
  /** 0 to 240 in steps of 16; less is better. @default {128} */
  priority?: number | undefined;
  /** Whether exactly one other bridge can be on its link; RSTP is quick only there. @default {true} */
  pointToPoint?: boolean | undefined;
  /** Whether only hosts are on its link, so that it forwards at once (RSTP). @default {false} */
  edge?: boolean | undefined;
  /** Whether RSTP finds out by itself that only hosts are there, in 3 s. @default {true} */
  autoEdge?: boolean | undefined;
}

/** What is known of a bridge when it is made. */
export interface BridgeOptions {
  /** Its identifier; see {@linkcode bridgeId}. */
  id: BridgeId;
  /** Its ports, numbered from 1; they start without a link. */
  ports: readonly BridgePortOptions[];
  /** Seconds between BPDUs: 1 to 10 (RSTP 2). @default {2} */
  helloTime?: number | undefined;
  /** Seconds after which what was heard is forgotten: 6 to 40. @default {20} */
  maxAge?: number | undefined;
  /** Seconds of listening, and then of learning: 4 to 30. @default {15} */
  forwardDelay?: number | undefined;
}

/** What a bridge says, and by which port. */
export interface OutgoingBpdu {
  /** The port's number, from 1. */
  readonly port: number;
  /** What to send. */
  readonly bpdu: Bpdu;
}

/** What a bridge knows of one port. */
export interface BridgePort {
  /** Its number, from 1. */
  readonly number: number;
  /** Its identifier: priority in the upper 4 bits, number in the lower 12. */
  readonly id: number;
  /** Whether it has a link. */
  readonly isUp: boolean;
  /** What it adds to the path to the root. */
  readonly pathCost: number;
  /** What it is for. */
  readonly role: PortRole;
  /** What it does. */
  readonly state: PortState;
  /** The best claim on its link: that of the designated port there. */
  readonly claim: PriorityVector;
}

/**
 * A bridge's part of a spanning tree: BPDUs and seconds in, BPDUs and port
 * states out. It is fit for a switch that passes real frames: call
 * {@linkcode BridgeProtocol.tick} once a second, and after it, and after each
 * {@linkcode BridgeProtocol.receive}, send what {@linkcode BridgeProtocol.take}
 * gives, forget the stations behind {@linkcode BridgeProtocol.takeFlushed}, and
 * look at the states.
 */
export interface BridgeProtocol {
  /** Which protocol it speaks. */
  readonly protocol: "stp" | "rstp";
  /** Its identifier. */
  readonly id: BridgeId;
  /** Whom it takes for the root. */
  readonly root: BridgeId;
  /** What its path to the root costs; 0 if it is the root. */
  readonly rootPathCost: number;
  /** The number of its port towards the root; 0 if it is the root. */
  readonly rootPort: number;
  /** Seconds that its table should keep stations that are silent: less after a change (STP). */
  readonly ageing: number;
  /** Whether it tells others of a change of the topology. */
  readonly topologyChange: boolean;
  /** All that it knows of its ports, in order of their numbers. */
  readonly ports: readonly BridgePort[];
  /** Takes a BPDU that a port has received. */
  receive(port: number, bpdu: Bpdu): void;
  /** Lets one second pass. */
  tick(): void;
  /** Gives what there is to send, once. */
  take(): OutgoingBpdu[];
  /** Gives the ports behind which the stations are to be forgotten, once. */
  takeFlushed(): number[];
  /** Tells that a port has a link. */
  enable(port: number): void;
  /** Tells that a port has no link any more. */
  disable(port: number): void;
  /** Changes what a port costs. */
  setPathCost(port: number, cost: number): void;
  /** Changes the bridge's identifier, and so perhaps the root. */
  setId(id: BridgeId): void;
  /** Says what a port does. */
  portState(port: number): PortState;
}

/** The times of a bridge, checked. */
export interface BridgeTimes {
  /** Seconds between BPDUs. */
  readonly helloTime: number;
  /** Seconds after which what was heard is forgotten. */
  readonly maxAge: number;
  /** Seconds of listening, and then of learning. */
  readonly forwardDelay: number;
}

/**
 * Checks the times of a bridge, each and together.
 *
 * @param options Some of the times, in whole seconds.
 * @returns All of them.
 * @throws {RangeError} If one is out of range, or they do not go together.
 * @see IEEE 802.1D-2004 §17.14, Table 17-1
 *
 * @example
 * ```ts
 * import { bridgeTimes } from "./bridge.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(bridgeTimes({}).maxAge, 20);
 * assert.throws(() => bridgeTimes({ maxAge: 40 }), /forwardDelay/);
 * ```
 */
export function bridgeTimes(
  options: Partial<{ [K in keyof BridgeTimes]: number | undefined }>,
): BridgeTimes {
  const { helloTime = 2, maxAge = 20, forwardDelay = 15 } = options;
  checkCount("time a bridge", "helloTime", helloTime, 1, 10);
  checkCount("time a bridge", "maxAge", maxAge, 6, 40);
  checkCount("time a bridge", "forwardDelay", forwardDelay, 4, 30);
  if (2 * (forwardDelay - 1) < maxAge) {
    throw new RangeError(
      `Cannot time a bridge as 2 × ('forwardDelay' - 1) must be 'maxAge' or more: current value is ${
        2 * (forwardDelay - 1)
      } and ${maxAge}`,
    );
  }
  if (maxAge < 2 * (helloTime + 1)) {
    throw new RangeError(
      `Cannot time a bridge as 'maxAge' must be 2 × ('helloTime' + 1) or more: current value is ${maxAge} and ${
        2 * (helloTime + 1)
      }`,
    );
  }
  return { helloTime, maxAge, forwardDelay };
}

/**
 * Checks what a port adds to the path to the root.
 *
 * @param cost What was given.
 * @returns The same.
 * @throws {RangeError} If it is no integer from 1 to 200,000,000.
 * @see IEEE 802.1D-2004 Table 17-3
 *
 * @example
 * ```ts
 * import { checkPathCost } from "./bridge.ts";
 * import assert from "node:assert/strict";
 *
 * assert.throws(() => checkPathCost(0), RangeError);
 * ```
 */
export function checkPathCost(cost: number): number {
  return checkCount("cost a port", "pathCost", cost, 1, 200_000_000);
}
