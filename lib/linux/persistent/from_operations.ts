/**
 * What of a plan's changes lasts: the configuration that comes to the same.
 *
 * @module
 */

import type { Operation } from "../operations.ts";
import type { Device, LinkSettings, LinkSpec, RouteSpec } from "../specs.ts";
import type {
  BondMode,
  InterfaceConfig,
  NetworkConfig,
  RouteConfig,
} from "./config.ts";

type Draft = { -readonly [K in keyof InterfaceConfig]: InterfaceConfig[K] };

/**
 * Turns changes into a configuration.
 *
 * @param operations The changes, in order: links, addresses and routes.
 * @returns The interfaces that they name.
 * @throws {TypeError} If a change has no lasting form, or names no interface.
 *
 * @example
 * ```ts
 * import { configOf } from "./from_operations.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(
 *   configOf([
 *     { op: "addLink", link: { name: "br0", kind: "bridge" } },
 *     { op: "setLink", device: "eth1", change: { master: "br0", mtu: 1400 } },
 *     { op: "addAddress", address: { address: "192.0.2.1/24", device: "br0" } },
 *   ]),
 *   {
 *     interfaces: [
 *       { name: "br0", bridge: { ports: ["eth1"] }, addresses: ["192.0.2.1/24"] },
 *       { name: "eth1", mtu: 1400 },
 *     ],
 *   },
 * );
 * ```
 */
export function configOf(operations: readonly Operation[]): NetworkConfig {
  const drafts = new Map<string, Draft>();
  const draft = (device: Device | undefined): Draft => {
    if (typeof device !== "string") {
      throw new TypeError(
        `Cannot make changes last as 'device' must be a name: current value is ${device}`,
      );
    }
    let one = drafts.get(device);
    if (one === undefined) drafts.set(device, one = { name: device });
    return one;
  };
  for (const operation of operations) {
    switch (operation.op) {
      case "addLink":
        makeLink(draft(operation.link.name), operation.link);
        setLink(operation.link.name, operation.link, draft);
        break;
      case "setLink":
        setLink(operation.device, operation.change, draft);
        break;
      case "addAddress":
      case "replaceAddress": {
        const { address, device } = operation.address;
        const one = draft(device);
        one.addresses = [...one.addresses ?? [], address];
        break;
      }
      case "addRoute":
      case "replaceRoute":
      case "appendRoute": {
        const one = draft(operation.route.device);
        one.routes = [...one.routes ?? [], routeOf(operation.route)];
        break;
      }
      default:
        throw noForm(operation.op);
    }
  }
  return { interfaces: [...drafts.values()] };
}

function noForm(what: string): TypeError {
  return new TypeError(
    `Cannot make changes last as each must be of a link, an address or a route with an interface: current value is ${what}`,
  );
}

function makeLink(draft: Draft, { kind, link, details = {} }: LinkSpec): void {
  if (kind === "bridge") {
    const { stpState, forwardDelay } = details as Record<string, number>;
    draft.bridge = {
      ports: [],
      ...(stpState === undefined ? {} : { stp: stpState > 0 }),
      ...(forwardDelay === undefined ? {} : { forwardDelay }),
    };
  } else if (kind === "vlan" && typeof link === "string") {
    draft.vlan = { id: Number(details.id), link };
  } else if (kind === "bond") {
    const { mode = "balance-rr", miimon, primary } = details;
    draft.bond = {
      ports: [],
      mode: mode as BondMode,
      ...(miimon === undefined ? {} : { monitorInterval: Number(miimon) }),
      ...(primary === undefined ? {} : { primary: String(primary) }),
    };
  } else throw noForm(`a ${kind}`);
}

function setLink(
  device: Device,
  settings: LinkSettings,
  draft: (device: Device | undefined) => Draft,
): void {
  const one = draft(device);
  const { mac, mtu, master } = settings;
  if (mac !== undefined) one.mac = mac;
  if (mtu !== undefined) one.mtu = mtu;
  if (master === undefined || master === null) return;
  const above = draft(master);
  const ports = (above.bridge ?? above.bond)?.ports ?? [];
  if (above.bond !== undefined) {
    above.bond = { ...above.bond, ports: [...ports, one.name] };
  } else above.bridge = { ...above.bridge, ports: [...ports, one.name] };
}

function routeOf(route: RouteSpec): RouteConfig {
  const { to, via, metric, table, onLink, type = "unicast", nextHops } = route;
  if (type !== "unicast" || nextHops !== undefined) {
    throw noForm(nextHops === undefined ? `a ${type} route` : "several ways");
  }
  return {
    to,
    ...(via === undefined ? {} : { via }),
    ...(metric === undefined ? {} : { metric }),
    ...(table === undefined ? {} : { table }),
    ...(onLink === undefined ? {} : { onLink }),
  };
}
