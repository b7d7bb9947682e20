import assert from "node:assert/strict";
import {
  AuthError,
  DecodeError,
  NetError,
  ParseError,
  PermissionError,
} from "../../lib/errors.ts";

Deno.test("a NetError's message has what is known, and no more", () => {
  const op = "open";
  const code = "x";
  assert.equal(new NetError("no", { code, op }).message, "Cannot open: no");
  assert.equal(
    new NetError("no", { code, op, target: "a.pcap" }).message,
    "Cannot open a.pcap: no",
  );
  assert.equal(
    new NetError("no", { code, op, target: "a.pcap", hint: "ls" }).message,
    "Cannot open a.pcap: no. Try: ls",
  );
});

Deno.test("a NetError keeps its cause, and has none where none was given", () => {
  const cause = new Error("below");
  assert.equal(new NetError("no", { code: "x", op: "y", cause }).cause, cause);
  assert.equal("cause" in new NetError("no", { code: "x", op: "y" }), false);
});

Deno.test("a DecodeError tells cut octets from malformed ones", () => {
  const cut = new DecodeError("cut short", {
    layer: "tcp",
    offset: 34,
    needed: 20,
    available: 12,
    lengthFrom: "dataOffset",
  });
  assert.equal(cut.code, "truncated");
  assert.equal(
    cut.message,
    "Cannot decode tcp: cut short at octet 34, needs 20 octets and has 12 (says dataOffset)",
  );
  const wrong = new DecodeError("version 5", { layer: "ipv4", offset: 14 });
  assert.equal(wrong.code, "malformed");
  assert.equal(wrong.message, "Cannot decode ipv4: version 5 at octet 14");
});

Deno.test("a ParseError shows the input in quotes, and cuts a long one", () => {
  const error = new ParseError("an address", 'a"\n', 1, "wrong");
  assert.equal(
    error.message,
    'Cannot parse "a\\"\\n" as an address: wrong at offset 1',
  );
  const long = "x".repeat(200);
  const cut = new ParseError("an address", long, 0, "wrong");
  assert.equal(cut.input, long);
  assert.ok(cut.message.includes(`"${"x".repeat(79)}…"`));
});

Deno.test("each error is caught by its own class and by those above it", () => {
  const options = { code: "x", op: "y" };
  const kinds = [
    [new AuthError("no", options), "AuthError", [NetError, Error]],
    [new PermissionError("no", options), "PermissionError", [NetError, Error]],
    [
      new DecodeError("no", { layer: "a", offset: 0 }),
      "DecodeError",
      [NetError, Error],
    ],
    [new ParseError("a", "b", 0, "c"), "ParseError", [SyntaxError, Error]],
  ] as const;
  for (const [error, name, above] of kinds) {
    assert.equal(error.name, name);
    for (const kind of above) assert.ok(error instanceof kind, name);
    assert.match(error.stack!, new RegExp(`^${name}: `));
  }
});
