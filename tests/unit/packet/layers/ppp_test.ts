/** MPLS, PPP on lines and over Ethernet, and Cisco's HDLC. */

import assert from "node:assert/strict";
import * as net from "../../../../lib/packet/mod.ts";
import { golden, octets } from "./golden.ts";

const { build, decode, ethernet, hdlc, ipv4, ipv6, lcp, mpls, ppp, pppoe } =
  net;

const names = ({ layers }: { layers: readonly { name: string }[] }) =>
  layers.map(({ name }) => name).join();
const onLine = (hex: string) => decode(octets(hex), { linkType: 9 });

Deno.test("mpls: one layer a label, then what looks like IP (RFC 3032 §2.1, RFC 4928 §3)", () => {
  const packet = build(
    ethernet(),
    mpls({ label: 16000, trafficClass: 5 }),
    mpls({ label: 17 }),
    ipv6({ dst: "2001:db8::1" }),
  );
  assert.equal(packet.ethernet.type, 0x8847);
  assert.equal(names(decode(packet.bytes)), "ethernet,mpls,mpls,ipv6");
  golden(packet, "mpls", {
    label: 16000,
    trafficClass: 5,
    bottom: 0,
    ttl: 64,
  });
  // A pseudowire's control word starts with 0000 (RFC 4385 §3).
  const word = octets("000000000002 02005e100001 8847 00010140 00000000 0200");
  assert.equal(names(decode(word)), "ethernet,mpls");
  assert.equal(decode(word).payload.length, 6);
});

Deno.test("hdlc: address and control may be left out, the protocol compressed (RFC 1661 §6.5, §6.6)", () => {
  const datagram = "4500 0014 0000 0000 4011 0000 c0000201 c0000202";
  assert.equal(
    names(onLine(`ff03 0021 ${datagram}`)),
    "hdlc,ppp,ipv4",
  );
  assert.equal(names(onLine(`ff03 21 ${datagram}`)), "hdlc,pppCompressed,ipv4");
  assert.equal(names(onLine(`0021 ${datagram}`)), "hdlc,ppp,ipv4");
  assert.equal(names(onLine(`21 ${datagram}`)), "hdlc,pppCompressed,ipv4");
  assert.equal(onLine(`21 ${datagram}`).hdlc?.headerLength, 0);
  assert.equal(names(onLine(`0f00 0800 ${datagram}`)), "hdlc,chdlc,ipv4");
  assert.match(`${onLine("ff").error}`, /hdlc: cut short/);
  const built = build(hdlc(), ppp(), ipv4());
  assert.equal(built.bytes.subarray(0, 4).toHex(), "ff030021");
  assert.equal(built.linkType, 9);
});

Deno.test("lcp: an echo over PPPoE (capture pppoes)", () => {
  const packet = decode(octets(
    `000218030007 000423a95d8e 8864 11 00 0017 000e c021
     09 6a 000c a4cbea34 0ee2f609`,
  ));
  golden(packet, "pppoe", {
    version: 1,
    type: 1,
    code: 0,
    sessionId: 0x17,
    length: 14,
  });
  golden(packet, "ppp", { protocol: 0xc021 });
  golden(packet, "lcp", {
    code: 9,
    identifier: 0x6a,
    length: 12,
    magicNumber: 0xa4cbea34,
    octets: "0ee2f609",
  });
  assert.equal(`${packet.lcp}`, "lcp echoRequest id 106");
});

Deno.test("lcp: options of a configuration (RFC 1661 §6)", () => {
  const hex = `01 01 0019 0104 05d4 0305 c223 05 0506 12345678 0702 0802 0d00`;
  const packet = onLine(`ff03 c021 ${hex}`);
  assert.deepEqual(packet.lcp?.options, [
    { kind: "mru", octets: 1492 },
    { kind: "authentication", protocol: 0xc223, octets: octets("05") },
    { kind: "magic", number: 0x12345678 },
    { kind: "protocolCompression" },
    { kind: "addressControlCompression" },
  ]);
  assert.match(`${packet.error}`, /lcp/);
  const built = build(
    hdlc(),
    ppp(),
    lcp({ options: [{ kind: "mru", octets: 1492 }, "protocolCompression"] }),
  );
  assert.equal(built.lcp.bytes.toHex(), "0100000a" + "010405d4" + "0702");
  assert.throws(() => lcp({ code: "echoReply", options: [] }), /options/);
});

Deno.test("ipcp and ipv6cp: addresses are agreed on (RFC 1332 §3, RFC 5072 §4)", () => {
  const ipcp = onLine("ff03 8021 01 02 0010 0306 c0000201 8106 c0000235");
  golden(ipcp, "ipcp", {
    code: 1,
    identifier: 2,
    length: 16,
    options: [
      { kind: "address", address: "192.0.2.1" },
      { kind: "primaryDns", address: "192.0.2.53" },
    ],
  });
  const ipv6cp = onLine("ff03 8057 02 03 000e 010a 0011223344556677");
  golden(ipv6cp, "ipv6cp", {
    code: 2,
    identifier: 3,
    length: 14,
    options: [{ kind: "interfaceId", id: "0011223344556677" }],
  });
});

Deno.test("pap and chap: who one is (RFC 1334 §2.2, RFC 1994 §4)", () => {
  golden(onLine("ff03 c023 01 05 000d 04 75736572 03 616263"), "pap", {
    code: 1,
    identifier: 5,
    length: 13,
    peerId: "user",
    password: "abc",
  });
  golden(onLine("ff03 c223 01 06 000b 02 0a0b 75736572"), "chap", {
    code: 1,
    identifier: 6,
    length: 11,
    value: "0a0b",
    peerName: "user",
  });
  golden(onLine("ff03 c223 04 06 0006 6e6f"), "chap", {
    code: 4,
    identifier: 6,
    length: 6,
    message: "no",
  });
});

Deno.test("pppoeDiscovery: tags of a PADI (capture pppoe)", () => {
  const packet = decode(octets(
    `ffffffffffff 000c29903a8b 8863 11 09 0000 0012 0101 0000
     0120 0002 05dc 0103 0004 16372c16 0000`,
  ));
  golden(packet, "pppoeDiscovery", {
    version: 1,
    type: 1,
    code: 9,
    sessionId: 0,
    length: 18,
    tags: [
      { kind: "serviceName", text: "" },
      { kind: "maxPayload", octets: 1500 },
      { kind: "hostUnique", octets: "16372c16" },
    ],
  });
  assert.equal(`${packet.pppoeDiscovery}`, "pppoeDiscovery PADI");
  assert.equal(packet.trailer.length, 2);
  const wrong = decode(
    octets("ffffffffffff 000c29903a8b 8864 21 00 0001 0000"),
  );
  assert.match(`${wrong.error}`, /pppoe: version is 2 and type 1, not 1/);
  assert.equal(build(ethernet(), pppoe(), ppp(), ipv4()).pppoe.length, 22);
});

Deno.test("slarp: keepalives, and addresses of a line", () => {
  const keepalive = decode(
    octets("8f00 8035 00000002 00000005 00000004 ffff 00001000"),
    { linkType: 104 },
  );
  golden(keepalive, "chdlc", { address: 0x8f, control: 0, protocol: 0x8035 });
  golden(keepalive, "slarp", {
    code: 2,
    mySequence: 5,
    yourSequence: 4,
    reliability: 0xffff,
    uptime: 4096,
  });
  const reply = decode(
    octets("0f00 8035 00000001 c0000201 ffffff00 ffff"),
    { linkType: 104 },
  );
  golden(reply, "slarp", {
    code: 1,
    address: "192.0.2.1",
    mask: "255.255.255.0",
    reliability: 0xffff,
  });
});
