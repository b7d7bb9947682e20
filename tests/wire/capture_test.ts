import assert from "node:assert/strict";
import { check, cString, libc } from "../../lib/ffi/libc.ts";
import { build } from "../../lib/packet/build.ts";
import { ipv4, udp } from "../../lib/packet/layers/all.ts";
import { open } from "../../lib/pcap/open.ts";
import { capture } from "../../lib/wire/capture.ts";
import type { CaptureOptions } from "../../lib/wire/capturing/capture_options.ts";
import { testUnless } from "../skip.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";
import {
  addCable,
  all,
  cable,
  frames,
  pause,
  type Seen,
  seen,
  send,
  sender,
  tcpdump,
  TIERS,
} from "./capture_bed.ts";

const noNetworks = withoutNetworks();
const COUNT = 300;

/** Milliseconds that two stamps of one packet may be apart. */
const APART = 1;

function assertSame(ours: readonly Seen[], theirs: readonly Seen[]): void {
  assert.equal(ours.length, theirs.length);
  ours.forEach(({ octets, length, time }, i) => {
    assert.equal(octets, theirs[i]!.octets, `packet ${i}`);
    assert.equal(length, theirs[i]!.length, `packet ${i}`);
    const apart = Math.abs(time - theirs[i]!.time);
    assert.ok(apart < APART, `packet ${i}: ${apart} ms`);
  });
}

/** Captures as all tiers do, and as tcpdump does, and compares. */
async function assertAsTcpdump(
  network: OwnNetwork,
  name: string,
  cases: readonly CaptureOptions[],
  traffic: () => void | Promise<void>,
): Promise<number[]> {
  const { namespace } = network;
  // First, as the kernel begins a while after this to stamp packets once for all.
  const ours = cases.map((options) =>
    TIERS.map((tier) => capture(name, { ...options, tier, namespace }))
  );
  const theirs = await Promise.all(
    cases.map(({ filter = "", snaplen }) =>
      tcpdump(network, name, filter, snaplen ?? 2000)
    ),
  );
  await traffic();
  await pause(50);
  const counts: number[] = [];
  for (const [i, tcpdump] of theirs.entries()) {
    const taken = await Promise.all(ours[i]!.map(async (capture) => {
      capture.stop();
      return (await all(capture)).map(seen);
    }));
    const most = Math.max(...taken.map(({ length }) => length));
    const expected = await tcpdump.stop(most);
    counts.push(expected.length);
    for (const [n, capture] of ours[i]!.entries()) {
      const packets = taken[n]!;
      try {
        assertSame(packets, expected);
      } catch (error) {
        const { filter, snaplen } = cases[i]!;
        throw new Error(`${capture.tier}, ${filter}, ${snaplen}`, {
          cause: error,
        });
      }
      const { captured, dropped } = capture.statistics;
      assert.deepEqual([captured, dropped], [expected.length, 0]);
    }
  }
  return counts;
}

testUnless(
  noNetworks,
  "a capture is what tcpdump -w writes, octet for octet and stamp for stamp, by each way, through filters and tags",
  async () => {
    using network = cable();
    const counts = await assertAsTcpdump(
      network,
      "v1",
      [
        {},
        { filter: "tcp port 80" },
        { filter: "ip6 and udp" },
        { filter: "vlan" },
        { filter: "vlan 7 and udp" },
        { filter: "greater 600", snaplen: 61 },
        { filter: "vlan 7", snaplen: 61 },
      ],
      () => send(network, "v0", frames(COUNT)),
    );
    assert.equal(counts[0], COUNT);
    assert.equal(counts[3], COUNT / 2);
    assert.ok(counts.every((count) => count > 0 && count <= COUNT));
  },
);

testUnless(
  noNetworks,
  "on loopback each packet is captured once, as tcpdump has it",
  async () => {
    using network = ownNetwork();
    const [count] = await assertAsTcpdump(
      network,
      "lo",
      [{}],
      () => send(network, "lo", frames(20)),
    );
    assert.equal(count, 20);
  },
);

testUnless(
  noNetworks,
  "a filter on octets of the link header sees tags as they were on the wire",
  async () => {
    using network = cable();
    const { namespace } = network;
    const live = capture("v1", { filter: "ether[12:2] == 0x8100", namespace });
    send(network, "v0", frames(12));
    await pause(30);
    live.stop();
    assert.deepEqual(
      (await all(live)).map(({ vlan }) => vlan?.id),
      [7, 4094, 7, 7, 4094, 7],
    );
  },
);

const TUNSETIFF = 0x400454ca;
const TUN_NO_HEADER = 0x1001;
const noTun = noNetworks ?? (() => {
  try {
    Deno.openSync("/dev/net/tun", { read: true, write: true }).close();
    return undefined;
  } catch (error) {
    return `no tun: ${(error as Error).message}`;
  }
})();

testUnless(
  noTun,
  "what comes out of a tun starts with an IP header, as tcpdump has it",
  async () => {
    using network = ownNetwork();
    const fd = inside(network, () => {
      const fd = check(
        libc().open(cString("/dev/net/tun"), 0o2, 0),
        "open",
        "a tun",
      );
      const request = new Uint8Array(40);
      request.set(cString("tun7"));
      new DataView(request.buffer).setUint16(16, TUN_NO_HEADER, true);
      check(libc().ioctl(fd, TUNSETIFF, request), "make", "a tun");
      return fd;
    });
    try {
      network.run("ip", ..."link set addrgenmode none dev tun7".split(" "));
      network.run("ip", ..."link set up dev tun7".split(" "));
      const packet = build(ipv4({ src: "10.1.1.1" }), udp(), "hello").bytes;
      const counts = await assertAsTcpdump(
        network,
        "tun7",
        [{}, { filter: "udp and src 10.1.1.1" }, { filter: "tcp" }],
        () => {
          for (let i = 0; i < 5; i++) {
            libc().write(fd, packet.slice(), packet.length);
          }
        },
      );
      assert.deepEqual(counts, [5, 5, 0]);
    } finally {
      libc().close(fd);
    }
  },
);

testUnless(
  noNetworks,
  "several interfaces in one capture come in the order of their stamps, and packets say where from",
  async () => {
    using network = cable();
    addCable(network, "w0", "w1");
    const { namespace } = network;
    using v0 = sender(network, "v0");
    using w0 = sender(network, "w0");
    for (const tier of TIERS) {
      const live = capture(["v1", "w1"], { namespace, tier });
      const sent: string[] = [];
      for (const [i, octets] of frames(60).entries()) {
        (i % 3 === 0 ? w0 : v0).send(octets);
        sent.push(`${i % 3 === 0 ? "w1" : "v1"} ${octets.toHex()}`);
        // Some wait for their block, others come in one.
        if (i % 10 === 0) await pause(2);
      }
      await pause(30);
      live.stop();
      const packets = await all(live);
      assert.deepEqual(
        packets.map((packet) => `${packet.interface} ${packet.bytes.toHex()}`),
        sent,
        tier,
      );
    }
    const live = capture("any", { namespace });
    assert.deepEqual([live.tier, live.linkType], ["dump", 276]);
    send(network, "v0", frames(2));
    await pause(50);
    live.stop();
    assert.deepEqual(
      (await all(live)).map((packet) => packet.interface),
      ["v0", "v1", "v0", "v1"],
    );
  },
);

testUnless(
  noNetworks,
  "packets of one direction alone are captured, if that is asked for",
  async () => {
    using network = cable();
    const { namespace } = network;
    for (const tier of TIERS) {
      const counts = [];
      for (const direction of ["in", "out", "both"] as const) {
        const filter = "tcp or udp or arp or vlan";
        const live = capture("v1", { direction, tier, filter, namespace });
        send(network, "v0", frames(3));
        send(network, "v1", frames(4));
        await pause(30);
        live.stop();
        counts.push((await all(live)).length);
      }
      assert.deepEqual(counts, [3, 4, 7], tier);
    }
  },
);

testUnless(
  noNetworks,
  "packets are written to files while they are read, and just those that are",
  async () => {
    using network = cable();
    const { namespace } = network;
    const folder = await Deno.makeTempDir();
    try {
      for (const tier of TIERS) {
        for (const way of ["packets", "batches", "run"] as const) {
          const live = capture(["v1", "lo"], {
            namespace,
            tier,
            count: 40,
            writeTo: { path: `${folder}/${tier}_${way}.pcapng`, bytes: 10_000 },
          });
          const sent = frames(50);
          send(network, "v0", sent);
          await pause(30);
          if (way === "packets") {
            for await (const packet of live) {
              assert.equal(packet.interface, "v1");
            }
          } else if (way === "batches") {
            let count = 0;
            for await (const batch of live.batches()) {
              while (batch.next()) count++;
            }
            assert.equal(count, 40);
          } else assert.equal((await live.run()).captured, 40);
          assert.ok(live.closed);
          assert.ok(live.files.length > 2);
          const written: string[] = [];
          for (const path of live.files) {
            for await (const packet of await open(path)) {
              assert.equal(packet.interface, "v1");
              written.push(packet.bytes.toHex());
            }
          }
          assert.deepEqual(
            written,
            sent.slice(0, 40).map((octets) => octets.toHex()),
          );
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
