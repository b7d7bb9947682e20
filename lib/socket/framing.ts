/**
 * Cutting the stream of octets into what was meant: a stream keeps the order of
 * octets, not the borders of the writes that sent them.
 *
 * @module
 */

/** Line feed, the end of every line (carriage return before it or not). */
const LF = 0x0a;
const CR = 0x0d;
/** Stands where a chunk was, whose memory is free to go. */
const TAKEN = new Uint8Array(0);

/**
 * Octets that have arrived and are not yet taken, in the chunks in which they
 * came. Nothing is copied until a frame spans two chunks, and no octet is
 * looked at twice in search of a line end.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  /** Index of the first chunk; what is before it has been taken. */
  #head = 0;
  #size = 0;
  /** Index of the first chunk not yet known to hold no line feed. */
  #unseen = 0;
  /** Octets from the head to there. */
  #seenSize = 0;

  /** Octets waiting. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds a chunk at the end; the queue owns it from now on.
   *
   * @param chunk One octet or more; an empty one is left out.
   */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /**
   * Takes what came first, in the size in which it came.
   *
   * @returns A chunk, or `undefined` if nothing waits.
   */
  takeChunk(): Uint8Array | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return undefined;
    this.#size -= chunk.length;
    this.#chunks[this.#head++] = TAKEN;
    if (this.#unseen >= this.#head) this.#seenSize -= chunk.length;
    else this.#unseen = this.#head;
    // shift() for each would move all others, over and over; one slice for
    // every so many costs next to nothing.
    if (this.#head >= 1024 && this.#head * 2 >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#head);
      this.#unseen -= this.#head;
      this.#head = 0;
    } else if (this.#size === 0) this.clear();
    return chunk;
  }

  /**
   * Takes a number of octets, all or none.
   *
   * @param length How many.
   * @returns Octets in a buffer of their own, or `undefined` if fewer wait.
   */
  take(length: number): Uint8Array | undefined {
    if (length > this.#size) return undefined;
    const taken = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      const head = this.#chunks[this.#head]!;
      const wanted = length - filled;
      if (head.length <= wanted) {
        taken.set(this.takeChunk()!, filled);
        filled += head.length;
        continue;
      }
      taken.set(head.subarray(0, wanted), filled);
      filled = length;
      this.#chunks[this.#head] = head.subarray(wanted);
      this.#size -= wanted;
      if (this.#unseen > this.#head) this.#seenSize -= wanted;
    }
    return taken;
  }

  /**
   * Takes a line without its end, which is LF or CR LF.
   *
   * @param max The most octets that the line may have, its end not counted.
   * @returns The line's octets; `undefined` while its end has not come; `null`
   * if the line is longer than `max`, and then nothing is taken.
   */
  takeLine(max: number): Uint8Array | undefined | null {
    while (this.#unseen < this.#chunks.length) {
      const chunk = this.#chunks[this.#unseen]!;
      const at = chunk.indexOf(LF);
      if (at < 0) {
        this.#unseen++;
        this.#seenSize += chunk.length;
        continue;
      }
      const length = this.#seenSize + at;
      // The CR of a CR LF may be the last octet of the chunk before.
      const before = at > 0 ? chunk[at - 1] : this.#chunks[this.#unseen - 1]
        ?.at(-1);
      const crLf = length > 0 && before === CR;
      if (length - (crLf ? 1 : 0) > max) return null;
      return this.take(length + 1)!.subarray(0, length - (crLf ? 1 : 0));
    }
    // One more than max may still become a line of max octets and CR LF.
    return this.#seenSize > max + 1 ? null : undefined;
  }

  /** Takes everything that waits. */
  takeAll(): Uint8Array {
    return this.take(this.#size)!;
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#chunks = [];
    this.#size =
      this.#head =
      this.#unseen =
      this.#seenSize =
        0;
  }
}
