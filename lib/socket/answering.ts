/**
 * A server without promises: one loop around epoll that answers each piece of
 * octets as it comes. It keeps its thread for itself.
 *
 * @see epoll(7)
 * @module
 */

import { check, errno, errnoName, libc } from "../ffi/libc.ts";
import { Endpoint, isIpv6 } from "./endpoint.ts";
import { failure } from "./failure.ts";
import { openWith } from "./socket_options.ts";
import { encodeEndpoint, Interfaces } from "./socket_address.ts";
import { COUNTERS, type ThreadStart } from "./thread_protocol.ts";

/**
 * Answers octets as they arrive, in whatever pieces: `null` closes the
 * connection. It must take what it keeps: the octets are only lent.
 */
export type Respond = (octets: Uint8Array) => Uint8Array | null;

const EPOLLIN = 0x1;
const EPOLLOUT = 0x4;
const ADD = 1;
const MOD = 3;
const NONBLOCK_CLOEXEC = 0o4000 | 0o2000000;
const NOSIGNAL = 0x4000;
/** struct epoll_event is packed on x86-64 alone. */
const DATA = Deno.build.arch === "x86_64" ? 4 : 8;
const EVENT = DATA + 8;
const EVENTS = 512;
const BUFFER = 65536;
/** How soon it hears that it is to stop, in milliseconds. */
const SLICE = 100;

const at = (name: (typeof COUNTERS)[number]) => COUNTERS.indexOf(name);
const ACCEPTED = at("accepted");
const OPEN = at("open");
const FAILED = at("failed");
const SENT = at("bytesSent");
const RECEIVED = at("bytesReceived");

/** The loop, its listener and its connections. */
export class Answering {
  /** The port. */
  readonly port: number;
  readonly #start: ThreadStart;
  readonly #respond: Respond;
  readonly #listener: number;
  readonly #epoll: number;
  readonly #counters: Float64Array;
  readonly #buffer = new Uint8Array(BUFFER);
  /** The part of it that was lent last: pieces are often of one size. */
  #lent = this.#buffer;
  /** What a slow reader has still to get, by descriptor; it is not read from meanwhile. */
  readonly #unsent = new Map<number, Uint8Array>();
  readonly #connections = new Set<number>();

  /**
   * Listens.
   *
   * @param start Where, and how many at once.
   * @param respond Answers.
   */
  constructor(start: ThreadStart, respond: Respond) {
    this.#start = start;
    this.#respond = respond;
    this.#counters = new Float64Array(start.counters);
    const { bind, listen, epoll_create1, getsockname } = libc();
    const { hostname, port, backlog } = start;
    const place = new Endpoint(hostname, port);
    const family = isIpv6(hostname) ? "ipv6" : "ipv4";
    const target = `the listener on ${place}`;
    const fd = openWith(family, target, { reusePort: true });
    try {
      const address = encodeEndpoint(place, new Interfaces(fd));
      if (bind(fd, address, address.length) < 0 || listen(fd, backlog) < 0) {
        const code = errnoName(errno());
        throw failure({ code, syscall: "bind" }, "listen on", place);
      }
    } catch (error) {
      libc().close(fd);
      throw error;
    }
    const own = new Uint8Array(28);
    check(getsockname(fd, own, new Uint32Array([28])), "ask", target);
    this.port = own[2]! << 8 | own[3]!;
    this.#listener = fd;
    this.#epoll = check(epoll_create1(0o2000000), "open", "an epoll");
    this.#control(ADD, fd, EPOLLIN);
  }

  /**
   * Serves until the flag says to stop, then drops every connection.
   *
   * @param onError Told of what the function threw.
   */
  run(onError: (error: unknown) => void): void {
    const { epoll_wait, close } = libc();
    const stop = new Int32Array(this.#start.stop);
    const events = new Uint8Array(EVENT * EVENTS);
    const view = new DataView(events.buffer);
    while (Atomics.load(stop, 0) === 0) {
      const count = epoll_wait(this.#epoll, events, EVENTS, SLICE);
      for (let i = 0; i < count; i++) {
        const fd = view.getUint32(i * EVENT + DATA, true);
        if (fd === this.#listener) this.#accept();
        else {
          try {
            this.#serve(fd);
          } catch (error) {
            this.#counters[FAILED]!++;
            onError(error);
            this.#drop(fd);
          }
        }
      }
      this.#counters[OPEN] = this.#connections.size;
    }
    for (const fd of this.#connections) this.#drop(fd);
    this.#counters[OPEN] = 0;
    close(this.#listener);
    close(this.#epoll);
  }

  #accept(): void {
    const { accept4, setsockopt } = libc();
    const { maxConnections } = this.#start;
    while (this.#connections.size < maxConnections) {
      const fd = accept4(this.#listener, null, null, NONBLOCK_CLOEXEC);
      if (fd < 0) return;
      setsockopt(fd, 6, 1, ONE, 4);
      this.#connections.add(fd);
      this.#counters[ACCEPTED]!++;
      this.#control(ADD, fd, EPOLLIN);
    }
    // The rest waits in the system; the listener is asked again when one goes.
    this.#control(MOD, this.#listener, 0);
  }

  #serve(fd: number): void {
    const waiting = this.#unsent.get(fd);
    if (waiting !== undefined) {
      this.#unsent.delete(fd);
      this.#send(fd, waiting);
      if (!this.#unsent.has(fd)) this.#control(MOD, fd, EPOLLIN);
      return;
    }
    const length = libc().recv(fd, this.#buffer, BUFFER, 0);
    if (length < 0 && errnoName(errno()) === "EAGAIN") return;
    if (length <= 0) return this.#drop(fd);
    this.#counters[RECEIVED]! += length;
    if (this.#lent.length !== length) {
      this.#lent = this.#buffer.subarray(0, length);
    }
    const answer = this.#respond(this.#lent);
    if (answer === null) return this.#drop(fd);
    if (answer.length > 0) this.#send(fd, answer);
  }

  #send(fd: number, octets: Uint8Array): void {
    let sent = libc().send(
      fd,
      octets as Uint8Array<ArrayBuffer>,
      octets.length,
      NOSIGNAL,
    );
    if (sent < 0) {
      if (errnoName(errno()) !== "EAGAIN") return this.#drop(fd);
      sent = 0;
    }
    this.#counters[SENT]! += sent;
    if (sent === octets.length) return;
    // A copy, as the octets may lie in the buffer of the next piece.
    this.#unsent.set(fd, octets.slice(sent));
    this.#control(MOD, fd, EPOLLOUT);
  }

  #drop(fd: number): void {
    libc().close(fd);
    this.#unsent.delete(fd);
    const wasFull = this.#connections.size >= this.#start.maxConnections;
    this.#connections.delete(fd);
    if (wasFull) this.#control(MOD, this.#listener, EPOLLIN);
  }

  #control(op: number, fd: number, events: number): void {
    const event = new Uint8Array(EVENT);
    const view = new DataView(event.buffer);
    view.setUint32(0, events, true);
    view.setUint32(DATA, fd, true);
    libc().epoll_ctl(this.#epoll, op, fd, event);
  }
}

const ONE = new Int32Array([1]);
