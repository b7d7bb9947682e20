/**
 * Waiting for promises, but not for ever.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Waits for a promise, at the price of a clock only if one was asked for.
 *
 * @param op What is being waited for: `"write to"`.
 * @param target To what.
 * @param promise What to wait for.
 * @param options How long to wait, and who may stop the wait.
 * @returns What the promise gave.
 * @throws {NetError} `"timeout"` when the time is up.
 */
export async function within<T>(
  op: string,
  target: Endpoint,
  promise: Promise<T>,
  options: DeadlineOptions,
): Promise<T> {
  if (options.timeout === undefined && options.signal === undefined) {
    return await promise;
  }
  using deadline = new Deadline(op, `${target}`, options);
  return await deadline.race(promise);
}

/**
 * Waits until promises have settled, but not for ever.
 *
 * @param promises What to wait for; rejections count as settled.
 * @param ms The longest wait.
 * @returns Whether all have settled.
 */
export async function settled(
  promises: Iterable<Promise<unknown>>,
  ms: number,
): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    if (ms <= 0x7fffffff) timer = setTimeout(resolve, ms, false);
  });
  const all = Promise.allSettled(promises).then(() => true);
  try {
    return await Promise.race([all, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives one after the other, until what gives them is closed.
 *
 * @param next Waits for the next.
 * @param isClosed Whether that is why `next` threw.
 */
export async function* untilClosed<T>(
  next: () => Promise<T>,
  isClosed: () => boolean,
): AsyncGenerator<T> {
  while (true) {
    let one: T;
    try {
      one = await next();
    } catch (error) {
      if (isClosed()) return;
      throw error;
    }
    yield one;
  }
}
