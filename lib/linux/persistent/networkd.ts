/**
 * The network as files of systemd-networkd.
 *
 * @module
 */

import type { ConfigSource } from "./config.ts";
import { type ConfigFile, ConfigFiles } from "./files.ts";
import {
  cidr,
  readConfig,
  type ReadInterface,
  type ReadRoute,
} from "./read_config.ts";

type Line = readonly [
  key: string,
  value: string | number | boolean | undefined,
];
type Section = readonly [name: string, lines: readonly Line[]];

/**
 * Writes the network as systemd-networkd has it: for each interface a
 * `.network` file, and a `.netdev` file for one that has to be made.
 *
 * @param config The network, or a plan.
 * @returns The files, for `/etc/systemd/network`; `networkctl reload` takes
 * them in.
 * @throws {TypeError} If a change of the plan is none that lasts.
 * @throws {RangeError} If fields contradict each other or are out of range.
 * @throws {ParseError} If an address does not parse.
 * @see systemd.network(5), systemd.netdev(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const { files } = net.linux.persistent.networkd({
 *   interfaces: [{ name: "br0", bridge: { ports: ["eth0"] }, addresses: ["192.0.2.1/24"] }],
 * });
 * assert.deepEqual(files.map(({ path }) => path), [
 *   "/etc/systemd/network/10-eth0.network",
 *   "/etc/systemd/network/10-br0.netdev",
 *   "/etc/systemd/network/10-br0.network",
 * ]);
 * assert.match(files[0]!.text, /^Bridge=br0$/m);
 * ```
 */
export function networkd(config: ConfigSource): ConfigFiles {
  return new ConfigFiles(
    readConfig(config, "networkd").flatMap((one): ConfigFile[] => {
      const path = `/etc/systemd/network/10-${one.name}`;
      const netdev = netdevSections(one);
      const network = {
        path: `${path}.network`,
        text: ini(networkSections(one)),
      };
      return netdev === undefined
        ? [network]
        : [{ path: `${path}.netdev`, text: ini(netdev) }, network];
    }),
  );
}

function netdevSections(one: ReadInterface): Section[] | undefined {
  const { vlan, bridge, bond } = one;
  const [kind, section]: readonly [string?, Section?] = vlan !== undefined
    ? ["vlan", ["VLAN", [["Id", vlan.id]]]]
    : bridge !== undefined
    ? ["bridge", ["Bridge", [
      ["STP", bridge.stp],
      ["ForwardDelaySec", bridge.forwardDelay / 1000],
    ]]]
    : bond !== undefined
    ? ["bond", ["Bond", [
      ["Mode", bond.mode],
      ["MIIMonitorSec", `${bond.monitorInterval}ms`],
    ]]]
    : [];
  if (kind === undefined || section === undefined) return undefined;
  return [
    ["NetDev", [
      ["Name", one.name],
      ["Kind", kind],
      ["MTUBytes", one.mtu],
      ["MACAddress", one.mac],
    ]],
    section,
  ];
}

function networkSections(one: ReadInterface): Section[] {
  const { dhcp4, dhcp6, bridgeName, bondName } = one;
  const made = (one.vlan ?? one.bridge ?? one.bond) !== undefined;
  const port = bridgeName ?? bondName;
  const dhcp = dhcp4 ? dhcp6 ? "yes" : "ipv4" : dhcp6 ? "ipv6" : undefined;
  return [
    ["Match", [["Name", one.name]]],
    ["Link", [
      ["MACAddress", one.mac],
      ["MTUBytes", one.mtu],
    ]],
    ["Network", [
      ["DHCP", dhcp],
      // A port speaks through its master alone.
      ["LinkLocalAddressing", port === undefined ? undefined : false],
      ["IPv6AcceptRA", port === undefined ? one.acceptRa : false],
      ...one.addresses.map((value): Line => ["Address", cidr(value)]),
      ...one.nameservers.map((value): Line => ["DNS", `${value}`]),
      ["Domains", one.search.join(" ") || undefined],
      ["Bridge", bridgeName],
      ["Bond", bondName],
      ["PrimarySlave", one.bondPrimary || undefined],
      ...one.vlanNames.map((name): Line => ["VLAN", name]),
      // A bridge or a bond has a carrier only when a port of it has.
      ["ConfigureWithoutCarrier", made || undefined],
    ]],
    ...one.routes.map((route): Section => ["Route", routeLines(route)]),
  ];
}

function routeLines(route: ReadRoute): Line[] {
  const { family, to, via, metric, table, onLink } = route;
  const all = family === 4 ? "0.0.0.0/0" : "::/0";
  return [
    // With a router, and nothing else, networkd takes it for all.
    [
      "Destination",
      to === undefined ? via === undefined ? all : undefined : `${to}`,
    ],
    ["Gateway", via === undefined ? undefined : `${via}`],
    ["Scope", via === undefined && family === 4 ? "link" : undefined],
    ["Metric", metric],
    ["Table", table],
    ["GatewayOnLink", onLink || undefined],
  ];
}

/** Sections without a line are left out. */
function ini(sections: readonly Section[]): string {
  const written = sections.map(([name, lines]) => {
    const said = lines.filter(([, value]) => value !== undefined)
      .map(([key, value]) =>
        `${key}=${typeof value === "boolean" ? value ? "yes" : "no" : value}\n`
      );
    return said.length === 0 ? "" : `[${name}]\n${said.join("")}`;
  });
  return written.filter((text) => text !== "").join("\n");
}
