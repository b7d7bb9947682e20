/**
 * The state machines of a port in RSTP (IEEE 802.1D-2004 §17.23 to §17.31).
 *
 * Each takes its next transition, if there is one, and tells whether it did; the
 * bridge runs them until none does. States whose names the standard gives stand
 * in the comments.
 *
 * @module
 */

import { compareVectors } from "./vector.ts";
import {
  judge,
  MIGRATE_TIME,
  type RstpPort,
  type RstpShared,
} from "./rstp_port.ts";

/** Seconds by which information ages from bridge to bridge. */
const AGE_INCREMENT = 1;

/**
 * Port information (§17.27): takes in what was received, and forgets it.
 *
 * @param port The port.
 * @returns Whether anything was done.
 *
 * @example
 * ```ts
 * import { portInformation } from "./rstp_machines.ts";
 * import { RstpPort } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 4 }, 1, "8000.020000000002", times);
 * assert.ok(!portInformation(port));
 * port.enabled = true;
 * assert.ok(portInformation(port));
 * assert.equal(port.infoIs, "aged");
 * ```
 */
export function portInformation(port: RstpPort): boolean {
  if (!port.enabled) {
    if (port.infoIs === "disabled") return false;
    // DISABLED
    port.message = undefined;
    port.proposing =
      port.proposed =
      port.agree =
      port.agreed =
        false;
    port.rcvdInfoWhile = 0;
    port.infoIs = "disabled";
    return askForRoles(port);
  }
  if (port.infoIs === "disabled") return age(port);
  if (port.selected && port.updtInfo) return update(port);
  if (port.infoIs === "aged" || port.updtInfo) return false;
  if (port.message !== undefined) return receive(port);
  if (port.infoIs === "received" && port.rcvdInfoWhile === 0) return age(port);
  return false;
}

function age(port: RstpPort): true {
  port.infoIs = "aged";
  return askForRoles(port);
}

function askForRoles(port: RstpPort): true {
  port.reselect = true;
  port.selected = false;
  return true;
}

/** UPDATE: the bridge's own claim is the best here. */
function update(port: RstpPort): true {
  port.proposing = port.proposed = false;
  port.agreed &&= port.infoIs === "mine" &&
    compareVectors(port.designatedVector, port.vector) <= 0;
  port.synced &&= port.agreed;
  port.vector = port.designatedVector;
  port.times = port.designatedTimes;
  port.updtInfo = false;
  port.infoIs = "mine";
  port.newInfo = true;
  return true;
}

function receive(port: RstpPort): true {
  const message = port.message!;
  const received = judge(port, message);
  port.message = undefined;
  if (received === "other") return true;
  if (received === "inferior") {
    // recordDispute
    if (message.type === "rapid" && message.learning) {
      port.disputed = true;
      port.agreed = false;
    }
    return true;
  }
  if (received === "answer") {
    // recordAgreement
    port.agreed = port.pointToPoint && message.type === "rapid" &&
      message.agreement;
    if (port.agreed) port.proposing = false;
  } else if (message.proposal) port.proposed = true;
  if (received === "superior") {
    port.agreed = port.proposing = false;
    port.agree &&= port.infoIs === "received" &&
      compareVectors(message, port.vector) <= 0;
    const { root, rootPathCost, bridge, portId } = message;
    port.vector = { root, rootPathCost, bridge, portId };
    const { messageAge, maxAge, helloTime, forwardDelay } = message;
    port.times = { messageAge, maxAge, helloTime, forwardDelay };
    port.infoIs = "received";
    askForRoles(port);
  }
  // setTcFlags
  if (message.topologyChange) port.rcvdTc = true;
  if (message.topologyChangeAck) port.rcvdTcAck = true;
  if (received !== "answer") {
    // updtRcvdInfoWhile
    const { messageAge, maxAge, helloTime } = port.times;
    const isYoung = messageAge + AGE_INCREMENT <= maxAge;
    port.rcvdInfoWhile = isYoung ? 3 * Math.max(1, helloTime) : 0;
  }
  return true;
}

/**
 * Port role transitions (§17.29): from the role that was selected to what the
 * port may do, by agreement or by waiting.
 *
 * @param port The port.
 * @param shared Its bridge.
 * @returns Whether anything was done.
 *
 * @example
 * ```ts
 * import { roleTransition } from "./rstp_machines.ts";
 * import { RstpPort } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const id = "8000.020000000001";
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 4 }, 1, id, times);
 * const rootTimes = { ...times, messageAge: 0 };
 * const shared = { id, times, rootVector: port.vector, rootTimes, rootPort: 0, ports: [port] };
 * assert.ok(!roleTransition(port, shared), "no role is selected yet");
 * ```
 */
export function roleTransition(port: RstpPort, shared: RstpShared): boolean {
  if (!port.selected || port.updtInfo) return false;
  if (port.role !== port.selectedRole) {
    port.role = port.selectedRole;
    // ROOT_PORT; the others DISABLE_PORT and BLOCK_PORT.
    if (port.role === "root") port.rrWhile = shared.rootTimes.forwardDelay;
    else if (port.role !== "designated") port.learn = port.forward = false;
    return true;
  }
  switch (port.role) {
    case "root":
      return rootPort(port, shared);
    case "designated":
      return designatedPort(port, shared);
    default:
      return blockedPort(port, shared);
  }
}

/** How long a port without agreement waits before it learns, and again before it forwards. */
function forwardDelay(port: RstpPort, { rootTimes, times }: RstpShared) {
  return port.sendRstp ? times.helloTime : rootTimes.forwardDelay;
}

/** §17.29.2 */
function rootPort(port: RstpPort, shared: RstpShared): boolean {
  const { ports } = shared;
  // It counts from the moment when it is no root port any more.
  port.rrWhile = shared.rootTimes.forwardDelay;
  if (port.proposed && !port.agree) {
    // ROOT_PROPOSED
    for (const other of ports) other.sync = true;
    port.proposed = false;
    return true;
  }
  if (!port.agree && allSynced(port, ports) || port.proposed && port.agree) {
    // ROOT_AGREED
    port.proposed = port.sync = false;
    port.agree = port.newInfo = true;
    return true;
  }
  if (!port.forward && !port.reRoot) {
    // REROOT
    for (const other of ports) other.reRoot = true;
    return true;
  }
  if (port.reRoot && port.forward) {
    // REROOTED
    port.reRoot = false;
    return true;
  }
  if (port.forward) return false;
  const isRerooted = port.rbWhile === 0 &&
    ports.every((other) => other === port || other.rrWhile === 0);
  if (port.fdWhile !== 0 && !isRerooted) return false;
  return goOn(port, shared);
}

/** LEARN, then FORWARD. */
function goOn(port: RstpPort, shared: RstpShared): true {
  if (port.learn) {
    port.forward = true;
    port.fdWhile = 0;
  } else {
    port.learn = true;
    port.fdWhile = forwardDelay(port, shared);
  }
  return true;
}

function allSynced(port: RstpPort, ports: readonly RstpPort[]): boolean {
  return ports.every((other) =>
    other.selected && other.role === other.selectedRole && !other.updtInfo &&
    (other.synced || other === port || other.role === "root")
  );
}

/** §17.29.3 */
function designatedPort(port: RstpPort, shared: RstpShared): boolean {
  if (!port.forward && !port.agreed && !port.proposing && !port.operEdge) {
    // DESIGNATED_PROPOSE
    port.proposing = port.newInfo = true;
    port.edgeDelayWhile = port.pointToPoint
      ? MIGRATE_TIME
      : shared.rootTimes.maxAge;
    return true;
  }
  const isStill = !port.learning && !port.forwarding;
  if (
    !port.synced && (isStill || port.agreed || port.operEdge) ||
    port.sync && port.synced
  ) {
    // DESIGNATED_SYNCED
    port.rrWhile = 0;
    port.synced = true;
    port.sync = false;
    return true;
  }
  if (port.reRoot && port.rrWhile === 0) {
    // DESIGNATED_RETIRED
    port.reRoot = false;
    return true;
  }
  const mustStop = port.sync && !port.synced ||
    port.reRoot && port.rrWhile !== 0 || port.disputed;
  if (mustStop && !port.operEdge && (port.learn || port.forward)) {
    // DESIGNATED_DISCARD
    port.learn = port.forward = port.disputed = false;
    port.fdWhile = forwardDelay(port, shared);
    return true;
  }
  const mayGoOn = port.fdWhile === 0 || port.agreed || port.operEdge;
  if (port.forward || !mayGoOn || port.reRoot || port.sync) return false;
  // DESIGNATED_FORWARD says so of STP's neighbours too.
  if (port.learn) port.agreed = port.sendRstp;
  return goOn(port, shared);
}

/** §17.29.1 and §17.29.4: the disabled, alternate and backup ports. */
function blockedPort(port: RstpPort, shared: RstpShared): boolean {
  if (port.learning || port.forwarding) return false;
  const { ports, times } = shared;
  // DISABLED_PORT, ALTERNATE_PORT, BACKUP_PORT
  const isDisabled = port.role === "disabled";
  port.fdWhile = isDisabled
    ? shared.rootTimes.maxAge
    : forwardDelay(port, shared);
  port.rrWhile = 0;
  port.sync = port.reRoot = false;
  if (port.role === "backup") port.rbWhile = 2 * times.helloTime;
  if (!port.synced) {
    port.synced = true;
    return true;
  }
  if (isDisabled) return false;
  if (port.proposed && !port.agree) {
    // ALTERNATE_PROPOSED
    for (const other of ports) other.sync = true;
    port.proposed = false;
    return true;
  }
  if (!port.agree && allSynced(port, ports) || port.proposed && port.agree) {
    // ALTERNATE_AGREED
    port.proposed = false;
    port.agree = port.newInfo = true;
    return true;
  }
  return false;
}

/**
 * Port state transitions (§17.30): learns and forwards as it may.
 *
 * @param port The port.
 * @returns Whether anything was done.
 *
 * @example
 * ```ts
 * import { stateTransition } from "./rstp_machines.ts";
 * import { RstpPort } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 4 }, 1, "8000.020000000002", times);
 * port.learn = true;
 * assert.ok(stateTransition(port) && port.learning && !port.forwarding);
 * ```
 */
export function stateTransition(port: RstpPort): boolean {
  const { learn, forward, learning, forwarding } = port;
  port.learning = learn;
  port.forwarding = forward && learn;
  return port.learning !== learning || port.forwarding !== forwarding;
}
