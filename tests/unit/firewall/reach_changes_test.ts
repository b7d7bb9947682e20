// Rules that could be left out, and what a change of rules lets pass.
import assert from "node:assert/strict";
import fc from "fast-check";
import type { RulesetData } from "../../../lib/firewall/model/ruleset.ts";
import { compare } from "../../../lib/firewall/reach/compare.ts";
import { shadowed } from "../../../lib/firewall/reach/shadowed.ts";
import { compile } from "../../../lib/firewall/simulate/simulator.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";
import { asFacts, hookOf, packets, rulesets } from "./reach_rulesets.ts";

const chain = (rules: string, more = "", policy = "drop") => ({
  tables: parse(`table inet f {
    ${more}
    chain in { type filter hook input priority 0; policy ${policy}; ${rules} }
  }`),
});

const found = (ruleset: RulesetData) =>
  shadowed(ruleset).findings.map((
    { kind, what, name, index, by },
  ) => [
    kind,
    index ?? `${what} ${name}`,
    by.map(({ index }) => index ?? "policy"),
  ]);

Deno.test("a rule that earlier rules take all from is shadowed by these", () => {
  const tests: [rules: string, expected: unknown[]][] = [
    ["tcp dport 1-1024 accept; tcp dport 22 ip saddr 10.0.0.1 drop", [[
      "shadowed",
      1,
      [0],
    ]]],
    [
      "ip saddr 10.0.0.0/9 accept; ip saddr 10.128.0.0/9 accept; ip saddr 10.0.0.0/8 drop",
      [["shadowed", 2, [0, 1]]],
    ],
    ["meta nfproto ipv4 drop; ip6 version 6 drop; tcp dport 1 accept", [
      ["redundant", 0, ["policy"]],
      ["redundant", 1, ["policy"]],
      ["shadowed", 2, [0, 1]],
    ]],
    ["tcp dport 22 udp sport 7 accept", [["impossible", 0, []]]],
    ["ip saddr 10.0.0.1 ip6 daddr ::1 accept", [["impossible", 0, []]]],
    ['iifname "a*" accept; iifname "abc" drop', [["shadowed", 1, [0]]]],
    ["limit rate 1/second accept; limit rate 1/second accept", []],
    ["numgen random mod 2 0 accept; numgen random mod 2 0 accept", []],
    [
      "tcp flags & (fin | syn) == fin | syn accept; tcp flags & syn == 0 accept; tcp flags & (fin | syn | ack) == fin | syn drop",
      [
        ["shadowed", 2, [0]],
      ],
    ],
    [
      "ip6 saddr ::1 meta mark set 2 ip saddr 10.0.0.1 drop; meta mark 2 accept",
      [],
    ],
    ["meta mark set 1; meta mark 2 accept", [["shadowed", 1, []]]],
  ];
  for (const [rules, expected] of tests) {
    const is = found(chain(rules));
    // What is written cannot be read otherwise: no rule took the packets.
    assert.deepEqual(is, expected, rules);
  }
});

Deno.test("a rule without which all would end alike is redundant", () => {
  const tests: [rules: string, expected: unknown[]][] = [
    ["tcp dport 22 accept; tcp dport 20-25 accept", [["redundant", 0, [1]]]],
    ["tcp dport 22 accept; tcp dport 20-25 drop; udp dport 1 accept", [[
      "redundant",
      1,
      ["policy"],
    ]]],
    ["tcp dport 22 drop; tcp dport 20-25 log; udp dport 1 accept", []],
    ["tcp dport 22 drop; tcp dport 20-25 counter; udp dport 1 accept", [[
      "redundant",
      0,
      ["policy"],
    ]]],
    ["tcp dport 22 drop; tcp dport 20-25 limit rate 1/second accept", []],
    ["tcp dport 22 reject; tcp dport 20-25 reject with tcp reset", []],
    ["tcp dport 22 continue; tcp dport 22 log accept", [["redundant", 0, []]]],
    ["tcp dport 22 counter; tcp dport 22 log accept", []],
    // Either of two may go, not both.
    ["tcp dport 22 accept; tcp dport 22 accept", [["shadowed", 1, [0]]]],
  ];
  for (const [rules, expected] of tests) {
    assert.deepEqual(found(chain(rules)), expected, rules);
  }
});

Deno.test("what nothing names is unused, and what nothing gets to unreachable", () => {
  const more = `set s { type ipv4_addr; }
    set t { type ipv4_addr; }
    map m { type inet_service : verdict; elements = { 7 : jump far } }
    counter c { }
    counter d { }
    chain far { ip saddr @t counter name d accept; udp dport 1 drop; }
    chain lost { accept; }`;
  assert.deepEqual(found(chain("tcp dport vmap @m", more)), [
    ["unreachable", 1, []],
    ["unused", "chain lost", []],
    ["unused", "set s", []],
    ["unused", "object c", []],
  ]);
});

Deno.test("findings show a table", () => {
  const clean = shadowed(chain("tcp dport 22 accept"));
  assert.equal(Deno.inspect(clean), "Every rule is of use");
  const one = shadowed(chain("tcp dport 22 accept; tcp dport 22 drop"));
  assert.match(
    Deno.inspect(one),
    /^1 part could be left out\n.*\n.*\nshadowed +rule +f in 1 +f in 0/,
  );
  assert.equal(JSON.parse(JSON.stringify(one)).findings.length, 1);
});

/** The ruleset without its rules that could be left out. */
function without(ruleset: RulesetData): RulesetData {
  const gone = new Set(
    shadowed(ruleset).findings.flatMap(({ rule }) => rule ?? []),
  );
  return {
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({
        ...chain,
        rules: chain.rules.filter((rule) => !gone.has(rule)),
      })),
    })),
  };
}

const samples = fc.array(packets, { minLength: 30, maxLength: 30 });

Deno.test("without all that could be left out every packet ends as before", () => {
  let left = 0;
  fc.assert(
    fc.property(
      rulesets({ chances: false, nat: true }),
      samples,
      (text, samples) => {
        const before = { tables: parse(text) };
        const after = without(before);
        const hook = hookOf(text);
        const [old, now] = [compile(before.tables), compile(after.tables)];
        for (const sample of samples) {
          const { packet, context } = asFacts(sample, hook);
          const is = now.trace(packet, context);
          const was = old.trace(packet, context);
          assert.equal(
            is.verdict,
            was.verdict,
            `${JSON.stringify(packet)}\n${text}`,
          );
          assert.equal(is.mark, was.mark, text);
        }
        assert.ok(compare(before, after, { hook, state: "any" }).same, text);
        if (
          after.tables[0]!.chains.some(({ rules }, i) =>
            rules.length < before.tables[0]!.chains[i]!.rules.length
          )
        ) left++;
      },
    ),
    { numRuns: 30 },
  );
  assert.ok(left > 5, "there was something to leave out");
});

Deno.test("what two rulesets do otherwise is what simulations of both say", () => {
  let seen = 0;
  fc.assert(
    fc.property(
      rulesets({ chances: false, nat: false }),
      fc.nat(30),
      samples,
      (text, at, samples) => {
        const lines = text.split("\n");
        const rules = lines.flatMap((line, i) =>
          /^ {4}.*(accept|drop)/.test(line) ? [i] : []
        );
        if (rules.length === 0) return;
        const turned = rules[at % rules.length];
        const before = { tables: parse(text) };
        // What was let pass is dropped now, or the other way round.
        const changed = lines.map((line, i) =>
          i !== turned ? line : line.replace(
            /accept(?!.*(accept|drop))|drop(?!.*(accept|drop))/,
            (word) => word === "drop" ? "accept" : "drop",
          )
        ).join("\n");
        const after = { tables: parse(changed) };
        const hook = hookOf(text);
        const { opened, closed, same } = compare(before, after, { hook });
        const [old, now] = [compile(before.tables), compile(after.tables)];
        const passes = (
          simulator: typeof old,
          facts: ReturnType<typeof asFacts>,
        ) => simulator.decide(facts.packet, facts.context) === "accept";
        for (const { witness, before, after } of [...opened, ...closed]) {
          if (witness === undefined) continue;
          const facts = witness as unknown as ReturnType<typeof asFacts>;
          assert.equal(passes(old, facts), before === "passes", text);
          assert.equal(passes(now, facts), after === "passes", text);
          seen++;
        }
        for (const sample of samples) {
          const facts = asFacts(sample, hook);
          if (passes(old, facts) !== passes(now, facts)) assert.ok(!same, text);
        }
      },
    ),
    { numRuns: 30 },
  );
  assert.ok(seen > 5, "there were differences");
});

Deno.test("a comparison names the deciding rules of both sides", () => {
  const { opened, closed, same } = compare(
    chain("tcp dport 22 accept; tcp dport 80 accept"),
    chain("tcp dport { 22, 443 } accept; tcp dport 80 drop"),
    { hook: "input" },
  );
  assert.equal(same, false);
  assert.deepEqual(
    opened.map((
      { ports, byBefore, byAfter },
    ) => [ports, byBefore?.text, byAfter?.text]),
    [["443", "policy drop", "tcp dport { 22, 443 } accept"]],
  );
  assert.deepEqual(
    closed.map((
      { ports, before, after, byAfter },
    ) => [ports, before, after, byAfter?.index]),
    [["80", "passes", "stopped", 1]],
  );
  const shown = Deno.inspect(compare(
    chain("tcp dport 22 accept"),
    chain("tcp dport 22 limit rate 1/second accept"),
    { hook: "input" },
  ));
  assert.match(shown, /Closed/);
  assert.match(shown, /perhaps: f in 0/);
});
