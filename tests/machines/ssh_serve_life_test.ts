/** The life of an SSH server of ours: what it hears of, what it does not put up with. */

import assert from "node:assert/strict";
import { connect } from "node:net";
import { serve } from "../../lib/ssh/serve.ts";
import { loadSsh2 } from "../../lib/ssh/ssh2.ts";

Deno.test("strangers, babblers and the silent take nothing with them, and close() ends all", async () => {
  const server = await serve({
    users: { admin: "x" },
    maxConnections: 6,
    loginTimeout: 300,
  });
  const { port } = server;
  const gone = (write: (socket: ReturnType<typeof connect>) => void) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    socket.on("data", () => {});
    socket.once("connect", () => write(socket));
    return new Promise<void>((done) => socket.once("close", () => done()));
  };
  const random = (length: number) => {
    const octets = new Uint8Array(length);
    for (let at = 0; at < length; at += 65536) {
      crypto.getRandomValues(octets.subarray(at, at + 65536));
    }
    return octets;
  };
  await Promise.all([
    gone((socket) => socket.write(random(100_000))),
    gone((socket) => socket.write(new Uint8Array(10_000_000).fill(65))),
    gone((socket) => {
      socket.write("SSH-2.0-x\r\n");
      socket.write(random(5000));
    }),
    gone((socket) => socket.end("SSH-2.0-stops")),
    // Never says a word: the time to log in runs out.
    gone(() => {}),
  ]);
  assert.equal(server.open, 0);
  assert.equal(server.failed, 0);
  const silent = Array.from({ length: 8 }, () => gone(() => {}));
  while (server.accepted < 11 || server.refused < 2) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual([server.open, server.refused], [6, 2]);
  await server.close();
  await Promise.all(silent);
  assert.equal(server.open, 0);
  await server.close();
});

Deno.test("serve() refuses what it cannot do, and says why", async () => {
  await assert.rejects(serve({}), /'users' or 'login'.*neither/);
  await assert.rejects(
    serve({ users: { a: "b" }, hostKeys: ["no key"] }),
    { name: "NetError", code: "key" },
  );
  await assert.rejects(
    serve({ users: { a: { keys: ["rubbish"] } } }),
    /users\.a\.keys.*rubbish/,
  );
  await assert.rejects(serve({ users: {}, maxTries: 0 }), RangeError);
  await using server = await serve({ users: {} });
  await assert.rejects(serve({ users: {}, port: server.port }), {
    code: "in-use",
  });
});

Deno.test("a server ends with its signal", async () => {
  const stop = new AbortController();
  const server = await serve({ users: {}, signal: stop.signal });
  stop.abort();
  await server.finished;
  await assert.rejects(serve({ users: {}, signal: stop.signal }), {
    name: "AbortError",
  });
});

Deno.test("a handler hears of new sizes and signals, and that its client is gone", async () => {
  const heard: unknown[] = [];
  const over = Promise.withResolvers<void>();
  await using server = await serve({
    users: { admin: "secret" },
    shell: async (session) => {
      session.onResize = ({ columns, rows }) => heard.push([columns, rows]);
      session.onSignal = (name) => {
        heard.push(name);
        session.write("heard");
      };
      const { promise, resolve } = Promise.withResolvers<void>();
      session.signal.addEventListener("abort", () => resolve());
      await promise;
      heard.push(session.closed);
      over.resolve();
      throw new Error("too late to matter");
    },
    exec: () => {
      throw new Error("broken");
    },
  });
  const { Client } = await loadSsh2();
  const client = new Client();
  const closed = new Promise<void>((resolve) =>
    client.once("close", () => resolve())
  );
  await new Promise((resolve) =>
    client.once("ready", () => resolve(undefined)).connect({
      ...{ host: "127.0.0.1", port: server.port },
      ...{ username: "admin", password: "secret" },
    })
  );
  const code = await new Promise((resolve) =>
    client.exec("x", (_error, channel) => channel.on("exit", resolve).resume())
  );
  assert.equal(code, 255);
  assert.match(String(server.errors), /broken/);
  await new Promise<void>((resolve) =>
    client.shell((_error, channel) => {
      channel.on("data", () => resolve());
      channel.setWindow(50, 132, 0, 0);
      channel.signal("INT");
    })
  );
  assert.equal(server.sessions, 1);
  assert.equal(server.connections[0]!.user, "admin");
  client.destroy();
  await Promise.all([over.promise, closed]);
  assert.deepEqual(heard, [[132, 50], "INT", true]);
  while (server.open > 0) await new Promise((next) => setTimeout(next, 2));
  assert.deepEqual([server.sessions, server.failed], [0, 1]);
});
