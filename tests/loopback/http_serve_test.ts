import assert from "node:assert/strict";
import * as cors from "../../lib/http/serve/cors.ts";
import { events } from "../../lib/http/serve/events.ts";
import type { LogEntry } from "../../lib/http/serve/metrics.ts";
import { HttpProblem } from "../../lib/http/serve/problem.ts";
import { reply } from "../../lib/http/serve/reply.ts";
import { route } from "../../lib/http/serve/route.ts";
import { shape } from "../../lib/http/serve/schema.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";
import { sleep, until } from "./conditions.ts";
import { curl, NO_CURL } from "./curl.ts";
import { text } from "./pair.ts";

/** Asks with fetch, and reads the whole answer. */
async function ask(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body };
}

/** Sends JSON. */
const json = (method: string, value: unknown): RequestInit => ({
  method,
  body: JSON.stringify(value),
  headers: { "content-type": "application/json" },
});

/** Speaks HTTP by hand, and hears all that comes until the server hangs up. */
async function raw(server: { address: tcp.Endpoint }, octets: string) {
  await using conn = await tcp.connect(server.address);
  await conn.write(octets);
  return text(await conn.readAll({ timeout: 5000 }))!;
}

Deno.test("what a handler returns becomes an answer", async (t) => {
  await using server = await serve({}, {
    "GET /object": () => ({ up: true }),
    "GET /array": async () => await Promise.resolve([1, 2]),
    "GET /null": () => null,
    "GET /class": () => new tcp.Endpoint("::1", 80),
    "GET /text": () => "grüß dich",
    "GET /octets": () => Uint8Array.of(1, 2),
    "GET /nothing": () => {},
    "GET /response": () => new Response("tea", { status: 418 }),
    "GET /form": () => new URLSearchParams({ a: "1" }),
    "GET /parts": async function* () {
      yield "one ";
      await sleep(1);
      yield new TextEncoder().encode("two");
    },
    "GET /stream": () => new Blob(["streamed"]).stream(),
    "GET /made": () =>
      reply({ id: 1 }, { status: 201, headers: { etag: '"1"' } }),
  });
  const table: [
    path: string,
    status: number,
    type: string | null,
    body: string,
  ][] = [
    ["object", 200, "application/json", '{"up":true}'],
    ["array", 200, "application/json", "[1,2]"],
    ["null", 200, "application/json", "null"],
    ["class", 200, "application/json", '{"hostname":"::1","port":80}'],
    ["text", 200, "text/plain;charset=UTF-8", "grüß dich"],
    ["octets", 200, "application/octet-stream", "\x01\x02"],
    ["nothing", 204, null, ""],
    ["response", 418, "text/plain;charset=UTF-8", "tea"],
    ["form", 200, "application/x-www-form-urlencoded;charset=UTF-8", "a=1"],
    ["parts", 200, "text/plain;charset=UTF-8", "one two"],
    ["stream", 200, "application/octet-stream", "streamed"],
    ["made", 201, "application/json", '{"id":1}'],
  ];
  for (const [path, status, type, body] of table) {
    await t.step(path, async () => {
      const answer = await ask(`${server.url}/${path}`);
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get("content-type"), type);
      assert.equal(answer.body, body);
      const head = await ask(`${server.url}/${path}`, { method: "HEAD" });
      assert.deepEqual([head.status, head.body], [status, ""]);
    });
  }
  assert.equal(server.requests, 2 * table.length);
  await until(() => server.inFlight === 0);
  assert.equal(server.failed, 0);
});

Deno.test("a route knows its path's segments, decoded, and what is fixed goes first", async () => {
  await using server = await serve({}, {
    "GET /devices/:id": ({ params }) => `device ${params.id}`,
    "GET /devices/new": () => "the form",
    "GET /devices/:id/ports/:port": ({ params }) =>
      `${params.id}.${params.port}`,
    "GET /files/*": ({ params }) => `file ${params["*"]}`,
    "* /any": ({ method }) => method,
  });
  const table: [path: string, body: string][] = [
    ["/devices/r1", "device r1"],
    ["/devices/new", "the form"],
    ["/devices/a%2Fb%20c", "device a/b c"],
    ["/devices/r1/ports/eth0?x=1", "r1.eth0"],
    ["/files/", "file "],
    ["/files/a/b.txt", "file a/b.txt"],
    ["/devices/__proto__", "device __proto__"],
  ];
  for (const [path, body] of table) {
    assert.equal((await ask(server.url + path)).body, body, path);
  }
  assert.equal(
    (await ask(`${server.url}/any`, { method: "DELETE" })).body,
    "DELETE",
  );
  for (
    const path of [
      "/devices/",
      "/devices",
      "/devices/r1/ports",
      "/",
      "//devices/r1",
    ]
  ) {
    assert.equal((await ask(server.url + path)).status, 404, path);
  }
  assert.equal((await ask(`${server.url}/devices/%ff`)).status, 400);
});

Deno.test("a method without a route is told which there are", async () => {
  await using server = await serve({}, {
    "GET /a": () => "a",
    "POST /a": () => "made",
  });
  const wrong = await ask(`${server.url}/a`, { method: "DELETE" });
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get("allow"), "GET, HEAD, OPTIONS, POST");
  const asked = await ask(`${server.url}/a`, { method: "OPTIONS" });
  assert.deepEqual([asked.status, asked.headers.get("allow")], [
    204,
    "GET, HEAD, OPTIONS, POST",
  ]);
});

Deno.test("a problem is told to the client, and of other errors no word", async () => {
  const seen: unknown[] = [];
  await using server = await serve({
    onError: (error, request) => {
      seen.push(error, new URL(request.url).pathname);
      throw new Error("onError throws too");
    },
  }, {
    "GET /mine": () => {
      throw new HttpProblem(409, "that name is taken", {
        type: "https://example.org/taken",
        headers: { "retry-after": "7" },
        extensions: { name: "r1" },
        cause: new Error("a secret"),
      });
    },
    "GET /bug": () => {
      throw new Error("password is hunter2");
    },
    "GET /later": async () => {
      await sleep(1);
      throw "a text that is no error";
    },
    "GET /odd": () => 10n,
  });
  const told = await ask(`${server.url}/mine`);
  assert.equal(told.status, 409);
  assert.equal(told.headers.get("content-type"), "application/problem+json");
  assert.equal(told.headers.get("retry-after"), "7");
  assert.deepEqual(JSON.parse(told.body), {
    name: "r1",
    type: "https://example.org/taken",
    title: "Conflict",
    status: 409,
    detail: "that name is taken",
  });
  assert.equal(server.failed, 0);
  for (const path of ["/bug", "/later", "/odd"]) {
    const answer = await ask(server.url + path);
    assert.equal(answer.status, 500);
    assert.deepEqual(JSON.parse(answer.body), {
      type: "about:blank",
      title: "Internal Server Error",
      status: 500,
    });
  }
  assert.match(`${server.errors[0]}`, /hunter2/);
  assert.equal(seen[1], "/bug");
  assert.equal(server.failed, 6, "the errors of onError are kept as well");
  assert.equal(server.routes.find(({ key }) => key === "GET /bug")?.errors, 1);
  assert.match(
    Deno.inspect(server),
    /serving, 4 requests, 0 in flight, 6 failed\n.*route/,
  );
});

Deno.test("a schema checks body and query before the handler sees them", async () => {
  await using server = await serve({}, {
    "POST /links/:id": route({
      body: shape({
        name: { type: "string", minLength: 1 },
        address: "ipv4",
        "mtu?": { type: "integer", minimum: 68, default: 1500 },
      }),
      query: shape({
        "dry?": "boolean",
        "tag?": { type: "array", items: { type: "string" } },
      }),
    }, async ({ params, query, json }) => {
      const link = await json();
      const mtu: number | undefined = link.mtu;
      const dry: boolean | undefined = query.dry;
      return {
        id: params.id,
        name: link.name.toUpperCase(),
        mtu,
        dry,
        tag: query.tag,
      };
    }),
  });
  const post = (path: string, body: unknown) =>
    ask(server.url + path, json("POST", body));
  const fine = await post("/links/7?dry=true&tag=a&tag=b", {
    name: "eth0",
    address: "192.0.2.1",
  });
  assert.deepEqual(JSON.parse(fine.body), {
    id: "7",
    name: "ETH0",
    mtu: 1500,
    dry: true,
    tag: ["a", "b"],
  });
  const wrong = await post("/links/7", {
    name: "",
    address: "1.2.3",
    mtu: 70.5,
    x: 1,
  });
  assert.equal(wrong.status, 422);
  assert.deepEqual(JSON.parse(wrong.body).errors, [
    { pointer: "#/name", detail: "must not be empty" },
    { pointer: "#/address", detail: "must be of the format ipv4" },
    { pointer: "#/mtu", detail: "must be an integer" },
    { pointer: "#/x", detail: "is not known here" },
  ]);
  const query = await post("/links/7?dry=perhaps&__proto__=1", {
    name: "a",
    address: "192.0.2.1",
  });
  assert.equal(query.status, 400);
  assert.deepEqual(JSON.parse(query.body).errors, [
    { parameter: "dry", detail: "must be true or false" },
    { parameter: "__proto__", detail: "is not known here" },
  ]);
  const text = {
    method: "POST",
    body: "{}",
    headers: { "content-type": "text/csv" },
  };
  assert.equal((await ask(`${server.url}/links/7`, text)).status, 415);
  const broken = {
    ...text,
    headers: { "content-type": "application/json" },
    body: "{",
  };
  assert.equal((await ask(`${server.url}/links/7`, broken)).status, 400);
});

Deno.test("a body above the limit is refused, told or not, and a slow one too", async () => {
  await using server = await serve({ limits: { body: 1000, bodyTime: 100 } }, {
    "POST /": async ({ bytes }) => (await bytes()).length,
  });
  const post = (body: BodyInit) => ask(server.url, { method: "POST", body });
  assert.equal((await post("x".repeat(1000))).body, "1000");
  assert.equal((await post("x".repeat(1001))).status, 413);
  const endless = (async function* () {
    while (true) {
      yield new Uint8Array(400);
      await sleep(1);
    }
  })();
  // The connection may break before the answer is read: then it is no 200.
  const status = await post(ReadableStream.from(endless)).then(
    (a) => a.status,
    () => 413,
  );
  assert.equal(status, 413);
  await using slow = await tcp.connect(server.address);
  await slow.write(
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
  );
  assert.match((await slow.readLine({ timeout: 5000 }))!, /^HTTP\/1.1 408 /);
  await until(() => server.inFlight === 0);
});

Deno.test("above the limit of requests the rest are told 503", async () => {
  const gate = Promise.withResolvers<void>();
  await using server = await serve({ limits: { requests: 3 } }, {
    "GET /": async () => {
      await gate.promise;
      return "done";
    },
  });
  const asked = Array.from({ length: 20 }, () => ask(server.url));
  await until(() => server.refused === 17);
  assert.equal(server.inFlight, 3);
  gate.resolve();
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
    .sort();
  assert.deepEqual(statuses, [...Array(3).fill(200), ...Array(17).fill(503)]);
});

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

Deno.test("close lets requests end, and drops them when the time is up", async () => {
  const server = await serve({}, {
    "GET /": async () => {
      await sleep(100);
      return "done";
    },
  });
  const asked = ask(server.url);
  await until(() => server.inFlight === 1);
  const start = performance.now();
  await Promise.all([server.close(), server.close(), server.finished]);
  assert.equal((await asked).body, "done");
  assert.ok(performance.now() - start < 2000);
  await assert.rejects(ask(server.url), TypeError);

  const stuck = await serve({}, { "GET /": () => new Promise(() => {}) });
  const never = ask(stuck.url).catch(() => "dropped");
  await until(() => stuck.inFlight === 1);
  await stuck.close({ drain: 50 });
  assert.equal(await never, "dropped");
  assert.match(Deno.inspect(stuck), /closed/);
});

Deno.test("a signal closes the server, and a handler hears of it", async () => {
  const controller = new AbortController();
  const server = await serve({ signal: controller.signal }, {
    "GET /": ({ signal }) =>
      new Promise((resolve) =>
        signal.addEventListener("abort", () => resolve("in time"))
      ),
  });
  const asked = ask(server.url);
  await until(() => server.inFlight === 1);
  controller.abort();
  assert.equal((await asked).body, "in time");
  await server.finished;
  await assert.rejects(
    serve({ signal: AbortSignal.abort(new Error("not today")) }, {}),
    /not today/,
  );
});

Deno.test("serve() says what is wrong with its arguments", async () => {
  await using server = await serve({}, {});
  await assert.rejects(serve({ port: server.address.port }, {}), {
    code: "in-use",
  });
  await assert.rejects(serve({ port: 70_000 }, {}), RangeError);
  await assert.rejects(
    serve({ limits: { body: -1 } }, {}),
    /'limits.body' must be/,
  );
  const table: [key: string, says: RegExp][] = [
    ["GET/x", /a method and a path/],
    ["get /x", /a method and a path/],
    ["GET /:a/:a", /:a only once/],
    ["GET /*/x", /\* as its last segment/],
    ["GET /:", /names of letters/],
  ];
  for (const [key, says] of table) {
    await assert.rejects(serve({}, { [key]: () => 1 } as never), says);
  }
  assert.throws(
    () => route({ body: { type: "object", oneOf: [] } as never }, () => 1),
    /without the keyword oneOf/,
  );
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
  const whole = response.text();
  await sleep(20);
  const start = performance.now();
  await server.close();
  assert.ok(
    performance.now() - start < 1000,
    "an endless answer ends at close",
  );
  assert.match(await whole, /data: 2/);
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

Deno.test("a WebSocket of the runtime passes through a route", async () => {
  await using server = await serve({ cors: true }, {
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
});

Deno.test("malformed requests end in 400 or a closed connection, and the server goes on", async () => {
  await using server = await serve({}, {
    "GET /": () => "fine",
    "POST /": async ({ text }) => await text(),
  });
  const table: string[] = [
    "\0\x01\x02\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    "GET / HTTP/1.1\r\nHost x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nX: \x01\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(1_000_000)}\r\n\r\n`,
    `GET /${"a".repeat(1_000_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
  ];
  for (const octets of table) {
    const answer = await raw(server, octets).catch((error) => {
      assert.ok(["reset", "closed"].includes(error.code), error);
      return "";
    });
    assert.ok(
      answer === "" || /^HTTP\/1\.[01] (4\d\d|505) /.test(answer),
      `${JSON.stringify(octets.slice(0, 60))}: ${answer.slice(0, 60)}`,
    );
  }
  assert.equal((await ask(server.url)).body, "fine");
});

Deno.test("changed requests by the hundred hang nothing and fail no handler", async () => {
  await using server = await serve({}, {
    "GET /a/:b": (
      { params, query, url },
    ) => [params.b, { ...query }, url.href.length],
    "POST /a/:b": async ({ text }) => (await text()).length,
  });
  const seed = Math.floor(Math.random() * 2 ** 31);
  const dice = draw(seed);
  const good = [
    "GET /a/%41?x=1&y=%20 HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n\r\n",
    "POST /a/b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody",
    "POST /a/b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
  ];
  const odd = [
    "\r",
    "\n",
    "\0",
    " ",
    ":",
    "%",
    "/",
    "?",
    "\xff",
    "HTTP/1.1",
    "-1",
    ";",
  ];
  const one = async () => {
    let octets = good[dice(good.length)]!;
    for (let i = dice(4); i >= 0; i--) {
      const at = dice(octets.length);
      const cut = dice(3);
      octets = octets.slice(0, at) + odd[dice(odd.length)] +
        octets.slice(at + cut);
    }
    const conn = await tcp.connect(server.address);
    await conn.write(octets);
    await conn.closeWrite().catch(() => {});
    await conn.readAll({ timeout: 5000 }).catch(({ code }) => {
      assert.notEqual(
        code,
        "timeout",
        `seed ${seed}: ${JSON.stringify(octets)}`,
      );
    });
    await conn.close();
  };
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 15 }, one));
  }
  assert.equal((await ask(`${server.url}/a/b`)).status, 200);
  await until(() => server.inFlight === 0);
  assert.deepEqual(server.errors, [], `seed ${seed}`);
});

Deno.test("requests in one packet are answered in their order", async () => {
  await using server = await serve({}, {
    "GET /:n": async ({ params }) => {
      await sleep(10 - Number(params.n));
      return `answer ${params.n};`;
    },
  });
  const asked = Array.from(
    { length: 9 },
    (_, n) =>
      `GET /${n} HTTP/1.1\r\nHost: x\r\n${
        n === 8 ? "Connection: close\r\n" : ""
      }\r\n`,
  );
  const answers = await raw(server, asked.join(""));
  assert.deepEqual(
    [...answers.matchAll(/answer (\d);/g)].map(([, n]) => Number(n)),
    [0, 1, 2, 3, 4, 5, 6, 7, 8],
  );
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

/** Numbers by chance from 0 up to and without `below`, the same for a seed. */
function draw(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
    return state % below;
  };
}
