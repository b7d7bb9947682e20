import assert from "node:assert/strict";
import { parse } from "../../../lib/ip/address.ts";
import { Gathering } from "../../../lib/ip/set/gather.ts";
import { countRanges, prefixes, rangeAt } from "../../../lib/ip/set/pieces.ts";
import {
  advance,
  checkedBounds,
  rank,
  shortestPrefix,
  sizeOf,
  spansFrom,
} from "../../../lib/ip/set/spans.ts";
import {
  combine,
  DIFFERENCE,
  INTERSECTION,
  SYMMETRIC_DIFFERENCE,
  UNION,
  unite,
} from "../../../lib/ip/set/sweep.ts";

function wordsOf(text: string): Uint32Array {
  const { w0, w1, w2, w3 } = parse(text);
  return new Uint32Array([w0, w1, w2, w3]);
}

const v4 = (...bounds: number[]) => ({ family: 4, bounds }) as const;

/** Columns: lowest address of a block, its prefix length, the next block. */
const STEPS: [from: string, length: number, next: string | undefined][] = [
  ["0.0.0.0", 32, "0.0.0.1"],
  ["10.0.0.255", 32, "10.0.1.0"],
  ["127.255.255.255", 32, "128.0.0.0"],
  ["10.255.0.0", 16, "11.0.0.0"],
  ["0.0.0.0", 1, "128.0.0.0"],
  ["128.0.0.0", 1, undefined],
  ["255.255.255.255", 32, undefined],
  ["0.0.0.0", 0, undefined],
  ["::", 128, "::1"],
  ["::ffff:ffff", 128, "::1:0:0"],
  ["::ffff:ffff:ffff:ffff", 128, "0:0:0:1::"],
  ["::ffff:ffff:ffff:ffff:ffff:ffff", 128, "0:1::"],
  ["0:0:0:ffff:ffff::", 80, "0:0:1::"],
  ["2001:db8:ffff:ffff::", 64, "2001:db9::"],
  ["ffff:ffff:ffff:ffff::", 64, undefined],
  ["8000::", 1, undefined],
  ["::", 0, undefined],
];

for (const [from, length, next] of STEPS) {
  Deno.test(`after ${from}/${length} comes ${next ?? "nothing"}`, () => {
    const words = wordsOf(from);
    const { family } = parse(from);
    assert.equal(advance(words, family, length), next !== undefined);
    assert.deepEqual(words, wordsOf(next ?? (family === 4 ? "0.0.0.0" : "::")));
  });
}

Deno.test("the shortest prefix without host bits ends at the lowest one", () => {
  for (let bit = 1; bit <= 32; bit++) {
    const words = new Uint32Array([0, 0, 0, 2 ** 31 + 2 ** (32 - bit)]);
    if (bit === 1) words[3] = 2 ** 31;
    assert.equal(shortestPrefix(words, 4), bit);
  }
  for (let bit = 1; bit <= 128; bit++) {
    const words = new Uint32Array(4);
    words[bit - 1 >> 5] = 2 ** (31 - (bit - 1 & 31));
    assert.equal(shortestPrefix(words, 6), bit);
  }
  assert.equal(shortestPrefix(new Uint32Array(4), 4), 0);
  assert.equal(shortestPrefix(new Uint32Array(4), 6), 0);
  // What stands before an IPv4 address is of no effect.
  assert.equal(shortestPrefix(new Uint32Array([1, 1, 1, 0]), 4), 0);
});

Deno.test("a range up to the highest address has a start and no end", () => {
  const of = (from: string, to: string) =>
    Array.from(spansFrom(parse(from), parse(to)).bounds);
  assert.deepEqual(of("0.0.0.5", "0.0.0.9"), [5, 10]);
  assert.deepEqual(of("0.0.0.5", "255.255.255.255"), [5]);
  assert.deepEqual(of("::", "::"), [0, 0, 0, 0, 0, 0, 0, 1]);
  const top = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  assert.deepEqual(of("::1", top), [0, 0, 0, 1]);
  assert.deepEqual(of(top, top), [...wordsOf(top)]);
});

Deno.test("rank counts the bounds up to an address, so odd is in", () => {
  const spans = v4(10, 20, 2 ** 31, 2 ** 32 - 1);
  const at = (n: number) => rank(spans, new Uint32Array([0, 0, 0, n]));
  assert.deepEqual([0, 9, 10, 19, 20].map(at), [0, 0, 1, 1, 2]);
  assert.deepEqual(
    [2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1].map(at),
    [2, 3, 3, 4],
  );
  assert.equal(rank(v4(), new Uint32Array(4)), 0);
});

Deno.test("size is exact from nothing to a whole family", () => {
  assert.equal(sizeOf(v4()), 0n);
  assert.equal(sizeOf(v4(0)), 1n << 32n);
  assert.equal(sizeOf(v4(1)), (1n << 32n) - 1n);
  assert.equal(sizeOf(v4(0, 2 ** 32 - 1)), (1n << 32n) - 1n);
  assert.equal(sizeOf({ family: 6, bounds: [0, 0, 0, 0] }), 1n << 128n);
  assert.equal(sizeOf({ family: 6, bounds: [0, 0, 0, 1] }), (1n << 128n) - 1n);
  assert.equal(
    sizeOf({ family: 6, bounds: [0, 0, 0, 2 ** 32 - 1, 0, 0, 1, 1] }),
    2n,
  );
  // A borrow from word to word.
  const bounds = [0, 0, 1, 2 ** 32 - 1, 0, 1, 0, 0];
  assert.equal(sizeOf({ family: 6, bounds }), (1n << 64n) - (1n << 33n) + 1n);
});

Deno.test("every law gives its own part of two sets that overlap", () => {
  const [a, b] = [v4(10, 30, 50), v4(20, 40, 60, 70)];
  const cases = [
    [UNION, [10, 40, 50]],
    [INTERSECTION, [20, 30, 60, 70]],
    [DIFFERENCE, [10, 20, 50, 60, 70]],
    [SYMMETRIC_DIFFERENCE, [10, 20, 30, 40, 50, 60, 70]],
  ] as const;
  for (const [law, want] of cases) {
    assert.deepEqual(Array.from(combine(a, b, law).bounds), want);
  }
  const touching = combine(v4(10, 20), v4(20, 30), UNION);
  assert.deepEqual(Array.from(touching.bounds), [10, 30]);
  assert.equal(combine(a, a, SYMMETRIC_DIFFERENCE).bounds.length, 0);
});

Deno.test("ranges unite whatever their order, overlaps and repetition", () => {
  const of = (...ranges: [start: number, end?: number][]) => {
    const starts = ranges.map(([start]) => start);
    const ends = ranges.flatMap(([, end]) => end === undefined ? [] : [end]);
    return Array.from(
      unite(4, new Uint32Array(starts), new Uint32Array(ends)).bounds,
    );
  };
  assert.deepEqual(of(), []);
  assert.deepEqual(of([5, 6], [5, 6]), [5, 6]);
  assert.deepEqual(of([20, 30], [10, 20], [0, 10]), [0, 30]);
  assert.deepEqual(of([0, 100], [20, 30], [40, 50], [101, 102]), [
    0,
    100,
    101,
    102,
  ]);
  assert.deepEqual(of([2 ** 31, 2 ** 31 + 1], [7]), [7]);
  assert.deepEqual(of([0], [2 ** 32 - 1]), [0]);
});

Deno.test("ranges and prefixes of bounds begin and end where those say", () => {
  const spans = v4(0, 1, 6, 16, 2 ** 32 - 1);
  assert.equal(countRanges(spans), 3);
  const shown = [0, 1, 2].map((i) => rangeAt(spans, i)!)
    .map(({ start, end }) => `${start}-${end}`);
  assert.deepEqual(shown, [
    "0.0.0.0-0.0.0.0",
    "0.0.0.6-0.0.0.15",
    "255.255.255.255-255.255.255.255",
  ]);
  assert.equal(rangeAt(spans, 3), undefined);
  assert.equal(rangeAt(spans, -1), undefined);
  assert.equal(rangeAt(v4(), 0), undefined);
  assert.equal(
    [...prefixes(spans)].join(" "),
    "0.0.0.0/32 0.0.0.6/31 0.0.0.8/29 255.255.255.255/32",
  );
  assert.equal(prefixes(v4(), { family: 6, bounds: [] }).length, 0n);
});

Deno.test("bounds from outside are copied, and refused unless sorted words", () => {
  const given = [1, 2];
  const copy = checkedBounds("bounds", given, 4);
  given[0] = 7;
  assert.deepEqual([...copy], [1, 2]);
  for (
    const [bounds, family] of [
      [[2, 1], 4],
      [[1, 1], 4],
      [[-1], 4],
      [[0.5], 4],
      [[NaN], 4],
      [[2 ** 32], 4],
      [[0, 0, 0], 6],
      [[0, 0, 1, 0, 0, 0, 0, 9], 6],
    ] as const
  ) {
    assert.throws(() => checkedBounds("bounds", bounds, family), {
      name: "RangeError",
      message: /^Cannot make a set as 'bounds' must be strictly increasing/,
    });
  }
});

Deno.test("a gathering sorts far more than fits its first row, of both families", () => {
  const gathering = new Gathering();
  // Every second address, by a step that visits them all out of order.
  for (let i = 0; i < 5000; i++) {
    const n = i * 2467 % 5000 * 2;
    gathering.add(`0.0.${n >> 8}.${n & 255}`);
    gathering.add(`::${n.toString(16)}:0:0:0/80`);
  }
  const count = Array.from({ length: 10_000 }, (_, i) => i);
  assert.deepEqual(Array.from(gathering.spans(4).bounds), count);
  assert.deepEqual(
    Array.from(gathering.spans(6).bounds),
    count.flatMap((i) => [0, i >>> 16, i << 16 >>> 0, 0]),
  );
});
