/**
 * The shapes of what patterns make: tables, chains, rules, explanations.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  blockList,
  combine,
  dmz,
  gateway,
  host,
  isolateVlans,
  type Pattern,
  portKnocking,
  rateLimit,
} from "../../../lib/firewall/patterns/all.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";
import type { PacketFacts } from "../../../lib/firewall/simulate/packet_facts.ts";
import { compile } from "../../../lib/firewall/simulate/simulator.ts";
import { format } from "../../../lib/firewall/text/format.ts";

/** The rules of a chain as text, without counters and comments. */
function rulesOf({ explanation }: Pattern, chain: string): string[] {
  return [...explanation].filter((row) => row.chain === chain).map(({ rule }) =>
    rule.replace(/ ?\bcounter /, rule.startsWith("counter") ? "" : " ")
  );
}

const ALL: Readonly<Record<string, Pattern>> = {
  host: host({
    open: ["tcp/22", { port: ["udp/60000-61000", "esp"], on: ["eth0", "wg*"] }],
    dhcp: true,
    refuse: "reject",
    output: ["tcp/https", { port: "udp/53", to: "9.9.9.9", on: "eth0" }],
  }),
  gateway: gateway({
    inside: ["lan0", "lan1"],
    outside: "ppp0",
    networks: ["192.168.0.0/23", "2001:db8:1::/48"],
    address: "203.0.113.5",
    forward: [
      { port: "tcp/443", to: ["192.168.1.10:8443", "2001:db8:1::10"] },
      { port: "udp/5000-5010", to: "192.168.1.11", from: "198.51.100.0/24" },
    ],
    hairpin: true,
    bogons: true,
  }),
  dmz: dmz({
    outside: "wan",
    dmz: "dmz",
    inside: "lan",
    services: [{ port: "tcp/25", to: "10.0.2.25" }],
    outgoing: [
      "udp/53",
      { port: "tcp/443", from: "10.0.2.25", to: ["192.0.2.1", "2001:db8::1"] },
    ],
    management: ["tcp/22"],
  }),
  vlans: isolateVlans({
    vlans: { guests: "vlan10", office: "vlan20", printers: "vlan30" },
    uplink: "eth0",
    internet: ["guests", "office"],
    allow: [["office", "printers", ["tcp/9100", "tcp/631"]]],
    nat: true,
  }),
  rate: rateLimit({ port: ["tcp/22", "udp/500"], rate: "10/minute", burst: 9 }),
  knocking: portKnocking({ ports: [7000, 8000, 9000], opens: "tcp/22" }),
  blocks: blockList({ prefixes: ["192.0.2.0/24", "2001:db8::/32"] }),
};

Deno.test("every rule of a pattern has a comment and a reason, and its text reads back", () => {
  for (const [name, pattern] of Object.entries(ALL)) {
    const rules = pattern.tables.flatMap(({ chains }) => chains).flatMap((
      { rules },
    ) => rules);
    const rows = [...pattern.explanation];
    assert.equal(rows.length, rules.length, name);
    for (const { comment = "" } of rules) {
      assert.match(comment, /^[^"\\\n]{3,64}$/, name);
    }
    for (const { rule, why, table } of rows) {
      assert.match(why, /^[^\s].*\.$/, rule);
      assert.doesNotMatch(rule, /comment/);
      assert.equal(table, `inet ${pattern.tables[0]!.name}`);
    }
    assert.equal(format(parse(`${pattern}`)), `${pattern}`);
  }
});

Deno.test("a host lets in what is open, in the order that keeps IPv6 alive", () => {
  const input = rulesOf(
    host({
      open: [
        "tcp/22",
        {
          port: ["tcp/443", "tcp/80", "udp/443"],
          from: ["10.0.0.0/9", "10.128.0.0/9", "2001:db8::1"],
        },
      ],
      log: false,
    }),
    "input",
  );
  const at = (text: string) => {
    const place = input.findIndex((rule) => rule.includes(text));
    assert.ok(place >= 0, text);
    return place;
  };
  assert.ok(at("nd-neighbor-solicit") < at("ct state invalid drop"));
  assert.ok(at("packet-too-big") < at("ct state invalid drop"));
  assert.ok(at('iif "lo"') < at("ip saddr 127.0.0.0/8"));
  assert.ok(at("udp dport 443") < at("pkttype"));
  assert.deepEqual(input.slice(at("tcp dport 22"), at("pkttype")), [
    "tcp dport 22 accept",
    "ip saddr 10.0.0.0/8 tcp dport { 80, 443 } accept",
    "ip6 saddr 2001:db8::1 tcp dport { 80, 443 } accept",
    "ip saddr 10.0.0.0/8 udp dport 443 accept",
    "ip6 saddr 2001:db8::1 udp dport 443 accept",
  ]);
  assert.equal(input.at(-1), "drop");
  assert.ok(!input.some((rule) => / log |dport 68|dport 546/.test(rule)));
});

Deno.test("a host's options are rules that are there or not", () => {
  const chains = (pattern: Pattern) =>
    pattern.tables[0]!.chains.map(({ name, base }) =>
      `${name} ${base?.policy}`
    );
  assert.deepEqual(chains(host()), ["input drop", "forward drop"]);
  assert.deepEqual(chains(host({ forwarding: true })), ["input drop"]);
  assert.deepEqual(chains(host({ output: [] })), [
    "input drop",
    "forward drop",
    "output drop",
  ]);
  const text = (options: Parameters<typeof host>[0]) => `${host(options)}`;
  assert.match(text({}), /log prefix "host refused: "/);
  assert.match(
    text({ log: "no: ", name: "mine" }),
    /^table inet mine \{[^]*log prefix "no: "/,
  );
  assert.doesNotMatch(text({ ping: false }), /echo-request/);
  assert.match(text({ dhcp: true }), /udp dport 546/);
  assert.match(
    text({ refuse: "reject" }),
    /reject with icmpx admin-prohibited/,
  );
  // Nobody is not everybody.
  assert.doesNotMatch(
    text({ open: [{ port: "tcp/22", from: [] }] }),
    /dport 22 /,
  );
});

Deno.test("a gateway translates IPv4 and routes IPv6", () => {
  const { gateway: pattern } = ALL as { gateway: Pattern };
  assert.deepEqual(rulesOf(pattern, "dstnat"), [
    'iifname "ppp0" ip daddr 203.0.113.5 tcp dport 443 dnat ip to 192.168.1.10:8443',
    'iifname "ppp0" ip saddr 198.51.100.0/24 ip daddr 203.0.113.5 udp dport 5000-5010 dnat ip to 192.168.1.11',
    'iifname { "lan0", "lan1" } ip daddr 203.0.113.5 tcp dport 443 dnat ip to 192.168.1.10:8443',
    'iifname { "lan0", "lan1" } ip daddr 203.0.113.5 udp dport 5000-5010 dnat ip to 192.168.1.11',
  ]);
  assert.deepEqual(rulesOf(pattern, "srcnat"), [
    "ip saddr 192.168.0.0/23 ip daddr 192.168.0.0/23 ct status dnat masquerade",
    'oifname "ppp0" ip saddr 192.168.0.0/23 snat ip to 203.0.113.5',
  ]);
  const forward = rulesOf(pattern, "forward");
  assert.ok(
    forward.includes(
      'iifname "ppp0" oifname { "lan0", "lan1" } ip6 daddr 2001:db8:1::10 tcp dport 443 accept',
    ),
  );
  const bogons = rulesOf(pattern, "prerouting").join("\n");
  assert.match(bogons, /192\.168\.0\.0\/16/);
  // Anycast of PCP is global though its block is not.
  assert.doesNotMatch(bogons, /192\.0\.0\.0\/24/);
  const six = gateway({ inside: "a", outside: "b", networks: "2001:db8::/48" });
  assert.doesNotMatch(`${six}`, /dnat|masquerade|snat/);
});

Deno.test("a DMZ's servers may use what is named, family by family", () => {
  const { dmz: pattern } = ALL as { dmz: Pattern };
  const forward = rulesOf(pattern, "forward");
  const named = forward.filter((rule) =>
    /iifname "dmz" oifname "wan"/.test(rule)
  );
  assert.deepEqual(named, [
    'iifname "dmz" oifname "wan" udp dport 53 accept',
    'iifname "dmz" oifname "wan" ip saddr 10.0.2.25 ip daddr 192.0.2.1 tcp dport 443 accept',
  ]);
  assert.ok(forward.includes('iifname "dmz" oifname "lan" drop'));
  assert.ok(
    rulesOf(pattern, "input").includes('iifname "lan" tcp dport 22 accept'),
  );
});

Deno.test("a block list is the fewest ranges, without what is excepted", () => {
  const { tables } = blockList({
    prefixes: [
      "10.0.0.0/9",
      "10.128.0.0/9",
      "10.1.0.0/16",
      "192.0.2.1",
      "2001:db8::/33",
      "2001:db8:8000::/33",
    ],
    except: ["192.0.2.1", "10.0.0.0"],
  });
  assert.deepEqual(tables[0]!.sets.map(({ elements }) => elements), [
    [{ range: ["10.0.0.1", "10.255.255.255"] }],
    [{ prefix: { addr: "2001:db8::", len: 32 } }],
  ]);
  const none = blockList({ prefixes: [], outgoing: false });
  assert.deepEqual(none.tables[0]!.chains.map(({ name }) => name), [
    "prerouting",
  ]);
});

Deno.test("patterns are combined unless they fight", () => {
  const both = combine(host({ open: ["tcp/22"] }), ALL.knocking!, ALL.blocks!);
  assert.deepEqual(both.tables.map(({ name }) => name), [
    "host",
    "knocking",
    "block_list",
  ]);
  assert.equal(
    both.explanation.rows.length,
    [host({ open: ["tcp/22"] }), ALL.knocking!, ALL.blocks!].flatMap((
      one,
    ) => [...one.explanation]).length,
  );
  assert.match(both.weaknesses.join("\n"), /WireGuard/);
  assert.throws(
    () => combine(host(), host()),
    /table inet host is there twice; \{ name \}/,
  );
  assert.throws(
    () => combine(host(), ALL.gateway!),
    /only one may decide what passes input: tables inet host and inet gateway/,
  );
});

Deno.test("an explanation is a table that fits the page", () => {
  const { explanation } = host({ open: ["tcp/22"] });
  for (const width of [40, 80, 200]) {
    const lines = explanation.toText({ width, colors: false }).split("\n");
    assert.equal(lines[0], "table inet host, chain input");
    assert.ok(
      lines.every((line) => [...line].length <= Math.max(width, 46)),
      `${width}`,
    );
    assert.ok(
      lines.some((line) => /^ {2}tcp dport 22 .* {2}Everyone may/.test(line)),
      `${width}`,
    );
  }
});

const REFUSED: readonly (readonly [() => Pattern, RegExp])[] = [
  [
    () => host({ open: ["22"] }),
    /"22" as a service: expected a protocol and a port, as "tcp\/22"/,
  ],
  [() => host({ open: ["tcp"] }), /"tcp" as a service/],
  [() => host({ open: ["tpc/22"] }), /expected one of tcp, udp/],
  [() => host({ open: ["tcp/0"] }), /a port from 1 to 65535.* at offset 4/],
  [() => host({ open: ["tcp/90-80"] }), /a port from 1/],
  [() => host({ open: ["tcp/shh"] }), /a port from 1/],
  [
    () => host({ open: [{ port: "tcp/1", from: "10.0.0.0/33" }] }),
    /10\.0\.0\.0\/33/,
  ],
  [() => gateway({ inside: "a", outside: [] }), /the interface 'outside'/],
  [() => gateway({ inside: "a b", outside: "c" }), /the interface 'inside'/],
  [
    () => gateway({ inside: "a", outside: "c", hairpin: true }),
    /'hairpin' needs 'networks'/,
  ],
  [
    () => gateway({ inside: "a", outside: "c", address: "2001:db8::1" }),
    /must be of IPv4/,
  ],
  [
    () =>
      gateway({
        inside: "a",
        outside: "c",
        forward: [{ port: "tcp/1", to: "[2001:db8::1]:2" }],
      }),
    /keeps its port/,
  ],
  [
    () =>
      isolateVlans({
        vlans: { a: "v1" },
        uplink: "e",
        allow: [["a", "b", "tcp/1"]],
      }),
    /one of a: current value is b/,
  ],
  [
    () => portKnocking({ ports: [1], opens: "tcp/2" }),
    /two to eight different/,
  ],
  [
    () => portKnocking({ ports: [1, 1], opens: "tcp/2" }),
    /two to eight different/,
  ],
  [() => rateLimit({ port: [], rate: "1/day" }), /at least one must be named/],
  [
    () => portKnocking({ ports: [1, 2], opens: "tcp/3", within: 0 }),
    /whole seconds from 1/,
  ],
  [
    () => rateLimit({ port: "tcp/1", rate: "fast" as "1/day" }),
    /a rate must be as/,
  ],
];

Deno.test("what makes no sense is refused with its place", () => {
  for (const [make, message] of REFUSED) assert.throws(make, { message });
});

/** As it may be typed at the prompt, where no type says that it is wrong. */
const MISTYPED: readonly (readonly [
  make: (...given: never[]) => Pattern,
  given: unknown,
  says: RegExp,
])[] = [
  [host, null, /options must be an object: current value is null/],
  [host, "tcp/22", /options must be an object: current value is "tcp\/22"/],
  [host, { opne: ["tcp/22"] }, /"opne" is no option: did you mean "open"\?/],
  [
    host,
    { open: { port: "tcp/22", form: "10.0.0.0/8" } },
    /open a service as "form" is no option: did you mean "from"\?/,
  ],
  [
    gateway,
    {
      inside: "a",
      outside: "b",
      forward: { port: "tcp/1", to: "10.0.0.1", form: "192.0.2.1" },
    },
    /publish a service as "form" is no option: did you mean "from"\?/,
  ],
  [
    dmz,
    {
      outside: "a",
      dmz: "b",
      inside: "c",
      services: { port: "tcp/1", to: "10.0.0.1" },
      outgoing: { port: "udp/53", too: "192.0.2.1" },
    },
    /let the servers out as "too" is no option: did you mean "to"\?/,
  ],
  [host, { open: 22 }, /"22" as a service: expected a protocol and a port/],
  [host, { output: "drop" }, /"drop" as a service/],
  [host, { refuse: "rejct" }, /'refuse' must be drop or reject/],
  [gateway, undefined, /Cannot make a gateway as its options must be/],
  [gateway, { inside: "a", outside: "a" }, /'inside' from 'outside'.*is a$/],
  [
    gateway,
    { inside: "a", outside: "b", publish: [] },
    /"publish" is no option: open, ping/,
  ],
  [
    gateway,
    { inside: "a", outside: "b", forward: [{ port: "tcp/1" }] },
    /as \{ port: "tcp\/443", to: .* current value is \{"port":"tcp\/1"\}/,
  ],
  [
    gateway,
    { inside: "a", outside: "b", forward: ["tcp/1"] },
    /as \{ port: "tcp\/443", to: .* current value is "tcp\/1"/,
  ],
  [dmz, undefined, /Cannot make a DMZ as its options must be/],
  [dmz, { open: [] }, /"open" is no option/],
  [isolateVlans, undefined, /Cannot isolate VLANs as its options must be/],
  [
    isolateVlans,
    { vlans: { a: "v1", b: "v2" }, uplink: "e", allow: ["a", "b", "tcp/1"] },
    /each must be one of a, b: current value is undefined/,
  ],
  [portKnocking, undefined, /Cannot make knocks as its options must be/],
  [portKnocking, { opens: "tcp/1" }, /'ports' must be two to eight/],
  [rateLimit, undefined, /Cannot limit a rate as its options must be/],
  [rateLimit, { port: "tcp/22" }, /a rate must be as.* is undefined/],
  [rateLimit, { port: "tcp/22", rate: "0/second" }, /a rate must be as/],
  [
    rateLimit,
    { port: "tcp/22", rate: "1/second", hook: "output" },
    /'hook' must be input or forward: current value is output/,
  ],
  [blockList, undefined, /Cannot make a block list as its options must be/],
  [blockList, ["192.0.2.1"], /options must be an object/],
  [blockList, {}, /'prefixes' must be addresses/],
  [combine, parse("table ip t { }"), /must be one of net\.firewall\.patterns/],
];

Deno.test("what is missing or mistyped is told, and makes no rules", () => {
  for (const [make, given, message] of MISTYPED) {
    assert.throws(() => make(given as never), { message }, `${message}`);
  }
});

Deno.test("a range of ports is published with the numbers that it has", () => {
  const sides = { inside: "lan", outside: "wan" };
  const published = (to: string) =>
    gateway({ ...sides, forward: { port: "tcp/80-90", to } });
  assert.throws(() => published("10.0.0.1:8080-8090"), {
    message: /tcp\/80-90 as a range of ports keeps its numbers/,
  });
  assert.match(`${published("10.0.0.1:80-90")}`, /dnat ip to 10\.0\.0\.1 /);
  assert.match(`${published("10.0.0.1:8080")}`, /dnat ip to 10\.0\.0\.1:8080/);
  // What else would become of it: a port of the range, and not the one meant.
  const nat = compile(parse(`table ip t {
    chain c {
      type nat hook prerouting priority 0;
      tcp dport 80-90 dnat to 10.0.0.1:8080-8090
    }
  }`));
  const { packet } = nat.trace(
    { src: "192.0.2.1", dst: "192.0.2.2", protocol: "tcp", dstPort: 85 },
    { iifname: "wan", oifname: "lan" },
  );
  assert.notEqual(packet.tcp?.dstPort, 8085);
});

Deno.test("the simulator names the rule of a pattern that decides", () => {
  const decidedBy = (
    pattern: Pattern,
    packet: PacketFacts,
    context: Parameters<ReturnType<typeof compile>["trace"]>[1],
  ) => {
    const { verdict, decided } = compile(pattern.tables).trace(packet, context);
    const rule = decided.by === "rule" ? decided.rule.comment : decided.by;
    return `${verdict}: ${rule}`;
  };
  const guarded = host({ open: [{ port: "tcp/22", from: "10.0.0.0/8" }] });
  const to = { dst: "10.0.0.2", dstPort: 22 };
  const by = { iifname: "eth0" };
  assert.deepEqual([
    decidedBy(guarded, { src: "10.9.9.9", protocol: "tcp", ...to }, by),
    decidedBy(guarded, { src: "192.0.2.9", protocol: "tcp", ...to }, by),
    decidedBy(guarded, { src: "127.0.0.1", protocol: "tcp", ...to }, by),
    decidedBy(
      guarded,
      { src: "192.0.2.9", dst: "10.0.0.2", protocol: "icmp" },
      by,
    ),
    decidedBy(guarded, {
      src: "fe80::1",
      dst: "fe80::2",
      protocol: "ipv6-icmp",
      type: "nd-neighbor-solicit",
      ttl: 255,
    }, by),
    decidedBy(guarded, {
      src: "fe80::1",
      dst: "fe80::2",
      protocol: "ipv6-icmp",
      type: "nd-neighbor-solicit",
      ttl: 64,
    }, by),
  ], [
    "accept: open tcp/22",
    "drop: refuse the rest",
    "drop: loopback source from outside",
    "accept: ping, limited",
    "accept: IPv6 neighbour discovery",
    "drop: refuse the rest",
  ]);
  const router = {
    interfaces: [
      { name: "lan", addresses: ["10.0.1.1/24"], mtu: 1500 },
      { name: "dmz", addresses: ["10.0.2.1/24"], mtu: 1500 },
      { name: "wan", addresses: ["192.0.2.1/24"], mtu: 1492 },
    ],
    routes: [{ to: "default", via: "192.0.2.254", dev: "wan" }],
    forwarding: true,
  };
  const { dmz: three } = ALL as { dmz: Pattern };
  const tcp = (src: string, dst: string, dstPort: number, iifname: string) =>
    decidedBy(three, { src, dst, dstPort, protocol: "tcp" }, {
      ...router,
      iifname,
    });
  assert.deepEqual([
    tcp("198.51.100.9", "192.0.2.1", 25, "wan"),
    tcp("198.51.100.9", "192.0.2.1", 22, "wan"),
    tcp("10.0.1.9", "192.0.2.1", 22, "lan"),
    tcp("10.0.1.9", "10.0.2.25", 22, "lan"),
    tcp("10.0.2.25", "10.0.1.9", 22, "dmz"),
  ], [
    "accept: published tcp/25 of 10.0.2.25",
    "drop: refuse the rest",
    "accept: open tcp/22",
    "accept: inside to the DMZ and outside",
    "drop: the DMZ begins nothing inside",
  ]);
});

Deno.test("what is open may be one service", () => {
  assert.equal(`${host({ open: "tcp/22" })}`, `${host({ open: ["tcp/22"] })}`);
});
