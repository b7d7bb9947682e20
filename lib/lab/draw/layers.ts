/**
 * Which column each node of a drawing stands in, and in which order.
 *
 * @module
 */

import type { Link, Node, Topology } from "../topology.ts";

/** A part of a topology that hangs together, column by column, top to bottom. */
export type Columns = readonly (readonly Node[])[];

/** How often the columns are put in order by their neighbours. */
const SWEEPS = 6;

/** Who is next to whom. */
export class Neighbours {
  readonly #links = new Map<
    Node,
    { readonly peer: Node; readonly link: Link }[]
  >();

  /**
   * Looks at the links.
   *
   * @param topology The topology.
   */
  constructor({ nodes, links }: Topology) {
    const byName = new Map(nodes.map((node) => [node.name, node]));
    for (const node of nodes) this.#links.set(node, []);
    for (const link of links) {
      const [a, b] = [byName.get(link.a.node)!, byName.get(link.b.node)!];
      this.#links.get(a)!.push({ peer: b, link });
      this.#links.get(b)!.push({ peer: a, link });
    }
  }

  /**
   * Lists the links of a node.
   *
   * @param node The node.
   */
  linksOf(node: Node): readonly { readonly peer: Node; readonly link: Link }[] {
    return this.#links.get(node)!;
  }

  /**
   * Lists the nodes that a node is linked to, each once.
   *
   * @param node The node.
   */
  of(node: Node): Node[] {
    return [...new Set(this.linksOf(node).map(({ peer }) => peer))];
  }
}

/**
 * Puts nodes into columns so that links join columns side by side: what joins
 * others in the middle, in the order of their distances, and the leaves on the
 * outer sides.
 *
 * @param topology The topology.
 * @param neighbours Its neighbours.
 * @returns The columns of each part that hangs together.
 */
export function columnsOf(
  { nodes }: Topology,
  neighbours: Neighbours,
): Columns[] {
  return parts(nodes, neighbours).map((part) => {
    const columns = arrange(part, neighbours);
    for (let i = 0; i < SWEEPS; i++) sweep(columns, neighbours, i % 2 === 0);
    return columns;
  });
}

function parts(nodes: readonly Node[], neighbours: Neighbours): Node[][] {
  const seen = new Set<Node>();
  const found: Node[][] = [];
  for (const node of nodes) {
    if (seen.has(node)) continue;
    const part = [...distances(node, () => true, neighbours).keys()];
    part.forEach((one) => seen.add(one));
    // In the order of writing, which is mostly the order that reads best.
    const within = new Set(part);
    found.push(nodes.filter((one) => within.has(one)));
  }
  return found;
}

function distances(
  from: Node,
  within: (node: Node) => boolean,
  neighbours: Neighbours,
): Map<Node, number> {
  const found = new Map([[from, 0]]);
  for (const [node, distance] of found) {
    for (const next of neighbours.of(node)) {
      if (!found.has(next) && within(next)) found.set(next, distance + 1);
    }
  }
  return found;
}

function arrange(part: readonly Node[], neighbours: Neighbours): Node[][] {
  const isLeaf = (node: Node) => neighbours.of(node).length < 2;
  const core = part.filter((node) => !isLeaf(node));
  if (core.length === 0) return part.map((node) => [node]);
  const inside = new Set(core);
  const within = (node: Node) => inside.has(node);
  // From one end of the longest way, found as for trees by going there twice.
  const far = (from: Node) => {
    const all = [...distances(from, within, neighbours)];
    const most = Math.max(...all.map(([, distance]) => distance));
    return all.filter(([, distance]) => distance === most).map(([node]) =>
      node
    );
  };
  const ends = far(far(core[0]!)[0]!);
  const start = ends.includes(core[0]!) ? core[0]! : ends[0]!;
  const layers = distances(start, within, neighbours);
  const last = Math.max(...layers.values());
  const columns: Node[][] = Array.from({ length: last + 3 }, () => []);
  for (const node of core) {
    const layer = layers.get(node)!;
    columns[layer + 1]!.push(node);
    const leaves = neighbours.of(node).filter(isLeaf);
    // In the middle there is no outer side: half go to each.
    const left = layer * 2 < last
      ? leaves.length
      : layer * 2 > last
      ? 0
      : Math.ceil(leaves.length / 2);
    columns[layer]!.push(...leaves.slice(0, left));
    columns[layer + 2]!.push(...leaves.slice(left));
  }
  return columns.filter((column) => column.length > 0);
}

/** Orders each column by the middle of its neighbours in the one before. */
function sweep(
  columns: Node[][],
  neighbours: Neighbours,
  forth: boolean,
): void {
  const order = new Map<Node, number>();
  const number = (column: readonly Node[]) =>
    column.forEach((node, i) => order.set(node, i / column.length));
  const way = forth ? columns : [...columns].reverse();
  let before = new Set<Node>();
  for (const column of way) {
    number(column);
    const middle = new Map(column.map((node) => {
      const places = neighbours.of(node).filter((peer) => before.has(peer))
        .map((peer) => order.get(peer)!);
      const sum = places.reduce((a, b) => a + b, 0);
      return [node, places.length > 0 ? sum / places.length : order.get(node)!];
    }));
    column.sort((a, b) => middle.get(a)! - middle.get(b)!);
    number(column);
    before = new Set(column);
  }
}
