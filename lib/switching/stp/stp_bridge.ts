/**
 * The spanning tree protocol of IEEE 802.1D-1998, clause 8: one bridge. Later
 * editions have RSTP instead, in `rstp_bridge.ts`.
 *
 * @module
 */

import { checkCount } from "../names.ts";
import type { Bpdu, ConfigurationBpdu } from "./bpdu.ts";
import {
  type BridgeOptions,
  type BridgePort,
  type BridgeProtocol,
  type BridgeTimes,
  bridgeTimes,
  checkPathCost,
  type OutgoingBpdu,
  type PortState,
} from "./bridge.ts";
import { checkBridge } from "./bridge_check.ts";
import {
  configuration,
  isDesignated,
  OFF,
  roleOf,
  rootPath,
  type StpPort,
  stpPort,
  supersedes,
} from "./stp_port.ts";
import {
  type BridgeId,
  compareVectors,
  type PriorityVector,
} from "./vector.ts";

/** Seconds between two BPDUs by one port, at least (Table 8-3). */
const HOLD_TIME = 1;

/** Seconds by which information ages from bridge to bridge. */
const AGE_INCREMENT = 1;

/** Seconds that stations are kept when nothing changes (Table 7-4). */
const AGEING = 300;

/**
 * A bridge that speaks the original spanning tree protocol.
 *
 * After a failure it waits until what it heard is too old (20 s), and each port
 * listens and learns for 15 s each before it forwards.
 *
 * @see IEEE 802.1D-1998 §8
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const id = net.switching.bridgeId(32768, "02:00:00:00:00:01");
 * const bridge = new net.switching.StpBridge({ id, ports: [{ pathCost: 4 }] });
 * bridge.enable(1);
 * assert.equal(bridge.portState(1), "listening");
 * for (let second = 0; second < 30; second++) bridge.tick();
 * assert.equal(bridge.portState(1), "forwarding");
 * ```
 */
export class StpBridge implements BridgeProtocol {
  /** Always `"stp"`. */
  readonly protocol = "stp";
  #id: BridgeId;
  readonly #ports: readonly StpPort[];
  readonly #own: BridgeTimes;
  /** The root's times, which all bridges use. */
  #times: BridgeTimes;
  #root: BridgeId;
  #rootPathCost = 0;
  #rootPort: StpPort | undefined;
  #topologyChange = false;
  #topologyChangeDetected = false;
  #hello = OFF;
  #notice = OFF;
  #change = OFF;
  readonly #outbox: OutgoingBpdu[] = [];

  /**
   * Makes a bridge that takes itself for the root, its ports without links.
   *
   * @param options Identifier, ports and times.
   * @throws {RangeError} If a time, a cost or a priority is out of range.
   */
  constructor(options: BridgeOptions) {
    checkBridge(options);
    this.#id = this.#root = options.id;
    this.#own = this.#times = bridgeTimes(options);
    this.#ports = options.ports.map((port, i) =>
      stpPort(port, i + 1, this.#id)
    );
    this.#hello = this.#times.helloTime;
  }

  /** Its identifier. */
  get id(): BridgeId {
    return this.#id;
  }

  /** Whom it takes for the root. */
  get root(): BridgeId {
    return this.#root;
  }

  /** What its path to the root costs. */
  get rootPathCost(): number {
    return this.#rootPathCost;
  }

  /** The number of its root port; 0 if it is the root. */
  get rootPort(): number {
    return this.#rootPort?.number ?? 0;
  }

  /** Seconds that stations are kept: 300, or the forward delay after a change (§8.3.5). */
  get ageing(): number {
    return this.#topologyChange ? this.#times.forwardDelay : AGEING;
  }

  /** Whether the root says that the topology has changed. */
  get topologyChange(): boolean {
    return this.#topologyChange;
  }

  /** All that it knows of its ports. */
  get ports(): readonly BridgePort[] {
    return this.#ports.map((port) => {
      const { number, id, pathCost, state, claim } = port;
      const role = roleOf(port, this.#id, this.#rootPort);
      const isUp = role !== "disabled";
      return { number, id, isUp, pathCost, role, state, claim };
    });
  }

  /** Says what a port does. */
  portState(port: number): PortState {
    return this.#port(port).state;
  }

  /** Gives what there is to send, once. */
  take(): OutgoingBpdu[] {
    return this.#outbox.splice(0);
  }

  /** Gives none: in STP stations are forgotten by {@linkcode StpBridge.ageing}. */
  takeFlushed(): number[] {
    return [];
  }

  /** Takes a BPDU that a port has received (§8.7.1, §8.7.2). */
  receive(number: number, bpdu: Bpdu): void {
    const port = this.#port(number);
    if (port.state === "disabled") return;
    if (bpdu.type === "topologyChange") {
      if (!isDesignated(port, this.#id)) return;
      this.#topologyChangeDetection();
      port.topologyChangeAck = true;
      this.#transmitConfig(port);
      return;
    }
    // RSTP's are read too, but what is no designated port's claim says nothing.
    if (bpdu.role !== "designated" || bpdu.messageAge >= bpdu.maxAge) return;
    if (bpdu.bridge === this.#id && bpdu.portId === port.id) return;
    if (supersedes(port, bpdu, this.#id)) this.#record(port, bpdu);
    else if (isDesignated(port, this.#id)) this.#transmitConfig(port);
  }

  /** Lets one second pass (§8.7.3 to §8.7.8). */
  tick(): void {
    if (this.#hello > 0 && --this.#hello === 0) {
      this.#configBpduGeneration();
      this.#hello = this.#times.helloTime;
    }
    if (this.#notice > 0 && --this.#notice === 0) this.#transmitNotice();
    if (this.#change > 0 && --this.#change === 0) {
      this.#topologyChange = this.#topologyChangeDetected = false;
      this.#change = OFF;
    }
    // Before what they say grows older, or it would age by two at each bridge.
    for (const port of this.#ports) {
      if (port.hold === OFF || --port.hold > 0) continue;
      port.hold = OFF;
      if (port.configPending) this.#transmitConfig(port);
    }
    for (const port of this.#ports) {
      if (port.messageAge !== OFF && ++port.messageAge >= this.#times.maxAge) {
        this.#asRootsCome(() => this.#becomeDesignatedPort(port));
      }
      if (port.forwardDelay > 0 && --port.forwardDelay === 0) {
        this.#forwardDelayExpiry(port);
      }
    }
  }

  /** Tells that a port has a link (§8.8.2). */
  enable(number: number): void {
    const port = this.#port(number);
    if (port.state !== "disabled") return;
    this.#becomeDesignatedPort(port);
    port.state = "blocking";
    this.#portStateSelection();
    // Sooner than the next hello, which the standard would wait for.
    this.#transmitConfig(port);
  }

  /** Tells that a port has no link any more (§8.8.3). */
  disable(number: number): void {
    const port = this.#port(number);
    if (port.state === "disabled") return;
    this.#asRootsCome(() => {
      this.#becomeDesignatedPort(port);
      port.state = "disabled";
      port.configPending = port.topologyChangeAck = false;
      port.forwardDelay = port.hold = OFF;
    });
  }

  /** Changes what a port costs (§8.8.6). */
  setPathCost(number: number, cost: number): void {
    this.#port(number).pathCost = checkPathCost(cost);
    this.#configurationUpdate();
    this.#portStateSelection();
    this.#configBpduGeneration();
  }

  /** Changes the bridge's identifier (§8.8.4). */
  setId(id: BridgeId): void {
    this.#asRootsCome(() => {
      for (const port of this.#ports) {
        const { claim } = port;
        if (claim.bridge === this.#id) port.claim = { ...claim, bridge: id };
      }
      this.#id = id;
    });
    this.#configBpduGeneration();
  }

  #port(number: number): StpPort {
    checkCount("find a port", "port", number, 1, this.#ports.length);
    return this.#ports[number - 1]!;
  }

  get #isRoot(): boolean {
    return this.#root === this.#id;
  }

  /** What the bridge claims by a port. */
  #claim({ id }: StpPort): PriorityVector {
    const [root, rootPathCost] = [this.#root, this.#rootPathCost];
    return { root, rootPathCost, bridge: this.#id, portId: id };
  }

  /** §8.6.1 */
  #transmitConfig(port: StpPort): void {
    if (port.state === "disabled") return;
    if (port.hold !== OFF) {
      port.configPending = true;
      return;
    }
    const messageAge = this.#rootPort === undefined
      ? 0
      : Math.max(0, this.#rootPort.messageAge) + AGE_INCREMENT;
    if (messageAge >= this.#times.maxAge) return;
    const bpdu = configuration(this.#claim(port), messageAge, this.#times, {
      topologyChange: this.#topologyChange,
      topologyChangeAck: port.topologyChangeAck,
    });
    this.#outbox.push({ port: port.number, bpdu });
    port.topologyChangeAck = port.configPending = false;
    port.hold = HOLD_TIME;
  }

  /** §8.7.1.1 */
  #record(port: StpPort, bpdu: ConfigurationBpdu): void {
    const wasRoot = this.#isRoot;
    const { root, rootPathCost, bridge, portId, messageAge } = bpdu;
    port.claim = { root, rootPathCost, bridge, portId };
    port.messageAge = messageAge;
    this.#configurationUpdate();
    this.#portStateSelection();
    if (wasRoot && !this.#isRoot) {
      this.#hello = OFF;
      if (this.#topologyChangeDetected) {
        this.#change = OFF;
        this.#transmitNotice();
      }
    }
    if (port !== this.#rootPort) return;
    const { maxAge, helloTime, forwardDelay } = bpdu;
    this.#times = { maxAge, helloTime, forwardDelay };
    this.#topologyChange = bpdu.topologyChange;
    this.#configBpduGeneration();
    if (bpdu.topologyChangeAck) {
      this.#topologyChangeDetected = false;
      this.#notice = OFF;
    }
  }

  /** §8.6.4 */
  #configBpduGeneration(): void {
    for (const port of this.#ports) {
      if (isDesignated(port, this.#id)) this.#transmitConfig(port);
    }
  }

  /** §8.6.6, and again until it is acknowledged (§8.7.6). */
  #transmitNotice(): void {
    const port = this.#rootPort;
    if (port === undefined) return;
    this.#outbox.push({ port: port.number, bpdu: { type: "topologyChange" } });
    this.#notice = this.#own.helloTime;
  }

  /** §8.6.7: the root port and the ports that are designated. */
  #configurationUpdate(): void {
    const best = rootPath(this.#ports, this.#id);
    this.#rootPort = best?.port;
    this.#root = best?.vector.root ?? this.#id;
    this.#rootPathCost = best?.vector.rootPathCost ?? 0;
    for (const port of this.#ports) {
      if (
        isDesignated(port, this.#id) || port.claim.root !== this.#root ||
        compareVectors(this.#claim(port), port.claim) <= 0
      ) this.#becomeDesignatedPort(port);
    }
  }

  /** §8.6.10 */
  #becomeDesignatedPort(port: StpPort): void {
    port.claim = this.#claim(port);
    port.messageAge = OFF;
  }

  /** §8.6.11 */
  #portStateSelection(): void {
    for (const port of this.#ports) {
      if (port.state === "disabled") continue;
      const isMine = isDesignated(port, this.#id);
      if (port !== this.#rootPort && !isMine) {
        this.#makeBlocking(port);
      } else if (port.state === "blocking") {
        port.state = "listening";
        port.forwardDelay = this.#times.forwardDelay;
      }
      if (!isMine) port.configPending = port.topologyChangeAck = false;
    }
  }

  /** §8.6.13 */
  #makeBlocking(port: StpPort): void {
    if (port.state === "blocking") return;
    if (port.state === "forwarding" || port.state === "learning") {
      this.#topologyChangeDetection();
    }
    port.state = "blocking";
    port.forwardDelay = OFF;
  }

  /** §8.6.14 */
  #topologyChangeDetection(): void {
    if (this.#isRoot) {
      this.#topologyChange = true;
      this.#change = this.#own.maxAge + this.#own.forwardDelay;
    } else if (!this.#topologyChangeDetected) this.#transmitNotice();
    this.#topologyChangeDetected = true;
  }

  /** §8.7.5 */
  #forwardDelayExpiry(port: StpPort): void {
    if (port.state === "listening") {
      port.state = "learning";
      port.forwardDelay = this.#times.forwardDelay;
    } else if (port.state === "learning") {
      port.state = "forwarding";
      port.forwardDelay = OFF;
      if (this.#ports.some(({ claim }) => claim.bridge === this.#id)) {
        this.#topologyChangeDetection();
      }
    }
  }

  /** Does what may make this bridge the root, and what it does when it is (§8.7.4). */
  #asRootsCome(change: () => void): void {
    const wasRoot = this.#isRoot;
    change();
    this.#configurationUpdate();
    this.#portStateSelection();
    if (this.#isRoot && !wasRoot) {
      this.#times = this.#own;
      this.#topologyChangeDetection();
      this.#notice = OFF;
      this.#configBpduGeneration();
      this.#hello = this.#times.helloTime;
    } else if (!this.#isRoot && wasRoot) this.#hello = OFF;
  }
}
