/**
 * What those type who know other tools: a port alone, `host`, the type left
 * out, TLS where none is spoken. It is refused, and by its name.
 *
 * @module
 */

import assert from "node:assert/strict";
import { forward } from "../../lib/dns/forward.ts";
import { query } from "../../lib/dns/query.ts";
import { resolve } from "../../lib/dns/resolve.ts";
import * as dns from "../../lib/dns/serve.ts";
import { trace } from "../../lib/dns/trace.ts";
import { transfer } from "../../lib/dns/transfer.ts";
import * as http from "../../lib/http/client.ts";
import * as httpServe from "../../lib/http/serve/serve.ts";
import * as tcp from "../../lib/socket/tcp.ts";
import * as udp from "../../lib/socket/udp.ts";
import { connect as connectWs } from "../../lib/ws/connect.ts";
import * as ws from "../../lib/ws/serve.ts";
import { until } from "./conditions.ts";

const ZONE = `$ORIGIN example.
$TTL 60
@ SOA ns admin 1 2h 15m 2w 5m
  NS ns
ns A 127.0.0.1
www A 192.0.2.1
`;

/** All that listen, told where by whatever. */
const LISTENERS: readonly ((at: never) => Promise<AsyncDisposable>)[] = [
  (at) => tcp.listen(at),
  (at) => tcp.serve(at, tcp.echo),
  (at) => tcp.serveThreads(at, tcp.echo),
  (at) => udp.open(at),
  (at) => udp.serve(at, udp.echo),
  (at) => httpServe.serve(at, { "GET /": () => "hello" }),
  (at) => ws.serve(at, (socket) => socket.close()),
  (at) => dns.serve(ZONE, at),
];

Deno.test("nobody listens on another port than was meant", async () => {
  for (const listens of LISTENERS) {
    for (const at of [8080, "127.0.0.1:8080", null, () => {}]) {
      await assert.rejects(listens(at as never), TypeError, `${listens} ${at}`);
    }
    await assert.rejects(listens({ host: "::1", port: 0 } as never), {
      name: "TypeError",
      message: /its host must be named 'hostname': current name is 'host'$/,
    }, `${listens}`);
  }
  await assert.rejects(tcp.listen(8080 as never), {
    message:
      "Cannot listen as 'options' must be an object, as in { port: 8080 }: current value is 8080",
  });
});

Deno.test("a Host of one's own goes with a single request too", async () => {
  await using server = await httpServe.serve({}, {
    "GET /": ({ request }) => request.headers.get("host") ?? "",
  });
  const headers = { Host: "other.example" };
  const response = await http.get(`${server.url}/`, { headers });
  assert.equal(response.text(), "other.example");
  const without = await http.get(`${server.url}/`);
  assert.equal(without.text(), `${server.address}`);
});

Deno.test("a body that is not what its coding says is malformed", async () => {
  const body = "this is no gzip";
  await using server = await httpServe.serve({}, {
    "GET /:coding": ({ params }) =>
      new Response(body, { headers: { "content-encoding": params.coding } }),
  });
  for (const coding of ["gzip", "br"]) {
    const url = `${server.url}/${coding}`;
    await assert.rejects(http.get(url), (error) => {
      const { code, message } = error as { code: string; message: string };
      assert.equal(code, "malformed", message);
      assert.ok(
        message.startsWith(
          `Cannot get ${url}: the body is not what Content-Encoding says: `,
        ),
        message,
      );
      return true;
    });
  }
});

Deno.test("TLS with who does not speak it ends at once, on both sides", async () => {
  await using web = await httpServe.serve({}, { "GET /": () => "hello" });
  await assert.rejects(http.get(`https://${web.address}/`), {
    code: "tls",
    message: /TLS failed, it does not speak it: .*Try: http:\/\/ in place of/,
  });
  await using sockets = await ws.serve({}, (socket) => socket.close());
  await assert.rejects(connectWs(`wss://${sockets.address}`), {
    code: "tls",
    message: /TLS failed, it does not speak it: .*Try: ws:\/\/ in place of/,
  });
  await until(() => sockets.refused === 1);
});

Deno.test("a WebSocket's options are as they are named here", async () => {
  await using server = await ws.serve({}, (socket) => socket.close());
  for (
    const [options, message] of [
      [
        { subprotocols: ["a"] },
        /"subprotocols" is no option\. Try: protocols$/,
      ],
      [{ extra_headers: {} }, /"extra_headers" is no option\. Try: headers$/],
      ["chat", /options must be an object/],
      [["chat"], /options must be an object/],
    ] as const
  ) {
    await assert.rejects(connectWs(server.url, options as never), {
      name: "TypeError",
      message,
    });
  }
  assert.equal(server.accepted, 0);
});

Deno.test("a question in another order is told which order it has", async () => {
  await using server = await dns.serve(ZONE);
  const at = `${server.address}`;
  const order = /in the order of query\(server, name, type, options\): current/;
  for (
    const [asked, message] of [
      [query("www.example", "A", { timeout: 9 } as never), order],
      [query("www.example", { timeout: 9 } as never), order],
      [query(at, "www.example", ["A", "AAAA"] as never), order],
      [query(at, "www.example", "A", { tcp: true } as never), /transport: "tc/],
      [query(at, "www.example", "A", { server: at } as never), /as the first/],
      [transfer("example", { server: at } as never), /transfer\(server, zone/],
      [resolve("www.example", { servers: at } as never), /resolve\(name, type/],
      [
        resolve("www.example", "A", { nameservers: [at] } as never),
        /no option 'nameservers'. Try: { servers }/,
      ],
      [dns.serve({ zone: ZONE } as never), /must be the text of a zone file/],
    ] as [Promise<unknown>, RegExp][]
  ) await assert.rejects(asked, { name: "TypeError", message });
});

Deno.test("one server needs no list", async () => {
  await using server = await dns.serve(ZONE);
  const at = `${server.address}`;
  const found = await resolve("www.example", "A", { servers: at });
  assert.deepEqual(found.addresses.map(String), ["192.0.2.1"]);
  const way = await trace("www.example", { roots: at });
  assert.equal(way.status, "NOERROR");
  const { answers } = await forward(at).query("www.example");
  assert.equal(`${answers[0]?.data}`, "192.0.2.1");
});
