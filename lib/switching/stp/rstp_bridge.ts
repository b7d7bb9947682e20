/**
 * The rapid spanning tree protocol of IEEE 802.1D-2004, clause 17: one bridge.
 *
 * @module
 */

import { checkCount } from "../names.ts";
import type { Bpdu } from "./bpdu.ts";
import {
  type BridgeOptions,
  type BridgePort,
  type BridgeProtocol,
  bridgeTimes,
  checkPathCost,
  type OutgoingBpdu,
  type PortState,
} from "./bridge.ts";
import { checkBridge } from "./bridge_check.ts";
import { topologyChange, transmit } from "./rstp_change.ts";
import {
  portInformation,
  roleTransition,
  stateTransition,
} from "./rstp_machines.ts";
import { MIGRATE_TIME, RstpPort, type RstpShared } from "./rstp_port.ts";
import { selectRoles } from "./rstp_roles.ts";
import type { BridgeId } from "./vector.ts";

export type {
  BridgeOptions,
  BridgePort,
  BridgePortOptions,
  BridgeProtocol,
  OutgoingBpdu,
  PortRole,
  PortState,
} from "./bridge.ts";

/** Seconds that stations are kept: RSTP forgets them by port. */
const AGEING = 300;

/**
 * A bridge that speaks the rapid spanning tree protocol, and STP to neighbours
 * that know no better.
 *
 * On a link between two bridges it forwards as soon as the other agrees; where
 * none answers it waits, 3 s if hosts are there and `autoEdge` is on.
 *
 * @see IEEE 802.1D-2004 §17
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { bridgeId, RstpBridge } = net.switching;
 * const make = (mac: string) =>
 *   new RstpBridge({ id: bridgeId(32768, mac), ports: [{ pathCost: 20_000 }] });
 * const [a, b] = [make("02:00:00:00:00:01"), make("02:00:00:00:00:02")];
 * a.enable(1);
 * b.enable(1);
 * for (let round = 0; round < 4; round++) {
 *   for (const { bpdu } of a.take()) b.receive(1, bpdu);
 *   for (const { bpdu } of b.take()) a.receive(1, bpdu);
 * }
 * assert.deepEqual([a.portState(1), b.portState(1)], ["forwarding", "forwarding"]);
 * assert.equal(b.root, a.id);
 * ```
 */
export class RstpBridge implements BridgeProtocol {
  /** Always `"rstp"`. */
  readonly protocol = "rstp";
  readonly #shared: RstpShared;
  readonly #ports: readonly RstpPort[];
  readonly #outbox: OutgoingBpdu[] = [];
  #flushed = new Set<number>();

  /**
   * Makes a bridge that takes itself for the root, its ports without links.
   *
   * @param options Identifier, ports and times.
   * @throws {RangeError} If a time, a cost or a priority is out of range.
   */
  constructor(options: BridgeOptions) {
    checkBridge(options);
    const { id } = options;
    const times = bridgeTimes(options);
    this.#ports = options.ports.map((port, i) =>
      new RstpPort(port, i + 1, id, times)
    );
    this.#shared = {
      id,
      times,
      rootVector: { root: id, rootPathCost: 0, bridge: id, portId: 0 },
      rootTimes: { ...times, messageAge: 0 },
      rootPort: 0,
      ports: this.#ports,
    };
    this.#run();
  }

  /** Its identifier. */
  get id(): BridgeId {
    return this.#shared.id;
  }

  /** Whom it takes for the root. */
  get root(): BridgeId {
    return this.#shared.rootVector.root;
  }

  /** What its path to the root costs. */
  get rootPathCost(): number {
    return this.#shared.rootVector.rootPathCost;
  }

  /** The number of its root port; 0 if it is the root. */
  get rootPort(): number {
    return this.#shared.rootPort;
  }

  /** Always 300 s: after a change, {@linkcode RstpBridge.takeFlushed} says what to forget. */
  get ageing(): number {
    return AGEING;
  }

  /** Whether any port tells of a change of the topology. */
  get topologyChange(): boolean {
    return this.#ports.some(({ tcWhile }) => tcWhile !== 0);
  }

  /** All that it knows of its ports. */
  get ports(): readonly BridgePort[] {
    return this.#ports.map((port) => {
      const { number, id, enabled, pathCost, role, vector } = port;
      const state = stateOf(port);
      return {
        number,
        id,
        isUp: enabled,
        pathCost,
        role,
        state,
        claim: vector,
      };
    });
  }

  /** Says what a port does. */
  portState(port: number): PortState {
    return stateOf(this.#port(port));
  }

  /** Gives what there is to send, once. */
  take(): OutgoingBpdu[] {
    return this.#outbox.splice(0);
  }

  /** Gives the ports behind which the stations are to be forgotten, once. */
  takeFlushed(): number[] {
    const flushed = [...this.#flushed];
    this.#flushed.clear();
    return flushed;
  }

  /** Takes a BPDU that a port has received (§17.23, §17.24). */
  receive(number: number, bpdu: Bpdu): void {
    const port = this.#port(number);
    if (!port.enabled) return;
    if (bpdu.type === "topologyChange") {
      port.rcvdStp = port.rcvdTcn = true;
    } else {
      const isOwn = bpdu.bridge === this.id && bpdu.portId === port.id;
      const isOld = bpdu.type === "configuration" &&
        bpdu.messageAge >= bpdu.maxAge;
      if (isOwn || isOld) return;
      if (bpdu.type === "rapid") port.rcvdRstp = true;
      else port.rcvdStp = true;
      port.message = bpdu;
    }
    port.operEdge = false;
    port.edgeDelayWhile = MIGRATE_TIME;
    this.#run();
  }

  /** Lets one second pass (§17.22). */
  tick(): void {
    for (const port of this.#ports) {
      port.edgeDelayWhile = less(port.edgeDelayWhile);
      port.fdWhile = less(port.fdWhile);
      port.helloWhen = less(port.helloWhen);
      port.mdelayWhile = less(port.mdelayWhile);
      port.rbWhile = less(port.rbWhile);
      port.rcvdInfoWhile = less(port.rcvdInfoWhile);
      port.rrWhile = less(port.rrWhile);
      port.tcWhile = less(port.tcWhile);
      port.txCount = less(port.txCount);
    }
    this.#run();
  }

  /** Tells that a port has a link. */
  enable(number: number): void {
    this.#port(number).enabled = true;
    this.#run();
  }

  /** Tells that a port has no link any more. */
  disable(number: number): void {
    const port = this.#port(number);
    port.enabled = false;
    port.operEdge = port.edge;
    port.sendRstp = true;
    port.mdelayWhile = MIGRATE_TIME;
    this.#run();
  }

  /** Changes what a port costs. */
  setPathCost(number: number, cost: number): void {
    this.#port(number).pathCost = checkPathCost(cost);
    this.#reselect();
  }

  /** Changes the bridge's identifier, and so perhaps the root. */
  setId(id: BridgeId): void {
    const old = this.id;
    const renamed = (other: BridgeId) => other === old ? id : other;
    this.#shared.id = id;
    // What it has heard from itself, on a link with two of its ports.
    for (const port of this.#ports) {
      if (port.infoIs !== "received") continue;
      const { root, bridge, ...rest } = port.vector;
      port.vector = { ...rest, root: renamed(root), bridge: renamed(bridge) };
    }
    this.#reselect();
  }

  #reselect(): void {
    for (const port of this.#ports) {
      port.reselect = true;
      port.selected = false;
    }
    this.#run();
  }

  #port(number: number): RstpPort {
    checkCount("find a port", "port", number, 1, this.#ports.length);
    return this.#ports[number - 1]!;
  }

  /** Runs the machines until none has anything more to do; then sends. */
  #run(): void {
    const shared = this.#shared;
    let isBusy = true;
    while (isBusy) {
      isBusy = false;
      for (const port of this.#ports) {
        migrate(port);
        detectEdge(port);
        // Each in turn: a port that has changed may change the others.
        if (portInformation(port)) isBusy = true;
      }
      if (this.#ports.some(({ reselect }) => reselect)) {
        selectRoles(shared);
        isBusy = true;
      }
      for (const port of this.#ports) {
        if (roleTransition(port, shared)) isBusy = true;
        if (stateTransition(port)) isBusy = true;
        if (topologyChange(port, shared)) isBusy = true;
      }
    }
    for (const port of this.#ports) {
      if (port.fdbFlush) this.#flushed.add(port.number);
      port.fdbFlush = false;
      const bpdu = transmit(port, shared);
      if (bpdu !== undefined) this.#outbox.push({ port: port.number, bpdu });
    }
  }
}

function less(timer: number): number {
  return timer > 0 ? timer - 1 : 0;
}

function stateOf({ forwarding, learning }: RstpPort): PortState {
  return forwarding ? "forwarding" : learning ? "learning" : "discarding";
}

/** Port protocol migration (§17.24): speaks as the neighbour does, 3 s at least. */
function migrate(port: RstpPort): void {
  if (port.mdelayWhile !== 0) return;
  const { sendRstp, rcvdStp, rcvdRstp } = port;
  if (sendRstp ? rcvdStp : rcvdRstp) {
    port.sendRstp = !sendRstp;
    port.mdelayWhile = MIGRATE_TIME;
  }
  port.rcvdStp = port.rcvdRstp = false;
}

/** Bridge detection (§17.25): where no bridge has spoken for 3 s, there is none. */
function detectEdge(port: RstpPort): void {
  if (
    port.enabled && !port.operEdge && port.autoEdge && port.sendRstp &&
    port.proposing && port.edgeDelayWhile === 0
  ) port.operEdge = true;
}
