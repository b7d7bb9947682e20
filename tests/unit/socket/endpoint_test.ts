import assert from "node:assert/strict";
import fc from "fast-check";
import {
  Endpoint,
  endpoint,
  type EndpointLike,
} from "../../../lib/socket/endpoint.ts";
import { parse } from "../../../lib/ip/address.ts";

Deno.test("endpoint() reads host and port, with IPv6 in brackets", () => {
  for (
    const [from, hostname, port] of [
      ["127.0.0.1:80", "127.0.0.1", 80],
      ["localhost:0", "localhost", 0],
      ["a-b.example.:65535", "a-b.example.", 65535],
      ["[::1]:443", "::1", 443],
      ["[fe80::1%eth0]:22", "fe80::1%eth0", 22],
      [{ port: 7 }, "127.0.0.1", 7],
      [{ hostname: "::1", port: 7 }, "::1", 7],
      ["Bücher.example:80", "xn--bcher-kva.example", 80],
      [{ hostname: "☃.example", port: 7 }, "xn--n3h.example", 7],
      [{ hostname: "[::1]", port: 7 }, "::1", 7],
      [{ hostname: parse("2001:DB8::1"), port: 7 }, "2001:db8::1", 7],
    ] as [EndpointLike, string, number][]
  ) {
    assert.deepEqual({ ...endpoint(from) }, { hostname, port });
  }
});

Deno.test("endpoint() says where and why a text is no endpoint", () => {
  for (
    const [text, offset, reason] of [
      ["", 0, /no port/],
      ["localhost", 9, /no port/],
      [":80", 0, /no host/],
      ["::1:80", 0, /brackets/],
      ["2001:db8::1:80", 0, /brackets/],
      ["[::1]", 5, /no port/],
      ["[::1]80", 5, /no port/],
      ["[::1", 4, /no closing bracket/],
      ["[localhost]:80", 1, /no IPv6 address/],
      ["http://host:80", 4, /":" in a host name/],
      ["ho st:80", 2, /" " in a host name/],
      ["ü/x:80", 0, /"ü" in a host name/],
      ["host:", 5, /digits/],
      ["host:http", 5, /digits/],
      ["host:-1", 5, /digits/],
      ["host:8e1", 5, /digits/],
    ] as [string, number, RegExp][]
  ) {
    assert.throws(() => endpoint(text), {
      name: "ParseError",
      offset,
      message: reason,
    }, text);
  }
});

Deno.test("a port above 65535 is a RangeError, in a text and in an object", () => {
  const message =
    "Cannot make an endpoint as 'port' must be an integer from 0 to 65535: current value is 65536";
  for (const from of ["h:65536", { hostname: "h", port: 65536 }]) {
    assert.throws(() => endpoint(from), { name: "RangeError", message });
  }
  for (const port of [-1, 1.5, NaN]) {
    assert.throws(() => endpoint({ port }), RangeError);
  }
});

Deno.test("endpoint() refuses what is neither text nor object", () => {
  for (const from of [80, null, undefined]) {
    assert.throws(() => endpoint(from as unknown as string), TypeError);
  }
});

Deno.test("a host that is named otherwise is not taken for this machine", () => {
  for (const name of ["host", "address"]) {
    const from = { [name]: "192.0.2.1", port: 80 } as unknown as EndpointLike;
    assert.throws(() => endpoint(from), {
      name: "TypeError",
      message:
        `Cannot make an endpoint as its host must be named 'hostname': current name is '${name}'`,
    });
  }
});

Deno.test("a port that is a text is shown as one", () => {
  const from = { port: "80" } as unknown as EndpointLike;
  assert.throws(() => endpoint(from), /current value is "80"$/);
});

Deno.test("an endpoint reads back from its own text", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(fc.property(host, fc.nat(65535), (hostname, port) => {
    const made = new Endpoint(hostname, port);
    assert.deepEqual(endpoint(`${made}`), made);
  }));
});

Deno.test("an endpoint shows as its text, and as JSON is its two fields", () => {
  const made = endpoint("[::1]:80");
  assert.equal(Deno.inspect(made), "[::1]:80");
  assert.equal(JSON.stringify(made), '{"hostname":"::1","port":80}');
});
