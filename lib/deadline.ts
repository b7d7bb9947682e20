/**
 * One signal out of a time limit and a caller's signal.
 *
 * Everything that waits takes `{ timeout, signal }`, makes a
 * {@linkcode Deadline} of them, and races its promises against it. Which of the
 * two ended the wait stays visible: our own limit is a `NetError` with code
 * `"timeout"`, a caller's abort passes through as it is.
 *
 * @module
 */

import { NetError } from "./errors.ts";

/** How long to wait, and who may stop the wait. */
export interface DeadlineOptions {
  /** The longest wait, in milliseconds; `Infinity` waits for ever. */
  timeout?: number | undefined;
  /** Stops the wait at once; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * A running wait. Dispose of it when the wait is over, or its timer lives on.
 *
 * @example
 * ```ts
 * import { Deadline } from "./deadline.ts";
 * import assert from "node:assert/strict";
 *
 * using deadline = new Deadline("read from", "a quiet peer", { timeout: 5 });
 * await assert.rejects(deadline.race(new Promise(() => {})), { code: "timeout" });
 * ```
 */
export class Deadline implements Disposable {
  /** Aborts when the time is up or when the caller's signal does. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #stop = (): void => this.#controller.abort(this.#caller?.reason);

  /**
   * Starts the clock.
   *
   * @param op What is being waited for, as a verb phrase: `"connect to"`.
   * @param target To what or whom.
   * @param options The limit and the caller's signal.
   * @throws {RangeError} If `timeout` is negative or not a number.
   */
  constructor(op: string, target: string, options: DeadlineOptions = {}) {
    const { timeout = Infinity, signal } = options;
    if (!(timeout >= 0)) {
      throw new RangeError(
        `Cannot ${op} ${target} as 'timeout' must be 0 or more milliseconds: current value is ${timeout}`,
      );
    }
    this.signal = this.#controller.signal;
    this.#caller = signal;
    if (signal?.aborted) {
      this.#stop();
      return;
    }
    signal?.addEventListener("abort", this.#stop, { once: true });
    // setTimeout fires at once for anything above 2^31 - 1, so such limits,
    // some 25 days, count as none.
    if (timeout <= 0x7fffffff) {
      this.#timer = setTimeout(() => {
        this.#controller.abort(
          new NetError(`no answer within ${timeout} ms`, {
            code: "timeout",
            op,
            target,
          }),
        );
      }, timeout);
    }
  }

  /**
   * Waits for a promise, or for the deadline if that comes first. The promise
   * itself goes on: whoever made it also hands it {@linkcode signal}.
   *
   * @param promise What to wait for.
   * @returns What the promise gave.
   * @throws {NetError} With code `"timeout"` when the time is up.
   * @throws The caller's own reason when the caller's signal aborts.
   */
  async race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    // A promise that loses the race may still reject: nobody is left to see it.
    promise.catch(() => {});
    signal.throwIfAborted();
    const { promise: stopped, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await Promise.race([promise, stopped]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Stops the clock and lets go of the caller's signal. */
  [Symbol.dispose](): void {
    // To touch the global for nothing would load all of node:timers.
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#caller?.removeEventListener("abort", this.#stop);
  }
}
