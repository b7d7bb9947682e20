/**
 * Decoded layers and fields against tshark, over every packet of the captures
 * that starts with a link layer we know.
 *
 * Fields are compared where tshark sees the same layers from the bottom up. All
 * differences are listed in DIFFERENCES, with the reason; any other one fails.
 */

import assert from "node:assert/strict";
import type { AnyLayer, Layers, Packet } from "../../lib/packet/mod.ts";
import {
  captures,
  installed,
  type Numbered,
  packetsByLinkType,
  pcap,
  run,
  say,
} from "./corpus.ts";

const ignore = captures.length === 0 || !installed("tshark");

/** Link types with a layer of ours, so that there is something to compare. */
const LINK_TYPES = [0, 1, 12, 14, 101, 108, 113, 228, 229];

/**
 * What tshark calls the layers that are compared here; any other one ends the
 * comparison of a packet, as others of these tests look at it.
 */
const LAYERS: Readonly<Partial<Record<AnyLayer["name"], string>>> = {
  ethernet: "eth",
  ipv4: "ip",
  ipv6: "ipv6",
  loopback: "null",
  sll: "sll",
  tcp: "tcp",
  udp: "udp",
  vlan: "vlan",
};

const CUT = "the header is cut short: we leave the layer out and say so, " +
  "tshark shows the fields that are left";
const VERSION = "the version is not the one that the EtherType promised: we " +
  "stop, tshark goes by the version";
const OFFLOAD =
  "the total length is 0, left open by segmentation offload: we " +
  "show 0, tshark the length that the capture gives";
const LENGTH_0 = "the UDP length is 0, as in jumbograms (RFC 2675): we take " +
  "what IP leaves, tshark 4.0 stops there";

/** Every difference: the capture, what differs (packet: field or layers), why. */
const DIFFERENCES: readonly (readonly [string, RegExp, string])[] = [
  ["bad-ipv4-version-pgm-heapoverflow.pcap", /^1: layers$/, VERSION],
  ["kday1.pcap", /^1: layers$/, VERSION],
  [
    "ipv4_invalid_hdr_length.pcap",
    /^1: layers$/,
    "IHL below 5 is no header: we leave the layer out, tshark shows the field",
  ],
  ["beep-oobr.pcap", /^2: layers$/, CUT],
  ["ip_printroute_asan.pcap", /^1: layers$/, CUT],
  ["olsr-oobr-2.pcap", /^[12]: layers$/, CUT],
  ["pim_header_asan-2.pcap", /^[23]: layers$/, CUT],
  ["rx_serviceid_oobr.pcap", /^2: layers$/, CUT],
  ["tcp_header_heapoverflow.pcap", /^1: layers$/, CUT],
  ["bigtcp-ipv4.pcap", /^1: ip\.len$/, OFFLOAD],
  ["bigtcp-ipv4-geneve-ipv4.pcap", /^1: ip\.len$/, OFFLOAD],
  ["bigtcp-ipv4-geneve-ipv6.pcap", /^1: ip\.len$/, OFFLOAD],
  ["bigtcp-ipv4-vxlan-ipv4.pcap", /^1: ip\.len$/, OFFLOAD],
  ["ipv4_tcp_http_xml_tso.pcap", /^1: ip\.len$/, OFFLOAD],
  ["icmp-length-zero.pcapng", /^1: ip\.len$/, OFFLOAD],
  ["bigtcp-ipv4-geneve-ipv4.pcap", /^1: udp\./, LENGTH_0],
  ["bigtcp-ipv4-geneve-ipv6.pcap", /^1: udp\./, LENGTH_0],
  ["bigtcp-ipv4-vxlan-ipv4.pcap", /^1: udp\./, LENGTH_0],
  ["bigtcp-ipv6-geneve-ipv6.pcap", /^1: udp\./, LENGTH_0],
  ["bigtcp-ipv6-vxlan-ipv6.pcap", /^1: udp\./, LENGTH_0],
  [
    "tcp_rst_data.pcap",
    /^1: tcp\.payload$/,
    "tshark calls the payload of a reset its cause (RFC 9293 §3.5.3)",
  ],
];

/** Fields by tshark's names, as tshark writes them. */
type Fields = Record<string, string>;

const hex = (value: number, digits: number): string =>
  `0x${value.toString(16).padStart(digits, "0")}`;

/** Sets one bit a flag, the first name the lowest. */
function bits<F extends string>(
  flags: readonly F[],
  names: readonly NoInfer<F>[],
): number {
  return flags.reduce((sum, flag) => sum | 1 << names.indexOf(flag), 0);
}

/** Our fields the way tshark writes them; only the first of each layer. */
function fieldsOf(packet: Packet, compared: readonly AnyLayer[]): Fields {
  const { ethernet, loopback, sll, vlan, ipv4, ipv6, tcp, udp } = Object
    .fromEntries(
      compared.map((layer) => [layer.name, layer]).reverse(),
    ) as Partial<Layers>;
  const last = packet.layers.at(-1);
  const fields: Record<string, string | number> = {};
  if (ethernet) {
    const { dst, src, type } = ethernet;
    const length = type <= 1500
      ? { "eth.len": type }
      : { "eth.type": hex(type, 4) };
    Object.assign(fields, { "eth.dst": dst, "eth.src": src, ...length });
  }
  if (loopback) fields["null.family"] = loopback.family;
  if (sll) {
    Object.assign(fields, {
      "sll.pkttype": sll.packetType,
      "sll.hatype": sll.hardwareType,
      "sll.halen": sll.addressLength,
    });
  }
  if (vlan) {
    // tshark tells a provider's tag by another name, and not what follows it.
    const isProvider = ethernet?.type === 0x88a8;
    const name = isProvider ? "ieee8021ad" : "vlan";
    Object.assign(fields, {
      [`${name}.priority`]: vlan.priority,
      [`${name}.dei`]: vlan.dropEligible,
      [`${name}.id`]: vlan.id,
    });
    if (!isProvider) {
      Object.assign(fields, {
        ...vlan.type <= 1500
          ? { "vlan.len": vlan.type }
          : { "vlan.etype": hex(vlan.type, 4) },
      });
    }
  }
  if (ipv4) {
    Object.assign(fields, {
      "ip.version": ipv4.version,
      "ip.hdr_len": ipv4.ihl * 4,
      "ip.dsfield.dscp": ipv4.dscp,
      "ip.dsfield.ecn": ipv4.ecn,
      "ip.len": ipv4.totalLength,
      "ip.id": hex(ipv4.id, 4),
      "ip.flags": hex(bits(ipv4.flags, ["MF", "DF", "reserved"]), 2),
      "ip.frag_offset": ipv4.fragmentOffset,
      "ip.ttl": ipv4.ttl,
      "ip.proto": ipv4.protocol,
      "ip.checksum": hex(ipv4.checksum, 4),
      "ip.src": ipv4.src.toString(),
      "ip.dst": ipv4.dst.toString(),
    });
  }
  if (ipv6) {
    Object.assign(fields, {
      "ipv6.version": ipv6.version,
      "ipv6.tclass": hex(ipv6.trafficClass, 8),
      "ipv6.flow": hex(ipv6.flowLabel, 6),
      "ipv6.plen": ipv6.payloadLength,
      "ipv6.nxt": ipv6.nextHeader,
      "ipv6.hlim": ipv6.hopLimit,
      "ipv6.src": ipv6.src.toString(),
      "ipv6.dst": ipv6.dst.toString(),
    });
  }
  if (tcp) {
    const names = [
      "FIN",
      "SYN",
      "RST",
      "PSH",
      "ACK",
      "URG",
      "ECE",
      "CWR",
      "AE",
    ] as const;
    Object.assign(fields, {
      "tcp.srcport": tcp.srcPort,
      "tcp.dstport": tcp.dstPort,
      "tcp.seq_raw": tcp.seq,
      "tcp.ack_raw": tcp.ack,
      "tcp.hdr_len": tcp.dataOffset * 4,
      "tcp.flags": hex(tcp.reserved << 9 | bits(tcp.flags, names), 4),
      "tcp.window_size_value": tcp.window,
      "tcp.checksum": hex(tcp.checksum, 4),
      "tcp.urgent_pointer": tcp.urgentPointer,
      "tcp.options": tcp.bytes.subarray(20).toHex(),
      ...last === tcp && { "tcp.payload": packet.payload.toHex() },
    });
  }
  if (udp) {
    Object.assign(fields, {
      "udp.srcport": udp.srcPort,
      "udp.dstport": udp.dstPort,
      "udp.length": udp.length,
      "udp.checksum": hex(udp.checksum, 4),
      ...last === udp && { "udp.payload": packet.payload.toHex() },
    });
  }
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, String(value)]),
  );
}

/** The fields to ask tshark for: any that `fieldsOf` can give. */
const ASKED =
  "eth.dst eth.src eth.type eth.len null.family sll.pkttype sll.hatype \
sll.halen vlan.priority vlan.dei vlan.id vlan.etype vlan.len \
ieee8021ad.priority ieee8021ad.dei ieee8021ad.id ip.version ip.hdr_len ip.dsfield.dscp ip.dsfield.ecn ip.len ip.id \
ip.flags ip.frag_offset ip.ttl ip.proto ip.checksum ip.src ip.dst ipv6.version \
ipv6.tclass ipv6.flow ipv6.plen ipv6.nxt ipv6.hlim ipv6.src ipv6.dst \
tcp.srcport tcp.dstport tcp.seq_raw tcp.ack_raw tcp.hdr_len tcp.flags \
tcp.window_size_value tcp.checksum tcp.urgent_pointer tcp.options tcp.payload \
udp.srcport udp.dstport udp.length udp.checksum udp.payload".split(" ");

/** Nothing put together from several packets: each for itself. */
const ALONE = [
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
  "tcp.relative_sequence_numbers:FALSE",
];

/** Asks tshark about packets of one link type, all in one file. */
async function tshark(linkType: number, packets: readonly Packet[]) {
  const { stdout, stderr } = await run("tshark", [
    ...["-n", "-r", "-", "-T", "fields"],
    ...["-E", "occurrence=f", "-E", "separator=/t"],
    ...ALONE.flatMap((option) => ["-o", option]),
    ...["frame.protocols", ...ASKED].flatMap((field) => ["-e", field]),
  ], pcap(linkType, packets));
  const lines = new TextDecoder().decode(stdout).split("\n").slice(0, -1);
  assert.equal(lines.length, packets.length, stderr);
  return lines.map((line) => {
    const [protocols = "", ...values] = line.split("\t");
    const fields = Object.fromEntries(
      values.map((value, i) => [ASKED[i]!, value]),
    );
    const names = protocols.replace("ieee8021ad", "vlan").split(":");
    return { protocols: names, fields };
  });
}

Deno.test({
  name: "layers and fields are those of tshark, but for the listed differences",
  ignore,
  async fn() {
    const found = new Map<string, string[]>();
    const unexplained: string[] = [];
    let packets = 0;
    let fields = 0;
    const differ = (at: Numbered, what: string, detail: string) => {
      const key = `${at.number}: ${what}`;
      const known = DIFFERENCES.find(([name, pattern]) =>
        name === at.capture && pattern.test(key)
      );
      const line = `${at.capture} ${key} (${detail})`;
      if (known === undefined) unexplained.push(line);
      else found.set(known[2], [...found.get(known[2]) ?? [], line]);
    };
    for (const [linkType, list] of await packetsByLinkType()) {
      if (!LINK_TYPES.includes(linkType)) continue;
      const answers = await tshark(linkType, list.map(({ packet }) => packet));
      list.forEach((at, i) => {
        const { protocols, fields: theirs } = answers[i]!;
        const { layers } = at.packet;
        const end = layers.findIndex(({ name }) => LAYERS[name] === undefined);
        const compared = layers.slice(0, end < 0 ? undefined : end);
        const ours = compared.map(({ name }) => LAYERS[name]).join();
        const known = protocols.filter((p) => p !== "raw" && p !== "ethertype");
        const strange = known.findIndex((p) =>
          !Object.values(LAYERS).includes(p)
        );
        const seen = known.slice(0, strange < 0 ? undefined : strange).join();
        packets++;
        if (ours !== seen) {
          differ(at, "layers", `ours ${ours}, theirs ${seen}`);
          return;
        }
        for (
          const [name, value] of Object.entries(fieldsOf(at.packet, compared))
        ) {
          fields++;
          if (value !== theirs[name]) {
            const [a, b] = [value, theirs[name]!].map((v) => v.slice(0, 40));
            differ(at, name, `ours ${a}, theirs ${b}`);
          }
        }
      });
    }
    say(`${fields} fields of ${packets} packets compared with tshark`);
    for (const [why, lines] of found) say(`differs ${lines.length}x: ${why}`);
    assert.deepEqual(unexplained, []);
    assert.ok(packets > 5000 && fields > 50_000);
  },
});
