import assert from "node:assert/strict";
import type { State } from "../../../lib/linux/kernel_state.ts";
import type { Operation } from "../../../lib/linux/operation.ts";
import { plan } from "../../../lib/linux/plan.ts";
import { PlanDiff } from "../../../lib/linux/plan/diff.ts";
import { undoOf } from "../../../lib/linux/plan/undo.ts";
import { parse } from "../../../lib/ip/address.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

const NOTHING: State = {
  links: [],
  addresses: [],
  routes: [],
  rules: [],
  neighbours: [],
  qdiscs: [],
};

const SOME: State = {
  ...NOTHING,
  links: [{
    index: 2,
    name: "eth0",
    type: "ether",
    up: true,
    state: "UP",
    flags: ["UP", "MULTICAST"],
    mtu: 1500,
    altNames: ["lan"],
  }],
  addresses: [{
    family: 4,
    address: parse("192.0.2.1"),
    prefixLength: 24,
    subnet: subnet("192.0.2.0/24"),
    device: "eth0",
    index: 2,
    scope: "global",
    flags: ["permanent"],
    validSeconds: Infinity,
    preferredSeconds: Infinity,
  }],
  routes: [{
    family: 4,
    to: subnet("0.0.0.0/0"),
    type: "unicast",
    table: 254,
    protocol: "static",
    scope: "global",
    metric: 0,
    via: parse("192.0.2.254"),
    device: "eth0",
    index: 2,
    flags: [],
  }],
};

Deno.test("a plan is its commands, in order, and changes nothing by itself", () => {
  const changes = plan()
    .addLink({ name: "br0", kind: "bridge" })
    .setLink("eth0", { master: "br0" })
    .setLink("br0", { up: true })
    .addAddress({ address: "192.0.2.1/24", device: "br0" })
    .addRoute({ to: "default", via: "192.0.2.254" })
    .addRule({ from: "10.0.0.0/8", table: 100 })
    .addNeighbour({
      address: "192.0.2.9",
      device: "br0",
      mac: "02:00:00:00:00:09",
    })
    .deleteLink("old0");
  assert.equal(changes.operations.length, 8);
  assert.deepEqual(changes.commands().slice(0, 4), [
    "ip link add name br0 type bridge",
    "ip link set dev eth0 master br0",
    "ip link set dev br0 up",
    "ip address add 192.0.2.1/24 dev br0",
  ]);
  assert.equal(`${changes}`, changes.commands().join("\n"));
  assert.equal(changes.applied, false);
  assert.match(
    Deno.inspect(changes),
    /^plan of 8 changes, not applied\n {2}ip link add name br0 type bridge\n/,
  );
  // What is written to JSON begins another plan.
  const again = plan({ operations: JSON.parse(JSON.stringify(changes)) });
  assert.deepEqual(again.commands(), changes.commands());
});

Deno.test("a plan for this machine wants to be meant", async () => {
  const changes = plan().setLink("eth0", { up: false });
  await assert.rejects(changes.apply(), {
    code: "needs-apply",
    message: /ip link set dev eth0 down.*apply: true/,
  });
  await assert.rejects(changes.apply({ apply: true }), {
    code: "not-permitted",
  });
  assert.equal(changes.applied, false);
  await assert.rejects(changes.rollback(), TypeError);
  const reason = new Error("no");
  await assert.rejects(
    changes.apply({ apply: true, signal: AbortSignal.abort(reason) }),
    reason,
  );
});

Deno.test("diff tells what is so already", () => {
  const cases: [Operation, boolean][] = [
    [{ op: "addLink", link: { name: "eth0", kind: "bridge" } }, false],
    [{ op: "addLink", link: { name: "br0", kind: "bridge" } }, true],
    [{ op: "deleteLink", device: "br0" }, false],
    [{ op: "deleteLink", device: "lan" }, true],
    [{ op: "setLink", device: 2, change: { up: true, mtu: 1500 } }, false],
    [{ op: "setLink", device: "eth0", change: { mtu: 1400 } }, true],
    [{ op: "setLink", device: "eth0", change: { master: null } }, false],
    [
      {
        op: "addAddress",
        address: { address: "192.0.2.1/24", device: "eth0" },
      },
      false,
    ],
    [
      { op: "addAddress", address: { address: "192.0.2.1/24", device: 2 } },
      false,
    ],
    [
      {
        op: "addAddress",
        address: { address: "192.0.2.1/25", device: "eth0" },
      },
      true,
    ],
    [
      {
        op: "deleteAddress",
        address: { address: "192.0.2.1/24", device: "eth0" },
      },
      true,
    ],
    [
      { op: "addRoute", route: { to: "default", via: "192.0.2.254" } },
      false,
    ],
    [
      { op: "addRoute", route: { to: "0.0.0.0/0", via: "192.0.2.254" } },
      false,
    ],
    [
      { op: "replaceRoute", route: { to: "default", via: "192.0.2.253" } },
      true,
    ],
    [
      {
        op: "addRoute",
        route: { to: "default", via: "192.0.2.254", table: 7 },
      },
      true,
    ],
    [{ op: "deleteRoute", route: { to: "198.51.100.0/24" } }, false],
    [{ op: "addRule", rule: { from: "10.0.0.0/8", table: 7 } }, true],
  ];
  const diff = PlanDiff.compare(cases.map(([operation]) => operation), SOME);
  assert.deepEqual(
    diff.map(({ command, needed }) => [command, needed]),
    cases.map(([, needed], i) => [diff[i]!.command, needed]),
  );
  assert.ok(diff.needed);
  assert.ok(!diff.filter(({ needed }) => !needed).needed);
  assert.match(Deno.inspect(diff), /is so +ip link add name eth0/);
});

Deno.test("undoing brings back what the kernel dropped of itself", () => {
  const operation = {
    op: "deleteAddress",
    address: { address: "192.0.2.1/24", device: "eth0" },
  } as const;
  const undo = undoOf(operation, SOME, { ...SOME, addresses: [], routes: [] });
  assert.deepEqual(undo.map(({ op }) => op), [
    "replaceAddress",
    "replaceRoute",
  ]);
  // A bridge's MTU follows its ports'.
  const bridge = { ...SOME.links[0]!, name: "br0", index: 3 };
  const follows = undoOf(
    { op: "setLink", device: "eth0", change: { mtu: 1400 } },
    { ...SOME, links: [...SOME.links, bridge] },
    { ...SOME, links: [...SOME.links, { ...bridge, mtu: 1400 }] },
  );
  assert.deepEqual(follows.at(-1), {
    op: "setLink",
    device: "br0",
    change: { mtu: 1500, up: true },
  });
});
