import assert from "node:assert/strict";
import * as http from "../../../lib/http/client.ts";
import { parseJson } from "../../../lib/http/json.ts";
import { ok, scripted } from "./scripted.ts";

Deno.test("an option that there is not is refused before anything is sent", async () => {
  const { session, seen } = scripted([ok]);
  const url = "http://h.example/";
  for (
    const [options, message] of [
      [{ params: { a: 1 } }, '"params" is no option. Try: query'],
      [
        { data: { a: 1 } },
        '"data" is no option. Try: form, json, multipart or',
      ],
      [{ header: {} }, '"header" is no option. Try: headers'],
      [{ cookies: {} }, '"cookies" is no option. Try: net.http.client()'],
      [{ timeOut: 1 }, '"timeOut" is no option: did you mean "timeout"?'],
      [{ toString: 1 }, '"toString" is no option: attempts, auth, body'],
      ["text", "its options must be an object: current value is"],
    ] as [http.RequestOptions, string][]
  ) {
    await assert.rejects(session.post(url, options), (error) => {
      assert.ok(error instanceof TypeError, `${error}`);
      const begins = `Cannot post to ${url} as `;
      assert.ok(error.message.startsWith(begins), error.message);
      assert.ok(error.message.includes(message), error.message);
      return true;
    });
  }
  assert.equal(seen.length, 0);
  for (const options of [{ base_url: url }, { cookie: {} }, 80]) {
    assert.throws(() => http.client(options as http.SessionOptions), TypeError);
  }
});

Deno.test("a redirection's octets beyond ASCII are UTF-8", async () => {
  const octets = (text: string) =>
    String.fromCharCode(...new TextEncoder().encode(text));
  for (
    const [location, url] of [
      [octets("/grün?ü=1"), "http://h.example/gr%C3%BCn?%C3%BC=1"],
      ["/gr\xfcn", "http://h.example/gr%C3%BCn"],
    ] as const
  ) {
    const { session, seen } = scripted([
      () => new Response("", { status: 302, headers: { location } }),
      ok,
    ]);
    await session.get("http://h.example/");
    assert.equal(seen.at(-1)?.url, url);
  }
});

Deno.test("JSON that is none is told by what does not belong, and where", () => {
  const page = `<!doctype html>\n${"<p>some words</p>".repeat(9)}`;
  for (
    const [text, offset, reason] of [
      ["", 0, "there is nothing"],
      ['{"a":NaN}', 5, 'unexpected "N"'],
      [page, 0, 'unexpected "<"'],
      [`["N", "${"x".repeat(99)}", Nope, 1]`, 109, 'unexpected "N"'],
      ['["😀", 😀]', 7, 'unexpected "😀"'],
      ["[1,2] x", 6, "unexpected non-whitespace character after json"],
      ["undefined", 0, 'unexpected "u"'],
      ['{"a":1', 6, "expected ',' or '}' after property value"],
      ["[1,", 3, "unexpected end"],
    ] as const
  ) {
    assert.throws(() => parseJson(text), (error) => {
      const { name, offset: at, message } = error as SyntaxError & {
        offset: number;
      };
      assert.deepEqual([name, at], ["ParseError", offset], message);
      assert.ok(message.endsWith(`${reason} at offset ${offset}`), message);
      return true;
    });
  }
  assert.deepEqual(parseJson('{"a":[1]}'), { a: [1] });
});
