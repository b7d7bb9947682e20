/**
 * Ready-made networks without a router in between: a cable, a switch, VLANs, a ring.
 *
 * @module
 */

import { numbered, pings, type ReadyMade } from "./entry.ts";

/** Two hosts and a cable. */
export const pair: ReadyMade = {
  description: "Two hosts joined by one cable.",
  expected: (topology) => pings(topology),
  spec: () => ({
    name: "pair",
    title: "Two hosts and a cable",
    hosts: { pc1: "10.0.0.1/24", pc2: "10.0.0.2/24" },
    links: ["pc1 -- pc2"],
  }),
};

/** Hosts on a switch. */
export const lan: ReadyMade = {
  description: "Some hosts on one switch, in one subnet.",
  count: { of: "hosts", usual: 4, least: 1, most: 4000 },
  expected: (topology) => pings(topology),
  spec: (count) => {
    const hosts = numbered("pc", count);
    return {
      name: "lan",
      title: `${count} hosts on a switch`,
      ipv6: false,
      hosts,
      switches: ["sw1"],
      links: hosts.map((host) => `${host} -- sw1`),
    };
  },
};

/** Two switches that keep two VLANs apart. */
export const vlan: ReadyMade = {
  description:
    "Two switches joined by a trunk, with hosts of VLANs 10 and 20 on each: only those of one VLAN hear each other.",
  expected: (topology) =>
    // a and c are in VLAN 10, b and d in VLAN 20.
    pings(topology, (from, to) => isTen(from) === isTen(to)),
  spec: () => ({
    name: "vlan",
    title: "Two VLANs on two switches",
    hosts: {
      a10: "10.0.0.1/24",
      b20: "10.0.0.2/24",
      c10: "10.0.0.3/24",
      d20: "10.0.0.4/24",
    },
    switches: {
      sw1: { vlans: { 10: "a10", 20: "b20" }, trunks: { sw2: [10, 20] } },
      sw2: { vlans: { 10: "c10", 20: "d20" }, trunks: { sw1: [10, 20] } },
    },
    links: [
      "a10 -- sw1",
      "b20 -- sw1",
      "sw1 -- sw2",
      "c10 -- sw2",
      "d20 -- sw2",
    ],
  }),
};

function isTen(name: string): boolean {
  return name.endsWith("10");
}

/** Switches in a ring. */
export const ring: ReadyMade = {
  description:
    "Switches in a ring, with a host on each: spanning tree blocks one link, and opens it when another fails.",
  count: { of: "switches", usual: 3, least: 3, most: 16 },
  expected: (topology) => pings(topology),
  spec: (count) => {
    const switches = numbered("sw", count);
    return {
      name: "ring",
      title: `${count} switches in a ring, with spanning tree`,
      ipv6: false,
      hosts: numbered("pc", count),
      switches: Object.fromEntries(
        switches.map((name) => [name, { stp: true }]),
      ),
      links: [
        ...switches.map((name, i) => `${name} -- ${switches[(i + 1) % count]}`),
        ...switches.map((name, i) => `pc${i + 1} -- ${name}`),
      ],
    };
  },
};
