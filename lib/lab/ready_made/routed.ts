/**
 * Ready-made networks with routers: two subnets, a chain, OSPF, two families.
 *
 * @module
 */

import { numbered, pings, probe, type ReadyMade } from "./entry.ts";

/** Two subnets and a router. */
export const router: ReadyMade = {
  description: "Two subnets with two hosts each, and the router between them.",
  expected: (topology) => pings(topology),
  spec: () => ({
    name: "router",
    title: "Two subnets and a router",
    hosts: {
      pc1: "10.0.1.11/24 via 10.0.1.1",
      pc2: "10.0.1.12/24 via 10.0.1.1",
      pc3: "10.0.2.11/24 via 10.0.2.1",
      pc4: "10.0.2.12/24 via 10.0.2.1",
    },
    switches: ["sw1", "sw2"],
    routers: {
      r1: { interfaces: { sw1: "10.0.1.1/24", sw2: "10.0.2.1/24" } },
    },
    links: [
      "pc1 -- sw1",
      "pc2 -- sw1",
      "sw1 -- r1",
      "r1 -- sw2",
      "pc3 -- sw2",
      "pc4 -- sw2",
    ],
  }),
};

/** Routers in a row. */
export const chain: ReadyMade = {
  description:
    "Routers in a row between two hosts, with static routes: each is a hop of a traceroute.",
  count: { of: "routers", usual: 3, least: 1, most: 64 },
  expected: (topology) => pings(topology),
  spec: (count) => {
    const row = ["pc1", ...numbered("r", count), "pc2"];
    return {
      name: "chain",
      title: `${count} routers between two hosts`,
      ipv6: false,
      hosts: ["pc1", "pc2"],
      routers: numbered("r", count),
      links: row.slice(1).map((name, i) => `${row[i]} -- ${name}`),
    };
  },
};

/** Routers that find their ways. */
export const ospf: ReadyMade = {
  description:
    "Routers in a ring that learn their routes by OSPF, and two hosts: when a link fails, they find the other way.",
  count: { of: "routers", usual: 4, least: 3, most: 16 },
  expected: (topology) => pings(topology),
  spec: (count) => {
    const routers = numbered("r", count);
    const opposite = routers[count >> 1]!;
    return {
      name: "ospf",
      title: `${count} routers with OSPF`,
      ipv6: false,
      hosts: ["pc1", "pc2"],
      routers: Object.fromEntries(
        routers.map((name) => [
          name,
          { services: { name: "frr", ospf: true } },
        ]),
      ),
      links: [
        "pc1 -- r1",
        ...routers.map((name, i) => `${name} -- ${routers[(i + 1) % count]}`),
        `${opposite} -- pc2`,
      ],
    };
  },
};

/** Both versions of IP. */
export const dualStack: ReadyMade = {
  description:
    "Two subnets with IPv4 and IPv6 side by side, and the router between them.",
  expected: (topology) => [
    ...pings(topology),
    probe(topology, "pc1", "tcp/80", "web", true),
  ],
  spec: () => ({
    name: "dual-stack",
    title: "IPv4 and IPv6 side by side",
    hosts: {
      pc1: {
        address: ["10.0.1.11/24", "2001:db8:1::11/64"],
        gateway: ["10.0.1.1", "2001:db8:1::1"],
      },
      web: {
        address: ["10.0.2.80/24", "2001:db8:2::80/64"],
        gateway: ["10.0.2.1", "2001:db8:2::1"],
        services: "http",
      },
    },
    routers: {
      r1: {
        interfaces: {
          pc1: ["10.0.1.1/24", "2001:db8:1::1/64"],
          web: ["10.0.2.1/24", "2001:db8:2::1/64"],
        },
      },
    },
    links: ["pc1 -- r1", "r1 -- web"],
  }),
};
