/**
 * Checksums against tshark: which ones of the captures are right, and that what
 * build() makes is.
 */

import assert from "node:assert/strict";
import { ByteWriter } from "../../lib/bytes/writer.ts";
import { DecodeError } from "../../lib/errors.ts";
import {
  build,
  type ChecksumReport,
  ethernet,
  ipv4,
  ipv6,
  tcp,
  udp,
} from "../../lib/packet/mod.ts";
import { open } from "../../lib/pcap/mod.ts";
import { captures, each, installed, run } from "./corpus.ts";

const noTshark = !installed("tshark");

const CHECKED = ["ip", "tcp", "udp"] as const;
const NAMES = { ipv4: "ip", tcp: "tcp", udp: "udp" } as const;

/** What tshark says of the first checksum of each kind, by packet. */
async function verdicts(source: string, input?: Uint8Array) {
  const args = [
    ...["-n", "-r", source, "-T", "fields", "-E", "occurrence=a"],
    ...CHECKED.flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]),
    ...["-o", "ip.defragment:FALSE"],
    ...CHECKED.flatMap((name) => ["-e", `${name}.checksum.status`]),
  ];
  const { stdout } = await run("tshark", args, input);
  return new TextDecoder().decode(stdout).split("\n").slice(0, -1).map((line) =>
    line.split("\t")
  );
}

/** What we say of each packet; of a capture that ends in the midst, what it had. */
async function sumsOf(path: string): Promise<(readonly ChecksumReport[])[]> {
  const sums: (readonly ChecksumReport[])[] = [];
  try {
    await using capture = await open(path);
    for await (const packet of capture) sums.push(packet.checksums);
  } catch (error) {
    assert.ok(error instanceof DecodeError, `${error}`);
  }
  return sums;
}

const BAD = "0";
const GOOD = "1";

Deno.test({
  name: "tshark finds the same checksums right and wrong in all captures",
  ignore: noTshark || captures.length === 0,
  async fn() {
    const seen = { right: 0, wrong: 0 };
    const differences: string[] = [];
    await each(captures, 2, async ({ name, path }) => {
      const ours = await sumsOf(path);
      // Starting tshark is what takes the time.
      if (ours.every(({ length }) => length === 0)) return;
      const theirs = await verdicts(path);
      ours.forEach((sums, i) => {
        for (const [layer, key] of Object.entries(NAMES)) {
          const status = theirs[i]?.[CHECKED.indexOf(key)];
          const ofLayer = sums.filter((sum) => sum.layer === layer);
          // Of several headers of a kind tshark's order is not ours.
          if (ofLayer.length !== 1 || (status !== BAD && status !== GOOD)) {
            continue;
          }
          if (ofLayer[0]!.ok !== (status === GOOD)) {
            differences.push(`${name} ${i + 1}: ${layer}`);
          } else if (ofLayer[0]!.ok) seen.right++;
          else seen.wrong++;
        }
      });
    });
    assert.deepEqual(differences, []);
    assert.ok(seen.right > 1000 && seen.wrong > 50, JSON.stringify(seen));
  },
});

/** A capture of packets of one link type, in the classic format. */
function pcap(linkType: number, packets: readonly Uint8Array[]): Uint8Array {
  const file = new ByteWriter()
    .u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(linkType);
  for (const octets of packets) {
    file.u32(0).u32(0).u32(octets.length).u32(octets.length).bytes(octets);
  }
  return file.toBytes();
}

Deno.test({
  name: "tshark finds what build() makes in order, field by field",
  ignore: noTshark,
  async fn() {
    const link = ethernet({
      src: "02:00:00:00:00:01",
      dst: "02:00:00:00:00:02",
    });
    const four = ipv4({
      src: "192.0.2.1",
      dst: "198.51.100.2",
      ttl: 7,
      dscp: 46,
      id: 0x1234,
      flags: ["DF"],
    });
    const six = ipv6({
      src: "2001:db8::1",
      dst: "2001:db8::2",
      flowLabel: 0xabcde,
      hopLimit: 9,
    });
    const segment = tcp({
      srcPort: 40000,
      dstPort: 443,
      seq: 0xdeadbeef,
      ack: 1,
      flags: ["PSH", "ACK"],
      options: Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2),
    });
    const datagram = udp({ srcPort: 50000, dstPort: 50001 });
    const packets = [
      build(link, four, segment, "odd"),
      build(link, four, datagram, "even"),
      build(link, six, segment, "odd"),
      build(link, six, datagram, ""),
      build(link, four, datagram, "wrong").with({ udp: { checksum: 1 } }),
    ];
    const file = pcap(1, packets.map(({ bytes }) => bytes));
    const fields = [
      "ip.checksum.status",
      "tcp.checksum.status",
      "udp.checksum.status",
      "ip.ttl",
      "ip.dsfield.dscp",
      "ip.id",
      "ipv6.flow",
      "ipv6.plen",
      "tcp.seq_raw",
      "tcp.flags.str",
      "tcp.options.timestamp.tsval",
      "udp.length",
      "_ws.malformed",
    ];
    const { stdout } = await run("tshark", [
      ...["-n", "-r", "-", "-T", "fields"],
      ...CHECKED.flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]),
      ...fields.flatMap((field) => ["-e", field]),
    ], file);
    const rows = new TextDecoder().decode(stdout).replace(/\n$/, "").split(
      "\n",
    );
    assert.deepEqual(rows.map((row) => row.split("\t")), [
      [
        "1",
        "1",
        "",
        "7",
        "46",
        "0x1234",
        "",
        "",
        "3735928559",
        "·······AP···",
        "1",
        "",
        "",
      ],
      ["1", "", "1", "7", "46", "0x1234", "", "", "", "", "", "12", ""],
      [
        "",
        "1",
        "",
        "",
        "",
        "",
        "0x0abcde",
        "35",
        "3735928559",
        "·······AP···",
        "1",
        "",
        "",
      ],
      ["", "", "1", "", "", "", "0x0abcde", "8", "", "", "", "8", ""],
      ["1", "", "0", "7", "46", "0x1234", "", "", "", "", "", "13", ""],
    ]);
  },
});
