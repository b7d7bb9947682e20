import assert from "node:assert/strict";
import { open } from "../../lib/snmp/open.ts";
import { testUnless } from "../skip.ts";
import { integer, text } from "../unit/snmp/ber.ts";
import { agent, answer, holder } from "./snmp_agent.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

const without = whyNoSnmpd();
const ROOT = "1.3.6.1.4.1.8072.9999.9999";

testUnless(
  without,
  "a walk of 2,000 variables gives what snmpbulkwalk gives, in every version and step",
  async () => {
    await using bed = await snmpBed({
      extraConf: Array.from(
        { length: 2000 },
        (_, i) =>
          `override .${ROOT}.${i % 7}.${i + 1} ${
            ["integer -5", "octet_str text", "counter 77", "object_id .1.3.6"][
              i % 4
            ]
          }`,
      ).join("\n"),
    });
    const { stdout } = await new Deno.Command("snmpbulkwalk", {
      args: ["-v2c", "-cpublic", "-On", "-OQ", "-Cr50", bed.target, `.${ROOT}`],
      env: { MIBS: "" },
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert.equal(lines.length, 2000);
    const expected = lines.map((line) =>
      line.slice(1).replaceAll('"', "").replace("= .", "= ")
    );
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    for (
      const [options, maxRepetitions] of [
        [{}, 25],
        [{}, 1000],
        [{ user }, 60],
        [{ version: "1" }, 25],
      ] as const
    ) {
      await using session = await open(bed.target, options);
      const found = await session.walk(ROOT, { maxRepetitions });
      assert.deepEqual(
        found.map(({ oid, value }) => `${oid} = ${value}`),
        expected,
      );
    }
  },
);

testUnless(
  without,
  "a walk ends where its branch ends, of a variable gives that, of nothing gives nothing",
  async () => {
    await using bed = await snmpBed();
    for (const version of ["1", "2c"] as const) {
      await using session = await open(bed.target, { version });
      const system = await session.walk("system");
      assert.ok(system.every(({ oid }) => oid.startsWith("1.3.6.1.2.1.1.")));
      assert.equal(system[0]!.name, "SNMPv2-MIB::sysDescr.0");
      const [only, ...none] = await session.walk("sysName.0");
      assert.equal(only!.oid, "1.3.6.1.2.1.1.5.0");
      assert.deepEqual(none, []);
      assert.deepEqual(await session.walk("1.3.6.1.4.1.99999"), []);
      assert.deepEqual(await session.walk("2.5"), []);
    }
  },
);

testUnless(
  without,
  "a walk is iterated as it comes, and ends when its loop is left",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target);
    const seen: string[] = [];
    for await (const { oid } of session.walk("system", { maxRepetitions: 2 })) {
      seen.push(oid);
      if (seen.length === 3) break;
    }
    assert.deepEqual(seen, [1, 2, 3].map((n) => `1.3.6.1.2.1.1.${n}.0`));
    assert.ok((await session.get("sysName")).exists);
  },
);

Deno.test("a walk of the whole tree begins with a single number", async () => {
  await using small = await holder(() => [
    ["1.0.1", integer(1)],
    ["1.3.6.1.2.1.1.1.0", text("x")],
    ["2.5.1", integer(3)],
  ]);
  await using session = await open(small.target);
  assert.deepEqual(
    (await session.walk("1")).map(({ oid }) => oid),
    ["1.0.1", "1.3.6.1.2.1.1.1.0"],
  );
  assert.equal((await session.walk(".2")).length, 1);
});

Deno.test("a walk asks for fewer where the answer would be too big", async () => {
  const all = Array.from({ length: 30 }, (_, i) => i + 1);
  await using small = await agent((asked) => {
    if (asked.repetitions > 4) return answer(asked, [], [1, 0]);
    const at = Number(asked.oids[0]!.split(".")[7] ?? 0);
    const next = all.slice(at, at + asked.repetitions);
    return answer(
      asked,
      next.length === 0
        ? [["1.3.6.1.4.1.100000", integer(0)]]
        : next.map((n) => [`1.3.6.1.4.1.99999.${n}`, integer(n)]),
    );
  });
  await using session = await open(small.target);
  const found = await session.walk("1.3.6.1.4.1.99999");
  assert.deepEqual(found.map(({ value }) => value), all);
});

Deno.test("an answer that ends before it is full goes on with the next", async () => {
  await using short = await agent((asked) => {
    const at = Number(asked.oids[0]!.split(".")[7] ?? 0);
    return answer(asked, [
      at < 40
        ? [`1.3.6.1.4.1.99999.${at + 1}`, integer(at)]
        : ["1.3.6.1.4.1.99999.40", Uint8Array.of(0x82, 0)],
    ]);
  });
  await using session = await open(short.target);
  assert.equal((await session.walk("1.3.6.1.4.1.99999")).length, 40);
});
