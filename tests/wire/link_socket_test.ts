import assert from "node:assert/strict";
import { compileFilter } from "../../lib/ffi/libpcap.ts";
import { libc } from "../../lib/ffi/libc.ts";
import { Readiness } from "../../lib/ffi/readiness.ts";
import { address } from "../../lib/ip/address.ts";
import { hardwareAddress } from "../../lib/wire/link/hardware_address.ts";
import { LinkSocket } from "../../lib/wire/link/link_socket.ts";
import { SendBatch } from "../../lib/wire/link/send_batch.ts";
import type { Packet } from "../../lib/packet/packet.ts";
import { wayTo } from "../../lib/wire/link/way.ts";
import { becomes } from "../lab/lab_place.ts";
import {
  type OwnNetwork,
  ownNetwork,
  withoutNetworks,
} from "../lab/own_network.ts";
import { testUnless } from "../skip.ts";

const lacking = withoutNetworks();

/** Two networks and the cable between them, with its plugs in. */
async function pair(): Promise<{ a: OwnNetwork; b: OwnNetwork } & Disposable> {
  using stack = new DisposableStack();
  const [a, b] = [stack.use(ownNetwork()), stack.use(ownNetwork())];
  const there = `/proc/${Deno.pid}/fd/${b.namespace}`;
  a.run(
    ..."ip link add name e0 address 02:00:00:00:00:01 type veth peer name e1 address 02:00:00:00:00:02 netns"
      .split(" ") as [string],
    there,
  );
  for (const [network, name, last] of [[a, "e0", 1], [b, "e1", 2]] as const) {
    network.run("ip", "addr", "add", `10.0.0.${last}/24`, "dev", name);
    network.run("ip", "addr", "add", `fd00::${last}/64`, "dev", name, "nodad");
    network.run("ip", "link", "set", name, "up");
  }
  // The kernel takes up to a second to see that there is a carrier.
  for (const [network, name] of [[a, "e0"], [b, "e1"]] as const) {
    const isUp = () =>
      network.run("ip", "-br", "link", "show", name)
        .includes(" UP ");
    assert.ok(await becomes(isUp));
  }
  const kept = stack.move();
  return { a, b, [Symbol.dispose]: () => kept.dispose() };
}

testUnless(
  lacking,
  "the way to an address is the kernel's, and its hardware address is found",
  async () => {
    using networks = await pair();
    const { a, b } = networks;
    a.run("ip", "route", "add", "192.0.2.0/24", "via", "10.0.0.2");
    const options = { namespace: a.namespace };
    const way = wayTo(address("192.0.2.7"), options);
    assert.deepEqual(
      [way.interface, `${way.source}`, `${way.nextHop}`, way.mtu],
      ["e0", "10.0.0.1", "10.0.0.2", 1500],
    );
    const macOf = async (to: string, timeout = 10_000) => {
      const way = wayTo(address(to), { ...options, interface: "e0" });
      return (await hardwareAddress(way, { ...options, timeout }))?.toHex();
    };
    assert.equal(await macOf("192.0.2.7"), "020000000002", "by ARP");
    assert.equal(await macOf("fd00::2"), "020000000002", "by a solicitation");
    assert.equal(await macOf("10.0.0.9", 30), undefined, "nobody's");
    assert.equal(await macOf("10.0.0.255"), "ffffffffffff");
    assert.equal(await macOf("224.1.130.3"), "01005e018203");
    assert.equal(await macOf("ff02::1:3"), "333300010003");
    a.run(
      "ip",
      "neigh",
      "add",
      "10.0.0.9",
      "lladdr",
      "02:00:00:00:00:09",
      "dev",
      "e0",
    );
    assert.equal(await macOf("10.0.0.9"), "020000000009", "from the table");
    assert.equal(wayTo(address("10.0.0.1"), options).isLoopback, true);
    assert.throws(() => wayTo(address("203.0.113.1"), options), {
      code: "unreachable",
    });
    a.run("ip", "route", "add", "blackhole", "203.0.113.0/24");
    assert.throws(() => wayTo(address("203.0.113.1"), options));
    b.run("ip", "link", "set", "e1", "down");
  },
);

testUnless(
  lacking,
  "a frame is received as it was sent, with its tag, its time and its cut",
  async () => {
    using networks = await pair();
    const { a, b } = networks;
    using from = LinkSocket.open("e1", {
      receive: false,
      namespace: b.namespace,
    });
    using to = LinkSocket.open("e0", {
      namespace: a.namespace,
      direction: "in",
    });
    using cut = LinkSocket.open("e0", {
      namespace: a.namespace,
      filter: compileFilter("ether proto 0x88b5"),
      snapLength: 20,
    });
    const plain = new Uint8Array(64).fill(7);
    plain.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5]);
    const tagged = new Uint8Array(68).fill(9);
    tagged.set([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0x20, 5, 8, 6]);
    const batch = new SendBatch(2);
    assert.ok(batch.add(plain) && batch.add(tagged) && !batch.add(plain));
    const before = Date.now();
    assert.equal(from.sendBatch(batch), 2);
    const packets: Packet[] = [];
    while (packets.length < 2) {
      assert.ok(await to.wait());
      const count = to.receive();
      for (let i = 0; i < count; i++) {
        // The kernel looks for routers of its own accord.
        const packet = to.packet(i);
        if (packet.ipv6 === undefined) packets.push(packet);
      }
    }
    assert.deepEqual(packets.map(({ bytes }) => bytes.toHex()), [
      plain.toHex(),
      tagged.toHex(),
    ]);
    assert.equal(packets[1]!.vlan?.id, 5);
    assert.equal(packets[0]!.interface, "e0");
    const at = packets[0]!.time!;
    assert.ok(at > before - 50 && at < Date.now() + 50, `${at}`);
    assert.equal(cut.receive(), 1);
    assert.deepEqual([cut.end(0) - cut.start(0), cut.length(0)], [20, 64]);
  },
);

testUnless(lacking, "what went wrong with an interface is said", async () => {
  using networks = await pair();
  const { a } = networks;
  const { namespace } = a;
  assert.throws(() => LinkSocket.open("e7", { namespace }), {
    code: "not-found",
  });
  using socket = LinkSocket.open("e0", { namespace });
  const waiting = socket.wait();
  a.run("ip", "link", "del", "e0");
  assert.equal(await waiting, true);
  assert.throws(() => socket.receive(), { op: "listen on", target: "e0" });
  assert.throws(() => compileFilter("tcp prt 80"), /syntax error/);
});

testUnless(
  lacking,
  "a wait ends at once when its socket is closed, and a hundred take one thread",
  async () => {
    const pipes = new Int32Array(2);
    const waits: Promise<boolean>[] = [];
    using stack = new DisposableStack();
    const threads = () =>
      Number(
        /Threads:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1],
      );
    const before = threads();
    for (let i = 0; i < 100; i++) {
      libc().pipe2(new Uint8Array(pipes.buffer), 0);
      const [read, write] = pipes;
      stack.defer(() => [read, write].forEach((fd) => libc().close(fd!)));
      const readiness = stack.use(new Readiness(read!));
      waits.push(readiness.readable());
      if (i === 50) libc().write(write!, new Uint8Array(1), 1);
    }
    assert.equal(await Promise.race(waits), true);
    assert.ok(threads() <= before + 2, `${before}, then ${threads()}`);
    stack.dispose();
    const ends = await Promise.all(waits);
    assert.deepEqual(ends.filter(Boolean).length, 1);
  },
);
