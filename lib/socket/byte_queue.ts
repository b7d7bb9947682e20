/**
 * Octets that have arrived and wait to be taken, in whatever pieces are wanted.
 *
 * @module
 */

/** Line feed, the end of every line (carriage return before it or not). */
const LF = Uint8Array.of(0x0a);
const CR = Uint8Array.of(0x0d);
/** No chunks: what most of the many connections of a server have. */
const NONE: Uint8Array[] = [];
/** What a chunk costs besides its octets, roughly: its object and buffer. */
const CHUNK = 128;
/** Stands where a chunk was, whose memory is free to go. */
const TAKEN = new Uint8Array(0);

/**
 * Octets that have arrived and are not yet taken, in the chunks in which they
 * came. Nothing is copied until a frame spans two chunks, and no octet is
 * looked at twice in search of a delimiter.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = NONE;
  /** Index of the first chunk; what is before it has been taken. */
  #head = 0;
  #size = 0;
  /** The delimiter that was looked for last. */
  #sought: Uint8Array = LF;
  /** Index of the first chunk not yet known to hold no end of a delimiter. */
  #unseen = 0;
  /** Octets from the head to there. */
  #seenSize = 0;

  /** Octets waiting. */
  get size(): number {
    return this.#size;
  }

  /** Octets of memory that they take, roughly. */
  get weight(): number {
    return this.#size + CHUNK * (this.#chunks.length - this.#head);
  }

  /**
   * Adds a chunk at the end; the queue owns it from now on.
   *
   * @param chunk One octet or more; an empty one is left out.
   */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#chunks === NONE) this.#chunks = [chunk];
    else this.#chunks.push(chunk);
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
   * Looks at octets without taking them.
   *
   * @param length How many, from the first on.
   * @returns The octets, in a buffer of their own or in that of their chunk;
   * `undefined` if fewer wait.
   */
  peek(length: number): Uint8Array | undefined {
    if (length > this.#size) return undefined;
    const head = this.#chunks[this.#head] ?? TAKEN;
    if (head.length >= length) return head.subarray(0, length);
    return Uint8Array.from({ length }, (_, i) => this.#at(i));
  }

  /**
   * Finds a delimiter.
   *
   * @param delimiter One octet or more.
   * @returns Octets before it, or -1 while it has not come whole.
   */
  find(delimiter: Uint8Array): number {
    if (delimiter !== this.#sought) {
      this.#sought = delimiter;
      this.#unseen = this.#head;
      this.#seenSize = 0;
    }
    const before = delimiter.length - 1;
    const last = delimiter[before]!;
    while (this.#unseen < this.#chunks.length) {
      const chunk = this.#chunks[this.#unseen]!;
      let at = chunk.indexOf(last);
      while (at >= 0) {
        const length = this.#seenSize + at - before;
        if (length >= 0 && this.#precedes(delimiter, before, at)) return length;
        at = chunk.indexOf(last, at + 1);
      }
      this.#unseen++;
      this.#seenSize += chunk.length;
    }
    return -1;
  }

  /**
   * Takes a line without its end, which is LF or CR LF.
   *
   * @param max The most octets that the line may have, its end not counted.
   * @returns The line's octets; `undefined` while its end has not come; `null`
   * if the line is longer than `max`, and then nothing is taken.
   */
  takeLine(max: number): Uint8Array | undefined | null {
    const length = this.find(LF);
    // One more than max may still become a line of max octets and CR LF.
    if (length < 0) return this.#size > max + 1 ? null : undefined;
    const crLf = length > 0 && this.#precedes(CR, 1, length - this.#seenSize);
    if (length - (crLf ? 1 : 0) > max) return null;
    return this.take(length + 1)!.subarray(0, length - (crLf ? 1 : 0));
  }

  /** Takes everything that waits. */
  takeAll(): Uint8Array {
    return this.take(this.#size)!;
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#chunks = NONE;
    this.#size =
      this.#head =
      this.#unseen =
      this.#seenSize =
        0;
  }

  /** The octet at an offset from the first. */
  #at(offset: number): number {
    let index = this.#head;
    while (offset >= this.#chunks[index]!.length) {
      offset -= this.#chunks[index++]!.length;
    }
    return this.#chunks[index]![offset]!;
  }

  /** Whether octets stand right before one that is in the chunk being searched. */
  #precedes(octets: Uint8Array, count: number, at: number): boolean {
    let index = this.#unseen;
    while (count-- > 0) {
      // It may be the last octet of the chunk before; none is empty.
      if (--at < 0) at = this.#chunks[--index]!.length - 1;
      if (this.#chunks[index]![at] !== octets[count]) return false;
    }
    return true;
  }
}
