import assert from "node:assert/strict";
import { build } from "../../lib/packet/build.ts";
import { ethernet } from "../../lib/packet/layers/ethernet.ts";
import { ipv4 } from "../../lib/packet/layers/ipv4.ts";
import { ipv6 } from "../../lib/packet/layers/ipv6.ts";
import { tcp } from "../../lib/packet/layers/tcp.ts";
import { udp } from "../../lib/packet/layers/udp.ts";
import { decode, type Packet } from "../../lib/packet/packet.ts";
import { PcapEncoder } from "../../lib/pcap/encode.ts";
import { open } from "../../lib/pcap/open.ts";
import { replay, type ReplayOptions } from "../../lib/wire/replay.ts";
import { testUnless } from "../skip.ts";
import { withoutNetworks } from "../lab/own_network.ts";
import { cable, FAR, listen, NEAR } from "./send_bed.ts";

const lacking = withoutNetworks();
const authorised = "a cable of our own";

function frame(n: number, dst = "10.0.0.77"): Packet {
  return build(
    ethernet({ src: NEAR, dst: FAR }),
    ipv4({ src: "10.0.0.1", dst }),
    udp({ srcPort: 1000 + n, dstPort: 9 }),
    "a payload of some octets",
  );
}

/** A pcap file of packets, each so many milliseconds after the first. */
function file(
  packets: readonly (readonly [ms: number, packet: Packet, length?: number])[],
  linkType = 1,
): Uint8Array {
  const encoder = new PcapEncoder({ resolution: "ns", little: true });
  encoder.begin(linkType);
  for (const [ms, { bytes }, length = bytes.length] of packets) {
    encoder.packet({
      octets: bytes,
      start: 0,
      end: bytes.length,
      length,
      seconds: 1_700_000_000 + Math.floor(ms / 1000),
      nanoseconds: ms % 1000 * 1e6,
    });
  }
  return encoder.take().slice();
}

const hexes = (packets: readonly Packet[]) =>
  packets.map(({ bytes }) => bytes.toHex());

testUnless(
  lacking,
  "a capture goes out with its own gaps, times a factor, or as fast as it goes",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    // Out of order at one place, and with a hole at the end.
    const times = [0, 10, 60, 61, 61, 40, 100, 3100];
    const octets = file(times.map((ms, n) => [ms, frame(n)]));
    const cases: [ReplayOptions, number[]][] = [
      [{ maxGap: 50 }, [0, 10, 60, 61, 61, 61, 100, 150]],
      [{ speed: 20 }, [0, 0.5, 3, 3, 3, 3, 5, 155]],
      [{ speed: 0.5, maxGap: 40 }, [0, 20, 60, 62, 62, 62, 102, 142]],
      [{ rate: 100 }, [0, 10, 20, 30, 40, 50, 60, 70]],
      [{ speed: "fast" }, [0, 0, 0, 0, 0, 0, 0, 0]],
    ];
    /** By how many milliseconds each packet comes too late. */
    const lateness = async (options: ReplayOptions, due: readonly number[]) => {
      const listener = await listen(ends.b, "e1");
      const all = { ...options, namespace, authorised };
      const result = await replay("e0", octets, all);
      assert.equal(result.sent, times.length);
      const arrived = await listener.packets(times.length);
      assert.deepEqual(
        hexes(arrived),
        hexes(times.map((_, n) => frame(n))),
      );
      const first = arrived[0]!.time!;
      return arrived.map(({ time }, n) => time! - first - due[n]!);
    };
    for (const [options, due] of cases) {
      let late: number[] = [];
      // A machine that has no time may be late, but not time and again.
      for (let tries = 0; tries < 30; tries++) {
        late = await lateness(options, due);
        if (late.every((off) => off > -3 && off < 40)) break;
      }
      assert.ok(late.every((off) => off > -3 && off < 40), `${late}`);
    }
  },
);

testUnless(
  lacking,
  "addresses become others, with right checksums, and who may be reached is who is",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const packets = [
      frame(1, "198.51.100.7"),
      build(
        ethernet({ src: FAR, dst: NEAR }),
        ipv4({ src: "198.51.100.7", dst: "203.0.113.5" }),
        tcp({ flags: ["SYN"] }),
      ),
      build(
        ethernet({ src: NEAR, dst: FAR }),
        ipv6({ src: "2001:db8::1", dst: "2001:db8::2" }),
        udp({ dstPort: 9 }),
        "six",
      ),
    ];
    const readdress = {
      "198.51.100.0/24": "10.0.0.0/24",
      "203.0.113.5": "10.0.0.99",
      "2001:db8::/64": "fd00::/64",
      [FAR]: "02:00:00:00:00:aa",
    };
    const octets = file(packets.map((packet) => [0, packet]));
    await assert.rejects(
      async () => await replay("e0", octets, { namespace }),
      { code: "not-authorised" },
    );
    const listener = await listen(
      ends.b,
      "e1",
      ({ udp, tcp }) => udp !== undefined || tcp !== undefined,
    );
    const { sent } = await replay("e0", octets, { namespace, readdress });
    assert.equal(sent, 3);
    const arrived = await listener.packets(3);
    assert.deepEqual(
      arrived.map(({ ethernet, ipv4, ipv6 }) => [
        ethernet?.src,
        ethernet?.dst,
        `${(ipv4 ?? ipv6)?.src}`,
        `${(ipv4 ?? ipv6)?.dst}`,
      ]),
      [
        [NEAR, "02:00:00:00:00:aa", "10.0.0.1", "10.0.0.7"],
        ["02:00:00:00:00:aa", NEAR, "10.0.0.7", "10.0.0.99"],
        [NEAR, "02:00:00:00:00:aa", "fd00::1", "fd00::2"],
      ],
    );
    for (const { checksums } of arrived) {
      assert.ok(checksums.length > 0 && checksums.every(({ ok }) => ok));
    }
    // The file in memory has stayed as it was.
    const kept: Packet[] = [];
    for await (const packet of await open(octets)) kept.push(packet);
    assert.deepEqual(hexes(kept), hexes(packets));
  },
);

testUnless(
  lacking,
  "a file that ends within a packet is sent as far as it goes, and cut packets are counted",
  async () => {
    using ends = await cable();
    const { namespace } = ends.a;
    const options = { namespace, authorised };
    const path = await Deno.makeTempFile();
    try {
      const packets = Array.from({ length: 20 }, (_, n) => frame(n));
      const whole = file(packets.map((packet) => [0, packet]));
      await Deno.writeFile(path, whole.subarray(0, whole.length - 5));
      const listener = await listen(ends.b, "e1");
      const run = replay("e0", path, options);
      await assert.rejects(async () => await run, { name: "DecodeError" });
      assert.equal(run.progress.done, 19);
      assert.deepEqual(
        hexes(await listener.packets(19)),
        hexes(packets.slice(0, 19)),
      );
      const cut = file([[0, frame(1), 1400], [0, frame(2)]]);
      const twice = await replay("e0", cut, { ...options, times: 2 });
      assert.deepEqual([twice.sent, twice.cut], [4, 2]);
      const stream = ReadableStream.from([cut]);
      assert.equal((await replay("e0", stream, options)).sent, 2);
      await assert.rejects(
        async () =>
          await replay("e0", ReadableStream.from([cut]), {
            ...options,
            times: 2,
          }),
        { code: "consumed" },
      );
      // Cooked captures have no frames, but IP packets.
      const cooked = new Uint8Array(16 + 28);
      cooked[14] = 8;
      cooked.set(
        build(ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }), udp({ dstPort: 9 }))
          .bytes,
        16,
      );
      const again = await listen(ends.b, "e1");
      await replay("e0", file([[0, decode(cooked)]], 113), { namespace });
      const [packet] = await again.packets(1);
      assert.equal(packet?.ethernet?.dst, FAR);
      assert.deepEqual(packet?.bytes.subarray(14), cooked.subarray(16));
    } finally {
      await Deno.remove(path);
    }
  },
);

testUnless(lacking, "a replay stops within a gap", async () => {
  using ends = await cable();
  const octets = file([[0, frame(1)], [60_000, frame(2)]]);
  const { namespace } = ends.a;
  const stop = new AbortController();
  const { signal } = stop;
  const run = replay("e0", octets, { namespace, authorised, signal });
  const ended = assert.rejects(async () => await run, { message: "enough" });
  while (run.progress.done === 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const started = performance.now();
  stop.abort(new Error("enough"));
  await ended;
  assert.ok(performance.now() - started < 30_000);
  assert.equal(run.progress.done, 1);
});

Deno.test("replay() refuses what makes no sense", () => {
  const octets = file([]);
  const cases: [ReplayOptions, RegExp][] = [
    [{ speed: 0 }, /'speed' must be above 0/],
    [{ speed: 2, rate: 10 }, /'rate' must be alone/],
    [{ times: 1.5 }, /'times'/],
    [{ maxGap: -1 }, /'maxGap'/],
    [{ readdress: { "10.0.0.0/24": "10.0.0.0/25" } }, /same family and length/],
    [{ readdress: { "10.0.0.1": "fd00::1" } }, /same family and length/],
    [{ readdress: { [FAR]: "10.0.0.1" } }, /hardware address/],
    [{ readdress: { "none": "10.0.0.1" } }, /none/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => replay("lo", octets, options), { message });
  }
});
