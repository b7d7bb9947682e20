/** The pcapng format: all kinds of blocks, both octet orders, hostile files. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { DecodeError } from "../../../lib/errors.ts";
import { type Block, open } from "../../../lib/pcap/mod.ts";
import { PcapngFile } from "../../packet/pcapng_file.ts";

/** All blocks of a file. */
async function blocksOf(octets: Uint8Array): Promise<Block[]> {
  return await Array.fromAsync((await open(octets)).blocks());
}

/** A block of one type. */
async function blockOf<T extends Block["type"]>(
  octets: Uint8Array,
  type: T,
): Promise<Extract<Block, { type: T }>> {
  const found = (await blocksOf(octets)).find((block) => block.type === type);
  assert.ok(found, type);
  return found as Extract<Block, { type: T }>;
}

const DATA = Uint8Array.of(1, 2, 3, 4, 5);
/** As much as the first interface keeps of a packet. */
const CUT = Uint8Array.from({ length: 100 }, (_, i) => i + 1);

/** A file of every kind of block that is known, and one that is not. */
function allBlocks(little: boolean): Uint8Array {
  const file = new PcapngFile(little);
  file.section([[1, "a section"], [2, "hw"], [3, "os"], [4, "app"]]);
  file.interface(1, {
    snapLength: 100,
    options: [
      [2, "eth0"],
      [3, "the first"],
      [4, Uint8Array.of(192, 0, 2, 1, 255, 255, 255, 0)],
      [5, Uint8Array.of(0x20, 1, 0xd, 0xb8, ...new Array(11).fill(0), 1, 64)],
      [6, Uint8Array.of(2, 0, 0, 0, 0, 1)],
      [8, file.number(1_000_000_000, 8)],
      [9, Uint8Array.of(9)],
      [11, "\0tcp port 80"],
      [12, "Linux"],
      [13, Uint8Array.of(4)],
      [14, file.number(-3600, 8)],
      [15, "card"],
    ],
  });
  file.interface(101);
  file.packet(DATA, {
    ticks: 1_700_003_600_123_456_789n,
    length: 60,
    options: [
      [1, "first"],
      [1, "second"],
      [2, file.number(0x0100_0000 | 4 << 5 | 2 << 2 | 1, 4)],
      [4, file.number(7, 8)],
      [5, file.number(2n ** 63n, 8)],
      [6, file.number(3, 4)],
    ],
  });
  file.packet(DATA, { face: 1, ticks: 1_700_000_000_000_001n });
  file.oldPacket(DATA, { face: 1, drops: 2, ticks: 5n });
  file.simplePacket(CUT, 60_000);
  file.names([
    [1, Uint8Array.of(192, 0, 2, 1), "a.example\0b.example\0"],
    [2, new Uint8Array(16), "any\0"],
    [3, Uint8Array.of(2, 0, 0, 0, 0, 1), "mine\0"],
    [77, Uint8Array.of(1), "not known"],
  ]);
  file.block(5, [
    ...file.number(0, 4),
    ...file.number(1_700_003_600_000_000_000n >> 32n, 4),
    ...file.number(1_700_003_600_000_000_000n & 0xffffffffn, 4),
    ...file.options([[4, file.number(10, 8)], [5, file.number(1, 8)]]),
  ]);
  file.block(0xa, [
    ...file.number(0x544c534b, 4),
    ...file.number(3, 4),
    ...[65, 66, 67, 0],
  ]);
  file.block(0xbad, [...file.number(32473, 4), 1, 2, 3, 4]);
  file.block(0x12345678, [9, 9, 9, 9]);
  return file.bytes;
}

for (const little of [true, false]) {
  const order = little ? "little" : "big";
  Deno.test(`blocks() gives every kind of block as plain data, ${order}-endian`, async () => {
    const file = allBlocks(little);
    const section = await blockOf(file, "section");
    assert.deepEqual(section.comments, ["a section"]);
    assert.equal(section.byteOrder, order);
    assert.deepEqual(
      [section.hardware, section.os, section.application],
      ["hw", "os", "app"],
    );

    const { options, offset, type: _, ...face } = await blockOf(
      file,
      "interface",
    );
    assert.ok(offset > 0 && options.length === 12);
    assert.deepEqual(face, {
      index: 0,
      linkType: 1,
      snapLength: 100,
      name: "eth0",
      description: "the first",
      addresses: ["192.0.2.1/24", "2001:db8::1/64"],
      mac: "02:00:00:00:00:01",
      speed: 1e9,
      filter: "tcp port 80",
      os: "Linux",
      hardware: "card",
      fcsLength: 4,
      ticks: 1e9,
      timeOffset: -3600,
      comments: [],
    });

    const packets = (await blocksOf(file)).filter((b) => b.type === "packet");
    const [first, second, old, simple] = packets;
    assert.deepEqual(packets.map(({ number }) => number), [1, 2, 3, 4]);
    assert.deepEqual(first?.comments, ["first", "second"]);
    assert.deepEqual(first?.flags, {
      direction: "inbound",
      reception: "multicast",
      fcsLength: 4,
      errors: 0x100,
    });
    assert.deepEqual(
      [first?.drops, first?.packetId, first?.queue],
      [7, 2n ** 63n, 3],
    );
    assert.equal(first?.interface.name, "eth0");
    assert.equal(
      `${first?.packet.timestamp}`,
      "2023-11-14T22:13:20.123456789Z",
    );
    assert.equal(first?.packet.length, 60);
    assert.equal(second?.packet.linkType, 101);
    assert.equal(`${second?.packet.timestamp}`, "2023-11-14T22:13:20.000001Z");
    assert.equal(old?.drops, 2);
    assert.equal(`${old?.packet.timestamp}`, "1970-01-01T00:00:00.000005Z");
    assert.equal(simple?.packet.timestamp, undefined);
    assert.equal(simple?.packet.length, 60_000);
    assert.deepEqual(
      packets.map(({ packet }) => packet.bytes),
      [DATA, DATA, DATA, CUT],
    );

    assert.deepEqual((await blockOf(file, "names")).names, [
      { address: "192.0.2.1", names: ["a.example", "b.example"] },
      { address: "::", names: ["any"] },
      { address: "02:00:00:00:00:01", names: ["mine"] },
    ]);
    const statistics = await blockOf(file, "statistics");
    assert.deepEqual([statistics.received, statistics.dropped], [10, 1]);
    assert.equal(`${statistics.timestamp}`, "2023-11-14T22:13:20Z");
    assert.equal(statistics.interface.name, "eth0");
    const secrets = await blockOf(file, "secrets");
    assert.equal(secrets.kind, "tls");
    assert.deepEqual(secrets.secrets, Uint8Array.of(65, 66, 67));
    const custom = await blockOf(file, "custom");
    assert.deepEqual([custom.enterprise, custom.mayCopy], [32473, true]);
    assert.deepEqual(custom.data, Uint8Array.of(1, 2, 3, 4));
    const unknown = await blockOf(file, "unknown");
    assert.equal(unknown.code, 0x12345678);
    assert.deepEqual(unknown.data, Uint8Array.of(9, 9, 9, 9));
  });
}

Deno.test("a capture says what stands before its first packet", async () => {
  const capture = await open(allBlocks(true));
  assert.equal(capture.format, "pcapng");
  assert.equal(capture.linkType, 1);
  assert.equal(capture.snapLength, 100);
  assert.equal(capture.resolution, "ns");
  assert.deepEqual(
    capture.interfaces.map(({ name, linkType }) => [name, linkType]),
    [["eth0", 1], [undefined, 101]],
  );
  assert.equal(await capture.count(), 4);
  assert.match(Deno.inspect(capture), /format +pcapng\n.*interfaces +eth0, 1/s);
});

Deno.test("records() reads pcapng with the loop that reads pcap", async () => {
  const seen: unknown[] = [];
  for await (const records of (await open(allBlocks(false))).records()) {
    while (records.next()) {
      const { linkType, seconds, nanoseconds, number } = records;
      const { octets, view, start } = records;
      assert.equal(view.getUint8(start), octets[start]);
      seen.push([number, linkType, seconds, nanoseconds, records.interface]);
    }
  }
  assert.deepEqual(seen, [
    [1, 1, 1_700_000_000, 123_456_789, 0],
    [2, 101, 1_700_000_000, 1000, 1],
    [3, 101, 0, 5000, 1],
    [4, 1, undefined, 0, 0],
  ]);
});

Deno.test("sections have interfaces and an octet order of their own", async () => {
  const file = new PcapngFile(true).section().interface(1).packet(DATA);
  file.little = false;
  file.section().interface(101).interface(113).packet(DATA, { face: 1 });
  const linkTypes: number[] = [];
  for await (const packet of await open(file.bytes)) {
    linkTypes.push(packet.linkType);
  }
  assert.deepEqual(linkTypes, [1, 113]);
});

Deno.test("clocks of any resolution give the right time", async () => {
  const cases: [resolution: number, ticks: bigint, time: string][] = [
    [0, 1n, "1970-01-01T00:00:01Z"],
    [3, 1500n, "1970-01-01T00:00:01.5Z"],
    [6, 1_700_000_000_999_999n, "2023-11-14T22:13:20.999999Z"],
    [9, 2n ** 64n - 1n, "2554-07-21T23:34:33.709551615Z"],
    [12, 1_500_000_000_123n, "1970-01-01T00:00:01.5Z"],
    [0x80, 3n, "1970-01-01T00:00:03Z"],
    [0x80 | 1, 3n, "1970-01-01T00:00:01.5Z"],
    [0x80 | 30, 2n ** 31n + 1n, "1970-01-01T00:00:02Z"],
    [0x80 | 32, 1n << 32n | 1n << 31n, "1970-01-01T00:00:01.5Z"],
    [0x7f, 2n ** 64n - 1n, "1970-01-01T00:00:00Z"],
  ];
  for (const [resolution, ticks, time] of cases) {
    const file = new PcapngFile().section()
      .interface(1, { options: [[9, Uint8Array.of(resolution)]] })
      .packet(DATA, { ticks });
    for await (const packet of await open(file.bytes)) {
      assert.equal(`${packet.timestamp}`, time, `resolution ${resolution}`);
    }
  }
});

Deno.test("random times are those that bigints give", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 9 }),
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      async (power, ticks) => {
        const file = new PcapngFile().section()
          .interface(1, { options: [[9, Uint8Array.of(power)]] })
          .packet(DATA, { ticks });
        const perSecond = 10n ** BigInt(power);
        const isTime = ticks / perSecond < 8_640_000_000_000n;
        for await (const { timestamp } of await open(file.bytes)) {
          assert.equal(
            timestamp?.epochNanoseconds,
            isTime ? ticks * 10n ** BigInt(9 - power) : undefined,
          );
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("what no pcapng file can be is a DecodeError with its place", async () => {
  const start = () => new PcapngFile(false).section();
  const cases: [name: string, file: Uint8Array, message: RegExp][] = [
    [
      "no section's length",
      Uint8Array.fromHex("0a0d0d0a"),
      /block cut short at octet 0, needs 12 octets and has 4$/,
    ],
    [
      "a byte-order magic",
      Uint8Array.fromHex("0a0d0d0a0000001c1a2b3c4e"),
      /byte-order magic 1a2b3c4e at octet 8$/,
    ],
    ["no interface", start().bytes, /no interface is described at octet 28$/],
    [
      "a packet first",
      start().packet(DATA).bytes,
      /packet of interface 0, and 0 are described at octet 28$/,
    ],
    [
      "another interface",
      start().interface(1).packet(DATA, { face: 7 }).bytes,
      /packet of interface 7, and 1 are described at octet 48$/,
    ],
    [
      "an odd length",
      Uint8Array.of(
        ...start().interface(1).bytes,
        0,
        0,
        0,
        9,
        0,
        0,
        0,
        13,
        0,
        0,
        0,
        0,
      ),
      /block of 13 octets, not a multiple of 4 from 12 at octet 48/,
    ],
    [
      "a huge length",
      Uint8Array.of(
        ...start().interface(1).bytes,
        0,
        0,
        0,
        9,
        0xff,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
      ),
      /block of 4278190080 octets, 16777216 at most at octet 48/,
    ],
    [
      "another length at the end",
      start().interface(1).block(9, []).bytes.with(59, 16),
      /ends with another length, 16 at octet 56$/,
    ],
    [
      "an option beyond the end",
      start().block(1, [0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 9]).bytes,
      /option cut short at octet 44, needs 13 octets and has 4$/,
    ],
  ];
  const version = start().interface(1).bytes;
  version[13] = 3;
  cases.push([
    "a version",
    version,
    /version 3\.0, not 1\.0 or 1\.2 at octet 12$/,
  ]);
  const long = start().interface(1).packet(DATA).bytes;
  long[48 + 23] = 9;
  cases.push([
    "a packet beyond its block",
    long,
    /packet cut short at octet 76, needs 9 octets and has 8 \(says captured length\)$/,
  ]);
  for (const [name, file, message] of cases) {
    const error = await open(file).then((c) => c.count()).catch((e) => e);
    assert.ok(error instanceof DecodeError, `${name}: ${error}`);
    assert.equal(error.layer, "pcapng", name);
    assert.match(error.message, message, name);
  }
});

Deno.test("a file cut anywhere gives its whole packets, then one error", async () => {
  const file = new PcapngFile().section().interface(1);
  const ends = [file.bytes.length];
  for (let i = 0; i < 3; i++) ends.push(file.packet(DATA).bytes.length);
  for (let cut = ends[0]!; cut <= file.bytes.length; cut++) {
    const capture = await open(file.bytes.subarray(0, cut));
    let packets = 0;
    const reading = async () => {
      for await (const _ of capture) packets++;
    };
    if (ends.includes(cut)) await reading();
    else await assert.rejects(reading, { code: "truncated" });
    assert.equal(packets, ends.filter((end) => end <= cut).length - 1);
  }
});

Deno.test("however the pieces fall, the blocks are the same", async () => {
  const file = allBlocks(true);
  const whole = await blocksOf(file);
  for (const piece of [1, 3, 7, 64, 200]) {
    let at = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (at >= file.length) controller.close();
        else controller.enqueue(file.slice(at, at += piece));
      },
    }, { highWaterMark: 0 });
    const blocks = await Array.fromAsync((await open(stream)).blocks());
    assert.deepEqual(
      JSON.stringify(blocks, replacer),
      JSON.stringify(whole, replacer),
    );
  }
});

/** Numbers that JSON has no way for. */
function replacer(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

Deno.test("no octets make a pcapng file end in anything but blocks or a DecodeError", async () => {
  const file = allBlocks(true);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.nat(file.length),
      async (changes, length) => {
        const changed = file.slice(0, length);
        for (const [at, value] of changes) changed[at] = value;
        try {
          for (const block of await blocksOf(changed)) {
            if (block.type === "packet") `${block.packet.timestamp}`;
          }
        } catch (error) {
          assert.ok(error instanceof DecodeError, `${error}`);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("a million interfaces are refused, not remembered", async () => {
  const one = new PcapngFile().interface(1).bytes;
  const head = new PcapngFile().section().bytes;
  const file = new Uint8Array(head.length + 70_000 * one.length);
  file.set(head);
  for (let at = head.length; at < file.length; at += one.length) {
    file.set(one, at);
  }
  await assert.rejects(open(file).then((capture) => capture.count()), {
    name: "DecodeError",
    message: /more than 65536 interfaces/,
  });
});
