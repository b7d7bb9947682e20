import assert from "node:assert/strict";
import { HttpProblem } from "../../lib/http/serve/problem.ts";
import { reply } from "../../lib/http/serve/reply.ts";
import { route } from "../../lib/http/serve/route.ts";
import { shape } from "../../lib/http/serve/schema.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { sleep, until } from "./conditions.ts";
import { ask, json } from "./http_ask.ts";

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
  // A page of elsewhere may send a body without a type unasked.
  const untyped = { ...text, headers: {}, body: new Blob(['{"mtu":1500}']) };
  assert.equal((await ask(`${server.url}/links/7`, untyped)).status, 415);
  const broken = {
    ...text,
    headers: { "content-type": "application/json" },
    body: "{",
  };
  assert.equal((await ask(`${server.url}/links/7`, broken)).status, 400);
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
  await Promise.all([
    server.close({ drain: 60_000 }),
    server.close(),
    server.finished,
  ]);
  assert.equal((await asked).body, "done");
  assert.ok(performance.now() - start < 30_000);
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
    ["GET /users/{id}", /variable segments as :id/],
    ["GET /users/<int:id>", /variable segments as :id/],
    ["GET /static/*path", /\* alone at the end/],
    ["GET /:", /names of letters/],
  ];
  for (const [key, says] of table) {
    await assert.rejects(serve({}, { [key]: () => 1 } as never), says);
  }
  for (const routes of [undefined, () => "all", "GET /"]) {
    await assert.rejects(
      serve({}, routes as never),
      /'routes' must be handlers by method and path/,
    );
  }
  for (const value of ["hello", null, undefined, {}]) {
    await assert.rejects(
      serve({}, { "GET /": value } as never),
      /Cannot add the route GET \/ as it must be a function/,
    );
  }
  // Without them the runtime would serve in clear, at a URL of https.
  for (const tls of [true, null, { cert: "x" }]) {
    await assert.rejects(
      serve({ tls: tls as never }, {}),
      /'tls\.(cert|key)' must be PEM/,
    );
  }
  assert.throws(
    () => route({ body: { type: "object", oneOf: [] } as never }, () => 1),
    /without the keyword oneOf/,
  );
});
