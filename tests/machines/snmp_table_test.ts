import assert from "node:assert/strict";
import { builtin } from "../../lib/snmp/mib/builtin.ts";
import { open } from "../../lib/snmp/open.ts";
import { testUnless } from "../skip.ts";
import { integer, text, tlv, type Variable } from "../unit/snmp/ber.ts";
import { holder } from "./snmp_agent.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

const without = whyNoSnmpd();
const ROOT = "1.3.6.1.4.1.8072.9999.9999.7";

/** A table of everything, and one that adds to it. */
const BED_MIB = `BED-MIB DEFINITIONS ::= BEGIN
IMPORTS enterprises, OBJECT-TYPE, Counter64, Integer32, IpAddress, TimeTicks FROM SNMPv2-SMI
  DisplayString, MacAddress, TruthValue, DateAndTime FROM SNMPv2-TC
  InetAddress, InetAddressType FROM INET-ADDRESS-MIB;
bed OBJECT IDENTIFIER ::= { enterprises 8072 9999 9999 7 }
bedTable OBJECT-TYPE SYNTAX SEQUENCE OF BedEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bed 1 }
bedEntry OBJECT-TYPE SYNTAX BedEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "x"
  INDEX { bedName, bedAddress, bedKind, bedHost, IMPLIED bedTail } ::= { bedTable 1 }
BedEntry ::= SEQUENCE { bedName DisplayString, bedAddress IpAddress, bedKind InetAddressType, bedHost InetAddress,
  bedTail DisplayString, bedCount Counter64, bedMac MacAddress, bedIsOn TruthValue, bedState INTEGER, bedSince TimeTicks,
  bedBits BITS, bedPeer InetAddress, bedTenths Integer32, bedBlob OCTET STRING, bedDate DateAndTime }
bedName OBJECT-TYPE SYNTAX DisplayString (SIZE (0..32)) MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bedEntry 1 }
bedAddress OBJECT-TYPE SYNTAX IpAddress MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bedEntry 2 }
bedKind OBJECT-TYPE SYNTAX InetAddressType MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bedEntry 3 }
bedHost OBJECT-TYPE SYNTAX InetAddress MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bedEntry 4 }
bedTail OBJECT-TYPE SYNTAX DisplayString MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bedEntry 5 }
bedCount OBJECT-TYPE SYNTAX Counter64 MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 6 }
bedMac OBJECT-TYPE SYNTAX MacAddress MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 7 }
bedIsOn OBJECT-TYPE SYNTAX TruthValue MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 8 }
bedState OBJECT-TYPE SYNTAX INTEGER { cold(1), warm(2) } MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 9 }
bedSince OBJECT-TYPE SYNTAX TimeTicks MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 10 }
bedBits OBJECT-TYPE SYNTAX BITS { red(0), green(1), blue(9) } MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 11 }
bedPeer OBJECT-TYPE SYNTAX InetAddress MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 12 }
bedTenths OBJECT-TYPE SYNTAX Tenths MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 13 }
bedBlob OBJECT-TYPE SYNTAX OCTET STRING MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 14 }
bedDate OBJECT-TYPE SYNTAX DateAndTime MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedEntry 15 }
Tenths ::= TEXTUAL-CONVENTION DISPLAY-HINT "d-1" STATUS current DESCRIPTION "x" SYNTAX Integer32
bedMoreTable OBJECT-TYPE SYNTAX SEQUENCE OF BedMoreEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" ::= { bed 2 }
bedMoreEntry OBJECT-TYPE SYNTAX BedMoreEntry MAX-ACCESS not-accessible STATUS current DESCRIPTION "x" AUGMENTS { bedEntry } ::= { bedMoreTable 1 }
BedMoreEntry ::= SEQUENCE { bedMore DisplayString }
bedMore OBJECT-TYPE SYNTAX DisplayString MAX-ACCESS read-only STATUS current DESCRIPTION "x" ::= { bedMoreEntry 1 }
END`;

/** "ada", 192.0.2.1, ipv6, 2001:db8::1, and "tail" without a length. */
const INDEX = [
  ...[3, 97, 100, 97],
  ...[192, 0, 2, 1],
  2,
  ...[16, 32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
  ...[116, 97, 105, 108],
].join(".");
/** "", 192.0.2.1, ipv4, 192.0.2.9, and nothing behind. */
const OTHER = "0.192.0.2.1.1.4.192.0.2.9";

const octets = (...n: number[]) => Uint8Array.from(n);

const bed: readonly Variable[] = [
  [`${ROOT}.1.1.6.${INDEX}`, integer(2n ** 64n - 1n, 0x46)],
  [`${ROOT}.1.1.7.${INDEX}`, tlv(4, octets(0, 0, 0x5e, 0, 0x53, 1))],
  [`${ROOT}.1.1.8.${INDEX}`, integer(2)],
  [`${ROOT}.1.1.9.${INDEX}`, integer(2)],
  [`${ROOT}.1.1.9.${OTHER}`, integer(7)],
  [`${ROOT}.1.1.10.${INDEX}`, integer(360_000, 0x43)],
  [`${ROOT}.1.1.11.${INDEX}`, tlv(4, octets(0b11000000, 0b01000000))],
  [`${ROOT}.1.1.12.${INDEX}`, tlv(4, octets(192, 0, 2, 77))],
  [`${ROOT}.1.1.13.${INDEX}`, integer(215)],
  [`${ROOT}.1.1.14.${INDEX}`, tlv(4, octets(0, 1, 255))],
  [
    `${ROOT}.1.1.15.${INDEX}`,
    tlv(4, octets(0x07, 0xea, 11, 23, 9, 5, 7, 3, 43, 1, 0)),
  ],
  [`${ROOT}.2.1.1.${OTHER}`, text("added")],
];

const mib = builtin.clone();
mib.add(BED_MIB);

Deno.test("a table's rows have real values by name, and their index by its syntax", async () => {
  await using device = await holder(() => bed);
  for (const version of ["1", "2c"] as const) {
    await using session = await open(device.target, { mib, version });
    const table = await session.table("bedTable");
    assert.deepEqual(table.names, ["bedTable", "bedMoreTable"]);
    assert.deepEqual(table.rows, [
      {
        bedName: "",
        bedAddress: "192.0.2.1",
        bedKind: "ipv4",
        bedHost: "192.0.2.9",
        bedTail: "",
        bedState: 7,
        bedMore: "added",
      },
      {
        bedName: "ada",
        bedAddress: "192.0.2.1",
        bedKind: "ipv6",
        bedHost: "2001:db8::1",
        bedTail: "tail",
        bedCount: 2n ** 64n - 1n,
        bedMac: "00:00:5e:00:53:01",
        bedIsOn: false,
        bedState: "warm",
        bedSince: 3_600_000,
        bedBits: ["red", "green", "blue"],
        bedPeer: "192.0.2.77",
        bedTenths: 21.5,
        bedBlob: octets(0, 1, 255),
        bedDate: "2026-11-23T09:05:07.3+01:00",
      },
    ]);
    assert.equal(table.cell(1, "bedState")!.raw, 2);
    assert.equal(table.cell(1, "bedState")!.text, "warm(2)");
    assert.equal(table.cell(0, "bedMac"), undefined);
    assert.equal(table.suffix(0), OTHER);
    const [, json] = JSON.parse(JSON.stringify(table));
    assert.equal(json.bedCount, "18446744073709551615");
    assert.equal(json.bedBlob, "0001ff");
  }
});

Deno.test("a table can be fetched in part, alone, or as one that no MIB knows", async () => {
  await using device = await holder(() => bed);
  await using session = await open(device.target, { mib });
  const some = await session.table("bedTable", { columns: ["bedState"] });
  assert.deepEqual(some.rows.map(({ bedState }) => bedState), [7, "warm"]);
  assert.equal(some.cell(1, "bedMac"), undefined);
  const alone = await session.table("bedTable", { augment: false });
  assert.deepEqual(alone.names, ["bedTable"]);
  assert.ok(!alone.columns.includes("bedMore"));
  assert.equal((await session.table("bedMoreTable")).rows[0]!.bedMore, "added");
  assert.equal((await session.table("bedMac")).size, 2);
  await using stranger = await open(device.target);
  const [row] = await stranger.table(`${ROOT}.1`);
  assert.deepEqual({ ...row }, { index: OTHER, 9: 7 });
  assert.equal((await session.table("ifTable")).size, 0);
  await assert.rejects(session.table("sysName"), TypeError);
  await assert.rejects(
    session.table("bedTable", { columns: ["ifDescr"] }),
    /'columns' must be of bedTable/,
  );
});

testUnless(
  without,
  "ifTable of a real agent is joined with ifXTable, and says what snmpwalk says",
  async () => {
    await using bed = await snmpBed();
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    await using session = await open(bed.target, { user });
    const table = await session.table("ifTable");
    const { stdout } = await new Deno.Command("snmpwalk", {
      args: [
        ...["-v2c", "-cpublic", "-Oqvn", bed.target],
        ".1.3.6.1.2.1.31.1.1.1.1",
      ],
      env: { MIBS: "" },
    }).output();
    const names = new TextDecoder().decode(stdout).replaceAll('"', "");
    assert.deepEqual(
      table.rows.map(({ ifName }) => ifName),
      names.trim().split("\n"),
    );
    const lo = table.rows.find(({ ifName }) => ifName === "lo")!;
    assert.equal(lo.ifType, "softwareLoopback");
    assert.equal(lo.ifOperStatus, "up");
    assert.equal(typeof lo.ifHCInOctets, "bigint");
    assert.equal(lo.ifDescr, "lo");
    assert.match(Deno.inspect(table), /^ifTable \+ ifXTable\nifIndex/);
    const addresses = await session.table("ipAddressTable");
    const loopback = addresses.rows.find(({ ipAddressAddr }) =>
      ipAddressAddr === "127.0.0.1"
    )!;
    assert.equal(loopback.ipAddressAddrType, "ipv4");
    assert.equal(loopback.ipAddressIfIndex, lo.ifIndex);
  },
);
