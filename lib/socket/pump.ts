/**
 * Looking for what has come, as long as somebody waits for it.
 *
 * To be told by the kernel goes by another thread and takes some 50 µs. An answer
 * on the same machine or link is mostly there sooner, so the first looks are our
 * own, with everything else getting its turn between them.
 *
 * @module
 */

import { Readiness } from "../ffi/readiness.ts";

/** Own looks before the kernel is asked to tell. */
const LOOKS = 4;

type Turn = (next: () => void) => void;
let turn: Turn | undefined;
/** All who yield at the same time wait for the same. */
let over: Promise<void> | undefined;

/** Lets everything else that is ready go on first. */
export function yieldTurn(): Promise<void> {
  return over ??= takeTurn();
}

async function takeTurn(): Promise<void> {
  // setTimeout waits for a millisecond or two.
  turn ??= (await import("node:timers")).setImmediate as Turn;
  await new Promise<void>(turn);
  over = undefined;
}

/** Takes in what comes by a descriptor, on demand. */
export class Pump implements Disposable {
  readonly #fd: number;
  readonly #take: () => boolean;
  readonly #isWanted: () => boolean;
  #readiness: Readiness | undefined;
  #isRunning = false;
  #isOver = false;

  /**
   * Makes one that rests.
   *
   * @param fd The descriptor, which stays its owner's to close.
   * @param take Takes in what is there, and says whether that was anything.
   * @param isWanted Whether somebody waits.
   */
  constructor(fd: number, take: () => boolean, isWanted: () => boolean) {
    this.#fd = fd;
    this.#take = take;
    this.#isWanted = isWanted;
  }

  /** Goes on until nobody waits any more. */
  async run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#isWanted() && !this.#isOver) {
      if (await this.#look() || this.#isOver) continue;
      this.#readiness ??= new Readiness(this.#fd);
      if (await this.#readiness.readable()) this.#take();
    }
    this.#isRunning = false;
  }

  async #look(): Promise<boolean> {
    for (let n = 0; n < LOOKS; n++) {
      await yieldTurn();
      if (this.#isOver || this.#take()) return true;
    }
    return false;
  }

  /** Ends it. */
  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#readiness?.[Symbol.dispose]();
  }
}
