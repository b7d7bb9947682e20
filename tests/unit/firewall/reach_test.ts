// Questions to rulesets whose answers are known.
import assert from "node:assert/strict";
import type { ReachOptions } from "../../../lib/firewall/reach/answer.ts";
import { reach } from "../../../lib/firewall/reach/reach.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";

const ruleset = (text: string) => ({ tables: parse(text) });

const input = (rules: string, more = "") =>
  ruleset(`table inet f {
    ${more}
    chain in { type filter hook input priority 0; policy drop; ${rules} }
  }`);

const passed = (
  rules: string,
  question: Partial<ReachOptions> = {},
  more = "",
) => reach(input(rules, more), { hook: "input", ...question }).passed;

Deno.test("rows say sources, ports, protocol and the rule", () => {
  const [row, ...rest] = passed(
    "ip saddr 10.0.0.0/8 tcp dport { 22, 80-90 } accept",
  );
  assert.equal(rest.length, 0);
  assert.deepEqual([row!.from, row!.protocol, row!.ports], [
    ["10.0.0.0/8"],
    "tcp",
    "22, 80-90",
  ]);
  assert.equal(row!.by?.index, 0);
  assert.equal(row!.isCertain, true);
});

Deno.test("what earlier rules take is not in the rows of later ones", () => {
  const rows = passed(
    "ip saddr 10.0.0.0/9 drop; ip saddr 10.0.0.0/8 accept; tcp dport 22 drop; tcp dport 20-25 accept",
  );
  assert.deepEqual(rows.map(({ from, ports }) => [from, ports])[0], [[
    "10.128.0.0/9",
  ], undefined]);
  assert.deepEqual([...new Set(rows.slice(1).map(({ ports }) => ports))], [
    "20-21, 23-25",
  ]);
});

const SETS =
  `set office { type ipv4_addr; flags interval; elements = { 10.0.0.0/24, 10.0.1.7 } }
  set pairs { type ipv4_addr . inet_service; elements = { 10.0.0.1 . 22 } }
  map ways { type inet_service : verdict; elements = { 22 : accept, 23 : drop, 24 : jump more } }
  chain more { ip saddr 10.9.0.0/16 return; accept; }
`;

Deno.test("sets, concatenations, maps, jumps and returns are followed", () => {
  const tests: [rules: string, expected: unknown[]][] = [
    ["ip saddr @office accept", [[["10.0.0.0/24", "10.0.1.7"], undefined]]],
    ["ip saddr . tcp dport @pairs accept", [[["10.0.0.1"], "22"]]],
    ["ip saddr 10.0.0.1 tcp dport vmap @ways", [[["10.0.0.1"], "22"], [[
      "10.0.0.1",
    ], "24"]]],
    ["ip saddr 10.9.0.0/15 tcp dport 7 jump more", [[["10.8.0.0/16"], "7"]]],
    [
      "tcp dport 7 ip saddr & 255.0.0.255 == 10.0.0.3 ip saddr < 10.0.2.0 accept",
      [
        [["10.0.0.3", "10.0.1.3"], "7"],
      ],
    ],
  ];
  for (const [rules, expected] of tests) {
    assert.deepEqual(
      passed(rules, {}, SETS).map(({ from, ports }) => [from, ports]),
      expected,
      rules,
    );
  }
  const rest = reach(input("ip saddr 10.9.0.0/16 goto more; accept", SETS), {
    hook: "input",
    from: "10.9.1.1",
  });
  assert.equal(rest.passes, false, "after goto the policy decides");
});

Deno.test("a question is narrowed by address, protocol, port and interface", () => {
  const rules =
    'iifname "lan*" tcp dport 22 accept; ip6 saddr fd00::/8 udp dport 53 accept';
  const ask = (question: Partial<ReachOptions>) =>
    reach(input(rules), { hook: "input", ...question });
  assert.equal(
    ask({ protocol: "tcp", port: 22, iifname: "lan3" }).always,
    true,
  );
  assert.equal(
    ask({ protocol: "tcp", port: 22, iifname: "wan" }).passes,
    false,
  );
  assert.equal(
    ask({ from: "fd00::1", protocol: "udp", port: "53" }).always,
    true,
  );
  assert.equal(
    ask({ from: "fd00::1", protocol: "udp", port: "53-54" }).always,
    false,
  );
  assert.equal(
    ask({ from: ["10.0.0.0/8", "fd00::/16"], protocol: "udp" }).passes,
    true,
  );
  assert.equal(ask({ from: "10.0.0.0/8", protocol: "udp" }).passes, false);
});

Deno.test("several base chains are met by priority, and marks go from one to the next", () => {
  const rules = `table ip f {
    chain late { type filter hook input priority 10; policy accept; meta mark & 0xf == 3 drop; }
    chain early { type filter hook prerouting priority -150; policy accept;
      ip saddr 10.0.0.1 meta mark set 1; ip saddr 10.0.0.1 meta mark set meta mark | 2;
      ip saddr 10.0.0.2 meta mark set ct mark; }
  }`;
  const ask = (from: string) => reach(ruleset(rules), { hook: "input", from });
  assert.equal(ask("10.0.0.1").passes, false);
  assert.equal(ask("10.0.0.2").always, true, "a new connection has no mark");
  assert.equal(ask("10.0.0.3").always, true);
});

const NAT = `table ip nat {
    chain pre { type nat hook prerouting priority -100; iifname "wan" tcp dport 8080 dnat to 10.0.0.5:80; }
    chain post { type nat hook postrouting priority 100; oifname "wan" masquerade; }
  }
  table inet f { chain fw { type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ip daddr 10.0.0.5 tcp dport 80 accept
  } }`;

Deno.test("what is translated is matched as it is then, and told as it came", () => {
  const answer = reach(ruleset(NAT), {
    hook: "forward",
    iifname: "wan",
    port: 8080,
    oifname: "dmz",
  });
  const [row] = answer.passed.filter(({ translations }) =>
    translations.length > 0
  );
  assert.deepEqual(row?.translations, ["dnat to 10.0.0.5:80"]);
  assert.equal(row?.ports, "8080");
  assert.equal(row?.by?.text, "ip daddr 10.0.0.5 tcp dport 80 accept");
  const direct = reach(ruleset(NAT), {
    hook: "forward",
    iifname: "wan",
    to: "10.0.0.5",
    port: 80,
  });
  assert.equal(direct.always, false);
  assert.equal(direct.passes, true, "the address behind is no secret");
});

Deno.test("only new connections are asked about unless the question says so", () => {
  const rules =
    "ct state established,related accept; ct state new tcp dport 22 accept";
  assert.deepEqual(passed(rules).map(({ ports }) => ports), ["22"]);
  const any = passed(rules, { state: "any" });
  assert.deepEqual(any.map(({ state }) => state), [
    "established, related",
    "new",
  ]);
  assert.equal(passed(rules, { state: "invalid" }).length, 0);
  // Neighbour discovery is never tracked.
  const nd = "icmpv6 type nd-neighbor-solicit accept; ct state untracked drop";
  assert.equal(passed(nd).length, 0);
  assert.equal(passed(nd, { state: ["untracked"] }).length, 1);
});

Deno.test("what cannot be decided is a condition, and the answer is perhaps", () => {
  const tests: [rules: string, condition: RegExp][] = [
    ["tcp dport 22 limit rate 3/minute accept", /limit rate 3\/minute/],
    ["tcp dport 22 numgen random mod 2 0 accept", /numgen random/],
    ["tcp dport 22 fib saddr type local accept", /fib saddr type local/],
    ["tcp dport 22 ip saddr @guests accept", /@guests/],
    ["tcp dport 22 quota 5 mbytes accept", /quota 5 mbytes/],
    [
      "tcp dport 22 tcp option maxseg size 1400 accept",
      /tcp option maxseg size 1400/,
    ],
    ["tcp dport 22 meta hour 08:00-17:00 accept", /hour/],
    ["tcp dport 22 @th,160,32 0x47455420 accept", /@th,160,32/],
    ["tcp dport 22 queue num 1", /queue/],
  ];
  for (const [rules, condition] of tests) {
    const answer = reach(
      input(
        rules,
        "set guests { type ipv4_addr; flags dynamic, timeout; timeout 1h; }",
      ),
      { hook: "input", protocol: "tcp", port: 22 },
    );
    assert.ok(answer.passes && !answer.always, rules);
    assert.ok(answer.passed.length > 0, rules);
    for (const { isCertain, conditions } of answer.passed) {
      assert.equal(isCertain, false, rules);
      assert.match(conditions.join(), condition);
    }
  }
});

Deno.test("the same condition twice is one condition", () => {
  const rules = "fib saddr oif missing drop; fib saddr oif exists accept";
  const answer = reach(input(rules), { hook: "input" });
  assert.deepEqual(
    answer.dropped.filter(({ by }) => by?.index === undefined),
    [],
    "the policy is left with nothing",
  );
});

Deno.test("a limit that drops leaves what passes after it uncertain, and nothing else", () => {
  const answer = reach(
    input(
      "udp dport 53 limit rate over 9/second drop; udp dport { 53, 123 } accept",
    ),
    { hook: "input" },
  );
  assert.deepEqual(
    answer.passed.map(({ ports, isCertain }) => [ports, isCertain]),
    [["123", true], ["53", false]],
  );
});

Deno.test("an answer shows tables, goes into JSON, and says when rows are missing", () => {
  const answer = reach(input("ip saddr != 10.0.0.0/8 tcp dport 22 accept"), {
    hook: "input",
  });
  const shown = Deno.inspect(answer);
  assert.match(shown, /^Some such packets pass input/);
  assert.match(shown, /not 10\.0\.0\.0\/8/);
  assert.match(shown, /Stopped/);
  assert.equal(JSON.parse(JSON.stringify(answer)).passes, true);
  const many = Array.from(
    { length: 20 },
    (_, i) => `tcp dport ${i} ip saddr 10.0.0.${i} accept`,
  );
  const few = reach(input(many.join("\n")), { hook: "input", rows: 5 });
  assert.deepEqual([few.passed.length, few.isComplete], [5, false]);
  assert.equal(
    `${reach(ruleset(""), { hook: "input" })}`,
    "All such packets pass input",
  );
});

Deno.test("a question that makes no sense says what is wrong", () => {
  const ask = (options: unknown) => () =>
    reach(input(""), options as ReachOptions);
  assert.throws(
    ask({ hook: "sideways" }),
    /'hook' must be one of input, forward/,
  );
  assert.throws(ask(undefined), /options must be an object/);
  assert.throws(ask({ hook: "input", dport: 22 }), /"dport" is no option/);
  assert.throws(
    ask({ hook: "input", state: "old" }),
    /'state' must be of any, new/,
  );
  assert.throws(ask({ hook: "input", port: "90-80" }), /'port' must be ports/);
  assert.throws(ask({ hook: "input", from: "10.0.0.300" }), SyntaxError);
  assert.throws(ask({ hook: "input", rows: 0 }), /'rows' must be/);
  assert.throws(ask({ hook: "input", mark: -1 }), /'mark' must be/);
  assert.throws(
    () =>
      reach(
        ruleset(
          "table ip t { chain a { type filter hook input priority 0; jump b; }\nchain b { jump a; } }",
        ),
        { hook: "input" },
      ),
    TypeError,
  );
});

/** Rules by a fixed sequence of numbers. */
function manyRules(count: number): string {
  let seed = 1;
  const below = (n: number) => {
    seed = Math.imul(seed, 1103515245) + 12345 >>> 0;
    return (seed >>> 8) % n;
  };
  const prefix = () => `10.${below(256)}.${below(256)}.0/${20 + below(5)}`;
  const subnet = () =>
    prefix().replace(
      /^10\.(\d+)\.(\d+)\.0\/(\d+)$/,
      (_, a, b, n) => `10.${a}.${b & 256 - 2 ** (24 - n)}.0/${n}`,
    );
  return Array.from({ length: count }, () => {
    const port = below(60000);
    return [
      ...below(3) > 0 ? [`iifname "eth${below(8)}"`] : [],
      ...below(5) > 0 ? [`ip saddr ${subnet()}`] : [],
      `ip daddr ${subnet()}`,
      `${["tcp", "udp"][below(2)]} dport ${port}-${port + below(5000)}`,
      ["accept", "drop"][below(2)],
    ].join(" ");
  }).join("\n");
}

Deno.test("a thousand rules of prefixes, ports and interfaces are answered", () => {
  const answer = reach(input(manyRules(1000)), { hook: "input" });
  assert.ok(answer.passes && !answer.always);
});

Deno.test("a ruleset that is too much ends with an error that says what to do", () => {
  const tooMuch = { code: "too-complex", message: /Try: ask for less/ };
  const conditions = Array.from(
    { length: 2600 },
    (_, i) => `tcp dport ${i} tcp option maxseg size ${i} accept`,
  );
  assert.throws(
    () => reach(input(conditions.join("\n")), { hook: "input" }),
    tooMuch,
  );
  const chains = Array.from({ length: 15 }, (_, i) => {
    const jumps = Array.from(
      { length: 8 },
      (_, k) => `tcp dport >= ${i * 8 + k} jump c${i + 1}`,
    );
    return `chain c${i} { ${i < 14 ? jumps.join("; ") : "return"}; }`;
  }).reverse();
  assert.throws(
    () => reach(input("jump c0", chains.join("\n")), { hook: "input" }),
    tooMuch,
  );
});
