/**
 * A UDP socket: datagrams out, datagrams in.
 *
 * @module
 */

import type { DeadlineOptions } from "../deadline.ts";
import { canvas } from "../inspect/canvas.ts";
import { paint } from "../inspect/paint.ts";
import { count } from "../inspect/units.ts";
import type { Address } from "../ip/address.ts";
import { Backlog } from "./backlog.ts";
import type { Datagram } from "./datagram.ts";
import type { Endpoint, EndpointLike } from "./endpoint.ts";
import {
  type GroupOptions,
  isSame,
  type Membership,
  membership,
} from "./multicast.ts";
import { octetsOf } from "./octets.ts";
import { familyOf } from "./socket_address.ts";
import {
  type Carrier,
  closedError,
  type OpenOptions,
  type Taken,
} from "./udp_carrier.ts";
import { LiveOptions } from "./udp_live_options.ts";
import { Targets } from "./udp_target.ts";
import { untilClosed, within } from "./waiting.ts";

/**
 * A UDP socket; {@linkcode open} and {@linkcode connect} give it. Iterate over
 * it, or `receive` one by one.
 *
 * With `--allow-ffi` on Linux it is the kernel's own, and can all that is
 * described here; else it is the runtime's, and says `"unsupported"` of the rest.
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
  /** The one that it talks with, if it was connected. */
  readonly remote: Endpoint | undefined;
  /** What it is set to, by name; to set it otherwise. */
  readonly options: LiveOptions;
  readonly #carrier: Carrier;
  readonly #queue: Backlog<Datagram>;
  readonly #targets: Targets;
  readonly #detach: () => void;
  #groups: readonly Membership[] = [];
  #closing: Promise<void> | undefined;
  #sent = 0;
  #received = 0;
  #overflow = 0;
  #lost = 0;
  #bytesSent = 0;
  #bytesReceived = 0;

  /**
   * Takes over what it stands on; {@linkcode open} makes one.
   *
   * @param carrier A socket that is bound already.
   * @param options What {@linkcode open} was told.
   */
  constructor(carrier: Carrier, options: OpenOptions = {}) {
    const { queue = 1024, signal } = options;
    this.address = carrier.local;
    this.remote = carrier.remote;
    this.options = new LiveOptions(carrier);
    this.#carrier = carrier;
    this.#queue = new Backlog(queue);
    this.#targets = new Targets(carrier.local, carrier.remote);
    const stop = () => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#detach = () => signal?.removeEventListener("abort", stop);
    const backlog = this.#queue;
    carrier.listen({
      arrive: (datagram) => this.#arrive(datagram),
      fail: (error) => backlog.fail(error),
      get isAwaited() {
        return backlog.isAwaited;
      },
    });
  }

  /** Datagrams that the system has taken for sending. */
  get sent(): number {
    return this.#sent;
  }

  /** Datagrams that arrived and were kept, received by the program or not. */
  get received(): number {
    this.#look();
    return this.#received;
  }

  /**
   * Datagrams that arrived and found no room: in the queue here, or in the
   * kernel's buffer (which the runtime's sockets do not tell: `ss -uam` does).
   */
  get dropped(): number {
    this.#look();
    if (!this.#closing) this.#lost = this.#carrier.dropped;
    return this.#overflow + this.#lost;
  }

  /** Octets in the datagrams sent. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** Octets in the datagrams received. */
  get bytesReceived(): number {
    this.#look();
    return this.#bytesReceived;
  }

  /** The groups that it is in. */
  get groups(): readonly Membership[] {
    return this.#groups;
  }

  /** Whether it has been closed. */
  get closed(): boolean {
    return this.#closing !== undefined;
  }

  /**
   * Sends one datagram, and waits until the system has taken it. Whether it
   * arrives, nobody says. Those that are sent before any is waited for leave
   * together, in order.
   *
   * @param data Text, which is sent as UTF-8, or octets, perhaps none.
   * @param to Where to: `"host:port"`, `"[2001:db8::1]:port"`, `{ hostname, port }`;
   * a connected socket knows.
   * @param options How long to wait, and who may stop the wait.
   * @throws {NetError} `"too-large"` above 65,507 octets for IPv4 (65,527 for IPv6)
   * or what `dontFragment` leaves, `"refused"` on a connected socket if an earlier
   * one met a closed port, `"not-found"`, `"unreachable"`, `"closed"`, `"timeout"`.
   * @throws {PermissionError} If the runtime or the system bars it, as it does
   * broadcast unless that option is set.
   * @throws {TypeError} If the socket and the address are of different families, it
   * is connected to another, or the data are neither text nor octets.
   */
  async send(
    data: string | Uint8Array,
    to?: EndpointLike,
    options: DeadlineOptions = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const target = this.#targets.read(to);
    if (this.#closing) throw closedError("send to", target ?? this.remote!);
    const octets = octetsOf(data);
    const taken = this.#carrier.send(octets, target);
    if (options.timeout === undefined && options.signal === undefined) {
      await taken;
    } else await within("send to", target ?? this.remote!, taken, options);
    this.#sent++;
    this.#bytesSent += octets.length;
  }

  /**
   * Sends many datagrams to one target, in as few calls as the system allows;
   * with `offload` several times faster still.
   *
   * @param list What to send, each as `send` takes it.
   * @param to Where to; a connected socket knows.
   * @param options How long to wait, and who may stop the wait.
   * @returns When the system has taken all.
   * @throws {NetError} What `send` throws, of the first that was not taken; `sent`
   * counts those before.
   */
  async sendAll(
    list: Iterable<string | Uint8Array>,
    to?: EndpointLike,
    options: DeadlineOptions = {},
  ): Promise<void> {
    options.signal?.throwIfAborted();
    const target = this.#targets.read(to);
    if (this.#closing) throw closedError("send to", target ?? this.remote!);
    const octets = Array.from(list, octetsOf);
    const sending = this.#carrier.sendAll(octets, target).then((result) => {
      this.#sent += result.taken;
      this.#bytesSent += result.octets;
      return result;
    });
    const where = target ?? this.remote!;
    const { error }: Taken = await within("send to", where, sending, options);
    if (error !== undefined) throw error;
  }

  /**
   * Gives the next datagram.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The datagram that waited longest.
   * @throws {NetError} `"closed"` after `close`, `"timeout"`; on a connected socket
   * `"refused"` or `"unreachable"` once for each datagram sent that came to that.
   */
  receive(options: DeadlineOptions = {}): Promise<Datagram> {
    return this.#take(options, () => this.#queue.shift());
  }

  /**
   * Gives all datagrams that wait, at least one.
   *
   * @param options How long to wait, and who may stop the wait.
   * @returns The datagrams, oldest first.
   * @throws {NetError} What `receive` throws.
   */
  receiveAll(options: DeadlineOptions = {}): Promise<Datagram[]> {
    return this.#take(options, () => this.#queue.takeAll());
  }

  /** Waits until there is a datagram in the queue. */
  #take<R>(options: DeadlineOptions, take: () => R): Promise<R> {
    const target = `${this.remote ?? this.address}`;
    return this.#queue.wait(
      target,
      options,
      () => {
        if (this.#closing) throw closedError("receive on", this.address);
        this.#carrier.poll();
      },
      () => this.#carrier.pump(),
      take,
    );
  }

  /** What waits in the kernel has arrived, though nobody waits for it here. */
  #look(): void {
    if (!this.#closing && !this.#queue.isAwaited) this.#carrier.poll();
  }

  /**
   * Joins a group: from now on, what is sent to it and to this port comes here.
   *
   * @param group The group's address; an IPv6 zone names the interface.
   * @param options By which interface, from which source.
   * @throws {TypeError} If it is no multicast address of the socket's family.
   * @throws {NetError} `"in-use"` if it is in that group already, `"not-found"` if
   * there is no such interface.
   * @see RFC 1112, RFC 3376, RFC 3810, RFC 4607
   */
  join(group: string | Address, options: GroupOptions = {}): void {
    const member = this.#change(group, options, true);
    this.#groups = [...this.#groups, member];
  }

  /**
   * Leaves a group.
   *
   * @param group The group's address.
   * @param options The same as for `join`.
   * @throws {NetError} `"not-found"` if it is not in that group.
   */
  leave(group: string | Address, options: GroupOptions = {}): void {
    const member = this.#change(group, options, false);
    this.#groups = this.#groups.filter((one) => !isSame(one, member));
  }

  #change(
    group: string | Address,
    options: GroupOptions,
    joins: boolean,
  ): Membership {
    const member = membership(group, options, familyOf(this.address.hostname));
    if (this.#closing) {
      throw closedError(
        `${joins ? "join" : "leave"} ${group} on`,
        this.address,
      );
    }
    this.#carrier.changeMembership(member, joins);
    return member;
  }

  /** Closes it; datagrams that wait are forgotten. */
  async close(): Promise<void> {
    if (!this.#closing) {
      this.#look();
      this.#lost = this.#carrier.dropped;
      this.#detach();
      this.#queue.clear();
      this.#groups = [];
      this.#closing = this.#carrier.close();
    }
    this.#queue.wake();
    await this.#closing;
  }

  /** Datagram after datagram, until the socket is closed. */
  [Symbol.asyncIterator](): AsyncGenerator<Datagram> {
    return untilClosed(() => this.receive(), () => this.closed);
  }

  /** Closes it, as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Address, state and counters, plain. */
  toJSON(): {
    address: string;
    remote?: string;
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
      ...this.remote === undefined ? {} : { remote: `${this.remote}` },
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
    const { dropped, remote } = this;
    const lost = dropped === 0
      ? ""
      : `, ${paint("bad", `${count(dropped)} dropped`, room)}`;
    const to = remote === undefined
      ? ""
      : ` → ${paint("name", `${remote}`, room)}`;
    return `UDP ${paint("name", `${this.address}`, room)}${to} ${state}, ${
      count(this.#sent)
    } sent, ${count(this.#received)} received${lost}`;
  }

  #arrive(datagram: Datagram): void {
    if (!this.#queue.push(datagram)) {
      this.#overflow++;
      return;
    }
    this.#received++;
    this.#bytesReceived += datagram.data.length;
  }
}
