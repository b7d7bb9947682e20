import assert from "node:assert/strict";
import { PermissionError } from "../../lib/errors.ts";
import * as udp from "../../lib/socket/udp.ts";
import { testUnless } from "../skip.ts";
import { test } from "./udp_tiers.ts";
import {
  FOREIGN,
  lacks,
  NO_IPV6,
  ONLY_LOOPBACK,
  sleep,
  until,
} from "./conditions.ts";

test("a datagram arrives whole, with its sender, or not at all", async () => {
  await using a = await udp.open();
  await using b = await udp.open();
  await a.send("é", b.address);
  await a.send(new Uint8Array(0), b.address);
  await a.send(Uint8Array.of(0, 255), `${b.address}`);
  const seen = [];
  for (let i = 0; i < 3; i++) seen.push(await b.receive({ timeout: 5000 }));
  assert.deepEqual(seen.map(({ data }) => [...data]), [[0xc3, 0xa9], [], [
    0,
    255,
  ]]);
  for (const { from } of seen) assert.deepEqual(from, a.address);
  assert.equal(seen[0]!.text(), "é");
  assert.equal(seen[0]!.data.buffer.byteLength, 2, "a buffer of its own");
  assert.deepEqual([a.sent, a.bytesSent], [3, 4]);
  assert.deepEqual([b.received, b.bytesReceived], [3, 4]);
});

test("receive() waits no longer than told, and its signal stops it", async () => {
  await using socket = await udp.open();
  await assert.rejects(socket.receive({ timeout: 10 }), {
    code: "timeout",
    message: /no answer within 10 ms/,
  });
  const reason = new Error("stop");
  const controller = new AbortController();
  const waiting = socket.receive({ signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(waiting, reason);
  await assert.rejects(socket.receive({ signal: controller.signal }), reason);
  await socket.send("later", socket.address);
  assert.equal((await socket.receive({ timeout: 5000 })).text(), "later");
});

test("a full queue drops what comes later, and counts it", async () => {
  await using sink = await udp.open({ queue: 3 });
  await using source = await udp.open();
  for (let i = 0; i < 8; i++) await source.send(`${i}`, sink.address);
  await until(() => sink.received + sink.dropped === 8);
  assert.deepEqual([sink.received, sink.dropped], [3, 5]);
  assert.match(Deno.inspect(sink), /open, 0 sent, 3 received, 5 dropped$/);
  const kept = [];
  for (let i = 0; i < 3; i++) kept.push((await sink.receive()).text());
  assert.deepEqual(kept, ["0", "1", "2"]);
});

test("iteration gives each datagram, and ends when the socket closes", async () => {
  const sink = await udp.open();
  await using source = await udp.open();
  const looped = (async () => {
    const seen: string[] = [];
    for await (const datagram of sink) {
      seen.push(datagram.text());
      if (seen.length === 2) void sink.close();
    }
    return seen;
  })();
  await source.send("one", sink.address);
  await source.send("two", sink.address);
  assert.deepEqual(await looped, ["one", "two"]);
  await assert.rejects(sink.receive(), { code: "closed" });
  await assert.rejects(sink.send("x", source.address), { code: "closed" });
  await sink.close();
});

test("a datagram that is too large, to port 0, of the other family or of no octets is refused", async () => {
  await using socket = await udp.open();
  await assert.rejects(socket.send(new Uint8Array(65_508), socket.address), {
    code: "too-large",
  });
  await assert.rejects(socket.send("x", "127.0.0.1:0"), RangeError);
  await assert.rejects(socket.send("x", "[::1]:9"), {
    name: "TypeError",
    message: /'to' must be an IPv4 address: current value is \[::1\]:9/,
  });
  // Two octets of these four would go, and no word.
  for (const data of [Uint16Array.of(1, 2), { a: 1 }, 5, undefined]) {
    const says = /'data' must be a text or a Uint8Array: current value is/;
    const wrong = data as never;
    await assert.rejects(socket.send(wrong, socket.address), says);
    await assert.rejects(socket.sendAll([wrong], socket.address), says);
  }
  await assert.rejects(udp.serve({}, undefined as never), /'handler', which/);
  assert.equal(socket.sent, 0);
});

test("those who wait at once get a datagram each, and what was forgotten nobody", async () => {
  await using socket = await udp.open();
  const first = socket.receive();
  const second = socket.receive();
  await socket.send("one", socket.address);
  assert.equal((await first).text(), "one");
  await socket.send("two", socket.address);
  assert.equal((await second).text(), "two");
  const last = socket.receive();
  const refused = assert.rejects(last, { code: "closed" });
  await socket.close();
  await refused;
});

testUnless(
  lacks(FOREIGN),
  "a socket on loopback says why it cannot send off this machine",
  async () => {
    await using socket = await udp.open();
    await assert.rejects(socket.send("x", `${FOREIGN}:9`), {
      code: "unreachable",
      message:
        /bound to 127\.0\.0\.1.*Try: net\.udp\.open\(\{ hostname: "0\.0\.0\.0" \}\)/,
    });
    await assert.rejects(udp.open({ hostname: FOREIGN }), {
      code: "not-local",
    });
  },
);

Deno.test({
  name: "open() and send() name the flag for what the permissions bar",
  permissions: ONLY_LOOPBACK,
  async fn() {
    await using socket = await udp.open();
    for (
      const [attempt, flag] of [
        [() => socket.send("x", "192.0.2.77:9"), "192.0.2.77:9"],
        [() => socket.send("x", "barred.invalid:9"), "barred.invalid:9"],
        [() => udp.open({ hostname: "0.0.0.0" }), "0.0.0.0"],
      ] as const
    ) {
      await assert.rejects(attempt, (error: PermissionError) => {
        assert.ok(error instanceof PermissionError);
        assert.equal(error.hint, `deno run --allow-net=${flag} …`);
        return true;
      });
    }
  },
});

test("open() says when the port is taken or out of range", async () => {
  await using socket = await udp.open();
  await assert.rejects(udp.open(socket.address), { code: "in-use" });
  await assert.rejects(udp.open({ port: 65536 }), RangeError);
  await assert.rejects(udp.open({ queue: 0 }), RangeError);
  await assert.rejects(udp.serve({ concurrency: 0 }, udp.echo), RangeError);
  const reason = new Error("stop");
  await assert.rejects(udp.open({ signal: AbortSignal.abort(reason) }), reason);
});

test("an aborted signal closes the socket", async () => {
  const controller = new AbortController();
  await using socket = await udp.open({ signal: controller.signal });
  const waiting = socket.receive();
  waiting.catch(() => {});
  controller.abort();
  await assert.rejects(waiting, { code: "closed" });
  assert.ok(socket.closed);
});

test("serve() answers many senders, and keeps what handlers throw", async () => {
  const told: unknown[] = [];
  await using server = await udp.serve({
    onError: (_, datagram) => told.push(datagram?.text()),
  }, async (datagram, socket) => {
    if (datagram.text() === "bad") throw new Error("no such word");
    await sleep(5);
    await socket.send(`${datagram.text()}!`, datagram.from);
  });
  await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    await using socket = await udp.open();
    await socket.send(`${i}`, server.address);
    assert.equal((await socket.receive({ timeout: 5000 })).text(), `${i}!`);
  }));
  await using socket = await udp.open();
  await socket.send("bad", server.address);
  await until(() => server.failed === 1);
  assert.match(`${server.errors[0]}`, /no such word/);
  assert.deepEqual(told, ["bad"]);
  assert.equal(server.received, 101);
});

test("no more handlers run at once than allowed", async () => {
  let running = 0;
  let most = 0;
  await using server = await udp.serve({ concurrency: 2 }, async () => {
    most = Math.max(most, ++running);
    await sleep(2);
    running--;
  });
  await using socket = await udp.open();
  for (let i = 0; i < 12; i++) await socket.send("x", server.address);
  await until(() => server.received === 12 && running === 0);
  assert.equal(most, 2);
});

test("close() lets a running handler answer first", async () => {
  const server = await udp.serve({}, async (datagram, socket) => {
    await sleep(30);
    await socket.send("done", datagram.from);
  });
  await using socket = await udp.open();
  await socket.send("work", server.address);
  await until(() => server.received === 1);
  await server.close();
  await server.finished;
  assert.equal((await socket.receive({ timeout: 5000 })).text(), "done");
  const stuck = await udp.serve({}, () => new Promise(() => {}));
  await socket.send("work", stuck.address);
  await until(() => stuck.received === 1);
  await assert.rejects(stuck.close({ drain: -1 }), RangeError);
  const start = performance.now();
  await stuck.close({ drain: 30 });
  // 5,000 unless asked.
  assert.ok(performance.now() - start < 4500);
});

testUnless(NO_IPV6, "IPv6 datagrams work like those of IPv4", async () => {
  await using server = await udp.serve({ hostname: "::1" }, udp.echo);
  await using socket = await udp.open({ hostname: "::1" });
  await socket.send("six", `${server.address}`);
  const answer = await socket.receive({ timeout: 5000 });
  assert.equal(answer.text(), "six");
  assert.deepEqual(answer.from, server.address);
  await assert.rejects(socket.send("x", "127.0.0.1:9"), TypeError);
});

test("sockets, servers and datagrams show as one line", async () => {
  await using server = await udp.serve({}, udp.echo);
  await using socket = await udp.open();
  await socket.send("hello\n", server.address);
  const datagram = await socket.receive({ timeout: 5000 });
  const show = (value: unknown) =>
    Deno.inspect(value).replace(/:\d+/g, ":PORT");
  assert.equal(show(datagram), 'UDP 6 B from 127.0.0.1:PORT "hello\\n"');
  assert.equal(show(socket), "UDP 127.0.0.1:PORT open, 1 sent, 1 received");
  assert.equal(show(server), "UDP 127.0.0.1:PORT serving, 1 received, 1 sent");
  const address = `${server.address}`;
  assert.deepEqual(datagram.toJSON(), {
    from: address,
    data: [104, 101, 108, 108, 111, 10],
  });
  assert.deepEqual(server.toJSON(), {
    address,
    received: 1,
    sent: 1,
    dropped: 0,
    failed: 0,
  });
  assert.deepEqual(socket.toJSON(), {
    address: `${socket.address}`,
    closed: false,
    sent: 1,
    received: 1,
    dropped: 0,
    bytesSent: 6,
    bytesReceived: 6,
  });
});
