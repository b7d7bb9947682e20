/**
 * Sending without waiting for it: while one batch goes, the next is made.
 *
 * To send is most of a scan's work, since on a virtual cable the sender's thread
 * does the receiver's too. So full batches go on threads of the runtime's pool,
 * two at a time.
 *
 * @module
 */

import { errno, libc, systemError } from "../../ffi/libc.ts";
import { SendBatch } from "../link/send_batch.ts";

const MSG_DONTWAIT = 0x40;
const EINTR = 4;
const EAGAIN = 11;
const ENOBUFS = 105;
/** Octets of a struct mmsghdr. */
const HEADER = 64;
/** So few that no queue on the way overflows; the kernel's own holds 1,000. */
const CAPACITY = 512;
/** Two on their way, and one that is filled meanwhile. */
const BATCHES = 3;

/** A socket that sends: a LinkSocket, or a NetworkSocket that is connected. */
export interface Sending extends Disposable {
  /** The descriptor. */
  readonly fd: number;
  /** Waits until the kernel takes more. */
  waitToSend(): Promise<boolean>;
}

/** Sends batches by a socket, which it closes. */
export class BatchSender implements AsyncDisposable {
  /** The most packets that go together. */
  readonly capacity: number = CAPACITY;
  readonly #socket: Sending;
  readonly #target: string;
  #batch: SendBatch;
  readonly #spare: SendBatch[];
  readonly #flying = new Set<Promise<void>>();
  readonly #calls = new Set<Promise<unknown>>();
  #failure: { readonly reason: unknown } | undefined;
  #isOver = false;

  /**
   * Takes a socket.
   *
   * @param socket The socket.
   * @param target Where it sends, for errors.
   * @param longest Octets of the longest packet.
   */
  constructor(socket: Sending, target: string, longest: number) {
    this.#socket = socket;
    this.#target = target;
    this.#spare = Array.from(
      { length: BATCHES },
      () => new SendBatch(CAPACITY, CAPACITY * longest),
    );
    this.#batch = this.#spare.pop()!;
  }

  /**
   * Puts a packet with those that go next, {@linkcode BatchSender.capacity} at
   * most.
   *
   * @param octets The packet; it is copied.
   */
  add(octets: Uint8Array): void {
    this.#batch.add(octets);
  }

  /**
   * Sends what was added, some of it later.
   *
   * @returns A promise if nothing can be added before it resolves.
   * @throws {NetError} If the kernel refuses a packet, perhaps an earlier one.
   */
  send(): Promise<unknown> | undefined {
    if (this.#failure !== undefined) throw this.#failure.reason;
    const batch = this.#batch;
    const isFull = batch.count === CAPACITY;
    if (!isFull && this.#sendNow(batch)) {
      batch.clear();
      return undefined;
    }
    const flight = this.#fly(batch, isFull);
    this.#flying.add(flight);
    const next = this.#spare.pop();
    if (next !== undefined) {
      this.#batch = next;
      return undefined;
    }
    return Promise.race(this.#flying).then(() => {
      if (!this.#isOver) this.#batch = this.#spare.pop()!;
    });
  }

  /**
   * Waits until all is sent.
   *
   * @throws {NetError} If the kernel refused a packet.
   */
  async drain(): Promise<void> {
    await Promise.all(this.#flying);
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  /** Sends what the kernel takes at once; says whether that is all. */
  #sendNow(batch: SendBatch): boolean {
    while (batch.sent < batch.count) {
      const headers = batch.headers.subarray(batch.sent * HEADER);
      const left = batch.count - batch.sent;
      const { fd } = this.#socket;
      const sent = libc().sendmmsg(fd, headers, left, MSG_DONTWAIT);
      if (sent < 0) {
        const n = errno();
        if (n === EINTR) continue;
        if (n === EAGAIN || n === ENOBUFS) return false;
        throw systemError(n, "send to", this.#target);
      }
      batch.sent += sent;
    }
    return true;
  }

  /** Sends a batch in the background; failures are told to whoever comes next. */
  #fly(batch: SendBatch, elsewhere: boolean): Promise<void> {
    const fly = async () => {
      if (elsewhere) await this.#sendElsewhere(batch);
      // What is left the kernel did not take at once.
      while (!this.#isOver && !this.#sendNow(batch)) {
        await this.#socket.waitToSend();
      }
    };
    const flight = fly().catch((reason) => {
      this.#failure ??= { reason };
    }).finally(() => {
      this.#flying.delete(flight);
      batch.clear();
      this.#spare.push(batch);
    });
    return flight;
  }

  async #sendElsewhere(batch: SendBatch): Promise<void> {
    const { fd } = this.#socket;
    const { headers, count } = batch;
    const call = libc().sendmmsgAsync(fd, headers, count, MSG_DONTWAIT);
    this.#calls.add(call);
    const sent = await call;
    this.#calls.delete(call);
    if (sent > 0) batch.sent = sent;
  }

  /** Closes the socket, as soon as no other thread uses it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#calls);
    this.#socket[Symbol.dispose]();
  }
}
