import assert from "node:assert/strict";
import { formatTarget, parseTarget } from "../../../lib/ssh/target.ts";

Deno.test("parseTarget() reads names, addresses and URLs, with user and port", () => {
  const cases = [
    ["web", "web", undefined, undefined],
    ["ada@web", "web", undefined, "ada"],
    ["ada@web:2222", "web", 2222, "ada"],
    ["ada@corp.example@web", "web", undefined, "ada@corp.example"],
    ["192.0.2.1:22", "192.0.2.1", 22, undefined],
    ["::1", "::1", undefined, undefined],
    ["2001:db8::1", "2001:db8::1", undefined, undefined],
    ["[::1]:2222", "::1", 2222, undefined],
    ["ada@[2001:db8::1]", "2001:db8::1", undefined, "ada"],
    ["fe80::1%eth0", "fe80::1%eth0", undefined, undefined],
    ["ssh://ada@web:2222", "web", 2222, "ada"],
    ["ssh://web/", "web", undefined, undefined],
    ["ssh://a%40b@[::1]:22", "::1", 22, "a@b"],
    ["ssh://ada;fingerprint=x@web", "web", undefined, "ada"],
    ["router_1.lab", "router_1.lab", undefined, undefined],
  ] as const;
  for (const [text, hostname, port, user] of cases) {
    assert.deepEqual(parseTarget(text), { hostname, port, user }, text);
  }
  assert.deepEqual(parseTarget({ hostname: "[::1]", port: 22 }), {
    hostname: "::1",
    port: 22,
    user: undefined,
  });
});

Deno.test("parseTarget() refuses what names no machine, and says where it goes wrong", () => {
  const cases = [
    ["", 0, /no host/],
    ["@web", 0, /no user/],
    ["ada@", 4, /no host/],
    ["-oProxyCommand=x", 0, /begins with -/],
    ["web; rm", 3, /";" in a host's name/],
    ["web:ssh", 4, /decimal digits/],
    ["[::1", 4, /closing bracket/],
    ["[web]:22", 1, /no IPv6 address/],
    ["[::1]22", 5, /only a port/],
    ["a:b:c", 0, /needs brackets/],
    ["ssh://ada:secret@web", 9, /a password/],
    ["ssh://web/path", 9, /a path/],
  ] as const;
  for (const [text, offset, message] of cases) {
    assert.throws(() => parseTarget(text), {
      name: "ParseError",
      offset,
      message,
    }, text);
  }
  assert.throws(() => parseTarget("web:0"), RangeError);
  assert.throws(() => parseTarget("web:65536"), RangeError);
  assert.throws(() => parseTarget({ hostname: "web", port: 1.5 }), RangeError);
  assert.throws(() => parseTarget(undefined as never), TypeError);
});

Deno.test("formatTarget() writes what parseTarget() reads", () => {
  for (
    const text of ["web", "ada@web:2222", "ada@[::1]:2222", "::1", "[::1]:23"]
  ) {
    assert.equal(formatTarget(parseTarget(text)), text);
  }
  assert.equal(formatTarget({ hostname: "web", port: 22 }), "web");
});
