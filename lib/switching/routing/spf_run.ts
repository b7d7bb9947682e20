/**
 * Dijkstra's algorithm on one router, round by round, to be watched.
 *
 * @module
 */

import { canvas } from "../../inspect/canvas.ts";
import { type Column, table } from "../../inspect/table.ts";
import { tree, type TreeNode } from "../../inspect/tree.ts";

/** A router that the algorithm has found a way to. */
export interface SpfVertex {
  /** The router. */
  readonly router: string;
  /** What the cheapest way found so far costs. */
  readonly cost: number;
  /** The routers before it on such ways: several if they cost the same. */
  readonly parents: readonly string[];
}

/** One round of the algorithm. */
export interface SpfStep {
  /** The round, from 1. */
  readonly round: number;
  /** The cheapest candidate, which was moved to the tree. */
  readonly added: SpfVertex;
  /** The candidates that are left, cheapest first. */
  readonly candidates: readonly SpfVertex[];
}

/** Rounds that are drawn, at most. */
const DRAWN = 60;

type MutableNode = TreeNode & { children: MutableNode[] };

/**
 * How a router finds the cheapest way to each other: it moves the cheapest
 * candidate to its tree, and looks what can be reached through it.
 *
 * @see RFC 2328 §16.1
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const sim = net.switching.linkState({
 *   routers: ["a", "b", "c"],
 *   links: [{ ends: "a-b", cost: 1 }, { ends: "b-c", cost: 1 }, { ends: "a-c", cost: 5 }],
 * });
 * sim.run();
 * const run: net.switching.SpfRun = sim.spf("a");
 * assert.deepEqual(run.steps.map(({ added }) => `${added.router} ${added.cost}`), [
 *   "a 0",
 *   "b 1",
 *   "c 2",
 * ]);
 * assert.deepEqual(run.steps[0]?.candidates.map(({ router, cost }) => [router, cost]), [
 *   ["b", 1],
 *   ["c", 5],
 * ]);
 * ```
 */
export class SpfRun {
  /** The router that looks for ways. */
  readonly router: string;
  /** The rounds in order. */
  readonly steps: readonly SpfStep[];

  /**
   * Takes the rounds; {@linkcode LinkStateSimulation.spf} does so.
   *
   * @param router The router.
   * @param steps The rounds in order.
   */
  constructor(router: string, steps: readonly SpfStep[]) {
    this.router = router;
    this.steps = steps;
  }

  /** Stands in JSON as plain data. */
  toJSON(): { router: string; steps: readonly SpfStep[] } {
    return { router: this.router, steps: this.steps };
  }

  /** Shows at the prompt as a table of rounds, and the tree. */
  [Symbol.for("Deno.customInspect")](
    _inspect?: unknown,
    options?: { readonly colors?: boolean },
  ): string {
    const page = canvas({ colors: options?.colors ?? false });
    const text = ({ router, cost, parents }: SpfVertex) =>
      `${router} ${cost}${
        parents.length === 0 ? "" : ` via ${parents.join("=")}`
      }`;
    const rows = this.steps.map(({ round, added, candidates }) => ({
      round,
      added: text(added),
      candidates: candidates.map(text).join(", "),
    }));
    const columns: Column[] = [
      { key: "round", role: "number" },
      { key: "added", title: "to the tree", role: "accent" },
      { key: "candidates", minWidth: 20 },
    ];
    const title = `shortest paths from ${this.router}`;
    const rounds = table(rows, {
      columns,
      title,
      maxRows: DRAWN,
      canvas: page,
    });
    return `${rounds}\n\n${tree(this.#tree(), page)}`;
  }

  /** Each router below the first of its parents. */
  #tree(): TreeNode {
    const nodes = new Map<string, MutableNode>();
    for (const { added } of this.steps.slice(0, DRAWN)) {
      const { router, cost, parents: [parent, ...others] } = added;
      const also = others.length === 0 ? "" : `, or by ${others.join(", ")}`;
      const note = parent === undefined ? undefined : `cost ${cost}${also}`;
      const node: MutableNode = {
        label: router,
        note,
        role: "name",
        children: [],
      };
      nodes.set(router, node);
      if (parent !== undefined) nodes.get(parent)?.children.push(node);
    }
    return nodes.get(this.router)!;
  }
}
