import assert from "node:assert/strict";
import { decode, encode } from "../../lib/lab/clone.ts";
import * as net from "../../mod.ts";
import type { LiveCapture } from "../../lib/wire/capturing/live_capture.ts";
import { testUnless } from "../skip.ts";
import { becomesTrue, withoutLabs } from "./lab_place.ts";

const reason = await withoutLabs();

async function collect(capture: LiveCapture): Promise<net.packet.Packet[]> {
  const packets = [];
  for await (const packet of capture) packets.push(packet);
  return packets;
}

/** The commands of a host's programs. */
async function programs(host: net.lab.LabHost): Promise<string[]> {
  const { stdout } = await host.exec("cat /proc/[0-9]*/cmdline | tr '\\0' ' '");
  return stdout.match(/repl\/capture\.ts/g) ?? [];
}

testUnless(
  reason,
  "a ping across a link is seen whole, as tcpdump in the host sees it",
  async () => {
    await using lab = await net.lab.up("pair");
    // The host's /tmp is this machine's.
    const pc1 = lab.host("pc1");
    const file = `/tmp/beside_${crypto.randomUUID()}.pcap`;
    const tcpdump = await pc1.spawn(
      `exec tcpdump -i eth0 -c 4 --immediate-mode --time-stamp-precision=nano -w ${file} icmp`,
    );
    const said = tcpdump.stderr.pipeThrough(new TextDecoderStream())
      .getReader();
    for (let text = ""; !text.includes("listening on");) {
      const { value, done } = await said.read();
      assert.ok(!done, text);
      text += value;
    }
    using capture = await lab.link("pc1", "pc2").capture({
      filter: "icmp",
      count: 4,
    });
    const collected = collect(capture);
    await pc1.exec("ping -c 2 -i 0.01 pc2");
    const packets = await collected;
    assert.deepEqual(
      packets.map(({ icmp, ipv4 }) => [`${ipv4?.src}`, icmp?.type]),
      [["10.0.0.1", 8], ["10.0.0.2", 0], ["10.0.0.1", 8], ["10.0.0.2", 0]],
    );
    assert.ok(packets.every((packet) => packet.interface === "eth0"));
    assert.equal((await tcpdump.status).code, 0);
    const { stdout } = await pc1.exec(`base64 -w0 ${file}; rm ${file}`);
    const octets = Uint8Array.fromBase64(stdout);
    const beside = await Array.fromAsync(await net.pcap.open(octets));
    // Both have the kernel's own stamps: the same packets to the nanosecond.
    const facts = ({ bytes, timestamp }: net.packet.Packet) =>
      `${timestamp} ${bytes.toHex()}`;
    assert.deepEqual(packets.map(facts), beside.map(facts));
    assert.deepEqual(
      [capture.statistics.received, capture.statistics.dropped],
      [4, 0],
    );
    await said.cancel();
    await tcpdump[Symbol.asyncDispose]();
  },
);

testUnless(
  reason,
  "on a trunk frames have their tags, at either end",
  async () => {
    await using lab = await net.lab.up("vlan");
    const trunk = lab.link("sw1", "sw2");
    for (const at of [undefined, "sw2"]) {
      using capture = await trunk.capture({
        at,
        filter: "vlan and icmp",
        count: 4,
      });
      const collected = collect(capture);
      await lab.host("a10").exec("ping -c 1 10.0.0.3");
      await lab.host("b20").exec("ping -c 1 10.0.0.4");
      assert.deepEqual(
        (await collected).map(({ vlan, icmp }) => [vlan?.id, icmp?.type]),
        [[10, 8], [10, 0], [20, 8], [20, 0]],
      );
    }
    await assert.rejects(trunk.capture({ at: "a10" }), {
      name: "NetError",
      code: "not-found",
      message: /Try: \{ at: "sw1" \} or \{ at: "sw2" \}/,
    });
  },
);

testUnless(
  reason,
  "what is wrong there comes here as itself",
  async () => {
    await using lab = await net.lab.up("pair");
    const pc1 = lab.host("pc1");
    await assert.rejects(pc1.capture("eth0", { filter: "tcp prot 80" }), {
      name: "ParseError",
      input: "tcp prot 80",
    });
    await assert.rejects(pc1.capture("eth7"), {
      name: "NetError",
      code: "not-found",
    });
    await assert.rejects(
      pc1.capture("eth0", { signal: AbortSignal.abort("not today") }),
      (error) => error === "not today",
    );
    assert.ok(
      await becomesTrue(async () => (await programs(pc1)).length === 0),
    );
  },
);

testUnless(
  reason,
  "close(), break and a signal each end it, and nothing is left running",
  async () => {
    await using lab = await net.lab.up("pair");
    const [pc1, link] = [lab.host("pc1"), lab.link("pc1", "pc2")];
    const gone = () =>
      becomesTrue(async () => (await programs(pc1)).length === 0);
    // close()
    const closed = await link.capture({ filter: "tcp port 9" });
    assert.equal((await programs(pc1)).length, 1);
    const waiting = collect(closed);
    const before = performance.now();
    closed.close();
    assert.deepEqual(await waiting, []);
    assert.ok(performance.now() - before < 20_000);
    assert.ok(await gone());
    // break
    const broken = await link.capture({ filter: "icmp" });
    const loop = (async () => {
      for await (const packet of broken) return packet;
    })();
    await pc1.exec("ping -c 1 pc2");
    assert.equal((await loop)?.icmp?.type, 8);
    assert.ok(await gone());
    // A signal: what has passed until then is there.
    const controller = new AbortController();
    const { signal } = controller;
    const stopped = await link.capture({ filter: "icmp", signal });
    await pc1.exec("ping -c 3 -i 0.002 pc2");
    controller.abort();
    assert.equal((await collect(stopped)).length, 6);
    assert.equal(stopped.statistics.received, 6);
    assert.ok(await gone());
  },
);

testUnless(
  reason,
  "a link that fails ends no capture there, but what passes it",
  async () => {
    await using lab = await net.lab.up("pair");
    const link = lab.link("pc1", "pc2");
    using capture = await link.capture({ filter: "icmp", count: 4 });
    const collected = collect(capture);
    const ping = async (seconds: number) =>
      (await lab.host("pc1").exec(`ping -c 1 -W ${seconds} pc2`)).code;
    assert.equal(await ping(20), 0);
    await link.fail();
    assert.notEqual(await ping(1), 0);
    await link.heal();
    assert.equal(await ping(20), 0);
    assert.deepEqual(
      (await collected).map(({ icmp }) => icmp?.type),
      [8, 0, 8, 0],
    );
  },
);

testUnless(
  reason,
  "when the lab goes down a capture ends in an error, and what came is kept",
  async () => {
    const lab = await net.lab.up("pair");
    const capture = await lab.link("pc1", "pc2").capture({ filter: "icmp" });
    const packets: net.packet.Packet[] = [];
    const loop = (async () => {
      for await (const packet of capture) packets.push(packet);
    })();
    loop.catch(() => {});
    await lab.host("pc1").exec("ping -c 1 pc2");
    assert.ok(await becomesTrue(() => Promise.resolve(packets.length === 2)));
    await lab.down();
    await assert.rejects(loop, {
      name: "NetError",
      code: "closed",
      message: /eth0 of pc1: the lab was taken down/,
    });
    assert.equal(packets[1]?.icmp?.type, 0);
    await assert.rejects(lab.link("pc1", "pc2").capture(), { code: "closed" });
  },
);

testUnless(
  reason,
  "a host captures by itself, and gives its packets back as packets",
  async () => {
    await using lab = await net.lab.up("pair");
    const packets = await lab.host("pc1").run(async (net) => {
      const ping = new Deno.Command("ping", { args: ["-c", "1", "pc2"] });
      using capture = net.wire.capture("eth0", { filter: "icmp", count: 2 });
      const output = ping.output();
      const packets = [];
      for await (const packet of capture) packets.push(packet);
      await output;
      return packets;
    });
    assert.ok(packets.every((packet) => packet instanceof net.packet.Packet));
    assert.deepEqual(packets.map(({ icmp }) => icmp?.type), [8, 0]);
  },
);

Deno.test("packets keep class, octets, stamp and interface on the way", async () => {
  const octets = net.packet.build(net.packet.ipv4({ dst: "192.0.2.1" })).bytes;
  for (const ns of [0n, 1_700_000_000_123_456_789n, -1n, undefined]) {
    const timestamp = ns === undefined
      ? undefined
      : Temporal.Instant.fromEpochNanoseconds(ns);
    const packet = net.packet.decode(octets, {
      linkType: 101,
      length: 99,
      timestamp,
    });
    const back = await decode(encode([packet])) as net.packet.Packet[];
    const [copy] = back;
    assert.ok(copy instanceof net.packet.Packet);
    assert.deepEqual(copy.toJSON(), packet.toJSON());
    assert.equal(`${copy.timestamp}`, `${timestamp}`);
  }
});

Deno.test("what tools of the wire give keeps its class on the way", async () => {
  const { Address } = net.ip;
  const { Answers, Arping, CaptureStatistics, Exchange, Trace } = net.wire;
  const packet = net.packet.build(net.packet.ipv4({ dst: "192.0.2.1" }));
  const exchange = new Exchange({
    question: packet,
    answer: packet,
    rtt: 1,
    index: 0,
  });
  const address = net.ip.parse("192.0.2.1");
  const source = new Address(4, 0, 0, 0, 0);
  const mac = "02:00:00:00:00:01";
  const values = [
    new CaptureStatistics({
      captured: 1,
      received: 2,
      dropped: 1,
      interfaceDropped: 0,
    }),
    new Answers([exchange], [packet]),
    new Arping({
      address,
      interface: "eth0",
      source,
      isOwn: false,
      sent: 1,
      replies: [
        { sequence: 1, mac, rtt: 1, isConflict: false, isRepeated: false },
      ],
    }),
    new Trace({
      source,
      target: address,
      protocol: "icmp",
      port: 0,
      flows: 1,
      hops: [],
    }),
  ];
  for (const value of values) {
    const back = await decode(encode(value)) as object;
    assert.equal(back.constructor, value.constructor);
    assert.equal(Deno.inspect(back), Deno.inspect(value));
    assert.deepEqual(JSON.stringify(back), JSON.stringify(value));
  }
});
