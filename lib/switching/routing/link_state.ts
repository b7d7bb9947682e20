/**
 * Link state routing, as OSPF does it in one area, step by step.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { LINK_STATE } from "../option_names.ts";
import {
  findRouter,
  otherEnd,
  type RouterLink,
  type RouterNode,
  type RoutingTopology,
} from "./graph.ts";
import {
  type AdvertisementName,
  type LinkStateAdvertisement,
  type LinkStateChange,
  LinkStateStep,
  type LinkStateUpdate,
} from "./link_state_step.ts";
import { type RouterRoute, RouterTable } from "./router_table.ts";
import { RoutingSimulation } from "./simulation.ts";
import { type Paths, shortestPaths } from "./spf.ts";
import { SpfRun, type SpfStep } from "./spf_run.ts";

/** Options for {@linkcode linkState}. */
export interface LinkStateOptions extends RoutingTopology {
  /** Seconds without a hello after which a neighbour counts as gone. @default {40} */
  deadInterval?: number | undefined;
}

/** Advertisements on their way. */
interface Flight {
  readonly link: RouterLink;
  readonly from: number;
  readonly to: number;
  readonly advertisements: Map<number, LinkStateAdvertisement>;
}

const WHAT = "simulate link state routing";

/** Seconds that an update takes over a link (InfTransDelay, RFC 2328 §C.3). */
const TRANSMIT_DELAY = 1;

/** The highest cost of a link (RFC 2328 §C.3). */
const MOST_COST = 65_535;

/** Routers up to which steps carry every database. */
const MOST_DATABASES = 40;

/**
 * Makes a network of routers that tell all others about their own links, as
 * OSPF does in one area, and each find the cheapest ways by themselves.
 *
 * A step delivers all updates that are on their way, which takes a second.
 *
 * @param options Routers and links.
 * @returns The network, at 0 s: each router knows its own links alone.
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a name is unknown or taken, or a number out of range.
 * @throws {ParseError} If the text of a network is none.
 * @see RFC 2328 §13 (flooding), §16.1 (shortest paths)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.linkState({
 *   routers: ["a", "b", "c", "d"],
 *   links: ["a-b", "b-d", "a-c", "c-d"],
 * });
 * const { time } = sim.run();
 * assert.equal(time, 3, "two links to the farthest, and the last echo");
 * const route = sim.table("a").lookup("10.0.4.1");
 * assert.deepEqual(route?.nextHops.map(({ router }) => router), ["b", "c"]);
 * ```
 */
export function linkState(options: LinkStateOptions): LinkStateSimulation {
  return new LinkStateSimulation(options);
}

/**
 * A network of link state routers; {@linkcode linkState} makes one.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim: net.switching.LinkStateSimulation = net.switching.linkState({
 *   routers: ["a", "b"],
 *   links: ["a-b"],
 * });
 * assert.equal(sim.table("a").routes.length, 1, "its own network");
 * sim.run();
 * assert.equal(sim.table("a").routes.length, 2);
 * ```
 */
export class LinkStateSimulation extends RoutingSimulation<LinkStateStep> {
  readonly #deadInterval: number;
  /** By router, and then by whose advertisement it is. */
  readonly #databases: (LinkStateAdvertisement | undefined)[][];
  readonly #sequences: number[];
  /** Links that each router has a neighbour on. */
  readonly #adjacent: Set<RouterLink>[];
  /** When the routers of links that went unseen miss each other. */
  readonly #missing = new Map<RouterLink, number>();
  readonly #paths: (Paths | undefined)[] = [];
  #flights: Flight[] = [];
  #changes: LinkStateChange[] = [];
  #number = 0;

  /**
   * Makes a network, as {@linkcode linkState} does.
   *
   * @param options Routers and links.
   */
  constructor(options: LinkStateOptions) {
    onlyKnown(WHAT, options, LINK_STATE);
    super(WHAT, options, MOST_COST);
    const { deadInterval = 40 } = options;
    if (!(Number.isInteger(deadInterval) && deadInterval >= 1)) {
      throw new RangeError(
        `Cannot ${WHAT} as 'deadInterval' must be a whole number of seconds, 1 or more: current value is ${deadInterval}`,
      );
    }
    this.#deadInterval = deadInterval;
    const { routers } = this.graph;
    this.#databases = routers.map(() =>
      new Array<undefined>(routers.length).fill(undefined)
    );
    this.#sequences = routers.map(() => 0);
    this.#adjacent = routers.map(({ links }) => new Set(links));
    for (const router of routers) this.#originate(router);
  }

  /** Whether no update is on its way, and no router still counts on a link that is gone. */
  get isSettled(): boolean {
    return this.events.length === 0 && this.#flights.length === 0 &&
      this.#missing.size === 0;
  }

  /**
   * Goes on by one step: delivers what is on its way.
   *
   * @returns The updates that arrived, and what they brought.
   */
  step(): LinkStateStep {
    if (this.events.length > 0) return this.#finish(this.takeEvents(), []);
    const nextMissed = Math.min(Infinity, ...this.#missing.values());
    const next = this.clock + TRANSMIT_DELAY;
    if (this.#flights.length === 0 && nextMissed !== Infinity) {
      this.clock = Math.max(next, nextMissed);
    } else this.clock = next;
    const flights = this.#flights.filter(({ link }) => link.isUp);
    this.#flights = [];
    for (const flight of flights) this.#receive(flight);
    const missed = [...this.#missing].filter(([, at]) => at <= this.clock);
    for (const [link] of missed) {
      this.#missing.delete(link);
      this.linkChanged(link, "down");
    }
    const event = [
      ...flights.length > 0 || missed.length === 0 ? ["updates arrive"] : [],
      ...missed.map(([{ name }]) => `${name} is missed`),
    ].join("; ");
    return this.#finish(event, flights);
  }

  /**
   * Gives the forwarding table of a router, as it is now.
   *
   * @param router Its name.
   * @returns The networks that it knows a way to.
   * @throws {RangeError} If there is no such router.
   */
  table(router: string): RouterTable {
    const { index, name } = findRouter(this.graph, "look at a table", router);
    const database = this.#databases[index]!;
    const { costs, firstLinks } = this.#pathsFrom(index);
    const best = new Map<number, { metric: number; links: Set<string> }>();
    database.forEach((advertisement, origin) => {
      const metric = costs[origin]!;
      if (advertisement === undefined || metric === Infinity) return;
      for (const network of advertisement.networks) {
        const known = best.get(network);
        if (known === undefined || metric < known.metric) {
          best.set(network, { metric, links: new Set(firstLinks[origin]) });
        } else if (metric === known.metric) {
          for (const link of firstLinks[origin]!) known.links.add(link);
        }
      }
    });
    return new RouterTable(
      name,
      Array.from(best, ([network, { metric, links }]): RouterRoute => ({
        subnet: this.graph.networks[network]!,
        metric,
        isConnected: metric === 0,
        nextHops: Array.from(links, (link) => ({
          router: this.#neighbour(link, index),
          link,
        })),
      })),
    );
  }

  /**
   * Runs the algorithm on one router's database, round by round.
   *
   * @param router Its name.
   * @returns The rounds: what moved to the tree, and what is still a candidate.
   * @throws {RangeError} If there is no such router.
   */
  spf(router: string): SpfRun {
    const { index, name } = findRouter(this.graph, "find paths", router);
    const { routers } = this.graph;
    const steps: SpfStep[] = [];
    const vertex = (
      { router, cost, parents }: {
        router: number;
        cost: number;
        parents: readonly number[];
      },
    ) => ({
      router: routers[router]!.name,
      cost,
      parents: parents.map((parent) => routers[parent]!.name),
    });
    shortestPaths(this.#databases[index]!, index, ({ added, candidates }) => {
      steps.push({
        round: steps.length + 1,
        added: vertex(added),
        candidates: candidates.map(vertex),
      });
    });
    return new SpfRun(name, steps);
  }

  /** Lets the routers at both ends see that a link has gone, come or changed its cost. */
  protected linkChanged(
    link: RouterLink,
    change: "up" | "down" | "cost",
  ): void {
    const { routers } = this.graph;
    this.#missing.delete(link);
    for (const end of [link.a, link.b]) {
      if (change === "down") this.#adjacent[end]!.delete(link);
      else this.#adjacent[end]!.add(link);
      this.#originate(routers[end]!);
    }
    if (change !== "up") return;
    // New neighbours compare their databases (§10.8); here they send all of it.
    for (const end of [link.a, link.b]) {
      for (const advertisement of this.#databases[end]!) {
        if (advertisement !== undefined) this.#send(link, end, advertisement);
      }
    }
  }

  /** Notes that a link has gone, which its routers do not see. */
  protected override linkLost(link: RouterLink): void {
    this.#missing.set(link, this.clock + this.#deadInterval);
  }

  #neighbour(link: string, router: number): string {
    const found = this.graph.links.get(link)!;
    return this.graph.routers[otherEnd(found, router)]!.name;
  }

  #pathsFrom(router: number): Paths {
    return this.#paths[router] ??= shortestPaths(
      this.#databases[router]!,
      router,
    );
  }

  /** A router says anew what links it has (§12.4). */
  #originate(router: RouterNode): void {
    const { index, networks } = router;
    this.#install(router, undefined, {
      router: index,
      sequence: ++this.#sequences[index]!,
      links: Array.from(this.#adjacent[index]!, (link) => ({
        link: link.name,
        to: otherEnd(link, index),
        cost: link.cost,
      })),
      networks,
    });
  }

  /** Puts an advertisement into a database, and passes it on (§13, §13.3). */
  #install(
    router: RouterNode,
    from: RouterLink | undefined,
    advertisement: LinkStateAdvertisement,
  ): void {
    const { index, name, links } = router;
    const { router: origin, sequence } = advertisement;
    this.#databases[index]![origin] = advertisement;
    this.#paths[index] = undefined;
    this.#changes.push({
      router: name,
      origin: this.graph.routers[origin]!.name,
      sequence,
    });
    for (const link of links) {
      if (link !== from && this.#adjacent[index]!.has(link)) {
        this.#send(link, index, advertisement);
      }
    }
  }

  /** What goes over one link in one direction at one time is one update. */
  #send(
    link: RouterLink,
    from: number,
    advertisement: LinkStateAdvertisement,
  ): void {
    if (!link.isUp) return;
    const flights = this.#outgoing ??= new Map<string, Flight>();
    const key = `${link.index} ${from}`;
    let flight = flights.get(key);
    if (flight === undefined) {
      const to = otherEnd(link, from);
      flight = { link, from, to, advertisements: new Map() };
      flights.set(key, flight);
      this.#flights.push(flight);
    }
    flight.advertisements.set(advertisement.router, advertisement);
  }
  #outgoing: Map<string, Flight> | undefined;

  #receive({ link, to, advertisements }: Flight): void {
    const router = this.graph.routers[to]!;
    const database = this.#databases[to]!;
    for (const advertisement of advertisements.values()) {
      const known = database[advertisement.router];
      if (known === undefined || advertisement.sequence > known.sequence) {
        this.#install(router, link, advertisement);
      } else if (advertisement.sequence < known.sequence) {
        // The neighbour is behind: it gets the newer one back (§13, step 8).
        this.#send(link, to, known);
      }
    }
  }

  #finish(event: string, flights: readonly Flight[]): LinkStateStep {
    const { routers } = this.graph;
    const changes = this.#changes;
    this.#changes = [];
    this.#outgoing = undefined;
    const named = ({ router, sequence }: LinkStateAdvertisement) =>
      ({ router: routers[router]!.name, sequence }) satisfies AdvertisementName;
    return new LinkStateStep({
      number: ++this.#number,
      time: this.clock,
      event,
      messages: flights.map((flight): LinkStateUpdate => ({
        from: routers[flight.from]!.name,
        to: routers[flight.to]!.name,
        link: flight.link.name,
        advertisements: Array.from(flight.advertisements.values(), named),
      })),
      changes,
      databases: routers.length > MOST_DATABASES ? undefined : new Map(
        routers.map(({ name, index }) => [
          name,
          new Map(
            this.#databases[index]!.flatMap((known) =>
              known === undefined
                ? []
                : [[routers[known.router]!.name, known.sequence] as const]
            ),
          ),
        ]),
      ),
    });
  }
}
