import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import { agent } from "../../lib/snmp/agent/serve.ts";
import { describe } from "../../lib/snmp/describe.ts";
import { open } from "../../lib/snmp/open.ts";
import type { Traffic } from "../../lib/snmp/traffic.ts";
import { testUnless } from "../skip.ts";
import { integer, text, type Variable } from "../unit/snmp/ber.ts";
import { holder } from "./snmp_agent.ts";
import { snmpBed, whyNoSnmpd } from "./snmp_bed.ts";

const without = whyNoSnmpd();
const UPTIME = "1.3.6.1.2.1.1.3.0";
const IF = "1.3.6.1.2.1.2.2.1";
const IFX = "1.3.6.1.2.1.31.1.1.1";

/** What an agent says at each of some times, one after the other. */
interface Step {
  /** sysUpTime in hundredths of a second. */
  readonly uptime: number;
  readonly octets: number;
  readonly wide?: bigint;
  readonly since?: number;
}

const steps: readonly (readonly [
  name: string,
  steps: readonly Step[],
  counter: string,
  deltas: readonly (number | string)[],
])[] = [
  [
    "counts past the end of 32 bits",
    [
      { uptime: 1000, octets: 2 ** 32 - 100 },
      { uptime: 1010, octets: 400 },
      { uptime: 1020, octets: 500 },
    ],
    "IF-MIB::ifInOctets.1",
    [500, 100],
  ],
  [
    "takes the counter of 64 bits where there is one",
    [
      { uptime: 1000, octets: 1, wide: 2n ** 40n },
      { uptime: 1010, octets: 2, wide: 2n ** 40n + 2n ** 35n },
    ],
    "IF-MIB::ifHCInOctets.1",
    [2 ** 35],
  ],
  [
    "says nothing over a restart, and goes on behind it",
    [
      { uptime: 900_000, octets: 5000 },
      { uptime: 10, octets: 100 },
      { uptime: 20, octets: 300 },
    ],
    "IF-MIB::ifInOctets.1",
    ["restarted", 200],
  ],
  [
    "says nothing where a counter began anew",
    [
      { uptime: 1000, octets: 5000, since: 0 },
      { uptime: 1010, octets: 5100, since: 1005 },
      { uptime: 1020, octets: 5300, since: 1005 },
    ],
    "IF-MIB::ifInOctets.1",
    ["discontinuity", 200],
  ],
];

for (const [name, list, counter, expected] of steps) {
  Deno.test(`rates() ${name}`, async () => {
    let at = -1;
    let last = "";
    await using device = await holder((asked) => {
      // Each reading begins with the clock.
      if (asked.oids.includes(UPTIME)) at++;
      const { uptime, octets, wide, since } = list[Math.max(at, 0)]!;
      const found: Variable[] = [
        [UPTIME, integer(uptime, 0x43)],
        [`${IF}.10.1`, integer(octets, 0x41)],
      ];
      if (wide !== undefined) found.push([`${IFX}.6.1`, integer(wide, 0x46)]);
      if (since !== undefined) {
        found.push([`${IFX}.19.1`, integer(since, 0x43)]);
      }
      return found;
    });
    await using session = await open(device.target);
    const got: (number | string | undefined)[] = [];
    const samples = session.rates("ifInOctets", {
      interval: 5,
      count: list.length - 1,
    });
    for await (const sample of samples) {
      const [one] = sample.rates;
      last = one!.name;
      got.push(one!.delta ?? one!.state);
      assert.equal(sample.restarted, one!.state === "restarted");
    }
    assert.equal(last, counter);
    assert.deepEqual(got, expected);
  });
}

Deno.test("rates() of what began while it looked is new, and of what is gone is nothing", async () => {
  let readings = 0;
  await using device = await holder((asked) => {
    if (asked.oids.includes(UPTIME)) readings++;
    return [
      [UPTIME, integer(1000, 0x43)],
      ...(readings < 2 ? [1, 2] : [2, 3]).map(
        (n): Variable => [`${IF}.10.${n}`, integer(n, 0x41)],
      ),
    ];
  });
  await using session = await open(device.target);
  const samples = session.rates("ifInOctets", { interval: 20, count: 1 });
  for await (const sample of samples) {
    assert.deepEqual(sample.rates.map(({ name, state }) => [name, state]), [
      ["IF-MIB::ifInOctets.2", "ok"],
      ["IF-MIB::ifInOctets.3", "new"],
    ]);
  }
});

testUnless(
  without,
  "rates() and live() of a real agent tell of its interfaces, and end when stopped",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target);
    const aborter = new AbortController();
    const { signal } = aborter;
    const reason = new Error("enough");
    await assert.rejects(async () => {
      const names = ["ifInOctets", "snmpInPkts"];
      for await (
        const sample of session.rates(names, { interval: 20, signal })
      ) {
        const packets = sample.rates.find(({ name }) =>
          name === "SNMPv2-MIB::snmpInPkts.0"
        );
        assert.equal(packets!.state, "ok");
        assert.ok(packets!.delta! > 0);
        assert.ok(sample.rates.some(({ name }) => /ifHCInOctets/.test(name)));
        aborter.abort(reason);
      }
    }, reason);
    const traffic = await session.live({ interval: 20, count: 2 });
    const lo = traffic.interfaces.find(({ name }) => name === "lo")!;
    assert.equal(lo.status, "up");
    assert.equal(lo.history.length, 2);
    assert.equal(lo.state, "ok");
    assert.ok(traffic.uptime! > 0);
    assert.ok(lo.inBits! >= 0);
    assert.match(Deno.inspect(traffic), /^name .*\n─+.*\nlo +up/);
    const one = await session.live({
      interval: 20,
      count: 1,
      interfaces: ["lo"],
    });
    assert.equal(one.interfaces.length, 1);
  },
);

testUnless(
  without,
  "live() gives every loop its readings as they come, and the last one at the end",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target);
    const live = session.live({ interval: 20, count: 4, interfaces: ["lo"] });
    const quick: Traffic[] = [];
    const slow: Traffic[] = [];
    const read = async (into: Traffic[], isSlow: boolean) => {
      for await (const reading of live) {
        into.push(reading);
        // All the others come meanwhile.
        if (isSlow) await live;
      }
    };
    await Promise.all([read(quick, false), read(slow, true)]);
    assert.equal(quick.length, 4);
    assert.deepEqual(slow, quick);
    assert.deepEqual(
      quick.map(({ interfaces: [lo] }) => [lo!.name, lo!.history.length]),
      [["lo", 1], ["lo", 2], ["lo", 3], ["lo", 4]],
    );
    assert.equal(await live, quick[3]);
    assert.deepEqual(live.rows, [], "what goes on for ever keeps nothing");
    assert.deepEqual(await Array.fromAsync(live), []);
  },
);

testUnless(
  without,
  "live() ends with its last loop, with the signal, and with the agent",
  async () => {
    await using bed = await snmpBed();
    await using session = await open(bed.target, { timeout: 1000, retries: 0 });
    const left = session.live({ interval: 20 });
    for await (const { interfaces } of left) {
      assert.ok(interfaces.some(({ name }) => name === "lo"));
      break;
    }
    assert.equal(left.state, "cancelled");
    assert.equal((await session.get("snmpInPkts")).exists, true);

    assert.throws(() => session.live("eth0" as never), {
      name: "TypeError",
      message: /'options' must be an object, as \{ interfaces: \["eth0"\] \}/,
    });
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await assert.rejects(Array.fromAsync(session.live({ signal })), reason);

    const aborter = new AbortController();
    await assert.rejects(async () => {
      const options = { interval: 20, signal: aborter.signal };
      for await (const _ of session.live(options)) aborter.abort(reason);
    }, reason);

    await assert.rejects(async () => {
      for await (const _ of session.live({ interval: 20 })) await bed.kill();
    }, NetError);
  },
);

testUnless(
  without,
  "describe() puts a real device on a card",
  async () => {
    await using bed = await snmpBed({
      extraConf: "sysLocation rack 7\nsysContact ada@example.net",
    });
    const user = bed.users.find(({ name }) => name === "sha_aes")!;
    const card = await describe(bed.target, { user, limit: 20 });
    assert.equal(card.name, Deno.hostname());
    assert.equal(card.location, "rack 7");
    assert.equal(card.contact, "ada@example.net");
    assert.match(card.description!, /^Linux/);
    assert.ok(card.uptime! > card.agentUptime!);
    assert.ok(card.processes! > 1);
    assert.equal(card.load!.length, 3);
    const { memory } = card;
    assert.ok(memory!.total > 2 ** 28 && memory!.available! < memory!.total);
    const lo = card.interfaces.find(({ name }) => name === "lo")!;
    assert.equal(lo.status, "up");
    assert.ok(lo.addresses.includes("127.0.0.1/8"));
    assert.ok(card.storage.every(({ size, used }) => size >= used));
    assert.match(Deno.inspect(card), /rack 7[^]*Interfaces[^]*lo +up/);
    assert.equal(JSON.parse(JSON.stringify(card)).location, "rack 7");
  },
);

Deno.test("describe() of an agent that has nearly nothing is a card with nearly nothing", async () => {
  await using poor = await holder(() => [
    ["1.3.6.1.2.1.1.5.0", text("lamp")],
    ["1.3.6.1.2.1.1.3.0", integer(6000, 0x43)],
  ]);
  const card = await describe(poor.target);
  assert.equal(card.name, "lamp");
  assert.equal(card.uptime, 60_000);
  assert.deepEqual(card.interfaces, []);
  assert.equal(card.memory, undefined);
  assert.equal(Deno.inspect(card), "lamp\n  up  1 min");
  assert.ok(poor.asked.length < 20, `${poor.asked.length} questions`);
});

Deno.test("describe() of an agent with a table without end fetches its first rows, and says so", async () => {
  await using rich = await holder(() =>
    Array.from(
      { length: 300 },
      (_, i): Variable => [`${IF}.2.${i + 1}`, text(`port${i + 1}`)],
    )
  );
  const card = await describe(rich.target, { limit: 50 });
  assert.equal(card.interfaces.length, 50);
  assert.deepEqual(card.truncated, ["interfaces"]);
});

Deno.test("live() finds an interface by any of its names, and says what is not counted", async () => {
  await using device = await agent({ port: 0 });
  device.table("ifTable", [
    { ifIndex: 1, ifDescr: "Ethernet 1", ifInOctets: 1, ifOutOctets: 1 },
    { ifIndex: 2, ifDescr: "Ethernet 2" },
    { ifIndex: 3, ifDescr: "Ethernet 3" },
  ]);
  device.set("ifName.1", "e1");
  device.set("ifAlias.1", "uplink");
  await using session = await open(`${device.address}`);
  for (const name of ["Ethernet 1", "e1", "uplink", 1]) {
    const interfaces = [name, "Ethernet 2"];
    const traffic = await session.live({ interval: 5, count: 1, interfaces });
    assert.deepEqual(traffic.interfaces.map((one) => [one.name, one.state]), [
      ["e1", "ok"],
      ["Ethernet 2", undefined],
    ]);
  }
});

Deno.test("an interface that counts with 32 bits alone is read beside those of 64", async () => {
  await using device = await agent({ port: 0 });
  const start = Date.now();
  const grown = () => Date.now() - start;
  device.table("ifTable", [
    { ifIndex: 1, ifDescr: "wide", ifInOctets: grown },
    { ifIndex: 2, ifDescr: "narrow", ifInOctets: grown },
  ]);
  device.set("ifHCInOctets.1", () => BigInt(grown()));
  await using session = await open("127.0.0.1", { port: device.address.port });
  for await (
    const { rates } of session.rates("ifInOctets", { interval: 20, count: 1 })
  ) {
    assert.deepEqual(rates.map(({ name }) => name).sort(), [
      "IF-MIB::ifHCInOctets.1",
      "IF-MIB::ifInOctets.2",
    ]);
  }
});
