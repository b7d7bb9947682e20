import assert from "node:assert/strict";
import { distanceVector, linkState } from "../../../lib/switching/mod.ts";

const LINE = {
  routers: { a: [], b: [], c: "192.0.2.0/24" },
  links: ["a-b", "b-c"],
};

Deno.test("a lost network is counted to infinity without split horizon, and not with it", () => {
  for (
    const [splitHorizon, expected] of [
      ["off", [16, 4, 6, 8, 10, 12, 14, 16]],
      ["simple", [16]],
      ["poisonedReverse", [16]],
    ] as const
  ) {
    const sim = distanceVector({ ...LINE, splitHorizon, triggered: false });
    sim.run();
    sim.fail("b-c");
    const metrics = [...sim.steps()].flatMap(({ changes }) =>
      changes.filter(({ router }) => router === "b").map(({ to }) => to?.metric)
    );
    assert.deepEqual(metrics, expected, splitHorizon);
    assert.equal(sim.trace("a", "192.0.2.1").outcome, "no route");
  }
});

Deno.test("while it is counted, packets go round in a loop", () => {
  const sim = distanceVector({
    ...LINE,
    splitHorizon: "off",
    triggered: false,
  });
  sim.run();
  sim.fail("b-c");
  sim.step();
  sim.step();
  assert.equal(`${sim.trace("a", "c")}`, "a > b > a: loop");
});

Deno.test("triggered updates spread a failure in seconds, regular ones in half minutes", () => {
  const time = (triggered: boolean) => {
    const sim = distanceVector({
      routers: ["a", "b", "c", "d"],
      links: ["a-b", "b-c", "c-d"],
      triggered,
    });
    sim.run();
    const start = sim.time;
    sim.fail("a-b");
    const last = sim.run().steps.findLast(({ changes }) => changes.length > 0);
    return last!.time - start;
  };
  assert.ok(time(true) <= 3, `${time(true)} s`);
  assert.ok(time(false) >= 7, `${time(false)} s`);
});

Deno.test("a link that goes unseen costs RIP its timeout, and OSPF its dead interval", () => {
  for (
    const [make, seconds] of [[distanceVector, 180], [linkState, 40]] as const
  ) {
    const sim = make({ routers: ["a", "b"], links: ["a-b"] });
    sim.run();
    const start = sim.time;
    sim.fail("a-b", { silent: true });
    assert.equal(sim.trace("a", "b").outcome, "link down");
    sim.run();
    assert.equal(sim.trace("a", "b").outcome, "no route");
    const waited = sim.time - start;
    assert.ok(waited >= seconds - 30 && waited <= seconds + 120, `${waited} s`);
  }
});

Deno.test("an unreachable network is forgotten after the garbage time", () => {
  const sim = distanceVector(LINE);
  sim.run();
  sim.fail("b-c");
  const start = sim.time;
  let forgotten = 0;
  while (forgotten === 0 && sim.time - start < 300) {
    const { changes, time } = sim.step();
    if (changes.some(({ router, to }) => router === "b" && to === undefined)) {
      forgotten = time - start;
    }
  }
  assert.ok(forgotten >= 120 && forgotten <= 150, `${forgotten} s`);
});

Deno.test("ways that cost the same stand side by side", () => {
  const square = {
    routers: ["a", "b", "c", "d"],
    links: ["a-b", "b-d", "a-c", "c-d"],
  };
  for (const sim of [distanceVector(square), linkState(square)]) {
    sim.run();
    const route = sim.table("a").lookup("10.0.4.9")!;
    assert.deepEqual(route.nextHops, [
      { router: "b", link: "a-b" },
      { router: "c", link: "a-c" },
    ]);
    assert.equal(sim.trace("a", "d").hops[0]?.others, 1);
  }
});

Deno.test("the longest prefix decides, whoever has it", () => {
  const nested = {
    routers: { a: [], near: "10.0.0.0/8", far: "10.1.0.0/16" },
    links: ["a-near", { ends: "a-far", cost: 9 }],
  };
  for (const sim of [distanceVector(nested), linkState(nested)]) {
    sim.run();
    assert.equal(`${sim.trace("a", "10.1.2.3")}`, "a > far: delivered");
    assert.equal(`${sim.trace("a", "10.2.2.3")}`, "a > near: delivered");
    assert.equal(`${sim.trace("a", "11.0.0.1")}`, "a: no route");
  }
});

Deno.test("two routers with one network share its traffic by cost", () => {
  const shared = {
    routers: { a: [], b: "192.0.2.0/24", c: "192.0.2.0/24" },
    links: ["a-b", { ends: "a-c", cost: 3 }],
  };
  for (const sim of [distanceVector(shared), linkState(shared)]) {
    sim.run();
    assert.equal(`${sim.trace("a", "192.0.2.1")}`, "a > b: delivered");
    sim.fail("a-b");
    sim.run();
    assert.equal(`${sim.trace("a", "192.0.2.1")}`, "a > c: delivered");
  }
});

Deno.test("link state: an advertisement goes over every link once, or twice where two cross", () => {
  const sim = linkState({
    routers: ["a", "b", "c"],
    links: ["a-b", "b-c", "c-a"],
  });
  sim.run();
  sim.setCost("a-b", 7);
  const steps = sim.run().steps;
  assert.deepEqual(steps.map(({ messages }) => messages.length), [0, 4, 4]);
  assert.deepEqual(
    steps[1]?.changes.map((
      { router, origin, sequence },
    ) => [router, origin, sequence]),
    [["b", "a", 2], ["c", "a", 2], ["a", "b", 2], ["c", "b", 2]],
  );
  assert.equal(steps.at(-1)?.databases?.get("c")?.get("a"), 2);
});

Deno.test("link state: parts that were apart tell each other all when they meet", () => {
  const sim = linkState({
    routers: ["a", "b", "c", "d"],
    links: ["a-b", "b-c", "c-d"],
  });
  sim.fail("b-c");
  sim.run();
  sim.setCost("a-b", 5);
  sim.setCost("c-d", 6);
  sim.run();
  assert.equal(sim.table("a").routes.length, 2);
  sim.heal("b-c");
  sim.run();
  assert.equal(sim.table("a").lookup("10.0.4.1")?.metric, 12);
  assert.equal(sim.table("d").lookup("10.0.1.1")?.metric, 12);
});

Deno.test("spf() shows candidates and tree, round by round", () => {
  const sim = linkState({
    routers: ["a", "b", "c"],
    links: [{ ends: "a-b", cost: 1 }, { ends: "b-c", cost: 1 }, {
      ends: "a-c",
      cost: 2,
    }],
  });
  sim.run();
  const { steps } = sim.spf("a");
  assert.deepEqual(steps.at(-1)?.added, {
    router: "c",
    cost: 2,
    parents: ["a", "b"],
  });
  const text = Deno.inspect(sim.spf("a"));
  assert.match(text, /1 +a 0 +b 1 via a, c 2 via a/);
  assert.match(text, /└─ c {2}cost 2, or by b$/m);
});

Deno.test("steps, runs, tables and traces show as tables", () => {
  const sim = distanceVector(LINE);
  const run = sim.run();
  assert.match(Deno.inspect(run), /settled at \d+ s$/);
  assert.match(Deno.inspect(run.steps[1]), /router +192\.0\.2\.0\/24/);
  assert.match(Deno.inspect(sim.table("a")), /192\.0\.2\.0\/24 +3 +b +a-b/);
  assert.match(
    Deno.inspect(sim.trace("a", "c")),
    /1 +a +192\.0\.2\.0\/24 +b over a-b\n(.|\n)*delivered$/,
  );
  const states = linkState(LINE);
  states.step();
  assert.match(
    Deno.inspect(states.step()),
    /sequence numbers in the databases/,
  );
  for (
    const value of [
      run,
      sim.table("a"),
      sim.trace("a", "c"),
      states.run(),
      states.spf("a"),
    ]
  ) {
    JSON.stringify(value);
  }
});

Deno.test("500 routers find each other by link states, and none overflows the stack", () => {
  const routers = Array.from({ length: 500 }, (_, i) => `r${i}`);
  const links = routers.slice(1).map((r, i) => [routers[i]!, r]);
  const sim = linkState({ routers, links });
  assert.ok(sim.run().isSettled);
  assert.equal(sim.table("r0").lookup("10.1.244.1")?.metric, 499);
  assert.equal(sim.trace("r0", "r499").hops.length, 500);
  assert.ok(Deno.inspect(sim.spf("r0")).split("\n").length < 200);
});

for (
  const [name, options, error] of [
    [
      "no routers",
      { routers: [], links: [] },
      /'routers' must be an integer from 1/,
    ],
    [
      "a link to itself",
      { routers: ["a"], links: ["a-a"] },
      /must lead to another router/,
    ],
    [
      "a link to nowhere",
      { routers: ["a"], links: ["a-b"] },
      /'links' must be between a/,
    ],
    [
      "a link of three",
      { routers: ["a", "b", "c"], links: [["a", "b", "c"]] },
      /2 ends each/,
    ],
    [
      "a cost of 0",
      { routers: ["a", "b"], links: [{ ends: "a-b", cost: 0 }] },
      /'cost' must be an integer from 1/,
    ],
    ["a negative cost", {
      routers: ["a", "b"],
      links: [{ ends: "a-b", cost: -3 }],
    }, /'cost'/],
    [
      "two routers of one name",
      { routers: ["a", "a"], links: [] },
      /names of their own/,
    ],
    [
      "a network that is none",
      { routers: { a: "10.0.0.1/8" }, links: [] },
      /did you mean/,
    ],
  ] as const
) {
  Deno.test(`routing refuses ${name}, and says why`, () => {
    for (const make of [distanceVector, linkState]) {
      assert.throws(() => make(options), error);
    }
  });
}

Deno.test("rules out of range, unknown routers and links are refused", () => {
  const sim = linkState(LINE);
  assert.throws(() => sim.table("x"), /'router' must be one of a, b, c/);
  assert.throws(() => sim.trace("x", "a"), /'router' must be one of/);
  assert.throws(() => sim.trace("a", "b"), /a router with a network/);
  assert.throws(() => sim.trace("a", "nowhere"), SyntaxError);
  assert.throws(() => sim.fail("a-c"), /'link' must be one of a-b, b-c/);
  assert.throws(() => sim.setCost("a-b", 65_536), RangeError);
  assert.throws(
    () => distanceVector({ ...LINE, splitHorizon: "on" as never }),
    /"off", "simple" or/,
  );
  assert.throws(() => distanceVector({ ...LINE, infinity: 1 }), /'infinity'/);
  assert.throws(() => sim.run({ limit: NaN }), /'limit'/);
});
