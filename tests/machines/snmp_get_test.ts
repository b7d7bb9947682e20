import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import { open } from "../../lib/snmp/open.ts";
import type { SetType, SetValue } from "../../lib/snmp/set.ts";
import { testUnless } from "../skip.ts";
import { integer, text } from "../unit/snmp/ber.ts";
import { agent, answer } from "./snmp_agent.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

const without = whyNoSnmpd();
const OWN = "1.3.6.1.4.1.8072.9999.9999";
const CONF = `
sysServices 72
override -rw .${OWN}.1.0 integer 7
override -rw .${OWN}.2.0 octet_str hello
override -rw .${OWN}.3.0 object_id .1.3.6.1.2.1
override -rw .${OWN}.4.0 counter 5
override -rw .${OWN}.5.0 uinteger 6
override -rw .${OWN}.6.0 timeticks 700
`;

testUnless(
  without,
  "get() gives variables by name, typed, in every version",
  async () => {
    await using bed = await snmpBed({ extraConf: CONF });
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    for (
      const options of [{ version: "1" }, { version: "2c" }, { user }] as const
    ) {
      await using session = await open(bed.target, options);
      const services = await session.get("sysServices");
      assert.equal(services.value, 72);
      assert.equal(services.type, "Integer32");
      assert.equal(services.name, "SNMPv2-MIB::sysServices.0");
      const [name, uptime, object, contact] = await session.get([
        "sysName",
        "SNMPv2-MIB::sysUpTime.0",
        "1.3.6.1.2.1.1.2.0",
        ".1.3.6.1.2.1.1.4.0",
      ]);
      assert.equal(name!.value, Deno.hostname());
      assert.equal(uptime!.type, "TimeTicks");
      assert.equal(uptime!.value, (uptime!.raw as number) * 10);
      assert.match(object!.value as string, /^1\.3\.6\.1\.4\.1\.8072\./);
      assert.equal(typeof contact!.value, "string");
      assert.equal(String(services), "SNMPv2-MIB::sysServices.0 = 72");
    }
  },
);

testUnless(
  without,
  "what the agent does not have is a state and no error, in version 1 too",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target);
    const names = ["sysName.5", "sysName", "1.3.6.1.2.1.1.77.0"];
    const found = await session.get(names);
    assert.deepEqual(found.map(({ type }) => type), [
      "noSuchInstance",
      "OctetString",
      "noSuchObject",
    ]);
    assert.deepEqual(found.map(({ exists }) => exists), [false, true, false]);
    assert.equal(found[0]!.value, undefined);
    assert.equal((await session.next("1.3.9")).type, "endOfMibView");
    await using old = await open(bed.target, { version: "1" });
    assert.deepEqual((await old.get(names)).map(({ exists }) => exists), [
      false,
      true,
      false,
    ]);
    assert.equal((await old.next("1.3.9")).type, "endOfMibView");
    assert.deepEqual(await session.get([]), []);
  },
);

testUnless(
  without,
  "next() and bulk() give what comes behind, in the agent's order",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target);
    assert.equal((await session.next("system")).oid, "1.3.6.1.2.1.1.1.0");
    const [first, second] = await session.next(["sysDescr", "sysContact.0"]);
    assert.equal(first!.oid, "1.3.6.1.2.1.1.1.0");
    assert.equal(second!.oid, "1.3.6.1.2.1.1.5.0");
    const found = await session.bulk(["sysDescr", "sysORID", "sysORDescr"], {
      nonRepeaters: 1,
      maxRepetitions: 2,
    });
    assert.deepEqual(found.map(({ oid }) => oid.slice(14)), [
      "1.0",
      "9.1.2.1",
      "9.1.3.1",
      "9.1.2.2",
      "9.1.3.2",
    ]);
    await using old = await open(bed.target, { version: "1" });
    await assert.rejects(old.bulk("system"), TypeError);
  },
);

Deno.test("get() asks for half where all is too much for one answer", async () => {
  const names = [1, 2, 3, 4, 5].map((n) => `1.3.6.1.4.1.99999.${n}.0`);
  await using small = await agent((asked) =>
    asked.oids.length > 2
      ? answer(asked, [], [1, 0])
      : answer(asked, asked.oids.map((oid) => [oid, text(oid)]))
  );
  await using session = await open(small.target);
  const found = await session.get(names);
  assert.deepEqual(found.map(({ value }) => value), names);
  await using mute = await agent((asked) => answer(asked, [], [1, 0]));
  await using other = await open(mute.target);
  await assert.rejects(other.get(names), { code: "too-big" });
});

Deno.test("get() in version 1 leaves out what refuses, one after the other", async () => {
  const names = [1, 2, 3, 4].map((n) => `1.3.6.1.4.1.99999.${n}.0`);
  await using old = await agent((asked) => {
    const at = asked.oids.findIndex((oid) => /[23]\.0$/.test(oid));
    return at < 0
      ? answer(asked, asked.oids.map((oid) => [oid, integer(1)]))
      : answer(asked, asked.oids.map((oid) => [oid, text("")]), [2, at + 1]);
  });
  await using session = await open(old.target, { version: "1" });
  const found = await session.get(names);
  assert.deepEqual(found.map(({ oid }) => oid), names);
  assert.deepEqual(found.map(({ exists }) => exists), [
    true,
    false,
    false,
    true,
  ]);
});

const sets: readonly (readonly [
  name: string,
  value: SetValue,
  type: SetType | undefined,
  expected: unknown,
])[] = [
  ["sysLocation", "rack 7, Zürich", undefined, "rack 7, Zürich"],
  ["sysContact", "", undefined, ""],
  ["snmpEnableAuthenTraps", "enabled", undefined, "enabled"],
  ["snmpEnableAuthenTraps", 2, undefined, "disabled"],
  [`${OWN}.1.0`, -2147483648, "Integer32", -2147483648],
  [`${OWN}.2.0`, Uint8Array.of(0, 255), "OctetString", Uint8Array.of(0, 255)],
  [
    `${OWN}.3.0`,
    "1.3.6.1.4.1.4294967295",
    "ObjectIdentifier",
    "1.3.6.1.4.1.4294967295",
  ],
  [`${OWN}.4.0`, 4294967295, "Counter32", 4294967295],
  [`${OWN}.5.0`, 4294967295n, "Gauge32", 4294967295],
];

testUnless(
  without,
  "set() sets by the MIB's syntax or the type that is said, and reads it back",
  async () => {
    await using bed = await snmpBed({ extraConf: CONF });
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    for (const options of [{ community: "private" }, { user }]) {
      await using session = await open(bed.target, options);
      for (const [name, value, type, expected] of sets) {
        const said = await session.set(name, value, { type });
        assert.deepEqual(said.value, expected, name);
        assert.deepEqual((await session.get(name)).value, expected, name);
      }
    }
  },
);

testUnless(
  without,
  "what the agent refuses to set is an error that names the variable and what to do",
  async () => {
    await using bed = await snmpBed({ extraConf: CONF });
    await using reader = await open(bed.target);
    await assert.rejects(reader.set("sysContact", "x"), (error: NetError) => {
      assert.equal(error.code, "no-access");
      assert.match(error.message, /SNMPv2-MIB::sysContact\.0/);
      assert.match(error.message, /community that may write/);
      return true;
    });
    await using writer = await open(bed.target, { community: "private" });
    const refused: readonly (readonly [string, SetValue, SetType, string])[] = [
      ["sysContact", 5, "Integer32", "wrong-type"],
      ["snmpEnableAuthenTraps", 9, "Integer32", "wrong-value"],
      ["sysDescr", "x", "OctetString", "not-writable"],
    ];
    for (const [name, value, type, code] of refused) {
      await assert.rejects(writer.set(name, value, { type }), (
        error: NetError,
      ) => {
        assert.equal(error.code, code, `${error}`);
        assert.match(error.message, new RegExp(`::${name}\\.0 of 127`));
        return true;
      });
    }
    const before = (await writer.get("sysContact")).value;
    await assert.rejects(
      writer.setAll([
        { name: "sysContact", value: "changed" },
        { name: "sysDescr", value: "x" },
      ]),
      NetError,
    );
    assert.equal((await writer.get("sysContact")).value, before);
  },
);

testUnless(
  without,
  "set() refuses what cannot be right before anything is sent",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target, { community: "private" });
    const wrong: readonly (readonly [
      string,
      SetValue,
      SetType | undefined,
      RegExp,
    ])[] = [
      [`${OWN}.1.0`, 5, undefined, /'type' must be said/],
      [`${OWN}.1.0`, 2 ** 31, "Integer32", /from -2147483648 to 2147483647/],
      [`${OWN}.1.0`, -1, "Counter64", /from 0 to/],
      [`${OWN}.1.0`, 1.5, "Integer32", /whole number/],
      [`${OWN}.1.0`, "x", "Integer32", /a number/],
      [
        `${OWN}.1.0`,
        true,
        "Integer32",
        /must be (a number|text or octets) for/,
      ],
      [`${OWN}.1.0`, 5, "Float" as "Null", /'type' must be one of/],
      ["snmpEnableAuthenTraps", "sometimes", undefined, /enabled/],
      ["noSuchName", 5, undefined, /noSuchName/],
    ];
    for (const [name, value, type, says] of wrong) {
      await assert.rejects(session.set(name, value, { type }), says);
    }
  },
);

testUnless(
  without,
  "an agent is asked by IPv6 and by name as well",
  async () => {
    await using bed = await snmpBed({ ipv6: true });
    for (
      const [host, options] of [
        ["[::1]", {}],
        ["localhost", {}],
        ["127.0.0.1", { anySource: true }],
      ] as const
    ) {
      await using session = await open(`${host}:${bed.port}`, options);
      assert.ok((await session.get("sysName")).exists);
    }
    await assert.rejects(open("no-such-host.invalid"), { code: "not-found" });
  },
);

testUnless(
  without,
  "silence says which agent, how long, and what to try; a closed port says so at once",
  async () => {
    await using bed = await snmpBed();
    await using stranger = await open(bed.target, {
      community: "wrong",
      timeout: 40,
      retries: 1,
    });
    await assert.rejects(stranger.get("sysName"), (error: NetError) => {
      assert.equal(error.code, "timeout");
      assert.ok(error.message.includes(bed.target));
      assert.match(error.message, /within 40 ms to any of 2 datagrams/);
      assert.match(error.message, /community.*firewall/);
      return true;
    });
    await assert.rejects(stranger.get("sysName", { timeout: 10 }), {
      code: "timeout",
    });
    const { target } = bed;
    await bed.kill();
    await using session = await open(target);
    await assert.rejects(session.get("sysName"), { code: "refused" });
  },
);

testUnless(
  without,
  "many questions at once each get their own answer",
  async () => {
    await using bed = await snmpBed({
      extraConf: Array.from(
        { length: 200 },
        (_, i) => `override .${OWN}.9.${i + 1} integer ${i}`,
      ).join("\n"),
    });
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    await using session = await open(bed.target, { user });
    const found = await Promise.all(
      Array.from(
        { length: 200 },
        (_, i) => session.get(`${OWN}.9.${i + 1}`),
      ),
    );
    assert.deepEqual(
      found.map(({ value }) => value),
      Array.from({ length: 200 }, (_, i) => i),
    );
  },
);
