import assert from "node:assert/strict";
import { highlight } from "../../../repl/highlight.ts";

function spans(text: string, cursor?: number): string {
  return highlight(text, cursor)
    .map(({ start, end, role }) => `${role}:${text.slice(start, end)}`)
    .join(" ");
}

function matches(text: string, cursor: number): string {
  return highlight(text, cursor).filter(({ role }) => role === "match")
    .map(({ start, end }) => `${start}-${end}`).join(" ");
}

Deno.test("keywords, strings, numbers and comments have looks, names have none", () => {
  assert.equal(
    spans("const a = f('b', /c/g, 0x1n, null) // d"),
    "keyword:const string:'b' string:/c/g number:0x1n number:null comment:// d",
  );
  assert.equal(spans("`a${b}c`"), "string:`a${ string:}c`");
  assert.equal(spans(".help ip"), "command:.help");
});

Deno.test("the bracket at the cursor, or else before it, is matched with its partner", () => {
  assert.equal(matches("f(a[0])", 1), "1-2 6-7");
  assert.equal(matches("f(a[0])", 7), "1-2 6-7");
  assert.equal(matches("f(a[0])", 6), "1-2 6-7");
  assert.equal(matches("f(a[0])", 4), "3-4 5-6");
  assert.equal(matches("f(a[0])", 0), "");
  assert.equal(matches("(a)(b)", 3), "3-4 5-6");
});

Deno.test("brackets in strings and comments are no brackets, those around a template's values are", () => {
  assert.equal(matches("f(')')", 1), "1-2 5-6");
  assert.equal(matches("f(/* ) */)", 1), "1-2 9-10");
  assert.equal(matches("`a${b}c`", 2), "2-4 5-6");
  assert.equal(matches("`a${b}c${d}`", 5), "2-4 5-6");
  assert.equal(matches("`a${b}c${d}`", 11), "7-9 10-11");
});

Deno.test("a bracket without a partner is matched with nothing", () => {
  assert.equal(matches("f(", 1), "");
  assert.equal(matches(")", 0), "");
  assert.equal(matches("(]", 0), "");
  assert.equal(matches("(])", 0), "0-1 2-3");
});

Deno.test("a text too long to look at on every key stays plain", () => {
  assert.deepEqual(highlight("1 + ".repeat(50_000), 3), []);
});
