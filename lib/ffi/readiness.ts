/**
 * Waiting for descriptors: one thread for the whole process.
 *
 * The runtime has 32 threads for calls that take long, its own file reads among
 * them; a wait for each socket would use them up. So all who wait are in one
 * epoll set, and one call waits for that, only as long as somebody does.
 *
 * @see epoll(7)
 * @module
 */

import { check, libc } from "./libc.ts";

const EPOLL_CLOEXEC = 0o2000000;
const EFD_NONBLOCK_CLOEXEC = 0o2004000;
const CTL_ADD = 1;
const CTL_DEL = 2;
const CTL_MOD = 3;
const EPOLLIN = 0x1;
const EPOLLOUT = 0x4;
/** Tells once; then it has to be asked for again. */
const EPOLLONESHOT = 0x40000000;

/** struct epoll_event is packed on x86-64 alone. */
const DATA = Deno.build.arch === "x86_64" ? 4 : 8;
const EVENT = DATA + 8;
const EVENTS = 64;
/**
 * The call waits no longer than this at a time, in milliseconds: where the
 * program is torn down meanwhile, nobody wakes it.
 */
const SLICE = 1000;

/** What a wait came to: there is something, or the {@linkcode Readiness} is gone. */
type Settle = (ready: boolean) => void;

/** The set, and who waits in it. */
class Hub {
  readonly #epoll = check(
    libc().epoll_create1(EPOLL_CLOEXEC),
    "open",
    "an epoll",
  );
  readonly #wake = check(
    libc().eventfd(0, EFD_NONBLOCK_CLOEXEC),
    "open",
    "an eventfd",
  );
  readonly #waiting = new Map<number, Settle>();
  #isWaiting = false;
  #ids = 0;

  constructor() {
    this.#control(CTL_ADD, this.#wake, EPOLLIN, 0);
  }

  /** Takes a descriptor in; gives its number here. */
  add(fd: number): number {
    const id = ++this.#ids;
    this.#control(CTL_ADD, fd, EPOLLONESHOT, id);
    return id;
  }

  wait(fd: number, id: number, events: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.set(id, resolve);
    this.#control(CTL_MOD, fd, events | EPOLLONESHOT, id);
    if (!this.#isWaiting) this.#run();
    return promise;
  }

  remove(fd: number, id: number): void {
    libc().epoll_ctl(this.#epoll, CTL_DEL, fd, event(0, 0));
    this.#waiting.get(id)?.(false);
    if (!this.#waiting.delete(id) || this.#waiting.size > 0) return;
    // Nobody waits any more: the program may end.
    libc().write(this.#wake, new BigUint64Array([1n]), 8);
  }

  #control(op: number, fd: number, events: number, id: number): void {
    check(
      libc().epoll_ctl(this.#epoll, op, fd, event(events, id)),
      "wait for",
      `descriptor ${fd}`,
    );
  }

  async #run(): Promise<void> {
    this.#isWaiting = true;
    const { epollWaitAsync, read } = libc();
    const events = new Uint8Array(EVENT * EVENTS);
    const view = new DataView(events.buffer);
    while (this.#waiting.size > 0) {
      const count = await epollWaitAsync(this.#epoll, events, EVENTS, SLICE);
      for (let i = 0; i < count; i++) {
        const id = view.getUint32(i * EVENT + DATA, true);
        if (id === 0) {
          read(this.#wake, new BigUint64Array(1), 8);
          continue;
        }
        const settle = this.#waiting.get(id);
        this.#waiting.delete(id);
        settle?.(true);
      }
      // Who was told may wait again before this does.
      if (this.#waiting.size === 0) await Promise.resolve();
    }
    this.#isWaiting = false;
  }
}

function event(events: number, id: number): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(EVENT);
  const view = new DataView(octets.buffer);
  view.setUint32(0, events, true);
  view.setUint32(DATA, id, true);
  return octets;
}

let hub: Hub | undefined;

/**
 * Waits for one descriptor, any number of times.
 *
 * @example
 * ```ts ignore
 * import { Readiness } from "./readiness.ts";
 *
 * using readiness = new Readiness(socket.fd);
 * while (await readiness.readable()) socket.receive();
 * ```
 */
export class Readiness implements Disposable {
  readonly #fd: number;
  readonly #id: number;
  #isOver = false;

  /**
   * Takes a descriptor, which stays its owner's to close, after this is disposed
   * of.
   *
   * @param fd A descriptor that can be waited for: a socket, a pipe, an eventfd.
   * @throws {NetError} If it cannot, or is waited for by another of these.
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  constructor(fd: number) {
    this.#fd = fd;
    this.#id = (hub ??= new Hub()).add(fd);
  }

  /**
   * Waits until there is something to read, an error among it.
   *
   * @returns True; false if it was disposed of meanwhile.
   */
  readable(): Promise<boolean> {
    return this.#wait(EPOLLIN);
  }

  /**
   * Waits until there is room to write, or an error.
   *
   * @returns True; false if it was disposed of meanwhile.
   */
  writable(): Promise<boolean> {
    return this.#wait(EPOLLOUT);
  }

  #wait(events: number): Promise<boolean> {
    if (this.#isOver) return Promise.resolve(false);
    return hub!.wait(this.#fd, this.#id, events);
  }

  /** Ends the wait at once; the descriptor stays open. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    hub!.remove(this.#fd, this.#id);
  }
}
