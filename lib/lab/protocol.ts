/**
 * How the processes of a lab talk: requests and answers in frames, both ways,
 * over any pair of octet streams.
 *
 * A frame is two lengths of 32 bits in network order, of the whole and of the
 * head, then the head as JSON, then a body of octets that nobody on the way
 * reads. Either side may ask; a request that is aborted is called off at the
 * other side.
 *
 * @module
 */

import { NetError } from "../errors.ts";
import { pack, type Packed, unpack } from "./clone.ts";

/** What comes back: a result that JSON can hold, and octets. */
export interface Answer<R = unknown> {
  /** The result. */
  readonly result: R;
  /** What goes with it. @default {nothing} */
  readonly body?: Uint8Array | undefined;
}

/** What goes with a request beside its parameters. */
export interface Asked {
  /** The octets that came with it. */
  readonly body: Uint8Array;
  /** Aborts when whoever asked no longer wants the answer, or is gone. */
  readonly signal: AbortSignal;
}

/** The functions behind what a side can be asked, a type of names to functions from parameters to a result. */
export type Handlers<C> = {
  readonly [K in keyof C]: C[K] extends (params: infer P) => infer R
    ? (params: P, asked: Asked) => Answer<R> | Promise<Answer<R>>
    : never;
};

/** A pair of octet streams: a process's, a connection's. */
export interface Streams {
  /** What comes in. */
  readonly readable: ReadableStream<Uint8Array>;
  /** What goes out. */
  readonly writable: WritableStream<Uint8Array>;
}

interface Head {
  /** Ties an answer to its request; without it nobody waits for an answer. */
  readonly id?: number;
  /** A request's name. */
  readonly method?: string;
  /** A request's parameters. */
  readonly params?: unknown;
  /** An answer's result. */
  readonly result?: unknown;
  /** Instead of a result. */
  readonly error?: Packed;
  /** The answer is no longer wanted. */
  readonly cancel?: true;
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (reason: unknown) => void;
}

/** A frame larger than this is a fault, not a request. */
const LIMIT = 2 ** 30;
const PREFIX = 8;
const NOTHING = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * One end of a conversation. `Theirs` is what the other side can be asked,
 * `Mine` what this side answers.
 *
 * @example
 * ```ts
 * import { Channel } from "./protocol.ts";
 * import assert from "node:assert/strict";
 *
 * type Adder = { add(params: { a: number; b: number }): number };
 * const there = new TransformStream<Uint8Array, Uint8Array>();
 * const back = new TransformStream<Uint8Array, Uint8Array>();
 * const server = new Channel<object, Adder>(
 *   { readable: there.readable, writable: back.writable },
 *   { add: ({ a, b }) => ({ result: a + b }) },
 * );
 * const client = new Channel<Adder>({ readable: back.readable, writable: there.writable });
 * assert.equal((await client.call("add", { a: 40, b: 2 })).result, 42);
 * await client.close();
 * await server.closed;
 * ```
 */
export class Channel<Theirs, Mine = object> {
  /** Resolves when the other side is gone, or {@linkcode Channel.close} was called. */
  readonly closed: Promise<void>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #handlers: Handlers<Mine>;
  readonly #pending = new Map<number, Pending>();
  readonly #answering = new Map<number, AbortController>();
  #count = 0;
  #gone: NetError | undefined;

  /**
   * Starts to listen.
   *
   * @param streams Where octets come from and go to; the channel owns both.
   * @param handlers What this side answers. @default {nothing}
   */
  constructor(
    streams: Streams,
    handlers: Handlers<Mine> = {} as Handlers<Mine>,
  ) {
    this.#writer = streams.writable.getWriter();
    this.#reader = streams.readable.getReader();
    this.#handlers = handlers;
    // Whoever writes is told by the answer that does not come.
    this.#writer.closed.catch(() => {});
    this.closed = this.#listen();
  }

  /** Whether requests can still be made. */
  get isOpen(): boolean {
    return this.#gone === undefined;
  }

  /**
   * Asks the other side.
   *
   * @param method What for.
   * @param params Anything that JSON can hold.
   * @param options Octets to go with it, and a signal that calls it off.
   * @returns The result and the octets that came with it.
   * @throws {NetError} With code `"closed"` if the other side goes, else what
   * the other side threw.
   */
  async call<M extends keyof Theirs & string>(
    method: M,
    params: Theirs[M] extends (params: infer P) => unknown ? P : never,
    options: {
      readonly body?: Uint8Array | undefined;
      readonly signal?: AbortSignal | undefined;
    } = {},
  ): Promise<
    Required<Answer<Theirs[M] extends (p: never) => infer R ? R : never>>
  > {
    const { body, signal } = options;
    signal?.throwIfAborted();
    if (this.#gone) throw this.#gone;
    const id = ++this.#count;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#pending.set(id, { resolve, reject });
    const onAbort = () => {
      this.#send({ id, cancel: true });
      reject(signal!.reason);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      this.#send({ id, method, params }, body);
      return await promise as never;
    } finally {
      this.#pending.delete(id);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /**
   * Tells the other side something, and waits for nothing.
   *
   * @param method What.
   * @param params Anything that JSON can hold.
   * @param body Octets to go with it.
   */
  tell<M extends keyof Theirs & string>(
    method: M,
    params: Theirs[M] extends (params: infer P) => unknown ? P : never,
    body?: Uint8Array,
  ): void {
    this.#send({ method, params }, body);
  }

  /** Ends the conversation: what is unanswered fails, the streams are closed. */
  async close(): Promise<void> {
    this.#end();
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel().catch(() => {});
    await this.closed;
  }

  #send(head: Head, body: Uint8Array = NOTHING): void {
    if (this.#gone) return;
    const text = encoder.encode(JSON.stringify(head));
    const frame = new Uint8Array(PREFIX + text.length + body.length);
    const view = new DataView(frame.buffer);
    view.setUint32(0, frame.length - PREFIX);
    view.setUint32(4, text.length);
    frame.set(text, PREFIX);
    frame.set(body, PREFIX + text.length);
    this.#writer.write(frame).catch(() => {});
  }

  async #listen(): Promise<void> {
    let held: Uint8Array[] = [];
    let length = 0;
    let needed = PREFIX;
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        held.push(value);
        length += value.length;
        if (length < needed) continue;
        let octets = join(held, length);
        while (octets.length >= PREFIX) {
          needed = PREFIX + viewOf(octets).getUint32(0);
          if (needed > LIMIT) throw new RangeError("frame too large");
          if (octets.length < needed) break;
          this.#take(octets.subarray(0, needed));
          octets = octets.subarray(needed);
          needed = PREFIX;
        }
        held = [octets];
        length = octets.length;
      }
    } catch {
      // A stream that fails is one that ended: what was asked is unanswered.
    }
    this.#end();
    await this.#reader.cancel().catch(() => {});
  }

  #take(frame: Uint8Array): void {
    const split = PREFIX + viewOf(frame).getUint32(4);
    const head = JSON.parse(decoder.decode(frame.subarray(PREFIX, split)));
    const body = frame.subarray(split);
    const { id, method, params, result, error, cancel } = head as Head;
    if (method !== undefined) this.#answer(id, method, params, body);
    else if (cancel) this.#answering.get(id!)?.abort();
    else if (error !== undefined) this.#pending.get(id!)?.reject(unpack(error));
    else this.#pending.get(id!)?.resolve({ result, body });
  }

  async #answer(
    id: number | undefined,
    method: string,
    params: unknown,
    body: Uint8Array,
  ): Promise<void> {
    const controller = new AbortController();
    if (id !== undefined) this.#answering.set(id, controller);
    try {
      const handler = (this.#handlers as Record<
        string,
        (params: unknown, asked: Asked) => Answer | Promise<Answer>
      >)[method];
      if (!handler) throw new TypeError(`nothing here answers "${method}"`);
      const { result, body: back } = await handler(params, {
        body,
        signal: controller.signal,
      });
      if (id !== undefined) this.#send({ id, result: result ?? null }, back);
    } catch (error) {
      if (id !== undefined) this.#send({ id, error: pack(error) });
    } finally {
      if (id !== undefined) this.#answering.delete(id);
    }
  }

  #end(): void {
    if (this.#gone) return;
    this.#gone = new NetError("the other side is gone", {
      code: "closed",
      op: "talk to",
      target: "a process of the lab",
    });
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    for (const controller of this.#answering.values()) controller.abort();
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
