import assert from "node:assert/strict";
import { PcapEncoder, PcapngEncoder } from "../../../lib/pcap/encode.ts";
import type { Batch } from "../../../lib/wire/capturing/source.ts";
import { statisticsBlock } from "../../../lib/wire/capturing/statistics_block.ts";
import { StreamSource } from "../../../lib/wire/capturing/stream_source.ts";

/** Packet i is i % 200 + 1 octets of the value i % 256. */
function packet(i: number) {
  const octets = new Uint8Array(i % 200 + 1).fill(i);
  return {
    octets,
    start: 0,
    end: octets.length,
    length: octets.length + 1,
    seconds: 1_700_000_000 + i,
    nanoseconds: i,
  };
}

function join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(
    parts.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function pcapng(count: number, ...behind: readonly Uint8Array[]): Uint8Array {
  const encoder = new PcapngEncoder({ resolution: "ns", little: true });
  encoder.begin();
  encoder.interface({ linkType: 1, name: "eth7", snapLength: 300 });
  for (let i = 0; i < count; i++) encoder.packet(0, packet(i));
  return join(encoder.take(), ...behind);
}

function inPieces(
  octets: Uint8Array,
  size: number,
): ReadableStream<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += size) {
    pieces.push(octets.subarray(at, at + size));
  }
  return ReadableStream.from(pieces);
}

/** All packets of a batch as their first octet, length and time. */
function* told(batch: Batch | undefined) {
  while (batch?.next()) {
    const { octets, start, end, length, seconds, nanoseconds } = batch;
    assert.equal(end - start, length - 1);
    assert.ok(octets.subarray(start, end).every((x) => x === octets[start]));
    yield [octets[start], length, seconds, nanoseconds, batch.interface];
  }
}

const expected = (count: number, name: string) =>
  Array.from({ length: count }, (_, i) => {
    const { length, seconds, nanoseconds, octets } = packet(i);
    return [octets[0], length, seconds, nanoseconds, name];
  });

for (const size of [1, 7, 1000, 65_536, 1_000_000]) {
  Deno.test(`packets come whole out of pieces of ${size} octets`, async () => {
    const count = size < 10 ? 50 : 5000;
    const stream = inPieces(pcapng(count), size);
    using source = await StreamSource.open(stream);
    const { interface: name, linkType, snapLength, tier } = source;
    assert.deepEqual([name, linkType, snapLength, tier], [
      "eth7",
      1,
      300,
      "stream",
    ]);
    const all = [];
    while (await source.wait()) all.push(...told(source.take()));
    assert.deepEqual(all, expected(count, "eth7"));
    assert.equal(source.statistics().received, count);
  });
}

Deno.test("a pcap stream has no names, and the source a name for it", async () => {
  const encoder = new PcapEncoder({ resolution: "ns", little: false });
  encoder.begin(101);
  for (let i = 0; i < 9; i++) encoder.packet(packet(i));
  const stream = inPieces(encoder.take(), 33);
  using source = await StreamSource.open(stream, { name: "tun0" });
  const all = [];
  while (await source.wait()) all.push(...told(source.take()));
  assert.deepEqual(all, expected(9, "tun0"));
  assert.equal(source.linkType, 101);
});

Deno.test("what the stream says that was lost is in the statistics", async () => {
  const block = statisticsBlock({
    received: 12,
    dropped: 3,
    interfaceDropped: 4,
  });
  using source = await StreamSource.open(inPieces(pcapng(9, block), 100));
  while (await source.wait()) source.take();
  assert.deepEqual(source.statistics(), {
    received: 12,
    dropped: 3,
    interfaceDropped: 4,
  });
});

Deno.test("a check is asked of each packet once", async () => {
  using source = await StreamSource.open(inPieces(pcapng(20), 64));
  let asked = 0;
  source.check = ({ length }) => ++asked > 0 && length % 2 === 0;
  const all = [];
  while (await source.wait()) all.push(...told(source.take()));
  assert.equal(asked, 20);
  assert.equal(all.length, 10);
});

Deno.test("a batch that is kept stays; one that was to be reused throws later", async () => {
  using source = await StreamSource.open(inPieces(pcapng(4000), 4096));
  const kept: Batch[] = [];
  let reused: Batch | undefined;
  for (let i = 0; await source.wait(); i++) {
    const batch = source.take(i % 2 === 0 ? "keep" : "reuse");
    if (reused !== undefined) {
      assert.throws(() => reused!.next(), { code: "stale" });
      reused = undefined;
    }
    if (batch === undefined) continue;
    if (i % 2 === 0) kept.push(batch);
    else reused = batch;
  }
  assert.ok(kept.length > 20);
  const all = expected(4000, "eth7").map((row) => JSON.stringify(row));
  const known = new Set(all);
  for (const batch of kept) {
    for (const row of told(batch)) assert.ok(known.has(JSON.stringify(row)));
  }
});

Deno.test("a malformed stream ends in an error behind the packets before it", async () => {
  const short = Uint8Array.fromHex("0600000003000000000000000000000000");
  const bad = [
    [pcapng(5, short), 5, /block of 3/],
    [pcapng(5).subarray(0, -1), 4, /cut short/],
  ] as const;
  for (const [octets, count, message] of bad) {
    using source = await StreamSource.open(inPieces(octets, 50));
    const all: unknown[] = [];
    await assert.rejects(async () => {
      while (await source.wait()) all.push(...told(source.take()));
    }, { name: "DecodeError", message });
    assert.equal(all.length, count);
    assert.equal(await source.wait(), false);
  }
});

Deno.test("what the stream fails with comes behind the packets before it", async () => {
  const reason = new Error("gone");
  async function* failing() {
    yield pcapng(3);
    await Promise.resolve();
    throw reason;
  }
  using source = await StreamSource.open(ReadableStream.from(failing()));
  const all: unknown[] = [];
  await assert.rejects(async () => {
    while (await source.wait()) all.push(...told(source.take()));
  }, reason);
  assert.equal(all.length, 3);
});

Deno.test("while nobody takes packets, the stream waits", async () => {
  const whole = pcapng(2000);
  let given = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      given += whole.length;
      controller.enqueue(whole.slice());
    },
    cancel: () => void (isCancelled = true),
  });
  const source = await StreamSource.open(stream);
  while (given < 1024 * 1024) await new Promise((go) => setTimeout(go, 1));
  const before = given;
  await new Promise((go) => setTimeout(go, 20));
  assert.ok(given < before + whole.length * 2);
  source.stop();
  assert.ok(isCancelled);
  let count = 0;
  for (let batch; (batch = source.take());) while (batch.next()) count++;
  assert.ok(count >= 2000 && given > 1024 * 1024);
  assert.equal(await source.wait(), false);
  source[Symbol.dispose]();
});

Deno.test("a wait ends when it is cancelled or the source stops", async () => {
  const octets = pcapng(1);
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(octets),
  });
  using source = await StreamSource.open(stream);
  assert.ok(await source.wait());
  assert.deepEqual([...told(source.take())].length, 1);
  const waiting = source.wait();
  source.cancel();
  assert.equal(await waiting, true);
  assert.equal(source.take(), undefined);
  const again = source.wait();
  source.stop();
  assert.equal(await again, true);
  assert.equal(await source.wait(), false);
});
