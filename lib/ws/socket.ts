/**
 * One open WebSocket, of a client or of a server.
 *
 * @module
 */

import type { Socket as NodeSocket } from "node:net";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { bytes, count } from "../inspect/units.ts";
import type { Endpoint } from "../socket/endpoint.ts";
import { mayBeSent } from "./close_codes.ts";
import { WORTH_IT } from "./deflate.ts";
import { encodeFrame, OPCODE, ProtocolFault } from "./frames.ts";
import { Inbox } from "./inbox.ts";
import type { Closing, SocketFacts } from "./facts.ts";
import { Wire } from "./wire.ts";

/** A text, or octets. */
export type Message = string | Uint8Array;

const encoder = new TextEncoder();

/**
 * What a message is in a frame.
 *
 * @param message A text, or octets.
 * @returns Opcode and payload.
 * @throws {TypeError} If it is neither.
 */
export function payloadOf(message: Message): [number, Uint8Array] {
  if (typeof message === "string") {
    return [OPCODE.text, encoder.encode(message)];
  }
  if (message instanceof Uint8Array) return [OPCODE.binary, message];
  throw new TypeError(
    `Cannot send a message as it must be a text or a Uint8Array, such as JSON.stringify(value): current value is ${
      Deno.inspect(message)
    }`,
  );
}
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const AT_ONCE = Promise.resolve();

/**
 * Not everyone who sends stays to see how it ends: one client that leaves must
 * not end the program of a server that tells many.
 */
function unheard(promise: Promise<void>): Promise<void> {
  promise.catch(() => {});
  return promise;
}

/**
 * A WebSocket; `connect` and `serve` give them out.
 *
 * Iterate over it for its messages: texts as strings, all else as octets. What
 * is not read makes the sender wait, and so does what is not sent: await `send`
 * in a loop. The iteration ends when the other side closes with 1000 or 1001,
 * or without a code; any other end is an error.
 *
 * @see RFC 6455
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.ws.serve({}, async (socket) => {
 *   for await (const message of socket) await socket.send(`you said ${message}`);
 * });
 * await using socket = await net.ws.connect(server.url);
 * await socket.send("hello");
 * assert.equal(await socket.receive(), "you said hello");
 * await socket.close();
 * assert.deepEqual(socket.closing, { code: 1000, reason: "", wasClean: true });
 * ```
 */
export class Socket implements AsyncIterable<Message>, AsyncDisposable {
  /** Resolves when it has come to its end, however; never rejects. */
  readonly closed: Promise<Closing>;
  readonly #wire: Wire;
  readonly #inbox: Inbox<Message>;
  readonly #highWater: number;
  readonly #pings = new Map<string, PromiseWithResolvers<void>>();
  #drained: PromiseWithResolvers<void> | undefined;
  #messagesSent = 0;
  #messagesReceived = 0;

  /**
   * Takes over a connection behind its handshake.
   *
   * @param socket The connection, paused.
   * @param rest Octets that came behind the handshake.
   * @param facts What was agreed on.
   */
  constructor(socket: NodeSocket, rest: Uint8Array, facts: SocketFacts) {
    const { highWater = 1024 * 1024 } = facts;
    const end = Promise.withResolvers<Closing>();
    this.closed = end.promise;
    this.#highWater = highWater;
    const inbox = new Inbox<Message>(highWater, () => this.#wire.resume());
    this.#inbox = inbox;
    this.#wire = new Wire(socket, facts, {
      message: (opcode, payload) => this.#take(opcode, payload),
      pong: (payload) =>
        this.#pings.get(new TextDecoder().decode(payload))?.resolve(),
      drained: () => this.#release(),
      ended: (closing, error) => {
        inbox.end(error);
        const gone = error ?? this.#wire.gone("talk to");
        this.#drained?.reject(gone);
        for (const { reject } of this.#pings.values()) reject(gone);
        end.resolve(closing);
      },
      get full() {
        return inbox.full;
      },
    });
    this.#wire.start(rest);
  }

  /** This side. */
  get localAddress(): Endpoint {
    return this.#wire.localAddress;
  }

  /** The other side. */
  get remoteAddress(): Endpoint {
    return this.#wire.facts.remoteAddress;
  }

  /** The subprotocol that both sides agreed on, or `""`. */
  get protocol(): string {
    return this.#wire.facts.protocol;
  }

  /** Whether messages go deflated where it is worth it. */
  get compressed(): boolean {
    return this.#wire.facts.deflate !== undefined;
  }

  /** Sockets of one kind send the same message as the same octets. */
  get kind(): string {
    const { role, deflate } = this.#wire.facts;
    // A client's masks are its own.
    return role === "client" ? crypto.randomUUID() : deflate?.header ?? "";
  }

  /** How it came to its end; `undefined` while it is open. */
  get closing(): Closing | undefined {
    return this.#wire.closing;
  }

  /** `"open"`, `"closing"` once a side has said so, `"closed"`. */
  get state(): "open" | "closing" | "closed" {
    return this.#wire.state;
  }

  /** Octets that wait to be sent. */
  get bufferedAmount(): number {
    return this.#wire.waiting;
  }

  /** Messages sent. */
  get messagesSent(): number {
    return this.#messagesSent;
  }

  /** Messages that came, read or not. */
  get messagesReceived(): number {
    return this.#messagesReceived;
  }

  /**
   * Sends a message. It is on its way when this returns; the promise says when
   * there is room for more, and need not be waited for.
   *
   * @param message A text, or octets.
   * @param options How long to wait for room, and who may stop the wait.
   * @throws {NetError} `"closed"`, `"reset"`, `"timeout"`: with the close code.
   * @throws {TypeError} If the message is neither.
   */
  send(message: Message, options?: DeadlineOptions): Promise<void> {
    const [opcode, payload] = payloadOf(message);
    return this.sendFrame(this.frame(opcode, payload), options);
  }

  /**
   * Writes the frame of a message as this socket would send it; rooms write one
   * for many.
   *
   * @param opcode What it is.
   * @param payload Its octets.
   * @returns The frame.
   */
  frame(opcode: number, payload: Uint8Array): Uint8Array {
    const { role, deflate } = this.#wire.facts;
    const worth = deflate !== undefined && payload.length >= WORTH_IT;
    return encodeFrame(
      opcode,
      worth ? deflate.deflate(payload) : payload,
      role === "client",
      worth,
    );
  }

  /**
   * Sends the frame of a message.
   *
   * @param frame What {@linkcode frame} wrote.
   * @param options How long to wait for room, and who may stop the wait.
   * @throws {NetError} As `send` does.
   */
  sendFrame(frame: Uint8Array, options?: DeadlineOptions): Promise<void> {
    if (this.state !== "open") {
      return unheard(Promise.reject(this.#wire.gone("send to")));
    }
    this.#messagesSent++;
    this.#wire.write(frame);
    if (this.bufferedAmount < this.#highWater) return AT_ONCE;
    this.#drained ??= Promise.withResolvers();
    const { promise } = this.#drained;
    return unheard(this.#within("send to", promise, options));
  }

  /**
   * Waits for the next message.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The message, or `null` when the other side has closed.
   * @throws {NetError} `"timeout"`, or how the socket broke.
   */
  async receive(options: DeadlineOptions = {}): Promise<Message | null> {
    const message = await this.#inbox.take((news) =>
      this.#within("receive from", news, options)
    );
    return message ?? null;
  }

  /**
   * Asks for a sign of life.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns How long it took, in milliseconds.
   * @throws {NetError} `"timeout"`, or how the socket broke.
   * @see RFC 6455 §5.5.2
   */
  async ping(options: DeadlineOptions = {}): Promise<number> {
    if (this.state !== "open") throw this.#wire.gone("ping");
    const token = crypto.randomUUID().slice(0, 8);
    const answer = Promise.withResolvers<void>();
    this.#pings.set(token, answer);
    const start = performance.now();
    this.#wire.control(OPCODE.ping, encoder.encode(token));
    try {
      await this.#within("ping", answer.promise, options);
      return performance.now() - start;
    } finally {
      this.#pings.delete(token);
    }
  }

  /**
   * Closes it: says so, and waits until the other side has said so too, or for
   * 5 seconds. Messages that come meanwhile are lost. Never throws but for its
   * arguments.
   *
   * @param code 1000 for normal, 3000 to 4999 for your own.
   * @param reason At most 123 octets of UTF-8.
   * @throws {RangeError} If `code` may not be sent, or `reason` is too long.
   * @see RFC 6455 §7
   */
  async close(code = 1000, reason = ""): Promise<void> {
    if (!mayBeSent(code)) {
      throw new RangeError(
        `Cannot close a WebSocket as 'code' must be 1000 to 1014 or 3000 to 4999: current value is ${code}`,
      );
    }
    const words = encoder.encode(reason);
    if (words.length > 123) {
      throw new RangeError(
        `Cannot close a WebSocket as 'reason' must be at most 123 octets: current value has ${words.length}`,
      );
    }
    this.#wire.close(code, words);
    // Its answer comes behind messages that nobody may be reading.
    this.#inbox.discard();
    await this.closed;
  }

  /** Drops it at once; the other side sees a reset. */
  abort(): void {
    this.#wire.abort();
  }

  /** Message after message, until the other side closes. */
  [Symbol.asyncIterator](): AsyncIterator<Message> {
    return this.#inbox;
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Both ends, state and counters, plain. */
  toJSON(): {
    localAddress: string;
    remoteAddress: string;
    protocol: string;
    state: string;
    closing: Closing | null;
    messagesSent: number;
    messagesReceived: number;
  } {
    const { protocol, state, messagesSent, messagesReceived } = this;
    return {
      localAddress: `${this.localAddress}`,
      remoteAddress: `${this.remoteAddress}`,
      protocol,
      state,
      closing: this.closing ?? null,
      messagesSent,
      messagesReceived,
    };
  }

  /** One line: both ends, state and counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const ends = `${this.localAddress} -> ${this.remoteAddress}`;
    const { state } = this;
    const how = this.closing ? ` ${this.closing.code}` : "";
    return `WebSocket ${paint("name", ends, room)} ${
      paint(state === "open" ? "good" : "warn", `${state}${how}`, room)
    }, ${count(this.#messagesSent)} sent, ${
      count(this.#messagesReceived)
    } received, ${bytes(this.bufferedAmount)} waiting`;
  }

  #take(opcode: number, octets: Uint8Array): void {
    this.#messagesReceived++;
    if (opcode === OPCODE.binary) {
      return this.#inbox.put(octets, octets.length);
    }
    let text: string;
    try {
      text = decoder.decode(octets);
    } catch {
      throw new ProtocolFault(1007, "a text that is no UTF-8");
    }
    this.#inbox.put(text, octets.length);
  }

  #release(): void {
    this.#drained?.resolve();
    this.#drained = undefined;
  }

  async #within<T>(
    op: string,
    promise: Promise<T>,
    options: DeadlineOptions = {},
  ): Promise<T> {
    if (options.timeout === undefined && options.signal === undefined) {
      return await promise;
    }
    using deadline = new Deadline(op, this.#wire.facts.peer, options);
    return await deadline.race(promise);
  }
}
