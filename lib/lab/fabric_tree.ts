/**
 * Spanning tree on a userspace switch: real BPDUs out of real ports.
 *
 * @module
 */

import { DecodeError } from "../errors.ts";
import { decodeBpduFrame, encodeBpduFrame } from "../switching/stp/bpdu.ts";
import type { BridgeProtocol } from "../switching/stp/bridge.ts";
import { RstpBridge } from "../switching/stp/rstp_bridge.ts";
import { bridgeId } from "../switching/stp/vector.ts";
import type { Timed } from "./fabric_loop.ts";
import type { PortStats, SwitchStats } from "./fabric_spec.ts";

const SECOND = 1000;
/** What a port of 1 Gb/s adds to a path (IEEE 802.1D-2004 Table 17-3). */
const PATH_COST = 20_000;

/** A port, as the tree sees it. */
export interface TreePort {
  /** Whether its interface is up, and has a carrier. */
  readonly up: boolean;
  /** Its own MAC address, with colons. */
  readonly mac: string;
  /** Whether only hosts are behind it. */
  readonly edge: boolean;
  /** Sends a frame of the switch's own. */
  sendOwn(frame: Uint8Array): void;
}

/** A switch's part of a spanning tree (RSTP, which speaks STP where it has to). */
export class SpanningTree implements Timed {
  /** When the next second is over, in milliseconds. */
  nextAt: number;
  readonly #bridge: BridgeProtocol;
  readonly #ports: readonly TreePort[];
  readonly #flush: (port: number) => void;
  /** By port, from 0: whether it learns, and whether it passes frames. */
  readonly #learns: Uint8Array;
  readonly #forwards: Uint8Array;

  /**
   * Starts as every bridge does: as the root.
   *
   * @param ports Its ports.
   * @param options Its priority; the time; and what forgets the addresses
   * behind a port, whose number counts from 0.
   * @throws {RangeError} If `priority` is no multiple of 4096 up to 61440.
   */
  constructor(
    ports: readonly TreePort[],
    options: {
      readonly priority: number;
      readonly now: number;
      readonly flush: (port: number) => void;
    },
  ) {
    const { priority, now, flush } = options;
    const lowest = ports.map(({ mac }) => mac).sort()[0] ?? "02:00:00:00:00:00";
    this.#ports = ports;
    this.#flush = flush;
    this.#learns = new Uint8Array(ports.length);
    this.#forwards = new Uint8Array(ports.length);
    this.#bridge = new RstpBridge({
      id: bridgeId(priority, lowest),
      ports: ports.map(({ edge }) => ({ pathCost: PATH_COST, edge })),
    });
    this.nextAt = now + SECOND;
    this.look();
  }

  /** Seconds that addresses are kept. */
  get ageing(): number {
    return this.#bridge.ageing;
  }

  /**
   * Tells whether a port may learn addresses.
   *
   * @param port Its number, from 0.
   * @returns Whether it may.
   */
  learns(port: number): boolean {
    return this.#learns[port] !== 0;
  }

  /**
   * Tells whether a port may pass frames.
   *
   * @param port Its number, from 0.
   * @returns Whether it may.
   */
  forwards(port: number): boolean {
    return this.#forwards[port] !== 0;
  }

  /** Takes note of the ports that have gained or lost their link. */
  look(): void {
    for (const { number, isUp } of this.#bridge.ports) {
      const { up } = this.#ports[number - 1]!;
      if (up && !isUp) this.#bridge.enable(number);
      if (!up && isUp) this.#bridge.disable(number);
    }
    this.#settle();
  }

  /**
   * Takes a frame that is for the bridges.
   *
   * @param port The port that it came in by, from 0.
   * @param frame The frame, without tags.
   * @returns Whether it made sense.
   */
  receive(port: number, frame: Uint8Array): boolean {
    try {
      const bpdu = decodeBpduFrame(frame);
      if (bpdu === undefined) return false;
      this.#bridge.receive(port + 1, bpdu);
    } catch (error) {
      if (error instanceof DecodeError) return false;
      throw error;
    }
    this.#settle();
    return true;
  }

  /**
   * Lets a second pass.
   *
   * @param now The time.
   */
  due(now: number): void {
    // One that comes late is not made up for: the neighbours' seconds passed too.
    this.nextAt = now + SECOND;
    this.#bridge.tick();
    this.#settle();
  }

  /** Sends what there is to say, and looks at what ports may do from now on. */
  #settle(): void {
    const bridge = this.#bridge;
    for (const { port, bpdu } of bridge.take()) {
      const { mac, sendOwn } = this.#ports[port - 1]!;
      sendOwn(encodeBpduFrame(bpdu, mac));
    }
    for (const port of bridge.takeFlushed()) this.#flush(port - 1);
    for (let i = 0; i < this.#ports.length; i++) {
      const state = bridge.portState(i + 1);
      this.#forwards[i] = state === "forwarding" ? 1 : 0;
      this.#learns[i] = state === "forwarding" || state === "learning" ? 1 : 0;
    }
  }

  /** Tells how it sees the tree. */
  stats(): NonNullable<SwitchStats["stp"]> {
    const { id, root, rootPathCost } = this.#bridge;
    return { bridge: id, root, rootCost: rootPathCost };
  }

  /** Tells what its ports are and do, in their order. */
  portStats(): NonNullable<PortStats["stp"]>[] {
    return this.#bridge.ports.map(({ role, state }) => ({ role, state }));
  }
}
