/**
 * What an interface itself has dropped since a moment.
 *
 * @module
 */

import { readLink } from "../../linux/link_decode.ts";
import { NetlinkSocket } from "../../linux/netlink.ts";

/** Counts from when it is made, in the namespace where it is made. */
export class LinkDrops implements Disposable {
  readonly #socket = NetlinkSocket.open();
  readonly #index: number;
  readonly #before: number;
  #drops = 0;

  /**
   * Starts to count.
   *
   * @param index The interface.
   * @throws {NetError} If there is none of that number.
   */
  constructor(index: number) {
    this.#index = index;
    try {
      this.#before = this.#read();
    } catch (error) {
      this.#socket.close();
      throw error;
    }
  }

  /** Packets that it has dropped: what there was last, once it is gone. */
  get count(): number {
    if (this.#socket.fd < 0) return this.#drops;
    try {
      this.#drops = Math.max(0, this.#read() - this.#before);
    } catch {
      // It is gone, and its counters with it.
    }
    return this.#drops;
  }

  #read(): number {
    const { rx } = readLink(this.#socket, this.#index).statistics!;
    return rx.dropped + rx.missedErrors;
  }

  /** Counts for the last time. */
  [Symbol.dispose](): void {
    this.#drops = this.count;
    this.#socket.close();
  }
}
