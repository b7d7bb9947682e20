/** Packets of the link layers that no capture has: what we build tshark reads. */

import assert from "node:assert/strict";
import type { Packet } from "../../lib/packet/mod.ts";
import * as net from "../../lib/packet/mod.ts";
import { installed, pcap, run } from "./corpus.ts";

const ignore = !installed("tshark");

const eth = net.ethernet({
  dst: "01:80:c2:00:00:00",
  src: "02:00:00:00:00:01",
});
const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

/** A packet, and what tshark must say of it. */
type Case = readonly [
  name: string,
  packet: Pick<Packet, "linkType" | "bytes" | "length" | "error">,
  fields: Readonly<Record<string, string>>,
];

const CASES: readonly Case[] = [
  [
    "RARP",
    net.build(
      net.ethernet({ type: 0x8035 }),
      net.arp({ operation: "reverseRequest", targetMac: "02:00:00:00:00:09" }),
    ),
    {
      "frame.protocols": "eth:ethertype:arp",
      "arp.opcode": "3",
      "arp.dst.hw_mac": "02:00:00:00:00:09",
    },
  ],
  [
    "InARP on Frame Relay, with addresses of 2 octets",
    net.build(
      eth,
      net.arp({
        hardwareType: "frameRelay",
        operation: "inverseRequest",
        senderHardware: octets("1841"),
        senderIp: "192.0.2.1",
      }),
    ),
    {
      "arp.opcode": "8",
      "arp.hw.size": "2",
      "arp.src.proto_ipv4": "192.0.2.1",
    },
  ],
  [
    "LLC with a sequence number",
    net.build(
      eth,
      net.llc({
        dsap: "netbios",
        ssap: "netbios",
        control: 0x02,
        acknowledgement: { receiveSequence: 5, pollFinal: 1 },
      }),
      octets("0102"),
    ),
    { "llc.control.n_r": "5", "llc.control.n_s": "1", "eth.len": "6" },
  ],
  [
    "IPv4 in SNAP",
    net.build(
      eth,
      net.llc(),
      net.snap(),
      net.ipv4({ src: "192.0.2.1", dst: "192.0.2.2" }),
      net.udp({ dstPort: 9 }),
    ),
    {
      "frame.protocols": "eth:llc:ip:udp",
      "llc.dsap": "0xaa",
      "llc.type": "0x0800",
      "ip.dst": "192.0.2.2",
    },
  ],
  [
    "PVST+",
    net.build(
      eth,
      net.llc(),
      net.snap(),
      net.stp({ version: "rstp", originatingVlan: 7 }),
    ),
    {
      "frame.protocols": "eth:llc:stp",
      "stp.type": "0x02",
      "stp.pvst.origvlan": "7",
      "llc.oui": "12",
    },
  ],
  [
    "a configuration BPDU of one VLAN",
    net.build(
      eth,
      net.llc(),
      net.snap(),
      net.stp({ maxAge: 5120, originatingVlan: 9 }),
    ),
    { "stp.type": "0x00", "stp.max_age": "20", "stp.pvst.origvlan": "9" },
  ],
  [
    "cooked, version 2",
    net.build(
      net.sll2({ interfaceIndex: 3, packetType: "outgoing" }),
      net.ipv4({ dst: "192.0.2.2" }),
      net.udp(),
    ),
    {
      "frame.protocols": "sll:ethertype:ip:udp",
      "sll.ifindex": "3",
      "sll.pkttype": "4",
    },
  ],
  [
    "LLDP with pieces of 802.1, 802.3 and MED",
    net.build(
      eth,
      net.lldp({
        tlvs: [
          { kind: "chassisId", subtype: "mac", id: "02:00:00:00:00:01" },
          { kind: "portId", subtype: "interfaceName", id: "Gi0/1" },
          { kind: "ttl", seconds: 120 },
          { kind: "systemName", text: "sw1" },
          {
            kind: "capabilities",
            available: ["bridge", "router"],
            enabled: ["bridge"],
          },
          {
            kind: "managementAddress",
            address: { family: "ipv4", address: "192.0.2.1" },
            numbering: "ifIndex",
            interfaceNumber: 5,
          },
          { kind: "portVlan", id: 10 },
          { kind: "vlanName", id: 10, text: "staff" },
          { kind: "macPhy", advertised: 0x8000, mauType: 30 },
          { kind: "maxFrameSize", octets: 1522 },
          {
            kind: "power",
            isSource: 1,
            supported: 1,
            pair: 1,
            class: 4,
            details: { priority: "high", requested: 130, allocated: 120 },
          },
          {
            kind: "networkPolicy",
            application: "voice",
            tagged: 1,
            vlan: 20,
            priority: 5,
            dscp: 46,
          },
          { kind: "serialNumber", text: "X1" },
          "end",
        ],
      }),
    ),
    {
      "lldp.chassis.id.mac": "02:00:00:00:00:01",
      "lldp.port.id": "Gi0/1",
      "lldp.time_to_live": "120",
      "lldp.tlv.system.name": "sw1",
      "lldp.tlv.system_cap": "0x0014",
      "lldp.tlv.enable_system_cap": "0x0004",
      "lldp.mgn.addr.ip4": "192.0.2.1",
      "lldp.mgn.interface.number": "5",
      "lldp.ieee.802_1.port_vlan.id": "10",
      "lldp.ieee.802_1.vlan.name": "staff",
      "lldp.ieee.802_3.pmd_mau_type": "0x001e",
      "lldp.ieee.802_3.max_frame_size": "1522",
      "lldp.ieee.802_3.mdi_pde_requested": "130",
      "lldp.ieee.802_3.mdi_pse_allocated": "120",
      "lldp.media.app_type": "1",
      "lldp.media.vlan_id": "20",
      "lldp.media.l2_prio": "5",
      "lldp.media.dscp": "46",
      "lldp.media.sn": "X1",
    },
  ],
  [
    "CDP",
    net.build(
      eth,
      net.llc(),
      net.snap(),
      net.cdp({
        tlvs: [
          { kind: "deviceId", text: "router1" },
          {
            kind: "addresses",
            addresses: [{
              protocolType: "nlpid",
              protocol: octets("cc"),
              address: "192.0.2.1",
            }],
          },
          { kind: "portId", text: "Gi0/1" },
          { kind: "capabilities", capabilities: ["router", "switch"] },
          { kind: "platform", text: "x" },
          { kind: "nativeVlan", id: 12 },
          { kind: "duplex", duplex: "full" },
          { kind: "voiceVlanReply", data: 1, id: 13 },
        ],
      }),
    ),
    {
      "frame.protocols": "eth:llc:cdp",
      "cdp.deviceid": "router1",
      "cdp.nrgyz.ip_address": "192.0.2.1",
      "cdp.portid": "Gi0/1",
      "cdp.capabilities": "0x00000009",
      "cdp.native_vlan": "12",
      "cdp.duplex": "1",
      "cdp.voice_vlan": "13",
      "cdp.checksum.status": "1",
    },
  ],
  [
    "a marker",
    net.build(
      eth,
      net.slow(),
      net.marker({ requesterPort: 4, transactionId: 9 }),
    ),
    {
      "frame.protocols": "eth:ethertype:slow:marker",
      "marker.requesterPort": "4",
      "marker.requesterTransId": "9",
    },
  ],
  [
    "OAM information",
    net.build(
      eth,
      net.slow(),
      net.oam({
        flags: ["localStable"],
        tlvs: [{
          kind: "local",
          version: 1,
          revision: 5,
          configuration: ["active"],
          maxSize: 1518,
          oui: 0x00000c,
        }, "end"],
      }),
    ),
    {
      "frame.protocols": "eth:ethertype:slow:oampdu",
      "oampdu.code": "0x00",
      "oampdu.info.revision": "5",
    },
  ],
  [
    "PADI with an empty service name",
    net.build(
      eth,
      net.pppoeDiscovery({
        tags: [
          { kind: "serviceName" },
          { kind: "hostUnique", octets: octets("0a0b") },
        ],
      }),
    ),
    {
      "frame.protocols": "eth:ethertype:pppoed",
      "pppoe.code": "0x09",
      "pppoe.payload_length": "10",
      "pppoed.tags.host_uniq": "0a0b",
    },
  ],
  [
    "LCP",
    net.build(
      eth,
      net.pppoe({ sessionId: 17 }),
      net.ppp(),
      net.lcp({
        identifier: 3,
        options: [
          { kind: "mru", octets: 1492 },
          { kind: "authentication", protocol: "chap", octets: octets("05") },
          { kind: "magic", number: 0x12345678 },
          "protocolCompression",
        ],
      }),
    ),
    {
      "frame.protocols": "eth:ethertype:pppoes:ppp:lcp",
      "lcp.opt.mru": "1492",
      "lcp.opt.auth_protocol": "0xc223",
      "lcp.opt.algorithm": "5",
      "lcp.opt.magic_number": "0x12345678",
      "ppp.length": "21",
    },
  ],
  [
    "IPCP",
    net.build(
      net.hdlc(),
      net.ppp(),
      net.ipcp({
        options: [
          { kind: "address", address: "192.0.2.1" },
          { kind: "primaryDns", address: "192.0.2.53" },
        ],
      }),
    ),
    {
      "frame.protocols": "ppp:ipcp",
      "ppp.address": "0xff",
      "ipcp.opt.ip_address": "192.0.2.1",
      "ipcp.opt.pri_dns_address": "192.0.2.53",
    },
  ],
  [
    "IPv6CP",
    net.build(
      net.hdlc(),
      net.ppp(),
      net.ipv6cp({
        options: [{ kind: "interfaceId", id: octets("0011223344556677") }],
      }),
    ),
    {
      "frame.protocols": "ppp:ipv6cp",
      "ipv6cp.interface_identifier": "00:11:22:33:44:55:66:77",
    },
  ],
  [
    "PAP",
    net.build(
      net.hdlc(),
      net.ppp(),
      net.pap({ identifier: 2, peerId: "user", password: "secret" }),
    ),
    {
      "frame.protocols": "ppp:pap",
      "pap.peer_id": "user",
      "pap.password": "secret",
    },
  ],
  [
    "CHAP",
    net.build(
      net.hdlc(),
      net.ppp(),
      net.chap({ code: "response", value: octets("0102"), peerName: "user" }),
    ),
    {
      "frame.protocols": "ppp:chap",
      "chap.code": "2",
      "chap.value": "0102",
      "chap.name": "user",
    },
  ],
  [
    "two labels and IPv4",
    net.build(
      eth,
      net.mpls({ label: 100 }),
      net.mpls({ label: 200, trafficClass: 5 }),
      net.ipv4({ dst: "192.0.2.2" }),
      net.udp(),
    ),
    {
      "frame.protocols": "eth:ethertype:mpls:ip:udp",
      "mpls.label": "100,200",
      "mpls.bottom": "0,1",
      "mpls.exp": "0,5",
    },
  ],
  [
    "a SLARP keepalive",
    net.build(
      net.chdlc({ address: "multicast" }),
      net.slarp({ code: "keepalive", mySequence: 5, yourSequence: 4 }),
    ),
    { "frame.protocols": "chdlc:slarp", "slarp.mysequence": "5" },
  ],
  [
    "MACsec",
    net.build(
      eth,
      net.macsec({ system: "02:00:00:00:00:01", port: 1, packetNumber: 7 }),
      octets("00".repeat(32)),
    ),
    { "macsec.PN": "7", "macsec.SCI.port_identifier": "1" },
  ],
  [
    "EAPOL",
    net.build(eth, net.eapol({ type: "start" })),
    { "eapol.type": "1", "eapol.len": "0" },
  ],
];

Deno.test({
  name: "what we build of link layers is read by tshark as it was meant",
  ignore,
  async fn() {
    for (const [name, packet, fields] of CASES) {
      assert.equal(packet.error, undefined, name);
      const file = pcap(packet.linkType, [packet]);
      const { stdout, stderr } = await run("tshark", [
        ...["-n", "-r", "-", "-T", "fields", "-E", "separator=/t"],
        ...["-E", "occurrence=a"],
        ...Object.keys(fields).flatMap((field) => ["-e", field]),
      ], file);
      const line = new TextDecoder().decode(stdout).replace(/\n$/, "");
      const values = line.split("\t");
      const found = Object.fromEntries(
        Object.keys(fields).map((field, i) => [field, values[i] ?? stderr]),
      );
      assert.deepEqual(found, fields, name);
    }
  },
});
