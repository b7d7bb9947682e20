/**
 * The builder of rules: what it makes, what TypeScript refuses, and what is
 * refused when it runs.
 *
 * @module
 */

import assert from "node:assert/strict";
import { rule } from "../../../lib/firewall/build/words.ts";
import {
  chain,
  type ChainSpec,
  table,
} from "../../../lib/firewall/build/table.ts";
import { ruleset } from "../../../lib/firewall/ruleset.ts";
import * as words from "../../../lib/firewall/build/words.ts";
import { address } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { headerTable } from "../../../lib/firewall/model/headers.ts";
import { ctTable, metaTable } from "../../../lib/firewall/model/keys.ts";
import { camel } from "../../../lib/firewall/build/value_types.ts";

const { concat, ct, fib, icmp, iifname, ip, ip6, mark, meta, tcp, udp } = words;

const dport = { payload: { protocol: "tcp", field: "dport" } };
const saddr = { payload: { protocol: "ip", field: "saddr" } };

Deno.test("a rule reads as nft writes it", () => {
  assert.deepEqual(
    tcp.dport.in([443, "ssh"]).ct.state("new").accept().rule,
    {
      statements: [
        { match: { op: "==", left: dport, right: { set: [22, 443] } } },
        {
          match: { op: "in", left: { ct: { key: "state" } }, right: "new" },
        },
        { accept: null },
      ],
    },
  );
});

Deno.test("each step leaves the rule before it as it was", () => {
  const web = tcp.dport.in([80, 443]);
  const counted = web.counter();
  assert.equal(web.rule.statements.length, 1);
  assert.equal(counted.rule.statements.length, 2);
  assert.deepEqual(web.accept().rule.statements.at(-1), { accept: null });
});

const MATCHES: readonly (readonly [
  { readonly rule: { readonly statements: readonly unknown[] } },
  unknown,
])[] = [
  [tcp.dport(22), { op: "==", left: dport, right: 22 }],
  [tcp.dport("1024-2047"), {
    op: "==",
    left: dport,
    right: { range: [1024, 2047] },
  }],
  [tcp.dport.between(1, 5), {
    op: "==",
    left: dport,
    right: { range: [1, 5] },
  }],
  [tcp.dport.not("https"), { op: "!=", left: dport, right: 443 }],
  [tcp.dport.notIn([2, 1]), { op: "!=", left: dport, right: { set: [1, 2] } }],
  [tcp.dport.ge(1024), { op: ">=", left: dport, right: 1024 }],
  [tcp.dport.in("@ports"), { op: "==", left: dport, right: "@ports" }],
  [
    tcp.flags.is("syn"),
    {
      op: "==",
      left: { payload: { protocol: "tcp", field: "flags" } },
      right: "syn",
    },
  ],
  [
    tcp.flags.in(["ack", "syn"]),
    {
      op: "in",
      left: { payload: { protocol: "tcp", field: "flags" } },
      right: ["syn", "ack"],
    },
  ],
  [
    ct.state.notIn(["new", "invalid"]),
    {
      op: "==",
      left: { "&": [{ ct: { key: "state" } }, ["invalid", "new"]] },
      right: 0,
    },
  ],
  [
    tcp.flags.and(["fin", "syn"]).is("syn"),
    {
      op: "==",
      left: {
        "&": [{ payload: { protocol: "tcp", field: "flags" } }, ["fin", "syn"]],
      },
      right: "syn",
    },
  ],
  [
    ip.saddr(subnet("10.0.0.0/8"), address("192.0.2.1")),
    {
      op: "==",
      left: saddr,
      right: { set: [{ prefix: { addr: "10.0.0.0", len: 8 } }, "192.0.2.1"] },
    },
  ],
  [
    ip.saddr("10.0.0.0-10.0.0.255"),
    { op: "==", left: saddr, right: { prefix: { addr: "10.0.0.0", len: 24 } } },
  ],
  [
    fib("iif", "saddr").oif.missing(),
    {
      op: "==",
      left: { fib: { result: "oif", flags: ["saddr", "iif"] } },
      right: false,
    },
  ],
  [
    tcp.option.maxseg.size.lt(536),
    {
      op: "<",
      left: { "tcp option": { name: "maxseg", field: "size" } },
      right: 536,
    },
  ],
  [
    words.exthdr.frag.exists(),
    { op: "==", left: { exthdr: { name: "frag" } }, right: true },
  ],
  [
    ct.original.ip.daddr("192.0.2.1"),
    {
      op: "==",
      left: { ct: { key: "daddr", family: "ip", dir: "original" } },
      right: "192.0.2.1",
    },
  ],
  [
    concat(ip.saddr, tcp.dport).in([["10.0.0.1", 22]]),
    {
      op: "==",
      left: { concat: [saddr, dport] },
      right: { set: [{ concat: ["10.0.0.1", 22] }] },
    },
  ],
];

Deno.test("comparisons give what nft has for them", () => {
  for (const [built, match] of MATCHES) {
    assert.deepEqual(built.rule.statements, [{ match }]);
  }
});

Deno.test("statements give what nft has for them", () => {
  const { statements, comment } = iifname("eth0").counter().log("in ").limit(
    "10/second",
    { burst: 20 },
  ).mark.set(7).ct.mark.set(mark).update("@seen", ip.saddr, {
    timeout: "1m",
    with: (each) => each.limit("3/minute", { over: true }),
  }).comment("a").reject("icmp host-unreachable").rule;
  assert.deepEqual(statements.slice(1), [
    { counter: null },
    { log: { prefix: "in " } },
    { limit: { rate: 10, per: "second", burst: 20 } },
    { mangle: { key: { meta: { key: "mark" } }, value: 7 } },
    {
      mangle: {
        key: { ct: { key: "mark" } },
        value: { meta: { key: "mark" } },
      },
    },
    {
      set: {
        op: "update",
        elem: { elem: { val: saddr, timeout: 60 } },
        set: "@seen",
        stmt: [{ limit: { rate: 3, per: "minute", inv: true } }],
      },
    },
    { reject: { type: "icmp", expr: "host-unreachable" } },
  ]);
  assert.equal(comment, "a");
  assert.deepEqual(
    ct.state.vmap({ established: "accept", new: "jump web", invalid: "drop" })
      .rule.statements,
    [{
      vmap: {
        key: { ct: { key: "state" } },
        data: {
          set: [
            ["invalid", { drop: null }],
            ["established", { accept: null }],
            ["new", { jump: { target: "web" } }],
          ],
        },
      },
    }],
  );
});

Deno.test("translations take an address, a port, or what a map has", () => {
  const web = tcp.dport(80);
  assert.deepEqual(web.dnat({ to: "10.0.0.2:8080" }).rule.statements[1], {
    dnat: { family: "ip", addr: "10.0.0.2", port: 8080 },
  });
  assert.deepEqual(web.dnat({ to: "[2001:db8::2]:80" }).rule.statements[1], {
    dnat: { family: "ip6", addr: "2001:db8::2", port: 80 },
  });
  assert.deepEqual(web.redirect({ to: 8080 }).rule.statements[1], {
    redirect: { port: 8080 },
  });
  assert.deepEqual(
    ip.daddr("192.0.2.1").snat({
      to: ip.saddr.map([["10.0.0.1", "192.0.2.9"]]),
    })
      .rule.statements[1],
    {
      snat: {
        family: "ip",
        addr: {
          map: { key: saddr, data: { set: [["10.0.0.1", "192.0.2.9"]] } },
        },
      },
    },
  );
  assert.deepEqual(rule.masquerade({ flags: ["random"] }).rule.statements, [
    { masquerade: { flags: ["random"] } },
  ]);
});

Deno.test("every field of the tables is a property", () => {
  for (const [name, { fields }] of Object.entries(headerTable)) {
    const root = name === "th" ? meta.l4proto("tcp").th : rule[name as "tcp"];
    for (const field of Object.keys(fields)) {
      assert.ok(camel(field) in root, `${name}.${camel(field)}`);
    }
  }
  for (const name of Object.keys(metaTable)) assert.ok(name in meta, name);
  for (const [name, row] of Object.entries(ctTable)) {
    if ("direction" in row && row.direction === "must") continue;
    assert.ok(name in ct, name);
  }
  const found: string[] = [];
  for (const name in tcp) found.push(name);
  assert.ok(found.includes("dport") && found.includes("option"));
});

const REFUSED: readonly (readonly [() => unknown, string])[] = [
  [
    () => tcp.dport.is(70000),
    "Cannot build a rule as tcp dport must be from 0 to 65535: current value is 70000",
  ],
  [
    // @ts-expect-error: no service of that name
    () => tcp.dport.is("htps"),
    'Cannot build a rule as tcp dport must be a port: current value is "htps" (nothing goes by that name; did you mean "https")',
  ],
  [
    () => ip.saddr("example.com"),
    'Cannot build a rule as ip saddr must be an IPv4 address: current value is "example.com" (host names are not looked up in rules, give the address that it has)',
  ],
  [
    () => ip.saddr("2001:db8::/32"),
    'Cannot build a rule as ip saddr must be an IPv4 address: current value is "2001:db8::" (it is of the other family)',
  ],
  [
    // @ts-expect-error: a verdict follows a verdict
    () => tcp.dport(22).accept().drop(),
    "Cannot build a rule as nothing but a comment can follow accept: next comes drop",
  ],
  [
    // @ts-expect-error: a match follows a verdict
    () => tcp.dport(22).accept().ip.saddr("10.0.0.1"),
    "Cannot build a rule as nothing but a comment can follow accept: next comes ip",
  ],
  [
    // @ts-expect-error: a port without a transport protocol
    () => ip.saddr("10.0.0.1").th.dport(53),
    "Cannot build a rule with th as it needs a transport protocol before it, as meta.l4proto or tcp",
  ],
  [
    // @ts-expect-error: both families in one rule
    () => ip.saddr("10.0.0.1").ip6.daddr("::1"),
    "Cannot build a rule with ip6 daddr as it is for packets of family ip already",
  ],
  [
    () => ip.saddr("10.0.0.1").dnat({ to: "10.0.0.2:80" }),
    'Cannot build a rule as dnat with a port needs a transport protocol before it, as tcp or meta.l4proto: current value is "80"',
  ],
  [
    // @ts-expect-error: no state of that name
    () => ct.state("newish"),
    'Cannot build a rule as ct state must be connection states: current value is "newish" (nothing goes by that name)',
  ],
  [
    // @ts-expect-error: no rate
    () => rule.limit("10 per second"),
    'Cannot build a rule as a rate must be as "10/second" or "2 mbytes/second": current value is "10 per second"',
  ],
  [
    () =>
      table("inet", "t", {
        chains: {
          // @ts-expect-error: a translation in a chain of type filter
          c: {
            type: "filter",
            hook: "input",
            priority: "filter",
            rules: [tcp.dport(80).redirect({ to: 8080 })],
          },
        },
      }),
    "Cannot use rule 1 of chain c in table inet t: it translates addresses, which only a chain of type nat does; this one is of type filter",
  ],
  [
    () =>
      table("ip", "t", {
        chains: {
          // @ts-expect-error: IPv6 in a table of family ip
          c: { rules: [tcp.dport(80).accept(), ip6.saddr("::1").drop()] },
        },
      }),
    "Cannot use rule 2 of chain c in table ip t as ip6 must not be matched in a table of family ip: it sees no such packets",
  ],
  [
    () => table("inet", "t", { chains: { c: { rules: [rule.jump("d")] } } }),
    "Cannot use rule 1 of chain c in table inet t as it jumps to no chain: d",
  ],
  [
    () =>
      table("inet", "t", {
        chains: { c: { rules: [tcp.dport.in("@p").drop()] } },
      }),
    "Cannot use rule 1 of chain c in table inet t as there is no set or map of that name: @p",
  ],
  [
    () =>
      table("inet", "t", {
        sets: { s: { type: "inet_service", elements: [70000] } },
      }),
    "Cannot use set s in table inet t as an element must be from 0 to 65535: current value is 70000",
  ],
  [
    () =>
      table("inet", "t", {
        chains: { c: { type: "filter", hook: "input", priority: "fliter" } },
      }),
    "Cannot make a chain as 'priority' must be a number or one of raw, mangle, dstnat, filter, security, srcnat: current value is fliter",
  ],
  [
    // @ts-expect-error: no family of that name
    () => table("ipv4", "t"),
    "Cannot make a table as its family must be inet, ip, ip6, bridge, arp, netdev: current value is ipv4",
  ],
  [
    // @ts-expect-error: no name
    () => table("ip"),
    "Cannot make a table as its name must be a text: current value is undefined",
  ],
  [
    () => table("ip", "my table"),
    'Cannot make a table as its name must begin with a letter and have letters, digits, and . / _ - \\ only: current value is "my table"',
  ],
  ...([
    [
      { type: "fliter", hook: "input" },
      "its type must be filter, nat, route",
      "fliter",
    ],
    [
      { type: "filter", hook: "inpt" },
      "the hook of a chain of type filter must be prerouting, input, forward, output, postrouting",
      "inpt",
    ],
    [
      { type: "filter", hook: "ingress" },
      "the hook of a chain of type filter must be prerouting, input, forward, output, postrouting",
      "ingress",
    ],
    [
      { type: "filter", hook: "input", policy: "deny" },
      "its policy must be accept, drop",
      "deny",
    ],
  ] as const).map(([base, must, value]) =>
    [
      () =>
        table("ip", "t", {
          chains: {
            c: { ...base, priority: 0 } as unknown as ChainSpec<"ip">,
          },
        }),
      `Cannot use chain c as ${must}: current value is ${value}`,
    ] as const
  ),
  [
    () => rule.limit("0/second"),
    'Cannot build a rule as a rate must be as "10/second" or "2 mbytes/second": current value is "0/second"',
  ],
  [
    () => rule.limit("1/second", { burst: 0 }),
    "Cannot build a rule as a burst must be 1 or more: current value is 0",
  ],
  [
    () => rule.log("x".repeat(128)),
    `Cannot build a rule as a log prefix must have at most 127 octets: current value is "${
      "x".repeat(128)
    }"`,
  ],
  [
    // @ts-expect-error: a text is no table
    () => ruleset("table ip t { }"),
    "Cannot make a ruleset as each part must be a table; of another ruleset, ...that.tables",
  ],
  [
    () => ruleset(table("ip", "t"), table("ip", "t")),
    "Cannot make a ruleset as each table must stand once: ip t is there twice",
  ],
];

Deno.test("what nft refuses is refused with the field's name", () => {
  for (const [build, message] of REFUSED) {
    assert.throws(build, (error: unknown) => {
      assert.ok(error instanceof TypeError);
      assert.equal(error.message, message);
      return true;
    });
  }
});

Deno.test("TypeScript refuses values that a field can't have", () => {
  const never = () => {
    // @ts-expect-error: text with no meaning for a port
    tcp.dport.in(["http", "banana"]);
    // @ts-expect-error: an object is no port
    udp.dport({});
    // @ts-expect-error: no type of that name
    icmp.type("ping");
    // @ts-expect-error: an interface has a name
    iifname(7);
    // @ts-expect-error: what the kernel found can't be set
    meta.l4proto.set("tcp");
    // @ts-expect-error: conntrack keeps the state itself
    ct.state.set("new");
    // @ts-expect-error: th is no word to begin with
    words.th;
    // @ts-expect-error: a verdict by no name
    ct.state.vmap({ new: "allow" });
    // @ts-expect-error: a set begins with @
    tcp.dport.in("ports");
  };
  assert.equal(typeof never, "function");
});

Deno.test("chain() keeps what a table needs to know", () => {
  const six = chain({ rules: [ip6.saddr("::1").accept()] });
  assert.equal(table("ip6", "t", { chains: { six } }).chains.length, 1);
  // @ts-expect-error: IPv6 in a table of family ip
  assert.throws(() => table("ip", "t", { chains: { six } }));
});

Deno.test("a table is in canonical form", () => {
  const made = table("inet", "filter", {
    sets: {
      blocked: {
        type: "ipv4_addr",
        flags: ["interval"],
        autoMerge: true,
        elements: ["192.0.2.128/25", subnet("192.0.2.0/25"), "10.0.0.1"],
      },
    },
    maps: {
      ports: {
        type: ["ipv4_addr", "inet_service"],
        value: "verdict",
        elements: [[["10.0.0.1", 80], "accept"], [["10.0.0.1", 22], "drop"]],
      },
    },
    objects: { hits: { kind: "counter" } },
    chains: {
      input: {
        type: "filter",
        hook: "input",
        priority: "filter - 5",
        policy: "drop",
        rules: [
          ip.saddr.in("@blocked").counter("hits").drop(),
          concat(ip.daddr, tcp.dport).vmap("@ports"),
          meta.l4proto("tcp").tcp.dport(22).accept(),
          { statements: [{ match: { op: "==", left: dport, right: "http" } }] },
        ],
      },
    },
  });
  assert.deepEqual(made.sets[0]!.elements, [
    "10.0.0.1",
    { prefix: { addr: "192.0.2.0", len: 24 } },
  ]);
  assert.deepEqual(made.maps[0]!.elements[0], [
    { concat: ["10.0.0.1", 22] },
    { drop: null },
  ]);
  const [input] = made.chains;
  assert.deepEqual(input!.base, {
    type: "filter",
    hook: "input",
    priority: -5,
    policy: "drop",
  });
  assert.deepEqual(input!.rules[2]!.statements, [
    { match: { op: "==", left: dport, right: 22 } },
    { accept: null },
  ]);
  assert.deepEqual(input!.rules[3]!.statements, [
    { match: { op: "==", left: dport, right: 80 } },
  ]);
});
