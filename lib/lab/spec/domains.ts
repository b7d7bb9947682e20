/**
 * Who hears whom: broadcast domains, and loops of switches.
 *
 * @module
 */

import {
  type Draft,
  type DraftInterface,
  type DraftLink,
  type DraftNode,
  type Endpoint,
  endpointsOf,
} from "./draft.ts";

/** The endpoints that hear one another's broadcasts, in the order of the nodes. */
export type Domain = readonly Endpoint[];

/** The most steps that frames are followed: more is a text made to be slow. */
const MOST_STEPS = 2_000_000;

/**
 * Follows untagged and tagged frames through the switches.
 *
 * @param draft The topology, whose ports know what they carry.
 * @returns The domains, in the order of the links; each endpoint is in one.
 */
export function findDomains(draft: Draft): Domain[] {
  const domains: Endpoint[][] = [];
  const placed = new Set<Endpoint>();
  const flood = new Flood();
  const order = new Map(
    draft.nodes.flatMap(endpointsOf).map((endpoint, i) => [endpoint, i]),
  );
  for (const { node, port } of linkEnds(draft)) {
    if (node.kind === "switch") continue;
    for (const endpoint of [port, ...port.vlans]) {
      if (placed.has(endpoint)) continue;
      const members = [endpoint, ...flood.from(endpoint)];
      if (flood.steps > MOST_STEPS) {
        draft.problems.break([], "too many VLANs on too many switches");
        return [];
      }
      const domain = [...new Set(members)].filter((one) => !placed.has(one))
        .sort((a, b) => order.get(a)! - order.get(b)!);
      for (const one of domain) placed.add(one);
      domains.push(domain);
    }
  }
  return domains;
}

/** Both ends of every link, in order. */
function* linkEnds(
  { links, nodes }: Draft,
): Generator<{ node: DraftNode; port: DraftInterface }> {
  const ports = new Map<DraftLink, DraftInterface[]>();
  for (const port of nodes.flatMap(({ interfaces }) => interfaces)) {
    ports.set(port.link, [...ports.get(port.link) ?? [], port]);
  }
  for (const link of links) {
    const [a, b] = ports.get(link)!;
    const inOrder = a!.node === link.ends[0].node ? [a!, b!] : [b!, a!];
    for (const port of inOrder) yield { node: port.node, port };
  }
}

/** Frames that go wherever they can. */
class Flood {
  steps = 0;
  /** Which VLANs of which switches they have been in. */
  readonly #seen = new Map<DraftNode, Set<number>>();

  from(start: Endpoint): Endpoint[] {
    const found: Endpoint[] = [];
    const stack: [port: DraftInterface, tag: number][] = [
      [start.port.peer, start.tag],
    ];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [port, tag] = next;
      if (++this.steps > MOST_STEPS) break;
      const { node } = port;
      if (node.kind !== "switch") {
        const end = tag === 0
          ? port
          : port.vlans.find((sub) => sub.tag === tag);
        if (end !== undefined) found.push(end);
        continue;
      }
      const vlan = node.vlanAware ? vlanOf(port, tag) : tag;
      if (vlan === undefined || this.#seen.get(node)?.has(vlan)) continue;
      const seen = this.#seen.get(node) ?? new Set();
      this.#seen.set(node, seen.add(vlan));
      for (const out of node.interfaces) {
        const tagOut = node.vlanAware ? tagOf(out, vlan) : vlan;
        if (tagOut !== undefined) stack.push([out.peer, tagOut]);
      }
    }
    return found;
  }
}

/** Which VLAN a frame is in that comes in with a tag, or with 0 for none. */
function vlanOf({ carries }: DraftInterface, tag: number): number | undefined {
  if (tag === 0) return carries?.access ?? carries?.native;
  return carries?.trunk?.includes(tag) ? tag : undefined;
}

/** Which tag a VLAN's frames go out with, or 0 for none. */
function tagOf({ carries }: DraftInterface, vlan: number): number | undefined {
  if (carries?.access === vlan || carries?.native === vlan) return 0;
  return carries?.trunk?.includes(vlan) ? vlan : undefined;
}

/**
 * Notes what cannot work between neighbours: tags that a port does not let in,
 * trunks with nothing in common, loops without spanning tree.
 *
 * @param draft The topology, whose ports know what they carry.
 */
export function checkSwitching(draft: Draft): void {
  for (const endpoint of draft.nodes.flatMap(endpointsOf)) checkTag(endpoint);
  const trees = new Map<DraftNode, DraftNode>();
  const branches = new Map<DraftNode, DraftNode[]>();
  for (const link of draft.links) {
    const [a, b] = [link.ends[0].node, link.ends[1].node];
    if (a.kind !== "switch" || b.kind !== "switch") continue;
    checkTrunk(link);
    const [rootA, rootB] = [rootOf(trees, a), rootOf(trees, b)];
    if (rootA === rootB) {
      checkLoop(wayBetween(branches, a, b), link);
      continue;
    }
    trees.set(rootA, rootB);
    branches.set(a, [...branches.get(a) ?? [], b]);
    branches.set(b, [...branches.get(b) ?? [], a]);
  }
}

/** A sub-interface whose VLAN the switch at the other end does not take. */
function checkTag({ tag, port, name, item }: Endpoint): void {
  const { node, carries } = port.peer;
  if (tag === 0 || !node.vlanAware || carries?.trunk?.includes(tag)) return;
  const has = carries?.access !== undefined
    ? `is in VLAN ${carries.access}, untagged`
    : carries?.native === tag
    ? `has VLAN ${tag} as its native one, untagged`
    : `carries only ${carries?.trunk?.join(", ") || "untagged frames"}`;
  item.wrong(
    `the port of ${node.name} to ${port.node.name} does not let VLAN ${tag} of ${name} in, as it ${has}: add ${tag} to its trunk`,
  );
}

function checkTrunk({ ends, item }: DraftLink): void {
  const [a, b] = ends;
  const one = a.node.interfaces.find(({ link }) => link.ends === ends)!;
  const [mine, theirs] = [one.carries, one.peer.carries];
  if (mine === undefined || theirs === undefined) return;
  const untagged = [mine, theirs].map((port) => port.access ?? port.native);
  if (untagged.every((id) => id !== undefined)) return;
  if (mine.trunk?.some((id) => theirs.trunk?.includes(id))) return;
  item.wrong(
    `no frame passes from ${a.node.name} to ${b.node.name}, as their ports have no VLAN in common: give both ends the same trunks, or the same VLAN`,
  );
}

function rootOf(
  trees: ReadonlyMap<DraftNode, DraftNode>,
  node: DraftNode,
): DraftNode {
  let root = node;
  for (let up = trees.get(root); up !== undefined; up = trees.get(root)) {
    root = up;
  }
  return root;
}

/** The switches from one to another along the branches. */
function wayBetween(
  branches: ReadonlyMap<DraftNode, readonly DraftNode[]>,
  from: DraftNode,
  to: DraftNode,
): DraftNode[] {
  const cameFrom = new Map<DraftNode, DraftNode>([[from, from]]);
  for (const node of cameFrom.keys()) {
    if (node === to) break;
    for (const next of branches.get(node) ?? []) {
      if (!cameFrom.has(next)) cameFrom.set(next, node);
    }
  }
  const way = [to];
  for (let at = to; at !== from;) way.push(at = cameFrom.get(at)!);
  return way.reverse();
}

function checkLoop(loop: readonly DraftNode[], { item }: DraftLink): void {
  const without = loop.filter(({ stp }) => !stp).map(({ name }) => name);
  if (without.length === 0) return;
  const names = loop.map(({ name }) => name);
  item.wrong(
    `this link closes a loop of ${
      listed(names)
    }, in which frames would circle for ever: set stp: true on ${
      listed(without)
    }, or take a link away`,
  );
}

function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  const shown = names.slice(0, 12);
  const more = names.length - shown.length;
  const last = more > 0 ? `${more} more` : shown.pop()!;
  return `${shown.join(", ")} and ${last}`;
}
