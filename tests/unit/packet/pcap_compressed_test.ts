/** Compressed captures: told by their first octets, in pieces, cut, and hostile. */

import assert from "node:assert/strict";
import { zstdCompressSync } from "node:zlib";
import { DecodeError } from "../../../lib/errors.ts";
import { open } from "../../../lib/pcap/mod.ts";

/** A pcap file of so many packets of 100 octets. */
function pcap(packets: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(24 + packets * 116);
  const view = new DataView(file.buffer);
  [0xa1b2c3d4, 0x00020004, 0, 0, 65535, 1].forEach((word, i) =>
    view.setUint32(4 * i, word)
  );
  for (let i = 0, at = 24; i < packets; i++, at += 116) {
    view.setUint32(at, i);
    view.setUint32(at + 8, 100);
    view.setUint32(at + 12, 100);
    file.fill(i * 7, at + 16, at + 116);
  }
  return file;
}

async function gzip(octets: Uint8Array<ArrayBuffer>) {
  const packed = new Blob([octets]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return await new Response(packed).bytes();
}

const zstd = (octets: Uint8Array<ArrayBuffer>) =>
  Promise.resolve(Uint8Array.from(zstdCompressSync(octets)));

/** A stream of octets in pieces. */
function streamed(octets: Uint8Array, piece: number) {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= octets.length) controller.close();
      else controller.enqueue(octets.slice(at, at += piece));
    },
  }, { highWaterMark: 0 });
}

for (const [kind, pack] of [["gzip", gzip], ["zstd", zstd]] as const) {
  Deno.test(`a ${kind} capture is read as the one in it, from octets and streams`, async () => {
    const packed = await pack(pcap(1000));
    const capture = await open(packed);
    assert.equal(capture.compression, kind);
    assert.match(Deno.inspect(capture), new RegExp(`format +pcap, ${kind}`));
    for (let again = 0; again < 2; again++) {
      let i = 0;
      for await (const { bytes, time } of capture) {
        assert.equal(bytes.length, 100);
        assert.ok(bytes.every((octet) => octet === i * 7 % 256));
        assert.equal(time, 1000 * i++);
      }
      assert.equal(i, 1000);
    }
    for (const piece of [1, 100, 5000]) {
      assert.equal(await (await open(streamed(packed, piece))).count(), 1000);
    }
  });

  Deno.test(`several ${kind} files behind each other are one`, async () => {
    const file = pcap(10);
    const parts = [file.slice(0, 30), file.slice(30, 500), file.slice(500)];
    const packed = await Promise.all(parts.map(pack));
    const together = await new Blob(packed).bytes();
    assert.equal(await (await open(together)).count(), 10);
    assert.equal(await (await open(streamed(together, 13))).count(), 10);
  });

  Deno.test(`a ${kind} capture cut short gives what is there, then an error`, async () => {
    const packed = await pack(pcap(100_000));
    for (const cut of [10, 500, packed.length >> 1, packed.length - 1]) {
      const reading = async () => {
        const capture = await open(packed.subarray(0, cut));
        for await (const { bytes } of capture) assert.equal(bytes.length, 100);
      };
      await assert.rejects(reading, (error: unknown) => {
        assert.ok(error instanceof DecodeError, `${error}`);
        assert.equal(error.layer, kind);
        assert.match(error.message, /cut short/);
        return true;
      });
    }
  });

  Deno.test(`changed ${kind} octets make an error, not the end of the program`, async () => {
    const packed = await pack(pcap(2000));
    for (let at = 4; at < packed.length; at += Math.ceil(packed.length / 60)) {
      const changed = packed.with(at, packed[at]! ^ 0x55);
      try {
        const capture = await open(changed);
        for await (const { bytes } of capture) assert.ok(bytes.length <= 65535);
      } catch (error) {
        assert.ok(error instanceof DecodeError, `${at}: ${error}`);
      }
    }
  });

  Deno.test(`what is compressed by ${kind} twice, or is no capture, is refused`, async () => {
    const once = await pack(pcap(1));
    await assert.rejects(open(await pack(once)), {
      name: "DecodeError",
      message: new RegExp(`${kind} within ${kind}`),
    });
    await assert.rejects(open(await pack(new Uint8Array(100))), {
      message: /unknown file format, magic number 00000000/,
    });
  });

  Deno.test(`leaving a ${kind} stream early lets go of it`, async () => {
    const packed = await pack(pcap(200_000));
    let cancelled = false;
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        // It never ends: only the one who reads can.
        const piece = packed.slice(at, at += 1000);
        controller.enqueue(piece.length > 0 ? piece : new Uint8Array(1000));
      },
      cancel() {
        cancelled = true;
      },
    }, { highWaterMark: 0 });
    for await (const packet of await open(stream)) {
      assert.equal(packet.length, 100);
      break;
    }
    assert.ok(cancelled);
  });
}

Deno.test("a stream's own failure passes through the decoder", async () => {
  const packed = await gzip(pcap(1000));
  const failure = new Error("reset");
  let part = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (part++ === 0) controller.enqueue(packed.subarray(0, 100));
      else controller.error(failure);
    },
  }, { highWaterMark: 0 });
  const reading = async () => await (await open(stream)).count();
  await assert.rejects(reading, failure);
});

Deno.test("a small file that unpacks to gigabytes takes no such memory", async () => {
  // One packet, and then zeros that are empty packets.
  const file = new Uint8Array(48 * 2 ** 20);
  file.set(pcap(0));
  const packed = await zstd(file);
  assert.ok(packed.length < 10_000);
  const before = Deno.memoryUsage().rss;
  await assert.rejects(
    (await open(await new Blob([packed, packed, packed, packed]).bytes()))
      .count(),
    {
      name: "DecodeError",
    },
  );
  const grown = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert.ok(grown < 160, `${grown} MiB`);
});
