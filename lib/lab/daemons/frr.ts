/**
 * FRR: zebra, which knows the kernel's routes, and a daemon for each routing
 * protocol. `vtysh` in the node talks to them as on any router.
 *
 * @module
 */

import type { FrrOptions } from "../daemon.ts";
import type { Node, Topology } from "../topology.ts";
import { addressesOf } from "../wiring.ts";
import type { Daemon, Supervised } from "./plan.ts";

/** The daemon of each protocol that a line `router <protocol>` begins. */
const PROTOCOLS: Readonly<Record<string, string>> = {
  ospf: "ospfd",
  ospf6: "ospf6d",
  rip: "ripd",
  ripng: "ripngd",
  bgp: "bgpd",
  isis: "isisd",
  eigrp: "eigrpd",
  babel: "babeld",
};

/** Where FRR looks for its sockets, and `vtysh` for them. */
const SOCKETS = "/run/frr";

/** How FRR is run (zebra(8), vtysh(1)). */
export const frr: Daemon<FrrOptions> = {
  programs: (options) =>
    [...daemonsOf(options), "vtysh"].map((name) => ({ name, from: "frr" })),
  home: "/etc/frr",
  plan: (options, { node, topology, folder }) => ({
    files: {
      "vtysh.conf": "service integrated-vtysh-config\n",
      "frr.conf": configuration(options, node, topology),
    },
    run: ["frr"],
    hides: { "/var/tmp": [] },
    processes: daemonsOf(options).map((name) => daemon(name, folder)),
  }),
};

function daemonsOf({ ospf, rip, bgp, config = "" }: FrrOptions): string[] {
  const wanted = new Set(
    Object.entries({ ospf, rip, bgp }).filter(([, value]) => value)
      .map(([protocol]) => protocol),
  );
  for (const [, protocol] of config.matchAll(/^\s*router\s+(\w+)/gm)) {
    wanted.add(protocol!);
  }
  return [
    "zebra",
    ...Object.keys(PROTOCOLS).filter((name) => wanted.has(name))
      .map((name) => PROTOCOLS[name]!),
    ...(/^\s*ipv?6? route /m.test(config) ? ["staticd"] : []),
  ];
}

function daemon(name: string, folder: string): Supervised {
  const socket = name === "zebra" ? "zserv.api" : `${name}.vty`;
  return {
    name,
    argv: [
      name,
      // No other user, and no telnet.
      ..."-u root -g root -P 0 --log stdout".split(" "),
      ...`--vty_socket ${SOCKETS} -z ${SOCKETS}/zserv.api`.split(" "),
      ...`-i ${SOCKETS}/${name}.pid`.split(" "),
    ],
    ready: { unix: `${SOCKETS}/${socket}` },
    after: [
      "vtysh",
      ...`--vty_socket ${SOCKETS} --config_dir ${folder} -b -d ${name}`
        .split(" "),
    ],
  };
}

function configuration(
  { ospf, rip, bgp, config }: FrrOptions,
  node: Node,
  topology: Topology,
): string {
  const id = addressesOf(node).find((address) => !address.includes(":"));
  const routerId = (line: string) => id === undefined ? [] : [`${line} ${id}`];
  const lines = [
    `hostname ${node.name}`,
    "log stdout informational",
    ...ospf === undefined ? [] : [
      // First, lest it says hello by another name.
      "router ospf",
      ...routerId(" ospf router-id"),
      // What is kept back for the sake of large networks takes seconds here.
      " timers throttle spf 10 100 5000",
      " timers throttle lsa all 100",
      " timers lsa min-arrival 0",
      "exit",
      ...Object.entries(ospf.areas).flatMap(([device, area]) => [
        `interface ${device}`,
        ` ip ospf area ${area}`,
        ` ip ospf hello-interval ${ospf.helloSeconds}`,
        ` ip ospf dead-interval ${ospf.deadSeconds}`,
        ` ip ospf retransmit-interval 1`,
        // Without a designated router nobody has to wait for its election.
        ...isCable(node, device, topology)
          ? [" ip ospf network point-to-point"]
          : [],
        "exit",
      ]),
    ],
    ...rip === undefined ? [] : [
      "router rip",
      " version 2",
      " timers basic 5 30 20",
      ...rip.interfaces.map((device) => ` network ${device}`),
      "exit",
    ],
    ...bgp === undefined ? [] : speaker(bgp, routerId(" bgp router-id")),
    config ?? "",
  ];
  return `${lines.join("\n")}\n`;
}

function speaker(
  { as, neighbors, networks }: NonNullable<FrrOptions["bgp"]>,
  routerId: readonly string[],
): string[] {
  const families = [4, 6].map((family) => ({
    family,
    peers: Object.keys(neighbors).filter((address) =>
      address.includes(":") === (family === 6)
    ),
    nets: networks.filter((net) => net.includes(":") === (family === 6)),
  }));
  return [
    `router bgp ${as}`,
    ...routerId,
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    " timers bgp 3 9",
    ...Object.entries(neighbors).flatMap(([address, other]) => [
      ` neighbor ${address} remote-as ${other}`,
      ` neighbor ${address} advertisement-interval 0`,
      ` neighbor ${address} timers connect 1`,
    ]),
    ...families.filter(({ peers, nets }) => peers.length + nets.length > 0)
      .flatMap(({ family, peers, nets }) => [
        ` address-family ipv${family} unicast`,
        ...nets.map((net) => `  network ${net}`),
        ...peers.map((address) => `  neighbor ${address} activate`),
        " exit-address-family",
      ]),
    "exit",
  ];
}

/** Whether another router is at the interface's other end. */
function isCable(
  { name }: Node,
  device: string,
  { links, nodes }: Topology,
): boolean {
  const isHere = (end: { node: string; interface: string }) =>
    end.node === name && end.interface === device;
  const link = links.find(({ a, b }) => isHere(a) || isHere(b));
  if (link === undefined) return false;
  const other = isHere(link.a) ? link.b : link.a;
  return nodes.find((node) => node.name === other.node)?.kind === "router";
}
