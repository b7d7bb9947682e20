import assert from "node:assert/strict";
import { NetError, ParseError } from "../../lib/errors.ts";
import { agent } from "../../lib/snmp/agent/serve.ts";
import { open } from "../../lib/snmp/open.ts";
import { testUnless } from "../skip.ts";
import { type SnmpBed, snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

const without = whyNoSnmpd();
const TARGETS = "snmpTargetAddrTable";
const TARGET = {
  snmpTargetAddrTDomain: "snmpUDPDomain",
  snmpTargetAddrTAddress: Uint8Array.of(192, 0, 2, 9, 0, 162),
  snmpTargetAddrParams: "traps",
};

async function asWriter(bed: SnmpBed) {
  const user = bed.users.find(({ name }) => name === "sha_aes")!;
  return await open(bed.target, { user });
}

/** What snmpwalk says of a branch: OIDs and values in numbers. */
async function snmpwalk(bed: SnmpBed, oid: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("snmpwalk", {
    args: ["-v2c", "-cpublic", "-Oqne", bed.target, oid],
    env: { MIBS: "" },
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

/** "mon", as an index without its length: its letters. */
const MON = "109.111.110";
const ENTRY = ".1.3.6.1.6.3.12.1.2.1";

testUnless(
  without,
  "a row is created with one question, changed and destroyed, and snmpwalk sees it",
  async () => {
    await using bed = await snmpBed();
    await using session = await asWriter(bed);
    const status = await session.createRow(TARGETS, "mon", TARGET);
    assert.equal(
      `${status}`,
      "SNMP-TARGET-MIB::snmpTargetAddrRowStatus.'mon' = active(1)",
    );
    const seen = await snmpwalk(bed, ENTRY);
    assert.ok(seen.includes(`${ENTRY}.2.${MON} .1.3.6.1.6.1.1`), `${seen}`);
    assert.ok(seen.includes(`${ENTRY}.3.${MON} "C0 00 02 09 00 A2 "`));
    assert.ok(seen.includes(`${ENTRY}.7.${MON} "traps"`));
    assert.ok(seen.includes(`${ENTRY}.9.${MON} 1`));

    const changed = await session.setRow(TARGETS, "mon", {
      snmpTargetAddrRetryCount: 7,
      "SNMP-TARGET-MIB::snmpTargetAddrRowStatus": "notInService",
    });
    assert.deepEqual(changed.map(({ value }) => value), [7, "notInService"]);
    const later = await snmpwalk(bed, ENTRY);
    assert.ok(later.includes(`${ENTRY}.5.${MON} 7`), `${later}`);
    assert.ok(later.includes(`${ENTRY}.9.${MON} 2`));

    await session.destroyRow(TARGETS, "mon");
    const left = await snmpwalk(bed, ENTRY);
    assert.ok(!left.some((line) => line.includes(MON)), `${left}`);
    await session.destroyRow(TARGETS, "mon");
  },
);

testUnless(
  without,
  "a row can wait until its columns are there, and then be made active",
  async () => {
    await using bed = await snmpBed();
    await using session = await asWriter(bed);
    const status = "createAndWait";
    const waits = await session.createRow(TARGETS, "mon", {}, { status });
    assert.equal(waits.value, "notReady");
    await session.setRow("snmpTargetAddrEntry", "mon", TARGET);
    await session.setRow(TARGETS, "mon", { snmpTargetAddrRowStatus: "active" });
    const { rows } = await session.table(TARGETS);
    const row = rows.find(({ snmpTargetAddrName }) =>
      snmpTargetAddrName === "mon"
    )!;
    assert.equal(row.snmpTargetAddrRowStatus, "active");
    assert.equal(row.snmpTargetAddrParams, "traps");
  },
);

testUnless(
  without,
  "an index of several parts is given in order or by name",
  async () => {
    await using bed = await snmpBed();
    await using session = await asWriter(bed);
    const table = "vacmSecurityToGroupTable";
    const byName = { vacmSecurityModel: 3, vacmSecurityName: "bob" };
    const group = { vacmGroupName: "staff" };
    await session.createRow(table, [3, "ada"], group);
    await session.createRow(table, byName, group);
    const groups = async () => {
      const { rows } = await session.table(table);
      return rows.filter(({ vacmGroupName }) => vacmGroupName === "staff")
        .map(({ vacmSecurityName }) => vacmSecurityName);
    };
    assert.deepEqual(await groups(), ["ada", "bob"]);
    await session.destroyRow(table, [3, "bob"]);
    assert.deepEqual(await groups(), ["ada"]);
  },
);

testUnless(
  without,
  "what an agent refuses of a row is told with the column's name, and nothing is made",
  async () => {
    await using bed = await snmpBed();
    await using session = await asWriter(bed);
    await session.createRow(TARGETS, "there", TARGET);
    const refusals = [
      [
        () => session.createRow(TARGETS, "there", TARGET),
        "inconsistent-value",
        /create SNMP-TARGET-MIB::snmpTargetAddrRowStatus\.'there' .*inconsistentValue.*destroyRow\(\) or setRow\(\)/,
      ],
      [
        () =>
          session.createRow(TARGETS, "mon", {
            ...TARGET,
            snmpTargetAddrRetryCount: 300,
          }),
        "wrong-value",
        /create SNMP-TARGET-MIB::snmpTargetAddrRetryCount\.'mon' .*wrongValue/,
      ],
      [
        () => session.setRow(TARGETS, "mon", { snmpTargetAddrRetryCount: 3 }),
        "inconsistent-name",
        /set SNMP-TARGET-MIB::snmpTargetAddrRetryCount\.'mon' .*inconsistentName/,
      ],
    ] as const;
    for (const [refused, code, message] of refusals) {
      await assert.rejects(refused, (error: unknown) => {
        assert.ok(error instanceof NetError);
        assert.equal(error.code, code);
        assert.match(error.message, message);
        return true;
      });
    }
    await using reader = await open(bed.target);
    await assert.rejects(
      reader.createRow(TARGETS, "mon", TARGET),
      /create SNMP.*noAccess.*a community that may write/,
    );
    const { rows } = await session.table(TARGETS);
    assert.deepEqual(rows.map((row) => row.snmpTargetAddrName), ["there"]);
  },
);

Deno.test("what is no row of a table is refused before anything is asked", async () => {
  await using silent = await agent({ port: 0 });
  await using session = await open(`${silent.address}`);
  const mistakes = [
    [
      () => session.createRow("ifTable", 1),
      TypeError,
      /must have a column of RowStatus: current value is ifTable/,
    ],
    [
      () => session.createRow("sysName", 1),
      TypeError,
      /sysName as a table/,
    ],
    [
      () => session.createRow("1.3.6.1.4.1.99999.1", 1),
      TypeError,
      /'table' must be one that a MIB has/,
    ],
    [
      () => session.createRow(TARGETS, "mon", { ifDescr: "lo" }),
      TypeError,
      /'values' must be columns of it: current value is ifDescr/,
    ],
    [
      () =>
        session.createRow(TARGETS, "mon", {
          snmpTargetAddrRowStatus: "active",
        }),
      TypeError,
      /which the option 'status' says: current value is active/,
    ],
    [
      () => session.setRow(TARGETS, ["mon", 2], {}),
      TypeError,
      /must be 1 \(snmpTargetAddrName\): current value is 2/,
    ],
    [
      () => session.createRow("snmpTargetsTable", "mon"),
      ParseError,
      /snmpTargetsTable/,
    ],
    [
      () => session.destroyRow("vacmSecurityToGroupTable", ["nobody", "ada"]),
      ParseError,
      /vacmSecurityModel/,
    ],
  ] as const;
  for (const [mistaken, kind, message] of mistakes) {
    await assert.rejects(mistaken, (error: unknown) => {
      assert.ok(error instanceof kind, `${error}`);
      assert.match(error.message, message);
      return true;
    });
  }
  assert.equal(silent.counts.inPkts, 0);
});
