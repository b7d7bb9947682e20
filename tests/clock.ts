/**
 * What a test may say of time: that it took at least so long, or that it is of
 * one kind and not of another, far from it. A machine may be busy.
 *
 * @module
 */

/**
 * The least time that some work takes. A busy machine makes it long at times;
 * what is slow of itself is so each time.
 *
 * @param enough Milliseconds below which no other try is made.
 * @param work The work, which can be done again.
 * @returns Milliseconds, of twenty tries at most.
 */
export function least(enough: number, work: () => void): number {
  let time = Infinity;
  for (let tries = 0; tries < 20 && time >= enough; tries++) {
    const start = performance.now();
    work();
    time = Math.min(time, performance.now() - start);
  }
  return time;
}
