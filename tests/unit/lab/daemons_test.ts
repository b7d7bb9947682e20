import assert from "node:assert/strict";
import type { ServiceName } from "../../../lib/lab/daemon.ts";
import { mediaType } from "../../../lib/lab/daemons/http.ts";
import type { Plan } from "../../../lib/lab/daemons/plan.ts";
import {
  lackingPrograms,
  type Machine,
  requirePrograms,
} from "../../../lib/lab/daemons/requirements.ts";
import { daemonOf, daemons } from "../../../lib/lab/daemons/table.ts";
import { readyMade, topology } from "../../../lib/lab/lab_topology.ts";
import { serviceNames } from "../../../lib/lab/spec/daemons.ts";
import type { TopologySpec } from "../../../lib/lab/specification.ts";

Deno.test("there is a way to run each service that a topology can name", () => {
  assert.deepEqual(Object.keys(daemons), serviceNames);
});

const TWO_ROUTERS: TopologySpec = {
  hosts: { pc1: null },
  routers: { r1: null, r2: null },
  links: ["pc1 -- r1", "r1 -- r2"],
};

/** What running a service on r1 of two routers takes. */
async function planOf(
  name: ServiceName,
  options: Record<string, unknown> = {},
): Promise<Plan> {
  const made = await topology({
    ...TWO_ROUTERS,
    routers: { r1: { services: { name, ...options } }, r2: null },
  });
  const node = made.node("r1");
  const [service] = node.services;
  const daemon = daemonOf(name);
  assert.ok("plan" in daemon);
  const site = { node, topology: made, folder: "/etc/x" };
  return daemon.plan(service!.options, site);
}

function textOf({ files }: Plan, name: string): string {
  const text = files?.[name];
  assert.ok(text !== undefined, Object.keys(files ?? {}).join());
  return text;
}

/** The configuration that options come out as, and what it must and must not say. */
const CONFIGURATIONS: readonly (readonly [
  name: ServiceName,
  options: Record<string, unknown>,
  file: string,
  says: readonly RegExp[],
  not?: RegExp,
])[] = [
  [
    "dnsmasq",
    {
      dhcp: "10.0.0.100 - 10.0.0.200",
      domain: "lab.test",
      forward: "10.9.9.9",
    },
    "dnsmasq.conf",
    [
      /^dhcp-range=10\.0\.0\.100,10\.0\.0\.200,3600$/m,
      /^server=10\.9\.9\.9$/m,
      /^domain=lab\.test$/m,
    ],
    /option:router/,
  ],
  [
    "dnsmasq",
    {
      dhcp: {
        range: "fd00::100 - fd00::200",
        lease: "10 min",
        dns: ["fd00::1", "fd00::2"],
      },
    },
    "dnsmasq.conf",
    [
      /^dhcp-range=fd00::100,fd00::200,600$/m,
      /^dhcp-option=option6:dns-server,\[fd00::1\],\[fd00::2\]$/m,
      /^enable-ra$/m,
    ],
    /domain|option:/,
  ],
  ["dnsmasq", { names: { www: ["10.0.0.80", "fd00::80"] } }, "names", [
    /^10\.0\.0\.80\twww\nfd00::80\twww\n$/,
  ]],
  ["unbound", { names: { "a.test": "10.0.0.9" } }, "root.zone", [
    /^a\.test\. 60 IN A 10\.0\.0\.9$/m,
    /^pc1\. 60 IN A 10\.0\.0\.2$/m,
  ]],
  [
    "unbound",
    { forward: "10.9.9.9", dns64: "64:ff9b::/96" },
    "unbound.conf",
    [
      /forward-zone:\n {2}name: "\."\n {2}forward-addr: 10\.9\.9\.9\n/,
      /module-config: "dns64 validator iterator"/,
      /auth-zone:\n {2}name: "pc1"/,
    ],
    /root\.zone/,
  ],
  [
    "frr",
    { ospf: true },
    "frr.conf",
    [
      // Hellos go out as soon as there is an interface: the name comes first.
      /router ospf\n ospf router-id 10\.0\.0\.1\n[^]*interface eth0/,
      /interface eth1\n[^!]*ip ospf network point-to-point\nexit/,
    ],
    /interface eth0\n( .*\n)*? ip ospf network/,
  ],
  ["frr", { rip: { interfaces: "eth1" } }, "frr.conf", [
    /router rip\n version 2\n[^]* network eth1\nexit/,
  ]],
  [
    "frr",
    {
      bgp: {
        as: 65001,
        neighbors: { "10.0.1.2": 65002 },
        networks: "10.0.0.0/24",
      },
    },
    "frr.conf",
    [
      /router bgp 65001\n bgp router-id/,
      / neighbor 10\.0\.1\.2 remote-as 65002\n/,
      / {2}network 10\.0\.0\.0\/24\n {2}neighbor 10\.0\.1\.2 activate\n/,
    ],
    /ipv6/,
  ],
  ["sshd", { port: 2222 }, "sshd_config", [
    /^Port 2222$/m,
    /^HostKey \S+\/r1_host_key$/m,
  ]],
  ["snmpd", { community: 'a "b"', location: "Rack 3" }, "snmpd.conf", [
    /^rocommunity "a \\"b\\""$/m,
    /^sysName r1$/m,
    /^sysLocation Rack 3$/m,
  ]],
  ["nginx", { port: 8080, body: "<p>" }, "nginx.conf", [
    /listen 8080;\n +listen \[::\]:8080;/,
    /default_type "text\/html; charset=utf-8";/,
  ]],
  ["nat64", { pool: "192.168.9.0/24" }, "tayga.conf", [
    /^ipv4-addr 192\.168\.9\.1$/m,
    /^prefix 2001:db8:64:ff9b::\/96$/m,
  ]],
];

for (const [name, options, file, says, not] of CONFIGURATIONS) {
  Deno.test(`${name} is told of ${JSON.stringify(options)}`, async () => {
    const text = textOf(await planOf(name, options), file);
    for (const words of says) assert.match(text, words);
    if (not) assert.doesNotMatch(text, not);
  });
}

Deno.test("FRR gets the daemons of its protocols, those of its own lines too", async () => {
  const names = async (options: Record<string, unknown>) =>
    (await planOf("frr", options)).processes.map(({ name }) => name);
  assert.deepEqual(await names({ ospf: true }), ["zebra", "ospfd"]);
  assert.deepEqual(
    await names({
      rip: true,
      config: "router isis 1\nexit\nip route 10.9.0.0/16 blackhole",
    }),
    ["zebra", "ripd", "isisd", "staticd"],
  );
});

/** A machine that lacks some programs and lets nobody open devices. */
const poor = (...lacking: string[]): Machine => ({
  find: (name) => lacking.includes(name) ? undefined : `/usr/bin/${name}`,
  whyNotOpen: () => "Permission denied",
});

Deno.test("what a machine lacks is told with who wants it and how to get it", () => {
  assert.throws(() => requirePrograms(readyMade("ospf"), poor("ospfd")), {
    code: "not-found",
    message:
      "Cannot bring up lab ospf: r1, r2, r3 and r4 want frr: ospfd is not installed. Try: apt install frr",
  });
  assert.throws(
    () => requirePrograms(readyMade("nat64"), poor("tayga", "unbound")),
    {
      code: "not-permitted",
      message:
        "Cannot bring up lab nat64: r1 wants nat64: tayga is not installed; r1 wants nat64: /dev/net/tun cannot be opened (Permission denied); r1 wants unbound: unbound is not installed. Try: apt install tayga unbound && sudo chmod a+rw /dev/net/tun",
    },
  );
  requirePrograms(readyMade("ospf"), poor());
  requirePrograms(readyMade("dmz"), poor("nginx"));
});

Deno.test("the doctor hears which services lack programs", () => {
  assert.deepEqual(lackingPrograms(poor("tayga", "zebra", "vtysh").find), [
    { service: "frr", programs: ["zebra", "vtysh"], from: ["frr"] },
    { service: "nat64", programs: ["tayga"], from: ["tayga"] },
  ]);
});

Deno.test("a page that begins as HTML does is HTML", () => {
  assert.equal(mediaType(" <!doctype html>"), "text/html; charset=utf-8");
  assert.equal(mediaType("web\n"), "text/plain; charset=utf-8");
});
