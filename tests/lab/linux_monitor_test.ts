import assert from "node:assert/strict";
import type { MonitorEvent } from "../../lib/linux/monitor/event.ts";
import {
  type Monitor,
  monitor,
  type MonitorOptions,
} from "../../lib/linux/monitor.ts";
import { links } from "../../lib/linux/links.ts";
import { readRoutes } from "../../lib/linux/route_decode.ts";
import { DecodeError } from "../../lib/errors.ts";
import { Known } from "../../lib/linux/monitor/known.ts";
import {
  NetlinkSocket,
  readMessages,
  type Received,
} from "../../lib/linux/netlink.ts";
import { testUnless } from "../skip.ts";
import { becomes } from "./lab_place.ts";
import {
  inside,
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "./own_network.ts";

const reason = withoutNetworks();

/** All events until none has come for a while. */
async function collect(events: Monitor, quiet = 1000): Promise<MonitorEvent[]> {
  const found: MonitorEvent[] = [];
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const silence = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), quiet);
    });
    const next = events.next();
    const result = await Promise.race([next, silence]);
    clearTimeout(timer);
    if (result === undefined) {
      // The wait that goes on ends with the monitor.
      events.close();
      const last = await next;
      if (!last.done) found.push(last.value);
      return found;
    }
    if (result.done) return found;
    found.push(result.value);
  }
}

async function watched(
  network: OwnNetwork,
  options: MonitorOptions,
  commands: readonly string[],
): Promise<MonitorEvent[]> {
  const events = monitor({ ...options, namespace: network.namespace });
  for (const command of commands) network.run("ip", ...command.split(" "));
  return await collect(events);
}

function lines(events: readonly MonitorEvent[]): string[] {
  return events.map((event) =>
    event.kind === "lost" ? "lost" : `${event.type}: ${event}`
  );
}

testUnless(
  reason,
  "every kind of change is told, with what it is about",
  async () => {
    using network = ownNetwork();
    network.run("ip", "link", "set", "lo", "up");
    const events = await watched(network, { kinds: ["link"] }, [
      "link add name v0 type veth peer name v1",
      "link set v0 mtu 1400",
      "link set v0 name v2",
      "link del v2",
    ]);
    const told = events.map((event) => {
      assert.equal(event.kind, "link");
      return [event.change, event.subject.name, event.previous?.name];
    });
    const of = (name: string) => told.filter(([, now]) => now === name);
    assert.deepEqual(of("v1").map(([change]) => change), ["added", "removed"]);
    assert.deepEqual(of("v0").map(([change]) => change), ["added", "changed"]);
    assert.deepEqual(of("v2"), [
      ["changed", "v2", "v0"],
      ["removed", "v2", undefined],
    ]);
    const mtu = events.find(({ type }) => type === "link changed");
    assert.ok(mtu?.kind === "link");
    assert.equal(mtu.previous?.mtu, 1500);
    assert.equal(mtu.subject.mtu, 1400);
  },
);

testUnless(
  reason,
  "addresses, routes, neighbours and rules are told as their readers give them",
  async () => {
    using network = ownNetwork();
    network.run(
      "ip",
      ..."link add name v0 address 02:00:00:00:00:01 type veth peer name v1"
        .split(" "),
    );
    // Without addresses of their own, of which the kernel would tell later.
    for (const name of ["v1", "v0"]) {
      network.run("ip", "link", "set", name, "addrgenmode", "none", "up");
    }
    const areUp = () =>
      network.run("ip", "-br", "link", "show", "type", "veth")
        .match(/ UP /g)?.length === 2;
    assert.ok(await becomes(areUp));
    const events = await watched(network, {}, [
      "address add 192.0.2.1/24 dev v0",
      "route add 198.51.100.0/24 via 192.0.2.254",
      "route replace 198.51.100.0/24 via 192.0.2.253",
      "-6 route add 2001:db8::/32 dev v0 metric 7",
      "neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0",
      "neigh change 192.0.2.9 lladdr 02:00:00:00:00:0a dev v0",
      "rule add from 10.0.0.0/8 table 100 priority 50",
      "rule del priority 50",
      "neigh del 192.0.2.9 dev v0",
      "route del 198.51.100.0/24",
      "address del 192.0.2.1/24 dev v0",
    ]);
    const index = events.find(({ kind }) => kind === "address") as
      | { subject: { index: number } }
      | undefined;
    const n = index?.subject.index;
    const said = lines(events).filter((line) =>
      !/ROUTE\].*(?:table local|multicast|broadcast|fe80|ff00)/.test(line)
    );
    assert.deepEqual(
      said,
      [
        `address added: [ADDR] ${n}: v0 inet 192.0.2.1/24 scope global permanent`,
        "route added: [ROUTE] 192.0.2.0/24 dev v0 proto kernel scope link src 192.0.2.1",
        "route added: [ROUTE] 198.51.100.0/24 via 192.0.2.254 dev v0 proto boot",
        "route changed: [ROUTE] 198.51.100.0/24 via 192.0.2.253 dev v0 proto boot",
        "route added: [ROUTE] 2001:db8::/32 dev v0 proto boot metric 7",
        "neighbour added: [NEIGH] 192.0.2.9 dev v0 lladdr 02:00:00:00:00:09 PERMANENT",
        "neighbour changed: [NEIGH] 192.0.2.9 dev v0 lladdr 02:00:00:00:00:0a PERMANENT",
        "rule added: [RULE] 50: from 10.0.0.0/8 lookup 100",
        "rule removed: [RULE] Deleted 50: from 10.0.0.0/8 lookup 100",
        // So does the kernel: it fails, and then it goes.
        "neighbour changed: [NEIGH] 192.0.2.9 dev v0 FAILED",
        "neighbour removed: [NEIGH] Deleted 192.0.2.9 dev v0 FAILED",
        "route removed: [ROUTE] Deleted 198.51.100.0/24 via 192.0.2.253 dev v0 proto boot",
        `address removed: [ADDR] Deleted ${n}: v0 inet 192.0.2.1/24 scope global permanent`,
        "route removed: [ROUTE] Deleted 192.0.2.0/24 dev v0 proto kernel scope link src 192.0.2.1",
      ].map(String),
    );
    const route = events.find(({ type }) => type === "route changed");
    assert.ok(route?.kind === "route");
    assert.equal(`${route.previous?.via}`, "192.0.2.254");
  },
);

testUnless(
  reason,
  "routes that go with their link are told, though the kernel does not",
  async () => {
    using network = ownNetwork();
    for (
      const command of [
        "link add name v0 type veth peer name v1",
        "link set v1 up",
        "link set v0 up",
        "address add 192.0.2.1/24 dev v0",
        "route add 198.51.100.0/24 via 192.0.2.254",
      ]
    ) network.run("ip", ...command.split(" "));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const down = await watched(network, { kinds: "route" }, [
      "link set v0 down",
    ]);
    assert.ok(
      lines(down).some((line) => /removed: .* 198\.51\.100\.0\/24/.test(line)),
      lines(down).join("\n"),
    );
    network.run("ip", "link", "set", "v0", "up");
    const again = await watched(network, { kinds: "route" }, [
      "route add 198.51.100.0/24 via 192.0.2.254",
      "link del v0",
    ]);
    const of = lines(again).filter((line) => line.includes("198.51.100.0/24"));
    assert.deepEqual(of.map((line) => line.split(":")[0]), [
      "route added",
      "route removed",
    ]);
  },
);

testUnless(
  reason,
  "what was lost is said, and what is different then follows",
  async () => {
    using network = ownNetwork();
    const events = monitor({
      kinds: "route",
      namespace: network.namespace,
      receiveBuffer: 4096,
    });
    const count = 2000;
    const batch = await Deno.makeTempFile();
    await Deno.writeTextFile(
      batch,
      Array.from(
        { length: count },
        (_, n) => `route add 10.${n >> 8}.${n & 255}.0/24 dev lo\n`,
      ).join(""),
    );
    // Nobody reads while all of them are made.
    network.run("ip", "-batch", batch);
    await Deno.remove(batch);
    const found = await collect(events);
    assert.ok(found.some(({ kind }) => kind === "lost"));
    const added = new Set(
      found.filter(({ type }) => type === "route added").map((event) =>
        event.kind === "route" ? `${event.subject.to}` : ""
      ),
    );
    const there = inside(network, () => {
      using socket = NetlinkSocket.open();
      return readRoutes(socket, { family: 4 }).map(({ to }) => `${to}`);
    });
    assert.ok(there.length >= count);
    for (const to of there) assert.ok(added.has(to), to);
    assert.equal(
      found.filter(({ type }) => type === "route added").length,
      added.size,
      "none is told twice",
    );
  },
);

testUnless(
  reason,
  "a monitor's events add up to what the readers give in the end",
  async () => {
    using network = ownNetwork();
    const before = await links({ namespace: network.namespace });
    const state = new Map(before.map((link) => [link.index, link.name]));
    const events = await watched(network, { kinds: "link" }, [
      "link add name v0 type veth peer name v1",
      "link add name br0 type bridge",
      "link set v0 master br0",
      "link set v0 up",
      "link set v1 up",
      "link set br0 up",
      "link set v1 down",
      "link set v1 name other",
      "link set v0 nomaster",
      "link del br0",
    ]);
    for (const event of events) {
      assert.ok(event.kind === "link");
      const { index, name } = event.subject;
      assert.equal(state.has(index), event.change !== "added");
      if (event.change === "removed") state.delete(index);
      else state.set(index, name);
    }
    const after = await links({ namespace: network.namespace });
    assert.deepEqual(
      state,
      new Map(after.map((link) => [link.index, link.name])),
    );
    const master = events.filter(({ kind, type }) =>
      kind === "link" && type === "link changed"
    ).map((event) => event.kind === "link" ? event.subject.master : "");
    assert.ok(master.includes("br0"));
  },
);

testUnless(
  reason,
  "a loop that is left, a close and an abort end a monitor at once",
  async () => {
    using network = ownNetwork();
    const { namespace } = network;
    const add = (name: string) =>
      network.run("ip", "link", "add", "name", name, "type", "ifb");

    const left = monitor({ namespace, kinds: "link" });
    add("ifb7");
    for await (const event of left) {
      assert.equal(event.type, "link added");
      break;
    }
    assert.ok(left.closed);
    assert.deepEqual(await left.next(), { done: true, value: undefined });

    const start = performance.now();
    const controller = new AbortController();
    const aborted = monitor({
      namespace,
      kinds: "link",
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(), 20);
    for await (const event of aborted) assert.fail(`${event}`);

    const closed = monitor({ namespace, kinds: "link" });
    const two = [closed.next(), closed.next()];
    setTimeout(() => closed.close(), 20);
    assert.deepEqual(
      (await Promise.all(two)).map(({ done }) => done),
      [true, true],
    );

    const returned = monitor({ namespace, kinds: "link" });
    const pending = returned.next();
    await returned.return();
    assert.equal((await pending).done, true);
    assert.ok(performance.now() - start < 30_000, "none waits for an event");

    // Never looped over.
    monitor({ namespace }).close();
    assert.throws(
      () => monitor({ namespace, signal: AbortSignal.abort(new Error("no")) }),
      { message: "no" },
    );
    assert.throws(() => monitor({ kinds: "links" as never }), TypeError);
  },
);

testUnless(
  reason,
  "news that is cut short is a DecodeError at worst",
  () => {
    using network = ownNetwork();
    const heard: Uint8Array[] = [];
    inside(network, () => {
      using socket = NetlinkSocket.open(0, { groups: [1, 3, 5, 7, 9, 11] });
      const ip = (line: string) => network.run("ip", ...line.split(" "));
      ip("link add name v0 type veth peer name v1");
      ip("link set v0 up");
      ip("address add 192.0.2.1/24 dev v0");
      ip("neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v0");
      ip("link del v0");
      const take = ({ bytes, start, end }: Received) =>
        void heard.push(bytes.slice(start - 16, end));
      while (socket.receive(take));
    });
    assert.ok(heard.length > 8);
    const known = new Known(["link", "address", "route", "neighbour"]);
    for (const bytes of heard) {
      for (let n = 16; n <= bytes.length; n += 4) {
        const cut = bytes.slice(0, n);
        new DataView(cut.buffer).setUint32(0, n, true);
        readMessages(cut, (message) => {
          try {
            `${known.take(message)}`;
          } catch (error) {
            assert.ok(error instanceof DecodeError, `${error}`);
          }
        });
      }
    }
  },
);
