import assert from "node:assert/strict";
import fc from "fast-check";
import { ParseError } from "../../lib/errors.ts";
import { Address, parse, tryParse } from "../../lib/ip/address.ts";
import { address, family, mangled, spelled, zoned } from "./ip_arbitraries.ts";

const check = (property: fc.IRawProperty<unknown>, numRuns = 2000) =>
  fc.assert(property, { numRuns });

Deno.test("formatting an address and parsing the text is the identity", () => {
  check(
    fc.property(fc.oneof(address, zoned), (a) => {
      assert.deepEqual(parse(a.toString()), a);
    }),
    10_000,
  );
});

Deno.test("every spelling of an address parses to that address", () => {
  check(
    fc.property(spelled, ({ text, address }) => {
      assert.deepEqual(parse(text), address);
    }),
    10_000,
  );
});

Deno.test("octets and numbers lead to the address and back", () => {
  check(fc.property(address, (a) => {
    assert.deepEqual(Address.fromBytes(a.toBytes()), a);
    assert.deepEqual(Address.fromBigint(a.toBigint(), a.family), a);
    const hex = a.toBytes().reduce((n, b) => n << 8n | BigInt(b), 0n);
    assert.equal(a.toBigint(), hex);
  }));
});

Deno.test("next() and previous() undo each other", () => {
  check(fc.property(fc.oneof(address, zoned), (a) => {
    const top = (1n << BigInt(a.bits)) - 1n;
    if (a.toBigint() < top) {
      assert.equal(a.next().toBigint(), a.toBigint() + 1n);
      assert.deepEqual(a.next().previous(), a);
    } else assert.throws(() => a.next(), RangeError);
    if (a.toBigint() > 0n) {
      assert.equal(a.previous().toBigint(), a.toBigint() - 1n);
      assert.deepEqual(a.previous().next(), a);
    } else assert.throws(() => a.previous(), RangeError);
  }));
});

Deno.test("offset() adds, alike for numbers and bigints, or throws at the ends", () => {
  const far = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer(),
    fc.integer({ min: -3, max: 3 }),
  );
  check(
    fc.property(address, far, (a, n) => {
      const sum = a.toBigint() + BigInt(n);
      if (sum < 0n || sum >= 1n << BigInt(a.bits)) {
        assert.throws(() => a.offset(n), RangeError);
        assert.throws(() => a.offset(BigInt(n)), RangeError);
        return;
      }
      assert.equal(a.offset(n).toBigint(), sum);
      assert.deepEqual(a.offset(BigInt(n)), a.offset(n));
      assert.deepEqual(a.offset(n).offset(-n), a);
    }),
    5000,
  );
});

Deno.test("compare(), equals() and < agree with the numbers within a family", () => {
  const pair = family.chain((family) => {
    const one = address.filter((a) => a.family === family);
    return fc.tuple(one, one);
  });
  check(fc.property(pair, ([a, b]) => {
    const [m, n] = [a.toBigint(), b.toBigint()];
    assert.equal(a.compare(b), m < n ? -1 : m > n ? 1 : 0);
    assert.equal(a.equals(b), m === n);
    assert.equal(a < b, m < n);
    const shared = a.commonPrefixLength(b);
    assert.equal(m >> BigInt(a.bits - shared), n >> BigInt(a.bits - shared));
    if (m !== n) {
      const more = BigInt(a.bits - shared - 1);
      assert.notEqual(m >> more, n >> more);
    } else assert.equal(shared, a.bits);
  }));
});

Deno.test("any text is an address or a ParseError with an offset inside it", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 50 }),
    fc.string({
      unit: fc.constantFrom(..."0123456789abcdefg.:%/ "),
      maxLength: 50,
    }),
    mangled(spelled.map(({ text }) => text)),
  );
  check(
    fc.property(text, (text) => {
      const error = refusal(text);
      if (error === undefined) {
        const again = parse(text);
        assert.deepEqual(parse(again.toString()), again);
        return;
      }
      assert.equal(error.input, text);
      assert.ok(error.offset >= 0 && error.offset <= text.length);
    }),
    10_000,
  );
});

// The offset is exact: up to there some address begins so, one further none does.
Deno.test("a ParseError points at the first character that cannot be right", () => {
  const text = mangled(spelled.map(({ text }) => text));
  check(
    fc.property(text, (text) => {
      const error = refusal(text);
      if (error === undefined) return;
      const { offset, message } = error;
      const family = message.includes("as an IPv4 address")
        ? 4
        : message.includes("as an IPv6 address")
        ? 6
        : undefined;
      const begins = (start: string) =>
        ENDINGS.find((end) => tryParse(start + end, { family }) !== undefined);
      assert.notEqual(
        begins(text.slice(0, offset)),
        undefined,
        `nothing completes ${JSON.stringify(text.slice(0, offset))}`,
      );
      // Hex digits taken for an octet, once a dot follows, could still be a group.
      const dotted = family === 6 && text.includes(".");
      if (offset === text.length || dotted) return;
      assert.equal(begins(text.slice(0, offset + 1)), undefined, message);
    }),
    10_000,
  );
});

/** Enough to complete whatever begins an address. */
const ENDINGS: readonly string[] = [
  "",
  "0",
  ":",
  "::",
  "0::",
  "z",
  "%z",
  ...[".0.0.0", ".0.0", ".0"].flatMap((tail) => [tail, `0${tail}`]),
  "0.0.0.0",
  ...Array.from({ length: 8 }, (_, n) => ":1".repeat(n + 1)),
  ...Array.from({ length: 8 }, (_, n) => `1${":1".repeat(n)}`),
];

function refusal(text: string): ParseError | undefined {
  const quiet = tryParse(text);
  try {
    assert.deepEqual(parse(text), quiet);
  } catch (error) {
    assert.equal(quiet, undefined);
    assert.ok(error instanceof ParseError, `threw ${error}`);
    return error;
  }
}

Deno.test("every notation is read back to the same address", () => {
  const notations = [
    "compressed",
    "exploded",
    "mixed",
    "binary",
    "hex",
    "decimal",
    "arpa",
    "url",
  ] as const;
  check(
    fc.property(fc.oneof(address, zoned), fc.constantFrom(...notations), (
      a,
      notation,
    ) => {
      const { family } = a;
      const back = parse(a.format(notation), { notation, family });
      const number = /binary|hex|decimal|arpa/.test(notation);
      assert.deepEqual(back, number && family === 6 ? a.withZone() : a);
    }),
    5000,
  );
});

Deno.test("no text in any notation does worse than be refused", () => {
  const notations = [
    "mixed",
    "binary",
    "hex",
    "decimal",
    "arpa",
    "url",
    "inet_aton",
  ] as const;
  const written = fc.tuple(address, fc.constantFrom(...notations.slice(0, 6)))
    .map(([a, notation]) => a.format(notation as "hex"));
  check(
    fc.property(
      fc.oneof(mangled(written), fc.string()),
      fc.constantFrom(...notations),
      (text, notation) => {
        try {
          const found = parse(text, { notation });
          assert.ok(found.equals(tryParse(text, { notation })!));
        } catch (error) {
          assert.ok(error instanceof ParseError, `${error}`);
          assert.ok(error.offset >= 0 && error.offset <= text.length);
        }
      },
    ),
    5000,
  );
});

Deno.test("distance() and offset() undo each other; equal keys are equal addresses", () => {
  check(fc.property(address, address, (a, b) => {
    assert.equal(a.key === b.key, a.equals(b));
    if (a.family !== b.family) return;
    assert.deepEqual(a.offset(a.distance(b)), b);
    assert.equal(a.distance(b), -b.distance(a));
  }));
});
