/**
 * The limits of one request: on all of it, on each try's wait for the head of
 * an answer, and on the silence between two chunks of a body.
 *
 * @module
 */

import { Deadline } from "../deadline.ts";

/** How long a request may take, in milliseconds; `Infinity` for any time. */
export interface WatchOptions {
  /** All of it. */
  readonly timeout: number;
  /** The wait of one try for the head of its answer. */
  readonly headTimeout: number;
  /** The wait between chunks of the body. */
  readonly idleTimeout: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A request under observation, from its first try to the end of its answer. */
export class Watch implements Disposable {
  /** The limit on all of it. */
  readonly whole: Deadline;
  /** Whether an answer that is still being read disposes of it, in its time. */
  kept = false;
  readonly #op: string;
  readonly #target: string;
  readonly #options: WatchOptions;
  /** The try's own controller, if tries have limits of their own. */
  #controller: AbortController | undefined;
  #phase: Deadline | undefined;

  /**
   * Starts the clock of the whole.
   *
   * @param op What is being done: `"get"`.
   * @param target To what.
   * @param options The limits.
   */
  constructor(op: string, target: string, options: WatchOptions) {
    this.#op = op;
    this.#target = target;
    this.#options = options;
    this.whole = new Deadline(op, target, options);
  }

  /** Aborts when the try, or all of it, has to end. */
  get signal(): AbortSignal {
    return this.#controller?.signal ?? this.whole.signal;
  }

  /** A try begins: the wait for its head. */
  begin(): void {
    const { headTimeout } = this.#options;
    if (headTimeout === Infinity && !this.watchesIdle) return;
    this.#controller = new AbortController();
    this.#limit(headTimeout);
  }

  /** The head or a chunk has come: the wait for the next chunk begins. */
  progress(): void {
    if (this.#controller) this.#limit(this.#options.idleTimeout);
  }

  /** Whether chunks are waited for with a limit. */
  get watchesIdle(): boolean {
    return this.#options.idleTimeout !== Infinity;
  }

  /** Ends the observation. */
  [Symbol.dispose](): void {
    this.#endPhase();
    this.whole[Symbol.dispose]();
  }

  #endPhase(): void {
    this.#phase?.[Symbol.dispose]();
    this.#phase?.signal.removeEventListener("abort", this.#stop);
    this.#phase = undefined;
  }

  #limit(timeout: number): void {
    this.#endPhase();
    const { signal } = this.whole;
    this.#phase = new Deadline(this.#op, this.#target, { timeout, signal });
    if (signal.aborted) this.#stop();
    else this.#phase.signal.addEventListener("abort", this.#stop);
  }

  readonly #stop = (): void =>
    this.#controller?.abort(this.#phase?.signal.reason);
}
