/** Capture files that are written: read back by us and by tcpdump. */

import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import {
  build,
  decode,
  ethernet,
  ipv4,
  type Packet,
  udp,
} from "../../lib/packet/mod.ts";
import { create, type CreateOptions, open } from "../../lib/pcap/mod.ts";
import { captures, installed, packetsByLinkType, run } from "./corpus.ts";

/** What a writer writes, as octets. */
async function written(
  packets: readonly (Packet | Uint8Array)[],
  options?: CreateOptions,
): Promise<Uint8Array> {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  await using writer = await create(writable, options);
  for (const packet of packets) await writer.write(packet);
  assert.equal(writer.count, packets.length);
  await writer.close();
  return await octets;
}

async function packetsOf(octets: Uint8Array): Promise<Packet[]> {
  const packets: Packet[] = [];
  for await (const packet of await open(octets)) packets.push(packet);
  return packets;
}

Deno.test({
  name:
    "all packets of all captures are written and read back, to the nanosecond",
  ignore: captures.length === 0 || !installed("tcpdump"),
  async fn() {
    let total = 0;
    for (const [linkType, all] of await packetsByLinkType()) {
      // Our own limit is libpcap's.
      const packets = all.map(({ packet }) => packet)
        .filter(({ bytes, length }) =>
          bytes.length <= 262_144 && length <= 262_144
        )
        // Seconds have 32 bits in this format: to 2106.
        .filter(({ time }) => time! < 2 ** 32 * 1000);
      const octets = await written(packets, { resolution: "ns" });
      const back = await packetsOf(octets);
      assert.equal(back.length, packets.length);
      back.forEach((packet, i) => {
        const { bytes, length, timestamp } = packets[i]!;
        assert.equal(packet.linkType, linkType);
        assert.deepEqual(packet.bytes, bytes);
        assert.equal(packet.length, length);
        assert.equal(`${packet.timestamp}`, `${timestamp}`);
      });
      const { stdout } = await run("tcpdump", ["--count", "-r", "-"], octets);
      const count = new TextDecoder().decode(stdout);
      assert.match(count, new RegExp(`^${packets.length} packets?`));
      total += packets.length;
    }
    assert.ok(total > 5000, `${total}`);
  },
});

Deno.test({
  name:
    "all packets of all captures, whatever their link type, fit one pcapng file",
  ignore: captures.length === 0,
  async fn() {
    const byType = [...(await packetsByLinkType()).values()].flat();
    const packets = byType.map(({ packet }) => packet)
      .filter(({ bytes }) => bytes.length <= 262_144);
    const octets = await written(packets, { format: "pcapng" });
    const back = await packetsOf(octets);
    assert.equal(back.length, packets.length);
    back.forEach((packet, i) => {
      const { bytes, length, linkType, timestamp } = packets[i]!;
      assert.equal(packet.linkType, linkType);
      assert.equal(packet.length, length);
      assert.equal(`${packet.timestamp}`, `${timestamp}`);
      assert.deepEqual(packet.bytes, bytes);
    });
  },
});

Deno.test("times that the format has no room for are refused", async () => {
  const at = (time: string) =>
    decode(new Uint8Array(60), { timestamp: Temporal.Instant.from(time) });
  const late = at("2107-01-01T00:00:00Z");
  const early = at("1969-12-31T23:59:59Z");
  await assert.rejects(written([late]), /time must be from 0 to 4294967295/);
  await assert.rejects(written([early], { format: "pcapng" }), RangeError);
  const [packet] = await packetsOf(await written([late], { format: "pcapng" }));
  assert.equal(`${packet?.timestamp}`, "2107-01-01T00:00:00Z");
});

Deno.test("comments are for pcapng, and of a length that it has room for", async () => {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const writer = await create(writable, { format: "pcapng", linkType: 228 });
  const packet = build(ipv4({}));
  await writer.write(packet, { comments: ["über", ""] });
  await assert.rejects(
    writer.write(packet, { comments: ["x".repeat(65_536)] }),
    RangeError,
  );
  await writer.close();
  assert.equal(writer.count, 1);
  const blocks = await Array.fromAsync((await open(await octets)).blocks());
  assert.deepEqual(blocks.at(-1)?.comments, ["über", ""]);
  const plain = await create(new WritableStream());
  await assert.rejects(plain.write(packet, { comments: ["a"] }), TypeError);
  await plain.close();
});

/** Does something in a folder of its own. */
async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the extension tells the format, unless it is given", async () => {
  await inFolder(async (folder) => {
    const cases = [
      ["a.pcap", undefined, "pcap"],
      ["a.pcapng", undefined, "pcapng"],
      ["b.pcapng", "pcap", "pcap"],
      ["c", "pcapng", "pcapng"],
      ["d", undefined, "pcap"],
    ] as const;
    for (const [name, format, expected] of cases) {
      const writer = await create(`${folder}/${name}`, { format });
      assert.equal(writer.format, expected);
      await writer.close();
      assert.equal((await open(`${folder}/${name}`)).format, expected);
    }
  });
});

Deno.test("what is appended comes behind what is there, as the file has it", async () => {
  const heads = [
    // Big-endian microseconds, little-endian nanoseconds.
    "a1b2c3d4 00020004 00000000 00000000 0000ffff 000000e4",
    "4d3cb2a1 02000400 00000000 00000000 ffff0000 e4000000",
  ];
  const timestamp = Temporal.Instant.from("2024-05-06T07:08:09.123456789Z");
  const packet = decode(build(ipv4({ id: 7 })).bytes, {
    linkType: 228,
    timestamp,
  });
  for (const head of heads) {
    await inFolder(async (folder) => {
      const path = `${folder}/a.pcap`;
      await Deno.writeFile(path, Uint8Array.fromHex(head.replaceAll(" ", "")));
      for (let i = 1; i <= 3; i++) {
        await using writer = await create(path, { append: true });
        await writer.write(packet);
        assert.equal(writer.linkType, 228);
      }
      const capture = await open(path);
      const fine = capture.resolution === "ns";
      for await (const { ipv4, timestamp } of capture) {
        assert.equal(ipv4?.id, 7);
        assert.equal(
          `${timestamp}`,
          `2024-05-06T07:08:09.${fine ? "123456789" : "123456"}Z`,
        );
      }
      assert.equal(await capture.count(), 3);
      const { size } = await Deno.stat(path);
      assert.equal(size, 24 + 3 * (16 + packet.bytes.length));
    });
  }
});

Deno.test("pcapng files take packets of other link types behind their own", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.pcapng`;
    for (
      const packet of [build(ethernet({})), build(ipv4({})), build(ipv4({}))]
    ) {
      await using writer = await create(path, { append: true });
      await writer.write(packet);
    }
    const linkTypes = await Array.fromAsync(
      await open(path),
      ({ linkType }) => linkType,
    );
    assert.deepEqual(linkTypes, [1, 228, 228]);
    if (!installed("tshark")) return;
    const fields = ["-T", "fields", "-e", "frame.encap_type"];
    const { stdout } = await run("tshark", ["-r", path, ...fields]);
    assert.equal(new TextDecoder().decode(stdout), "1\n129\n129\n");
  });
});

Deno.test("nothing is appended to what would not be read afterwards", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/a.pcap`;
    const whole = await written([build(ipv4({}))]);
    const cases: [
      octets: Uint8Array,
      options: CreateOptions,
      expected: RegExp,
    ][] = [
      [
        whole.subarray(0, -1),
        {},
        /^DecodeError: .*record cut short at octet 24/,
      ],
      [
        new TextEncoder().encode("some text"),
        {},
        /^DecodeError: .*unknown file format/,
      ],
      [
        whole,
        { linkType: 1 },
        /^RangeError: .*'linkType' must be 228, the file's: current value is 1/,
      ],
      [whole, { resolution: "ns" }, /^TypeError: .*'resolution' must be "us"/],
      [whole, { format: "pcapng" }, /^TypeError: .*'format' must be "pcap"/],
      [whole.with(7, 3).with(6, 0), {}, /^(NetError|DecodeError): /],
    ];
    for (const [octets, options, expected] of cases) {
      await Deno.writeFile(path, octets);
      await assert.rejects(
        create(path, { ...options, append: true }),
        (error) => {
          assert.match(`${error}`, expected);
          return true;
        },
      );
      assert.deepEqual(await Deno.readFile(path), octets);
    }
    await Deno.writeFile(path, whole);
    await using writer = await create(path, { append: true });
    await assert.rejects(
      writer.write(build(ethernet({}))),
      /link type must be 228/,
    );
    const both = create(path, { append: true, overwrite: true });
    await assert.rejects(both, TypeError);
    const stream = create(new WritableStream(), { append: true });
    await assert.rejects(stream, TypeError);
  });
});

Deno.test("packets that were built are written, and octets get the time of now", async () => {
  const packet = build(ethernet({}), ipv4({ dst: "192.0.2.1" }), udp({}));
  const before = Date.now();
  const [first, second] = await packetsOf(
    await written([packet, packet.bytes]),
  );
  assert.deepEqual(first?.bytes, packet.bytes);
  assert.equal(second?.linkType, 1);
  assert.ok(Math.abs(second!.time! - before) < 60_000);
});

Deno.test("a file without packets is a whole one", async () => {
  const octets = await written([], { linkType: 101 });
  assert.equal(octets.length, 24);
  assert.equal((await open(octets)).linkType, 101);
  assert.equal((await open(await written([]))).linkType, 1);
});

Deno.test("many packets that nobody waits for come in order", async () => {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const writer = await create(writable, { linkType: 228 });
  const sent = Array.from(
    { length: 5000 },
    (_, id) => build(ipv4({ id }), new Uint8Array(id % 1400)),
  );
  await Promise.all(sent.map((packet) => writer.write(packet)));
  await writer.close();
  const back = await packetsOf(await octets);
  assert.deepEqual(back.map(({ ipv4 }) => ipv4?.id), sent.map((_, id) => id));
});

Deno.test("a file that is there stays as it is, unless it may be written over", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.pcap`;
    await Deno.writeTextFile(path, "precious");
    await assert.rejects(() => create(path), (error: unknown) => {
      assert.ok(error instanceof NetError);
      assert.equal(error.code, "exists");
      assert.match(`${error.hint}`, /overwrite: true/);
      return true;
    });
    assert.equal(await Deno.readTextFile(path), "precious");
    {
      await using writer = await create(path, { overwrite: true });
      await writer.write(build(ipv4({})));
      assert.equal(writer.path, path);
    }
    const capture = await open(new URL(`file://${path}`));
    assert.equal(await capture.count(), 1);
    await assert.rejects(() => create(`${folder}/none/a.pcap`), {
      code: "not-found",
    });
    await assert.rejects(() => create(folder, { overwrite: true }), NetError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("what does not belong into the file is refused", async () => {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  const writer = await create(writable);
  await writer.write(build(ipv4({})));
  const other = build(ethernet({}));
  await assert.rejects(() => writer.write(other), /its link type must be 228/);
  const long = decode(new Uint8Array(262_145), { linkType: 228 });
  await assert.rejects(() => writer.write(long), /up to 262144 octets/);
  const text = "packet" as unknown as Packet;
  await assert.rejects(() => writer.write(text), TypeError);
  await writer.close();
  await writer.close();
  await assert.rejects(() => writer.write(other), /must be open/);
  assert.equal((await packetsOf(await octets)).length, 1);
  await assert.rejects(() => create(writable, { linkType: -1 }), RangeError);
  await assert.rejects(() => create(7 as unknown as string), TypeError);
});
