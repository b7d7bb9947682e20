import assert from "node:assert/strict";
import { LabTopology, topology } from "../../../lib/lab/lab_topology.ts";
import type { TopologySpec } from "../../../lib/lab/specification.ts";
import type { Node } from "../../../lib/lab/topology.ts";

/** All addresses of a node, with the interfaces that have them. */
function addresses(node: Node): string {
  return node.interfaces.flatMap((port) => [port, ...port.vlans])
    .filter(({ addresses }) => addresses.length > 0)
    .map(({ name, addresses }) => `${name} ${addresses.join(" ")}`)
    .join(", ");
}

function routes({ routes }: Node): string[] {
  return routes.map(({ to, via, dev, metric }) =>
    [to, via && `via ${via}`, dev && `dev ${dev}`, metric && `metric ${metric}`]
      .filter(Boolean).join(" ")
  );
}

Deno.test("what is not written is chosen: names, MACs, addresses, routes", async () => {
  const office = await topology(`
name: office
hosts: [pc1, pc2, web]
switches: [sw1]
routers: [r1]
links: [pc1 -- sw1, pc2 -- sw1, sw1 -- r1, r1 -- web]
`);
  assert.equal(office.name, "office");
  assert.deepEqual(office.nodes.map(({ name, kind }) => `${name} ${kind}`), [
    "pc1 host",
    "pc2 host",
    "web host",
    "sw1 switch",
    "r1 router",
  ]);
  assert.equal(
    addresses(office.node("r1")),
    "eth0 10.0.0.1/24 fd00::1/64, eth1 10.0.1.1/24 fd00:0:0:1::1/64",
    "routers come first",
  );
  assert.equal(addresses(office.node("pc1")), "eth0 10.0.0.2/24 fd00::2/64");
  assert.equal(addresses(office.node("pc2")), "eth0 10.0.0.3/24 fd00::3/64");
  assert.deepEqual(routes(office.node("web")), [
    "0.0.0.0/0 via 10.0.1.1",
    "::/0 via fd00:0:0:1::1",
  ]);
  assert.deepEqual(routes(office.node("r1")), [], "both subnets are its own");
  assert.deepEqual(office.links[3], {
    a: { node: "r1", interface: "eth1" },
    b: { node: "web", interface: "eth0" },
  });
  const [first] = office.node("pc1").interfaces;
  assert.deepEqual(
    [first?.name, first?.mac, first?.mtu],
    ["eth0", "02:00:00:01:00:00", 1500],
  );
  assert.deepEqual(
    office.nodes.map(({ forwarding }) => forwarding),
    [false, false, false, false, true],
  );
});

Deno.test("the same in code and in YAML gives the same topology", async () => {
  const spec: TopologySpec = {
    name: "twins",
    hosts: {
      a: "10.0.0.1/24 via 10.0.0.254",
      b: { address: ["10.0.0.2/24", "2001:db8::2/64"], services: "nginx" },
    },
    links: [["a", "b", { delay: "10 ms", loss: 0.01, rate: "1 Gbit/s" }]],
  };
  const inYaml = await topology(`
name: twins
hosts:
  a: 10.0.0.1/24 via 10.0.0.254
  b: { address: [10.0.0.2/24, 2001:db8::2/64], services: nginx }
links:
  - [a, b, { delay: 10 ms, loss: 1 %, rate: 1Gbps }]
`);
  assert.deepEqual(await topology(spec), inYaml);
  assert.deepEqual(
    await topology(JSON.stringify(spec)),
    inYaml,
    "JSON is YAML",
  );
  assert.deepEqual(inYaml.links[0], {
    a: { node: "a", interface: "eth0" },
    b: { node: "b", interface: "eth0" },
    delay: 10,
    loss: 0.01,
    rate: 1e9,
  });
  assert.equal(await topology(inYaml), inYaml);
});

Deno.test("a topology is data, and frozen through and through", async () => {
  const dmz = await topology("dmz");
  assert.ok(dmz instanceof LabTopology);
  assert.deepEqual(JSON.parse(JSON.stringify(dmz)), dmz.toJSON());
  const check = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(check);
  };
  check(dmz);
  assert.throws(() => dmz.node("fv"), /did you mean fw\?/);
});

Deno.test("interfaces have the names that links give them, and the rest count up", async () => {
  const { nodes } = await topology({
    hosts: ["a", "b", "c", "d"],
    routers: {
      r: {
        interfaces: { lan: "10.0.0.1/24", b: "10.1.0.1/24", c: "10.2.0.1/24" },
      },
    },
    links: ["a -- r:lan", "b -- r", ["c", "r:eth0"], "d -- r"],
  });
  assert.equal(
    nodes.find(({ name }) => name === "r")!.interfaces
      .map(({ name, addresses }) => `${name} ${addresses[0]}`).join(", "),
    "lan 10.0.0.1/24, eth1 10.1.0.1/24, eth0 10.2.0.1/24, eth2 10.0.1.1/24",
  );
});

Deno.test("automatic addresses join what was written on their link, and keep clear of the rest", async () => {
  const net = await topology({
    hosts: {
      a: "10.0.0.2/24",
      b: null,
      c: "192.0.2.1/30",
      d: null,
      e: null,
      f: null,
    },
    switches: ["s"],
    routers: ["r"],
    links: ["a -- s", "b -- s", "s -- r", "c -- d", "e -- f"],
  });
  assert.equal(addresses(net.node("r")), "eth0 10.0.0.1/24");
  assert.equal(addresses(net.node("b")), "eth0 10.0.0.3/24", ".2 is taken");
  assert.equal(addresses(net.node("d")), "eth0 192.0.2.2/30");
  assert.equal(
    addresses(net.node("e")),
    "eth0 10.0.1.1/24 fd00::1/64",
    "10.0.0.0/24 is in use; where IPv4 alone was written, no IPv6 is added",
  );
});

Deno.test("a domain of many hosts gets a subnet that holds them, and a small space is shared out tightly", async () => {
  const hosts = Array.from({ length: 300 }, (_, i) => `h${i}`);
  const big = await topology({
    ipv6: false,
    hosts,
    switches: ["s"],
    links: hosts.map((host) => `${host} -- s`),
  });
  assert.equal(addresses(big.node("h299")), "eth0 10.0.1.44/23");
  const tight = await topology({
    ipv4: "192.168.7.0/28",
    ipv6: "2001:db8::/48",
    routers: ["r1", "r2", "r3"],
    links: ["r1 -- r2", "r2 -- r3"],
  });
  assert.equal(
    addresses(tight.node("r2")),
    "eth0 192.168.7.2/29 2001:db8::2/64, eth1 192.168.7.9/29 2001:db8:0:1::1/64",
  );
});

Deno.test("VLANs are broadcast domains of their own, through trunks and over tags", async () => {
  const net = await topology(`
ipv6: false
hosts: [a, b, c, d]
switches:
  s: { vlans: { 10: [a], 20: [b] } }
  t: { vlans: { 10: [c], 20: [d] } }
routers:
  r: { interfaces: { t: { vlans: [10, 20] } } }
links: [a -- s, b -- s, s -- t, c -- t, d -- t, t -- r]
`);
  assert.equal(
    addresses(net.node("r")),
    "eth0.10 10.0.0.1/24, eth0.20 10.0.1.1/24",
  );
  assert.equal(addresses(net.node("a")), "eth0 10.0.0.2/24");
  assert.equal(addresses(net.node("c")), "eth0 10.0.0.3/24");
  assert.equal(addresses(net.node("d")), "eth0 10.0.1.3/24");
  assert.deepEqual(routes(net.node("d")), ["0.0.0.0/0 via 10.0.1.1"]);
  assert.deepEqual(net.node("s").interfaces.map(({ port }) => port), [
    { access: 10 },
    { access: 20 },
    { trunk: [10, 20], native: 1 },
  ]);
  assert.deepEqual(net.node("t").interfaces.at(-1)?.port, {
    trunk: [10, 20],
    native: 1,
  });
});

Deno.test("trunks carry what is listed, and their native VLAN untagged", async () => {
  const net = await topology(`
switches:
  s: { trunks: { t: { vlans: [20, 10], native: 99 }, u: [1, 10], v: { native: none } } }
  t: { trunks: { s: { vlans: [10, 20, 99], native: 99 } } }
  u:
  v: { vlans: { 30: [] } }
links: [s -- t, s -- u, s -- v]
`);
  assert.deepEqual(net.node("s").interfaces.map(({ port }) => port), [
    { trunk: [10, 20], native: 99 },
    { trunk: [1, 10] },
    { trunk: [1, 10, 20, 99] },
  ]);
  assert.deepEqual(net.node("t").interfaces[0]?.port, {
    trunk: [10, 20],
    native: 99,
  });
  assert.equal(net.node("u").vlanAware, false);
  assert.equal(net.node("u").interfaces[0]?.port, undefined);
});

Deno.test("a switch without VLANs passes tags on, so that a domain goes through it", async () => {
  const net = await topology({
    ipv6: false,
    hosts: {
      a: { interfaces: { s: { vlans: [10] } } },
      b: { interfaces: { s: { vlans: [10] } } },
      c: null,
    },
    switches: ["s"],
    links: ["a -- s", "b -- s", "c -- s"],
  });
  assert.equal(addresses(net.node("a")), "eth0.10 10.0.1.1/24");
  assert.equal(addresses(net.node("b")), "eth0.10 10.0.1.2/24");
  assert.equal(addresses(net.node("c")), "eth0 10.0.0.1/24");
});

Deno.test("routers get static routes along the shortest ways", async () => {
  // A square with a tail: r1 - r2 - r3 - r4 - r1, and r5 behind r3.
  const net = await topology({
    ipv6: false,
    routers: ["r1", "r2", "r3", "r4", "r5"],
    links: ["r1 -- r2", "r2 -- r3", "r3 -- r4", "r4 -- r1", "r3 -- r5"],
  });
  assert.deepEqual(routes(net.node("r1")), [
    "10.0.1.0/24 via 10.0.0.2",
    "10.0.2.0/24 via 10.0.3.2",
    "10.0.4.0/24 via 10.0.0.2",
  ]);
  assert.deepEqual(routes(net.node("r5")), [
    "10.0.1.0/24 via 10.0.4.1",
    "10.0.2.0/24 via 10.0.4.1",
    "10.0.0.0/24 via 10.0.4.1",
    "10.0.3.0/24 via 10.0.4.1",
  ]);
});

Deno.test("routes that are written are all there are, and FRR finds its own", async () => {
  const net = await topology({
    ipv6: false,
    hosts: { h: { routes: "10.9.0.0/16 via 10.0.0.1 dev eth0 metric 5" } },
    routers: {
      r1: { routes: "default via 10.0.1.2" },
      r2: { services: { name: "frr", ospf: true } },
      r3: { routes: [], gateway: "10.0.2.1" },
    },
    links: ["h -- r1", "r1 -- r2", "r2 -- r3"],
  });
  assert.deepEqual(routes(net.node("r1")), ["0.0.0.0/0 via 10.0.1.2"]);
  assert.deepEqual(routes(net.node("r2")), []);
  assert.deepEqual(routes(net.node("r3")), ["0.0.0.0/0 via 10.0.2.1"]);
  assert.deepEqual(routes(net.node("h")), [
    "10.9.0.0/16 via 10.0.0.1 dev eth0 metric 5",
    "0.0.0.0/0 via 10.0.0.1",
  ]);
  assert.deepEqual(net.node("r2").services, [{
    name: "frr",
    options: {
      ospf: {
        areas: { eth0: "0.0.0.0", eth1: "0.0.0.0" },
        helloSeconds: 1,
        deadSeconds: 4,
      },
    },
  }]);
});

Deno.test("nobody outside knows the way to what is behind nat", async () => {
  const net = await topology({
    ipv6: false,
    hosts: ["inside", "server"],
    routers: {
      home: {
        nat: { masquerade: "isp", forward: { "tcp/8080": "10.0.0.2:80" } },
      },
      isp: null,
    },
    links: ["inside -- home", "home -- isp", "isp -- server"],
  });
  assert.deepEqual(routes(net.node("home")), ["10.0.2.0/24 via 10.0.1.2"]);
  assert.deepEqual(routes(net.node("isp")), []);
  assert.equal(
    net.node("home").nft,
    `table ip nat {
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifname { "eth1" } tcp dport 8080 dnat to 10.0.0.2:80
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname { "eth1" } masquerade
  }
}
`,
  );
  const pair = await topology({
    ipv6: false,
    hosts: ["inside", "server"],
    routers: { home: { nat: "server" } },
    links: ["inside -- home", "home -- server"],
  });
  assert.deepEqual(routes(pair.node("server")), [], "home is no gateway there");
});

Deno.test("two homes behind nat may have the same addresses", async () => {
  const spec: TopologySpec = {
    hosts: { pcA: "192.168.1.10/24", pcB: "192.168.1.10/24" },
    routers: {
      homeA: { interfaces: { pcA: "192.168.1.1/24" }, nat: "isp" },
      homeB: { interfaces: { pcB: "192.168.1.1/24" }, nat: "isp" },
      isp: null,
    },
    links: ["pcA -- homeA", "pcB -- homeB", "homeA -- isp", "homeB -- isp"],
  };
  const net = await topology(spec);
  assert.deepEqual(
    routes(net.node("isp")).filter((route) => route.startsWith("192.168")),
    [],
  );
});

Deno.test("services have all of their options", async () => {
  const net = await topology(`
hosts:
  dns:
    address: 10.0.0.53/24
    services:
      - name: dnsmasq
        dhcp: { range: 10.0.0.100 - 10.0.0.199, lease: 2 h, gateway: 10.0.0.1 }
        names: { www.example: [10.0.0.80, 2001:db8::80] }
        domain: example
      - { name: snmpd, location: cellar }
      - echo
      - { name: http, port: 8080, body: "hello" }
  pc: { address: none, dns: 10.0.0.53 }
routers:
  r: { services: { name: frr, bgp: { as: 65001, neighbors: { 10.0.0.2: 65002 }, networks: 10.0.0.0/24 } } }
links: [dns -- pc]
`);
  assert.deepEqual(net.node("dns").services, [
    {
      name: "dnsmasq",
      options: {
        dhcp: {
          from: "10.0.0.100",
          to: "10.0.0.199",
          leaseSeconds: 7200,
          gateway: "10.0.0.1",
        },
        names: { "www.example": ["10.0.0.80", "2001:db8::80"] },
        domain: "example",
        forward: [],
      },
    },
    {
      name: "snmpd",
      options: { port: 161, community: "public", location: "cellar" },
    },
    { name: "echo", options: { port: 7, protocols: ["tcp", "udp"] } },
    { name: "http", options: { port: 8080, body: "hello" } },
  ]);
  assert.deepEqual(net.node("r").services, [{
    name: "frr",
    options: {
      bgp: {
        as: 65001,
        neighbors: { "10.0.0.2": 65002 },
        networks: ["10.0.0.0/24"],
      },
    },
  }]);
  assert.equal(addresses(net.node("pc")), "");
  assert.deepEqual(net.node("pc").dns, ["10.0.0.53"]);
});

const AMOUNTS: [text: string, key: "delay" | "loss" | "rate", value: number][] =
  [
    ["10 ms", "delay", 10],
    ["0.5s", "delay", 500],
    ["200 us", "delay", 0.2],
    ["200 µs", "delay", 0.2],
    ["1 %", "loss", 0.01],
    ["0.5%", "loss", 0.005],
    ["0.25", "loss", 0.25],
    ["100 Mbit/s", "rate", 1e8],
    ["100Mbit", "rate", 1e8],
    ["1.5 Gbps", "rate", 1.5e9],
    ["10 MB/s", "rate", 8e7],
    ["64 kb/s", "rate", 64_000],
  ];

Deno.test("amounts are read in their units", async () => {
  for (const [text, key, value] of AMOUNTS) {
    const { links } = await topology({
      hosts: ["a", "b"],
      links: [["a", "b", { [key]: text }]],
    });
    assert.equal(links[0]![key], value, text);
  }
});

Deno.test("the topology in the docs of topology() is one", async () => {
  const office = await topology(`
name: office
title: An office and its provider
ipv4: 10.0.0.0/8
ipv6: false
hosts:
  pc1: 10.0.1.10/24 via 10.0.1.1
  pc2: 10.0.1.11/24
  pc3:
  web:
    address: [192.0.2.10/24, 2001:db8::10/64]
    gateway: [192.0.2.1, 2001:db8::1]
    services: [sshd, { name: nginx, port: 8080 }]
    dns: 192.0.2.53
    routes: [203.0.113.0/24 via 192.0.2.2]
    sysctl: { net.ipv4.ip_default_ttl: 32 }
switches:
  sw1:
    vlans: { 10: [pc1, pc2], 20: pc3 }
    trunks: { sw2: [10, 20], r1: { vlans: [10, 20], native: none } }
  sw2: { stp: true }
routers:
  r1:
    interfaces:
      sw1: { vlans: { 10: 10.0.1.1/24, 20: auto } }
      eth1: { address: [192.0.2.1/24, 2001:db8::1/64], mtu: 1400 }
    nat: eth1
    firewall: |
      table inet filter { … }
links:
  - pc1 -- sw1
  - pc2 -- sw1
  - pc3 -- sw1
  - sw1 -- sw2
  - [sw1, r1, { delay: 10 ms, jitter: 1 ms, loss: 1 %, rate: 100 Mbit/s }]
  - r1:eth1 -- web
`);
  assert.equal(
    addresses(office.node("r1")),
    "eth0.10 10.0.1.1/24, eth0.20 10.0.0.1/24, eth1 192.0.2.1/24 2001:db8::1/64",
  );
  assert.deepEqual(routes(office.node("web")), [
    "203.0.113.0/24 via 192.0.2.2",
    "0.0.0.0/0 via 192.0.2.1",
    "::/0 via 2001:db8::1",
  ]);
  assert.deepEqual(office.links.at(-2), {
    a: { node: "sw1", interface: "eth4" },
    b: { node: "r1", interface: "eth0" },
    delay: 10,
    jitter: 1,
    loss: 0.01,
    rate: 1e8,
  });
});
