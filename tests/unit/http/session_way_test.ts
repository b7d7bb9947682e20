import assert from "node:assert/strict";
import { type Handler, moved, ok, scripted } from "./scripted.ts";

Deno.test("redirections change the method as RFC 9110 says", async () => {
  const table: readonly (readonly [number, string, string, string])[] = [
    [301, "POST", "GET", ""],
    [302, "POST", "GET", ""],
    [303, "PUT", "GET", ""],
    [301, "PUT", "PUT", "body"],
    [307, "POST", "POST", "body"],
    [308, "POST", "POST", "body"],
  ];
  for (const [status, method, then, body] of table) {
    const { session, seen } = scripted([moved(status, "/to"), ok]);
    const response = await session.request(
      method,
      "http://h.example/from#part",
      { body: "body" },
    );
    assert.equal(seen[1]!.method, then, `${status} ${method}`);
    assert.equal(await seen[1]!.text(), body);
    assert.equal(seen[1]!.headers.has("content-type"), body !== "");
    assert.equal(response.url, "http://h.example/to#part");
    assert.equal(response.method, then);
    assert.deepEqual(
      response.history.map(({ reason, status, url }) => [reason, status, url]),
      [
        ["redirect", status, "http://h.example/from#part"],
      ],
    );
    assert.match(
      Deno.inspect(response),
      /\n {2}redirect: \w+ http:\/\/h\.example\/from#part: \d+ to \/to\n/,
    );
  }
});

Deno.test("secrets do not follow a redirection to another origin", async () => {
  const { session, seen } = scripted([moved(302, "http://evil.example/"), ok], {
    auth: { scheme: "basic", username: "u", password: "p" },
  });
  await session.get("http://h.example/", {
    headers: { Authorization: "Bearer t", Cookie: "a=b", "X-Keep": "1" },
  });
  assert.equal(seen[0]!.headers.get("authorization"), "Bearer t");
  const { headers } = seen[1]!;
  assert.deepEqual([
    headers.get("authorization"),
    headers.get("cookie"),
    headers.get("x-keep"),
  ], [null, null, "1"]);
});

Deno.test("a session's proof goes to its base URL's origin alone", async () => {
  const { session, seen } = scripted([ok], {
    baseUrl: "http://h.example/",
    auth: { scheme: "bearer", token: "t" },
  });
  await session.get("a");
  await session.get("http://other.example/");
  assert.deepEqual(seen.map(({ headers }) => headers.get("authorization")), [
    "Bearer t",
    null,
  ]);
});

Deno.test("a name and a password in the URL are proof and not part of it", async () => {
  const { session, seen } = scripted([ok]);
  const response = await session.get("http://us%40er:pa%3Ass@h.example/x");
  assert.equal(
    seen[0]!.headers.get("authorization"),
    `Basic ${btoa("us@er:pa:ss")}`,
  );
  assert.equal(response.url, "http://h.example/x");
});

Deno.test("redirections end: too many, elsewhere than HTTP, a stream that has gone", async () => {
  const loop = scripted([moved(302, "/")]);
  await assert.rejects(
    loop.session.get("http://h.example/", { maxRedirects: 3 }),
    {
      code: "redirect",
      message:
        /Cannot get http:\/\/h\.example\/: too many redirections, more than 3/,
    },
  );
  assert.equal(loop.seen.length, 4);
  const away = scripted([moved(302, "ftp://h.example/")]);
  await assert.rejects(away.session.get("http://h.example/"), {
    code: "redirect",
    message: /redirects to ftp:/,
  });
  const once = scripted([moved(307, "/b"), ok]);
  await assert.rejects(
    once.session.post("http://h.example/", { body: new Blob(["x"]).stream() }),
    { code: "redirect", message: /a stream that has gone already/ },
  );
  const again = scripted([moved(307, "/b"), ok]);
  await again.session.post("http://h.example/", {
    body: () => new Blob(["x"]).stream(),
  });
  assert.equal(await again.seen[1]!.text(), "x");
  const nowhere = scripted([() => new Response("?", { status: 302 })]);
  assert.equal((await nowhere.session.get("http://h.example/")).status, 302);
});

Deno.test("cookies are kept along redirections, and sent with the caller's own", async () => {
  const { session, seen } = scripted([
    () =>
      new Response(null, {
        status: 302,
        headers: [["location", "/in"], ["set-cookie", "id=7; Path=/"], [
          "set-cookie",
          "b=2; Path=/no",
        ]],
      }),
    ok,
  ]);
  await session.get("http://h.example/login", { headers: { Cookie: "own=1" } });
  assert.equal(seen[1]!.headers.get("cookie"), "own=1; id=7");
  assert.equal(session.cookies?.size, 2);
  const none = scripted([
    () => new Response("", { headers: { "set-cookie": "a=1" } }),
  ], { cookies: false });
  await none.session.get("http://h.example/");
  await none.session.get("http://h.example/");
  assert.equal(none.seen[1]!.headers.get("cookie"), null);
});

Deno.test("Digest: the challenge is answered once, and known from then on", async () => {
  const handler: Handler = (request) =>
    request.headers.get("authorization")?.startsWith("Digest ")
      ? new Response("in")
      : new Response("who?", {
        status: 401,
        headers: {
          "www-authenticate": 'Digest realm="r", nonce="n", qop="auth"',
        },
      });
  const { session, seen } = scripted([handler], {
    auth: { scheme: "digest", username: "u", password: "p" },
  });
  const response = await session.post("http://h.example/a", { json: { x: 1 } });
  assert.deepEqual([
    response.status,
    response.history.map(({ reason }) => reason),
  ], [200, ["auth"]]);
  assert.equal(await seen[1]!.text(), '{"x":1}', "the body is sent again");
  await session.get("http://h.example/b");
  assert.equal(seen.length, 3);
  assert.match(seen[2]!.headers.get("authorization")!, /nc=00000002/);
  const wrong = scripted([() => handler(new Request("http://x/"))], {
    auth: { scheme: "digest", username: "u", password: "no" },
  });
  assert.equal((await wrong.session.get("http://h.example/")).status, 401);
  assert.equal(wrong.seen.length, 2);
});
