/**
 * What servers leave open: counted in this process's own descriptors, which
 * takes all permissions.
 */

import assert from "node:assert/strict";
import { files } from "../../lib/http/serve/files.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { connect } from "../../lib/ws/connect.ts";
import { echo, serve as serveWs } from "../../lib/ws/serve.ts";
import { sleep, until } from "../loopback/conditions.ts";

/** Counts them; the one that counts is among them each time. */
function descriptors(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** Waits until there are no more than before. */
async function backTo(before: number): Promise<void> {
  await until(() => descriptors() <= before);
}

/** Makes the runtime open what it keeps open. */
async function warmUp(): Promise<number> {
  await using server = await tcp.serve({}, tcp.echo);
  await using client = await tcp.connect(server.address);
  await client.write("warm");
  await client.readExactly(4);
  await client.close();
  await server.close();
  await sleep(20);
  return descriptors();
}

const engines = [["", {}], [", with limits", { connections: 100 }]] as const;

for (const [kind, limits] of engines) {
  Deno.test(`slow, half-open and rude clients of HTTP leave nothing open${kind}`, async () => {
    const before = await warmUp();
    {
      await using server = await serve(
        { limits: { bodyTime: 100, ...limits } },
        {
          "GET /big": () =>
            new ReadableStream<Uint8Array>({
              pull: (controller) => controller.enqueue(new Uint8Array(65536)),
            }),
          "POST /": async ({ bytes }) => (await bytes()).length,
        },
      );
      const clients = await Promise.all(
        Array.from({ length: 60 }, () => tcp.connect(server.address)),
      );
      const words = [
        "GET /big HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost:",
        "",
      ];
      await Promise.all(
        clients.map((client, i) => client.write(words[i % 4]!)),
      );
      await sleep(200);
      // Nobody reads the endless answers: they must not be piling up here.
      const { heapUsed, external } = Deno.memoryUsage();
      assert.ok(
        heapUsed + external < 400e6,
        `${heapUsed} + ${external} octets`,
      );
      clients.forEach((client, i) => i % 3 === 0 && client.reset());
      await using other = await tcp.connect(server.address);
      await other.write("GET /none HTTP/1.0\r\n\r\n");
      assert.match((await other.readLine({ timeout: 20_000 }))!, / 404 /);
      await server.close({ drain: 100 });
      for (const client of clients) client.reset();
      await Promise.all(clients.map((client) => client.close()));
    }
    await backTo(before);
  });
}

Deno.test("clients that leave in the middle of a file leave no file open", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/big.bin`, new Uint8Array(8_000_000));
  const before = await warmUp();
  {
    await using server = await serve({}, { "GET /*": files(folder) });
    for (let i = 0; i < 20; i++) {
      const conn = await tcp.connect(server.address);
      await conn.write("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
      if (i % 2 === 0) await conn.read({ timeout: 5000 });
      conn.reset();
      await conn.close();
    }
    await until(() => server.inFlight === 0);
  }
  await backTo(before);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("300 WebSockets that end in every way leave nothing open", async () => {
  const before = await warmUp();
  {
    await using server = await serveWs({ handshakeTimeout: 3000 }, echo);
    const sockets = await Promise.all(
      Array.from({ length: 300 }, () => connect(server.url)),
    );
    const mute = await Promise.all(
      Array.from({ length: 50 }, () => tcp.connect(server.address)),
    );
    assert.equal(server.open, 300);
    sockets.forEach((socket, i) => i % 3 === 0 && socket.abort());
    await Promise.all(
      sockets.map((socket, i) => i % 3 === 1 ? socket.close() : undefined),
    );
    await until(() => server.open === 100);
    await server.close();
    await Promise.all(sockets.map((socket) => socket.closed));
    await Promise.all(mute.map((conn) => conn.close()));
  }
  await backTo(before);
});
