import fc from "fast-check";
import assert from "node:assert/strict";
import { formatEvent } from "../../../lib/http/serve/events.ts";
import { HttpProblem } from "../../../lib/http/serve/problem.ts";
import { reply } from "../../../lib/http/serve/reply.ts";
import { parseRange } from "../../../lib/http/serve/ranges.ts";
import { Router } from "../../../lib/http/serve/router.ts";
import {
  type Infer,
  type Schema,
  shape,
} from "../../../lib/http/serve/schema.ts";
import { checkOf } from "../../../lib/http/serve/schema_check.ts";

Deno.test("the router finds what a plain search over all routes finds", () => {
  const segment = fc.constantFrom("a", "b", ":x", ":y");
  const path = fc.tuple(fc.array(segment, { maxLength: 4 }), fc.boolean()).map(
    ([parts, rest]) =>
      "/" +
      [
        ...parts.map((p, i) => p.startsWith(":") ? `:p${i}` : p),
        ...rest ? ["*"] : [],
      ].join("/"),
  );
  const asked = fc.array(fc.constantFrom("a", "b", "c", ""), { maxLength: 5 })
    .map((parts) => "/" + parts.join("/"));
  fc.assert(
    fc.property(
      fc.uniqueArray(path, { maxLength: 12 }),
      asked,
      (paths, wanted) => {
        const router = new Router<string>();
        for (const path of paths) router.add(`GET ${path}`, path);
        const found = router.find(wanted)?.methods.get("GET")?.target;
        assert.equal(found, plainly(paths, wanted));
      },
    ),
    { numRuns: 1000 },
  );
});

/** The best of all that fit: fixed before variable before rest, from the left. */
function plainly(paths: readonly string[], wanted: string): string | undefined {
  const rank = (path: string) =>
    path.split("/").map((s) => s === "*" ? "2" : s.startsWith(":") ? "1" : "0")
      .join("");
  return paths.filter((path) => {
    const source = path.split("/").map((s) =>
      s === "*" ? ".*" : s.startsWith(":") ? "[^/]+" : s
    );
    return new RegExp(`^${source.join("/")}$`).test(wanted);
  }).sort((a, b) => rank(a) < rank(b) ? -1 : 1)[0];
}

Deno.test("a range lies within the whole, whatever is asked for", () => {
  const text = fc.oneof(
    fc.string(),
    fc.array(
      fc.tuple(
        fc.nat(60),
        fc.nat(60),
        fc.constantFrom("%a-%b", "%a-", "-%b", "-"),
      ),
      {
        maxLength: 5,
      },
    ).map((list) =>
      "bytes=" +
      list.map(([a, b, f]) => f.replace("%a", `${a}`).replace("%b", `${b}`))
        .join(",")
    ),
  );
  fc.assert(
    fc.property(text, fc.nat(50), (field, size) => {
      const ranges = parseRange(field, size);
      let sum = 0;
      for (const { start, end } of ranges ?? []) {
        assert.ok(0 <= start && start < end && end <= size);
        sum += end - start;
      }
      assert.ok(sum <= size);
    }),
    { numRuns: 500 },
  );
});

Deno.test("a check says what is wrong, and where", () => {
  const table: [schema: Schema, value: unknown, issues: string[]][] = [
    [{ type: "integer" }, 1.5, ["# must be an integer"]],
    [{ type: ["string", "null"] }, null, []],
    [{ type: ["string", "null"] }, 1, ["# must be a string or null"]],
    [{ enum: ["a", { b: 1, c: 2 }] }, { c: 2, b: 1 }, []],
    [{ enum: ["a", 1] }, "1", ['# must be one of "a", 1']],
    [{ const: 7 }, 8, ["# must be 7"]],
    [{ minimum: 1, maximum: 3 }, 4, ["# must be 3 or less"]],
    [{ exclusiveMinimum: 1 }, 1, ["# must be above 1"]],
    [{ multipleOf: 5 }, 7, ["# must be a multiple of 5"]],
    [{ minLength: 2, pattern: "^a" }, "b", [
      "# must have 2 or more characters",
      "# must match ^a",
    ]],
    [{ items: { type: "string" }, maxItems: 1 }, ["a", 1], [
      "# must have 1 or fewer items",
      "#/1 must be a string",
    ]],
    [{ uniqueItems: true }, [{ a: 1, b: 2 }, { b: 2, a: 1 }], [
      "# must not have an item twice",
    ]],
    [{ anyOf: [{ type: "string" }, { type: "integer", minimum: 5 }] }, 3, [
      "# fits none of 2 forms",
    ]],
    [{ additionalProperties: { type: "integer" } }, { a: "x" }, [
      "#/a must be an integer",
    ]],
    [{ required: ["toString"] }, {}, ["#/toString must be there"]],
    [{ properties: { "a/b~c d": { type: "null" } } }, { "a/b~c d": 1 }, [
      "#/a~1b~0c%20d must be null",
    ]],
    [{ type: "object" }, [], ["# must be an object"]],
  ];
  for (const [schema, value, issues] of table) {
    const found = checkOf(schema)(value).map(({ pointer, detail }) =>
      `${pointer} ${detail}`
    );
    assert.deepEqual(found, issues, JSON.stringify(schema));
  }
  assert.equal(
    checkOf({ items: { type: "null" } })(Array(5000).fill(1)).length,
    20,
  );
});

Deno.test("every format takes what it names, and nothing else", () => {
  const table: [
    format: NonNullable<Schema["format"]>,
    good: string,
    bad: string,
  ][] = [
    ["ipv4", "192.0.2.1", "192.0.2.256"],
    ["ipv6", "2001:db8::1", "192.0.2.1"],
    ["ip", "::1", "::g"],
    ["cidr", "192.0.2.0/24", "192.0.2.0"],
    ["mac", "00:00:5e:00:53:01", "00:00:5e:00:53"],
    ["hostname", "a-b.example.", "-a.example"],
    ["date-time", "2024-02-29T12:00:00Z", "2024-02-29 12:00"],
    ["date", "2024-02-29", "2024-13-01"],
    ["email", "a@example.org", "a b@example.org"],
    ["uri", "urn:ietf:rfc:9457", "/relative"],
    ["uuid", "123e4567-e89b-12d3-a456-426614174000", "123e4567"],
  ];
  for (const [format, good, bad] of table) {
    const check = checkOf({ type: "string", format });
    assert.deepEqual(check(good), [], format);
    assert.equal(check(bad).length, 1, format);
  }
  assert.throws(
    () => checkOf({ format: "toString" as "uri" }),
    /of a known format/,
  );
});

Deno.test("a shape is a JSON Schema, and TypeScript reads its type", () => {
  const link = shape({
    name: "string",
    "mtu?": { type: "integer", default: 1500 },
    tags: { type: "array", items: { enum: ["a", "b"] } },
    "peer?": shape({ address: "ip" }),
  });
  type Link = Infer<typeof link>;
  const value: Link = {
    name: "eth0",
    tags: ["a", "b"],
    peer: { address: "::1" },
  };
  // @ts-expect-error Another tag.
  const wrong: Link = { name: "eth0", tags: ["c"] };
  assert.deepEqual(checkOf(link)(value), []);
  assert.equal(value.mtu, 1500, "the default was put in");
  assert.equal(checkOf(link)(wrong)[0]?.pointer, "#/tags/0");
  const hostile = JSON.parse('{"name":"a","tags":[],"__proto__":{"x":1}}');
  assert.deepEqual(checkOf(link)(hostile), [{
    pointer: "#/__proto__",
    detail: "is not known here",
  }]);
});

Deno.test("an event is one, whatever is in its text", () => {
  assert.equal(
    formatEvent({ id: "1", event: "e", data: "a\r\nb\rc" }),
    "id: 1\nevent: e\ndata: a\ndata: b\ndata: c\n\n",
  );
  assert.equal(formatEvent({ data: { a: "x\ny" } }), 'data: {"a":"x\\ny"}\n\n');
  assert.throws(() => formatEvent({ event: "a\ndata: b" }), TypeError);
});

Deno.test("a problem keeps its cause to itself", () => {
  const problem = new HttpProblem(503, undefined, {
    cause: new Error("secret"),
  });
  assert.equal(
    JSON.stringify(problem),
    '{"type":"about:blank","title":"Service Unavailable","status":503}',
  );
  assert.throws(() => new HttpProblem(200), RangeError);
});

Deno.test("reply() refuses a status without its name", () => {
  assert.throws(() => reply(418, "no tea" as never), {
    name: "TypeError",
    message: /after the value, as in .* current value is "no tea"$/,
  });
  assert.throws(() => reply("no tea", 418 as never), TypeError);
  assert.equal(reply("no tea", { status: 418 }).status, 418);
});
