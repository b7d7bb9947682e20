/**
 * dnsmasq: DHCP, and DNS for the lab's names.
 *
 * @module
 */

import type { DnsmasqOptions } from "../daemon.ts";
import type { Node } from "../topology.ts";
import type { Daemon } from "./plan.ts";

/** How dnsmasq is run (dnsmasq(8)). The nodes' names it has from /etc/hosts. */
export const dnsmasq: Daemon<DnsmasqOptions> = {
  programs: () => [{ name: "dnsmasq", from: "dnsmasq-base" }],
  plan: (options, { node, folder }) => ({
    files: {
      "dnsmasq.conf": configuration(options, node, folder),
      "names": Object.entries(options.names).flatMap(([name, addresses]) =>
        addresses.map((address) => `${address}\t${name}\n`)
      ).join(""),
    },
    processes: [{
      name: "dnsmasq",
      // Neither a daemon nor another user, and its log on standard error.
      argv: ["dnsmasq", "--no-daemon", `--conf-file=${folder}/dnsmasq.conf`],
      ready: { udp: 53 },
    }],
  }),
};

function configuration(
  { dhcp, domain, forward }: DnsmasqOptions,
  node: Node,
  folder: string,
): string {
  return [
    "no-resolv",
    `addn-hosts=${folder}/names`,
    "log-queries",
    ...forward.map((address) => `server=${address}`),
    ...domain === undefined
      ? []
      : [`domain=${domain}`, `local=/${domain}/`, "expand-hosts"],
    ...dhcp === undefined ? [] : leases(dhcp, node, folder),
  ].map((line) => `${line}\n`).join("");
}

function leases(
  { from, to, leaseSeconds, gateway, dns }: NonNullable<DnsmasqOptions["dhcp"]>,
  { forwarding }: Node,
  folder: string,
): string[] {
  const isV6 = from.includes(":");
  const servers = isV6 ? dns?.map((address) => `[${address}]`) : dns;
  const option = isV6 ? "option6:dns-server" : "option:dns-server";
  return [
    `dhcp-range=${from},${to},${leaseSeconds}`,
    `dhcp-leasefile=${folder}/leases`,
    "dhcp-authoritative",
    // Nobody else has the addresses: no second is lost in asking.
    "no-ping",
    "log-dhcp",
    ...servers ? [`dhcp-option=${option},${servers.join(",")}`] : [],
    // An IPv6 client is told its gateway by router advertisements alone.
    ...isV6
      ? ["enable-ra"]
      : gateway !== undefined
      ? [`dhcp-option=option:router,${gateway}`]
      // By itself it would name itself.
      : forwarding
      ? []
      : ["dhcp-option=option:router"],
  ];
}
