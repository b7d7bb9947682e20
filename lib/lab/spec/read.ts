/**
 * Reads a whole topology: from what was written to the complete form.
 *
 * @module
 */

import { type Subnet, subnet } from "../../ip/subnet.ts";
import type { Interface, Link, Node, NodeKind, Topology } from "../topology.ts";
import { giveAddresses } from "./addressing.ts";
import { checkWhole } from "./check.ts";
import { checkSwitching, findDomains } from "./domains.ts";
import type { Cidr } from "./reading.ts";
import type { Draft, DraftInterface, DraftNode } from "./draft.ts";
import { Item, shown } from "./item.ts";
import { connect, readLinks } from "./links.ts";
import { readNode } from "./nodes.ts";
import type { Problems } from "./problem.ts";
import { checkNodeName, plainSubnet } from "./reading.ts";
import { giveRoutes, routesOf } from "./routing.ts";
import { readSwitches } from "./switches.ts";

const KEYS = [
  "name",
  "title",
  "ipv4",
  "ipv6",
  "hosts",
  "switches",
  "routers",
  "links",
];

const KINDS = [["hosts", "host"], ["switches", "switch"], [
  "routers",
  "router",
]] as const;

/** The most nodes: a laptop's kernel has room for some thousand namespaces. */
const MOST_NODES = 4096;

/**
 * Reads a topology.
 *
 * @param value What was written: an object, from code or from YAML.
 * @param problems Where what is wrong with it goes; it knows the places.
 * @returns The complete form, frozen.
 * @throws {TopologyError} If anything is wrong.
 */
export function readTopology(value: unknown, problems: Problems): Topology {
  const root = new Item(value, [], problems);
  if (!root.isMap) {
    root.broken(
      `${
        value === null || value === undefined ? "nothing" : shown(value)
      } is not a topology: write a map with hosts, switches, routers and links`,
    );
    problems.throwIfAny();
  }
  root.allow(KEYS, "a topology");
  const draft = readDraft(root, problems);
  if (problems.isBroken) problems.throwIfAny();
  checkSwitching(draft);
  const domains = findDomains(draft);
  giveAddresses(draft, domains);
  checkWhole(draft, domains);
  giveRoutes(draft, domains);
  problems.throwIfAny();
  return complete(draft);
}

function readDraft(root: Item, problems: Problems): Draft {
  const nodes = readNodes(root);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const links = readLinks(root.at("links"), byName);
  connect(links);
  const name = root.at("name");
  const draft: Draft = {
    name: name.text("a name") ?? "lab",
    title: root.at("title").text("a title"),
    pools: [
      ...readPool(root.at("ipv4"), "10.0.0.0/8"),
      ...readPool(root.at("ipv6"), "fd00::/8"),
    ],
    nodes,
    byName,
    links,
    problems,
  };
  if (!name.isAbsent) checkNodeName(draft.name, name, "value");
  // Beside a link that is wrong, what is said of interfaces cannot be judged.
  if (problems.isBroken) return draft;
  // Hosts and routers come first: trunks carry the tags that they take.
  for (const node of nodes) if (node.kind !== "switch") readNode(node);
  readSwitches(nodes.filter(({ kind }) => kind === "switch"));
  return draft;
}

function readNodes(root: Item): DraftNode[] {
  const nodes: DraftNode[] = [];
  const taken = new Map<string, string>();
  for (const [key, kind] of KINDS) {
    const group = root.at(key);
    for (const [name, item, part] of namesIn(group, kind)) {
      if (!checkNodeName(name, item, part)) continue;
      const other = taken.get(name.toLowerCase());
      if (other !== undefined) {
        item.broken(
          `another node is called ${other} already${
            other === name ? "" : ", and capitals make no difference"
          }`,
          part,
        );
        continue;
      }
      taken.set(name.toLowerCase(), name);
      const described = part === "key"
        ? item
        : new Item(undefined, item.path, item.problems);
      nodes.push(newNode(name, kind, described));
      if (nodes.length > MOST_NODES) {
        group.broken(`there are more than ${MOST_NODES} nodes`);
        return [];
      }
    }
  }
  return nodes;
}

/** A node's name, where it was written, and what was said of it. */
type Named = [name: string, item: Item, part: "key" | "value"];

/** A map of nodes, or a list of names where there is no more to say. */
function namesIn(
  group: Item,
  kind: NodeKind,
): Named[] {
  if (Array.isArray(group.value) || typeof group.value === "string") {
    return group.list().flatMap((item): Named[] => {
      const name = item.text(`a ${kind}'s name`);
      if (name !== undefined) return [[name, item, "value"]];
      item.broken(`a ${kind} has no name`);
      return [];
    });
  }
  return group.entries(`a map of ${kind}s, as { ${kind}1: … }, or a list`)
    .map(([name, item]) => [name, item, "key"]);
}

function newNode(name: string, kind: NodeKind, item: Item): DraftNode {
  return {
    name,
    kind,
    item,
    interfaces: [],
    masquerades: new Set(),
    gateways: undefined,
    routes: undefined,
    more: [],
    forwarding: false,
    nft: undefined,
    services: [],
    stp: false,
    vlanAware: false,
    sysctl: {},
    dns: [],
  };
}

/** `false` for none, `true` or nothing for the usual, or a subnet. */
function readPool(item: Item, usual: string): { pool: Subnet; item: Item }[] {
  if (item.value === false) return [];
  const family = subnet(usual).family;
  if (item.isAbsent || item.value === true) {
    return [{ pool: subnet(usual), item }];
  }
  const pool = plainSubnet(item);
  if (pool === undefined) return [];
  if (pool.family === family) return [{ pool, item }];
  item.wrong(`${pool} is not a subnet of IPv${family}, as ${usual}`);
  return [];
}

function complete({ name, title, nodes, links }: Draft): Topology {
  return deepFreeze({
    name,
    ...title === undefined ? {} : { title },
    nodes: nodes.map(completeNode),
    links: completeLinks(nodes, links),
  });
}

function completeNode(node: DraftNode): Node {
  const { name, kind, nft, forwarding, services, stp, vlanAware } = node;
  return {
    name,
    kind,
    interfaces: node.interfaces.map(completeInterface),
    routes: routesOf(node),
    forwarding,
    ...nft === undefined ? {} : { nft },
    services,
    stp,
    vlanAware,
    sysctl: node.sysctl,
    dns: node.dns,
  };
}

function completeInterface(port: DraftInterface): Interface {
  const { name, mac, mtu, addresses, carries, vlans } = port;
  return {
    name,
    mac: mac!,
    mtu,
    addresses: addresses.map(cidrText),
    ...carries === undefined ? {} : { port: carries },
    vlans: vlans.map(({ name, tag, addresses }) => ({
      name,
      id: tag,
      addresses: addresses.map(cidrText),
    })),
  };
}

function cidrText({ address, subnet }: Cidr): string {
  return `${address}/${subnet.prefixLength}`;
}

function completeLinks(
  nodes: readonly DraftNode[],
  links: Draft["links"],
): Link[] {
  const ports = new Map<unknown, DraftInterface>();
  for (const port of nodes.flatMap(({ interfaces }) => interfaces)) {
    if (port.link.ends[0].node === port.node) ports.set(port.link, port);
  }
  const end = ({ node, name }: DraftInterface) => ({
    node: node.name,
    interface: name,
  });
  return links.map((link) => {
    const port = ports.get(link)!;
    return { a: end(port), b: end(port.peer), ...link.impairment };
  });
}

/** Freezes data that has no loops; parts that are shared are frozen once. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) {
    return value;
  }
  Object.freeze(value);
  Object.values(value).forEach(deepFreeze);
  return value;
}
