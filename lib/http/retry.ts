/**
 * Whether to ask again, and when.
 *
 * @module
 */

import { parseHttpDate } from "./fields.ts";

/** When a session asks again of its own accord. */
export interface RetryOptions {
  /** How often to ask again after the first time. @default {3} */
  times?: number | undefined;
  /** Methods that may be sent twice. @default {GET, HEAD, OPTIONS, PUT and DELETE, which are idempotent} */
  methods?: readonly string[] | undefined;
  /** Statuses that may be better next time. @default {408, 429, 502, 503 and 504} */
  statuses?: readonly number[] | undefined;
  /** Codes of errors that may be better next time. @default {refused, reset, closed, timeout and unreachable} */
  codes?: readonly string[] | undefined;
  /** The wait before the second time, in milliseconds; it doubles each time. @default {200} */
  delay?: number | undefined;
  /** The longest wait, in milliseconds; a server that asks for more is not asked again. @default {30000} */
  maxDelay?: number | undefined;
  /** Draws from 0 up to and without 1; half of each wait is by chance. @default {Math.random} */
  random?: (() => number) | undefined;
}

/** {@linkcode RetryOptions} with nothing left open. */
export interface RetryPolicy {
  readonly times: number;
  readonly methods: readonly string[];
  readonly statuses: readonly number[];
  readonly codes: readonly string[];
  readonly delay: number;
  readonly maxDelay: number;
  readonly random: () => number;
}

/**
 * Fills in what was left open.
 *
 * @param options How often, or all of it.
 * @returns The policy, or `undefined` if nothing is to be asked twice.
 * @throws {RangeError} If a number is negative or none.
 */
export function retryPolicy(
  options: number | RetryOptions | undefined,
): RetryPolicy | undefined {
  if (options === undefined || options === 0) return undefined;
  const {
    times = 3,
    methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"],
    statuses = [408, 429, 502, 503, 504],
    codes = ["refused", "reset", "closed", "timeout", "unreachable"],
    delay = 200,
    maxDelay = 30_000,
    random = Math.random,
  } = typeof options === "number" ? { times: options } : options;
  for (const [name, value] of Object.entries({ times, delay, maxDelay })) {
    if (!(value >= 0)) {
      throw new RangeError(
        `Cannot ask again as '${name}' must be 0 or more: current value is ${value}`,
      );
    }
  }
  return { times, methods, statuses, codes, delay, maxDelay, random };
}

/**
 * Says how long to wait before asking again.
 *
 * The wait doubles from one time to the next, and half of it is by chance, so
 * that clients which failed together do not come back together. A server that
 * says `Retry-After` knows better.
 *
 * @param tried How often it was asked, 1 or more.
 * @param policy When to ask again.
 * @param after The server's `Retry-After`: seconds, or a date.
 * @param now Milliseconds since 1970.
 * @returns Milliseconds; `undefined` if the server wants more than `maxDelay`.
 * @see RFC 9110 §10.2.3
 */
export function retryDelay(
  tried: number,
  policy: RetryPolicy,
  after?: string | null,
  now: number = Date.now(),
): number | undefined {
  const { delay, maxDelay, random } = policy;
  if (after) {
    const date = /^\d+$/.test(after.trim())
      ? now + Number(after) * 1000
      : parseHttpDate(after);
    if (date !== undefined) {
      const wait = Math.max(0, date - now);
      return wait <= maxDelay ? wait : undefined;
    }
  }
  const ceiling = Math.min(maxDelay, delay * 2 ** (tried - 1));
  return ceiling / 2 + ceiling / 2 * random();
}
