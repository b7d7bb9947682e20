/**
 * Locks on a device's configurations.
 *
 * @module
 */

import type { NetconfDatastore } from "./session_options.ts";

/** Who has a lock. */
interface Owner {
  readonly isOpen: boolean;
  unlock(target: NetconfDatastore): Promise<void>;
}

/** A locked configuration; `await using` releases it. */
export class NetconfLock implements AsyncDisposable {
  /** The configuration. */
  readonly target: NetconfDatastore;
  readonly #session: Owner;
  #isReleased = false;

  /**
   * Takes a lock that is held; a session makes it.
   *
   * @param session Who has it.
   * @param target The configuration.
   * @ignore
   */
  constructor(session: Owner, target: NetconfDatastore) {
    this.#session = session;
    this.target = target;
  }

  /**
   * Releases it; a second call changes nothing.
   *
   * @throws {NetconfError} If the device refuses it.
   */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    // With the session the lock is gone.
    if (this.#session.isOpen) await this.#session.unlock(this.target);
  }

  /** The same as {@linkcode release}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
