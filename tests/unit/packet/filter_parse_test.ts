/** Capture filters: what is wrong with a text, where, and what was meant. */

import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import { compileFilter } from "../../../lib/pcap/filter/compile.ts";
import { lex } from "../../../lib/pcap/filter/lex.ts";
import { nearestWord } from "../../../lib/nearest.ts";
import { parseFilter } from "../../../lib/pcap/filter/parse.ts";

/** The error that a filter gives. */
function errorOf(expression: string, linkType = 1): ParseError {
  try {
    compileFilter(expression, { linkType });
  } catch (error) {
    assert.ok(error instanceof ParseError, `${expression}: ${error}`);
    return error;
  }
  throw new assert.AssertionError({ message: `${expression} is no error` });
}

Deno.test("an error has the place and the word that was meant", () => {
  const cases: [expression: string, offset: number, reason: RegExp][] = [
    ["tcp prot 80", 4, /unknown word "prot" \(did you mean "port"\?\)/],
    ["hots 10.0.0.1", 0, /did you mean "host"\?/],
    ["udp and prot 53", 8, /did you mean "port"\?/],
    ["icmp[icmptyp] = 8", 5, /expected a number, not "icmptyp"/],
    ["tcp[tcpflags] & tcp-sny != 0", 16, /expected a number, not "tcp-sny"/],
    ["port htpp", 5, /"htpp".*\(did you mean "http"\?\)/],
    ["port 80-90", 5, /a range is `portrange 80-90`/],
    ["portrange 80-", 13, /expected a number/],
    ["port 65536", 5, /65536 is no port: the last is 65535/],
    ["port 1.2.3.4", 5, /an address, no port: write `host 1.2.3.4`/],
    ["udp port telnet", 9, /that port is tcp's, not udp's/],
    ["icmp port 7", 10, /'icmp' has no ports/],
    ["host example.com", 5, /names are not looked up: write the address/],
    ["net example", 4, /write the net's address/],
    ["ether host router", 11, /write the MAC address/],
    ["gateway router", 8, /write `ether host MAC-ADDRESS and not host/],
    ["host 1.2.3.256", 5, /"1.2.3.256" is no IPv4 address/],
    ["net 10.1.0.0/8", 4, /has bits set outside of its prefix/],
    ["net 2001:db8::1/32", 4, /has bits set outside of its prefix/],
    ["net 10.0.0.0/33", 4, /32 bits at most/],
    ["host 10.0.0.0/8", 5, /goes with `net` only/],
    ["ip6 host 1.2.3.4", 9, /'ip6' does not go with an IPv4 host/],
    ["tcp net ::/0", 8, /'tcp' does not go with an IPv6 net/],
    ["host 00:11:22:33:44:55", 5, /goes with `ether host`/],
    ["host 0:1:2:3:4", 5, /neither a MAC address nor an IPv6 address/],
    ["ip proto tcp", 9, /with a backslash before a keyword \(`\\tcp`\)/],
    ["ip proto \\tpc", 9, /did you mean "\\tcp"\?/],
    ["tcp proto 4", 10, /'tcp' does not go with 'proto'/],
    ["len-14 > 3", 0, /spaces around the "-"/],
    ["tcp and", 7, /expected a test at offset 7/],
    ["and tcp", 0, /expected a test, not "and"/],
    ["(tcp or udp", 11, /expected "\)"/],
    ["tcp)", 3, /expected `and`, `or` or the end, not "\)"/],
    ["80", 0, /needs a word before it, as in `host` or `port`/],
    ["tcp or 80", 7, /needs a word before it/],
    ["len", 3, /expected a comparison, as in `len > 100`/],
    ["tcp[0] & 3", 10, /expected a comparison/],
    ["tcp[0:3] = 1", 6, /expected 1, 2 or 4 octets/],
    ["len / 0 = 1", 4, /division by zero/],
    ["len << 32 = 1", 4, /a shift by more than 31 bits/],
    ["port 080", 6, /octal, and has a 8/],
    ["port 0x100000000", 5, /more than 32 bits/],
    ["tcp; rm", 3, /unexpected ";"/],
    ["vlan 4096", 0, /4096 is no VLAN: the last is 4095/],
    ["mpls and arp", 9, /after `mpls` only IPv4 and IPv6/],
    ["aarp[0] = 1", 0, /'aarp' has no octets to ask for/],
    ["link", 0, /'link' is not a test: it goes before others/],
    ["src proto 4", 4, /'src' cannot stand before 'proto'/],
    ["host tcp", 5, /expected an address, not a test of its own/],
    ["vpi 3", 0, /'vpi' is for ATM of link type 123/],
    ["host ((1.2.3.4))", 5, /ids in parentheses cannot stand first/],
    ["type foo", 5, /expected a name like/],
    ["type mgt subtype bacon", 17, /expected a name like beacon/],
    ["llc foo", 0, /expected one of i, s, u/],
  ];
  for (const [expression, offset, reason] of cases) {
    const error = errorOf(expression);
    assert.match(error.message, reason);
    assert.equal(error.offset, offset, error.message);
    assert.equal(error.input, expression);
  }
});

Deno.test("a test that a link type cannot answer is an error", () => {
  const cases: [linkType: number, expression: string, reason: RegExp][] = [
    [1, "inbound", /Ethernet does not say which way a packet went/],
    [1, "ifindex 3", /Ethernet does not say which interface/],
    [1, "type mgt", /Ethernet has no frames of IEEE 802.11/],
    [1, "radio[0] = 1", /there is no radio header in Ethernet/],
    [
      101,
      "ether host 0:1:2:3:4:5",
      /MAC addresses are not to be had in raw IP/,
    ],
    [101, "broadcast", /broadcast addresses are not to be had in raw IP/],
    [113, "vlan", /there is no VLAN in Linux cooked/],
    [101, "mpls", /there is no MPLS in raw IP/],
    [101, "llc", /there is no LLC in raw IP/],
    [195, "tcp", /link type 195 does not tell protocols apart/],
    [127, "ip6 protochain 6", /after headers of varying length/],
  ];
  for (const [linkType, expression, reason] of cases) {
    assert.match(errorOf(expression, linkType).message, reason);
  }
});

Deno.test("a token is the longest that can start where it starts", () => {
  const cases: [text: string, tokens: string][] = [
    ["80-90", "name 80-90"],
    ["len - 14", "word len, sign -, number 14"],
    ["ip[6:2]", "protocol ip, sign [, number 6, sign :, number 2, sign ]"],
    ["fe80::1/64", "ipv6 fe80::1, sign /, number 64"],
    ["::1", "ipv6 ::1"],
    ["::ffff:1.2.3.4", "ipv6 ::ffff:1.2.3.4"],
    ["1.2.3.4", "ipv4 1.2.3.4"],
    ["10.1", "ipv4 10.1"],
    ["1.2.3.4.5", "name 1.2.3.4.5"],
    ["1.2.3.4.5.6", "mac 1.2.3.4.5.6"],
    ["aa-bb-cc-dd-ee-ff", "mac aa-bb-cc-dd-ee-ff"],
    ["123456789012", "mac 123456789012"],
    ["a<=b>>c", "name a, sign <=, name b, sign >>, name c"],
    [
      "!tcp&&udp||ip",
      "word not, protocol tcp, word and, protocol udp, " +
      "word or, protocol ip",
    ],
    ["a==0x1F", "name a, sign =, number 0x1F"],
    ["\\tcp tcp-syn", "name tcp, number tcp-syn"],
    ["tcp-syn-x.y", "name tcp-syn-x.y"],
    ["ether wlan", "protocol link, protocol link"],
  ];
  for (const [text, tokens] of cases) {
    const found = lex(text).slice(0, -1);
    const shown = found.map(({ kind, text }) => `${kind} ${text}`).join(", ");
    assert.equal(shown, tokens);
  }
  const [flag] = lex("tcp-cwr");
  assert.equal(flag!.value, 0x80);
});

Deno.test("and and or bind alike, not binds closer, ids take qualifiers", () => {
  const shapes: [expression: string, same: string][] = [
    ["tcp or udp and ip", "(tcp or udp) and ip"],
    ["not tcp and udp", "(not tcp) and udp"],
    ["tcp port 80 or 443", "tcp port 80 or tcp port 443"],
    ["host 1.1.1.1 and not 2.2.2.2", "host 1.1.1.1 and not host 2.2.2.2"],
    ["port (80 or 90) and udp", "(port 80 or port 90) and udp"],
    ["src or dst port 5 and 6", "src or dst port 5 and src or dst port 6"],
    ["len % 2 + 1 = 1", "len % (2 + 1) = 1"],
    ["len - 2 - 1 = 1", "(len - 2) - 1 = 1"],
    ["len | 1 & 2 = 1", "len | (1 & 2) = 1"],
    ["- len * 2 = 1", "(- len) * 2 = 1"],
  ];
  /** A tree without its places. */
  const shape = (expression: string) =>
    JSON.stringify(
      parseFilter(expression),
      (key, value) => key === "at" ? undefined : value,
    );
  for (const [expression, same] of shapes) {
    assert.equal(shape(expression), shape(same), expression);
  }
  assert.equal(parseFilter(" \n"), undefined);
});

Deno.test("hostile expressions are refused, or take their time", () => {
  const refused = [
    "(".repeat(100_000),
    "not ".repeat(100_000),
    "- ".repeat(100_000),
    "ip[".repeat(100_000),
    "len + ".repeat(100_000) + "1 = 1",
    "tcp or udp and ".repeat(100_000) + "ip",
    "f:".repeat(50_000),
    "a-".repeat(50_000),
    ":".repeat(100_000),
    "\\".repeat(1000),
    "\0",
    "tcp 😀",
  ];
  for (const expression of refused) errorOf(expression);
  const hosts = Array.from(
    { length: 5000 },
    (_, i) => `10.0.${i >> 8}.${i & 255}`,
  );
  const octets = new Uint8Array(60);
  octets.set([8, 0, 0x45], 12);
  octets.set([10, 0, 19, 135], 26);
  const test = compileFilter(`host ${hosts.join(" or ")}`);
  assert.ok(test(octets, new DataView(octets.buffer), 0, 60, 60));
});

Deno.test("nearestWord() guesses what differs by a third of its letters", () => {
  const words = ["host", "port", "proto", "multicast"];
  assert.equal(nearestWord("prot", words), "port");
  assert.equal(nearestWord("PORT", words), "port");
  assert.equal(nearestWord("multicats", words), "multicast");
  assert.equal(nearestWord("abc", words), undefined);
  assert.equal(nearestWord("x".repeat(1000), words), undefined);
});
