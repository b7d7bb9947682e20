/**
 * Ready-made networks with a border: a firewall with three legs, NAT, NAT64.
 *
 * @module
 */

import { pings, probe, type ReadyMade } from "./entry.ts";

/** What the firewall of `dmz` lets through. */
const DMZ_RULES = `table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    iifname { "inside", "dmz" } icmp type echo-request accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iifname "inside" accept
    oifname "dmz" ip daddr 10.0.2.80 tcp dport 80 accept
  }
}
`;

/** A firewall with three legs. */
export const dmz: ReadyMade = {
  description:
    "A firewall between inside, a DMZ with a web server, and outside: inside reaches all, outside only the web server's port 80.",
  expected: (topology) => [
    ...pings(topology, (from) => from === "pc1"),
    probe(topology, "pc1", "tcp/80", "web", true),
    probe(topology, "outsider", "tcp/80", "web", true),
    probe(topology, "outsider", "tcp/22", "web", false),
    probe(topology, "outsider", "tcp/7", "pc1", false),
    probe(topology, "web", "tcp/7", "pc1", false),
  ],
  spec: () => ({
    name: "dmz",
    title: "A firewall with three legs",
    hosts: {
      pc1: { address: "10.0.1.10/24", gateway: "10.0.1.1", services: "echo" },
      web: {
        address: "10.0.2.80/24",
        gateway: "10.0.2.1",
        services: ["http", { name: "echo", port: 22, protocols: "tcp" }],
      },
      outsider: "192.0.2.10/24 via 192.0.2.1",
    },
    routers: {
      fw: {
        interfaces: {
          inside: "10.0.1.1/24",
          dmz: "10.0.2.1/24",
          outside: "192.0.2.1/24",
        },
        firewall: DMZ_RULES,
      },
    },
    links: ["pc1 -- fw:inside", "fw:dmz -- web", "fw:outside -- outsider"],
  }),
};

/** A private network behind one address. */
export const nat: ReadyMade = {
  description:
    "A private network behind a router that masquerades, and a server outside that sees only the router's address.",
  expected: (topology) => [
    ...pings(topology, (from) => from !== "server"),
    probe(topology, "pc1", "tcp/80", "server", true),
    probe(topology, "server", "tcp/7", "pc1", false),
  ],
  spec: () => ({
    name: "nat",
    title: "A private network behind NAT",
    hosts: {
      pc1: {
        address: "192.168.1.11/24",
        gateway: "192.168.1.1",
        services: "echo",
      },
      pc2: "192.168.1.12/24 via 192.168.1.1",
      // It knows no way to the private network, as nobody on the Internet does.
      server: {
        address: "203.0.113.80/24",
        gateway: "none",
        services: "http",
      },
    },
    switches: ["sw1"],
    routers: {
      r1: {
        interfaces: { sw1: "192.168.1.1/24", server: "203.0.113.1/24" },
        nat: "server",
      },
    },
    links: ["pc1 -- sw1", "pc2 -- sw1", "sw1 -- r1", "r1 -- server"],
  }),
};

/**
 * IPv4 addresses within IPv6. The well-known prefix 64:ff9b::/96 may stand for
 * no private and no documentation address (RFC 6052 §3.1).
 */
const PREFIX = "2001:db8:64:ff9b::/96";

/** A client without IPv4 and a server without IPv6. */
export const nat64: ReadyMade = {
  description:
    "A client with IPv6 only reaches a server with IPv4 only: DNS64 makes up an address, NAT64 translates.",
  expected: ({ nodes }) => {
    const server = nodes.find(({ name }) => name === "server")!;
    const [address] = server.interfaces[0]!.addresses[0]!.split("/");
    const translated = `2001:db8:64:ff9b::${address}`;
    return [
      {
        from: "client",
        to: "server",
        address: translated,
        probe: "ping",
        reachable: true,
      },
      {
        from: "client",
        to: "server",
        address: translated,
        probe: "tcp/80",
        reachable: true,
      },
      {
        from: "client",
        to: "server",
        address: address!,
        probe: "tcp/80",
        reachable: false,
      },
    ];
  },
  spec: () => ({
    name: "nat64",
    title: "From IPv6 to IPv4",
    hosts: {
      client: {
        address: "2001:db8:64::10/64",
        gateway: "2001:db8:64::1",
        dns: "2001:db8:64::1",
      },
      server: {
        address: "192.0.2.80/24",
        gateway: "192.0.2.1",
        services: "http",
      },
    },
    routers: {
      r1: {
        interfaces: {
          client: "2001:db8:64::1/64",
          server: "192.0.2.1/24",
        },
        services: [
          { name: "nat64", prefix: PREFIX },
          {
            name: "unbound",
            dns64: PREFIX,
            names: { "server.lab": "192.0.2.80" },
          },
        ],
      },
    },
    links: ["client -- r1", "r1 -- server"],
  }),
};
