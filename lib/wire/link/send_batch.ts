/**
 * Frames that go out in one call (sendmmsg).
 *
 * @module
 */

import { pointerTo, setPointer } from "../../ffi/pointer.ts";

/** Octets of a struct mmsghdr and of a struct iovec, on 64 bits. */
const HEADER = 64;
const IOVEC = 16;
/** Where a struct msghdr has its pointer to iovecs, and their number. */
const IOV = 16;
const IOV_LENGTH = 24;

/**
 * Frames to be sent together. Their octets are copied in, and the memory is used
 * again after {@linkcode SendBatch.clear}.
 *
 * @example
 * ```ts
 * import { libcAllowed } from "../../ffi/libc.ts";
 * import { SendBatch } from "./send_batch.ts";
 * import assert from "node:assert/strict";
 *
 * if (libcAllowed()) {
 *   const batch = new SendBatch(2);
 *   assert.ok(batch.add(new Uint8Array(60)));
 *   assert.equal(batch.count, 1);
 * }
 * ```
 */
export class SendBatch {
  /** The most frames that it takes. */
  readonly capacity: number;
  /** All frames, one after the other: a sender may change octets in place. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** The structs that sendmmsg reads. */
  readonly headers: Uint8Array<ArrayBuffer>;
  /** How many frames are in it. */
  count = 0;
  /** How many of them the kernel has taken. */
  sent = 0;
  #used = 0;
  readonly #vectors: Uint8Array<ArrayBuffer>;
  readonly #vectorView: DataView;
  readonly #base: number;

  /**
   * Makes room.
   *
   * @param capacity The most frames.
   * @param octets The most octets of all frames together. @default {2048 a frame}
   * @throws {PermissionError} Without `--allow-ffi`.
   */
  constructor(capacity: number, octets: number = capacity * 2048) {
    this.capacity = capacity;
    this.octets = new Uint8Array(new ArrayBuffer(octets));
    this.headers = new Uint8Array(new ArrayBuffer(capacity * HEADER));
    this.#vectors = new Uint8Array(new ArrayBuffer(capacity * IOVEC));
    this.#vectorView = new DataView(this.#vectors.buffer);
    this.#base = pointerTo(this.octets);
    const view = new DataView(this.headers.buffer);
    const vectors = pointerTo(this.#vectors);
    for (let i = 0; i < capacity; i++) {
      setPointer(view, i * HEADER + IOV, vectors + i * IOVEC);
      view.setUint32(i * HEADER + IOV_LENGTH, 1, true);
    }
  }

  /** Octets of all frames together. */
  get used(): number {
    return this.#used;
  }

  /**
   * Adds a frame.
   *
   * @param octets What it lies in.
   * @param start Where it starts. @default {0}
   * @param end Where it ends. @default {the end}
   * @returns Whether there was room.
   */
  add(
    octets: Uint8Array,
    start: number = 0,
    end: number = octets.length,
  ): boolean {
    const at = this.#used;
    const length = end - start;
    if (this.count === this.capacity || at + length > this.octets.length) {
      return false;
    }
    if (length < 128) {
      // To set a view of so few octets takes longer.
      for (let i = 0; i < length; i++) this.octets[at + i] = octets[start + i]!;
    } else this.octets.set(octets.subarray(start, end), at);
    const vector = this.count++ * IOVEC;
    setPointer(this.#vectorView, vector, this.#base + at);
    this.#vectorView.setUint32(vector + 8, length, true);
    this.#used = at + length;
    return true;
  }

  /** Empties it. */
  clear(): void {
    this.count = 0;
    this.sent = 0;
    this.#used = 0;
  }
}
