import assert from "node:assert/strict";
import { resource } from "../../lib/http/serve/resource.ts";
import { shape } from "../../lib/http/serve/schema.ts";
import { serve } from "../../lib/http/serve/serve.ts";
import { MemoryStore } from "../../lib/http/serve/store.ts";

async function ask(
  url: string,
  headers: Record<string, string> = {},
  method = "GET",
) {
  const response = await fetch(url, { method, headers, redirect: "manual" });
  const octets = await response.bytes();
  return {
    status: response.status,
    headers: response.headers,
    octets,
    text: new TextDecoder("latin1").decode(octets),
  };
}

/** Devices, by name. */
const DEVICE = shape({
  name: { type: "string", pattern: "^[a-z0-9-]+$" },
  address: "ipv4",
  "vlan?": { type: "integer", minimum: 1, maximum: 4094 },
});

Deno.test("a resource is created, read, changed and removed", async () => {
  await using server = await serve({}, {
    ...resource("/devices", { schema: DEVICE, key: "name" }),
  });
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const response = await fetch(server.url + path, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      etag: response.headers.get("etag")!,
      headers: response.headers,
      value: text === "" ? undefined : JSON.parse(text),
    };
  };
  const r1 = { name: "r1", address: "192.0.2.1" };
  const created = await send("POST", "/devices", r1);
  assert.deepEqual([created.status, created.value], [201, r1]);
  assert.equal(created.headers.get("location"), "/devices/r1");
  assert.equal((await send("POST", "/devices", r1)).status, 409);
  assert.equal(
    (await send("POST", "/devices", { ...r1, vlan: 0 })).status,
    422,
  );
  const read = await send("GET", "/devices/r1");
  assert.equal(read.etag, created.etag);
  const unchanged = await send("GET", "/devices/r1", undefined, {
    "if-none-match": read.etag,
  });
  assert.equal(unchanged.status, 304);

  // Two who change the same: the second one is told.
  const mine = await send("PUT", "/devices/r1", { ...r1, vlan: 10 }, {
    "if-match": read.etag,
  });
  assert.equal(mine.status, 200);
  const late = await send("PUT", "/devices/r1", { ...r1, vlan: 20 }, {
    "if-match": read.etag,
  });
  assert.equal(late.status, 412);
  const patched = await send("PATCH", "/devices/r1", {
    vlan: null,
    address: "192.0.2.9",
  });
  assert.deepEqual(patched.value, { name: "r1", address: "192.0.2.9" });
  assert.equal(
    (await send("PATCH", "/devices/r1", { address: "x" })).status,
    422,
  );
  const proto = await fetch(`${server.url}/devices/r1`, {
    method: "PATCH",
    body: '{"__proto__":{"vlan":7}}',
    headers: { "content-type": "application/merge-patch+json" },
  });
  assert.equal((await proto.json()).status, 422);
  assert.equal(
    (await send("PUT", "/devices/r2", r1)).status,
    409,
    "its key is another",
  );
  const put = await send("PUT", "/devices/r2", { ...r1, name: "r2" });
  assert.equal(put.status, 201);
  const never = { "if-none-match": "*" };
  assert.equal(
    (await send("PUT", "/devices/r2", { ...r1, name: "r2" }, never)).status,
    412,
  );
  assert.equal(
    (await send("DELETE", "/devices/r2", undefined, { "if-match": '"x"' }))
      .status,
    412,
  );
  assert.equal((await send("DELETE", "/devices/r2")).status, 204);
  for (const [method, body] of [["GET"], ["DELETE"], ["PATCH", {}]] as const) {
    assert.equal((await send(method, "/devices/r2", body)).status, 404);
  }
});

Deno.test("a collection comes in pages, filtered, and is not sent twice", async () => {
  const store = new MemoryStore<{ site: string; n: number }>({
    maxEntries: 25,
  });
  for (let n = 1; n <= 25; n++) {
    store.set(store.nextId(), { site: n % 2 ? "odd" : "even", n });
  }
  await using server = await serve({}, {
    ...resource("/things", {
      schema: shape({ site: "string", n: "integer" }),
      store,
      pageSize: 10,
    }),
  });
  const seen: number[] = [];
  let path: string | undefined = "/things";
  let pages = 0;
  while (path !== undefined) {
    const response: Response = await fetch(server.url + path);
    const values: { id: string; n: number }[] = await response.json();
    seen.push(...values.map(({ n }) => n));
    path = /^<(.+)>; rel="next"$/.exec(response.headers.get("link") ?? "")?.[1];
    // What goes away meanwhile moves no page.
    if (++pages === 1) store.delete("10");
    assert.equal(values[0]!.id, String(values[0]!.n));
  }
  assert.equal(pages, 3);
  assert.deepEqual(seen, Array.from({ length: 25 }, (_, i) => i + 1));
  const odd = await ask(`${server.url}/things?site=odd&limit=3`);
  assert.deepEqual(JSON.parse(odd.text).map(({ n }: { n: number }) => n), [
    1,
    3,
    5,
  ]);
  assert.deepEqual(
    JSON.parse((await ask(`${server.url}/things?n=7`)).text).length,
    1,
  );
  const etag = odd.headers.get("etag")!;
  assert.equal(
    (await ask(`${server.url}/things`, { "if-none-match": etag })).status,
    304,
  );
  for (
    const query of ["limit=0", "limit=501", "limit=x", "color=red", "after=%20"]
  ) {
    assert.equal(
      (await ask(`${server.url}/things?${query}`)).status,
      400,
      query,
    );
  }
  const post = () =>
    fetch(`${server.url}/things`, {
      method: "POST",
      body: '{"site":"new","n":1}',
      headers: { "content-type": "application/json" },
    }).then(async (r) => [r.status, (await r.json()).id]);
  assert.deepEqual(await post(), [201, "26"]);
  assert.equal((await post())[0], 507, "what is kept in memory has an end");
});

Deno.test("of many who change the same at once, one wins", async () => {
  await using server = await serve({}, {
    ...resource("/n", { schema: shape({ n: "integer" }), requireMatch: true }),
  });
  const send = (method: string, path: string, n: number, etag?: string) =>
    fetch(server.url + path, {
      method,
      body: JSON.stringify({ n }),
      headers: {
        "content-type": "application/json",
        ...(etag && { "if-match": etag }),
      },
    }).then(async (r) => {
      await r.body?.cancel();
      return { status: r.status, etag: r.headers.get("etag")! };
    });
  const { etag } = await send("POST", "/n", 0);
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, n) => send("PUT", "/n/1", n, etag)),
  );
  assert.equal(all.filter(({ status }) => status === 200).length, 1);
  assert.equal(all.filter(({ status }) => status === 412).length, 19);
  assert.equal((await send("PUT", "/n/1", 1)).status, 428);
});
