/** Captures merged by time. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { merge } from "../../lib/pcap/mod.ts";
import { captures, installed, pcap, run } from "./corpus.ts";
import { PcapngFile } from "./pcapng_file.ts";

const text = (octets: Uint8Array) => new TextDecoder().decode(octets);

/** A pcapng file of packets at given microseconds, each with one octet. */
function timed(
  linkType: number,
  packets: readonly (readonly [tick: number, octet: number])[],
  options: { name?: string; comment?: string; little?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const { name, comment, little } = options;
  const file = new PcapngFile(little).section();
  file.interface(linkType, name === undefined ? {} : { options: [[2, name]] });
  for (const [tick, octet] of packets) {
    file.packet(Uint8Array.of(octet), {
      ticks: BigInt(tick),
      options: comment === undefined ? [] : [[1, comment]],
    });
  }
  return file.bytes;
}

Deno.test("packets come in the order of time, equal ones in that of the captures", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(20), { maxLength: 12 }), {
        minLength: 1,
        maxLength: 5,
      }),
      async (times) => {
        const sorted = times.map((list) => list.toSorted((a, b) => a - b));
        const files = sorted.map((list, i) =>
          timed(1, list.map((t) => [t, i]))
        );
        const expected = sorted
          .flatMap((list, i) => list.map((tick) => ({ tick, i })))
          .sort((a, b) => a.tick - b.tick || a.i - b.i);
        const merged = await Array.fromAsync(await merge(files));
        assert.deepEqual(
          merged.map(({ time, bytes }) => ({
            tick: time! * 1000,
            i: bytes[0],
          })),
          expected,
        );
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("packets out of order stay behind those before them", async () => {
  const a = timed(1, [[5, 1], [1, 2], [6, 3]]);
  const b = timed(1, [[2, 4], [5, 5], [9, 6]]);
  const merged = await Array.fromAsync(await merge([a, b]));
  assert.deepEqual(merged.map(({ bytes }) => bytes[0]), [4, 1, 2, 5, 3, 6]);
});

Deno.test("captures of several link types become pcapng, with their names and comments", async () => {
  const a = timed(1, [[1, 1], [3, 2]], { name: "eth0", comment: "from a" });
  const b = timed(101, [[2, 3]], {
    name: "tun0",
    comment: "from b",
    little: false,
  });
  const plain = pcap(113, [{ bytes: Uint8Array.of(4), length: 9 }]);
  const merged = await merge([a, b, plain]);
  assert.equal(merged.format, "pcapng");
  assert.deepEqual(
    merged.interfaces.map(({ name, linkType }) => [name, linkType]),
    [["eth0", 1], ["tun0", 101], [undefined, 113]],
  );
  const seen: unknown[] = [];
  for await (const block of merged.blocks()) {
    if (block.type !== "packet") continue;
    const { packet, comments } = block;
    seen.push([
      packet.bytes[0],
      packet.linkType,
      block.interface.name,
      ...comments,
    ]);
  }
  assert.deepEqual(seen, [
    [4, 113, undefined],
    [1, 1, "eth0", "from a"],
    [3, 101, "tun0", "from b"],
    [2, 1, "eth0", "from a"],
  ]);
  // It is a capture like any other, and can be read again.
  assert.equal(await merged.slice({ from: 2, to: 3 }).count(), 2);
  assert.equal(await merged.count(), 4);
});

Deno.test("captures of one link type in pcap become pcap, unless asked otherwise", async () => {
  const file = pcap(101, [{ bytes: Uint8Array.of(1), length: 1 }]);
  const plain = await merge([file, file]);
  assert.deepEqual([plain.format, plain.linkType], ["pcap", 101]);
  assert.equal(await plain.count(), 2);
  const other = await merge([file, file], { format: "pcapng" });
  assert.equal(other.format, "pcapng");
  assert.equal(await other.count(), 2);
  await assert.rejects(merge([file, pcap(1, [])], { format: "pcap" }), {
    name: "RangeError",
    message: /'format' must be "pcapng" for more than link type 101/,
  });
  await assert.rejects(merge([]), RangeError);
});

Deno.test("a capture that changes its link type later does not become pcap silently", async () => {
  const late = new PcapngFile().section().interface(1).packet(Uint8Array.of(1))
    .section().interface(101).packet(Uint8Array.of(2)).bytes;
  const merged = await merge([late], { format: "pcap" });
  await assert.rejects(merged.count(), RangeError);
});

Deno.test("a merged capture that is cut short says so, and lets go of its files", async () => {
  const file = timed(1, [[1, 1], [2, 2]]);
  const merged = await merge([file, file.subarray(0, file.length - 3)]);
  const octets: number[] = [];
  await assert.rejects(async () => {
    for await (const { bytes } of merged) octets.push(...bytes);
  }, { code: "truncated" });
  assert.deepEqual(octets, [1, 1], "and what was before is there");
});

Deno.test({
  name:
    "real captures merged have all packets of each, in the order of time, as tshark reads them",
  ignore: captures.length === 0 || !installed("tshark"),
  async fn() {
    const names = ["ahcp.pcapng", "nhrp.pcapng", "OSPFv2_Capture_FINAL.pcapng"];
    const paths = captures.filter(({ name }) => names.includes(name))
      .map(({ path }) => path);
    assert.equal(paths.length, 3);
    const merged = await merge(paths);
    assert.deepEqual(merged.paths, paths);
    const { readable, writable } = new TransformStream<Uint8Array>();
    const octets = new Response(readable).bytes();
    const count = await merged.writeTo(writable);
    const fields = [
      "-T",
      "fields",
      "-e",
      "frame.time_epoch",
      "-e",
      "frame.len",
    ];
    const args = ["-r", "-", ...fields];
    const { stdout } = await run("tshark", args, await octets);
    const theirs = text(stdout).trimEnd().split("\n");
    assert.equal(theirs.length, count);
    const all: string[] = [];
    for (const path of paths) {
      const { stdout } = await run("tshark", ["-r", path, ...fields]);
      all.push(...text(stdout).trimEnd().split("\n"));
    }
    assert.deepEqual(theirs.toSorted(), all.toSorted());
    const times = theirs.map((line) => Number(line.split("\t")[0]));
    const isSorted = times.every((time, i) => i === 0 || time >= times[i - 1]!);
    assert.ok(isSorted);
  },
});
