import assert from "node:assert/strict";
import fc from "fast-check";
import { NetError } from "../../lib/errors.ts";
import type { Operation } from "../../lib/linux/operations.ts";
import { NetlinkSocket } from "../../lib/linux/netlink.ts";
import { plan } from "../../lib/linux/plan.ts";
import { readState } from "../../lib/linux/state.ts";
import { testUnless } from "../skip.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "./own_network.ts";

const reason = withoutNetworks();

/** What a plan can change and undo, in a form that compares. */
function state(network: OwnNetwork): Record<string, string[]> {
  const { links, addresses, routes, rules, neighbours } = inside(
    network,
    () => {
      using socket = NetlinkSocket.open();
      return readState(socket);
    },
  );
  const names = (values: readonly unknown[]) =>
    values.map((value) => JSON.stringify(value)).sort();
  return {
    links: names(
      links.map((
        { name, kind, mtu, up, mac, master, group, alias, index },
      ) => ({
        name,
        kind,
        mtu,
        up,
        mac,
        master,
        group,
        alias,
        index,
      })),
    ),
    addresses: names(
      addresses.filter(({ scope }) => scope === "global").map((
        { address, prefixLength, device, label, metric },
      ) => ({ address, prefixLength, device, label, metric })),
    ),
    routes: names(
      routes.filter(({ to }) => to.family === 4).map((
        { to, via, device, table, metric, type, source, protocol },
      ) => ({ to, via, device, table, metric, type, source, protocol })),
    ),
    // Who made a rule, ip says of none.
    rules: names(rules.map((rule) => ({ ...rule, protocol: undefined }))),
    neighbours: names(
      neighbours.filter(({ state }) => state === "permanent").map((
        { address, mac, device },
      ) => ({ address, mac, device })),
    ),
  };
}

/** Two veth pairs, a bridge, addresses, routes, a rule and a neighbour. */
function furnished(): OwnNetwork {
  const network = ownNetwork();
  for (
    const command of [
      "link add name v0 type veth peer name w0",
      "link add name v1 type veth peer name w1",
      "link add name br0 type bridge",
      "link set w0 up",
      "link set w1 up",
      "link set br0 addrgenmode none up",
      "link set v0 addrgenmode none up",
      "link set v1 addrgenmode none up master br0",
      "address add 192.0.2.1/24 dev v0",
      "address add 10.0.0.1/8 dev br0",
      "route add 198.51.100.0/24 via 192.0.2.254",
      "route add 203.0.113.0/24 dev v0 metric 7 table 100",
      "rule add from 10.0.0.0/8 table 100 priority 50",
      "neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0",
    ]
  ) network.run("ip", ...command.split(" "));
  return network;
}

testUnless(
  reason,
  "a plan does what its commands do, and takes it back",
  async () => {
    using network = furnished();
    using twin = furnished();
    const { namespace } = network;
    const changes = plan({ namespace })
      .addLink({ name: "br1", kind: "bridge", mac: "02:00:00:00:00:b1" })
      .setLink("v1", { master: "br1", mtu: 1400, alias: "uplink" })
      .setLink("br1", { up: true })
      .addAddress({ address: "172.16.0.1/12", device: "br1" })
      .replaceRoute({ to: "198.51.100.0/24", via: "192.0.2.253" })
      .deleteAddress({ address: "10.0.0.1/8", device: "br0" })
      .addRule({ from: "172.16.0.0/12", table: 100, priority: 60 })
      .deleteNeighbour({ address: "192.0.2.9", device: "v0" })
      .deleteRule({ from: "10.0.0.0/8", table: 100, priority: 50 });
    const before = state(network);
    assert.equal((await changes.diff()).needed, true);
    await changes.apply({ apply: true });
    assert.ok(changes.applied);
    for (const command of changes.commands()) {
      const [program = "", ...words] = command.split(" ");
      twin.run(program, ...words);
    }
    const blind = (facts: ReturnType<typeof state>) =>
      JSON.stringify(facts).replace(
        /\\"mac\\":\\"(?!02:00:00:00:00)[\da-f:]{17}\\"/g,
        "",
      );
    assert.equal(blind(state(network)), blind(state(twin)));
    const diff = await changes.diff();
    assert.deepEqual(
      diff.filter(({ needed }) => needed).map(({ command }) => command),
      [],
    );
    await assert.rejects(changes.apply({ apply: true }), TypeError);
    assert.throws(() => changes.deleteLink("v0"), TypeError);
    await changes.rollback();
    assert.deepEqual(state(network), before);
    assert.ok(!changes.applied);
    await assert.rejects(changes.rollback(), TypeError);
  },
);

testUnless(
  reason,
  "a plan that fails in the middle leaves everything as it was, and says where",
  async () => {
    using network = furnished();
    const { namespace } = network;
    const before = state(network);
    const failing = plan({ namespace })
      .addAddress({ address: "172.16.0.1/12", device: "v0" })
      .setLink("v0", { mtu: 1300 })
      .addRoute({ to: "233.252.0.0/24", via: "8.8.8.8" })
      .deleteLink("br0");
    await assert.rejects(failing.apply({ apply: true }), (error) => {
      assert.ok(error instanceof NetError);
      assert.equal(error.code, "unreachable");
      assert.match(
        error.message,
        /^Cannot apply the plan: change 3 of 4, ip route add 233\.252\.0\.0\/24 via 8\.8\.8\.8, failed: .*; the 2 before it are undone/,
      );
      return true;
    });
    assert.deepEqual(state(network), before);
    assert.ok(!failing.applied);

    const exists = plan({ namespace }).addLink({ name: "v0", kind: "bridge" });
    await assert.rejects(exists.apply({ apply: true }), { code: "exists" });
    assert.deepEqual(state(network), before, "what was there stays there");

    const controller = new AbortController();
    const aborted = plan({ namespace })
      .setLink("v0", { mtu: 1200 }).setLink("v0", { mtu: 1201 });
    const applying = aborted.apply({
      apply: true,
      signal: controller.signal,
    });
    controller.abort(new Error("enough"));
    await assert.rejects(applying, { message: "enough" });
    assert.deepEqual(state(network), before);
  },
);

testUnless(
  reason,
  "a plan changes nothing that is not meant",
  async () => {
    using network = furnished();
    const before = state(network);
    const changes = plan({ namespace: network.namespace }).deleteLink("v0");
    await assert.rejects(changes.apply(), { code: "needs-apply" });
    assert.deepEqual(state(network), before);
  },
);

const device = fc.constantFrom("v0", "v1", "br0");
const n = fc.integer({ min: 2, max: 250 });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  n.map((n): Operation => ({
    op: "addLink",
    link: { name: `n${n}`, kind: "bridge" },
  })),
  fc.tuple(device, n).map(([device, n]): Operation => ({
    op: "setLink",
    device,
    change: { mtu: 1300 + n, alias: `a${n}`, group: n },
  })),
  fc.tuple(device, fc.constantFrom(null, "br0")).map((
    [device, master],
  ): Operation => ({
    op: "setLink",
    device: device === "br0" ? "v0" : device,
    change: { master },
  })),
  fc.constant<Operation>({ op: "deleteLink", device: "v0" }),
  device.map((device): Operation => ({
    op: "setLink",
    device,
    change: { up: false },
  })),
  fc.tuple(device, n).map(([device, n]): Operation => ({
    op: "addAddress",
    address: { address: `172.16.${n}.1/24`, device },
  })),
  fc.constant<Operation>({
    op: "deleteAddress",
    address: { address: "192.0.2.1/24", device: "v0" },
  }),
  n.map((n): Operation => ({
    op: "addRoute",
    route: { to: `100.64.${n}.0/24`, via: "192.0.2.254" },
  })),
  n.map((n): Operation => ({
    op: "replaceRoute",
    route: { to: "198.51.100.0/24", via: `192.0.2.${n}` },
  })),
  fc.constant<Operation>({
    op: "deleteRoute",
    route: { to: "203.0.113.0/24", table: 100, metric: 7 },
  }),
  n.map((n): Operation => ({
    op: "addRule",
    rule: { from: `172.16.${n}.0/24`, table: 100, priority: 100 + n },
  })),
  fc.constant<Operation>({
    op: "deleteRule",
    rule: { from: "10.0.0.0/8", table: 100, priority: 50 },
  }),
  fc.tuple(device, n).map(([device, n]): Operation => ({
    op: "replaceNeighbour",
    neighbour: {
      address: `192.0.2.${n}`,
      device,
      mac: "02:00:00:00:00:77",
      state: "permanent",
    },
  })),
);

testUnless(
  reason,
  "whatever a plan is, it is done whole or not at all, and can be taken back",
  async () => {
    let applied = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(operation, { minLength: 1, maxLength: 7 }),
        async (operations) => {
          using network = furnished();
          const { namespace } = network;
          const before = state(network);
          const changes = plan({ operations, namespace });
          try {
            await changes.apply({ apply: true });
          } catch (error) {
            assert.ok(error instanceof NetError, `${error}`);
            refused++;
            assert.notEqual(error.code, "half-done", error.message);
            assert.deepEqual(state(network), before, error.message);
            return;
          }
          applied++;
          await changes.rollback();
          assert.deepEqual(state(network), before);
        },
      ),
      { numRuns: 40, interruptAfterTimeLimit: 20_000 },
    );
    assert.ok(applied > 3 && refused > 3, `${applied} and ${refused}`);
  },
);
