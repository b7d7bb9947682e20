/**
 * Distance vector routing, as RIP does it, step by step.
 *
 * @module
 */

import { onlyKnown } from "../../known_options.ts";
import { checkCount, checkFlag } from "../names.ts";
import { DISTANCE_VECTOR } from "../option_names.ts";
import {
  findRouter,
  type RouterLink,
  type RouterNode,
  type RoutingTopology,
} from "./graph.ts";
import { RouterTable } from "./router_table.ts";
import { RoutingSimulation } from "./simulation.ts";
import {
  type Advertised,
  type SplitHorizon,
  VectorRouter,
  type VectorRules,
} from "./vector_router.ts";
import {
  DistanceVectorStep,
  type VectorCell,
  type VectorChange,
  type VectorUpdate,
} from "./vector_step.ts";

export type { SplitHorizon };

/** Options for {@linkcode distanceVector}. */
export interface DistanceVectorOptions extends RoutingTopology {
  /**
   * Whether routers tell a neighbour of routes that they have from it: all
   * (`"off"`), not (`"simple"`), or as unreachable (`"poisonedReverse"`).
   * @default {"simple"}
   */
  splitHorizon?: SplitHorizon | undefined;
  /** Whether news is told within a second, and not with the next update. @default {true} */
  triggered?: boolean | undefined;
  /** The metric that means unreachable. @default {16} */
  infinity?: number | undefined;
  /** Seconds between the updates of one router. @default {30} */
  update?: number | undefined;
  /** Seconds without news after which a next hop counts no more. @default {180} */
  timeout?: number | undefined;
  /** Seconds for which an unreachable network is still told of. @default {120} */
  garbage?: number | undefined;
}

const WHAT = "simulate distance vector routing";

/** Seconds from news to the triggered update; RFC 2453 §3.10.1 asks for 1 to 5. */
const TRIGGER = 1;

/** Routes in all, up to which steps carry every router's table. */
const MOST_ROUTES = 2000;

/**
 * Makes a network of routers that tell their neighbours what they know, as RIP
 * does: every 30 s, each at its own time, and at once when something changes.
 *
 * A step is one moment at which updates are sent. A network of its own costs a
 * router 1, and every link that is crossed its cost more.
 *
 * With `splitHorizon: "off"` and `triggered: false` a network that is lost may
 * be counted to infinity: it depends on who speaks first. Routers speak in the
 * order in which they are named.
 *
 * @param options Routers, links, and the rules of the protocol.
 * @returns The network, at 0 s.
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a name is unknown or taken, or a number out of range.
 * @throws {ParseError} If the text of a network is none.
 * @see RFC 2453 §3.4 to §3.10 (RIP version 2)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.distanceVector({
 *   routers: { a: [], b: [], c: "192.0.2.0/24" },
 *   links: ["a-b", "b-c"],
 *   splitHorizon: "off",
 *   triggered: false,
 * });
 * sim.run();
 * sim.fail("b-c");
 * const metrics = [...sim.steps()].flatMap(({ changes }) =>
 *   changes.filter(({ router }) => router === "b").map(({ to }) => to?.metric)
 * );
 * assert.deepEqual(metrics, [16, 4, 6, 8, 10, 12, 14, 16], "counted to infinity");
 * ```
 */
export function distanceVector(
  options: DistanceVectorOptions,
): DistanceVectorSimulation {
  return new DistanceVectorSimulation(options);
}

/**
 * A network of distance vector routers; {@linkcode distanceVector} makes one.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim: net.switching.DistanceVectorSimulation = net.switching.distanceVector({
 *   routers: ["a", "b", "c"],
 *   links: ["a-b", "b-c", "c-a"],
 * });
 * assert.ok(sim.run().isSettled);
 * assert.equal(sim.table("a").lookup("10.0.3.1")?.metric, 2);
 * ```
 */
export class DistanceVectorSimulation
  extends RoutingSimulation<DistanceVectorStep> {
  readonly #rules: VectorRules;
  readonly #update: number;
  readonly #triggered: boolean;
  readonly #routers: readonly VectorRouter[];
  /** When each router sends its whole table next. */
  readonly #due: number[];
  /** When some send what is new. */
  readonly #news = new Map<VectorRouter, number>();
  /** Routers that are asked for their whole table by a new neighbour. */
  readonly #asked = new Map<VectorRouter, number>();
  /** What each router was known to know, by network. */
  readonly #known: Map<number, VectorCell>[];
  #lastChange = 0;
  #number = 0;

  /**
   * Makes a network, as {@linkcode distanceVector} does.
   *
   * @param options Routers, links, and the rules of the protocol.
   */
  constructor(options: DistanceVectorOptions) {
    onlyKnown(WHAT, options, DISTANCE_VECTOR);
    const { splitHorizon = "simple", infinity = 16 } = options;
    const { update = 30, timeout = 180, garbage = 120 } = options;
    if (!["off", "simple", "poisonedReverse"].includes(splitHorizon)) {
      throw new RangeError(
        `Cannot ${WHAT} as 'splitHorizon' must be "off", "simple" or "poisonedReverse": current value is ${splitHorizon}`,
      );
    }
    checkCount(WHAT, "infinity", infinity, 2, 1_000_000);
    checkCount(WHAT, "update", update, 2, 3600);
    checkCount(WHAT, "timeout", timeout, update + 1, 86_400);
    checkCount(WHAT, "garbage", garbage, 1, 86_400);
    super(WHAT, options, infinity - 1);
    const { routers } = this.graph;
    this.#rules = { splitHorizon, infinity, timeout, garbage };
    this.#update = update;
    this.#triggered = checkFlag(WHAT, "triggered", options.triggered ?? true);
    this.#routers = routers.map((node) => new VectorRouter(node, this.#rules));
    // Spread over the time between two updates, as RFC 2453 §3.8 asks.
    this.#due = routers.map((_, i) => Math.floor(update * i / routers.length));
    this.#known = routers.map(() => new Map());
    for (const router of this.#routers) {
      for (const network of router.node.networks) router.changed.add(network);
    }
  }

  /**
   * Whether nothing will change any more by itself: every router has told all
   * that it knows, and hears of every network that it has a way to.
   */
  get isSettled(): boolean {
    if (this.events.length > 0 || this.#news.size + this.#asked.size > 0) {
      return false;
    }
    if (this.clock - this.#lastChange <= this.#update) return false;
    const oldest = this.clock - 2 * this.#update;
    return this.#routers.every(({ entries }) =>
      entries.every((entry) => {
        if (entry === undefined) return true;
        for (const [{ isUp }, heard] of entry.hops) {
          if (!isUp || heard < oldest) return false;
        }
        return true;
      })
    );
  }

  /**
   * Goes on to the next moment at which something is sent.
   *
   * @returns The updates that arrived, and what they changed.
   */
  step(): DistanceVectorStep {
    if (this.events.length > 0) return this.#finish(this.takeEvents(), []);
    const times = [
      ...this.#due,
      ...this.#news.values(),
      ...this.#asked.values(),
    ];
    this.clock = times.reduce((a, b) => Math.min(a, b), Infinity);
    const now = this.clock;
    const whole = new Set<VectorRouter>();
    this.#routers.forEach((router, i) => {
      if (this.#due[i]! > now) return;
      this.#due[i] = now + this.#update;
      router.expire(now);
      whole.add(router);
    });
    for (const router of dueBy(this.#asked, now)) whole.add(router);
    const news = dueBy(this.#news, now).filter((router) => !whole.has(router));
    const sent = [
      ...[...whole].flatMap((router) => this.#send(router, false)),
      ...news.flatMap((router) => this.#send(router, true)),
    ];
    for (const router of [...whole, ...news]) {
      this.#news.delete(router);
      router.told();
    }
    for (const { link, to, said } of sent) to.hear(link, said, now);
    const event = [
      ...whole.size > 0 ? [named("update", [...whole])] : [],
      ...news.length > 0 ? [named("triggered update", news)] : [],
    ].join(", ");
    return this.#finish(event, sent);
  }

  /**
   * Gives the forwarding table of a router, as it is now.
   *
   * @param router Its name.
   * @returns The networks that it has a way to.
   * @throws {RangeError} If there is no such router.
   */
  table(router: string): RouterTable {
    const { index, name } = findRouter(this.graph, "look at a table", router);
    const found = this.#routers[index]!;
    const routes = found.entries.flatMap((entry) => {
      if (entry === undefined || entry.metric >= this.#rules.infinity) {
        return [];
      }
      const { network, metric, isConnected, hops } = entry;
      const nextHops = Array.from(hops.keys(), (link) => ({
        router: this.graph.routers[found.neighbour(link)]!.name,
        link: link.name,
      }));
      const subnet = this.graph.networks[network]!;
      return [{ subnet, metric, isConnected, nextHops }];
    });
    return new RouterTable(name, routes);
  }

  /** Lets the routers at both ends see that a link has gone, come or changed its cost. */
  protected linkChanged(
    link: RouterLink,
    change: "up" | "down" | "cost",
  ): void {
    for (const router of [this.#routers[link.a]!, this.#routers[link.b]!]) {
      if (change === "down") router.unlink(link, this.clock);
      else this.#asked.set(router, this.clock + TRIGGER);
    }
  }

  #send(router: VectorRouter, newsOnly: boolean) {
    return router.node.links.filter(({ isUp }) => isUp).map((link) => ({
      link,
      from: router.node,
      to: this.#routers[router.neighbour(link)]!,
      said: router.tell(link, newsOnly),
    })).filter(({ said }) => said.length > 0);
  }

  #finish(
    event: string,
    sent: readonly {
      link: RouterLink;
      from: RouterNode;
      to: VectorRouter;
      said: Advertised;
    }[],
  ): DistanceVectorStep {
    const changes = this.#routers.flatMap((router) => this.#changes(router));
    if (changes.length > 0) this.#lastChange = this.clock;
    if (this.#triggered) {
      for (const router of this.#routers) {
        if (!this.#news.has(router) && router.hasNews) {
          this.#news.set(router, this.clock + TRIGGER);
        }
      }
    }
    const networks = this.graph.networks.map(String);
    const isSmall = networks.length * this.#routers.length <= MOST_ROUTES;
    return new DistanceVectorStep({
      number: ++this.#number,
      time: this.clock,
      event,
      messages: sent.map(({ link, from, to, said }): VectorUpdate => ({
        from: from.name,
        to: to.node.name,
        link: link.name,
        get routes() {
          return Array.from({ length: said.length / 2 }, (_, i) => ({
            network: networks[said[2 * i]!]!,
            metric: said[2 * i + 1]!,
          }));
        },
      })),
      changes,
      tables: isSmall
        ? new Map(this.#routers.map(({ node }) => [
          node.name,
          new Map(
            [...this.#known[node.index]!].sort(([a], [b]) => a - b).map((
              [network, cell],
            ) => [networks[network]!, cell]),
          ),
        ]))
        : undefined,
      infinity: this.#rules.infinity,
    });
  }

  /** What a router knows now and did not at the last step. */
  #changes(router: VectorRouter): VectorChange[] {
    const known = this.#known[router.node.index]!;
    const changes: VectorChange[] = [];
    for (const network of router.changed) {
      const entry = router.entries[network];
      const from = known.get(network);
      const to = entry && {
        metric: entry.metric,
        via: Array.from(
          entry.hops.keys(),
          (link) => this.graph.routers[router.neighbour(link)]!.name,
        ),
      };
      if (from?.metric === to?.metric && `${from?.via}` === `${to?.via}`) {
        continue;
      }
      if (to === undefined) known.delete(network);
      else known.set(network, to);
      changes.push({
        router: router.node.name,
        network: `${this.graph.networks[network]}`,
        from,
        to,
      });
    }
    router.changed.clear();
    return changes;
  }
}

/** Takes out of a timetable what is due. */
function dueBy(
  times: Map<VectorRouter, number>,
  now: number,
): VectorRouter[] {
  const due = [...times].filter(([, at]) => at <= now).map(([router]) =>
    router
  );
  for (const router of due) times.delete(router);
  return due;
}

function named(what: string, routers: readonly VectorRouter[]): string {
  const names = routers.slice(0, 5).map(({ node }) => node.name).join(", ");
  const more = routers.length > 5 ? ` and ${routers.length - 5} more` : "";
  return `${what} of ${names}${more}`;
}
