import assert from "node:assert/strict";
import { NetError } from "../../lib/errors.ts";
import * as udp from "../../lib/socket/udp.ts";
import { python } from "../python.ts";
import { testUnless } from "../skip.ts";
import { lacks, NO_IPV6, NO_PYTHON, sleep, until } from "./conditions.ts";
import { NO_KERNEL, RUNTIME, test } from "./udp_tiers.ts";

const SIZES = [0, 1, 1472, 1473, 65_507];

/** Asks an echo server: datagrams of these sizes must come back as they were. */
const CLIENT = `
import json, socket, sys
job = json.load(sys.stdin)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(("127.0.0.1", job["port"]))
back = []
for n in job["sizes"]:
    data = bytes(i % 251 for i in range(n))
    s.send(data)
    back.append(s.recv(65536) == data)
json.dump(back, sys.stdout)
`;

/** Says where it is, then sends back so many datagrams. */
const SERVER = `
import json, socket, sys
job = json.load(sys.stdin)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.bind(("127.0.0.1", 0))
s.sendto(b"here", ("127.0.0.1", job["port"]))
for _ in range(job["count"]):
    data, peer = s.recvfrom(65536)
    s.sendto(data, peer)
json.dump("done", sys.stdout)
`;

test("Python's socket is a client of ours, up to 65,507 octets", async () => {
  await using server = await udp.serve({}, udp.echo);
  const { port } = server.address;
  assert.deepEqual(
    await python<boolean[]>(CLIENT, { port, sizes: SIZES }),
    SIZES.map(() => true),
  );
  assert.equal(server.received, SIZES.length);
}, NO_PYTHON);

test("Python's socket is a server of ours, up to 65,507 octets", async () => {
  await using meeting = await udp.open();
  const { port } = meeting.address;
  const done = python<string>(SERVER, { port, count: SIZES.length });
  const { from } = await meeting.receive({ timeout: 5000 });
  await using socket = await udp.connect(from);
  for (const size of SIZES) {
    const data = Uint8Array.from({ length: size }, (_, i) => i % 253);
    await socket.send(data);
    const answer = await socket.receive({ timeout: 5000 });
    assert.deepEqual(answer.data, data);
    assert.deepEqual(answer.from, from);
  }
  assert.equal(await done, "done");
}, NO_PYTHON);

test("a connected socket hears its peer alone, and sends to no other", async () => {
  await using peer = await udp.open();
  await using stranger = await udp.open();
  await using socket = await udp.connect(peer.address);
  assert.deepEqual(socket.remote, peer.address);
  await stranger.send("not for you", socket.address);
  await peer.send("for you", socket.address);
  assert.equal((await socket.receive({ timeout: 5000 })).text(), "for you");
  await assert.rejects(socket.receive({ timeout: 20 }), { code: "timeout" });
  await socket.send("a");
  await socket.send("b", peer.address);
  const heard = [await peer.receive(), await peer.receive()];
  assert.deepEqual(heard.map((one) => one.text()), ["a", "b"]);
  await assert.rejects(socket.send("x", stranger.address), {
    name: "TypeError",
    message: /'to' must be 127\.0\.0\.1:\d+ or nothing/,
  });
  await assert.rejects(peer.send("x"), TypeError);
  assert.match(Deno.inspect(socket), /UDP 127\S+ → 127\S+ open, 2 sent/);
  assert.equal(socket.toJSON().remote, `${peer.address}`);
});

test("a request is sent again until an answer matches, and no longer", async () => {
  let heard = 0;
  await using server = await udp.serve({}, async (datagram, socket) => {
    if (++heard < 3) return;
    await socket.send("late", datagram.from);
    await socket.send(`${datagram.text()}!`, datagram.from);
  });
  const { address } = server;
  const answer = await udp.request(address, "who", {
    timeout: 700,
    match: (datagram) => datagram.text().startsWith("who"),
  });
  assert.equal(answer.text(), "who!");
  assert.equal(heard, 3);
  await using deaf = await udp.open();
  await assert.rejects(
    udp.request(deaf.address, "x", { timeout: 20, retry: 1 }),
    {
      code: "timeout",
      message:
        /Cannot get an answer from 127\S+: no answer within 20 ms to any of 2 datagrams/,
    },
  );
  await until(() => deaf.received === 2);
  const reason = new Error("stop");
  const controller = new AbortController();
  const waiting = udp.request(deaf.address, "x", { signal: controller.signal });
  setTimeout(() => controller.abort(reason), 5);
  await assert.rejects(waiting, reason);
  await assert.rejects(udp.request(address, "x", { retry: -1 }), RangeError);
  await assert.rejects(udp.request(address, "x", { timeout: NaN }), RangeError);
});

test("sendAll() keeps the order and stops at what is too long", async () => {
  await using sink = await udp.open({ queue: 2000 });
  await using source = await udp.open();
  const list = Array.from({ length: 100 }, (_, i) => `${i}`);
  await source.sendAll(list, sink.address);
  const seen: string[] = [];
  while (seen.length < list.length) {
    const some = await sink.receiveAll({ timeout: 5000 });
    assert.ok(some.length >= 1);
    seen.push(...some.map((one) => one.text()));
  }
  assert.deepEqual(seen, list);
  assert.equal(source.sent, 100);
  await assert.rejects(
    source.sendAll(["a", "", new Uint8Array(70_000), "c"], sink.address),
    { code: "too-large" },
  );
  assert.ok(source.sent >= 102);
  await source.sendAll([], sink.address);
  await source.close();
  await assert.rejects(source.sendAll(["x"], sink.address), { code: "closed" });
});

test("sends in flight keep their order, and each its own error", async () => {
  await using sink = await udp.open({ queue: 2000 });
  await using source = await udp.open();
  const sends = Array.from(
    { length: 150 },
    (_, i) =>
      source.send(i === 70 ? new Uint8Array(70_000) : `${i}`, sink.address),
  );
  const results = await Promise.allSettled(sends);
  const refused = results.flatMap(({ status }, i) =>
    status === "rejected" ? [i] : []
  );
  assert.deepEqual(refused, [70]);
  await until(() => sink.received === 149);
  const seen = (await sink.receiveAll()).map((one) => Number(one.text()));
  assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
});

test("options are set and read by name; what is none is refused", async () => {
  await using socket = await udp.open({
    options: { ttl: 9, multicastTtl: 3, multicastLoopback: false },
  });
  const { options } = socket;
  assert.deepEqual([
    options.get("ttl"),
    options.get("multicastTtl"),
    options.get("multicastLoopback"),
    options.get("broadcast"),
  ], [9, 3, false, false]);
  options.set({ broadcast: true, receiveBuffer: 65_536 });
  assert.equal(options.get("broadcast"), true);
  assert.equal(options.get("receiveBuffer"), 131_072, "the kernel doubles it");
  assert.equal(options.all().ttl, 9);
  assert.match(Deno.inspect(options), /multicastTtl +3/);
  assert.throws(() => options.set({ ttl: 0 }), {
    name: "RangeError",
    message: /'value' must be an integer from 1 to 255: current value is 0/,
  });
  assert.throws(() => options.set({ broadcast: 1 as never }), TypeError);
  assert.throws(
    () => options.set({ tll: 1 } as never),
    /must be one of broadcast/,
  );
  assert.throws(() => options.set({ reusePort: true }), TypeError);
  assert.throws(() => options.get("tll" as never), TypeError);
  await assert.rejects(udp.open({ options: { ttl: 300 } }), RangeError);
  await socket.close();
  assert.throws(() => options.set({ ttl: 1 }));
});

test("a broadcast takes the option, and says so", async () => {
  await using socket = await udp.open();
  await assert.rejects(socket.send("x", "127.255.255.255:9"), {
    name: "PermissionError",
    message: /broadcast.*Try: socket\.options\.set\(\{ broadcast: true \}\)/,
  });
  socket.options.set({ broadcast: true });
  await socket.send("x", "127.255.255.255:9");
}, lacks("127.255.255.255"));

test("a group of no multicast address, or the other family, is refused", async () => {
  await using socket = await udp.open();
  for (const group of ["127.0.0.1", "ff02::1", "240.0.0.1"]) {
    assert.throws(() => socket.join(group), {
      name: "TypeError",
      message: /'group' must be an IPv4 multicast address/,
    });
  }
  const at = { interface: "127.0.0.1" };
  assert.throws(() => socket.join("232.1.1.1", { source: "::1" }), TypeError);
  socket.join("239.1.2.3", at);
  assert.deepEqual(socket.groups.map(({ group }) => `${group}`), ["239.1.2.3"]);
  socket.leave("239.1.2.3", at);
  assert.deepEqual(socket.groups, []);
  assert.throws(() => socket.leave("239.1.2.3", at), NetError);
});

Deno.test({
  name: "the runtime's sockets say what takes --allow-ffi",
  permissions: RUNTIME,
  async fn() {
    await using socket = await udp.open();
    for (
      const attempt of [
        () => socket.options.set({ dscp: 46 }),
        () => socket.options.get("tos"),
        () => socket.join("239.1.2.3", { interface: "lo" }),
      ]
    ) {
      assert.throws(attempt, { code: "unsupported", hint: /--allow-ffi/ });
    }
    for (
      const options of [
        { facts: true },
        { offload: true },
        { namespace: 3 },
        { options: { reusePort: true } },
      ]
    ) {
      await assert.rejects(udp.open(options), { code: "unsupported" });
    }
  },
});

testUnless(
  NO_KERNEL,
  "a closed port is refused: by send, receive and request",
  async () => {
    for (
      const host of NO_IPV6 === undefined ? ["127.0.0.1", "::1"] : ["127.0.0.1"]
    ) {
      const gone = await udp.open({ hostname: host });
      const { address } = gone;
      await gone.close();
      const expected = {
        name: "NetError",
        code: "refused",
        message:
          /nothing receives on UDP port \d+ there, says (127\.0\.0\.1|::1)\. Try: ss -lun/,
      };
      await using socket = await udp.connect(address);
      await socket.send("a");
      await assert.rejects(socket.receive({ timeout: 5000 }), expected);
      await socket.send("b");
      await assert.rejects(socket.send("c"), expected);
      await assert.rejects(socket.receive({ timeout: 10 }), {
        code: "timeout",
      });
      const start = performance.now();
      await assert.rejects(
        udp.request(address, "x", { timeout: 60_000 }),
        expected,
      );
      assert.ok(performance.now() - start < 30_000, "at once");
    }
  },
);

testUnless(NO_KERNEL, "facts say how a datagram came", async () => {
  await using sink = await udp.open({ facts: true });
  await using source = await udp.open({ options: { ttl: 7, dscp: 46 } });
  assert.equal(source.options.get("tos"), 184);
  const before = Date.now();
  await source.send("x", sink.address);
  const datagram = await sink.receive({ timeout: 5000 });
  const { to, time, ...rest } = datagram.facts!;
  assert.deepEqual(rest, { interface: "lo", ttl: 7, tos: 184, lost: 0 });
  assert.equal(`${to}`, "127.0.0.1");
  assert.ok(time! > before - 50 && time! < Date.now() + 50);
  assert.match(Deno.inspect(datagram), /from 127\.0\.0\.1:\d+ by lo "x"$/);
  assert.deepEqual(
    JSON.parse(JSON.stringify(datagram)).facts.interface,
    "lo",
  );
});

testUnless(
  NO_KERNEL,
  "of a flood each datagram is received or counted as dropped",
  async () => {
    const COUNT = 20_000;
    await using sink = await udp.open({
      facts: true,
      queue: 100,
      options: { receiveBuffer: 16_384 },
    });
    await using source = await udp.open({ offload: true });
    const list = Array<Uint8Array>(COUNT).fill(new Uint8Array(500));
    await source.sendAll(list, sink.address);
    await until(() => sink.received + sink.dropped === COUNT);
    assert.ok(sink.received <= 100, "no more than may wait");
    await sink.receiveAll();
    await source.send("after", sink.address);
    const { facts } = await sink.receive({ timeout: 5000 });
    assert.ok(facts!.lost > COUNT / 2, `${facts!.lost} lost in the kernel`);
    const { dropped } = sink;
    await sink.close();
    assert.equal(sink.dropped, dropped, "after closing too");
  },
);

testUnless(
  NO_KERNEL,
  "offload joins and cuts: what arrives is what was sent",
  async () => {
    await using sink = await udp.open({
      offload: true,
      queue: 5000,
      options: { receiveBuffer: 4 << 20 },
    });
    await using source = await udp.open({ offload: true });
    const sizes = [5, 5, 5, 3, 9, 0, 0, 9, 9, 40_000, 40_000, 65_507, 1, 1];
    const list = [
      ...sizes.map((size, i) => new Uint8Array(size).fill(i)),
      ...Array.from({ length: 1000 }, (_, i) => new Uint8Array(20).fill(i)),
    ];
    await source.sendAll(list, sink.address);
    const seen: Uint8Array[] = [];
    while (seen.length < list.length) {
      const some = await sink.receiveAll({ timeout: 5000 });
      seen.push(...some.map(({ data }) => data));
    }
    assert.deepEqual(seen, list);
    assert.equal(sink.dropped, 0);
  },
);

testUnless(NO_KERNEL, "sockets that say reusePort share a port", async () => {
  const options = { reusePort: true };
  await using a = await udp.open({ options });
  await using b = await udp.open({ ...a.address.toJSON(), options });
  await assert.rejects(udp.open(a.address), { code: "in-use" });
  for (let i = 0; i < 64; i++) {
    await using source = await udp.open();
    await source.send("x", a.address);
  }
  await until(() => a.received + b.received === 64);
  assert.ok(a.received > 0 && b.received > 0);
});

testUnless(
  NO_KERNEL,
  "closing ends what waits, and permissions hold for targets",
  async () => {
    const socket = await udp.connect("127.0.0.1:9");
    const waiting = socket.receive();
    waiting.catch(() => {});
    await sleep(5);
    await socket.close();
    await assert.rejects(waiting, { code: "closed" });
    await assert.rejects(socket.send("x"), { code: "closed" });
    await using open = await udp.open();
    const { state } = await Deno.permissions.query({
      name: "net",
      host: "198.51.100.1:9",
    });
    if (state === "granted") return;
    await assert.rejects(open.send("x", "198.51.100.1:9"), {
      name: "PermissionError",
      hint: "deno run --allow-net=198.51.100.1:9 …",
    });
    await assert.rejects(udp.connect("198.51.100.1:9"), {
      name: "PermissionError",
    });
  },
);
