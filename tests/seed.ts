/**
 * Where random inputs start from: the same place in each run, so that what a
 * run tells is about what was changed; `-- --seed=random` starts anywhere,
 * `-- --seed=N` where a failure said.
 *
 * @module
 */

const word = Deno.args.find((word) => word.startsWith("--seed="))?.slice(7);

/** The seed of this run, a natural number below 2 to the 31st. */
export const seed: number = word === "random"
  ? Math.floor(Math.random() * 2 ** 31)
  : Number(word ?? 2026);

/**
 * How often something random is tried: `-- 5000`, or as often as is usual.
 *
 * @param usual Times.
 */
export function rounds(usual: number): number {
  return Number(Deno.args.find((word) => /^\d+$/.test(word)) ?? usual);
}
