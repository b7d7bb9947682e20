import assert from "node:assert/strict";
import {
  counterRate,
  type CounterReading,
  hasRestarted,
} from "../../../lib/snmp/counters.ts";

const DAY = 86_400_000;
const WRAP = 2 ** 32 * 10;

/** Two readings one second apart. */
function readings(
  before: Partial<CounterReading>,
  after: Partial<CounterReading>,
): [CounterReading, CounterReading] {
  return [
    { value: 0, uptime: DAY, at: 0, ...before },
    { value: 0, uptime: DAY + 1000, at: 1000, ...after },
  ];
}

const cases: readonly (readonly [
  name: string,
  before: Partial<CounterReading>,
  after: Partial<CounterReading>,
  state: string,
  perSecond: number | undefined,
])[] = [
  ["a difference", { value: 10 }, { value: 1510 }, "ok", 1500],
  ["nothing counted", { value: 10 }, { value: 10 }, "ok", 0],
  ["a wrap of 32 bits", { value: 2 ** 32 - 1 }, { value: 0 }, "ok", 1],
  ["a wrap of 64 bits", { value: 2n ** 64n - 5n }, { value: 5n }, "ok", 10],
  [
    "64 bits above 2^53",
    { value: 2n ** 60n },
    { value: 2n ** 60n + 7n },
    "ok",
    7,
  ],
  [
    "64 bits that go backwards",
    { value: 2n ** 40n },
    { value: 5n },
    "discontinuity",
    undefined,
  ],
  [
    "an agent that started again",
    { value: 2 ** 32 - 5 },
    { value: 5, uptime: 400 },
    "restarted",
    undefined,
  ],
  [
    "an agent that started again and counts on from more",
    { value: 100, uptime: DAY },
    { value: 900, uptime: 300 },
    "restarted",
    undefined,
  ],
  [
    "a counter that began anew",
    { value: 100, since: 0 },
    { value: 900, since: DAY },
    "discontinuity",
    undefined,
  ],
  [
    "an uptime that wrapped",
    { value: 100, uptime: WRAP - 500 },
    { value: 900, uptime: 500 },
    "ok",
    800,
  ],
  [
    "an agent without a clock",
    { value: 100, uptime: undefined },
    { value: 900, uptime: undefined },
    "ok",
    800,
  ],
  [
    "a counter that is another since",
    { value: 100 },
    { value: 900n },
    "new",
    undefined,
  ],
];

for (const [name, before, after, state, perSecond] of cases) {
  Deno.test(`counterRate() of ${name} is ${state}`, () => {
    const got = counterRate(...readings(before, after));
    assert.deepEqual([got.state, got.perSecond], [state, perSecond]);
  });
}

Deno.test("counterRate() of the first reading is new", () => {
  const [, after] = readings({}, {});
  assert.deepEqual(counterRate(undefined, after), {
    state: "new",
    delta: undefined,
    perSecond: undefined,
  });
});

Deno.test("counterRate() goes by the agent's clock from five seconds on", () => {
  const before = { value: 0, uptime: 0, at: 0 };
  const after = { value: 6000, uptime: 6000, at: 6100 };
  assert.equal(counterRate(before, after).perSecond, 1000);
});

Deno.test("hasRestarted() tells a start from a clock that is a little off", () => {
  assert.ok(!hasRestarted(DAY, DAY + 58_000, 60_000));
  assert.ok(!hasRestarted(DAY, DAY + 65_000, 60_000));
  assert.ok(hasRestarted(DAY, 55_000, 60_000));
  assert.ok(hasRestarted(300 * DAY, 30_000, 60_000));
  // It started right behind the first reading, and has been up for longer since.
  assert.ok(hasRestarted(20_000, 59_000, 60_000));
});

Deno.test("an agent that was up for a moment and restarts is seen", () => {
  assert.ok(hasRestarted(3000, 500, 1000));
  assert.ok(!hasRestarted(3000, 4010, 1000));
  assert.ok(!hasRestarted(2 ** 32 * 10 - 400, 600, 1000));
});
