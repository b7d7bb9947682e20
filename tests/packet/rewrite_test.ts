/** Captures written back: octet for octet, filtered as tcpdump filters. */

import assert from "node:assert/strict";
import { DecodeError } from "../../lib/errors.ts";
import { type Capture, open } from "../../lib/pcap/mod.ts";
import { captures, each, installed, run } from "./corpus.ts";
import { PcapngFile } from "./pcapng_file.ts";

const ignore = captures.length === 0;
const LARGE = "pim-packet-assortment.pcap";
const path = (name: string) =>
  captures.find((capture) => capture.name === name)!.path;

/** What a capture writes, as octets. */
async function written(capture: Capture): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = new TransformStream<Uint8Array>();
  const octets = new Response(readable).bytes();
  await capture.writeTo(writable);
  return await octets;
}

/** Does something in a folder of its own. */
async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function assertSame(ours: Uint8Array, theirs: Uint8Array, message: string) {
  const at = ours.findIndex((octet, i) => octet !== theirs[i]);
  assert.ok(
    ours.length === theirs.length && at < 0,
    `${message}: ${ours.length} octets, not ${theirs.length}, or from ${at}`,
  );
}

Deno.test({
  name: "every capture is written back octet for octet",
  ignore,
  async fn() {
    await inFolder(async (folder) => {
      for (const { name, path } of captures) {
        const file = await Deno.readFile(path);
        const copy = `${folder}/copy`;
        const packets = await (await open(path)).writeTo(copy, {
          overwrite: true,
        });
        assert.equal(packets, await (await open(path)).count(), name);
        assertSame(await Deno.readFile(copy), file, name);
        assertSame(await written(await open(file)), file, `${name}, octets`);
      }
    });
  },
});

Deno.test({
  name:
    "a pcapng file of all its kinds of blocks is written back, and its octets left alone",
  async fn() {
    for (const little of [true, false]) {
      const file = new PcapngFile(little).section([[1, "x"]], 400n)
        .interface(1).block(0x1234, [1, 2, 3]).packet(Uint8Array.of(1))
        .packet(Uint8Array.of(2), { options: [[1, "two"]] })
        .names([[1, Uint8Array.of(1, 2, 3, 4), "a\0"]])
        .section().interface(101).simplePacket(Uint8Array.of(3)).bytes;
      const before = file.toHex();
      assertSame(await written(await open(file)), file, "whole");
      // A section that says how long it is no longer does, and the rest is there.
      const part = await written((await open(file)).slice({ from: 2 }));
      assert.equal(file.toHex(), before, "the octets given are not changed");
      const blocks = await Array.fromAsync((await open(part)).blocks());
      assert.deepEqual(blocks.map(({ type }) => type), [
        "section",
        "interface",
        "unknown",
        "packet",
        "names",
        "section",
        "interface",
        "packet",
      ]);
      assert.equal(part.subarray(16, 24).toHex(), "ffffffffffffffff");
    }
  },
});

/** Filters that let something through in many of the captures. */
const FILTERS = [
  "ip",
  "udp or icmp",
  "tcp[tcpflags] & tcp-syn != 0",
  "less 100",
];

/** Link types of which our filters know the length alone: SunATM, IP over FC. */
const UNKNOWN = [122, 123];

/** Cut to the snap length by tcpdump, though the octets are there; see tcpdump_test.ts. */
async function isCut(path: string): Promise<boolean> {
  const capture = await open(path);
  for await (const { bytes } of capture) {
    if (bytes.length > capture.snapLength) return true;
  }
  return false;
}

Deno.test({
  name: "filter() and writeTo() write what tcpdump writes",
  ignore: ignore || !installed("tcpdump"),
  async fn() {
    let compared = 0;
    await each(captures, 4, async ({ name, path }) => {
      const capture = await open(path);
      const { format, byteOrder, resolution } = capture;
      // tcpdump writes in this machine's order, here taken to be little-endian.
      if (format === "pcapng" || byteOrder === "big" || await isCut(path)) {
        return;
      }
      for (const filter of FILTERS) {
        const precision = resolution === "ns" ? "nano" : "micro";
        const { stdout, stderr } = await run("tcpdump", [
          "-r",
          path,
          `--time-stamp-precision=${precision}`,
          "-w",
          "-",
          filter,
        ]);
        if (stdout.length === 0) {
          // It does not start where nothing can match; we find nothing, or say
          // that the link type is not known.
          assert.match(stderr, /tcpdump: (?!listening)/, name);
          const refusal = await Promise.try(() =>
            capture.filter(filter).count()
          ).catch((error) => error);
          assert.ok(refusal === 0 || refusal instanceof SyntaxError, name);
          continue;
        }
        if (UNKNOWN.includes(capture.linkType)) continue;
        const ours = await written(capture.filter(filter));
        // tcpdump writes a header of its own: zone, accuracy, snap length.
        assertSame(
          ours.subarray(24),
          stdout.subarray(24),
          `${name}, ${filter}`,
        );
        compared++;
      }
    });
    assert.ok(compared > 1000, `${compared} compared`);
  },
});

Deno.test({
  name:
    "a filter that is a function writes what the same filter in text writes",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    const kept: unknown[] = [];
    const test = capture.filter((packet) => {
      kept.push(packet.ipv4?.dst.toString());
      return packet.ipv4 !== undefined;
    });
    assertSame(await written(test), await written(capture.filter("ip")), LARGE);
    assert.equal(kept.length, await capture.count());
  },
});

Deno.test({
  name: "packets that a function was given stay as they are",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    const octets = (await Array.fromAsync(capture)).map(({ bytes }) => bytes);
    const given: Uint8Array[] = [];
    const all = capture.filter(({ bytes }) => given.push(bytes) > 0);
    await all.count();
    await written(all);
    assert.equal(given.length, 2 * octets.length);
    given.forEach((bytes, i) =>
      assertSame(bytes, octets[i % octets.length]!, `packet ${i}`)
    );
  },
});

Deno.test({
  name: "filters one behind the other let through what both do",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    const both = await capture.filter("ip").filter("greater 100").count();
    assert.equal(both, await capture.filter("ip and greater 100").count());
    const list = await Array.fromAsync(
      capture.filter("ip").filter("greater 100"),
    );
    assert.equal(list.length, both);
    assert.ok(both > 0 && both < await capture.count());
  },
});

Deno.test({
  name: "a capture is not written over the file that it is read from",
  ignore,
  async fn() {
    await inFolder(async (folder) => {
      const file = `${folder}/a.pcap`;
      const link = `${folder}/b.pcap`;
      await Deno.copyFile(path(LARGE), file);
      await Deno.link(file, link);
      const capture = await open(file);
      for (const target of [file, link, new URL(`file://${folder}/./a.pcap`)]) {
        await assert.rejects(
          capture.filter("ip").writeTo(target, { overwrite: true }),
          {
            name: "NetError",
            code: "same-file",
          },
        );
      }
      await assert.rejects(capture.writeTo(file), { code: "exists" });
      assertSame(
        await Deno.readFile(file),
        await Deno.readFile(path(LARGE)),
        LARGE,
      );
    });
  },
});

Deno.test({
  name: "of a capture that is cut short, the whole packets are written",
  ignore,
  async fn() {
    const file = await Deno.readFile(path(LARGE));
    await inFolder(async (folder) => {
      const copy = `${folder}/copy.pcap`;
      const cut = file.subarray(0, file.length - 1);
      await assert.rejects((await open(cut)).writeTo(copy), DecodeError);
      const whole = await (await open(file)).count();
      assert.equal(await (await open(copy)).count(), whole - 1);
    });
  },
});

Deno.test("a stream that was read is not asked to fill a new file", async () => {
  await inFolder(async (folder) => {
    const file = new PcapngFile().section().interface(1).bytes;
    const capture = await open(new Blob([file]).stream());
    const part = capture.filter("ip");
    assert.equal(await part.count(), 0);
    await assert.rejects(capture.writeTo(`${folder}/a`), { code: "consumed" });
    await assert.rejects(part.writeTo(`${folder}/a`), { code: "consumed" });
    await assert.rejects(Deno.stat(`${folder}/a`), Deno.errors.NotFound);
  });
});

Deno.test("closing a capture ends its parts; closing a part leaves the capture", async () => {
  const file = new PcapngFile().section().interface(1).packet(Uint8Array.of(1));
  const capture = await open(file.bytes);
  {
    await using part = capture.filter("less 100");
    assert.equal(await part.count(), 1);
  }
  assert.equal(await capture.count(), 1);
  const part = capture.slice({ from: 1 });
  await capture[Symbol.asyncDispose]();
  await assert.rejects(part.count(), { code: "closed" });
});

Deno.test({
  name: "a filter that does not parse is refused at once",
  ignore,
  async fn() {
    const capture = await open(path(LARGE));
    assert.throws(() => capture.filter("tcp prot 80"), {
      name: "ParseError",
      message: /did you mean "port"/,
    });
    assert.throws(() => capture.filter(7 as unknown as string), TypeError);
  },
});
