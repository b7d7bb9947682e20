/**
 * A network in which the patterns show what they let through: inside and a DMZ
 * at one router, the way out with a smaller MTU, and someone there.
 *
 * @module
 */

import assert from "node:assert/strict";
import type { Pattern } from "../../lib/firewall/patterns/pattern.ts";
import type { Lab } from "../../lib/lab/lab.ts";
import type { TopologySpec } from "../../lib/lab/specification.ts";
import type * as net from "../../mod.ts";

type Net = typeof net;

/** `isp` knows the way to the IPv6 networks, and none to the private IPv4 ones. */
export const BED: TopologySpec = {
  name: "patterns",
  hosts: {
    pc1: {
      address: ["10.0.1.10/24", "2001:db8:1::10/64"],
      gateway: ["10.0.1.1", "2001:db8:1::1"],
      services: { name: "echo", port: 22 },
    },
    web: {
      address: ["10.0.2.80/24", "2001:db8:2::80/64"],
      gateway: ["10.0.2.1", "2001:db8:2::1"],
      services: ["http", "echo", { name: "echo", port: 22 }],
    },
    outsider: {
      interfaces: {
        isp: {
          address: ["198.51.100.10/24", "2001:db8:4::10/64"],
          mtu: 1300,
        },
      },
      gateway: ["198.51.100.1", "2001:db8:4::1"],
      services: ["http", { name: "echo", port: 53 }],
    },
  },
  routers: {
    fw: {
      interfaces: {
        inside: ["10.0.1.1/24", "2001:db8:1::1/64"],
        dmz: ["10.0.2.1/24", "2001:db8:2::1/64"],
        outside: {
          address: ["192.0.2.1/24", "2001:db8:3::1/64"],
          mtu: 1400,
        },
      },
      gateway: ["192.0.2.254", "2001:db8:3::254"],
      services: { name: "echo", port: 22 },
    },
    isp: {
      interfaces: {
        fw: { address: ["192.0.2.254/24", "2001:db8:3::254/64"], mtu: 1400 },
        outsider: {
          address: ["198.51.100.1/24", "2001:db8:4::1/64"],
          mtu: 1300,
        },
      },
      routes: [
        "2001:db8:1::/64 via 2001:db8:3::1",
        "2001:db8:2::/64 via 2001:db8:3::1",
      ],
    },
  },
  links: [
    "pc1 -- fw:inside",
    "fw:dmz -- web",
    "fw:outside -- isp:fw",
    "isp:outsider -- outsider",
  ],
};

/** What becomes of a try. */
export type Outcome = "open" | "refused" | "silent";

/** Who asks, how, where, and what is to become of it. */
export type Try = readonly [
  from: string,
  what: "ping" | `tcp/${number}` | `udp/${number}`,
  address: string,
  outcome: Outcome,
];

/** How long an answer may take that is not expected; one that is gets more tries. */
const SILENCE = 300;
const TRIES = 10;

/**
 * Has hosts try, all at once, until all comes out as it should, or long enough.
 *
 * @param lab The lab.
 * @param tries The tries.
 */
export async function assertTries(
  lab: Lab,
  tries: readonly Try[],
): Promise<void> {
  let left = [...tries];
  let said: string[] = [];
  for (let i = 0; i < TRIES && left.length > 0; i++) {
    const got = await outcomes(lab, left);
    said = left.map((one, i) => `${one.slice(0, 3).join(" ")}: ${got[i]}`);
    left = left.filter(([, , , expected], i) => got[i] !== expected);
  }
  const expected = left.map((one) => `${one.slice(0, 3).join(" ")}: ${one[3]}`);
  const wrong = said.filter((line) =>
    expected.some((one) => one.startsWith(line.slice(0, line.lastIndexOf(":"))))
  );
  if (left.length > 0) assert.deepEqual(wrong, expected);
}

/**
 * Has hosts try, all at once.
 *
 * @param lab The lab.
 * @param tries The tries.
 * @param timeout After how many milliseconds one is silent.
 * @returns What became of each.
 */
export async function outcomes(
  lab: Lab,
  tries: readonly Try[],
  timeout = SILENCE,
): Promise<Outcome[]> {
  const got: Outcome[] = [];
  const byHost = Map.groupBy(tries.entries(), ([, [from]]) => from);
  await Promise.all(
    Array.from(byHost, async ([from, entries]) => {
      const questions = entries.map(([, [, what, address]]) =>
        [what, address] as const
      );
      const answers = await lab.host(from).run(
        ask,
        { questions, timeout },
      );
      entries.forEach(([place], i) => got[place] = answers[i]!);
    }),
  );
  return got;
}

/** Runs in a host. */
function ask(
  raw: unknown,
  { questions, timeout }: {
    readonly questions: readonly (readonly [string, string])[];
    readonly timeout: number;
  },
): Promise<("open" | "refused" | "silent")[]> {
  const net = raw as Net;
  return Promise.all(questions.map(async ([what, hostname]) => {
    const [kind, number] = what.split("/");
    const port = Number(number);
    try {
      if (kind === "tcp") {
        const conn = await net.tcp.connect({ hostname, port }, { timeout });
        await conn.close();
      } else if (kind === "udp") {
        const to = { hostname, port };
        await net.udp.request(to, "what?", { timeout, retry: 0 });
      } else {
        const { stdout } = await new Deno.Command("ping", {
          args: ["-c1", "-n", `-W${timeout / 1000}`, hostname],
          stderr: "null",
        }).output();
        const said = new TextDecoder().decode(stdout);
        if (/ bytes from .*time=/.test(said)) return "open";
        return /^From |Unreachable|Filtered/im.test(said)
          ? "refused"
          : "silent";
      }
      return "open";
    } catch (error) {
      if (!(error instanceof net.NetError)) throw error;
      return error.code === "timeout" ? "silent" : "refused";
    }
  }));
}

/**
 * Puts a pattern's rules in place of all that a host has, through the real nft.
 *
 * @param lab The lab.
 * @param host The host.
 * @param pattern The pattern; none for no rules.
 */
export async function load(
  lab: Lab,
  host: string,
  pattern?: Pattern,
): Promise<void> {
  const stdin = `flush ruleset\n${pattern ?? ""}`;
  const { ok, stderr } = await lab.host(host).exec("nft -f -", { stdin });
  assert.ok(ok, stderr);
}

/**
 * Reads how many packets a rule with this comment has counted.
 *
 * @param lab The lab.
 * @param host Where.
 * @param comment The rule's comment.
 * @returns The packets of all such rules.
 */
export async function counted(
  lab: Lab,
  host: string,
  comment: string,
): Promise<number> {
  const { stdout } = await lab.host(host).exec("nft list ruleset");
  return stdout.split("\n").filter((line) => line.includes(`"${comment}"`))
    .reduce(
      (sum, line) => sum + Number(/counter packets (\d+)/.exec(line)?.[1] ?? 0),
      0,
    );
}
