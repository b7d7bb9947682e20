/** Each layer's fields, from octets written by hand after its RFC. */

import assert from "node:assert/strict";
import { decode } from "../../../lib/packet/mod.ts";

const octets = (text: string) => Uint8Array.fromHex(text.replace(/\s/g, ""));

/** Link types that start with the layer itself. */
const ETHERNET = 1;
const RAW = 101;

Deno.test("ethernet has two addresses and an EtherType (IEEE 802.3 §3.1.1)", () => {
  const packet = decode(octets("0180c2000001 0200005e1001 8808 0001"), {
    linkType: ETHERNET,
  });
  const { dst, src, type } = packet.ethernet!;
  assert.deepEqual([dst, src, type], [
    "01:80:c2:00:00:01",
    "02:00:00:5e:10:01",
    0x8808,
  ]);
  assert.equal(packet.payload.toHex(), "0001");
  assert.equal(packet.error, undefined);
});

Deno.test("ethernet's type up to 1500 is the length of what follows (IEEE 802.3 §3.2.6)", () => {
  const addresses = "0180c2000000 0200005e1001";
  const packet = decode(octets(`${addresses} 0003 e0e003 0000000000`));
  assert.equal(packet.llc?.bytes.toHex(), "e0e003");
  assert.equal(packet.trailer.toHex(), "0000000000");
  const cut = decode(octets(`${addresses} 05dc e0e003`));
  assert.equal(
    cut.error?.message,
    "Cannot decode ethernet: payload cut short at octet 14, needs 1500 octets and has 3 (says type)",
  );
});

Deno.test("ipv4: a minimal datagram (RFC 791 appendix A, example 1)", () => {
  // Total length 21, identification 111, time 123, protocol 1, one octet of data.
  const packet = decode(
    octets("4500 0015 006f 0000 7b01 0000 c0000201 c6336407 aa"),
    { linkType: RAW },
  );
  assert.deepEqual(JSON.parse(JSON.stringify(packet.ipv4)), {
    name: "ipv4",
    offset: 0,
    headerLength: 20,
    version: 4,
    ihl: 5,
    dscp: 0,
    ecn: 0,
    totalLength: 21,
    id: 111,
    flags: [],
    fragmentOffset: 0,
    ttl: 123,
    protocol: 1,
    checksum: 0,
    src: "192.0.2.1",
    dst: "198.51.100.7",
    options: [],
  });
  assert.equal(packet.payload.toHex(), "aa");
});

Deno.test("ipv4: a second fragment (RFC 791 appendix A, example 2)", () => {
  // 216 octets of data at offset 32, which is octet 256; protocol 6.
  const data = "00500051".padEnd(432, "0");
  const packet = decode(
    octets(`4500 00ec 006f 0020 7706 0000 c0000201 c6336407 ${data}`),
    { linkType: RAW },
  );
  assert.equal(packet.ipv4?.fragmentOffset, 32);
  assert.equal(packet.tcp, undefined, "no TCP header starts inside a segment");
  assert.equal(packet.payload.length, 216);
  assert.equal(packet.error, undefined);
});

Deno.test("ipv4: options fill the header up to its length (RFC 791 appendix A, example 3)", () => {
  // Options of 3, 4, 1 and 3 octets, and the end of the list.
  const options = "070300" + "07040000" + "01" + "070300" + "00";
  const packet = decode(
    octets(`4800 0020 006f 0000 7b06 0000 c0000201 c6336407 ${options}`),
    { linkType: RAW },
  );
  assert.equal(packet.ipv4?.ihl, 8);
  assert.equal(packet.ipv4.headerLength, 32);
  assert.equal(packet.ipv4.bytes.subarray(20).toHex(), options);
});

Deno.test("ipv4: DSCP, ECN and flags are told apart (RFC 2474 §3, RFC 3168 §5, RFC 791 §3.1)", () => {
  const header = (tos: string, flags: string) =>
    decode(octets(`45${tos} 0014 0000 ${flags} 4000 0000 00000000 00000000`), {
      linkType: RAW,
    }).ipv4!;
  assert.equal(header("b8", "0000").dscp, 46, "expedited forwarding");
  assert.equal(header("b8", "0000").ecn, 0);
  assert.equal(header("03", "0000").ecn, 3, "congestion experienced");
  assert.deepEqual(header("00", "4000").flags, ["DF"]);
  assert.deepEqual(header("00", "2000").flags, ["MF"]);
  assert.deepEqual(header("00", "ffff").flags, ["MF", "DF", "reserved"]);
  assert.equal(header("00", "ffff").fragmentOffset, 8191);
});

Deno.test("ipv6: all fields of the fixed header (RFC 8200 §3)", () => {
  const packet = decode(
    octets(
      "6b8f1234 0000 3b40 20010db8000000000000000000000001 ff020000000000000000000000000001",
    ),
    { linkType: RAW },
  );
  assert.deepEqual(JSON.parse(JSON.stringify(packet.ipv6)), {
    name: "ipv6",
    offset: 0,
    headerLength: 40,
    version: 6,
    trafficClass: 0xb8,
    flowLabel: 0xf1234,
    payloadLength: 0,
    nextHeader: 59,
    hopLimit: 64,
    src: "2001:db8::1",
    dst: "ff02::1",
  });
  assert.equal(packet.error, undefined);
});

const IPV6_UDP = (payloadLength: string) =>
  `60000000 ${payloadLength} 1140 ${"0".repeat(31)}1 ${"0".repeat(31)}1`;

Deno.test("ipv6: a payload length of 0 leaves it to what follows (RFC 2675 §3, §4)", () => {
  const udp = "270f 0400 0000 0000 616263";
  const jumbo = decode(octets(IPV6_UDP("0000") + udp), { linkType: RAW });
  assert.equal(jumbo.udp?.length, 0);
  assert.equal(jumbo.payload.toHex(), "616263");
  assert.equal(jumbo.error, undefined);
});

Deno.test("tcp: a SYN with its options (RFC 9293 §3.1, §3.2)", () => {
  const packet = decode(
    octets(
      "4500 002c 0000 4000 4006 0000 c0000201 c6336407" +
        "c350 0050 fffffffe 00000000 6002 faf0 1234 0000 020405b4",
    ),
    { linkType: RAW },
  );
  assert.deepEqual(packet.tcp!.toJSON(), {
    name: "tcp",
    offset: 20,
    headerLength: 24,
    srcPort: 50000,
    dstPort: 80,
    seq: 0xfffffffe,
    ack: 0,
    dataOffset: 6,
    reserved: 0,
    flags: ["SYN"],
    window: 64240,
    checksum: 0x1234,
    urgentPointer: 0,
    options: [{ kind: "mss", mss: 1460 }],
  });
});

Deno.test("tcp: each control bit has its name (RFC 9293 §3.1, RFC 9768 §3.1)", () => {
  const flags = (word: string) =>
    decode(
      octets(
        "45000028000000004006000000000000 00000000" +
          `0001 0002 00000000 00000000 ${word} 0000 0000 0000`,
      ),
      { linkType: RAW },
    ).tcp!;
  const named = {
    "5001": ["FIN"],
    "5002": ["SYN"],
    "5004": ["RST"],
    "5008": ["PSH"],
    "5010": ["ACK"],
    "5020": ["URG"],
    "5040": ["ECE"],
    "5080": ["CWR"],
    "5100": ["AE"],
    "5012": ["SYN", "ACK"],
    "5000": [],
  };
  for (const [word, names] of Object.entries(named)) {
    assert.deepEqual(flags(word).flags, names);
    assert.equal(flags(word).reserved, 0);
  }
  assert.equal(flags("5e00").reserved, 7);
  assert.deepEqual(flags("5e00").flags, []);
});

Deno.test("udp: ports, length and checksum (RFC 768)", () => {
  const packet = decode(
    octets(
      "4500 0020 0000 0000 4011 0000 c0000201 c6336407" +
        "ffff 0035 000b beef 616263 00",
    ),
    { linkType: RAW },
  );
  assert.deepEqual(packet.udp!.toJSON(), {
    name: "udp",
    offset: 20,
    headerLength: 8,
    srcPort: 65535,
    dstPort: 53,
    length: 11,
    checksum: 0xbeef,
  });
  assert.equal(packet.payload.toHex(), "616263", "UDP's length, not IP's");
  assert.equal(packet.trailer.toHex(), "00");
});

Deno.test("loopback: the family is read in either octet order (LINKTYPE_NULL, LINKTYPE_LOOP)", () => {
  const ip = "45000014000000004000000000000000 00000000";
  for (
    const [family, linkType] of [["02000000", 0], ["00000002", 0], [
      "00000002",
      108,
    ]] as const
  ) {
    const packet = decode(octets(family + ip), { linkType });
    assert.equal(packet.loopback?.family, 2);
    assert.equal(packet.ipv4?.offset, 4);
  }
});

Deno.test("loopback: IPv6 has a family number for each system", () => {
  const ip = `60000000 0000 3b40 ${"0".repeat(64)}`;
  for (const family of ["0a", "18", "1c", "1e"]) {
    const packet = decode(octets(`${family}000000 ${ip}`), { linkType: 0 });
    assert.equal(packet.ipv6?.nextHeader, 59, family);
  }
});

Deno.test("sll: a cooked header, then what its EtherType says (LINKTYPE_LINUX_SLL)", () => {
  const packet = decode(
    octets(
      "0004 0001 0006 02000000000a 0000 0800" +
        "4500001400000000400000000a000001 0a000002",
    ),
    { linkType: 113 },
  );
  assert.deepEqual(packet.sll!.toJSON(), {
    name: "sll",
    offset: 0,
    headerLength: 16,
    packetType: 4,
    hardwareType: 1,
    addressLength: 6,
    address: "02000000000a0000",
    protocol: 0x0800,
  });
  assert.equal(`${packet.ipv4?.dst}`, "10.0.0.2");
});

Deno.test("link types of bare IP: by their number, or by the version", () => {
  const v4 = octets("45000014000000004000000000000000 00000000");
  const v6 = octets(`60000000 0000 3b40 ${"0".repeat(64)}`);
  for (const linkType of [12, 14, 101, 228]) {
    assert.equal(decode(v4, { linkType }).ipv4?.version, 4, `${linkType}`);
  }
  for (const linkType of [12, 14, 101, 229]) {
    assert.equal(decode(v6, { linkType }).ipv6?.version, 6, `${linkType}`);
  }
});
