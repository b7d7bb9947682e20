/** ICMP: its messages, what they quote, and extensions. */

import assert from "node:assert/strict";
import {
  build,
  decode,
  icmp,
  icmpExtensionOctets,
  icmpExtensions,
  ipv4,
  udp,
} from "../../../../lib/packet/mod.ts";
import { golden, inIpv4, octets } from "./golden.ts";

const names = ({ layers }: { layers: readonly { name: string }[] }) =>
  layers.map(({ name }) => name).join();

Deno.test("icmp: an echo has identifier and number, the rest is data (RFC 792)", () => {
  const packet = inIpv4(1, "0800 3de9 0001 0002 616263");
  golden(packet, "icmp", {
    type: 8,
    code: 0,
    checksum: 0x3de9,
    identifier: 1,
    sequenceNumber: 2,
  });
  assert.equal(packet.payload.toHex(), "616263");
  assert.equal(`${packet.icmp}`, "icmp echo id 1 seq 2");
  assert.equal(packet.icmp?.gateway, undefined);
});

Deno.test("icmp: each type has fields of its own", () => {
  const cases: [string, Record<string, unknown>][] = [
    ["0500 0000 c00002fe", { type: 5, gateway: "192.0.2.254" }],
    ["0b00 0000 00 00 0000", { type: 11, unused: 0, length: 0, reserved: 0 }],
    ["0c00 0000 09 05 0000", { type: 12, pointer: 9, length: 5, reserved: 0 }],
    ["0400 0000 00000000", { type: 4, reserved: 0 }],
    [
      "0e00 0000 0003 0004 000003e8 000007d0 000007d1",
      {
        type: 14,
        identifier: 3,
        sequenceNumber: 4,
        originateTime: 1000,
        receiveTime: 2000,
        transmitTime: 2001,
      },
    ],
    [
      "1200 0000 0005 0000 ffffff00",
      { type: 18, identifier: 5, sequenceNumber: 0, mask: "255.255.255.0" },
    ],
    [
      "0900 0000 02 02 0708 c00002fe 80000000 c00002fd 00000007",
      {
        type: 9,
        count: 2,
        entrySize: 2,
        lifetime: 1800,
        routers: [
          { address: "192.0.2.254", preference: 0x80000000 },
          { address: "192.0.2.253", preference: 7 },
        ],
      },
    ],
    [
      "1e00 0000 0007 0000 0003 ffff 0000ff00 000005dc",
      {
        type: 30,
        identifier: 7,
        reserved: 0,
        outboundHops: 3,
        returnHops: 0xffff,
        linkSpeed: 65280,
        linkMtu: 1500,
      },
    ],
    [
      "2b00 0000 0006 07 4d",
      {
        type: 43,
        identifier: 6,
        sequenceNumber: 7,
        reply: { state: 2, reserved: 1, active: 1, ipv4: 0, ipv6: 1 },
      },
    ],
    ["ff00 0000", { type: 255 }],
  ];
  for (const [hex, fields] of cases) {
    golden(inIpv4(1, hex), "icmp", { code: 0, checksum: 0, ...fields });
  }
});

Deno.test("icmp: an error quotes the head of a datagram, of which most may be missing (RFC 1191 §4)", () => {
  // The quoted datagram has 1500 octets, of which there are 28.
  const packet = inIpv4(
    1,
    `0304 0000 0000 0578 4500 05dc 0001 4000 40 11 0000 c0000201 c6336402
     9c40 829a 05c8 0000`,
  );
  assert.equal(names(packet), "ipv4,icmp,ipv4,udp");
  assert.equal(packet.icmp?.nextHopMtu, 1400);
  assert.equal(packet.udp?.dstPort, 33434);
  assert.equal(packet.error, undefined);
  // The quoted one is cut in the middle of a header: that is no fault either.
  const less = inIpv4(1, "0b00 0000 00000000 4500 001c 0001");
  assert.equal(names(less), "ipv4,icmp");
  assert.equal(less.error, undefined);
});

Deno.test("icmp: a message cut short says so", () => {
  const packet = inIpv4(1, "0800 0000 0001");
  assert.equal(packet.icmp?.identifier, 1);
  assert.equal(packet.icmp.sequenceNumber, undefined);
  assert.equal(
    packet.error?.message,
    "Cannot decode icmp: cut short at octet 26, needs 2 octets and has 0",
  );
  assert.equal(names(inIpv4(1, "0800")), "ipv4");
});

Deno.test("icmp: fields say the type that they belong to, and none may be of another", () => {
  const packet = build(ipv4({}), icmp({ gateway: "192.0.2.254" }));
  assert.equal(packet.icmp.type, 5);
  const tooBig = build(ipv4({}), icmp({ nextHopMtu: 1400 }));
  assert.deepEqual([tooBig.icmp.type, tooBig.icmp.code], [3, 4]);
  assert.equal(icmp().raw.type, undefined, "an echo, by default");
  assert.equal(build(ipv4({}), icmp()).icmp.type, 8);
  assert.throws(
    () => icmp({ type: "echo", gateway: "192.0.2.254" }),
    /'gateway' must be left out but where type is 5/,
  );
});

Deno.test("icmp: extensions are behind the datagram, where the length says (RFC 4884 §7)", () => {
  const quoted = build(ipv4({ dst: "192.0.2.9" }), udp({ dstPort: 33434 }));
  const extensions = icmpExtensionOctets([
    {
      classNumber: "mpls",
      classType: 1,
      labels: [{ label: 24001, trafficClass: 1, bottom: 1, ttl: 254 }],
    },
    {
      classNumber: "interfaceInformation",
      classType: 15,
      ifIndex: 7,
      address: { family: "ipv4", ipv4: "203.0.113.1" },
      interfaceName: "xe-0/0/1",
      mtu: 9000,
    },
    { classNumber: 250, classType: 3, octets: octets("01020304") },
  ]);
  const payload = new Uint8Array(128 + extensions.length);
  payload.set(quoted.bytes);
  payload.set(extensions, 128);
  const message = (length: number) =>
    build(ipv4({}), icmp({ type: "timeExceeded", length }), payload);
  const packet = message(32);
  assert.equal(names(packet), "ipv4,icmp,ipv4,udp");
  assert.equal(packet.error, undefined);
  assert.ok(packet.checksums.every(({ ok }) => ok));
  const [mpls, about, unknown] = icmpExtensions(packet);
  assert.deepEqual(mpls?.labels, [
    { label: 24001, trafficClass: 1, bottom: 1, ttl: 254 },
  ]);
  assert.equal(about?.ifIndex, 7);
  assert.equal(`${about.address?.ipv4}`, "203.0.113.1");
  assert.equal(about.interfaceName, "xe-0/0/1");
  assert.equal(about.mtu, 9000);
  assert.equal(unknown?.octets?.toHex(), "01020304");
  // Old routers leave the length 0: then the checksum has to tell.
  assert.equal(icmpExtensions(message(0)).length, 3);
  payload[payload.length - 1]! ^= 1;
  assert.equal(icmpExtensions(message(0)).length, 0);
  assert.equal(icmpExtensions(message(32)).length, 3);
  assert.equal(icmpExtensions(quoted).length, 0);
});

Deno.test("icmp: extensions of nonsense are none, and those before it stay", () => {
  const message = (hex: string) =>
    icmpExtensions(inIpv4(1, `0b00 0000 00010000 01020304 ${hex}`));
  assert.deepEqual(message(""), []);
  assert.deepEqual(message("20"), []);
  assert.deepEqual(message("1000 0000 0008 0101 00010101"), [], "version 1");
  const cut = message("2000 0000 0008 0302 00000001 0000 0000");
  assert.deepEqual(cut.map(({ probeIndex }) => probeIndex), [1]);
  assert.throws(
    () => icmpExtensionOctets([{ classNumber: 1, classType: 1, ifIndex: 1 }]),
    /'objects\[0\]\.ifIndex' must be left out/,
  );
});

Deno.test("icmp: an extended echo names the interface that it asks for (RFC 8335 §2)", () => {
  const packet = inIpv4(
    1,
    "2a00 0000 0006 07 01 2000 dcf4 0008 0302 00000001 0badcafe",
  );
  golden(packet, "icmp", {
    type: 42,
    code: 0,
    checksum: 0,
    identifier: 6,
    sequenceNumber: 7,
    request: { reserved: 0, local: 1 },
    probe: {
      version: 2,
      reserved: 0,
      checksum: 0xdcf4,
      objects: [{ classNumber: 3, classType: 2, probeIndex: 1 }],
    },
  });
  assert.equal(packet.payload.toHex(), "0badcafe");
  const built = decode(
    build(
      ipv4({}),
      icmp({
        type: "extendedEcho",
        probe: { objects: [{ classNumber: 3, classType: 1, probeName: "lo" }] },
      }),
    ).bytes,
    { linkType: 228 },
  );
  assert.equal(built.icmp?.probe?.objects[0]?.probeName, "lo");
});
