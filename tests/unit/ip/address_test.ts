import assert from "node:assert/strict";
import * as ip from "../../../lib/ip/mod.ts";

const { Address, parse } = ip;
const texts = (list: ip.Address[]) => list.map(String).join(" ");

Deno.test("an address has its family, its bits and its zone as fields", () => {
  const v4 = parse("192.0.2.1");
  assert.deepEqual([v4.family, v4.bits, v4.zone], [4, 32, undefined]);
  const v6 = parse("fe80::1%eth0");
  assert.deepEqual([v6.family, v6.bits, v6.zone], [6, 128, "eth0"]);
});

Deno.test("addresses that differ are not deeply equal, those that agree are", () => {
  assert.deepEqual(parse("10.0.0.1"), parse("10.0.0.1"));
  assert.notDeepEqual(parse("10.0.0.1"), parse("10.0.0.2"));
  assert.notDeepEqual(parse("0.0.0.1"), parse("::1"));
  assert.notDeepEqual(parse("fe80::1%a"), parse("fe80::1%b"));
});

Deno.test("octets and numbers lead to the address and back", () => {
  const cases: [text: string, number: bigint, bytes: number[]][] = [
    ["0.0.0.0", 0n, [0, 0, 0, 0]],
    ["192.0.2.254", 0xc00002fen, [192, 0, 2, 254]],
    ["255.255.255.255", 0xffffffffn, [255, 255, 255, 255]],
    ["::", 0n, Array(16).fill(0)],
    [
      "2001:db8::ff00:42:8329",
      0x20010db8_00000000_0000ff00_00428329n,
      [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0x42, 0x83, 0x29],
    ],
    [
      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
      2n ** 128n - 1n,
      Array(16).fill(255),
    ],
  ];
  for (const [text, number, bytes] of cases) {
    const address = parse(text);
    assert.equal(address.toBigint(), number);
    assert.deepEqual(address.toBytes(), new Uint8Array(bytes));
    assert.deepEqual(Address.fromBigint(number, address.family), address);
    assert.deepEqual(Address.fromBytes(new Uint8Array(bytes)), address);
  }
});

Deno.test("fromBytes() reads the view it is given, not the buffer below", () => {
  const frame = new Uint8Array([9, 9, 10, 0, 0, 1, 9]);
  assert.equal(`${Address.fromBytes(frame.subarray(2, 6))}`, "10.0.0.1");
});

Deno.test("fromBytes() refuses anything but 4 or 16 octets", () => {
  for (const length of [0, 3, 5, 6, 8, 15, 17]) {
    assert.throws(() => Address.fromBytes(new Uint8Array(length)), {
      name: "RangeError",
      message:
        `Cannot make an address as 'bytes' must be 4 or 16 octets: current value is ${length} octets`,
    });
  }
});

Deno.test("fromBigint() takes a number too, and refuses what does not fit", () => {
  assert.equal(`${Address.fromBigint(0x0a000001, 4)}`, "10.0.0.1");
  for (const value of [-1n, -1, 2n ** 32n, 2 ** 32, 1.5, NaN, Infinity]) {
    assert.throws(() => Address.fromBigint(value, 4), RangeError);
  }
  assert.throws(() => Address.fromBigint(2n ** 128n, 6), RangeError);
  assert.throws(() => Address.fromBigint(2 ** 53, 6), RangeError);
  assert.throws(() => Address.fromBigint(1n, 5 as 4), TypeError);
});

Deno.test("words may be signed or unsigned, and IPv4 ignores the first three", () => {
  assert.equal(`${new Address(4, 1, 2, 3, 0xffffffff)}`, "255.255.255.255");
  assert.deepEqual(
    new Address(4, 1, 2, 3, -1),
    new Address(4, 0, 0, 0, 0xffffffff),
  );
  assert.deepEqual(
    new Address(6, 0xfe800000, 0, 0, 1),
    new Address(6, -0x1800000, 0, 0, 1),
  );
});

Deno.test("new Address() given a text says what it wants", () => {
  const Loose = Address as unknown as new (text: string) => unknown;
  assert.throws(() => new Loose("10.0.0.1"), {
    name: "TypeError",
    message:
      "Cannot make an address as 'family' must be 4 or 6: current value is 10.0.0.1",
  });
});

Deno.test("next(), previous() and offset() carry and borrow over all words", () => {
  const steps: [from: string, n: number | bigint, to: string][] = [
    ["10.0.0.255", 1, "10.0.1.0"],
    ["127.255.255.255", 1, "128.0.0.0"],
    ["0.0.0.0", 0xffffffff, "255.255.255.255"],
    ["0.0.0.0", 0xffffffffn, "255.255.255.255"],
    ["10.0.0.1", 0, "10.0.0.1"],
    ["::7fff:ffff", 1, "::8000:0"],
    ["::ffff:ffff", 1, "::1:0:0"],
    ["::ffff:ffff:ffff:ffff", 1, "0:0:0:1::"],
    ["::ffff:ffff:ffff:ffff:ffff:ffff", 1, "0:1::"],
    ["::", Number.MAX_SAFE_INTEGER, "::1f:ffff:ffff:ffff"],
    ["::1:ffff:ffff:ffff", 2 ** 52, "::11:ffff:ffff:ffff"],
    ["2001:db8::", 2n ** 64n, "2001:db8:0:1::"],
    ["::", 2n ** 128n - 1n, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ];
  for (const [from, n, to] of steps) {
    assert.equal(parse(from).offset(n).toString(), to, `${from} + ${n}`);
    assert.equal(parse(to).offset(-n).toString(), from, `${to} - ${n}`);
    if (n === 1) {
      assert.equal(parse(from).next().toString(), to);
      assert.equal(parse(to).previous().toString(), from);
    }
  }
});

Deno.test("counting past either end of a family throws a RangeError", () => {
  const low = [parse("0.0.0.0"), parse("::")];
  const high = [
    parse("255.255.255.255"),
    parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
  ];
  for (const address of low) {
    for (const n of [-1, -1n, -(2 ** 40), -(2n ** 127n)]) {
      assert.throws(() => address.offset(n), RangeError);
    }
    assert.throws(() => address.previous(), RangeError);
  }
  for (const address of high) {
    for (const n of [1, 1n, 2 ** 40, 2n ** 127n]) {
      assert.throws(() => address.offset(n), RangeError);
    }
    assert.throws(() => address.next(), {
      name: "RangeError",
      message:
        `Cannot count from ${address} as 'n' must stay within IPv${address.family}: current value is 1`,
    });
  }
  for (const n of [0.5, NaN, Infinity, 2 ** 53, "1"]) {
    assert.throws(() => parse("::").offset(n as number), RangeError);
  }
});

Deno.test("a zone goes along when counting and changes with withZone()", () => {
  const address = parse("fe80::ffff:ffff%eth0");
  assert.equal(`${address.next()}`, "fe80::1:0:0%eth0");
  assert.equal(`${address.previous()}`, "fe80::ffff:fffe%eth0");
  assert.equal(`${address.offset(2n)}`, "fe80::1:0:1%eth0");
  assert.equal(`${address.withZone("2")}`, "fe80::ffff:ffff%2");
  assert.equal(`${address.withZone()}`, "fe80::ffff:ffff");
  assert.equal(address.zone, "eth0");
  for (const zone of ["", "a b", "a%b", "a/b", "[a", "é", "\x1b"]) {
    assert.throws(() => address.withZone(zone), RangeError, zone);
  }
  assert.throws(() => parse("10.0.0.1").withZone("eth0"), RangeError);
});

Deno.test("compare() puts IPv4 first, then counts unsigned, then looks at zones", () => {
  const sorted = [
    "0.0.0.0",
    "9.0.0.0",
    "10.0.0.0",
    "127.255.255.255",
    "128.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "::8000:0",
    "::1:0:0",
    "7fff::",
    "8000::",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::1%eth1",
    "fe80::2",
  ].map((text) => parse(text));
  sorted.forEach((a, i) =>
    sorted.forEach((b, j) => {
      assert.equal(a.compare(b), Math.sign(i - j), `${a} and ${b}`);
      assert.equal(a.equals(b), i === j);
    })
  );
  const shuffled = sorted.toReversed();
  assert.equal(
    texts(shuffled.sort((a, b) => a.compare(b))),
    texts(sorted),
  );
});

Deno.test("methods that take another address take its text as well", () => {
  const address = parse("2001:db8::1");
  assert.ok(address.equals("2001:DB8:0::1"));
  assert.equal(address.compare("2001:db8::2"), -1);
  assert.equal(address.commonPrefixLength("2001:db9::1"), 31);
  assert.throws(() => address.equals("2001:db8::g"), { name: "ParseError" });
  assert.throws(
    () => address.equals(undefined as unknown as string),
    TypeError,
  );
});

Deno.test("commonPrefixLength() counts shared leading bits in one family", () => {
  const cases: [a: string, b: string, length: number][] = [
    ["10.0.0.1", "10.0.0.1", 32],
    ["0.0.0.0", "128.0.0.0", 0],
    ["10.0.0.0", "10.0.0.1", 31],
    ["::", "8000::", 0],
    ["::", "0:0:8000::", 32],
    ["::", "::1:0:0:0", 79],
    ["::", "::1:0", 111],
    ["fe80::1%a", "fe80::1%b", 128],
  ];
  for (const [a, b, length] of cases) {
    assert.equal(parse(a).commonPrefixLength(b), length, `${a} and ${b}`);
    assert.equal(parse(b).commonPrefixLength(a), length);
  }
  assert.throws(() => parse("10.0.0.1").commonPrefixLength("::1"), TypeError);
});

Deno.test("an address is its text in templates, sums and JSON", () => {
  const address = parse("2001:db8::1");
  assert.equal(`${address}`, "2001:db8::1");
  assert.equal("[" + address + "]", "[2001:db8::1]");
  assert.equal(JSON.stringify({ address }), '{"address":"2001:db8::1"}');
  assert.equal([parse("10.0.0.1"), address].join(), "10.0.0.1,2001:db8::1");
});

Deno.test("an address is its number where one is wanted", () => {
  assert.equal(Number(parse("255.255.255.255")), 0xffffffff);
  assert.ok(parse("9.0.0.0") < parse("10.0.0.0"));
  assert.ok(parse("::ffff") < parse("::1:0"));
  const minus = (a: unknown, b: unknown) => (a as number) - (b as number);
  assert.equal(minus(parse("10.0.1.0"), parse("10.0.0.0")), 256);
  assert.equal(minus(parse("1::"), parse("::")), 2n ** 112n);
});

Deno.test("an address shows as its text, painted only where colour is wanted", () => {
  const address = parse("fe80::1%eth0");
  assert.equal(Deno.inspect(address), "fe80::1%eth0");
  assert.equal(Deno.inspect([address]), "[ fe80::1%eth0 ]");
  const painted = Deno.inspect(address, { colors: true });
  assert.ok(painted.startsWith("\x1b[") && painted.endsWith("m"));
  assert.ok(painted.includes("mfe80::1%eth0\x1b["));
});

Deno.test("address() gives an address back as it is and reads a text", () => {
  const address = parse("10.0.0.1");
  assert.equal(ip.address(address), address);
  assert.deepEqual(ip.address("10.0.0.1"), address);
  assert.throws(() => ip.address("10.0.0"), { name: "ParseError" });
  assert.throws(() => ip.address(10 as unknown as string), TypeError);
});
