import assert from "node:assert/strict";
import fc from "fast-check";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import type { MibValue } from "../../../lib/snmp/mib/object.ts";
import { ACME_MIB } from "./mib_texts.ts";

const mibs = builtin.clone();
mibs.add(ACME_MIB);
const hex = (text: string) =>
  Uint8Array.from(text.match(/../g) ?? [], (x) => parseInt(x, 16));
const utf8 = (text: string) => new TextEncoder().encode(text);

Deno.test("values are written by their syntax, and read back", () => {
  const rows: [string, MibValue, string][] = [
    ["ifOperStatus", 1, "up(1)"],
    ["ifType", 6, "ethernetCsmacd(6)"],
    ["ifType", 277, "docsOfdmDownstream(277)"],
    ["acmeHeat", -55, "-5.5"],
    ["acmeState2", -1, "on-fire(-1)"],
    ["acmeTotal", 2n ** 64n - 1n, "18446744073709551615"],
    ["ifInOctets", 4294967295, "4294967295"],
    ["sysUpTime", 0, "0:00:00.00"],
    ["sysUpTime", 8640000 + 360000 * 2 + 305, "1 day, 2:00:03.05"],
    ["sysUpTime", 8640000 * 3, "3 days, 0:00:00.00"],
    ["sysDescr", utf8("Line\tone"), "Line\tone"],
    ["snmpEngineID", hex("80001f8804"), "0x80001f8804"],
    ["ifPhysAddress", hex("001a2b3c4d5e"), "00:1a:2b:3c:4d:5e"],
    [
      "hrSystemDate",
      hex("07c8051a0d1e0f002d0400"),
      "1992-5-26,13:30:15.0,-4:0",
    ],
    ["ipAdEntAddr", "10.0.0.1", "10.0.0.1"],
    ["sysObjectID", "1.3.6.1.4.1.8072.3.2.10", "NET-SNMP-TC::linux"],
    ["acmeColours", hex("8020"), "red(0) blue(10)"],
    ["lldpLocSysCapEnabled", hex("28"), "bridge(2) router(4)"],
    ["laLoadFloat", hex("9f78043f000000"), "0.5"],
    ["inetCidrRouteDest", hex("0a000001"), "10.0.0.1"],
  ];
  for (const [name, value, text] of rows) {
    assert.equal(mibs.formatValue(name, value), text, name);
    assert.deepEqual(mibs.parseValue(name, text), value, name);
  }
});

Deno.test("named numbers can be written and read in every way", () => {
  const write = (enums: "both" | "name" | "number") =>
    mibs.formatValue("1.3.6.1.2.1.2.2.1.8.7", 2, { enums });
  assert.deepEqual([write("both"), write("name"), write("number")], [
    "down(2)",
    "down",
    "2",
  ]);
  assert.equal(mibs.formatValue("ifOperStatus", 99), "99");
  for (const text of ["down", "2", "down(2)", " down "]) {
    assert.equal(mibs.parseValue("ifAdminStatus", text), 2, text);
  }
  assert.equal(
    mibs.formatValue("lldpLocSysCapEnabled", hex("2801"), { enums: "name" }),
    "bridge router 15",
  );
  assert.deepEqual(mibs.parseValue("acmeColours", "red, 10"), hex("8020"));
  assert.deepEqual(mibs.parseValue("acmeColours", ""), hex("0000"));
});

Deno.test("units follow if they are asked for", () => {
  assert.equal(
    mibs.formatValue("acmeHeat", 215, { units: true }),
    "21.5 degrees",
  );
  assert.equal(mibs.formatValue("ifMtu", 1500, { units: true }), "1500");
});

Deno.test("strings are text where they print, else hexadecimal", () => {
  const show = (name: string, octets: Uint8Array) =>
    mibs.formatValue(name, octets);
  assert.equal(show("sysName", utf8("Zürich")), "Zürich");
  // Latin-1 and zeros at the end, as agents send them.
  assert.equal(show("sysName", hex("5afc7269636800")), "Zürich");
  assert.equal(show("sysName", hex("01020304")), "0x01020304");
  assert.equal(show("sysName", utf8("0xab")), "0x30786162");
  assert.deepEqual(mibs.parseValue("sysName", "0x30786162"), utf8("0xab"));
  assert.equal(show("acmeMac", hex("0011")), "00:11");
});

for (
  const [name, text, message] of [
    ["ifAdminStatus", "upp", /did you mean up\?/],
    ["ifAdminStatus", "9", /9 is none of up\(1\), down\(2\), testing\(3\)/],
    ["ifAdminStatus", "up(2)", /up is 1/],
    ["ifAdminStatus", "", /it is one of up\(1\)/],
    ["ifAdminStatus", "constructor", /it is one of/],
    ["ifMtu", "1.5", /not a whole number/],
    ["ifMtu", "2147483648", /INTEGER is between -2147483648 and 2147483647/],
    ["ifInOctets", "-1", /Counter32 is between 0/],
    ["ifHCInOctets", "18446744073709551616", /Counter64 is between/],
    ["acmeHeat", "200", /it is -400\.\.1250/],
    ["ifAlias", "x".repeat(65), /it has 0\.\.64 octets, and this has 65/],
    ["acmeMac", "00:11", /it has 6 octets, and this has 2/],
    ["ipAdEntAddr", "::1", /not an IPv4 address/],
    ["ipAdEntAddr", "10.0.0.256", /octet above 255/],
    ["sysObjectID", "ifDesrc", /did you mean ifDescr\?/],
    ["sysUpTime", "1:2", /expected "1 day/],
    ["acmeColours", "rad", /no bit is called rad; did you mean red\?/],
    ["acmeColours", "9999999", /no bit is called/],
  ] as const
) {
  Deno.test(`${name} does not take ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.throws(() => mibs.parseValue(name, text), {
      name: "ParseError",
      message,
    });
  });
}

Deno.test("what has no values takes none", () => {
  assert.throws(() => mibs.parseValue("ifTable", "1"), {
    name: "TypeError",
    message: /'node' must be a scalar or a column: current value is a table/,
  });
});

Deno.test("every built-in object's values read back", () => {
  const leaves = mibs.modules.flatMap((module) => mibs.nodes(module))
    .filter(({ syntax }) => syntax !== undefined);
  assert.ok(leaves.length > 1500);
  fc.assert(
    fc.property(
      fc.constantFrom(...leaves),
      fc.nat(),
      fc.uint8Array({ maxLength: 20 }),
      (node, n, octets) => {
        const { base, enums, ranges, convention, hint } = node.syntax!;
        const [low, high] = ranges?.[n % ranges.length] ?? [0, 255];
        const names = Object.values(enums ?? {});
        const size = Math.min(
          Math.max(0, Number(low)) + n % 20,
          Math.max(0, Number(high)),
        );
        const string = new Uint8Array(size).map((_, i) =>
          octets[i % octets.length] ?? 65
        );
        const value: MibValue | undefined = base === "OCTET STRING"
          // Of these, not every string of octets is one.
          ? /^(?:DateAndTime|InetAddress.*|TransportAddress.*|Snmp.*Address|TAddress|Utf8String|Ipv6.*)$/
              .test(convention ?? "") || /[at]/.test(hint ?? "")
            ? undefined
            : string
          : base === "BITS"
          ? undefined
          : base === "IpAddress"
          ? `10.0.${n % 256}.1`
          : base === "OBJECT IDENTIFIER"
          ? `1.3.6.1.${n}`
          : base === "Opaque"
          ? undefined
          : enums !== undefined
          ? names[n % names.length]
          : Math.min(Number(low) + n, Number(high));
        if (value === undefined) return;
        const text = mibs.formatValue(node, value);
        assert.deepEqual(
          mibs.parseValue(node, text),
          value,
          `${node.name}: ${text}`,
        );
      },
    ),
    { numRuns: 2000 },
  );
});
