/** Peers that are slow, rude, silent or many. */
import assert from "node:assert/strict";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";

const code = (error: unknown) => (error as { code?: string }).code;

Deno.test("1,000 clients beyond the limit are let in as others leave, or reset; none hangs", async () => {
  const limits = { maxConnections: 10, backlog: 200 };
  await using server = await tcp.serve(limits, async (conn) => {
    await conn.readLine({ timeout: 5000 });
    await conn.write("ok");
  });
  const outcomes = await Promise.all(Array.from({ length: 1000 }, async () => {
    try {
      await using client = await tcp.connect(server.address);
      await client.write("hello\n");
      return (await client.readAll({ timeout: 5000 })).length;
    } catch (error) {
      return code(error);
    }
  }));
  const served = outcomes.filter((outcome) => outcome === 2).length;
  const reset = outcomes.filter((outcome) => outcome === "reset").length;
  assert.equal(served + reset, 1000, `${new Set(outcomes)}`);
  assert.ok(served >= 200, `${served} served`);
  assert.equal(server.accepted, served);
  assert.equal(server.dropped, reset);
  await until(() => server.open === 0);
});

Deno.test("clients that write and never read are cut off by idleTimeout, and named", async () => {
  await using server = await tcp.serve({ idleTimeout: 60 }, tcp.echo);
  await using client = await tcp.connect(server.address);
  const flood = (async () => {
    for (let i = 0; i < 100; i++) await client.write(new Uint8Array(1_000_000));
  })().catch(code);
  await until(() => server.failed === 1);
  assert.match(`${server.errors[0]}`, /idle for 60 ms/);
  assert.ok(`${server.errors[0]}`.includes(`${client.localAddress}`));
  assert.equal(await flood, "reset");
});

Deno.test("a reset in the middle of an answer is the handler's error, with the peer's name", async () => {
  await using server = await tcp.serve({}, async (conn) => {
    while (true) await conn.write(new Uint8Array(1_000_000));
  });
  const client = await tcp.connect(server.address);
  await client.readExactly(1000);
  client.reset();
  await until(() => server.failed === 1);
  assert.equal(code(server.errors[0]), "reset");
  assert.match(
    `${server.errors[0]}`,
    new RegExp(`Cannot write to ${client.localAddress}: the other side`),
  );
  await client.close();
});

Deno.test("a client that closes its half and waits does not hold up the server's close", async () => {
  let read = false;
  const server = await tcp.serve({}, async (conn, { signal }) => {
    await conn.readAll();
    read = true;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await conn.write("bye");
  });
  await using client = await tcp.connect(server.address);
  await client.closeWrite();
  await until(() => read);
  const start = performance.now();
  await server.close({ drain: 60_000 });
  assert.ok(performance.now() - start < 30_000);
  assert.equal((await client.readAll({ timeout: 20_000 })).length, 3);
  assert.equal(server.failed, 0);
});

Deno.test("a server outlives 300 clients that reset at every stage", async () => {
  await using server = await tcp.serve({}, tcp.echo);
  await Promise.all(Array.from({ length: 300 }, async (_, i) => {
    const client = await tcp.connect(server.address);
    if (i % 3 > 0) await client.write("half a mess");
    if (i % 3 > 1) await client.readExactly(5);
    client.reset();
    await client.close();
  }));
  await until(() => server.open === 0 && server.accepted === 300);
  await sleep(5);
  await using polite = await tcp.connect(server.address);
  await polite.write("still there?");
  assert.equal((await polite.readExactly(12, { timeout: 1000 })).length, 12);
});
