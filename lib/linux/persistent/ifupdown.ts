/**
 * The network as `/etc/network/interfaces`, which Debian has.
 *
 * @module
 */

import type { Address } from "../../ip/address.ts";
import type { Subnet } from "../../ip/subnet.ts";
import type { ConfigSource } from "./config.ts";
import { ConfigFiles } from "./files.ts";
import {
  cidr,
  readConfig,
  type ReadInterface,
  type ReadRoute,
} from "./read_config.ts";

/**
 * Writes the network as ifupdown has it.
 *
 * Bridges need the package bridge-utils, VLANs `vlan`, bonds `ifenslave`, name
 * servers `resolvconf`; ifupdown2 has them all within.
 *
 * @param config The network, or a plan.
 * @returns One file, `/etc/network/interfaces`; `ifup -a` brings up what is in
 * it.
 * @throws {TypeError} If a change of the plan is none that lasts.
 * @throws {RangeError} If fields contradict each other or are out of range.
 * @throws {ParseError} If an address does not parse.
 * @see interfaces(5)
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * const files = net.linux.persistent.ifupdown({
 *   interfaces: [{ name: "eth0", addresses: ["192.0.2.1/24"], gateway: "192.0.2.254" }],
 * });
 * assert.equal(
 *   `${files}`,
 *   `auto lo
 * iface lo inet loopback
 *
 * auto eth0
 * iface eth0 inet static
 *     address 192.0.2.1/24
 *     gateway 192.0.2.254
 * `,
 * );
 * ```
 */
export function ifupdown(config: ConfigSource): ConfigFiles {
  const interfaces = readConfig(config, "ifupdown");
  const loopback = interfaces.find(({ name }) => name === "lo");
  const rest = interfaces.filter((one) => one !== loopback);
  const stanzas = rest.map((one) => stanzasOf(one).join(""));
  const lo = `auto lo\niface lo inet loopback\n${
    lines(
      loopback?.addresses.map((one) => `up ip address add ${cidr(one)} dev lo`),
    )
  }`;
  return new ConfigFiles([{
    path: "/etc/network/interfaces",
    text: [lo, ...stanzas].join("\n"),
  }]);
}

/** One stanza holds one address; what is said once stands in the first. */
function stanzasOf(one: ReadInterface): string[] {
  const { name } = one;
  const methods: [string, string[]][] = [];
  if (one.dhcp4) methods.push(["inet dhcp", []]);
  if (one.dhcp6) methods.push(["inet6 dhcp", []]);
  else if (one.acceptRa === true) methods.push(["inet6 auto", []]);
  // Only one default route of each family goes with an address; others, and
  // those with a metric of their own, are commands.
  const gateways = one.routes.filter(isGateway);
  const commands = one.routes.filter((route) => !isGateway(route));
  for (const subnet of one.addresses) {
    const family = subnet.family === 4 ? "inet" : "inet6";
    const router = gateways.findIndex(({ via }) => within(subnet, via!));
    const said = [`address ${cidr(subnet)}`];
    if (router >= 0) {
      said.push(`gateway ${gateways[router]!.via}`);
      gateways.splice(router, 1);
    }
    if (subnet.family === 6 && one.acceptRa !== undefined && !one.dhcp6) {
      said.push(`accept_ra ${one.acceptRa ? 2 : 0}`);
    }
    methods.push([`${family} static`, said]);
  }
  if (methods.length === 0) methods.push(["inet manual", []]);
  const [method, first] = methods[0]!;
  first.push(...onceSaid(one, method));
  methods.at(-1)![1].push(
    ...[...gateways, ...commands].map((route) => routeCommand(route, name)),
  );
  return methods.map(([method, said], n) =>
    `${n === 0 ? `auto ${name}\n` : ""}iface ${name} ${method}\n${lines(said)}`
  );
}

function onceSaid(one: ReadInterface, method: string): string[] {
  const { name, mac, mtu, vlan, bridge, bond } = one;
  const said: string[] = [];
  if (mac !== undefined) said.push(`hwaddress ${mac}`);
  if (mtu !== undefined) {
    // DHCP has no such option.
    said.push(
      method.endsWith("dhcp") || method.endsWith("auto")
        ? `pre-up ip link set dev ${name} mtu ${mtu}`
        : `mtu ${mtu}`,
    );
  }
  if (vlan !== undefined) {
    said.push(`vlan-raw-device ${vlan.link}`, `vlan-id ${vlan.id}`);
  }
  if (bridge !== undefined) {
    said.push(
      `bridge_ports ${bridge.ports.join(" ") || "none"}`,
      `bridge_stp ${bridge.stp ? "on" : "off"}`,
      `bridge_fd ${bridge.forwardDelay / 1000}`,
    );
    if (!bridge.stp) said.push("bridge_maxwait 0");
  }
  if (bond !== undefined) {
    said.push(
      `bond-slaves ${bond.ports.join(" ") || "none"}`,
      `bond-mode ${bond.mode}`,
      `bond-miimon ${bond.monitorInterval}`,
    );
    if (bond.primary !== undefined) said.push(`bond-primary ${bond.primary}`);
  }
  if (one.nameservers.length > 0) {
    said.push(`dns-nameservers ${one.nameservers.join(" ")}`);
  }
  if (one.search.length > 0) said.push(`dns-search ${one.search.join(" ")}`);
  return said;
}

function isGateway({ to, via, metric, table, onLink }: ReadRoute): boolean {
  return to === undefined && via !== undefined && metric === undefined &&
    table === undefined && !onLink;
}

function within(subnet: Subnet, via: Address): boolean {
  return via.family === subnet.family && subnet.contains(via);
}

function routeCommand(route: ReadRoute, name: string): string {
  const { family, to, via, metric, table, onLink } = route;
  return [
    `up ip ${family === 6 ? "-6 " : ""}route add ${to ?? "default"}`,
    via === undefined ? "" : ` via ${via}`,
    ` dev ${name}`,
    metric === undefined ? "" : ` metric ${metric}`,
    table === undefined ? "" : ` table ${table}`,
    onLink ? " onlink" : "",
  ].join("");
}

function lines(said: readonly string[] = []): string {
  return said.map((line) => `    ${line}\n`).join("");
}
