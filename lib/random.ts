/**
 * Random numbers that come again: a seed in, always the same row out.
 *
 * For drills, simulations and tests that someone else should be able to repeat.
 * Nothing here is for secrets; those take `crypto.getRandomValues`.
 *
 * @module
 */

const MASK_64 = 2n ** 64n - 1n;

/**
 * Makes a generator of random numbers out of a seed.
 *
 * It is xoshiro128** 1.1, its 128 bits of state drawn from the seed by
 * SplitMix64, as its authors advise; two of its words make one number of 53
 * bits, the most that a `number` below 1 can have. The row repeats after about
 * 2¹²⁷ numbers. It takes the place of `Math.random` wherever that is passed.
 *
 * @param seed An integer from 0 to 2⁶⁴ - 1; any two give different rows.
 * @returns Gives the next number each time, from 0 up to and without 1.
 * @throws {RangeError} If `seed` is no such integer.
 * @see D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number
 * Generators", ACM TOMS 47:4 (2021), https://prng.di.unimi.it
 *
 * @example
 * ```ts
 * import { seeded } from "./random.ts";
 * import assert from "node:assert/strict";
 *
 * const roll = seeded(42);
 * const again = seeded(42);
 * for (let i = 0; i < 6; i++) assert.equal(roll(), again());
 * ```
 */
export function seeded(seed: number | bigint): () => number {
  const mix = splitMix(checkSeed(seed));
  const [high, low] = [mix(), mix()];
  let s0 = Number(high >> 32n) | 0;
  let s1 = Number(high & 0xffff_ffffn) | 0;
  let s2 = Number(low >> 32n) | 0;
  let s3 = Number(low & 0xffff_ffffn) | 0;
  const word = (): number => {
    const result = Math.imul(rotate(Math.imul(s1, 5), 7), 9);
    const shifted = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = rotate(s3, 11);
    return result;
  };
  return () => {
    const top = word() >>> 5;
    return (top * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
  };
}

/**
 * Gives a seed by chance, short enough to be typed again.
 *
 * @returns An integer from 0 to 999,999.
 *
 * @example
 * ```ts
 * import { freshSeed, seeded } from "./random.ts";
 * import assert from "node:assert/strict";
 *
 * const seed = freshSeed();
 * assert.equal(seeded(seed)(), seeded(seed)());
 * ```
 */
export function freshSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! % 1_000_000;
}

function checkSeed(seed: number | bigint): bigint {
  const exact = typeof seed === "bigint" || Number.isSafeInteger(seed);
  if (!exact || BigInt(seed) < 0n || BigInt(seed) > MASK_64) {
    throw new RangeError(
      `Cannot seed random numbers as 'seed' must be an integer from 0 to 2^64 - 1 (above 2^53 - 1 as a bigint): current value is ${
        String(seed)
      }`,
    );
  }
  return BigInt(seed);
}

/** SplitMix64: neighbouring seeds become states that have nothing in common. */
function splitMix(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state = state + 0x9e37_79b9_7f4a_7c15n & MASK_64;
    let z = state;
    z = (z ^ z >> 30n) * 0xbf58_476d_1ce4_e5b9n & MASK_64;
    z = (z ^ z >> 27n) * 0x94d0_49bb_1331_11ebn & MASK_64;
    return z ^ z >> 31n;
  };
}

function rotate(word: number, by: number): number {
  return word << by | word >>> 32 - by;
}
