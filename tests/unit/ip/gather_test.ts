// What set() and all that combines sets make of their items.
import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import { parse } from "../../../lib/ip/address.ts";
import { set } from "../../../lib/ip/set/set.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

Deno.test("set() says which item is wrong, and why", () => {
  const good = Array.from(
    { length: 1000 },
    (_, i) => `10.0.${i >> 8}.${i & 255}`,
  );
  const cases: [item: unknown, name: string, message: string][] = [
    [
      "10.0.0.256",
      "ParseError",
      'Cannot parse "10.0.0.256" as an IPv4 address (items[1000]): octet above 255 at offset 9',
    ],
    [
      "10.0.0.0/33",
      "ParseError",
      'Cannot parse "10.0.0.0/33" as a subnet (items[1000]): prefix length above 32 at offset 10',
    ],
    [
      "10.0.0.9-10.0.0.1",
      "ParseError",
      'Cannot parse "10.0.0.9-10.0.0.1" as a range (items[1000]): end below the start (did you mean 10.0.0.1-10.0.0.9?) at offset 9',
    ],
    [
      "",
      "ParseError",
      'Cannot parse "" as an IP address (items[1000]): empty text at offset 0',
    ],
    [
      "fe80::1%eth0",
      "ParseError",
      'Cannot parse "fe80::1%eth0" as an address of a set (items[1000]): zone, which no set has at offset 7',
    ],
    [
      parse("fe80::1%eth0"),
      "RangeError",
      "Cannot gather addresses as 'items[1000]' must have no zone: current value is fe80::1%eth0",
    ],
    [
      5,
      "TypeError",
      "Cannot gather addresses as 'items[1000]' must be an address, subnet, range or set, or text: current value is 5",
    ],
  ];
  for (const [item, name, message] of cases) {
    const items = [...good, item as string, "also bad"];
    assert.throws(() => set(items), { name, message });
    const alone = name === "ParseError"
      ? message.replace(" (items[1000])", "")
      : message.replace("[1000]", "");
    assert.throws(() => set(item as string), { name, message: alone });
    assert.throws(() => set().union("::", item as string), {
      name,
      message: alone,
    });
  }
  assert.throws(
    () => set(["10.0.0.5/24"]),
    (error: ParseError) => {
      assert.ok(error instanceof ParseError);
      assert.match(error.message, /items\[0\].*did you mean 10\.0\.0\.0\/24\?/);
      assert.equal(error.offset, 9);
      assert.equal(error.input, "10.0.0.5/24");
      return true;
    },
  );
});

Deno.test("set() refuses what is nothing of the kind", () => {
  const loose = set as (...args: unknown[]) => unknown;
  for (const value of [null, 5, {}, () => {}, [null], [undefined], [["::"]]]) {
    assert.throws(() => loose(value), TypeError, String(value));
  }
  assert.throws(() => loose("10.0.0.0/8", { hostBits: "drop" }), TypeError);
  assert.throws(() => set().contains(5 as unknown as string), TypeError);
});

Deno.test("set() clears bits after the prefix when asked", () => {
  const options = { hostBits: "clear" } as const;
  const items = ["10.0.0.5/24", "10.0.1.9/255.255.255.0", "2001:db8::1/64"];
  assert.equal(`${set(items, options)}`, "10.0.0.0/23, 2001:db8::/64");
  assert.throws(() => set(["10.0.0.5/33"], options), /items\[0\]/);
});

Deno.test("set() refuses a subnet written out, without counting it", () => {
  const message = /must be at most 16777216: .*give a subnet or a range/;
  assert.throws(() => set(subnet("::/0").addresses()), {
    name: "RangeError",
    message,
  });
  assert.throws(() => set(set("::/64").addresses()), {
    name: "RangeError",
    message,
  });
});
