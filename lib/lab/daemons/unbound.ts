/**
 * unbound: a resolver that knows the lab's names.
 *
 * @module
 */

import type { UnboundOptions } from "../daemon.ts";
import type { Topology } from "../topology.ts";
import { addressesOf } from "../wiring.ts";
import type { Daemon } from "./plan.ts";

/** How unbound is run (unbound.conf(5)). */
export const unbound: Daemon<UnboundOptions> = {
  programs: () => [{ name: "unbound", from: "unbound" }],
  home: "/etc/unbound",
  plan: (options, { topology, folder }) => {
    const names = namesOf(options, topology);
    const zones = zonesOf(names, options.forward.length > 0);
    return {
      files: {
        "unbound.conf": configuration(options, names, zones, folder),
        ...Object.fromEntries(
          zones.map(({ file, text }) => [file, text]),
        ),
      },
      processes: [{
        name: "unbound",
        argv: ["unbound", "-d", "-c", `${folder}/unbound.conf`],
        ready: { udp: 53 },
      }],
    };
  },
};

type Names = ReadonlyMap<string, readonly string[]>;

interface Zone {
  readonly name: string;
  readonly file: string;
  readonly text: string;
}

/** The nodes' names and those of the options, and the addresses of each. */
function namesOf({ names }: UnboundOptions, { nodes }: Topology): Names {
  const all = new Map<string, readonly string[]>();
  for (const node of nodes) {
    const addresses = addressesOf(node);
    if (addresses.length > 0) all.set(node.name, addresses);
  }
  for (const [name, addresses] of Object.entries(names)) {
    all.set(name, [...all.get(name) ?? [], ...addresses]);
  }
  return all;
}

/** A name that a resolver would believe to be nowhere (RFC 6761 §6). */
const SPECIAL = ["test.", "home.arpa.", "invalid."];

function configuration(
  { forward, dns64 }: UnboundOptions,
  names: Names,
  zones: readonly Zone[],
  folder: string,
): string {
  return [
    "server:",
    `  directory: "${folder}"`,
    '  chroot: ""',
    '  username: ""',
    '  pidfile: ""',
    '  logfile: ""',
    "  use-syslog: no",
    "  log-queries: yes",
    "  num-threads: 1",
    // Each answer comes from the address that was asked.
    "  interface-automatic: yes",
    "  access-control: 0.0.0.0/0 allow",
    "  access-control: ::/0 allow",
    "  do-not-query-localhost: no",
    `  module-config: "${dns64 ? "dns64 " : ""}validator iterator"`,
    ...dns64 ? [`  dns64-prefix: ${dns64}`] : [],
    ...SPECIAL.map((zone) => `  local-zone: "${zone}" nodefault`),
    ...[...names].flatMap(([name, addresses]) =>
      addresses.map((address) => `  local-data-ptr: "${address} ${name}"`)
    ),
    "remote-control:",
    "  control-enable: no",
    ...zones.flatMap(({ name, file }) => [
      "auth-zone:",
      `  name: "${name}"`,
      `  zonefile: "${file}"`,
      // By way of the resolver, so that DNS64 sees them, too.
      "  for-downstream: no",
      "  for-upstream: yes",
    ]),
    ...forward.length === 0 ? [] : [
      "forward-zone:",
      '  name: "."',
      ...forward.map((address) => `  forward-addr: ${address}`),
    ],
  ].map((line) => `${line}\n`).join("");
}

/**
 * The names as zones: one for each where other names are somebody else's, else
 * a root, which has no other names.
 */
function zonesOf(names: Names, isForwarding: boolean): Zone[] {
  const records = (name: string) =>
    names.get(name)!.map((address) =>
      `${name}. 60 IN ${address.includes(":") ? "AAAA" : "A"} ${address}`
    );
  const zone = (name: string, file: string, lines: readonly string[]): Zone => {
    const apex = name === "." ? "." : `${name}.`;
    const head = [
      `${apex} 60 IN SOA localhost. root.localhost. 1 3600 600 86400 60`,
      `${apex} 60 IN NS localhost.`,
    ];
    return { name, file, text: `${[...head, ...lines].join("\n")}\n` };
  };
  return isForwarding
    ? [...names.keys()].map((name) => zone(name, `${name}.zone`, records(name)))
    : [zone(".", "root.zone", [...names.keys()].flatMap(records))];
}
