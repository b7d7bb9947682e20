/** net.http.raw with real servers, right and wrong ones. */
import assert from "node:assert/strict";
import { DecodeError, NetError } from "../../lib/errors.ts";
import { raw } from "../../lib/http/raw.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { seeded } from "../../lib/random.ts";
import { seed } from "../seed.ts";

Deno.test("a text goes out with its line ends made right, and both sides are shown", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      new Response(ReadableStream.from((async function* () {
        yield new TextEncoder().encode(`${request.method} `);
        await Promise.resolve();
        yield new TextEncoder().encode(new URL(request.url).pathname);
      })())),
  );
  const reply = await raw(
    `127.0.0.1:${server.addr.port}`,
    `
TRACE /x HTTP/1.1
Host: h
Connection: close
`.trimStart(),
  );
  assert.equal(reply.text(), "TRACE /x");
  assert.equal(reply.framing, "chunked");
  assert.equal(reply.field("TRANSFER-ENCODING"), "chunked");
  const shown = Deno.inspect(reply);
  assert.match(
    shown,
    /^HTTP\/1\.1 200, \d+ B in .*, chunked, \d chunks?\n> TRACE \/x HTTP\/1\.1␍␊\n> Host: h␍␊\n> Connection: close␍␊\n> ␍␊\n< HTTP\/1\.1 200 OK␍␊\n/,
  );
  assert.equal(reply.octets.length, reply.bytes.length);
});

Deno.test("a connection that is given is used again and stays open", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => new Response(await request.text()),
  );
  await using conn = await tcp.connect(`127.0.0.1:${server.addr.port}`);
  for (const body of ["one", "", "three"]) {
    const reply = await raw(conn, { method: "POST", body });
    assert.deepEqual([reply.status, reply.text()], [200, body]);
    assert.equal(reply.excess.length, 0);
  }
  const head = await raw(conn, { method: "HEAD" });
  assert.deepEqual([head.status, head.framing], [200, "none"]);
  assert.equal(conn.state, "open");
});

Deno.test("wrong requests go out as they are", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response("fine"),
  );
  const to = `127.0.0.1:${server.addr.port}`;
  const octets = new TextEncoder().encode("GARBAGE\r\n\r\n");
  assert.equal((await raw(to, octets)).status, 400);
  assert.equal(
    (await raw(to, { fields: [["Host", "a"], ["a b", "c"]] })).status,
    400,
  );
});

Deno.test("a reply that never ends is left at the time-out; a signal ends it too", async () => {
  await using server = await tcp.serve({}, async (conn, { signal }) => {
    await conn.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    while (await conn.read({ signal })) { /* until the client hangs up */ }
  });
  await assert.rejects(raw(server.address, {}, { timeout: 50 }), {
    code: "timeout",
  });
  const reason = new Error("enough");
  await assert.rejects(
    raw(server.address, {}, { signal: AbortSignal.timeout(20) }),
    { name: "TimeoutError" },
  );
  await assert.rejects(
    raw(server.address, {}, { signal: AbortSignal.abort(reason) }),
    reason,
  );
});

Deno.test("an error names the peer, and what it did", async () => {
  const ok = "HTTP/1.1 200 OK\r\n";
  const table: [octets: string, code: string, did: string][] = [
    [
      "SSH-2.0-x\r\n",
      "malformed",
      'it sent a reply that cannot be read: no status line: "SSH-2.0-x" at octet 0',
    ],
    [
      `${ok}a : b\r\n\r\n`,
      "malformed",
      "it sent a reply that cannot be read: a space before the colon at octet 17",
    ],
    [
      `${ok}Content-Length: 99\r\n\r\n`,
      "malformed",
      "it sent a reply that cannot be read: a body of more than 10 octets at octet 39",
    ],
    [
      `${ok}Content-Length: 5\r\n\r\nabc`,
      "truncated",
      "it closed the connection within its reply: cut short at octet 38, needs 5 octets and has 3 (says content-length)",
    ],
    ["", "truncated", "it closed the connection without a word"],
  ];
  for (const [octets, code, did] of table) {
    await using server = await tcp.serve({}, async (conn) => {
      for await (const line of conn.lines()) if (line === "") break;
      await conn.write(octets);
    });
    await assert.rejects(raw(server.address, {}, { limit: 10 }), (error) => {
      assert.ok(
        error instanceof NetError && error.cause instanceof DecodeError,
      );
      assert.equal(error.code, code);
      assert.equal(error.message, `Cannot ask ${server.address}: ${did}`);
      return true;
    });
  }
});

Deno.test(`hostile replies end in a reply or an error (seed ${seed})`, async () => {
  const random = seeded(seed);
  const sample = new TextEncoder().encode(
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: u\r\n\r\n",
  );
  await using server = await tcp.serve({}, async (conn) => {
    for await (const line of conn.lines()) if (line === "") break;
    const octets = [...sample];
    for (let n = Math.floor(random() * 4); n >= 0; n--) {
      const at = Math.floor(random() * octets.length);
      if (random() < 0.5) octets[at] = Math.floor(random() * 256);
      else octets.splice(at, Math.floor(random() * 9));
    }
    await conn.write(Uint8Array.from(octets));
  });
  let good = 0;
  for (let i = 0; i < 200; i++) {
    const reply = await raw(server.address, {}, { timeout: 2000 }).catch(
      (error) => {
        assert.equal(error.name, "NetError");
        assert.notEqual(error.code, "timeout");
        assert.ok(error.message.includes(`${server.address}`), error.message);
      },
    );
    if (reply) good++;
  }
  assert.ok(good < 200, "some were spoilt");
});

Deno.test("without a request it is a GET, and fields may come by name", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    ({ method, headers }) => new Response(`${method} ${headers.get("x-a")}`),
  );
  const at = `127.0.0.1:${server.addr.port}`;
  assert.equal((await raw(at)).text(), "GET null");
  const reply = await raw(at, { fields: { "X-A": "1", Connection: "close" } });
  assert.equal(reply.text(), "GET 1");
  assert.match(new TextDecoder().decode(reply.request), /\r\nX-A: 1\r\nConn/);
});
