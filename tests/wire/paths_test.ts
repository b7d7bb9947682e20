import assert from "node:assert/strict";
import { pathMtu } from "../../lib/wire/path_mtu.ts";
import { traceroute } from "../../lib/wire/traceroute.ts";
import { inNamespace } from "../../lib/ffi/namespace.ts";
import { testUnless } from "../skip.ts";
import { type OwnNetwork, withoutNetworks } from "../lab/own_network.ts";
import { Bed, row, set } from "./paths_bed.ts";

const reason = withoutNetworks();

/** The hops as traceroute(8) writes them, `*` where nobody answers. */
function peerHops(network: OwnNetwork, ...args: string[]): string[] {
  const lines = network.run("traceroute", "-n", "-q", "1", "-w", "10", ...args)
    .trim().split("\n").slice(1);
  return lines.map((line) => line.trim().split(/\s+/)[1]!);
}

/** Routers answer each probe, not only so many a second. */
function unlimited(networks: readonly OwnNetwork[]): void {
  for (const network of networks) {
    set(network, "net.ipv4.icmp_ratelimit", 0);
    set(network, "net.ipv6.icmp.ratelimit", 0);
  }
}

testUnless(
  reason,
  "traceroute() finds the hops that traceroute(8) finds",
  async (t) => {
    using bed = new Bed();
    const networks = await row(bed);
    unlimited(networks);
    const [host] = networks as [OwnNetwork];
    const { namespace } = host;
    for (const target of ["10.0.4.2", "fd00:4::2"]) {
      for (const protocol of ["udp", "tcp", "icmp"] as const) {
        await t.step(`${target} by ${protocol}`, async () => {
          const trace = await traceroute(target, { protocol, namespace });
          const option = { udp: [], tcp: ["-T"], icmp: ["-I"] }[protocol];
          assert.ok(trace.reached);
          assert.deepEqual(
            trace.hops.map(({ addresses }) => addresses.join(" ")),
            peerHops(host, ...option, target),
          );
          assert.equal(trace.ways.length, 1);
          const answers = trace.hops.flatMap(({ answers }) => answers);
          assert.equal(answers.length, 12);
          assert.ok(answers.every(({ rtt }) => rtt > 0));
          const port = protocol === "icmp" ? undefined : "closed";
          assert.ok(trace.hops[3]!.answers.every((one) => one.port === port));
        });
      }
    }

    await t.step("an open port", async () => {
      const server = await listen(networks[4]!, 80);
      try {
        const trace = await traceroute("10.0.4.2", {
          protocol: "tcp",
          flows: 1,
          namespace,
        });
        assert.equal(trace.hops[3]?.answers[0]?.port, "open");
      } finally {
        server.close();
      }
    });

    await t.step(
      "a router that says nothing, and one that forbids",
      async () => {
        networks[2]!.run(
          "nft",
          "add table inet t; add chain inet t out { type filter hook output priority 0; icmp type time-exceeded drop; }",
        );
        networks[3]!.run(
          "nft",
          "add table inet t; add chain inet t forwarded { type filter hook forward priority 0; udp dport 33434 reject with icmp type admin-prohibited; }",
        );
        const trace = await traceroute("10.0.4.2", {
          flows: 2,
          timeout: 1000,
          namespace,
        });
        assert.equal(trace.reached, false);
        assert.deepEqual(trace.hops.map(({ addresses }) => String(addresses)), [
          "10.0.1.2",
          "",
          "10.0.3.2",
          // It was allowed one hop more, and got no further.
          "10.0.3.2",
        ]);
        assert.deepEqual(trace.hops[1]?.silent, [1, 2]);
        assert.equal(trace.hops[3]?.answers[0]?.mark, "!X");
        assert.match(Deno.inspect(trace), /^ +2 {2}\* +1-2$/m);
      },
    );

    await t.step("a target that nobody knows, and a wrong option", async () => {
      const silent = await traceroute("10.0.4.77", {
        protocol: "icmp",
        maxHops: 6,
        timeout: 50,
        retries: 0,
        namespace,
      });
      assert.equal(silent.reached, false);
      assert.ok(silent.silentHops >= 3);
      await assert.rejects(
        async () => await traceroute("203.0.113.1", { namespace }),
        {
          code: "unreachable",
        },
      );
      assert.throws(() => traceroute("10.0.4.2", { flows: 0 }), RangeError);
      const controller = new AbortController();
      const run = traceroute("10.0.4.77", {
        namespace,
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(new Error("enough")), 50);
      await assert.rejects(async () => await run, /enough/);
    });
  },
);

/** Listens in a network. */
function listen(network: OwnNetwork, port: number): Promise<Deno.TcpListener> {
  return Promise.resolve(
    inNamespace(
      network.namespace,
      () => Deno.listen({ port, hostname: "0.0.0.0" }),
    ),
  );
}

testUnless(
  reason,
  "traceroute() shows where ways part and meet, and keeps each flow on one",
  async () => {
    using bed = new Bed();
    const [host, first, upper, lower, last, target] = [
      bed.network(),
      bed.network(true),
      bed.network(true),
      bed.network(true),
      bed.network(true),
      bed.network(),
    ] as const;
    unlimited([first, upper, lower, last, target]);
    bed.link([host, "e", "10.0.1.1/24"], [first, "w", "10.0.1.2/24"]);
    bed.link([first, "u", "10.0.2.1/24"], [upper, "w", "10.0.2.2/24"]);
    bed.link([first, "d", "10.0.3.1/24"], [lower, "w", "10.0.3.2/24"]);
    bed.link([upper, "e", "10.0.4.1/24"], [last, "u", "10.0.4.2/24"]);
    bed.link([lower, "e", "10.0.5.1/24"], [last, "d", "10.0.5.2/24"]);
    bed.link([last, "e", "10.0.6.1/24"], [target, "w", "10.0.6.2/24"]);
    const route = (network: OwnNetwork, ...words: string[]) =>
      network.run("ip", "route", "add", ...words);
    route(host, "default", "via", "10.0.1.2");
    const both = "nexthop via 10.0.2.2 nexthop via 10.0.3.2".split(" ");
    route(first, "10.0.6.0/24", ...both);
    set(first, "net.ipv4.fib_multipath_hash_policy", 1);
    for (
      const [network, east, west] of [
        [upper, "10.0.4.2", "10.0.2.1"],
        [lower, "10.0.5.2", "10.0.3.1"],
      ] as const
    ) {
      route(network, "10.0.6.0/24", "via", east);
      route(network, "10.0.1.0/24", "via", west);
    }
    route(last, "10.0.1.0/24", "via", "10.0.4.1");
    // So that its answer tells on which side the probe came in.
    set(last, "net.ipv4.icmp_errors_use_inbound_ifaddr", 1);
    set(last, "net.ipv4.conf.all.rp_filter", 0);
    route(target, "default", "via", "10.0.6.1");

    for (const protocol of ["udp", "tcp"] as const) {
      const { namespace } = host;
      const trace = await traceroute("10.0.6.2", {
        protocol,
        flows: 16,
        probes: 2,
        authorised: "a test's own network",
        namespace,
      });
      assert.ok(trace.reached);
      assert.equal(trace.hops.length, 4);
      const seconds = trace.hops[1]!.addresses.map(String).sort();
      assert.deepEqual(seconds, ["10.0.2.2", "10.0.3.2"]);
      // Both probes of a flow go the same way.
      for (let flow = 1; flow <= 16; flow++) {
        const own = trace.hops[1]!.answers.filter((one) => one.flow === flow);
        assert.equal(new Set(own.map(({ from }) => String(from))).size, 1);
      }
      assert.equal(trace.ways.length, 2);
      assert.equal(trace.ways.flatMap(({ flows }) => flows).length, 16);
      const drawn = trace.tree();
      assert.match(drawn, /├─ 2 {2}10\.0\.[23]\.2/);
      assert.equal(drawn.match(/4 {2}10\.0\.6\.2/g)?.length, 2);
      assert.equal(drawn.match(/as above/g)?.length, 1);
    }
  },
);

testUnless(
  reason,
  "pathMtu() finds the narrowest link, told of or not",
  async (t) => {
    using bed = new Bed();
    const networks = await row(bed, [1500, 1500, 1400, 1350]);
    const [host, , second, third] = networks as [
      OwnNetwork,
      OwnNetwork,
      OwnNetwork,
      OwnNetwork,
    ];
    unlimited(networks);
    const { namespace } = host;
    const found = async (target: string, timeout = 1000) => {
      const result = await pathMtu(target, { namespace, timeout });
      const { mtu, limit } = result;
      return { mtu, ...limit, router: limit && String(limit.router), result };
    };

    for (
      const [target, router] of [
        ["10.0.4.2", "10.0.3.2"],
        ["fd00:4::2", "fd00:3::2"],
      ] as const
    ) {
      await t.step(`${target}, of which routers tell`, async () => {
        const { result, ...facts } = await found(target);
        assert.deepEqual(facts, { mtu: 1350, router, hop: 3, isSilent: false });
        const sizes = result.probes.map(({ size, outcome }) => [size, outcome]);
        const order = (a: typeof sizes[0], b: typeof sizes[0]) =>
          Number(b[0]) - Number(a[0]);
        assert.deepEqual(sizes.sort(order).slice(0, 3), [
          [1500, "too-big"],
          [1400, "too-big"],
          [1350, "arrived"],
        ]);
        assert.match(Deno.inspect(result), /path MTU +1,350 octets/);
        // The kernel comes to the same.
        const peer = host.run(
          "ping",
          "-c1",
          "-W1",
          "-Mdo",
          "-s",
          `${1350 - (target.includes(":") ? 48 : 28)}`,
          target,
        );
        assert.match(peer, /1 received/);
      });
    }

    await t.step("a host on the own link", async () => {
      const { result: _, ...facts } = await found("10.0.1.2");
      assert.deepEqual(facts, {
        mtu: 1500,
        router: "undefined",
        hop: 0,
        isSilent: false,
      });
      assert.equal((await found("127.0.0.1")).mtu, 65535);
    });

    await t.step("black holes", async () => {
      for (
        const [router, out] of [[second, "out2"], [third, "out3"]] as const
      ) {
        router.run(
          "nft",
          `add table inet t; add chain inet t ${out} { type filter hook output priority 0; icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; }`,
        );
      }
      const { result, ...facts } = await found("10.0.4.2");
      assert.deepEqual(facts, {
        mtu: 1350,
        router: "10.0.3.2",
        hop: 3,
        isSilent: true,
      });
      assert.match(Deno.inspect(result), /vanish\s+without/);
      assert.equal((await found("fd00:4::2")).mtu, 1350);
      // The first link that is too narrow tells nothing, the second would.
      assert.equal((await found("10.0.3.2")).mtu, 1400);
    });

    await t.step("nobody", async () => {
      const { result, ...facts } = await found("10.0.4.77", 50);
      assert.deepEqual(facts, { mtu: undefined, router: undefined });
      assert.match(Deno.inspect(result), /nothing came back/);
    });
  },
);
