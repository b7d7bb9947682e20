import assert from "node:assert/strict";
import * as http from "../../../lib/http/client.ts";
import { type Handler, scripted } from "./scripted.ts";

Deno.test("a cache answers what is fresh, asks about what is not, forgets what was changed", async () => {
  let version = 1;
  const handler: Handler = (request) => {
    if (request.method === "POST") {
      version++;
      return new Response("done");
    }
    const etag = `"v${version}"`;
    const headers = {
      etag,
      "cache-control": new URL(request.url).pathname === "/stale"
        ? "no-cache"
        : "max-age=60",
    };
    return request.headers.get("if-none-match") === etag
      ? new Response(null, { status: 304, headers })
      : new Response(`v${version}`, { headers });
  };
  const { session, seen } = scripted([handler], { cache: true });
  const ask = async (path: string) => {
    const { status, cached, body } = await session.get(
      `http://h.example${path}`,
    );
    return [status, cached, new TextDecoder().decode(body)];
  };
  assert.deepEqual(await ask("/"), [200, "miss", "v1"]);
  assert.deepEqual(await ask("/#part"), [200, "hit", "v1"]);
  assert.deepEqual(await ask("/stale"), [200, "miss", "v1"]);
  assert.deepEqual(await ask("/stale"), [200, "revalidated", "v1"]);
  assert.equal(seen.length, 3);
  await session.post("http://h.example/", { body: "x" });
  assert.deepEqual(await ask("/"), [200, "miss", "v2"]);
  assert.deepEqual(await ask("/stale"), [200, "miss", "v2"]);
  assert.equal(session.cache?.size, 4);
  assert.match(Deno.inspect(session.cache), /^HttpCache, 2 answers of 4 B\n/);
});

Deno.test("a cache tells variants apart, and keeps no secrets nor too much", async () => {
  let n = 0;
  const { session, seen } = scripted([(request) => {
    const { pathname } = new URL(request.url);
    const headers: Record<string, string> = {
      "cache-control": pathname === "/no" ? "no-store" : "max-age=60",
      vary: "accept-language",
    };
    return new Response(pathname === "/big" ? "x".repeat(2000) : `${++n}`, {
      headers,
    });
  }], { cache: new http.HttpCache({ maxBody: 1000 }) });
  const ask = async (path: string, language: string) => {
    const response = await session.get(`http://h.example${path}`, {
      headers: { "accept-language": language },
    });
    return [response.text().slice(0, 3), response.cached];
  };
  assert.deepEqual(await ask("/", "de"), ["1", "miss"]);
  assert.deepEqual(await ask("/", "en"), ["2", "miss"]);
  assert.deepEqual(await ask("/", "de"), ["1", "hit"]);
  assert.deepEqual(await ask("/", "en"), ["2", "hit"]);
  for (const path of ["/no", "/big"]) {
    await ask(path, "de");
    assert.equal((await ask(path, "de"))[1], "miss", path);
  }
  assert.equal(seen.length, 6);
});

Deno.test("what a cache keeps for one is not given to another", async () => {
  const { session, seen } = scripted([
    (request) =>
      new Response(request.headers.get("authorization") ?? "nobody", {
        headers: { "cache-control": "max-age=60" },
      }),
  ], { cache: true });
  const ask = async (token?: string) => {
    const response = await session.get("http://h.example/", {
      auth: token === undefined ? undefined : { scheme: "bearer", token },
    });
    return [response.text(), response.cached];
  };
  for (const cached of ["miss", "hit"]) {
    assert.deepEqual(await ask("ada"), ["Bearer ada", cached]);
    assert.deepEqual(await ask("bob"), ["Bearer bob", cached]);
    assert.deepEqual(await ask(), ["nobody", cached]);
  }
  assert.equal(seen.length, 3);
});

Deno.test("a cache knows one who proves anew by Digest each time", async () => {
  const { session } = scripted([
    (request) =>
      request.headers.has("authorization")
        ? new Response("in", { headers: { "cache-control": "max-age=60" } })
        : new Response("who?", {
          status: 401,
          headers: { "www-authenticate": 'Digest realm="r", nonce="n"' },
        }),
  ], { cache: true });
  const ask = async (username: string) =>
    (await session.get("http://h.example/", {
      auth: { scheme: "digest", username, password: "x" },
    })).cached;
  const ada = http.client({
    cache: session.cache!,
    auth: { scheme: "digest", username: "ada", password: "x" },
    transport: () =>
      new Response("who?", {
        status: 401,
        headers: { "www-authenticate": 'Digest realm="r", nonce="m"' },
      }),
  });
  assert.equal(await ask("ada"), "miss");
  assert.equal(await ask("bob"), "miss");
  assert.equal((await ada.get("http://h.example/")).cached, "hit");
});
