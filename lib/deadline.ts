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
 * Timer and signal are made when somebody first waits: what is over before that,
 * as most of what is asked of this machine itself, goes without.
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
  readonly #op: string;
  readonly #target: string;
  readonly #timeout: number;
  readonly #caller: AbortSignal | undefined;
  /** When the time is up, on the clock of `performance`. */
  readonly #end: number;
  #controller: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | undefined;
  #isDisposed = false;

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
    this.#op = op;
    this.#target = target;
    this.#timeout = timeout;
    this.#caller = signal;
    // Nobody is told "too late" before others had a turn, as timers have it.
    this.#end = timeout === Infinity
      ? Infinity
      : performance.now() + Math.max(1, timeout);
  }

  /** Aborts when the time is up or when the caller's signal does. */
  get signal(): AbortSignal {
    return (this.#controller ??= this.#watch()).signal;
  }

  /**
   * Throws if the wait is over: what asking {@linkcode signal} comes to, for
   * those who do not wait.
   *
   * @throws {NetError} With code `"timeout"` when the time is up.
   * @throws The caller's own reason when the caller's signal aborts.
   */
  throwIfOver(): void {
    this.#controller?.signal.throwIfAborted();
    if (this.#isDisposed) return;
    this.#caller?.throwIfAborted();
    if (performance.now() >= this.#end) this.signal.throwIfAborted();
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
    this.#isDisposed = true;
    // To touch the global for nothing would load all of node:timers.
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#stop) this.#caller?.removeEventListener("abort", this.#stop);
  }

  #watch(): AbortController {
    const controller = new AbortController();
    const caller = this.#caller;
    if (this.#isDisposed) return controller;
    if (caller?.aborted) {
      controller.abort(caller.reason);
      return controller;
    }
    const late = () => controller.abort(this.#late());
    const rest = this.#end - performance.now();
    if (rest <= 0) {
      late();
      return controller;
    }
    if (caller) {
      this.#stop = () => controller.abort(caller.reason);
      caller.addEventListener("abort", this.#stop, { once: true });
    }
    // setTimeout fires at once for anything above 2^31 - 1, so such limits,
    // some 25 days, count as none.
    if (this.#timeout <= 0x7fffffff) {
      this.#timer = setTimeout(late, Math.ceil(rest));
    }
    return controller;
  }

  #late(): NetError {
    return new NetError(`no answer within ${this.#timeout} ms`, {
      code: "timeout",
      op: this.#op,
      target: this.#target,
    });
  }
}
