/** Display filters: fields by name, what may be asked of them, and mistakes. */

import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import { match } from "../../../lib/packet/match/match.ts";
import {
  build,
  decode,
  dns,
  ethernet,
  ipv4,
  ipv6,
  tcp,
  udp,
  vlan,
} from "../../../lib/packet/mod.ts";

const MACS = { src: "00:00:0c:01:02:03", dst: "ff:ff:ff:ff:ff:ff" };

const WEB = build(
  ethernet(MACS),
  vlan({ id: 100 }),
  ipv4({ src: "10.1.2.3", dst: "192.0.2.80", ttl: 3, flags: ["DF"] }),
  tcp({
    srcPort: 49152,
    dstPort: 80,
    seq: 0xfffffff0,
    flags: ["PSH", "ACK"],
    options: [{ kind: "mss", mss: 1460 }, { kind: "windowScale", shift: 7 }],
  }),
  "GETS /index HTTP/1.1\r\n",
);

const TUNNEL = build(
  ipv4({ src: "10.0.0.1", dst: "10.0.0.2" }),
  ipv4({ src: "172.16.0.1", dst: "172.16.0.2" }),
  udp({ srcPort: 53, dstPort: 53 }),
);

const QUERY = build(
  ethernet(MACS),
  ipv6({ src: "2001:db8::1", dst: "fe80::53", hopLimit: 255 }),
  udp({ dstPort: 53 }),
  dns({ questions: [{ name: "www.example.com" }, { name: "example.net" }] }),
);

Deno.test("fields are asked for by name, and compared by what they are", () => {
  const holds: readonly string[] = [
    "tcp",
    "!arp",
    "not arp && !udp",
    "tcp || arp && udp",
    "ipv4.ttl < 5",
    "ipv4.ttl == 0x03",
    "ipv4.ttl le 3 and ipv4.ttl ge 3",
    "ipv4.src == 10.0.0.0/8",
    "ipv4.src != 11.0.0.0/8",
    "ipv4.src >= 10.1.2.3",
    "ipv4.src in {192.168.0.0/16, 10.1.0.0/16}",
    "ipv4.src in {10.1.2.0..10.1.2.9}",
    "ipv4.flags.DF",
    "!ipv4.flags.MF",
    "tcp.flags.PSH == 1 && tcp.flags.psh == true",
    "tcp.flags.SYN == 0",
    "tcp.flags == 0x18",
    "tcp.flags & 0x10",
    "tcp.flags & 0x12 == 0x10",
    "tcp.seq & 0x80000000",
    "tcp.seq & 0xffff0000 == 0xffff0000",
    "tcp.seq > 0xffffffef",
    "tcp.dstPort in {80, 443, 8000..8080}",
    "tcp.srcPort in {49152 .. 65535}",
    "tcp.dstport == 80",
    "TCP.DstPort == 80",
    "vlan.id == 100",
    "ethernet.src == 00-00-0C-01-02-03",
    "ethernet.src[0:3] == 00:00:0c",
    "ethernet.src[0-2] == 00000c",
    "ethernet.src[:2] == 00:00",
    "ethernet.src[-1] == 3",
    "ethernet.src[5,0] == 03:00",
    "ethernet.dst contains ff:ff",
    "frame[12:2] == 81:00",
    "frame[12:2] == 0x8100",
    "ip[8] < 4",
    "tcp[0:2] == c000",
    'payload contains "GET"',
    "payload contains 47:45:54",
    "payload matches /^gets /i",
    'payload matches "^gets "',
    'payload[0:3] == "GET"',
    "tcp.payload.length == 22",
    'tcp contains "HTTP/1.1\\r\\n"',
    "tcp.payload matches /\\r\\n$/",
    "payload.length > 20 && frame.length > 60 && frame.number == 7",
    "tcp.options.mss > 1400",
    "tcp.options.kind == windowScale",
    "tcp.options.shift in {7}",
    "ip.addr == 192.0.2.80",
    "any ip.addr == 10.1.2.3",
    "all tcp.port > 79",
    "ip.src != ip.dst",
    "eth.addr == ff:ff:ff:ff:ff:ff",
    "tcp.headerLength == tcp.hdr_len",
  ];
  for (const expression of holds) {
    assert.equal(match(expression)(WEB, { number: 7 }), true, expression);
  }
  const fails: readonly string[] = [
    "arp || udp",
    "tcp.flags.SYN",
    "ipv4.src == 10.1.2.4",
    "ipv6.src == ::1",
    "!(ip.addr == 10.1.2.3)",
    "ip.addr != 10.1.2.3",
    "udp.port != 53",
    "all tcp.port > 80",
    "all udp.port > 80",
    "ethernet.src[5:2] == 03:00",
    "payload matches /get/",
    'payload contains "get"',
    "tcp.options.echo",
    "tcp.options.mss == 1461",
    "ip.src == ip.dst",
    "frame.number in {1..6}",
  ];
  for (const expression of fails) {
    assert.equal(match(expression)(WEB, { number: 7 }), false, expression);
  }
});

Deno.test("of several headers of a name any will do, or the one that is meant", () => {
  const cases: [expression: string, holds: boolean][] = [
    ["ipv4.src == 10.0.0.1", true],
    ["ipv4.src == 172.16.0.1", true],
    ["ipv4#1.src == 10.0.0.1", true],
    ["ipv4#2.src == 172.16.0.1", true],
    ["ipv4#2.src == 10.0.0.1", false],
    ["ip#2.addr == 172.16.0.2", true],
    ["ipv4#2", true],
    ["ipv4#3", false],
    ["ipv4.src != 10.0.0.1", false],
    ["any ipv4.src != 10.0.0.1", true],
    ["all ipv4.src != 10.0.0.2", true],
    ["udp.srcPort == udp.dstPort", true],
    ["ipv4#1.src == ipv4#2.src", false],
  ];
  for (const [expression, expected] of cases) {
    assert.equal(match(expression)(TUNNEL), expected, expression);
  }
});

Deno.test("lists are looked through", () => {
  const cases: [expression: string, holds: boolean][] = [
    ['dns.questions.name contains "example"', true],
    ["dns.questions.name == example.net", true],
    ["dns.qry.name matches /\\.com$/", true],
    ['dns.questions.name == "example"', false],
    ["dns.questions.type == A", true],
    ["dns.questions.type == AAAA", false],
    ["dns.answers.name", false],
    ["dns.questions.colour", false],
    ["dns.qr == query && dns.questionCount == 2", true],
    ["ipv6.addr == fe80::/10 && ipv6.src == 2001:db8::/32", true],
    ["ipv6.src == 2001:db8::1/127", true],
    ["ipv6.src < 2001:db8::2", true],
    ["ipv6.hlim == 255", true],
  ];
  for (const [expression, expected] of cases) {
    assert.equal(match(expression)(QUERY), expected, expression);
  }
});

Deno.test("a packet's number is given, or counted", () => {
  const third = match("frame.number == 3");
  const found = [WEB, WEB, WEB, WEB].map((packet) => third(packet));
  assert.deepEqual(found, [false, false, true, false]);
  assert.equal([WEB, WEB, WEB].filter(match("frame.number < 3")).length, 2);
  const at = (timestamp: string) =>
    decode(WEB.bytes, { timestamp: Temporal.Instant.from(timestamp) });
  const late = match("frame.time >= 2024-05-01");
  assert.equal(late(at("2024-05-01T00:00:00Z")), true);
  assert.equal(late(at("2024-04-30T23:59:59Z")), false);
  assert.equal(late(WEB), false);
});

Deno.test("mistakes are found before any packet is read, where they are", () => {
  const cases: [expression: string, offset: number, reason: RegExp][] = [
    ["tcp.prot == 80", 0, /no field tcp\.prot \(did you mean "tcp\.port"\?\)/],
    ["udp && tcp.flags.SIN", 7, /did you mean "tcp\.flags\.SYN"\?/],
    ["eth.scr == 0:0:0:0:0:0", 0, /did you mean "ethernet\.src"\?/],
    ["tpc", 0, /did you mean "tcp"\?/],
    ["tcp.dstPort == 10.0.0.1", 15, /is a number, and "10\.0\.0\.1" is none/],
    ["ipv4.src == 80", 12, /is an IPv4 address, and "80" is none/],
    ["ipv4.src == ::1", 12, /is an IPv4 address, and "::1" is none/],
    ["ipv6.src == 10.0.0.1", 12, /is an IPv6 address/],
    ["ipv4.src > 10.0.0.0/8", 11, /a prefix goes with == and `in`/],
    ["ethernet.src == 00:11", 16, /is a MAC address, and "00:11" is none/],
    ["tcp.dstPort == 70000", 15, /has 16 bits: 65535 at most/],
    ["tcp.flags == SYN", 13, /write tcp\.flags\.SYN/],
    ["tcp.flags.SYN > 0", 14, /is a flag, 1 or 0: it has no order/],
    ["tcp.flags.SYN == 2", 17, /is a flag, 1 or 0, and "2" is none/],
    ["tcp == 1", 4, /tcp is a layer, which is there or not/],
    ["ipv4.ttl contains 3", 9, /`contains` is for text and octets/],
    ["ipv4.ttl matches /3/", 9, /`matches` is for text and octets/],
    ["ipv4.src & 3", 9, /"&" is for numbers/],
    ["frame[12:2] == 8100", 15, /write 0x8100 or 0x1fa4 for 8100/],
    ["payload == 64", 11, /write 0x64 or 0x40 for 64/],
    ["payload == zz", 11, /write 00:1a:2b, or "text"/],
    ["payload matches GET", 16, /write \/GET\/ or "GET"/],
    ["payload matches /(/", 16, /Unterminated group/],
    ["payload == /x/", 11, /goes with `matches`/],
    ["payload[3:0] == 0", 0, /no slice/],
    ["payload[x] == 0", 0, /no slice/],
    ["ip.src == ip.ttl", 10, /they are of two kinds/],
    ["ip.src == tcp.prot", 10, /is an IPv4 address, and "tcp\.prot" is none/],
    ["dns.qr == respnse", 10, /did you mean "response"\?/],
    ["tcp.port in {80, x}", 17, /is a number, and "x" is none/],
    ["tcp.port in {..80}", 13, /a range without a start/],
    ["tcp.port in 80", 12, /expected "\{"/],
    ["tcp.port in {80", 15, /expected a value or a range/],
    ["tcp &&", 6, /expected a field/],
    ["(tcp", 4, /expected "\)"/],
    ["tcp)", 3, /expected `&&`, `\|\|` or the end/],
    ["tcp udp", 4, /unexpected word "udp"/],
    ["payload contians 3", 8, /did you mean "contains"\?/],
    ["tcp.port === 80", 9, /write "==" for "==="/],
    ['payload contains "GET', 17, /no " for this "/],
    ["payload matches /x", 16, /no \/ for this \//],
    ['payload contains "\\q"', 18, /unknown escape \\q/],
    ["tcp; udp", 3, /unexpected ";"/],
    ["ipv4#0.src == 1.2.3.4", 0, /no field/],
    ["", 0, /expected a field/],
    ["!".repeat(10_000) + "tcp", 200, /nested too deep/],
    ["(".repeat(10_000), 200, /nested too deep/],
  ];
  for (const [expression, offset, reason] of cases) {
    assert.throws(() => match(expression), (error) => {
      assert.ok(error instanceof ParseError, `${expression}: ${error}`);
      assert.match(error.message, reason);
      assert.equal(error.offset, offset, error.message);
      return true;
    });
  }
  assert.throws(() => match(3 as never), TypeError);
});

Deno.test("long filters are compiled", () => {
  const ports = Array.from({ length: 5000 }, (_, i) => i).join(", ");
  assert.equal(match(`tcp.port in {${ports}}`)(WEB), true);
  const terms = Array.from({ length: 2000 }, (_, i) => `tcp.port == ${i}`);
  assert.equal(match(terms.join(" || "))(WEB), true);
});
