/**
 * Connecting again after a connection was lost.
 *
 * @module
 */

import { AuthError, NetError } from "../errors.ts";
import type { ReconnectOptions } from "./upkeep.ts";

/** What is not cured by trying again. */
const FINAL = /^(host-key|key$|no-common-algorithm|permission)/;

/**
 * Tries to connect until it works.
 *
 * @param dial Tries it once.
 * @param options How often, and with which pauses.
 * @param signal Ends it.
 * @throws What the last try threw.
 */
export async function redial<T>(
  dial: (signal: AbortSignal) => Promise<T>,
  options: ReconnectOptions,
  signal: AbortSignal,
): Promise<T> {
  const { tries = 5, delay = 500, maxDelay = 30_000 } = options;
  for (let round = 1;; round++) {
    try {
      return await dial(signal);
    } catch (error) {
      const isFinal = error instanceof AuthError ||
        !(error instanceof NetError) || FINAL.test(error.code);
      if (isFinal || round >= tries || signal.aborted) throw error;
    }
    await pause(Math.min(delay * 2 ** (round - 1), maxDelay), signal);
  }
}

/** Waits so many milliseconds, or until the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
