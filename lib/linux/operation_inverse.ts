/**
 * What undoes an operation, given the state before it.
 *
 * @module
 */

import { checkOperation } from "./operation_check.ts";
import { addressParts } from "./address_messages.ts";
import type { InterfaceAddress } from "./address.ts";
import { address } from "../ip/address.ts";
import type { State } from "./kernel_state.ts";
import type { Link } from "./link.ts";
import type { Operation } from "./operation.ts";
import type { Route } from "./route.ts";
import { destination, routeFamily, ruleFamily } from "./route_messages.ts";
import type { Rule } from "./rule.ts";
import type {
  AddressSpec,
  Device,
  LinkChange,
  LinkSettings,
  RouteSpec,
  RuleSpec,
} from "./specs.ts";
import {
  addressSpec,
  linkSettings,
  linkSpec,
  neighbourSpec,
  portSettings,
  qdiscSpec,
  routeSpec,
  ruleSpec,
} from "./state.ts";

/**
 * Gives the operations that undo one: also what it takes along, such as the
 * routes of an address that is deleted.
 *
 * @param operation The operation.
 * @param before The state before it.
 * @returns What to apply after it, in order; none if it cannot be undone.
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const nothing = { links: [], addresses: [], routes: [], rules: [], neighbours: [], qdiscs: [] };
 * const add = { op: "addLink", link: { name: "v0", kind: "veth" } } as const;
 * assert.deepEqual(net.linux.invertOperation(add, nothing), [
 *   { op: "deleteLink", device: "v0" },
 * ]);
 * ```
 */
export function invertOperation(
  operation: Operation,
  before: State,
): Operation[] {
  checkOperation(operation);
  switch (operation.op) {
    case "addLink":
      return [{ op: "deleteLink", device: operation.link.name }];
    case "deleteLink":
      return restoreLink(operation.device, before);
    case "setLink":
      return restoreSettings(operation.device, operation.change, before);
    case "addPortVlan":
      return [{ op: "deletePortVlan", portVlan: operation.portVlan }];
    case "deletePortVlan":
      return [{ op: "addPortVlan", portVlan: operation.portVlan }];
    case "addAddress":
      return [{ op: "deleteAddress", address: operation.address }];
    case "replaceAddress": {
      const [old] = sameAddress(operation.address, before);
      return old === undefined
        ? [{ op: "deleteAddress", address: operation.address }]
        : [{ op: "replaceAddress", address: addressSpec(old) }];
    }
    case "deleteAddress":
      // With the last IPv4 address of a link goes all that was IPv4 on it.
      return sameAddress(operation.address, before).flatMap((old) => [
        { op: "replaceAddress", address: addressSpec(old) } as const,
        ...restoreNeighbours(old, before),
        ...restoreRoutes(before, (route) =>
          route.family === old.family &&
          (isOver(route, old.index) ||
            (route.source?.equals(old.address) ?? false))),
      ]);
    case "addRoute":
    case "appendRoute":
      return [{ op: "deleteRoute", route: operation.route }];
    case "replaceRoute": {
      const [old] = sameRoute(operation.route, before);
      return old === undefined
        ? [{ op: "deleteRoute", route: operation.route }]
        : [{ op: "replaceRoute", route: routeSpec(old) }];
    }
    case "deleteRoute": {
      const [old] = sameRoute(operation.route, before);
      return old === undefined
        ? []
        : [{ op: "addRoute", route: routeSpec(old) }];
    }
    case "addRule":
      return [{ op: "deleteRule", rule: operation.rule }];
    case "deleteRule": {
      const old = before.rules.find((rule) => isRule(operation.rule, rule));
      return old === undefined ? [] : [{ op: "addRule", rule: ruleSpec(old) }];
    }
    case "addNeighbour":
      return [{ op: "deleteNeighbour", neighbour: operation.neighbour }];
    case "replaceNeighbour":
    case "deleteNeighbour": {
      const { neighbour } = operation;
      const old = before.neighbours.find((entry) =>
        entry.address.equals(address(neighbour.address)) &&
        isDevice(neighbour.device, entry) &&
        (entry.proxy ?? false) === (neighbour.proxy ?? false)
      );
      if (old !== undefined) {
        return [{ op: "replaceNeighbour", neighbour: neighbourSpec(old) }];
      }
      return operation.op === "replaceNeighbour"
        ? [{ op: "deleteNeighbour", neighbour }]
        : [];
    }
    case "addQdisc":
    case "replaceQdisc":
    case "deleteQdisc": {
      const { qdisc } = operation;
      const isEdge = ["ingress", "clsact"].includes(qdisc.kind);
      const parent = qdisc.parent === undefined
        ? (isEdge ? "ingress" : "root")
        : qdisc.parent;
      const old = before.qdiscs.find((entry) =>
        isDevice(qdisc.device, entry) && entry.parent === parent &&
        entry.handle !== "0:"
      );
      if (old !== undefined) {
        return [{ op: "replaceQdisc", qdisc: qdiscSpec(old) }];
      }
      return operation.op === "deleteQdisc"
        ? []
        : [{ op: "deleteQdisc", qdisc }];
    }
    case "addClass":
    case "replaceClass":
      return [{ op: "deleteClass", class: operation.class }];
    case "deleteClass":
      return [{ op: "addClass", class: operation.class }];
  }
}

function isDevice(
  device: Device,
  entry: {
    readonly device?: string | undefined;
    readonly index?: number | undefined;
  },
): boolean {
  return entry.device === device || entry.index === device;
}

function findLink(device: Device, { links }: State): Link | undefined {
  return links.find(({ name, index, altNames }) =>
    name === device || index === device || altNames.includes(device as string)
  );
}

/** What went through a link, or came with it: addresses, routes, ports. */
function restoreLink(device: Device, before: State): Operation[] {
  const link = findLink(device, before);
  const spec = link && linkSpec(link, before.links);
  if (link === undefined || spec === undefined) return [];
  // With one end of a veth pair the other went too.
  const peer = link.kind === "veth"
    ? before.links.find(({ index }) => index === link.linkIndex)
    : undefined;
  const ends = peer === undefined ? [link] : [link, peer];
  const set = (device: string, change: LinkChange): Operation => ({
    op: "setLink",
    device,
    change,
  });
  const { up, ...down } = spec;
  return [
    { op: "addLink", link: down },
    ...ends.flatMap(({ name, altNames, addrGenMode }) => [
      ...altNames.length > 0 ? [set(name, { addAltNames: altNames })] : [],
      // How addresses are made is to be said before they are.
      ...addrGenMode === undefined
        ? []
        : [set(name, { addrGenMode } as LinkChange)],
    ]),
    ...before.links.filter(({ masterIndex }) => masterIndex === link.index)
      .map((port) => set(port.name, { master: link.name })),
    ...peer ? [set(peer.name, afterPeer(peer))] : [],
    ...up ? [set(link.name, { up })] : [],
    ...ends.flatMap((end) => [
      ...end.port && end === link
        ? [set(end.name, { port: portSettings(end.port) })]
        : [],
      ...restoreAddresses(end, before, () => true),
      ...restoreNeighbours(end, before),
    ]),
    ...restoreRoutes(
      before,
      (route) => ends.some(({ index }) => isOver(route, index)),
    ),
  ];
}

function afterPeer(peer: Link): LinkSettings {
  const { mac: _, mtu: __, master, ...settings } = linkSettings(peer);
  return { ...settings, ...master !== null && { master } };
}

function isOver({ index, nextHops }: Route, link: number): boolean {
  return index === link ||
    (nextHops?.some((hop) => hop.index === link) ?? false);
}

function restoreAddresses(
  { index }: Link,
  { addresses }: State,
  wanted: (entry: InterfaceAddress) => boolean,
): Operation[] {
  // Link-local addresses come of themselves.
  return addresses.filter((entry) =>
    entry.index === index && wanted(entry) &&
    !(entry.family === 6 && entry.scope === "link")
  ).map((entry) => ({ op: "replaceAddress", address: addressSpec(entry) }));
}

/** The neighbours that someone set; the others are learnt anew. */
function restoreNeighbours(
  { index }: { readonly index: number },
  before: State,
): Operation[] {
  return before.neighbours.filter((entry) =>
    entry.index === index &&
    (entry.proxy || entry.externLearn || entry.state === "permanent")
  ).map((entry) => ({
    op: "replaceNeighbour",
    neighbour: neighbourSpec(entry),
  }));
}

/** The routes that someone made; the kernel makes its own anew. */
function restoreRoutes(
  { routes }: State,
  wanted: (route: Route) => boolean,
): Operation[] {
  return routes.filter((route) => route.protocol !== "kernel" && wanted(route))
    // Routes on the link first: others may go by way of them.
    .sort((a, b) => Number(a.via !== undefined) - Number(b.via !== undefined))
    .map((route) => ({ op: "replaceRoute", route: routeSpec(route) }));
}

function restoreSettings(
  device: Device,
  change: LinkChange,
  before: State,
): Operation[] {
  const link = findLink(device, before);
  if (link === undefined) return [];
  const { name, addAltNames, deleteAltNames, details, port } = change;
  const old = linkSettings(link) as Record<string, unknown>;
  const back: Record<string, unknown> = {};
  for (const key of Object.keys(change)) if (key in old) back[key] = old[key];
  if (change.addrGenMode !== undefined) back["addrGenMode"] = link.addrGenMode;
  if (name !== undefined) back["name"] = link.name;
  if (addAltNames !== undefined) back["deleteAltNames"] = addAltNames;
  if (deleteAltNames !== undefined) back["addAltNames"] = deleteAltNames;
  const picked = (
    fields: Readonly<Record<string, unknown>>,
    from: Readonly<Record<string, unknown>> | undefined,
  ) =>
    Object.fromEntries(
      Object.keys(fields).filter((key) => from?.[key] !== undefined)
        .map((key) => [key, from![key]]),
    );
  if (details !== undefined) {
    back["kind"] = link.kind;
    back["details"] = picked(details, link.details);
  }
  if (port !== undefined) back["port"] = picked(port, link.port);
  const undo: Operation[] = [{
    op: "setLink",
    device: name ?? device,
    change: back,
  }];
  // What goes down loses its IPv6 addresses, neighbours and routes.
  if (change.up === false && link.up) {
    undo.push(
      ...restoreAddresses(link, before, ({ family }) => family === 6),
      ...restoreNeighbours(link, before),
      ...restoreRoutes(before, (route) => isOver(route, link.index)),
    );
  }
  return undo;
}

function sameAddress(spec: AddressSpec, before: State): InterfaceAddress[] {
  const { local, peer, prefixLength } = addressParts(spec);
  return before.addresses.filter((entry) =>
    isDevice(spec.device, entry) && entry.address.equals(local) &&
    entry.prefixLength === prefixLength &&
    (peer === undefined || (entry.peer?.equals(peer) ?? false))
  );
}

/** What the kernel takes for the same: a replacement takes its place. */
function sameRoute(spec: RouteSpec, before: State): Route[] {
  const family = routeFamily(spec);
  const to = destination(spec.to, family);
  const { tos = 0, table = 254, metric, via, device, type } = spec;
  return before.routes.filter((route) =>
    route.to.equals(to) && route.table === table && (route.tos ?? 0) === tos &&
    (metric === undefined
      ? family === 6 || route.metric === 0
      : route.metric === metric) &&
    (via === undefined || (route.via?.equals(address(via)) ?? false) ||
      family === 4) &&
    (device === undefined || isDevice(device, route) || family === 4) &&
    (type === undefined || route.type === type || family === 4)
  );
}

function isRule(spec: RuleSpec, rule: Rule): boolean {
  const { priority, table, from, to, mark, action } = spec;
  const family = ruleFamily(spec);
  return rule.family === family &&
    (priority === undefined || rule.priority === priority) &&
    (table === undefined || rule.table === table) &&
    (mark === undefined || rule.mark === mark) &&
    (action === undefined || rule.action === action) &&
    (from === undefined ||
      `${rule.from ?? destination("all", family)}` ===
        `${destination(from, family)}`) &&
    (to === undefined ||
      `${rule.to ?? destination("all", family)}` ===
        `${destination(to, family)}`);
}
