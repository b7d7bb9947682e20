import assert from "node:assert/strict";
import { build, decode, ethernet, llc, stp } from "../../../lib/packet/mod.ts";
import {
  type Bpdu,
  bridgeId,
  decodeBpdu,
  decodeBpduFrame,
  encodeBpdu,
  encodeBpduFrame,
  pathCost,
  RstpBridge,
  spanningTree,
} from "../../../lib/switching/mod.ts";

const RING = { bridges: ["a", "b", "c"], links: ["a-b", "b-c", "c-a"] };

const CLAIM: Bpdu = {
  type: "rapid",
  role: "designated",
  root: bridgeId(4096, "02:00:00:00:00:01"),
  rootPathCost: 20_000,
  bridge: bridgeId(32768, "02:00:00:00:00:02"),
  portId: 0x8003,
  messageAge: 1,
  maxAge: 20,
  helloTime: 2,
  forwardDelay: 15,
  topologyChange: true,
  topologyChangeAck: false,
  proposal: true,
  agreement: false,
  learning: true,
  forwarding: false,
};

Deno.test("an encoded BPDU of RSTP is read by the packet engine, field by field", () => {
  const packet = decode(encodeBpduFrame(CLAIM, "02:00:00:00:00:02"));
  assert.equal(packet.error, undefined);
  const fields = packet.stp!;
  assert.equal(fields.version, 2);
  assert.equal(fields.type, 2);
  assert.deepEqual(
    [fields.root?.priority, `${fields.root?.mac}`, fields.rootPathCost],
    [1, "02:00:00:00:00:01", 20_000],
  );
  assert.deepEqual([fields.bridge?.priority, fields.portId], [8, 0x8003]);
  assert.deepEqual(
    [fields.messageAge, fields.maxAge, fields.helloTime, fields.forwardDelay],
    [256, 5120, 512, 3840],
  );
  const { portRole, ...flags } = fields.flags!;
  assert.equal(portRole, 3);
  assert.deepEqual(
    Object.entries(flags).filter(([, on]) => on).map(([name]) => name).sort(),
    ["learning", "proposal", "topologyChange"],
  );
});

Deno.test("a BPDU built by the packet engine is decoded to the same", () => {
  const packet = build(
    ethernet({ src: "02:00:00:00:00:02", dst: "01:80:c2:00:00:00" }),
    llc(),
    stp({
      version: 2,
      flags: {
        portRole: "designated",
        proposal: 1,
        learning: 1,
        topologyChange: 1,
      },
      root: { priority: 1, mac: "02:00:00:00:00:01" },
      rootPathCost: 20_000,
      bridge: { priority: 8, mac: "02:00:00:00:00:02" },
      portId: 0x8003,
      messageAge: 256,
      maxAge: 5120,
      helloTime: 512,
      forwardDelay: 3840,
    }),
  );
  assert.deepEqual(decodeBpduFrame(packet.bytes), CLAIM);
});

Deno.test("every type of BPDU comes back as it was", () => {
  const old: Bpdu = {
    ...CLAIM,
    type: "configuration",
    topologyChangeAck: true,
    proposal: false,
    learning: false,
  };
  for (const bpdu of [CLAIM, old, { type: "topologyChange" } as const]) {
    assert.deepEqual(decodeBpdu(encodeBpdu(bpdu)), bpdu);
    const frame = encodeBpduFrame(bpdu, "02:00:00:00:00:02");
    assert.equal(frame.length, 60);
    assert.deepEqual(decodeBpduFrame(frame), bpdu);
  }
});

Deno.test("decodeBpdu() refuses every cut and what is of another protocol", () => {
  const octets = encodeBpdu(CLAIM);
  for (let length = 0; length < octets.length; length++) {
    assert.throws(() => decodeBpdu(octets.subarray(0, length)), {
      name: "DecodeError",
      code: "truncated",
    });
  }
  assert.throws(
    () => decodeBpdu(Uint8Array.of(0, 1, 0, 0)),
    /protocol identifier/,
  );
  assert.throws(() => decodeBpdu(Uint8Array.of(0, 0, 0, 7)), /type is 7/);
  assert.equal(decodeBpduFrame(new Uint8Array(5)), undefined);
});

Deno.test("path costs are those of the standards' tables", () => {
  const costs = [10e6, 100e6, 1e9, 10e9].map((speed) => [
    pathCost(speed, "short"),
    pathCost(speed),
  ]);
  assert.deepEqual(costs, [
    [100, 2_000_000],
    [19, 200_000],
    [4, 20_000],
    [2, 2000],
  ]);
});

Deno.test("STP: a port listens for 15 s and learns for 15 s before it forwards", () => {
  const sim = spanningTree({ ...RING, protocol: "stp" });
  const states = [...sim.steps()].flatMap(({ time, changes }) =>
    changes.filter(({ bridge, link, what }) =>
      bridge === "a" && link === "a-b" && what === "state"
    ).map(({ to }) => [time, to])
  );
  assert.deepEqual(states, [
    [0, "listening"],
    [15, "learning"],
    [30, "forwarding"],
  ]);
});

Deno.test("STP: a failure that a bridge sees takes 30 s, one that it does not see 20 s more", () => {
  const seen = spanningTree({ ...RING, protocol: "stp" });
  const start = seen.run().time;
  seen.fail("c-a");
  assert.equal(seen.run().time - start, 30);
  // On a shared medium nobody sees that a bridge has gone.
  const unseen = spanningTree({
    bridges: ["a", "b", "c"],
    links: ["a-b", { name: "hub", ends: ["a", "c", "b"] }],
    protocol: "stp",
  });
  const before = unseen.run().time;
  unseen.failBridge("a");
  const time = unseen.run().time - before;
  assert.ok(time > 15 && time <= 52, `${time} s`);
  assert.deepEqual(unseen.tree.roots, ["b"]);
});

Deno.test("RSTP: a failure between two bridges takes messages, not time", () => {
  const sim = spanningTree(RING);
  const first = sim.run();
  const said = first.steps.flatMap(({ bpdus }) =>
    bpdus.map(({ says }) => says)
  );
  assert.ok(said.some((says) => says.includes("proposal")));
  assert.ok(said.some((says) => says.includes("agreement")));
  sim.fail("c-a");
  const run = sim.run();
  assert.deepEqual([first.time, run.time], [0, 0]);
  assert.ok(
    run.steps.some(({ flushed }) => flushed.length > 0),
    "stations are forgotten",
  );
  assert.deepEqual(run.tree.activeLinks.map(({ name }) => name), [
    "a-b",
    "b-c",
  ]);
});

Deno.test("a better bridge becomes the root, and gives way again", () => {
  for (const protocol of ["stp", "rstp"] as const) {
    const sim = spanningTree({ ...RING, protocol });
    assert.deepEqual(sim.run().tree.roots, ["a"]);
    sim.setPriority("c", 4096);
    assert.deepEqual(sim.run().tree.roots, ["c"]);
    sim.setPriority("c", 61440);
    assert.deepEqual(sim.run().tree.roots, ["a"]);
  }
});

Deno.test("two ports of one bridge on a medium are designated and backup", () => {
  const sim = spanningTree({
    bridges: ["a", "b"],
    links: [{ name: "hub", ends: ["a", "b", "b"] }, "a-a"],
  });
  sim.run();
  const roles = sim.bridges.flatMap(({ name, ports }) =>
    ports.map(({ link, role }) => `${name} ${link} ${role}`)
  );
  assert.deepEqual(roles, [
    "a hub designated",
    "a a-a designated",
    "a a-a backup",
    "b hub root",
    "b hub alternate",
  ]);
});

Deno.test("STP: a change of the topology shortens ageing everywhere for 35 s", () => {
  const sim = spanningTree({ ...RING, protocol: "stp" });
  sim.run();
  sim.advance(60);
  assert.ok(sim.bridges.every(({ topologyChange }) => !topologyChange));
  sim.fail("c-a");
  sim.run();
  sim.advance(4);
  assert.ok(sim.bridges.every(({ topologyChange }) => topologyChange));
  sim.advance(60);
  assert.ok(sim.bridges.every(({ topologyChange }) => !topologyChange));
});

Deno.test("RSTP: a port with hosts only forwards after 3 s, and one said to be so at once", () => {
  const make = (edge: boolean, autoEdge: boolean) => {
    const id = bridgeId(32768, "02:00:00:00:00:01");
    const bridge = new RstpBridge({
      id,
      ports: [{ pathCost: 1, edge, autoEdge }],
    });
    bridge.enable(1);
    let seconds = 0;
    for (; bridge.portState(1) !== "forwarding" && seconds < 60; seconds++) {
      bridge.tick();
    }
    return seconds;
  };
  assert.equal(make(true, false), 0);
  assert.equal(make(false, true), 3);
  assert.ok(make(false, false) > 20);
});

Deno.test("RSTP speaks STP to a neighbour that knows no better", () => {
  const sim = spanningTree({
    bridges: { a: {}, b: { protocol: "stp" } },
    links: ["a-b"],
  });
  const run = sim.run();
  assert.ok(run.isSettled);
  sim.advance(4);
  const types = sim.advance(4).steps.flatMap(({ bpdus }) =>
    bpdus.map(({ from, bpdu }) => `${from} ${bpdu.type}`)
  );
  assert.deepEqual([...new Set(types)], ["a configuration"]);
});

Deno.test("a network wider than the maximum age does not settle, and the run ends", () => {
  const bridges = Array.from({ length: 40 }, (_, i) => `b${i}`);
  const links = bridges.slice(1).map((b, i) => [bridges[i]!, b]);
  for (const protocol of ["stp", "rstp"] as const) {
    const run = spanningTree({ bridges, links, protocol }).run({ limit: 100 });
    assert.equal(run.isSettled, false);
    assert.ok(run.tree.roots.length > 1);
  }
});

Deno.test("a star of 1,000 bridges settles, and shows in a page", () => {
  const bridges = Array.from({ length: 1000 }, (_, i) => `b${i}`);
  const links = bridges.slice(1).map((b) => ["b0", b]);
  const run = spanningTree({ bridges, links }).run();
  assert.ok(run.isSettled);
  assert.equal(run.tree.activeLinks.length, 999);
  assert.ok(Deno.inspect(run).split("\n").length < 200);
});

Deno.test("steps show what arrived and what every bridge believes, changes marked", () => {
  const sim = spanningTree(RING);
  sim.step();
  const text = Deno.inspect(sim.step());
  assert.match(text, /^step 2, 0 s, BPDUs arrive, 6 BPDUs/);
  assert.match(text, /a +a-b +b +root a, cost 0, designated, proposal/);
  assert.match(text, /\* +b +a +20000 +a-b +root +forwarding +a/);
  assert.match(Deno.inspect(sim), /not settled at 0 s/);
  sim.run();
  assert.match(
    Deno.inspect(sim),
    /settled at 0 s\n\na {2}root, 8000\.020000000001\n├─ b/,
  );
  JSON.stringify(sim);
});

for (
  const [name, options, error] of [
    [
      "no bridges",
      { bridges: [], links: [] },
      /'bridges' must be an integer from 1 to 10000/,
    ],
    [
      "a link to nowhere",
      { bridges: ["a"], links: ["a-x"] },
      /'links' must be between a: current value is "a-x"/,
    ],
    ["a link that reads two ways", {
      bridges: ["a", "b-c", "a-b", "c"],
      links: ["a-b-c"],
    }, /must say which ends/],
    ["a link of one end", { bridges: ["a"], links: [["a"]] }, /ends each/],
    [
      "links that are none",
      { bridges: ["a"], links: [7 as never] },
      /'links' must be made of/,
    ],
    [
      "two bridges of one name",
      { bridges: ["a", "a"], links: [] },
      /names of their own/,
    ],
    ["two links of one name", {
      bridges: ["a", "b"],
      links: [{ name: "x", ends: "a-b" }, { name: "x", ends: "a-b" }],
    }, /"x" twice/],
    ["two bridges of one address", {
      bridges: { a: { mac: "02:00:00:00:00:02" }, b: {} },
      links: [],
    }, /MAC addresses of their own/],
    ["a negative cost", {
      bridges: ["a", "b"],
      links: [{ ends: "a-b", cost: -1 }],
    }, /'pathCost' must be an integer from 1/],
    [
      "a priority between steps",
      { bridges: { a: { priority: 1 } }, links: [] },
      /multiple of 4096/,
    ],
    [
      "times that do not go together",
      { bridges: ["a"], links: [], maxAge: 40 },
      /forwardDelay/,
    ],
    ["an unknown protocol", {
      bridges: ["a"],
      links: [],
      protocol: "mstp" as never,
    }, /"stp" or "rstp"/],
  ] as const
) {
  Deno.test(`spanningTree() refuses ${name}, and says why`, () => {
    assert.throws(() => spanningTree(options), error);
  });
}

Deno.test("events on what does not exist are refused", () => {
  const sim = spanningTree(RING);
  assert.throws(
    () => sim.fail("a-x"),
    /'link' must be one of a-b, b-c, c-a: current value is a-x/,
  );
  assert.throws(() => sim.failBridge("x"), /'bridge' must be one of a, b, c/);
  assert.throws(() => sim.setPriority("a", 5), RangeError);
  assert.throws(() => sim.setCost("a-b", 0), RangeError);
  sim.fail("b-a"); // by its ends, either way round
  assert.equal(sim.tree.links[0]?.isUp, false);
});
