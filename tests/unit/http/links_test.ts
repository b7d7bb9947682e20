import assert from "node:assert/strict";
import { client } from "../../../lib/http/client.ts";
import { parseLinks } from "../../../lib/http/links.ts";
import { HttpResponse } from "../../../lib/http/response.ts";

const BASE = "http://h.example/a/b?page=2";

Deno.test("a Link field is read as RFC 8288 has it, and what is none ends it", () => {
  const table: [field: string, links: Record<string, string>][] = [
    ["", {}],
    ['<?page=3>; rel="next"', { next: "http://h.example/a/b?page=3" }],
    ["<c>;rel=next", { next: "http://h.example/a/c" }],
    [
      '<//x.example/>; rel="prev last", </>; REL="First"',
      {
        prev: "http://x.example/",
        last: "http://x.example/",
        first: "http://h.example/",
      },
    ],
    ['<1>; rel=next, <2>; rel="next"', { next: "http://h.example/a/1" }],
    ['<1>; rel="next"; rel="last"', { next: "http://h.example/a/1" }],
    ['<a,b;c>; title="x, <y>; rel=\\"z\\""; rel=up', {
      up: "http://h.example/a/a,b;c",
    }],
    [" , <1> ;rel = next ; hreflang, ,<2>; rel=up", {
      next: "http://h.example/a/1",
      up: "http://h.example/a/2",
    }],
    ['<1>; rel=next; anchor="/other", <2>', {}],
    ["<http://[>; rel=next, <2>; rel=up", { up: "http://h.example/a/2" }],
    ['<1>; rel="next', {}],
    ["<1>; rel=next nonsense <2>; rel=up, <3>; rel=up", {
      next: "http://h.example/a/1",
      up: "http://h.example/a/3",
    }],
    ["nothing, <1>; rel=next", {}],
    ["<1>; rel=__proto__", { ["__proto__"]: "http://h.example/a/1" }],
  ];
  for (const [field, links] of table) {
    assert.deepEqual(
      Object.entries(parseLinks(field, BASE)).map((
        [rel, link],
      ) => [rel, link!.url]),
      Object.entries(links),
      field,
    );
  }
  const { up } = parseLinks('<1>; rel=up; Title="a \\"b\\""', BASE);
  assert.equal(up?.params.title, 'a "b"');
  // As long as a field may be, and nothing to wait for.
  for (const part of ["<", '"', ";a", ',"', "<>;", '<>;a="\\'] as const) {
    parseLinks(`<1>; rel=next ${part.repeat(100_000)}`, BASE);
  }
});

Deno.test("links of several fields start from where the answer came from", () => {
  const headers = new Headers();
  headers.append("link", "<1>; rel=prev");
  headers.append("link", "<3>; rel=next");
  const response = new HttpResponse({
    ...{ status: 200, statusText: "OK", headers, url: BASE, elapsed: 1 },
    body: new Uint8Array(),
  });
  assert.equal(response.links.next?.url, "http://h.example/a/3");
  assert.equal(response.links.prev?.url, "http://h.example/a/1");
  assert.equal(response.links.last, undefined);
});

Deno.test("pages() goes on while there is a next, and no further than it should", async () => {
  const asked: string[] = [];
  const next: Record<string, string> = {
    "/items?size=2": "/items?size=2&page=2",
    "/items?size=2&page=2": "/items?page=last",
    "/away": "http://elsewhere.example/",
    "/round": "/round",
  };
  using session = client({
    baseUrl: "http://h.example",
    transport: ({ url, headers }) => {
      const { pathname, search } = new URL(url);
      asked.push(`${pathname}${search} ${headers.get("x-a")}`);
      const to = next[pathname + search];
      return new Response(pathname + search, {
        headers: to === undefined ? {} : { link: `<${to}>; rel=next` },
      });
    },
  });
  const options = { query: { size: 2 }, headers: { "x-a": "1" } };
  const pages = session.pages("/items", options);
  const texts = (await Array.fromAsync(pages)).map((page) => page.text());
  assert.deepEqual(texts, [
    "/items?size=2",
    "/items?size=2&page=2",
    "/items?page=last",
  ]);
  assert.deepEqual(asked.splice(0), texts.map((text) => `${text} 1`));
  for await (const page of session.pages("/items", options)) {
    assert.equal(page.status, 200);
    break;
  }
  assert.equal(asked.splice(0).length, 1);
  for (
    const [path, message] of [["/away", /elsewhere/], ["/round", /before/]]
  ) {
    await assert.rejects(Array.fromAsync(session.pages(path as string)), {
      code: "redirect",
      message,
    });
  }
  assert.equal(asked.length, 2);
});
