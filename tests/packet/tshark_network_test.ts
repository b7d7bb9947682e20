/** Network and tunnel layers against tshark, over all captures. */

import assert from "node:assert/strict";
import { decode, type Packet } from "../../lib/packet/mod.ts";
import {
  captures,
  installed,
  packetsByLinkType,
  pcap,
  run,
  say,
} from "./corpus.ts";
import { NETWORK } from "./network_fields.ts";
import { BUILT } from "./network_packets.ts";
import { TRANSPORT } from "./transport_fields.ts";
import { compare, type Difference } from "./tshark.ts";

const noTshark = !installed("tshark");
const ignore = captures.length === 0 || noTshark;
const COMPARED = [...NETWORK, ...TRANSPORT];

const CUT = "the header is cut short: we leave the layer out and say so, " +
  "tshark shows the fields that are left";
const LENGTH_0 = "the UDP length is 0, as in jumbograms (RFC 2675): we take " +
  "what IP leaves, tshark 4.0 stops there";
const PORT = "the port of the receiver is the one that Linux takes for VXLAN";
const INSIDE = "inside a protocol that is not among our layers";

/** Every difference: the capture, what differs (packet: field or layer), why. */
const DIFFERENCES: readonly Difference[] = [
  [/^bigtcp-.*\.pcap$/, /^1: (geneve|vxlan)$/, LENGTH_0],
  ["esp_truncated.pcap", /^1: esp$/, CUT],
  ["heapoverflow-ip_demux_print.pcap", /^2: ah$/, CUT],
  ["ip6_frag_asan.pcap", /^1: ipv6Fragment$/, CUT],
  ["ipv6-srh-tlv-pad1-padn-5-trunc.pcap", /^1: ipv6Routing$/, CUT],
  ["hoobr_rt6_print.pcap", /^3: ipv6Routing$/, CUT],
  ["ipv6-rthdr-oobr.pcap", /^1: ipv6Routing$/, CUT],
  [
    "erspan-type-i-2.pcap",
    /^[12]: erspan$/,
    "ERSPAN of type I has no header: we show no layer, tshark one of no fields",
  ],
  [
    "ip_ts_opts_asan.pcap",
    /^1: icmp$/,
    "no octet of it is there: we show no layer, tshark its name",
  ],
  [
    /^isakmp-(3948-oobr-2|rfc3948-oobr)\.pcap$/,
    /^\d+: udpEncapsulation$/,
    "no octet of it is there: we show the layer as cut, tshark no layer",
  ],
  [
    /^icmp6-rfc8335\.pcap$/,
    /^[135]: icmp$/,
    "tshark reads an ICMPv6 message's extensions with its ICMP dissector",
  ],
  ["vxlan_port_8472.pcap", /^\d+: (vxlan|icmp)$/, PORT],
  ["esp_truncated.pcap", /^1: udpEncapsulation$/, PORT],
  [
    "icmp-cksum-oobr-2.pcap",
    /^1: icmp\.int_info\./,
    "a length of 0 and a wrong checksum: nothing says that there are extensions",
  ],
  ["macsec-integonly.pcap", /^1: icmp$/, INSIDE],
  ["mpls-over-udp.pcap", /^[12]: icmp$/, INSIDE],
  ["PIM_register_register-stop.pcap", /^1: icmp$/, INSIDE],
];

Deno.test({
  name: "network and tunnel layers are those of tshark, field by field",
  ignore,
  fn: () => compare(COMPARED, DIFFERENCES),
});

/** What tshark calls the checksums of our layers. */
const SUMS = {
  icmp: "icmp.checksum.status",
  icmpv6: "icmpv6.checksum.status",
  igmp: "igmp.checksum.status",
  gre: "gre.checksum.status",
  sctp: "sctp.checksum.status",
  dccp: "dccp.checksum.status",
  udplite: "udp.checksum.status",
} as const;

const CHECKED = [
  "sctp.checksum:CRC 32c",
  "dccp.check_checksum:TRUE",
  "udp.check_checksum:TRUE",
  "udplite.check_checksum:TRUE",
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
];

/** Asks tshark for fields, of each packet all that there are. */
async function ask(
  linkType: number,
  packets: readonly Packet[],
  fields: readonly string[],
) {
  const { stdout, stderr } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields", "-E", "occurrence=a"],
    ...CHECKED.flatMap((option) => ["-o", option]),
    ...fields.flatMap((field) => ["-e", field]),
  ], pcap(linkType, packets));
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  assert.equal(lines.length, packets.length, stderr);
  return lines.map((line) => {
    const values = line.split("\t");
    return new Map(fields.map((field, i) => [field, values[i]!]));
  });
}

Deno.test({
  name: "tshark finds the same checksums of these layers right and wrong",
  ignore,
  async fn() {
    const seen = { right: 0, wrong: 0 };
    const differences: string[] = [];
    for (const [linkType, all] of await packetsByLinkType()) {
      const some = all.filter(({ packet }) =>
        packet.checksums.some(({ layer }) => layer in SUMS)
      );
      if (some.length === 0) continue;
      const packets = some.map(({ packet }) => packet);
      const answers = await ask(linkType, packets, Object.values(SUMS));
      some.forEach(({ capture, number, packet }, i) => {
        for (const [layer, field] of Object.entries(SUMS)) {
          const sums = packet.checksums.filter((sum) => sum.layer === layer);
          const status = answers[i]!.get(field);
          if (sums.length !== 1 || (status !== "0" && status !== "1")) continue;
          if (sums[0]!.ok !== (status === "1")) {
            differences.push(`${capture} ${number}: ${layer}`);
          } else if (sums[0]!.ok) seen.right++;
          else seen.wrong++;
        }
      });
    }
    say(`checksums: ${JSON.stringify(seen)}`);
    assert.deepEqual(differences, []);
    assert.ok(seen.right > 200, JSON.stringify(seen));
  },
});

Deno.test({
  name: "tshark reads what build() makes of these layers as it was meant",
  ignore: noTshark,
  async fn() {
    const fields = [...new Set(COMPARED.flatMap(({ asked }) => asked))];
    const sums = Object.values(SUMS);
    const asked = [...fields, ...sums, "icmp.ext.checksum.status"];
    const answers = await ask(1, BUILT, [...asked, "_ws.malformed"]);
    const differences: string[] = [];
    let compared = 0;
    for (const [i, built] of BUILT.entries()) {
      const theirs = answers[i]!;
      const packet = decode(built.bytes, { linkType: 1 });
      const differ = (what: string) =>
        differences.push(`${i}: ${packet}: ${what}`);
      if (packet.error !== undefined) differ(packet.error.message);
      if (theirs.get("_ws.malformed") !== "") differ("malformed");
      for (const field of [...sums, "icmp.ext.checksum.status"]) {
        // 1 is good, 2 and 3 are not checked.
        if (!/^(|1|1,[123])$/.test(theirs.get(field)!)) differ(field);
      }
      for (const { layer, fields: ours } of COMPARED) {
        const first = packet.layers.find(({ name }) => name === layer);
        if (first === undefined) continue;
        for (const [name, value] of Object.entries(ours(first, packet))) {
          compared++;
          const [a, b] = [[value].flat().join(), theirs.get(name)];
          if (a !== b) differ(`${name} ours ${a}, theirs ${b}`);
        }
      }
    }
    assert.deepEqual(differences, []);
    say(`${compared} fields of ${BUILT.length} packets that were built`);
  },
});
