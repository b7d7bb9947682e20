/**
 * One router that speaks a distance vector protocol, as RIP is one.
 *
 * @module
 */

import { otherEnd, type RouterLink, type RouterNode } from "./graph.ts";

/** What a router does about routes back to where it has them from. */
export type SplitHorizon = "off" | "simple" | "poisonedReverse";

/** Times and limits of the protocol, checked. */
export interface VectorRules {
  /** What a router does about routes back to where it has them from. */
  readonly splitHorizon: SplitHorizon;
  /** The metric that means unreachable. */
  readonly infinity: number;
  /** Seconds without news after which a next hop counts no more. */
  readonly timeout: number;
  /** Seconds for which an unreachable network is still told of. */
  readonly garbage: number;
}

/** What a router knows of one network. */
export interface VectorEntry {
  /** The network's number. */
  readonly network: number;
  /** What the way costs; infinity if there is none any more. */
  metric: number;
  /** Whether the network is the router's own. */
  readonly isConnected: boolean;
  /** By link to the next hop, when it last said so. */
  readonly hops: Map<RouterLink, number>;
  /** When it is forgotten; undefined if there is a way. */
  forgetAt: number | undefined;
  /** Whether neighbours have not been told yet. */
  isNews: boolean;
}

/**
 * What one router tells another: the number of a network, what the way to it
 * costs, the next network, and so on. There may be a thousand times a thousand
 * of them, so they are no objects.
 */
export type Advertised = Int32Array;

/**
 * A router of a distance vector protocol: it knows no more of the network than
 * what its neighbours say.
 *
 * @see RFC 2453 §3.4 to §3.9
 *
 * @example
 * ```ts
 * import { routingGraph } from "./graph.ts";
 * import { VectorRouter } from "./vector_router.ts";
 * import assert from "node:assert/strict";
 *
 * const { routers, links } = routingGraph("route", { routers: ["a", "b"], links: ["a-b"] }, 15);
 * const rules = { splitHorizon: "simple", infinity: 16, timeout: 180, garbage: 120 } as const;
 * const [a, b] = routers.map((node) => new VectorRouter(node, rules));
 * const link = links.get("a-b")!;
 * b!.hear(link, a!.tell(link, false), 0);
 * assert.equal(b!.entries[0]?.metric, 2);
 * ```
 */
export class VectorRouter {
  /** Its name, links and networks. */
  readonly node: RouterNode;
  /** What it knows, by the network's number. */
  readonly entries: (VectorEntry | undefined)[] = [];
  readonly #rules: VectorRules;
  /** Networks of which it has news, or whose entry has changed since it was asked. */
  readonly changed = new Set<number>();

  /**
   * Makes a router that knows its own networks, at metric 1 as RFC 2453 has it.
   *
   * @param node Its name, links and networks.
   * @param rules Times and limits.
   */
  constructor(node: RouterNode, rules: VectorRules) {
    this.node = node;
    this.#rules = rules;
    for (const network of node.networks) {
      this.entries[network] = {
        network,
        metric: 1,
        isConnected: true,
        hops: new Map(),
        forgetAt: undefined,
        isNews: true,
      };
    }
  }

  /** Whether there is anything that neighbours have not been told yet. */
  get hasNews(): boolean {
    return this.entries.some((entry) => entry?.isNews);
  }

  /**
   * Gives what the router says over one of its links (§3.9.2).
   *
   * @param link The link.
   * @param newsOnly Whether only of what has changed.
   * @returns Networks and metrics.
   */
  tell(link: RouterLink, newsOnly: boolean): Advertised {
    const { splitHorizon, infinity } = this.#rules;
    const said: number[] = [];
    for (const entry of this.entries) {
      if (entry === undefined || newsOnly && !entry.isNews) continue;
      const isBack = splitHorizon !== "off" && entry.hops.has(link);
      if (isBack && splitHorizon === "simple") continue;
      said.push(entry.network, isBack ? infinity : entry.metric);
    }
    return Int32Array.from(said);
  }

  /** Notes that the neighbours have been told. */
  told(): void {
    for (const entry of this.entries) {
      if (entry !== undefined) entry.isNews = false;
    }
  }

  /**
   * Takes in what a neighbour says (§3.9.2). A next hop is believed even if its
   * way has become worse; any other only if its way is better, or as good.
   *
   * @param link The link that it came over.
   * @param said Networks and metrics.
   * @param now The time in seconds.
   */
  hear(link: RouterLink, said: Advertised, now: number): void {
    const { infinity } = this.#rules;
    for (let i = 0; i < said.length; i += 2) {
      const network = said[i]!;
      const metric = Math.min(infinity, said[i + 1]! + link.cost);
      const entry = this.entries[network];
      if (entry === undefined) {
        if (metric < infinity) this.#add(network, metric, link, now);
      } else if (entry.isConnected) {
        continue;
      } else if (entry.hops.has(link)) {
        if (metric <= entry.metric) entry.hops.set(link, now);
        if (metric < entry.metric) this.#replace(entry, metric, link, now);
        else if (metric > entry.metric) {
          this.#lose(entry, link, now, metric);
        }
      } else if (metric < entry.metric) {
        this.#replace(entry, metric, link, now);
      } else if (metric === entry.metric && metric < infinity) {
        // Ways that cost the same are kept side by side.
        entry.hops.set(link, now);
        this.changed.add(network);
      }
    }
  }

  /**
   * Notes that a link has gone: its next hops with it.
   *
   * @param link The link.
   * @param now The time in seconds.
   */
  unlink(link: RouterLink, now: number): void {
    for (const entry of this.entries) {
      if (entry?.hops.has(link)) this.#lose(entry, link, now);
    }
  }

  /**
   * Looks at the timers (§3.8): next hops that have been silent for too long go,
   * and so do networks that have been unreachable for long enough.
   *
   * @param now The time in seconds.
   */
  expire(now: number): void {
    const { timeout } = this.#rules;
    for (const entry of this.entries) {
      if (entry === undefined) continue;
      for (const [link, heard] of entry.hops) {
        if (now - heard >= timeout) this.#lose(entry, link, now);
      }
      if (entry.forgetAt !== undefined && now >= entry.forgetAt) {
        this.entries[entry.network] = undefined;
        this.changed.add(entry.network);
      }
    }
  }

  /**
   * Gives the number of the neighbour over a link.
   *
   * @param link One of the router's links.
   * @returns The neighbour's number.
   */
  neighbour(link: RouterLink): number {
    return otherEnd(link, this.node.index);
  }

  #add(network: number, metric: number, link: RouterLink, now: number): void {
    this.entries[network] = {
      network,
      metric,
      isConnected: false,
      hops: new Map([[link, now]]),
      forgetAt: undefined,
      isNews: true,
    };
    this.changed.add(network);
  }

  #replace(
    entry: VectorEntry,
    metric: number,
    link: RouterLink,
    now: number,
  ): void {
    entry.hops.clear();
    entry.hops.set(link, now);
    entry.metric = metric;
    entry.forgetAt = undefined;
    entry.isNews = true;
    this.changed.add(entry.network);
  }

  /** A next hop goes, or says that its way has become worse. */
  #lose(
    entry: VectorEntry,
    link: RouterLink,
    now: number,
    metric = this.#rules.infinity,
  ): void {
    entry.hops.delete(link);
    this.changed.add(entry.network);
    if (entry.hops.size > 0) return;
    if (metric < this.#rules.infinity) {
      return this.#replace(entry, metric, link, now);
    }
    entry.metric = metric;
    entry.forgetAt = now + this.#rules.garbage;
    entry.isNews = true;
  }
}
