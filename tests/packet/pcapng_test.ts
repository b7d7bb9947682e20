/** pcapng beside tcpdump and tshark; old and rare variants of pcap beside tcpdump. */

import assert from "node:assert/strict";
import { create, open } from "../../lib/pcap/mod.ts";
import { decode } from "../../lib/packet/mod.ts";
import { captures, each, installed, run } from "./corpus.ts";
import { PcapngFile } from "./pcapng_file.ts";

const noTcpdump = captures.length === 0 || !installed("tcpdump");
const noTshark = !installed("tshark");
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);

Deno.test({
  name: "every capture opens, pcapng too",
  ignore: captures.length === 0,
  async fn() {
    for (const { name, path } of captures) {
      const { format } = await open(path);
      assert.equal(format, name.endsWith("ng") ? "pcapng" : "pcap", name);
    }
  },
});

Deno.test({
  name: "count() counts what tcpdump counts",
  ignore: noTcpdump,
  async fn() {
    await each(captures, 4, async ({ name, path }) => {
      const { stdout, stderr } = await run("tcpdump", ["-r", path, "--count"]);
      const said = /^(\d+) packets?$/m.exec(text(stdout));
      assert.ok(said, `${name}: ${stderr}`);
      assert.equal(await (await open(path)).count(), Number(said[1]), name);
    });
  },
});

Deno.test({
  name: "packets of pcapng files are those that tcpdump writes as pcap",
  ignore: noTcpdump,
  async fn() {
    let compared = 0;
    for (const { name, path } of captures) {
      if (!name.endsWith("ng")) continue;
      const precision = "--time-stamp-precision=nano";
      const args = ["-r", path, precision, "-w", "-"];
      const { stdout } = await run("tcpdump", args);
      const theirs = await Array.fromAsync(await open(stdout));
      const ours = await Array.fromAsync(await open(path));
      assert.equal(ours.length, theirs.length, name);
      for (const [i, packet] of ours.entries()) {
        const other = theirs[i]!;
        assert.equal(packet.linkType, other.linkType, name);
        assert.equal(packet.length, other.length, name);
        assert.equal(packet.bytes.toHex(), other.bytes.toHex(), name);
        // pcap's seconds have 32 bits: tcpdump cuts a time in 2107 to them.
        const wrapped = packet.timestamp!.epochNanoseconds %
          (2n ** 32n * 1_000_000_000n);
        assert.equal(wrapped, other.timestamp!.epochNanoseconds, name);
        compared++;
      }
    }
    assert.ok(compared >= 100, `${compared} packets`);
  },
});

/** An Ethernet frame that tshark has something to say of. */
const FRAME = Uint8Array.fromHex(
  "020000000002020000000001" + "0800" +
    "4500001c0001000040110000c0000201c0000202" + "0035003500080000",
);

Deno.test({
  name: "names, comments and times of a made file are those that tshark reads",
  ignore: noTshark,
  async fn() {
    for (const little of [true, false]) {
      const file = new PcapngFile(little);
      file.section([[4, "by hand"]]);
      file.interface(1, { options: [[2, "eth7"], [9, Uint8Array.of(9)]] });
      file.interface(1, {
        options: [[2, "wlan0"], [9, Uint8Array.of(0x80 | 20)], [
          14,
          file.number(1_700_000_000, 8),
        ]],
      });
      file.block(0x0bad_cafe, [1, 2, 3, 4]);
      const options = [[1, "look here"], [1, "and there"]] as const;
      file.packet(FRAME, { ticks: 1_700_000_000_123_456_789n, options });
      file.packet(FRAME, { face: 1, ticks: 3n << 19n, length: 1500 });
      file.oldPacket(FRAME, { ticks: 1n << 60n });
      const fields = [
        "frame.interface_name",
        "frame.time_epoch",
        "frame.cap_len",
        "frame.len",
        "frame.comment",
      ];
      const args = ["-r", "-", "-T", "fields", "-E", "aggregator=|"];
      for (const field of fields) args.push("-e", field);
      const { stdout, stderr } = await run("tshark", args, file.bytes);
      const ours: string[] = [];
      for await (const block of (await open(file.bytes)).blocks()) {
        if (block.type !== "packet") continue;
        const { packet, comments } = block;
        const ns = packet.timestamp!.epochNanoseconds;
        const fraction = `${ns % 1_000_000_000n}`.padStart(9, "0");
        ours.push([
          block.interface.name,
          `${ns / 1_000_000_000n}.${fraction}`,
          packet.bytes.length,
          packet.length,
          comments.join("|"),
        ].join("\t"));
      }
      assert.equal(ours.length, 3);
      assert.deepEqual(
        ours,
        text(stdout).replace(/\n$/, "").split("\n"),
        stderr,
      );
    }
  },
});

Deno.test({
  name: "what create() writes as pcapng, tshark and tcpdump read",
  ignore: noTshark || noTcpdump,
  async fn() {
    const { readable, writable } = new TransformStream<Uint8Array>();
    const written = new Response(readable).bytes();
    const timestamp = Temporal.Instant.from("2024-05-06T07:08:09.123456789Z");
    {
      await using writer = await create(writable, { format: "pcapng" });
      await writer.write(decode(FRAME, { timestamp, length: 1500 }), {
        comments: ["one", "two"],
      });
      await writer.write(decode(FRAME.slice(14), { linkType: 101, timestamp }));
      assert.equal(writer.linkType, 1);
    }
    const fields = ["frame.time_epoch", "frame.encap_type", "frame.comment"];
    const args = ["-r", "-", "-T", "fields", "-E", "aggregator=|"];
    for (const field of fields) args.push("-e", field);
    const octets = await written;
    const { stdout } = await run("tshark", args, octets);
    assert.equal(
      text(stdout),
      "1714979289.123456789\t1\tone|two\n1714979289.123456789\t7\t\n",
    );
    // Packets of one link type tcpdump reads too; of two it refuses.
    const capture = (await open(octets)).slice({ to: 1 });
    const one = new TransformStream<Uint8Array>();
    const part = new Response(one.readable).bytes();
    assert.equal(await capture.writeTo(one.writable), 1);
    const { stdout: said } = await run(
      "tcpdump",
      ["-r", "-", "-nn"],
      await part,
    );
    assert.match(text(said), /192\.0\.2\.1\.53 > 192\.0\.2\.2\.53/);
  },
});

/** A pcap file of one packet, with its head and record header as given. */
function oldFile(head: string, record: string): Uint8Array {
  return Uint8Array.fromHex(head + record + FRAME.toHex());
}

Deno.test({
  name: "old variants of pcap are read as tcpdump reads them",
  ignore: noTcpdump,
  async fn() {
    const sizes = ["0000002a", "0000003c"];
    const time = "0000000100000002";
    const tail = "00000000000000000000ffff00000001";
    const cases: [name: string, file: Uint8Array][] = [
      [
        "2.2",
        oldFile(`a1b2c3d400020002${tail}`, time + sizes.toReversed().join("")),
      ],
      [
        "2.3, in order",
        oldFile(`a1b2c3d400020003${tail}`, time + sizes.join("")),
      ],
      [
        "2.3, swapped",
        oldFile(`a1b2c3d400020003${tail}`, time + sizes.toReversed().join("")),
      ],
      [
        "DG/UX",
        oldFile(`a1b2c3d4021f0000${tail}`, time + sizes.toReversed().join("")),
      ],
      [
        "Kuznetsov's",
        oldFile(
          `a1b2cd3400020004${tail}`,
          `${time}${sizes.join("")}0000000200080400`,
        ),
      ],
    ];
    for (const [name, file] of cases) {
      const args = ["-r", "-", "-w", "-"];
      const { stdout, stderr } = await run("tcpdump", args, file);
      const [theirs] = await Array.fromAsync(await open(stdout));
      const [ours, ...more] = await Array.fromAsync(await open(file));
      assert.ok(ours && theirs && more.length === 0, `${name}: ${stderr}`);
      assert.equal(ours.bytes.toHex(), theirs.bytes.toHex(), name);
      assert.equal(ours.length, theirs.length, name);
      assert.equal(`${ours.timestamp}`, `${theirs.timestamp}`, name);
      assert.equal(ours.length, 60, name);
    }
  },
});

Deno.test({
  name: "what tcpdump refuses is refused, apart from what pcapng allows",
  ignore: noTcpdump,
  async fn() {
    const start = () => new PcapngFile().section();
    const mixed = new PcapngFile(true).section().interface(1).packet(FRAME);
    mixed.little = false;
    mixed.section().interface(1).packet(FRAME);
    const cases: [
      name: string,
      file: Uint8Array,
      packets: number | "refused",
    ][] = [
      ["no interface", start().bytes, "refused"],
      ["a packet first", start().packet(FRAME).bytes, "refused"],
      [
        "an unknown interface",
        start().interface(1).packet(FRAME, { face: 3 }).bytes,
        "refused",
      ],
      [
        "a cut block",
        start().interface(1).packet(FRAME).bytes.slice(0, -4),
        "refused",
      ],
      [
        "version 2.5",
        Uint8Array.fromHex(
          "a1b2c3d400020005" + "0".repeat(24) + "0000ffff".repeat(1),
        ),
        "refused",
      ],
      // The format allows these; libpcap's interface has no way to say them.
      [
        "two link types",
        start().interface(1).interface(101).packet(FRAME).bytes,
        1,
      ],
      ["two octet orders", mixed.bytes, 2],
    ];
    for (const [name, file, packets] of cases) {
      const { stderr } = await run("tcpdump", ["-r", "-", "-w", "-"], file);
      assert.match(stderr, /tcpdump: (?!listening)/, `${name}: ${stderr}`);
      const ours = open(file).then((capture) => capture.count());
      if (packets !== "refused") assert.equal(await ours, packets, name);
      else await assert.rejects(ours, { name: "DecodeError" }, name);
    }
  },
});
