import assert from "node:assert/strict";
import { AuthError, type NetError } from "../../lib/errors.ts";
import { listenTraps } from "../../lib/snmp/traps/listen.ts";
import type { Notification } from "../../lib/snmp/traps/notification.ts";
import type { ListenOptions } from "../../lib/snmp/traps/options.ts";
import type { TrapListener } from "../../lib/snmp/traps/listener.ts";
import { inform, trap } from "../../lib/snmp/traps/send.ts";
import { open } from "../../lib/snmp/open.ts";
import * as udp from "../../lib/socket/udp.ts";
import { testUnless } from "../skip.ts";
import { hostile, onceMore } from "./snmp_noise.ts";
import { ALL_USERS, type BedUser, snmpBed, whyNoSnmpd } from "./snmp_bed.ts";
import { asUser, tool, trapdBed, whyNoSnmpTools } from "./snmp_tools.ts";

const without = whyNoSnmpd() ?? whyNoSnmpTools();
const LINK_DOWN = "1.3.6.1.6.3.1.1.5.3";
const IF_INDEX = "1.3.6.1.2.1.2.2.1.1.7";
const WAIT = { timeout: 10_000 };
const user = ALL_USERS.find(({ name }) => name === "sha_aes")!;

/** A listener on a free port of 127.0.0.1. */
function listener(options: ListenOptions = {}): Promise<TrapListener> {
  return listenTraps({ hostname: "127.0.0.1", port: 0, ...options });
}

/** So many notifications, as they come. */
async function take(from: TrapListener, n: number): Promise<Notification[]> {
  const list: Notification[] = [];
  while (list.length < n) list.push(await from.receive(WAIT));
  return list;
}

/** Another engine for each sender: clocks are kept by engine. */
function engineOf(n: number): string {
  return `80000000017f0000${n.toString(16).padStart(4, "0")}`;
}

testUnless(
  without,
  "snmptrap's traps of versions 1 and 2c are read",
  async () => {
    await using traps = await listener();
    const at = `${traps.address}`;
    const community = ["-c", "public", at];
    const old = await tool("snmptrap", [
      ...[
        "-v1",
        ...community,
        "1.3.6.1.4.1.99999",
        "10.1.2.3",
        "6",
        "99",
        "55",
      ],
      ...["1.3.6.1.2.1.1.5.0", "s", "hello"],
    ]);
    assert.equal(old.code, 0, old.err);
    await tool("snmptrap", [
      "-v1",
      ...community,
      "",
      "10.1.2.3",
      "2",
      "0",
      "7",
    ]);
    await tool("snmptrap", [
      ...["-v2c", ...community, "77", LINK_DOWN, IF_INDEX, "i", "7"],
      ...["1.3.6.1.2.1.2.2.1.8.7", "i", "2"],
    ]);
    const [specific, generic, newer] = await take(traps, 3);
    // RFC 3584 §3.1: the enterprise, a zero and the number.
    assert.equal(specific!.name, "SNMPv2-SMI::enterprises.99999.0.99");
    assert.equal(specific!.version, "1");
    assert.equal(specific!.agentAddress, "10.1.2.3");
    assert.equal(specific!.enterprise, "SNMPv2-SMI::enterprises.99999");
    assert.equal(specific!.uptime, 550);
    assert.equal(specific!.value("sysName"), "hello");
    assert.equal(generic!.name, "IF-MIB::linkDown");
    assert.deepEqual(generic!.variables, []);
    assert.equal(newer!.name, "IF-MIB::linkDown");
    assert.deepEqual([newer!.version, newer!.kind], ["2c", "trap"]);
    assert.equal(newer!.community, "public");
    assert.equal(newer!.uptime, 770);
    assert.deepEqual(newer!.variables.map(String), [
      "IF-MIB::ifIndex.7 = 7",
      "IF-MIB::ifOperStatus.7 = down(2)",
    ]);
    assert.equal(newer!.value("ifOperStatus"), "down");
    assert.equal(newer!.get("ifDescr"), undefined);
    assert.match(
      Deno.inspect(newer),
      /^IF-MIB::linkDown\n +trap +from 127\.0\.0\.1:\d+, version 2c, community public\n +uptime +770 ms\n +ifIndex\.7 +7\n/,
    );
    assert.equal(traps.counts.notifications, 3);
  },
);

testUnless(
  without,
  "traps and informs of snmptrap and snmpinform come with every pair of version 3",
  async () => {
    await using traps = await listener({ users: ALL_USERS });
    const at = `${traps.address}`;
    await Promise.all(ALL_USERS.map(async (user, i) => {
      const what = [at, "77", LINK_DOWN, IF_INDEX, "i", `${i}`];
      const said = await Promise.all([
        tool("snmptrap", [
          ...[...asUser(user), "-e", `0x${engineOf(i)}`],
          ...what,
        ]),
        tool("snmpinform", [...asUser(user), "-t", "10", ...what]),
      ]);
      // snmpinform fails unless it is acknowledged.
      for (const { code, err } of said) assert.equal(code, 0, err);
    }));
    const got = (await take(traps, 2 * ALL_USERS.length)).map((one) =>
      `${one.kind} ${one.user} ${one.level} ${one.value("ifIndex")}`
    );
    const expected = ALL_USERS.flatMap(({ name, auth, priv }, i) => {
      const level = priv ? "authPriv" : auth ? "authNoPriv" : "noAuthNoPriv";
      return ["trap", "inform"].map((kind) => `${kind} ${name} ${level} ${i}`);
    });
    assert.deepEqual(got.toSorted(), expected.toSorted());
    assert.equal(traps.trouble, "");
  },
);

testUnless(
  without,
  "snmptrapd takes our traps and informs in every version, with every pair of version 3",
  async () => {
    const all: (BedUser & { engineId?: string })[] = ALL_USERS.flatMap((
      user,
      i,
    ) => [user, { ...user, engineId: engineOf(i) }]);
    await using trapd = await trapdBed(all);
    const at = trapd.target;
    const variables = (n: number) => ({
      "ifIndex.7": n,
      "ifOperStatus.7": "down",
      "ifPhysAddress.7": "00:00:5e:00:53:01",
      "ifHCInOctets.7": 2n ** 40n,
    });
    await trap(at, "linkDown", { "ifIndex.7": 1000 }, {
      version: "1",
      uptime: 5550,
      agentAddress: "192.0.2.9",
    });
    await trap(at, "1.3.6.1.4.1.99999.0.5", { sysName: "x" }, {
      version: "1",
      uptime: 10,
    });
    await trap(at, "linkDown", variables(1001), { uptime: 5550 });
    await inform(at, "linkDown", variables(1002));
    await Promise.all(ALL_USERS.map(async (user, i) => {
      const engineId = engineOf(i);
      await trap(at, "linkDown", variables(i), { user, engineId });
      await inform(at, "linkDown", variables(i + 100), { user, ...WAIT });
    }));
    const lines = [...await trapd.wrote(4 + 2 * ALL_USERS.length)];
    assert.equal(
      lines[0],
      `T1 192.0.2.9 .1.3.6.1.6.3.1.1.5 2 0 555 .${IF_INDEX} = 1000`,
    );
    assert.equal(
      lines[1],
      'T1 127.0.0.1 .1.3.6.1.4.1.99999 6 .5 1 .1.3.6.1.2.1.1.5.0 = "x"',
    );
    assert.equal(
      lines[2],
      `T2 .1.3.6.1.2.1.1.3.0 = 555\t.1.3.6.1.6.3.1.1.4.1.0 = .${LINK_DOWN}\t.${IF_INDEX} = 1001\t` +
        `.1.3.6.1.2.1.2.2.1.8.7 = 2\t.1.3.6.1.2.1.2.2.1.6.7 = "00 00 5E 00 53 01 "\t` +
        `.1.3.6.1.2.1.31.1.1.1.6.7 = 1099511627776`,
    );
    const numbers = lines.slice(3).map((line) =>
      Number(/1\.2\.2\.1\.1\.7 = (\d+)/.exec(line)![1])
    );
    const expected = [1002, ...ALL_USERS.flatMap((_, i) => [i, i + 100])];
    const order = (a: number, b: number) => a - b;
    assert.deepEqual(numbers.toSorted(order), expected.toSorted(order));
  },
);

testUnless(
  without,
  "snmpd's own traps and informs come: that it has started, and that somebody asked with a wrong community",
  async () => {
    await using traps = await listener({ users: [user] });
    const at = `${traps.address}`;
    await using bed = await snmpBed({
      extraConf: [
        "authtrapenable 1",
        `trapsink ${at} public`,
        `trap2sink ${at} public`,
        `informsink ${at} public`,
        `trapsess ${asUser(user).join(" ")} ${at}`,
      ].join("\n"),
    });
    const started = await take(traps, 4);
    assert.deepEqual(
      new Set(started.map(({ version, kind }) => `${version} ${kind}`)),
      new Set(["1 trap", "2c trap", "2c inform", "3 trap"]),
    );
    for (const { name } of started) assert.equal(name, "SNMPv2-MIB::coldStart");
    await using stranger = await open(bed.target, {
      community: "wrong",
      timeout: 50,
      retries: 0,
    });
    await assert.rejects(stranger.get("sysName"));
    const failed = await take(traps, 4);
    for (const { name } of failed) {
      assert.equal(name, "SNMPv2-MIB::authenticationFailure");
    }
  },
);

Deno.test("what is not taken is counted, by why", async () => {
  await using traps = await listener({
    users: [user, { ...user, name: "fixed", engineId: engineOf(9) }],
  });
  const at = `${traps.address}`;
  const wrong = {
    ...user,
    auth: { protocol: "sha", password: "another one" },
  } as const;
  const engineId = engineOf(1);
  const send = (options: Parameters<typeof trap>[3]) =>
    trap(at, "coldStart", {}, options);
  await send({ community: "wrong" });
  await send({ user: { ...user, name: "nobody" }, engineId });
  await send({ user: wrong, engineId });
  await send({
    user: { name: user.name, auth: user.auth },
    engineId: engineOf(2),
  });
  await send({ user: { ...user, name: "fixed" }, engineId });
  // Another engine's clock must go forwards.
  await send({ user, engineId, engineBoots: 7 });
  await send({ user, engineId, engineBoots: 6 });
  await send({ user, engineId, engineBoots: 8 });
  await using asker = await open(at, { timeout: 50, retries: 0 });
  await assert.rejects(asker.get("sysName"));
  await send({});
  assert.equal((await take(traps, 3)).at(-1)!.version, "2c");
  const { datagrams, ...counts } = traps.counts;
  assert.equal(datagrams, 10);
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  assert.deepEqual(Object.fromEntries(some), {
    notifications: 3,
    unknownCommunities: 1,
    unknownUsers: 2,
    wrongDigests: 1,
    wrongLevels: 1,
    notInTimeWindows: 1,
    others: 1,
  });
  await using all = await listener({ communities: "any" });
  await trap(`${all.address}`, "coldStart", {}, { community: "wrong" });
  assert.equal((await all.receive(WAIT)).community, "wrong");
});

Deno.test("an inform that nobody acknowledges, or that is refused, says why", async () => {
  await using silent = await udp.open();
  const quick = { timeout: 40, retries: 1 };
  await assert.rejects(
    inform(`${silent.address}`, "coldStart", {}, quick),
    (error: NetError) =>
      error.code === "timeout" &&
      /no acknowledgement of any of 2 datagrams within 40 ms/.test(
        error.message,
      ),
  );
  assert.equal(silent.received, 2);
  const { port } = silent.address;
  await silent.close();
  await assert.rejects(inform(`127.0.0.1:${port}`, "coldStart", {}, quick), {
    code: "refused",
  });
  await using traps = await listener({ users: [user] });
  const at = `${traps.address}`;
  const cases: readonly (readonly [BedUser, code: string])[] = [
    [{ ...user, name: "nobody" }, "unknown-user"],
    [
      { ...user, auth: { protocol: "sha", password: "another one" } },
      "wrong-digest",
    ],
    [
      { ...user, priv: { protocol: "aes", password: "another one" } },
      "decryption-error",
    ],
  ];
  for (const [one, code] of cases) {
    await assert.rejects(
      inform(at, "coldStart", {}, { user: one, ...WAIT }),
      (error: AuthError) => error instanceof AuthError && error.code === code,
    );
  }
  assert.equal(traps.counts.notifications, 0);
  const stop = AbortSignal.abort("enough");
  await assert.rejects(
    inform(at, "coldStart", {}, { signal: stop }),
    (reason) => reason === "enough",
  );
  await assert.rejects(
    inform(at, "coldStart", {}, { version: "1" }),
    /must be "2c" or "3"/,
  );
  await assert.rejects(trap(at, "coldStart", {}, { user }), /'engineId'/);
  await assert.rejects(
    trap(at, "coldStart", { "ifHCInOctets.1": 1n }, { version: "1" }),
    /Counter64/,
  );
});

Deno.test("an inform that comes again is acknowledged again and told once; one without room is not acknowledged", async () => {
  await using traps = await listener({ queue: 2 });
  const at = `${traps.address}`;
  // The first acknowledgement is lost on the way.
  await using way = await onceMore(at);
  await inform(way.target, "coldStart", {}, { timeout: 1000 });
  assert.equal(traps.counts.repeated, 1);
  assert.equal(traps.waiting, 1);
  await trap(at, "warmStart");
  await assert.rejects(
    inform(at, "linkUp", {}, { timeout: 40, retries: 0 }),
    { code: "timeout" },
  );
  while (traps.counts.dropped < 1) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.deepEqual((await take(traps, 2)).map(({ name }) => name), [
    "SNMPv2-MIB::coldStart",
    "SNMPv2-MIB::warmStart",
  ]);
});

Deno.test("whatever octets come, the listener counts them and goes on", async () => {
  await using traps = await listener({ users: [user] });
  const at = `${traps.address}`;
  // Real ones, to be cut short anywhere.
  await using ear = await udp.open();
  const to = `${ear.address}`;
  await trap(to, "linkDown", { "ifIndex.1": 1 }, { version: "1" });
  await trap(to, "linkDown", { "ifIndex.1": 1 });
  await trap(to, "linkDown", { "ifIndex.1": 1 }, {
    user,
    engineId: engineOf(1),
  });
  const whole = [];
  while (whole.length < 3) whole.push((await ear.receive(WAIT)).data);
  const sent = await hostile(at, whole);
  await inform(at, "coldStart", {}, WAIT);
  const { counts } = traps;
  assert.equal(counts.datagrams + counts.dropped, sent + 1);
  const { datagrams, informs: _, ...kinds } = counts;
  const sum = Object.values(kinds).reduce((a, b) => a + b, 0);
  assert.equal(sum - counts.dropped, datagrams);
  assert.ok(counts.malformed > 300, `${counts.malformed}`);
});

Deno.test("a listener can be closed while somebody waits, and by a signal", async () => {
  const stop = new AbortController();
  const traps = await listener({ signal: stop.signal });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { name } of traps) seen.push(name);
  })();
  await inform(`${traps.address}`, "coldStart", {}, WAIT);
  stop.abort();
  await reading;
  await traps.close();
  assert.deepEqual(seen, ["SNMPv2-MIB::coldStart"]);
  await assert.rejects(traps.receive(), { code: "closed" });
});
