/** GRE, ERSPAN, VXLAN, Geneve, ESP in UDP. */

import assert from "node:assert/strict";
import {
  build,
  erspan,
  esp,
  ethernet,
  geneve,
  gre,
  ipv4,
  ipv6,
  udp,
  udpEncapsulation,
  vxlan,
  vxlanGpe,
} from "../../../../lib/packet/mod.ts";
import { golden, inIpv4, inUdp, octets } from "./golden.ts";

const NO_FLAGS = {
  flags: [],
  recursion: 0,
  acknowledges: 0,
  reserved: 0,
  version: 0,
};
const INNER = "4500 0014 0000 0000 40 3b 0000 c0000201 c6336402";
const FRAME = `020000000001 020000000002 0800 ${INNER}`;

const names = ({ layers }: { layers: readonly { name: string }[] }) =>
  layers.map(({ name }) => name).join();

Deno.test("gre: a plain header (RFC 2784 §2)", () => {
  const packet = inIpv4(47, `0000 0800 ${INNER}`);
  golden(packet, "gre", { ...NO_FLAGS, protocol: 0x0800 });
  assert.equal(names(packet), "ipv4,gre,ipv4");
});

Deno.test("gre: flags tell the fields that there are (RFC 2890 §2)", () => {
  golden(inIpv4(47, "b000 0800 1234 0000 0000abcd 00000006"), "gre", {
    ...NO_FLAGS,
    flags: ["S", "K", "C"],
    protocol: 0x0800,
    checksum: 0x1234,
    offsetToRoute: 0,
    key: 0xabcd,
    sequenceNumber: 6,
  });
  const packet = build(ipv4({}), gre({ key: 7 }), ethernet({}), ipv4({}));
  assert.deepEqual(packet.gre.flags, ["K"]);
  assert.equal(packet.gre.protocol, 0x6558);
  assert.equal(names(packet), "ipv4,gre,ethernet,ipv4");
  const sum = build(ipv4({}), gre({ flags: ["C"] }), "abc");
  assert.ok(sum.checksums.every(({ ok }) => ok));
  assert.equal(sum.checksums.length, 2);
  assert.equal(packet.checksums.length, 2, "a header without has none");
});

Deno.test("gre: source routes end with an empty one (RFC 1701)", () => {
  golden(
    inIpv4(47, `4000 86dd 0000 0000 0800 00 04 c0000201 0000 00 00 abcd`),
    "gre",
    {
      ...NO_FLAGS,
      flags: ["R"],
      protocol: 0x86dd,
      checksum: 0,
      offsetToRoute: 0,
      routing: [
        { family: 0x0800, position: 0, length: 4, addresses: "c0000201" },
      ],
    },
  );
  const endless = inIpv4(47, `4000 86dd 0000 0000 ${"080000010a".repeat(9)}`);
  assert.match(`${endless.error}`, /Cannot decode gre: cut short/);
});

Deno.test("gre: the version of PPTP has a call and a length (RFC 2637 §4.1)", () => {
  const packet = inIpv4(47, "3081 880b 0002 0009 00000006 00000005 c021 ff");
  golden(packet, "gre", {
    ...NO_FLAGS,
    flags: ["S", "K"],
    acknowledges: 1,
    version: 1,
    protocol: 0x880b,
    payloadLength: 2,
    callId: 9,
    sequenceNumber: 6,
    acknowledgmentNumber: 5,
  });
  assert.equal(packet.trailer.toHex(), "ff");
  const { raw } = gre({ callId: 9, acknowledgmentNumber: 5 });
  assert.equal(raw.version, 1);
  assert.equal(raw.protocol, 0x880b);
  assert.match(`${inIpv4(47, "0002 0800").error}`, /version is 2, not 0 or 1/);
});

Deno.test("erspan: type II, III, and type I without a header (draft-foschiano-erspan-03 §4)", () => {
  // erspan-type-ii-1.pcap of tcpdump's tests
  const two = inIpv4(47, `1000 88be 000000ab 1156 c29a 00007ff8 ${FRAME}`);
  golden(two, "erspan", {
    version: 1,
    vlan: 342,
    classOfService: 6,
    encapsulation: 0,
    truncated: 0,
    sessionId: 666,
    port: { reserved: 0, index: 32760 },
  });
  assert.equal(names(two), "ipv4,gre,erspan,ethernet,ipv4");
  const three = inIpv4(
    47,
    `1000 22eb 00000001 2014 0064 00003039 0000 0835 0102030405060708 ${INNER}`,
  );
  golden(three, "erspan", {
    version: 2,
    vlan: 20,
    classOfService: 0,
    encapsulation: 0,
    truncated: 0,
    sessionId: 100,
    timestamp: 12345,
    securityGroup: 0,
    frame: {
      isEthernet: 0,
      type: 2,
      hardwareId: 3,
      direction: 0,
      granularity: 2,
      hasPlatform: 1,
    },
    platform: "0102030405060708",
  });
  assert.equal(names(three), "ipv4,gre,erspan,ipv4");
  const one = inIpv4(47, `0000 88be ${FRAME}`);
  assert.equal(names(one), "ipv4,gre,ethernet,ipv4");
  assert.equal(erspan({ timestamp: 1 }).raw.version, 2);
});

Deno.test("vxlan: Ethernet in a network of 24 bits (RFC 7348 §5)", () => {
  const packet = inUdp(4789, `08000000 00138900 ${FRAME}`);
  golden(packet, "vxlan", {
    hasGroup: 0,
    reserved1: 0,
    hasVni: 1,
    reserved2: 0,
    dontLearn: 0,
    reserved3: 0,
    isApplied: 0,
    reserved4: 0,
    group: 0,
    vni: 5001,
    reserved5: 0,
  });
  assert.equal(names(packet), "ipv4,udp,vxlan,ethernet,ipv4");
  const built = build(ipv4({}), udp({}), vxlan({ vni: 7 }), ethernet({}));
  assert.equal(built.udp.dstPort, 4789);
  assert.equal(built.vxlan.hasVni, 1);
  assert.throws(() => build(ipv4({}), udp({}), vxlan({}), ipv4({})), TypeError);
});

Deno.test("vxlanGpe: any of several payloads", () => {
  const packet = inUdp(4790, `0c000001 00000500 ${INNER}`);
  golden(packet, "vxlanGpe", {
    reserved1: 0,
    version: 0,
    hasVni: 1,
    hasNextProtocol: 1,
    isFlooded: 0,
    isOam: 0,
    reserved2: 0,
    nextProtocol: 1,
    vni: 5,
    reserved3: 0,
  });
  assert.equal(names(packet), "ipv4,udp,vxlanGpe,ipv4");
  assert.equal(
    names(inUdp(4790, `08000000 00000500 ${FRAME}`)),
    "ipv4,udp,vxlanGpe,ethernet,ipv4",
  );
  const built = build(ipv4({}), udp({}), vxlanGpe({}), ipv6({}));
  assert.equal(built.vxlanGpe.nextProtocol, 2);
});

Deno.test("geneve: options of classes (geneve.pcap of tcpdump's tests)", () => {
  const packet = inUdp(6081, `0240 6558 00000a00 0000 80 01 0000000c ${FRAME}`);
  golden(packet, "geneve", {
    version: 0,
    optionsLength: 2,
    flags: ["C"],
    reserved: 0,
    protocol: 0x6558,
    vni: 10,
    reserved2: 0,
    options: [
      { optionClass: 0, type: 128, reserved: 0, octets: "0000000c" },
    ],
  });
  assert.equal(names(packet), "ipv4,udp,geneve,ethernet,ipv4");
  const cut = inUdp(6081, `0140 0800 00000a00 0000 80 05 ${INNER}`);
  assert.deepEqual(cut.geneve?.options, []);
  assert.match(`${cut.error}`, /Cannot decode geneve: cut short at octet 40/);
  assert.match(`${inUdp(6081, "4000 6558 00000a00").error}`, /version is 1/);
  const option = { optionClass: 1, type: 2, octets: octets("0102") };
  assert.throws(() => geneve({ options: [option] }), /in words of 4/);
  assert.throws(
    () => geneve({ options: [{ optionClass: 65536, type: 2 }] }),
    RangeError,
  );
});

Deno.test("udpEncapsulation: ESP, IKE and keepalives on one port (RFC 3948 §2)", () => {
  const packet = inUdp(4500, "12345678 00000001 abcdef");
  assert.equal(
    golden(packet, "udpEncapsulation", { kind: "esp" }).headerLength,
    0,
  );
  golden(packet, "esp", { spi: 0x12345678, sequenceNumber: 1 });
  assert.equal(packet.payload.toHex(), "abcdef");
  const ike = inUdp(4500, "00000000 0102030405060708");
  golden(ike, "udpEncapsulation", { kind: "ike" });
  assert.equal(ike.esp, undefined);
  assert.equal(ike.payload.length, 8);
  golden(inUdp(4500, "ff"), "udpEncapsulation", { kind: "keepalive" });
  assert.match(`${inUdp(4500, "0000").error}`, /udpEncapsulation: cut short/);
  const built = build(ipv4({}), udp({}), udpEncapsulation({}), esp({ spi: 9 }));
  assert.equal(built.udp.dstPort, 4500);
  assert.equal(names(built), "ipv4,udp,udpEncapsulation,esp");
});

Deno.test("esp: what follows is a payload (RFC 4303 §2)", () => {
  const packet = inIpv4(50, "00001000 00000003 0011223344");
  golden(packet, "esp", { spi: 4096, sequenceNumber: 3 });
  assert.equal(packet.payload.length, 5);
  assert.match(
    `${inIpv4(50, "00001000").error}`,
    /Cannot decode esp: cut short/,
  );
});
