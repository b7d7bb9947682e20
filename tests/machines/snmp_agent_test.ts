import assert from "node:assert/strict";
import type { Agent } from "../../lib/snmp/agent/agent.ts";
import type { AgentOptions } from "../../lib/snmp/agent/options.ts";
import { agent as openAgent } from "../../lib/snmp/agent/serve.ts";
import { open } from "../../lib/snmp/open.ts";
import { listenTraps } from "../../lib/snmp/traps/listen.ts";
import { testUnless } from "../skip.ts";
import { ALL_USERS } from "./snmp_bed.ts";
import { asUser, tool, whyNoSnmpTools } from "./snmp_tools.ts";

const without = whyNoSnmpTools();
const WAIT = { timeout: 10_000 };
const user = ALL_USERS.find(({ name }) => name === "sha_aes")!;
const OWN = "1.3.6.1.4.1.99999";
const NAME = "1.3.6.1.2.1.1.5.0";

/** An agent on a free port, which `public` may read and `private` set. */
function agent(options: AgentOptions = {}): Promise<Agent> {
  return openAgent({
    port: 0,
    communities: { public: "read", private: "write" },
    ...options,
  });
}

const INTERFACES = [
  { ifIndex: 1, ifDescr: "lo", ifType: "softwareLoopback", ifOperStatus: "up" },
  {
    ifIndex: 10,
    ifDescr: "eth0",
    ifType: "ethernetCsmacd",
    ifOperStatus: "down",
    ifPhysAddress: "00:00:5e:00:53:01",
    ifInOctets: 4_000_000_000,
    ifLastChange: 12_340,
  },
  { ifIndex: 2, ifDescr: "eth1", ifOperStatus: () => "up" },
];

const WALKED = [
  ".1.1 = INTEGER: 1",
  ".1.2 = INTEGER: 2",
  ".1.10 = INTEGER: 10",
  '.2.1 = STRING: "lo"',
  '.2.2 = STRING: "eth1"',
  '.2.10 = STRING: "eth0"',
  ".3.1 = INTEGER: 24",
  ".3.10 = INTEGER: 6",
  ".6.10 = Hex-STRING: 00 00 5E 00 53 01",
  ".8.1 = INTEGER: 1",
  ".8.2 = INTEGER: 1",
  ".8.10 = INTEGER: 2",
  ".9.10 = Timeticks: (1234) 0:00:12.34",
  ".10.10 = Counter32: 4000000000",
].map((line) => `.1.3.6.1.2.1.2.2.1${line}`);

testUnless(
  without,
  "snmpwalk, snmpbulkwalk and snmpget read what is served, in every version",
  async () => {
    await using served = await agent({ users: [user] });
    const at = `${served.address}`;
    served.table("ifTable", INTERFACES);
    served.set("sysName", "router");
    served.set(`${OWN}.1.0`, 2n ** 64n - 1n, { type: "Counter64" });
    const walks = await Promise.all([
      tool("snmpwalk", ["-v1", "-c", "public", "-On", at, "1.3.6.1.2.1.2"]),
      tool("snmpwalk", ["-v2c", "-c", "public", "-On", at, "1.3.6.1.2.1.2"]),
      tool("snmpbulkwalk", [
        ...["-v2c", "-c", "public", "-Cr7", "-On", at, "1.3.6.1.2.1.2"],
      ]),
      tool("snmpbulkwalk", [...asUser(user), "-On", at, "1.3.6.1.2.1.2"]),
    ]);
    const trimmed = (lines: readonly string[]) =>
      lines.map((one) => one.trimEnd());
    for (const { out, err } of walks) {
      assert.deepEqual(trimmed(out.trimEnd().split("\n")), WALKED, err);
    }
    const wide = ["-v2c", "-c", "public", "-On", at, `${OWN}.1.0`, NAME];
    assert.equal(
      (await tool("snmpget", wide)).out,
      `.${OWN}.1.0 = Counter64: 18446744073709551615\n.${NAME} = STRING: "router"\n`,
    );
    // Version 1 has no such counters: they are passed over.
    const old = await tool("snmpgetnext", [
      ...["-v1", "-c", "public", "-On", at, OWN],
    ]);
    assert.match(old.out, /^\.1\.3\.6\.1\.6\.3\.10\.2\.1\.1\.0 = Hex-STRING/);
    const missing = await tool("snmpget", [
      ...["-v2c", "-c", "public", "-On", at],
      ...["1.3.6.1.2.1.1.5.7", "1.3.6.1.2.1.1.77.0", "1.3.6.1.2.1.2.2.1.2.3"],
    ]);
    assert.deepEqual(missing.out.match(/No Such \w+/g), [
      "No Such Instance",
      "No Such Object",
      "No Such Instance",
    ]);
  },
);

/** net-snmp needs a text to make a table of a walk. */
const MIB = `ACME-MIB DEFINITIONS ::= BEGIN
acme OBJECT IDENTIFIER ::= { iso 3 6 1 4 1 99999 }
portTable OBJECT-TYPE SYNTAX SEQUENCE OF PortEntry MAX-ACCESS not-accessible
  STATUS current DESCRIPTION "" ::= { acme 2 }
portEntry OBJECT-TYPE SYNTAX PortEntry MAX-ACCESS not-accessible
  STATUS current DESCRIPTION "" INDEX { portName } ::= { portTable 1 }
PortEntry ::= SEQUENCE { portName OCTET STRING, portSpeed INTEGER }
portName OBJECT-TYPE SYNTAX OCTET STRING MAX-ACCESS read-only
  STATUS current DESCRIPTION "" ::= { portEntry 1 }
portSpeed OBJECT-TYPE SYNTAX INTEGER MAX-ACCESS read-only
  STATUS current DESCRIPTION "" ::= { portEntry 2 }
END
`;

testUnless(
  without,
  "snmptable reads a table that no MIB of ours has",
  async () => {
    await using served = await agent();
    const rows = [{ name: "b", speed: 10 }, { name: "ab", speed: 1000 }];
    served.table(`${OWN}.2`, () => rows, {
      columns: {
        name: { number: 1, type: "OctetString" },
        speed: { number: 2, type: "Integer32" },
      },
      index: ["name"],
    });
    const at = `${served.address}`;
    const args = [
      "-v2c",
      "-c",
      "public",
      "-Cf",
      "|",
      at,
      "ACME-MIB::portTable",
    ];
    const { out, err } = await tool("snmptable", args, MIB);
    const lines = out.trimEnd().split("\n").slice(-3);
    // The shorter name comes first: an index begins with its length.
    assert.deepEqual(lines, ["portName|portSpeed", '"b"|10', '"ab"|1000'], err);
  },
);

testUnless(without, "snmpget reads with every pair of version 3", async () => {
  await using served = await agent({ users: ALL_USERS });
  const got = await Promise.all(ALL_USERS.map(async (user) => {
    const args = [
      ...asUser(user),
      "-On",
      "-t",
      "10",
      `${served.address}`,
      NAME,
    ];
    const { out, err } = await tool("snmpget", args);
    return `${user.name} ${out}${err}`;
  }));
  assert.deepEqual(
    got,
    ALL_USERS.map(({ name }) => `${name} .${NAME} = STRING: "netrepl"\n`),
  );
  // Each asked for the engine first.
  const { value } = await served.get("usmStatsUnknownEngineIDs");
  assert.equal(value, ALL_USERS.length);
});

testUnless(
  without,
  "a walk of 5,000 variables gives each of them once, in order",
  async () => {
    await using served = await agent();
    const rows = Array.from({ length: 2500 }, (_, i) => ({
      id: 5000 - 2 * i,
      text: `value ${5000 - 2 * i}`,
    }));
    served.table(`${OWN}.3`, rows, {
      columns: {
        id: { number: 1, type: "Integer32" },
        text: { number: 2, type: "OctetString" },
      },
      index: ["id"],
    });
    const { out } = await tool("snmpbulkwalk", [
      ...["-v2c", "-c", "public", "-On", "-Cr50", `${served.address}`, OWN],
    ]);
    const ids = rows.map(({ id }) => id).reverse();
    assert.deepEqual(out.trimEnd().split("\n"), [
      ...ids.map((id) => `.${OWN}.3.1.1.${id} = INTEGER: ${id}`),
      ...ids.map((id) => `.${OWN}.3.1.2.${id} = STRING: "value ${id}"`),
    ]);
    await using session = await open(`${served.address}`);
    const walked = await session.walk(OWN, { maxRepetitions: 100 });
    assert.equal(walked.length, 5000);
  },
);

testUnless(
  without,
  "what may be set is set, all of a request or nothing, and what may not says why",
  async () => {
    await using served = await agent();
    const at = `${served.address}`;
    const log: string[] = [];
    let isBroken = false;
    served.set("sysContact", "ops", {
      onSet: (value, old) => void log.push(`${old} -> ${value}`),
    });
    served.set("sysLocation", "here", {
      check: (value) => value !== "nowhere",
      onSet: () => {
        if (isBroken) throw new Error("the disk is full");
      },
    });
    const rows = [{ ifIndex: 2, ifDescr: "eth0", ifAdminStatus: "up" }];
    served.table("ifTable", rows, { writable: ["ifAdminStatus"] });
    const set = (...what: string[]) =>
      tool("snmpset", ["-v2c", "-c", "private", "-On", at, ...what]);
    const contact = ["1.3.6.1.2.1.1.4.0", "s"];
    const place = ["1.3.6.1.2.1.1.6.0", "s"];
    const status = ["1.3.6.1.2.1.2.2.1.7.2", "i"];
    const done = await set(
      ...contact,
      "noc",
      ...place,
      "there",
      ...status,
      "2",
    );
    assert.equal(done.code, 0, done.err);
    assert.deepEqual(log, ["ops -> noc"]);
    assert.equal((await served.get("sysLocation")).value, "there");
    assert.equal(rows[0]!.ifAdminStatus, "down");
    const refusals: readonly (readonly [what: string[], reason: string])[] = [
      [[...contact, "x", ...place, "nowhere"], "wrongValue"],
      [["1.3.6.1.2.1.1.4.0", "i", "1"], "wrongType"],
      [[...contact, "x".repeat(256)], "wrongLength"],
      [[...status, "9"], "wrongValue"],
      [[NAME, "s", "x"], "notWritable"],
      [["1.3.6.1.2.1.2.2.1.7.3", "i", "1"], "noCreation"],
    ];
    for (const [what, reason] of refusals) {
      const { code, err } = await set(...what);
      assert.equal(code, 2);
      assert.match(err, new RegExp(`Reason: ${reason}`));
    }
    const low = await tool("snmpset", [
      ...["-v2c", "-c", "public", at, ...contact, "x"],
    ]);
    assert.match(low.err, /Reason: noAccess/);
    const old = await tool("snmpset", [
      ...["-v1", "-c", "private", at, NAME, "s", "x"],
    ]);
    assert.match(old.err, /noSuchName/);
    // The first was set, and is set back when the second fails.
    isBroken = true;
    const failed = await set(...contact, "x", ...place, "y");
    assert.match(failed.err, /Reason: commitFailed/);
    assert.deepEqual(log, ["ops -> noc", "noc -> x", "x -> noc"]);
    assert.equal((await served.get("sysContact")).value, "noc");
    assert.match(served.trouble, /the disk is full/);
    assert.equal(served.counts.inBadCommunityUses, 1);
  },
);

Deno.test("our own client reads and sets, by users and by views", async () => {
  await using served = await agent({
    communities: {
      public: { view: ["system", "!sysContact"] },
      odd: { view: ["!system"] },
    },
    users: [{ ...user, access: "write" }],
  });
  const at = `${served.address}`;
  served.set("sysContact", "ops", { writable: true });
  served.table("ifTable", () => INTERFACES);
  served.table("ifXTable", [{ ifIndex: 10, ifName: "e0", ifHighSpeed: 1000 }]);
  served.set("hrSystemDate", new Uint8Array([7, 234, 11, 23, 1, 2, 3, 0]));
  await using full = await open(at, { user });
  const table = await full.table("ifTable");
  assert.deepEqual(
    [...table].map(({ ifDescr, ifOperStatus }) => [ifDescr, ifOperStatus]),
    [["lo", "up"], ["eth1", "up"], ["eth0", "down"]],
  );
  const joined = [...table].map(({ ifName, ifHighSpeed }) => [
    ifName,
    ifHighSpeed,
  ]);
  assert.deepEqual(joined.at(-1), ["e0", 1000]);
  await full.set("sysContact", "noc");
  assert.equal((await full.get("sysContact")).value, "noc");
  assert.equal((await full.get("hrSystemDate")).value, "2026-11-23T01:02:03.0");
  await using low = await open(at);
  const seen = (await low.walk("1.3.6.1")).map(({ oid }) => oid);
  assert.deepEqual(
    seen,
    [1, 2, 3, 5, 6, 7].map((n) => `1.3.6.1.2.1.1.${n}.0`),
  );
  assert.equal((await low.get("sysContact")).exists, false);
  await using odd = await open(at, { community: "odd" });
  assert.equal((await odd.next("1.3")).name, "IF-MIB::ifIndex.1");
  const weak = { name: user.name, auth: user.auth };
  await using other = await open(at, { user: weak });
  await assert.rejects(other.get("sysName"), { code: "authorization-error" });
  await using context = await open(at, { user, context: "vlan7" });
  await assert.rejects(context.get("sysName"), { code: "unknown-context" });
});

Deno.test("functions are asked each time; what they throw is genErr, and nothing is no value", async () => {
  await using served = await agent();
  let asked = 0;
  served.set("sysLocation", () => `asked ${++asked}`);
  served.set("sysContact", () => Promise.reject(new Error("no idea")));
  served.set("sysName", () => undefined);
  let tables = 0;
  served.table("ifTable", () => {
    tables++;
    return [{ ifIndex: 1 }];
  }, { maxAge: 0 });
  await using session = await open(`${served.address}`);
  const read = async (name: string) => (await session.get(name)).value;
  assert.deepEqual([await read("sysLocation"), await read("sysLocation")], [
    "asked 1",
    "asked 2",
  ]);
  await assert.rejects(session.get("sysContact"), { code: "general-error" });
  assert.match(served.trouble, /no idea/);
  assert.equal((await session.get("sysName")).type, "noSuchInstance");
  assert.equal(
    (await session.next("sysContact.0")).name,
    "SNMPv2-MIB::sysLocation.0",
  );
  assert.equal(tables, 0, "nobody has asked for the table yet");
  await read("ifIndex.1");
  await read("ifIndex.1");
  assert.equal(tables, 2);
  assert.throws(() => served.set(`${OWN}.9.0`, 1), /'type' must be said/);
  assert.throws(() => served.set("sysServices", 500_000_000_000), RangeError);
  assert.throws(
    () => served.table("ifTable", [{ ifIndex: 1 }, { ifIndex: 1 }]),
    /another index/,
  );
  assert.throws(
    () => served.table("ifTable", [{ ifIndex: 1, ifDesc: "x" }]),
    /current value has ifDesc/,
  );
  served.set("sysLocation", "here");
  assert.equal((await session.next("sysContact.0")).value, "here");
  served.delete("system");
  assert.equal((await session.get("sysUpTime")).type, "noSuchObject");
  assert.match(
    Deno.inspect(served),
    /^SNMP agent at 127\.0\.0\.1:\d+\n +state +up/,
  );
});

Deno.test("an agent tells of itself in its own name", async () => {
  await using traps = await listenTraps({
    hostname: "127.0.0.1",
    port: 0,
    users: [user],
  });
  const at = `${traps.address}`;
  await using served = await agent();
  await served.trap(at, "linkDown", { "ifIndex.2": 2 }, { user });
  await served.trap(at, "linkUp", { "ifIndex.2": 2 }, { version: "1" });
  await served.inform(at, "coldStart", {}, { user, ...WAIT });
  const first = await traps.receive(WAIT);
  assert.equal(first.engineId, served.engineId);
  assert.equal(first.value("ifIndex"), 2);
  assert.ok(first.uptime! < 60_000);
  const names = [first, await traps.receive(WAIT), await traps.receive(WAIT)];
  assert.deepEqual(names.map(({ name, version }) => `${name} ${version}`), [
    "IF-MIB::linkDown 3",
    "IF-MIB::linkUp 1",
    "SNMPv2-MIB::coldStart 3",
  ]);
  assert.equal(served.counts.outTraps, 2);
});

Deno.test("an agent is closed by a signal, and with questions under way", async () => {
  const stop = new AbortController();
  const served = await agent({ signal: stop.signal });
  const asked = Promise.withResolvers<void>();
  served.set("sysName", () => {
    asked.resolve();
    return new Promise<string>(() => {});
  });
  await using session = await open(`${served.address}`, {
    timeout: 50,
    retries: 0,
  });
  const waiting = assert.rejects(session.get("sysName"));
  await asked.promise;
  stop.abort();
  await waiting;
  await served.close();
  assert.equal(served.closed, true);
});
