/**
 * Checksums against tshark: which ones of the captures are right, and that what
 * build() makes is.
 */

import assert from "node:assert/strict";
import {
  build,
  ethernet,
  ipv4,
  ipv6,
  type Packet,
  tcp,
  udp,
} from "../../lib/packet/mod.ts";
import { captures, installed, packetsByLinkType, pcap, run } from "./corpus.ts";

const noTshark = !installed("tshark");

const CHECKED = ["ip", "tcp", "udp"] as const;
const NAMES = { ipv4: "ip", tcp: "tcp", udp: "udp" } as const;

/** What tshark says of the checksums of each kind, by packet. */
async function verdicts(linkType: number, packets: readonly Packet[]) {
  const { stdout } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields", "-o", "ip.defragment:FALSE"],
    ...CHECKED.flatMap((name) => ["-o", `${name}.check_checksum:TRUE`]),
    ...CHECKED.flatMap((name) => ["-e", `${name}.checksum.status`]),
  ], pcap(linkType, packets));
  return new TextDecoder().decode(stdout).split("\n").map((line) =>
    line.split("\t")
  );
}

const BAD = "0";
const GOOD = "1";

Deno.test({
  name: "tshark finds the same checksums right and wrong in all captures",
  ignore: noTshark || captures.length === 0,
  async fn() {
    const seen = { right: 0, wrong: 0 };
    const differences: string[] = [];
    for (const [linkType, all] of await packetsByLinkType()) {
      const some = all.filter(({ packet }) => packet.checksums.length > 0);
      if (some.length === 0) continue;
      const packets = some.map(({ packet }) => packet);
      const theirs = await verdicts(linkType, packets);
      some.forEach(({ capture, number, packet }, i) => {
        for (const [layer, key] of Object.entries(NAMES)) {
          const status = theirs[i]?.[CHECKED.indexOf(key)];
          const sums = packet.checksums.filter((sum) => sum.layer === layer);
          // Of several headers of a kind tshark's order is not ours.
          if (sums.length !== 1 || (status !== BAD && status !== GOOD)) {
            continue;
          }
          if (sums[0]!.ok !== (status === GOOD)) {
            differences.push(`${capture} ${number}: ${layer}`);
          } else if (sums[0]!.ok) seen.right++;
          else seen.wrong++;
        }
      });
    }
    assert.deepEqual(differences, []);
    assert.ok(seen.right > 1000 && seen.wrong > 50, JSON.stringify(seen));
  },
});

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
    const file = pcap(1, packets);
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
