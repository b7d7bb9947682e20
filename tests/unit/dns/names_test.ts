import assert from "node:assert/strict";
import {
  absoluteName,
  asciiName,
  isWithin,
  nameLabels,
  parentName,
  plainName,
  reverseName,
  sameName,
} from "../../../lib/dns/names.ts";
import { compareNames } from "../../../lib/dns/canonical.ts";

Deno.test("plainName() gives each name one form", () => {
  for (
    const [name, plain] of [
      ["", "."],
      [".", "."],
      ["a", "a"],
      ["A.b.", "A.b"],
      ["a\\.b.c.", "a\\.b.c"],
      ["a\\046b", "a\\.b"],
      ["a\\@b", "a@b"],
      ["é", "\\195\\169"],
      ["a b", "a\\032b"],
      ["x\\\\.", "x\\\\"],
    ] as const
  ) assert.equal(plainName(name), plain, name);
  for (const name of ["a..b", "..", ".a", "x".repeat(64), "a.".repeat(128)]) {
    assert.throws(() => plainName(name), RangeError, name);
  }
  assert.throws(() => plainName("a\\"), TypeError);
  assert.throws(
    () => plainName(7 as unknown as string),
    /Cannot build dns as 'name' must be a domain name: current value is 7/,
  );
});

Deno.test("names are compared by labels, not by letters", () => {
  assert.ok(sameName("WWW.example", "www.EXAMPLE"));
  assert.ok(!sameName("ẞ", "ß"));
  assert.ok(isWithin("a.example", "example") && isWithin("example", "example"));
  assert.ok(!isWithin("anexample", "example"));
  assert.ok(!isWithin("a\\.example", "example"));
  assert.ok(isWithin("a", "."));
  assert.deepEqual(nameLabels("a\\.b.c\\\\.d"), ["a\\.b", "c\\\\", "d"]);
  assert.equal(parentName("a\\.b.c"), "c");
  assert.equal(parentName("c"), ".");
});

Deno.test("absoluteName() escapes what zone files would read otherwise", () => {
  assert.equal(absoluteName("a@b;c.d"), "a\\@b\\;c.d.");
  assert.equal(absoluteName("."), ".");
});

Deno.test("reverseName() follows the octets of IPv4 and the digits of IPv6", () => {
  assert.equal(reverseName("192.0.2.1"), "1.2.0.192.in-addr.arpa");
  assert.equal(
    reverseName("2001:db8::567:89ab"),
    "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
  );
});

Deno.test("names are in the order of RFC 4034 §6.1", () => {
  const order = [
    "example",
    "a.example",
    "yljkjljk.a.example",
    "Z.a.example",
    "zABC.a.EXAMPLE",
    "z.example",
    "\\001.z.example",
    "*.z.example",
    "\\200.z.example",
  ];
  assert.deepEqual(order.toReversed().sort(compareNames), order);
});

Deno.test("names beyond ASCII are asked about in Punycode, others as they are", () => {
  for (
    const [name, ascii] of [
      ["bücher.example", "xn--bcher-kva.example"],
      ["BÜCHER.example.", "xn--bcher-kva.example."],
      ["_sip._tcp.bücher.example", "_sip._tcp.xn--bcher-kva.example"],
      ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
      ["Drucker im Büro._ipp._tcp.local", "Drucker im Büro._ipp._tcp.local"],
      ["Büro.local.", "Büro.local."],
      ["b\\195\\188cher.example", "b\\195\\188cher.example"],
      ["ü/x.example", "ü/x.example"],
      ["WWW.Example", "WWW.Example"],
    ] as const
  ) assert.equal(asciiName(name), ascii, name);
});
