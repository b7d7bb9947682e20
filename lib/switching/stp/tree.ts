/**
 * The active topology: which links carry frames, and what hangs below what.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { type Column, table } from "../../inspect/table.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";
import { count } from "../../inspect/units.ts";
import { STATE_ROLES } from "./words.ts";
import type { BridgeView, PortView } from "./view.ts";

/** A link of a {@linkcode SpanningTree}. */
export interface TreeLink {
  /** Its name. */
  readonly name: string;
  /** Its bridges, one for each port. */
  readonly ends: readonly string[];
  /** What its ports cost. */
  readonly cost: number;
  /** Whether it is whole. */
  readonly isUp: boolean;
  /** Whether at least two of its ports forward, so that frames go over it. */
  readonly isActive: boolean;
}

/** A port that does not forward, though its link is whole. */
export interface BlockedPort extends PortView {
  /** Its bridge. */
  readonly bridge: string;
}

/** Bridges that are drawn, at most. */
const DRAWN = 100;

type MutableNode = TreeNode & { children: MutableNode[] };

/**
 * The tree that the bridges have agreed on, or several where the network is in
 * parts.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.spanningTree({
 *   bridges: ["a", "b", "c"],
 *   links: ["a-b", "b-c", "c-a"],
 * });
 * const tree: net.switching.SpanningTree = sim.run().tree;
 * assert.deepEqual(tree.activeLinks.map(({ name }) => name), ["a-b", "c-a"]);
 * assert.deepEqual(tree.blocked.map(({ bridge, link }) => [bridge, link]), [["c", "b-c"]]);
 * ```
 */
export class SpanningTree {
  /** The bridges that take themselves for the root: one for each part. */
  readonly roots: readonly string[];
  /** What every bridge believes. */
  readonly bridges: readonly BridgeView[];
  /** The links. */
  readonly links: readonly TreeLink[];

  /**
   * Takes what the bridges believe.
   *
   * @param bridges Every bridge that runs.
   * @param links Every link.
   */
  constructor(bridges: readonly BridgeView[], links: readonly TreeLink[]) {
    this.bridges = bridges;
    this.links = links;
    this.roots = bridges.filter(({ name, root }) => name === root)
      .map(({ name }) => name);
  }

  /** The links that frames go over. */
  get activeLinks(): readonly TreeLink[] {
    return this.links.filter(({ isActive }) => isActive);
  }

  /** The ports that are kept from forwarding, though their links are whole. */
  get blocked(): readonly BlockedPort[] {
    return this.bridges.flatMap(({ name: bridge, ports }) =>
      ports.filter(({ role, state }) =>
        role !== "disabled" && state !== "forwarding"
      ).map((port) => ({ bridge, ...port }))
    );
  }

  /** Stands in JSON as plain data. */
  toJSON(): Record<string, unknown> {
    const { roots, bridges, links } = this;
    return { roots, bridges, links };
  }

  /** Shows at the prompt as trees, and a table of the blocked ports. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const drawn = this.roots.slice(0, DRAWN).map((root) =>
      tree(this.#branch(root), page)
    );
    if (this.bridges.length > DRAWN) {
      drawn.push(`(${count(this.bridges.length)} bridges, not all drawn)`);
    }
    const blocked = this.blocked.map((port) => ({ ...port }));
    const columns: (string | Column)[] = [
      { key: "bridge", role: "name" },
      "link",
      "role",
      { key: "state", role: (state) => STATE_ROLES[String(state)] },
      { key: "designated" },
    ];
    drawn.push(
      "",
      table(blocked, { columns, title: "ports that block", canvas: page }),
    );
    return drawn.join("\n");
  }

  /** What hangs below a root, by way of root ports. */
  #branch(root: string): TreeNode {
    const below = new Map<string, BridgeView[]>();
    for (const view of this.bridges) {
      const port = view.ports.find(({ role }) => role === "root");
      if (port === undefined) continue;
      const siblings = below.get(port.designated) ?? [];
      siblings.push(view);
      below.set(port.designated, siblings);
    }
    const { id } = this.bridges.find(({ name }) => name === root)!;
    const top: MutableNode = {
      label: root,
      note: `root, ${id}`,
      role: "accent",
      children: [],
    };
    const seen = new Set([root]);
    const queue: [string, MutableNode][] = [[root, top]];
    for (const [name, node] of queue) {
      for (const view of below.get(name) ?? []) {
        // While it has not settled there may be circles.
        if (seen.has(view.name) || seen.size >= DRAWN) continue;
        seen.add(view.name);
        const child: MutableNode = {
          label: view.name,
          note: `by ${view.rootPort}, cost ${view.rootPathCost}`,
          role: "name",
          children: [],
        };
        node.children.push(child);
        queue.push([view.name, child]);
      }
    }
    return top;
  }
}
