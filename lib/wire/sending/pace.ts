/**
 * Keeping to a rate, and to moments: sleep by the kernel's own timer, and the
 * last tenth of a millisecond by looking at the clock.
 *
 * @module
 */

import { check, libc } from "../../ffi/libc.ts";
import { Readiness } from "../../ffi/readiness.ts";
import { turn } from "../../pcap/source.ts";

/** How fast packets go: so many a second, or so many bits of them. */
export type Rate = number | { readonly bitsPerSecond: number };

const CLOCK_MONOTONIC = 1;
const TFD_NONBLOCK_CLOEXEC = 0o2004000;

/**
 * Milliseconds before a moment that are not slept: the kernel wakes us 50 to 80
 * microseconds late, a turn of the event loop takes one.
 */
const AWAKE = 0.1;
/** The longest sleep: a timer of 32 bits of seconds would do, and so does an hour. */
const LONGEST = 3_600_000;
/**
 * Milliseconds that one burst makes up for at most. More at once overruns the
 * queues of those that packets go to.
 */
const BURST = 1;
/**
 * Milliseconds from one look at the clock to the next at least, which is how long
 * packets of a high rate wait to go together: a wake-up for each would take a
 * processor for itself.
 */
const TICK = 0.25;
/** Milliseconds behind that are made up for; beyond it, lost time is lost. */
const LAG = 100;

/**
 * Waits for moments, to some microseconds where the machine has time.
 *
 * @see timerfd_create(2)
 *
 * @example
 * ```ts ignore
 * import { Alarm } from "./pace.ts";
 *
 * using alarm = new Alarm();
 * await alarm.until(performance.now() + 0.5);
 * ```
 */
export class Alarm implements Disposable {
  #fd = -1;
  #readiness: Readiness | undefined;
  #isOver = false;

  /**
   * Waits for a moment, which gives the rest of the program a turn in any case.
   *
   * @param moment When, as `performance.now()` counts.
   * @returns True; false as soon as it is disposed of.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  async until(moment: number): Promise<boolean> {
    let left = moment - performance.now();
    do {
      // A timer's round trip is itself longer than a very short sleep.
      if (left > 1.5 * AWAKE) await this.#sleep(left - AWAKE);
      else await turn();
      left = moment - performance.now();
    } while (left > 0 && !this.#isOver);
    return !this.#isOver;
  }

  async #sleep(milliseconds: number): Promise<void> {
    if (this.#isOver) return;
    const readiness = this.#readiness ??= this.#open();
    const rounded = Math.min(milliseconds, LONGEST);
    const seconds = Math.floor(rounded / 1000);
    const nanoseconds = Math.ceil((rounded - seconds * 1000) * 1e6);
    // struct itimerspec: the interval, which is none, and the value.
    const view = new DataView(new ArrayBuffer(32));
    view.setUint32(16, seconds, true);
    view.setUint32(24, Math.min(nanoseconds, 999_999_999), true);
    const octets = new Uint8Array(view.buffer);
    libc().timerfd_settime(this.#fd, 0, octets, null);
    if (await readiness.readable()) libc().read(this.#fd, octets, 8);
  }

  #open(): Readiness {
    const fd = libc().timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK_CLOEXEC);
    this.#fd = check(fd, "open", "a timer");
    return new Readiness(this.#fd);
  }

  /** Ends the wait at once. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#readiness?.[Symbol.dispose]();
    if (this.#fd >= 0) libc().close(this.#fd);
  }
}

/**
 * Keeps packets to a rate: each has a time that it is due, counted from the
 * first, so that what one is late the next is not. Up to some 4,000 packets a
 * second each goes for itself; of more, those of a quarter of a millisecond go
 * together. After a delay no more than a millisecond's packets go at once, at no
 * more than some four times the rate.
 *
 * @example
 * ```ts ignore
 * import { Pace } from "./pace.ts";
 *
 * using pace = new Pace({ bitsPerSecond: 1e6 });
 * for (let n = 0; n < 10; n++) {
 *   while (!pace.take(1250)) await pace.wait();
 *   console.log(performance.now());
 * }
 * ```
 */
export class Pace implements Disposable {
  /** Whether there is no limit. */
  readonly isUnlimited: boolean;
  readonly #alarm = new Alarm();
  /** Packets, or bits, a millisecond. */
  readonly #rate: number;
  readonly #inBits: boolean;
  /** When the first was due. */
  #origin: number | undefined;
  /** Packets, or bits, that have gone. */
  #used = 0;
  /** How many may have gone for another to go. */
  #limit: number;
  /** When that was found. */
  #looked = 0;

  /**
   * Sets the rate; the clock starts with the first packet.
   *
   * @param rate Packets a second, or bits of them; `Infinity` for no limit.
   * @throws {RangeError} If it is not above 0.
   */
  constructor(rate: Rate) {
    const inBits = typeof rate === "object" && rate !== null;
    const perSecond = inBits ? rate.bitsPerSecond : rate;
    if (!(typeof perSecond === "number" && perSecond > 0)) {
      throw new RangeError(
        `Cannot keep a pace as '${
          inBits ? "bitsPerSecond" : "rate"
        }' must be above 0: current value is ${perSecond}`,
      );
    }
    this.#inBits = inBits;
    this.#rate = perSecond / 1000;
    this.isUnlimited = perSecond === Infinity;
    this.#limit = this.isUnlimited ? Infinity : -1;
  }

  /**
   * Says how many packets may go now; {@linkcode Pace.spend} those that do.
   *
   * @param octets The length of each.
   * @returns How many: 0 says to {@linkcode Pace.wait}.
   */
  room(octets: number): number {
    const left = this.#limit - this.#used;
    return left < 0 ? 0 : Math.floor(left / this.#cost(octets)) + 1;
  }

  /**
   * Says that packets go.
   *
   * @param packets How many, {@linkcode Pace.room} at most.
   * @param octets The length of each.
   */
  spend(packets: number, octets: number): void {
    if (!this.isUnlimited) this.#used += packets * this.#cost(octets);
  }

  /**
   * Lets one packet go, if it may.
   *
   * @param octets Its length.
   * @returns Whether it may; if not, {@linkcode Pace.wait}.
   */
  take(octets: number): boolean {
    if (this.#used > this.#limit) return false;
    this.spend(1, octets);
    return true;
  }

  /**
   * Waits until another packet may go.
   *
   * @returns True; false as soon as it is disposed of.
   */
  async wait(): Promise<boolean> {
    if (this.isUnlimited) return await this.#alarm.until(0);
    if (this.#origin === undefined) {
      this.#origin = performance.now();
      this.#limit = 0;
      return true;
    }
    const due = this.#origin + this.#used / this.#rate;
    if (!await this.#alarm.until(Math.max(due, this.#looked + TICK))) {
      return false;
    }
    const now = this.#looked = performance.now();
    if (now - due > LAG) this.#origin += now - due - LAG;
    this.#limit = Math.min(
      (now - this.#origin) * this.#rate,
      this.#used + BURST * this.#rate,
    );
    return true;
  }

  #cost(octets: number): number {
    return this.#inBits ? octets * 8 : 1;
  }

  /** Ends the wait at once. */
  [Symbol.dispose](): void {
    this.#alarm[Symbol.dispose]();
  }
}
