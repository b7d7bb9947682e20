/**
 * Scapy as a second opinion: it reads what we build, and we read what it builds,
 * field by field.
 */

import assert from "node:assert/strict";
import { type Header, LAYER } from "../../lib/packet/header.ts";
import {
  decode,
  fuzz,
  type FuzzPart,
  type Packet,
} from "../../lib/packet/mod.ts";
import * as layers from "../../lib/packet/layers/all.ts";
import { python } from "../python.ts";
import { testUnless } from "../skip.ts";
import { say } from "./corpus.ts";

/** What Scapy calls our layers and their fields. */
const NAMES: Readonly<
  Record<
    string,
    readonly [name: string, fields: Readonly<Record<string, string>>]
  >
> = {
  ethernet: ["Ether", { dst: "dst", src: "src", type: "type" }],
  vlan: ["Dot1Q", {
    priority: "prio",
    dropEligible: "id",
    id: "vlan",
    type: "type",
  }],
  arp: ["ARP", {
    hardwareType: "hwtype",
    protocolType: "ptype",
    hardwareLength: "hwlen",
    protocolLength: "plen",
    operation: "op",
    senderMac: "hwsrc",
    senderIp: "psrc",
    targetMac: "hwdst",
    targetIp: "pdst",
  }],
  ipv4: ["IP", {
    version: "version",
    ihl: "ihl",
    totalLength: "len",
    id: "id",
    flags: "flags",
    fragmentOffset: "frag",
    ttl: "ttl",
    protocol: "proto",
    checksum: "chksum",
    src: "src",
    dst: "dst",
  }],
  ipv6: ["IPv6", {
    version: "version",
    trafficClass: "tc",
    flowLabel: "fl",
    payloadLength: "plen",
    nextHeader: "nh",
    hopLimit: "hlim",
    src: "src",
    dst: "dst",
  }],
  tcp: ["TCP", {
    srcPort: "sport",
    dstPort: "dport",
    seq: "seq",
    ack: "ack",
    dataOffset: "dataofs",
    reserved: "reserved",
    flags: "flags",
    window: "window",
    checksum: "chksum",
    urgentPointer: "urgptr",
  }],
  udp: ["UDP", {
    srcPort: "sport",
    dstPort: "dport",
    length: "len",
    checksum: "chksum",
  }],
  icmp: ["ICMP", {
    type: "type",
    code: "code",
    checksum: "chksum",
    identifier: "id",
    sequenceNumber: "seq",
  }],
  icmpv6: ["ICMPv6EchoRequest", {
    type: "type",
    code: "code",
    checksum: "cksum",
    identifier: "id",
    sequenceNumber: "seq",
  }],
  gre: ["GRE", {
    version: "version",
    protocol: "proto",
    checksum: "chksum",
    key: "key",
    sequenceNumber: "sequence_number",
  }],
  vxlan: ["VXLAN", { vni: "vni" }],
  ah: ["AH", {
    nextHeader: "nh",
    payloadLength: "payloadlen",
    reserved: "reserved",
    spi: "spi",
    sequenceNumber: "seq",
  }],
  llc: ["LLC", { dsap: "dsap", ssap: "ssap", control: "ctrl" }],
  snap: ["SNAP", { oui: "OUI", pid: "code" }],
  sctp: ["SCTP", {
    srcPort: "sport",
    dstPort: "dport",
    verificationTag: "tag",
    checksum: "chksum",
  }],
  dns: ["DNS", {
    id: "id",
    qr: "qr",
    opcode: "opcode",
    rcode: "rcode",
    questionCount: "qdcount",
    answerCount: "ancount",
    authorityCount: "nscount",
    additionalCount: "arcount",
  }],
  ntp: ["NTPHeader", {
    leap: "leap",
    version: "version",
    mode: "mode",
    stratum: "stratum",
    // Poll and precision have signs (RFC 5905 §7.3), which Scapy 2.5 leaves out.
  }],
};

/** What to build at random, by us and by Scapy; theirs in the same order. */
const ROWS: readonly (readonly [ours: readonly FuzzPart[], theirs: string])[] =
  [
    [
      [layers.ethernet, layers.arp],
      "Ether()/ARP(hwtype=1,ptype=0x800,hwlen=6,plen=4)",
    ],
    [
      [layers.ethernet, layers.ipv4, layers.tcp],
      "Ether()/IP(frag=0,version=4,ihl=None)/TCP(dataofs=None)",
    ],
    [
      [layers.ethernet, layers.vlan, layers.ipv4, layers.udp],
      "Ether()/Dot1Q()/IP(frag=0,version=4,ihl=None)/UDP()",
    ],
    [[layers.ipv6, layers.udp], "IPv6(version=6)/UDP()"],
    [[layers.ipv6, layers.tcp], "IPv6(version=6)/TCP(dataofs=None)"],
    [
      [layers.ipv4, layers.icmp({ type: 8 })],
      "IP(frag=0,flags=0,version=4,ihl=None)/ICMP(type=8)",
    ],
    [
      [layers.ipv6, layers.icmpv6({ type: 128 })],
      "IPv6(version=6)/ICMPv6EchoRequest(type=128)",
    ],
    [
      [
        layers.ipv4,
        layers.gre({
          version: 0,
          flags: ["C", "K", "S"],
          recursion: 0,
          acknowledges: 0,
          reserved: 0,
          offsetToRoute: 0,
        }),
        layers.ipv4,
      ],
      "IP(frag=0,flags=0,version=4,ihl=None)/GRE(version=0,chksum_present=1,key_present=1,seqnum_present=1,routing_present=0,strict_route_source=0,recursion_control=0,flags=0)/IP(frag=0,version=4,ihl=None)",
    ],
    [
      [
        layers.ipv4,
        layers.udp({ srcPort: 4789, dstPort: 4789 }),
        layers.vxlan({
          hasVni: 1,
          hasGroup: 0,
          reserved1: 0,
          reserved2: 0,
          group: 0,
        }),
        layers.ethernet({ type: 0x88b5 }),
      ],
      "IP(frag=0,flags=0,version=4,ihl=None)/UDP(sport=4789,dport=4789)/VXLAN(flags=8,reserved1=0,reserved2=0)/Ether(type=0x88b5)",
    ],
    [
      [
        layers.ethernet,
        layers.llc({ dsap: 0xaa, ssap: 0xaa, control: 3 }),
        layers.snap({ oui: 0, pid: 0x88b5 }),
      ],
      "Dot3(len=None)/LLC(dsap=0xaa,ssap=0xaa,ctrl=3)/SNAP(OUI=0,code=0x88b5)",
    ],
    [
      [layers.ipv4, layers.sctp({ chunks: [] })],
      "IP(frag=0,flags=0,version=4,ihl=None)/SCTP()",
    ],
    [
      [
        layers.ipv4,
        layers.udp({ srcPort: 9, dstPort: 53 }),
        layers.dns({ answers: [], authorities: [], additionals: [] }),
      ],
      "IP(frag=0,flags=0,version=4,ihl=None)/UDP(sport=9,dport=53)/DNS(qd=DNSQR(qname='example.com'),qdcount=1,ancount=0,nscount=0,arcount=0,an=None,ns=None,ar=None)",
    ],
    [
      [
        layers.ipv4,
        layers.udp({ srcPort: 9, dstPort: 123 }),
        layers.ntp({ version: 4, mode: 3, extensions: [] }),
      ],
      "IP(frag=0,flags=0,version=4,ihl=None)/UDP(sport=9,dport=123)/NTPHeader(version=4,mode=3)",
    ],
  ];

/** Debian's packages are those of its own Python. */
const PYTHON3 = "/usr/bin/python3";
const EACH = 60;
const SEED = 11;

/** Link type by the first header, as Scapy's classes that begin a packet. */
const LINKS: Readonly<
  Record<string, readonly [cls: string, linkType: number]>
> = {
  ethernet: ["Ether", 1],
  ipv4: ["IP", 228],
  ipv6: ["IPv6", 229],
};

/** What Scapy says of a packet: its octets, and each header with its fields. */
interface Reading {
  readonly octets: string;
  readonly headers:
    readonly (readonly [string, Readonly<Record<string, unknown>>])[];
}

const PYTHON = `
import json, sys, random, logging
logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import *
given = json.load(sys.stdin)
def plain(value):
    if isinstance(value, (int, float)): return value
    if isinstance(value, bytes): return value.hex()
    if value is None: return None
    try: return int(value)
    except (TypeError, ValueError): return str(value)
def read(cls, octets):
    packet = globals()[cls](octets)
    headers = []
    while packet and packet.name != "NoPayload":
        fields = {}
        for field in packet.fields_desc:
            name = getattr(field, "name", None)
            if name is None: continue
            try: fields[name] = plain(packet.getfieldval(name))
            except AttributeError: pass
        headers.append([packet.__class__.__name__, fields])
        packet = packet.payload
    return {"octets": octets.hex(), "headers": headers}
random.seed(given["seed"])
answer = [read(cls, bytes.fromhex(octets)) for cls, octets in given["ours"]]
theirs = []
for cls, expression, count in given["rows"]:
    for _ in range(count):
        theirs.append(read(cls, raw(fuzz(eval(expression)))))
json.dump([answer, theirs], sys.stdout)
`;

/** Our value of a field as a number or a text. */
function plain(view: Header, name: string): unknown {
  const value = (view as unknown as Readonly<Record<string, unknown>>)[name];
  if (value instanceof Uint8Array) return value.toHex();
  if (!Array.isArray(value)) {
    return typeof value === "object" ? String(value) : value;
  }
  return view[LAYER].writer.take({ [name]: value })[name];
}

/** Compares what both read, header by header as long as both know them. */
function agree(packet: Packet, { octets, headers }: Reading): number {
  let compared = 0;
  for (const [i, layer] of packet.layers.entries()) {
    const [ours, fields] = NAMES[layer.name] ?? [];
    const header = headers[i];
    if (ours === undefined || fields === undefined || header === undefined) {
      break;
    }
    const [theirs, values] = header;
    // An 802.3 frame is a class of its own there.
    if (ours === "Ether" && theirs === "Dot3") continue;
    assert.equal(theirs, ours, octets);
    for (const [name, other] of Object.entries(fields)) {
      const value = plain(layer as unknown as Header, name);
      if (value === undefined) continue;
      assert.equal(
        String(value),
        String(values[other]),
        `${layer.name}.${name} of ${octets}`,
      );
      compared++;
    }
  }
  return compared;
}

/** Why Scapy cannot be asked here, if so. */
async function lacking(): Promise<string | undefined> {
  try {
    await python("import scapy, json; print(json.dumps(1))", null, PYTHON3);
    return undefined;
  } catch {
    return "Debian's python3-scapy is not installed";
  }
}

const NAME =
  "Scapy reads what we build, and we read what Scapy builds, field by field";

testUnless(await lacking(), NAME, async () => {
  const built = ROWS.flatMap(([parts], i) => [
    ...fuzz(parts, { seed: SEED + i, count: EACH }),
  ]) as Packet[];
  const classOf = (parts: readonly FuzzPart[]) => {
    const [first] = parts as readonly [{ readonly name: string }];
    return LINKS[first.name]!;
  };
  const answer = await python<[Reading[], Reading[]]>(PYTHON, {
    seed: SEED,
    ours: ROWS.flatMap(([parts], i) =>
      built.slice(i * EACH, (i + 1) * EACH).map(({ bytes }) => [
        classOf(parts)[0],
        bytes.toHex(),
      ])
    ),
    rows: ROWS.map(([parts, theirs]) => [classOf(parts)[0], theirs, EACH]),
  }, PYTHON3);
  const [ours, theirs] = answer;
  let fields = 0;
  built.forEach((packet, i) => fields += agree(packet, ours[i]!));
  theirs.forEach((reading, i) => {
    const [parts] = ROWS[Math.floor(i / EACH)]!;
    const bytes = Uint8Array.fromHex(reading.octets);
    const packet = decode(bytes, { linkType: classOf(parts)[1] });
    fields += agree(packet, reading);
  });
  say(`${fields} fields of ${built.length + theirs.length} packets`);
  assert.ok(fields > 20 * built.length);
});
