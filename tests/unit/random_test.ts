import assert from "node:assert/strict";
import { freshSeed, seeded } from "../../lib/random.ts";

/** What the authors' C gives: two words of xoshiro128** make the top 53 bits. */
const REFERENCE: [seed: number | bigint, numbers: number[]][] = [
  [0, [1075856736425638, 2040353226464358, 4283938011980535]],
  [1, [6373727980144956, 3463424350790706, 8324302561880667]],
  [1234567, [2610474962083786, 5006097107751893, 4601229420819242]],
  [2n ** 64n - 1n, [3531744301552359, 186396516741173, 3547450955198582]],
];

for (const [seed, numbers] of REFERENCE) {
  Deno.test(`seeded(${seed}) begins as the reference code does`, () => {
    const random = seeded(seed);
    assert.deepEqual(numbers.map(() => random() * 2 ** 53), numbers);
  });
}

Deno.test("seeded() gives the same row for a seed, as a number or a bigint", () => {
  const row = (seed: number | bigint) =>
    Array.from({ length: 50 }, seeded(seed));
  assert.deepEqual(row(7), row(7));
  assert.deepEqual(row(7), row(7n));
  assert.notDeepEqual(row(7), row(8));
});

Deno.test("two generators do not disturb each other", () => {
  const [a, b, alone] = [seeded(3), seeded(4), seeded(3)];
  for (let i = 0; i < 10; i++) {
    b();
    assert.equal(a(), alone());
  }
});

Deno.test("seeded() is even over its range and its bits, and below 1", () => {
  const random = seeded(99);
  const tenths = new Array<number>(10).fill(0);
  let low = 0;
  const n = 20_000;
  for (let i = 0; i < n; i++) {
    const x = random();
    assert.ok(x >= 0 && x < 1);
    tenths[Math.floor(x * 10)]!++;
    low += x * 2 ** 53 % 2;
  }
  // Chi squared of 9 degrees: above 27.9 once in a thousand seeds.
  const chi = tenths.reduce((sum, k) => sum + (k - n / 10) ** 2 / (n / 10), 0);
  assert.ok(chi < 27.9, `chi squared ${chi}`);
  assert.ok(Math.abs(low / n - 0.5) < 0.02, "the lowest bit is even too");
});

Deno.test("seeded() refuses what is no seed", () => {
  const loose = seeded as (seed: unknown) => unknown;
  for (const seed of [-1, 1.5, NaN, Infinity, 2 ** 53, -1n, 2n ** 64n, "1"]) {
    assert.throws(() => loose(seed), {
      name: "RangeError",
      message:
        `Cannot seed random numbers as 'seed' must be an integer from 0 to 2^64 - 1 (above 2^53 - 1 as a bigint): current value is ${seed}`,
    });
  }
  for (const seed of [undefined, null, {}, Symbol("x")]) {
    assert.throws(() => loose(seed), RangeError);
  }
});

Deno.test("freshSeed() gives seeds of up to six digits, and not always one", () => {
  const seeds = new Set(Array.from({ length: 20 }, freshSeed));
  assert.ok(seeds.size > 1);
  for (const seed of seeds) {
    assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 1e6);
  }
});
