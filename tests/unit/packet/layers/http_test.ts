/** HTTP/1 messages, by RFC 9112. */

import assert from "node:assert/strict";
import { build, http, ipv4, tcp } from "../../../../lib/packet/mod.ts";

const segment = (text: string) => build(ipv4(), tcp({ dstPort: 80 }), text);

Deno.test("http: a request has method, target, version and headers (RFC 9112 §3)", () => {
  const packet = segment(
    "GET /where?q=now HTTP/1.1\r\nHost: www.example.com\r\nAccept:*/*\r\n\r\n",
  );
  const { http, error } = packet;
  assert.equal(error, undefined);
  assert.deepEqual(
    [http?.method, http?.target, http?.version, http?.status, http?.reason],
    ["GET", "/where?q=now", "HTTP/1.1", undefined, undefined],
  );
  assert.deepEqual(http?.headers, [
    { name: "Host", value: "www.example.com" },
    { name: "Accept", value: "*/*" },
  ]);
  assert.equal(packet.payload.length, 0);
  assert.equal(String(http), "http GET /where?q=now");
});

Deno.test("http: a response has a status; its body is the payload (RFC 9112 §4, §6)", () => {
  const packet = segment(
    "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
  );
  const { http } = packet;
  assert.deepEqual(
    [http?.method, http?.version, http?.status, http?.reason],
    [undefined, "HTTP/1.1", 404, "Not Found"],
  );
  assert.equal(
    new TextDecoder().decode(packet.payload),
    "2\r\nhi\r\n0\r\n\r\n",
  );
  assert.equal(segment("HTTP/1.1 200\r\n\r\n").http?.reason, "");
});

Deno.test("http: old and odd messages are read (RFC 9112 §2.2, §5.2, RFC 1945 §4.1)", () => {
  const old = segment("GET /\r\n").http;
  assert.deepEqual([old?.target, old?.version, old?.headers], [
    "/",
    undefined,
    [],
  ]);
  const bare = segment("PUT /a b HTTP/1.0\nX: 1\n\nbody");
  assert.equal(bare.http?.target, "/a b");
  assert.deepEqual(bare.http.headers, [{ name: "X", value: "1" }]);
  assert.equal(new TextDecoder().decode(bare.payload), "body");
  const folded = segment("POST / HTTP/1.1\r\nX: 1\r\n\t2\r\nY:\xe9\r\n\r\n");
  assert.deepEqual(folded.http?.headers, [
    { name: "X", value: "1 2" },
    { name: "Y", value: "\xc3\xa9" },
  ]);
});

Deno.test("http: messages are built from their fields", () => {
  const text = (packet: { bytes: Uint8Array }) =>
    new TextDecoder().decode(packet.bytes.subarray(40));
  const request = build(
    ipv4(),
    tcp({ dstPort: 8080 }),
    http({
      method: "M-SEARCH",
      target: "*",
      headers: [{ name: "Host", value: "239.255.255.250:1900" }],
    }),
  );
  assert.equal(
    text(request),
    "M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n\r\n",
  );
  assert.equal(request.http.start, "M-SE");
  const response = build(
    ipv4(),
    tcp({ srcPort: 8080 }),
    http({ status: 200, reason: "OK" }),
    "body",
  );
  assert.equal(text(response), "HTTP/1.1 200 OK\r\n\r\nbody");
  assert.throws(
    () => http({ headers: [{ name: "X", value: "1\r\nY: 2" }] }),
    /'headers\[0\]' must have a name, and a value on one line/,
  );
  assert.throws(() => http({ method: "GET", target: "/\n" }), TypeError);
});

Deno.test("http: of a head that goes on in the next segment there is what is here", () => {
  const packet = segment("GET / HTTP/1.1\r\nHost: a\r\nAcc");
  assert.deepEqual(packet.http?.headers, [{ name: "Host", value: "a" }]);
  assert.equal(packet.payload.length, 0);
});

Deno.test("http: what does not start like a message is not one", () => {
  for (const payload of ["", "G", "get / HTTP/1.1\r\n", "<html>", "HTTQ/1.1"]) {
    const packet = segment(payload);
    assert.equal(packet.http, undefined, payload);
    assert.equal(packet.error, undefined);
  }
  const bad = segment("HTTP/1.1 OK\r\n\r\n");
  assert.match(bad.error?.message ?? "", /response without a status code/);
});
