import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { ParseError } from "../../../lib/errors.ts";
import { parse } from "../../../lib/ip/address.ts";
import type { Route } from "../../../lib/ip/table/route.ts";
import { subnet } from "../../../lib/ip/subnet.ts";
import { type RouteTable, table } from "../../../lib/ip/table/table.ts";

const inspect = (value: unknown) =>
  stripVTControlCharacters(Deno.inspect(value, { colors: true }));

const texts = (routes: Iterable<Route<unknown>>) =>
  Array.from(routes, (route) => `${route.subnet}`).join(" ");

/** A small network with something at every turn. */
const ROUTES = [
  ["0.0.0.0/0", "uplink"],
  ["10.0.0.0/8", "lan"],
  ["10.1.0.0/16", "branch"],
  ["10.1.2.0/24", "office"],
  ["10.1.2.3/32", "printer"],
  ["192.0.2.128/25", "half"],
  ["::/0", "uplink6"],
  ["2001:db8::/32", "site"],
  ["2001:db8::/33", "west"],
  ["2001:db8:8000::/33", "east"],
  ["2001:db8::1/128", "host"],
] as const;

const LOOKUPS = [
  ["10.1.2.3", "10.1.2.3/32", "printer"],
  ["10.1.2.4", "10.1.2.0/24", "office"],
  ["10.1.3.0", "10.1.0.0/16", "branch"],
  ["10.2.0.0", "10.0.0.0/8", "lan"],
  ["9.255.255.255", "0.0.0.0/0", "uplink"],
  ["11.0.0.0", "0.0.0.0/0", "uplink"],
  ["0.0.0.0", "0.0.0.0/0", "uplink"],
  ["255.255.255.255", "0.0.0.0/0", "uplink"],
  ["192.0.2.127", "0.0.0.0/0", "uplink"],
  ["192.0.2.128", "192.0.2.128/25", "half"],
  ["::", "::/0", "uplink6"],
  ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0", "uplink6"],
  ["2001:db8::", "2001:db8::/33", "west"],
  ["2001:db8::1", "2001:db8::1/128", "host"],
  ["2001:db8:ffff::1", "2001:db8:8000::/33", "east"],
  // As a subnet's set of numbers, so a route knows no zones.
  ["fe80::1%eth0", "::/0", "uplink6"],
] as const;

for (const [address, network, value] of LOOKUPS) {
  Deno.test(`lookup() finds ${network} for ${address}`, () => {
    const expected = { subnet: subnet(network), value };
    for (const order of [ROUTES, ROUTES.toReversed()]) {
      const routes = table(order);
      assert.deepEqual(routes.lookup(address), expected);
      assert.deepEqual(routes.lookup(parse(address)), expected);
      assert.deepEqual(routes.compile().lookup(address), expected);
    }
  });
}

Deno.test("lookup() gives undefined where no route contains the address", () => {
  const routes = table([["10.0.0.0/8", 1], ["2001:db8::/32", 2]]);
  for (const address of ["9.255.255.255", "11.0.0.0", "2001:db9::", "::"]) {
    assert.equal(routes.lookup(address), undefined);
    assert.equal(routes.compile().lookup(address), undefined);
  }
  assert.equal(table().lookup("1.2.3.4"), undefined);
  assert.equal(table().compile().lookup("::1"), undefined);
});

Deno.test("the two families are apart where their numbers are alike", () => {
  const routes = table<number>([["10.0.0.0/8", 4], ["::a00:0/104", 6]]);
  assert.equal(routes.lookup("10.1.2.3")?.value, 4);
  assert.equal(routes.lookup("::a01:203")?.value, 6);
  assert.ok(routes.delete("10.0.0.0/8"));
  assert.equal(routes.lookup("10.1.2.3"), undefined);
  assert.equal(routes.lookup("::a01:203")?.value, 6);
  assert.equal(
    texts(table([["::/96", 0], ["0.0.0.0/0", 0]])),
    "0.0.0.0/0 ::/96",
  );
});

Deno.test("undefined is a value like others, and not the lack of a route", () => {
  const routes = table<undefined>([["10.0.0.0/8", undefined]]);
  const route = { subnet: subnet("10.0.0.0/8"), value: undefined };
  assert.deepEqual(routes.lookup("10.0.0.1"), route);
  assert.deepEqual(routes.compile().lookup("10.0.0.1"), route);
  assert.deepEqual(routes.covering("10.0.0.1"), [route]);
  assert.deepEqual([...routes], [route]);
  assert.deepEqual(routes.explain("10.0.0.1").chosen, route);
  assert.equal(routes.get("10.0.0.0/8"), undefined);
  assert.ok(routes.has("10.0.0.0/8"));
  assert.ok(!routes.has("10.0.0.0/9"));
  assert.ok(routes.delete("10.0.0.0/8"));
  assert.ok(!routes.delete("10.0.0.0/8"));
});

Deno.test("insert() replaces the value of a subnet, and returns the table", () => {
  const routes = table<number>();
  assert.equal(routes.insert("10.0.0.0/8", 1).insert("10.0.0.0/8", 2), routes);
  assert.equal(routes.size, 1);
  assert.equal(routes.get("10.0.0.0/8"), 2);
  assert.equal(table([["::/0", 1], ["::/0", 2]]).get("::/0"), 2);
});

Deno.test("get() and has() ask for the subnet itself, not for those around it", () => {
  const routes = table(ROUTES);
  for (const [network, value] of ROUTES) {
    assert.equal(routes.get(network), value);
    assert.equal(routes.get(subnet(network)), value);
    assert.ok(routes.has(network));
  }
  // Each is where two ways part, above a route, or below one.
  const others = ["10.1.2.0/25", "10.0.0.0/15", "128.0.0.0/1", "2000::/3"];
  for (const network of others) {
    assert.equal(routes.get(network), undefined);
    assert.ok(!routes.has(network));
    assert.ok(!routes.delete(network));
  }
  assert.equal(routes.size, ROUTES.length);
});

Deno.test("delete() leaves the routes around and inside", () => {
  const routes = table(ROUTES);
  assert.ok(routes.delete("10.1.0.0/16"));
  assert.equal(routes.lookup("10.1.3.0")?.value, "lan");
  assert.equal(routes.lookup("10.1.2.9")?.value, "office");
  assert.ok(routes.delete("0.0.0.0/0"));
  assert.equal(routes.lookup("11.0.0.0"), undefined);
  assert.equal(routes.size, ROUTES.length - 2);
});

Deno.test("clear() leaves an empty table that takes routes", () => {
  const routes = table<string>(ROUTES);
  routes.clear();
  assert.equal(routes.size, 0);
  assert.equal(routes.byteLength, table().byteLength);
  assert.deepEqual([...routes], []);
  assert.equal(routes.lookup("10.0.0.1"), undefined);
  assert.equal(routes.insert("::/0", "back").lookup("::1")?.value, "back");
});

Deno.test("a table of one prefix of each length finds them all, one by one", () => {
  for (const host of ["10.1.2.3", "2001:db8::1", "255.255.255.255", "::"]) {
    const { bits } = parse(host);
    const routes = table<number>();
    for (let n = 0; n <= bits; n++) {
      routes.insert(subnet(host, n, { hostBits: "clear" }), n);
    }
    assert.equal(routes.covering(host).length, bits + 1);
    for (let n = bits; n >= 0; n--) {
      assert.equal(routes.lookup(host)?.value, n);
      assert.equal(routes.compile().lookup(host)?.value, n);
      assert.ok(routes.delete(subnet(host, n, { hostBits: "clear" })));
    }
    assert.equal(routes.lookup(host), undefined);
  }
});

Deno.test("covering() gives all routes around, the shortest prefix first", () => {
  const routes = table(ROUTES);
  const of = (inner: string) => texts(routes.covering(inner));
  assert.equal(
    of("10.1.2.3"),
    "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.1.2.3/32",
  );
  assert.equal(of("10.1.0.0/16"), "0.0.0.0/0 10.0.0.0/8 10.1.0.0/16");
  assert.equal(of("10.0.0.0/15"), "0.0.0.0/0 10.0.0.0/8");
  assert.equal(
    of("2001:db8::1%eth0"),
    "::/0 2001:db8::/32 2001:db8::/33 2001:db8::1/128",
  );
  assert.equal(of("0.0.0.0/0"), "0.0.0.0/0");
  assert.deepEqual(
    routes.covering(subnet("10.1.0.0/16")),
    routes.covering("10.1.0.0/16"),
  );
  assert.deepEqual(routes.covering(parse("::1")), routes.covering("::1"));
});

Deno.test("covered() gives all routes inside, in order", () => {
  const routes = table(ROUTES.toReversed());
  const of = (outer: string) => texts(routes.covered(outer));
  assert.equal(of("10.1.0.0/16"), "10.1.0.0/16 10.1.2.0/24 10.1.2.3/32");
  assert.equal(
    of("10.0.0.0/7"),
    "10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 10.1.2.3/32",
  );
  assert.equal(of("10.1.2.0/25"), "10.1.2.3/32");
  assert.equal(of("10.1.2.4/30"), "");
  assert.equal(
    of("2001:db8::/32"),
    "2001:db8::/32 2001:db8::/33 2001:db8::1/128 2001:db8:8000::/33",
  );
  assert.equal(of("::/0").split(" ").length, 5);
});

Deno.test("a walk goes IPv4 before IPv6, by network, a shorter prefix first", () => {
  const expected = ROUTES.map(([network]) => subnet(network)).sort((a, b) =>
    a.compare(b)
  );
  assert.equal(texts(table(ROUTES.toReversed())), expected.join(" "));
  assert.equal(texts(table(ROUTES).walk()), expected.join(" "));
  assert.equal(
    texts(table(ROUTES).walk("10.1.2.0/24")),
    "10.1.2.0/24 10.1.2.3/32",
  );
});

Deno.test("a walk may delete what it is at, and all of it", () => {
  const routes = table(ROUTES);
  let seen = 0;
  for (const route of routes) {
    assert.ok(routes.delete(route.subnet));
    seen++;
  }
  assert.equal(seen, ROUTES.length);
  assert.equal(routes.size, 0);
});

Deno.test("a walk sees what changes ahead of it, and nothing twice", () => {
  const routes = table<string>(ROUTES);
  const walk = routes.walk();
  const next = () => `${walk.next().value?.subnet ?? "end"}`;
  assert.equal(next(), "0.0.0.0/0");
  assert.equal(next(), "10.0.0.0/8");
  routes.insert("9.0.0.0/8", "behind").insert("10.0.0.0/9", "ahead");
  routes.delete("10.0.0.0/8"); // where it stands
  routes.delete("10.1.0.0/16"); // where it would go
  assert.equal(next(), "10.0.0.0/9");
  assert.equal(next(), "10.1.2.0/24");
  routes.insert("10.1.2.0/24", "replaced");
  assert.equal(next(), "10.1.2.3/32");
  routes.clear();
  routes.insert("10.1.2.3/32", "again").insert("::2/128", "new");
  assert.equal(next(), "::2/128");
  assert.equal(next(), "end");
});

Deno.test("a walk goes on to the parts of a route that goes ahead of it", () => {
  const routes = table([["10.0.0.0/9", 1], ["10.128.0.0/9", 2], [
    "10.128.0.0/10",
    3,
  ]]);
  const walk = routes.walk();
  assert.equal(walk.next().value?.value, 1);
  routes.delete("10.128.0.0/9");
  assert.deepEqual(Array.from(walk, ({ value }) => value), [3]);
});

Deno.test("a walk goes on past values that are replaced, in tables of any size", () => {
  for (let size = 1; size < 200; size++) {
    const subnets = subnet("10.0.0.0/16").split(24).toArray().slice(0, size);
    const routes = table(subnets.map((one) => [one, "old"]));
    const walk = routes.walk();
    walk.next();
    subnets.forEach((one) => routes.insert(one, "new"));
    assert.equal([...walk].length, size - 1);
  }
});

Deno.test("a walk within a subnet stays there whatever changes", () => {
  const routes = table<number>([["10.1.0.0/16", 1], ["10.3.0.0/16", 3]]);
  const walk = routes.walk("10.0.0.0/14");
  assert.equal(walk.next().value?.value, 1);
  routes.insert("10.4.0.0/16", 4).insert("10.2.0.0/16", 2).insert(
    "10.0.0.0/8",
    0,
  );
  assert.deepEqual(Array.from(walk, ({ value }) => value), [2, 3]);
});

const BAD: [does: string, run: (routes: RouteTable<number>) => unknown][] = [
  ["insert", (routes) => routes.insert("10.0.0.1/24", 1)],
  ["delete", (routes) => routes.delete("10.0.0.0")],
  ["get", (routes) => routes.get("10.0.0.0/33")],
  ["has", (routes) => routes.has("")],
  ["lookup", (routes) => routes.lookup("10.0.0.0/8")],
  ["explain", (routes) => routes.explain("10.0.0")],
  ["covering", (routes) => routes.covering("10.0.0.1/8")],
  ["covered", (routes) => routes.covered("10.0.0.1")],
  ["walk", (routes) => routes.walk("10.0.0.1")],
  ["compile().lookup", (routes) => routes.compile().lookup("10.0.0.256")],
];

for (const [does, run] of BAD) {
  Deno.test(`${does}() refuses text that does not parse, there and then`, () => {
    const routes = table<number>([["10.0.0.0/8", 1]]);
    assert.throws(() => run(routes), ParseError);
    assert.equal(routes.size, 1);
  });
}

Deno.test("table() refuses what is no iterable of pairs", () => {
  const make = (routes: unknown) => table(routes as Iterable<[string, number]>);
  const cases: [routes: unknown, message: RegExp][] = [
    [
      null,
      /'routes' must be an iterable of \[subnet, value\] pairs: current value is null/,
    ],
    [7, /'routes' must be an iterable/],
    [{ "10.0.0.0/8": 1 }, /'routes' must be an iterable/],
    [
      "10.0.0.0/8",
      /'routes' must be made of \[subnet, value\] pairs: current value is 1/,
    ],
    [["10.0.0.0/8"], /'routes' must be made of/],
    [[["10.0.0.0/8"]], /'routes' must be made of/],
  ];
  for (const [routes, message] of cases) {
    assert.throws(() => make(routes), { name: "TypeError", message });
  }
  assert.throws(
    () => table([["10.0.0.1/8", 1]]),
    /did you mean 10\.0\.0\.0\/8/,
  );
  assert.equal(table(new Map([["10.0.0.0/8", 1]])).size, 1);
});

Deno.test("a table stands in JSON as pairs, which make an equal one", () => {
  const json = JSON.stringify(table([["::/0", 2], ["10.0.0.0/8", 1]]));
  assert.equal(json, '[["10.0.0.0/8",1],["::/0",2]]');
  assert.equal(JSON.stringify(table<number>(JSON.parse(json))), json);
  assert.equal(JSON.stringify(table(JSON.parse(json)).compile()), json);
});

Deno.test("a table shows its first routes and counts the rest", () => {
  const small = table<unknown>([["10.0.0.0/8", { dev: "eth0" }], [
    "::/0",
    undefined,
  ]]);
  assert.equal(
    inspect(small),
    [
      "2 routes",
      "route       value",
      "──────────  ──────────────",
      '10.0.0.0/8  {"dev":"eth0"}',
      "::/0",
    ].join("\n"),
  );
  assert.equal(inspect({ small }), "{ small: 2 routes }");
  assert.match(inspect(table()), /^0 routes\n/);
  const large = table(
    Array.from(
      { length: 5000 },
      (_, n) => [subnet(parse("10.0.0.0").offset(n), 32), n],
    ),
  );
  const lines = inspect(large).split("\n");
  assert.equal(lines.length, 24);
  assert.equal(lines.at(-1), "… 4,980 more; .walk() goes through all");
});
