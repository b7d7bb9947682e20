/**
 * Display filters against tshark's: the same packets match.
 *
 * Packets of one link type are put into one file, a second apart; tshark counts
 * the packets that match in each second, for all filters in one run.
 */

import assert from "node:assert/strict";
import { match } from "../../lib/packet/match/match.ts";
import type { Packet } from "../../lib/packet/mod.ts";
import {
  captures,
  installed,
  type Numbered,
  packetsByLinkType,
  run,
  say,
} from "./corpus.ts";

const ignore = captures.length === 0 || !installed("tshark");

/** Link types of which there are enough packets, and layers of ours. */
const LINK_TYPES = [0, 1, 9, 108, 113];

/** Our filter, and Wireshark's; without a second one it is the same. */
const FILTERS: readonly (readonly [ours: string, theirs?: string])[] = [
  ["tcp"],
  ["!arp"],
  ["ip && !(udp || tcp)"],
  ["ipv6"],
  ["vlan"],
  ["udp.port == 53"],
  ["tcp.dstPort == 80", "tcp.dstport == 80"],
  ["tcp.port in {1..1023}"],
  ["tcp.flags.SYN", "tcp.flags.syn == 1"],
  ["tcp.flags.syn == 1 && tcp.flags.ack == 0"],
  ["tcp.flags & 0x12 == 0x10"],
  ["tcp.flags == 0x18", "tcp.flags == 0x018"],
  ["ipv4.ttl < 5", "ip.ttl < 5"],
  ["ip.ttl >= 64 || ipv6.hlim == 255"],
  ["ip.src == 10.0.0.0/8"],
  ["ip.addr == 192.168.0.0/16"],
  ["ip.addr != 192.168.0.0/16"],
  ["all ip.addr == 192.168.0.0/16"],
  ["!(ip.addr == 192.168.0.0/16)"],
  ["ip.src in {10.0.0.0/8}"],
  ["ip.src > 192.0.0.0"],
  ["ip.src == ip.dst"],
  ["ipv6.addr == fe80::/10"],
  ["ipv6.src == ff02::/16 || ipv6.dst == ff02::/16"],
  ["eth.src[0:3] == 00:00:0c"],
  ["ethernet.dst == ff:ff:ff:ff:ff:ff", "eth.dst == ff:ff:ff:ff:ff:ff"],
  ["eth.addr contains 00:00"],
  ["eth.type == 0x88cc"],
  ["frame.length > 1000", "frame.len > 1000"],
  ["frame.cap_len < frame.len"],
  ["frame.number in {10..20}"],
  ['frame contains "HTTP"'],
  ["frame matches /http\\/1\\.[01]/i", 'frame matches "http/1[.][01]"'],
  ["frame[0:2] == 01:00"],
  ["frame[-2:] == 00:00", "frame[-2:2] == 00:00"],
  ["ip[8] == 01", "ip[8] == 01"],
  ["udp[0:2] == udp[2:2]"],
  ['tcp.payload contains "GET"'],
  ["udp.payload[0] == 0x60", "udp.payload[0] == 60"],
  ["tcp.hdr_len > 20"],
  ["tcp.len > 0"],
  ["tcp.window_size_value == 0"],
  ["tcp.srcport == tcp.dstport"],
  ["ip.flags.df == 1"],
  ["ip.flags.mf == 1 || ip.frag_offset > 0"],
  ["ip.proto == 47"],
  ["ip.hdr_len > 20"],
  ["ip.dsfield.dscp in {1..63}"],
  ["vlan.id > 100"],
  ["arp.opcode == 2"],
  ["arp.src.proto_ipv4 == 192.168.0.0/16"],
  ["icmp.type == 8"],
  ["icmpv6.type in {133..137}"],
  ["dns.flags.response == 1"],
  ['dns.qry.name contains "com"'],
  ["dns.count.answers > 1"],
];

/** A file with the packets a second apart. */
function file(linkType: number, of: readonly Packet[]): Uint8Array {
  // tshark leaves out the last second, if the recording ends as it starts.
  const packets = [...of, ...of.slice(-1)];
  const size = packets.reduce((sum, { bytes }) => sum + 16 + bytes.length, 24);
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  [0xa1b2c3d4, 0x00020004, 0, 0, 262_144, linkType]
    .forEach((word, i) => view.setUint32(i * 4, word));
  let at = 24;
  for (const [i, { bytes, length }] of packets.entries()) {
    view.setUint32(at, i);
    view.setUint32(at + 8, bytes.length);
    view.setUint32(at + 12, length);
    octets.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return octets;
}

/** Nothing put together from several packets, and no guessing. */
const PREFERENCES = [
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
  "tcp.analyze_sequence_numbers:FALSE",
].flatMap((preference) => ["-o", preference]);

/** The filters that each packet matches, as tshark has it. */
async function tshark(
  linkType: number,
  packets: readonly Packet[],
): Promise<boolean[][]> {
  const filters = FILTERS.map(([ours, theirs = ours]) => theirs);
  const { stdout, stderr } = await run(
    "tshark",
    [
      ...["-n", "-q", "-r", "-", ...PREFERENCES],
      ...["-z", `io,stat,1,${filters.join(",")}`],
    ],
    file(linkType, packets),
  );
  const rows = new TextDecoder().decode(stdout).split("\n")
    .filter((line) => /^\| *\d+ <> /.test(line))
    .map((line) => {
      // Frames and octets by turns.
      const counts = line.split("|").slice(2, -1).map(Number);
      return filters.map((_, i) => counts[2 * i]! > 0);
    });
  assert.ok(rows.length >= packets.length, stderr);
  return rows;
}

/** Why we differ, and how a packet shows it. */
type Reason = readonly [why: string, holds: (packet: Packet) => boolean];

const REASONS: readonly Reason[] = [
  [
    "a header that is cut short or impossible is no layer for us; tshark has " +
    "the fields that are there",
    ({ error }) => error !== undefined,
  ],
  [
    "the UDP length is 0, as in jumbograms: we take what IP leaves, tshark 4.0 " +
    "stops there",
    ({ udp }) => udp?.length === 0,
  ],
  [
    "we have VXLAN on Linux's old port too",
    ({ udp }) => udp?.dstPort === 8472,
  ],
  [
    "tshark goes on into packets that are carried by PIM, sFlow, NSH or MACsec",
    ({ ipv4, ipv6, udp, layers }) =>
      ipv4?.protocol === 103 || ipv6?.nextHeader === 103 ||
      udp?.dstPort === 6343 ||
      layers.some((layer) =>
        "type" in layer && (layer.type === 0x894f || layer.type === 0x88e5)
      ),
  ],
];

Deno.test({
  name: "the same packets match as with tshark, but for reasons that are named",
  ignore,
  async fn() {
    const byLinkType = await packetsByLinkType();
    const tests = FILTERS.map(([ours]) => match(ours));
    const unexplained: string[] = [];
    const found = new Map<string, number>();
    let compared = 0;
    let matched = 0;
    for (const linkType of LINK_TYPES) {
      const list: Numbered[] = byLinkType.get(linkType) ?? [];
      const packets = list.map(({ packet }) => packet);
      const answers = await tshark(linkType, packets);
      for (const [i, { capture, number, packet }] of list.entries()) {
        for (const [j, test] of tests.entries()) {
          const ours = test(packet, { number: i + 1 });
          const theirs = answers[i]![j]!;
          compared++;
          if (ours) matched++;
          if (ours === theirs) continue;
          const reason = REASONS.find(([, holds]) => holds(packet));
          if (reason === undefined) {
            const whose = ours ? "only ours" : "only tshark's";
            unexplained.push(
              `${FILTERS[j]![0]}: ${whose}: ${capture} ${number}: ${packet}`,
            );
          } else {
            found.set(reason[0], (found.get(reason[0]) ?? 0) + 1);
          }
        }
      }
    }
    say(`${compared} answers compared with tshark, ${matched} of them yes`);
    for (const [why, times] of found) say(`differs ${times}x: ${why}`);
    assert.deepEqual(unexplained, []);
    assert.ok(compared > 300_000 && matched > 20_000);
  },
});
