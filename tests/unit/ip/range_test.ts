import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { ParseError } from "../../../lib/errors.ts";
import { parse } from "../../../lib/ip/address.ts";
import { Range, range, tryRange } from "../../../lib/ip/set/range.ts";
import { subnet } from "../../../lib/ip/subnet.ts";

const TOP4 = "255.255.255.255";
const TOP6 = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";

/** Columns: range, size, subnets. */
const FACTS = ([
  ["10.0.0.1-10.0.0.9", "9", "10.0.0.1/32 10.0.0.2/31 10.0.0.4/30 10.0.0.8/31"],
  ["10.0.0.7-10.0.0.7", "1", "10.0.0.7/32"],
  ["0.0.0.0-0.0.0.0", "1", "0.0.0.0/32"],
  [`${TOP4}-${TOP4}`, "1", `${TOP4}/32`],
  [`0.0.0.0-${TOP4}`, "4294967296", "0.0.0.0/0"],
  ["0.0.0.0-127.255.255.255", "2147483648", "0.0.0.0/1"],
  [`128.0.0.0-${TOP4}`, "2147483648", "128.0.0.0/1"],
  ["10.0.0.0-10.0.2.255", "768", "10.0.0.0/23 10.0.2.0/24"],
  ["10.0.255.255-10.1.0.0", "2", "10.0.255.255/32 10.1.0.0/32"],
  ["127.255.255.255-128.0.0.0", "2", "127.255.255.255/32 128.0.0.0/32"],
  ["::-::", "1", "::/128"],
  [`${TOP6}-${TOP6}`, "1", `${TOP6}/128`],
  [`::-${TOP6}`, `${1n << 128n}`, "::/0"],
  ["::ffff:ffff-::1:0:0", "2", "::ffff:ffff/128 ::1:0:0/128"],
  [
    "2001:db8::ffff:ffff:ffff:ffff-2001:db8:0:1::1",
    "3",
    "2001:db8::ffff:ffff:ffff:ffff/128 2001:db8:0:1::/127",
  ],
  [
    "2001:db8::-2001:db8:2:ffff:ffff:ffff:ffff:ffff",
    `${3n << 80n}`,
    "2001:db8::/47 2001:db8:2::/48",
  ],
] as const).map(([text, size, subnets]) => ({ text, size, subnets }));

for (const { text, size, subnets } of FACTS) {
  Deno.test(`range() knows the size and the subnets of ${text}`, () => {
    const [start, end] = text.split("-") as [string, string];
    for (
      const one of [
        range(text),
        range(`${start} - ${end}`),
        range(start, end),
        range(parse(start), parse(end)),
      ]
    ) {
      assert.equal(`${one.start}`, start);
      assert.equal(`${one.end}`, end);
      assert.equal(one.family, text.includes(":") ? 6 : 4);
      assert.equal(`${one}`, text);
      assert.equal(JSON.stringify([one]), `["${text}"]`);
      assert.equal(one.size, BigInt(size));
      assert.equal([...one.subnets()].join(" "), subnets);
      assert.equal(one.subnets().length, BigInt(subnets.split(" ").length));
      assert.equal(one.addresses().length, one.size);
      assert.equal(`${one.addresses().first}`, start);
      assert.equal(`${one.addresses().last}`, end);
    }
  });
}

Deno.test("the worst ranges need 62 and 254 subnets, and are cut in no time", () => {
  const low = range("0.0.0.1-255.255.255.254").subnets();
  assert.equal(low.length, 62n);
  const { start, end } = range(`::-${TOP6}`);
  const high = range(start.next(), end.previous()).subnets();
  assert.equal(high.length, 254n);
  assert.equal(
    high.toArray().reduce((n, { size }) => n + size, 2n),
    1n << 128n,
  );
});

Deno.test("range() takes a subnet for one, and gives a range back as it is", () => {
  const lan = range(subnet("10.0.0.0/30"));
  assert.equal(`${lan}`, "10.0.0.0-10.0.0.3");
  assert.deepEqual(range("10.0.0.0/30"), lan);
  assert.deepEqual(range("10.0.0.0/255.255.255.252"), lan);
  assert.deepEqual(range("10.0.0.2/30", { hostBits: "clear" }), lan);
  assert.equal(`${range("::/0")}`, `::-${TOP6}`);
  assert.equal(range(lan), lan);
  assert.deepEqual(lan, range("10.0.0.0-10.0.0.3"));
  assert.notDeepEqual(lan, range("10.0.0.0-10.0.0.4"));
});

const BAD: [text: string, kind: string, offset: number, reason: string][] = [
  ["", "a range", 0, "empty text"],
  ["-", "a range", 0, "empty text"],
  ["10.0.0.1", "a range", 8, "missing '-' and the last address"],
  ["10.0.0.1-", "a range", 9, "empty text"],
  ["-10.0.0.1", "a range", 0, "empty text"],
  [
    "10.0.0.1-9",
    "a range",
    9,
    "only the last octet (did you mean 10.0.0.1-10.0.0.9?)",
  ],
  ["10.0.0.1-9x", "a range", 10, "neither '.' nor ':' in the text"],
  ["10.0.0.1-999", "a range", 12, "neither '.' nor ':' in the text"],
  ["10.0.0.9-1", "a range", 10, "neither '.' nor ':' in the text"],
  ["::1-9", "a range", 5, "neither '.' nor ':' in the text"],
  ["10.0.0.1-10.0.0.256", "a range", 18, "octet above 255"],
  ["10.0.0.256-10.0.0.1", "a range", 9, "octet above 255"],
  ["10.0.0.1 -10.0.0.9", "a range", 8, "white space"],
  ["10.0.0.1- 10.0.0.9", "a range", 9, "white space"],
  ["10.0.0.1  -  10.0.0.9", "a range", 8, "white space"],
  ["10.0.0.1-10.0.0.9 ", "a range", 17, "white space"],
  [
    "10.0.0.1-10.0.0.2-10.0.0.3",
    "a range",
    17,
    "character other than 0-9 and '.'",
  ],
  ["10.0.0.1-::1", "a range", 9, "IPv6 address after one of IPv4"],
  ["::1 - 10.0.0.1", "a range", 6, "IPv4 address after one of IPv6"],
  [
    "10.0.0.9-10.0.0.1",
    "a range",
    9,
    "end below the start (did you mean 10.0.0.1-10.0.0.9?)",
  ],
  ["::2 - ::1", "a range", 6, "end below the start (did you mean ::1-::2?)"],
  ["fe80::1%eth0-fe80::2", "a range", 7, "zone, which no range has"],
  ["fe80::1-fe80::2%eth0", "a range", 15, "zone, which no range has"],
  ["fe80::1%br-lan", "a range", 7, "zone, which no range has"],
  ["10.0.0.0/33", "a subnet", 10, "prefix length above 32"],
  [
    "10.0.0.0/24-10.0.1.0/24",
    "a subnet",
    11,
    "character other than 0-9 and '.'",
  ],
];

for (const [text, kind, offset, reason] of BAD) {
  const shown = JSON.stringify(text);
  Deno.test(`range() refuses ${shown} at ${offset}: ${reason}`, () => {
    assert.throws(() => range(text), (error: ParseError) => {
      assert.ok(error instanceof ParseError);
      assert.equal(
        error.message,
        `Cannot parse ${shown} as ${kind}: ${reason} at offset ${offset}`,
      );
      assert.equal(error.offset, offset);
      assert.equal(error.input, text);
      return true;
    });
    assert.equal(tryRange(text), undefined);
  });
}

Deno.test("range() of two ends refuses what makes no range, and says what would", () => {
  assert.throws(() => range("10.0.0.9", "10.0.0.1"), {
    name: "RangeError",
    message:
      "Cannot make a range from 10.0.0.9 as 'end' must not be below: current value is 10.0.0.1 (did you mean 10.0.0.1-10.0.0.9?)",
  });
  assert.throws(() => range("10.0.0.9", "::1"), {
    name: "TypeError",
    message:
      "Cannot make a range from 10.0.0.9 as 'end' must be IPv4: current value is ::1",
  });
  for (
    const ends of [["fe80::1%eth0", "fe80::2"], ["fe80::1", "fe80::2%eth0"]]
  ) {
    assert.throws(() => range(ends[0]!, ends[1]!), {
      name: "RangeError",
      message: /must have no zone: .*%eth0 \(take \.withZone\(\) to leave it\)/,
    });
  }
  assert.throws(() => range("10.0.0.1", "9"), { name: "ParseError" });
  const loose = range as (...args: unknown[]) => unknown;
  assert.throws(() => loose("10.0.0.1", 9), TypeError);
  assert.throws(() => loose("10.0.0.1", undefined), { name: "ParseError" });
  assert.throws(() => loose(parse("10.0.0.1")), TypeError);
  assert.throws(() => loose(parse("10.0.0.1"), undefined), TypeError);
  for (const value of [undefined, null, 5, {}, ["10.0.0.1", "10.0.0.2"]]) {
    assert.throws(() => loose(value), TypeError);
    assert.throws(() => tryRange(value as string), TypeError);
  }
  const Loose = Range as unknown as new (...args: unknown[]) => unknown;
  assert.throws(() => new Loose("10.0.0.1", "10.0.0.2"), TypeError);
  assert.throws(() => new Loose(parse("10.0.0.1")), TypeError);
});

/** Columns: other, contains, overlaps, adjacent; for 10.0.0.16-10.0.0.31. */
const RELATIONS = [
  ["10.0.0.16", true, true, false],
  ["10.0.0.31", true, true, false],
  ["10.0.0.15", false, false, true],
  ["10.0.0.32", false, false, true],
  ["10.0.0.14", false, false, false],
  ["10.0.0.33", false, false, false],
  ["10.0.0.16/28", true, true, false],
  ["10.0.0.24/29", true, true, false],
  ["10.0.0.0/27", false, true, false],
  ["0.0.0.0/0", false, true, false],
  ["10.0.0.32/27", false, false, true],
  ["10.0.0.0/28", false, false, true],
  ["10.0.0.0/29", false, false, false],
  ["10.0.0.20-10.0.0.31", true, true, false],
  ["10.0.0.31-10.0.0.32", false, true, false],
  ["10.0.0.0-10.0.0.16", false, true, false],
  ["10.0.0.0-10.0.0.15", false, false, true],
  ["::10.0.0.16", false, false, false],
  ["::/0", false, false, false],
] as const;

for (const [other, contains, overlaps, adjacent] of RELATIONS) {
  Deno.test(`10.0.0.16-10.0.0.31 ${contains ? "contains" : overlaps ? "overlaps" : adjacent ? "touches" : "has nothing to do with"} ${other}`, () => {
    const pool = range("10.0.0.16-10.0.0.31");
    const value = other.includes("/")
      ? subnet(other)
      : other.includes("-")
      ? range(other)
      : parse(other);
    for (const that of [other, value]) {
      assert.equal(pool.contains(that), contains);
      assert.equal(pool.overlaps(that), overlaps);
      assert.equal(pool.adjacent(that), adjacent);
    }
  });
}

Deno.test("nothing is adjacent beyond the ends of a family", () => {
  const [all4, all6] = [range("0.0.0.0/0"), range("::/0")];
  for (const text of ["0.0.0.0", TOP4, "::", TOP6]) {
    assert.equal(all4.adjacent(text), false, text);
    assert.equal(all6.adjacent(text), false, text);
  }
  assert.equal(range(`255.0.0.0-${TOP4}`).adjacent("0.0.0.0/8"), false);
});

Deno.test("contains() looks at an address's number and not at its zone", () => {
  const pool = range("fe80::1-fe80::9");
  assert.ok(pool.contains("fe80::1%eth0") && pool.contains("fe80::9%br-lan"));
  assert.ok(pool.contains(parse("fe80::9%eth0")));
  assert.ok(!pool.contains("fe80::10%eth0"));
  assert.throws(() => pool.contains("fe80::1%eth0/128"), {
    name: "ParseError",
  });
});

Deno.test("compare() and equals() go by start, then the longer first", () => {
  const sorted = [
    `0.0.0.0-${TOP4}`,
    "10.0.0.0-10.0.0.255",
    "10.0.0.0-10.0.0.9",
    "10.0.0.1-10.0.0.9",
    "192.0.2.0-192.0.2.0",
    "::-::1",
    "::1-::1",
  ].map((text) => range(text));
  sorted.forEach((a, i) =>
    sorted.forEach((b, j) => {
      assert.equal(a.compare(b), Math.sign(i - j), `${a} and ${b}`);
      assert.equal(a.compare(`${b}`), Math.sign(i - j));
      assert.equal(a.equals(b), i === j);
      assert.equal(a.equals(`${b}`), i === j);
    })
  );
  assert.ok(sorted[1]!.equals(subnet("10.0.0.0/24")));
});

Deno.test("a range shows as a card, and inside another value as its text", () => {
  assert.equal(
    Deno.inspect(range("10.0.0.1-10.0.0.9")),
    `10.0.0.1-10.0.0.9
  start      10.0.0.1
  end        10.0.0.9
  addresses  9
  subnets    4: 10.0.0.1/32, 10.0.0.2/31, 10.0.0.4/30, 10.0.0.8/31`,
  );
  assert.match(
    Deno.inspect(range("10.0.0.0/24")),
    /subnets {4}1: 10\.0\.0\.0\/24$/,
  );
  assert.equal(
    Deno.inspect({ pool: range("::1-::9") }),
    "{ pool: ::1-::9 }",
  );
  for (const value of [range("::1-::9"), [range("::1-::9")]]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.ok(painted.includes("\x1b["));
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
});

Deno.test("subnets() iterates again from the start, and shows its first few", () => {
  const few = range("10.0.0.1-10.0.0.4").subnets();
  assert.deepEqual(few.toArray().map(String), [...few].map(String));
  assert.equal(
    JSON.stringify(few),
    '["10.0.0.1/32","10.0.0.2/31","10.0.0.4/32"]',
  );
  assert.equal(
    Deno.inspect(few),
    "3 subnets\n  10.0.0.1/32\n  10.0.0.2/31\n  10.0.0.4/32",
  );
  assert.equal(
    Deno.inspect(range("10.0.0.0/8").subnets()),
    "1 subnet\n  10.0.0.0/8",
  );
  const many = Deno.inspect(range("0.0.0.1-255.255.255.254").subnets());
  assert.equal(many.split("\n").length, 9);
  assert.ok(many.startsWith("62 subnets\n  0.0.0.1/32\n"));
  assert.ok(many.endsWith("  0.0.0.64/26\n  … 55 more"), many);
  assert.equal(Deno.inspect([few]), "[ 3 subnets ]");
  const eight = range("0.0.0.1-0.0.1.0").subnets();
  assert.equal(eight.length, 9n);
  assert.match(Deno.inspect(eight), /\n {2}… 2 more$/);
  assert.match(
    Deno.inspect(range("0.0.0.1-0.0.0.255").subnets()),
    /\.128\/25$/,
  );
});
