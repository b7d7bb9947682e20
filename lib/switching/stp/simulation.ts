/**
 * A network of bridges that build a spanning tree, step by step.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { findLink, findNamed } from "../links.ts";
import { RUN } from "../option_names.ts";
import { rendered } from "../show.ts";
import { checkPathCost } from "./bridge.ts";
import { BridgeNetwork } from "./network.ts";
import { SpanningTreeRun } from "./run.ts";
import { type BpduView, SpanningTreeStep } from "./step.ts";
import type {
  BridgeNode,
  LinkNode,
  SimulatedBridge,
  SimulatedLink,
  SpanningTreeOptions,
} from "./topology.ts";
import type { SpanningTree } from "./tree.ts";
import { bridgeId } from "./vector.ts";
import {
  type BridgeView,
  changesOf,
  isSameView,
  type PortView,
  type SpanningTreeChange,
} from "./view.ts";

export type { BridgeView, PortView, SpanningTreeChange };
export type { SimulatedBridge, SimulatedLink, SpanningTreeOptions };

/** Options for {@linkcode SpanningTreeSimulation.run}. */
export interface SpanningTreeRunOptions {
  /** Seconds on the clock after which it gives up. @default {600} */
  limit?: number | undefined;
}

/** Seconds of silence that one step waits through, at most. */
const SILENCE = 60;

/**
 * Makes a network of bridges, which all start at 0 s and take themselves for
 * the root. It goes on by {@linkcode SpanningTreeSimulation.step}, `steps()` or
 * `run()`.
 *
 * A step delivers all BPDUs that are on their way, or, if there are none, lets
 * time pass until there are or something changes.
 *
 * @param options Bridges, links, protocol and times.
 * @returns The network.
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a name is unknown or taken, or a number out of range.
 * @see IEEE 802.1D-1998 §8 (STP), IEEE 802.1D-2004 §17 (RSTP)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.spanningTree({
 *   bridges: { a: {}, b: { priority: 4096 }, c: {} },
 *   links: ["a-b", "b-c", { ends: "c-a", speed: 10e9 }],
 * });
 * assert.deepEqual(sim.run().tree.roots, ["b"]);
 * sim.fail("b-c");
 * const { time, tree } = sim.run();
 * assert.equal(time, 0, "RSTP needs messages, not time");
 * assert.deepEqual(tree.activeLinks.map(({ name }) => name), ["a-b", "c-a"]);
 * ```
 */
export function spanningTree(
  options: SpanningTreeOptions,
): SpanningTreeSimulation {
  return new SpanningTreeSimulation(options);
}

/**
 * A network of bridges; {@linkcode spanningTree} makes one.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim: net.switching.SpanningTreeSimulation = net.switching.spanningTree({
 *   bridges: ["a", "b"],
 *   links: ["a-b"],
 *   protocol: "stp",
 * });
 * const times = [...sim.steps()].map(({ time }) => time);
 * assert.equal(times.at(-1), 30, "15 s of listening, 15 s of learning");
 * ```
 */
export class SpanningTreeSimulation {
  readonly #network: BridgeNetwork;
  readonly #bridges: ReadonlyMap<string, BridgeNode>;
  #views: BridgeView[];
  #events: string[] = [];
  #time = 0;
  #number = 0;

  /**
   * Makes a network, as {@linkcode spanningTree} does.
   *
   * @param options Bridges, links, protocol and times.
   */
  constructor(options: SpanningTreeOptions) {
    this.#network = new BridgeNetwork(options);
    const { bridges } = this.#network.topology;
    this.#bridges = new Map(bridges.map((node) => [node.name, node]));
    this.#views = this.#network.views();
    this.#happens("all bridges start");
  }

  /** The clock, in seconds. */
  get time(): number {
    return this.#time;
  }

  /** What every bridge believes now. */
  get bridges(): readonly BridgeView[] {
    return this.#network.views();
  }

  /** The tree as it is now. */
  get tree(): SpanningTree {
    return this.#network.tree();
  }

  /**
   * Whether nothing will change any more by itself: no BPDU is on its way, every
   * port does what its role asks for, and on each link all agree who speaks.
   */
  get isSettled(): boolean {
    return this.#events.length === 0 && this.#network.isQuiet &&
      this.#network.isAgreed;
  }

  /**
   * Goes on by one step.
   *
   * @returns What arrived, what it changed, and what every bridge believes.
   */
  step(): SpanningTreeStep {
    if (this.#events.length > 0) {
      const event = this.#events.join("; ");
      this.#events = [];
      return this.#finish(event);
    }
    const network = this.#network;
    if (!network.isQuiet) {
      return this.#finish("BPDUs arrive", network.deliver());
    }
    const start = this.#time;
    let isQuiet = true;
    while (isQuiet && this.#time - start < SILENCE) {
      network.tick();
      this.#time++;
      isQuiet = network.isQuiet &&
        network.views().every((view, i) =>
          changesOf(this.#views[i]!, view).length === 0
        );
    }
    return this.#finish(`${this.#time - start} s pass`);
  }

  /**
   * Goes on until the tree has settled.
   *
   * @param options When to give up: a network wider than `maxAge` bridges never
   * settles, because what the root says is too old at its ends.
   * @returns The steps, as they are made.
   * @throws {RangeError} If `limit` is negative or not a number.
   */
  *steps(
    options: SpanningTreeRunOptions = {},
  ): Generator<SpanningTreeStep, void, undefined> {
    onlyKnown("go on", options, RUN);
    const { limit = 600 } = options;
    checkSeconds("limit", limit);
    const end = this.#time + limit;
    while (!this.isSettled && this.#time < end) yield this.step();
  }

  /**
   * Goes on until the tree has settled, all at once.
   *
   * @param options When to give up.
   * @returns The steps, and the tree.
   * @throws {RangeError} If `limit` is negative or not a number.
   */
  run(options: SpanningTreeRunOptions = {}): SpanningTreeRun {
    const steps = [...this.steps(options)];
    return new SpanningTreeRun(steps, this.#time, this.isSettled, this.tree);
  }

  /**
   * Lets time pass, settled or not.
   *
   * @param seconds How much; the last step may go a little beyond.
   * @returns The steps, and the tree.
   * @throws {RangeError} If `seconds` is negative or not a number.
   */
  advance(seconds: number): SpanningTreeRun {
    checkSeconds("seconds", seconds);
    const end = this.#time + seconds;
    const steps: SpanningTreeStep[] = [];
    while (this.#time < end) steps.push(this.step());
    return new SpanningTreeRun(steps, this.#time, this.isSettled, this.tree);
  }

  /**
   * Breaks a link, which its bridges see at once where it has but two ends.
   *
   * @param link Its name.
   * @throws {RangeError} If there is no such link.
   */
  fail(link: string): void {
    this.#setLink(link, false, "fails");
  }

  /**
   * Mends a link.
   *
   * @param link Its name.
   * @throws {RangeError} If there is no such link.
   */
  heal(link: string): void {
    this.#setLink(link, true, "heals");
  }

  /**
   * Switches a bridge off; its neighbours see the links to it go.
   *
   * @param bridge Its name.
   * @throws {RangeError} If there is no such bridge.
   */
  failBridge(bridge: string): void {
    this.#setBridge(bridge, false, "is switched off");
  }

  /**
   * Switches a bridge on again.
   *
   * @param bridge Its name.
   * @throws {RangeError} If there is no such bridge.
   */
  healBridge(bridge: string): void {
    this.#setBridge(bridge, true, "is switched on");
  }

  /**
   * Changes a bridge's priority, and so perhaps the root.
   *
   * @param bridge Its name.
   * @param priority 0 to 61440 in steps of 4096; less is better.
   * @throws {RangeError} If there is no such bridge or priority.
   */
  setPriority(bridge: string, priority: number): void {
    const node = findNamed("set a priority", "bridge", bridge, this.#bridges);
    const id = bridgeId(priority, node.mac);
    this.#network.name(id, bridge);
    node.protocol.setId(id);
    this.#happens(`${bridge} has priority ${priority}`);
  }

  /**
   * Changes what the ports of a link cost.
   *
   * @param link Its name.
   * @param cost 1 to 200,000,000.
   * @throws {RangeError} If there is no such link or cost.
   */
  setCost(link: string, cost: number): void {
    const found = this.#link("set a cost", link);
    found.cost = checkPathCost(cost);
    const { bridges } = this.#network.topology;
    for (const { bridge, port } of found.ports) {
      bridges[bridge]!.protocol.setPathCost(port, cost);
    }
    this.#happens(`${found.name} costs ${cost}`);
  }

  /** Stands in JSON as its clock and its tree. */
  toJSON(): Record<string, unknown> {
    return { time: this.time, isSettled: this.isSettled, tree: this.tree };
  }

  /** Shows at the prompt as its clock and its tree. */
  [Symbol.for("Deno.customInspect")](
    inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const run = new SpanningTreeRun([], this.#time, this.isSettled, this.tree);
    return rendered(run, inspect, options);
  }

  #link(what: string, name: string): LinkNode {
    return findLink(what, name, this.#network.topology.links);
  }

  #setLink(name: string, isUp: boolean, verb: string): void {
    const link = this.#link("change a link", name);
    link.isUp = isUp;
    this.#happens(`${link.name} ${verb}`);
  }

  #setBridge(name: string, isUp: boolean, verb: string): void {
    findNamed("change a bridge", "bridge", name, this.#bridges).isUp = isUp;
    this.#happens(`${name} ${verb}`);
  }

  #happens(event: string): void {
    this.#network.connect();
    this.#events.push(event);
  }

  #finish(event: string, bpdus: readonly BpduView[] = []): SpanningTreeStep {
    const before = this.#views;
    this.#views = this.#network.views().map((view, i) =>
      isSameView(before[i]!, view) ? before[i]! : view
    );
    return new SpanningTreeStep({
      number: ++this.#number,
      time: this.#time,
      event,
      bpdus,
      changes: this.#views.flatMap((view, i) => changesOf(before[i]!, view)),
      bridges: this.#views,
      flushed: this.#network.flushed(),
    });
  }
}

function checkSeconds(name: string, seconds: number): void {
  // Text would be put behind the clock, not added.
  if (typeof seconds === "number" && seconds >= 0) return;
  throw new RangeError(
    `Cannot go on as '${name}' must be 0 seconds or more: current value is ${seconds}`,
  );
}
