/**
 * What takes back one change of a plan, and all that the change took along.
 *
 * @module
 */

import { invertOperation } from "../operation_inverse.ts";
import type { Operation } from "../operations.ts";
import type { Route } from "../route.ts";
import { addressSpec, neighbourSpec, routeSpec, type State } from "../state.ts";

/**
 * Gives the operations that undo one: its inverse, then what the kernel dropped
 * of itself. With its last address an interface loses its routes, with a link
 * go the VLANs on it.
 *
 * @param operation The operation.
 * @param before The state before it.
 * @param after The state after it.
 * @returns What to apply, in order.
 *
 * @example
 * ```ts
 * import { undoOf } from "./undo.ts";
 * import assert from "node:assert/strict";
 *
 * const nothing = { links: [], addresses: [], routes: [], rules: [], neighbours: [], qdiscs: [] };
 * assert.deepEqual(
 *   undoOf({ op: "addRule", rule: { from: "10.0.0.0/8", table: 7 } }, nothing, nothing),
 *   [{ op: "deleteRule", rule: { from: "10.0.0.0/8", table: 7 } }],
 * );
 * ```
 */
export function undoOf(
  operation: Operation,
  before: State,
  after: State,
): Operation[] {
  const undo = [
    ...invertOperation(operation, before),
    ...lostLinks(operation, before, after).flatMap((device) =>
      invertOperation({ op: "deleteLink", device }, before)
    ),
    ...followers(operation, before, after),
    ...lostEntries(before, after),
  ];
  // The inverse has brought some of it back.
  return [...new Map(undo.map((one) => [JSON.stringify(one), one])).values()];
}

/** Links that went with one that was deleted, the lowest first. */
function lostLinks(
  operation: Operation,
  before: State,
  after: State,
): string[] {
  if (operation.op !== "deleteLink") return [];
  const { device } = operation;
  const still = new Set(after.links.map(({ index }) => index));
  const own = before.links.find(({ name, index, altNames }) =>
    name === device || index === device || altNames.includes(device as string)
  );
  return before.links.filter(({ index, kind, linkIndex }) =>
    !still.has(index) && index !== own?.index &&
    // Both ends of a veth pair are made at once.
    !(kind === "veth" && linkIndex === own?.index)
  ).map(({ name }) => name);
}

/** Other links that changed as well: a bridge's MTU follows its ports'. */
function followers(
  operation: Operation,
  before: State,
  after: State,
): Operation[] {
  const device = operation.op === "setLink" ? operation.device : undefined;
  const now = new Map(after.links.map((link) => [link.index, link]));
  return before.links.flatMap((old): Operation[] => {
    const link = now.get(old.index);
    if (
      link === undefined || link.name === device || link.index === device ||
      link.mtu === old.mtu && link.up === old.up
    ) return [];
    const { name, mtu, up } = old;
    return [{ op: "setLink", device: name, change: { mtu, up } }];
  });
}

function lostEntries(before: State, after: State): Operation[] {
  // A link-local address comes of itself, as do routes of the kernel's own.
  const addresses = lost(
    before.addresses.filter(({ family, scope }) =>
      !(family === 6 && scope === "link")
    ),
    after.addresses,
    ({ index, address, prefixLength, peer }) => [
      index,
      address,
      prefixLength,
      peer,
    ],
  );
  const routes = lost(
    before.routes.filter(({ protocol }) => protocol !== "kernel"),
    after.routes,
    ({ table, type, to, tos, metric, via, index, nextHops }) => [
      table,
      type,
      to,
      tos,
      metric,
      via,
      index,
      nextHops?.map(({ via, index, weight }) => [via, index, weight]),
    ],
  );
  const neighbours = lost(
    before.neighbours.filter(({ state, proxy, externLearn }) =>
      state === "permanent" || proxy === true || externLearn === true
    ),
    after.neighbours,
    ({ index, address, proxy }) => [index, address, proxy],
  );
  const direct = ({ via, nextHops }: Route) =>
    via === undefined && nextHops === undefined;
  return [
    ...addresses.map((entry): Operation => ({
      op: "replaceAddress",
      address: addressSpec(entry),
    })),
    // Routes on a link first: others go by way of them.
    ...[...routes.filter(direct), ...routes.filter((one) => !direct(one))]
      .map((route): Operation => ({
        op: "replaceRoute",
        route: routeSpec(route),
      })),
    ...neighbours.map((entry): Operation => ({
      op: "replaceNeighbour",
      neighbour: neighbourSpec(entry),
    })),
  ];
}

/** What is no longer there, by what tells one from another. */
function lost<T>(
  before: readonly T[],
  after: readonly T[],
  identity: (one: T) => readonly unknown[],
): T[] {
  const key = (one: T) => JSON.stringify(identity(one));
  const there = new Set(after.map(key));
  return before.filter((one) => !there.has(key(one)));
}
