import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { Address, parse } from "../../../lib/ip/address.ts";
import { range } from "../../../lib/ip/set/range.ts";
import { type AddressItem, AddressSet, set } from "../../../lib/ip/set/set.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

const EVERYTHING = ["0.0.0.0/0", "::/0"];
const TOP6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

Deno.test("set() takes addresses, subnets, ranges, sets and texts, many or one", () => {
  const want = "10.0.0.0/29, 2001:db8::/32";
  const mixed: AddressItem[] = [
    "10.0.0.0",
    parse("10.0.0.1"),
    "10.0.0.2/31",
    subnet("10.0.0.4/31"),
    "10.0.0.6 - 10.0.0.6",
    range("10.0.0.7", "10.0.0.7"),
    set("2001:db8::/33"),
    "2001:db8:8000::/33",
  ];
  assert.equal(`${set(mixed)}`, want);
  assert.equal(`${set(new Set(mixed))}`, want);
  assert.equal(`${set(mixed.values())}`, want);
  for (const item of mixed) {
    assert.ok(set(item).equals([item]), `${item}`);
    assert.ok(set(mixed).contains(item), `${item}`);
  }
  assert.equal(`${set(subnet("10.0.0.0/30").addresses())}`, "10.0.0.0/30");
  assert.equal(`${set(range("::1-::6").subnets())}`, `${set("::1-::6")}`);
});

Deno.test("set() gives a set back as it is", () => {
  const one = set("10.0.0.0/8");
  assert.equal(set(one), one);
  assert.deepEqual(set([one]), one);
});

Deno.test("the empty set has nothing and is part of everything", () => {
  const none = set();
  assert.deepEqual(set([]), none);
  assert.deepEqual(new AddressSet(), none);
  assert.ok(none.isEmpty);
  assert.equal(none.size, 0n);
  assert.equal(none.first, undefined);
  assert.equal(none.last, undefined);
  assert.deepEqual([...none], []);
  assert.deepEqual([...none.ranges()], []);
  assert.deepEqual([...none.addresses()], []);
  assert.equal(`${none}`, "");
  assert.equal(JSON.stringify(none), "[]");
  assert.ok(none.isSubsetOf(none) && none.isSubsetOf("::1"));
  assert.ok(!none.contains("0.0.0.0") && !none.contains(EVERYTHING[1]!));
  assert.ok(!none.overlaps(EVERYTHING) && !set(EVERYTHING).overlaps(none));
  assert.ok(
    none.equals(none.union()) && none.equals(set("::").difference("::")),
  );
  assert.equal(Deno.inspect(none), "no addresses");
  assert.equal(Deno.inspect([none]), "[ {} ]");
});

Deno.test("the set of everything has both families whole, and is the complement of nothing", () => {
  const all = set(EVERYTHING);
  assert.deepEqual(set().complement(), all);
  assert.deepEqual(all.complement(), set());
  assert.equal(all.size, (1n << 128n) + (1n << 32n));
  assert.equal(`${all.first}`, "0.0.0.0");
  assert.equal(`${all.last}`, TOP6);
  assert.equal(`${all}`, "0.0.0.0/0, ::/0");
  assert.equal(
    [...all.ranges()].join(" "),
    `0.0.0.0-255.255.255.255 ::-${TOP6}`,
  );
  for (const text of ["0.0.0.0", "255.255.255.255", "::", TOP6]) {
    assert.ok(all.contains(text), text);
    const rest = all.difference(text);
    assert.ok(!rest.contains(text), text);
    assert.equal(rest.size, all.size - 1n);
    assert.equal(`${rest.complement()}`, `${set(text)}`);
    assert.deepEqual(rest.union(text), all);
  }
});

/** Columns: a, b, union, intersection, difference, symmetric difference. */
const ALGEBRA: [string, string, string, string, string, string][] = [
  [
    "10.0.0.0/24",
    "10.0.0.128/25",
    "10.0.0.0/24",
    "10.0.0.128/25",
    "10.0.0.0/25",
    "10.0.0.0/25",
  ],
  [
    "10.0.0.0/25",
    "10.0.0.128/25",
    "10.0.0.0/24",
    "",
    "10.0.0.0/25",
    "10.0.0.0/24",
  ],
  [
    "10.0.0.0/8",
    "::/0",
    "10.0.0.0/8, ::/0",
    "",
    "10.0.0.0/8",
    "10.0.0.0/8, ::/0",
  ],
  [
    "0.0.0.0/0",
    "0.0.0.0",
    "0.0.0.0/0",
    "0.0.0.0/32",
    range("0.0.0.1-255.255.255.255").subnets().toArray().join(", "),
    range("0.0.0.1-255.255.255.255").subnets().toArray().join(", "),
  ],
  ["::1", "::1", "::1/128", "::1/128", "", ""],
  [
    "::1-::4",
    "::3-::6",
    "::1/128, ::2/127, ::4/127, ::6/128",
    "::3/128, ::4/128",
    "::1/128, ::2/128",
    "::1/128, ::2/128, ::5/128, ::6/128",
  ],
];

for (const [a, b, union, intersection, difference, symmetric] of ALGEBRA) {
  Deno.test(`${a} and ${b} combine by every law`, () => {
    const one = set(a);
    for (const other of [b, [b], set(b)]) {
      assert.equal(`${one.union(other)}`, union);
      assert.equal(`${one.intersection(other)}`, intersection);
      assert.equal(`${one.difference(other)}`, difference);
      assert.equal(`${one.symmetricDifference(other)}`, symmetric);
    }
    assert.equal(`${one}`, `${set(a)}`, "the set itself stays as it is");
  });
}

Deno.test("union() takes any number of operands of any kind", () => {
  const all = set("10.0.0.0").union(
    "10.0.0.1",
    [subnet("10.0.0.2/31"), "::1"],
    set("10.0.0.4/30"),
    parse("::"),
    range("10.0.0.8-10.0.0.15"),
    [],
  );
  assert.equal(`${all}`, "10.0.0.0/28, ::/127");
});

Deno.test("complement() stays within what is asked for", () => {
  const lan = set(["10.0.0.0/25", "10.0.1.7", "::1"]);
  assert.equal(`${lan.complement("10.0.0.0/24")}`, "10.0.0.128/25");
  assert.equal(
    `${lan.complement(["10.0.0.0/24", "::/126"])}`,
    "10.0.0.128/25, ::/128, ::2/127",
  );
  assert.equal(`${lan.complement([])}`, "");
});

Deno.test("contains() wants all of what is asked for, overlaps() any of it", () => {
  const some = set(["10.0.0.0/24", "10.0.2.0/24", "2001:db8::/32"]);
  const cases: [other: AddressItem, contains: boolean, overlaps: boolean][] = [
    ["10.0.0.0", true, true],
    ["10.0.0.255", true, true],
    ["10.0.1.0", false, false],
    ["9.255.255.255", false, false],
    ["10.0.0.0/24", true, true],
    ["10.0.0.0/23", false, true],
    ["10.0.0.0/22", false, true],
    ["10.0.1.0/24", false, false],
    ["10.0.0.9-10.0.2.9", false, true],
    ["10.0.1.0-10.0.2.0", false, true],
    ["10.0.0.9-10.0.0.99", true, true],
    ["0.0.0.0/0", false, true],
    ["2001:db8::/33", true, true],
    ["2001:db8::-2001:db9::", false, true],
    ["::", false, false],
    [set(["10.0.0.1", "2001:db8::/64"]), true, true],
    [set(["10.0.0.1", "2001:db9::/64"]), false, true],
    [set(["10.0.1.1", "2001:db9::/64"]), false, false],
    [set(), true, false],
  ];
  for (const [other, contains, overlaps] of cases) {
    const shown = `${other}`;
    const values = typeof other !== "string"
      ? [other]
      : [other, [...set(other).ranges()][0]!];
    for (const value of values) {
      assert.equal(some.contains(value), contains, shown);
      assert.equal(some.overlaps(value), overlaps, shown);
      assert.equal(some.overlaps([value]), overlaps, shown);
      assert.equal(some.isSupersetOf(value), contains, shown);
      assert.equal(set(value).isSubsetOf(some), contains, shown);
    }
  }
});

Deno.test("contains() looks at an address's number and not at its zone", () => {
  const links = set("fe80::/10");
  assert.ok(links.contains("fe80::1%eth0") && links.contains("fe80::1%br-lan"));
  assert.ok(links.contains(parse("fe80::1%eth0")));
  assert.ok(!links.contains("::1%eth0"));
});

Deno.test("an IPv4 address is no IPv6 address of the same number, nor a mapped one", () => {
  const one = set("10.0.0.1");
  assert.ok(!one.contains("::a00:1") && !one.contains("::ffff:10.0.0.1"));
  assert.ok(!set("::/0").contains("10.0.0.1"));
  assert.ok(!one.equals("::a00:1"));
});

Deno.test("sets are equal by their addresses, however they were given", () => {
  const halves = set(["10.0.0.128/25", "10.0.0.0-10.0.0.127"]);
  assert.ok(halves.equals("10.0.0.0/24") && halves.equals(set("10.0.0.0/24")));
  assert.ok(!halves.equals("10.0.0.0/25") && !halves.equals([]));
  assert.deepEqual(halves, set("10.0.0.0/24"));
  assert.notDeepEqual(halves, set("10.0.0.0/25"));
  assert.notDeepEqual(halves, set(["10.0.0.0/24", "::1"]));
});

Deno.test("ranges(), prefixes() and addresses() are in order, IPv4 first, and iterate again", () => {
  const some = set(["::1", "255.255.255.255", "10.0.0.1-10.0.0.2", "0.0.0.0"]);
  const lists = {
    ranges:
      "0.0.0.0-0.0.0.0 10.0.0.1-10.0.0.2 255.255.255.255-255.255.255.255 ::1-::1",
    prefixes: "0.0.0.0/32 10.0.0.1/32 10.0.0.2/32 255.255.255.255/32 ::1/128",
    addresses: "0.0.0.0 10.0.0.1 10.0.0.2 255.255.255.255 ::1",
  } as const;
  for (const [name, want] of Object.entries(lists)) {
    const list = some[name as keyof typeof lists]();
    for (let again = 0; again < 2; again++) {
      assert.equal([...list].join(" "), want);
      assert.equal(list.length, BigInt(want.split(" ").length));
    }
  }
  assert.equal([...some].join(" "), lists.prefixes);
  assert.equal(`${some.first} ${some.last}`, "0.0.0.0 ::1");
  assert.equal(`${set("10.0.0.0/8").last}`, "10.255.255.255");
  assert.equal(`${set("::/127").first}`, "::");
});

Deno.test("lists are lazy: a whole family is there at once and is not written out", () => {
  const all = set(EVERYTHING);
  assert.equal(all.addresses().length, all.size);
  const [first, second] = all.addresses();
  assert.equal(`${first} ${second}`, "0.0.0.0 0.0.0.1");
  assert.throws(() => all.addresses().toArray(), {
    name: "RangeError",
    message:
      /^Cannot make an array of 340,282.* addresses as 'length' must be at most 1048576: .* Try: for \(const x of …\)$/,
  });
  assert.throws(() => JSON.stringify(all.addresses()), RangeError);
  assert.equal(Deno.inspect(all.addresses()).split("\n").length, 9);
});

Deno.test("a set does not change, nor with what it was made from", () => {
  const bounds = new Uint32Array([10, 20]);
  const one = new AddressSet(bounds);
  bounds[0] = 0;
  assert.equal(`${one.first}`, "0.0.0.10");
  one.union("::/0");
  one.difference("0.0.0.0/0");
  assert.equal(one.size, 10n);
  assert.throws(() => new AddressSet([20, 10]), RangeError);
  assert.throws(() => new AddressSet([], [1]), RangeError);
});

Deno.test("a set is its subnets in templates and JSON, and JSON reads back", () => {
  const some = set(["10.0.0.1-10.0.0.2", "::1"]);
  assert.equal(`${some}`, "10.0.0.1/32, 10.0.0.2/32, ::1/128");
  assert.equal(JSON.stringify(some), '["10.0.0.1/32","10.0.0.2/32","::1/128"]');
  assert.deepEqual(set(JSON.parse(JSON.stringify(some))), some);
});

Deno.test("a set shows as a card with its counts, and inside another value in short", () => {
  const office = set(["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/120"]);
  assert.equal(
    Deno.inspect(office),
    `16,777,728 addresses in 3 subnets
  IPv4  2: 10.0.0.0/8, 192.0.2.0/24
  IPv6  1: 2001:db8::/120`,
  );
  assert.equal(
    Deno.inspect({ office }),
    "{ office: {10.0.0.0/8, 192.0.2.0/24, 2001:db8::/120} }",
  );
  assert.equal(
    Deno.inspect(set("::1")),
    "1 address in 1 subnet\n  IPv6  1: ::1/128",
  );
  for (const value of [office, [office], set()]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.ok(painted.includes("\x1b["));
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
});

Deno.test("a set of 100,000 subnets shows in a few lines", () => {
  const words = Array.from({ length: 100_000 }, (_, i) => i << 10);
  const many = set(words.map((w3) => new Address(4, 0, 0, 0, w3)));
  const lines = Deno.inspect(many).split("\n");
  assert.equal(lines[0], "100,000 addresses in 100,000 subnets");
  assert.ok(lines.length < 8, `${lines.length} lines`);
  assert.match(lines.at(-1)!, /… 99,992 more$/);
  assert.equal(
    Deno.inspect([many]),
    "[ {0.0.0.0/32, 0.0.4.0/32, 0.0.8.0/32, … 99,997 more} ]",
  );
  assert.equal(Deno.inspect(many.ranges()).split("\n").length, 9);
});
