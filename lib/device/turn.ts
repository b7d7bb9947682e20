/**
 * One turn on a channel: something is awaited from the device, until it has
 * come, the device is silent for too long, or somebody stops the wait.
 *
 * @module
 */

import type { Channel, Taking } from "./channel.ts";

/** How long to wait, and who may stop the wait. */
export interface TurnOptions {
  /** The longest silence of the device, in milliseconds. */
  readonly timeout: number;
  /** Stops the wait; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A moment in which nothing came, in milliseconds. */
const QUIET = 400;

/** What a channel hands over to whoever has the turn. */
export abstract class Turn<T> implements Taking<T> {
  /** Settles when the turn is over. */
  readonly done: Promise<T>;
  protected readonly channel: Channel;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;
  readonly #timeout: number;
  readonly #signal: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heard = performance.now();
  #isOver = false;

  constructor(channel: Channel, { timeout, signal }: TurnOptions) {
    this.channel = channel;
    this.#timeout = timeout;
    this.#signal = signal;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    // Who waits is told; a turn that nobody waits for any more is no crash.
    promise.catch(() => {});
  }

  /** What is awaited, for errors: `to "show version"`. */
  abstract readonly awaited: string;

  /** Called when the turn begins: what is typed is typed here. */
  protected abstract begin(): void;

  /** Whole lines, joined by line feeds. */
  abstract lines(text: string): void;

  /** All that came has been drawn; the current line is `channel.line`. */
  abstract rest(): void;

  /** Begins, with what came before it; called by the channel alone. */
  start(): void {
    if (this.#signal?.aborted) return this.stop(this.#signal.reason);
    this.#signal?.addEventListener("abort", this.#onAbort, { once: true });
    this.#watch();
    if (this.#isOver) return;
    this.begin();
    const backlog = this.channel.takeBacklog();
    if (backlog !== "") this.lines(backlog);
    if (!this.#isOver) this.rest();
  }

  /** Something came: the silence begins anew. */
  heard(): void {
    this.#heard = performance.now();
  }

  /** It did not come about. */
  fail(error: unknown): void {
    if (this.#end()) this.#reject(error);
  }

  /** Nobody wants it any more, or it takes too long: the device may go on. */
  protected stop(error: unknown): void {
    if (this.#isOver) return;
    this.channel.lose();
    this.fail(error);
  }

  protected finish(value: T): void {
    if (this.#end()) this.#resolve(value);
  }

  protected get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Called when nothing came for a moment: a message of the device may stand
   * behind the prompt, which then is not the last line.
   */
  protected quiet(): void {}

  /** Called once at the end, however it ends. */
  protected ended(): void {}

  #end(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.ended();
    this.channel.over(this);
    return true;
  }

  readonly #onAbort = (): void => this.stop(this.#signal?.reason);

  #watch(): void {
    const silent = performance.now() - this.#heard;
    const left = this.#timeout - silent;
    if (left <= 0) {
      return this.stop(this.channel.silence(this.awaited, this.#timeout));
    }
    if (silent >= QUIET) this.quiet();
    const wait = Math.min(left, QUIET);
    this.#timer = setTimeout(() => this.#watch(), Math.ceil(wait));
  }
}
