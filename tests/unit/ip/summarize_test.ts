import assert from "node:assert/strict";
import type { ParseError } from "../../../lib/errors.ts";
import { parse } from "../../../lib/ip/address.ts";
import { range } from "../../../lib/ip/set/range.ts";
import { set } from "../../../lib/ip/set/set.ts";
import { Subnet, subnet } from "../../../lib/ip/subnet.ts";
import { summarize, supernet } from "../../../lib/ip/set/summarize.ts";

const CASES: [items: string[], want: string][] = [
  [[], ""],
  [["10.0.0.0/24", "10.0.1.0/24"], "10.0.0.0/23"],
  // Neighbours that share no parent stay two.
  [["10.0.1.0/24", "10.0.2.0/24"], "10.0.1.0/24 10.0.2.0/24"],
  [["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8"], "10.0.0.0/8"],
  [["10.0.0.3", "10.0.0.1", "10.0.0.2", "10.0.0.0"], "10.0.0.0/30"],
  [
    ["10.0.0.0/25", "10.0.0.128/26", "10.0.0.192/26", "10.0.1.0/24"],
    "10.0.0.0/23",
  ],
  [["128.0.0.0/1", "0.0.0.0/1"], "0.0.0.0/0"],
  [["0.0.0.0", "255.255.255.255"], "0.0.0.0/32 255.255.255.255/32"],
  [["8000::/1", "::/1"], "::/0"],
  [["::/0", "0.0.0.0/0", "::1", "10.0.0.0/8"], "0.0.0.0/0 ::/0"],
  [["10.0.0.1-10.0.0.5", "10.0.0.0"], "10.0.0.0/30 10.0.0.4/31"],
  [["10.0.0.0/255.255.255.0", "10.0.1.0/24"], "10.0.0.0/23"],
  [["::1", "10.0.0.1", "::", "10.0.0.0"], "10.0.0.0/31 ::/127"],
];

for (const [items, want] of CASES) {
  Deno.test(`summarize() of ${items.join(", ") || "nothing"} is ${want || "nothing"}`, () => {
    for (const list of [items, items.toReversed(), new Set(items)]) {
      assert.equal(summarize(list).join(" "), want);
    }
  });
}

Deno.test("summarize() takes values as well, and gives subnets", () => {
  const result = summarize([
    subnet("10.0.0.0/25"),
    range("10.0.0.128", "10.0.0.254"),
    parse("10.0.0.255"),
    set("::/1"),
  ]);
  assert.ok(result.every((one) => one instanceof Subnet));
  assert.deepEqual(result, [subnet("10.0.0.0/24"), subnet("::/1")]);
  assert.deepEqual(summarize("10.0.0.0/24"), [subnet("10.0.0.0/24")]);
  const kept = subnet("10.0.0.5/24", { hostBits: "clear" });
  assert.deepEqual(summarize([kept]), [subnet("10.0.0.0/24")]);
});

Deno.test("summarize() clears bits after the prefix when asked", () => {
  const items = ["10.0.0.5/25", "10.0.0.200/25"];
  assert.throws(
    () => summarize(items),
    /items\[0\].*did you mean 10\.0\.0\.0\/25/,
  );
  assert.equal(`${summarize(items, { hostBits: "clear" })}`, "10.0.0.0/24");
});

Deno.test("summarize() finds the one bad line among 100,000", () => {
  const lines = Array.from(
    { length: 100_000 },
    (_, i) => `10.${i >> 16}.${i >> 8 & 255}.${i & 255}/32`,
  );
  assert.equal(summarize(lines).length, 6);
  lines[98_765] = "10.1.2.3/3z";
  assert.throws(() => summarize(lines), (error: ParseError) => {
    assert.equal(
      error.message,
      'Cannot parse "10.1.2.3/3z" as a subnet (items[98765]): character other than 0-9 in the prefix length at offset 10',
    );
    return true;
  });
});

Deno.test("summarize() of every address of a /16 but one is as many as the bits", () => {
  const all = Array.from(
    { length: 65536 },
    (_, i) => `10.0.${i >> 8}.${i & 255}`,
  );
  assert.equal(`${summarize(all)}`, "10.0.0.0/16");
  const rest = summarize(all.filter((text) => text !== "10.0.77.7"));
  assert.equal(rest.length, 16);
});

Deno.test("supernet() is the smallest around all", () => {
  const cases: [items: string[], want: string][] = [
    [["10.0.0.1"], "10.0.0.1/32"],
    [["10.0.0.0/24"], "10.0.0.0/24"],
    [["10.0.0.0/24", "10.0.1.0/24"], "10.0.0.0/23"],
    [["10.0.1.0/24", "10.0.2.0/24"], "10.0.0.0/22"],
    [["0.0.0.0", "255.255.255.255"], "0.0.0.0/0"],
    [["127.255.255.255", "128.0.0.0"], "0.0.0.0/0"],
    [["10.0.0.1-10.0.0.2"], "10.0.0.0/30"],
    [["2001:db8::1", "2001:db8:1::"], "2001:db8::/47"],
    [["::", "ffff::"], "::/0"],
    [["255.255.255.255", "255.255.255.254/31"], "255.255.255.254/31"],
  ];
  for (const [items, want] of cases) {
    assert.equal(`${supernet(items)}`, want);
    assert.equal(`${supernet(items.toReversed())}`, want);
  }
  assert.equal(
    `${supernet("10.0.0.9/24", { hostBits: "clear" })}`,
    "10.0.0.0/24",
  );
});

Deno.test("supernet() refuses nothing at all, and two families", () => {
  assert.throws(() => supernet([]), {
    name: "RangeError",
    message:
      "Cannot give a supernet as 'items' must have an address: current value has none",
  });
  assert.throws(() => supernet(["::1", "10.0.0.0/8"]), {
    name: "TypeError",
    message:
      "Cannot give a supernet as 'items' must be of one family: current value has 10.0.0.0 and ::1",
  });
});
