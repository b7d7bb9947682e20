/**
 * What has come and waits for the program, as much as is let in; and the program
 * that waits for what will come.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";

/** Those taken out before the array is cut: to shift a long one takes long. */
const CUT = 1024;
/** Errors that wait; of more, the oldest are forgotten. */
const ERRORS = 16;

/** First in, first out, up to a limit; errors beside. */
export class Backlog<T> {
  readonly #limit: number;
  readonly #errors: unknown[] = [];
  #list: T[] = [];
  #head = 0;
  #news: PromiseWithResolvers<void> | undefined;
  #waiting = 0;

  /** @param limit The most that may wait. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether somebody waits for what will come. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** How many wait. */
  get length(): number {
    return this.#list.length - this.#head;
  }

  /**
   * Puts one at the end.
   *
   * @param item What has come.
   * @returns Whether there was room.
   */
  push(item: T): boolean {
    if (this.length >= this.#limit) return false;
    this.#list.push(item);
    this.wake();
    return true;
  }

  /**
   * Keeps an error for the next who waits.
   *
   * @param error The error.
   */
  fail(error: unknown): void {
    this.#errors.push(error);
    if (this.#errors.length > ERRORS) this.#errors.shift();
    this.wake();
  }

  /** Has those who wait look again. */
  wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }

  /**
   * Waits until something is there, and takes of it before anybody else can.
   *
   * @param target Where it comes from, for the error.
   * @param options How long to wait, and who may stop the wait.
   * @param look Looks whether something has come; throws when nothing can any more.
   * @param ask Has somebody look further, as long as this `isAwaited`.
   * @param take Takes, mostly by `shift`.
   * @returns What it took.
   * @throws {NetError} `"timeout"`, what `look` throws, and errors that came.
   */
  async wait<R>(
    target: string,
    options: DeadlineOptions,
    look: () => void,
    ask: () => void,
    take: () => R,
  ): Promise<R> {
    options.signal?.throwIfAborted();
    if (this.length > 0) return take();
    const isEndless = options.timeout === undefined &&
      options.signal === undefined;
    let deadline: Deadline | undefined;
    this.#waiting++;
    try {
      while (this.length === 0) {
        look();
        if (this.length > 0) return take();
        if (this.#errors.length > 0) throw this.#errors.shift();
        this.#news ??= Promise.withResolvers();
        const { promise } = this.#news;
        ask();
        // Without a limit there is no need of a clock.
        if (isEndless) await promise;
        else {
          deadline ??= new Deadline("receive on", target, options);
          await deadline.race(promise);
        }
      }
      return take();
    } finally {
      this.#waiting--;
      deadline?.[Symbol.dispose]();
    }
  }

  /** Takes the first out; there must be one. */
  shift(): T {
    const item = this.#list[this.#head++]!;
    if (this.#head === this.#list.length) this.clear();
    else if (this.#head === CUT) {
      this.#list = this.#list.slice(CUT);
      this.#head = 0;
    }
    return item;
  }

  /** Takes all out. */
  takeAll(): T[] {
    const all = this.#head === 0 ? this.#list : this.#list.slice(this.#head);
    this.clear();
    return all;
  }

  /** Forgets all. */
  clear(): void {
    this.#list = [];
    this.#head = 0;
  }
}
