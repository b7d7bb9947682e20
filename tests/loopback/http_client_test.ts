/** Sessions of net.http with real servers on this machine. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as http from "../../lib/http/client.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";

/** A server of the runtime, and its base URL. */
function web(handler: (request: Request) => Response | Promise<Response>) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    handler,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Reads the head of a request, as it went over the wire. */
async function readHead(conn: tcp.Connection): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of conn.lines()) {
    if (line === "") break;
    lines.push(line);
  }
  return lines;
}

Deno.test("what goes over the wire is what was asked for", async () => {
  let head: string[] = [];
  let body = "";
  await using server = await tcp.serve({}, async (conn) => {
    head = await readHead(conn);
    body = new TextDecoder().decode(await conn.readExactly(9));
    await conn.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  using session = http.client({
    headers: { "User-Agent": "netrepl", Host: "name.example" },
    auth: { scheme: "basic", username: "u", password: "p" },
  });
  await session.put(`http://${server.address}/a b?x=ä`, { json: { a: "b" } });
  assert.equal(head[0], "PUT /a%20b?x=%C3%A4 HTTP/1.1");
  const fields = new Map(
    head.slice(1).map((line) => {
      const [name = "", ...value] = line.split(": ");
      return [name.toLowerCase(), value.join(": ")];
    }),
  );
  assert.equal(fields.get("host"), "name.example");
  assert.equal(fields.get("user-agent"), "netrepl");
  assert.equal(fields.get("authorization"), "Basic dTpw");
  assert.equal(fields.get("content-type"), "application/json");
  assert.equal(fields.get("content-length"), "9");
  assert.equal(body, '{"a":"b"}');
});

Deno.test("a session keeps its connection, and close() ends it", async () => {
  await using server = await tcp.serve({}, async (conn) => {
    while ((await readHead(conn)).length > 0) {
      await conn.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  });
  const session = http.client();
  for (let i = 0; i < 5; i++) await session.get(`http://${server.address}/`);
  assert.equal(server.connections.length, 1);
  session.close();
  session.close();
  await until(() => server.connections.length === 0);
  await assert.rejects(session.get(`http://${server.address}/`), {
    code: "closed",
  });
});

Deno.test("both directions stream at once", async () => {
  await using server = await web((request) => new Response(request.body));
  using session = http.client();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const [stream] = await Promise.all([
    session.stream(server.url, { method: "POST", body: readable }),
    writer.write(new TextEncoder().encode("one\n")),
  ]);
  const lines = stream.lines();
  assert.equal((await lines.next()).value, "one");
  await writer.write(new TextEncoder().encode("two\n"));
  assert.equal((await lines.next()).value, "two");
  await writer.close();
  assert.equal((await lines.next()).done, true);
});

Deno.test("a multipart form arrives whole, with progress on the way", async () => {
  await using server = await web(async (request) => {
    const form = await request.formData();
    const file = form.get("file") as File;
    const live = form.get("live") as File;
    return Response.json({
      note: form.get("note"),
      chunked: request.headers.get("content-length") === null,
      file: [file.name, file.type, file.size],
      live: [live.name, await live.text()],
    });
  });
  using session = http.client();
  const form: http.Multipart = {
    note: "päper",
    file: new File([new Uint8Array(300_000)], "zeros.bin"),
    live: {
      name: "live.txt",
      size: 4,
      open: () => new Blob(["live"]).stream(),
    },
  };
  const told: http.Progress[] = [];
  const response = await session.post(server.url, {
    multipart: form,
    onUpload: (progress) => told.push(progress),
  });
  assert.deepEqual(response.json(), {
    note: "päper",
    chunked: true,
    file: ["zeros.bin", "application/octet-stream", 300_000],
    live: ["live.txt", "live"],
  });
  const { done, total } = told.at(-1)!;
  assert.equal(done, total);
  assert.ok(done > 300_000 && told.length > 3);
  const { live: _, ...inMemory } = form;
  const plain = await session.post(server.url, {
    multipart: { ...inMemory, live: new File(["live"], "live.txt") },
  });
  assert.equal((plain.json() as { chunked: boolean }).chunked, false);
});

Deno.test("a compressed body counts as what it unfolds to", async () => {
  const zeros = new Blob([new Uint8Array(10_000_000)]).stream();
  const packed = await new Response(
    zeros.pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  assert.ok(packed.length < 100_000);
  await using server = await web(() =>
    new Response(packed, { headers: { "content-encoding": "gzip" } })
  );
  using session = http.client();
  await assert.rejects(session.get(server.url, { limit: 1_000_000 }), {
    code: "too-large",
  });
  const response = await session.get(server.url);
  assert.equal(response.body.length, 10_000_000);
  assert.equal(response.headers.get("content-encoding"), "gzip");
});

Deno.test("a stream's fields fit what is read: codings that are undone are not named", async () => {
  const gzip = await new Response(
    new Blob(["hello"]).stream().pipeThrough(new CompressionStream("gzip")),
  ).bytes();
  await using server = await web(({ url }) => {
    const coding = new URL(url).searchParams.get("coding")!;
    return new Response(gzip, {
      headers: { "content-encoding": coding, "x-other": "stays" },
    });
  });
  // What passes an answer on has its fields and its body, and no more to do.
  await using proxy = await web(async ({ url }) => {
    using session = http.client();
    const stream = await session.stream(server.url + new URL(url).search);
    const { headers, status } = stream;
    return new Response(await new Response(stream.readable).bytes(), {
      headers,
      status,
    });
  });
  const table: [coding: string, body: string | Uint8Array][] = [
    ["gzip", "hello"],
    ["GZIP", "hello"],
    ["x-own", gzip],
  ];
  for (const [coding, body] of table) {
    using session = http.client();
    const query = { coding };
    const passed = await session.get(proxy.url, { query });
    const is = typeof body === "string" ? passed.text() : passed.body;
    assert.deepEqual(is, body, coding);
    assert.equal(passed.headers.get("x-other"), "stays");
    await using stream = await session.stream(server.url, { query });
    const isLeft = body === gzip;
    assert.equal(stream.headers.has("content-encoding"), isLeft);
    assert.equal(stream.headers.has("content-length"), isLeft);
    const whole = await stream.whole();
    assert.equal(whole.headers.get("content-encoding"), coding);
  }
});

Deno.test("one try waits for the head, another limit is for silence in the body", async () => {
  let asked = 0;
  await using server = await tcp.serve({}, async (conn, { signal }) => {
    const [line = ""] = await readHead(conn);
    asked++;
    const head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n";
    if (line.includes("/late") && asked > 1) {
      return await conn.write(`${head}Connection: close\r\n\r\nabcdef`);
    }
    if (line.includes("/body")) await conn.write(`${head}\r\nabc`);
    while (await conn.read({ signal })) { /* until the client hangs up */ }
  });
  using session = http.client();
  const url = `http://${server.address}/`;
  const late = await session.get(`${url}late`, {
    headTimeout: 1000,
    retries: { times: 2, delay: 1 },
  });
  assert.equal(late.text(), "abcdef");
  assert.deepEqual(
    late.history.map(({ reason, error }) => [reason, error?.code]),
    [
      ["retry", "timeout"],
    ],
  );
  await assert.rejects(session.get(`${url}body`, { idleTimeout: 300 }), {
    code: "timeout",
    target: `${url}body`,
    message: /no answer within 300 ms/,
  });
  const stream = await session.stream(`${url}body`, { idleTimeout: 300 });
  assert.equal((await stream.read())?.length, 3);
  await assert.rejects(stream.read(), { code: "timeout" });
  const reason = new Error("enough");
  const controller = new AbortController();
  const other = await session.stream(`${url}body`, {
    signal: controller.signal,
    timeout: 1000,
  });
  await other.read();
  // The time-out was for the head, which is here.
  const rest = other.read();
  await sleep(1050);
  controller.abort(reason);
  await assert.rejects(rest, reason);
});

Deno.test("what breaks is tried again: reset, cut short, then whole", async () => {
  let asked = 0;
  await using server = await tcp.serve({}, async (conn) => {
    await readHead(conn);
    asked++;
    if (asked === 1) return conn.reset();
    await conn.write(
      `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n${
        asked === 2 ? "wh" : "whole"
      }`,
    );
  });
  using session = http.client({ retries: { times: 5, delay: 1 } });
  const response = await session.get(`http://${server.address}/`);
  assert.equal(response.text(), "whole");
  assert.equal(response.history.length, 2);
  assert.ok(
    response.history.every(({ error }) =>
      error?.code === "reset" || error?.code === "closed"
    ),
  );
  assert.match(
    Deno.inspect(response),
    /\n {2}retry: GET http:\/\/127\.0\.0\.1:\d+\/: (reset|closed)\n/,
  );
});

Deno.test("Retry-After is waited for", async () => {
  let asked = 0;
  await using server = await web(() =>
    ++asked === 1
      ? new Response("later", { status: 503, headers: { "retry-after": "1" } })
      : new Response("now")
  );
  using session = http.client({ retries: 1 });
  const response = await session.get(server.url);
  assert.equal(response.text(), "now");
  assert.ok(response.elapsed >= 990, `${response.elapsed} ms`);
});

/** Whether a Digest answer is right, worked out on our own (RFC 7616 §3.4.1). */
function verifyDigest(
  field: string,
  method: string,
  uri: string,
  password: string,
): boolean {
  const get = (name: string) =>
    new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^, ]*))`).exec(field)?.slice(1)
      .find((x) => x !== undefined) ?? "";
  const kind = get("algorithm").startsWith("SHA-256") ? "sha256" : "md5";
  const hash = (text: string) => createHash(kind).update(text).digest("hex");
  let secret = hash(`${get("username")}:${get("realm")}:${password}`);
  if (get("algorithm").endsWith("-sess")) {
    secret = hash(`${secret}:${get("nonce")}:${get("cnonce")}`);
  }
  const expected = hash(
    `${secret}:${get("nonce")}:${get("nc")}:${get("cnonce")}:${get("qop")}:${
      hash(`${method}:${uri}`)
    }`,
  );
  return get("uri") === uri && get("response") === expected;
}

Deno.test("Digest passes a server that checks it, for each algorithm", async () => {
  for (const algorithm of ["MD5", "SHA-256", "MD5-sess", "SHA-256-sess"]) {
    const challenges: number[] = [];
    await using server = await web((request) => {
      const { pathname, search } = new URL(request.url);
      const field = request.headers.get("authorization") ?? "";
      if (
        verifyDigest(field, request.method, pathname + search, "open sesame")
      ) {
        return new Response("in");
      }
      challenges.push(1);
      return new Response("no", {
        status: 401,
        headers: {
          "www-authenticate":
            `Digest realm="cave", nonce="${crypto.randomUUID()}", algorithm=${algorithm}, qop="auth"`,
        },
      });
    });
    using session = http.client({
      auth: { scheme: "digest", username: "ali", password: "open sesame" },
    });
    assert.equal((await session.get(`${server.url}a?b=c`)).text(), "in");
    assert.equal((await session.post(server.url, { body: "x" })).text(), "in");
    assert.equal(challenges.length, 1, algorithm);
    using wrong = http.client({
      auth: { scheme: "digest", username: "ali", password: "open wheat" },
    });
    assert.equal((await wrong.get(server.url)).status, 401);
  }
});

Deno.test("version 2 without TLS goes by prior knowledge, version 1.1 does not", async () => {
  let first = "";
  await using server = await tcp.serve({}, async (conn) => {
    first = await conn.readLine() ?? "";
  });
  for (
    const [version, begin] of [["2", "PRI * HTTP/2.0"], [
      "1.1",
      "GET / HTTP/1.1",
    ]] as const
  ) {
    using session = http.client({ version });
    await assert.rejects(session.get(`http://${server.address}/`));
    assert.equal(first, begin);
  }
  await using real = await web(() => new Response("over 2"));
  using session = http.client({ version: "2" });
  assert.equal((await session.get(real.url)).text(), "over 2");
});

Deno.test("cookies of a server come back to it", async () => {
  await using server = await web((request) =>
    new Response(request.headers.get("cookie") ?? "none", {
      headers: [["set-cookie", "a=1; Path=/"], ["set-cookie", "b=2; HttpOnly"]],
    })
  );
  using session = http.client({ baseUrl: server.url });
  assert.equal((await session.get("")).text(), "none");
  assert.equal((await session.get("")).text(), "a=1; b=2");
});

Deno.test("closing a session ends what is on its way", async () => {
  await using server = await tcp.serve({}, async (conn, { signal }) => {
    await conn.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc");
    while (await conn.read({ signal })) { /* until the client hangs up */ }
  });
  const session = http.client();
  const stream = await session.stream(`http://${server.address}/`);
  const asking = session.get(`http://${server.address}/`);
  await sleep(20);
  session.close();
  await assert.rejects(asking, { code: "closed" });
  await assert.rejects(async () => {
    while (await stream.read()) { /* what had come before */ }
  }, { code: "closed" });
  await until(() => server.connections.length === 0);
});
