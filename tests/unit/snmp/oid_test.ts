import assert from "node:assert/strict";
import fc from "fast-check";
import { ParseError } from "../../../lib/errors.ts";
import {
  compareOids,
  isBelow,
  oidText,
  sendableOid,
} from "../../../lib/snmp/asking/oid.ts";
import { oid } from "./ber.ts";

const numbers = fc.tuple(
  fc.nat(2),
  fc.nat(39),
  fc.array(fc.nat({ max: 2 ** 32 - 1 }), { maxLength: 20 }),
).map(([first, second, rest]) => [first, second, ...rest]);

Deno.test("an object identifier comes back from its octets", () => {
  fc.assert(fc.property(numbers, (arcs) => {
    const text = arcs.join(".");
    const octets = oid(text);
    assert.equal(oidText(octets, 2, octets.length), text);
  }));
});

Deno.test("object identifiers are in the order of their numbers", () => {
  const near = fc.tuple(numbers, fc.nat(20), fc.nat({ max: 300 }))
    .map(([arcs, at, value]) => [arcs, arcs.with(at % arcs.length, value)]);
  const pair = fc.oneof(near, fc.tuple(numbers, numbers));
  fc.assert(
    fc.property(pair, ([a, b]) => {
      let expected = a!.length - b!.length;
      for (let i = 0; i < Math.min(a!.length, b!.length); i++) {
        if (a![i] === b![i]) continue;
        expected = a![i]! - b![i]!;
        break;
      }
      const got = compareOids(a!.join("."), b!.join("."));
      assert.equal(Math.sign(got), Math.sign(expected));
    }),
    { numRuns: 500 },
  );
});

Deno.test("below an object identifier is that and what goes on behind its dot", () => {
  assert.ok(isBelow("1.3.6.1", "1.3.6.1"));
  assert.ok(isBelow("1.3.6.1.2", "1.3.6.1"));
  assert.ok(!isBelow("1.3.6.10", "1.3.6.1"));
  assert.ok(!isBelow("1.3.6", "1.3.6.1"));
});

Deno.test("what cannot be sent is refused with the place", () => {
  assert.equal(sendableOid(".1.3.6.1"), "1.3.6.1");
  const bad: readonly (readonly [text: string, offset: number])[] = [
    ["1", 1],
    ["3.1", 0],
    ["1.40", 2],
    ["1.3.4294967296", 4],
    ["1.3..1", 4],
    ["1.3.01", 4],
    [Array(129).fill("1").join("."), 257],
  ];
  for (const [text, offset] of bad) {
    assert.throws(
      () => sendableOid(text),
      (error: ParseError) =>
        error instanceof ParseError && error.offset === offset,
      text,
    );
  }
});
