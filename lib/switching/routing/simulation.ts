/**
 * What both simulations of routing have in common: links that fail and heal,
 * steps until nothing changes, tables and traces.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { paint } from "../../inspect/paint.ts";
import { type Column, table } from "../../inspect/table.ts";
import type { Address } from "../../ip/address.ts";
import { onlyKnown } from "../../known_options.ts";
import { findLink } from "../links.ts";
import { checkFlag } from "../names.ts";
import { checkCount } from "../names.ts";
import { FAILURE, RUN } from "../option_names.ts";
import {
  findRouter,
  type RouterLink,
  type RoutingGraph,
  routingGraph,
  type RoutingTopology,
} from "./graph.ts";
import { follow } from "./follow.ts";
import type { RouterTable, RouteTrace } from "./router_table.ts";

export type {
  RouterLink,
  RouterLinkOptions,
  RouterNode,
  RoutingGraph,
  RoutingTopology,
} from "./graph.ts";

/** What every step of a routing protocol tells. */
export interface RoutingStep {
  /** Its number, from 1. */
  readonly number: number;
  /** Seconds on the simulation's clock. */
  readonly time: number;
  /** What set it off. */
  readonly event: string;
  /** The messages that arrived. */
  readonly messages: readonly unknown[];
  /** What they changed. */
  readonly changes: readonly unknown[];
  /** The same in few words. */
  readonly news: string;
}

/** Options for `run()` and `steps()` of a simulation of routing. */
export interface RoutingRunOptions {
  /** Seconds on the clock after which it gives up. @default {3600} */
  limit?: number | undefined;
}

/** Options for {@linkcode RoutingSimulation.fail}. */
export interface LinkFailureOptions {
  /** Whether the routers do not see it, and have to miss each other. @default {false} */
  silent?: boolean | undefined;
}

/**
 * The steps of a routing protocol until nothing changes any more.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.linkState({ routers: ["a", "b"], links: ["a-b"] });
 * const run: net.switching.RoutingRun<net.switching.LinkStateStep> = sim.run();
 * assert.ok(run.isSettled);
 * assert.equal(run.steps.length, 2);
 * ```
 */
export class RoutingRun<S extends RoutingStep> {
  /** The steps in order. */
  readonly steps: readonly S[];
  /** Seconds on the clock, after the last. */
  readonly time: number;
  /** Whether nothing changes any more; if not, it gave up. */
  readonly isSettled: boolean;

  /**
   * Takes the steps; {@linkcode RoutingSimulation.run} does so.
   *
   * @param steps The steps in order.
   * @param time Seconds on the clock.
   * @param isSettled Whether nothing changes any more.
   */
  constructor(steps: readonly S[], time: number, isSettled: boolean) {
    this.steps = steps;
    this.time = time;
    this.isSettled = isSettled;
  }

  /** Stands in JSON as plain data. */
  toJSON(): Record<string, unknown> {
    const { time, isSettled, steps } = this;
    return { time, isSettled, steps };
  }

  /** Shows at the prompt as a line a step. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const columns: Column[] = [
      { key: "number", title: "step", role: "number" },
      { key: "time", title: "s", role: "number" },
      { key: "event", minWidth: 12 },
      { key: "messages", role: "number" },
      { key: "changes", minWidth: 20 },
    ];
    const rows = this.steps.map(({ number, time, event, messages, news }) => ({
      number,
      time,
      event,
      messages: messages.length,
      changes: news,
    }));
    const end = this.isSettled
      ? paint("good", `settled at ${this.time} s`, page)
      : paint("warn", `not settled at ${this.time} s`, page);
    return `${table(rows, { columns, canvas: page })}\n${end}`;
  }
}

/**
 * A network of routers, whichever protocol they speak;
 * {@linkcode DistanceVectorSimulation} and {@linkcode LinkStateSimulation} are
 * the two.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const options = { routers: ["a", "b", "c"], links: ["a-b", "b-c", "c-a"] };
 * const { distanceVector, linkState } = net.switching;
 * for (const sim of [distanceVector(options), linkState(options)]) {
 *   sim.run();
 *   sim.fail("c-a");
 *   sim.run();
 *   assert.equal(`${sim.trace("a", "c")}`, "a > b > c: delivered");
 * }
 * ```
 */
export abstract class RoutingSimulation<S extends RoutingStep> {
  /** Routers, links and networks. */
  protected readonly graph: RoutingGraph;
  /** What has happened from outside since the last step. */
  protected events: string[] = ["all routers start"];
  /** The clock, in seconds. */
  protected clock = 0;
  readonly #what: string;
  readonly #mostCost: number;

  /**
   * Checks the topology.
   *
   * @param what What is simulated, as a verb phrase.
   * @param topology Routers and links.
   * @param mostCost The highest cost of a link.
   */
  constructor(what: string, topology: RoutingTopology, mostCost: number) {
    this.#what = what;
    this.#mostCost = mostCost;
    this.graph = routingGraph(what, topology, mostCost);
  }

  /** The clock, in seconds. */
  get time(): number {
    return this.clock;
  }

  /** The names of the routers, in order. */
  get routers(): readonly string[] {
    return this.graph.routers.map(({ name }) => name);
  }

  /** Whether nothing will change any more by itself. */
  abstract get isSettled(): boolean;

  /**
   * Goes on by one step.
   *
   * @returns What arrived, and what it changed.
   */
  abstract step(): S;

  /**
   * Gives the forwarding table of a router, as it is now.
   *
   * @param router Its name.
   * @returns Its routes.
   * @throws {RangeError} If there is no such router.
   */
  abstract table(router: string): RouterTable;

  /** Lets the routers at both ends see that a link has gone, come or changed its cost. */
  protected abstract linkChanged(
    link: RouterLink,
    change: "up" | "down" | "cost",
  ): void;

  /** Notes that a link has gone, which its routers do not see. */
  protected linkLost(_link: RouterLink): void {}

  /**
   * Goes on until nothing changes any more.
   *
   * @param options When to give up.
   * @returns The steps, as they are made.
   * @throws {RangeError} If `limit` is negative or not a number.
   */
  *steps(options: RoutingRunOptions = {}): Generator<S, void, undefined> {
    onlyKnown("go on", options, RUN);
    const { limit = 3600 } = options;
    if (!(typeof limit === "number" && limit >= 0)) {
      throw new RangeError(
        `Cannot go on as 'limit' must be 0 seconds or more: current value is ${limit}`,
      );
    }
    const end = this.clock + limit;
    while (!this.isSettled && this.clock < end) yield this.step();
  }

  /**
   * Goes on until nothing changes any more, all at once.
   *
   * @param options When to give up.
   * @returns The steps.
   * @throws {RangeError} If `limit` is negative or not a number.
   */
  run(options: RoutingRunOptions = {}): RoutingRun<S> {
    const steps = [...this.steps(options)];
    return new RoutingRun(steps, this.clock, this.isSettled);
  }

  /**
   * Breaks a link.
   *
   * @param link Its name.
   * @param options Whether its routers see it.
   * @throws {RangeError} If there is no such link.
   */
  fail(link: string, options: LinkFailureOptions = {}): void {
    onlyKnown("fail a link", options, FAILURE);
    const silent = checkFlag("fail a link", "silent", options.silent ?? false);
    const found = this.#link(link);
    if (!found.isUp) return;
    found.isUp = false;
    if (silent) this.linkLost(found);
    else this.linkChanged(found, "down");
    this.events.push(
      `${found.name} fails${silent ? ", unseen" : ""}`,
    );
  }

  /**
   * Mends a link.
   *
   * @param link Its name.
   * @throws {RangeError} If there is no such link.
   */
  heal(link: string): void {
    const found = this.#link(link);
    if (found.isUp) return;
    found.isUp = true;
    this.linkChanged(found, "up");
    this.events.push(`${found.name} heals`);
  }

  /**
   * Changes what a link costs.
   *
   * @param link Its name.
   * @param cost 1 or more.
   * @throws {RangeError} If there is no such link, or the cost is out of range.
   */
  setCost(link: string, cost: number): void {
    const found = this.#link(link);
    found.cost = checkCount(this.#what, "cost", cost, 1, this.#mostCost);
    if (found.isUp) this.linkChanged(found, "cost");
    this.events.push(`${found.name} costs ${cost}`);
  }

  /**
   * Follows a packet, as the tables are now.
   *
   * @param from The name of the first router.
   * @param to Where it is for: an address, or a router with a network.
   * @returns Its way, and how it ended.
   * @throws {RangeError} If there is no such router, or it has no network.
   * @throws {ParseError} If `to` is neither a router nor an address.
   */
  trace(from: string, to: string | Address): RouteTrace {
    findRouter(this.graph, "trace a packet", from);
    return follow(
      from,
      this.#destination(to),
      (router) => this.table(router),
      (link) => this.graph.links.get(link)!.isUp,
    );
  }

  #destination(to: string | Address): string | Address {
    const number = typeof to === "string"
      ? this.graph.numbers.get(to)
      : undefined;
    if (number === undefined) return to;
    const network = this.graph.routers[number]!.networks[0];
    if (network !== undefined) return this.graph.networks[network]!.first;
    throw new RangeError(
      `Cannot trace a packet as 'to' must be an address or a router with a network: current value is ${to}`,
    );
  }

  #link(name: string): RouterLink {
    return findLink("change a link", name, this.graph.links);
  }

  /** Gives what has happened from outside, and forgets it. */
  protected takeEvents(): string {
    return this.events.splice(0).join("; ");
  }
}
