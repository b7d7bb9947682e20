/**
 * Values by their data types: text, numbers, and the way back.
 *
 * @module
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  dataType,
  dataTypes,
  literalOf,
  numberOf,
  readValue,
  sizedType,
  writeValue,
} from "../../../lib/firewall/model/data_types.ts";

/** Type, text, canonical value, as nft lists it, its number. */
const VALUES: readonly (readonly [string, string, unknown, string, unknown])[] =
  [
    ["inet_service", "ssh", 22, "22", 22],
    ["inet_service", "0x16", 22, "22", 22],
    ["inet_service", "010", 8, "8", 8],
    ["inet_proto", "6", "tcp", "tcp", 6],
    ["inet_proto", "icmpv6", "ipv6-icmp", "ipv6-icmp", 58],
    ["inet_proto", "TCP", "tcp", "tcp", 6],
    ["inet_proto", "253", 253, "253", 253],
    ["ether_type", "vlan", "8021q", "8021q", 0x8100],
    ["ether_type", "8021q", "8021q", "8021q", 0x8100],
    ["ether_type", "0x12", 18, "0x0012", 18],
    ["arp_op", "2", "reply", "reply", 2],
    ["dscp", "0x2e", "ef", "ef", 46],
    ["dscp", "be", "cs0", "cs0", 0],
    ["dscp", "3", 3, "0x03", 3],
    ["pkt_type", "unicast", "host", "host", 0],
    ["mark", "22", 22, "0x00000016", 22],
    [
      "ct_state",
      "new,established",
      ["established", "new"],
      "established,new",
      10,
    ],
    ["ct_state", "3", ["invalid", "established"], "invalid,established", 3],
    ["ct_state", "0x82", 0x82, "0x82", 0x82],
    ["tcp_flag", "syn|ack", ["syn", "ack"], "syn,ack", 18],
    ["tcp_flag", "0", 0, "0x0", 0],
    ["ct_label", "5", 5, "5", 32n],
    ["ct_label", "6,5", ["5", "6"], "5,6", 96n],
    ["ipv4_addr", "10.0.0.1", "10.0.0.1", "10.0.0.1", 0x0a000001],
    ["ipv4_addr", "0x0a000001", "10.0.0.1", "10.0.0.1", 0x0a000001],
    [
      "ipv6_addr",
      "2001:DB8::1",
      "2001:db8::1",
      "2001:db8::1",
      0x20010db8n << 96n | 1n,
    ],
    ["ipv6_addr", "[::1]", "::1", "::1", 1n],
    [
      "ether_addr",
      "0:11:2:33:44:A",
      "00:11:02:33:44:0a",
      "00:11:02:33:44:0a",
      0x11023344_0a,
    ],
    ["time", "1d2h3m4s5ms", 93784.005, "1d2h3m4s5ms", 93784005],
    ["time", "90m", 5400, "1h30m", 5400000],
    ["day", "Monday", "Monday", '"Monday"', 1],
    ["classid", "1:2A", "1:2a", "1:2a", 0x1002a],
    ["classid", "0xffffffff", "root", "root", 0xffffffff],
    ["boolean", "exists", true, "exists", 1],
    ["boolean", "0", false, "missing", 0],
    ["realm", "0", "cosmos", '"cosmos"', 0],
    ["uid", "root", 0, "0", 0],
    ["xinteger", "18", 18, "0x12", 18],
  ];

Deno.test("text becomes the canonical value, which nft lists so", () => {
  for (const [name, text, value, listed, number] of VALUES) {
    const type = dataType(name);
    assert.deepEqual(readValue(type, text), value, `${name} ${text}`);
    assert.equal(writeValue(type, value as string), listed, `${name} ${text}`);
    assert.equal(numberOf(type, value as string), number, `${name} ${text}`);
    assert.equal(numberOf(type, text), number, `${name} ${text}`);
  }
});

Deno.test("names that only a machine can look up stay", () => {
  assert.equal(readValue(dataType("iface_index"), "lo"), "lo");
  assert.equal(readValue(dataType("uid"), "www-data"), "www-data");
  assert.equal(writeValue(dataType("ifname"), "eth*"), '"eth*"');
  assert.throws(() => numberOf(dataType("iface_index"), "lo"), {
    name: "TypeError",
    message:
      'Cannot give a number for an interface by the name "lo": only the machine knows it',
  });
});

const REFUSED: readonly (readonly [string, string, string])[] = [
  [
    "inet_service",
    "htps",
    'Cannot parse "htps" as a port: nothing goes by that name; did you mean "https" at offset 0',
  ],
  [
    "inet_service",
    "65536",
    "Cannot take 65536 for a port: it must be from 0 to 65535",
  ],
  [
    "inet_service",
    "2x",
    'Cannot parse "2x" as a port: a digit must be here at offset 1',
  ],
  [
    "inet_service",
    "08",
    'Cannot parse "08" as a port: a digit must be here at offset 1',
  ],
  [
    "inet_service",
    "0x",
    'Cannot parse "0x" as a port: a digit must be here at offset 2',
  ],
  ["dscp", "64", "Cannot take 64 for a DSCP: it must be from 0 to 63"],
  ["day", "7", "Cannot take 7 for a day of the week: it must be from 0 to 6"],
  ["ct_label", "128", "Cannot take 128 for labels: it must be from 0 to 127"],
  [
    "ipv4_addr",
    "www.example.com",
    'Cannot parse "www.example.com" as an IPv4 address: host names are not looked up in rules, give the address that it has at offset 0',
  ],
  [
    "ipv6_addr",
    "fe80::1%eth0",
    'Cannot parse "fe80::1%eth0" as an IPv6 address: rules compare addresses without a zone; match the interface beside it at offset 7',
  ],
  [
    "ifname",
    "*",
    'Cannot parse "*" as an interface name: a name must stand before the *; leave the match out to match all at offset 0',
  ],
  [
    "ifname",
    "0123456789abcdef",
    'Cannot parse "0123456789abcdef" as an interface name: it must have at most 15 octets at offset 0',
  ],
  [
    "hour",
    "24:00",
    'Cannot parse "24:00" as a time of day: it must be as 17:00 or 17:00:30 at offset 0',
  ],
  [
    "date",
    "2024-02-30",
    'Cannot parse "2024-02-30" as a date and time: it must be as 2024-01-31 17:00:00, without seconds or time if you like at offset 0',
  ],
];

Deno.test("what is no value is refused with what it must be", () => {
  for (const [name, text, message] of REFUSED) {
    assert.throws(() => readValue(dataType(name), text), { message });
  }
  assert.throws(() => dataType("inet_servce"), {
    message:
      'Cannot parse "inet_servce" as a data type: there is none of that name; did you mean "inet_service" at offset 0',
  });
  assert.throws(() => readValue(dataType("inet_proto"), "constructor"));
});

Deno.test("dates and hours are in local time, and come back", () => {
  for (const text of ["2024-01-31 17:00:00", "1999-12-31 23:59:59"]) {
    assert.equal(readValue(dataType("date"), text), text);
    const number = numberOf(dataType("date"), text);
    assert.equal(literalOf(dataType("date"), number), text);
    const seconds = new Date(text.replace(" ", "T")).getTime() / 1000;
    assert.equal(number, BigInt(seconds) * 1_000_000_000n);
  }
  for (const text of ["00:00", "17:05", "23:59:59"]) {
    assert.equal(readValue(dataType("hour"), text), text);
  }
});

Deno.test("every number of every type comes back from its value", () => {
  const types = [...dataTypes.values()].filter(({ kind }) =>
    !["string", "verdict", "date"].includes(kind)
  ).map((type) => type.bits ? type : sizedType(type.name, 16));
  fc.assert(
    fc.property(
      fc.constantFrom(...types),
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      (type, any) => {
        const bits = type.kind === "time" ? 40 : type.bits!;
        let number: number | bigint = any & ((1n << BigInt(bits)) - 1n);
        if (type.most !== undefined) number %= BigInt(type.most + 1);
        if (type.kind === "hour") number %= 86400n;
        if (type.kind === "boolean") number &= 1n;
        if (bits < 53) number = Number(number);
        const value = literalOf(type, number) as string;
        assert.equal(BigInt(numberOf(type, value)), BigInt(number));
        const text = Array.isArray(value) ? value.join(",") : String(value);
        if (
          typeof value !== "boolean" && !text.includes(".") ||
          type.kind === "address"
        ) {
          assert.deepEqual(readValue(type, text), value);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
