import assert from "node:assert/strict";
import { Links } from "../../../lib/linux/links.ts";
import type { Link } from "../../../lib/linux/link.ts";
import { operationCommand } from "../../../lib/linux/operation_command.ts";
import type { Operation } from "../../../lib/linux/operation.ts";
import { decide } from "../../../lib/linux/route_decision.ts";
import { parse } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import type { Route } from "../../../lib/linux/route.ts";
import type { Rule } from "../../../lib/linux/rule.ts";

const commands: readonly (readonly [Operation, string])[] = [
  [
    {
      op: "addLink",
      link: {
        name: "v0",
        kind: "veth",
        up: true,
        master: "br0",
        peer: { name: "v1", mtu: 1400 },
      },
    },
    "ip link add name v0 up master br0 type veth peer name v1 mtu 1400",
  ],
  [
    {
      op: "addLink",
      link: {
        name: "eth0.10",
        kind: "vlan",
        link: "eth0",
        details: { id: 10, reorderHeader: false },
      },
    },
    "ip link add link eth0 name eth0.10 type vlan id 10 reorder_hdr off",
  ],
  [
    {
      op: "addLink",
      link: {
        name: "vx0",
        kind: "vxlan",
        details: {
          id: 5,
          remote: "192.0.2.1",
          port: 4789,
          learning: false,
          ageing: 60000,
        },
      },
    },
    "ip link add name vx0 type vxlan id 5 remote 192.0.2.1 dstport 4789 nolearning ageing 60",
  ],
  [
    {
      op: "setLink",
      device: "eth0",
      change: {
        up: false,
        name: "lan0",
        alias: "two words",
        master: null,
        addAltNames: ["lan"],
      },
    },
    "ip link set dev eth0 down alias 'two words' nomaster name lan0\nip link property add dev lan0 altname lan",
  ],
  [
    {
      op: "setLink",
      device: "br0",
      change: { kind: "bridge", details: { forwardDelay: 4000 } },
    },
    "ip link set dev br0 type bridge forward_delay 400",
  ],
  [
    {
      op: "setLink",
      device: "p0",
      change: { port: { kind: "bridge", cost: 5, hairpin: true } },
    },
    "ip link set dev p0 type bridge_slave cost 5 hairpin on",
  ],
  [{ op: "deleteLink", device: 7 }, "ip link delete dev if7"],
  [
    {
      op: "addPortVlan",
      portVlan: { device: "p0", vlan: [10, 19], untagged: true, pvid: true },
    },
    "bridge vlan add dev p0 vid 10-19 pvid untagged",
  ],
  [
    { op: "deletePortVlan", portVlan: { device: "br0", vlan: 1, self: true } },
    "bridge vlan del dev br0 vid 1 self",
  ],
  [
    {
      op: "addAddress",
      address: {
        address: "192.0.2.1/24",
        device: "eth0",
        broadcast: "+",
        label: "eth0:x",
        validSeconds: 60,
      },
    },
    "ip address add 192.0.2.1/24 broadcast + dev eth0 label eth0:x valid_lft 60 preferred_lft 60",
  ],
  [
    {
      op: "replaceAddress",
      address: { address: "2001:db8::1/64", device: "eth0", noDad: true },
    },
    "ip address replace 2001:db8::1/64 dev eth0 nodad",
  ],
  [
    {
      op: "addRoute",
      route: {
        to: "default",
        via: "192.0.2.1",
        device: "eth0",
        metric: 5,
        metrics: { mtu: 1400, lock: 4, rtt: 20 },
      },
    },
    "ip route add default via 192.0.2.1 dev eth0 metric 5 mtu lock 1400 rtt 20ms",
  ],
  [
    {
      op: "replaceRoute",
      route: {
        to: "198.51.100.0/24",
        nextHops: [{ via: "192.0.2.1", weight: 2 }, {
          device: "eth1",
          onLink: true,
        }],
        table: 255,
      },
    },
    "ip route replace 198.51.100.0/24 table local nexthop via 192.0.2.1 weight 2 nexthop dev eth1 onlink",
  ],
  [
    {
      op: "addRoute",
      route: { to: "203.0.113.0/24", via: "fe80::1", device: "eth0", tos: 16 },
    },
    "ip route add 203.0.113.0/24 tos 0x10 via inet6 fe80::1 dev eth0",
  ],
  [
    { op: "deleteRoute", route: { to: "default", family: 6 } },
    "ip -6 route delete default",
  ],
  [
    {
      op: "addRoute",
      route: { to: "203.0.113.0/24", type: "blackhole", table: 100 },
    },
    "ip route add blackhole 203.0.113.0/24 table 100",
  ],
  [
    {
      op: "addRule",
      rule: {
        from: "192.0.2.0/24",
        mark: 1,
        markMask: 15,
        dstPort: [80, 90],
        table: 100,
        priority: 7,
        not: true,
      },
    },
    "ip rule add not from 192.0.2.0/24 fwmark 0x1/0xf dport 80-90 priority 7 lookup 100",
  ],
  [
    {
      op: "deleteRule",
      rule: { family: 6, action: "unreachable", priority: 7 },
    },
    "ip -6 rule delete from all priority 7 unreachable",
  ],
  [
    {
      op: "addNeighbour",
      neighbour: {
        address: "192.0.2.9",
        device: "eth0",
        mac: "02:00:00:00:00:09",
      },
    },
    "ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev eth0",
  ],
  [
    {
      op: "addQdisc",
      qdisc: {
        device: "eth0",
        kind: "netem",
        netem: { delay: 20, jitter: 5, loss: 0.01, rate: 1e6 },
      },
    },
    "tc qdisc add dev eth0 root netem delay 20ms 5ms loss 1% rate 1000000bit",
  ],
  [
    {
      op: "addQdisc",
      qdisc: { device: "eth0", kind: "tbf", handle: "1:", tbf: { rate: 8e6 } },
    },
    "tc qdisc add dev eth0 root handle 1: tbf rate 8000000bit burst 10000b limit 60000b",
  ],
  [
    { op: "deleteQdisc", qdisc: { device: "eth0", kind: "ingress" } },
    "tc qdisc delete dev eth0 ingress",
  ],
  [
    {
      op: "addClass",
      class: {
        device: "eth0",
        parent: "1:",
        handle: "1:10",
        rate: 1e6,
        ceil: 2e6,
      },
    },
    "tc class add dev eth0 parent 1: classid 1:10 htb rate 1000000bit ceil 2000000bit",
  ],
];

Deno.test("each operation shows as the command that people would type", () => {
  for (const [operation, command] of commands) {
    assert.equal(operationCommand(operation), command);
  }
});

Deno.test("what a shell would take apart is quoted", () => {
  const alias = "it's $HOME; rm";
  assert.equal(
    operationCommand({ op: "setLink", device: "eth0", change: { alias } }),
    `ip link set dev eth0 alias 'it'\\''s $HOME; rm'`,
  );
});

function link(index: number, name: string, more: Partial<Link> = {}): Link {
  return {
    index,
    name,
    type: "ether",
    up: true,
    state: "UP",
    flags: ["UP"],
    mtu: 1500,
    altNames: [],
    ...more,
  };
}

Deno.test("a tree has below each link what it rests on", () => {
  const links = Links.from([
    link(1, "lo", { type: "loopback" }),
    link(2, "eth0"),
    link(3, "eth0.10", {
      kind: "vlan",
      link: "eth0",
      details: { id: 10 },
      master: "br0",
      masterIndex: 5,
    }),
    link(4, "v0", { kind: "veth", link: "v1", master: "br0", masterIndex: 5 }),
    link(5, "br0", { kind: "bridge", details: { stpState: 1 } }),
    link(6, "v1", { kind: "veth", link: "v0" }),
  ]) as Links;
  assert.equal(
    links.tree(),
    [
      "lo  loopback UP",
      "br0  bridge UP stp",
      "├─ eth0.10  vlan UP id 10",
      "│  └─ eth0  ether UP",
      "└─ v0  veth UP ↔ v1",
      "v1  veth UP ↔ v0",
    ].join("\n"),
  );
});

Deno.test("links set up in a circle still make a tree", () => {
  const links = Links.from([
    link(1, "a", { kind: "bond", link: "b" }),
    link(2, "b", { kind: "bond", link: "a" }),
  ]) as Links;
  assert.equal(
    links.tree(),
    [
      "a  bond UP",
      "└─ b  bond UP",
      "   └─ a  bond UP",
      "b  bond UP",
      "└─ a  bond UP",
      "   └─ b  bond UP",
    ].join("\n"),
  );
});

Deno.test("filtered and cut listings still show as tables; mapped ones are plain", () => {
  const links = Links.from([
    link(1, "one"),
    link(2, "two", { state: "DOWN" }),
  ]) as Links;
  const down = links.filter(({ state }) => state === "DOWN");
  assert.ok(down instanceof Links);
  assert.match(Deno.inspect(down), /^name +state +mac +mtu/);
  assert.equal(down.get("two")?.index, 2);
  assert.equal(down.get("one"), undefined);
  assert.ok(links.slice(0, 1) instanceof Links);
  assert.equal(links.map(({ name }) => name).constructor, Array);
  assert.equal(JSON.stringify(links.map(({ index }) => index)), "[1,2]");
});

const lookup = (
  priority: number,
  table: number,
  more: Partial<Rule> = {},
): Rule => ({
  family: 4,
  priority,
  action: "lookup",
  table,
  flags: [],
  ...more,
});
const to = (text: string, more: Partial<Route> = {}): Route => ({
  family: 4,
  to: subnet(text),
  type: "unicast",
  table: 254,
  protocol: "boot",
  scope: "global",
  metric: 0,
  flags: [],
  device: "eth0",
  ...more,
});

Deno.test("rules go on past throws, suppressed routes, gotos and nops", () => {
  const packet = { to: parse("10.1.2.3") };
  const cases: readonly (readonly [Rule[], Route[], string])[] = [
    [[lookup(1, 5), lookup(2, 254)], [
      to("10.0.0.0/8", { table: 5, type: "throw" }),
      to("0.0.0.0/0"),
    ], "2 0.0.0.0/0"],
    [[lookup(1, 254, { suppressPrefixLength: 0 }), lookup(2, 5)], [
      to("0.0.0.0/0"),
      to("10.0.0.0/8", { table: 5 }),
    ], "2 10.0.0.0/8"],
    [
      [lookup(1, 0, { action: "goto", goto: 9 }), lookup(2, 5), lookup(9, 254)],
      [to("10.0.0.0/8", { table: 5 }), to("0.0.0.0/0")],
      "9 0.0.0.0/0",
    ],
    [[lookup(1, 0, { action: "goto", goto: 8 }), lookup(9, 254)], [
      to("0.0.0.0/0"),
    ], "9 0.0.0.0/0"],
    [
      [lookup(1, 0, { action: "nop" }), lookup(9, 254)],
      [to("0.0.0.0/0")],
      "9 0.0.0.0/0",
    ],
    [
      [lookup(1, 0, { action: "prohibit" }), lookup(9, 254)],
      [to("0.0.0.0/0")],
      "1 undefined",
    ],
    [[lookup(1, 254)], [to("192.0.2.0/24")], "undefined undefined"],
    [[lookup(1, 5, { not: true, to: subnet("10.0.0.0/8") }), lookup(2, 254)], [
      to("10.0.0.0/8", { table: 5 }),
      to("0.0.0.0/0"),
    ], "2 0.0.0.0/0"],
    [[lookup(1, 254)], [
      to("10.0.0.0/8", { metric: 9 }),
      to("10.0.0.0/8", { metric: 2 }),
      to("10.1.0.0/16", { flags: ["dead"] }),
    ], "1 10.0.0.0/8"],
  ];
  for (const [rules, routes, expected] of cases) {
    const { rule, route } = decide(packet, rules, routes);
    assert.equal(`${rule?.priority} ${route?.to}`, expected);
  }
});
