/**
 * The network as YAML for netplan, which Ubuntu has.
 *
 * @module
 */

import type { ConfigSource } from "./config.ts";
import { ConfigFiles } from "./files.ts";
import {
  cidr,
  readConfig,
  type ReadInterface,
  type ReadRoute,
} from "./read_config.ts";

/** Options for {@linkcode netplan}. */
export interface NetplanOptions {
  /** Who brings the interfaces up. @default {"networkd"} */
  renderer?: "networkd" | "NetworkManager" | undefined;
}

/** What YAML is made of, as far as netplan needs it. */
type Node = string | number | boolean | readonly Node[] | NodeMap;
interface NodeMap {
  readonly [key: string]: Node | undefined;
}

/**
 * Writes the network as netplan has it, format 2.
 *
 * @param config The network, or a plan.
 * @param options Who brings it up.
 * @returns One file, for `/etc/netplan`, to be readable by root alone;
 * `netplan try` makes it so and falls back if that cuts the connection.
 * @throws {TypeError} If a change of the plan is none that lasts.
 * @throws {RangeError} If fields contradict each other or are out of range.
 * @throws {ParseError} If an address does not parse.
 * @see https://netplan.readthedocs.io/en/stable/netplan-yaml/
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const files = net.linux.persistent.netplan({
 *   interfaces: [{ name: "eth0", addresses: ["192.0.2.1/24"], gateway: "192.0.2.254" }],
 * });
 * assert.equal(
 *   `${files}`,
 *   `network:
 *   version: 2
 *   renderer: networkd
 *   ethernets:
 *     eth0:
 *       addresses:
 *         - "192.0.2.1/24"
 *       routes:
 *         - to: default
 *           via: "192.0.2.254"
 * `,
 * );
 * ```
 */
export function netplan(
  config: ConfigSource,
  options: NetplanOptions = {},
): ConfigFiles {
  const { renderer = "networkd" } = options;
  if (!["networkd", "NetworkManager"].includes(renderer)) {
    throw new TypeError(
      `Cannot write netplan as 'renderer' must be networkd or NetworkManager: current value is ${renderer}`,
    );
  }
  const interfaces = readConfig(config, "netplan");
  const section = (
    wanted: (one: ReadInterface) => boolean,
  ): NodeMap | undefined => {
    const found = interfaces.filter(wanted);
    return found.length === 0 ? undefined : Object.fromEntries(
      found.map((one) => [one.name, interfaceNode(one)]),
    );
  };
  const made = ({ vlan, bridge, bond }: ReadInterface) =>
    vlan ?? bridge ?? bond;
  const text = yaml({
    network: {
      version: 2,
      renderer,
      ethernets: section((one) => made(one) === undefined),
      bonds: section(({ bond }) => bond !== undefined),
      bridges: section(({ bridge }) => bridge !== undefined),
      vlans: section(({ vlan }) => vlan !== undefined),
    },
  }, 0);
  return new ConfigFiles([{ path: "/etc/netplan/90-netrepl.yaml", text }]);
}

function interfaceNode(one: ReadInterface): NodeMap {
  const { vlan, bridge, bond } = one;
  return {
    id: vlan?.id,
    link: vlan?.link,
    interfaces: (bridge ?? bond)?.ports,
    macaddress: one.mac,
    mtu: one.mtu,
    dhcp4: one.dhcp4 || undefined,
    dhcp6: one.dhcp6 || undefined,
    "accept-ra": one.acceptRa,
    addresses: filled(one.addresses.map(cidr)),
    routes: filled(one.routes.map((route) => routeNode(route))),
    nameservers: one.nameservers.length + one.search.length === 0
      ? undefined
      : {
        addresses: filled(one.nameservers.map(String)),
        search: filled(one.search),
      },
    parameters: bridge !== undefined
      // Said in any case: left out, netplan turns the protocol on.
      ? { stp: bridge.stp, "forward-delay": bridge.forwardDelay / 1000 }
      : bond && {
        mode: bond.mode,
        "mii-monitor-interval": bond.monitorInterval,
        primary: bond.primary,
      },
  };
}

function routeNode(route: ReadRoute): NodeMap {
  const { family, to, via, metric, table, onLink } = route;
  // Without a router nothing tells the family of "default".
  const all = via === undefined
    ? family === 4 ? "0.0.0.0/0" : "::/0"
    : "default";
  return {
    to: to === undefined ? all : `${to}`,
    via: via === undefined ? undefined : `${via}`,
    scope: via === undefined && family === 4 ? "link" : undefined,
    metric,
    table,
    "on-link": onLink || undefined,
  };
}

function filled<T extends Node>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}

/** Block style throughout; a map in a list begins beside its dash. */
function yaml(node: NodeMap, depth: number): string {
  const indent = "  ".repeat(depth);
  let text = "";
  for (const [key, value] of Object.entries(node)) {
    if (value === undefined) continue;
    const name = `${indent}${scalar(key)}:`;
    if (Array.isArray(value)) {
      const items = (value as readonly Node[]).map((item) => {
        const inner = typeof item === "object"
          ? yaml(item as NodeMap, depth + 2).trimStart()
          : `${scalar(item)}\n`;
        return `${indent}  - ${inner}`;
      });
      text += items.length === 0
        ? `${name} []\n`
        : `${name}\n${items.join("")}`;
    } else if (typeof value === "object") {
      const inner = yaml(value as NodeMap, depth + 1);
      text += inner === "" ? `${name} {}\n` : `${name}\n${inner}`;
    } else text += `${name} ${scalar(value as string | number | boolean)}\n`;
  }
  return text;
}

/** Words that YAML 1.1, which netplan's reader takes, has for something else. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i;

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return `${value}`;
  const plain = /^[A-Za-z_][\w.-]*$/.test(value) && !RESERVED.test(value);
  return plain ? value : JSON.stringify(value);
}
