/**
 * How RSTP tells of changes of the topology, and how it sends
 * (IEEE 802.1D-2004 §17.26, §17.31).
 *
 * @module
 */

import type { Bpdu, BpduRole } from "./bpdu.ts";
import type { RstpPort, RstpShared } from "./rstp_port.ts";

/** BPDUs by one port in one second, at most (TxHoldCount, Table 17-1). */
const HOLD_COUNT = 6;

/**
 * Topology change (§17.31): a port that starts to forward tells the others, and
 * all of them forget the stations behind them.
 *
 * @param port The port.
 * @param shared Its bridge.
 * @returns Whether anything was done.
 *
 * @example
 * ```ts
 * import { topologyChange } from "./rstp_change.ts";
 * import { RstpPort } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const id = "8000.020000000001";
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 4 }, 1, id, times);
 * const rootTimes = { ...times, messageAge: 0 };
 * const shared = { id, times, rootVector: port.vector, rootTimes, rootPort: 0, ports: [port] };
 * port.learn = true;
 * assert.ok(topologyChange(port, shared));
 * assert.equal(port.change, "learning");
 * ```
 */
export function topologyChange(port: RstpPort, shared: RstpShared): boolean {
  const { rcvdTc, rcvdTcn, rcvdTcAck, tcProp } = port;
  const isTold = rcvdTc || rcvdTcn || rcvdTcAck || tcProp;
  if (port.change === "inactive") {
    if (!port.learn) return false;
    port.change = "learning";
    return true;
  }
  if (port.change === "learning") {
    if (isTold) {
      port.rcvdTc =
        port.rcvdTcn =
        port.rcvdTcAck =
        port.tcProp =
          false;
      return true;
    }
    if (port.isActive && port.forward && !port.operEdge) {
      // DETECTED
      newTcWhile(port, shared);
      tellOthers(port, shared);
      port.newInfo = true;
      port.change = "active";
      return true;
    }
    if (isTold) {
      port.rcvdTc =
        port.rcvdTcn =
        port.rcvdTcAck =
        port.tcProp =
          false;
      return true;
    }
    if (port.isActive || port.learn || port.learning) return false;
    // INACTIVE
    port.fdbFlush = true;
    port.tcWhile = 0;
    port.tcAck = false;
    port.change = "inactive";
    return true;
  }
  if (!port.isActive || port.operEdge) {
    port.change = "learning";
    return true;
  }
  if (rcvdTcn || rcvdTc) {
    // NOTIFIED_TCN, NOTIFIED_TC
    if (rcvdTcn) newTcWhile(port, shared);
    if (port.role === "designated") port.tcAck = true;
    port.rcvdTcn = port.rcvdTc = false;
    tellOthers(port, shared);
    return true;
  }
  if (tcProp) {
    // PROPAGATING
    newTcWhile(port, shared);
    port.fdbFlush = true;
    port.tcProp = false;
    return true;
  }
  if (rcvdTcAck) {
    // ACKNOWLEDGED
    port.tcWhile = 0;
    port.rcvdTcAck = false;
    return true;
  }
  return false;
}

function tellOthers(port: RstpPort, { ports }: RstpShared): void {
  for (const other of ports) {
    if (other !== port) other.tcProp = true;
  }
}

/** §17.21.7 */
function newTcWhile(port: RstpPort, { times, rootTimes }: RstpShared): void {
  if (port.tcWhile !== 0) return;
  if (port.sendRstp) {
    port.tcWhile = times.helloTime + 1;
    port.newInfo = true;
  } else port.tcWhile = rootTimes.maxAge + rootTimes.forwardDelay;
}

/**
 * Port transmit (§17.26): says what is new, and says it again each hello time.
 *
 * @param port The port.
 * @param shared Its bridge.
 * @returns What to send now, if anything.
 *
 * @example
 * ```ts
 * import { transmit } from "./rstp_change.ts";
 * import { RstpPort } from "./rstp_port.ts";
 * import assert from "node:assert/strict";
 *
 * const id = "8000.020000000001";
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const port = new RstpPort({ pathCost: 4 }, 1, id, times);
 * const rootTimes = { ...times, messageAge: 0 };
 * const shared = { id, times, rootVector: port.vector, rootTimes, rootPort: 0, ports: [port] };
 * assert.equal(transmit(port, shared), undefined, "it has no link");
 * ```
 */
export function transmit(port: RstpPort, shared: RstpShared): Bpdu | undefined {
  if (!port.enabled) {
    port.newInfo = true;
    port.txCount = 0;
    return undefined;
  }
  if (!port.selected || port.updtInfo) return undefined;
  if (port.helloWhen === 0) {
    port.helloWhen = shared.times.helloTime;
    port.newInfo ||= port.role === "designated" ||
      port.role === "root" && port.tcWhile !== 0;
  }
  const { sendRstp, role } = port;
  const hasMeans = sendRstp || role === "designated" || role === "root";
  if (!port.newInfo || !hasMeans || port.txCount >= HOLD_COUNT) {
    return undefined;
  }
  port.newInfo = false;
  port.txCount++;
  if (!sendRstp && role === "root") return { type: "topologyChange" };
  const bpdu: Bpdu = {
    type: sendRstp ? "rapid" : "configuration",
    role: sendRstp ? spoken(role) : "designated",
    ...port.designatedVector,
    ...port.designatedTimes,
    topologyChange: port.tcWhile !== 0,
    topologyChangeAck: !sendRstp && port.tcAck,
    proposal: sendRstp && port.proposing,
    agreement: sendRstp && port.agree,
    learning: sendRstp && port.learning,
    forwarding: sendRstp && port.forwarding,
  };
  port.tcAck = false;
  return bpdu;
}

/** A BPDU does not tell a backup port from an alternate one. */
function spoken(role: RstpPort["role"]): BpduRole {
  if (role === "backup") return "alternate";
  return role === "disabled" ? "unknown" : role;
}
