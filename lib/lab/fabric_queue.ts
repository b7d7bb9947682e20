/**
 * Frames that wait for their moment, first in, first out.
 *
 * @module
 */

/** Octets of the pieces of memory that frames are written to, one after another. */
const PAGE = 256 * 1024;
/** The most octets that one queue holds. */
const LIMIT = 64 * 1024 * 1024;

/** A frame that waits. */
export interface Waiting {
  /** When its moment is, in milliseconds as `performance.now()` counts. */
  readonly at: number;
  /** The frame as it will be sent; valid until another is put in. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many frames it is on a cable. */
  readonly frames: number;
  /** Their octets. */
  readonly octets: number;
}

interface Page {
  readonly octets: Uint8Array<ArrayBuffer>;
  used: number;
  waiting: number;
}

/** A queue whose memory is used again and again, and has an end. */
export class FrameQueue {
  readonly #frames: { readonly page: Page; readonly frame: Waiting }[] = [];
  #first = 0;
  #page: Page = makePage();
  #spare: Page | undefined;
  #octets = 0;

  /** How many wait. */
  get size(): number {
    return this.#frames.length - this.#first;
  }

  /** The moment of the first; `Infinity` if none waits. */
  get nextAt(): number {
    return this.#frames[this.#first]?.frame.at ?? Infinity;
  }

  /**
   * Puts a copy of a frame at the end.
   *
   * @param at Its moment, not before that of the one in front of it.
   * @param bytes The frame as it will be sent, at most 256 KiB.
   * @param frames How many frames it is on a cable.
   * @param octets Their octets.
   * @returns Whether there was room: 64 MiB in all.
   */
  push(
    at: number,
    bytes: Uint8Array<ArrayBuffer>,
    frames: number,
    octets: number,
  ): boolean {
    if (this.#octets + bytes.length > LIMIT) return false;
    if (this.#page.used + bytes.length > PAGE) this.#turn();
    const page = this.#page;
    const start = page.used;
    page.octets.set(bytes, start);
    page.used += bytes.length;
    page.waiting++;
    this.#octets += bytes.length;
    const copy = page.octets.subarray(start, page.used);
    this.#frames.push({ page, frame: { at, bytes: copy, frames, octets } });
    return true;
  }

  /** Takes the first one out; `undefined` if none waits. */
  shift(): Waiting | undefined {
    const first = this.#frames[this.#first];
    if (first === undefined) return undefined;
    this.#first++;
    // Cut off now and then: each cut moves all that is left.
    if (this.#first >= 512 && this.#first * 2 >= this.#frames.length) {
      this.#frames.splice(0, this.#first);
      this.#first = 0;
    }
    const { page, frame } = first;
    this.#octets -= frame.bytes.length;
    if (--page.waiting === 0) {
      page.used = 0;
      if (page !== this.#page) this.#spare = page;
    }
    return frame;
  }

  /** Throws all of them away; gives how many frames on a cable they were. */
  clear(): number {
    let count = 0;
    for (let one = this.shift(); one !== undefined; one = this.shift()) {
      count += one.frames;
    }
    return count;
  }

  #turn(): void {
    this.#page = this.#spare ?? makePage();
    this.#spare = undefined;
  }
}

function makePage(): Page {
  return { octets: new Uint8Array(PAGE), used: 0, waiting: 0 };
}
