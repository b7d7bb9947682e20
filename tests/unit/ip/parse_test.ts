import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import { parse, tryParse } from "../../../lib/ip/address.ts";
import { BAD, GOOD } from "./corpus.ts";

for (const { text, canonical } of GOOD) {
  Deno.test(`parse() reads ${JSON.stringify(text)} as ${canonical}`, () => {
    const address = parse(text);
    assert.equal(address.toString(), canonical);
    assert.equal(address.family, text.includes(":") ? 6 : 4);
    assert.deepEqual(parse(canonical), address);
    assert.deepEqual(tryParse(text), address);
  });
}

for (const { text, offset, reason } of BAD) {
  const shown = JSON.stringify(text);
  Deno.test(`parse() refuses ${shown} at ${offset}: ${reason}`, () => {
    const error = thrown(() => parse(text));
    assert.equal(error.reason, reason);
    assert.equal(error.offset, offset);
    assert.equal(error.input, text);
    assert.equal(tryParse(text), undefined);
  });
}

Deno.test("the corpus holds no text twice", () => {
  const texts = [...GOOD, ...BAD].map(({ text }) => text);
  assert.equal(new Set(texts).size, texts.length);
  assert.ok(texts.length >= 60);
});

Deno.test("a ParseError says which family the text was taken for", () => {
  const cases: [text: string, kind: string][] = [
    ["1.2.3", "an IPv4 address"],
    ["1.2.3.4:5", "an IPv4 address"], // the first of '.' and ':' decides
    ["1:2:3", "an IPv6 address"],
    ["::1.2.3.999", "an IPv6 address"],
    ["router1", "an IP address"],
    ["", "an IP address"],
  ];
  for (const [text, kind] of cases) {
    assert.throws(() => parse(text), (error: ParseError) => {
      assert.equal(
        error.message.startsWith(
          `Cannot parse ${JSON.stringify(text)} as ${kind}: `,
        ),
        true,
        error.message,
      );
      return true;
    });
  }
});

Deno.test("parse() takes one family alone when asked", () => {
  assert.equal(parse("1.2.3.4", { family: 4 }).family, 4);
  assert.equal(parse("::1", { family: 6 }).family, 6);
  assert.equal(thrown(() => parse("::1", { family: 4 })).offset, 0);
  assert.equal(thrown(() => parse("1.2.3.4", { family: 6 })).offset, 1);
  assert.equal(tryParse("::1", { family: 4 }), undefined);
});

Deno.test("a refused text leaves nothing behind for the next one", () => {
  assert.equal(tryParse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffg"), undefined);
  assert.equal(parse("::").toString(), "::");
  assert.equal(parse("fe80::1%eth0").zone, "eth0");
  assert.equal(tryParse("fe80::1%"), undefined);
  assert.equal(parse("fe80::1").zone, undefined);
  const first = parse("2001:db8::1");
  assert.equal(parse("1.2.3.4").w0, 0);
  assert.equal(first.toString(), "2001:db8::1");
});

Deno.test("parse() and tryParse() throw a TypeError for what is no string", () => {
  for (const value of [undefined, null, 167772161, 1n, ["1.2.3.4"], {}]) {
    assert.throws(() => parse(value as string), TypeError);
    assert.throws(() => tryParse(value as string), TypeError);
  }
  const options = { family: 5 as 4 };
  assert.throws(() => parse("1.2.3.4", options), TypeError);
});

Deno.test("a very long text is refused in linear time and quoted in part", () => {
  const error = thrown(() => parse("1".repeat(1_000_000) + "."));
  assert.equal(error.offset, 3);
  assert.ok(error.message.length < 200);
});

/** The error, with the part of its message between the kind and the place. */
function thrown(run: () => unknown): ParseError & { reason: string } {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ParseError, `threw ${error}`);
    const reason = error.message.replace(/^.*? as an? .*?: /s, "")
      .replace(/ at offset \d+$/, "");
    return Object.assign(error, { reason });
  }
  assert.fail("nothing was thrown");
}
