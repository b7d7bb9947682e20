/** Capture files in memory and in streams: the format, its ends, hostile ones. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError, NetError } from "../../../lib/errors.ts";
import { open } from "../../../lib/pcap/mod.ts";

/** One record to write: its time, its octets, and its length on the wire. */
interface Record {
  seconds?: number;
  fraction?: number;
  octets: Uint8Array;
  length?: number;
}

/** Writes a capture file as draft-ietf-opsawg-pcap §4 and §5 draw it. */
function pcap(
  records: readonly Record[],
  { little = false, magic = 0xa1b2c3d4, linkType = 1, snapLength = 65535 } = {},
): Uint8Array<ArrayBuffer> {
  const size = records.reduce(
    (sum, { octets }) => sum + 16 + octets.length,
    24,
  );
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, snapLength, little);
  view.setUint32(20, linkType, little);
  let at = 24;
  for (const { seconds = 0, fraction = 0, octets, length } of records) {
    view.setUint32(at, seconds, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, octets.length, little);
    view.setUint32(at + 12, length ?? octets.length, little);
    file.set(octets, at + 16);
    at += 16 + octets.length;
  }
  return file;
}

const octetsOf = (...lengths: number[]): Record[] =>
  lengths.map((length, i) => ({ octets: new Uint8Array(length).fill(i + 1) }));

/** A stream of a file in pieces, which says when it was let go of. */
function streamed(file: Uint8Array, piece: number) {
  const state = { cancelled: false };
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= file.length) controller.close();
      else controller.enqueue(file.slice(at, at += piece));
    },
    cancel() {
      state.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { stream, state };
}

/** Reads to the end or to the error, and gives both. */
async function readAll(source: Parameters<typeof open>[0]) {
  const packets: Uint8Array[] = [];
  try {
    for await (const { bytes } of await open(source)) packets.push(bytes);
  } catch (error) {
    return { packets, error };
  }
  return { packets, error: undefined };
}

/** Compares long octets without a long account of how they differ. */
function assertSame(a: readonly Uint8Array[], b: readonly Uint8Array[]): void {
  assert.deepEqual(
    a.map(({ length }) => length),
    b.map(({ length }) => length),
  );
  a.forEach((octets, i) => {
    const at = octets.findIndex((octet, j) => octet !== b[i]![j]);
    assert.equal(at, -1, `packet ${i} differs at octet ${at}`);
  });
}

/** Memory that buffers take, touched or not. */
const buffers = () => Deno.memoryUsage().external;

Deno.test("open() reads both octet orders and both resolutions", async () => {
  for (const little of [false, true]) {
    for (
      const [magic, resolution] of [[0xa1b2c3d4, "us"], [
        0xa1b23c4d,
        "ns",
      ]] as const
    ) {
      const file = pcap([
        {
          seconds: 0xffffffff,
          fraction: 123456,
          octets: Uint8Array.of(1, 2),
          length: 60,
        },
      ], { little, magic, linkType: 147, snapLength: 96 });
      const capture = await open(file);
      const { interfaces, ...facts } = capture.toJSON();
      assert.equal(interfaces.length, 1);
      assert.deepEqual(facts, {
        name: "octets",
        format: "pcap",
        linkType: 147,
        snapLength: 96,
        resolution,
        byteOrder: little ? "little" : "big",
      });
      for await (const packet of capture) {
        assert.equal(packet.length, 60);
        assert.deepEqual(packet.bytes, Uint8Array.of(1, 2));
        assert.equal(
          packet.timestamp!.epochNanoseconds,
          4294967295_000000000n + (resolution === "us" ? 123456000n : 123456n),
        );
      }
      assert.equal(await capture.count(), 1);
    }
  }
});

Deno.test("the link type is the lower half of its word: above it says the FCS", async () => {
  const capture = await open(pcap([], { linkType: 0x54000001 }));
  assert.equal(capture.linkType, 1);
});

Deno.test("what is no capture is refused", async () => {
  const cases: [string, string][] = [
    ["", "file header cut short at octet 0, needs 24 octets and has 0"],
    ["a1b2", "file header cut short at octet 0, needs 24 octets and has 2"],
    [
      "a1b2c3d400020004",
      "file header cut short at octet 0, needs 24 octets and has 8",
    ],
    [
      "47494638",
      "unknown file format, magic number 47494638 at octet 0. Try: " +
      "file, or editcap -F pcapng in out, which reads many formats",
    ],
    [
      "a1b2c3d4 00020005".replace(" ", "").padEnd(48, "0"),
      "version 2.5, not 2.0 to 2.4 or 543.0 at octet 4",
    ],
  ];
  for (const [hex, message] of cases) {
    const error = await open(Uint8Array.fromHex(hex)).catch((error) => error);
    assert.ok(error instanceof DecodeError);
    assert.equal(error.message, `Cannot decode pcap: ${message}`);
  }
});

Deno.test("a file cut anywhere gives its whole packets, then one error", async () => {
  const lengths = [3, 0, 20, 7];
  const file = pcap(octetsOf(...lengths));
  const starts = [24];
  for (const length of lengths) starts.push(starts.at(-1)! + 16 + length);
  for (let cut = 24; cut <= file.length; cut++) {
    const whole = starts.filter((start) => start <= cut).length - 1;
    const start = starts[whole]!;
    for (
      const source of [
        file.subarray(0, cut),
        streamed(file.subarray(0, cut), 5).stream,
      ]
    ) {
      const { packets, error } = await readAll(source);
      assert.equal(packets.length, whole);
      if (start === cut) {
        assert.equal(error, undefined);
        continue;
      }
      assert.ok(error instanceof DecodeError);
      const { layer, code, offset, needed, available } = error;
      assert.deepEqual({ layer, code, offset, needed, available }, {
        layer: "pcap",
        code: "truncated",
        offset: start,
        needed: cut - start < 16 ? 16 : 16 + lengths[whole]!,
        available: cut - start,
      });
    }
    const counted = (await open(file.subarray(0, cut))).count();
    if (start === cut) assert.equal(await counted, whole);
    else await assert.rejects(counted, DecodeError);
  }
});

Deno.test("a record that claims more than a packet can have is an error, not memory", async () => {
  for (const snapLength of [0, 65535, 0xffffffff]) {
    const file = pcap(octetsOf(4, 4), { snapLength });
    new DataView(file.buffer).setUint32(24 + 20 + 8, 0xfffffff0);
    const before = buffers();
    for (const source of [file, streamed(file, 7).stream]) {
      const { packets, error } = await readAll(source);
      assert.equal(packets.length, 1);
      assert.ok(error instanceof DecodeError);
      assert.equal(error.offset, 44);
      assert.match(error.message, /record of 4294967280 octets, \d+ at most/);
    }
    assert.ok(buffers() - before < 32 * 2 ** 20);
  }
});

Deno.test("a record within a huge snap length takes only the memory that comes", async () => {
  const file = pcap(octetsOf(4), { snapLength: 2 ** 31 });
  new DataView(file.buffer).setUint32(24 + 8, 100 * 2 ** 20);
  const before = buffers();
  const { packets, error } = await readAll(streamed(file, 9).stream);
  assert.deepEqual(packets, []);
  assert.equal((error as DecodeError).needed, 16 + 100 * 2 ** 20);
  assert.equal((error as DecodeError).available, 20);
  assert.ok(buffers() - before < 32 * 2 ** 20);
});

Deno.test("packets longer than the snap length, and than a buffer, are whole", async () => {
  const records = octetsOf(1, 262_144, 70_000, 5);
  const file = pcap(records, { snapLength: 96 });
  for (const source of [file, streamed(file, 50_000).stream]) {
    const { packets, error } = await readAll(source);
    assert.equal(error, undefined);
    assertSame(packets, records.map(({ octets }) => octets));
  }
});

Deno.test("packets stay as they are after the next ones have come", async () => {
  // 40 buffers' worth, out of a stream that uses one buffer for all.
  const records = Array.from({ length: 2000 }, (_, i) => ({
    octets: new Uint8Array(1300).fill(i),
  }));
  const file = pcap(records);
  let at = 0;
  const shared = new Uint8Array(4096);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = file.subarray(at, at += shared.length);
      shared.set(part);
      if (part.length === 0) controller.close();
      else controller.enqueue(shared.subarray(0, part.length));
    },
  }, { highWaterMark: 0 });
  const { packets } = await readAll(stream);
  assert.equal(packets.length, 2000);
  packets.forEach((octets, i) => {
    assert.ok(octets.every((octet) => octet === i % 256), `packet ${i}`);
  });
});

Deno.test("however the pieces fall, the packets are the same", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
    fc.integer({ min: 1, max: 400 }),
    fc.boolean(),
    async (list, piece, little) => {
      const file = pcap(list.map((octets) => ({ octets })), { little });
      const capture = await open(streamed(file, piece).stream);
      const packets: Uint8Array[] = [];
      for await (const { bytes } of capture) packets.push(bytes);
      assert.deepEqual(packets, list);
      assert.equal(await (await open(file)).count(), list.length);
    },
  ));
});

Deno.test("no octets make a capture end in anything but packets or a DecodeError", async () => {
  const file = pcap(octetsOf(60, 9, 0, 30));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), {
        minLength: 1,
      }),
      fc.nat(file.length),
      async (changes, length) => {
        const changed = file.slice(0, length);
        for (const [at, value] of changes) changed[at] = value;
        const { packets, error } = await readAll(changed);
        assert.ok(error === undefined || error instanceof DecodeError);
        for (const octets of packets) assert.ok(octets.length <= length);
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("octets can be read again, a stream once", async () => {
  const file = pcap(octetsOf(1, 2));
  const before = file.toHex();
  const again = await open(file);
  assert.equal(await again.count(), 2);
  assert.equal(await again.count(), 2);
  assert.equal(file.toHex(), before, "and are left as they are");
  const once = await open(streamed(file, 10).stream);
  assert.equal(await once.count(), 2);
  await assert.rejects(once.count(), {
    name: "NetError",
    code: "consumed",
    message: "Cannot read stream: a stream can be read once, and has been. " +
      "Try: save it in a file, and open that",
  });
});

Deno.test("leaving the loop early lets go of the stream", async () => {
  const { stream, state } = streamed(pcap(octetsOf(100, 100)), 30);
  for await (const packet of await open(stream)) {
    assert.equal(packet.length, 100);
    break;
  }
  assert.ok(state.cancelled);
});

Deno.test("a stream that is no capture is let go of", async () => {
  const { stream, state } = streamed(new Uint8Array(100), 30);
  await assert.rejects(open(stream), DecodeError);
  assert.ok(state.cancelled);
});

Deno.test("dispose lets go of a stream that nobody has read", async () => {
  const { stream, state } = streamed(pcap(octetsOf(100)), 30);
  {
    await using capture = await open(stream);
    assert.equal(capture.linkType, 1);
  }
  assert.ok(state.cancelled);
});

Deno.test("dispose ends a reading under way with an error, not as if it were the end", async () => {
  const { stream } = streamed(pcap(octetsOf(100, 100)), 130);
  const capture = await open(stream);
  const packets = capture[Symbol.asyncIterator]();
  assert.equal((await packets.next()).value?.length, 100);
  await capture[Symbol.asyncDispose]();
  await assert.rejects(packets.next(), { code: "closed" });
  await assert.rejects(capture.count(), { code: "closed" });
});

Deno.test("a stream's own failure passes through", async () => {
  const failure = new NetError("reset", { code: "reset", op: "read" });
  const file = pcap(octetsOf(10, 10));
  let part = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (part++ === 0) controller.enqueue(file.subarray(0, 60));
      else controller.error(failure);
    },
  }, { highWaterMark: 0 });
  const { packets, error } = await readAll(stream);
  assert.equal(packets.length, 1);
  assert.equal(error, failure);
});

Deno.test("the caller's signal stops opening and reading, with its own reason", async () => {
  const reason = new Error("enough");
  await assert.rejects(
    open(pcap([]), { signal: AbortSignal.abort(reason) }),
    reason,
  );
  // A stream that never says anything again.
  const stop = new AbortController();
  const file = pcap(octetsOf(10));
  let cancelled = false;
  const quiet = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(file),
    cancel() {
      cancelled = true;
    },
  });
  const capture = await open(quiet, { signal: stop.signal });
  let packets = 0;
  await assert.rejects(async () => {
    for await (const _ of capture) {
      packets++;
      setTimeout(() => stop.abort(reason), 5);
    }
  }, reason);
  assert.equal(packets, 1);
  assert.ok(cancelled);
});

Deno.test("memory does not grow with the capture", async () => {
  // 256 MiB of records that are never all there at once.
  const chunk = pcap(octetsOf(...new Array(1000).fill(1032))).subarray(24);
  let left = 256;
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(pcap([])),
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  }, { highWaterMark: 0 });
  const before = Deno.memoryUsage().rss;
  let packets = 0;
  let most = 0;
  for await (const packet of await open(stream)) {
    if (packet.ethernet !== undefined) packets++;
    if (packets % 10_000 === 0) {
      most = Math.max(most, Deno.memoryUsage().rss - before);
    }
  }
  assert.equal(packets, 256_000);
  assert.ok(most < 128 * 2 ** 20, `${most >> 20} MiB more`);
});

Deno.test("open() refuses what it cannot read from", async () => {
  // @ts-expect-error: not a source
  await assert.rejects(open(7), {
    name: "TypeError",
    message: /'source' must be a path, a file: URL, .*current value is 7$/,
  });
  await assert.rejects(open(new URL("https://example.net/x.pcap")), TypeError);
});

Deno.test({
  name: "without permission a file is refused, with the flag that gives it",
  permissions: "none",
  async fn() {
    await assert.rejects(open("lab.pcap"), {
      name: "PermissionError",
      code: "permission",
      target: "lab.pcap",
      hint: "deno run --allow-read=lab.pcap …",
    });
  },
});

Deno.test("inspect shows what the file header says", async () => {
  const shown = Deno.inspect(await open(pcap([], { linkType: 101 })));
  assert.equal(
    shown,
    "capture octets\n  format       pcap\n  link type    101 (ipv4 or ipv6)\n  snap length  65,535 octets\n  resolution   us\n  byte order   big",
  );
});
