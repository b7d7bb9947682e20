/**
 * The simulator of rulesets: packets a second on a hundred rules, beside the
 * rate at which this machine's kernel traces packets.
 *
 * @module
 */

import { PermissionError } from "../../lib/errors.ts";
import { format } from "../../lib/firewall/text/format.ts";
import * as inspect from "../../lib/inspect/mod.ts";
import { build, ipv4, tcp, udp } from "../../lib/packet/mod.ts";
import { startIn } from "../../lib/firewall/kernel/nft.ts";
import { type Exhibit, Oracle } from "../firewall/oracle.ts";
import type { Match, Statement } from "../../lib/firewall/model/statement.ts";
import type {
  Expression,
  Verdict,
} from "../../lib/firewall/model/expression.ts";
import type { Chain, Rule, Table } from "../../lib/firewall/model/ruleset.ts";
import type { Context } from "../../lib/firewall/simulate/context.ts";
import type { PacketFacts } from "../../lib/firewall/simulate/packet_facts.ts";
import { compile } from "../../lib/firewall/simulate/simulator.ts";
import { KernelState } from "../../lib/firewall/simulate/state.ts";

const ROUNDS = 5;
const PACKETS = 400_000;

const field = (protocol: string, name: string): Expression => ({
  payload: { protocol, field: name },
});

const match = (
  left: Expression,
  right: Match["match"]["right"],
  op: Match["match"]["op"] = "==",
): Match => ({ match: { op, left, right } });

const accept: Verdict = { accept: null };
const rule = (...statements: Statement[]): Rule => ({ statements });

/** A hundred rules: prefixes, port sets, states, jumps; most packets see most. */
function hundredRules(): readonly Table[] {
  const service = (n: number): Rule =>
    rule(
      match(field("ip", "saddr"), {
        prefix: { addr: `172.16.${n}.0`, len: 24 },
      }),
      match(field("tcp", "dport"), {
        set: [22, 80, { range: [8000, 8000 + n] }],
      }),
      accept,
    );
  const sub: Chain = {
    name: "services",
    rules: Array.from({ length: 50 }, (_, n) => service(n)),
  };
  const main: Chain = {
    name: "forward",
    base: { type: "filter", hook: "forward", priority: 0, policy: "drop" },
    rules: [
      rule(
        match({ ct: { key: "state" } }, ["established", "related"], "in"),
        accept,
      ),
      rule(
        match({ ct: { key: "state" } }, "invalid", "in"),
        { drop: null },
      ),
      ...Array.from({ length: 24 }, (_, n) =>
        rule(
          match({ meta: { key: "iifname" } }, "wan"),
          match(field("ip", "daddr"), `203.0.113.${n}`),
          accept,
        )),
      rule(
        match({ meta: { key: "l4proto" } }, "tcp"),
        { jump: { target: "services" } },
      ),
      ...Array.from({ length: 22 }, (_, n) =>
        rule(
          match(field("udp", "dport"), {
            set: [53 + n, { range: [5000 + n, 5010 + n] }],
          }),
          match(field("ip", "daddr"), {
            set: [
              { prefix: { addr: "198.51.100.0", len: 24 } },
              { range: ["192.0.2.1", "192.0.2.99"] },
            ],
          }, "!="),
          accept,
        )),
      rule({ counter: null }),
    ],
  };
  return [{
    ...{ family: "inet", name: "filter", chains: [main, sub] },
    ...{ sets: [], maps: [], objects: [], flowtables: [] },
  }];
}

function mixedPackets(): PacketFacts[] {
  return Array.from({ length: 4096 }, (_, n): PacketFacts => ({
    src: `172.16.${n * 7 % 60}.${n % 250}`,
    dst: `203.0.113.${n * 13 % 200}`,
    protocol: n % 3 === 0 ? "udp" : "tcp",
    srcPort: 1024 + n,
    dstPort: [22, 53, 80, 443, 8010, 5005][n % 6]!,
  }));
}

const context: Context = {
  iifname: "lan",
  interfaces: [
    { name: "lan", addresses: ["172.16.0.1/16"] },
    { name: "wan", addresses: ["198.51.100.1/24"] },
  ],
  routes: [{ to: "default", via: "198.51.100.254", dev: "wan" }],
  time: 0,
};

function timed(run: (n: number) => void, count: number): number {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let n = 0; n < count; n++) run(n);
    rates.push(count / (performance.now() - start) * 1000);
  }
  return rates.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

/** Packets a second that the kernel traces for who sends them and listens; undefined without the rights. */
async function kernelRate(): Promise<number | undefined> {
  try {
    await using oracle = Oracle.open();
    await oracle.load(format(hundredRules()));
    const exhibits = exhibitsOf(mixedPackets());
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      oracle.forget();
      const start = performance.now();
      oracle.judge(exhibits);
      rates.push(exhibits.length / (performance.now() - start) * 1000);
    }
    return rates.sort((a, b) => a - b)[ROUNDS >> 1]!;
  } catch (error) {
    if (error instanceof PermissionError) return undefined;
    throw error;
  }
}

/** Packets a second that `nft monitor trace` prints, on the same rules. */
async function monitorRate(): Promise<number> {
  await using oracle = Oracle.open();
  await oracle.load(format(hundredRules()));
  const nft = startIn(oracle.router, ["nft", "monitor", "trace"], "bench");
  let heard = performance.now();
  const reading = (async () => {
    for await (const _ of nft.stdout) heard = performance.now();
  })();
  try {
    // It says nothing when it is ready; what it misses makes it look quicker.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const exhibits = exhibitsOf(mixedPackets());
    const start = performance.now();
    oracle.judge(exhibits);
    do await new Promise((resolve) => setTimeout(resolve, 200)); while (
      performance.now() - heard < 1000
    );
    return exhibits.length / (heard - start) * 1000;
  } finally {
    nft.kill();
    await reading;
    await Promise.all([nft.stdin.close(), nft.stderr.cancel(), nft.status]);
  }
}

/** To where the oracle's router has a route, so that they get to the rules. */
function exhibitsOf(packets: readonly PacketFacts[]): Exhibit[] {
  return packets.map(({ protocol, srcPort, dstPort }) => {
    const ports = { srcPort: srcPort!, dstPort: dstPort! };
    const { bytes } = build(
      ipv4({ src: "10.8.0.9", dst: "10.9.0.9" }),
      protocol === "tcp" ? tcp({ ...ports, flags: ["SYN"] }) : udp(ports),
    );
    return { octets: bytes, from: "in0" };
  });
}

/** Prints the table. */
export async function bench(): Promise<void> {
  const kernel = await kernelRate();
  const monitor = kernel === undefined ? undefined : await monitorRate();
  const simulator = compile(hundredRules());
  const packets = mixedPackets();
  const rows: [string, number][] = [
    [
      "decide, each packet the first of its connection",
      timed((n) => simulator.decide(packets[n & 4095]!, context), PACKETS),
    ],
    [
      "decide, connections kept",
      timed(
        (n) => simulator.decide(packets[n & 4095]!, stateful),
        PACKETS,
      ),
    ],
    [
      "trace, every rule noted",
      timed((n) => simulator.trace(packets[n & 4095]!, context), PACKETS / 20),
    ],
  ];
  function label(rate: number): Record<string, string> {
    return {
      "packets/s": inspect.count(Math.round(rate)),
      "x nft monitor trace": times(rate, monitor),
      "x our watch": times(rate, kernel),
    };
  }
  console.log(inspect.table(
    rows.map(([what, rate]) => ({ what, ...label(rate) })),
    {
      title:
        "100 rules; goals: 1 M packets/s, 100 times the rate of the kernel's trace",
      canvas: inspect.canvas(),
    },
  ));
}

const times = (rate: number, peer: number | undefined): string =>
  peer === undefined ? "not measured" : (rate / peer).toFixed(0);

const stateful: Context = { ...context, state: new KernelState() };

if (import.meta.main) await bench();
