/** SNMP in all versions, and the BER below it. */

import assert from "node:assert/strict";
import { build, ipv4, snmp, udp } from "../../../../lib/packet/mod.ts";
import { Cursor, Sink } from "../../../../lib/packet/format.ts";
import * as ber from "../../../../lib/packet/layers/snmp/ber.ts";
import { golden, inUdp, octets } from "./golden.ts";

Deno.test("snmp: a request of v1, as RFC 1157 has them", () => {
  const packet = inUdp(
    161,
    `30 26 020100 0406 7075626c6963
     a0 19 0201 26 020100 020100 30 0e 30 0c 0608 2b06010201010100 0500`,
  );
  const view = golden(packet, "snmp", {
    version: 0,
    community: "public",
    pdu: {
      type: "getRequest",
      requestId: 0x26,
      errorStatus: 0,
      errorIndex: 0,
      bindings: [{ name: "1.3.6.1.2.1.1.1.0", type: "null" }],
    },
  });
  assert.equal(`${view}`, "snmp v1 getRequest 38 1.3.6.1.2.1.1.1.0");
  assert.equal(packet.error, undefined);
});

Deno.test("snmp: values of all types come back as they were (RFC 3416 §3)", () => {
  const bindings = [
    { name: "1.3.6.1.1", type: "integer", value: -129 },
    { name: "1.3.6.1.2", type: "octetString", value: "text" },
    {
      name: "1.3.6.1.3",
      type: "octetString",
      value: Uint8Array.of(0, 1, 2),
    },
    { name: "2.999.4294967295", type: "objectId", value: "1.3.6.1.4.1.8072" },
    { name: "1.3.6.1.5", type: "ipAddress", value: "192.0.2.1" },
    { name: "1.3.6.1.6", type: "counter32", value: 0xffffffff },
    { name: "1.3.6.1.7", type: "gauge32", value: 0 },
    { name: "1.3.6.1.8", type: "timeTicks", value: 128 },
    { name: "1.3.6.1.9", type: "counter64", value: 2n ** 64n - 1n },
    { name: "1.3.6.1.10", type: "opaque", value: Uint8Array.of(1) },
    { name: "1.3.6.1.11", type: "noSuchInstance" },
    { name: "1.3.6.1.12", type: "endOfMibView" },
    { name: "1.3.6.1.13", type: 0x47, value: Uint8Array.of(1) },
  ] as const;
  const packet = build(
    ipv4({}),
    udp({ srcPort: 161 }),
    snmp({ pdu: { type: "response", requestId: -1, bindings } }),
  );
  assert.equal(packet.error, undefined);
  assert.deepEqual(
    packet.snmp.pdu?.bindings.map((one) => ({
      ...one,
      ...one.type === "ipAddress" && { value: `${one.value}` },
    })),
    bindings,
  );
  assert.equal(packet.snmp.community, "public");
  // More than 127 octets: the length has a second octet.
  assert.equal(packet.snmp.bytes.subarray(0, 2).toHex(), "3081");
});

Deno.test("snmp: a trap of v1 and a bulk request have fields of their own", () => {
  const trap = inUdp(
    162,
    `30 31 020100 0406 7075626c6963
     a4 24 0606 2b0601040103 4004 c0000201 020106 020111 4301 64
       30 0b 3009 0604 2b060101 0201 07`,
  );
  assert.equal(trap.error, undefined);
  const view = golden(trap, "snmp", {
    version: 0,
    community: "public",
    pdu: {
      type: "trapV1",
      enterprise: "1.3.6.1.4.1.3",
      agentAddress: "192.0.2.1",
      genericTrap: 6,
      specificTrap: 17,
      timestamp: 100,
      bindings: [{ name: "1.3.6.1.1", type: "integer", value: 7 }],
    },
  });
  assert.equal(
    `${view}`,
    "snmp v1 trapV1 1.3.6.1.4.1.3 generic 6 specific 17 1.3.6.1.1 = 7",
  );
  const bulk = build(
    ipv4({}),
    udp({}),
    snmp({ pdu: { type: "getBulkRequest", bindings: ["1.3.6.1.2.1.2"] } }),
  );
  assert.deepEqual(bulk.snmp.pdu, {
    type: "getBulkRequest",
    requestId: 0,
    nonRepeaters: 0,
    maxRepetitions: 10,
    bindings: [{ name: "1.3.6.1.2.1.2", type: "null" }],
  });
});

Deno.test("snmp: v3 says who sends it; encrypted it keeps the rest (RFC 3412 §6)", () => {
  const security = {
    engineId: octets("80001f8880"),
    engineBoots: 2,
    engineTime: 300,
    userName: "admin",
    authenticationParameters: new Uint8Array(12),
    privacyParameters: new Uint8Array(8),
  };
  const plain = build(
    ipv4({}),
    udp({}),
    snmp({
      version: "v3",
      messageId: 9,
      flags: ["reportable"],
      securityParameters: security,
      contextEngineId: security.engineId,
      pdu: { type: "getRequest", bindings: ["1.3.6.1"] },
    }),
  );
  assert.equal(plain.error, undefined);
  const { version, messageId, flags, maximumSize } = plain.snmp;
  assert.deepEqual([version, messageId, flags, maximumSize], [
    3,
    9,
    ["reportable"],
    65_507,
  ]);
  assert.deepEqual(plain.snmp.securityParameters, security);
  assert.equal(plain.snmp.pdu?.bindings.length, 1);
  const secret = build(
    ipv4({}),
    udp({}),
    snmp({
      version: 3,
      flags: ["auth", "priv"],
      securityParameters: security,
      encryptedPdu: octets("010203"),
    }),
  );
  assert.deepEqual(secret.snmp.encryptedPdu, octets("010203"));
  assert.equal(secret.snmp.pdu, undefined);
  assert.equal(`${secret.snmp}`, "snmp v3 encrypted");
  assert.throws(
    () => snmp({ version: 3, community: "public" }),
    /Cannot build snmp as 'community' must be left out/,
  );
});

Deno.test("snmp: what is no message is said where it stops", () => {
  const table: readonly [hex: string, message: RegExp][] = [
    ["31 00", /tag 0x31 where a sequence must be at octet 28/],
    ["30 80 0000", /indefinite length at octet 29/],
    ["30 85 0000000000", /length of 5 octets at octet 29/],
    ["30 84 ffffffff", /cut short at octet 34, needs 4294967295 octets/],
    ["1f 81 00 00", /tag of more than one octet at octet 28/],
    ["30 02 0200", /integer of 0 octets/],
    ["30 07 020101 040141 a900", /cut short/],
    ["30 08 020101 040141 a900", /tag 0xa9, which is no PDU at octet 36/],
  ];
  for (const [hex, message] of table) {
    assert.match(inUdp(161, hex).error!.message, message, hex);
  }
});

Deno.test("ber: integers and object identifiers at their ends (X.690 §8.3 and §8.19)", () => {
  const integers: readonly [value: number | bigint, hex: string][] = [
    [0, "020100"],
    [127, "02017f"],
    [128, "02020080"],
    [-128, "020180"],
    [-129, "0202ff7f"],
    [2 ** 31 - 1, "02047fffffff"],
    [-(2 ** 31), "020480000000"],
    [2 ** 32 - 1, "020500ffffffff"],
  ];
  for (const [value, hex] of integers) {
    const sink = new Sink("snmp");
    ber.writeInteger(sink, value);
    assert.equal(sink.from(0).toHex(), hex);
    const wire = octets(hex);
    const cursor = new Cursor(wire, 0, wire.length);
    assert.equal(ber.readTagged(cursor, 2, ber.readInteger), value);
  }
  for (const text of ["0.0", "0.39", "1.39.128", "2.40", "2.999.16384.1"]) {
    const sink = new Sink("snmp");
    ber.writeObjectId(sink, text);
    const wire = sink.from(0);
    const cursor = new Cursor(wire, 0, wire.length);
    assert.equal(ber.readTagged(cursor, 6, ber.readObjectId), text);
  }
  for (const wrong of ["1", "3.1", "0.40", "1.2.4294967296", "1..2", "a"]) {
    assert.throws(() => ber.writeObjectId(new Sink("snmp"), wrong), TypeError);
  }
  for (const wrong of ["", "80", "8001", "2b9080808000", "2b81"]) {
    const wire = octets(wrong);
    assert.throws(() => ber.readObjectId(new Cursor(wire, 0, wire.length)));
  }
});
