/**
 * Awkward address texts with what each must come to; shared by the unit tests
 * and by the comparisons with other parsers.
 *
 * @module
 */

/** A text that is an address. */
export interface Good {
  readonly text: string;
  /** How RFC 5952 writes it. */
  readonly canonical: string;
}

/** A text that is none. */
export interface Bad {
  readonly text: string;
  /** Index of the first character that cannot be right. */
  readonly offset: number;
  /** What is said of it. */
  readonly reason: string;
}

const good = (text: string, canonical: string): Good => ({ text, canonical });
const bad = (text: string, offset: number, reason: string): Bad => ({
  text,
  offset,
  reason,
});

export const GOOD: readonly Good[] = [
  // IPv4 has one spelling for each address.
  good("0.0.0.0", "0.0.0.0"),
  good("255.255.255.255", "255.255.255.255"),
  good("128.0.0.1", "128.0.0.1"), // the sign bit of a 32-bit word
  good("127.255.255.255", "127.255.255.255"),
  good("10.20.30.40", "10.20.30.40"),
  good("1.0.0.0", "1.0.0.0"), // a lone zero is no leading zero

  // "::" at the start, at the end, inside, and alone.
  good("::", "::"),
  good("::1", "::1"),
  good("1::", "1::"),
  good("1::8", "1::8"),
  good("2001:db8::1", "2001:db8::1"),

  // RFC 4291 §2.2: all eight groups, leading zeros, upper case.
  good("2001:0DB8:0000:0000:0008:0800:200C:417A", "2001:db8::8:800:200c:417a"),
  good("FF01:0:0:0:0:0:0:101", "ff01::101"),
  good("0:0:0:0:0:0:0:0", "::"),
  good("0000:0000:0000:0000:0000:0000:0000:0001", "::1"),
  good(
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ),
  good("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),

  // RFC 5952 §4.2.2: "::" may be read for one group, and is not written for it.
  good("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
  good("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
  good("1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"),
  // RFC 5952 §4.2.3: the longest run is shortened, of equals the first.
  good("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
  good("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
  good("0:0:1:0:0:0:0:0", "0:0:1::"),
  good("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
  good("0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1"), // no run of two
  good("0:0:3:4:5:6:7:8", "::3:4:5:6:7:8"), // a run of just two

  // RFC 4291 §2.2: the last 32 bits as a dotted quad.
  good("::13.1.68.3", "::d01:4403"),
  good("::FFFF:129.144.52.38", "::ffff:129.144.52.38"),
  good("::ffff:0:0", "::ffff:0.0.0.0"), // mapped, however it was written
  good("0:0:0:0:0:ffff:102:304", "::ffff:1.2.3.4"),
  good("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
  good("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
  good("1:2:3:4:5::1.2.3.4", "1:2:3:4:5:0:102:304"),
  good("::ffff:0:1.2.3.4", "::ffff:0:102:304"), // translated, not mapped

  // RFC 4007 §11: zones.
  good("fe80::1%eth0", "fe80::1%eth0"),
  good("FE80::1%eth0.100", "fe80::1%eth0.100"), // a zone keeps its case and dots
  good("fe80::1%ETH0", "fe80::1%ETH0"),
  good("fe80::%1", "fe80::%1"),
  good("1:2:3:4:5:6:7:8%a:b", "1:2:3:4:5:6:7:8%a:b"),
  good("::ffff:1.2.3.4%x", "::ffff:1.2.3.4%x"),
];

export const BAD: readonly Bad[] = [
  // Nothing, and what is no address at all.
  bad("", 0, "empty text"),
  bad("localhost", 0, "neither '.' nor ':' in the text"),
  bad("face", 4, "neither '.' nor ':' in the text"), // "face::" would be one
  bad("167772161", 4, "neither '.' nor ':' in the text"), // inet_aton's 10.0.0.1
  bad("0x7f000001", 1, "neither '.' nor ':' in the text"),
  bad("example.com", 0, "character other than 0-9 and '.'"),

  // IPv4: too few octets (inet_aton's shorthand), too many, missing ones.
  bad("1.2.3", 5, "only 3 of 4 octets"),
  bad("127.1", 5, "only 2 of 4 octets"),
  bad("1.", 2, "missing octet"),
  bad("1.2.3.", 6, "missing octet"),
  bad("1.2.3.4.5", 7, "more than four octets"),
  bad("1.2.3.4.", 7, "more than four octets"),
  bad("1..2.3", 2, "missing octet"),
  bad(".1.2.3", 0, "missing octet"),
  bad("...", 0, "missing octet"),

  // IPv4: octets out of range or with leading zeros (octal to some parsers).
  bad("1.2.3.256", 8, "octet above 255"),
  bad("256.1.1.1", 2, "octet above 255"),
  bad("1.2.3.1000", 9, "octet above 255"),
  bad("1.2.3.99999999999999999999", 8, "octet above 255"),
  bad("010.0.0.1", 1, "leading zero in an octet"),
  bad("1.2.3.00", 7, "leading zero in an octet"),
  bad("00.0.0.0", 1, "leading zero in an octet"),

  // IPv4: other bases, signs, exponents, which Number() would take.
  bad("0x10.1.1.1", 1, "character other than 0-9 and '.'"),
  bad("1e2.0.0.1", 1, "character other than 0-9 and '.'"),
  bad("1.2.3.-4", 6, "character other than 0-9 and '.'"),
  bad("+1.2.3.4", 0, "character other than 0-9 and '.'"),
  bad("1.2.3.4\0", 7, "character other than 0-9 and '.'"),
  bad("1,2.3.4", 1, "character other than 0-9 and '.'"),

  // White space of all kinds, at both ends and inside.
  bad(" 1.1.1.1", 0, "white space"),
  bad("1.2.3.4 ", 7, "white space"),
  bad("1. 2.3.4", 2, "white space"),
  bad("1.2.3.4\n", 7, "white space"),
  bad("\t::1", 0, "white space"),
  bad("::1 ", 3, "white space"),
  bad("1.2.3.4\u00a0", 7, "character outside ASCII"),

  // Digits and dots outside ASCII.
  bad("١.1.1.1", 0, "character outside ASCII"), // Arabic-Indic one
  bad("１.1.1.1", 0, "character outside ASCII"), // full-width one
  bad("1.1.1.１", 6, "character outside ASCII"),
  bad("1．1．1．1", 1, "neither '.' nor ':' in the text"), // full-width stops
  bad("1.1.1.1\u0301", 7, "character outside ASCII"), // combining acute
  bad("::１", 2, "character outside ASCII"),
  bad("::ａ", 2, "character outside ASCII"), // full-width a
  bad("𝟏.1.1.1", 0, "character outside ASCII"), // a surrogate pair

  // What belongs around an address, not into it.
  bad("10.0.0.1:80", 8, "':' (a port is no part of an address)"),
  bad("10.0.0.0/24", 8, "'/' (with a prefix length it is a subnet)"),
  bad("2001:db8::/32", 10, "'/' (with a prefix length it is a subnet)"),
  bad("[::1]", 0, "bracket (only around an address that has a port)"),
  bad("::1]:80", 3, "bracket (only around an address that has a port)"),
  bad("1.2.3.4%eth0", 7, "'%' (only an IPv6 address has a zone)"),

  // IPv6: colons.
  bad(":", 1, "single ':' at the end"),
  bad(":::", 2, "second '::'"),
  bad("::::", 2, "second '::'"),
  bad("::1::", 4, "second '::'"),
  bad("1::2::3", 5, "second '::'"),
  bad("1:::2", 3, "second '::'"),
  bad(":1:2:3:4:5:6:7", 1, "single ':' at the start"),
  bad("1:2:3:4:5:6:7:", 14, "single ':' at the end"),
  bad("1::2:", 5, "single ':' at the end"),

  // IPv6: groups.
  bad("1:2:3:4:5:6:7", 13, "only 7 of 8 groups"),
  bad("1:2", 3, "only 2 of 8 groups"),
  bad("1:2:3:4:5:6:7:8:9", 15, "more than eight groups"),
  bad("1:2:3:4:5:6:7:8::", 15, "more than eight groups"),
  bad("1:2:3:4:5:6:7::8", 15, "'::' that stands for no group"),
  bad("::2:3:4:5:6:7:8:9", 15, "'::' that stands for no group"),
  bad("1::2:3:4:5:6:7:8", 14, "'::' that stands for no group"),
  bad("12345::", 4, "fifth hex digit in a group"),
  bad("::00001", 6, "fifth hex digit in a group"),
  bad("::g", 2, "character other than hex digits and ':'"),
  bad("::-1", 2, "character other than hex digits and ':'"),
  bad("::0x1", 3, "character other than hex digits and ':'"),

  // IPv6: the dotted quad, which must be whole, last and strict.
  bad("::1.2.3", 7, "only 3 of 4 octets"),
  bad("::1.2.3.4.5", 9, "more than four octets"),
  bad("::1.2.3.256", 10, "octet above 255"),
  bad("::01.2.3.4", 3, "leading zero in an octet"),
  bad("::a.2.3.4", 2, "character other than 0-9 and '.'"),
  bad("::1.2.3.4:5", 9, "':' (a port is no part of an address)"),
  bad("1:2:3:4:5:1.2.3.4", 11, "IPv4 part outside the last 32 bits"),
  bad("1:2:3:4:5:6:7:1.2.3.4", 15, "IPv4 part outside the last 32 bits"),
  bad("1:2:3:4:5:6::1.2.3.4", 14, "IPv4 part outside the last 32 bits"),
  bad("::.1.2.3", 2, "character other than hex digits and ':'"),

  // IPv6: zones.
  bad("::1%", 4, "empty zone"),
  bad("1:2%eth0", 3, "only 2 of 8 groups"),
  bad("fe80::1%eth 0", 11, "character barred in zones"),
  bad("fe80::1%eth0%1", 12, "character barred in zones"),
  bad("fe80::1%a/64", 9, "character barred in zones"),
  bad("fe80::1%[a]", 8, "character barred in zones"),
  bad("fe80::1%é", 8, "character barred in zones"),
  bad("fe80::1%\x1b[31m", 8, "character barred in zones"), // a terminal sequence
  bad("%eth0", 0, "neither '.' nor ':' in the text"),
];
