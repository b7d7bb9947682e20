import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { ParseError } from "../../../lib/errors.ts";
import * as ip from "../../../lib/ip/mod.ts";

const { parse, Subnet, subnet, trySubnet } = ip;

interface Facts {
  readonly text: string;
  readonly broadcast: string;
  readonly first: string;
  readonly last: string;
  readonly netmask: string;
  readonly wildcard: string;
  readonly size: bigint;
  readonly hostCount: bigint;
}

/** Columns: subnet, broadcast, first and last host, netmask, wildcard, size, hosts. */
const FACTS: Facts[] = ([
  "10.0.0.0/24 10.0.0.255 10.0.0.1 10.0.0.254 255.255.255.0 0.0.0.255 256 254",
  "0.0.0.0/0 255.255.255.255 0.0.0.1 255.255.255.254 0.0.0.0 255.255.255.255 4294967296 4294967294",
  "128.0.0.0/1 255.255.255.255 128.0.0.1 255.255.255.254 128.0.0.0 127.255.255.255 2147483648 2147483646",
  "172.16.0.0/12 172.31.255.255 172.16.0.1 172.31.255.254 255.240.0.0 0.15.255.255 1048576 1048574",
  "10.0.0.4/30 10.0.0.7 10.0.0.5 10.0.0.6 255.255.255.252 0.0.0.3 4 2",
  // RFC 3021: both addresses of a /31 are hosts.
  "10.0.0.4/31 10.0.0.5 10.0.0.4 10.0.0.5 255.255.255.254 0.0.0.1 2 2",
  "10.0.0.4/32 10.0.0.4 10.0.0.4 10.0.0.4 255.255.255.255 0.0.0.0 1 1",
  // RFC 4291 §2.6.1: the lowest address is the subnet-router anycast address.
  "2001:db8::/64 2001:db8::ffff:ffff:ffff:ffff 2001:db8::1 2001:db8::ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:: ::ffff:ffff:ffff:ffff 18446744073709551616 18446744073709551615",
  "2001:db8::/126 2001:db8::3 2001:db8::1 2001:db8::3 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc ::3 4 3",
  // RFC 6164: both addresses of a /127 are hosts.
  "2001:db8::/127 2001:db8::1 2001:db8:: 2001:db8::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe ::1 2 2",
  "2001:db8::1/128 2001:db8::1 2001:db8::1 2001:db8::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff :: 1 1",
  "::/0 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff :: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 340282366920938463463374607431768211456 340282366920938463463374607431768211455",
  "2001:db8:8000::/33 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8:8000::1 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:8000:: ::7fff:ffff:ffff:ffff:ffff:ffff 39614081257132168796771975168 39614081257132168796771975167",
] as const).map((line) => {
  const [text, broadcast, first, last, netmask, wildcard, size, hostCount] =
    line.split(" ") as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
  return {
    text,
    broadcast,
    first,
    last,
    netmask,
    wildcard,
    size: BigInt(size),
    hostCount: BigInt(hostCount),
  };
});

for (const { text, size, hostCount, ...addresses } of FACTS) {
  Deno.test(`subnet() knows the addresses and counts of ${text}`, () => {
    const net = subnet(text);
    const [network, prefixLength] = text.split("/");
    assert.equal(`${net}`, text);
    assert.equal(`${net.network}`, network);
    assert.equal(net.prefixLength, Number(prefixLength));
    assert.equal(net.family, text.includes(":") ? 6 : 4);
    assert.equal(net.size, size);
    assert.equal(net.hostCount, hostCount);
    for (const [name, address] of Object.entries(addresses)) {
      assert.equal(`${net[name as keyof ip.Subnet]}`, address, name);
    }
    assert.equal(net.addresses().length, size);
    assert.deepEqual(net.addresses().first, net.network);
    assert.deepEqual(net.addresses().last, net.broadcast);
    assert.equal(net.hosts().length, hostCount);
    assert.deepEqual(net.hosts().at(0), net.first);
    assert.deepEqual(net.hosts().at(-1), net.last);
  });
}

Deno.test("subnet() reads a netmask in place of the prefix length", () => {
  for (let length = 0; length <= 32; length++) {
    const { netmask } = subnet("0.0.0.0", length);
    assert.equal(subnet(`0.0.0.0/${netmask}`).prefixLength, length);
  }
  assert.equal(`${subnet("10.0.0.0/255.255.255.0")}`, "10.0.0.0/24");
});

const BAD: [text: string, offset: number, reason: string][] = [
  ["", 0, "empty text"],
  ["/24", 0, "empty text"],
  ["10.0.0.0", 8, "missing '/' and prefix length"],
  ["10.0.0.0/", 9, "missing prefix length"],
  ["10.0.0.0/33", 10, "prefix length above 32"],
  ["10.0.0.0/400", 10, "prefix length above 32"],
  ["2001:db8::/129", 13, "prefix length above 128"],
  ["10.0.0.0/024", 10, "leading zero in the prefix length"],
  ["10.0.0.0/00", 10, "leading zero in the prefix length"],
  ["10.0.0.0/-1", 9, "character other than 0-9 in the prefix length"],
  ["10.0.0.0/+8", 9, "character other than 0-9 in the prefix length"],
  ["10.0.0.0/8 ", 10, "character other than 0-9 in the prefix length"],
  ["10.0.0.0/ 8", 9, "character other than 0-9 in the prefix length"],
  ["10.0.0.0/８", 9, "character other than 0-9 in the prefix length"],
  ["10.0.0.0/8/8", 10, "character other than 0-9 in the prefix length"],
  ["10.0.0.0/24e0", 11, "character other than 0-9 in the prefix length"],
  ["10.0.0.0 /8", 8, "white space"],
  ["10.0.0/24", 6, "only 3 of 4 octets"],
  ["10/8", 2, "neither '.' nor ':' in the text"],
  ["10.0.0.0/255.0.255.0", 9, "netmask with a gap"],
  ["10.0.0.0/0.0.0.255", 9, "wildcard mask instead of a netmask"],
  ["10.0.0.0/255.255.255", 20, "only 3 of 4 octets"],
  ["10.0.0.0/255.255.256.0", 19, "octet above 255"],
  ["::/ffff::", 3, "character other than 0-9 in the prefix length"],
  ["::/255.255.255.0", 5, "prefix length above 128"],
  ["fe80::%eth0/64", 6, "zone, which no subnet has"],
  [
    "10.0.0.5/24",
    9,
    'bits set after the first 24 (did you mean 10.0.0.0/24? or pass { hostBits: "clear" } or "keep")',
  ],
  [
    "2001:db8::1/64",
    12,
    'bits set after the first 64 (did you mean 2001:db8::/64? or pass { hostBits: "clear" } or "keep")',
  ],
  [
    "10.0.0.5/255.255.255.0",
    9,
    'bits set after the first 24 (did you mean 10.0.0.0/24? or pass { hostBits: "clear" } or "keep")',
  ],
];

for (const [text, offset, reason] of BAD) {
  const shown = JSON.stringify(text);
  Deno.test(`subnet() refuses ${shown} at ${offset}: ${reason}`, () => {
    assert.throws(() => subnet(text), (error: ParseError) => {
      assert.ok(error instanceof ParseError);
      assert.equal(
        error.message,
        `Cannot parse ${shown} as a subnet: ${reason} at offset ${offset}`,
      );
      assert.equal(error.offset, offset);
      assert.equal(error.input, text);
      return true;
    });
    assert.equal(trySubnet(text), undefined);
  });
}

Deno.test("subnet() clears bits after the prefix when asked", () => {
  const clear = { hostBits: "clear" } as const;
  assert.equal(`${subnet("10.1.2.3/8", clear)}`, "10.0.0.0/8");
  assert.equal(`${subnet("10.1.2.3/255.255.0.0", clear)}`, "10.1.0.0/16");
  assert.equal(`${subnet("10.1.2.3", 31, clear)}`, "10.1.2.2/31");
  assert.equal(`${subnet(parse("2001:db8::1"), 33, clear)}`, "2001:db8::/33");
  assert.equal(`${trySubnet("255.255.255.255/0", clear)}`, "0.0.0.0/0");
});

Deno.test("subnet() of an address refuses host bits with a RangeError", () => {
  for (const from of ["10.0.0.5", parse("10.0.0.5")]) {
    assert.throws(() => subnet(from, 24), {
      name: "RangeError",
      message:
        "Cannot make a subnet as 'network' must have no bits set after the first 24: " +
        'current value is 10.0.0.5 (did you mean 10.0.0.0/24? or pass { hostBits: "clear" } or "keep")',
    });
  }
});

Deno.test("subnet() refuses a zone, whatever becomes of the host bits", () => {
  const address = parse("fe80::1%eth0");
  assert.throws(() => subnet(address, 64), RangeError);
  assert.throws(() => subnet(address, 64, { hostBits: "clear" }), RangeError);
  assert.equal(
    `${subnet(address.withZone(), 64, { hostBits: "clear" })}`,
    "fe80::/64",
  );
});

Deno.test("subnet() refuses arguments that make no subnet", () => {
  const loose = subnet as (...args: unknown[]) => unknown;
  for (const length of [-1, 33, 1.5, NaN, Infinity]) {
    assert.throws(() => loose("10.0.0.0", length), RangeError);
  }
  assert.throws(() => loose(parse("10.0.0.0")), {
    name: "RangeError",
    message:
      "Cannot make a subnet as 'prefixLength' must be an integer from 0 to 32: current value is undefined",
  });
  // A prefix length twice over is a mistake, not a choice.
  assert.throws(() => loose("10.0.0.0/8", 8), {
    name: "ParseError",
    offset: 8,
  });
  assert.throws(() => loose(subnet("10.0.0.0/8"), 9), TypeError);
  assert.throws(() => loose(10), TypeError);
  assert.throws(() => loose(undefined), TypeError);
  assert.throws(() => loose("10.0.0.0/8", { hostBits: "drop" }), TypeError);
  assert.throws(() => trySubnet(undefined as unknown as string), TypeError);
  const Loose = Subnet as unknown as new (...args: unknown[]) => unknown;
  assert.throws(() => new Loose("10.0.0.0/8"), TypeError);
});

Deno.test("subnet() gives a subnet back as it is", () => {
  const net = subnet("10.0.0.0/8");
  assert.equal(subnet(net), net);
});

Deno.test("contains() takes addresses, subnets and the text of either", () => {
  const net = subnet("10.1.0.0/16");
  const inside = ["10.1.0.0", "10.1.255.255", "10.1.0.0/16", "10.1.4.0/30"];
  const outside = [
    "10.0.255.255",
    "10.2.0.0",
    "10.0.0.0/15",
    "0.0.0.0/0",
    "10.2.0.0/16",
    "::10.1.0.0",
    "::ffff:10.1.0.0",
    "::/0",
  ];
  for (const text of inside) assert.ok(net.contains(text), text);
  for (const text of outside) assert.ok(!net.contains(text), text);
  assert.ok(net.contains(parse("10.1.2.3")));
  assert.ok(net.contains(subnet("10.1.2.0/24")));
  assert.throws(() => net.contains("10.1"), { name: "ParseError" });
  assert.throws(() => net.contains("10.1.0.1/24"), { name: "ParseError" });
});

Deno.test("contains() of a /0 is the whole family, of a full prefix one address", () => {
  assert.ok(subnet("0.0.0.0/0").contains("255.255.255.255"));
  assert.ok(!subnet("0.0.0.0/0").contains("::"));
  assert.ok(subnet("::/0").contains("ffff::"));
  assert.ok(subnet("::1/128").contains("::1"));
  assert.ok(!subnet("::1/128").contains("::"));
});

Deno.test("contains() looks at an address's number and not at its zone", () => {
  assert.ok(subnet("fe80::/10").contains("fe80::1%eth0"));
});

Deno.test("overlaps() holds both ways and between nested subnets alone", () => {
  const cases: [a: string, b: string, overlap: boolean][] = [
    ["10.0.0.0/8", "10.1.0.0/16", true],
    ["10.0.0.0/8", "10.0.0.0/8", true],
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["0.0.0.0/0", "255.255.255.255/32", true],
    ["0.0.0.0/0", "::/0", false],
    ["2001:db8::/32", "2001:db8:ffff::/48", true],
    ["2001:db8::/33", "2001:db8:8000::/33", false],
  ];
  for (const [a, b, overlap] of cases) {
    assert.equal(subnet(a).overlaps(b), overlap, `${a} and ${b}`);
    assert.equal(subnet(b).overlaps(subnet(a)), overlap);
  }
});

Deno.test("parent() goes up one bit or as far as asked", () => {
  const net = subnet("10.0.1.0/24");
  assert.equal(`${net.parent()}`, "10.0.0.0/23");
  assert.equal(`${net.parent(0)}`, "0.0.0.0/0");
  assert.equal(`${net.parent(24)}`, "10.0.1.0/24");
  assert.throws(() => net.parent(25), RangeError);
  assert.throws(() => net.parent(-1), RangeError);
  assert.throws(() => subnet("0.0.0.0/0").parent(), RangeError);
});

Deno.test("compare() and equals() go by network, then by prefix length", () => {
  const sorted = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.0.0.0/24",
    "10.0.1.0/24",
    "192.0.2.0/24",
    "::/0",
    "2001:db8::/32",
    "2001:db8::/64",
  ].map((text) => subnet(text));
  sorted.forEach((a, i) =>
    sorted.forEach((b, j) => {
      assert.equal(a.compare(b), Math.sign(i - j), `${a} and ${b}`);
      assert.equal(a.compare(`${b}`), Math.sign(i - j));
      assert.equal(a.equals(b), i === j);
      assert.equal(a.equals(`${b}`), i === j);
    })
  );
});

Deno.test("subnets that differ are not deeply equal, those that agree are", () => {
  assert.deepEqual(subnet("10.0.0.0/8"), subnet("10.0.0.0/255.0.0.0"));
  assert.notDeepEqual(subnet("10.0.0.0/8"), subnet("10.0.0.0/9"));
  assert.notDeepEqual(subnet("10.0.0.0/8"), subnet("11.0.0.0/8"));
});

Deno.test("a subnet is its text in templates and JSON", () => {
  const net = subnet("2001:DB8::/32");
  assert.equal(`${net}`, "2001:db8::/32");
  assert.equal(JSON.stringify({ net }), '{"net":"2001:db8::/32"}');
});

Deno.test("a subnet shows as a card, and inside another value as its text", () => {
  const show = (text: string) => Deno.inspect(subnet(text)).split("\n");
  assert.deepEqual(show("10.0.0.0/24"), [
    "10.0.0.0/24",
    "  network    10.0.0.0",
    "  broadcast  10.0.0.255",
    "  hosts      254: 10.0.0.1 to 10.0.0.254",
    "  netmask    255.255.255.0",
  ]);
  assert.deepEqual(show("2001:db8::/120"), [
    "2001:db8::/120",
    "  network  2001:db8::",
    "  last     2001:db8::ff",
    "  hosts    255: 2001:db8::1 to 2001:db8::ff",
    "  netmask  ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00",
  ]);
  assert.equal(show("10.0.0.1/32")[3], "  hosts      1: 10.0.0.1");
  assert.equal(
    Deno.inspect({ lan: subnet("10.0.0.0/24") }),
    "{ lan: 10.0.0.0/24 }",
  );
});

Deno.test("a subnet is painted where colour is wanted, and says the same", () => {
  const net = subnet("10.0.0.0/24");
  for (const value of [net, [net]]) {
    const painted = Deno.inspect(value, { colors: true });
    assert.ok(painted.includes("\x1b["));
    assert.equal(stripVTControlCharacters(painted), Deno.inspect(value));
  }
});

Deno.test('hostBits: "keep" keeps the address beside the subnet, and the card says so', () => {
  const keep = { hostBits: "keep" } as const;
  for (
    const net of [subnet("10.0.0.5/24", keep), subnet("10.0.0.5", 24, keep)]
  ) {
    assert.equal(`${net}`, "10.0.0.0/24");
    assert.equal(`${net.host}`, "10.0.0.5");
    assert.ok(net.equals("10.0.0.0/24"));
    assert.match(Deno.inspect(net), /\n {2}host {7}10\.0\.0\.5 \(kept\)\n/);
  }
  assert.equal(subnet("10.0.0.0/24", keep).host, undefined);
  assert.equal(subnet("10.0.0.5/24", { hostBits: "clear" }).host, undefined);
});

Deno.test("a host outside its subnet is refused", () => {
  for (const host of ["10.0.1.0", "::1", "fe80::1%a"]) {
    assert.throws(
      () => new Subnet(parse("10.0.0.0"), 24, parse(host)),
      /'host' must lie in 10\.0\.0\.0\/24/,
    );
  }
});

Deno.test("format() writes a subnet as routers, lists and name servers have it", () => {
  const cases: readonly [string, ip.SubnetNotation, string][] = [
    ["10.16.0.0/12", "cidr", "10.16.0.0/12"],
    ["10.16.0.0/12", "netmask", "10.16.0.0/255.240.0.0"],
    ["10.16.0.0/12", "wildcard", "10.16.0.0 0.15.255.255"],
    ["10.16.0.0/12", "range", "10.16.0.0-10.31.255.255"],
    ["10.16.0.0/12", "binary", "00001010.0001|0000.00000000.00000000"],
    ["0.0.0.0/0", "binary", "|00000000.00000000.00000000.00000000"],
    ["10.0.0.1/32", "binary", "00001010.00000000.00000000.00000001|"],
    ["10.0.0.0/8", "arpa", "10.in-addr.arpa"],
    ["0.0.0.0/0", "arpa", "in-addr.arpa"],
    ["10.0.0.1/32", "arpa", "1.0.0.10.in-addr.arpa"],
    // RFC 2317 §4
    ["192.0.2.64/26", "arpa", "64/26.2.0.192.in-addr.arpa"],
    ["2001:db8::/32", "arpa", "8.b.d.0.1.0.0.2.ip6.arpa"],
    ["2001:db8::/32", "exploded", "2001:0db8:0000:0000:0000:0000:0000:0000/32"],
  ];
  for (const [text, notation, written] of cases) {
    assert.equal(subnet(text).format(notation), written);
  }
  for (const notation of ["cidr", "netmask", "exploded"] as const) {
    const net = subnet("10.16.0.0/12");
    assert.deepEqual(subnet(net.format(notation)), net);
  }
});

Deno.test("format() refuses a zone that there is not, and says how to get there", () => {
  assert.throws(
    () => subnet("10.0.0.0/20").format("arpa"),
    /must be a multiple of 8: current value is 20\. Try: \.split\(24\)/,
  );
  assert.throws(
    () => subnet("2001:db8::/33").format("arpa"),
    /multiple of 4: current value is 33\. Try: \.split\(36\)/,
  );
  assert.throws(
    () => subnet("::/0").format("octal" as ip.SubnetNotation),
    /must be one of "cidr"/,
  );
});

Deno.test("splitInto() makes so many parts, the larger first", () => {
  const parts = (text: string, n: number) =>
    subnet(text).splitInto(n).join(" ");
  assert.equal(parts("10.0.0.0/24", 1), "10.0.0.0/24");
  assert.equal(parts("10.0.0.0/24", 2), "10.0.0.0/25 10.0.0.128/25");
  assert.equal(
    parts("10.0.0.0/24", 5),
    "10.0.0.0/26 10.0.0.64/26 10.0.0.128/26 10.0.0.192/27 10.0.0.224/27",
  );
  assert.equal(parts("10.0.0.0/31", 2), "10.0.0.0/32 10.0.0.1/32");
  for (const n of [0, 3, 1.5, NaN, -1]) {
    assert.throws(() => subnet("10.0.0.0/31").splitInto(n), RangeError);
  }
  assert.throws(() => subnet("::/0").splitInto(2 ** 20 + 1), RangeError);
});

Deno.test("next() and previous() give the neighbours of the same size", () => {
  assert.equal(`${subnet("10.0.0.0/24").next()}`, "10.0.1.0/24");
  assert.equal(`${subnet("10.0.0.0/24").previous()}`, "9.255.255.0/24");
  assert.throws(() => subnet("0.0.0.0/0").next(), RangeError);
  assert.throws(() => subnet("::/64").previous(), RangeError);
});

Deno.test("adjacent() is to touch, without a gap or a share", () => {
  const lan = subnet("10.0.1.0/24");
  for (const other of ["10.0.0.0/24", "10.0.2.0/23", "10.0.0.255/32"]) {
    assert.ok(lan.adjacent(other) && subnet(other).adjacent(lan), other);
  }
  for (const other of ["10.0.1.0/24", "10.0.1.0/25", "10.0.3.0/24", "::/0"]) {
    assert.ok(!lan.adjacent(other) && !subnet(other).adjacent(lan), other);
  }
});

Deno.test("randomHost() reaches every host and nothing else", () => {
  for (const text of ["10.0.0.0/29", "10.0.0.0/31", "10.0.0.1/32", "::/126"]) {
    const net = subnet(text);
    const seen = new Set<string>();
    for (let i = 0; i < 400; i++) seen.add(`${net.randomHost()}`);
    assert.deepEqual(
      [...seen].sort(),
      net.hosts().toArray().map(String).sort(),
    );
  }
  const stuck = subnet("2001:db8::/32");
  assert.ok(stuck.contains(stuck.randomHost(() => 1 - 2 ** -32)));
});
