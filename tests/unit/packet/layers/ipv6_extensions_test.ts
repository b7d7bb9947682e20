/** The extension headers of IPv6, and AH. */

import assert from "node:assert/strict";
import {
  build,
  ipv6,
  ipv6Fragment,
  ipv6HopByHop,
  ipv6Routing,
  udp,
} from "../../../../lib/packet/mod.ts";
import { golden, inIpv4, inIpv6 } from "./golden.ts";

Deno.test("ipv6HopByHop: a router alert, filled up (icmpv6.pcap of tcpdump's tests)", () => {
  const packet = inIpv6(0, "3a00 0502 0000 0100 8000 0000 0001 0002");
  golden(packet, "ipv6HopByHop", {
    nextHeader: 58,
    length: 0,
    options: [
      { kind: "routerAlert", value: 0 },
      { kind: "padN", octets: "" },
    ],
  });
  assert.equal(packet.icmpv6?.sequenceNumber, 2);
});

Deno.test("ipv6HopByHop: a jumbo option says how long the packet is (RFC 2675 §3)", () => {
  const jumbo = (length: string) => `3b00 c204 ${length}`;
  const packet = inIpv6(0, `${jumbo("0000000a")} abcd`);
  assert.equal(packet.payload.toHex(), "abcd");
  assert.equal(inIpv6(0, `${jumbo("00000009")} abcd`).trailer.toHex(), "cd");
  assert.match(
    `${inIpv6(0, `${jumbo("00011170")} abcd`).error}`,
    /payload cut short .*\(says options\)/,
  );
  const built = build(
    ipv6({ payloadLength: 0 }),
    ipv6HopByHop({ options: [{ kind: "jumbo", length: 70008 }] }),
    new Uint8Array(70000),
  );
  assert.equal(built.error, undefined);
  assert.equal(built.payload.length, 70000);
});

Deno.test("ipv6Destination: options of several kinds, known and not", () => {
  golden(
    inIpv6(
      60,
      `3b03 04 01 04 00 c910 20010db8000000000000000000000007
       00 7e 03 010203 0000`,
    ),
    "ipv6Destination",
    {
      nextHeader: 59,
      length: 3,
      options: [
        { kind: "tunnelLimit", limit: 4 },
        { kind: "pad1" },
        { kind: "homeAddress", address: "2001:db8::7" },
        { kind: "pad1" },
        { kind: 126, octets: "010203" },
        { kind: "pad1" },
        { kind: "pad1" },
      ],
    },
  );
});

Deno.test("ipv6Destination: an option past the header's end is cut, and the header stays", () => {
  const packet = inIpv6(60, "1100 0104 00000000 0001 0002 0008 0000");
  assert.equal(packet.udp?.dstPort, 2);
  assert.ok(packet.ipv6Destination);
  const bad = inIpv6(60, "1100 0109 00000000 0001 0002 0008 0000");
  assert.equal(bad.udp?.dstPort, 2);
  assert.equal(
    bad.error?.message,
    "Cannot decode ipv6Destination: cut short at octet 44, needs 9 octets and has 4",
  );
});

Deno.test("ipv6Routing: segments, the last first (ipv6-srh-ext-header.pcap of tcpdump's tests)", () => {
  const hex = `2904 04 01 01 00 0000 000a000b000c000300000000000000d6
    000a000b000c00020000000000f10000`;
  golden(inIpv6(43, hex), "ipv6Routing", {
    nextHeader: 41,
    length: 4,
    type: 4,
    segmentsLeft: 1,
    lastEntry: 1,
    flags: 0,
    tag: 0,
    segments: ["a:b:c:3::d6", "a:b:c:2::f1:0"],
    options: [],
  });
  const built = build(
    ipv6({}),
    ipv6Routing({ segments: ["a:b:c:3::d6", "::1"], segmentsLeft: 1 }),
  );
  assert.equal(built.ipv6Routing.lastEntry, 1);
  assert.equal(built.ipv6Routing.length, 4);
});

Deno.test("ipv6Routing: the other types (RFC 2460 §4.4, RFC 6275 §6.4, RFC 6554 §3)", () => {
  const address = "20010db8000000000000000000000007";
  const start = { nextHeader: 59, length: 2, segmentsLeft: 1 };
  golden(inIpv6(43, `3b02 00 01 00000000 ${address}`), "ipv6Routing", {
    ...start,
    type: 0,
    reserved: 0,
    addresses: ["2001:db8::7"],
  });
  golden(inIpv6(43, `3b02 02 01 00000000 ${address}`), "ipv6Routing", {
    ...start,
    type: 2,
    reserved: 0,
    addresses: ["2001:db8::7"],
  });
  golden(inIpv6(43, `3b01 03 01 88 00 0000 0000000000000001`), "ipv6Routing", {
    ...start,
    length: 1,
    type: 3,
    rpl: {
      elided: 8,
      elidedLast: 8,
      padding: 0,
      reserved: 0,
      addresses: "0000000000000001",
    },
  });
  golden(inIpv6(43, `3b00 fd 01 01020304`), "ipv6Routing", {
    ...start,
    length: 0,
    type: 253,
    octets: "01020304",
  });
  const many = inIpv6(43, `3b02 04 01 05 00 0000 ${address}`);
  assert.equal(many.ipv6Routing?.segments?.length, 1);
  assert.match(`${many.error}`, /cut short/);
});

Deno.test("ipv6Fragment: what is behind the first has no header", () => {
  const first = inIpv6(44, "1100 0001 00000007 0001 0002 0064 1234 abcd");
  golden(first, "ipv6Fragment", {
    nextHeader: 17,
    reserved: 0,
    fragmentOffset: 0,
    reserved2: 0,
    moreFragments: 1,
    id: 7,
  });
  assert.equal(first.udp?.dstPort, 2);
  assert.equal(first.error, undefined, "the rest is in other fragments");
  const second = inIpv6(44, "1100 00a8 00000007 0001 0002 0064 1234");
  assert.equal(second.ipv6Fragment?.fragmentOffset, 21);
  assert.equal(second.udp, undefined);
});

Deno.test("a checksum further up knows the addresses below extension headers (RFC 8200 §8.1)", () => {
  const plain = build(ipv6({ src: "::1", dst: "::2" }), udp({ dstPort: 7 }));
  const packet = build(
    ipv6({ src: "::1", dst: "::2" }),
    ipv6HopByHop({ options: [{ kind: "routerAlert", value: 0 }] }),
    ipv6Fragment({}),
    udp({ dstPort: 7 }),
  );
  assert.equal(packet.udp.checksum, plain.udp.checksum);
  assert.equal(packet.ipv6.nextHeader, 0);
  assert.equal(packet.ipv6HopByHop.nextHeader, 44);
  assert.equal(packet.ipv6Fragment.nextHeader, 17);
  assert.ok(packet.checksums.every(({ ok }) => ok));
});

Deno.test("ah: the check value is as long as the header says (ospf-signed-integer-ubsan.pcap of tcpdump's tests)", () => {
  const hex = "5904 0000 00000100 0000001e 0a6ab0b271917e05f7a01c58";
  golden(inIpv6(51, hex), "ah", {
    nextHeader: 89,
    payloadLength: 4,
    reserved: 0,
    spi: 256,
    sequenceNumber: 30,
    icv: "0a6ab0b271917e05f7a01c58",
  });
  assert.equal(
    inIpv4(51, "1101 0000 00000100 0000001e 0001 0002 0008 0000").udp?.dstPort,
    2,
  );
  assert.match(
    `${inIpv6(51, "1108 0000 00000100 0000001e").error}`,
    /cut short .*\(says payloadLength\)/,
  );
  assert.match(
    `${inIpv6(51, "1100 0000 00000100 0000001e").error}`,
    /header of 8 octets, 12 at least/,
  );
});
