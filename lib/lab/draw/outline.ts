/**
 * A topology too large for a picture, as a tree: each node below the one that
 * leads to it.
 *
 * @module
 */

import type { Canvas } from "../../inspect/canvas.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import type { Interface, LinkEnd, Node, Topology } from "../topology.ts";
import { duties, impairmentText, portText } from "./labels.ts";
import { columnsOf, Neighbours } from "./layers.ts";

/** The most hosts below one node that are shown one by one, and the most links elsewhere. */
const MOST_LEAVES = 12;
/** The most levels, so that the lines keep room for text. */
const MOST_LEVELS = 24;
/** The most nodes shown. */
const MOST_NODES = 400;

/**
 * Draws a topology as a tree.
 *
 * @param topology The topology.
 * @param canvas Where to draw; lines are cut to it.
 * @returns The lines.
 */
export function drawOutline(topology: Topology, canvas: Canvas): string {
  const neighbours = new Neighbours(topology);
  return columnsOf(topology, neighbours).map((columns) => {
    const nodes = columns.flat();
    // From the first router, or the first switch: the middle of the network.
    const root = nodes.find(({ kind }) => kind === "router") ??
      nodes.find(({ kind }) => kind === "switch") ?? nodes[0]!;
    return tree(new Outline(neighbours).grow(root), canvas);
  }).join("\n\n");
}

class Outline {
  readonly #neighbours: Neighbours;
  readonly #parents = new Map<Node, Node | undefined>();
  #shown = 0;

  constructor(neighbours: Neighbours) {
    this.#neighbours = neighbours;
  }

  /** Spreads from the root ring by ring, so that nobody is deeper than need be. */
  grow(root: Node): TreeNode {
    this.#parents.set(root, undefined);
    for (const node of this.#parents.keys()) {
      for (const peer of this.#neighbours.of(node)) {
        if (!this.#parents.has(peer)) this.#parents.set(peer, node);
      }
    }
    return this.#branch(root, nodeText(root), undefined, 0);
  }

  #branch(
    node: Node,
    label: string,
    note: string | undefined,
    level: number,
  ): TreeNode {
    this.#shown++;
    const children: TreeNode[] = [];
    const below = this.#neighbours.linksOf(node);
    let leaves = 0;
    let others = 0;
    let hidden = 0;
    const placed = new Set<Node>();
    for (const { peer, link } of below) {
      const [own, far] = link.a.node === node.name
        ? [link.a, link.b]
        : [link.b, link.a];
      const text = linkText(node, own, peer, far);
      const trouble = impairmentText(link);
      const note = trouble === "" ? undefined : trouble;
      const isChild = this.#parents.get(peer) === node && !placed.has(peer);
      if (!isChild) {
        // The way back up is told above; any other link closes a loop.
        const isUp = this.#parents.get(node) === peer;
        const isSecond = placed.has(peer) || link.a.node === node.name;
        if (!isUp && isSecond) {
          if (++others > MOST_LEAVES) hidden++;
          else {
            children.push({ label: `${text}, shown elsewhere`, role: "muted" });
          }
        }
        continue;
      }
      placed.add(peer);
      const isLeaf = this.#neighbours.linksOf(peer).length === 1;
      if (isLeaf) leaves++;
      const isTooMany = isLeaf && leaves > MOST_LEAVES ||
        this.#shown >= MOST_NODES || level >= MOST_LEVELS;
      if (isTooMany) hidden++;
      else children.push(this.#branch(peer, text, note, level + 1));
    }
    if (hidden > 0) {
      children.push({ label: `… ${hidden} more`, role: "muted" });
    }
    return { label, note, children };
  }
}

function nodeText(node: Node): string {
  const extra = duties(node);
  return `${node.name} (${[node.kind, ...extra].join(", ")})`;
}

function linkText(node: Node, own: LinkEnd, peer: Node, far: LinkEnd): string {
  const mine = portOf(node, own);
  const theirs = portOf(peer, far);
  return `${mine} ── ${nodeText(peer)} ${theirs}`;
}

function portOf({ interfaces }: Node, end: LinkEnd): string {
  const port: Interface = interfaces.find(({ name }) =>
    name === end.interface
  )!;
  const vlans = port.vlans.map(({ id, addresses }) =>
    `.${id} ${addresses.join(" ")}`.trim()
  );
  return [
    port.name,
    ...port.addresses,
    ...port.port === undefined ? [] : [portText(port.port)],
    ...vlans,
  ].join(" ");
}
