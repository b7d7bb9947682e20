import assert from "node:assert/strict";
import { build } from "../../lib/packet/build.ts";
import { icmp } from "../../lib/packet/layers/icmp.ts";
import { icmpv6 } from "../../lib/packet/layers/icmpv6.ts";
import { ipv4 } from "../../lib/packet/layers/ipv4.ts";
import { ipv6 } from "../../lib/packet/layers/ipv6.ts";
import type { Packet } from "../../lib/packet/packet.ts";
import * as raw from "../../lib/socket/raw.ts";
import { testUnless } from "../skip.ts";
import { type OwnNetwork, withoutNetworks } from "./own_network.ts";
import { bed } from "./udp_bed.ts";

const lacking = withoutNetworks();
const soon = { timeout: 20_000 };

/** The next packet that is an answer. */
async function answer(socket: raw.RawSocket): Promise<Packet> {
  while (true) {
    const packet = await socket.receive(soon);
    if ([0, 129].includes((packet.icmp ?? packet.icmpv6)!.type)) return packet;
  }
}

testUnless(
  lacking,
  "raw sockets ping over IPv4 and IPv6, and give packets from the IP header on",
  async () => {
    using place = await bed(2);
    const { namespace } = place.hosts[0]!;
    const asks = [
      [
        4,
        "10.0.0.2",
        build(
          ipv4(),
          icmp({ type: "echo", identifier: 7, sequenceNumber: 1 }),
          "hello",
        ),
      ],
      [
        6,
        "fd00::2",
        build(
          ipv6({ src: "fd00::1", dst: "fd00::2" }),
          icmpv6({ type: "echoRequest", identifier: 7, sequenceNumber: 1 }),
          "hello",
        ),
      ],
    ] as const;
    for (const [family, host, question] of asks) {
      await using socket = raw.open({
        family,
        protocol: "icmp",
        namespace,
        options: { ttl: 9 },
      });
      await socket.send(question, host);
      const packet = await answer(socket);
      const ip = packet.ipv4 ?? packet.ipv6;
      assert.equal(`${ip!.src}`, host);
      assert.equal(`${ip!.dst}`, host.replace(/2$/, "1"));
      assert.equal(packet.ipv4?.ttl ?? packet.ipv6?.hopLimit, 64);
      assert.deepEqual(
        packet.checksums.map(({ ok }) => ok),
        packet.checksums.map(() => true),
      );
      assert.equal(packet.interface, "e0");
      assert.ok(Math.abs(packet.time! - Date.now()) < 5000);
      assert.equal(
        new TextDecoder().decode(packet.bytes.subarray(-5)),
        "hello",
      );
      assert.match(
        Deno.inspect(socket),
        /raw socket for icmp(v6)? over IPv\d open, 1 sent/,
      );
      await assert.rejects(
        socket.send(question, family === 4 ? "::1" : "127.0.0.1"),
        TypeError,
      );
    }
  },
);

testUnless(
  lacking,
  "ICMP datagram sockets ask for no rights but the group's, and hear their own replies",
  async () => {
    using place = await bed(2);
    const host = place.hosts[0]!;
    const { namespace } = host;
    const options = { protocol: "icmp", kind: "datagram", namespace } as const;
    assert.throws(() => raw.open(options), {
      name: "PermissionError",
      message: /may not ping\. Try: sudo sysctl net\.ipv4\.ping_group_range/,
    });
    host.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 0");
    await using one = raw.open(options);
    await using two = raw.open(options);
    await one.send(
      build(ipv4(), icmp({ type: "echo", sequenceNumber: 5 }), "x"),
      "10.0.0.2",
    );
    const packet = await answer(one);
    assert.deepEqual(
      [
        `${packet.ipv4!.src}`,
        `${packet.ipv4!.dst}`,
        packet.ipv4!.ttl,
        packet.ipv4!.protocol,
      ],
      ["10.0.0.2", "10.0.0.1", 64, 1],
    );
    assert.equal(packet.icmp!.type, 0);
    assert.deepEqual(
      packet.checksums.map(({ ok }) => ok),
      packet.checksums.map(() => true),
    );
    await assert.rejects(two.receive({ timeout: 50 }), { code: "timeout" });
    assert.throws(() => raw.open({ ...options, protocol: "gre" }), TypeError);
  },
);

testUnless(
  lacking,
  "protocols of one's own travel, with the header given or made",
  async () => {
    using place = await bed(2);
    const [a, b] = place.hosts as [OwnNetwork, OwnNetwork];
    await using hears = raw.open({ protocol: 253, namespace: b.namespace });
    await using sends = raw.open({ protocol: 253, namespace: a.namespace });
    await using whole = raw.open({
      protocol: 253,
      namespace: a.namespace,
      header: true,
    });
    await sends.send(Uint8Array.of(1, 2, 3), "10.0.0.2");
    const plain = await hears.receive(soon);
    assert.deepEqual([...plain.bytes.subarray(-3)], [1, 2, 3]);
    assert.equal(plain.ipv4!.protocol, 253);
    const own = build(
      ipv4({ src: "10.0.0.99", dst: "10.0.0.2", ttl: 77, protocol: 253 }),
      "mine",
    );
    await whole.send(own, "10.0.0.2");
    const { ipv4: header } = await hears.receive(soon);
    assert.deepEqual([`${header!.src}`, header!.ttl], ["10.0.0.99", 77]);
    await assert.rejects(sends.send(new Uint8Array(70_000), "10.0.0.2"), {
      code: "too-large",
    });
    await sends.send(Uint8Array.of(9), "224.0.0.99").catch(() => {});
    hears.join("224.0.0.99", { interface: "e0" });
    sends.options.set({ multicastInterface: "e0" });
    await sends.send(Uint8Array.of(4), "224.0.0.99");
    assert.equal(`${(await hears.receive(soon)).ipv4!.dst}`, "224.0.0.99");
    const waiting = hears.receive();
    waiting.catch(() => {});
    await hears.close();
    await assert.rejects(waiting, { code: "closed" });
    assert.throws(() => hears.options.get("ttl"), { code: "closed" });
  },
);

testUnless(
  lacking,
  "a raw socket that is flooded drops, and counts",
  async () => {
    using place = await bed(1);
    const { namespace } = place.hosts[0]!;
    await using hears = raw.open({ protocol: 253, namespace, queue: 10 });
    await using sends = raw.open({ protocol: 253, namespace });
    for (let i = 0; i < 3000; i++) {
      await sends.send(
        new Uint8Array(500),
        "127.0.0.1",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(hears.received, 10);
    // The sender is of the same protocol, and hears them too.
    assert.equal(hears.dropped, 2990);
  },
);

testUnless(
  lacking,
  "what is no protocol, and what is not given, is refused",
  () => {
    for (const protocol of [0, 256, 1.5, "nonsense"]) {
      assert.throws(() => raw.open({ protocol }), {
        name: "RangeError",
        message: /'protocol' must be 1 to 255, or one of icmp/,
      });
    }
    assert.throws(() => raw.open({ protocol: 1, queue: 0 }), RangeError);
  },
);
