import assert from "node:assert/strict";
import type { Progress } from "../../../lib/http/client.ts";
import { ok, scripted } from "./scripted.ts";

Deno.test("a body is JSON, a form, a multipart form, text or octets, and in one way only", async () => {
  const { session, seen } = scripted([ok]);
  const url = "http://h.example/";
  await session.post(url, { json: { a: 1 } });
  await session.put(url, { form: { a: 1, b: "x y" } });
  await session.patch(url, { body: "text" });
  await session.post(url, { body: Uint8Array.of(1, 2) });
  await session.delete(url, { json: null });
  await session.post(url, {
    multipart: {
      a: "1",
      f: new File(["abc"], 'q"uote.txt', { type: "text/plain" }),
      g: ["x", Uint8Array.of(65)],
    },
  });
  await session.post(url, {
    json: 1,
    headers: { "content-type": "application/merge-patch+json" },
  });
  const types = seen.map(({ headers }) =>
    headers.get("content-type")?.replace(/boundary=.*/, "")
  );
  assert.deepEqual(
    types,
    [
      "application/json",
      "application/x-www-form-urlencoded;charset=UTF-8",
      "text/plain;charset=UTF-8",
      null,
      "application/json",
      "multipart/form-data; ",
      "application/merge-patch+json",
    ].map((x) => x ?? undefined),
  );
  assert.deepEqual(seen.map(({ method }) => method).slice(0, 5), [
    "POST",
    "PUT",
    "PATCH",
    "POST",
    "DELETE",
  ]);
  assert.equal(await seen[0]!.text(), '{"a":1}');
  assert.equal(await seen[1]!.text(), "a=1&b=x+y");
  const form = await seen[5]!.formData();
  assert.equal(form.get("a"), "1");
  assert.equal((form.get("f") as File).name, "q%22uote.txt");
  assert.equal(await (form.get("f") as File).text(), "abc");
  assert.equal(form.getAll("g").length, 2);
  await assert.rejects(session.post(url, { json: 1, body: "x" }), {
    name: "TypeError",
    message: /in one way: current ways are body and json/,
  });
});

Deno.test("a stream is read by chunks, by lines, whole, or not at all", async () => {
  const pieces = ["on", "e\r", "\ntwö\nth".slice(0, 3), "ö\nth", "ree"];
  let cancelled = 0;
  const { session } = scripted([
    () =>
      new Response(ReadableStream.from((async function* () {
        try {
          for (const piece of pieces) yield new TextEncoder().encode(piece);
        } finally {
          cancelled++;
        }
      })())),
  ]);
  const url = "http://h.example/";
  const lines = await session.stream(url);
  assert.deepEqual(await Array.fromAsync(lines.lines()), [
    "one",
    "twö",
    "three",
  ]);
  assert.equal(lines.received, 15);
  assert.equal(
    (await (await session.stream(url)).whole()).text(),
    pieces.join(""),
  );
  await assert.rejects((await session.stream(url)).whole(5), {
    code: "too-large",
  });
  await using unread = await session.stream(url);
  assert.equal(unread.status, 200);
  await unread.close();
  assert.equal(await unread.read(), null);
  assert.equal(cancelled, 3);
  const web = await session.stream(url);
  assert.equal(
    await new Response(web.readable as ReadableStream<Uint8Array<ArrayBuffer>>)
      .text(),
    pieces.join(""),
  );
  assert.match(
    Deno.inspect(web),
    /^HTTP 200 from http:\/\/h\.example\/, ended, 15 octets read/,
  );
});

Deno.test("progress is told of what leaves", async () => {
  const { session } = scripted([
    async (request) => new Response(`${(await request.bytes()).length}`),
  ]);
  const told: Progress[] = [];
  const response = await session.put("http://h.example/", {
    body: new Uint8Array(200_000),
    onUpload: (x) => told.push(x),
  });
  assert.equal(response.text(), "200000");
  assert.deepEqual(told.at(-1), { done: 200_000, total: 200_000 });
  assert.ok(told.length > 2);
  told.length = 0;
  await session.post("http://h.example/", {
    multipart: { f: new Uint8Array(100_000) },
    onUpload: (x) => told.push(x),
  });
  assert.equal(told.at(-1)?.done, told.at(-1)?.total);
});

Deno.test("lists in a form and in a query send each item, and what is not there is left out", async () => {
  const { session, seen } = scripted([ok]);
  const fields = { a: [1, 2], b: undefined, c: null as never, d: "x y" };
  await session.post("http://h.example/", { form: fields });
  assert.equal(await seen[0]!.text(), "a=1&a=2&d=x+y");
  for (const query of [fields, "a=1&a=2&d=x%20y"]) {
    await session.get("http://h.example/", { query });
    assert.equal(new URL(seen.at(-1)!.url).search, "?a=1&a=2&d=x+y");
  }
  const query = new URLSearchParams(fields.a.map((n) => ["a", `${n}`]));
  await session.get("http://h.example/?z=0", { query });
  assert.equal(new URL(seen.at(-1)!.url).search, "?z=0&a=1&a=2");
  await session.post("http://h.example/", { multipart: { n: 7, yes: true } });
  const form = await seen.at(-1)!.formData();
  assert.deepEqual([form.get("n"), form.get("yes")], ["7", "true"]);
  await session.post("http://h.example/", { body: Uint8Array.of(65).buffer });
  assert.equal(await seen.at(-1)!.text(), "A");
});

Deno.test("what no body can be made of is refused, and nothing is sent", async () => {
  const { session, seen } = scripted([ok]);
  const wrong: [options: object, says: RegExp][] = [
    [{ json: () => 1 }, /'json' must be a value that JSON has: .*Function/],
    [{ json: Symbol("x") }, /'json' must be a value that JSON has/],
    [{ body: { a: 1 } }, /other values go as 'json': .*\{ a: 1 \}/],
    [{ body: 5 }, /'body' must be text, octets/],
    [{ multipart: { a: {} } }, /'a' must be text/],
  ];
  for (const [options, says] of wrong) {
    await assert.rejects(
      session.post("http://h.example/", options),
      (error) => error instanceof TypeError && says.test(error.message),
    );
  }
  assert.equal(seen.length, 0);
});
