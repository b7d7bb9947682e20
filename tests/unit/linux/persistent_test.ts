import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ifupdown,
  netplan,
  networkd,
} from "../../../lib/linux/persistent/all.ts";
import type { NetworkConfig } from "../../../lib/linux/persistent/config.ts";
import { plan } from "../../../lib/linux/plan.ts";
import { parseYaml } from "../../../lib/yaml.ts";

// deno-lint-ignore no-explicit-any -- any shape that YAML may have
async function yaml(text: unknown): Promise<any> {
  return (await parseYaml(`${text}`)).value;
}

const FORMS = { netplan, networkd, ifupdown };

const WHOLE: NetworkConfig = {
  interfaces: [
    {
      name: "eth0",
      mac: "02-00-00-00-00-01",
      mtu: 1400,
      addresses: ["192.0.2.1/24", "2001:db8::1/64"],
      gateway: ["192.0.2.254", "2001:db8::ff"],
      nameservers: ["192.0.2.53"],
      search: ["lan"],
      routes: [
        { to: "198.51.100.0/24", via: "192.0.2.253", metric: 50, onLink: true },
        { to: "203.0.113.7", table: 100 },
        { to: "::/0", metric: 9 },
      ],
    },
    { name: "eth0.7", vlan: { id: 7, link: "eth0" }, dhcp: 4 },
    {
      name: "br0",
      bridge: { ports: ["eth1", "bond0"], stp: true, forwardDelay: 4000 },
      dhcp: true,
      acceptRa: true,
    },
    {
      name: "bond0",
      bond: {
        ports: ["eth2", "eth3"],
        mode: "active-backup",
        primary: "eth3",
      },
    },
  ],
};

Deno.test("netplan() writes YAML that another parser reads the same", async () => {
  const { network } = await yaml(netplan(WHOLE));
  assert.equal(network.version, 2);
  assert.deepEqual(Object.keys(network.ethernets), [
    "eth0",
    "eth1",
    "eth2",
    "eth3",
  ]);
  assert.deepEqual(network.ethernets.eth0, {
    macaddress: "02:00:00:00:00:01",
    mtu: 1400,
    addresses: ["192.0.2.1/24", "2001:db8::1/64"],
    routes: [
      { to: "default", via: "192.0.2.254" },
      { to: "default", via: "2001:db8::ff" },
      {
        to: "198.51.100.0/24",
        via: "192.0.2.253",
        metric: 50,
        "on-link": true,
      },
      { to: "203.0.113.7/32", scope: "link", table: 100 },
      { to: "::/0", metric: 9 },
    ],
    nameservers: { addresses: ["192.0.2.53"], search: ["lan"] },
  });
  assert.deepEqual(network.vlans["eth0.7"], {
    id: 7,
    link: "eth0",
    dhcp4: true,
  });
  assert.deepEqual(network.bridges.br0, {
    interfaces: ["eth1", "bond0"],
    dhcp4: true,
    dhcp6: true,
    "accept-ra": true,
    parameters: { stp: true, "forward-delay": 4 },
  });
  assert.deepEqual(network.bonds.bond0.parameters, {
    mode: "active-backup",
    "mii-monitor-interval": 100,
    primary: "eth3",
  });
});

Deno.test("names and domains that YAML has for something else are quoted", async () => {
  const words = ["no", "on", "y", "null", "1e3", "0x10", "7", "_a", "a.b-c"];
  const config = {
    interfaces: words.map((name) => ({ name, search: ["no", "1.5"] })),
  };
  const { ethernets } = (await yaml(netplan(config))).network;
  assert.deepEqual(Object.keys(ethernets).sort(), [...words].sort());
  // YAML 1.1, which netplan's reader takes, has more such words.
  assert.deepEqual(
    `${netplan(config)}`.match(/^ {4}"\w+":/gm)?.map((line) => line.trim()),
    ['"7":', '"no":', '"on":', '"y":', '"null":', '"1e3":', '"0x10":'],
  );
  assert.deepEqual(ethernets.no.nameservers.search, ["no", "1.5"]);
});

Deno.test("networkd() writes a file an interface, and one more for what is made", () => {
  const files = networkd(WHOLE).toJSON();
  assert.deepEqual(
    Object.keys(files).map((path) => path.replace(/.*\/10-/, "")),
    [
      "eth0.network",
      "eth0.7.netdev",
      "eth0.7.network",
      "eth1.network",
      "eth2.network",
      "eth3.network",
      "bond0.netdev",
      "bond0.network",
      "br0.netdev",
      "br0.network",
    ],
  );
  const file = (name: string) => files[`/etc/systemd/network/10-${name}`]!;
  assert.equal(
    file("eth3.network"),
    "[Match]\nName=eth3\n\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA=no\nBond=bond0\nPrimarySlave=yes\n",
  );
  assert.equal(
    file("br0.netdev"),
    "[NetDev]\nName=br0\nKind=bridge\n\n[Bridge]\nSTP=yes\nForwardDelaySec=4\n",
  );
  assert.match(file("eth0.network"), /^VLAN=eth0\.7$/m);
  assert.match(file("bond0.network"), /^Bridge=br0$/m);
  assert.match(
    file("eth0.network"),
    /\[Route\]\nDestination=::\/0\nMetric=9\n/,
  );
});

Deno.test("ifupdown() gives each address a stanza, and its gateway where it fits", () => {
  const stanzas = `${ifupdown(WHOLE)}`.split("\n\n");
  assert.equal(
    stanzas.find((text) => text.startsWith("auto eth0\n")),
    `auto eth0
iface eth0 inet static
    address 192.0.2.1/24
    gateway 192.0.2.254
    hwaddress 02:00:00:00:00:01
    mtu 1400
    dns-nameservers 192.0.2.53
    dns-search lan
iface eth0 inet6 static
    address 2001:db8::1/64
    gateway 2001:db8::ff
    up ip route add 198.51.100.0/24 via 192.0.2.253 dev eth0 metric 50 onlink
    up ip route add 203.0.113.7/32 dev eth0 table 100
    up ip -6 route add default dev eth0 metric 9`,
  );
  assert.equal(
    stanzas.find((text) => text.startsWith("auto br0\n"))?.trimEnd(),
    `auto br0
iface br0 inet dhcp
    bridge_ports eth1 bond0
    bridge_stp on
    bridge_fd 4
iface br0 inet6 dhcp`,
  );
});

Deno.test("what cannot be is refused, with the field", () => {
  const cases: [NetworkConfig["interfaces"], RegExp][] = [
    [[{ name: "eth 0" }], /'name' must be 1 to 15 letters/],
    [[{ name: "a/../../x" }], /'name'/],
    [[{ name: "a" }, { name: "a" }], /each interface's own/],
    [[{ name: "a", mtu: 10 }], /'mtu'.*68 to 65535.*10/],
    [[{ name: "a", dhcp: 5 as never }], /'dhcp'/],
    [[{ name: "a", vlan: { id: 4095, link: "b" } }], /'vlan\.id'/],
    [[{ name: "a", vlan: { id: 1, link: "a" } }], /lie on it/],
    [
      [
        { name: "a", bridge: { ports: ["b"] } },
        { name: "b", bridge: { ports: ["a"] } },
      ],
      /lie on it/,
    ],
    [
      [
        { name: "a", bridge: { ports: ["c"] } },
        { name: "b", bridge: { ports: ["c"] } },
      ],
      /one bridge or bond alone/,
    ],
    [
      [
        { name: "a", bridge: { ports: ["c"] } },
        { name: "c", addresses: ["192.0.2.1/24"] },
      ],
      /it is a port of a/,
    ],
    [
      [{
        name: "a",
        vlan: { id: 1, link: "b" },
        bridge: { ports: [] },
      }],
      /the only one of/,
    ],
    [[{ name: "a", gateway: ["192.0.2.1", "192.0.2.2"] }], /one of IPv4/],
    [[{ name: "a", routes: [{ to: "::/0", via: "192.0.2.1" }] }], /'via'/],
    [[{ name: "a", routes: [{ to: "default", metric: -1 }] }], /'metric'/],
    [[{ name: "a", search: ["a b"] }], /'search'/],
    [[{ name: "a", search: ["lan\n[x"] }], /'search'/],
    [
      [{ name: "a", bond: { ports: ["b"], mode: "any" as never } }],
      /'bond\.mode'/,
    ],
    [
      [{
        name: "a",
        bond: { ports: ["b"], mode: "802.3ad", primary: "c" },
      }],
      /'bond\.primary'/,
    ],
    [
      [{ name: "a", bridge: { ports: [], forwardDelay: 1500 } }],
      /'bridge\.forwardDelay'/,
    ],
  ];
  for (const [interfaces, message] of cases) {
    for (const form of Object.values(FORMS)) {
      assert.throws(() => form({ interfaces }), {
        name: "RangeError",
        message,
      });
    }
  }
  assert.throws(
    () => netplan({ interfaces: [{ name: "a", addresses: ["192.0.2.1/33"] }] }),
    SyntaxError,
  );
  assert.throws(() => netplan({ interfaces: {} } as never), TypeError);
  assert.throws(
    () => netplan(WHOLE, { renderer: "none" as never }),
    TypeError,
  );
});

Deno.test("a plan's links, addresses and routes last", async () => {
  const changes = plan()
    .addLink({ name: "br0", kind: "bridge", details: { stpState: 1 } })
    .setLink("eth1", { master: "br0", mtu: 1400, up: true })
    .addLink({
      name: "eth0.7",
      kind: "vlan",
      link: "eth0",
      details: { id: 7 },
    })
    .addLink({
      name: "bond0",
      kind: "bond",
      details: { mode: "802.3ad", miimon: 50 },
    })
    .setLink("eth2", { master: "bond0" })
    .addAddress({ address: "192.0.2.1/24", device: "br0" })
    .addRoute({ to: "default", via: "192.0.2.254", device: "br0", metric: 7 });
  const { network } = await yaml(netplan(changes));
  assert.deepEqual(network, {
    version: 2,
    renderer: "networkd",
    ethernets: { eth1: { mtu: 1400 }, eth0: {}, eth2: {} },
    bonds: {
      bond0: {
        interfaces: ["eth2"],
        parameters: { mode: "802.3ad", "mii-monitor-interval": 50 },
      },
    },
    bridges: {
      br0: {
        interfaces: ["eth1"],
        addresses: ["192.0.2.1/24"],
        routes: [{ to: "default", via: "192.0.2.254", metric: 7 }],
        parameters: { stp: true, "forward-delay": 15 },
      },
    },
    vlans: { "eth0.7": { id: 7, link: "eth0" } },
  });
  const refused = [
    plan().deleteLink("eth0"),
    plan().addLink({ name: "v0", kind: "veth" }),
    plan().addRule({ table: 7 }),
    plan().addAddress({ address: "192.0.2.1/24", device: 2 }),
    plan().addRoute({ to: "default", via: "192.0.2.1" }),
    plan().addRoute({ to: "192.0.2.0/24", type: "blackhole", device: "lo" }),
  ];
  for (const changes of refused) {
    assert.throws(() => networkd(changes), {
      name: "TypeError",
      message: /^Cannot make changes last/,
    });
  }
});

Deno.test("no value of a configuration gets out of its line", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom("a\n[x]", "a: b", "- a", "a #b", "\0", "a\\\nb", "$(id)"),
  );
  fc.assert(
    fc.property(text, text, text, (name, domain, port) => {
      const config: NetworkConfig = {
        interfaces: [
          { name, search: [domain] },
          { name: "br0", bridge: { ports: [port] } },
        ],
      };
      for (const form of Object.values(FORMS)) {
        let written: string;
        try {
          written = `${form(config)}`;
        } catch (error) {
          assert.ok(error instanceof RangeError, `${error}`);
          continue;
        }
        assert.match(written, /^[\w\n"'#/:.,= \[\]{}@~-]*$/);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("at the prompt each file stands below its path", () => {
  const shown = Deno.inspect(networkd({ interfaces: [{ name: "eth0" }] }));
  assert.equal(
    shown,
    "# /etc/systemd/network/10-eth0.network\n[Match]\nName=eth0",
  );
});
