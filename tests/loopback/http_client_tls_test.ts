/** Sessions over TLS: an authority of our own, a client's certificate, HTTP/2. */
import assert from "node:assert/strict";
import { createSecureServer, type Http2ServerRequest } from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import * as http from "../../lib/http/client.ts";
import { until } from "./conditions.ts";
import {
  CA,
  CLIENT_CERT,
  CLIENT_KEY,
  SERVER_CERT,
  SERVER_KEY,
} from "./http_client_pki.ts";

/** A server that wants a certificate of its clients and tells whose it was. */
async function mutual() {
  const server = createServer(
    {
      key: SERVER_KEY,
      cert: SERVER_CERT,
      ca: CA,
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, reply) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate();
      reply.end(`hello ${peer.subject?.CN}`);
    },
  );
  server.on("tlsClientError", () => {});
  let open = 0;
  server.on("connection", (socket) => {
    open++;
    socket.once("close", () => open--);
  });
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve())
  );
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    open: () => open,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

Deno.test("a server is trusted by its authority, which has to be named", async () => {
  await using server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: SERVER_CERT,
    key: SERVER_KEY,
    onListen: () => {},
  }, () => new Response("safe"));
  const url = `https://127.0.0.1:${server.addr.port}/`;
  using trusting = http.client({ ca: CA });
  assert.equal((await trusting.get(url)).text(), "safe");
  for (const version of ["1.1", "2"] as const) {
    using session = http.client({ ca: [CA], version });
    assert.equal((await session.get(url)).text(), "safe");
  }
  using strange = http.client();
  await assert.rejects(strange.get(url), {
    code: "tls",
    message: /Cannot get https:.*nobody that we trust signed for it/,
  });
});

Deno.test("a client shows its certificate where it is wanted", async () => {
  await using server = await mutual();
  {
    using session = http.client({
      ca: CA,
      certificate: { cert: CLIENT_CERT, key: CLIENT_KEY },
    });
    assert.equal((await session.get(server.url)).text(), "hello a client");
  }
  using nobody = http.client({ ca: CA });
  await assert.rejects(nobody.get(server.url), { name: "NetError" });
});

Deno.test("one request may go by a way of its own, which ends with it", async () => {
  await using server = await mutual();
  const certificate = { cert: CLIENT_CERT, key: CLIENT_KEY };
  const way = { ca: CA, certificate };
  for (const ask of [http.get, http.post, http.put, http.patch, http.delete]) {
    assert.equal((await ask(server.url, way)).text(), "hello a client");
  }
  const asked = await http.request("OPTIONS", server.url, way);
  assert.equal(asked.text(), "hello a client");
  assert.equal((await http.head(server.url, way)).status, 200);
  for await (const page of http.pages(server.url, way)) {
    assert.equal(page.text(), "hello a client");
  }
  await assert.rejects(http.get(server.url, { certificate }), { code: "tls" });
  await until(() => server.open() === 0);
});

Deno.test("what is no certificate is refused at once", async () => {
  assert.throws(() => http.client({ ca: "no PEM" }), /PEM|certificate/i);
  await assert.rejects(
    http.get("https://127.0.0.1/", { ca: "no PEM" }),
    /PEM|certificate/i,
  );
});

Deno.test("bodies go by HTTP/1.1 unless told so, all else by what both sides have", async () => {
  const seen: string[] = [];
  const start = async (allowHTTP1: boolean) => {
    const server = createSecureServer({
      cert: SERVER_CERT,
      key: SERVER_KEY,
      allowHTTP1,
      ...(allowHTTP1 ? {} : { ALPNProtocols: ["h2"] }),
    }, (request, reply) => {
      const { method, httpVersion } = request as Http2ServerRequest;
      seen.push(`${method} ${httpVersion}`);
      request.resume();
      request.on("end", () => reply.end());
    });
    server.on("tlsClientError", () => {});
    const listening = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", listening.resolve);
    await listening.promise;
    return {
      url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      [Symbol.asyncDispose]: () =>
        new Promise<void>((resolve) => server.close(() => resolve())),
    };
  };
  const body = "x".repeat(5000);
  {
    await using both = await start(true);
    using session = http.client({ ca: CA });
    await session.get(both.url);
    await session.post(both.url, { body });
    await session.delete(both.url);
    await session.stream(both.url, { method: "PUT", json: [1] });
    using second = http.client({ ca: CA, version: "2" });
    await second.post(both.url, { body });
    assert.deepEqual(
      seen.splice(0),
      ["GET 2.0", "POST 1.1", "DELETE 2.0", "PUT 1.1", "POST 2.0"],
    );
  }
  await using modern = await start(false);
  using session = http.client({ ca: CA });
  await session.get(modern.url);
  await assert.rejects(session.post(modern.url, { body }), {
    code: "tls",
    message: /does not speak the version of HTTP.*Try: { version: "2" }/,
  });
});
