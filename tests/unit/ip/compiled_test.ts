import assert from "node:assert/strict";
import { type Address, parse } from "../../../lib/ip/address.ts";
import { CompiledTable } from "../../../lib/ip/table/compiled.ts";
import { DirectIndex } from "../../../lib/ip/table/direct_index.ts";
import { RangeIndex } from "../../../lib/ip/table/range_index.ts";
import type { Route } from "../../../lib/ip/table/route.ts";
import { cut, Prefixes } from "../../../lib/ip/table/pieces.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { table } from "../../../lib/ip/table/table.ts";

const route = <T>(text: string, value: T): Route<T> => ({
  subnet: subnet(text),
  value,
});

function words(...texts: string[]): Uint32Array {
  const all = texts.map((text) => parse(text));
  return Uint32Array.from(
    all.flatMap(({ family, w0, w1, w2, w3 }: Address) =>
      family === 4 ? [w3] : [w0, w1, w2, w3]
    ),
  );
}

function octets(...texts: string[]): Uint8Array {
  return Uint8Array.from(texts.flatMap((text) => [...parse(text).toBytes()]));
}

const ROUTES = [
  ["0.0.0.0/0", "a"],
  ["10.0.0.0/8", "b"],
  ["10.1.0.0/16", "c"],
  ["2001:db8::/32", "d"],
  ["2001:db8::1/128", "e"],
] as const;

Deno.test("compile() numbers the routes in the order of a walk", () => {
  const routes = table(ROUTES.toReversed());
  const compiled = routes.compile();
  assert.equal(compiled.size, 5);
  assert.deepEqual(compiled.routes, [...routes]);
  assert.equal(compiled.routes, compiled.routes);
  assert.equal(compiled.lookup("10.1.0.0"), compiled.routes[2]);
});

Deno.test("lookupAllIpv4() takes words and octets, and gives numbers or -1", () => {
  const compiled = table(ROUTES).compile();
  const addresses = ["9.0.0.1", "10.0.0.1", "10.1.255.255", "10.2.0.0"];
  for (const form of [words(...addresses), octets(...addresses)]) {
    assert.deepEqual([...compiled.lookupAllIpv4(form)], [0, 1, 2, 1]);
  }
  const other = table([["10.0.0.0/8", 1]]).compile();
  assert.deepEqual([...other.lookupAllIpv4(words("9.0.0.0"))], [-1]);
});

Deno.test("lookupAllIpv6() takes words and octets, and numbers go on after IPv4", () => {
  const compiled = table(ROUTES).compile();
  const addresses = [
    "2001:db8::",
    "2001:db8::1",
    "2001:db8::2",
    "::",
    "ff02::1",
  ];
  for (const form of [words(...addresses), octets(...addresses)]) {
    assert.deepEqual([...compiled.lookupAllIpv6(form)], [3, 4, 3, -1, -1]);
  }
});

Deno.test("a part of a larger buffer does for octets and words", () => {
  const compiled = table(ROUTES).compile();
  const frame = new Uint8Array([0xff, ...octets("10.1.0.0"), 0xff]);
  assert.deepEqual([...compiled.lookupAllIpv4(frame.subarray(1, 5))], [2]);
  const two = words("9.0.0.0", "10.1.0.0");
  assert.deepEqual([...compiled.lookupAllIpv4(two.subarray(1))], [2]);
});

Deno.test("numbers go into the array that is given, and no further", () => {
  const compiled = table(ROUTES).compile();
  const out = new Int32Array(3).fill(99);
  assert.equal(compiled.lookupAllIpv4(words("10.1.0.0", "1.1.1.1"), out), out);
  assert.deepEqual([...out], [2, 0, 99]);
  assert.deepEqual([...compiled.lookupAllIpv6(new Uint32Array(0), out)], [
    2,
    0,
    99,
  ]);
  assert.equal(compiled.lookupAllIpv4(new Uint8Array(0)).length, 0);
});

Deno.test("as many addresses as one likes go at once", () => {
  const compiled = table(ROUTES).compile();
  for (const count of [255, 256, 257, 1000]) {
    const many = Uint32Array.from({ length: count }, (_, n) => n << 20);
    const one = Array.from(
      many,
      (w) => compiled.lookupAllIpv4(Uint32Array.of(w))[0],
    );
    assert.deepEqual([...compiled.lookupAllIpv4(many)], one);
  }
});

Deno.test("lookups of many refuse arrays of the wrong type or length", () => {
  const compiled = table(ROUTES).compile();
  const wrong = (value: unknown) => value as Uint32Array;
  const cases: [run: () => unknown, name: string, message: RegExp][] = [
    [
      () => compiled.lookupAllIpv4(wrong(["10.0.0.1"])),
      "TypeError",
      /'addresses' must be a Uint32Array or a Uint8Array: current value is 10\.0\.0\.1/,
    ],
    [
      () => compiled.lookupAllIpv4(wrong(undefined)),
      "TypeError",
      /'addresses' must be/,
    ],
    [
      () => compiled.lookupAllIpv4(wrong(new Int32Array(1))),
      "TypeError",
      /'addresses' must be/,
    ],
    [
      () => compiled.lookupAllIpv4(new Uint8Array(5)),
      "RangeError",
      /must hold 4 octets for each: current value is 5 of them/,
    ],
    [
      () => compiled.lookupAllIpv6(new Uint8Array(8)),
      "RangeError",
      /must hold 16 octets for each/,
    ],
    [
      () => compiled.lookupAllIpv6(new Uint32Array(6)),
      "RangeError",
      /must hold 4 words for each: current value is 6 of them/,
    ],
    [
      () => compiled.lookupAllIpv4(new Uint32Array(2), new Int32Array(1)),
      "RangeError",
      /'out' must have room for 2 numbers: current value is 1 long/,
    ],
    [
      () =>
        compiled.lookupAllIpv4(
          new Uint32Array(1),
          wrong(new Uint32Array(1)) as unknown as Int32Array,
        ),
      "TypeError",
      /'out' must be an Int32Array/,
    ],
  ];
  for (const [run, name, message] of cases) {
    assert.throws(run, { name, message });
  }
});

Deno.test("what is done to a table later does not reach its compiled copy", () => {
  const routes = table<string>(ROUTES);
  const compiled = routes.compile();
  routes.insert("10.1.2.0/24", "new").insert("10.0.0.0/8", "changed");
  routes.delete("0.0.0.0/0");
  assert.equal(compiled.lookup("10.1.2.3")?.value, "c");
  assert.equal(compiled.lookup("10.2.0.0")?.value, "b");
  assert.equal(compiled.lookup("1.1.1.1")?.value, "a");
  assert.equal(compiled.size, ROUTES.length);
});

Deno.test("CompiledTable refuses routes out of order or twice", () => {
  const bad = [
    [route("10.1.0.0/16", 1), route("10.0.0.0/8", 2)],
    [route("10.0.0.0/16", 1), route("10.0.0.0/8", 2)],
    [route("10.0.0.0/8", 1), route("10.0.0.0/8", 2)],
    [route("::/0", 1), route("10.0.0.0/8", 2)],
  ];
  for (const routes of bad) {
    assert.throws(() => new CompiledTable(routes), {
      name: "RangeError",
      message: /'routes' must be in order.* Try: net\.ip\.table/,
    });
  }
});

Deno.test("a small table takes little memory, a large one all /24s", () => {
  assert.ok(table(ROUTES).compile().byteLength < 1000);
  assert.ok(table().compile().byteLength < 100);
  const base = parse("10.0.0.0");
  // Every other address, so that each is a piece and so is each gap.
  const many = (count: number) =>
    table(
      Array.from(
        { length: count },
        (_, n) => [subnet(base.offset(2 * n), 32), n],
      ),
    );
  const fewer = many(100_000).compile();
  assert.ok(fewer.byteLength < 100_000 * 100, `${fewer.byteLength}`);
  const large = many(140_000).compile();
  assert.ok(large.byteLength > 2 ** 26 && large.byteLength < 2 ** 27);
  assert.match(Deno.inspect(large), /IPv4 +140,000 routes, DIR-24-8, 65/);
  for (const compiled of [fewer, large]) {
    const last = compiled.size - 1;
    assert.equal(compiled.lookup(base.offset(2 * last))?.value, last);
    assert.equal(compiled.lookup(base.offset(2 * last + 1)), undefined);
    assert.equal(compiled.lookup(base.offset(2 * last + 2)), undefined);
    assert.deepEqual(compiled.lookup(base), route("10.0.0.0/32", 0));
    assert.equal(compiled.lookup("9.255.255.255"), undefined);
    assert.equal(compiled.lookup("0.0.0.0"), undefined);
    assert.equal(compiled.lookup("255.255.255.255"), undefined);
  }
});

Deno.test("routes at both ends of the addresses are found, in every index", () => {
  const texts = [
    "0.0.0.0/32",
    "0.0.0.1/32",
    "127.255.255.255/32",
    "128.0.0.0/1",
    "255.255.255.0/25",
    "255.255.255.255/32",
  ];
  const prefixes = new Prefixes(4);
  texts.forEach((text) => prefixes.push(subnet(text)));
  const pieces = cut(prefixes, 0);
  const keys = words(
    "0.0.0.0",
    "0.0.0.1",
    "0.0.0.2",
    "127.255.255.254",
    "127.255.255.255",
    "128.0.0.0",
    "255.255.254.255",
    "255.255.255.127",
    "255.255.255.128",
    "255.255.255.255",
  );
  for (const index of [new RangeIndex(pieces, 1), new DirectIndex(pieces)]) {
    const out = new Int32Array(keys.length);
    index.lookupAll(keys, out);
    assert.deepEqual([...out], [0, 1, -1, -1, 2, 3, 3, 4, 3, 5], index.name);
  }
});

Deno.test("a compiled table shows its size, its forms and its memory", () => {
  const compiled = table(ROUTES).compile();
  const shown = Deno.inspect(compiled);
  assert.match(shown, /^compiled table of 5 routes\n/);
  assert.match(shown, /IPv4 +3 routes, range search, \d+ B\n/);
  assert.match(shown, /IPv6 +2 routes, range search, \d+ B\n/);
  assert.equal(Deno.inspect([compiled]), "[ compiled table of 5 routes ]");
});
