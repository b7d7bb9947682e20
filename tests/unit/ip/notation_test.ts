import assert from "node:assert/strict";
import { ParseError } from "../../../lib/errors.ts";
import * as ip from "../../../lib/ip/mod.ts";

const { parse, tryParse } = ip;

const NOTATIONS: Record<
  ip.Notation,
  readonly [text: string, written: string][]
> = {
  compressed: [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:0DB8:0:0::1", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1%eth0"],
  ],
  exploded: [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"],
    ["fe80::1%eth0", "fe80:0000:0000:0000:0000:0000:0000:0001%eth0"],
  ],
  mixed: [
    ["192.0.2.1", "192.0.2.1"],
    ["64:ff9b::c000:201", "64:ff9b::192.0.2.1"],
    ["2001:db8:1:2:3:4:c000:201", "2001:db8:1:2:3:4:192.0.2.1"],
    ["2001:db8:1:2:3::", "2001:db8:1:2:3:0:0.0.0.0"],
    ["::", "::0.0.0.0"],
    ["1::", "1::0.0.0.0"],
    ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
    ["fe80::1%eth0", "fe80::0.0.0.1%eth0"],
  ],
  binary: [
    ["192.0.2.1", "11000000.00000000.00000010.00000001"],
    [
      "2001:db8::1",
      "0010000000000001:0000110110111000:0000000000000000:0000000000000000:0000000000000000:0000000000000000:0000000000000000:0000000000000001",
    ],
  ],
  hex: [
    ["192.0.2.1", "0xc0000201"],
    ["0.0.0.0", "0x00000000"],
    ["2001:db8::1", "0x20010db8000000000000000000000001"],
  ],
  decimal: [
    ["192.0.2.1", "3221225985"],
    ["2001:db8::1", "42540766411282592856903984951653826561"],
    ["::", "0"],
  ],
  arpa: [
    ["192.0.2.1", "1.2.0.192.in-addr.arpa"],
    // The example of RFC 3596 §2.5.
    [
      "4321:0:1:2:3:4:567:89ab",
      "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
    ],
  ],
  url: [
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "[2001:db8::1]"],
    // The example of RFC 6874 §2.
    ["fe80::a%en1", "[fe80::a%25en1]"],
    ["fe80::a%a#b", "[fe80::a%25a%23b]"],
  ],
};

for (const [name, cases] of Object.entries(NOTATIONS)) {
  Deno.test(`format("${name}") writes what parse() reads back with the same option`, () => {
    const notation = name as ip.Notation;
    for (const [text, written] of cases) {
      const address = parse(text);
      assert.equal(address.format(notation), written);
      const { family } = address;
      assert.deepEqual(parse(written, { notation, family }), address);
    }
  });
}

Deno.test("only decimal numbers below 2^32 need the family to be named", () => {
  for (const [name, cases] of Object.entries(NOTATIONS)) {
    const notation = name as ip.Notation;
    for (const [text, written] of cases) {
      const found = tryParse(written, { notation });
      if (notation === "decimal" && text !== "2001:db8::1") {
        assert.equal(found, undefined, written);
      } else assert.deepEqual(found, parse(text), written);
    }
  }
});

Deno.test("format() drops the zone where the notation is a number or a name", () => {
  const address = parse("fe80::1%eth0");
  for (const notation of ["binary", "hex", "decimal", "arpa"] as const) {
    assert.equal(
      address.format(notation),
      address.withZone().format(notation),
      notation,
    );
  }
});

Deno.test("an unknown notation is refused with the list of them", () => {
  const octal = "octal" as ip.Notation;
  const message =
    'as \'notation\' must be one of "compressed", "exploded", "mixed", "binary", "hex", "decimal", "arpa", "url"';
  assert.throws(() => parse("::").format(octal), (error: Error) => {
    assert.ok(error instanceof TypeError && error.message.includes(message));
    return true;
  });
  assert.throws(() => parse("0", { notation: octal }), TypeError);
  // A name that every object has is none of ours.
  assert.throws(
    () => parse("::").format("toString" as ip.Notation),
    TypeError,
  );
});

/** What C's function of that name takes; the last three are octal, not decimal. */
const INET_ATON: readonly [text: string, address: string][] = [
  ["127.0.0.1", "127.0.0.1"],
  ["127.1", "127.0.0.1"],
  ["10.1.2", "10.1.0.2"],
  ["1", "0.0.0.1"],
  ["4294967295", "255.255.255.255"],
  ["0xffffffff", "255.255.255.255"],
  ["0xC0.0X0.2.1", "192.0.2.1"],
  ["192.0.65535", "192.0.255.255"],
  ["1.16777215", "1.255.255.255"],
  ["0", "0.0.0.0"],
  ["00.0.0.0", "0.0.0.0"],
  ["010.0.0.1", "8.0.0.1"],
  ["0300.0.02.01", "192.0.2.1"],
  ["127.0.0.010", "127.0.0.8"],
];

for (const [text, address] of INET_ATON) {
  Deno.test(`inet_aton reads ${text} as ${address}`, () => {
    assert.equal(`${parse(text, { notation: "inet_aton" })}`, address);
    assert.equal(
      tryParse(text) === undefined,
      text !== "127.0.0.1",
      "which the strict reading refuses",
    );
  });
}

/** Notation, text, offset, reason. */
const REFUSED: readonly [ip.ReadNotation, string, number, RegExp][] = [
  ["inet_aton", "", 0, /missing part/],
  ["inet_aton", "1..2", 2, /missing part/],
  ["inet_aton", "1.2.3.4.5", 7, /more than four/],
  ["inet_aton", "256.1", 0, /above 255/],
  ["inet_aton", "1.2.65536", 4, /above 65535/],
  ["inet_aton", "4294967296", 0, /above 4294967295/],
  ["inet_aton", "08.0.0.1", 0, /no number/],
  ["inet_aton", "1.0x", 2, /no number/],
  ["inet_aton", "1.2.3.4 ", 6, /no number/],
  ["inet_aton", "-1", 0, /no number/],
  ["binary", "", 0, /0 bits where 32 or 128/],
  ["binary", "0b2", 2, /other than 0 and 1/],
  ["binary", "1".repeat(33), 33, /33 bits/],
  ["binary", "1".repeat(129), 128, /more than 128/],
  ["hex", "0xc000020", 9, /28 bits/],
  ["hex", "c000020g", 7, /hex digits/],
  ["hex", "0x", 2, /0 bits/],
  ["decimal", "", 0, /empty/],
  ["decimal", "-1", 0, /0-9/],
  ["decimal", "1e3", 1, /0-9/],
  ["decimal", "007", 1, /leading zero/],
  ["decimal", "1", 1, /either family/],
  ["decimal", `${2n ** 128n}`, 0, /above 2\^128/],
  ["decimal", "9".repeat(40), 39, /above 2\^128/],
  ["arpa", "1.2.0.192", 9, /no in-addr\.arpa/],
  ["arpa", "2.0.192.in-addr.arpa", 0, /3 labels where 4/],
  ["arpa", "1.2.0.256.in-addr.arpa", 0, /above 255/],
  ["arpa", "01.2.0.192.in-addr.arpa", 0, /leading zero/],
  ["arpa", "1.2.ip6.arpa", 0, /2 labels where 32/],
  ["arpa", `${"0.".repeat(31)}g.ip6.arpa`, 62, /one hex digit/],
  ["arpa", `${"0.".repeat(31)}12.ip6.arpa`, 62, /one hex digit/],
  ["url", "2001:db8::1", 0, /without brackets/],
  ["url", "[2001:db8::1", 12, /missing '\]'/],
  ["url", "[2001:db8::1]:80", 13, /a port is no part/],
  ["url", "[192.0.2.1]", 4, /./],
  ["url", "[fe80::1%eth0]", 8, /'%25'/],
  ["url", "[fe80::1%25]", 9, /empty zone/],
  ["url", "", 0, /empty/],
];

for (const [notation, text, offset, reason] of REFUSED) {
  Deno.test(`parse() refuses ${JSON.stringify(text.slice(0, 40))} as ${notation}, and says where`, () => {
    assert.equal(tryParse(text, { notation }), undefined);
    assert.throws(() => parse(text, { notation }), (error: unknown) => {
      assert.ok(error instanceof ParseError);
      assert.match(error.message, reason);
      assert.equal(error.offset, offset);
      return true;
    });
  });
}

Deno.test("a notation of the other family is refused", () => {
  for (
    const [text, notation, family] of [
      ["127.1", "inet_aton", 6],
      ["0xc0000201", "hex", 6],
      ["1.2.0.192.in-addr.arpa", "arpa", 6],
      ["[::1]", "url", 4],
      ["4294967296", "decimal", 4],
    ] as const
  ) {
    assert.equal(tryParse(text, { notation, family }), undefined, text);
  }
});

Deno.test("a name of the reverse tree may end in a dot and be in capitals", () => {
  const options = { notation: "arpa" } as const;
  assert.equal(`${parse("1.2.0.192.IN-ADDR.ARPA.", options)}`, "192.0.2.1");
});

Deno.test("bits are read with any separators between them, or none", () => {
  const bits = "11000000000000000000001000000001";
  for (
    const text of [
      bits,
      `0b${bits}`,
      "1100_0000 0000_0000 0000_0010 0000_0001",
      "11000000.00000000.0000|0010.00000001",
    ]
  ) assert.equal(`${parse(text, { notation: "binary" })}`, "192.0.2.1", text);
});

Deno.test("key is a primitive that equal addresses share and no others", () => {
  const texts = [
    "0.0.0.1",
    "::1",
    "::1%a",
    "::1%b",
    "1::",
    "::ffff:0.0.0.1",
    "255.255.255.255",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ];
  const map = new Map(texts.map((text) => [parse(text).key, text]));
  assert.equal(map.size, texts.length);
  for (const text of texts) assert.equal(map.get(parse(text).key), text);
});

Deno.test("distance() counts from one address to the other", () => {
  assert.equal(parse("10.0.0.1").distance("10.0.0.9"), 8n);
  assert.equal(parse("10.0.0.9").distance("10.0.0.1"), -8n);
  assert.equal(parse("::").distance("1::"), 1n << 112n);
  assert.throws(() => parse("::").distance("0.0.0.0"), TypeError);
});

/** RFC 5952 §4: what may be read, and the one way to write it. */
const RFC_5952: readonly [section: string, read: string, written: string][] = [
  ["4.1 leading zeros", "2001:0db8::0001", "2001:db8::1"],
  [
    "4.1 a zero group is one zero",
    "2001:db8:0:1:0000:1:1:1",
    "2001:db8:0:1:0:1:1:1",
  ],
  [
    "4.2.1 shorten as much as possible",
    "2001:db8:0:0:0:0:2:1",
    "2001:db8::2:1",
  ],
  ["4.2.1 shorten as much as possible", "2001:db8::0:1", "2001:db8::1"],
  ["4.2.2 not for one group", "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
  ["4.2.3 the longest run", "2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
  ["4.2.3 of equals the first", "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
  ["4.3 lower case", "2001:DB8::ABCD:EF", "2001:db8::abcd:ef"],
  ["5 known IPv4 part in decimal", "::FFFF:C000:0201", "::ffff:192.0.2.1"],
  ["whole address zero", "0:0:0:0:0:0:0:0", "::"],
  ["run at the end", "1:0:0:0:0:0:0:0", "1::"],
  ["run at the start", "0:0:0:0:0:0:0:1", "::1"],
];

for (const [section, read, written] of RFC_5952) {
  Deno.test(`RFC 5952 §${section}: ${read} is written ${written}`, () => {
    assert.equal(`${parse(read)}`, written);
  });
}
