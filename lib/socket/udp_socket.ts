/**
 * A UDP socket: datagrams out, datagrams in.
 *
 * @module
 */

import type { RemoteInfo, Socket as NodeSocket } from "node:dgram";
import { Deadline, type DeadlineOptions } from "../deadline.ts";
import { NetError } from "../errors.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import { type Address, tryParse } from "../ip/address.ts";
import { Datagram } from "./datagram.ts";
import {
  Endpoint,
  endpoint,
  type EndpointLike,
  isLoopback,
} from "./endpoint.ts";
import { failure, notAllowed, permissionHost } from "./failure.ts";
import { bindable } from "./local.ts";
import { within } from "./waiting.ts";

/** Options for {@linkcode open}. */
export interface OpenOptions {
  /**
   * The address to bind, or a name for it. The default keeps to this machine;
   * `"0.0.0.0"` or `"::"` reaches others. @default {"127.0.0.1"}
   */
  hostname?: string | Address | undefined;
  /** The port; 0 takes a free one. @default {0} */
  port?: number | undefined;
  /** Datagrams that may wait for `receive`; later ones are dropped. @default {1024} */
  queue?: number | undefined;
  /** Closes the socket when it aborts. */
  signal?: AbortSignal | undefined;
}

const encoder = new TextEncoder();

/**
 * A bound UDP socket; {@linkcode open} gives it. Iterate over it, or `receive`
 * one by one.
 *
 * @see RFC 768
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using server = await net.udp.serve({}, net.udp.echo);
 * await using socket = await net.udp.open();
 * await socket.send(Uint8Array.of(1, 2, 3), server.address);
 * const { data } = await socket.receive({ timeout: 1000 });
 * assert.deepEqual([...data], [1, 2, 3]);
 * ```
 */
export class Socket implements AsyncIterable<Datagram>, AsyncDisposable {
  /** Where it is bound; the port is a real one even if 0 was asked for. */
  readonly address: Endpoint;
  readonly #socket: NodeSocket;
  readonly #queue: Datagram[] = [];
  readonly #limit: number;
  readonly #detach: () => void;
  #news: PromiseWithResolvers<void> | undefined;
  #cause: unknown;
  #closing: Promise<void> | undefined;
  #sent = 0;
  #received = 0;
  #dropped = 0;
  #bytesSent = 0;
  #bytesReceived = 0;

  /**
   * Takes over a bound socket of node:dgram; {@linkcode open} makes one.
   *
   * @param socket The socket, which is bound already.
   * @param options What {@linkcode open} was told.
   */
  constructor(socket: NodeSocket, options: OpenOptions = {}) {
    const { queue = 1024, signal } = options;
    const local = socket.address();
    this.address = new Endpoint(local.address, local.port);
    this.#socket = socket;
    this.#limit = queue;
    socket.on("message", (data: Uint8Array, from: RemoteInfo) => {
      // The runtime swallows what is thrown in here.
      try {
        this.#arrive(data, from);
      } catch (error) {
        this.#fail(error);
      }
    });
    socket.on("error", (error) => this.#fail(error));
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
  }

  /** Datagrams that the system has taken for sending. */
  get sent(): number {
    return this.#sent;
  }

  /** Datagrams that arrived and were kept, received by the program or not. */
  get received(): number {
    return this.#received;
  }

  /**
   * Datagrams that arrived while the queue was full. The system may have
   * dropped more before they came here: `ss -uam` counts those.
   */
  get dropped(): number {
    return this.#dropped;
  }

  /** Octets in the datagrams sent. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Octets in the datagrams received. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Sends one datagram, and waits until the system has taken it. Whether it
   * arrives, nobody says.
   *
   * @param data Text, which is sent as UTF-8, or octets, perhaps none.
   * @param to Where to: `"host:port"`, `"[2001:db8::1]:port"`, `{ hostname, port }`.
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"too-large"` above 65,507 octets for IPv4,
   * `"not-found"`, `"unreachable"`, `"closed"`, `"timeout"`.
   * @throws {PermissionError} If the runtime or the system bars it.
   * @throws {TypeError} If the socket and the address are of different families.
   */
  async send(
    data: string | Uint8Array,
    to: EndpointLike,
    options: DeadlineOptions = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const target = endpoint(to);
    if (this.#closing) throw this.#closedError("send to", target);
    this.#checkTarget(target);
    const octets = typeof data === "string" ? encoder.encode(data) : data;
    const taken = new Promise<void>((resolve, reject) => {
      this.#socket.send(octets, target.port, target.hostname, (error) => {
        if (error) return reject(this.#sendFailure(error, target));
        this.#sent++;
        this.#bytesSent += octets.length;
        resolve();
      });
    });
    await within("send to", target, taken, options);
  }

  /**
   * Gives the next datagram.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The datagram that waited longest.
   * @throws {NetError} `"closed"` after `close`, `"timeout"`.
   */
  async receive(options: DeadlineOptions = {}): Promise<Datagram> {
    options.signal?.throwIfAborted();
    let deadline: Deadline | undefined;
    try {
      while (true) {
        const datagram = this.#queue.shift();
        if (datagram !== undefined) return datagram;
        if (this.#closing) throw this.#closedError("receive on", this.address);
        if (this.#cause !== undefined) {
          const cause = this.#cause;
          this.#cause = undefined;
          throw failure(cause, "receive on", this.address);
        }
        this.#news ??= Promise.withResolvers();
        deadline ??= new Deadline("receive on", `${this.address}`, options);
        await deadline.race(this.#news.promise);
      }
    } finally {
      deadline?.[Symbol.dispose]();
    }
  }

  /** Closes it; datagrams that wait are forgotten. */
  async close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#detach();
      this.#queue.length = 0;
      this.#socket.close(resolve);
    });
    this.#wake();
    await this.#closing;
  }

  /** Datagram after datagram, until the socket is closed. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Datagram> {
    while (true) {
      let datagram: Datagram;
      try {
        datagram = await this.receive();
      } catch (error) {
        if (this.#closing) return;
        throw error;
      }
      yield datagram;
    }
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address, state and counters, plain. */
  toJSON(): {
    address: string;
    closed: boolean;
    sent: number;
    received: number;
    dropped: number;
    bytesSent: number;
    bytesReceived: number;
  } {
    const { closed, sent, received, dropped, bytesSent, bytesReceived } = this;
    return {
      address: `${this.address}`,
      closed,
      sent,
      received,
      dropped,
      bytesSent,
      bytesReceived,
    };
  }

  /** One line: where it is bound, and its counters. */
  [Symbol.for("Deno.customInspect")](
    _inspect: unknown,
    options?: { colors?: boolean },
  ): string {
    const room = canvas({ colors: options?.colors });
    const state = this.closed
      ? paint("warn", "closed", room)
      : paint("good", "open", room);
    const dropped = this.#dropped === 0
      ? ""
      : `, ${paint("bad", `${count(this.#dropped)} dropped`, room)}`;
    return `UDP ${paint("name", `${this.address}`, room)} ${state}, ${
      count(this.#sent)
    } sent, ${count(this.#received)} received${dropped}`;
  }

  #arrive(data: Uint8Array, from: RemoteInfo): void {
    if (this.#queue.length >= this.#limit) {
      this.#dropped++;
      return;
    }
    this.#received++;
    this.#bytesReceived += data.length;
    // The runtime gives each datagram a buffer of 64 KiB, however short it is;
    // a queue of those would be a gigabyte.
    this.#queue.push(
      new Datagram(
        new Uint8Array(data),
        new Endpoint(from.address, from.port),
      ),
    );
    this.#wake();
  }

  #fail(cause: unknown): void {
    this.#cause = cause;
    this.#wake();
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }

  #checkTarget(target: Endpoint): void {
    if (target.port === 0) {
      throw new RangeError(
        `Cannot send to ${target} as 'port' must be an integer from 1 to 65535: current value is 0`,
      );
    }
    const family = tryParse(target.hostname)?.family;
    const own = familyOf(this.address);
    if (family !== undefined && family !== own) {
      throw new TypeError(
        `Cannot send from ${this.address} as 'to' must be an IPv${own} address: current value is ${target}`,
      );
    }
  }

  /** The runtime says UNKNOWN for what it bars, and for most else. */
  #sendFailure(error: Error, target: Endpoint): Error {
    if ((error as { code?: string }).code !== "UNKNOWN") {
      return failure(error, "send to", target);
    }
    const host = permissionHost(target);
    const { state } = Deno.permissions.querySync({ name: "net", host });
    if (state !== "granted") return notAllowed("send to", target, error);
    const { hostname } = this.address;
    if (isLoopback(hostname) && !isLoopback(target.hostname)) {
      return new NetError(
        `this socket is bound to ${hostname}, from where nothing leaves this machine`,
        {
          code: "unreachable",
          op: "send to",
          target: `${target}`,
          hint: `net.udp.open({ hostname: "${
            familyOf(this.address) === 4 ? "0.0.0.0" : "::"
          }" })`,
          cause: error,
        },
      );
    }
    return failure(error, "send to", target);
  }

  #closedError(op: string, target: Endpoint): NetError {
    return new NetError("the socket is closed", {
      code: "closed",
      op,
      target: `${target}`,
    });
  }
}

function familyOf({ hostname }: Endpoint): 4 | 6 {
  return hostname.includes(":") ? 6 : 4;
}

/**
 * Opens a UDP socket.
 *
 * @param options Where to bind it, and how many datagrams may wait.
 * @returns The socket; its `address` has the port.
 * @throws {NetError} `"in-use"`, `"not-local"` for an address that no interface
 * has, `"not-found"` for a name without address.
 * @throws {PermissionError} If the runtime or the system bars it.
 * @throws {RangeError} If the port or the queue's length is out of range.
 * @see RFC 768
 *
 * @example
 * ```ts
 * import * as net from "netrepl";
 * import assert from "node:assert/strict";
 *
 * await using socket = await net.udp.open();
 * await assert.rejects(socket.receive({ timeout: 5 }), { code: "timeout" });
 * ```
 */
export async function open(options: OpenOptions = {}): Promise<Socket> {
  const { hostname, port = 0, queue = 1024, signal } = options;
  const wanted = endpoint({ hostname, port });
  if (!(queue >= 1)) {
    throw new RangeError(
      `Cannot open ${wanted} as 'queue' must be 1 or more datagrams: current value is ${queue}`,
    );
  }
  using deadline = new Deadline("open", `${wanted}`, { signal });
  deadline.signal.throwIfAborted();
  const local = await bindable("open", wanted, deadline);
  const { createSocket } = await import("node:dgram");
  signal?.throwIfAborted();
  const socket = createSocket(familyOf(local) === 4 ? "udp4" : "udp6");
  const bound = Promise.withResolvers<Socket>();
  socket.once("error", bound.reject);
  socket.bind({ address: local.hostname, port: local.port }, () => {
    socket.off("error", bound.reject);
    bound.resolve(new Socket(socket, options));
  });
  try {
    return await bound.promise;
  } catch (error) {
    socket.close();
    throw failure(error, "open", wanted);
  }
}
