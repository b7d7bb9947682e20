/**
 * Default routes of hosts, and the static routes between routers.
 *
 * @module
 */

import type { Family } from "../../ip/address.ts";
import { Subnet, subnet } from "../../ip/subnet.ts";
import type { Domain } from "./domains.ts";
import {
  type Draft,
  type DraftNode,
  type Endpoint,
  endpointsOf,
} from "./draft.ts";
import type { Cidr } from "./reading.ts";

const FAMILIES: readonly Family[] = [4, 6];
const EVERYWHERE = { 4: subnet("0.0.0.0/0"), 6: subnet("::/0") } as const;
const LINK_LOCAL = subnet("fe80::/10");

/** The most routes that are computed. */
const MOST_ROUTES = 200_000;

/** Where a subnet's addresses are. */
interface Place {
  readonly endpoint: Endpoint;
  readonly cidr: Cidr;
}

/** The routers of each broadcast domain, by the endpoints that are in it. */
class Routers {
  readonly #domains = new Map<Endpoint, readonly Endpoint[]>();

  constructor(domains: readonly Domain[]) {
    for (const domain of domains) {
      const routers = domain.filter(({ node }) => node.forwarding);
      for (const endpoint of domain) this.#domains.set(endpoint, routers);
    }
  }

  /** Lists the routers that an endpoint hears, itself among them if it is one's. */
  on(endpoint: Endpoint): readonly Endpoint[] {
    return this.#domains.get(endpoint) ?? [];
  }

  /**
   * Lists other nodes' routers in a subnet that an endpoint is in, without those
   * that hide what is behind them from there.
   */
  near(endpoint: Endpoint, subnet: Subnet): Place[] {
    return this.on(endpoint)
      .filter(({ node, port }) =>
        node !== endpoint.node &&
        // Only IPv4 is translated, so IPv6 is to be seen from everywhere.
        !(subnet.family === 4 && node.masquerades.has(port))
      )
      .flatMap((other) =>
        other.addresses.filter(({ address }) => subnet.contains(address))
          .map((cidr) => ({ endpoint: other, cidr }))
      );
  }
}

/**
 * Adds the routes that were left to be chosen: a default route for each host
 * that has a router on its link, and for each router without a routing protocol
 * and without routes of its own the shortest ways to all subnets.
 *
 * What is behind a router that masquerades is not to be seen from outside, so
 * from there no route leads in.
 *
 * @param draft The topology, whose addresses are there.
 * @param domains Its broadcast domains.
 */
export function giveRoutes(draft: Draft, domains: readonly Domain[]): void {
  const routers = new Routers(domains);
  for (const node of draft.nodes) giveDefaults(node, routers);
  const lacking = draft.nodes.filter(needsRoutes);
  if (lacking.length * domains.length > MOST_ROUTES) {
    draft.problems.add(
      ["routers"],
      `these would be ${lacking.length} routers with a route to each of ${domains.length} links: run a routing protocol, services: [{ name: frr, ospf: true }], or write routes`,
    );
    return;
  }
  for (const node of lacking) {
    for (const family of FAMILIES) giveStatic(node, family, routers);
  }
}

function needsRoutes(node: DraftNode): boolean {
  return node.kind === "router" && node.forwarding &&
    node.routes === undefined &&
    !node.services.some(({ name }) => name === "frr");
}

/** The routes of a `gateway` that was written, or of the first router there is. */
function giveDefaults(node: DraftNode, routers: Routers): void {
  if (node.kind === "switch") return;
  if (node.gateways !== undefined) {
    for (const { address } of node.gateways) {
      const to = `${EVERYWHERE[address.family]}`;
      // Each link has those addresses: the kernel has to be told which is meant.
      const dev = LINK_LOCAL.contains(address)
        ? endpointsOf(node)[0]?.name
        : undefined;
      const rest = dev === undefined ? {} : { dev };
      node.more.push({ to, via: `${address}`, ...rest });
    }
    return;
  }
  if (node.kind !== "host" || node.forwarding) return;
  for (const family of FAMILIES) {
    const all = EVERYWHERE[family];
    if (node.routes?.some(({ to }) => to.equals(all))) continue;
    const [first] = endpointsOf(node).flatMap((endpoint) =>
      subnetsOf(endpoint, family).flatMap((subnet) =>
        routers.near(endpoint, subnet)
      )
    );
    if (first === undefined) continue;
    node.more.push({ to: `${all}`, via: `${first.cidr.address}` });
  }
}

function subnetsOf({ addresses }: Endpoint, family: Family): Subnet[] {
  return addresses.map(({ subnet }) => subnet)
    .filter((subnet) => subnet.family === family);
}

/** Searches outwards, router by router, so that the first way found is a shortest. */
function giveStatic(start: DraftNode, family: Family, routers: Routers): void {
  const known = new Set<string>();
  const learn = (node: DraftNode, via: Cidr | undefined) => {
    for (
      const subnet of endpointsOf(node).flatMap((e) => subnetsOf(e, family))
    ) {
      if (known.has(`${subnet}`)) continue;
      known.add(`${subnet}`);
      if (via === undefined) continue;
      start.more.push({ to: `${subnet}`, via: `${via.address}` });
    }
  };
  learn(start, undefined);
  const reached = new Set([start]);
  const crossed = new Map<readonly Endpoint[], Set<string>>();
  let ring: [node: DraftNode, via: Cidr | undefined][] = [[start, undefined]];
  while (ring.length > 0) {
    const next: typeof ring = [];
    for (const [node, via] of ring) {
      for (const endpoint of endpointsOf(node)) {
        const link = routers.on(endpoint);
        const done = crossed.get(link) ?? new Set();
        crossed.set(link, done);
        for (const subnet of subnetsOf(endpoint, family)) {
          if (done.has(`${subnet}`)) continue;
          done.add(`${subnet}`);
          for (const place of routers.near(endpoint, subnet)) {
            const { node: other } = place.endpoint;
            if (reached.has(other)) continue;
            reached.add(other);
            const hop = via ?? place.cidr;
            learn(other, hop);
            next.push([other, hop]);
          }
        }
      }
    }
    ring = next;
  }
}

/**
 * Puts all routes of a node together: those written, then those added.
 *
 * @param node The node.
 * @returns The routes; a computed one is left out where one to the same was written.
 */
export function routesOf(node: DraftNode): DraftNode["more"] {
  const own = (node.routes ?? []).map(({ to, via, dev, metric }) => ({
    to: `${new Subnet(to.network, to.prefixLength)}`,
    ...via === undefined ? {} : { via: `${via}` },
    ...dev === undefined ? {} : { dev },
    ...metric === undefined ? {} : { metric },
  }));
  const taken = new Set(own.map(({ to }) => to));
  return [...own, ...node.more.filter(({ to }) => !taken.has(to))];
}
