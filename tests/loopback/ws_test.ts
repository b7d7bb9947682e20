import assert from "node:assert/strict";
import type { NetError } from "../../lib/errors.ts";
import { connect } from "../../lib/ws/connect.ts";
import { Room } from "../../lib/ws/room.ts";
import { route } from "../../lib/ws/route.ts";
import { echo, serve } from "../../lib/ws/serve.ts";
import type { Socket } from "../../lib/ws/socket.ts";
import { testUnless } from "../skip.ts";
import { sleep, until } from "./conditions.ts";
import { CLIENT, NO_WEBSOCKETS, SERVER, WEBSOCKETS } from "./ws_peers.ts";
import { byHand } from "./ws_by_hand.ts";

Deno.test("messages go both ways, as texts and as octets, of every length", async () => {
  for (const compress of [false, true]) {
    await using server = await serve({ compress, protocols: ["chat"] }, echo);
    await using socket = await connect(server.url, {
      compress,
      protocols: ["a", "chat"],
    });
    assert.deepEqual([socket.protocol, socket.compressed], ["chat", compress]);
    for (
      const length of [
        0,
        1,
        63,
        64,
        125,
        126,
        127,
        511,
        512,
        65_535,
        65_536,
        900_000,
      ]
    ) {
      const octets = new Uint8Array(length).map((_, i) => i * i >> 3);
      await socket.send(octets);
      assert.deepEqual(await socket.receive({ timeout: 5000 }), octets);
      await socket.send("é".repeat(length / 2));
      assert.equal(
        await socket.receive({ timeout: 5000 }),
        "é".repeat(length / 2),
      );
    }
    const many = Array.from({ length: 3000 }, (_, i) => `message ${i}`);
    const sending = (async () => {
      for (const message of many) await socket.send(message);
    })();
    for (const message of many) assert.equal(await socket.receive(), message);
    await sending;
    assert.ok(await socket.ping({ timeout: 1000 }) < 1000);
    assert.equal(socket.messagesSent, socket.messagesReceived);
  }
});

Deno.test("the handler knows the request, and may refuse it", async () => {
  const hosts: string[] = [];
  await using server = await serve({
    protocols: ["v2", "v1"],
    origins: ["https://a.example"],
    accept: ({ headers, url }) =>
      url.pathname === "/tea"
        ? 418
        : headers.get("authorization") === "Bearer t",
  }, async (socket, { request }) => {
    const { url, headers, protocols, remoteAddress } = request;
    hosts.push(url.host);
    await socket.send(JSON.stringify([
      url.pathname + url.search,
      headers.get("x-a"),
      protocols,
      `${remoteAddress}` === `${socket.remoteAddress}`,
      socket.protocol,
    ]));
  });
  const headers = { authorization: "Bearer t", "x-a": "1" };
  await using socket = await connect(`${server.url}/x?y=1`, {
    headers,
    protocols: ["v1", "v2"],
  });
  assert.deepEqual(JSON.parse(await socket.receive() as string), [
    "/x?y=1",
    "1",
    ["v1", "v2"],
    true,
    "v1",
  ]);
  assert.equal(await socket.receive(), null);
  assert.equal((await socket.closed).code, 1000);
  const table: [path: string, headers: HeadersInit, says: RegExp][] = [
    ["/", {}, /it answers 403 Forbidden/],
    ["/tea", headers, /it answers 418/],
    ["/", { ...headers, origin: "https://b.example" }, /it answers 403/],
  ];
  for (const [path, headers, message] of table) {
    await assert.rejects(connect(server.url + path, { headers }), {
      code: "rejected",
      message,
    });
  }
  await using other = await connect(server.url, {
    headers: { ...headers, host: "other.example" },
    protocols: ["v1"],
  });
  assert.ok(await other.receive());
  await using friend = await connect(server.url, {
    headers: { ...headers, origin: "https://a.example" },
  });
  assert.ok(await friend.receive());
  await until(() => server.refused === 3);
  const host = `${server.address}`;
  assert.deepEqual(hosts, [host, "other.example", host]);
});

Deno.test("how a socket ends is told to both sides", async (t) => {
  const ends: Promise<unknown>[] = [];
  let act: (socket: Socket) => Promise<void> | void = () => {};
  await using server = await serve({}, async (socket) => {
    ends.push(socket.closed);
    await act(socket);
  });
  const fresh = async (how: typeof act) => {
    act = how;
    ends.length = 0;
    return await connect(server.url);
  };
  await t.step("by the client, with a reason", async () => {
    await using socket = await fresh(async (s) => {
      for await (const _ of s);
    });
    await socket.close(1000, "grüß dich");
    assert.deepEqual(await ends[0], {
      code: 1000,
      reason: "grüß dich",
      wasClean: true,
    });
    assert.deepEqual(socket.closing, {
      code: 1000,
      reason: "",
      wasClean: true,
    });
    await assert.rejects(socket.send("x"), {
      code: "closed",
      message: /Cannot send to ws:.*closed with 1000 \(normal\)/,
    });
  });
  await t.step("by the server, with a code of its own", async () => {
    await using socket = await fresh((s) => s.close(4321, "enough"));
    await assert.rejects(socket.receive(), {
      code: "closed",
      message:
        /Cannot talk to ws:\/\/127.0.0.1:\d+\/: it was closed with 4321 \(private\): "enough"/,
    });
  });
  await t.step("by a handler that throws", async () => {
    await using socket = await fresh(() => {
      throw new Error("oh");
    });
    await assert.rejects(socket.receive(), /1011 \(internal error\)/);
    assert.match(`${server.errors.at(-1)}`, /oh/);
  });
  await t.step("by the server's own close", async () => {
    const other = await serve({}, echo);
    await using socket = await connect(other.url);
    const start = performance.now();
    const [, message] = await Promise.all([
      other.close({ drain: 60_000 }),
      socket.receive(),
    ]);
    assert.equal(message, null);
    assert.equal(socket.closing?.code, 1001);
    assert.ok(performance.now() - start < 30_000);
    await assert.rejects(connect(other.url), { code: "refused" });
    await other.finished;
  });
  await t.step("by a break in the middle", async () => {
    await using socket = await fresh((s) => s.abort());
    const error = await socket.receive().then(
      () => assert.fail(),
      (e: NetError) => e,
    );
    assert.ok(["reset", "closed"].includes(error.code), error.message);
    assert.match(error.message, /127.0.0.1:/);
    assert.equal(socket.closing?.code, 1006);
  });
  await t.step("not by a code that may not be sent", async () => {
    await using socket = await fresh(async (s) => void await s.closed);
    for (const code of [999, 1005, 1006, 1015, 2999, 5000, 1.5]) {
      await assert.rejects(socket.close(code), RangeError);
    }
    await assert.rejects(socket.close(1000, "x".repeat(124)), RangeError);
    assert.equal(socket.state, "open");
  });
});

Deno.test("a reader that is slow makes its sender wait, and memory stays small", async () => {
  let sent = 0;
  await using server = await serve({ highWater: 100_000 }, async (socket) => {
    for (let i = 0; i < 1000; i++) {
      await socket.send(new Uint8Array(50_000));
      sent++;
    }
  });
  await using socket = await connect(server.url, { highWater: 100_000 });
  await sleep(200);
  assert.ok(
    sent < 500,
    `${sent} messages of 50 kB went to one who does not read`,
  );
  let got = 0;
  for await (const message of socket) got += message.length;
  assert.equal(got, 50_000_000);
});

Deno.test("a room holds nobody up for one who does not read", async () => {
  const room = new Room({ limit: 200_000 });
  const strict = new Room({ limit: 200_000, slow: "close" });
  await using server = await serve({}, async (socket) => {
    room.add(socket);
    strict.add(socket);
    for await (const message of socket) {
      room.broadcast(message, { except: socket });
    }
  });
  await using ada = await connect(server.url);
  await using bob = await connect(server.url);
  const slow = await byHand(server);
  await until(() => room.size === 3);
  await ada.send("hi");
  assert.equal(await bob.receive({ timeout: 20_000 }), "hi");
  // Much more than the system's buffers hold for one who does not read.
  const chunk = new Uint8Array(100_000);
  for (let i = 0; i < 200; i++) {
    await ada.send(chunk);
    const message = await bob.receive({ timeout: 20_000 });
    assert.equal(message?.length, chunk.length);
  }
  assert.ok(room.skipped > 20, `${room.skipped} messages missed`);
  assert.deepEqual(room.toJSON().size, 3);
  // The system may have taken more of it meanwhile.
  const behind = [...room][2]!;
  while (behind.bufferedAmount <= 200_000) void behind.send(chunk);
  strict.broadcast("out with it");
  assert.equal(strict.size, 2);
  assert.match(Deno.inspect(room), /Room of 3, 201 messages said, \d+ missed/);
  slow.reset();
  await slow.close();
  await until(() => room.size === 2);
});

Deno.test("500 clients talk at once, each with its own", async () => {
  await using server = await serve({}, echo);
  const sockets = await Promise.all(
    Array.from({ length: 500 }, () => connect(server.url)),
  );
  assert.equal(server.open, 500);
  await Promise.all(sockets.map(async (socket, i) => {
    for (let n = 0; n < 5; n++) {
      await socket.send(`${i}: ${n}`);
      assert.equal(await socket.receive({ timeout: 10_000 }), `${i}: ${n}`);
    }
  }));
  assert.equal(server.broadcast("all"), 500);
  await Promise.all(sockets.map(async (socket) => {
    assert.equal(await socket.receive(), "all");
    await socket.close();
  }));
  await until(() => server.open === 0);
  assert.deepEqual(server.errors, []);
});

testUnless(NO_WEBSOCKETS, "Python's websockets is served", async () => {
  await using server = await serve(
    { protocols: ["chat"], compress: true },
    echo,
  );
  const { success, stdout, stderr } = await new Deno.Command(WEBSOCKETS!, {
    args: ["-c", CLIENT, server.url],
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.ok(success && said === "fine\n", new TextDecoder().decode(stderr));
});

testUnless(NO_WEBSOCKETS, "Python's websockets serves us", async () => {
  const child = new Deno.Command(WEBSOCKETS!, {
    args: ["-c", SERVER],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = (await reader.read()).value!.trim();
  for (const compress of [false, true]) {
    await using socket = await connect(`ws://127.0.0.1:${port}/`, {
      protocols: ["chat"],
      headers: { "x-token": "t" },
      compress,
    });
    assert.equal(socket.compressed, compress);
    assert.equal(await socket.receive(), "subprotocol chat, token t");
    for (
      const message of [
        "",
        "grüß dich",
        "x".repeat(100_000),
        new Uint8Array(70_000),
      ]
    ) {
      await socket.send(message);
      assert.deepEqual(await socket.receive({ timeout: 5000 }), message);
    }
    assert.ok(await socket.ping({ timeout: 5000 }) > 0);
    await socket.send("bye");
    await assert.rejects(socket.receive(), /4001 \(private\): "as you say"/);
    assert.deepEqual(socket.closing, {
      code: 4001,
      reason: "as you say",
      wasClean: true,
    });
  }
  await child.stdin.close();
  await reader.cancel();
  await child.status;
});

Deno.test("one subprotocol and one origin need no list, and are no pattern", async () => {
  await using server = await serve({
    protocols: "chat",
    origins: "https://example.com",
  }, echo);
  for (const [offered, taken] of [["chat", "chat"], ["hat", ""]] as const) {
    await using socket = await connect(server.url, { protocols: offered });
    assert.equal(socket.protocol, taken);
  }
  const from = (origin: string) => connect(server.url, { headers: { origin } });
  await (await from("https://example.com")).close();
  await assert.rejects(from("https://example.co"), { code: "rejected" });
});

Deno.test("what is no message, no handler and no certificate is refused at once", async () => {
  await using server = await serve({}, echo);
  await using socket = await connect(server.url);
  const room = new Room();
  room.add(socket);
  for (const wrong of [{ a: 1 }, 5, undefined, new ArrayBuffer(2)]) {
    const says = /must be a text or a Uint8Array, such as JSON\.stringify/;
    assert.throws(() => socket.send(wrong as never), says);
    assert.throws(() => room.broadcast(wrong as never), says);
  }
  await socket.send("still here");
  assert.equal(await socket.receive(), "still here");
  await assert.rejects(serve({}, undefined as never), /'handler', which comes/);
  assert.throws(() => route({}, undefined as never), /'handler' must be a fun/);
  await assert.rejects(
    serve({ tls: true as never }, echo),
    /'tls\.cert' must be PEM/,
  );
  // A percent sign that is no escape is part of the password.
  await using named = await connect(server.url.replace("//", "//ada:50%@"));
  assert.equal(named.state, "open");
});
