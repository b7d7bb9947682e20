/**
 * A connection as an iterator, and as the web's streams.
 *
 * @module
 */

/** What these need of a connection. */
interface Stream {
  read(): Promise<Uint8Array | null>;
  write(data: Uint8Array): Promise<void>;
  closeWrite(): Promise<void>;
  reset(): void;
}

/** The chunks of a connection; a generator would make more promises of each. */
export class Chunks implements AsyncIterableIterator<Uint8Array> {
  readonly #read: () => Promise<Uint8Array | null>;

  /** @param read Gives the next chunk, `null` after the last. */
  constructor(read: () => Promise<Uint8Array | null>) {
    this.#read = read;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const value = await this.#read();
    return value === null
      ? { done: true, value: undefined }
      : { done: false, value };
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/**
 * Makes a stream of what a connection receives, taken no sooner than read.
 *
 * @param connection What to read from.
 * @param discard Forgets what came, when the reader cancels.
 */
export function readableOf(
  connection: Stream,
  discard: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const chunk = await connection.read();
      if (chunk === null) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: discard,
  }, { highWaterMark: 0 });
}

/**
 * Makes a stream into a connection; closing it closes this half.
 *
 * @param connection What to write to.
 */
export function writableOf(
  connection: Stream,
): WritableStream<Uint8Array> {
  return new WritableStream({
    write: (chunk) => connection.write(chunk),
    close: () => connection.closeWrite(),
    abort: () => connection.reset(),
  });
}
