import assert from "node:assert/strict";
import { meant } from "../../../lib/snmp/asking/values.ts";
import { builtin } from "../../../lib/snmp/mib/builtin.ts";
import type { RawValue, SnmpType } from "../../../lib/snmp/value.ts";
import { VarBind } from "../../../lib/snmp/varbind.ts";

const octets = (...n: number[]) => Uint8Array.from(n);
const utf8 = (text: string) => new TextEncoder().encode(text);

const cases: readonly (readonly [
  object: string | undefined,
  type: SnmpType,
  raw: RawValue,
  expected: unknown,
])[] = [
  ["ifOperStatus", "Integer32", 1, "up"],
  ["ifOperStatus", "Integer32", 99, 99],
  ["ifPromiscuousMode", "Integer32", 1, true],
  ["ifPromiscuousMode", "Integer32", 2, false],
  ["ifPromiscuousMode", "Integer32", 3, 3],
  ["ifMtu", "Integer32", 1500, 1500],
  ["ifHCInOctets", "Counter64", 5n, 5n],
  ["sysUpTime", "TimeTicks", 12345, 123_450],
  ["sysName", "OctetString", utf8("röuter"), "röuter"],
  // An agent that writes Latin-1 where UTF-8 should be is still read.
  ["sysName", "OctetString", octets(0x72, 0xf6), "rö"],
  ["sysName", "OctetString", octets(), ""],
  [
    "ifPhysAddress",
    "OctetString",
    octets(0, 1, 2, 253, 254, 255),
    "00:01:02:fd:fe:ff",
  ],
  ["ifPhysAddress", "OctetString", octets(), ""],
  ["sysObjectID", "ObjectIdentifier", "1.3.6.1.4.1.9", "1.3.6.1.4.1.9"],
  ["ipAdEntAddr", "IpAddress", "192.0.2.1", "192.0.2.1"],
  ["sysName", "noSuchInstance", undefined, undefined],
  // A value of another type than the MIB says is taken as what it is.
  ["ifOperStatus", "OctetString", utf8("up"), "up"],
  ["sysName", "Integer32", 5, 5],
  [undefined, "OctetString", utf8("plain text\n"), "plain text\n"],
  [undefined, "OctetString", octets(0, 0x50, 0x56), octets(0, 0x50, 0x56)],
  [undefined, "OctetString", octets(0xff, 0xfe), octets(0xff, 0xfe)],
  [undefined, "Integer32", -1, -1],
  [undefined, "Opaque", octets(0x9f, 0x78, 4, 0x3f, 0x80, 0, 0), 1],
  [undefined, "Opaque", octets(0x9f, 0x79, 8, 0x40, 0, 0, 0, 0, 0, 0, 0), 2],
  [
    undefined,
    "Opaque",
    octets(0x9f, 0x78, 4, 0x3f),
    octets(0x9f, 0x78, 4, 0x3f),
  ],
  [undefined, "unknown", octets(1), octets(1)],
];

for (const [object, type, raw, expected] of cases) {
  const shown = raw instanceof Uint8Array ? raw.toHex() : raw;
  Deno.test(`${type} ${shown} of ${object ?? "an unknown object"} means ${expected}`, () => {
    const node = object === undefined ? undefined : builtin.find(object);
    assert.deepEqual(meant(type, raw, node), expected);
  });
}

Deno.test("a variable says its name, its value and what it is as text", () => {
  const make = (object: string, type: SnmpType, raw: RawValue) => {
    const node = builtin.find(object);
    return new VarBind(`${node.oid}.1`, type, raw, { mib: builtin, node });
  };
  const status = make("ifOperStatus", "Integer32", 2);
  assert.equal(String(status), "IF-MIB::ifOperStatus.1 = down(2)");
  assert.equal(Deno.inspect(status), "IF-MIB::ifOperStatus.1 = down(2)");
  assert.equal(status.raw, 2);
  assert.deepEqual(JSON.parse(JSON.stringify(status)), {
    name: "IF-MIB::ifOperStatus.1",
    oid: "1.3.6.1.2.1.2.2.1.8.1",
    type: "Integer32",
    value: "down",
  });
  const gone = make("ifDescr", "noSuchInstance", undefined);
  assert.ok(!gone.exists);
  assert.equal(String(gone), "IF-MIB::ifDescr.1 = no such instance here");
  const count = make("ifHCInOctets", "Counter64", 2n ** 64n - 1n);
  assert.equal(JSON.parse(JSON.stringify(count)).value, "18446744073709551615");
  // What an agent sends is not let at the terminal.
  const evil = make("ifDescr", "OctetString", utf8("\x1b[31mred"));
  assert.ok(!Deno.inspect(evil).includes("\x1b"));
  // Nor does a value of another type than the MIB says break anything.
  assert.equal(
    typeof make("ifOperStatus", "OctetString", octets(1, 2)).text,
    "string",
  );
  assert.equal(typeof make("ifDescr", "Integer32", 7).text, "string");
  assert.equal(
    typeof make("sysUpTime", "OctetString", octets(1)).text,
    "string",
  );
});
