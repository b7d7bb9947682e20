import assert from "node:assert/strict";
import { CookieJar } from "../../../lib/http/cookies.ts";

const HOST = "https://www.example.com/shop/cart";

/** What a fresh jar sends to a place after one Set-Cookie. */
function sent(text: string, from: string, to: string): string | undefined {
  const jar = new CookieJar();
  jar.set(text, from);
  return jar.header(to);
}

Deno.test("a cookie goes back to its host, its path and below", () => {
  const table: readonly (readonly [string, string, string, boolean])[] = [
    ["a=1", HOST, "https://www.example.com/shop/cart", true],
    ["a=1", HOST, "https://www.example.com/shop", true],
    ["a=1", HOST, "https://www.example.com/shop/x/y", true],
    ["a=1", HOST, "https://www.example.com/shopping", false],
    ["a=1", HOST, "https://www.example.com/", false],
    ["a=1; Path=/", HOST, "https://www.example.com/", true],
    ["a=1; Path=relative", HOST, "https://www.example.com/", false],
    ["a=1; Path=/", HOST, "https://example.com/", false],
    ["a=1; Path=/", HOST, "https://x.www.example.com/", false],
    ["a=1; Path=/", HOST, "http://www.example.com:8080/", true],
    ["a=1; Path=/; Domain=example.com", HOST, "https://example.com/", true],
    ["a=1; Path=/; Domain=.EXAMPLE.com", HOST, "https://a.example.com/", true],
    ["a=1; Path=/; Domain=example.com", HOST, "https://badexample.com/", false],
    ["a=1; Path=/; Secure", HOST, "https://www.example.com/", true],
    ["a=1; Path=/; Secure", HOST, "http://www.example.com/", false],
    ["a=1; Path=/", "http://127.0.0.1/", "http://127.0.0.1/", true],
    [
      "a=1; Path=/; Domain=127.0.0.1",
      "http://127.0.0.1/",
      "http://127.0.0.1/",
      true,
    ],
    [
      "a=1; Path=/; Domain=0.0.1",
      "http://127.0.0.1/",
      "http://127.0.0.1/",
      false,
    ],
    [
      "a=1; Path=/; Domain=localhost",
      "http://localhost/",
      "http://localhost/",
      true,
    ],
  ];
  for (const [text, from, to, goes] of table) {
    assert.equal(
      sent(text, from, to),
      goes ? "a=1" : undefined,
      `${text} -> ${to}`,
    );
  }
});

Deno.test("a cookie is refused with its reason", () => {
  const table: readonly (readonly [string, string, RegExp])[] = [
    ["", HOST, /neither name nor value/],
    ["=", HOST, /neither name nor value/],
    ["a=1\x01", HOST, /control/],
    [`a=${"x".repeat(4096)}`, HOST, /longer than 4096/],
    ["a=1; Domain=other.com", HOST, /may not set it for other\.com/],
    ["a=1; Domain=com", HOST, /no single owner/],
    ["a=1; Domain=co.uk", "https://shop.co.uk/", /no single owner/],
    ["a=1; Secure", "http://www.example.com/", /TLS is not used/],
    ["__Secure-a=1", HOST, /wants it secure/],
    [
      "__Host-a=1; Secure; Path=/; Domain=example.com",
      HOST,
      /Path=\/ and no Domain/,
    ],
    ["__Host-a=1; Secure", HOST, /Path=\/ and no Domain/],
    ["a=1; SameSite=None", HOST, /None wants it secure/],
  ];
  for (const [text, from, reason] of table) {
    const said = new CookieJar().set(text, from);
    assert.ok(typeof said === "string", text);
    assert.match(said, reason);
  }
  assert.equal(
    typeof new CookieJar().set("__Host-a=1; Secure; Path=/", HOST),
    "object",
  );
});

Deno.test("Max-Age counts before Expires, and what has ended is gone", () => {
  const jar = new CookieJar();
  const before = Date.now();
  const cookie = jar.set(
    "a=1; Path=/; Expires=Sun, 06 Nov 1994 08:49:37 GMT; Max-Age=60",
    HOST,
  );
  assert.ok(typeof cookie === "object");
  const since = cookie.expires! - 60_000;
  assert.ok(since >= before && since <= Date.now());
  jar.set("b=2; Path=/", HOST);
  assert.equal(jar.header(HOST), "a=1; b=2");
  jar.set("a=; Path=/; Max-Age=0", HOST);
  assert.equal(jar.header(HOST), "b=2");
  jar.set("b=; Path=/; Expires=Sunday, 06-Nov-94 08:49:37 GMT", HOST);
  assert.equal(jar.header(HOST), undefined);
  assert.equal(jar.size, 0);
  const far = jar.set("c=3; Max-Age=99999999999999999999", HOST);
  assert.ok(typeof far === "object");
  assert.ok(far.expires! <= Date.now() + 400 * 24 * 3600 * 1000);
});

Deno.test("longer paths go first, and of equal ones the older", () => {
  const jar = new CookieJar();
  jar.set("root=1; Path=/", HOST);
  jar.set("deep=2; Path=/shop", HOST);
  jar.set("later=3; Path=/", HOST);
  jar.set("root=4; Path=/", HOST);
  assert.equal(jar.header(HOST), "deep=2; root=4; later=3");
});

Deno.test("a host in clear does not cover a secure cookie", () => {
  const jar = new CookieJar();
  jar.set("a=1; Path=/; Secure", HOST);
  assert.match(`${jar.set("a=2; Path=/", "http://www.example.com/")}`, /cover/);
  assert.equal(jar.header(HOST), "a=1");
});

Deno.test("a jar holds 50 cookies of a domain, and comes back out of JSON", () => {
  const jar = new CookieJar();
  for (let i = 0; i < 60; i++) jar.set(`c${i}=${i}; Path=/`, HOST);
  assert.equal(jar.size, 50);
  assert.equal(jar.get("c9"), undefined);
  assert.equal(jar.get("c10")?.value, "10");
  const copy = new CookieJar(JSON.parse(JSON.stringify(jar)));
  assert.equal(copy.header(HOST), jar.header(HOST));
  copy.clear();
  assert.equal(Deno.inspect(copy), "CookieJar, empty");
  assert.match(Deno.inspect(jar), /^CookieJar, 50\n/);
});

Deno.test("a value's own = and quotes stay as they are", () => {
  assert.equal(sent('a="b=c"; Path=/', HOST, HOST), 'a="b=c"');
  assert.equal(sent(" a = b ;path=/", HOST, HOST), "a=b");
  assert.equal(sent("valueonly; Path=/", HOST, HOST), "valueonly");
});
