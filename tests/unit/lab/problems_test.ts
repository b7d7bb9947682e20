import assert from "node:assert/strict";
import { topology } from "../../../lib/lab/lab_topology.ts";
import { TopologyError } from "../../../lib/lab/topology_error.ts";
import type { TopologySpec } from "../../../lib/lab/specification.ts";
import { ParseError } from "../../../lib/errors.ts";

/** Text with one mistake in it, its place and path, and what is said of it. */
type Case = [what: string, text: string, place: string, says: RegExp];

const CASES: Case[] = [
  [
    "an unknown key",
    "host:\n  pc1:\n",
    "1:1 host",
    /^a topology has no key "host"; did you mean hosts\?$/,
  ],
  [
    "an unknown key of a host",
    "hosts:\n  a: { gatway: none }\n",
    "2:8 hosts.a.gatway",
    /did you mean gateway\?/,
  ],
  [
    "an unknown node in a link",
    "hosts: [pc1, pc2]\nlinks:\n  - pc1 -- pc2\n  - pc1 -- cp2",
    "4:5 links[1]",
    /^there is no node cp2; did you mean pc2\?$/,
  ],
  [
    "text that is no link",
    "hosts: [a, b]\nlinks: [a - b]",
    "2:9 links[0]",
    /"a - b" is not a link, as pc1 -- sw1/,
  ],
  [
    "a link to itself",
    "hosts: [a]\nlinks: [a -- a]",
    "2:9 links[0]",
    /a is linked to itself/,
  ],
  [
    "an interface used twice",
    "hosts: [a, b]\nlinks:\n  - a:eth0 -- b\n  - [a:eth0, b]\n",
    "4:6 links[1][0]",
    /^the interface eth0 of a has a link already$/,
  ],
  [
    "a name twice, in capitals",
    "hosts: [web]\nrouters: [WEB]",
    "2:11 routers[0]",
    /called web already, and capitals make no difference/,
  ],
  [
    "a name that DNS does not have",
    "hosts:\n  pc_1:\n",
    "2:3 hosts.pc_1",
    /1 to 63 letters, digits and hyphens/,
  ],
  [
    "an interface's name that is too long",
    "hosts: [a, b]\nlinks: [a:abcdefghijklmnop -- b]",
    "2:9 links[0]",
    /1 to 15 letters/,
  ],
  [
    "an interface's name of the kernel's",
    "hosts: [a, b]\nlinks: [a:lo -- b]",
    "2:9 links[0]",
    /lo means something else/,
  ],
  [
    "a sub-interface whose name is too long",
    "hosts:\n  a: { interfaces: { b: { vlans: [1000] } } }\n  b:\nlinks: [a:uplink-2-sw1 -- b]",
    "2:35 hosts.a.interfaces.b.vlans[0]",
    /uplink-2-sw1\.1000 would be longer than 15/,
  ],
  [
    "an address without its prefix length",
    "hosts: { a: 10.0.0.1, b: }\nlinks: [a -- b]",
    "1:13 hosts.a",
    /10\.0\.0\.1 lacks its prefix length: write 10\.0\.0\.1\/24/,
  ],
  [
    "text that is no address",
    "hosts:\n  a: { address: 10.0.0.300/24 }\n  b:\nlinks: [a -- b]",
    "2:17 hosts.a.address",
    /octet above 255/,
  ],
  [
    "the subnet's own number",
    "hosts: { a: 10.0.0.0/24, b: }\nlinks: [a -- b]",
    "1:13 hosts.a",
    /hosts there have 10\.0\.0\.1 to 10\.0\.0\.254/,
  ],
  [
    "a multicast address",
    "hosts: { a: ff02::1/64, b: }\nlinks: [a -- b]",
    "1:13 hosts.a",
    /multicast/,
  ],
  [
    "an address of a node without links",
    "hosts:\n  a: 10.0.0.1/24\n",
    "2:6 hosts.a",
    /a has no link, so there is no interface for its address/,
  ],
  [
    "an address that could be of two interfaces",
    "hosts: { a: 10.0.0.1/24, b: , c: }\nlinks: [a -- b, a -- c]",
    "1:13 hosts.a",
    /say which .* there are eth0 to b, eth1 to c/,
  ],
  [
    "an interface that is not there",
    "hosts: { a: { interfaces: { eth7: auto } }, b: }\nlinks: [a -- b]",
    "1:29 hosts.a.interfaces.eth7",
    /a has no interface eth7 and no link to a node of that name; it has eth0 to b/,
  ],
  [
    "a node at the other end of two links",
    "hosts: { a: { interfaces: { b: auto } }, b: }\nlinks: [a -- b, a -- b]",
    "1:29 hosts.a.interfaces.b",
    /one of eth0, eth1/,
  ],
  [
    "an address twice",
    "hosts:\n  a: 10.0.0.1/24\n  b: 10.0.0.1/24\nlinks: [a -- b]",
    "3:6 hosts.b",
    /10\.0\.0\.1 is the address of eth0 of a already/,
  ],
  [
    "an address twice on two links",
    "hosts: { a: 10.0.0.1/24, b: , c: 10.0.0.1/24, d: }\nlinks: [a -- b, c -- d]",
    "1:34 hosts.c",
    /10\.0\.0\.1 is the address of eth0 of a already/,
  ],
  [
    "a MAC address twice",
    "hosts:\n  a: { interfaces: { eth0: { mac: 02:00:00:00:00:09 } } }\n  b: { interfaces: { eth0: { mac: 02-00-00-00-00-09 } } }\nlinks: [a -- b]",
    "3:28 hosts.b.interfaces.eth0",
    /02:00:00:00:00:09 is the MAC address of eth0 of a already/,
  ],
  [
    "an address in no subnet of its link",
    "hosts: { a: 10.0.0.1/24, b: 10.0.0.2/24, c: 10.0.1.3/24 }\nswitches: [s]\nlinks: [a -- s, b -- s, c -- s]",
    "1:45 hosts.c",
    /10\.0\.1\.3\/24 is in no subnet of its link: eth0 of a there is in 10\.0\.0\.0\/24/,
  ],
  [
    "a gateway that is not on the link",
    "hosts:\n  a: { address: 10.0.0.1/24, gateway: 10.0.1.1 }\n  b:\nlinks: [a -- b]",
    "2:39 hosts.a.gateway",
    /the gateway 10\.0\.1\.1 is on no link of a, which is in 10\.0\.0\.0\/24/,
  ],
  [
    "a gateway of the other family",
    "hosts: { a: 10.0.0.1/24 via fe00::1, b: }\nlinks: [a -- b]",
    "1:13 hosts.a",
    /which has no IPv6 address/,
  ],
  [
    "a gateway that is its own address",
    "hosts: { a: 10.0.0.1/24 via 10.0.0.1, b: }\nlinks: [a -- b]",
    "1:13 hosts.a",
    /a's own address/,
  ],
  [
    "a route to nowhere",
    "hosts: { a: { address: 10.0.0.1/24, routes: [default] }, b: }\nlinks: [a -- b]",
    "1:46 hosts.a.routes[0]",
    /leads nowhere: add via/,
  ],
  [
    "a route with its next hop out of reach",
    "hosts: { a: { address: 10.0.0.1/24, routes: [default via 10.9.9.9] }, b: }\nlinks: [a -- b]",
    "1:46 hosts.a.routes[0]",
    /next hop 10\.9\.9\.9 is on no link/,
  ],
  [
    "a route between families",
    "hosts: { a: { address: 10.0.0.1/24, routes: ['::/0 via 10.0.0.2'] }, b: }\nlinks: [a -- b]",
    "1:46 hosts.a.routes[0]",
    /not of one family/,
  ],
  [
    "a VLAN beyond 4094",
    "hosts: [a]\nswitches:\n  s: { vlans: { 4095: a } }\nlinks: [a -- s]",
    "3:17 switches.s.vlans.4095",
    /"4095" is no VLAN: they go from 1 to 4094/,
  ],
  [
    "a VLAN that the port does not let in",
    "hosts: { a: { interfaces: { s: { vlans: [10, 30] } } } }\nswitches:\n  s: { trunks: { a: [10] } }\nlinks: [a -- s]",
    "1:46 hosts.a.interfaces.s.vlans[1]",
    /the port of s to a does not let VLAN 30 of eth0\.30 in, as it carries only 10/,
  ],
  [
    "a port in two VLANs",
    "hosts: [a]\nswitches:\n  s: { vlans: { 10: a, 20: a } }\nlinks: [a -- s]",
    "3:28 switches.s.vlans.20",
    /the port to a is in VLAN 10 already/,
  ],
  [
    "a port that is access and trunk",
    "hosts: [a]\nswitches:\n  s: { vlans: { 10: a }, trunks: [a] }\nlinks: [a -- s]",
    "3:35 switches.s.trunks[0]",
    /cannot be a trunk too/,
  ],
  [
    "trunks with nothing in common",
    "switches:\n  s: { trunks: { t: { vlans: [10], native: none } } }\n  t: { trunks: { s: [20] } }\nlinks: [s -- t]",
    "4:9 links[0]",
    /no frame passes from s to t/,
  ],
  [
    "a loop of switches",
    "switches: { s: , t: { stp: true }, u: }\nlinks:\n  - s -- t\n  - t -- u\n  - u -- s\n",
    "5:5 links[2]",
    /closes a loop of u, t and s, .* set stp: true on u and s, or take a link away/,
  ],
  [
    "two cables between two switches",
    "switches: [s, t]\nlinks: [s -- t, s -- t]",
    "2:17 links[1]",
    /closes a loop of s and t/,
  ],
  [
    "a time without its unit",
    "hosts: [a, b]\nlinks:\n  - [a, b, { delay: 10 }]",
    "3:21 links[0][2].delay",
    /^10 is not a time, as 10 ms: the unit is missing$/,
  ],
  [
    "a rate in an unknown unit",
    "hosts: [a, b]\nlinks:\n  - [a, b, { rate: 10 MB }]",
    "3:20 links[0][2].rate",
    /no unit "MB"/,
  ],
  [
    "a share above all",
    "hosts: [a, b]\nlinks:\n  - [a, b, { loss: 101% }]",
    "3:20 links[0][2].loss",
    /too large/,
  ],
  [
    "a jitter above the delay",
    "hosts: [a, b]\nlinks:\n  - [a, b, { delay: 1 ms, jitter: 2 ms }]",
    "3:35 links[0][2].jitter",
    /more than the delay/,
  ],
  [
    "an unknown service",
    "hosts: { a: { services: [ngnix] } }",
    "1:26 hosts.a.services[0]",
    /there is no service ngnix; did you mean nginx\?/,
  ],
  [
    "an option that a service does not have",
    "hosts: { a: { services: [{ name: nginx, prot: 80 }] } }",
    "1:41 hosts.a.services[0].prot",
    /nginx has no key "prot"; did you mean port\?/,
  ],
  [
    "two services on one port",
    "hosts: { a: { services: [nginx, http] } }",
    "1:33 hosts.a.services[1]",
    /http and nginx both want tcp port 80/,
  ],
  [
    "leases for another subnet",
    "hosts: { a: { address: 10.0.0.1/24, services: { name: dnsmasq, dhcp: 10.0.1.5 - 10.0.1.9 } }, b: }\nlinks: [a -- b]",
    "1:47 hosts.a.services",
    /a has no address in that subnet/,
  ],
  [
    "FRR without a protocol",
    "routers: { r: { services: [frr] } }",
    "1:28 routers.r.services[0]",
    /frr runs no protocol/,
  ],
  [
    "an OSPF timer that cannot work",
    "routers: { r: { services: { name: frr, ospf: { hello: 5 s, dead: 5 s } } } }",
    "1:66 routers.r.services.ospf.dead",
    /make it more than 5 s/,
  ],
  [
    "a NAT64 prefix of a wrong length",
    "routers: { r: { services: { name: nat64, prefix: '64:ff9b::/80' } } }",
    "1:50 routers.r.services.prefix",
    /must be one of 32, 40, 48, 56, 64, 96/,
  ],
  [
    "a forwarded port that is none",
    "routers: { r: { nat: { masquerade: a, forward: { 80: 10.0.0.1 } } } }\nhosts: [a]\nlinks: [a -- r]",
    "1:50 routers.r.nat.forward.80",
    /"80" is not a port to forward, as tcp\/8080/,
  ],
  [
    "an MTU too small for IPv6",
    "hosts: { a: { interfaces: { b: { mtu: 1000 } } }, b: }\nlinks: [a -- b]",
    "1:32 hosts.a.interfaces.b",
    /IPv6 needs 1280/,
  ],
  [
    "a setting that is no node's own",
    "hosts: { a: { sysctl: { kernel.panic: 1 } } }",
    '1:25 hosts.a.sysctl["kernel.panic"]',
    /they begin with net\./,
  ],
  [
    "a space without room",
    "ipv4: 10.0.0.0/30\nipv6: false\nhosts: [a, b, c]\nswitches: [s]\nlinks: [a -- s, b -- s, c -- s]",
    "1:7 ipv4",
    /no room in 10\.0\.0\.0\/30/,
  ],
  [
    "a subnet without room",
    "ipv6: false\nhosts: { a: 10.0.0.1/30, b: , c: }\nswitches: [s]\nlinks: [a -- s, b -- s, c -- s]",
    "2:31 hosts.c",
    /no address left in 10\.0\.0\.0\/30 for eth0 of c/,
  ],
  [
    "a list in place of a topology",
    "[1, 2]",
    "1:1 ",
    /a list is not a topology/,
  ],
  ["nothing", "# only a comment\n", "1:1 ", /nothing is not a topology/],
];

for (const [what, text, place, says] of CASES) {
  Deno.test(`topology() refuses ${what}, and says where`, async () => {
    const error = await failure(text);
    assert.equal(error.problems.length, 1, error.message);
    const [{ path, line, column, message }] = error.problems as [
      TopologyError["problems"][0],
    ];
    assert.match(message, says);
    assert.equal(`${line}:${column} ${path}`, place);
    assert.equal(error.input, text);
    assert.ok(error.message.includes(message));
  });
}

async function failure(input: string | TopologySpec): Promise<TopologyError> {
  try {
    await topology(input);
  } catch (error) {
    assert.ok(error instanceof TopologyError, `${error}`);
    return error;
  }
  throw new Error("it was taken");
}

Deno.test("topology() tells all that is wrong at once, in the order of the text", async () => {
  const error = await failure(`
hosts:
  pc1: { adress: 10.0.0.1/24, services: [ngnix] }
  pc2: { address: 10.0.0.0/24 }
links:
  - [pc1, pc2, { delay: 10 }]
  - pc1 -- pc3
`);
  assert.deepEqual(
    error.problems.map(({ line, path }) => `${line} ${path}`),
    ["6 links[0][2].delay", "7 links[1]"],
    "names and links first, as what follows from them would be guesses",
  );
  const second = await failure(`
hosts:
  pc1: { adress: 10.0.0.1/24, services: [ngnix] }
  pc2: { address: 10.0.0.0/24 }
links: [pc1 -- pc2]
`);
  assert.deepEqual(
    second.problems.map(({ line, path }) => `${line} ${path}`),
    ["3 hosts.pc1.adress", "3 hosts.pc1.services[0]", "4 hosts.pc2.address"],
  );
  assert.match(
    second.message,
    /^Cannot use this topology, as 3 things are wrong:\n {2}3:10 hosts/,
  );
});

Deno.test("topology() gives paths without lines for objects in code", async () => {
  const error = await failure({
    hosts: { a: "10.0.0.1", b: null },
    links: ["a -- b"],
  });
  assert.deepEqual(error.problems.map(({ path, line }) => [path, line]), [
    ["hosts.a", undefined],
  ]);
  assert.equal(error.input, undefined);
});

Deno.test("topology() gives up looking after a hundred problems", async () => {
  const hosts = Array.from({ length: 5000 }, (_, i) => `-${i}`);
  const error = await failure({ hosts });
  assert.equal(error.problems.length, 100);
  assert.match(error.message, /100 or more things/);
});

Deno.test("topology() refuses more nodes than a machine has room for", async () => {
  const hosts = Array.from({ length: 5000 }, (_, i) => `h${i}`);
  assert.match((await failure({ hosts })).message, /more than 4096 nodes/);
});

Deno.test("topology() says where text is not even YAML", async () => {
  await assert.rejects(topology("hosts:\n\tpc1:\n"), (error) => {
    assert.ok(error instanceof ParseError);
    assert.match(error.message, /tabs .*line 2, column 1/);
    return true;
  });
});

Deno.test("topology() refuses names of no ready-made one, and what is no text or object", async () => {
  await assert.rejects(topology("dmx"), /did you mean dmz\?/);
  await assert.rejects(topology("lan(0)"), RangeError);
  await assert.rejects(topology("pair(2)"), /there is nothing to count/);
  // deno-lint-ignore no-explicit-any
  await assert.rejects(topology(7 as any), TypeError);
  // deno-lint-ignore no-explicit-any
  await assert.rejects(topology(null as any), TypeError);
});
