/**
 * Packets on their way: as they came, with what has been rewritten since.
 *
 * @module
 */

import { type Diagram, NONE, type PacketSet } from "./diagram.ts";
import type { Sets } from "./comparing.ts";
import type { Dimension, Space } from "./space.ts";

/** What rules have written into packets: what each dimension may hold now. */
export type Rewrites = ReadonlyMap<Dimension, PacketSet>;

/** Packets that have come to the same place, all rewritten alike. */
export interface Flow {
  /** As they came. */
  readonly set: PacketSet;
  readonly rewrites: Rewrites;
  /** The translations, as their rules say them. */
  readonly translations: readonly string[];
  /** The ends of their connections that are settled. */
  readonly settled: readonly ("source" | "destination")[];
  /** Whether they begin a connection. */
  readonly isFirst: boolean;
}

const keyOf = (flow: Flow): string =>
  `${
    [...flow.rewrites].map(([{ level }, set]) => `${level}=${set}`).sort()
  } ${flow.translations.join()} ${flow.settled.join()} ${flow.isFirst}`;

/** Makes one of flows that were rewritten alike. */
export function joined(flows: readonly Flow[], diagram: Diagram): Flow[] {
  if (flows.length < 2) return flows.filter(({ set }) => set !== NONE);
  const alike = new Map<string, Flow[]>();
  for (const flow of flows) {
    if (flow.set === NONE) continue;
    const key = keyOf(flow);
    const known = alike.get(key);
    if (known === undefined) alike.set(key, [flow]);
    else known.push(flow);
  }
  return [...alike.values()].map((flows) => ({
    ...flows[0]!,
    set: diagram.union(flows.map(({ set }) => set)),
  }));
}

/** What a match on packets as they are now means for them as they came. */
export function asCame(space: Space, sets: Sets, rewrites: Rewrites): Sets {
  let { may, must } = sets;
  const { diagram } = space;
  for (const [dimension, held] of rewrites) {
    const isSame = may === must;
    if (
      !space.asks(may, dimension) && (isSame || !space.asks(must, dimension))
    ) {
      continue;
    }
    may = space.some(diagram.and(may, held), dimension);
    must = diagram.not(
      space.some(diagram.minus(held, must), dimension),
    );
  }
  return { may, must };
}

/** Writes something into a dimension. */
export function rewritten(
  rewrites: Rewrites,
  changes: Iterable<readonly [Dimension, PacketSet]>,
): Rewrites {
  return new Map([...rewrites, ...changes]);
}
