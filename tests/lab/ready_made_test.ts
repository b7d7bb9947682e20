/**
 * Every ready-made topology: it comes up, who reaches whom is as it says, and
 * what it is for can be seen in its traffic.
 *
 * @module
 */

import assert from "node:assert/strict";
import { requirePrograms } from "../../lib/lab/daemons/requirements.ts";
import type { Lab } from "../../lib/lab/lab.ts";
import { readyMade } from "../../lib/lab/lab_topology.ts";
import {
  type ReadyMadeName,
  readyMades,
} from "../../lib/lab/ready_made/table.ts";
import type { Expectation } from "../../lib/lab/topology.ts";
import { up } from "../../lib/lab/up.ts";
import type * as net from "../../mod.ts";
import { testUnless } from "../skip.ts";
import { becomesTrue, capture, withoutLabs, withoutRoot } from "./lab_place.ts";

type Net = typeof net;

const reason = await withoutLabs();

/** Which of a topology's services this machine cannot run, and why. */
function lacks(name: ReadyMadeName): string | undefined {
  try {
    requirePrograms(readyMade(name));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Where an answer that never comes costs this long, in milliseconds. */
const SILENCE = 400;
/** How long protocols may take to settle. */
const SETTLING = 120_000;

/** What does not come out as expected, one line each. */
async function surprises(
  lab: Lab,
  expected: readonly Expectation[],
): Promise<string[]> {
  const groups = Map.groupBy(expected, ({ address, probe, to }) => {
    const family = address?.includes(":") ? 6 : 4;
    const isOwn = address === undefined ||
      lab.host(to).addresses.includes(address);
    return isOwn ? `${family} ${probe}` : "";
  });
  const found: string[] = [];
  for (const [key, group] of groups) {
    const got = key === ""
      ? await Promise.all(group.map((one) => asked(lab, one)))
      : await matrix(lab, group, key.startsWith("6") ? 6 : 4);
    group.forEach((one, i) => {
      if (got[i] === one.reachable) return;
      const { from, to, probe, address } = one;
      const words = got[i] ? "gets an answer" : "gets none";
      found.push(`${from} ${words} from ${to} (${address}) by ${probe}`);
    });
  }
  return found;
}

async function matrix(
  lab: Lab,
  group: readonly Expectation[],
  family: 4 | 6,
): Promise<boolean[]> {
  const result = await lab.reachability({
    probes: [group[0]!.probe],
    from: [...new Set(group.map(({ from }) => from))],
    to: [...new Set(group.map(({ to }) => to))],
    family,
    timeout: SILENCE,
  });
  return group.map(({ from, to }) => result.reaches(from, to));
}

/** For an address that is no node's, as NAT64 makes them. */
async function asked(
  lab: Lab,
  { from, address, probe }: Expectation,
): Promise<boolean> {
  const { outcome } = await lab.host(from).run(
    async (raw, [address, probe, timeout]) => {
      const net = raw as unknown as Net;
      try {
        if (probe === "ping") {
          const { success } = await new Deno.Command("ping", {
            args: ["-c1", "-W1", address],
          }).output();
          return { outcome: success };
        }
        const port = Number(probe.slice(4));
        const conn = await net.tcp.connect({ hostname: address, port }, {
          timeout,
        });
        await conn.close();
        return { outcome: true };
      } catch {
        return { outcome: false };
      }
    },
    [address!, probe as string, SILENCE] as const,
  );
  return outcome;
}

/** A page of a host, as another sees it. */
function page(lab: Lab, from: string, url: string): Promise<string> {
  return lab.host(from).run(async (raw, url) => {
    const net = raw as unknown as Net;
    const response = await net.http.get(url, { timeout: 30_000 });
    return new TextDecoder().decode(response.body);
  }, url);
}

/** What each of them shows. */
const LESSONS: Readonly<
  Record<ReadyMadeName, (lab: Lab, t: Deno.TestContext) => Promise<void>>
> = {
  pair: async (lab) => {
    const { stdout } = await lab.host("pc1").exec("ping -c1 -W1 pc2");
    assert.match(stdout, /ttl=64/);
  },
  lan: async (lab) => {
    // Frames between two hosts are nobody else's.
    await lab.host("pc1").exec("ping -c1 -W1 pc2");
    const other = await capture(lab, "pc3", "icmp", async () => {
      await lab.host("pc1").exec("ping -c3 -i0.05 -W1 pc2");
    });
    assert.equal(other, "");
  },
  router: async (lab) => {
    assert.deepEqual((await lab.trace("pc1", "pc4")).nodes, ["r1", "pc4"]);
    assert.deepEqual((await lab.trace("pc1", "pc2")).nodes, ["pc2"]);
  },
  vlan: async (lab) => {
    // On the trunk each host's frames have its VLAN's tag.
    const trunk = await capture(lab, "sw2", "", async () => {
      await Promise.all([
        lab.host("a10").exec("ping -c3 -i0.05 -W1 c10"),
        lab.host("b20").exec("ping -c3 -i0.05 -W1 d20"),
      ]);
    }, lab.link("sw1", "sw2").link.b.interface);
    const pings = trunk.split("\n").filter((line) => /ICMP echo/.test(line));
    assert.ok(pings.length >= 12, trunk);
    for (const line of pings) {
      const vlan = /10\.0\.0\.[13] >/.test(line) ? 10 : 20;
      assert.match(line, new RegExp(`\\(0x8100\\).* vlan ${vlan},`));
    }
    // No frame of another VLAN comes out: neither a broadcast nor one that
    // its sender has given the other VLAN's tag, which does get to the switch.
    const { mac } = lab.host("a10").node.interfaces[0]!;
    const from = `ether src ${mac}`;
    const send = async () => {
      await lab.host("a10").exec("ping -c2 -i0.05 -W1 -b 10.0.0.255");
      const { ok, stderr } = await lab.host("a10").exec(
        ["python3", "-c", FORGED, "20"],
      );
      assert.ok(ok, stderr);
    };
    let [elsewhere, own] = ["", ""];
    const sent = await capture(lab, "sw1", from, async () => {
      elsewhere = await capture(lab, "d20", from, async () => {
        own = await capture(lab, "c10", from, send);
      });
    });
    assert.match(sent, /vlan 20,/);
    assert.match(own, /10\.0\.0\.1 > 10\.0\.0\.255/);
    assert.doesNotMatch(own, /vlan|0x88b5/);
    assert.equal(elsewhere, "");
  },
  dmz: async (lab) => {
    for (const from of ["pc1", "outsider"]) {
      assert.equal(await page(lab, from, "http://web/"), "web\n");
    }
  },
  nat: async (lab) => {
    assert.equal(await page(lab, "pc1", "http://203.0.113.80/"), "server\n");
    const seen = lab.host("server").run(async () => {
      using listener = Deno.listen({ port: 7000 });
      using conn = await listener.accept();
      return (conn.remoteAddr as Deno.NetAddr).hostname;
    });
    const inside = await lab.host("pc2").run(async () => {
      for (;;) {
        try {
          using conn = await Deno.connect({ hostname: "server", port: 7000 });
          return conn.localAddr.hostname;
        } catch (error) {
          if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
        }
      }
    });
    assert.equal(inside, "192.168.1.12");
    assert.equal(await seen, "203.0.113.1");
  },
  chain: async (lab) => {
    const { nodes } = await lab.trace("pc1", "pc2");
    assert.deepEqual(nodes, ["r1", "r2", "r3", "pc2"]);
  },
  ring: async (lab, t) => {
    const names = ["sw1", "sw2", "sw3"];
    const closed = async () => {
      const all = await Promise.all(
        names.map((name) => lab.host(name).switching()),
      );
      const roots = new Set(all.map(({ stp }) => stp?.root));
      // As long as one has not heard of a better root.
      if (roots.size > 1) return [...roots].map((root) => `root ${root}`);
      return all.flatMap(({ name, ports }) =>
        ports.filter(({ stp, up }) => up && stp?.state !== "forwarding")
          .map(({ interface: port, stp }) => `${name}:${port} ${stp?.role}`)
      );
    };
    const expected = readyMades.ring.expected(lab.topology);
    const becomesClosed = (count: number) =>
      becomesTrue(async () => (await closed()).length === count, SETTLING);
    await becomesClosed(1);
    const before = await closed();
    assert.equal(before.length, 1, `${before}`);
    assert.match(before[0]!, / alternate$/);
    const blocked = before[0]!.split(/[: ]/);
    const isBlocked = (end: { node: string; interface: string }) =>
      end.node === blocked[0] && end.interface === blocked[1];
    const link = lab.links.find(({ link: { a, b } }) =>
      names.includes(a.node) && names.includes(b.node) &&
      !isBlocked(a) && !isBlocked(b)
    )!;
    await t.step("it goes round a link that fails, and back", async () => {
      await link.fail();
      assert.ok(await settles(lab, expected));
      assert.ok(await becomesClosed(0));
      await link.heal();
      assert.ok(await becomesClosed(1));
      assert.ok(await settles(lab, expected));
      assert.deepEqual(await closed(), before);
    });
  },
  ospf: async (lab, t) => {
    const r1 = lab.host("r1");
    const routes = async () => (await r1.exec("ip route")).stdout;
    assert.match(await routes(), /proto ospf/);
    const neighbours = async () =>
      (await r1.exec("vtysh -c 'show ip ospf neighbor'")).stdout;
    const areFull = async () =>
      (await neighbours()).match(/Full/g)?.length === 2;
    assert.ok(await becomesTrue(areFull, SETTLING), await neighbours());
    const expected = readyMades.ospf.expected(lab.topology);
    const by = async (name: string) => {
      const next = lab.host(name).addresses;
      const text = await routes();
      return next.some((address) => text.includes(`via ${address} `));
    };
    await t.step("it goes round a link that fails, and back", async () => {
      assert.ok(await becomesTrue(() => by("r2"), SETTLING));
      await lab.link("r1", "r2").fail();
      assert.ok(await settles(lab, expected));
      const { nodes } = await lab.trace("pc1", "pc2");
      assert.deepEqual(nodes, ["r1", "r4", "r3", "pc2"]);
      assert.ok(await becomesTrue(async () => !await by("r2"), SETTLING));
      await lab.link("r1", "r2").heal();
      assert.ok(await becomesTrue(() => by("r2"), SETTLING));
      assert.ok(await settles(lab, expected));
    });
  },
  "dual-stack": async (lab) => {
    const urls = ["http://10.0.2.80/", "http://[2001:db8:2::80]/"];
    for (const url of urls) assert.equal(await page(lab, "pc1", url), "web\n");
  },
  nat64: async (lab) => {
    assert.equal(await page(lab, "client", "http://server.lab/"), "server\n");
    const { stdout } = await lab.host("client").exec(
      "ip -br -4 addr show eth0",
    );
    assert.ok(!stdout.includes("."), stdout);
  },
};

/** A frame to all with a tag of its sender's choice. */
const FORGED = `
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
own = s.getsockname()[4]
for _ in range(3):
    s.send(b"\\xff" * 6 + own + b"\\x81\\x00" + int(sys.argv[1]).to_bytes(2, "big") + b"\\x88\\xb5" + bytes(50))
`;

async function settles(
  lab: Lab,
  expected: readonly Expectation[],
): Promise<boolean> {
  return await becomesTrue(
    async () => (await surprises(lab, expected)).length === 0,
    SETTLING,
  );
}

for (const [key, { expected }] of Object.entries(readyMades)) {
  const name = key as ReadyMadeName;
  testUnless(
    reason ?? lacks(name),
    `the ready-made ${name} comes up, who reaches whom is as it says, and its traffic passes`,
    async (t) => {
      await using lab = await up(name);
      const wanted = expected(lab.topology);
      if (!await settles(lab, wanted)) {
        assert.deepEqual(await surprises(lab, wanted), []);
      }
      await LESSONS[name](lab, t);
      for (const { name, services } of lab.hosts.values()) {
        assert.ok(services.isRunning, `${name}: ${Deno.inspect(services)}`);
      }
    },
  );
}

testUnless(
  reason ?? lacks("ospf") ?? await withoutRoot(),
  "services run for root without a user namespace, too",
  async () => {
    await using lab = await up("ospf", { userNamespace: false });
    assert.ok(await settles(lab, readyMades.ospf.expected(lab.topology)));
  },
);
