/**
 * Messages that have come and were not read yet.
 *
 * @module
 */

/** A queue with one end for who reads, and a limit for who fills it. */
export class Inbox<Message> implements AsyncIterableIterator<Message> {
  readonly #limit: number;
  readonly #onRoom: () => void;
  #queue: (readonly [Message, number])[] = [];
  #first = 0;
  #size = 0;
  #wasFull = false;
  #discarding = false;
  #news: PromiseWithResolvers<void> | undefined;
  readonly #readers: {
    resolve(result: IteratorResult<Message, undefined>): void;
    reject(error: Error): void;
  }[] = [];
  #ended: { readonly error: Error | undefined } | undefined;

  /**
   * Begins with nothing.
   *
   * @param limit Octets from which on it is full.
   * @param onRoom Called when it was full and is not any more.
   */
  constructor(limit: number, onRoom: () => void) {
    this.#limit = limit;
    this.#onRoom = onRoom;
  }

  /** Whether nothing should be put in. */
  get full(): boolean {
    const full = this.#size >= this.#limit;
    if (full) this.#wasFull = true;
    return full;
  }

  /**
   * Puts a message in.
   *
   * @param message The message.
   * @param size Its octets.
   */
  put(message: Message, size: number): void {
    if (this.#discarding) return;
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      return reader.resolve({ done: false, value: message });
    }
    // So that messages without octets are not kept without end.
    const cost = size + 64;
    this.#queue.push([message, cost]);
    this.#size += cost;
    this.#news?.resolve();
    this.#news = undefined;
  }

  /**
   * Says that nothing more comes; what is there can still be read.
   *
   * @param error Why, if that is not as it should be.
   */
  end(error: Error | undefined): void {
    this.#ended ??= { error };
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (error === undefined) resolve({ done: true, value: undefined });
      else reject(error);
    }
    this.#news?.resolve();
    this.#news = undefined;
  }

  /** Lets go of what is there, and of what comes. */
  discard(): void {
    this.#discarding = true;
    this.#queue = [];
    this.#first = 0;
    this.#size = 0;
    this.#room();
  }

  /**
   * Gives the next message. Nobody pays here for a wait that may end early:
   * this is the way of each message through a server.
   *
   * @returns The message, or that there are no more.
   * @throws The error that it ended with, once everything is read.
   */
  next(): Promise<IteratorResult<Message, undefined>> {
    const value = this.#shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#ended === undefined) {
      return new Promise((resolve, reject) => {
        this.#readers.push({ resolve, reject });
      });
    }
    return this.#ended.error === undefined
      ? Promise.resolve({ done: true, value: undefined })
      : Promise.reject(this.#ended.error);
  }

  /**
   * Gives the next message to one who does not want to wait for ever; a wait
   * that ends early takes nothing.
   *
   * @param wait Waits for news.
   * @returns The message, or `undefined` when there are no more.
   * @throws What `wait` throws, or the error that it ended with.
   */
  async take(
    wait: (news: Promise<void>) => Promise<void>,
  ): Promise<Message | undefined> {
    while (true) {
      const value = this.#shift();
      if (value !== undefined) return value;
      if (this.#ended?.error !== undefined) throw this.#ended.error;
      if (this.#ended !== undefined) return undefined;
      this.#news ??= Promise.withResolvers();
      await wait(this.#news.promise);
    }
  }

  /** Ends the reading of who iterates; what comes is left for the next. */
  return(): Promise<IteratorResult<Message, undefined>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  #shift(): Message | undefined {
    const head = this.#queue[this.#first];
    if (head === undefined) return undefined;
    const [value, cost] = head;
    if (++this.#first === this.#queue.length) {
      this.#queue = [];
      this.#first = 0;
    } else if (this.#first >= 1024) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    this.#size -= cost;
    this.#room();
    return value;
  }

  #room(): void {
    if (!this.#wasFull || this.#size > this.#limit / 2) return;
    this.#wasFull = false;
    this.#onRoom();
  }
}
