import assert from "node:assert/strict";
import { readyMade, topology } from "../../lib/lab/lab_topology.ts";
import { up } from "../../lib/lab/up.ts";
import { testUnless } from "../skip.ts";
import {
  becomesTrue,
  machine,
  namespacesOf,
  withoutLabs,
  withoutRoot,
} from "./lab_place.ts";

const reason = await withoutLabs();

testUnless(
  reason,
  "every ready-made topology without services comes up as it is written",
  async (t) => {
    for (
      const name of [
        "pair",
        "lan",
        "router",
        "chain",
        "dual-stack",
        "nat",
        "dmz",
      ]
    ) {
      await t.step(name, async () => {
        await using lab = await up(name);
        assert.equal(lab.state, "up");
        for (const { node, name } of lab.hosts.values()) {
          const { stdout } = await lab.host(name).exec("ip -j addr");
          const links = JSON.parse(stdout) as {
            ifname: string;
            address: string;
            mtu: number;
            operstate: string;
            addr_info: {
              local: string;
              prefixlen: number;
              scope: string;
              tentative?: true;
            }[];
          }[];
          for (const wanted of node.interfaces) {
            const found = links.find(({ ifname }) => ifname === wanted.name)!;
            assert.equal(found.operstate, "UP", `${name} ${wanted.name}`);
            assert.equal(found.mtu, wanted.mtu);
            assert.equal(found.address, wanted.mac);
            const addresses = found.addr_info.filter(({ scope }) =>
              scope === "global"
            );
            assert.deepEqual(
              addresses.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
              wanted.addresses,
            );
            assert.ok(addresses.every(({ tentative }) => !tentative));
          }
        }
      });
    }
  },
);

testUnless(
  reason,
  "hosts reach each other as soon as the lab is up, by both versions of IP",
  async () => {
    await using lab = await up("dual-stack");
    for (const family of [4, 6] as const) {
      const matrix = await lab.pingAll({ family, timeout: 10_000 });
      assert.ok(matrix.isComplete, Deno.inspect(matrix));
      assert.ok(matrix.reaches("pc1", "web"));
    }
    // By a program of the system, as a second opinion.
    for (const option of ["-4", "-6"]) {
      const { code } = await lab.host("pc1").exec(
        `ping ${option} -c1 -W20 web`,
      );
      assert.equal(code, 0);
    }
  },
);

testUnless(
  reason,
  "reachability tells an open port from a closed one and from none at all",
  async () => {
    await using lab = await up("router");
    await using _tcp = await lab.host("pc3").spawn([
      "python3",
      "-c",
      `
import socket, threading
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 53))
def udp():
    while True:
        data, peer = s.recvfrom(99); s.sendto(data, peer)
threading.Thread(target=udp).start()
t = socket.socket(); t.bind(("", 80)); t.listen(); print("ready", flush=True)
while True: t.accept()
`,
    ]);
    await _tcp.stdout.getReader().read();
    const asked = await lab.reachability({
      from: ["pc1"],
      to: ["pc3", "pc4"],
      probes: ["ping", "tcp/80", "udp/53", "tcp/81"],
      timeout: 10_000,
    });
    const seen = asked.results.map(({ to, probe, outcome }) =>
      `${to} ${probe} ${outcome}`
    );
    assert.deepEqual(seen, [
      "pc3 ping open",
      "pc3 tcp/80 open",
      "pc3 udp/53 open",
      "pc3 tcp/81 refused",
      "pc4 ping open",
      "pc4 tcp/80 refused",
      "pc4 udp/53 refused",
      "pc4 tcp/81 refused",
    ]);
    await lab.host("r1").exec([
      "nft",
      "add table ip f; add chain ip f c { type filter hook forward priority 0; }; add rule ip f c tcp dport 80 drop; add rule ip f c ip protocol icmp reject with icmp admin-prohibited",
    ]);
    const barred = await lab.reachability({
      from: ["pc1"],
      to: ["pc3"],
      probes: ["ping", "tcp/80"],
      timeout: 2000,
    });
    assert.deepEqual(barred.failures.map(({ outcome }) => outcome), [
      "unreachable",
      "silent",
    ]);
    assert.throws(() => asked.reaches("pc9", "pc1"), RangeError);
    await assert.rejects(lab.reachability({ probes: ["tcp/0"] }), TypeError);
  },
);

testUnless(reason, "a trace names the routers on the way", async () => {
  await using lab = await up("chain(4)");
  const trace = await lab.trace("pc1", "pc2");
  assert.deepEqual(trace.nodes, ["r1", "r2", "r3", "r4", "pc2"]);
  assert.ok(trace.isReached);
  // The system's own agrees.
  const { stdout } = await lab.host("pc1").exec("traceroute -n -w10 -q1 pc2");
  const theirs = [...stdout.matchAll(/^ *\d+ +(\S+)/gm)].map(([, ip]) => ip);
  assert.deepEqual(trace.hops.map(({ address }) => address), theirs);
  const nowhere = await lab.trace("pc1", "203.0.113.1", { timeout: 300 });
  assert.equal(nowhere.isReached, false);
});

testUnless(
  reason,
  "a link that fails costs both ends their carrier and nothing else, and heals",
  async (t) => {
    const ends = async (name: string, one: string, other: string) => {
      await using lab = await up(name);
      const link = lab.link(one, other);
      const routes = () =>
        lab.host("pc1").exec(
          "ip route; ip -6 route; ip addr show scope global",
        );
      const before = (await routes()).stdout.replaceAll(
        / linkdown|state \w+|<.*>/g,
        "",
      );
      await link.fail();
      assert.equal(link.isUp, false);
      const matrix = await lab.pingAll({
        from: ["pc1"],
        to: ["pc2"],
        timeout: 200,
      });
      assert.equal(matrix.isComplete, false);
      // A second, in which the kernel has told itself all that it has to.
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      let shown = "";
      const isWithout = async () => {
        ({ stdout: shown } = await lab.host("pc1").exec(
          "ip -br link show eth0",
        ));
        return /NO-CARRIER.*\bUP\b/.test(shown);
      };
      assert.ok(await becomesTrue(isWithout), shown);
      const { a, b } = await link.stats();
      assert.deepEqual([a.carrier, b.carrier], [false, false]);
      assert.equal(
        (await routes()).stdout.replaceAll(
          / linkdown|state \w+|<.*>|qdisc \w+/g,
          "",
        ),
        before.replaceAll(/qdisc \w+/g, ""),
      );
      await link.fail();
      await link.heal();
      await link.heal();
      const again = await lab.pingAll({
        from: ["pc1"],
        to: ["pc2"],
        timeout: 10_000,
      });
      assert.ok(again.isComplete, Deno.inspect(again));
      assert.ok((await link.stats()).a.carrier);
    };
    await t.step("between two hosts", () => ends("pair", "pc1", "pc2"));
    await t.step("at a switch", () => ends("lan", "pc1", "sw1"));
  },
);

testUnless(
  reason,
  "links and hosts are found by name, and refused with the names that there are",
  async () => {
    await using lab = await up(`
hosts: [a, b, c]
links: ["a -- b", "a:wan -- b", "b -- c"]
`);
    assert.equal(lab.link("c", "b").name, "b eth2 - c eth0");
    assert.equal(lab.link("b", "a:wan").name, "a wan - b eth1");
    assert.throws(() => lab.link("a", "c"), {
      code: "not-found",
      message: /a eth0 - b eth0/,
    });
    assert.throws(() => lab.link("a", "b"), {
      code: "ambiguous",
      message: /there are 2.*"a:eth0"/,
    });
    assert.throws(() => lab.host("d"), {
      code: "not-found",
      message: /one of a, b, c/,
    });
  },
);

testUnless(
  reason,
  "the lab has no way out, and knows no outside names",
  async () => {
    await using lab = await up("lan");
    const host = lab.host("pc1");
    const outside = await host.exec(
      "ip route get 192.0.2.1; ls /run; cat /etc/resolv.conf",
    );
    assert.match(outside.stderr, /unreachable/);
    assert.equal(outside.stdout, "netrepl\n");
    const sockets = await host.exec("ss -xlH | wc -l");
    assert.ok(Number(sockets.stdout) >= 0);
    assert.notEqual(
      (await host.exec("getent hosts localhost.example")).code,
      0,
    );
  },
);

testUnless(
  reason,
  "after down nothing is left, and what is asked then says so",
  async () => {
    const lab = await up("lan");
    const pid = Number(
      /proc\/(\d+)\//.exec(
        (await lab.host("pc1").shellCommand()).join(" "),
      )![1],
    );
    const inside = namespacesOf([{ pid, command: "" }]);
    assert.ok(inside.size >= 5);
    await lab.host("pc1").run(() => 1);
    await using _sleeper = await lab.host("pc2").spawn("sleep 1000");
    await lab.down();
    await lab.down();
    assert.equal(lab.state, "down");
    const all = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
      .filter((pid) => pid > 0).map((pid) => ({ pid, command: "" }));
    const everywhere = namespacesOf(all);
    for (const one of namespacesOf([{ pid: Deno.pid, command: "" }])) {
      inside.delete(one);
    }
    assert.deepEqual([...inside].filter((one) => everywhere.has(one)), []);
    await assert.rejects(lab.host("pc1").exec("true"), {
      code: "closed",
      message: /taken down/,
    });
    await assert.rejects(lab.pingAll(), { code: "closed" });
    await assert.rejects(lab.link("pc1", "sw1").fail(), { code: "closed" });
  },
);

testUnless(
  reason,
  "a lab whose agent is killed is lost, and says how",
  async () => {
    await using lab = await up("pair");
    const command = (await lab.host("pc1").shellCommand()).join(" ");
    const pid = Number(/proc\/(\d+)\//.exec(command)![1]);
    const running = lab.host("pc1").exec("sleep 1000");
    Deno.kill(pid, "SIGKILL");
    await assert.rejects(running, {
      code: "closed",
      message: /agent is gone/,
    });
    assert.equal(lab.state, "lost");
  },
);

testUnless(
  reason,
  "coming up stops at once when it is called off",
  async () => {
    const why = new Error("changed my mind");
    for (const delay of [0, 5, 20, 40]) {
      const controller = new AbortController();
      const coming = up("lan(50)", { signal: controller.signal });
      coming.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, delay));
      controller.abort(why);
      await assert.rejects(coming, (error) => error === why);
    }
    await assert.rejects(up("lan(50)", { timeout: 1 }), { code: "timeout" });
  },
);

testUnless(
  reason,
  "what the kernel refuses says at which node, and why",
  async () => {
    const cases: readonly (readonly [change: object, says: RegExp])[] = [
      [{ nft: "table ip x { nonsense }" }, /rules of node pc1: .*nonsense/s],
      [
        { sysctl: { "net.ipv4.no_such": "1" } },
        /net\.ipv4\.no_such = 1 on node pc1/,
      ],
      [
        { routes: [{ to: "10.9.0.0/16", via: "10.8.0.1" }] },
        /bring up node pc1: .*route/,
      ],
    ];
    for (const [change, says] of cases) {
      const pair = readyMade("pair").toJSON();
      const [first, ...rest] = pair.nodes;
      const { LabTopology } = await import("../../lib/lab/lab_topology.ts");
      const broken = new LabTopology({
        ...pair,
        nodes: [{ ...first!, ...change }, ...rest],
      });
      await assert.rejects(up(broken), { message: says });
    }
  },
);

testUnless(
  reason,
  "userspace links do to frames what the topology says",
  async () => {
    const delayed = await topology(`
hosts: [a, b]
links: [[a, b, { delay: 20 ms }]]
`);
    await using lab = await up(delayed);
    const { stdout } = await lab.host("a").exec("ping -c20 -i0.05 -W1 b");
    const [, least] = /= ([\d.]+)\//.exec(stdout)!;
    assert.ok(Number(least) >= 40 && Number(least) < 80, stdout);
    await lab.link("a", "b").fail();
    const broken = await lab.pingAll({ timeout: 800 });
    assert.equal(broken.failures.length, 2);
    await lab.link("a", "b").heal();
    assert.ok((await lab.pingAll()).isComplete);
  },
);

testUnless(
  reason ?? await withoutRoot(),
  "root can have a lab without a user namespace, and it leaves as little",
  async () => {
    const before = machine("/run");
    {
      await using lab = await up("router", { userNamespace: false });
      assert.ok((await lab.pingAll()).isComplete);
      assert.equal(await lab.host("pc1").run(() => Deno.hostname()), "pc1");
      const command = await lab.host("pc1").shellCommand(["hostname"]);
      assert.ok(!command.some((word) => word.startsWith("--user")));
      const [program, ...args] = command;
      const { stdout } = await new Deno.Command(program!, { args }).output();
      assert.equal(new TextDecoder().decode(stdout), "pc1\n");
    }
    assert.deepEqual(machine("/run"), before);
  },
);

testUnless(
  reason,
  "a lab of a hundred hosts comes up, all of them reach each other, and it goes",
  async () => {
    await using lab = await up("lan(100)");
    const matrix = await lab.pingAll({ timeout: 30_000 });
    assert.equal(matrix.results.length, 9_900);
    assert.deepEqual(matrix.failures, []);
    const names = await Promise.all(
      [...lab.hosts.keys()].slice(0, 100).map((name) =>
        lab.host(name).exec("hostname")
      ),
    );
    assert.equal(new Set(names.map(({ stdout }) => stdout)).size, 100);
  },
);
