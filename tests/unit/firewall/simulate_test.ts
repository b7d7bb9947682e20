import assert from "node:assert/strict";
import { decode } from "../../../lib/packet/packet.ts";
import { parse } from "../../../lib/firewall/text/parse.ts";
import type { Context } from "../../../lib/firewall/simulate/context.ts";
import type { PacketFacts } from "../../../lib/firewall/simulate/packet_facts.ts";
import { jhash } from "../../../lib/firewall/simulate/jhash.ts";
import {
  compile,
  type SimulatedPacket,
  type Simulator,
} from "../../../lib/firewall/simulate/simulator.ts";
import { KernelState } from "../../../lib/firewall/simulate/state.ts";
import type { Trace } from "../../../lib/firewall/simulate/result.ts";

const router: Context = {
  iifname: "lan",
  interfaces: [
    { name: "lo", addresses: ["127.0.0.1/8", "::1/128"] },
    {
      name: "lan",
      mac: "02:00:00:00:00:01",
      addresses: ["10.0.0.1/8", "fd00::1/32"],
    },
    {
      name: "wan",
      mac: "02:00:00:00:00:02",
      addresses: ["192.0.2.1/24", "2001:db8::1/64"],
    },
  ],
  routes: [
    { to: "default", via: "192.0.2.254" },
    { to: "default", via: "2001:db8::fe" },
  ],
  time: 0,
};

const out = { src: "10.0.0.5", dst: "198.51.100.7" } as const;

/** A simulator of one chain in the forward hook. */
const forward = (rules: string, more = "", policy = "accept"): Simulator =>
  compile(parse(`table inet f {
  ${more}
  chain fw {
    type filter hook forward priority 0; policy ${policy};
    ${rules}
  }
}`));

function verdicts(
  simulator: Simulator,
  packets: readonly SimulatedPacket[],
  context: Context = router,
): string[] {
  return packets.map((packet) => {
    const verdict = simulator.trace(packet, context).verdict;
    if (context.state === undefined) {
      assert.equal(simulator.decide(packet, context), verdict);
    }
    return verdict;
  });
}

const decidedAt = ({ decided }: Trace) =>
  decided.by === "rule" ? `${decided.chain} ${decided.index}` : decided.by;

Deno.test("a match of a transport field holds only for that transport", () => {
  const simulator = forward("tcp dport != 80 drop");
  assert.deepEqual(
    verdicts(simulator, [
      { ...out, protocol: "tcp", dstPort: 80 },
      { ...out, protocol: "tcp", dstPort: 81 },
      { ...out, protocol: "udp", dstPort: 81 },
    ]),
    ["accept", "drop", "accept"],
  );
});

Deno.test("a return in a base chain leaves the packet to the policy", () => {
  const simulator = forward("return\naccept", "", "drop");
  const trace = simulator.trace({ ...out, dstPort: 1 }, router);
  assert.equal(trace.verdict, "drop");
  assert.equal(trace.decided.by, "policy");
});

Deno.test("goto does not come back, jump does", () => {
  const chain = "chain side { udp dport 1 accept }";
  const packet = { ...out, dstPort: 2 };
  assert.deepEqual(
    [
      ...verdicts(forward("goto side\ndrop", chain), [packet]),
      ...verdicts(forward("jump side\ndrop", chain), [packet]),
    ],
    ["accept", "drop"],
  );
});

Deno.test("an accept ends one base chain, and the next of the hook still decides", () => {
  const simulator = compile(parse(`
table inet a { chain x { type filter hook forward priority 0; accept; } }
table ip b { chain y { type filter hook forward priority 10; drop; } }`));
  const trace = simulator.trace({ ...out, dstPort: 1 }, router);
  assert.deepEqual(
    trace.chains.map(({ table, verdict }) => [table, verdict]),
    [["a", "accept"], ["b", "drop"]],
  );
  assert.equal(decidedAt(trace), "y 0");
});

Deno.test("chains of one priority run the last first", () => {
  const simulator = compile(parse(`
table inet a { chain x { type filter hook forward priority 0; accept; } }
table ip b { chain y { type filter hook forward priority 0; accept; } }`));
  const { chains } = simulator.trace({ ...out, dstPort: 1 }, router);
  assert.deepEqual(chains.map(({ table }) => table), ["b", "a"]);
});

Deno.test("a miss in a verdict map goes on with the next rule", () => {
  const simulator = forward(
    "udp dport vmap { 1 : drop, 2-9 : accept }\nreject",
  );
  const packets = [1, 5, 10].map((dstPort) => ({ ...out, dstPort }));
  assert.deepEqual(verdicts(simulator, packets), ["drop", "accept", "reject"]);
});

Deno.test("sets hold prefixes, ranges, wide addresses and concatenations", () => {
  const v6 = { src: "fd00::5", dst: "2001:db8:1::7" };
  const simulator = forward(
    `
    ip saddr @net udp dport 1 drop
    ip saddr . udp dport { 10.0.0.0/24 . 2-3, 10.9.9.9 . 4 } drop
    ip6 saddr { fd00::1-fd00::4, fd00::8/125 } drop
    ip6 saddr fd00::5 udp dport 7 drop`,
    "set net { type ipv4_addr; flags interval; elements = { 10.0.0.4-10.0.0.5, 10.1.0.0/16 } }",
  );
  assert.deepEqual(
    verdicts(simulator, [
      { ...out, dstPort: 1 },
      { ...out, src: "10.0.0.6", dstPort: 1 },
      { ...out, dstPort: 3 },
      { ...out, dstPort: 4 },
      { ...out, src: "10.9.9.9", dstPort: 4 },
      { ...v6, src: "fd00::4" },
      { ...v6, src: "fd00::f" },
      { ...v6, dstPort: 7 },
      { ...v6, dstPort: 8 },
    ]),
    [
      "drop",
      "accept",
      "drop",
      "accept",
      "drop",
      "drop",
      "drop",
      "drop",
      "accept",
    ],
  );
});

Deno.test("the TTL is one less before the forward hook, with a right checksum", () => {
  const simulator = forward("ip ttl 63 accept", "", "drop");
  const trace = simulator.trace({ ...out, dstPort: 1 }, router);
  assert.equal(trace.verdict, "accept");
  assert.equal(trace.packet.ipv4?.ttl, 63);
  assert.ok(trace.packet.checksums.every(({ ok }) => ok));
  const last = simulator.trace({ ...out, ttl: 1 }, router);
  assert.deepEqual(last.decided, {
    by: "kernel",
    reason: "its TTL is used up",
  });
});

Deno.test("the second way of a connection is established, and an error is related", () => {
  const simulator = forward(
    "ct state related reject\nct state invalid drop",
  );
  const context = { ...router, state: new KernelState() };
  const back = { ...context, iifname: "wan" };
  const first = { ...out, protocol: "tcp", srcPort: 1000, dstPort: 80 };
  const answer = {
    ...{ src: out.dst, dst: out.src, protocol: "tcp", flags: ["syn", "ack"] },
    ...{ srcPort: 80, dstPort: 1000, ack: 1 },
  };
  assert.equal(simulator.trace(answer, back).ctState, "invalid");
  assert.equal(simulator.trace(first, context).ctState, "new");
  assert.equal(simulator.trace(answer, back).ctState, "established");
  const quoted = simulator.trace(first, context).packet.bytes.slice(-40);
  const error = simulator.trace({
    ...{ src: "192.0.2.254", dst: out.src, protocol: "icmp" },
    ...{ type: "time-exceeded", payload: quoted },
  }, back);
  assert.equal(error.ctState, "related");
  assert.equal(error.verdict, "reject");
});

const nat = compile(parse(`table inet n {
  chain pre {
    type nat hook prerouting priority dstnat;
    iifname "wan" tcp dport 8080 dnat ip to 10.0.0.80:80
  }
  chain post {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade
  }
}`));

Deno.test("masquerading takes the address of the way out, and answers find back", () => {
  const context = { ...router, state: new KernelState() };
  const sent = nat.trace(
    { ...out, protocol: "tcp", srcPort: 1000, dstPort: 80 },
    context,
  );
  assert.equal(`${sent.packet.ipv4?.src}`, "192.0.2.1");
  assert.ok(sent.packet.checksums.every(({ ok }) => ok));
  assert.equal(sent.connection?.replyDst, "192.0.2.1:1000");
  const answer = nat.trace({
    ...{ src: out.dst, dst: "192.0.2.1", protocol: "tcp", srcPort: 80 },
    ...{ dstPort: 1000, flags: ["syn", "ack"], ack: 1 },
  }, { ...context, iifname: "wan" });
  assert.equal(`${answer.packet.ipv4?.dst}`, "10.0.0.5");
  assert.equal(answer.oifname, "lan");
  assert.ok(answer.packet.checksums.every(({ ok }) => ok));
});

Deno.test("a published port leads inside", () => {
  const trace = nat.trace(
    { src: "198.51.100.7", dst: "192.0.2.1", protocol: "tcp", dstPort: 8080 },
    { ...router, iifname: "wan" },
  );
  assert.equal(trace.path, "forward");
  assert.equal(`${trace.packet.ipv4?.dst}`, "10.0.0.80");
  assert.equal(trace.packet.tcp?.dstPort, 80);
  assert.ok(trace.packet.checksums.every(({ ok }) => ok));
});

Deno.test("a port that is taken is drawn anew, and the result says so", () => {
  const context = { ...router, state: new KernelState(), random: () => 0.5 };
  const facts = { ...out, protocol: "tcp", srcPort: 2000, dstPort: 80 };
  assert.deepEqual(nat.trace(facts, context).chances, []);
  const second = nat.trace({ ...facts, src: "10.0.0.6" }, context);
  assert.deepEqual(second.chances, ["source port"]);
  assert.equal(second.packet.tcp?.srcPort, 1024 + 32768 % 64512);
});

Deno.test("a limit is a bucket of tokens that fills as time goes", () => {
  const simulator = forward("limit rate 1/second burst 2 packets accept\ndrop");
  const state = new KernelState();
  const at = (time: number) =>
    simulator.trace({ ...out, dstPort: 1 }, { ...router, state, time }).verdict;
  assert.deepEqual(
    [0, 0, 0, 999, 1000, 1001, 9000, 9000, 9000].map(at),
    [
      "accept",
      "accept",
      "drop",
      "drop",
      "accept",
      "drop",
      "accept",
      "accept",
      "drop",
    ],
  );
});

Deno.test("a quota holds until it is used up, to the octet", () => {
  const simulator = forward("quota over 84 bytes drop");
  const context = { ...router, state: new KernelState() };
  // 28 octets each.
  const packets = Array(4).fill({ ...out, dstPort: 1 });
  assert.deepEqual(verdicts(simulator, packets, context), [
    ...["accept", "accept", "accept", "drop"],
  ]);
});

Deno.test("rules add to sets, whose elements go by themselves", () => {
  const simulator = forward(
    "udp dport 1 add @seen { ip saddr timeout 10s }\nudp dport 2 ip saddr @seen drop",
    "set seen { type ipv4_addr; flags dynamic,timeout; size 9; }",
  );
  const state = new KernelState();
  const at = (time: number, dstPort: number) =>
    simulator.trace({ ...out, dstPort }, { ...router, state, time }).verdict;
  assert.deepEqual(
    [at(0, 2), at(0, 1), at(9999, 2), at(10_001, 2)],
    ["accept", "accept", "drop", "accept"],
  );
});

Deno.test("marks, fields and options that rules set are in the packet", () => {
  const simulator = forward(
    "meta mark set 7 ip dscp set cs1 ip ttl set 9\nmeta mark 7 udp dport set 99",
  );
  const { packet, mark } = simulator.trace({ ...out, dstPort: 1 }, router);
  assert.equal(mark, 7);
  assert.equal(packet.ipv4?.ttl, 9);
  assert.equal(packet.ipv4?.dscp, 8);
  assert.equal(packet.udp?.dstPort, 99);
  assert.ok(packet.checksums.every(({ ok }) => ok));
});

Deno.test("a rejected packet's sender is told what its family can say", () => {
  const simulator = forward(
    "meta l4proto tcp reject with tcp reset\nreject with icmpx host-unreachable",
  );
  const told = (packet: SimulatedPacket) =>
    simulator.trace(packet, router).answer;
  assert.deepEqual(told({ ...out, protocol: "tcp" }), {
    protocol: "tcp",
    code: "reset",
  });
  assert.deepEqual(told({ ...out, dstPort: 1 }), {
    protocol: "icmp",
    code: "host-unreachable",
  });
  assert.deepEqual(told({ src: "fd00::5", dst: "2001:db8:1::7" }), {
    protocol: "icmpv6",
    code: "addr-unreachable",
  });
});

Deno.test("what the machine alone knows is asked for, not guessed", () => {
  const simulator = forward("meta cgroup 5 drop");
  assert.throws(
    () => simulator.trace({ ...out, dstPort: 1 }, router),
    { code: "unknown" },
  );
  const answer = () => 5;
  assert.equal(
    simulator.decide({ ...out, dstPort: 1 }, { ...router, answer }),
    "drop",
  );
});

Deno.test("a frame is for this machine, passed on, or nobody's", () => {
  const simulator = compile(parse(`table inet f {
    chain in { type filter hook input priority 0; policy drop; }
    chain out { type filter hook output priority 0; policy drop; }
  }`));
  const way = (dst: string, context: Context) => {
    const { path, verdict } = simulator.trace(
      { src: "10.0.0.5", dst },
      context,
    );
    return `${path} ${verdict}`;
  };
  const own = { ...router, iifname: undefined };
  assert.deepEqual(
    [
      way("10.0.0.1", router),
      way("198.51.100.1", router),
      way("198.51.100.1", { ...router, forwarding: false }),
      way("10.0.0.9", own),
    ],
    ["input drop", "forward accept", "undefined drop", "output drop"],
  );
});

Deno.test("a dormant table sees nothing", () => {
  const simulator = compile(parse(`table inet f {
    flags dormant
    chain fw { type filter hook forward priority 0; policy drop; }
  }`));
  assert.deepEqual(verdicts(simulator, [{ ...out, dstPort: 1 }]), ["accept"]);
});

Deno.test("jumps in a circle are refused", () => {
  assert.throws(
    () => forward("jump a", "chain a { jump b\n }\nchain b { jump a\n }"),
    /it jumps to itself/,
  );
});

Deno.test("frames go by a bridge's chains", () => {
  const simulator = compile(parse(`table bridge b {
    chain fw {
      type filter hook forward priority 0;
      ether saddr 02:00:00:00:00:aa ip daddr 10.0.0.2 drop
    }
  }`));
  const context: Context = {
    iifname: "p1",
    interfaces: [
      { name: "br", kind: "bridge", mac: "02:00:00:00:00:01" },
      { name: "p1", master: "br" },
      { name: "p2", master: "br" },
    ],
  };
  const packet = {
    ...{ src: "10.0.0.1", dst: "10.0.0.2", dstMac: "02:00:00:00:00:bb" },
    srcMac: "02:00:00:00:00:aa",
  };
  assert.equal(simulator.trace(packet, context).verdict, "drop");
  assert.equal(
    simulator.trace({ ...packet, dst: "10.0.0.3" }, context).oifname,
    "p2",
  );
});

Deno.test("jhash is Jenkins' hashlittle with the kernel's start", () => {
  const text = [..."Four score and seven years ago"].map((c) =>
    c.charCodeAt(0)
  );
  assert.equal(jhash(text, 0), 0x17770551);
  assert.equal(jhash(text, 1), 0xcd628161);
});

Deno.test("a trace renders as a tree of what was met", () => {
  const text = Deno.inspect(
    forward("udp dport 1 drop").trace({ ...out, dstPort: 1 }, router),
  );
  assert.match(
    text,
    /^drop by rule 0 of inet f fw\n├─ forward 0 {2}inet f fw {2}drop/,
  );
});

Deno.test("a port by its name, or of too many bits, is refused", () => {
  const simulator = compile(parse("table t { chain c { } }"));
  for (const dstPort of ["ssh", 65536, -1]) {
    assert.throws(
      () =>
        simulator.decide({
          ...{ src: "192.0.2.1", dst: "192.0.2.2", protocol: "tcp" },
          dstPort: dstPort as number,
        }, {}),
      /'dstPort' must be a number from 0 to 65535: current value is/,
    );
  }
});

Deno.test("without a context, what it is for is said", () => {
  const packet = { src: "192.0.2.1", dst: "192.0.2.2" };
  assert.throws(
    () => compile([]).trace(packet, undefined as unknown as Context),
    /'context' must say where it comes in, as \{ iifname: "eth0" \}/,
  );
});

Deno.test("what nobody reads of a packet or a context is refused, not left out", () => {
  const trace = (packet: unknown, context: unknown) => () =>
    compile([]).trace(packet as PacketFacts, context as Context);
  const packet = { src: "192.0.2.1", dst: "192.0.2.2" };
  assert.throws(
    trace({ ...packet, dport: 22 }, {}),
    /"dport" is no option: src, dst, protocol, srcPort, dstPort/,
  );
  assert.throws(
    trace({ ...packet, proto: "tcp" }, {}),
    /"proto" is no option/,
  );
  assert.throws(trace(packet, { iif: "eth0" }), /"iif" is no option/);
  assert.throws(trace({ dst: "192.0.2.2" }, {}), /'src' must be an address/);
  assert.throws(trace({}, {}), /'src' must be an address/);
  // To decide, too, is never to take another way than was meant.
  assert.throws(
    () => compile([]).decide(packet, { iif: "eth0" } as unknown as Context),
    /"iif" is no option/,
  );
});

Deno.test("only a rule that gets so far asks for what is not known", () => {
  const asking = [
    "meta skuid 0",
    "meta skgid 0",
    'meta hour "10:00"-"11:00"',
    'meta day "Monday"',
    "meta time > 5",
    "rt mtu 1400",
    "tcp option maxseg size set rt mtu",
    "ether saddr 02:00:00:00:00:01",
    "socket mark 1",
    "fib daddr type local",
    "meta cgroup 1",
  ];
  const facts = { src: "192.0.2.1", dst: "192.0.2.2", protocol: "tcp" };
  // Without a link header, though by Ethernet.
  const frame = decode(
    compile([]).trace(facts, {}).packet.bytes,
    { linkType: 101 },
  );
  for (const rule of asking) {
    for (const hook of ["prerouting", "output"]) {
      const simulator = compile(parse(`table inet t {
        chain c { type filter hook ${hook} priority 0; tcp dport 9 ${rule} drop; }
      }`));
      const context = hook === "output" ? { oifname: "eth0" } : {
        iifname: "eth0",
        interfaces: [{ name: "eth0" }, { name: "eth1" }],
        oifname: "eth1",
      };
      assert.equal(simulator.decide(frame, context), "accept", rule);
    }
  }
});
