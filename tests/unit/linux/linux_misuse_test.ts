/**
 * What a caller of `net.linux` gets wrong is told before the kernel is asked:
 * without permissions, as here, whatever comes later is another error.
 *
 * @module
 */

import assert from "node:assert/strict";
import * as linux from "../../../lib/linux/mod.ts";

/** Nothing is allowed, so that a check that fails one day does no harm here. */
function barred(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, permissions: "none", fn });
}

/** A value of a type that only JavaScript lets through. */
function wrong<T>(value: unknown): T {
  return value as T;
}

/** A reader, an option that it does not have, and what its error must say. */
const READERS: readonly [
  string,
  (options: never) => unknown,
  object,
  RegExp,
][] = [
  ["links", linux.links, { name: "lo" }, /filter\(\{?/],
  ["addresses", linux.addresses, { device: "lo" }, /filter/],
  ["routes", linux.routes, { tabel: 5 }, /did you mean "table"/],
  ["rules", linux.rules, { netns: "x" }, /Try: namespace/],
  ["neighbours", linux.neighbours, { interface: "lo" }, /filter/],
  ["qdiscs", linux.qdiscs, { device: "lo" }, /filter/],
  ["sockets", linux.sockets, { listening: true }, /states: "listening"/],
  ["monitor", linux.monitor, { kind: "link" }, /did you mean "kinds"/],
  ["dnsConfig", linux.dnsConfig, { path: "/" }, /no option: root/],
  ["plan", linux.plan, { operation: [] }, /did you mean "operations"/],
  ["route", (o) => linux.route("192.0.2.1", o), { device: "lo" }, /Try: oif/],
];

for (const [name, call, mistyped, message] of READERS) {
  barred(`${name}() refuses an option that it does not have`, async () => {
    const attempt = (options: unknown) => async () =>
      await call(wrong<never>(options));
    await assert.rejects(attempt(mistyped), { name: "TypeError", message });
    for (const options of [null, 5, "x", [{ op: "deleteLink", device: 1 }]]) {
      await assert.rejects(attempt(options), {
        name: "TypeError",
        message: /its options must be an object/,
      });
    }
  });
}

const MEANT = { apply: true };

/** Changes that would do something else, or nothing, and what their error must say. */
const CHANGES: readonly [RegExp, () => Promise<void>][] = [
  [
    /Cannot set link as "state" is no option\. Try: up/,
    () => linux.setLink("nowhere0", wrong({ state: "down" }), MEANT),
  ],
  [
    /'up' must be true or false: current value is "no"/,
    () => linux.setLink("nowhere0", { up: wrong("no") }, MEANT),
  ],
  [
    /'change' must be an object: current value is "up"/,
    () => linux.setLink("nowhere0", wrong("up"), MEANT),
  ],
  [
    /'device' must be an interface's name or number/,
    () => linux.deleteLink(wrong({ name: "nowhere0" }), MEANT),
  ],
  [
    /'mtu' must be a whole number, 0 or more: current value is "1400"/,
    () =>
      linux.addLink({ name: "x", kind: "bridge", mtu: wrong("1400") }, MEANT),
  ],
  [/'kind' must be given/, () => linux.addLink(wrong({ name: "x" }), MEANT)],
  [
    /Cannot add address as 'device' must be given/,
    () => linux.addAddress(wrong({ address: "192.0.2.1/24" }), MEANT),
  ],
  [
    /"dev" is no option\. Try: device/,
    () => linux.addAddress(wrong({ address: "192.0.2.1/24", dev: "x" }), MEANT),
  ],
  [
    /"gateway" is no option\. Try: via/,
    () => linux.addRoute(wrong({ to: "default", gateway: "192.0.2.1" }), MEANT),
  ],
  [
    /'table' must be a whole number from 0 to 4294967295: current value is "main"/,
    () => linux.addRoute({ to: "default", table: wrong("main") }, MEANT),
  ],
  [
    /with 'nextHops' as "gateway" is no option\. Try: via/,
    () =>
      linux.addRoute({
        to: "default",
        nextHops: wrong([{ gateway: "192.0.2.1" }]),
      }, MEANT),
  ],
  [
    /with 'metrics' as "mtuu" is no option: did you mean "mtu"/,
    () => linux.addRoute({ to: "default", metrics: wrong({ mtuu: 5 }) }, MEANT),
  ],
  [
    /'preference' must be "low", "medium" or "high"/,
    () => linux.addRoute({ to: "default", preference: wrong("x") }, MEANT),
  ],
  // Modulo 256 they would be others.
  [
    /'scope' must be a name or a number from 0 to 255: current value is 999/,
    () => linux.addRoute({ to: "default", scope: 999 }, MEANT),
  ],
  [
    /'weight' must be a whole number from 1 to 256: current value is 300/,
    () => linux.addRoute({ to: "default", weight: 300 }, MEANT),
  ],
  [
    /'mark' must be a whole number from 0 to 4294967295/,
    () => linux.addRule({ mark: 2 ** 32 }, MEANT),
  ],
  // The first rule of all would go, by which this machine finds itself.
  [/'rule' must say which/, () => linux.deleteRule({}, MEANT)],
  [/'rule' must be an object/, () => linux.deleteRule(wrong("x"), MEANT)],
  [
    /"pref" is no option\. Try: priority/,
    () => linux.deleteRule(wrong({ pref: 5 }), MEANT),
  ],
  [
    /'srcPort' must be a port's number, or the first and the last/,
    () => linux.addRule({ srcPort: 70_000 }, MEANT),
  ],
  [
    /with 'netem' as 'loss' must be a share from 0 to 1: current value is 50/,
    () =>
      linux.addQdisc({ device: 1, kind: "netem", netem: { loss: 50 } }, MEANT),
  ],
  [
    /with 'netem' as "dely" is no option: did you mean "delay"/,
    () =>
      linux.addQdisc({
        device: 1,
        kind: "netem",
        netem: wrong({ dely: 5 }),
      }, MEANT),
  ],
  [
    /'proxy' must be true or false/,
    () =>
      linux.addNeighbour({
        address: "192.0.2.1",
        device: 1,
        proxy: wrong("no"),
      }, MEANT),
  ],
];

barred("a change that says what nobody reads is not made", async () => {
  for (const [message, change] of CHANGES) {
    await assert.rejects(change, (error: Error) => {
      assert.ok(error instanceof TypeError || error instanceof RangeError);
      assert.match(error.message, message);
      return true;
    });
  }
});

barred("an option of a change that is none does not let it pass", async () => {
  const down = {
    op: "setLink",
    device: "nowhere0",
    change: { up: false },
  } as const;
  for (
    const [options, message] of [
      [{ aply: true }, /did you mean "apply"/],
      [{ apply: true, dryRun: true }, /Try: net\.linux\.plan\(\)/],
      [{ apply: "yes" }, /'apply' must be true or false/],
      ["apply", /its options must be an object/],
    ] as const
  ) {
    const error = { name: "TypeError", message };
    await assert.rejects(linux.change(down, wrong(options)), error);
    const plan = linux.plan({ operations: [down] });
    await assert.rejects(plan.apply(wrong(options)), error);
  }
  await assert.rejects(linux.plan().diff(wrong({ apply: true })), TypeError);
});

barred("an operation that is none is told when it is planned", () => {
  for (
    const [operation, message] of [
      [undefined, /'operation' must be an object/],
      ["addLink", /'operation' must be an object/],
      [{}, /'op' must be one of addLink/],
      [{ op: "addlink" }, /did you mean addLink\?.*"addlink"/],
      [
        { op: "addLink" },
        /'link' must be an object: current value is undefined/,
      ],
      [{ op: "deleteLink" }, /'device' must be an interface/],
      [{ op: "deleteLink", device: 1, dev: 2 }, /"dev" is no option/],
    ] as const
  ) {
    const one = wrong<linux.Operation>(operation);
    const error = { name: "TypeError", message };
    assert.throws(() => linux.plan({ operations: [one] }), error);
    assert.throws(() => linux.plan().add(one), error);
    assert.throws(() => linux.operationCommand(one), error);
  }
  assert.throws(() => linux.plan({ operations: wrong({}) }), {
    name: "TypeError",
    message: /'operations' must be a list of changes/,
  });
});

barred("numbers and lists that are none are not taken for others", async () => {
  await assert.rejects(linux.routes({ family: wrong("4") }), /4 or 6/);
  await assert.rejects(linux.sockets({ states: wrong(5) }), /'states' must be/);
  await assert.rejects(linux.sockets({ protocol: wrong(5) }), TypeError);
  assert.throws(() => linux.monitor({ kinds: wrong(5) }), /'kinds' must be/);
  assert.throws(() => linux.monitor({ receiveBuffer: -1 }), RangeError);
  await assert.rejects(
    linux.route("192.0.2.1", { mark: wrong("5") }),
    /'mark' must be a whole number/,
  );
  await assert.rejects(linux.links({ signal: wrong(5) }), /an AbortSignal/);
  await assert.rejects(linux.links({ namespace: wrong({}) }), /'namespace'/);
});

barred("what is no text is not parsed", () => {
  for (
    const parse of [
      linux.parseHostsFile,
      linux.parseNsswitch,
      linux.parseResolvConf,
      linux.parseSs,
      (text: string) => linux.parseResolvectl(text, ""),
    ]
  ) {
    for (const text of [undefined, null, 5, new Uint8Array(3)]) {
      assert.throws(() => parse(wrong<string>(text)), {
        name: "TypeError",
        message: /must be a text: current value is/,
      });
    }
  }
});
