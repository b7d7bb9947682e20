/** Capture filters at work: the rules that packets show. */

import assert from "node:assert/strict";
import { build, decode, ipv4, tcp, udp } from "../../../lib/packet/mod.ts";
import { compileFilter, filter } from "../../../lib/pcap/filter/compile.ts";
import { parseHex } from "../../../lib/bytes/hex.ts";

/** Whether octets match; they lie somewhere in a buffer. */
function matches(
  expression: string,
  octets: Uint8Array,
  linkType = 1,
  length = octets.length,
): boolean {
  const buffer = new Uint8Array(octets.length + 20).fill(0xff);
  buffer.set(octets, 7);
  const view = new DataView(buffer.buffer);
  const test = compileFilter(expression, { linkType });
  return test(buffer, view, 7, 7 + octets.length, length);
}

const MACS = "020000000002 020000000001";
const IPV4 = `${MACS} 0800 4500 0028 0000 0000 4006 0000 0a000001 0a000002`;
const TCP = parseHex(
  `${IPV4} 01bb 0050 00000000 00000000 5002 0000 0000 0000`,
);

Deno.test("octets and packets are tested, each packet by its own link type", () => {
  const wanted = filter("tcp port 443");
  assert.equal(wanted(TCP), true);
  assert.equal(wanted(decode(TCP)), true);
  const raw = build(ipv4({ dst: "192.0.2.1" }), tcp({ dstPort: 443 }));
  const { linkType } = raw;
  assert.equal(wanted(raw), true);
  assert.equal(wanted(raw.bytes), false);
  assert.equal(filter("tcp port 443", { linkType })(raw.bytes), true);
  assert.equal(filter("udp")(build(ipv4(), udp())), true);
  assert.equal(filter("")(new Uint8Array()), true);
});

Deno.test("the length is that on the wire, the octets those that are there", () => {
  const cut = TCP.subarray(0, 34);
  assert.equal(matches("len = 54", cut, 1, 54), true);
  assert.equal(matches("len = 34", cut), true);
  assert.equal(filter("greater 1000")(cut, 1000), true);
  assert.equal(filter("greater 1000")(cut), false);
  assert.equal(filter("len = 54")(decode(cut, { length: 54 })), true);
  assert.equal(matches("len = 0xffffffff", cut, 1, 0xffffffff), true);
});

Deno.test("a test beyond the end rejects, whatever an or would allow", () => {
  const arp = parseHex(`${MACS} 0806 0001`);
  const cases: [expression: string, matches: boolean][] = [
    ["ether[14] = 0", true],
    ["ether[16] = 0", false],
    ["not ether[16] = 0", false],
    ["ether[16] = 0 or arp", false],
    ["arp or ether[16] = 0", true],
    ["ether[15:2] = 0 or arp", false],
    ["ether[14:2] = 1", true],
    ["ip or not ether[16] = 0 or arp", false],
    ["ip and ether[16] = 0 or arp", true],
    ["ether[0xffffffff] = 2", false],
    ["link[-1] = 0", false],
    ["arp[-1] = 6", true],
  ];
  for (const [expression, expected] of cases) {
    assert.equal(matches(expression, arp), expected, expression);
  }
});

Deno.test("octets beyond the snap length do not count", () => {
  const view = new DataView(TCP.buffer, TCP.byteOffset);
  const at = (snapLength: number) =>
    compileFilter("tcp port 443", { snapLength })(TCP, view, 0, 54, 54);
  assert.deepEqual([35, 36, 0].map(at), [false, true, true]);
});

Deno.test("ports are asked of first fragments only", () => {
  const later = TCP.slice();
  later[21] = 1;
  assert.equal(matches("tcp port 443", TCP), true);
  assert.equal(matches("tcp port 443", later), false);
  assert.equal(matches("tcp", later), true);
  assert.equal(matches("tcp[0:2] = 443", later), false);
});

Deno.test("arithmetic has 32 bits and no sign", () => {
  const cases: [expression: string, holds: boolean][] = [
    ["0 - 1 = 0xffffffff", true],
    ["-1 > 1", true],
    ["ip[12:4] = 0x0a000001", true],
    ["-ip[12:4] = 0xf5ffffff", true],
    ["ip[12:4] * 0x1000 = 0x1000", true],
    ["ip[12:4] << 4 = 0xa0000010", true],
    ["ip[12:4] << 4 > 0xa000000f", true],
    ["ip[12:4] << 4 < 0xa0000010", false],
    ["-ip[0] >> 28 = 15", true],
    ["-ip[0] / 2 = 0x7fffffdd", true],
    ["-ip[0] % 16 = 0xfffffffb", true],
    ["(-ip[0]) % 16 = 11", true],
    ["ip[0] / ip[1] = 0", false],
    ["not ip[0] / ip[1] = 0", false],
    ["1 << ip[0] = 0", true],
    ["1 << (ip[0] & 7) = 32", true],
    ["ip[0] ^ 0xff | 1 = 0xba", true],
    ["ip[(ip[0] & 15) + 4] = 6", true],
    ["1 = 1 or ether[999] = 1", true],
  ];
  for (const [expression, expected] of cases) {
    assert.equal(matches(expression, TCP), expected, expression);
  }
});

Deno.test("vlan moves what comes after it, whatever stands between", () => {
  const tagged = parseHex(`${MACS} 8100 0064 0800 45 00 00 14`);
  const cases: [expression: string, matches: boolean][] = [
    ["ip", false],
    ["vlan and ip", true],
    ["vlan 100 and ip", true],
    ["vlan 101 and ip", false],
    ["vlan 5 or ip", true],
    ["ip or vlan", true],
    ["not vlan or ip", true],
    ["vlan and vlan", false],
    ["(vlan and ip6) or ip", true],
  ];
  for (const [expression, expected] of cases) {
    assert.equal(matches(expression, tagged), expected, expression);
  }
});

Deno.test("a loopback family is taken in the order given, or in either", () => {
  const big = parseHex("00000002 45");
  const little = parseHex("02000000 45");
  const darwin = parseHex("0000001e 60");
  const ask = (octets: Uint8Array, byteOrder?: "big" | "little") =>
    filter("ip or ip6", { linkType: 0, byteOrder })(octets);
  assert.deepEqual([big, little].map((one) => ask(one)), [true, true]);
  assert.deepEqual([big, little].map((one) => ask(one, "big")), [true, false]);
  assert.deepEqual([big, little].map((one) => ask(one, "little")), [
    false,
    true,
  ]);
  assert.equal(ask(darwin), true);
  assert.equal(matches("ip", little, 108), false);
  assert.equal(matches("ip", big, 108), true);
});

Deno.test("protochain goes from header to header, and never in circles", () => {
  const header = `${MACS} 86dd 6000 0000 0010 00 40 ${"00".repeat(32)}`;
  const hop = parseHex(`${header} 06 00 000000000000 01bb 0050`);
  assert.equal(matches("ip6 protochain 6", hop), true);
  assert.equal(matches("ip6 protochain 0", hop), true);
  assert.equal(matches("ip6 protochain 17", hop), false);
  assert.equal(matches("ip6 proto 6", hop), false);
  // Authentication headers that lead back to themselves, as libpcap steps.
  const round = parseHex(`${IPV4} ${"33 03".repeat(20)}`);
  round[23] = 51;
  assert.equal(matches("ip protochain 6", round), false);
});

Deno.test("what goes in is checked", () => {
  const bad = (value: unknown) => value as never;
  assert.throws(() => compileFilter(bad(3)), {
    name: "TypeError",
    message:
      "Cannot compile a filter as 'expression' must be a string: current value is 3",
  });
  for (const linkType of [-1, 1.5, NaN, bad("1")]) {
    assert.throws(() => filter("ip", { linkType }), RangeError);
  }
  assert.throws(() => filter("ip", { snapLength: -1 }), RangeError);
  assert.throws(() => filter("ip", { byteOrder: bad("middle") }), RangeError);
  assert.throws(() => filter("ip")(bad("4500")), {
    name: "TypeError",
    message: /'packet' must be a Uint8Array or a Packet/,
  });
});
