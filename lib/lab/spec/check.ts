/**
 * Checks what only the whole shows: addresses, gateways and routes beside those
 * of the other nodes.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import { address, tryParse } from "../../ip/address.ts";
import { type Subnet, subnet } from "../../ip/subnet.ts";
import type { Domain } from "./domains.ts";
import {
  type Draft,
  type DraftNode,
  type Endpoint,
  endpointsOf,
} from "./draft.ts";
import type { Item } from "./item.ts";

const LINK_LOCAL = subnet("fe80::/10");
/** The least that IPv6 works with (RFC 8200 §5). */
const IPV6_MTU = 1280;

/**
 * Notes what does not fit together.
 *
 * @param draft The topology, with all addresses and no computed routes yet.
 * @param domains Its broadcast domains.
 */
export function checkWhole(draft: Draft, domains: readonly Domain[]): void {
  checkMacs(draft.nodes);
  checkDuplicates(draft, domains);
  for (const domain of domains) checkSubnets(domain);
  for (const node of draft.nodes) {
    if (node.kind === "switch") continue;
    const endpoints = endpointsOf(node);
    for (const endpoint of endpoints) checkMtu(endpoint);
    for (const { address, item } of node.gateways ?? []) {
      checkHop(node, endpoints, address, item, "gateway");
    }
    for (const { via, dev, to, item } of node.routes ?? []) {
      if (via === undefined) continue;
      if (via.family !== to.family) {
        item.wrong(`${to} and ${via} are not of one family`);
        continue;
      }
      const out = dev === undefined
        ? endpoints
        : endpoints.filter(({ name }) => name === dev);
      checkHop(node, out, via, item, "next hop", dev !== undefined);
    }
    checkDhcp(node, endpoints);
  }
}

function checkMacs(nodes: readonly DraftNode[]): void {
  const holders = new Map<string, string>();
  for (const { name, mac, node, item } of nodes.flatMap((n) => n.interfaces)) {
    if (mac === undefined) continue;
    const holder = holders.get(mac);
    const who = `${name} of ${node.name}`;
    if (holder !== undefined) {
      item.wrong(`${mac} is the MAC address of ${holder} already`);
    } else holders.set(mac, who);
  }
}

/** An address twice; beyond a masquerade another network may have the same. */
function checkDuplicates({ nodes }: Draft, domains: readonly Domain[]): void {
  const isOneNetwork = nodes.every(({ masquerades }) => masquerades.size === 0);
  let holders = new Map<number | string, Endpoint>();
  for (const domain of domains) {
    if (!isOneNetwork) holders = new Map();
    for (const endpoint of domain) {
      for (const { address } of endpoint.addresses) {
        if (LINK_LOCAL.contains(address)) continue;
        const holder = holders.get(address.key);
        if (holder === undefined) {
          holders.set(address.key, endpoint);
          continue;
        }
        // Of an automatic address and a written one, the written one is to blame.
        const late = endpoint.isAutomatic ? holder : endpoint;
        const early = late === endpoint ? holder : endpoint;
        late.item.wrong(
          `${address} is the address of ${early.name} of ${early.node.name} already`,
        );
      }
    }
  }
}

/** An address that no one else on the link shares a subnet with. */
function checkSubnets(domain: Domain): void {
  const all = domain.flatMap((endpoint) =>
    endpoint.addresses.map((cidr) => ({ endpoint, ...cidr }))
  );
  // Who is alone in a subnet is found by that subnet's count of others.
  const count = new Map<string, number>();
  for (const { subnet } of all) {
    count.set(`${subnet}`, (count.get(`${subnet}`) ?? 0) + 1);
  }
  for (const one of all) {
    const { endpoint, address, subnet } = one;
    if (count.get(`${subnet}`)! > 1) continue;
    const others = all.filter((other) =>
      other.endpoint !== endpoint && other.subnet.family === subnet.family
    );
    const meets = others.some((other) =>
      subnet.contains(other.address) || other.subnet.contains(address)
    );
    if (others.length === 0 || meets) continue;
    const [other] = others;
    endpoint.item.wrong(
      `${address}/${subnet.prefixLength} is in no subnet of its link: ${
        other!.endpoint.name
      } of ${other!.endpoint.node.name} there is in ${other!.subnet}`,
    );
  }
}

function checkMtu({ port, addresses, item, name, node }: Endpoint): void {
  if (port.mtu >= IPV6_MTU) return;
  if (!addresses.some(({ address }) => address.family === 6)) return;
  item.wrong(
    `${name} of ${node.name} has an MTU of ${port.mtu}, and IPv6 needs ${IPV6_MTU}: make it larger, or set ipv6: false`,
  );
}

/** A next hop must be someone else's address on a link of the node's. */
function checkHop(
  node: DraftNode,
  endpoints: readonly Endpoint[],
  hop: Address,
  item: Item,
  what: string,
  isNamed = false,
): void {
  // One that could not be read may be the one that is meant.
  if (endpoints.some(({ isDoubtful }) => isDoubtful)) return;
  const subnets: Subnet[] = endpoints.flatMap(({ addresses }) =>
    addresses.map(({ subnet }) => subnet)
  );
  if (
    endpointsOf(node).some(({ addresses }) =>
      addresses.some(({ address }) => address.equals(hop))
    )
  ) {
    item.wrong(`the ${what} ${hop} is ${node.name}'s own address`);
  } else if (LINK_LOCAL.contains(hop)) {
    if (endpoints.length === 1 || isNamed) return;
    item.wrong(
      `the ${what} ${hop} could be on any of ${endpoints.length} interfaces: write it as a route, ::/0 via ${hop} dev ${
        endpoints[0]?.name ?? "eth0"
      }`,
    );
  } else if (!subnets.some((subnet) => subnet.contains(hop))) {
    const same = subnets.filter(({ family }) => family === hop.family);
    item.wrong(
      `the ${what} ${hop} is on no link of ${node.name}, ${
        same.length === 0
          ? `which has no IPv${hop.family} address`
          : `which is in ${[...new Set(same.map(String))].join(", ")}`
      }`,
    );
  }
}

/** Leases must be for a link that the server is on. */
function checkDhcp(node: DraftNode, endpoints: readonly Endpoint[]): void {
  for (const { name, options } of node.services) {
    if (name !== "dnsmasq" || options.dhcp === undefined) continue;
    const { from, to } = options.dhcp;
    const isOn = endpoints.some(({ addresses }) =>
      addresses.some(({ subnet }) =>
        subnet.family === address(from).family &&
        subnet.contains(from) && subnet.contains(tryParse(to) ?? from)
      )
    );
    if (!isOn) {
      node.item.at("services").wrong(
        `dnsmasq would lease ${from} to ${to}, and ${node.name} has no address in that subnet`,
      );
    }
  }
}
