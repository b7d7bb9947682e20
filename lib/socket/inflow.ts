/**
 * The incoming half of a connection: what has arrived, and who waits for more.
 *
 * @module
 */

import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { ByteQueue } from "./byte_queue.ts";
import { cut } from "./cutting.ts";
import type { Cutting } from "./framing.ts";

/** Options for the `readLine` and `lines` of a connection. */
export interface ReadLineOptions extends DeadlineOptions {
  /** The most octets of one line, its end not counted. @default {65536} */
  max?: number | undefined;
}

/** Options for the `readAll` of a connection. */
export interface ReadAllOptions extends DeadlineOptions {
  /** The most octets to take. @default {67108864, 64 MiB} */
  limit?: number | undefined;
}

/** Octets that may wait unread before the sender is made to wait. */
const HIGH_WATER = 256 * 1024;

/** What the system says of a connection that is closed already. */
export const CLOSED: { readonly code: string } = {
  code: "ERR_STREAM_DESTROYED",
};

/** Is shown the octets of a connection as they come and go. */
export type Observer = (
  direction: "received" | "sent",
  octets: Uint8Array,
) => void;

const LINE = { kind: "line" } as const;

/** What can be told to stop and to go on delivering octets. */
export interface Tap {
  /** Stops. */
  pause(): void;
  /** Goes on. */
  resume(): void;
}

/** Gives a waiting reader what it waits for. */
export type Reader = (
  chunk: Uint8Array | null | Promise<Uint8Array | null>,
) => void;

/** Octets on their way from a socket to the program. */
export class Inflow {
  /** Octets that have arrived, taken or not. */
  received = 0;
  /** Whether the other side has closed its half. */
  ended = false;
  /** Whether the connection broke. */
  failed = false;
  /** Whether this side has closed the connection. */
  closed = false;
  /** What has arrived and is not yet taken. */
  #octets: ByteQueue | undefined;
  readonly #tap: Tap;
  /** The other side, for errors. */
  readonly source: Endpoint;
  /** Why it broke. */
  #cause: unknown;
  /** Settles at the next event that a waiting reader may care about. */
  #news: PromiseWithResolvers<void> | undefined;
  /** Who waits for whatever comes next, with nothing else in mind. */
  #reader: Reader | undefined;
  #paused: boolean;
  #observers: Set<Observer> | undefined;

  /**
   * @param tap Where the octets come from.
   * @param source The other side, for errors.
   * @param paused Whether they only come once they were asked for.
   */
  constructor(tap: Tap, source: Endpoint, paused: boolean = false) {
    this.#tap = tap;
    this.source = source;
    this.#paused = paused;
  }

  /** @param chunk Octets that came, which are ours from now on. */
  arrive(chunk: Uint8Array): void {
    this.received += chunk.length;
    if (this.closed) return;
    // Plain octets: a Buffer prints, slices and compares in its own way.
    const plain = new Uint8Array(
      chunk.buffer,
      chunk.byteOffset,
      chunk.byteLength,
    );
    if (this.#observers) this.show("received", plain);
    const reader = this.#reader;
    if (reader) {
      this.#reader = undefined;
      reader(plain);
      return;
    }
    this.#queue.push(plain);
    if (this.#news) this.#wake();
    else if (this.#queue.weight >= HIGH_WATER) {
      this.#paused = true;
      this.#tap.pause();
    }
  }

  /**
   * Shows octets to somebody else too.
   *
   * @param observer Who.
   * @returns Ends it.
   */
  observe(observer: Observer): () => void {
    (this.#observers ??= new Set()).add(observer);
    return () => {
      this.#observers?.delete(observer);
      if (this.#observers?.size === 0) this.#observers = undefined;
    };
  }

  /**
   * Tells those who observe.
   *
   * @param direction Which way.
   * @param octets What went.
   */
  show(direction: "received" | "sent", octets: Uint8Array): void {
    if (!this.#observers) return;
    for (const observer of this.#observers) observer(direction, octets);
  }

  /** The other side has closed its half. */
  end(): void {
    this.ended = true;
    this.#wake();
  }

  /**
   * The connection broke; the first cause is the one that is told.
   *
   * @param cause What the system said.
   */
  fail(cause: unknown): void {
    if (!this.failed) this.#cause = cause;
    this.failed = true;
    this.#wake();
  }

  /**
   * This side closes: readers that wait fail, and nothing is kept.
   *
   * @returns Whether octets were left that nobody has read.
   */
  close(): boolean {
    const unread = this.#queue.size > 0;
    this.closed = true;
    this.#queue.clear();
    this.#wake();
    // Octets that nobody will read must not hold up the other side's close.
    this.#resume();
    return unread;
  }

  /**
   * Takes what there is, as soon as there is something.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The octets as they arrived, or `null` at the end.
   */
  async chunk(options: DeadlineOptions): Promise<Uint8Array | null> {
    return await this.take((queue) => queue.takeChunk(), options) ?? null;
  }

  /**
   * As `chunk` without a limit, at the price of one promise: what a server of
   * many connections does most.
   *
   * @returns The octets as they arrived, or `null` at the end.
   */
  next(): Promise<Uint8Array | null> {
    return new Promise((resolve) => this.tell(resolve));
  }

  /**
   * As `next`, for one who would rather be called.
   *
   * @param reader Called with the octets, `null` at the end, or a promise of
   * either where somebody has to wait for it.
   */
  tell(reader: Reader): void {
    if (
      (this.#octets && this.#octets.size > 0) || this.ended || this.failed ||
      this.closed || this.#reader || this.#news
    ) {
      reader(this.chunk({}));
      return;
    }
    this.#resume();
    this.#reader = reader;
  }

  /**
   * Takes a line; the last one may lack its end.
   *
   * @param options The longest line, how long to wait, and who may stop it.
   * @returns The line's octets without its end, or `null` after the last.
   */
  line(options: ReadLineOptions): Promise<Uint8Array | null> {
    const { max = 65536 } = options;
    checkSize("read a line", "max", max);
    return this.frame({ name: "line", max, boundary: LINE }, options);
  }

  /**
   * Takes a frame.
   *
   * @param framing How it is cut.
   * @param options How long to wait, and who may stop the wait.
   * @returns Its octets without what bounds them, or `null` after the last.
   */
  async frame(
    framing: Cutting,
    options: DeadlineOptions,
  ): Promise<Uint8Array | null> {
    const { name, max, boundary } = framing;
    const op = `read a ${name} from`;
    const target = `${this.source}`;
    const octets = await this.take((queue) => {
      const taken = cut(queue, framing);
      if (typeof taken !== "string") return taken;
      throw new NetError(taken, {
        code: "too-long",
        op,
        target,
        hint: `a larger { max }, or read() if this is no ${name}`,
      });
    }, options);
    const { size } = this.#queue;
    if (octets !== undefined) return octets;
    if (size === 0) return null;
    // Of a line that nothing ends, one octet more than max may have come.
    if (boundary.kind === "line" && size <= max) return this.#queue.takeAll();
    throw new NetError(
      boundary.kind === "line"
        ? `no line end within ${max} octets`
        : `the other side has closed ${size} octets into it`,
      { code: boundary.kind === "line" ? "too-long" : "closed", op, target },
    );
  }

  /**
   * Takes a known number of octets.
   *
   * @param length How many.
   * @param options How long to wait, and who may stop the wait.
   * @returns Exactly so many.
   */
  async exactly(length: number, options: DeadlineOptions): Promise<Uint8Array> {
    checkSize("read octets", "length", length);
    const taken = await this.take((queue) => queue.take(length), options);
    if (taken !== undefined) return taken;
    throw new NetError(
      `the other side has closed after ${this.#queue.size} of ${length} octets`,
      { code: "closed", op: "read from", target: `${this.source}` },
    );
  }

  /**
   * Takes everything up to the end.
   *
   * @param options The most octets, how long to wait, and who may stop it.
   * @returns The octets, perhaps none.
   */
  async all(options: ReadAllOptions): Promise<Uint8Array> {
    const { limit = 64 * 1024 * 1024 } = options;
    checkSize("read everything", "limit", limit);
    await this.take((queue) => {
      if (queue.size <= limit) return undefined;
      throw new NetError(`more than ${limit} octets`, {
        code: "too-large",
        op: "read everything from",
        target: `${this.source}`,
        hint: "a larger { limit }, or a loop over read()",
      });
    }, options);
    return this.#queue.takeAll();
  }

  /** Forgets what has arrived and is not yet taken. */
  discard(): void {
    this.#queue.clear();
    if (!this.closed) this.#resume();
  }

  /** Waits until no more octets will come. */
  async over(): Promise<void> {
    while (!this.ended && !this.failed) {
      this.#news ??= Promise.withResolvers();
      await this.#news.promise;
    }
  }

  /**
   * Says why something failed: the first thing that went wrong tells more than
   * what followed from it.
   *
   * @param op What was being done: `"write to"`.
   * @param cause What it failed with, if nothing went wrong before.
   * @returns The error to throw.
   */
  failure(op: string, cause?: unknown): Error {
    return failure(this.failed ? this.#cause : cause, op, this.source);
  }

  /**
   * Takes from the queue, waiting for more as long as that gives nothing.
   *
   * @param take Takes what the reader wants, or gives `undefined`.
   * @param options How long to wait, and who may stop the wait.
   * @returns What was taken; `undefined` when no more will come.
   * @throws {NetError} When the connection breaks, closes or the time is up.
   */
  async take<T>(
    take: (queue: ByteQueue) => T | undefined,
    options: DeadlineOptions,
  ): Promise<T | undefined> {
    const { timeout, signal } = options;
    signal?.throwIfAborted();
    let deadline: Deadline | undefined;
    try {
      while (true) {
        if (this.closed) throw failure(CLOSED, "read from", this.source);
        const taken = take(this.#queue);
        if (taken !== undefined || this.ended) {
          if (this.#queue.weight < HIGH_WATER) this.#resume();
          return taken;
        }
        if (this.failed) throw this.failure("read from");
        this.#news ??= Promise.withResolvers();
        this.#resume();
        const { promise } = this.#news;
        if (timeout === undefined && signal === undefined) {
          await promise;
          continue;
        }
        deadline ??= new Deadline("read from", `${this.source}`, options);
        await deadline.race(promise);
      }
    } finally {
      deadline?.[Symbol.dispose]();
    }
  }

  /** Of many connections most never have to keep anything. */
  get #queue(): ByteQueue {
    return this.#octets ??= new ByteQueue();
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader) reader(this.ended && !this.closed ? null : this.chunk({}));
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#tap.resume();
  }
}

/** Checks a number of octets. */
export function checkSize(doing: string, name: string, value: number): void {
  const unlimited = value === Infinity && name !== "length";
  if (unlimited || (Number.isInteger(value) && value >= 0)) return;
  throw new RangeError(
    `Cannot ${doing} as '${name}' must be a whole number of octets, 0 or more: current value is ${value}`,
  );
}
