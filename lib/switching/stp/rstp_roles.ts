/**
 * Which role each port of an RSTP bridge is to have (IEEE 802.1D-2004 §17.21.25).
 *
 * @module
 */

import { type RstpPort, type RstpShared, sameTimes } from "./rstp_port.ts";
import { compareVectors } from "./vector.ts";

/** Seconds by which information ages from bridge to bridge. */
const AGE_INCREMENT = 1;

/**
 * Selects the roles of all ports (updtRolesTree and setSelectedTree, §17.21.25).
 *
 * @param shared The bridge.
 *
 * @example
 * ```ts
 * import { selectRoles } from "./rstp_roles.ts";
 * import assert from "node:assert/strict";
 *
 * const id = "8000.020000000001";
 * const times = { helloTime: 2, maxAge: 20, forwardDelay: 15 };
 * const rootVector = { root: id, rootPathCost: 0, bridge: id, portId: 0 };
 * const rootTimes = { ...times, messageAge: 0 };
 * const bridge = { id, times, rootVector, rootTimes, rootPort: 7, ports: [] };
 * selectRoles(bridge);
 * assert.equal(bridge.rootPort, 0);
 * ```
 */
export function selectRoles(shared: RstpShared): void {
  const { id, ports, times } = shared;
  let root: RstpPort | undefined;
  let best = { root: id, rootPathCost: 0, bridge: id, portId: 0 };
  for (const port of ports) {
    port.reselect = false;
    if (port.infoIs !== "received" || port.vector.bridge === id) continue;
    const rootPathCost = port.vector.rootPathCost + port.pathCost;
    const path = { ...port.vector, rootPathCost };
    const order = compareVectors(path, best);
    if (order < 0 || order === 0 && root !== undefined && port.id < root.id) {
      [root, best] = [port, path];
    }
  }
  shared.rootVector = best;
  shared.rootPort = root?.number ?? 0;
  shared.rootTimes = root === undefined ? { ...times, messageAge: 0 } : {
    ...root.times,
    messageAge: root.times.messageAge + AGE_INCREMENT,
  };
  const designatedTimes = { ...shared.rootTimes, helloTime: times.helloTime };
  for (const port of ports) {
    port.designatedVector = {
      root: best.root,
      rootPathCost: best.rootPathCost,
      bridge: id,
      portId: port.id,
    };
    port.designatedTimes = designatedTimes;
    selectRole(port, port === root, id);
    port.selected = true;
  }
}

function selectRole(port: RstpPort, isRoot: boolean, id: string): void {
  const { infoIs, vector, designatedVector } = port;
  if (infoIs === "disabled") {
    port.selectedRole = "disabled";
  } else if (infoIs === "aged") {
    port.selectedRole = "designated";
    port.updtInfo = true;
  } else if (infoIs === "mine") {
    port.selectedRole = "designated";
    if (
      compareVectors(vector, designatedVector) !== 0 ||
      !sameTimes(port.times, port.designatedTimes)
    ) port.updtInfo = true;
  } else if (isRoot) {
    port.selectedRole = "root";
    port.updtInfo = false;
  } else if (compareVectors(designatedVector, vector) < 0) {
    port.selectedRole = "designated";
    port.updtInfo = true;
  } else {
    port.selectedRole = vector.bridge === id ? "backup" : "alternate";
    port.updtInfo = false;
  }
}
