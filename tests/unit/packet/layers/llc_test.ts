/** IEEE 802.3 with LLC and SNAP, and cooked captures. */

import assert from "node:assert/strict";
import * as net from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const { build, decode, ethernet, ipv4, llc, sll2, snap, udp, vlan } = net;

const FRAME = "0180c2000000 02005e100001";
const names = ({ layers }: { layers: readonly { name: string }[] }) =>
  layers.map(({ name }) => name).join();

Deno.test("llc: a type up to 1500 is a length, and LLC follows (IEEE 802.3 §3.2.6)", () => {
  const packet = decode(octets(`${FRAME} 0004 fefe03 83 00000000`));
  assert.equal(names(packet), "ethernet,llc");
  golden(packet, "llc", { dsap: 0xfe, ssap: 0xfe, control: 3 });
  assert.equal(`${packet.llc}`, "llc osi > osi UI");
  assert.equal(packet.payload.toHex(), "83");
  assert.equal(packet.trailer.toHex(), "00000000");
  const tagged = decode(octets(`${FRAME} 8100 0001 0004 fefe03 83`));
  assert.equal(names(tagged), "ethernet,vlan,llc");
});

Deno.test("llc: frames with numbers have a second octet of control (IEEE 802.2 §5.4)", () => {
  const i = decode(octets(`${FRAME} 0005 f0f1 0a 0f 00`));
  golden(i, "llc", {
    dsap: 0xf0,
    ssap: 0xf1,
    control: 10,
    acknowledgement: { receiveSequence: 7, pollFinal: 1 },
  });
  assert.equal(`${i.llc}`, "llc netbios > netbios I N(S) 5 N(R) 7");
  const s = decode(octets(`${FRAME} 0004 f0f0 05 0e`));
  assert.equal(`${s.llc}`, "llc netbios > netbios RNR N(R) 7");
  const cut = decode(octets(`${FRAME} 0003 f0f0 05`));
  assert.match(`${cut.error}`, /llc: cut short .*needs 4 octets and has 3/);
  const u = decode(octets(`${FRAME} 0004 4242 7f 00`));
  assert.equal(u.stp, undefined, "only UI carries the access point's packet");
});

Deno.test("llc: Novell's raw 802.3 has none", () => {
  const packet = decode(octets(`${FRAME} 0006 ffff 0022 0011`));
  assert.equal(names(packet), "ethernet");
  assert.equal(packet.error, undefined);
});

Deno.test("snap: EtherTypes by OUI 0, an organization's protocols by its own (RFC 1042)", () => {
  const built = build(
    ethernet(),
    vlan({ id: 5 }),
    llc(),
    snap(),
    ipv4({ dst: "192.0.2.1" }),
    udp(),
    "abc",
  );
  assert.equal(built.vlan.type, 3 + 5 + 20 + 8 + 3);
  assert.deepEqual([built.llc.dsap, built.llc.ssap], [0xaa, 0xaa]);
  assert.deepEqual([built.snap.oui, built.snap.pid], [0, 0x0800]);
  assert.equal(names(decode(built.bytes)), "ethernet,vlan,llc,snap,ipv4,udp");
  const cdp = build(ethernet(), llc(), snap(), net.cdp());
  assert.deepEqual([cdp.snap.oui, cdp.snap.pid], [0x00000c, 0x2000]);
  const tunnel = decode(octets(`${FRAME} 0008 aaaa03 0000f8 0806`));
  assert.match(`${tunnel.error}`, /arp/, "802.1H's OUI has EtherTypes too");
  const other = decode(octets(`${FRAME} 000a aaaa03 00e02b 0800 4500`));
  assert.equal(names(other), "ethernet,llc,snap");
});

Deno.test("sll2: the interface comes with the packet", () => {
  const packet = decode(
    octets(
      `0806 0000 00000003 0001 04 06 02005e1000010000
       0001080006040001 02005e100001 c0000201 000000000000 c0000202`,
    ),
    { linkType: 276 },
  );
  golden(packet, "sll2", {
    protocol: 0x0806,
    reserved: 0,
    interfaceIndex: 3,
    hardwareType: 1,
    packetType: 4,
    addressLength: 6,
    address: "02005e1000010000",
  });
  assert.equal(`${packet.arp?.targetIp}`, "192.0.2.2");
  const built = build(sll2({ packetType: "outgoing" }), ipv4(), udp());
  assert.equal(built.linkType, 276);
  assert.equal(built.sll2.protocol, 0x0800);
});

Deno.test("sll: of odd hardware the protocol is no EtherType", () => {
  const netlink = "0004 0338 0000 0000000000000000 0800 4500";
  assert.equal(names(decode(octets(netlink), { linkType: 113 })), "sll");
  const novell = "0000 0001 0006 02005e1000010000 0004 424203 0000 00 80";
  const stp = decode(octets(novell), { linkType: 113 });
  assert.equal(names(stp), "sll,llc,stp");
});
