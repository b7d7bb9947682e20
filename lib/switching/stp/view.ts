/**
 * What a bridge believes, as plain data, and how two beliefs differ.
 *
 * @module
 */

import type { PortRole, PortState } from "./bridge.ts";
import type { BridgeNode } from "./topology.ts";
import type { BridgeId } from "./vector.ts";

/** What a bridge believes of one port. */
export interface PortView {
  /** The port's link. */
  readonly link: string;
  /** The port's number. */
  readonly port: number;
  /** What it is for. */
  readonly role: PortRole;
  /** What it does. */
  readonly state: PortState;
  /** What it costs. */
  readonly cost: number;
  /** The bridge that speaks for the link. */
  readonly designated: string;
}

/** What a bridge believes. */
export interface BridgeView {
  /** The bridge. */
  readonly name: string;
  /** Its identifier. */
  readonly id: BridgeId;
  /** The bridge that it takes for the root. */
  readonly root: string;
  /** What its path to the root costs. */
  readonly rootPathCost: number;
  /** The link of its root port; `undefined` if it is the root. */
  readonly rootPort: string | undefined;
  /** Whether it tells of a change of the topology. */
  readonly topologyChange: boolean;
  /** Its ports. */
  readonly ports: readonly PortView[];
}

/** One thing that a bridge believes now and did not before. */
export interface SpanningTreeChange {
  /** The bridge. */
  readonly bridge: string;
  /** The port's link, if it is about a port. */
  readonly link?: string;
  /** The port's number, if it is about a port. */
  readonly port?: number;
  /** What has changed. */
  readonly what: "root" | "cost" | "root port" | "role" | "state";
  /** What it was. */
  readonly from: string;
  /** What it is. */
  readonly to: string;
}

/**
 * Looks at a bridge.
 *
 * @param node The bridge.
 * @param nameOf Names a bridge by its identifier.
 * @returns What it believes now.
 *
 * @example
 * ```ts
 * import { spanningTopology } from "./topology.ts";
 * import { viewOf } from "./view.ts";
 * import assert from "node:assert/strict";
 *
 * const { bridges } = spanningTopology({ bridges: ["a"], links: [] });
 * assert.equal(viewOf(bridges[0]!, () => "a").root, "a");
 * ```
 */
export function viewOf(
  { name, protocol, links }: BridgeNode,
  nameOf: (id: BridgeId) => string,
): BridgeView {
  const { id, root, rootPathCost, rootPort, topologyChange } = protocol;
  return {
    name,
    id,
    root: nameOf(root),
    rootPathCost,
    rootPort: links[rootPort - 1]?.name,
    topologyChange,
    ports: protocol.ports.map(({ number, role, state, pathCost, claim }) => ({
      link: links[number - 1]!.name,
      port: number,
      role,
      state,
      cost: pathCost,
      designated: nameOf(claim.bridge),
    })),
  };
}

/**
 * Says how a bridge has changed its mind.
 *
 * @param before What it believed.
 * @param after What it believes.
 * @returns The changes: its root, cost and root port, then port by port.
 *
 * @example
 * ```ts
 * import { spanningTopology } from "./topology.ts";
 * import { changesOf, viewOf } from "./view.ts";
 * import assert from "node:assert/strict";
 *
 * const { bridges } = spanningTopology({ bridges: ["a"], links: [] });
 * const view = viewOf(bridges[0]!, () => "a");
 * assert.deepEqual(changesOf(view, { ...view, root: "b" }), [
 *   { bridge: "a", what: "root", from: "a", to: "b" },
 * ]);
 * ```
 */
export function changesOf(
  before: BridgeView,
  after: BridgeView,
): SpanningTreeChange[] {
  const changes: SpanningTreeChange[] = [];
  const { name: bridge } = after;
  const note = (
    what: SpanningTreeChange["what"],
    from: unknown,
    to: unknown,
    place?: { link: string; port: number },
  ) => {
    if (from === to) return;
    changes.push({
      bridge,
      ...place,
      what,
      from: String(from ?? "none"),
      to: String(to ?? "none"),
    });
  };
  note("root", before.root, after.root);
  note("cost", before.rootPathCost, after.rootPathCost);
  note("root port", before.rootPort, after.rootPort);
  after.ports.forEach(({ link, port, role, state }, i) => {
    const old = before.ports[i]!;
    note("role", old.role, role, { link, port });
    note("state", old.state, state, { link, port });
  });
  return changes;
}

/**
 * Tells whether a bridge believes the same as before, so that the older of the
 * two can stand for both: rows of steps then share what does not change.
 *
 * @param before What it believed.
 * @param after What it believes.
 * @returns Whether all parts are the same.
 *
 * @example
 * ```ts
 * import { spanningTopology } from "./topology.ts";
 * import { isSameView, viewOf } from "./view.ts";
 * import assert from "node:assert/strict";
 *
 * const { bridges } = spanningTopology({ bridges: ["a"], links: [] });
 * const view = () => viewOf(bridges[0]!, () => "a");
 * assert.ok(isSameView(view(), view()));
 * ```
 */
export function isSameView(before: BridgeView, after: BridgeView): boolean {
  return before.id === after.id &&
    before.topologyChange === after.topologyChange &&
    changesOf(before, after).length === 0 &&
    before.ports.every(({ cost, designated }, i) =>
      cost === after.ports[i]!.cost &&
      designated === after.ports[i]!.designated
    );
}
