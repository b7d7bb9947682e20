import assert from "node:assert/strict";
import fc from "fast-check";
import { parseHex } from "../../../lib/bytes/hex.ts";
import { formatHint, parseHint } from "../../../lib/snmp/mib/hint.ts";
import { isHintFor } from "../../../lib/snmp/mib/hint_notation.ts";

Deno.test("integers are written as their hint says, and read back", () => {
  for (
    const [hint, value, text] of [
      ["d", 0, "0"],
      ["d", -12, "-12"],
      ["d-2", 1234, "12.34"],
      ["d-2", 5, "0.05"],
      ["d-2", -5, "-0.05"],
      ["d-0", 7, "7"],
      ["d-3", 0, "0.000"],
      ["x", 255, "ff"],
      ["x", -255, "-ff"],
      ["o", 8, "10"],
      ["b", 5, "101"],
      ["d", 2n ** 64n - 1n, "18446744073709551615"],
    ] as const
  ) {
    assert.equal(formatHint(hint, value), text, hint);
    assert.equal(parseHint(hint, text), value, hint);
  }
  assert.equal(parseHint("d-2", "12"), 1200);
  assert.equal(parseHint("d-2", "12.3"), 1230);
});

Deno.test("octets are written as their hint says, and read back", () => {
  for (
    const [hint, octets, text] of [
      ["1x:", "00 1a 2b ff", "00:1a:2b:ff"],
      ["1x:", "", ""],
      ["255a", "68 69", "hi"],
      ["255t", "c3 bc", "ü"],
      ["1d.1d.1d.1d", "0a 00 00 01", "10.0.0.1"],
      [
        "2x:2x:2x:2x:2x:2x:2x:2x",
        "20010db8000000000000000000000001",
        "2001:db8:0:0:0:0:0:1",
      ],
      [
        "2x:2x:2x:2x:2x:2x:2x:2x%4d",
        "fe80000000000000000000000000000100000003",
        "fe80:0:0:0:0:0:0:1%3",
      ],
      [
        "0a[2x:2x:2x:2x:2x:2x:2x:2x]0a:2d",
        "2001 0db8 0000 0000 0000 0000 0000 0001 00a1",
        "[2001:db8:0:0:0:0:0:1]:161",
      ],
      ["1d.1d.1d.1d:2d", "0a00 0001 00a1", "10.0.0.1:161"],
      ["1d.1d.1d.1d/2d", "0a00 0001 00a1", "10.0.0.1/161"],
      // RFC 2579's own example, with a zone and without.
      [
        "2d-1d-1d,1d:1d:1d.1d,1a1d:1d",
        "07c8 05 1a 0d 1e 0f 00 2d 04 00",
        "1992-5-26,13:30:15.0,-4:0",
      ],
      [
        "2d-1d-1d,1d:1d:1d.1d,1a1d:1d",
        "07c8 05 1a 0d 1e 0f 00",
        "1992-5-26,13:30:15.0",
      ],
      ["1o ", "08 09 0a", "10 11 12"],
      // The first octet says how often; the terminator ends the row.
      ["*1x:/1d", "03 aa bb cc 07", "aa:bb:cc/7"],
      ["*1d.", "02 01 02", "1.2"],
      ["*1x:/1x:", "00 05 06", "/05:06"],
      ["*2a,;1d-", "02 6162 6364 01 02", "ab,cd;1-2"],
      ["4d", "ffffffff", "4294967295"],
      ["8d", "ffffffffffffffff", "18446744073709551615"],
      // The last one goes on and on.
      ["1a1d-", "41 01 02 03", "A1-2-3"],
    ] as const
  ) {
    const value = parseHex(octets.replaceAll(" ", ""));
    assert.equal(formatHint(hint, value), text, hint);
    assert.deepEqual(parseHint(hint, text), value, hint);
  }
  assert.deepEqual(parseHint("1x:", "0:1:A"), Uint8Array.of(0, 1, 10));
});

Deno.test("what is no hint, or of the other kind, is refused", () => {
  for (
    const hint of [
      "",
      "q",
      "1",
      "1x::",
      "d-",
      "d-1000",
      "*",
      "a",
      "999999d",
      "-1d",
      "1x:".repeat(200),
    ]
  ) {
    assert.equal(
      isHintFor(hint, "octets") || isHintFor(hint, "integer"),
      false,
      hint,
    );
    assert.throws(() => formatHint(hint, 1), { name: "ParseError" }, hint);
  }
  assert.throws(() => formatHint("1x:", 5), TypeError);
  assert.throws(() => formatHint("d-2", Uint8Array.of(5)), TypeError);
});

Deno.test("text that is not as the hint says is refused with its place", () => {
  for (
    const [hint, text, message] of [
      ["d-2", "1.234", /more than 2 digits behind the point at offset 1/],
      ["d-2", "1.2.3", /a second point at offset 3/],
      ["d", "12x", /not a number/],
      ["x", "fg", /not a number/],
      ["1x:", "00:zz", /expected a number \(1x\) at offset 3/],
      ["1x:", "00-11", /expected ":" at offset 2/],
      ["1d.1d.1d.1d", "10.0.0.256", /too large for 1 octets at offset 7/],
      ["0a", "abc", /more than the hint has room for/],
    ] as const
  ) assert.throws(() => parseHint(hint, text), { name: "ParseError", message });
});

Deno.test("octets of a fixed pattern always read back", () => {
  const pattern = fc.constantFrom(
    ["1x:", 1],
    ["2d-1d-1d,1d:1d:1d.1d,1x1d:1d", 11],
    ["2x:2x:2x:2x:2x:2x:2x:2x%4d", 20],
    ["1o ", 1],
    ["4d,", 4],
    ["1d.2x/3o ", 3],
  ) as fc.Arbitrary<[string, number]>;
  fc.assert(
    fc.property(
      pattern,
      fc.nat(3),
      fc.infiniteStream(fc.nat(255)),
      ([hint, length], times, stream) => {
        const count = hint === "1d.2x/3o "
          ? 3 + 3 * times
          : length * (times + 1);
        const octets = Uint8Array.from(
          stream.take(length > 4 ? length : count),
        );
        assert.deepEqual(parseHint(hint, formatHint(hint, octets)), octets);
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("no hint and no value makes it hang or throw anything else", () => {
  const hint = fc.array(
    fc.constantFrom(
      "*",
      "0",
      "1",
      "2",
      "65535",
      "d",
      "x",
      "o",
      "a",
      "t",
      ":",
      "/",
      "-",
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      hint,
      fc.uint8Array({ maxLength: 40 }),
      fc.string(),
      (hint, octets, text) => {
        if (isHintFor(hint, "octets")) formatHint(hint, octets);
        try {
          parseHint(hint, text);
        } catch (error) {
          assert.equal((error as Error).name, "ParseError");
        }
      },
    ),
    { numRuns: 2000 },
  );
});
