/**
 * snmpd: an SNMP agent.
 *
 * @module
 */

import type { SnmpdOptions } from "../daemon.ts";
import type { Node } from "../topology.ts";
import type { Daemon } from "./plan.ts";

/** How net-snmp's agent is run (snmpd(8), snmpd.conf(5)). */
export const snmpd: Daemon<SnmpdOptions> = {
  programs: () => [{ name: "snmpd", from: "snmpd" }],
  plan: (options, { node, folder }) => ({
    files: { "snmpd.conf": configuration(options, node) },
    processes: [{
      name: "snmpd",
      argv: [
        "snmpd",
        ..."-f -Lo -C -c".split(" "),
        `${folder}/snmpd.conf`,
      ],
      env: { SNMP_PERSISTENT_DIR: folder },
      ready: { udp: options.port },
    }],
  }),
};

function configuration(
  { port, community, location }: SnmpdOptions,
  { name }: Node,
): string {
  return [
    `agentAddress udp:${port},udp6:${port}`,
    `rocommunity ${quoted(community)}`,
    `rocommunity6 ${quoted(community)}`,
    `sysName ${name}`,
    ...location === undefined ? [] : [`sysLocation ${location}`],
  ].map((line) => `${line}\n`).join("");
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text)
    ? text
    : `"${text.replace(/["\\]/g, (c) => `\\${c}`)}"`;
}
