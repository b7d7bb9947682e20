import assert from "node:assert/strict";
import * as http from "../../../lib/http/client.ts";
import { type Handler, ok, scripted } from "./scripted.ts";

Deno.test("references go below the base URL, with and without its last slash", async () => {
  for (const baseUrl of ["http://h.example/api", "http://h.example/api/"]) {
    const { session, seen } = scripted([ok], { baseUrl });
    await session.get("users", {
      query: { page: 2, tag: ["a", "b&c"], no: undefined },
    });
    await session.get("/root");
    await session.get("?x=1");
    await session.get("http://other.example/");
    assert.deepEqual(seen.map(({ url }) => url), [
      "http://h.example/api/users?page=2&tag=a&tag=b%26c",
      "http://h.example/root",
      "http://h.example/api/?x=1",
      "http://other.example/",
    ]);
  }
  assert.throws(() => http.client({ baseUrl: "h.example" }), {
    name: "ParseError",
  });
});

Deno.test("a request's fields count more than its session's", async () => {
  const { session, seen } = scripted([ok], {
    headers: { "X-A": "all", "X-B": "all" },
  });
  await session.get("http://h.example/", { headers: { "x-b": "own" } });
  await session.get("http://h.example/");
  assert.deepEqual(
    seen.map(({ headers }) => [headers.get("x-a"), headers.get("x-b")]),
    [
      ["all", "own"],
      ["all", "all"],
    ],
  );
});

Deno.test("what may be asked again is: by status and by error, idempotent methods alone", async () => {
  const busy: Handler = () => new Response("busy", { status: 503 });
  const broken: Handler = () =>
    Promise.reject(
      new TypeError(
        "error sending request: connection closed before message completed",
      ),
    );
  const retries = { times: 3, delay: 1 };
  const { session, seen } = scripted([busy, broken, ok], { retries });
  const response = await session.get("http://h.example/");
  assert.equal(response.status, 200);
  assert.deepEqual(
    response.history.map((
      { reason, status, error },
    ) => [reason, status, error?.code]),
    [
      ["retry", 503, undefined],
      ["retry", undefined, "closed"],
    ],
  );
  assert.equal(seen.length, 3);
  for (
    const [method, times] of [["POST", 1], ["PATCH", 1], ["PUT", 4], [
      "DELETE",
      4,
    ]] as const
  ) {
    const { session, seen } = scripted([busy], { retries });
    assert.equal(
      (await session.request(method, "http://h.example/", { body: "x" }))
        .status,
      503,
    );
    assert.equal(seen.length, times, method);
  }
  const post = scripted([busy, ok], {
    retries: { ...retries, methods: ["POST"] },
  });
  assert.equal(
    (await post.session.post("http://h.example/", { body: "x" })).status,
    200,
  );
  const stream = scripted([busy], { retries });
  await stream.session.put("http://h.example/", {
    body: new Blob(["x"]).stream(),
  });
  assert.equal(stream.seen.length, 1, "a stream cannot be sent again");
  const dead = scripted([broken], { retries: { times: 1, delay: 1 } });
  await assert.rejects(dead.session.get("http://h.example/"), {
    code: "closed",
  });
  assert.equal(dead.seen.length, 2);
});

Deno.test("a server that wants more time than there is gives its no", async () => {
  const busy: Handler = () =>
    new Response("busy", { status: 429, headers: { "retry-after": "5" } });
  for (
    const options of [{ timeout: 1000, retries: 3 }, {
      retries: { maxDelay: 1000 },
    }]
  ) {
    const { session, seen } = scripted([busy], options);
    assert.equal((await session.get("http://h.example/")).status, 429);
    assert.equal(seen.length, 1);
  }
});

Deno.test("expectOk and throwOn make an exception of a no, problem+json read", async () => {
  const problem = {
    type: "about:blank",
    title: "Bad name",
    detail: "'x y' has a space",
    name: "x y",
  };
  const { session } = scripted([
    () =>
      Response.json(problem, {
        status: 422,
        headers: { "content-type": "application/problem+json; charset=utf-8" },
      }),
  ]);
  const response = await session.post("http://h.example/hosts", { json: {} });
  assert.deepEqual(response.problem, problem);
  assert.throws(() => response.expectOk(), {
    name: "HttpStatusError",
    code: "status",
    status: 422,
    problem,
    message:
      "Cannot post to http://h.example/hosts: 422 Unprocessable Content: Bad name: 'x y' has a space",
  });
  const plain = scripted([
    () =>
      new Response(`<h1>Gone\n  home</h1>${"x".repeat(999)}`, { status: 410 }),
  ], { throwOn: "not-ok" });
  await assert.rejects(
    plain.session.get("http://h.example/"),
    (error: Error) => {
      assert.match(
        error.message,
        /^Cannot get http:\/\/h\.example\/: 410 Gone: <h1>Gone home<\/h1>x+…$/,
      );
      return error.message.length < 300;
    },
  );
  await plain.session.get("http://h.example/", {
    throwOn: ({ status }) => status >= 500,
  });
  const fine = scripted([ok]);
  assert.equal(
    (await fine.session.get("http://h.example/")).expectOk().text(),
    "ok",
  );
});

Deno.test("a transport that never answers is left at the time-out and the signal", async () => {
  const { session } = scripted([() => new Promise(() => {})]);
  await assert.rejects(session.get("http://h.example/", { timeout: 10 }), {
    code: "timeout",
    target: "http://h.example/",
  });
  const reason = new Error("enough");
  await assert.rejects(
    session.get("http://h.example/", { signal: AbortSignal.abort(reason) }),
    reason,
  );
  const waiting = session.get("http://h.example/");
  session.close();
  await assert.rejects(waiting, { code: "closed" });
  await assert.rejects(session.get("http://h.example/"), { code: "closed" });
});

Deno.test("methods: the usual in any case, strange ones as they are, TRACE for raw", async () => {
  const { session, seen } = scripted([ok]);
  await session.request("patch", "http://h.example/");
  await session.request("PROPFIND", "http://h.example/");
  assert.deepEqual(seen.map(({ method }) => method), ["PATCH", "PROPFIND"]);
  for (const method of ["TRACE", "connect", "a b", ""]) {
    await assert.rejects(session.request(method, "http://h.example/"), {
      name: "TypeError",
      message: /net\.http\.raw/,
    });
  }
});

Deno.test("a session shows what its requests share, and no secrets", () => {
  const { session } = scripted([ok], {
    baseUrl: "http://u:secret@h.example/api",
    proxy: "http://u:secret@proxy.example:3128",
    headers: { Authorization: "secret", "X-A": "1" },
    retries: 2,
  });
  const shown = Deno.inspect(session);
  assert.doesNotMatch(shown, /secret/);
  assert.match(shown, /base URL +http:\/\/h\.example\/api\/\n/);
  assert.match(shown, /proxy +http:\/\/proxy\.example:3128\n/);
});

Deno.test("options that cannot be are refused by their names, and nothing is sent", async () => {
  const { session, seen } = scripted([ok]);
  const wrong: [options: object, says: RegExp][] = [
    [{ headTimeout: -1 }, /'headTimeout' must be 0 or more milliseconds/],
    [{ idleTimeout: "x" }, /'idleTimeout' must be 0 or more milliseconds/],
    [{ limit: NaN }, /'limit' must be 0 or more octets/],
    [{ maxRedirects: -1 }, /'maxRedirects' must be 0 or more redirections/],
    [{ redirect: "error" }, /'redirect' must be "follow" or "manual"/],
    [{ throwOn: true }, /'throwOn' must be "not-ok" or a function/],
    [{ auth: { scheme: "basic" } }, /'username' must be a text/],
    [
      { auth: { scheme: "digest", username: "a" } },
      /'password' must be a text/,
    ],
    [{ auth: { scheme: "bearer" } }, /'token' must be a text/],
  ];
  for (const [options, says] of wrong) {
    await assert.rejects(session.get("http://h.example/", options), says);
    assert.throws(() => http.client(options), says);
  }
  assert.equal(seen.length, 0);
  for (const version of ["3", 2]) {
    assert.throws(
      () => http.client({ version: version as never }),
      /'version' must be "1.1" or "2"/,
    );
  }
});
