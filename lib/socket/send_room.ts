/**
 * Waiting until the kernel takes more to send.
 *
 * @module
 */

import { check, libc } from "../ffi/libc.ts";
import { Readiness } from "../ffi/readiness.ts";

/**
 * Room to send on a descriptor that somebody else waits to read from: a descriptor
 * has one wait at a time, so this has a copy of it.
 */
export class SendRoom implements Disposable {
  readonly #fd: number;
  #copy: { readonly fd: number; readonly readiness: Readiness } | undefined;
  #isOver = false;

  /** @param fd The descriptor, which stays its owner's to close. */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Waits until there is room, or this is disposed of. */
  async wait(): Promise<void> {
    if (this.#isOver) return;
    if (this.#copy === undefined) {
      const fd = check(
        libc().dup(this.#fd),
        "send on",
        `descriptor ${this.#fd}`,
      );
      this.#copy = { fd, readiness: new Readiness(fd) };
    }
    await this.#copy.readiness.writable();
  }

  /** Lets go of the copy; who waits is told. */
  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#copy === undefined) return;
    this.#copy.readiness[Symbol.dispose]();
    libc().close(this.#copy.fd);
  }
}
