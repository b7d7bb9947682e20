/**
 * One wait for everything that a thread has to do: descriptors that become
 * readable, and moments that come.
 *
 * @module
 */

import { check, errno, libc } from "../ffi/libc.ts";

const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLLIN = 1;
const EPOLL_CLOEXEC = 0o2000000;
const CLOCK_MONOTONIC = 1;
const TFD_FLAGS = 0o2004000;
const EINTR = 4;

/** `struct epoll_event` has no gap on this one architecture. */
const [EVENT, DATA] = Deno.build.arch === "x86_64" ? [12, 4] : [16, 8];
/** Few at a time, so that none waits long for its turn. */
const EVENTS = 8;
/** The most milliseconds before a moment that are spent awake. */
const MOST_EARLY = 0.25;

/** Something that is to be done at a moment. */
export interface Timed {
  /** When, in milliseconds as `performance.now()` counts; `Infinity` for never. */
  readonly nextAt: number;
  /**
   * Does it; from then on `nextAt` is later.
   *
   * @param now The moment that it is.
   */
  due(now: number): void;
}

/**
 * Waits with epoll, and with a timer of the kernel's own, whose moments are
 * those of nanoseconds and not of whole milliseconds. A processor that was idle
 * takes a while to wake up: the timer is set earlier by as much as it was late
 * before, and the rest is spent awake. When there is nothing to do it costs no
 * processor time.
 */
export class Loop implements Disposable {
  /** What has its moments. */
  readonly timed = new Set<Timed>();
  /** The time in milliseconds, as it was when the present work began. */
  now: number = performance.now();
  readonly #epoll: number;
  readonly #timer: number;
  readonly #readers = new Map<number, () => void>();
  readonly #events = new Uint8Array(EVENT * EVENTS);
  readonly #view = new DataView(this.#events.buffer);
  /** The moment that the kernel's timer is set to. */
  #setTo = Infinity;
  /** How late the timer mostly is, in milliseconds. */
  #early = 0;
  #running = false;

  /**
   * Makes a loop that waits for nothing yet.
   *
   * @throws {NetError} With code `"too-many-files"` if no descriptor is left.
   */
  constructor() {
    const { epoll_create1, timerfd_create, close } = libc();
    this.#epoll = check(epoll_create1(EPOLL_CLOEXEC), "make", "an epoll");
    try {
      this.#timer = check(
        timerfd_create(CLOCK_MONOTONIC, TFD_FLAGS),
        "make",
        "a timer",
      );
    } catch (error) {
      close(this.#epoll);
      throw error;
    }
    const buffer = new Uint8Array(8);
    this.watch(this.#timer, () => {
      libc().read(this.#timer, buffer, 8);
      const late = Math.min(this.now - this.#setTo, 2 * MOST_EARLY);
      // A moment that was past when it was set says nothing of the timer.
      if (late > 0) this.#early += (late - this.#early) / 8;
      this.#setTo = Infinity;
    });
  }

  /**
   * Calls a function whenever a descriptor has something to read.
   *
   * @param fd The descriptor; it stays the caller's to close.
   * @param read Reads some of it.
   * @throws {NetError} If it is no descriptor that can be waited for.
   */
  watch(fd: number, read: () => void): void {
    const event = new DataView(new ArrayBuffer(EVENT));
    event.setUint32(0, EPOLLIN, true);
    event.setUint32(DATA, fd, true);
    const octets = new Uint8Array(event.buffer);
    const { epoll_ctl } = libc();
    check(
      epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, octets),
      "wait for",
      `${fd}`,
    );
    this.#readers.set(fd, read);
  }

  /**
   * Forgets a descriptor: before it is closed.
   *
   * @param fd The descriptor; one that is not watched is none the worse.
   */
  unwatch(fd: number): void {
    if (!this.#readers.delete(fd)) return;
    libc().epoll_ctl(this.#epoll, EPOLL_CTL_DEL, fd, new Uint8Array(EVENT));
  }

  /** Ends {@linkcode run} when the present work is done. */
  stop(): void {
    this.#running = false;
  }

  /** Works and waits, blocking this thread, until {@linkcode stop} is called. */
  run(): void {
    const { epoll_wait } = libc();
    this.#running = true;
    while (this.#running) {
      const timeout = this.#setTimer() ? -1 : 0;
      const n = epoll_wait(this.#epoll, this.#events, EVENTS, timeout);
      if (n < 0) {
        if (errno() === EINTR) continue;
        check(n, "wait for", "frames");
      }
      for (let i = 0; i < n; i++) {
        const fd = this.#view.getUint32(i * EVENT + DATA, true);
        this.now = performance.now();
        this.#readers.get(fd)?.();
        this.#workDue();
      }
      if (n === 0) this.#workDue();
    }
  }

  #workDue(): void {
    this.now = performance.now();
    for (const each of this.timed) {
      if (each.nextAt <= this.now) each.due(this.now);
    }
  }

  /** Sets the timer for the next moment; gives false if that is too near to sleep. */
  #setTimer(): boolean {
    let next = Infinity;
    for (const { nextAt } of this.timed) {
      if (nextAt < next) next = nextAt;
    }
    next -= Math.min(this.#early, MOST_EARLY);
    const now = performance.now();
    if (next <= now) return false;
    if (next === this.#setTo) return true;
    this.#setTo = next;
    // A time of 0 would switch the timer off, which is what Infinity wants.
    const nanoseconds = next === Infinity
      ? 0
      : Math.max(1, Math.round((next - now) * 1e6));
    const spec = new BigInt64Array(4);
    spec[2] = BigInt(Math.floor(nanoseconds / 1e9));
    spec[3] = BigInt(nanoseconds % 1e9);
    const octets = new Uint8Array(spec.buffer);
    check(
      libc().timerfd_settime(this.#timer, 0, octets, null),
      "set",
      "a timer",
    );
    return true;
  }

  /** Closes what is its own. */
  [Symbol.dispose](): void {
    libc().close(this.#timer);
    libc().close(this.#epoll);
    this.#readers.clear();
    this.timed.clear();
  }
}
