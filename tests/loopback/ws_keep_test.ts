/** WebSockets whose other side goes, and those that come back. */
import assert from "node:assert/strict";
import { connect } from "../../lib/ws/connect.ts";
import { keepConnected } from "../../lib/ws/keep_connected.ts";
import { echo, serve } from "../../lib/ws/serve.ts";
import type { Socket } from "../../lib/ws/socket.ts";
import { sleep, until } from "./conditions.ts";

Deno.test("keepConnected() comes back, waits longer each time, and gives up in the end", async () => {
  let visits = 0;
  let handler = async (socket: Socket) => {
    await socket.send(`visit ${++visits}`);
    if (visits < 3) socket.abort();
    else await echo(socket);
  };
  const server = await serve({}, (socket) => handler(socket));
  const opened: number[] = [];
  await using kept = keepConnected(server.url, {
    minDelay: 10,
    maxDelay: 40,
    tries: 3,
    random: () => 1,
    onOpen: () => void opened.push(performance.now()),
  });
  const seen: string[] = [];
  for await (const message of kept) {
    seen.push(`${message}`);
    if (message === "visit 3") await kept.send("echo");
    if (message === "echo") break;
  }
  assert.deepEqual(seen, ["visit 1", "visit 2", "visit 3", "echo"]);
  assert.equal(kept.connections, 3);
  const [first = 0, second = 0, third = 0] = opened;
  assert.ok(second - first >= 9 && third - second >= 18, `${opened}`);
  handler = echo;
  await server.close();
  await assert.rejects(async () => {
    for await (const _ of kept);
  }, { code: "refused" });
  await assert.rejects(kept.send("x"), { code: "refused" });
  await kept.finished;
  const stop = new AbortController();
  const waiting = keepConnected(server.url, { signal: stop.signal });
  stop.abort(new Error("never mind"));
  await waiting.finished;
  await assert.rejects(waiting.send("x"), /never mind/);
});

Deno.test("onOpen comes before all else that is sent and read", async () => {
  const heard: string[] = [];
  await using server = await serve({}, async (socket) => {
    for await (const message of socket) {
      heard.push(`${message}`);
      await socket.send(`${message}?`);
    }
  });
  const opened = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  await using kept = keepConnected(server.url, {
    onOpen: async (socket) => {
      opened.resolve();
      await goOn.promise;
      await socket.send("login");
      assert.equal(await socket.receive(), "login?");
    },
  });
  await opened.promise;
  assert.equal(kept.toJSON().state, "connecting");
  const sent = kept.send("message");
  const read = kept[Symbol.asyncIterator]().next();
  goOn.resolve();
  await sent;
  assert.deepEqual(await read, { done: false, value: "message?" });
  assert.deepEqual(heard, ["login", "message"]);
});

Deno.test("an aborted signal and close() end a kept connection, even within onOpen", async () => {
  await using server = await serve({}, echo);
  const stop = new AbortController();
  const kept = keepConnected(server.url, { signal: stop.signal });
  await kept.send("x");
  stop.abort(new Error("enough"));
  await kept.finished;
  await until(() => server.open === 0);
  await assert.rejects(async () => {
    for await (const _ of kept);
  }, /enough/);
  const opened = Promise.withResolvers<void>();
  const waiting = keepConnected(server.url, {
    onOpen: async (socket) => {
      opened.resolve();
      await socket.receive();
    },
  });
  await opened.promise;
  await waiting.close();
  await until(() => server.open === 0);
});

Deno.test("who sends without waiting does not fall with the other side", async () => {
  const filled = Promise.withResolvers<void>();
  await using server = await serve({}, async (socket) => {
    await filled.promise;
    socket.abort();
  });
  await using socket = await connect(server.url);
  const chunk = new Uint8Array(100_000);
  while (socket.bufferedAmount < 2 ** 20) void socket.send(chunk);
  // Two that wait for room, one of them with a clock.
  void socket.send("a");
  void socket.send("b", { timeout: 60_000 });
  filled.resolve();
  const { code } = await socket.closed;
  assert.equal(code, 1006);
  void socket.send("c");
  await sleep(1);
  await assert.rejects(socket.send("d"), /reset|broke off/);
});
