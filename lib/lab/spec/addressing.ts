/**
 * Gives addresses to what has none: one subnet a broadcast domain.
 *
 * @module
 */

import type { Family } from "../../ip/address.ts";
import { type Need, plan } from "../../ip/plan/plan.ts";
import type { Subnet } from "../../ip/subnet.ts";
import type { Domain } from "./domains.ts";
import {
  type Draft,
  type DraftNode,
  type Endpoint,
  endpointsOf,
} from "./draft.ts";
import type { Item } from "./item.ts";

/** The usual size of a subnet, which is not gone below while there is room. */
const USUAL = { 4: 24, 6: 64 } as const;

/**
 * Fills in the addresses and MACs that were left to be chosen.
 *
 * In a domain where someone has an address of a family, the others get theirs
 * from the same subnet; where nobody has any, it gets a subnet of each pool.
 * Routers come first, then hosts, each in the order of writing.
 *
 * @param draft The topology.
 * @param domains Its broadcast domains.
 */
export function giveAddresses(draft: Draft, domains: readonly Domain[]): void {
  const taken = new Set(
    draft.nodes.flatMap(endpointsOf).flatMap(({ addresses }) => addresses)
      .map(({ address }) => address.key),
  );
  for (const { pool, item } of draft.pools) {
    const { family } = pool;
    const open = domains.filter((domain) => wants(domain, family));
    const bare = open.filter((domain) => written(domain, family).length === 0);
    const subnets = subnetsFor(draft, bare, pool, item);
    for (const domain of open) {
      const subnet = subnets.get(domain) ?? written(domain, family)[0];
      if (subnet !== undefined) fill(domain, subnet, taken);
    }
  }
  giveMacs(draft.nodes);
}

/** Whether a domain has someone who needs an address of a family. */
function wants(domain: Domain, family: Family): boolean {
  if (!domain.some(({ isAutomatic }) => isAutomatic)) return false;
  const has = domain.filter(({ isAutomatic }) => !isAutomatic)
    .flatMap(({ addresses }) => addresses);
  // Where only IPv4 was written, an IPv6 address would have nobody to talk to.
  return has.length === 0 ||
    has.some(({ address }) => address.family === family);
}

/** The subnets of a family that were written in a domain. */
function written(domain: Domain, family: Family): Subnet[] {
  return domain.filter(({ isAutomatic }) => !isAutomatic)
    .flatMap(({ addresses }) => addresses)
    .map(({ subnet }) => subnet)
    .filter((subnet) => subnet.family === family);
}

/** A subnet of the pool for each domain, apart from all that were written. */
function subnetsFor(
  draft: Draft,
  domains: readonly Domain[],
  pool: Subnet,
  item: Item,
): Map<Domain, Subnet> {
  if (domains.length === 0) return new Map();
  const used = usedIn(pool, draft);
  const kept: Need[] = used.map((at, i) => ({ name: `used ${i}`, at }));
  const usual = USUAL[pool.family];
  const sizes: ((hosts: number) => Partial<Need>)[] = [
    (hosts) => ({ prefixLength: Math.min(usual, fitting(pool, hosts)) }),
    (hosts) => ({ prefixLength: fitting(pool, hosts) }),
  ];
  let fault = "it is all taken by addresses that were written";
  if (used.some((subnet) => subnet.contains(pool))) sizes.length = 0;
  for (const size of sizes) {
    try {
      const needs = domains.map((domain, i) => ({
        name: `${i}`,
        ...size(domain.length),
      }));
      const { allocations } = plan(pool, [...kept, ...needs], {
        longestPrefix: pool.network.bits,
      });
      const byName = new Map(allocations.map((a) => [a.name, a.subnet]));
      return new Map(domains.map((domain, i) => [domain, byName.get(`${i}`)!]));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      fault = `${domains.length} links need more: take a larger one`;
    }
  }
  item.wrong(
    `there is no room in ${pool} for the automatic addresses: ${fault}`,
  );
  return new Map();
}

/** The prefix length that just has room for hosts and one more. */
function fitting({ network: { bits } }: Subnet, hosts: number): number {
  return bits - Math.max(2, Math.ceil(Math.log2(hosts + 3)));
}

/** The largest of the written subnets that lie in a pool or around it. */
function usedIn(pool: Subnet, { nodes }: Draft): Subnet[] {
  const all = nodes.flatMap(endpointsOf).flatMap(({ addresses }) => addresses)
    .map(({ subnet }) => subnet)
    .filter((subnet) => subnet.overlaps(pool))
    .sort((a, b) => a.compare(b));
  const kept: Subnet[] = [];
  for (const subnet of all) {
    if (!kept.at(-1)?.contains(subnet)) kept.push(subnet);
  }
  return kept;
}

/** Gives out the addresses of a subnet that nobody has, here or on another link. */
function fill(
  domain: Domain,
  subnet: Subnet,
  taken: Set<number | string>,
): void {
  const { hostCount, first } = subnet;
  let next = 0n;
  for (const endpoint of inOrder(domain)) {
    while (next < hostCount && taken.has(first.offset(next).key)) next++;
    if (next >= hostCount) {
      endpoint.item.wrong(
        `there is no address left in ${subnet} for ${endpoint.name} of ${endpoint.node.name}: write a larger subnet`,
      );
      return;
    }
    const address = first.offset(next++);
    taken.add(address.key);
    endpoint.addresses.push({ address, subnet });
  }
}

/** Who gets an address: routers first. */
function inOrder(domain: Domain): Endpoint[] {
  const open = domain.filter(({ isAutomatic }) => isAutomatic);
  const isRouter = ({ node }: Endpoint) => node.kind === "router";
  return [
    ...open.filter(isRouter),
    ...open.filter((endpoint) => !isRouter(endpoint)),
  ];
}

/** Node and port, in the range for everyone's own use (IEEE 802-2014 §8.4). */
function giveMacs(nodes: readonly DraftNode[]): void {
  const taken = new Set(
    nodes.flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac)),
  );
  nodes.forEach(({ interfaces }, n) => {
    interfaces.forEach((port, p) => {
      for (let high = 0; port.mac === undefined; high++) {
        const octets = [2, high, n + 1 >> 8, n + 1 & 255, p >> 8, p & 255];
        const mac = octets.map((o) => o.toString(16).padStart(2, "0")).join(
          ":",
        );
        if (!taken.has(mac)) port.mac = mac;
      }
    });
  });
}
