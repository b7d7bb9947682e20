/**
 * Which layer can follow which, for a scan that wants some fields only: what
 * leads to none of them is not walked.
 *
 * @module
 */

import type { Layer } from "./layer.ts";
import { LAYERS } from "./stack.ts";

/** One layer, with the layers that can follow it. */
export interface ScanNode {
  /** Its place among all layers, from 1. */
  readonly id: number;
  /** The layer. */
  readonly layer: Layer;
  /** What follows it, by number. */
  readonly children: ReadonlyMap<number, ScanNode>;
  /** The names of all layers that can come after it, itself among them or not. */
  readonly below: ReadonlySet<string>;
}

/** Everything that `LayerHooks` and `Layer` have, as far as a scan knows it. */
const KNOWN_HOOKS: ReadonlySet<PropertyKey> = new Set([
  // A layer is a function too.
  ...Reflect.ownKeys(() => {}),
  "source",
  "under",
  "next",
  "select",
  "nextLike",
  "looksBehind",
  "header",
  "payload",
  "check",
  "tentative",
  "piece",
  "defaults",
  "implied",
  "computed",
  "headerUnit",
  "checksum",
  "pseudoHeader",
  "isExtension",
  "readdresses",
  "summary",
  "name",
  "fields",
  "slots",
  "tail",
  "size",
  "View",
  "writer",
]);

/**
 * Names what a layer has that a scan does not know: it might change the walk,
 * so that packets of it must be read by their `Packet`.
 *
 * @param layer The layer.
 * @returns The names, mostly none.
 *
 * @example
 * ```ts
 * import { udp } from "./layers/udp.ts";
 * import { unknownHooks } from "./scan_graph.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(unknownHooks(udp as never), []);
 * ```
 */
export function unknownHooks(layer: Layer): string[] {
  return Reflect.ownKeys(layer)
    .filter((key) => typeof key === "string" && !KNOWN_HOOKS.has(key))
    .map(String);
}

/** Where walks start: the layers under each link type. */
export interface ScanGraph {
  /** The first layer by link type. */
  readonly roots: ReadonlyMap<number, ScanNode>;
  /** All nodes. */
  readonly nodes: readonly ScanNode[];
}

interface Draft extends ScanNode {
  readonly children: Map<number, ScanNode>;
  readonly below: Set<string>;
}

let made: ScanGraph | undefined;

/**
 * Gives the graph of all layers; it is made once.
 *
 * @returns The graph.
 *
 * @example
 * ```ts
 * import { scanGraph } from "./scan_graph.ts";
 * import assert from "node:assert/strict";
 *
 * const ethernet = scanGraph().roots.get(1)!;
 * assert.equal(ethernet.layer.name, "ethernet");
 * assert.ok(ethernet.below.has("tcp"));
 * ```
 */
export function scanGraph(): ScanGraph {
  return made ??= build();
}

function build(): ScanGraph {
  const roots = new Map<number, ScanNode>();
  const byName = new Map<string, Draft>();
  LAYERS.forEach((layer, index) => {
    const node = {
      id: index + 1,
      layer,
      children: new Map(),
      below: new Set<string>(),
    };
    byName.set(layer.name, node);
  });
  const own = new Map([...byName].map(([name, node]) => [name, node.children]));
  for (const node of byName.values()) {
    for (const [parent, number] of node.layer.under) {
      (parent === "link" ? roots : own.get(parent)!).set(number, node);
    }
  }
  const nodes = [...byName.values()].map((node) => {
    const { nextLike } = node.layer;
    if (nextLike === undefined) return node;
    // As the stack does it: the other layer's numbers, whatever its own are.
    return Object.assign(node, { children: own.get(nextLike)! });
  });
  for (const node of nodes) collect(node, node.below);
  return { roots, nodes };
}

function collect(node: ScanNode, into: Set<string>): void {
  for (const child of node.children.values()) {
    if (into.has(child.layer.name)) continue;
    into.add(child.layer.name);
    collect(child, into);
  }
}

/**
 * Finds a layer by its name.
 *
 * @param name The name.
 * @returns The layer; `undefined` for `"frame"`, `"payload"` and what there is not.
 *
 * @example
 * ```ts
 * import { definition } from "./scan_graph.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(definition("udp")?.size, 8);
 * ```
 */
export function definition(name: string): Layer | undefined {
  return scanGraph().nodes.find(({ layer }) => layer.name === name)?.layer;
}
