import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";
import { text } from "./pair.ts";

Deno.test("echo sends back what came, and ends with the client", async () => {
  await using server = await tcp.serve({}, tcp.echo);
  await using client = await tcp.connect(server.address);
  const data = crypto.getRandomValues(new Uint8Array(65_536));
  const [, back] = await Promise.all([
    client.write(data).then(() => client.closeWrite()),
    client.readAll(),
  ]);
  assert.deepEqual(back, data);
  await until(() => server.open === 0);
  assert.equal(server.bytesReceived, data.length);
  assert.equal(server.bytesSent, data.length);
  assert.deepEqual(server.toJSON(), {
    address: `${server.address}`,
    accepted: 1,
    open: 0,
    failed: 0,
    bytesSent: data.length,
    bytesReceived: data.length,
  });
});

Deno.test("echo reads no faster than its client does", async () => {
  await using server = await tcp.serve({}, tcp.echo);
  await using client = await tcp.connect(server.address);
  let written = 0;
  const chunk = new Uint8Array(1_000_000);
  const writing = (async () => {
    for (let i = 0; i < 40; i++) {
      await client.write(chunk);
      written += chunk.length;
    }
    await client.closeWrite();
  })();
  await sleep(300);
  assert.ok(
    written < 30_000_000,
    `echo took ${written} octets that nobody reads`,
  );
  let back = 0;
  for await (const part of client) back += part.length;
  assert.equal(back, 40_000_000);
  await writing;
});

Deno.test("1,000 clients are served at the same time", async () => {
  const clients: tcp.Connection[] = [];
  await using server = await tcp.serve({}, tcp.echo);
  await using stack = new AsyncDisposableStack();
  await Promise.all(Array.from({ length: 1000 }, async () => {
    clients.push(stack.use(await tcp.connect(server.address)));
  }));
  await until(() => server.open === 1000);
  // All are open before the first one says a word.
  const answers = await Promise.all(clients.map(async (client, i) => {
    await client.write(`I am ${i}\n`);
    return await client.readLine({ timeout: 10_000 });
  }));
  answers.forEach((answer, i) => assert.equal(answer, `I am ${i}`));
  assert.equal(server.accepted, 1000);
  assert.equal(server.failed, 0);
  assert.match(
    Deno.inspect(server),
    /serving, 1,000 accepted, 1,000 open, .* sent, .* received$/,
  );
});

Deno.test("a connection is closed when its handler ends", async () => {
  await using server = await tcp.serve({}, (conn) => conn.write("bye"));
  await using client = await tcp.connect(server.address);
  assert.equal(text(await client.readAll({ timeout: 5000 })), "bye");
});

Deno.test("a handler that throws closes its connection, and the error is kept", async () => {
  const seen: unknown[] = [];
  await using server = await tcp.serve({
    onError: (error, connection) => {
      seen.push(error, connection?.remoteAddress);
      throw new Error("onError throws too");
    },
  }, async (conn) => {
    throw new Error(`no ${await conn.readLine()} here`);
  });
  await using client = await tcp.connect(server.address);
  await client.write("tea\n");
  assert.equal(await client.read({ timeout: 5000 }), null);
  assert.equal(server.failed, 2);
  assert.match(`${server.errors}`, /no tea here.*onError throws too/);
  assert.deepEqual(seen[1], client.localAddress);
  assert.match(Deno.inspect(server), /2 failed/);
});

Deno.test("a client that resets is an error of its handler, not of the server", async () => {
  await using server = await tcp.serve({}, tcp.echo);
  const rude = await tcp.connect(server.address);
  rude.reset();
  await rude.close();
  await until(() => server.failed === 1);
  assert.equal((server.errors[0] as { code: string }).code, "reset");
  await using polite = await tcp.connect(server.address);
  await polite.write("still there?");
  assert.equal(text(await polite.readExactly(12)), "still there?");
});

Deno.test("only the newest 100 errors are kept, but all are counted", async () => {
  let n = 0;
  await using server = await tcp.serve({}, () => {
    throw n++;
  });
  for (let i = 0; i < 120; i++) {
    await using client = await tcp.connect(server.address);
    await client.read();
  }
  assert.equal(server.failed, 120);
  assert.deepEqual(
    server.errors,
    Array.from({ length: 100 }, (_, i) => i + 20),
  );
});

Deno.test("clients beyond maxConnections wait for their turn", async () => {
  let most = 0;
  await using server = await tcp.serve({ maxConnections: 3 }, async (conn) => {
    most = Math.max(most, server.open);
    await sleep(5);
    await conn.write(`${server.open}`);
  });
  const answers = await Promise.all(Array.from({ length: 12 }, async () => {
    await using client = await tcp.connect(server.address);
    return text(await client.readAll({ timeout: 5000 }));
  }));
  assert.equal(most, 3);
  assert.ok(answers.every((answer) => Number(answer) <= 3));
});

Deno.test("close() lets a running handler finish, and takes no new client", async () => {
  const server = await tcp.serve({}, async (conn) => {
    await conn.readLine();
    await sleep(50);
    await conn.write("done");
  });
  await using client = await tcp.connect(server.address);
  await client.write("work\n");
  await until(() => server.open === 1);
  const closing = server.close();
  await assert.rejects(tcp.connect(server.address), { code: "refused" });
  assert.equal(text(await client.readAll({ timeout: 5000 })), "done");
  await closing;
  await server.finished;
  assert.equal(server.open, 0);
  assert.equal(server.failed, 0);
});

Deno.test("close() resets those who are not done when the drain is over", async () => {
  const server = await tcp.serve({}, tcp.echo);
  await using client = await tcp.connect(server.address);
  await until(() => server.open === 1);
  const start = performance.now();
  await server.close({ drain: 50 });
  const ms = performance.now() - start;
  // 5,000 unless asked.
  assert.ok(ms >= 45 && ms < 4500, `${ms} ms`);
  await assert.rejects(client.read({ timeout: 5000 }), { code: "reset" });
  assert.equal(server.open, 0);
  assert.equal((server.errors[0] as { code: string }).code, "closed");
  await assert.rejects(server.close({ drain: -1 }), RangeError);
});

Deno.test("a handler hears of the close by its signal, and to obey is no error", async () => {
  const server = await tcp.serve({}, async (conn, { signal }) => {
    await conn.read({ signal });
  });
  await using client = await tcp.connect(server.address);
  await until(() => server.open === 1);
  const start = performance.now();
  await server.close({ drain: 60_000 });
  assert.ok(performance.now() - start < 30_000);
  assert.equal(await client.read(), null);
  assert.equal(server.failed, 0);
});

Deno.test("an aborted signal closes the server", async () => {
  const controller = new AbortController();
  const server = await tcp.serve({ signal: controller.signal }, tcp.echo);
  controller.abort();
  await server.finished;
  await assert.rejects(tcp.connect(server.address), { code: "refused" });
});

Deno.test("a client that stays silent is dropped after idleTimeout", async () => {
  await using server = await tcp.serve({ idleTimeout: 40 }, tcp.echo);
  await using client = await tcp.connect(server.address);
  await client.write("x");
  await client.readExactly(1);
  await assert.rejects(client.read({ timeout: 5000 }), { code: "reset" });
  await until(() => server.failed === 1);
  assert.match(`${server.errors[0]}`, /idle for 40 ms/);
});

Deno.test("serve() checks its numbers and its handler before it listens", async () => {
  await assert.rejects(
    tcp.serve((() => {}) as never, undefined as never),
    /'handler', which comes after the options, must be a function/,
  );
  await assert.rejects(tcp.serveThreads({}, undefined as never), /'handler',/);
  await assert.rejects(tcp.serveSync({}, undefined as never), /'handler',/);
  await assert.rejects(tcp.loadBalancer({}, undefined as never), RangeError);
  for (
    const options of [{ maxConnections: 0 }, { idleTimeout: -1 }, { port: -1 }]
  ) {
    await assert.rejects(tcp.serve(options, tcp.echo), RangeError);
  }
});
