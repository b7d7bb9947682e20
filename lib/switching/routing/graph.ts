/**
 * Routers, their networks and the links between them.
 *
 * @module
 */

import { type Subnet, subnet } from "../../ip/subnet.ts";
import { onlyKnown } from "../../known_options.ts";
import { findNamed, namedLinks } from "../links.ts";
import { checkCount, checkName } from "../names.ts";
import { LINK_ELSEWHERE, ROUTER_LINK } from "../option_names.ts";

/** A link of a simulation of routing. */
export interface RouterLinkOptions {
  /** Its two routers: `"a-b"` or `["a", "b"]`. */
  readonly ends: string | readonly string[];
  /** Its name. @default {its ends, with a hyphen between} */
  readonly name?: string | undefined;
  /** What it costs in both directions, 1 or more. @default {1} */
  readonly cost?: number | undefined;
}

/** Routers and links, as both simulations of routing take them. */
export interface RoutingTopology {
  /**
   * The routers: their names, or by name the networks behind each. Names alone
   * get one network each: 10.0.1.0/24, 10.0.2.0/24, …
   */
  routers:
    | readonly string[]
    | Readonly<Record<string, string | Subnet | readonly (string | Subnet)[]>>;
  /** The links: `"a-b"`, `["a", "b"]`, or more about each. */
  links: Iterable<string | readonly string[] | RouterLinkOptions>;
}

/** A link between two routers. */
export interface RouterLink {
  /** Its number, from 0. */
  readonly index: number;
  /** Its name. */
  readonly name: string;
  /** The names of its routers. */
  readonly ends: readonly string[];
  /** Their numbers. */
  readonly a: number;
  /** Their numbers. */
  readonly b: number;
  /** What it costs. */
  cost: number;
  /** Whether it carries anything. */
  isUp: boolean;
}

/** A router, its networks and its links. */
export interface RouterNode {
  /** Its number, from 0. */
  readonly index: number;
  /** Its name. */
  readonly name: string;
  /** The numbers of the networks behind it. */
  readonly networks: readonly number[];
  /** Its links. */
  readonly links: RouterLink[];
}

/** Everything that does not change while routers learn, but links. */
export interface RoutingGraph {
  /** The routers, by number. */
  readonly routers: readonly RouterNode[];
  /** Their numbers by name. */
  readonly numbers: ReadonlyMap<string, number>;
  /** The links by name. */
  readonly links: ReadonlyMap<string, RouterLink>;
  /** All networks, by number. */
  readonly networks: readonly Subnet[];
}

/** The most routers: 10.0.0.0/8 has a /24 for each. */
const MOST_ROUTERS = 10_000;

/**
 * Checks a topology, and numbers what is in it.
 *
 * @param what What it is for, as a verb phrase.
 * @param topology Routers and links.
 * @param mostCost The highest cost of a link.
 * @returns The graph.
 * @throws {TypeError} If something is of the wrong kind.
 * @throws {RangeError} If a name is unknown or taken, a link leads back to its
 * router, or a cost is out of range.
 * @throws {ParseError} If the text of a network is none.
 *
 * @example
 * ```ts
 * import { routingGraph } from "./graph.ts";
 * import assert from "node:assert/strict";
 *
 * const { networks, links } = routingGraph("route", { routers: ["a", "b"], links: ["a-b"] }, 15);
 * assert.equal(`${networks[1]}`, "10.0.2.0/24");
 * assert.equal(links.get("a-b")?.cost, 1);
 * ```
 */
export function routingGraph(
  what: string,
  topology: RoutingTopology,
  mostCost: number,
): RoutingGraph {
  const given = namedRouters(what, topology.routers);
  const numbers = new Map(given.map(([name], i) => [name, i]));
  if (numbers.size < given.length) {
    throw new RangeError(
      `Cannot ${what} as 'routers' must have names of their own: current value is ${
        given.map(([name]) => name).join(", ")
      }`,
    );
  }
  const networks: Subnet[] = [];
  const known = new Map<string, number>();
  const routers = given.map(([name, behind], index): RouterNode => ({
    index,
    name,
    networks: behind.map((network) => {
      const found = subnet(network);
      const text = `${found}`;
      const number = known.get(text);
      if (number !== undefined) return number;
      known.set(text, networks.length);
      return networks.push(found) - 1;
    }),
    links: [],
  }));
  const links = new Map<string, RouterLink>();
  const named = namedLinks(
    what,
    topology.links,
    new Set(numbers.keys()),
    2,
  );
  for (const { name, ends, options } of named) {
    onlyKnown(what, options, ROUTER_LINK, LINK_ELSEWHERE);
    const { cost = 1 } = options;
    const [a, b] = ends.map((end) => numbers.get(end)!) as [number, number];
    if (a === b) {
      throw new RangeError(
        `Cannot ${what} as 'links' must lead to another router: current value is ${
          JSON.stringify(ends)
        }`,
      );
    }
    checkCount(what, "cost", cost, 1, mostCost);
    const index = links.size;
    const link: RouterLink = { index, name, ends, a, b, cost, isUp: true };
    links.set(name, link);
    routers[a]!.links.push(link);
    routers[b]!.links.push(link);
  }
  return { routers, numbers, links, networks };
}

function namedRouters(
  what: string,
  given: RoutingTopology["routers"],
): (readonly [string, readonly (string | Subnet)[]])[] {
  if (typeof given !== "object" || given === null) {
    throw new TypeError(
      `Cannot ${what} as 'routers' must be a list of names or an object: current value is ${given}`,
    );
  }
  const routers = Array.isArray(given)
    ? given.map((name: string, i) => [name, [defaultNetwork(i + 1)]] as const)
    : Object.entries(given).map(([name, networks]) =>
      [name, Array.isArray(networks) ? networks : [networks]] as const
    );
  checkCount(what, "routers", routers.length, 1, MOST_ROUTERS);
  for (const [name] of routers) checkName(what, "routers", name);
  return routers;
}

function defaultNetwork(n: number): string {
  return `10.${n >> 8}.${n & 255}.0/24`;
}

/**
 * Gives the router at the other end of a link.
 *
 * @param link The link.
 * @param router The number of the router at this end.
 * @returns The number of the other.
 *
 * @example
 * ```ts
 * import { otherEnd, routingGraph } from "./graph.ts";
 * import assert from "node:assert/strict";
 *
 * const { links } = routingGraph("route", { routers: ["a", "b"], links: ["a-b"] }, 15);
 * assert.equal(otherEnd(links.get("a-b")!, 0), 1);
 * ```
 */
export function otherEnd({ a, b }: RouterLink, router: number): number {
  return router === a ? b : a;
}

/**
 * Finds a router by its name.
 *
 * @param graph The graph.
 * @param what What is to be done, as a verb phrase.
 * @param name The name.
 * @returns The router.
 * @throws {RangeError} If there is none.
 *
 * @example
 * ```ts
 * import { findRouter, routingGraph } from "./graph.ts";
 * import assert from "node:assert/strict";
 *
 * const graph = routingGraph("route", { routers: ["a"], links: [] }, 15);
 * assert.equal(findRouter(graph, "look", "a").index, 0);
 * ```
 */
export function findRouter(
  graph: RoutingGraph,
  what: string,
  name: string,
): RouterNode {
  return graph.routers[findNamed(what, "router", name, graph.numbers)]!;
}
