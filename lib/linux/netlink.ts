/**
 * The netlink socket: requests to the kernel and its answers, without waiting.
 *
 * The kernel works a request off while it is being sent, so the answer is
 * there when the call returns; all here is synchronous and takes microseconds.
 *
 * @see netlink(7), rtnetlink(7)
 * @module
 */

import { NetError } from "../errors.ts";
import { check, errno, errnoName, libc, systemError } from "../ffi/libc.ts";
import { ACK, type Message } from "./message.ts";
import { readMessages, type Received } from "./received.ts";
import { refusal } from "./refusal.ts";

export * from "./message.ts";

/** Protocols of netlink sockets. */
export const NETLINK_ROUTE = 0;
/** Sockets, as ss lists them. */
export const NETLINK_SOCK_DIAG = 4;
/** Netfilter. */
export const NETLINK_NETFILTER = 12;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const SO_RCVBUF = 8;
const SOL_NETLINK = 270;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;
const MSG_PEEK = 0x2;
const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;

const NLMSG_NOOP = 1;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_DUMP_INTR = 0x10;

/** Sent at once: what is more waits, or its answers would not fit the socket. */
const BATCH_OCTETS = 64 * 1024;
const BATCH_MESSAGES = 128;
/** What the kernel fills at most in one go of a dump. */
const DUMP_OCTETS = 32 * 1024;
/** A dump that other changes interrupt is asked for again so many times. */
const TRIES = 16;

/** Options for {@linkcode NetlinkSocket.open}. */
export interface NetlinkOptions {
  /** Multicast groups to hear, by number (RTNLGRP_LINK is 1). @default {none} */
  groups?: readonly number[] | undefined;
  /** Octets that may wait to be read. @default {the system's, mostly 208 KiB} */
  receiveBuffer?: number | undefined;
}

/**
 * A netlink socket of this thread's network namespace, where it stays.
 *
 * @example
 * ```ts ignore
 * import { DUMP, Message, NetlinkSocket, REQUEST } from "./netlink.ts";
 *
 * using socket = NetlinkSocket.open();
 * const request = new Message(18, REQUEST | DUMP).struct(new Uint8Array(16));
 * const indexes = socket.dump(request, (link) => link.i32(4));
 * ```
 */
export class NetlinkSocket implements Disposable {
  /** The descriptor, for poll(2); -1 once closed. */
  get fd(): number {
    return this.#fd;
  }
  #fd: number;
  #sequence = 0;
  #buffer = new Uint8Array(4096);

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Opens a socket in this thread's network namespace.
   *
   * @param protocol Which part of the kernel. @default {NETLINK_ROUTE}
   * @param options Groups to hear, and the size of the buffer.
   * @returns The socket; close it or say `using`.
   * @throws {PermissionError} Without `--allow-ffi`.
   * @throws {NetError} If the kernel refuses.
   */
  static open(
    protocol: number = NETLINK_ROUTE,
    options: NetlinkOptions = {},
  ): NetlinkSocket {
    const { groups = [], receiveBuffer } = options;
    const what = "a netlink socket";
    const fd = check(
      libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol),
      "open",
      what,
    );
    const socket = new NetlinkSocket(fd);
    try {
      const address = new Uint8Array(12);
      address[0] = AF_NETLINK;
      check(libc().bind(fd, address, address.length), "bind", what);
      // Each of these is older than any kernel worth naming but the last
      // (4.20); without them errors say less and dumps are filtered here.
      socket.#set(SOL_NETLINK, NETLINK_EXT_ACK, 1);
      socket.#set(SOL_NETLINK, NETLINK_CAP_ACK, 1);
      socket.#set(SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
      // A blocked receive cannot be interrupted, so none lasts for ever.
      const limit = new BigInt64Array([10n, 0n]);
      libc().setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, limit, 16);
      socket.#set(SOL_SOCKET, SO_SNDBUF, 4 * BATCH_OCTETS);
      if (receiveBuffer !== undefined) {
        if (socket.#set(SOL_SOCKET, SO_RCVBUFFORCE, receiveBuffer) < 0) {
          socket.#set(SOL_SOCKET, SO_RCVBUF, receiveBuffer);
        }
      }
      for (const group of groups) {
        check(
          socket.#set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
          "hear",
          `netlink group ${group}`,
        );
      }
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #set(level: number, option: number, value: number): number {
    return libc().setsockopt(
      this.#fd,
      level,
      option,
      new Int32Array([value]),
      4,
    );
  }

  /**
   * Sends messages, all in one go where they fit 64 KiB, and reads their
   * acknowledgements. The kernel goes on after one that it refuses.
   *
   * @param messages The requests, in order.
   * @throws {NetError} The first that was refused, with what the kernel said.
   * @throws {PermissionError} If the first was refused for want of rights.
   */
  transact(...messages: readonly Message[]): void {
    for (const failure of this.attempt(messages)) {
      if (failure !== undefined) throw failure;
    }
  }

  /**
   * Sends messages as {@linkcode transact} does, and tells how each fared.
   *
   * @param messages The requests, in order.
   * @returns For each its error, or `undefined` if it was done.
   * @throws {NetError} If the socket fails.
   */
  attempt(messages: readonly Message[]): (NetError | undefined)[] {
    const failures = new Array<NetError | undefined>(messages.length);
    let from = 0;
    while (from < messages.length) {
      let to = from;
      let octets = 0;
      while (to < messages.length && to - from < BATCH_MESSAGES) {
        octets += messages[to]!.length;
        if (octets > BATCH_OCTETS && to > from) break;
        to++;
      }
      this.#batch(messages, from, to, failures);
      from = to;
    }
    return failures;
  }

  /**
   * Only the last asks for an acknowledgement: refusals come anyway, and come
   * before it.
   */
  #batch(
    messages: readonly Message[],
    from: number,
    to: number,
    failures: (NetError | undefined)[],
  ): void {
    const first = this.#sequence + 1;
    const parts = [];
    for (let i = from; i < to; i++) {
      const last = i === to - 1;
      parts.push(messages[i]!.seal(++this.#sequence, last ? ACK : 0));
    }
    const last = this.#sequence;
    this.#send(parts, messages[from]!);
    for (let open = true; open;) {
      this.#receive(messages[from]!.purpose.op, 0, (reply) => {
        const { type, sequence } = reply;
        if (type !== NLMSG_ERROR || sequence < first || sequence > last) return;
        const index = from + sequence - first;
        failures[index] = refusal(reply, messages[index]!, {
          index,
          of: messages.length,
        });
        if (sequence === last) open = false;
      });
    }
  }

  /**
   * Asks for everything of a kind. A dump that changes interrupted is thrown
   * away and asked for again.
   *
   * @param request A message with {@linkcode DUMP} among its flags.
   * @param each Makes a result of one answer, which lasts only for the call;
   * `undefined` leaves it out.
   * @returns The results, in the kernel's order.
   * @throws {NetError} If the kernel refuses, or with code `"interrupted"`.
   */
  dump<T>(
    request: Message,
    each: (message: Received) => T | undefined,
  ): T[] {
    if (this.#buffer.length < DUMP_OCTETS) {
      this.#buffer = new Uint8Array(DUMP_OCTETS);
    }
    for (let n = 0; n < TRIES; n++) {
      const results: T[] = [];
      if (this.#dumpOnce(request, each, results)) return results;
    }
    const { op, target } = request.purpose;
    throw new NetError("it kept changing while it was being read", {
      code: "interrupted",
      op,
      target,
      hint: "ask again when less is being changed",
    });
  }

  #dumpOnce<T>(
    request: Message,
    each: (message: Received) => T | undefined,
    results: T[],
  ): boolean {
    const expected = ++this.#sequence;
    this.#send([request.seal(expected)], request);
    let whole = true;
    let done = false;
    let failure: unknown;
    // A dump is read to its end whatever happens, or the socket would be stuck
    // in the middle of it.
    while (!done) {
      this.#receive(request.purpose.op, 0, (message) => {
        if (message.sequence !== expected || done) return;
        if (message.flags & NLM_F_DUMP_INTR) whole = false;
        if (message.type === NLMSG_DONE || message.type === NLMSG_ERROR) {
          done = true;
          failure ??= refusal(message, request);
        } else if (message.type !== NLMSG_NOOP && failure === undefined) {
          try {
            const result = each(message);
            if (result !== undefined) results.push(result);
          } catch (error) {
            failure = error;
          }
        }
      });
    }
    if (whole && failure !== undefined) throw failure;
    return whole;
  }

  /**
   * Asks for one thing, such as the route to an address.
   *
   * @param request A message without {@linkcode DUMP}.
   * @param read Makes a result of the answer, which lasts only for the call.
   * @returns What `read` gave; `undefined` if the kernel answered nothing.
   * @throws {NetError} If the kernel refuses.
   */
  ask<T>(request: Message, read: (message: Received) => T): T | undefined {
    const expected = ++this.#sequence;
    this.#send([request.seal(expected, ACK)], request);
    let result: T | undefined;
    let failure: unknown;
    for (let open = true; open;) {
      this.#receive(request.purpose.op, 0, (message) => {
        if (message.sequence !== expected) return;
        if (message.type === NLMSG_ERROR) {
          open = false;
          failure ??= refusal(message, request);
          return;
        }
        try {
          result ??= read(message);
        } catch (error) {
          failure ??= error;
        }
      });
    }
    if (failure !== undefined) throw failure;
    return result;
  }

  /**
   * Reads one datagram of news, if one is there.
   *
   * @param each Called with each message in it, which lasts only for the call.
   * @returns Whether there was one; if not, wait with poll(2) on `fd`.
   * @throws {NetError} With code `"overrun"` if news were lost, after which
   * reading goes on; ask for everything anew.
   */
  receive(each: (message: Received) => void): boolean {
    return this.#receive("receive", MSG_DONTWAIT, each);
  }

  #send(parts: readonly Uint8Array[], first: Message): void {
    let [bytes] = parts as [Uint8Array<ArrayBuffer>];
    if (parts.length > 1) {
      bytes = new Uint8Array(parts.reduce((n, { length }) => n + length, 0));
      let at = 0;
      for (const part of parts) {
        bytes.set(part, at);
        at += part.length;
      }
    }
    const { op, target } = first.purpose;
    while (libc().send(this.#fd, bytes, bytes.length, 0) < 0) {
      if (errnoName(errno()) !== "EINTR") {
        throw systemError(errno(), op, target);
      }
    }
  }

  #receive(
    op: string,
    flags: number,
    each: (message: Received) => void,
  ): boolean {
    const { recv } = libc();
    // Asked for its length first, a datagram is never cut.
    let length = recv(this.#fd, null, 0, flags | MSG_PEEK | MSG_TRUNC);
    if (length > this.#buffer.length) {
      this.#buffer = new Uint8Array(Math.max(length, DUMP_OCTETS));
    }
    if (length >= 0) {
      length = recv(this.#fd, this.#buffer, this.#buffer.length, flags);
    }
    if (length < 0) {
      const name = errnoName(errno());
      if (name === "EINTR") return this.#receive(op, flags, each);
      if (name === "EAGAIN" && flags & MSG_DONTWAIT) return false;
      throw systemError(errno(), op, "a netlink socket");
    }
    readMessages(this.#buffer.subarray(0, length), each);
    return true;
  }

  /** Closes the socket; a second time does nothing. */
  close(): void {
    if (this.#fd < 0) return;
    libc().close(this.#fd);
    this.#fd = -1;
  }

  /** Closes the socket. */
  [Symbol.dispose](): void {
    this.close();
  }
}
