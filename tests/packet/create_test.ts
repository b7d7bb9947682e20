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
        );
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
