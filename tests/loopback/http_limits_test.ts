/** What net.http.serve does to connections when they have limits. */
import assert from "node:assert/strict";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";
import { ask, raw } from "./http_ask.ts";
import { CA, SERVER_CERT, SERVER_KEY } from "./http_client_pki.ts";
import { text } from "./pair.ts";

const BODY = "/ HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n";
const GET = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/** All that comes until the connection ends, and when that was. */
async function heard(
  conn: tcp.Connection,
  start = performance.now(),
): Promise<{ answer: string; after: number }> {
  let answer = "";
  try {
    for (let chunk; (chunk = await conn.read({ timeout: 30_000 })) !== null;) {
      answer += text(chunk);
    }
  } catch (error) {
    assert.equal((error as { code?: string }).code, "reset");
  }
  return { answer, after: performance.now() - start };
}

Deno.test("who is late with a head, a body or the next request is cut off in time", async () => {
  await using server = await serve({
    limits: { headTime: 600, idleTime: 1000, bodyTime: 400 },
  }, {
    "GET /": () => "hello",
    "POST /": () => "no need to read that",
    "PUT /": async ({ request }) => await Array.fromAsync(request.body!),
  });
  // First octets, then one octet after the other; what must come; no sooner than.
  const table = [
    ["", undefined, /^HTTP\/1\.1 408 /, 600],
    ["GET / HTTP/1.1\r\nHost: x\r\nX-", undefined, /^HTTP\/1\.1 408 /, 600],
    ["GET / HTTP/1.1\r\nX: ", "y", /^HTTP\/1\.1 408 /, 600],
    [GET, undefined, /^HTTP\/1\.1 200 .*\r\n\r\nhello$/s, 1000],
    [`${GET}GET / HTTP/1.1\r\nX: `, "y", / 200 .*\r\n\r\nhello$/s, 1000],
    [`POST ${BODY}`, "z", / 200 .*no need to read that$/s, 400],
    [`PUT ${BODY}`, "z", /^$/, 650],
  ] as const;
  await Promise.all(table.map(async ([first, drip, expected, ms]) => {
    const start = performance.now();
    await using conn = await tcp.connect(server.address);
    if (first !== "") await conn.write(first);
    let over = false;
    const dripping = (async () => {
      while (drip && !over) {
        await sleep(20);
        await conn.write(drip);
      }
    })().catch(() => {});
    const { answer, after } = await heard(conn, start);
    over = true;
    await dripping;
    assert.match(answer, expected);
    assert.ok(after > ms - 5, `${first}: ${after}`);
  }));
  await until(() => server.connections?.open === 0);
  assert.deepEqual(server.connections, { open: 0, dropped: 0, late: 7 });
  // The handler that read the body itself.
  assert.equal(server.failed, 1);
  assert.match(
    `${server.errors[0]}`,
    /Cannot read a body from 127\.0\.0\.1:\d+: the other side reset/,
  );
});

Deno.test("who does not take an answer is cut off, and who takes it slowly is not", async () => {
  const large = new Uint8Array(16_000_000);
  const ended: string[] = [];
  await using server = await serve({ limits: { sendTime: 2000 } }, {
    "GET /whole": () => large,
    "GET /stream": async function* () {
      try {
        while (true) yield large.subarray(0, 100_000);
      } finally {
        ended.push("stream");
      }
    },
  });
  const asked = await Promise.all(
    ["whole", "stream", "whole"].map(async (path) => {
      const conn = await tcp.connect(server.address);
      await conn.write(GET.replace("/", `/${path}`));
      return conn;
    }),
  );
  const slow = asked.pop()!;
  // Half a second for all of it, but never 2 s without taking anything.
  for (let taken = 0; taken < 16_000_000; taken += 500_000) {
    await slow.readExactly(500_000, { timeout: 20_000 });
    await sleep(15);
  }
  await until(() => server.connections!.late === 2);
  // What was cut off is heard of a little later.
  await until(() => server.inFlight === 0);
  assert.deepEqual(ended, ["stream"]);
  await slow.close();
  for (const conn of asked) {
    conn.reset();
    await conn.close();
  }
});

Deno.test("of 400 at once above a limit of 50, the rest are told 503, and the 50 go on", async () => {
  await using server = await serve({ limits: { connections: 50 } }, {
    "GET /": () => "hello",
  });
  const conns: tcp.Connection[] = [];
  const first: string[] = await Promise.all(
    Array.from({ length: 400 }, async () => {
      const conn = await tcp.connect(server.address);
      conns.push(conn);
      await conn.write(GET);
      return (await conn.readLine({ timeout: 4000 }))!;
    }),
  );
  const told = (status: string) =>
    first.filter((line) => line.startsWith(`HTTP/1.1 ${status}`)).length;
  assert.deepEqual([told("200"), told("503")], [50, 350]);
  assert.deepEqual(server.connections, { open: 50, dropped: 350, late: 0 });
  for (const conn of conns) conn.reset();
  await Promise.all(conns.map((conn) => conn.close()));
  await until(() => server.connections?.open === 0);
  assert.equal((await ask(server.url)).body, "hello");
  assert.equal(server.requests, 51);
});

Deno.test("over TLS the same holds, from before the handshake", async () => {
  const tls = { cert: SERVER_CERT, key: SERVER_KEY };
  const limits = { connections: 3, headTime: 1500 };
  await using server = await serve({ tls, limits }, {
    "GET /": ({ remoteAddress, url }) => `${url.protocol} ${remoteAddress}`,
  });
  const mute = await Promise.all(
    [1, 2].map(() => tcp.connect(server.address)),
  );
  using client = Deno.createHttpClient({ caCerts: [CA] });
  const answer = await fetch(server.url, { client });
  assert.match(await answer.text(), /^https: 127\.0\.0\.1:\d+$/);
  await using beyond = await tcp.connect(server.address);
  assert.equal((await heard(beyond)).answer, "");
  assert.equal(server.connections?.dropped, 1);
  await Promise.all(mute.map(heard));
  assert.equal(server.connections?.late, 2);
  await Promise.all(mute.map((conn) => conn.close()));
});

Deno.test("requests come as they do without limits; what cannot be is said", async () => {
  await using server = await serve({ limits: { idleTime: 5000 } }, {
    "GET /*": ({ request, params, path }) => [request.url, params["*"], path],
    "GET /ws": ({ request }) => Deno.upgradeWebSocket(request).response,
    "POST /": async ({ request, text }) => [
      request.headers.get("x-a"),
      (await text()).length,
    ],
    "GET /gone": async ({ request }) => {
      await new Promise((resolve) =>
        request.signal.addEventListener("abort", resolve)
      );
    },
  });
  const get = (target: string) =>
    raw(
      server,
      `GET ${target} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`,
    );
  assert.match(
    await get("/./b/../%2e%2e/c?d"),
    /\["http:\/\/a\.example\/\.\/b\/\.\.\/%2e%2e\/c\?d","\.\/b\/\.\.\/\.\.\/c","\/\.\/b\/\.\.\/%2e%2e\/c"\]$/,
  );
  const socket = new WebSocket(server.url.replace("http", "ws") + "/ws");
  await new Promise((resolve) => socket.onerror = resolve);
  const posted = await ask(server.url, {
    method: "POST",
    headers: [["x-a", "1"], ["x-a", "2"]],
    body: "z".repeat(1_000_000),
  });
  assert.equal(posted.body, '["1, 2",1000000]');
  const leaver = await tcp.connect(server.address);
  await leaver.write(GET.replace("/", "/gone"));
  await until(() => server.inFlight === 1);
  leaver.reset();
  await until(() => server.inFlight === 0);
  await leaver.close();
  await using other = await serve({}, { "GET /": () => "" });
  assert.equal(other.connections, undefined);
  await assert.rejects(
    serve({ compression: true, limits: { connections: 5 } }, {}),
    /Cannot serve on .* as 'compression' must be off/,
  );
  await assert.rejects(
    serve({ limits: { headTime: NaN } }, {}),
    /'limits.headTime' must be/,
  );
});
