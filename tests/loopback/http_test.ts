import assert from "node:assert/strict";
import * as http from "../../lib/http/mod.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import { testUnless } from "../skip.ts";
import { lacks, NO_HOST, ONLY_LOOPBACK } from "./conditions.ts";

/** A web server on loopback that answers by path, and its base URL. */
function web(
  routes: Record<string, (request: Request) => Response | Promise<Response>>,
) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) =>
      routes[new URL(request.url).pathname]?.(request) ??
        new Response("nothing here", { status: 404 }),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A server that answers every request with the same octets, right or wrong. */
function raw(answer: string): Promise<tcp.Server> {
  return tcp.serve({}, async (conn) => {
    for await (const line of conn.lines()) if (line === "") break;
    await conn.write(answer);
  });
}

Deno.test("get() gives status, header fields and body", async () => {
  await using server = await web({
    "/": (request) =>
      Response.json({ agent: request.headers.get("x-agent") }, {
        headers: { "X-Server": "test" },
      }),
  });
  const response = await http.get(`${server.url}/`, {
    headers: { "X-Agent": "me" },
  });
  assert.equal(response.status, 200);
  assert.equal(response.statusText, "OK");
  assert.ok(response.ok);
  assert.equal(response.headers.get("x-server"), "test");
  assert.equal(response.text(), '{"agent":"me"}');
  assert.deepEqual(response.json(), { agent: "me" });
  assert.equal(response.body.length, 14);
  assert.equal(response.bytes, response.body);
  assert.equal(response.url, `${server.url}/`);
  assert.ok(response.elapsed > 0 && response.elapsed < 30_000);
});

Deno.test("a 404 and a 500 are results", async () => {
  await using server = await web({
    "/broken": () => new Response("sorry", { status: 500 }),
  });
  for (const [path, status] of [["/none", 404], ["/broken", 500]] as const) {
    const response = await http.get(server.url + path);
    assert.equal(response.status, status);
    assert.equal(response.ok, false);
  }
});

Deno.test("redirections are followed, or given on request", async () => {
  await using server = await web({
    "/old": () =>
      new Response(null, { status: 302, headers: { location: "/new" } }),
    "/new": () => new Response("here"),
    "/loop": () =>
      new Response(null, { status: 302, headers: { location: "/loop" } }),
  });
  const followed = await http.get(`${server.url}/old`);
  assert.deepEqual([followed.url, followed.text()], [
    `${server.url}/new`,
    "here",
  ]);
  const given = await http.get(`${server.url}/old`, { redirect: "manual" });
  assert.deepEqual([given.status, given.headers.get("location")], [
    302,
    "/new",
  ]);
  await assert.rejects(http.get(`${server.url}/loop`), { code: "redirect" });
});

Deno.test("a body above the limit is refused as soon as it passes it", async () => {
  let sent = 0;
  await using server = await web({
    "/": () =>
      new Response(
        new ReadableStream({
          async pull(controller) {
            // Ends some time, should nobody stop it.
            if (++sent > 1000) return controller.close();
            controller.enqueue(new Uint8Array(100_000));
            await new Promise((resolve) => setTimeout(resolve, 1));
          },
        }),
      ),
    "/small": () => new Response("12345"),
  });
  await assert.rejects(http.get(server.url, { limit: 1_000_000 }), {
    code: "too-large",
    message: /more than 1000000 octets. Try: a larger \{ limit \}/,
  });
  assert.ok(sent < 1000, `${sent} chunks`);
  assert.equal(
    (await http.get(`${server.url}/small`, { limit: 5 })).text(),
    "12345",
  );
  await assert.rejects(http.get(`${server.url}/small`, { limit: 4 }), {
    code: "too-large",
  });
  await assert.rejects(http.get(server.url, { limit: -1 }), RangeError);
});

Deno.test("the time runs out in the header and in the body, and a signal stops both", async () => {
  await using server = await tcp.serve({}, async (conn, { signal }) => {
    const request = await conn.readLine();
    if (request?.includes("/body")) {
      await conn.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    }
    // The client hangs up, or the server closes.
    while (await conn.read({ signal })) { /* the rest of its request */ }
  });
  for (const path of ["header", "body"]) {
    const url = `http://${server.address}/${path}`;
    await assert.rejects(http.get(url, { timeout: 50 }), {
      code: "timeout",
      message: `Cannot get ${url}: no answer within 50 ms`,
    });
    const reason = new Error("stop");
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 20);
    await assert.rejects(http.get(url, { signal: controller.signal }), reason);
  }
});

Deno.test("errors say what happened, and not only that fetch failed", async () => {
  const listener = await tcp.listen();
  const { port } = listener.address;
  await listener.close();
  await assert.rejects(http.get(`http://127.0.0.1:${port}/`), {
    name: "NetError",
    code: "refused",
    message: new RegExp(
      `Cannot get http://127.0.0.1:${port}/: connection refused, .*ss -ltn`,
    ),
  });
  for (
    const [answer, code, message] of [
      ["", "closed", /cut short/],
      [
        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        "closed",
        /cut short/,
      ],
      ["SSH-2.0-OpenSSH_9.9\r\n\r\n", "malformed", /no HTTP/],
    ] as const
  ) {
    await using server = await raw(answer);
    await assert.rejects(http.get(`http://${server.address}/`), {
      code,
      message,
    });
  }
  await using plain = await web({});
  await assert.rejects(http.get(plain.url.replace("http:", "https:")), {
    code: "tls",
    message: /TLS failed/,
  });
  await assert.rejects(http.get("http://127.0.0.1:22/"), {
    code: "blocked",
    message: /Try: net\.tcp\.connect\("127\.0\.0\.1:22"\)/,
  });
});

Deno.test({
  name: "get() names the flag for a host that the permissions bar",
  permissions: ONLY_LOOPBACK,
  async fn() {
    await assert.rejects(http.get("http://192.0.2.77:8080/"), {
      name: "PermissionError",
      message: /--allow-net=192\.0\.2\.77:8080 /,
    });
  },
});

testUnless(
  lacks(NO_HOST),
  "get() says when a name has no address",
  async () => {
    await assert.rejects(http.get(`http://${NO_HOST}/`), { code: "not-found" });
  },
);

Deno.test("what is no web address is a ParseError, a bad field name a TypeError", async () => {
  for (const url of ["", "nonsense", "localhost:80", "ftp://127.0.0.1/"]) {
    await assert.rejects(http.get(url), { name: "ParseError" }, url);
  }
  await assert.rejects(
    http.get("http://127.0.0.1:9/", { headers: { "bad name": "x" } }),
    TypeError,
  );
});

Deno.test("text() reads the character set of content-type, json() says where it fails", () => {
  const response = (type: string, body: Uint8Array) =>
    new http.HttpResponse({
      status: 200,
      statusText: "OK",
      headers: new Headers({ "content-type": type }),
      url: "http://x/",
      body,
      elapsed: 1,
    });
  assert.equal(
    response('text/plain; charset="latin1"', Uint8Array.of(0xe9)).text(),
    "é",
  );
  assert.equal(response("text/plain", Uint8Array.of(0xc3, 0xa9)).text(), "é");
  assert.equal(
    response("text/plain; charset=none", Uint8Array.of(0x41)).text(),
    "A",
  );
  const bad = response(
    "application/json",
    new TextEncoder().encode('{"a":1,}'),
  );
  assert.throws(() => bad.json(), {
    name: "ParseError",
    offset: 7,
    message: /as JSON: expected double-quoted property name at offset 7/,
  });
});

Deno.test("a response shows its status, its fields and the start of its body", async () => {
  await using server = await raw(
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 28\r\nConnection: close\r\n\r\n" +
      "no\x1b[31m such\r\npage\r\n\r\nhere\r\n",
  );
  const response = await http.get(`http://${server.address}/x`);
  assert.equal(
    Deno.inspect(response).replace(/in \d.*/, "in TIME").replace(
      /:\d+/,
      ":PORT",
    ),
    `HTTP 404 Not Found from http://127.0.0.1:PORT/x, 28 B in TIME
  connection      close
  content-length  28
  content-type    text/plain
no\\x1b[31m such
page

here`,
  );
  assert.deepEqual(response.toJSON(), {
    method: "GET",
    status: 404,
    statusText: "Not Found",
    url: `http://${server.address}/x`,
    headers: Object.fromEntries(response.headers),
    body: "no\x1b[31m such\r\npage\r\n\r\nhere\r\n",
    firstByte: response.firstByte,
    elapsed: response.elapsed,
    history: [],
  });
  const long = new http.HttpResponse({
    ...response,
    body: new Uint8Array(5000).fill(10),
  });
  assert.match(Deno.inspect(long), /\n… 4\.88 KiB in all$/);
  const binary = new http.HttpResponse({
    ...response,
    body: new Uint8Array(2048),
  });
  assert.match(Deno.inspect(binary), /\(2 KiB that are no text\)$/);
});
