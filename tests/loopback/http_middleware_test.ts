import assert from "node:assert/strict";
import * as cors from "../../lib/http/serve/cors.ts";
import { events } from "../../lib/http/serve/events.ts";
import type { LogEntry } from "../../lib/http/serve/metrics.ts";
import { route } from "../../lib/http/serve/route.ts";
import { shape } from "../../lib/http/serve/schema.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";
import { sleep, until } from "./conditions.ts";
import { curl, NO_CURL } from "./curl.ts";
import { ask, raw } from "./http_ask.ts";

Deno.test("middleware sees every answer, errors and 404 too, and may answer itself", async () => {
  const log: LogEntry[] = [];
  const order: string[] = [];
  await using server = await serve({
    log: (entry) => log.push(entry),
    use: [
      async (exchange, next) => {
        order.push("out");
        exchange.state["user"] = "ada";
        const response = await next();
        order.push(`back ${response.status}`);
        response.headers.set("x-time", "now");
        return response;
      },
      (exchange, next) =>
        exchange.headers.has("x-bad")
          ? new Response("no", { status: 403 })
          : next(),
    ],
  }, {
    "GET /": ({ state }) => state,
    "GET /bug": () => {
      throw new Error("oh");
    },
  });
  const fine = await ask(server.url);
  assert.deepEqual([fine.body, fine.headers.get("x-time")], [
    '{"user":"ada"}',
    "now",
  ]);
  assert.equal(
    (await ask(server.url, { headers: { "x-bad": "1" } })).status,
    403,
  );
  assert.equal((await ask(`${server.url}/bug?token=x`)).status, 500);
  assert.equal((await ask(`${server.url}/none`)).status, 404);
  assert.deepEqual(order.filter((word) => word !== "out"), [
    "back 200",
    "back 403",
    "back 500",
    "back 404",
  ]);
  assert.deepEqual(
    log.map(({ method, path, route, status }) => [method, path, route, status]),
    [
      ["GET", "/", "GET /", 200],
      ["GET", "/", "GET /", 403],
      ["GET", "/bug", "GET /bug", 500],
      ["GET", "/none", undefined, 404],
    ],
  );
  assert.equal(log[0]!.remoteAddress.hostname, "127.0.0.1");
});

Deno.test("only hosts that are named are answered, if they are", async () => {
  await using server = await serve({ hosts: ["localhost", "127.0.0.1"] }, {
    "GET /": () => "in",
    "GET /secret/p": () => "secret",
  });
  const by = (host: string, path = "/") =>
    raw(
      server,
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
    );
  assert.match(await by("127.0.0.1:80"), /^HTTP\/1.1 200 /);
  assert.match(await by("LocalHost"), /^HTTP\/1.1 200 /);
  for (
    const host of ["evil.example", "", "127.0.0.1/secret", "127.0.0.1.evil"]
  ) {
    assert.match(await by(host, "/p"), /^HTTP\/1.1 421 /, host);
  }
});

Deno.test("events come as they happen, and the source ends with the client", async () => {
  let ended = 0;
  await using server = await serve({}, {
    "GET /feed": ({ signal }) =>
      events(
        (async function* () {
          try {
            yield { event: "tick", id: "1", data: { n: 1 } };
            for (let n = 2;; n++) {
              await sleep(5);
              yield `line\n${n}`;
            }
          } finally {
            ended++;
          }
        })(),
        { signal, retry: 10, heartbeat: 2 },
      ),
  });
  {
    await using conn = await tcp.connect(server.address);
    await conn.write("GET /feed HTTP/1.1\r\nHost: x\r\n\r\n");
    const lines: string[] = [];
    for await (const line of conn.lines({ timeout: 5000 })) {
      lines.push(line);
      if (line === "data: 3") break;
    }
    const all = lines.join("\n");
    assert.match(all, /^content-type: text\/event-stream$/im);
    assert.match(all, /^retry: 10$/m);
    assert.match(all, /^id: 1\nevent: tick\ndata: {"n":1}$/m);
    assert.match(all, /^data: line\ndata: 2$/m);
    assert.match(all, /^:$/m, "a sign of life");
  }
  await until(() => ended === 1);
  const response = await fetch(`${server.url}/feed`);
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let said = "";
  while (!/data: 2/.test(said)) said += (await reader.read()).value;
  const start = performance.now();
  await server.close({ drain: 60_000 });
  assert.ok(
    performance.now() - start < 30_000,
    "an endless answer ends at close",
  );
  while (!(await reader.read()).done) { /* what was on its way */ }
  assert.equal(server.failed, 0);
});

Deno.test("CORS: preflights are answered, and only those may ask who may", async () => {
  await using server = await serve({
    cors: {
      origin: ["https://a.example"],
      credentials: true,
      expose: ["etag"],
    },
  }, { "PUT /": () => "put" });
  const by = (origin: string, headers: Record<string, string> = {}) => ({
    headers: { origin, ...headers },
  });
  const ask1 = {
    "access-control-request-method": "PUT",
    "access-control-request-headers": "x-token",
  };
  const pre = await ask(server.url, {
    method: "OPTIONS",
    ...by("https://a.example", ask1),
  });
  assert.equal(pre.status, 204);
  assert.equal(
    pre.headers.get("access-control-allow-origin"),
    "https://a.example",
  );
  assert.equal(pre.headers.get("access-control-allow-headers"), "x-token");
  assert.match(pre.headers.get("access-control-allow-methods")!, /PUT/);
  assert.equal(pre.headers.get("access-control-allow-credentials"), "true");
  const stranger = await ask(server.url, {
    method: "OPTIONS",
    ...by("https://b.example", ask1),
  });
  assert.equal(stranger.headers.get("access-control-allow-origin"), null);
  const real = await ask(server.url, {
    method: "PUT",
    ...by("https://a.example"),
  });
  assert.equal(real.headers.get("access-control-expose-headers"), "etag");
  assert.match(real.headers.get("vary")!, /Origin/);
  // A page must be able to read what went wrong.
  const missing = await ask(`${server.url}/x`, by("https://a.example"));
  assert.equal(missing.status, 404);
  assert.equal(
    missing.headers.get("access-control-allow-origin"),
    "https://a.example",
  );
  assert.throws(() => cors.cors({ credentials: true }), TypeError);
});

Deno.test("the routes describe themselves, and the page that tries them is there", async () => {
  await using server = await serve({
    openapi: { title: "Links", version: "2.0.0" },
  }, {
    "GET /links/:id": route({
      summary: "One link",
      query: shape({ "full?": "boolean" }),
    }, () => 1),
    "POST /links": route({ body: shape({ name: "string" }) }, () => 1),
    "GET /files/*": () => "",
    "* /secret": () => "",
  });
  const { openapi, info, paths } = JSON.parse(
    (await ask(`${server.url}/openapi.json`)).body,
  );
  assert.equal(openapi, "3.1.0");
  assert.deepEqual(info, { title: "Links", version: "2.0.0" });
  assert.deepEqual(Object.keys(paths), [
    "/links/{id}",
    "/links",
    "/files/{path}",
  ]);
  assert.deepEqual(paths["/links/{id}"].get.parameters, [
    { name: "id", in: "path", required: true, schema: { type: "string" } },
    { name: "full", in: "query", required: false, schema: { type: "boolean" } },
  ]);
  assert.equal(
    paths["/links"].post.requestBody.content["application/json"].schema
      .required[0],
    "name",
  );
  const page = await ask(`${server.url}/docs`);
  assert.match(
    page.headers.get("content-security-policy")!,
    /default-src 'none'/,
  );
  assert.match(page.body, /openapi\.json/);
  assert.ok(
    !/https?:\/\/(?!example\.org)/.test(page.body),
    "the page asks nobody else",
  );
});

Deno.test("a WebSocket of the runtime passes through a route, and the log tells of it", async () => {
  const logged: string[] = [];
  await using server = await serve({
    cors: true,
    log: ({ path, status, remoteAddress: { hostname } }) =>
      logged.push(`${hostname} ${path} ${status}`),
  }, {
    "GET /ws": ({ request }) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      socket.onmessage = ({ data }) => socket.send(`you said ${data}`);
      return response;
    },
  });
  const socket = new WebSocket(server.url.replace("http", "ws") + "/ws");
  await new Promise((resolve) => socket.onopen = resolve);
  const heard = new Promise<MessageEvent>((resolve) =>
    socket.onmessage = resolve
  );
  socket.send("hi");
  assert.equal((await heard).data, "you said hi");
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  assert.deepEqual(logged, ["127.0.0.1 /ws 101"]);
});

testUnless(
  NO_CURL,
  "curl: HTTP/1.0, HTTP/2, compression, a body that breaks off",
  async () => {
    await using server = await serve({ compression: true }, {
      "GET /": () => "x".repeat(5000),
      "POST /": async ({ form }) => Object.fromEntries(await form()),
      "GET /cut": async function* () {
        yield "begun";
        await sleep(5);
        throw "the disk is gone";
      },
    });
    const old = await curl("--http1.0", server.url);
    assert.deepEqual([old.status, old.body.length], [200, 5000]);
    const two = await curl("--http2-prior-knowledge", server.url);
    assert.deepEqual([two.status, two.body.length], [200, 5000]);
    const small = await curl("--compressed", server.url);
    assert.match(small.fields["content-encoding"]!, /^(br|gzip)$/);
    assert.equal(small.body.length, 5000);
    const form = await curl("-F", "a=1", "-F", "b=two", server.url);
    assert.deepEqual(JSON.parse(form.body), { a: "1", b: "two" });
    const cut = await curl(`${server.url}/cut`);
    assert.equal(
      cut.code,
      18,
      "curl: transfer closed with outstanding read data",
    );
  },
);

Deno.test("one host, one origin and one middleware need no list, and are no pattern", async () => {
  await using server = await serve({
    hosts: "127.0.0.1",
    cors: { origin: "https://example.com" },
    use: (exchange, next) =>
      exchange.headers.has("x-bad")
        ? new Response("no", { status: 403 })
        : next(),
  }, { "GET /": () => "in" });
  const allowed = async (origin: string) =>
    (await ask(server.url, { headers: { origin } })).headers.get(
      "access-control-allow-origin",
    );
  assert.equal(await allowed("https://example.com"), "https://example.com");
  for (const origin of ["https://example.co", "https://e", "example.com"]) {
    assert.equal(await allowed(origin), null, origin);
  }
  const bad = await ask(server.url, { headers: { "x-bad": "1" } });
  assert.equal(bad.status, 403);
  const { port } = server.address;
  assert.equal((await ask(`http://localhost:${port}/`)).status, 421);
});
