// What is computed with sets of packets, beside the simulator: packet by packet.
import assert from "node:assert/strict";
import fc from "fast-check";
import { dataType } from "../../../lib/firewall/model/data_types.ts";
import type { RulesetData } from "../../../lib/firewall/model/ruleset.ts";
import { NONE } from "../../../lib/firewall/reach/diagram.ts";
import { type Decided, follow } from "../../../lib/firewall/reach/journey.ts";
import { reach } from "../../../lib/firewall/reach/reach.ts";
import { Space } from "../../../lib/firewall/reach/space.ts";
import type { Trace } from "../../../lib/firewall/simulate/result.ts";
import { compile } from "../../../lib/firewall/simulate/simulator.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";
import {
  asFacts,
  hookOf,
  packets,
  rulesets,
  type Sample,
} from "./reach_rulesets.ts";

/** The set that is just a sample. */
function pointOf(space: Space, hook: string, sample: Sample): number {
  const { packet, context } = asFacts(sample, hook);
  const { diagram } = space;
  const v = sample.wide ? 6 : 4;
  const number = {
    tcp: 6,
    udp: 17,
    icmp: sample.wide ? 58 : 1,
  }[sample.protocol]!;
  const address = (host: number, net: bigint, base: number) =>
    sample.wide ? net << 64n | BigInt(host) : base + host;
  const named = (which: "iif" | "oif", name: string | undefined) => {
    const codes = space[which].codes!;
    const exact = codes.findIndex(({ value, isPrefix }) =>
      value === (name ?? "") && !isPrefix
    );
    const begun = codes.findIndex(({ value, isPrefix }) =>
      isPrefix && name !== undefined && name.startsWith(value as string)
    );
    const at = exact >= 0 ? exact : begun >= 0 ? begun : codes.length - 1;
    return space.equal(space[which], at);
  };
  let set = space.version(v);
  const type = (name: string, bits: number, value: number, of: string) =>
    space.equal(space.number(name, bits, dataType(of)), value);
  for (
    const other of [
      space.equal(space.protocol, number),
      space.equal(
        space[`src${v}`],
        address(sample.src, 0xfd00n << 48n, 0x0a000000),
      ),
      space.equal(
        space[`dst${v}`],
        address(sample.dst, 0xfd00_0001n << 32n, 0x0a010000),
      ),
      space.equal(space.sport, packet.srcPort ?? 0),
      space.equal(space.dport, packet.dstPort ?? 0),
      named("iif", context.iifname),
      named("oif", context.oifname),
      space.equal(space.state, 0),
      type("tcp flags", 8, 2, "tcp_flag"),
      type("icmp type", 8, 8, "icmp_type"),
      type("icmpv6 type", 8, 128, "icmpv6_type"),
      type("ip ttl", 8, 64, "integer"),
      type("ip6 hoplimit", 8, 64, "integer"),
      type("ip dscp", 6, 0, "dscp"),
      type("meta pkttype", 8, 0, "pkt_type"),
    ]
  ) set = diagram.and(set, other);
  return set;
}

/** Whether the trace says that it was this rule, or this policy. */
function isBy(trace: Trace, { by, ending }: Decided): boolean {
  if (by === undefined) return true;
  if (ending !== "accept") {
    const { decided } = trace;
    return by.place === undefined
      ? decided.by === "policy" && decided.chain === by.chain.name
      : decided.by === "rule" && decided.rule === by.place.rule;
  }
  return trace.chains.some((chain) =>
    chain.chain === by.chain.name && chain.verdict === "accept" &&
    chain.decided?.rule === by.place?.rule
  ) || by.place !== undefined &&
      trace.chains.some(({ decided }) => decided?.rule === by.place?.rule);
}

function agrees(text: string, samples: readonly Sample[]): void {
  const ruleset: RulesetData = { tables: parse(text) };
  const hook = hookOf(text);
  const space = new Space([ruleset], [
    "in0",
    "in1",
    "x0",
    "y0",
    "out0",
    "out1",
  ]);
  const journey = follow(space, ruleset, { hook, state: "new" });
  const simulator = compile(ruleset.tables);
  const { diagram } = space;
  for (const sample of samples) {
    const point = pointOf(space, hook, sample);
    const has = (set: number) => diagram.and(set, point) !== NONE;
    const { packet, context } = asFacts(sample, hook);
    const trace = simulator.trace(packet, context);
    const what = () =>
      `${JSON.stringify({ packet, context })}\n${text}${trace}`;
    const found = journey.decided.filter(({ set }) => has(set));
    const mayPass = has(journey.passed);
    const mayStop = has(journey.stopped);
    const isPassed = trace.verdict === "accept";
    assert.ok(isPassed ? mayPass : mayStop, what());
    assert.ok(found.some((decided) => isBy(trace, decided)), what());
    if (journey.doubts.length === 0) {
      assert.equal(found.length, 1, what());
      assert.equal(found[0]!.ending, trace.verdict, what());
    }
  }
}

const samples = fc.array(packets, { minLength: 30, maxLength: 30 });

for (
  const [what, world, numRuns] of [
    ["rules alone", { chances: false, nat: false }, 45],
    ["translations", { chances: false, nat: true }, 45],
    ["rules that throw dice", { chances: true, nat: true }, 25],
  ] as const
) {
  Deno.test(`each packet is decided as the simulator decides it: ${what}`, () => {
    fc.assert(fc.property(rulesets(world), samples, agrees), { numRuns });
  });
}

Deno.test("a witness is decided by the rule that it stands for", () => {
  fc.assert(
    fc.property(rulesets({ chances: false, nat: true }), (text) => {
      const ruleset = { tables: parse(text) };
      const answer = reach(ruleset, { hook: hookOf(text), rows: 60 });
      const simulator = compile(ruleset.tables);
      for (const row of [...answer.passed, ...answer.dropped]) {
        if (row.witness === undefined) continue;
        const { packet, context } = row.witness;
        const trace = simulator.trace(packet, context);
        const what = `${JSON.stringify(row.witness)} ${trace}\n${text}`;
        assert.equal(trace.verdict, row.verdict, what);
        if (row.by === undefined) continue;
        const { chain, index } = row.by;
        const isBy = row.verdict === "accept"
          ? trace.chains.some(({ chain: name, decided }) =>
            decided === undefined
              ? index === undefined && name === chain
              : decided.chain === chain && decided.index === index
          )
          : "chain" in trace.decided && trace.decided.chain === chain &&
            (trace.decided.by === "policy"
                ? undefined
                : trace.decided.index) ===
              index;
        assert.ok(isBy, what);
      }
    }),
    { numRuns: 25 },
  );
});
